"""Places in files that users edit, for what is wrong in modules that tools have downloaded."""

import os
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from taskwall.core.facts import Fact
from taskwall.core.loop_places import LoopSpan, without_element
from taskwall.core.values import ModuleCall, Origin, Span
from taskwall.source.resource import Resource
from taskwall.source.stack import Evaluation


class _Downloaded(Struct):
    """The resources of a downloaded module: by address, and by block and calls."""

    by_address: dict[str, Resource] = {}
    by_block: dict[Span, dict[tuple[ModuleCall, ...], Resource]] = {}

    def at(self, place: Span, on: Origin, name: str = "") -> Resource | None:
        """The resource that a place is in.

        It is `on` itself, else one of a name, else one of the same calls, else any.
        """
        own = self.by_address.get(on.address)
        if own is not None and own.place.holds(place):
            return own
        for block, instances in self.by_block.items():
            if block.holds(place):
                named = (one for one in instances.values() if one.origin.name == name)
                found = next(named, None) or instances.get(on.called_from)
                return found or next(iter(instances.values()))
        return None


class UserPlaces:
    """Leads from places in downloaded modules to the calls of them, in each scenario."""

    def __init__(self, evaluations: Sequence[Evaluation]) -> None:
        self._evaluations = evaluations
        self._modules: dict[int, dict[str, _Downloaded]] = {}
        self._calls: dict[int, dict[tuple[str, str], tuple[ModuleCall, ...]]] = {}

    def of(self, place: Span, on: Origin, scenario: int) -> Span:
        """Where users change what a finding on something says of a place."""
        module = self._downloaded(scenario).get(os.path.dirname(place.file))
        if isinstance(place, LoopSpan):
            element_place = self._evaluations[scenario].element_place
            if (element := element_place(place, module is not None)) is not None:
                return element
            place = place if module else without_element(place)
        if module is None:
            # Of a file beside a downloaded module (a template of user data), its call.
            fetched = on.download and place.file.startswith(os.path.dirname(on.header.file))
            return on.download.place if on.download and fetched else place
        if (resource := module.at(place, on)) is not None:
            return self._evaluations[scenario].user_place(resource, place)
        call = on.download or next(iter(module.by_address.values())).origin.download
        return call.place if call else place

    def of_step(self, place: Span, name: str, on: Origin, scenario: int) -> ModuleCall | None:
        """The call of a stand-in that a place is in, which nobody has in a file; else None.

        Args:
            place: what a step of a finding on `on` is about.
            name: the name of the resource that the step is about.
            on: what the finding is about.
            scenario: the one in which it is found.
        """
        module = self._downloaded(scenario).get(os.path.dirname(place.file))
        if module is None:
            return None
        resource = module.at(place, on, name) or next(iter(module.by_address.values()))
        call = resource.origin.download
        return call if call is not None and call.read_as else None

    def leading_to(self, facts: Iterable[Fact], scenario: int) -> set[str]:
        """The files of what facts are about, and those whose calls of modules lead there.

        A call is that of the resource which a fact names, else of any in the same file.
        """
        calls = self._calls.get(scenario)
        if calls is None:
            calls = self._calls[scenario] = {}
            for one in self._evaluations[scenario].resources:
                if one.origin.called_from:
                    file, leading = one.origin.header.file, one.origin.called_from
                    calls[file, one.origin.name] = leading
                    calls.setdefault((file, ""), leading)
        found: set[str] = set()
        for file, name in {(fact.place.file, fact.resource) for fact in facts if fact.place}:
            leading = calls.get((file, name)) or calls.get((file, ""), ())
            found.update((file, *(call.place.file for call in leading)))
        return found

    def assumed(self, place: Span, on: Origin, scenario: int) -> Iterator[tuple[Span, str]]:
        """What is assumed of the values at a place, or that come there, and where it stands."""
        evaluation = self._evaluations[scenario]
        if evaluation.assumed:
            around = [place, *(one.place for one in evaluation.provenance(place, on))]
            for where, text in evaluation.assumed.items():
                if any(each.holds(where) for each in around):
                    yield where, text

    def _downloaded(self, scenario: int) -> dict[str, _Downloaded]:
        """The downloaded modules by their folders."""
        found = self._modules.get(scenario)
        if found is None:
            found = self._modules[scenario] = {}
            for one in self._evaluations[scenario].resources:
                if one.origin.download is not None:
                    module = found.setdefault(os.path.dirname(one.place.file), _Downloaded())
                    module.by_address[one.origin.address] = one
                    instances = module.by_block.setdefault(one.place, {})
                    instances.setdefault(one.origin.called_from, one)
        return found
