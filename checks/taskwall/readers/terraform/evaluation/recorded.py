"""What an evaluation in parts keeps beside its values: what is reported, and sensitive texts."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from taskwall.core.values import Scenario
from taskwall.incremental.query import Entry, QueryEngine
from taskwall.readers.terraform.values.effects import (
    OPEN,
    Answer,
    Effect,
    Effects,
    Memo,
    Secret,
)
from taskwall.readers.terraform.values.sensitive import (
    MAX_SENSITIVE_TEXTS,
    Derived,
    Hidden,
    with_derived,
)

K = TypeVar("K")
V = TypeVar("V")


class UnfitError(BaseException):
    """The root cannot be evaluated in parts. No defect: what contains those lets it pass."""


class InvalidatedError(BaseException):
    """The change reaches what does not last. No defect, either."""


class CalledFolder(Struct, frozen=True):
    """That a module is called: its errors are reported then."""

    folder: str


class RecordedEffects(Effects):
    """Effects that a query engine keeps, with the values."""

    def __init__(self, queries: QueryEngine) -> None:
        super().__init__({})
        self._queries = queries

    def begin(self, scenario: Scenario) -> None:
        """Go on under another scenario."""
        self.scenario = scenario
        self._queries.begin(scenario)

    def answer(self, operand: str) -> Answer:
        """What the scenario says of an operand."""
        found: Answer = self._queries.answer(operand, OPEN)
        return found

    def report(self, what: Effect) -> None:
        """Note what holds for as long as the answer stands that is being made."""
        self._queries.accumulate(what)

    def hangs(self, compute: Callable[[], object]) -> bool:
        """Whether what is computed hangs on something that the scenario says."""
        operands = self._queries.operands_of(compute)
        return any(answer is not default for answer, default in operands)

    def once(self, memo: Memo[K, V], key: K, compute: Callable[[], V | None]) -> V | None:
        """The value: the query engine keeps it."""
        del memo, key
        return compute()


class RecordedSecrets(Hidden):
    """Sensitive texts that a query engine keeps, with the values that they were met in."""

    def __init__(self, effects: Effects, queries: QueryEngine) -> None:
        super().__init__(effects)
        self._queries = queries

    def add(self, text: str) -> None:
        """Keep a text in mind for as long as the answer stands that is being made."""
        self._effects.report(Secret(text))

    def note(self, derived: Derived) -> None:
        """Keep in mind what a function made for as long."""
        self._queries.accumulate(derived)

    def of(self, reported: "Reported", kept: "KeptAnswers") -> frozenset[str]:
        """The sensitive texts among what is reported, and those that are made of them.

        `kept` is what was kept under the same scenario.

        Raises:
            UnfitError: there are so many that it hangs on the order which are kept in mind.
        """
        met = {one.text for one in reported.of(Secret)}
        if len(met) >= MAX_SENSITIVE_TEXTS:
            raise UnfitError("texts")
        derived = set(reported.of(Derived))
        if (met, derived) != kept.sensitive[:2]:
            kept.sensitive = met, derived, with_derived(met, derived)
        return kept.sensitive[2]


class Reported:
    """What was reported, by its kind: the same is asked for after each change."""

    def __init__(self, every: Iterable[object]) -> None:
        self._by_kind: dict[type, list[Any]] = {}
        for one in every:
            self._by_kind.setdefault(type(one), []).append(one)

    def of(self, kind: type[V]) -> Sequence[V]:
        """What was reported of one kind."""
        return self._by_kind.get(kind, ())


class KeptAnswers:
    """What is kept under one scenario."""

    def __init__(self) -> None:
        self.root = Entry("root")
        self.groups: dict[tuple[int, str], Entry] = {}
        """What rests on all blocks, and on all resources, of each module."""
        self.met: dict[Entry, None] = {}
        """Those of the modules that this evaluation has come to: others are not called now."""
        self.sensitive: tuple[set[str], set[Derived], frozenset[str]] = set(), set(), frozenset()
        self.round = 0
        self._reported: tuple[int, tuple[Entry, ...], Reported] | None = None

    def reported(self, queries: QueryEngine) -> "Reported":
        """What was accumulated on the way to what this evaluation has come to."""
        roots = self.root, *self.met
        known = self._reported
        if known is None or known[:2] != (queries.moved, roots):
            known = queries.moved, roots, Reported(queries.accumulated(roots))
            self._reported = known
        return known[2]

    def forget(self, scope: int, queries: QueryEngine) -> None:
        """Let go of the groups of a module that is not called any more."""
        for key in [key for key in self.groups if key[0] == scope]:
            queries.set_dependencies(self.groups.pop(key), {})

    def group(self, scope: int, of: str) -> Entry:
        """The entry of a group, made when it is first asked for."""
        found = self.groups.setdefault((scope, of), Entry(of))
        self.met[found] = None
        return found
