"""Whether lists, maps, and the JSON that functions make of them are equal."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Value
from taskwall.source.stack import Evaluation

COMPARED: list[tuple[str, str, object]] = [
    ("[1, 2]", "[1, 2]", True),
    ("[1, 2]", "[2, 1]", False),
    ("[1]", "[1, 2]", False),
    ("[1, var.open]", "[2, 1]", False),
    ("[1]", "{ a = 1 }", False),
    ("[1]", '"1"', False),
    ("[]", "null", False),
    ("[]", "{}", False),
    ("{ a = 1, b = 2 }", "{ b = 2, a = 1 }", True),
    ("{ a = 1 }", "{ a = 1, b = 2 }", False),
    ("{ a = 1, b = var.open }", "{ a = 2, b = 1 }", False),
    ("{ a = 1 }", '"a"', False),
    ("jsonencode([1])", '"[1]"', True),
    ("jsonencode([1])", '"[2]"', False),
    ("jsonencode([1])", "jsonencode([1])", True),
    ("jsonencode([1])", "jsonencode([2])", False),
    ("jsonencode([1])", "jsonencode({})", False),
    ("jsonencode({ a = 1 })", '"{\\"a\\":1}"', True),
    ("jsonencode({ a = 1 })", "jsonencode({ a = 1 })", True),
    ("jsonencode([1])", "null", False),
    ("jsonencode([1])", "1", False),
    ("jsonencode([1])", "[1]", False),
    ("jsonencode([1])", "{ a = 1 }", False),
    ("jsonencode({ a = 1 })", "{ a = 1 }", False),
    ("jsonencode({ a = 1 })", "[1]", False),
    ("jsonencode([var.open])", "[var.open]", False),
    ("jsonencode([var.open])", '"[1]"', "<?>"),
    ("jsonencode([var.open, 1])", "jsonencode([var.open, 2])", False),
]


@pytest.mark.parametrize(("one", "other", "expected"), COMPARED)
def test_collections_that_are_equal(
    one: str,
    other: str,
    expected: object,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """JSON is a text, and equals no list; which side is which does not matter."""
    source = f'variable "open" {{}}\nresource "t" "t" {{\n  x = {one} == {other}\n'
    source += f"  y = {other} == {one}\n  z = {one} != {other}\n}}\n"
    body = evaluated(source).resources[0].body
    opposite = expected if isinstance(expected, str) else not expected
    assert shown(body) == {"x": expected, "y": expected, "z": opposite}
