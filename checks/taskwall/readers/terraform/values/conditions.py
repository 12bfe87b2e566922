"""Truth values and numbers that are open, as values: compared, negated, joined, and named.

A condition knows what it hangs on (`Test`s of questions, joined by `&&` and `||`), so that two of
them exclude each other where their questions do, and so that what may exist can say when it does.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from typing import TypeAlias

from msgspec import Struct

from taskwall.core.conditions import answered, compared, domains, said
from taskwall.core.values import (
    OTHER,
    Choice,
    Known,
    Need,
    Question,
    Scalar,
    Unknown,
    Value,
    conditional,
    same,
    unconditional,
)
from taskwall.readers.terraform.values.effects import OPEN, Effects

MOST_TESTS = 8
"""A condition of more tests is neither simplified nor named."""

MOST_SETTINGS = 64
"""So many settings are tried to see whether a condition is always true, or never."""


class Test(Struct, frozen=True, gc=False):
    """Whether the answer to a question is yes; or no, if it does not hold."""

    question: Question
    holds: bool = True


class Joined(Struct, frozen=True):
    """Tests of which all (`&&`), or one (`||`), must come out."""

    operator: str
    parts: "tuple[Tree, ...]"


Tree: TypeAlias = Test | Joined


class OpenCondition(Unknown, frozen=True):
    """A truth value that is open. `tree` is what decides it; None if that is not known."""

    tree: Tree | None = None


class Amount(Unknown, frozen=True):
    """A number that is open, but not less than `least`.

    `positive` is whether it is greater than 0, where that hangs on other things than itself.
    """

    least: float = 0
    positive: Known | Unknown | None = None


def decided_by(
    tree: Tree, waits: tuple[Need, ...], asks: frozenset[Question] = frozenset()
) -> Known | Unknown:
    """The truth value that a tree decides: known if all settings agree.

    `asks` are the questions that decide it, if they are more than those of its tests.
    """
    tests = list(_tests(tree))
    asks = asks or frozenset(test.question for test in tests)
    if len(tests) > MOST_TESTS:
        return Unknown(waits, asks=asks)
    if len(tests) > 1 and (truth := _settled(tree, tests)) is not None:
        return Known(truth)
    return OpenCondition(waits, _symbol(tree), asks, tree=tree)


def asked(question: Question, waits: tuple[Need, ...], effects: Effects) -> Known | Unknown:
    """The truth value that a question decides: known if the scenario answers it."""
    answer = effects.answer(question.operand)
    truth = None if answer is OPEN else answered(question, answer)
    return decided_by(Test(question), waits) if truth is None else Known(truth)


def negated(value: Known | Unknown) -> Known | Unknown:
    """The contrary of a truth value."""
    if isinstance(value, Known):
        return Known(not value.data)
    if isinstance(value, OpenCondition) and value.tree is not None:
        tree = _contrary(value.tree)
        return OpenCondition(value.needs, _symbol(tree), value.asks, tree=tree)
    return Unknown(value.needs, f"!({value.symbol})" if value.symbol else "", value.asks)


def combined(operator: str, one: Known | Unknown, other: Known | Unknown) -> Known | Unknown:
    """`&&` and `||`."""
    deciding = operator == "||"
    for side, twin in ((one, other), (other, one)):
        if isinstance(side, Known):
            return side if side.data is deciding else twin
    assert isinstance(one, Unknown)
    assert isinstance(other, Unknown)
    if one.symbol and one.symbol == other.symbol:
        return one
    waits = tuple(dict.fromkeys((*one.needs, *other.needs)))
    trees = [side.tree for side in (one, other) if isinstance(side, OpenCondition)]
    if len(trees) == 2 and trees[0] and trees[1]:
        return decided_by(Joined(operator, (trees[0], trees[1])), waits, one.asks | other.asks)
    return Unknown(waits, asks=one.asks | other.asks)


def choice_of(
    test: Known | Unknown, then: Value, otherwise: Value, waits: tuple[Need, ...]
) -> Value:
    """What an open conditional gives of two values of which nothing is known together.

    `waits` says what must be known to tell which of them it is.
    """
    if isinstance(test, Known):
        return then if test.data else otherwise
    if same(then, otherwise):
        return then
    return Choice(waits, test=test, then=then, otherwise=otherwise)


def condition_text(value: Known | Unknown) -> str:
    """An open condition in the words of its source; "" if it has none."""
    if not isinstance(value, OpenCondition) or value.tree is None:
        return ""
    return _words(value.tree)


def presence(waits: Iterable[Need], truth: Known | Unknown) -> tuple[Need, ...]:
    """Needs of what is there if a condition holds."""
    asks = truth.asks if isinstance(truth, Unknown) else frozenset()
    return conditional(waits, condition_text(truth), asks, _row(truth))


def of_presence(waits: tuple[Need, ...]) -> Unknown:
    """The condition of which such needs are made, as far as they say it."""
    asks = frozenset[Question]().union(*(need.asks for need in waits))
    plain = tuple(map(unconditional, waits))
    if len(asks) == 1 and len({need.row for need in waits}) == 1:
        (question,), row = asks, dict(waits[0].row)
        if question.operand in row:
            holds = bool(answered(question, row[question.operand]))
            found = decided_by(Test(question, holds), plain)
            assert isinstance(found, Unknown)
            return found
    return Unknown(plain, asks=asks)


def _row(truth: Known | Unknown) -> tuple[tuple[str, Scalar], ...]:
    """Answers under which a condition holds; none if there is no telling."""
    tree = truth.tree if isinstance(truth, OpenCondition) else None
    if tree is None:
        return ()
    every = domains([one.question for one in _tests(tree)], lambda _: None)
    rows = (dict(zip(every, row, strict=True)) for row in product(*every.values()))
    found = next((row for row in islice(rows, MOST_SETTINGS) if _truth(tree, row)), {})
    return tuple(found.items())


def _words(tree: Tree) -> str:
    if isinstance(tree, Joined):
        parts = [_words(part) for part in tree.parts]
        if tree.operator == "||":
            return " or ".join(parts)
        both = zip(tree.parts, parts, strict=True)
        return " and ".join(
            f"({text})" if isinstance(part, Joined) and part.operator == "||" else text
            for part, text in both
        )
    question = tree.question
    answer = question.answer
    if question.above:
        assert isinstance(answer, int | float)
        return compared(question.operand, answer, above=tree.holds)
    every: list[Scalar] = [answer, OTHER]
    return said(question.operand, every[:1] if tree.holds else every[1:], every)


def _tests(tree: Tree) -> Iterator[Test]:
    if isinstance(tree, Test):
        yield tree
        return
    for part in tree.parts:
        yield from _tests(part)


def _contrary(tree: Tree) -> Tree:
    if isinstance(tree, Test):
        return Test(tree.question, not tree.holds)
    operator = "||" if tree.operator == "&&" else "&&"
    return Joined(operator, tuple(_contrary(part) for part in tree.parts))


def _symbol(tree: Tree) -> str:
    """A name that only equal conditions have."""
    if isinstance(tree, Joined):
        return f"({f' {tree.operator} '.join(sorted(map(_symbol, tree.parts)))})"
    question = tree.question
    if question.answer is True and not question.above:
        text = question.operand
    else:
        text = f"{question.operand} {'>' if question.above else '=='} {question.answer!r}"
    return text if tree.holds else f"!({text})"


def _settled(tree: Tree, tests: list[Test]) -> bool | None:
    """Whether a condition comes out the same under every setting; None if it does not."""
    every = domains([one.question for one in tests], lambda _: None)
    size = 1
    for answers in every.values():
        size *= len(answers)
    if size > MOST_SETTINGS:
        return None
    rows = (dict(zip(every, row, strict=True)) for row in product(*every.values()))
    truths = {_truth(tree, row) for row in rows}
    return truths.pop() if len(truths) == 1 else None


def _truth(tree: Tree, row: Mapping[str, Scalar]) -> bool:
    if isinstance(tree, Test):
        return bool(answered(tree.question, row[tree.question.operand])) is tree.holds
    truths = (_truth(part, row) for part in tree.parts)
    return all(truths) if tree.operator == "&&" else any(truths)
