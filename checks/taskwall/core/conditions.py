"""What open conditions ask, which answers there are, and how a set of answers is said.

A question compares an operand with a constant: is it equal, or is it greater? The constants that
an operand is compared with cut what it can be into a few answers, of which each settles all of its
questions: conditions over the same operands exclude each other, or go together, by themselves.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf
from typing import Any, TypeAlias

from taskwall.core.values import OTHER, Question, Scalar, spelled

Domains: TypeAlias = Mapping[str, Sequence[Scalar]]
"""The answers that each operand of an open question can have."""


class Between(float):
    """The answer that a number lies between two that it is compared with, ends excluded."""

    low: float
    high: float

    def __new__(cls, low: float, high: float) -> "Between":
        """Any number between the two stands for all of them."""
        end = high - 1 if low == -inf else low + 1 if high == inf else (low + high) / 2
        made = super().__new__(cls, end)
        made.low, made.high = low, high
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Between) and (self.low, self.high) == (other.low, other.high)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.low, self.high))

    def __reduce__(self) -> "tuple[Any, ...]":
        return Between, (self.low, self.high)


def is_number(data: Scalar) -> bool:
    """Whether a scalar is a number, and no truth value."""
    return isinstance(data, int | float) and not isinstance(data, bool)


def answered(question: Question, answer: Scalar) -> bool | None:
    """What an answer of its operand says to a question; None if it leaves it open."""
    wanted = question.answer
    if not question.above:
        if isinstance(answer, Between) and isinstance(wanted, int | float):
            return None if answer.low < wanted < answer.high else False
        return type(answer) is type(wanted) and answer == wanted
    assert isinstance(wanted, int | float)
    if isinstance(answer, Between):
        return True if answer.low >= wanted else False if answer.high <= wanted else None
    if is_number(answer):
        return bool(answer > wanted)  # type: ignore[operator]
    return None


def domains(
    questions: Iterable[Question], limits: Callable[[str], Sequence[str] | None]
) -> Domains:
    """The answers to take, by operand: those asked for, and one for all that remain.

    Args:
        questions: what is open.
        limits: the answers that an operand can have, as texts; None if any.
    """
    asked: dict[str, list[Question]] = {}
    for question in sorted(questions, key=lambda q: (q.operand, spelled(q.answer) or "")):
        asked.setdefault(question.operand, []).append(question)
    found: dict[str, Sequence[Scalar]] = {}
    for operand, mine in asked.items():
        answers = {spelled(q.answer): q.answer for q in mine if not q.above}
        allowed = limits(operand)
        if any(question.above for question in mine):
            found[operand] = _ordered(mine, allowed)
        elif allowed is None:
            found[operand] = [*answers.values(), OTHER]
        else:
            some: list[Scalar] = [answer for text, answer in answers.items() if text in allowed]
            rest = [text for text in dict.fromkeys(allowed) if text not in answers]
            if len(rest) == 1 or not (some or rest):
                some.append(rest[0] if rest else OTHER)
            elif rest:
                some.append(OTHER)
            found[operand] = some
    return found


def _ordered(questions: Sequence[Question], allowed: Sequence[str] | None) -> Sequence[Scalar]:
    """The answers of an operand that is compared by size: constants, and what lies between.

    The least constant stands for all that is not greater, where nothing less is asked for.
    """
    others = [q.answer for q in questions if not is_number(q.answer)]
    rest: list[Scalar] = list(dict.fromkeys(others))
    if allowed is not None and (numbers := _numbers(allowed)):
        return [*numbers, *rest]
    constants = sorted({q.answer for q in questions if is_number(q.answer)})  # type: ignore[type-var]
    equal = {q.answer for q in questions if not q.above}
    found: list[Scalar] = []
    if constants[0] > 0 and constants[0] in equal:  # type: ignore[operator]
        found.append(Between(-inf, constants[0]))  # type: ignore[arg-type]
    for low, high in zip(constants, [*constants[1:], inf], strict=True):
        found.append(low)
        whole = isinstance(low, int) and isinstance(high, int)
        if not whole or high - low > 1:  # type: ignore[operator]
            found.append(Between(low, high))  # type: ignore[arg-type]
    return [*reversed(found), *rest]  # what is larger, and not empty, is what sources are for


def _numbers(texts: Sequence[str]) -> list[float]:
    try:
        return sorted({int(text) if text.isdecimal() else float(text) for text in texts})
    except ValueError:
        return []


# How to say it


def said(operand: str, answers: Sequence[Scalar], every: Sequence[Scalar]) -> str:
    """That an operand has one of some answers.

    Args:
        operand: what is compared, in the words of its source.
        answers: those that it has.
        every: all that it may have, each once.
    """
    if any(isinstance(answer, Between) for answer in every):
        return _by_size(operand, answers, every)
    texts = {spelled(answer): answer for answer in every}
    if set(texts) - {OTHER} == {"true"} and True in texts.values():
        if not is_name(operand):
            return operand if True in answers else _contrary(operand)
        return f"{operand} is {'true' if True in answers else 'false'}"
    if OTHER in answers:
        mine = {spelled(answer) for answer in answers}
        others = sorted(_quoted(text) for text in texts if text != OTHER and text not in mine)
        return f"{operand} is not {' or '.join(others)}"
    return f"{operand} is {' or '.join(_quoted(spelled(answer)) for answer in answers)}"


def _contrary(comparison: str) -> str:
    """The contrary of an equality or a call, as Terraform writes it."""
    left, equals, right = comparison.partition(" == ")
    return f"{left} != {right}" if equals else f"!{comparison}"


def is_name(operand: str) -> bool:
    """Whether an operand is the name of something, and not a comparison or a call."""
    return not set("({= ").intersection(operand)


_LENGTH = "length("


def length_name(operand: str) -> str:
    """What the number of elements of something is called, in Terraform's words."""
    return f"{_LENGTH}{operand})"


def is_length(operand: str) -> bool:
    """Whether an operand is the number of elements of something."""
    return operand.startswith(_LENGTH)


def compared(operand: str, constant: float, *, above: bool) -> str:
    """That a number is greater than a constant, or that it is not."""
    if constant == 0 and is_length(operand):
        inner = operand.removeprefix(_LENGTH).removesuffix(")")
        return f"{inner} is {'not ' if above else ''}empty"
    return f"{operand} {'>' if above else '<='} {spelled(constant)}"


def _by_size(operand: str, answers: Sequence[Scalar], every: Sequence[Scalar]) -> str:
    line = sorted(answer for answer in every if is_number(answer))  # type: ignore[type-var]
    wanted = [answer in answers for answer in line]
    parts = []
    start = 0
    while start < len(line):
        end = start
        while end < len(line) and wanted[end]:
            end += 1
        if end > start:
            parts.append(_stretch(operand, line, start, end))
        start = end + 1
    others = [answer for answer in answers if not is_number(answer)]
    if all(wanted) and len(line) < len(every):
        missing = [answer for answer in every if not is_number(answer) and answer not in answers]
        return f"{operand} is not {' or '.join(_quoted(spelled(one)) for one in missing)}"
    parts += [f"{operand} is {_quoted(spelled(answer))}" for answer in others]
    return " or ".join(parts)


def _stretch(operand: str, line: Sequence[Any], start: int, end: int) -> str:
    """That a number is among consecutive answers, `end` excluded."""
    first, last = line[start], line[end - 1]
    if start > 0 and end - start == 1 and not isinstance(first, Between):
        return f"{operand} is {spelled(first)}"
    parts = []
    if start > 0:
        if isinstance(first, Between):
            parts.append(compared(operand, first.low, above=True))
        elif isinstance(line[start - 1], Between):
            parts.append(f"{operand} >= {spelled(first)}")
        else:
            parts.append(compared(operand, line[start - 1], above=True))
    if end < len(line):
        if isinstance(last, Between):
            parts.append(f"{operand} < {spelled(last.high)}")
        else:
            parts.append(compared(operand, last, above=False))
    return " and ".join(parts)


def _quoted(text: str | None) -> str:
    return "null" if text is None else text or '""'
