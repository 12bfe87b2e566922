"""Which configuration of the AWS provider a resource is of, and of which version that may be."""

import os
from collections.abc import Iterator

from taskwall.core.patterns import pattern
from taskwall.core.values import Fields, Items, Known, Value, dereferenced
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.expressions import evaluate
from taskwall.readers.terraform.modules import Module
from taskwall.readers.terraform.syntax.tree import (
    Access,
    Attr,
    Block,
    Body,
    Expression,
    Literal,
    Name,
    ObjectExpression,
)
from taskwall.readers.terraform.versions import majors
from taskwall.source.files import UnreadableError


def provider_name(body: Body, scope: ModuleContext) -> str:
    """What tells the provider of a resource, by its body, from others.

    Returns:
        the alias of the root's provider that it is of, "" of the one without an alias; of one that
        a module configures itself, or is not given, the calls that lead there, too.
    """
    attribute = body.attributes.get("provider")
    alias = _named(attribute.expression)[1] if attribute else ""
    while any(scope.run.root.providers) and scope.caller is not None:
        caller, name = scope.caller
        given = _given(caller.module.calls[name])
        # A call that names no provider hands on the one without an alias.
        if alias in scope.module.providers or (alias and alias not in given):
            return ".".join((*(call.name for call in scope.called_from), alias))
        alias, scope = given.get(alias, alias), caller
    return alias


def provider_region(name: str, scope: ModuleContext) -> Value | None:
    """The Region of one of the root's providers, by its alias; None where the root has only one."""
    providers = scope.run.root.providers
    if not any(providers) or (block := providers.get(name)) is None:
        return None
    while scope.caller is not None:
        scope = scope.caller[0]
    attribute = block.body.attributes.get("region")
    return evaluate(attribute.expression, scope, {}) if attribute else None


def _given(call: Block) -> dict[str, str]:
    """The aliases of the AWS providers that a call gives, by those that they have in the module."""
    attribute = call.body.attributes.get("providers")
    written = attribute.expression if attribute else None
    members = written.members if isinstance(written, ObjectExpression) else ()
    pairs = ((_named(one.key), _named(one.value)) for one in members)
    return {inner: outer for (name, inner), (_, outer) in pairs if name == "aws"}


def _named(provider: Expression) -> tuple[str, str]:
    """A provider's name, and the alias by which it is named (`aws.west`), "" if it has none."""
    if isinstance(provider, Literal):
        name, _, alias = str(provider.value.data).partition(".")
        return name, alias
    if isinstance(provider, Access) and isinstance(provider.base, Name):
        step = provider.steps[0]
        return provider.base.name, step.name if type(step) is Attr else ""
    return provider.name if isinstance(provider, Name) else "", ""


_LOCKED = pattern(r'provider "[\w.-]+/hashicorp/aws" *\{\s*version *= *"([^"]+)"')
"""How a lock file names the version of the AWS provider, of whichever registry."""


def provider_majors(scope: ModuleContext) -> tuple[int, int | None]:
    """The lowest and the highest major version that the AWS provider may have; None: any higher.

    The lock file tells the version, else what the root and the module require.
    """
    run = scope.run
    path = os.path.join(run.root.folder, ".terraform.lock.hcl")
    try:
        text = run.loader.text(path) if run.may_read(path) and run.loader.exists(path) else ""
    except UnreadableError:
        text = ""
    if (locked := _LOCKED.search(text)) is not None:
        return majors(locked[1])
    required = (*_required(run.root, scope), *_required(scope.module, scope))
    return majors(",".join(required))


def _required(module: Module, scope: ModuleContext) -> Iterator[str]:
    """What the `required_providers` of a module say of the version of the AWS provider."""
    for block in module.requirements.values():
        for said in _of_aws(block.body, scope):
            version = said.fields.get("version") if isinstance(said, Fields) else said
            found = dereferenced(version)
            if isinstance(found, Known) and isinstance(found.data, str):
                yield found.data


def _of_aws(body: Body, scope: ModuleContext) -> Iterator[Value]:
    """What is required of the AWS provider; where HCL has blocks, JSON has an attribute."""
    for inner in body.blocks_of("required_providers"):
        if (attribute := inner.body.attributes.get("aws")) is not None:
            yield evaluate(attribute.expression, scope, {})
    if (whole := body.attributes.get("required_providers")) is not None:
        held = evaluate(whole.expression, scope, {})
        for each in held.items if isinstance(held, Items) else (held,):
            if isinstance(each, Fields) and "aws" in each.fields:
                yield each.fields["aws"]
