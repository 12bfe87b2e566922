"""Which module a call means, and what is read where that is not in the sources."""

from functools import partial
from typing import Protocol

from taskwall.core.values import Known, ModuleCall, Unknown, Value, dereferenced, needs
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.expressions import evaluate
from taskwall.readers.terraform.evaluation.module_sources import AbsentModule, no_module_at
from taskwall.readers.terraform.evaluation.providers import provider_majors
from taskwall.readers.terraform.evaluation.run import RootEvaluation
from taskwall.readers.terraform.modules import Module
from taskwall.readers.terraform.stand_ins import StandIn
from taskwall.readers.terraform.syntax.tree import Block, Expression
from taskwall.readers.terraform.values.values import FailedError
from taskwall.source.stack import AbsentSource

DEEPEST_CALL = 20
"""So many modules may be called in each other."""

NOT_ARGUMENTS = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})
"""What a call says to Terraform itself, not to the module."""


class Caller(ModuleContext, Protocol):
    """A module that calls others."""

    @property
    def run(self) -> RootEvaluation:
        """The evaluation that it is part of."""

    @property
    def chain(self) -> tuple[str, ...]:
        """The folders of the modules that lead to it, its own last."""


def called_folder(caller: Caller, name: str, block: Block) -> str | AbsentModule:
    """The folder of the module that a call means, or why it is not there."""
    calls = (call.name for call in caller.called_from if call.name.startswith("module."))
    chain = tuple(name.removeprefix("module.") for name in calls)
    source = call_argument(caller, block, "source")
    if not source:
        return _not_known(caller, block, "source")
    constraint = call_argument(caller, block, "version")
    sources = caller.run.sources
    found = sources.folder(caller.module, (*chain, name), source, constraint or "")
    for error in sources.errors:
        caller.run.effects.report(error)
    is_open = constraint is None and "version" in block.body.attributes
    if isinstance(found, AbsentModule) and is_open:
        return _not_known(caller, block, "version")
    return found


def _not_known(caller: Caller, block: Block, argument: str) -> AbsentModule:
    """Why a module is not there of which a call's argument says nothing that is known."""
    attribute = block.body.attributes.get(argument)
    waits = () if attribute is None else needs(_evaluated(attribute.expression, caller))
    cure = f"--assume {waits[0].name}=VALUE" if waits else f"{argument} = ..."
    return AbsentModule(f"has a {argument} that is not known", cure)


def called_module(caller: Caller, name: str, block: Block) -> Module | AbsentModule | str:
    """The module that a call means, that it is absent, or why it cannot be called."""
    run = caller.run
    found = called_folder(caller, name, block)
    if isinstance(found, AbsentModule):
        return found
    if found in caller.chain:
        run.complain(block.header, f"module.{name} calls a module that it is part of")
        return "is part of itself"
    if len(caller.chain) > DEEPEST_CALL:
        run.complain(block.header, f"modules are called more than {DEEPEST_CALL} levels deep")
        return "is called too deeply"
    module, unreadable = run.module(found)
    if found not in run.loader.scanned:
        # Those of the scan itself were reported when its files were read.
        for error in unreadable:
            run.effects.report(error)
    if module is None:
        at = block.body.attributes["source"].expression.place
        source = call_argument(caller, block, "source") or ""
        run.complain(at, f"module.{name}: {no_module_at(source)}")
        return "comes from a module that is not in the sources"
    return module


def stand_in_module(
    caller: Caller, block: Block, stand_ins: tuple[StandIn, ...]
) -> tuple[Module, StandIn] | None:
    """The module that is read for one that is not there, if one knows all that the call says."""
    # `lifecycle { enabled = ... }` of OpenTofu is no argument.
    if not stand_ins or any(one.type != "lifecycle" for one in block.body.blocks):
        return None
    given = {
        # Only where it decides: what a module is given may come from what the module makes.
        name: partial(_evaluated, attribute.expression, caller)
        for name, attribute in block.body.attributes.items()
        if name not in NOT_ARGUMENTS
    }
    highest = provider_majors(caller)[1]
    # Those that need a newer provider than the root has come last.
    for each in sorted(stand_ins, key=lambda one: highest is not None and one.provider > highest):
        module = caller.run.module(each.folder)[0]
        if module is not None and all(
            each.allows(name, value, name in module.variables) for name, value in given.items()
        ):
            return module, each
    return None


def written_call(
    caller: Caller, block: Block, name: str, module: Module, stand_in: StandIn | None
) -> ModuleCall:
    """A call as what is in the module names it."""
    source = call_argument(caller, block, "source") or ""
    downloaded = caller.run.sources.is_download(source, module.folder)
    return ModuleCall(
        f"module.{name}",
        block.header,
        downloaded,
        stand_in.title if stand_in else "",
        source if downloaded else "",
    )


def report_absent(
    caller: Caller, address: str, block: Block, absent: AbsentModule, read: StandIn | None
) -> None:
    """Report that the module of a call is not there, and which stand-in is read for it."""
    attribute = block.body.attributes.get("source")
    place = attribute.expression.place if attribute else block.header
    source = call_argument(caller, block, "source") or ""
    version = call_argument(caller, block, "version") or None
    read_as = read.title if read else None
    root = caller.run.sources.tool_folder
    caller.run.effects.report(
        AbsentSource(absent.kind, address, source, version, place, absent.cure, read_as, root)
    )


def call_argument(caller: Caller, block: Block, name: str) -> str | None:
    """What a call says of its `source` or `version`; None if it is not known, or not said."""
    attribute = block.body.attributes.get(name)
    if attribute is None:
        return None
    found = dereferenced(_evaluated(attribute.expression, caller))
    return found.data if isinstance(found, Known) and isinstance(found.data, str) else None


def _evaluated(expression: Expression, caller: Caller) -> Value:
    """What an expression of a module is; unknown where it fails."""
    try:
        return evaluate(expression, caller, {})
    except FailedError as error:
        return Unknown((error.need,))
