"""The values of a root module's variables: files of values, and what the command line gives."""

import os
from collections.abc import Iterator

from taskwall.core.values import Known, Span, Unknown, Value, lifted, plain, unknown
from taskwall.readers.terraform.evaluation.expressions import evaluate, value_of
from taskwall.readers.terraform.evaluation.module import ModuleScope
from taskwall.readers.terraform.evaluation.run import RootEvaluation
from taskwall.readers.terraform.modules import Module, ModuleLoader, SourceFile
from taskwall.readers.terraform.syntax.hcl import parse_expression
from taskwall.readers.terraform.syntax.tree import Body, is_constant
from taskwall.readers.terraform.values.sensitive import is_sensitive
from taskwall.readers.terraform.values.types import Simple
from taskwall.readers.terraform.values.values import FailedError
from taskwall.source.files import UnreadableError
from taskwall.source.secret_names import names_secret
from taskwall.source.stack import Inputs


def supplied(run: RootEvaluation) -> dict[str, Value]:
    """What is given for variables.

    Later ones win: the environment if it is listened to, terraform.tfvars, *.auto.tfvars in the
    order of their names, the files of values that the user names, and the variables that the user
    gives.
    """
    scope = ModuleScope(run, run.root)
    bare = scope.bare()
    environment = run.inputs.environment
    values: dict[str, Value] = {
        name: _spelled(name, Known(environment[f"TF_VAR_{name}"]), scope)
        for name in run.root.variables
        if f"TF_VAR_{name}" in environment
    }
    for path in (*value_files(run.root.folder, run.loader), *run.inputs.var_files):
        try:
            unit = run.loader.file(path)
        except UnreadableError as error:
            run.effects.report(error.error)
            continue
        for wrong in unit.parsed.errors:
            run.effects.report(wrong)
        values |= _values_in(unit, bare)
    for name, value in run.inputs.variables.items():
        values[name] = _spelled(name, value, scope)
    return values


def _values_in(unit: SourceFile, bare: ModuleScope) -> dict[str, Value]:
    """The values in a file. Constants are made once: each scenario, and each key, asks again."""
    kept = bare.run.loader.values
    known = kept.get(unit.path)
    if known is not None and known[0] is unit:
        return known[1]
    attributes = unit.parsed.body.attributes
    values = {name: value_of(one.expression, bare, {}) for name, one in attributes.items()}
    if all(is_constant(one.expression) for one in attributes.values()):
        kept[unit.path] = unit, values
    return values


def is_on_its_own(root: Module, inputs: Inputs, loader: ModuleLoader) -> bool:
    """Whether a folder that nothing calls is a module on its own, and not a root.

    A root is what is deployed: it has a backend or a configured provider, values of variables, a
    lock file, or calls modules.
    """
    if root.calls or inputs.var_files or keeps_state(root):
        return False
    if any(body.attributes or body.blocks for body in _bodies(root, "provider")):
        return False
    if loader.exists(os.path.join(root.folder, LOCK)):
        return False
    return not any(name.endswith(VALUE_FILES) for name in loader.names(root.folder)) and not (
        value_files(root.folder, loader)
    )


def keeps_state(root: Module) -> bool:
    """Whether a module says where its state lies, so that it is deployed as it is."""
    return any(
        body.blocks_of("backend") or body.blocks_of("cloud") for body in _bodies(root, "terraform")
    )


def _bodies(root: Module, kind: str) -> Iterator[Body]:
    """The bodies of the blocks of a type; those of other blocks need not be read for them."""
    for unit in root.files:
        yield from (block.body for block in unit.stable.parsed.body.blocks_of(kind))


LOCK = ".terraform.lock.hcl"
"""The file in which Terraform keeps the versions of providers, in the folder that it runs in."""

VALUE_FILES = (".tfvars", ".tfvars.json")
"""How the names of files end that hold values of variables."""


def value_files(folder: str, library: ModuleLoader) -> list[str]:
    """The files of values that Terraform reads by itself, in their order."""
    endings = (".auto.tfvars", ".auto.tfvars.json")
    names = [f"terraform.tfvars{ending}" for ending in ("", ".json")]
    names += [name for name in library.names(folder) if name.endswith(endings)]
    return list(filter(library.has, (os.path.join(folder, name) for name in names)))


def _spelled(name: str, value: Value, scope: ModuleScope) -> Value:
    """A variable of the command line: a text, unless its type is of lists, maps or objects."""
    if not isinstance(value, Known) or not isinstance(value.data, str):
        return value
    block = scope.module.variables.get(name)
    if block is not None and (is_sensitive(block.body) or names_secret(name)):
        scope.run.hidden.hide(value)
    declared = block is not None and "type" in block.body.attributes
    kind = scope.type(name)
    if isinstance(kind, Simple) and not (declared and kind.name == "any"):
        return value
    node = parse_expression(value.data, Span(f"var.{name}", 1, 1, 1, 1))
    try:
        return lifted(plain(evaluate(node, scope.bare(), {})))
    except FailedError as error:
        return Unknown((error.need,))
    except LookupError:
        return unknown(f"var.{name}", f"is given as {value.data}, which is not a value")
