"""What Terragrunt makes of a unit: a module, with what it writes beside it and gives to it."""

import os
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    ModuleCall,
    Scenario,
    Span,
    Value,
    dereferenced,
    needs,
)
from taskwall.readers.terraform.evaluation.module_sources import (
    STACK_INIT,
    TERRAGRUNT_INIT,
    AbsentModule,
    no_module_at,
)
from taskwall.readers.terraform.evaluation.run import RootEvaluation
from taskwall.readers.terraform.evaluation.variables import value_files
from taskwall.readers.terraform.modules import Module, ModuleLoader, SourceFile, module_of
from taskwall.readers.terraform.stand_ins import StandIn
from taskwall.readers.terraform.syntax.tree import Attribute, Block
from taskwall.readers.terraform.terragrunt.autoinclude import overriding_configurations
from taskwall.readers.terraform.terragrunt.configuration import Configuration
from taskwall.readers.terraform.terragrunt.context import Unit
from taskwall.readers.terraform.terragrunt.generated import generated_files, laid_over
from taskwall.readers.terraform.terragrunt.source import local_folder, remote_folder
from taskwall.source.stack import Inputs, SourceError

DEPLOYING = frozenset({"apply", "plan", "all", "all_except_output"})
"""What `exclude` and `extra_arguments` must name to be about what is deployed."""


class ResolvedUnit(Struct, frozen=True):
    """A unit, and the root module that it comes to.

    `module` is the root module, without anything in it if it is absent. `call` leads there from the
    file of the unit, in which `source` and `version` are said at a `place`. `stand_in` is what is
    read for the module. `dependencies` are the units that it names: names, folders, places,
    `var_files` the files of values that it gives, in their order, `files` those of Terragrunt, and
    `included` those that it includes.
    """

    unit: Unit
    module: Module
    call: ModuleCall
    source: str
    version: str
    place: Span
    absent: AbsentModule | None = None
    stand_in: StandIn | None = None
    dependencies: tuple[tuple[str, str, Span], ...] = ()
    var_files: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    included: frozenset[str] = frozenset()
    errors: tuple[SourceError, ...] = ()


def unit_evaluation(
    unit: Unit,
    module: Module,
    loader: ModuleLoader,
    inputs: Inputs,
    scenario: Scenario,
    boundary: str,
    label: str = "",
    shared: frozenset[str] = frozenset(),
) -> RootEvaluation:
    """An evaluation that takes place in the folder of a unit, in which a copy of its module is."""
    root = replace(module, folder=unit.folder)
    run = RootEvaluation(root, loader, inputs, scenario, boundary, label, shared)
    run.called = True
    run.working_folder = module.folder
    run.sources.tool = TERRAGRUNT_INIT
    if unit.made_by is not None:
        run.sources.tool, run.sources.tool_folder = STACK_INIT, os.path.dirname(unit.made_by.file)
    run.sources.copy = module.folder if module.folder != unit.folder else ""
    return run


def configuration_of(unit: Unit, run: RootEvaluation) -> Configuration:
    """The configuration of a unit.

    Raises:
        UnreadableError: its file cannot be read.
    """
    found = Configuration(run, unit, run.loader.file(unit.file), unit.folder)
    found.overriding = tuple(overriding_configurations(found))
    return found


def resolve_unit(
    unit: Unit, loader: ModuleLoader, inputs: Inputs, boundary: str
) -> ResolvedUnit | None:
    """What a unit comes to; None if there is nothing that Terragrunt would run.

    Raises:
        UnreadableError: its file cannot be read.
    """
    nothing = module_of(unit.folder, (loader.file(unit.file),))
    run = unit_evaluation(unit, nothing, loader, inputs, {}, boundary)
    configuration = configuration_of(unit, run)
    layers = tuple(configuration.layers())
    own = (configuration, *configuration.overriding)
    written = configuration.written("terraform", "source")
    if (written is None and not loader.paths(unit.written_in)) or _is_left_out(configuration):
        return None
    source = (written[0].text(written[1], "source") or "") if written else ""
    constraint = configuration.written("terraform", "version")
    version = (constraint[0].text(constraint[1], "version") or "") if constraint else ""
    found = unit.written_in
    absent: AbsentModule | None = None
    stand_in: StandIn | None = None
    if written is not None:
        where = module_folder(run, written[0].value(written[2]), source, version)
        if isinstance(where, AbsentModule):
            absent, stand_in = where, _usable(where.stand_ins, configuration, loader)
            found = stand_in.folder if stand_in else ""
        else:
            found = where
    place = written[2].expression.place if written else _start(unit.file)
    module = nothing if not found else _module(found, configuration, loader)
    if module is None:
        run.complain(place, f"unit {unit.name}: {no_module_at(source)}")
        absent = AbsentModule(_NOT_HERE, "check out the whole repository")
        found = ""
    remote = written is not None and local_folder(source, unit.folder) is None
    title = stand_in.title if stand_in else ""
    errors = tuple(run.effects.reported(SourceError))
    configuration.inputs()  # so that the files are known that it reads
    beside = value_files(found, loader) if found not in ("", unit.written_in) else []
    return ResolvedUnit(
        unit,
        module or nothing,
        ModuleCall(f"unit {unit.name}", _call_place(unit, configuration), remote, title),
        source,
        version,
        place,
        absent,
        stand_in,
        tuple(_dependencies(configuration)),
        (*beside, *_var_files(layers)),
        tuple(dict.fromkeys(configuration.files)),
        frozenset(layer.file.path for layer in layers if layer not in own),
        errors,
    )


def absent_unit(
    unit: Unit, absent: AbsentModule, source: str, loader: ModuleLoader
) -> ResolvedUnit:
    """A unit of which a stack says no more than its values: what it is made of is not there."""
    place = unit.made_by or _start(unit.file)
    if absent.cure == TERRAGRUNT_INIT:
        absent = replace(absent, cure=STACK_INIT)
    nothing = module_of(unit.folder, (loader.file(unit.file),))
    call = ModuleCall(f"unit {unit.name}", place)
    return ResolvedUnit(unit, nothing, call, source, "", place, absent, files=(unit.file,))


_NOT_HERE = "comes from a module that is not in the sources"


def _start(path: str) -> Span:
    return Span(path, 1, 1, 1, 1)


def _call_place(unit: Unit, configuration: Configuration) -> Span:
    """Where a unit says which module it is: in its own file, or in the stack that makes it."""
    if unit.made_by is not None:
        return unit.made_by
    blocks = (*configuration.blocks("terraform"), *configuration.blocks("include"))
    return next((block.header for block in blocks), _start(unit.file))


def _is_left_out(configuration: Configuration) -> bool:
    """Whether a unit is never deployed."""
    for layer in configuration.layers():
        for block in layer.blocks("exclude"):
            actions = dereferenced(layer.attribute(block, "actions") or Items(()))
            named = actions.items if isinstance(actions, Items) else ()
            texts = {one.data for one in named if isinstance(one, Known)}
            return _is_true(layer.attribute(block, "if")) and not DEPLOYING.isdisjoint(texts)
    own = configuration.body.get("skip")
    return own is not None and _is_true(configuration.value(own))


def _is_true(value: Value | None) -> bool:
    found = dereferenced(value)
    return isinstance(found, Known) and found.data is True


# The module


def module_folder(
    run: RootEvaluation, said: Value, source: str, version: str
) -> str | AbsentModule:
    """The folder that a source means, or why it is not there.

    Args:
        run: an evaluation whose root is what names the source.
        said: the source as a value.
        source: the same as text; "" if that is not known.
        version: what is said of versions; "" for nothing.
    """
    if not source:
        waits = needs(said)
        cure = f"--assume {waits[0].name}=VALUE" if waits else "source = ..."
        return AbsentModule("has a source that is not known", cure)
    local = local_folder(source, run.root.folder)
    if local is None:
        return remote_folder(run, source, version)
    path = os.path.relpath(local, run.root.folder).replace(os.sep, "/")
    return run.sources.folder(run.root, ("",), path if path.startswith(".") else f"./{path}", "")


def _usable(
    stand_ins: tuple[StandIn, ...], configuration: Configuration, loader: ModuleLoader
) -> StandIn | None:
    """The first stand-in that knows all that a unit gives."""
    inputs = configuration.inputs() if stand_ins else None
    if not isinstance(inputs, Fields) or inputs.rest is not None:
        return None
    meant = {name for layer in configuration.layers() for name in _meant(layer, configuration)}

    def knows(each: StandIn, module: Module, name: str, value: Value) -> bool:
        if each.allows(name, lambda: value, name in module.variables):
            return True
        return name not in meant and not each.leaves_out(name)

    for each in stand_ins:
        module = loader.module(each.folder)[0]
        if module is not None and all(
            knows(each, module, name, value) for name, value in inputs.fields.items()
        ):
            return each
    return None


def _meant(layer: Configuration, unit: Configuration) -> Iterator[str]:
    """The inputs that a file gives to one module.

    What an included file gives that names no module is for all units: modules ignore what they have
    no variable for.
    """
    own = layer is unit or layer in unit.overriding
    if own or any("source" in one.body.attributes for one in layer.blocks("terraform")):
        inputs = layer.own_inputs()
        if isinstance(inputs, Fields):
            yield from inputs.fields


def _module(folder: str, configuration: Configuration, loader: ModuleLoader) -> Module | None:
    """The module in a folder, with the files of the unit and what is generated beside them."""
    written = loader.module(folder)[0]
    beside = configuration.unit.written_in
    own = loader.module(beside)[0] if beside != folder else None
    if written is None and own is None:
        return None
    files: dict[str, SourceFile] = {
        os.path.basename(file.path): file
        for module in (written, own)
        if module is not None
        for file in module.files
    }
    whole = laid_over(files, generated_files(configuration))
    if own is None and written is not None and whole == files:
        return written
    return module_of(folder, whole.values())


# What it names


def _dependencies(configuration: Configuration) -> Iterator[tuple[str, str, Span]]:
    for whole in configuration.dependencies().values():
        several = whole.several()
        for one in (whole,) if several is None else several.values():
            yield one.name, one.folder() or "", one.declared[0].block.header


def _var_files(layers: tuple[Configuration, ...]) -> Iterator[str]:
    """The files of values that Terraform is told to read, in their order."""
    for layer in reversed(layers):
        for block in layer.blocks("terraform"):
            for extra in block.body.blocks_of("extra_arguments"):
                if _is_about_deploying(layer, extra):
                    yield from _named_files(layer, extra)


def _is_about_deploying(layer: Configuration, block: Block) -> bool:
    commands = layer.attribute(block, "commands")
    found = dereferenced(commands)
    if not isinstance(found, Items):
        return False
    texts = {one.data for one in map(dereferenced, found.items) if isinstance(one, Known)}
    return not DEPLOYING.isdisjoint(texts)


def _named_files(layer: Configuration, block: Block) -> Iterator[str]:
    attributes = block.body.attributes
    for name, mark in (
        ("arguments", "-var-file="),
        ("required_var_files", ""),
        ("optional_var_files", ""),
    ):
        for text in _texts(layer, attributes.get(name)):
            path = os.path.normpath(os.path.join(layer.folder, text.removeprefix(mark)))
            if text.startswith(mark) and layer.may_look(path) and layer.run.loader.exists(path):
                yield path


def _texts(layer: Configuration, attribute: Attribute | None) -> Iterator[str]:
    found = dereferenced(layer.value(attribute)) if attribute else None
    for item in map(dereferenced, found.items) if isinstance(found, Items) else ():
        if isinstance(item, Known) and isinstance(item.data, str):
            yield item.data
