"""What decides whether there is a resource is asked of what it hangs on, whatever leads there."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Scenario
from taskwall.source.stack import Evaluation

Evaluated = Callable[..., Evaluation]

MAIN = """
variable "open" {}
variable "other" {}
resource "t" "a" {
  same  = var.open
  made  = upper(var.open)
  text  = "${var.open}-x"
  given = var.other
}
module "m" {
  source = "./m"
  x      = var.open
}
resource "u" "u" {
  count = COUNT
}
"""
OTHERS = {"live/m/main.tf": 'variable "x" {}\noutput "o" { value = var.x }\n'}


def asked(
    count: str, evaluated: Evaluated, scenario: Scenario | None = None
) -> tuple[set[tuple[str, object, bool]], int]:
    """The questions that a count asks, and how many instances there certainly are."""
    found = evaluated(MAIN.replace("COUNT", count), OTHERS, scenario=scenario or {})
    there = [one for one in found.resources if one.type == "u" and not one.origin.maybe]
    return {(one.operand, one.answer, one.above) for one in found.questions}, len(there)


@pytest.mark.parametrize(
    ("condition", "operand", "answer", "above"),
    [
        ("var.open", "var.open", True, False),
        ("t.a.same", "var.open", True, False),
        ("module.m.o", "var.open", True, False),
        ("t.a.none", "t.a.none", True, False),
        ("t.a.made", "upper(var.open)", True, False),
        ('var.open == "x"', "var.open", "x", False),
        ('t.a.same == "x"', "var.open", "x", False),
        ('module.m.o == "x"', "var.open", "x", False),
        ('t.a.none == "x"', "t.a.none", "x", False),
        ("var.open > 1", "var.open", 1, True),
        ("t.a.same > 1", "var.open", 1, True),
        ("module.m.o > 1", "var.open", 1, True),
        ("t.a.none > 1", "t.a.none", 1, True),
        ("length(var.open) > 0", "length(var.open)", 0, True),
        ("length(module.m.o) > 0", "length(var.open)", 0, True),
        ("length(t.a.none) > 0", "length(t.a.none)", 0, True),
    ],
)
def test_what_a_condition_asks(
    condition: str, operand: str, answer: object, above: bool, evaluated: Evaluated
) -> None:
    """An attribute that is the value of a variable asks of the variable, in each comparison."""
    assert asked(f"{condition} ? 1 : 0", evaluated) == ({(operand, answer, above)}, 0)


@pytest.mark.parametrize(
    ("condition", "answer", "there"),
    [
        ("t.a.same > 1", 5, True),
        ("t.a.same > 1", 0, False),
        ("t.a.same > 1 && !(var.open > 1)", 5, False),
        ("t.a.same > 1 && !(var.open > 1)", 0, False),
        ("t.a.same > 1 || !(var.open > 1)", 5, True),
        ("t.a.same > 1 || !(var.open > 1)", 0, True),
        ("module.m.o > 1 && t.a.same > 1 && var.open > 1", 5, True),
        ('t.a.same == "x" && var.open == "x"', "x", True),
        ('t.a.same == "x" && var.open == "x"', "y", False),
        ('t.a.same == "x" && var.open != "x"', "x", False),
    ],
)
def test_all_ways_to_a_value_have_one_answer(
    condition: str, answer: str | int, there: bool, evaluated: Evaluated
) -> None:
    """What a scenario says of a variable holds for each attribute that has its value."""
    assert asked(f"{condition} ? 1 : 0", evaluated, {"var.open": answer}) == (set(), int(there))
