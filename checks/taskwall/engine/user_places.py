"""Places in files that users edit, for what is wrong in modules that tools have downloaded."""

import os
from collections.abc import Sequence

from taskwall.core.values import Origin, Span
from taskwall.source.resource import Resource
from taskwall.source.stack import Evaluation


class UserPlaces:
    """Leads from places in downloaded modules to the calls of them, in each scenario."""

    def __init__(self, evaluations: Sequence[Evaluation]) -> None:
        self._evaluations = evaluations
        self._downloaded: dict[int, dict[str, list[Resource]]] = {}

    def of(self, place: Span, on: Origin, scenario: int) -> Span:
        """Where users change what a finding on something says of a place."""
        downloaded = self._in_downloads(scenario).get(os.path.dirname(place.file))
        if downloaded is None:
            return place
        holding = [one for one in downloaded if one.place.holds(place)]
        near = (
            [one for one in holding if one.origin.address == on.address]
            or [one for one in holding if one.origin.called_from == on.called_from]
            or holding
        )
        if near:
            return self._evaluations[scenario].user_place(near[0], place)
        call = on.download or downloaded[0].origin.download
        return call.place if call else place

    def _in_downloads(self, scenario: int) -> dict[str, list[Resource]]:
        """The resources of downloaded modules, by the folder of the module."""
        found = self._downloaded.get(scenario)
        if found is None:
            found = self._downloaded[scenario] = {}
            for one in self._evaluations[scenario].resources:
                if one.origin.download is not None:
                    found.setdefault(os.path.dirname(one.place.file), []).append(one)
        return found
