"""Answers of the library: facts that are true, false or unknown, and can explain themselves."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from taskwall.core import facts as core
from taskwall.core.values import Need as CoreNeed
from taskwall.core.values import Span


class Presentation(Struct, frozen=True):
    """How texts and paths of the sources are shown.

    `path` spells a path as a report does, `text` replaces what sources declare to be sensitive.
    """

    path: Callable[[str], str] = str
    text: Callable[[str], str] = str


AS_THEY_ARE = Presentation()
"""For facts whose texts go through a report, which masks them itself."""


class Place(Struct, frozen=True):
    """A stretch of a source file.

    Lines and columns count from 1, columns in code points; the end is exclusive.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Reason(Struct, frozen=True):
    """One sentence of an explanation, the resource that it is about ("" if none), and where."""

    text: str
    resource: str
    place: Place | None

    def __str__(self) -> str:
        return self.text if self.place is None else f"{self.place}: {self.text}"


class Need(Struct, frozen=True):
    """Something that is not known, and why not.

    `name` says what (`var.peers`, `data.aws_vpc.main.cidr_block`), `why` continues the sentence
    ("has no default"). `option` is the keyword of `taskwall.load` that gives its value ("var",
    "parameters" or "assume"), "" where no value would decide.
    """

    name: str
    why: str
    option: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.why}"


class Fact:
    """A sentence that is true, false or unknown.

    Facts are combined with `&`, `|` and `~`. `bool(fact)` raises `TypeError`, so that no program
    can take "unknown" for "no": ask for `fact.truth`, or use `assert_true` and `assert_false`.
    """

    __slots__ = ("_core", "_shown")

    def __init__(self, core_fact: core.Fact, shown: Presentation = AS_THEY_ARE) -> None:
        """Made by the library; `Fact.known` makes one of your own."""
        self._core = core_fact
        self._shown = shown

    @classmethod
    def known(cls, truth: bool, text: str, otherwise: str = "") -> "Fact":
        """A fact of your own, such as one about a name.

        Args:
            truth: whether it is so.
            text: the sentence as it is if it is true, without a full stop.
            otherwise: the same as it is if it is false (default: "it is not true that ...").
        """
        return cls(core.Fact(truth, text, otherwise=otherwise))

    @property
    def truth(self) -> bool | None:
        """True, False, or None where the sources leave it open."""
        return self._core.truth

    @property
    def because(self) -> tuple[Reason, ...]:
        """The facts that decide this one, in the order in which they were read."""
        return tuple(
            Reason(self._shown.text(str(leaf)), leaf.resource, shown_place(leaf.place, self._shown))
            for leaf in self._core.deciding()
        )

    @property
    def needs(self) -> tuple[Need, ...]:
        """What an unknown fact waits for; nothing if it is known."""
        return tuple(dict.fromkeys(shown_need(need) for need in self._core.waits_for()))

    def explain(self) -> str:
        """Everything about it in lines for people: the answer, why, and what it waits for."""
        answer = {True: "true", False: "false", None: "unknown"}[self.truth]
        lines = [answer, *(f"  {step}" for step in self.because)]
        lines += [f"  needs {need}" for need in self.needs]
        return "\n".join(lines)

    def __bool__(self) -> bool:
        raise TypeError(
            "a Fact may be unknown: ask for .truth, or use assert_true and assert_false;"
            f" this one is {self.explain()}"
        )

    def __and__(self, other: "Fact") -> "Fact":
        return all_of((self, other))

    def __or__(self, other: "Fact") -> "Fact":
        return any_of((self, other))

    def __invert__(self) -> "Fact":
        return Fact(~self._core, self._shown)

    def __repr__(self) -> str:
        return f"<Fact {self.explain().splitlines()[0]}>"


def all_of(facts: Iterable[Fact]) -> Fact:
    """True if all facts are, false if one is, else unknown. True if there are none."""
    return _combined(core.all_of, facts)


def any_of(facts: Iterable[Fact]) -> Fact:
    """False if all facts are, true if one is, else unknown. False if there are none."""
    return _combined(core.any_of, facts)


def _combined(how: Callable[[Iterable[core.Fact]], core.Fact], facts: Iterable[Fact]) -> Fact:
    parts = tuple(facts)
    shown = next((part._shown for part in parts if part._shown is not AS_THEY_ARE), AS_THEY_ARE)
    return Fact(how([part._core for part in parts]), shown)


def core_of(fact: Fact) -> core.Fact:
    """The fact as the engine knows it."""
    return fact._core


def shown_place(place: Span | None, shown: Presentation) -> Place | None:
    """A place with its path as reports spell it."""
    if place is None:
        return None
    ends = (place.line, place.column, place.end_line, place.end_column)
    return Place(shown.path(place.file), *ends)


def shown_need(need: CoreNeed) -> Need:
    """A need without what only the engine asks of it."""
    return Need(need.name, need.why, need.option)


class UnknownFactError(AssertionError):
    """That a fact is unknown of which an answer is expected."""


def assert_true(fact: Fact, message: str = "") -> None:
    """Check that a fact is true.

    Raises:
        AssertionError: it is false; the message has the chain.
        UnknownFactError: it is unknown; the message has the chain, and what is missing.
    """
    __tracebackhide__ = True
    _expect(fact, True, message)


def assert_false(fact: Fact, message: str = "") -> None:
    """Check that a fact is false.

    Raises:
        AssertionError: it is true; the message has the chain.
        UnknownFactError: it is unknown; the message has the chain, and what is missing.
    """
    __tracebackhide__ = True
    _expect(fact, False, message)


def _expect(fact: Fact, truth: bool, message: str) -> None:
    __tracebackhide__ = True
    if fact.truth is not truth:
        opening = f"{message}: " if message else ""
        error = UnknownFactError if fact.truth is None else AssertionError
        raise error(f"{opening}expected {str(truth).lower()}, but it is {fact.explain()}")
