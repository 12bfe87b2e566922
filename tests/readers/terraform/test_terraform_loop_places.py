"""Where what a loop writes stands in its elements: there it is changed for one of them."""

from collections.abc import Callable

import pytest

from taskwall.core.loop_places import LoopSpan
from taskwall.core.values import Items, Span
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


@pytest.mark.parametrize(
    ("collection", "keys"),
    [
        ('["a", "b", "a"]', [("a", 0), ("b", 0), ("a", 1)]),
        ('{ k = "a", l = "a" }', [("k", 0), ("l", 0)]),
        ('toset(["a"])', [("a", 0)]),
        ("[var.open]", [("var.open", 0)]),
        ("{ (var.open) = 1 }", [("var.open", 0)]),
        ('concat(["a"], var.open)', [("a", 0), ("var.open[*]", 0)]),
    ],
)
def test_what_tells_the_blocks_apart_that_a_resource_is_made_of(
    collection: str, keys: list[tuple[str, int]], evaluated: Evaluated
) -> None:
    """The key of a map, the text of a list, whatever else is in it; of those alike a number."""
    text = 'variable "open" {}\nresource "t" "t" {\n  dynamic "r" {\n'
    text += f"    for_each = {collection}\n    content {{ x = r.value }}\n  }}\n}}\n"
    blocks = evaluated(text).resources[0].body.fields["r"]
    assert isinstance(blocks, Items)
    places = [one.place for one in (*blocks.items, *blocks.rest)]
    assert [one.key for one in places if isinstance(one, LoopSpan)] == keys


ELEMENT = 'a = { port = 80, name = "n", list = ["p"] }'
LOCALS = """locals {
  map  = { a = { port = 80, list = ["p"] } }
  same = { for k, v in local.map : k => v }
  list = [{ port = 1 }, { port = 2 }]
}
"""


@pytest.mark.parametrize(
    ("loop", "taken", "expected"),
    [
        ("for_each = local.map", "each.value.port", "port = 80"),
        ("for_each = local.same", "each.value.port", "port = 80"),
        ("for_each = merge(local.map, {})", "each.value.port", "port = 80"),
        ("for_each = { for k, v in local.map : k => v.port }", "each.value", "port = 80"),
        ("for_each = { for i, v in local.list : i => v if i == 1 }", "each.value.port", "port = 2"),
        ("for_each = local.map", "[for one in each.value.list : one]", 'list = ["p"]'),
        ('for_each = toset(["a"])', "each.value", '"a"'),
        ("count = 1", "local.list[count.index].port", "port = 1"),
    ],
)
def test_a_user_changes_the_member_that_an_attribute_takes(
    loop: str, taken: str, expected: str, evaluated: Evaluated
) -> None:
    """It is named with its key, through whatever makes the loop's elements of it."""
    text = f'{LOCALS}resource "t" "t" {{\n  {loop}\n  x = {taken}\n}}\n'
    evaluation = evaluated(text)
    place = evaluation.resources[0].body.places["x"]
    assert isinstance(place, LoopSpan)
    found = evaluation.element_place(place, False)
    assert found is not None
    assert written(text, (found,)) == [expected]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("each.value.port", ["port = 80"]),
        ('"fixed"', []),
        ("var.other", []),
        ('each.value["name"]', ['name = "n"']),
        ("each.value.list[0]", ['list = ["p"]']),
        ("each.value.none", [ELEMENT]),
        ("each.key", [ELEMENT]),
        ("upper(each.value.name)", [ELEMENT]),
        ("[for one in each.value.list : one]", [ELEMENT]),
        ("[for one in var.other : one]", []),
        ("[for one in var.other : each.value.port]", [ELEMENT]),
    ],
)
def test_a_user_changes_the_element_for_the_part_that_takes_it(
    part: str, expected: list[str], evaluated: Evaluated
) -> None:
    """Beside a part that takes something of the element one that does not stays where it is."""
    text = 'variable "other" {}\nresource "t" "t" {\n'
    text += f"  for_each = {{ {ELEMENT} }}\n"
    text += f"  x = [{part}, each.value]\n}}\n"
    evaluation = evaluated(text)
    body = evaluation.resources[0].body
    whole, value = body.places["x"], body.fields["x"]
    assert isinstance(whole, LoopSpan)
    assert isinstance(value, Items)
    column = text.split("\n")[3].index(part) + 1
    at = Span(whole.file, 4, column, 4, column + len(part))
    found = evaluation.element_place(whole.at(at, whole.of), False)
    assert written(text, () if found is None else (found,)) == expected


LISTS = """
locals {
  rules = {
    one = { p = "1", q = { r = [1, 2] }, n = null }
    two = { p = "2", q = { r = [3, 4] }, n = null }
  }
  list = ["a", "b"]
  objs = [{ p = "x" }, { p = "y" }]
}
"""
TWO = '{ p = "2", q = { r = [3, 4] }, n = null }'
TAKEN: list[tuple[str, str, list[str], str]] = [
    ("for_each = local.rules", "each.value.p", ['p = "2"'], TWO),
    ("for_each = local.rules", "each.key", [], ""),
    ("for_each = local.rules", "each.value", [TWO], TWO),
    ("for_each = local.rules", "each.value.q.r[0]", ["3"], TWO),
    ("for_each = local.rules", 'each.value["q"]["r"][1]', ["4"], TWO),
    ("for_each = local.rules", "each.value.q.r[5]", [], ""),
    ("for_each = local.rules", "each.value.n", [], ""),
    ("for_each = local.rules", "each.value.none", [], ""),
    ("for_each = local.rules", 'lookup(each.value, "p", "")', ['p = "2"'], TWO),
    ("for_each = local.rules", 'lookup(each.value, "z", each.value.p)', ['p = "2"'], TWO),
    ("for_each = local.rules", 'lookup(each.value, each.key, "")', [TWO], TWO),
    ("for_each = local.rules", "try(each.value.z, each.value.p)", ['p = "2"'], TWO),
    ("for_each = local.rules", "upper(each.value.p)", ['p = "2"'], TWO),
    ("for_each = local.rules", '"${each.value.p}-${each.key}"', ['p = "2"'], TWO),
    ("for_each = local.rules", '"${each.value.p}${each.value.q.r[0]}"', [TWO], TWO),
    ("for_each = local.rules", "[each.value.p, each.value.q.r[0]]", [TWO], TWO),
    ("for_each = local.rules", "{ a = each.value.p }", ['p = "2"'], TWO),
    ("for_each = local.rules", 'each.value.p == "1" ? "a" : "b"', [TWO], TWO),
    ("for_each = local.rules", 'each.value.p == "1" ? each.value.q.r[0] : 0', [TWO], TWO),
    ("for_each = local.rules", 'each.value.p == "2" ? each.value.p : "z"', [TWO], TWO),
    ("for_each = local.rules", "<<EOT\na ${each.value.p}\nb\nEOT\n", [], ""),
    ("for_each = local.rules", "<<EOT\n${each.value.p}\nEOT\n", ['p = "2"'], TWO),
    ("for_each = local.rules", "local.rules[each.key].p", ['p = "2"'], TWO),
    ("for_each = local.rules", 'local.rules["one"].p', [], ""),
    ("for_each = local.rules", "[for r in each.value.q.r : r]", ["r = [3, 4]"], TWO),
    ("for_each = local.rules", '"z"', [], ""),
    ("for_each = local.rules", 'templatestring("$${a}", { a = each.value.p })', [], ""),
    ("for_each = local.rules", "jsonencode(each.value)", [TWO], TWO),
    ("count = 2", "count.index", [], ""),
    ("count = 2", "local.list[count.index]", ['"b"'], '"b"'),
    ("count = 2", "element(local.list, count.index)", ['"b"'], '"b"'),
    ("count = 2", "element(local.objs, count.index).p", ['p = "y"'], '{ p = "y" }'),
    ("count = 2", "local.objs[count.index].p", ['p = "y"'], '{ p = "y" }'),
    ("count = 2", 'local.objs[count.index]["p"]', ['p = "y"'], '{ p = "y" }'),
    ("count = 2", "upper(local.list[count.index])", ['"b"'], '"b"'),
    ("count = 2", '"${local.list[count.index]}-${local.objs[count.index].p}"', [], ""),
    ("count = 2", "local.list[0]", [], ""),
    ("count = 2", '"${count.index}"', [], ""),
    ("count = 2", "element(local.list, 0)", [], ""),
    ("count = 2", "[local.list[count.index]]", ['"b"'], '"b"'),
    ("for_each = toset(local.list)", "each.value", ['"b"'], '"b"'),
    ("for_each = toset(local.list)", "each.key", ['"b"'], '"b"'),
    ("for_each = toset(local.list)", "upper(each.value)", ['"b"'], '"b"'),
    (
        "for_each = toset(local.list)",
        'local.rules[each.value == "a" ? "one" : "two"].p',
        ['"b"'],
        '"b"',
    ),
    ("for_each = toset(local.list)", "{ b = 1, a = 2 }[each.key]", ["1"], "1"),
]


@pytest.mark.parametrize(("meta", "expression", "of", "element"), TAKEN)
def test_what_is_taken_of_the_second_element(
    meta: str,
    expression: str,
    of: list[str],
    element: str,
    evaluated: Evaluated,
) -> None:
    """Of the second instance: what is written of it in the list or map that the block goes over."""
    text = f'{LISTS}resource "t" "t" {{\n  {meta}\n  x = {expression}\n}}\n'
    place = evaluated(text).resources[1].body.places["x"]
    if not isinstance(place, LoopSpan):
        assert (of, element) == ([], "")
        return
    assert written(text, place.of) == of
    assert written(text, (place.element,) if place.element else ()) == [element]
