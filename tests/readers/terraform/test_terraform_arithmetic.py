"""Operators: what they give of known values, what they refuse, and what is certain of open ones."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Unknown, Value, dereferenced, needs
from taskwall.source.stack import Evaluation

Evaluated = Callable[..., Evaluation]
Shown = Callable[[Value], object]
OPEN = "var.open has no default"


def value(expression: str, evaluated: Evaluated) -> Value:
    """The value of an expression of a root with nothing but an open variable."""
    text = f'variable "open" {{}}\nresource "t" "t" {{\n  x = {expression}\n}}\n'
    return evaluated(text).resources[0].body.fields["x"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0.7 * 7", 4.9),
        ("0.1 + 0.2", 0.3),
        ("1 - 0.9", 0.1),
        ("1.5 + 1.5", 3),
        ("6 / 4.0", 1.5),
        ("7 / 2", 3.5),
        ("6 / 3", 2),
        ("7 % 3", 1),
        ("-7 % 3", -1),
        ("7 % -3", 1),
        ("5.5 % 2", 1.5),
        ("1e99 * 2", 2e99),
        ('"3" + 4', 7),
        ('-"3"', -3),
        ("-(2 - 5)", 3),
        ("1 < 1", False),
        ("1 <= 1", True),
        ("1 > 1", False),
        ("1 >= 1", True),
        ("1 < 2", True),
        ("1 > 2", False),
        ('"10" > 9', True),
        ("!true", False),
        ('!"false"', True),
        ("!1", False),
        ("!0", True),
        ('true && "false"', False),
        ('false || "true"', True),
        ("false && null", False),
        ("true || null", True),
        ('1 == "1"', False),
        ("1 == 1.0", True),
        ("null == null", True),
        ("[1] == [1]", True),
        ("[1, 2] == [2, 1]", False),
        ("{ a = 1 } == { a = 1 }", True),
        ("{ a = 1 } == { a = 2 }", False),
        ("{ a = 1 } == { b = 1 }", False),
        ('true == "true"', False),
        ('"a" != "b"', True),
        ('"a" != "a"', False),
        ('1 ? "a" : "b"', "a"),
        ('0 ? "a" : "b"', "b"),
        ('"1" ? "a" : "b"', "a"),
        ('"false" ? "a" : "b"', "b"),
    ],
)
def test_what_an_operator_gives(
    expression: str, expected: object, evaluated: Evaluated, shown: Shown
) -> None:
    """As Terraform calculates, which is in decimals."""
    found = shown(value(expression, evaluated))
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("1e200 * 1e200", "a number is too large"),
        ("1 / 0", "a number is divided by zero or too large"),
        ("0.5 / 0", "a number is divided by zero or too large"),
        ("5 % 0", "a number is divided by zero or too large"),
        ('"a" + 1', "the value is not a number"),
        ("1 + true", "the value is not a number"),
        ("1 + null", "an operand is null"),
        ('1 < "x"', "the value is not a number"),
        ("null < 1", "an operand is null"),
        ("2 ? 1 : 2", "the value is neither true nor false"),
        ('"yes" ? 1 : 2', "the value is neither true nor false"),
        ("null ? 1 : 2", "a condition is null"),
        ("[] ? 1 : 2", "a condition is a list or map"),
        ("!null", "a condition is null"),
        ("!{}", "a condition is a list or map"),
        ("true && null", "a condition is null"),
        ("true && []", "a condition is a list or map"),
    ],
)
def test_what_an_operator_refuses(expression: str, why: str, evaluated: Evaluated) -> None:
    """It is unknown, and says why."""
    found = value(expression, evaluated)
    assert isinstance(found, Unknown)
    assert [str(need) for need in needs(found)] == [why]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("var.open * 0", 0),
        ("0 * var.open", 0),
        ("length(var.open) >= 0", True),
        ("length(var.open) < 0", False),
        ("length(var.open) > -1", True),
        ("0 <= length(var.open)", True),
        ("0 > length(var.open)", False),
        ("-1 < length(var.open)", True),
        ("length(var.open) + 1 > 0", True),
        ("1 + length(var.open) >= 1", True),
        ("length(var.open) + 2 > 1", True),
        ("length(var.open) * 2 >= 0", True),
        ("length(var.open) - 1 >= -1", True),
        ("(length(var.open) + 2) * (length(var.open) + 3) >= 6", True),
        ('length(concat(["a"], var.open)) > 0', True),
        ('length(concat(["a"], var.open)) + 1 >= 2', True),
        ("(var.open ? 1 : 2) > 0", True),
        ("(var.open ? 1 : 2) == 3", False),
        ("(var.open ? 1 : 2) + 3 > 3", True),
        ("10 - (var.open ? 1 : 2) > 7", True),
        ("10 - (var.open ? 1 : 2) > 9", False),
        ("(var.open ? 1 : 2) * (var.open ? 3 : 4) < 9", True),
        ("(var.open ? 1 : 2) * (var.open ? 3 : 4) > 2", True),
        ("{ a = var.open, b = 1 } == { a = 1, b = 2 }", False),
        ("{ a = var.open } == { b = 1 }", False),
        ("[var.open] == []", False),
        ("[var.open, 1] == [2, 2]", False),
        ("false && var.open", False),
        ("var.open || true", True),
        ("var.open && !var.open", False),
        ("var.open || !var.open", True),
    ],
)
def test_what_is_certain_of_open_numbers(
    expression: str, expected: object, evaluated: Evaluated, shown: Shown
) -> None:
    """Whatever they turn out to be."""
    assert shown(value(expression, evaluated)) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "var.open + 1",
        "var.open * 2",
        "length(var.open) + 1",
        "length(var.open) - 1 >= 0",
        "length(var.open) + 2 > 2",
        "2 - length(var.open) > 0",
        "length(var.open) / 2 >= 0 && length(var.open) / 2 > 1",
        "length(var.open) > 0",
        "length(var.open) * 2 > 0",
        '(length(concat(["a"], var.open))) + 1 > 2',
        "-length(var.open) > 0",
        "(var.open ? 1 : 2) > 1",
        "(var.open ? 1 : 2) == 2",
        "(var.open ? 1 : 2) * (var.open ? 3 : 4) > 3",
        "10 - (var.open ? 1 : 2) > 8",
        "merge(var.open, { a = 1 }) == { a = 1 }",
        "{ a = 1 } == merge(var.open, { a = 1 })",
        "concat(var.open, [1]) == [1]",
        "[1] == concat(var.open, [1])",
        "{ a = var.open } == { a = 1 }",
        "var.open && true",
        "!var.open",
        "var.open == 1",
        "var.open != null",
    ],
)
def test_what_is_left_open(expression: str, evaluated: Evaluated) -> None:
    """It waits for the variable."""
    found = value(expression, evaluated)
    assert isinstance(dereferenced(found), Unknown)
    assert [str(need) for need in needs(found)] == [OPEN]
