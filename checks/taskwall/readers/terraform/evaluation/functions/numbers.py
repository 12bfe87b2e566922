"""Functions of numbers, and conversions between simple types."""

import math
from collections.abc import Callable, Iterable

from taskwall.core.values import Items, Known, Unknown, Value, dereferenced, needs
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.functions.arguments import (
    UnsettledError,
    items_of,
    number,
    stretch,
    text_of,
    whole,
)
from taskwall.readers.terraform.evaluation.operators import amount, least, true_or_false
from taskwall.readers.terraform.values.conditions import combined
from taskwall.readers.terraform.values.types import simple
from taskwall.readers.terraform.values.values import FailedError, is_null, is_open, waiting

LONGEST_RANGE = 1024
"""Terraform's own bound for `range`."""


def _sum(arguments: list[Value], scope: ModuleContext) -> Value:
    items = items_of(arguments[0], scope)
    if items.rest:
        raise UnsettledError
    if not items.items:
        raise FailedError("sum(...)", "is given an empty list")
    return Known(sum(number(item) for item in items.items))


def _min(arguments: list[Value], scope: ModuleContext) -> Value:
    return _extreme(arguments, min, "&&", scope)


def _max(arguments: list[Value], scope: ModuleContext) -> Value:
    return _extreme(arguments, max, "||", scope)


def _extreme(
    arguments: list[Value],
    of: Callable[[Iterable[int | float]], int | float],
    operator: str,
    scope: ModuleContext,
) -> Value:
    """The least or the greatest of some numbers; of open ones, what it is at least."""
    try:
        return Known(of([number(item) for item in arguments]))
    except UnsettledError:
        bounds = [least(item) for item in arguments]
        return amount(arguments, of(bounds), operator, scope.run)


def _abs(arguments: list[Value], scope: ModuleContext) -> Value:
    return Known(abs(number(arguments[0])))


def _ceil(arguments: list[Value], scope: ModuleContext) -> Value:
    return Known(math.ceil(number(arguments[0])))


def _floor(arguments: list[Value], scope: ModuleContext) -> Value:
    return Known(math.floor(number(arguments[0])))


def _pow(arguments: list[Value], scope: ModuleContext) -> Value:
    found = math.pow(number(arguments[0]), number(arguments[1]))
    return Known(int(found) if found.is_integer() and abs(found) < 1e15 else found)


def _log(arguments: list[Value], scope: ModuleContext) -> Value:
    found = math.log(number(arguments[0])) / math.log(number(arguments[1]))
    near = round(found)
    return Known(near if math.isclose(found, near, rel_tol=1e-15) else found)


def _signum(arguments: list[Value], scope: ModuleContext) -> Value:
    found = whole(arguments[0])
    return Known((found > 0) - (found < 0))


def _parseint(arguments: list[Value], scope: ModuleContext) -> Value:
    text, base = text_of(arguments[0]), whole(arguments[1])
    if not 2 <= base <= 62 or len(text) > 1000:
        raise FailedError("parseint(...)", "takes bases from 2 to 62")
    digits = text[1:] if text[:1] in ("+", "-") else text
    found = 0
    for digit in digits.lower() if base <= 36 else digits:
        value = _DIGITS.index(digit)
        if value >= base:
            raise FailedError("parseint(...)", f'is given "{digit}" in base {base}')
        found = found * base + value
    if not digits:
        raise FailedError("parseint(...)", "is given no digits")
    return Known(-found if text.startswith("-") else found)


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _range(arguments: list[Value], scope: ModuleContext) -> Value:
    end = arguments[-1]
    if len(arguments) < 3 and is_open(end):
        first = arguments[0] if len(arguments) > 1 else Known(0)
        return stretch(first, end, (Unknown(needs(end)),), scope)
    numbers = [number(argument) for argument in arguments]
    start = numbers[0] if len(numbers) > 1 else 0
    limit = numbers[1] if len(numbers) > 1 else numbers[0]
    step = numbers[2] if len(numbers) > 2 else (1 if limit >= start else -1)
    if (limit - start) * step < 0:
        raise FailedError("range(...)", "has a step that leads away from its end")
    if step == 0 or (limit - start) / step > LONGEST_RANGE:
        raise FailedError("range(...)", f"has more than {LONGEST_RANGE} elements")
    found: list[Value] = []
    while (start < limit) if step > 0 else (start > limit):
        if len(found) > LONGEST_RANGE:  # so large that the step is lost in rounding
            raise UnsettledError
        found.append(Known(start))
        start += step
    return Items(tuple(found))


def _alltrue(arguments: list[Value], scope: ModuleContext) -> Value:
    return _all(arguments[0], "&&", True, scope)


def _anytrue(arguments: list[Value], scope: ModuleContext) -> Value:
    return _all(arguments[0], "||", False, scope)


def _all(value: Value, operator: str, start: bool, scope: ModuleContext) -> Value:
    items = items_of(value, scope)
    found: Known | Unknown = Known(start)
    for item in items.items:
        truth = Known(False) if is_null(dereferenced(item)) else true_or_false(item, scope.run)
        found = combined(operator, found, truth)
    if items.rest and not (isinstance(found, Known) and found.data is not start):
        return waiting(found, *items.rest, Items((), (), None, items.needs))
    return found


def _tostring(arguments: list[Value], scope: ModuleContext) -> Value:
    return simple(arguments[0], "string")


def _tonumber(arguments: list[Value], scope: ModuleContext) -> Value:
    return simple(arguments[0], "number")


def _tobool(arguments: list[Value], scope: ModuleContext) -> Value:
    return simple(arguments[0], "bool")


def _sensitive(arguments: list[Value], scope: ModuleContext) -> Value:
    scope.run.hidden.hide(arguments[0])
    return arguments[0]


def _itself(arguments: list[Value], scope: ModuleContext) -> Value:
    return arguments[0]


FUNCTIONS = {
    "sum": _sum,
    "min": _min,
    "max": _max,
    "abs": _abs,
    "ceil": _ceil,
    "floor": _floor,
    "pow": _pow,
    "log": _log,
    "signum": _signum,
    "parseint": _parseint,
    "range": _range,
    "alltrue": _alltrue,
    "anytrue": _anytrue,
    "tostring": _tostring,
    "tonumber": _tonumber,
    "tobool": _tobool,
    "sensitive": _sensitive,
    "nonsensitive": _itself,
    "ephemeralasnull": _itself,
}
