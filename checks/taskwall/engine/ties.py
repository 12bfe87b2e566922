"""What rules say of the context: nothing by itself, but where scanned sources are part of it.

That is told where the scanned source reaches the context: at the last place of the chain that is
scanned. What the context holds there is a step of the chain.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from taskwall.core.facts import Fact
from taskwall.core.values import Origin
from taskwall.rules._rule import Verdict
from taskwall.source.resource import Resource


class ScannedVerdicts:
    """Says of verdicts on resources of the scan and of the context which are reported, and where.

    One is made for the resources of each network.
    """

    def __init__(self, resources: Iterable[Resource]) -> None:
        every = [resource.origin for resource in resources]
        self._scanned = {origin.name: origin for origin in every if not origin.context}
        self._context = {origin.name for origin in every if origin.context}
        files = {origin.header.file for origin in every if not origin.context}
        self._elsewhere = {origin.header.file for origin in every if origin.context} - files
        self._addresses = {origin.address for origin in every if origin.context}

    @property
    def has_context(self) -> bool:
        """Whether anything is of the context."""
        return bool(self._context)

    def told(self, verdict: Verdict, decided: Fact) -> Verdict | None:
        """A verdict as it is reported; None if it is about the context alone."""
        if any(change.attribute.address in self._addresses for change in verdict.changes):
            verdict = replace(verdict, changes=())  # no file of the context is edited
        if not verdict.on.context and verdict.place.file not in self._elsewhere:
            return verdict
        tie: Fact | None = None
        reached = False
        for fact in decided.deciding():
            if self._is_scanned(fact):
                tie = fact if tie is None or not reached else tie
            else:
                reached = reached or tie is not None
        if tie is None or tie.place is None:
            return None
        on = self._scanned.get(tie.resource) or Origin(
            tie.resource, tie.resource, tie.place, verdict.on.language
        )
        return replace(verdict, on=on, place=tie.place, changes=(), shared=None)

    def _is_scanned(self, fact: Fact) -> bool:
        if fact.place is None or fact.place.file in self._elsewhere:
            return False
        return fact.resource in self._scanned or fact.resource not in self._context
