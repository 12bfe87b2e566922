"""What the evaluation of a value takes from the scenario, and what it reports beside its result.

One evaluation serves several scenarios: a value that is computed under one of them is the same
under every other that gives the same answers to all that it asked for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Final, Generic, TypeAlias, TypeVar

from msgspec import Struct

from taskwall.core.values import Question, Scalar, Scenario, Span
from taskwall.source.stack import AbsentSource, SourceError

K = TypeVar("K")
V = TypeVar("V")


class Unanswered(Enum):
    """What a scenario answers that says nothing of an operand."""

    OPEN = 0


OPEN: Final = Unanswered.OPEN

Answer: TypeAlias = Scalar | Unanswered
Answers: TypeAlias = tuple[tuple[str, Answer], ...]
"""Operands of questions that were asked for, with the answers of the scenario."""


class Secret(Struct, frozen=True):
    """A text that is sensitive."""

    text: str


class Impossible(Struct, frozen=True):
    """That nothing can be deployed under the scenario: what it says is empty is read from."""


class Assumption(Struct, frozen=True):
    """What is assumed of the value of an expression at a place."""

    place: Span
    text: str


Effect: TypeAlias = SourceError | Question | Secret | AbsentSource | Impossible | Assumption


class ByAnswers(Generic[V]):
    """Values that hang on answers: found by those of a scenario, however many there are.

    Most hang on the same few operands, and differ in the answers.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], dict[_Given, V]] = {}

    def put(self, answers: Answers, value: V) -> None:
        """Keep the value that scenarios have which give these answers."""
        operands = tuple(operand for operand, _ in answers)
        given = _given([answer for _, answer in answers])
        self._known.setdefault(operands, {})[given] = value

    def under(self, scenario: Mapping[str, Scalar]) -> Iterator[V]:
        """The values of the scenario: one for each set of operands on which they hang."""
        for operands, values in self._known.items():
            found = values.get(_given([scenario.get(each, OPEN) for each in operands]))
            if found is not None:
                yield found


_Given: TypeAlias = tuple[tuple[Answer, ...], tuple[type, ...]]
"""Answers with their types: to Python `True`, `1` and `1.0` are one key."""


def _given(answers: Sequence[Answer]) -> _Given:
    return tuple(answers), tuple(map(type, answers))


class _Kept(Struct, frozen=True):
    """A value that hangs on answers or reports something, with both."""

    value: object
    answers: Answers
    reports: tuple[Effect, ...]


class Memo(dict[K, V]):
    """Values that are computed once: its items hang on nothing, others are `beside` them."""

    __slots__ = ("beside",)

    def __init__(self) -> None:
        super().__init__()
        self.beside: dict[K, ByAnswers[_Kept]] | None = None


class Effects:
    """The effects of the value that is being computed, and of all that it rests on.

    `shareable` is whether nothing was met yet that hangs on the order of evaluation: a circle, a
    very long chain, a bound that was reached.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario: Mapping[str, Scalar] = scenario
        self.answers: dict[str, Answer] = {}
        self.reports: dict[Effect, None] = {}
        self.shareable = True
        self._of_inputs: dict[Effect, None] | None = None

    def begin(self, scenario: Scenario) -> None:
        """Go on under another scenario: of what was reported, what inputs are stands."""
        if self._of_inputs is None:
            self._of_inputs = self.reports
        self.scenario = scenario
        self.answers = {}
        self.reports = dict(self._of_inputs)

    def report(self, what: Effect) -> None:
        """Note what holds wherever the value is used that is being computed."""
        self.reports[what] = None

    def answer(self, operand: str) -> Answer:
        """What the scenario says of an operand."""
        found = self.answers[operand] = self.scenario.get(operand, OPEN)
        return found

    def hangs(self, compute: Callable[[], object]) -> bool:
        """Whether what is computed hangs on something that the scenario says."""
        answers, self.answers = self.answers, {}
        try:
            compute()
        finally:
            mine, self.answers = self.answers, answers
            answers.update(mine)
        return any(answer is not OPEN for answer in mine.values())

    def once(self, memo: Memo[K, V], key: K, compute: Callable[[], V | None]) -> V | None:
        """A value from a memo, or computed and kept there; None is not kept."""
        known = memo.beside.get(key) if memo.beside else None
        kept = next(known.under(self.scenario), None) if known else None
        if kept is not None:
            self.answers.update(kept.answers)
            self.reports.update(dict.fromkeys(kept.reports))
            return kept.value  # type: ignore[return-value]
        answers, reports = self.answers, self.reports
        self.answers, self.reports = {}, {}
        try:
            value = compute()
        finally:
            mine, said = self.answers, self.reports
            self.answers, self.reports = answers, reports
            if mine or said:
                answers.update(mine)
                reports.update(said)
        if value is None:
            return None
        if mine or said:
            if memo.beside is None:
                memo.beside = {}
            kept = _Kept(value, tuple(mine.items()), tuple(said))
            memo.beside.setdefault(key, ByAnswers()).put(kept.answers, kept)
            memo.pop(key, None)  # in a circle the outer one counts
        else:
            memo[key] = value
        return value

    def reported(self, kind: type[V]) -> Iterator[V]:
        """What was reported of one kind."""
        return (one for one in self.reports if isinstance(one, kind))


class Handles(dict[str, V]):
    """What stands behind references without an attribute under the scenario, by address."""

    def __init__(self) -> None:
        super().__init__()
        self._by_answers: dict[str, ByAnswers[V]] = {}

    def put(self, address: str, whole: V, answers: Answers) -> None:
        """Let something stand behind an address where the scenario gives these answers."""
        self[address] = whole
        if answers:
            self._by_answers.setdefault(address, ByAnswers()).put(answers, whole)

    def begin(self, effects: Effects) -> None:
        """Go on under another scenario."""
        for address, known in self._by_answers.items():
            self.pop(address, None)
            for whole in known.under(effects.scenario):
                self[address] = whole
