"""Operators, on values that may be unknown, and the questions that unknown comparisons ask."""

import math
from collections.abc import Callable, Sequence

from taskwall.core.conditions import is_number, length_name
from taskwall.core.patterns import pattern
from taskwall.core.truths import all_true
from taskwall.core.values import (
    Choice,
    Fields,
    Items,
    Known,
    Question,
    Reference,
    Scalar,
    Text,
    Unknown,
    Value,
    dereferenced,
    needs,
    same,
    stands_for_many,
    symbol,
)
from taskwall.readers.terraform.evaluation.access import is_set, is_variable
from taskwall.readers.terraform.evaluation.context import RunContext
from taskwall.readers.terraform.evaluation.free_variables import FreeVariable, question
from taskwall.readers.terraform.values.conditions import (
    Amount,
    asked,
    choice_of,
    combined,
    negated,
    of_presence,
)
from taskwall.readers.terraform.values.types import to_number, truth
from taskwall.readers.terraform.values.values import (
    FailedError,
    JsonFields,
    JsonItems,
    as_text,
    doubts,
    entries,
    is_null,
    possible,
    waiting,
    weight,
)


def true_or_false(value: Value, run: RunContext) -> Known | Unknown:
    """A value where a truth value is wanted: true, false, or unknown with its questions.

    Raises:
        FailedError: the value is no truth value.
    """
    found = dereferenced(value)
    if isinstance(found, Known):
        if run.deciding and isinstance(found, FreeVariable):
            return question(found, True)
        if found.data is None:
            raise FailedError("a condition", "is null")
        # Up to Terraform 0.11, 1 is true and 0 is false.
        return Known(truth(bool(found.data) if found.data in (0, 1) else found.data))
    if isinstance(found, Items | Fields):
        raise FailedError("a condition", "is a list or map")
    if isinstance(found, Unknown) and found.asks:
        return found
    if isinstance(found, Choice):
        return _chosen(found, lambda branch: true_or_false(branch, run))
    name = symbol(found)
    if not name or isinstance(found, Text):
        return Unknown(needs(found))
    return asked(Question(name, True), needs(found), run.effects)


def _chosen(choice: Choice, judge: Callable[[Value], Known | Unknown]) -> Known | Unknown:
    """What is judged of an open conditional, by its two values."""
    then, otherwise = judge(choice.then), judge(choice.otherwise)
    test = choice.test
    for mine, its, here in ((then, otherwise, test), (otherwise, then, negated(test))):
        if isinstance(mine, Known):
            return combined("||", here, its) if mine.data else combined("&&", negated(here), its)
    both = combined("&&", test, then), combined("&&", negated(test), otherwise)
    return combined("||", *both)


def exceeds(value: Value, limit: float, run: RunContext) -> Known | Unknown:
    """Whether a number is greater than a constant. An unknown that has a name is a question.

    Raises:
        FailedError: it is no number.
    """
    found = dereferenced(value)
    if (known := _operand(value)) is not None:
        return Known(known > limit)
    if isinstance(found, Choice):
        return _chosen(found, lambda branch: exceeds(branch, limit, run))
    if isinstance(found, Amount):
        if found.least > limit:
            return Known(True)
        if limit == 0 and found.positive is not None:
            return found.positive
    name = symbol(found) or symbol(value)
    if not name or isinstance(found, Text):
        return Unknown(needs(found))
    return asked(Question(name, limit, above=True), needs(found), run.effects)


def filled(value: Value, run: RunContext) -> Known | Unknown:
    """Whether a collection has an element. Null has none."""
    found = dereferenced(value)
    if isinstance(found, Choice):
        return _chosen(found, lambda branch: filled(branch, run))
    if isinstance(found, Items | Fields):
        if any(True for _ in entries(found)):
            return Known(True)
        return of_presence(doubts(found) or needs(found)) if possible(found) else Known(False)
    name = symbol(found) or symbol(value)
    if is_null(found):
        return Known(False)
    if not name or isinstance(found, Text | Known):
        return Unknown(needs(found))
    return asked(Question(length_name(name), 0, above=True), needs(found), run.effects)


def _compared(operator: str, one: Value, other: Value, run: RunContext) -> Value:
    """`<`, `>`, `<=`, `>=`, where one side is not known."""
    if _operand(other) is None:
        one, other = other, one
        operator = operator.translate(_MIRRORED)
    limit = _operand(other)
    if limit is None or _operand(one) is not None:
        return waiting(one, other)
    above = exceeds(one, limit, run)
    if operator in (">", "<="):
        return above if operator == ">" else negated(above)
    if isinstance(limit, int):  # of whole numbers
        above = exceeds(one, limit - 1, run)
    else:
        above = combined("||", above, equality(one, Known(limit), run))
    return above if operator == ">=" else negated(above)


_MIRRORED = str.maketrans("<>", "><")


def least(value: Value) -> float:
    """What a number is at least; minus infinity if nothing is known of it."""
    found = dereferenced(value)
    if isinstance(found, Known):
        return to_number(found.data)
    if isinstance(found, Choice):
        return min(least(found.then), least(found.otherwise))
    return found.least if isinstance(found, Amount) else -math.inf


def amount(values: Sequence[Value], least_: float, operator: str, run: RunContext) -> Amount:
    """An open number that is greater than 0 if all of some are (`&&`), or if one is (`||`)."""
    waits = tuple(dict.fromkeys(need for value in values for need in needs(value)))
    positive: Known | Unknown = Known(operator == "&&")
    for value in values:
        positive = combined(operator, positive, exceeds(value, 0, run))
    return Amount(waits, least=least_, positive=positive)


def equality(one: Value, other: Value, run: RunContext) -> Known | Unknown:
    """`==`. An unknown that has a name, compared with a scalar, is a question."""
    if run.deciding:
        for side, twin in (
            (dereferenced(one), dereferenced(other)),
            (dereferenced(other), dereferenced(one)),
        ):
            if isinstance(side, FreeVariable) and isinstance(twin, Known):
                return question(side, twin.data)
    if isinstance(dereferenced(one), Items | Fields):
        run.work(weight(one, run.weights))
    truth_value = equal(one, other)
    if truth_value is not None:
        return Known(truth_value)
    for side, twin in ((one, other), (other, one)):
        found = dereferenced(side)
        if isinstance(found, Choice) and isinstance(dereferenced(twin), Known):
            return _chosen(found, lambda branch, twin=twin: equality(branch, twin, run))  # type: ignore[misc]
    for side, twin in ((one, other), (other, one)):
        scalar, named = dereferenced(twin), dereferenced(side)
        if isinstance(scalar, Known) and isinstance(named, Unknown | Reference):
            name = symbol(named)
            if scalar.data in (None, "") and isinstance(named, Reference) and is_set(named):
                return Known(False)
            if isinstance(named, Unknown) and named.asks:
                return _like(named, scalar.data)
            if isinstance(named, Amount) and is_number(scalar.data):
                assert isinstance(scalar.data, int | float)
                if named.least > scalar.data:
                    return Known(False)
                if scalar.data == 0 and named.least >= 0:
                    return negated(exceeds(named, 0, run))
            if not name:
                break
            if _is_no_id(name, scalar.data):
                return Known(False)
            return asked(Question(name, scalar.data), needs(named), run.effects)
    names = sorted(filter(None, map(_outside, (one, other))))
    if len(names) < 2:
        return waiting(one, other)
    waits = tuple(dict.fromkeys((*needs(one), *needs(other))))
    return asked(Question(" == ".join(names), True), waits, run.effects)


def _outside(value: Value) -> str:
    """The name of something that is decided outside of the sources; "" if it is anything else."""
    found = dereferenced(value)
    external = isinstance(found, Unknown) or (isinstance(found, Reference) and found.looked_up)
    name = symbol(value) if external else ""
    return "" if stands_for_many(name) else name


def _is_no_id(name: str, data: Scalar) -> bool:
    """Whether a text cannot be the id or ARN that something of AWS's has.

    What a user gives a variable may be any text.
    """
    if not isinstance(data, str) or is_variable(name) or not _IDS.search(name):
        return False
    return _WORD.fullmatch(data) is not None


_IDS = pattern(
    r"(?:_arn|\.arn|(?:security_group|subnet|route_table|vpc)(?:_id|\.[\w-]+(?:\[[^\]]*\])?\.id))$"
)
_WORD = pattern(r"\w+")
"""No ARN, and no id of these, is a word (`self`, which modules take for a group of their own)."""


def _like(condition: Unknown, data: Scalar) -> Known | Unknown:
    """An open truth value compared with `true` or `false`."""
    if data is True:
        return condition
    if data is False:
        negative = negated(condition)
        assert isinstance(negative, Unknown)
        return negative
    return Known(False) if data is None else Unknown(condition.needs)


def equal(one: Value, other: Value) -> bool | None:
    """Whether two values are equal by Terraform's rules; None if that is not known.

    A text never equals a number.
    """
    if (name := symbol(one)) and name == symbol(other):
        return None if stands_for_many(name) else True
    one, other = dereferenced(one), dereferenced(other)
    if isinstance(one, Unknown | Reference) or isinstance(other, Unknown | Reference):
        return None
    if isinstance(one, Known) and isinstance(other, Known):
        a, b = one.data, other.data
        alike = isinstance(a, str) == isinstance(b, str)
        return alike and isinstance(a, bool) == isinstance(b, bool) and a == b
    if isinstance(one, Text) or isinstance(other, Text):
        twin = other if isinstance(one, Text) else one
        if isinstance(twin, Text) or (isinstance(twin, Known) and isinstance(twin.data, str)):
            return same(one, other)
        return False if not isinstance(twin, JsonItems | JsonFields) else None
    encoded = [isinstance(side, JsonItems | JsonFields) for side in (one, other)]
    if len(set(encoded)) > 1 and all(isinstance(side, Items | Fields) for side in (one, other)):
        return False  # one of them is a text
    if isinstance(one, Items) and isinstance(other, Items):
        return _equal_items(one, other)
    if isinstance(one, Fields) and isinstance(other, Fields):
        return _equal_fields(one, other)
    if any(encoded):
        texts = [as_text(side) if not is_null(side) else side for side in (one, other)]
        return equal(*texts) if all(isinstance(side, Known) for side in texts) else None
    return False


def _equal_items(one: Items, other: Items) -> bool | None:
    if one.rest or other.rest:
        if not one.rest and len(one.items) < len(other.items):
            return False
        return False if not other.rest and len(other.items) < len(one.items) else None
    if len(one.items) != len(other.items):
        return False
    return all_true([equal(a, b) for a, b in zip(one.items, other.items, strict=True)])


def _equal_fields(one: Fields, other: Fields) -> bool | None:
    if one.rest is not None or other.rest is not None:
        return None
    if one.fields.keys() != other.fields.keys():
        return False
    return all_true([equal(item, other.fields[key]) for key, item in one.fields.items()])


def arithmetic(operator: str, one: Value, other: Value, run: RunContext) -> Value:
    """`+ - * / %` and the comparisons of size.

    Raises:
        FailedError: an operand is no number, or is divided by zero.
    """
    left, right = _operand(one), _operand(other)
    if left is None or right is None:
        if operator in ("<", ">", "<=", ">="):
            return _compared(operator, one, other, run)
        return _estimated(operator, one, other, run)
    try:
        found = _calculated(operator, left, right)
    except (ZeroDivisionError, OverflowError) as error:
        raise FailedError("a number", "is divided by zero or too large") from error
    if isinstance(found, float) and not math.isfinite(found):
        raise FailedError("a number", "is too large")
    return Known(found)


def _estimated(operator: str, one: Value, other: Value, run: RunContext) -> Value:
    """What is known of a number that is calculated from one that is not known."""
    for side, twin in ((one, other), (other, one)):
        choice = dereferenced(side)
        if isinstance(choice, Choice) and _leaves(choice) * _leaves(twin) <= MOST_LEAVES:
            then, otherwise = (
                arithmetic(operator, *((branch, twin) if side is one else (twin, branch)), run)
                for branch in (choice.then, choice.otherwise)
            )
            return choice_of(choice.test, then, otherwise, choice.needs)
    left, right = least(one), least(other)
    if operator == "*":
        if 0 in (_operand(one), _operand(other)):
            return Known(0)
        if left >= 0 and right >= 0:
            return amount((one, other), left * right, "&&", run)
        return waiting(one, other)
    if operator == "+" and left >= 0 and right >= 0:
        return amount((one, other), left + right, "||", run)
    if operator == "+" and not math.isinf(left + right):
        return Amount(needs(one) + needs(other), least=left + right)
    if operator == "-" and (known := _operand(other)) is not None and not math.isinf(left):
        return Amount(needs(one), least=left - known)
    return waiting(one, other)


MOST_LEAVES = 16
"""A number of open conditionals is calculated for at most so many outcomes."""


def _leaves(value: Value) -> int:
    found = dereferenced(value)
    return _leaves(found.then) + _leaves(found.otherwise) if isinstance(found, Choice) else 1


def _calculated(operator: str, left: int | float, right: int | float) -> int | float | bool:
    if operator in "+-*/" and (isinstance(left, float) or isinstance(right, float)):
        return _in_decimals(operator, left, right)
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            if abs(left) > 1e100 or abs(right) > 1e100:
                raise OverflowError
            return left * right
        case "/":
            return left // right if _divides(left, right) else left / right
        case "%":
            found = math.fmod(left, right) if right else left % right
            return int(found) if isinstance(left, int) and isinstance(right, int) else found
        case "<":
            return left < right
        case ">":
            return left > right
        case "<=":
            return left <= right
        case _:
            return left >= right


def _in_decimals(operator: str, left: int | float, right: int | float) -> int | float:
    """Terraform calculates with so many digits that 0.7 * 7 is 4.9."""
    from decimal import Decimal, DecimalException

    one, other = Decimal(str(left)), Decimal(str(right))
    try:
        if operator == "+":
            found = one + other
        elif operator == "-":
            found = one - other
        else:
            found = one * other if operator == "*" else one / other
    except DecimalException as error:
        raise OverflowError from error
    return int(found) if found == found.to_integral_value() and abs(found) < 1e15 else float(found)


def _divides(left: int | float, right: int | float) -> bool:
    return isinstance(left, int) and isinstance(right, int) and left % right == 0


def _operand(value: Value) -> int | float | None:
    found = dereferenced(value)
    if isinstance(found, Known):
        if found.data is None:
            raise FailedError("an operand", "is null")
        return to_number(found.data)
    if isinstance(found, Items | Fields):
        raise FailedError("an operand", "is a list or map")
    return None


def minus(value: Value) -> Value:
    """`-` before a number.

    Raises:
        FailedError: it is no number.
    """
    found = _operand(value)
    return waiting(value) if found is None else Known(-found)


def texts_of(values: "list[Value]") -> list[Value]:
    """Values as pieces of a text.

    Raises:
        FailedError: one is null, a list or a map.
    """
    found = []
    for value in values:
        if is_null(value) or is_null(dereferenced(value)):
            raise FailedError("a part of a string", "is null")
        found.append(as_text(value))
    return found
