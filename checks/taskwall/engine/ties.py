"""What rules say of the context: nothing by itself, but where scanned sources are part of it.

That is told where the scanned source reaches the context: at the last place of the chain that is
scanned. What the context holds there is a step of the chain.
"""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from taskwall.core.facts import Fact, all_of
from taskwall.core.values import Fields, Items, Origin, Reference, Span, Text, Value
from taskwall.engine.judgement import ScenarioVerdict
from taskwall.rules._rule import Verdict
from taskwall.source.resource import Resource


def of_scanned(
    answers: list[ScenarioVerdict], resources: Iterable[Resource]
) -> list[ScenarioVerdict]:
    """The verdicts of a network of these resources without those on the context alone."""
    scanned = ScannedVerdicts(resources)
    if not scanned.has_context:
        return answers
    pairs = ((answer, scanned.reported(answer.verdict, answer.decided)) for answer in answers)
    return [
        answer
        if verdict is answer.verdict
        else replace(answer, verdict=verdict, decided=_with_place(answer, verdict))
        for answer, verdict in pairs
        if verdict is not None
    ]


def _with_place(answer: ScenarioVerdict, reported: Verdict) -> Fact:
    """What decides a verdict; of one that is reported at a tie with the place that it is about."""
    at, name, decided = answer.verdict.place, answer.verdict.on.name, answer.decided
    places = (fact.place for fact in decided.deciding())
    if at == reported.place or any(
        place and (place.file, place.line) == (at.file, at.line) for place in places
    ):
        return decided
    return all_of((decided, Fact(True, "the context writes it here", at, name)))


class ScannedVerdicts:
    """Says of verdicts on resources of the scan and of the context which are reported, and where.

    One is made for the resources of each network.
    """

    def __init__(self, resources: Iterable[Resource]) -> None:
        every = tuple(resources)
        context = [one.origin for one in every if one.origin.context]
        self._scanned = {one.origin.name: one for one in every if not one.origin.context}
        self._names = {origin.name for origin in context}
        self._addresses = {origin.address for origin in context}
        files = {one.origin.header.file for one in self._scanned.values()}
        self._elsewhere = {origin.header.file for origin in context} - files
        """The files that only the context has: modules may be those of both."""

    @property
    def has_context(self) -> bool:
        """Whether anything is of the context."""
        return bool(self._names)

    def reported(self, verdict: Verdict, decided: Fact) -> Verdict | None:
        """A verdict as it is reported; None if it is about the context alone."""
        if any(change.attribute.address in self._addresses for change in verdict.changes):
            verdict = replace(verdict, changes=())  # no file of the context is edited
        if not verdict.on.context and verdict.place.file not in self._elsewhere:
            return verdict
        tie = self._tie(decided, verdict.on.name)
        if tie is None or tie.place is None:
            return None
        resource = self._scanned.get(tie.resource)
        if resource is None:
            on, place = Origin(tie.resource, tie.resource, tie.place, verdict.on.language), None
        else:
            on = resource.origin
            place = self._reaching(resource) if tie.place == on.header else None
        at, there = place or tie.place, verdict.place
        return replace(
            verdict,
            on=on,
            place=at,
            changes=(),
            shared=None,
            in_context=there,
            of_context=verdict.on,
        )

    def _tie(self, decided: Fact, name: str) -> Fact | None:
        """The last fact about the scanned sources before those about the context.

        One that says of them how they reach what is called by a name comes first, then one that
        says how they reach anything of the context.
        """
        tie = reaching = None
        for fact in decided.deciding():
            if self._is_scanned(fact):
                tie = fact
                if fact.text.endswith(f" {name}"):
                    return tie
                if fact.text.rpartition(" ")[2] in self._names:
                    reaching = fact
            elif tie is not None:
                break
        return tie if reaching is None else reaching

    def _is_scanned(self, fact: Fact) -> bool:
        if fact.place is None or fact.place.file in self._elsewhere:
            return False
        return fact.resource in self._scanned or fact.resource not in self._names

    def _reaching(self, resource: Resource) -> Span | None:
        """The first attribute by which a resource refers to the context."""
        return next(self._references(resource.body, None), None)

    def _references(self, value: Value, place: Span | None) -> Iterator[Span]:
        """The places of what refers to the context in a value that stands at a place."""
        if isinstance(value, Reference):
            if value.resource in self._addresses and place is not None:
                yield place
            elif value.value is not None:
                yield from self._references(value.value, place)
        elif isinstance(value, Fields):
            for name, item in value.fields.items():
                yield from self._references(item, value.places.get(name, place))
        elif isinstance(value, Items):
            for item in (*value.items, *value.rest):
                yield from self._references(item, place)
        elif isinstance(value, Text):
            for part in value.parts:
                if not isinstance(part, str):
                    yield from self._references(part, place)
