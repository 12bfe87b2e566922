"""The answers of open questions, and how a set of them is said."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets import examples
from taskwall.core.conditions import Between, answered, domains, said
from taskwall.core.values import OTHER, Question, Scalar

N = "var.n"


def above(*constants: float) -> list[Question]:
    """Questions whether a number is greater than constants."""
    return [Question(N, constant, above=True) for constant in constants]


def equal(*constants: Scalar) -> list[Question]:
    """Questions whether something equals constants."""
    return [Question(N, constant) for constant in constants]


def answers(questions: Sequence[Question], *allowed: str) -> list[Scalar]:
    """The answers of the one operand that questions are about."""
    return [*domains(questions, lambda _: allowed or None)[N]]


def test_equalities_have_an_answer_for_all_else() -> None:
    """What an operand is compared with, and something that is none of it."""
    assert answers(equal("a", "b")) == ["a", "b", OTHER]
    assert answers(equal("a"), "a", "c") == ["a", "c"]


def test_sizes_cut_the_line_of_numbers() -> None:
    """Constants, and what lies between them where a whole number does."""
    inf = float("inf")
    assert answers(above(0)) == [Between(0, inf), 0]
    assert answers(above(0, 1)) == [Between(1, inf), 1, 0]
    assert answers(above(0) + equal(5)) == [Between(5, inf), 5, Between(0, 5), 0]
    assert answers(above(3) + equal(3)) == [Between(3, inf), 3, Between(-inf, 3)]
    assert answers(above(0) + equal(None)) == [Between(0, inf), 0, None]
    assert answers(above(0.5)) == [Between(0.5, inf), 0.5]
    assert answers(above(2), "1", "2", "4") == [1, 2, 4]


CONSTANTS = st.integers(-3, 6)


@examples(200)
@given(st.lists(CONSTANTS, max_size=4), st.lists(CONSTANTS, max_size=4))
def test_answers_are_all_that_can_be_told_apart(more: list[int], same: list[int]) -> None:
    """Each number that is not negative has an answer that says the same to every question."""
    questions = above(*more) + equal(*same)
    if not more:
        return
    found = answers(questions)
    told = {tuple(answered(question, answer) for question in questions) for answer in found}
    assert all(None not in row for row in told)
    least = min([*more, *same])
    for number in range(max(least, 0), 9):
        row = tuple(
            number > question.answer if question.above else number == question.answer  # type: ignore[operator]
            for question in questions
        )
        assert row in told


@examples(200)
@given(st.lists(CONSTANTS, min_size=1, max_size=4), st.lists(CONSTANTS, max_size=3), st.data())
def test_what_is_said_holds_of_the_answers_alone(
    more: list[int], same: list[int], data: st.DataObject
) -> None:
    """A set of answers is said so that it holds of each of them and of no other."""
    every = answers(above(*more) + equal(*same))
    wanted = data.draw(st.sets(st.sampled_from(range(len(every))), min_size=1))
    if len(wanted) == len(every):
        return
    text = said(N, [every[at] for at in sorted(wanted)], every)
    for at, answer in enumerate(every):
        assert isinstance(answer, int | float)
        assert _holds(text, float(answer)) is (at in wanted), (text, answer)


def _holds(text: str, number: float) -> bool:
    """Whether what is said of `var.n` holds of a number."""
    python = text.replace(f"{N} is ", f"{N} == ").replace(N, "number")
    return bool(eval(python, {"number": number}))


WORDS: list[tuple[str, list[Question], int, str]] = [
    (N, above(0), 0, "var.n > 0"),
    (N, above(0), 1, "var.n <= 0"),
    (N, above(1, 2), 1, "var.n is 2"),
    (N, above(0) + equal(None), 2, "var.n is null"),
    (N, equal("a"), 1, "var.n is not a"),
    (N, equal(True), 1, "var.n is false"),
    (N, equal(None), 1, "var.n is not null"),
]


@pytest.mark.parametrize(("operand", "questions", "at", "expected"), WORDS)
def test_words(operand: str, questions: list[Question], at: int, expected: str) -> None:
    """One answer in words."""
    every = answers(questions)
    assert said(operand, [every[at]], every) == expected


def test_words_of_what_is_no_name() -> None:
    """The length of something is said as such; comparisons and calls are turned round."""
    every = [0, Between(0, float("inf"))]
    assert said("length(var.x)", every[1:], every) == "var.x is not empty"
    assert said("length(var.x)", every[:1], every) == "var.x is empty"
    yes: list[Scalar] = [True, OTHER]
    assert said('contains(var.x, "a")', [True], yes) == 'contains(var.x, "a")'
    assert said('contains(var.x, "a")', [OTHER], yes) == '!contains(var.x, "a")'
    assert said("var.x == var.y", [OTHER], yes) == "var.x != var.y"


def test_stretches_of_answers_are_said_together() -> None:
    """All numbers beside null are said by what they are not."""
    every = answers(above(0) + equal(None))
    assert said(N, every[:2], every) == "var.n is not null"
    line = answers(above(0, 5))
    assert all(float(high) > float(low) for high, low in pairwise(line))  # type: ignore[arg-type]
    assert said(N, [line[2]], line) == "var.n > 0 and var.n < 5"
