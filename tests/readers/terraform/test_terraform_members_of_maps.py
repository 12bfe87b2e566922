"""Keys and values of maps that are known in part: each says what it waits for, by itself."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Items, Value, dereferenced, needs
from taskwall.source.stack import Evaluation

Evaluated = Callable[..., Evaluation]
Shown = Callable[[Value], object]
OPEN, OTHER = "var.open has no default", "var.other has no default"


def value(expression: str, evaluated: Evaluated) -> Value:
    """The value of an expression of a root with two open variables."""
    text = (
        f'variable "open" {{}}\nvariable "other" {{}}\nresource "t" "t" {{\n  x = {expression}\n}}'
    )
    return evaluated(text).resources[0].body.fields["x"]


CHOSEN = "(var.open ? { a = 1 } : {})"
FILTERED = '{ for v in ["a"] : v => 1 if var.open }'


@pytest.mark.parametrize(
    ("expression", "certain", "rest"),
    [
        ("keys({ b = 1, a = var.open })", [[], []], []),
        (f"keys({CHOSEN})", [], [[OPEN]]),
        (f"keys({FILTERED})", [], [[OPEN]]),
        (f"keys(merge({{ b = 1 }}, {CHOSEN}))", [[]], [[OPEN]]),
        ("keys(merge({ b = 1 }, var.open))", [[]], [[OPEN]]),
        ("keys({ (var.open) = 1 })", [[OPEN]], []),
        ("keys({ (var.open) = var.other })", [[OPEN]], []),
        ("keys(var.open)", [], [[OPEN]]),
        ("keys({ for k, v in var.open : k => 1 })", [], [[OPEN]]),
        ("keys(var.open ? { a = 1 } : { b = 2 })", [], [[OPEN]]),
        ("values({ b = 1, a = var.open })", [[OPEN], []], []),
        (f"values({CHOSEN})", [], [[]]),
        (f"values({FILTERED})", [], [[]]),
        ("values({ (var.open) = 1 })", [[]], []),
        ("values({ (var.open) = var.other })", [[OTHER]], []),
        ("values(merge({ b = 1 }, var.open))", [[OPEN]], [[OPEN]]),
        ("values(var.open)", [], [[OPEN]]),
        (f"[for k, v in {CHOSEN} : k]", [], [[OPEN]]),
        (f"[for k, v in {CHOSEN} : v]", [], [[]]),
        (f'[for k in keys({CHOSEN}) : "x-${{k}}"]', [], [[OPEN]]),
    ],
)
def test_what_each_member_waits_for(
    expression: str, certain: list[list[str]], rest: list[list[str]], evaluated: Evaluated
) -> None:
    """A key that is not known waits for what says whether it is there, if for nothing else."""
    found = dereferenced(value(expression, evaluated))
    assert isinstance(found, Items)
    assert [[str(need) for need in needs(one)] for one in found.items] == certain
    assert [[str(need) for need in needs(one)] for one in found.rest] == rest


@pytest.mark.parametrize(
    "expression",
    [
        f"keys({CHOSEN})[0]",
        f"element(keys({CHOSEN}), 0)",
        f'join(",", keys({CHOSEN}))',
        f'contains(keys({CHOSEN}), "a")',
        f"length(keys({CHOSEN}))",
        f"one(keys({FILTERED}))",
    ],
)
def test_what_is_made_of_keys(expression: str, evaluated: Evaluated) -> None:
    """It waits for the variable that decides which there are."""
    assert [str(need) for need in needs(value(expression, evaluated))] == [OPEN]
