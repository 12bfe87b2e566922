"""Where what a loop writes stands in its elements: there it is changed for one of them."""

from collections.abc import Callable

import pytest

from taskwall.core.loop_places import LoopSpan
from taskwall.core.values import Span
from taskwall.source.stack import Evaluation

Evaluated = Callable[..., Evaluation]


def written(text: str, places: tuple[Span, ...]) -> list[str]:
    """What a text has at some places."""
    lines = text.split("\n")
    assert all(place.line == place.end_line for place in places)
    return [lines[one.line - 1][one.column - 1 : one.end_column - 1] for one in places]


@pytest.mark.parametrize(
    ("loop", "taken", "expected"),
    [
        ('for_each = toset(["a"])', "each.key", ['"a"']),
        ('for_each = { k = "a" }', "each.value", ['"a"']),
        ('for_each = { k = ["a", "b"] }', "each.value[1]", ['"b"']),
        ('for_each = { k = ["a"] }', "each.value[1]", []),
        ('for_each = { k = { l = "a", m = "b" } }', "each.value.m", ['m = "b"']),
        ('for_each = { k = { l = "a", m = "b" } }', 'each.value["m"]', ['m = "b"']),
        ('for_each = { k = { l = ["a", "b"] } }', "each.value.l[0]", ['"a"']),
        ('for_each = { k = { l = [{ m = "a" }] } }', "each.value.l[0].m", ['m = "a"']),
        ('for_each = { k = { l = "a" } }', 'lookup(each.value, "l", "b")', ['l = "a"']),
        ("for_each = { k = { l = null } }", 'lookup(each.value, "l", "b")', []),
        ('for_each = { k = { l = "a" } }', "upper(each.value.l)", ['l = "a"']),
        (
            'for_each = { k = { l = "a", m = "b" } }',
            '"${each.value.l}${each.value.m}"',
            ['{ l = "a", m = "b" }'],
        ),
        (
            'for_each = { k = { l = true, m = "b" } }',
            'each.value.l ? each.value.m : "c"',
            ['{ l = true, m = "b" }'],
        ),
        ("count = 1", "local.list[count.index].l", ['l = "a"']),
        ("count = 1", "element(local.list, count.index).l", ['l = "a"']),
        ("count = 1", "local.list[0].l", []),
        ("count = 1", '"a"', []),
    ],
)
def test_what_an_attribute_takes_of_an_element(
    loop: str, taken: str, expected: list[str], evaluated: Evaluated
) -> None:
    """By keys and indexes, however deep; of several parts the whole element."""
    head = 'locals {\n  list = [{ l = "a" }]\n}\n'
    text = f'{head}resource "t" "t" {{\n  {loop}\n  x = {taken}\n}}\n'

    (resource,) = evaluated(text).resources
    place = resource.body.places["x"]

    assert place.line == 6
    assert written(text, place.of if isinstance(place, LoopSpan) else ()) == expected
