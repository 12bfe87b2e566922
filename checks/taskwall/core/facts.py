"""Facts: sentences that are true, false or unknown, with a place, and what they rest on.

Facts are combined with `&`, `|` and `~` (Kleene's logic), and a combination remembers its parts:
the explanation of a verdict is its evaluation. `bool(fact)` raises, so that nobody takes
"unknown" for "no" by accident.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from taskwall.core.values import Need, Origin, Span, why_unknown


class Fact(Struct, frozen=True, gc=False):
    """A sentence and whether it is true; `truth` is None while an unknown decides it.

    `text` words it as true, `otherwise` as false. `resource` names what it is about. `needs` are
    what it waits for if it is unknown; of one that is not they mean nothing, but of a link's fact,
    what that waits for to know what it leads to. A fact made by `&`, `|` or `~` has `parts` and no
    sentence of its own.
    """

    truth: bool | None
    text: str = ""
    place: Span | None = None
    resource: str = ""
    needs: tuple[Need, ...] = ()
    otherwise: str = ""
    parts: "tuple[Fact, ...]" = ()
    op: str = ""

    def __bool__(self) -> bool:
        raise TypeError("a Fact may be unknown: combine facts with & | ~, or compare .truth")

    def __and__(self, other: "Fact") -> "Fact":
        return all_of((self, other))

    def __or__(self, other: "Fact") -> "Fact":
        return any_of((self, other))

    def __invert__(self) -> "Fact":
        truth = None if self.truth is None else not self.truth
        return Fact(truth, parts=(self,), op="not")

    def __str__(self) -> str:
        """The sentence as it stands: worded for true, false or unknown."""
        if self.truth is None:
            waits = f": {why_unknown(self.needs)}" if self.needs else ""
            return f"it is not known whether {self.text}{waits}"
        if self.truth:
            return self.text
        return self.otherwise or f"it is not true that {self.text}"

    def deciding(self) -> "Iterator[Fact]":
        """The facts without parts that make this one what it is, in the order of their reading.

        Of a conjunction that is false only the false parts count, of one that is unknown only
        the unknown ones (and what is true about how one came there). Of a disjunction that is
        true its first true part is enough.
        """
        seen: set[int] = set()
        for leaf in self._deciding():
            if id(leaf) not in seen and leaf.text:
                seen.add(id(leaf))
                yield leaf

    def _deciding(self) -> "Iterator[Fact]":
        if not self.op:
            yield self
            return
        for part in self.parts:
            joins = self.op == "all" and self.truth is None and part.truth is True
            if self.op in ("not", "both") or part.truth is self.truth or joins:
                yield from part._deciding()  # noqa: SLF001 (of its own class)
                if self.op == "any" and self.truth:
                    return

    def supporting(self) -> "Iterator[Fact]":
        """The facts without parts that agree with this one, also where one of them is enough.

        Of several services that use a database each says that it is used.
        """
        seen: set[int] = set()
        open_: list[Fact] = [self]
        while open_:
            fact = open_.pop()
            if id(fact) in seen:
                continue
            seen.add(id(fact))
            if not fact.op:
                yield fact
            open_ += (
                part
                for part in fact.parts
                if fact.op in ("not", "both") or part.truth is fact.truth
            )

    def waits_for(self) -> tuple[Need, ...]:
        """What the unknown facts that decide this one wait for; nothing unless it is unknown."""
        if self.truth is not None:
            return ()
        found = (need for leaf in self.deciding() if leaf.truth is None for need in leaf.needs)
        return tuple(dict.fromkeys(found))


def all_of(facts: Iterable[Fact]) -> Fact:
    """True if all are, false if one is, else unknown. True of none."""
    parts = tuple(facts)
    if len(parts) == 1:
        return parts[0]
    truths = [part.truth for part in parts]
    truth = False if False in truths else None if None in truths else True
    return Fact(truth, parts=parts, op="all")


def any_of(facts: Iterable[Fact]) -> Fact:
    """False if all are, true if one is, else unknown. False of none."""
    parts = tuple(facts)
    if len(parts) == 1:
        return parts[0]
    truths = [part.truth for part in parts]
    truth = True if True in truths else None if None in truths else False
    return Fact(truth, parts=parts, op="any")


def with_reason(fact: Fact, reason: Fact) -> Fact:
    """The same fact, with a reason in front of it where that is true: whom it matters to.

    What is wrong in sources that are context, or in a file that was not given, is shown for the
    tasks that the chain names.
    """
    return all_of((reason, fact)) if reason.truth else fact


def first_true(fact: Fact) -> Fact:
    """The first alternative that is true, where one is: without the others that are true as well.

    The fact itself if it is no disjunction, or none of its alternatives is true.
    """
    parts = fact.parts if fact.op == "any" else ()
    return next((part for part in parts if part.truth), fact)


def implies(condition: Fact, fact: Fact) -> Fact:
    """Whether a fact holds wherever a condition does: the fact itself where that is certain."""
    return fact if condition.truth else any_of((fact, ~condition))


def existence(of: Origin) -> Fact:
    """Whether an entity is there: unknown where a count or condition leaves it open."""
    return Fact(None if of.maybe else True, f"{of.name} exists", of.header, of.name, of.maybe)


TRUE = Fact(True)
FALSE = Fact(False)
