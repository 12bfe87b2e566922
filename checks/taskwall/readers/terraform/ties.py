"""What roots refer to of other roots and of the context, found before anything is judged."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from taskwall.core.values import Span, download_of
from taskwall.readers.terraform.evaluation.data_queries import DATA_SOURCES, REMOTE_STATE
from taskwall.readers.terraform.evaluation.module import ModuleScope
from taskwall.readers.terraform.evaluation.resource_instance import ResourceInstance
from taskwall.readers.terraform.modules import Module
from taskwall.source.context import SourceTie

if TYPE_CHECKING:
    from taskwall.readers.terraform.evaluation.data_answers import DataAnswers
    from taskwall.readers.terraform.evaluation.remote_states import RemoteStates

AS_NEAREST = ", as the nearest"
"""What is said of a tie to one of several that answer."""


def looks_up(module: Module) -> bool:
    """Whether a module itself has a data source that a root, or the context, may answer."""
    return any(_kind(local) in _KINDS for local in module.resources)


def looked_for(modules: Iterable[Module]) -> frozenset[str]:
    """The types of the resources that modules look up."""
    kinds = {_kind(local) for module in modules for local in module.resources}
    return frozenset(
        means for kind in kinds & DATA_SOURCES.keys() for means in DATA_SOURCES[kind].means
    )


_KINDS = DATA_SOURCES.keys() | {REMOTE_STATE}


def _kind(local: str) -> str:
    """The type of the data source of an address within a module; "" of a resource."""
    mode, _, rest = local.partition(".")
    return rest.partition(".")[0] if mode == "data" else ""


def state_references(
    states: "RemoteStates", scope: ModuleScope, leading: frozenset[str]
) -> Iterator[SourceTie]:
    """The states that a root reads. `leading` are the folders of modules that look something up."""
    for at, local, instance in _data_sources(scope, leading, {REMOTE_STATE}):
        meant = states.meant(local, instance.address, instance.fields, at.run)
        name, place = at.run.own(instance.address), _place(at, local)
        by = f"remote state's {meant.alone.partition(' ')[0]}" if meant.alone else "remote state"
        by += AS_NEAREST if meant.farther else ""
        yield SourceTie(
            scope.run.root.folder,
            name,
            place,
            by,
            meant.folder,
            candidates=meant.candidates,
            farther=meant.farther,
            alone=meant.alone,
        )


def data_references(
    answers: "DataAnswers", scope: ModuleScope, leading: frozenset[str]
) -> Iterator[SourceTie]:
    """The resources elsewhere that the data sources of a root mean, or may mean."""
    folder = scope.run.root.folder
    for at, local, instance in _data_sources(scope, leading, DATA_SOURCES.keys()):
        kind, address = _kind(local), instance.address
        answer = answers.answer(kind, address, instance.fields, at)
        if answer is None:
            continue
        place, by, own = _place(at, local), answer.query.by, at.run.own(address)
        by += AS_NEAREST if answer.farther else ""
        means = answer.found if DATA_SOURCES[kind].lists else filter(None, (answer.one,))
        ties = [
            SourceTie(folder, own, place, by, one.root, one.own, farther=answer.farther)
            for one in means
        ]
        if not ties:
            some = tuple(one.address for one in (*answer.found, *answer.open))
            doubt = answer.doubt if answer.found else ""
            ties = [SourceTie(folder, own, place, by, candidates=some, doubt=doubt)]
        yield from ties


def _place(scope: ModuleScope, local: str) -> Span:
    """Where a data source is written, or the call of the downloaded module that it is in."""
    call = download_of(scope.called_from)
    return scope.module.resources[local].header if call is None else call.place


def _data_sources(
    scope: ModuleScope, leading: frozenset[str], kinds: Iterable[str]
) -> Iterator[tuple[ModuleScope, str, ResourceInstance]]:
    """The data sources of some types in a module and in those that it calls."""
    if scope.module.folder not in leading:
        return
    for local in scope.module.resources:
        if _kind(local) in kinds:
            for instance in scope.instances(local).all:
                yield scope, local, instance
    for name in scope.module.calls:
        for called in scope.called(name):
            yield from _data_sources(called, leading, kinds)
