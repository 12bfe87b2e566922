"""Where values stand: at what is written, whatever hands it on."""

from collections.abc import Callable, Iterator

import pytest

from taskwall.core.values import Fields, Items, Span, Value, dereferenced
from taskwall.source.stack import Evaluation

GIVEN = """variable "o" {}
variable "d" { default = "by default" }
variable "n" {
  type    = number
  default = "5"
}
variable "s" {
  type    = object({ a = optional(string, "filled in"), b = string })
  default = { b = "given" }
}
locals {
  text = "one"
  list = ["a", "b"]
  map  = { k = "v", l = [1] }
  open = var.o ? { k = "v" } : { l = "w" }
}
resource "t" "r" {
  x = "read"
  y = ["p", "q"]
}
"""


def places(value: Value) -> Iterator[Span | None]:
    """The place of a value, of each key in it, and of all it holds."""
    yield value.place
    found = dereferenced(value)
    if isinstance(found, Items):
        for item in (*found.items, *found.rest):
            yield from places(item)
    elif isinstance(found, Fields):
        for key, item in found.fields.items():
            yield found.places.get(key)
            yield from places(item)
        if found.rest is not None:
            yield from places(found.rest)


PLACES: list[tuple[str, list[str | None]]] = [
    ('"a"', ['"a"']),
    ("local.text", ['"one"']),
    ("local.list", ['["a", "b"]', '"a"', '"b"']),
    ("local.list[0]", ['"a"']),
    ("local.map", ['{ k = "v", l = [1] }', 'k = "v"', '"v"', "l = [1]", "[1]", "1"]),
    ("local.map.k", ['"v"']),
    ('local.map["l"][0]', ["1"]),
    ("var.d", ['"by default"']),
    ("var.n", ['"5"']),
    ("var.s", ['{ b = "given" }', None, '"filled in"', 'b = "given"', '"given"']),
    ("var.s.a", ['"filled in"']),
    ("t.r.x", [None]),
    ("t.r.y", [None, '"p"', '"q"']),
    ("t.r.y[1]", [None]),
    ('[local.text, "b"]', ['[local.text, "b"]', "local.text", '"b"']),
    (
        "{ a = local.text, b = t.r.x }",
        ["{ a = local.text, b = t.r.x }", "a = local.text", "local.text", "b = t.r.x", "t.r.x"],
    ),
    ("merge(local.map, { z = 1 })", [None, 'k = "v"', '"v"', "l = [1]", "[1]", "1", "z = 1", "1"]),
    ("merge(local.map)", ['{ k = "v", l = [1] }', 'k = "v"', '"v"', "l = [1]", "[1]", "1"]),
    ("keys(local.map)", [None, 'k = "v"', "l = [1]"]),
    ("values(local.map)", [None, '"v"', "[1]", "1"]),
    ('lookup(local.map, "k")', ['"v"']),
    ('concat(local.list, ["c"])', [None, '"a"', '"b"', '"c"']),
    ('flatten([local.list, ["c"]])', [None, '"a"', '"b"', '"c"']),
    ("tolist(local.list)", ['["a", "b"]', '"a"', '"b"']),
    ("toset(local.list)", ['["a", "b"]', '"a"', '"b"']),
    ("distinct(local.list)", ['["a", "b"]', '"a"', '"b"']),
    ("reverse(local.list)", ['["a", "b"]', '"b"', '"a"']),
    ("slice(local.list, 0, 1)", ['["a", "b"]', '"a"']),
    ("element(local.list, 0)", ['"a"']),
    ("sort(local.list)", ['["a", "b"]', '"a"', '"b"']),
    ('one(["a"])', ['"a"']),
    ("jsonencode(local.map)", ['{ k = "v", l = [1] }', 'k = "v"', '"v"', "l = [1]", "[1]", "1"]),
    (
        "jsondecode(jsonencode(local.map))",
        ['{ k = "v", l = [1] }', 'k = "v"', '"v"', "l = [1]", "[1]", "1"],
    ),
    ('jsonencode("a")', ['"a"']),
    ('base64encode("a")', ['"a"']),
    ("tostring(1)", ["1"]),
    ("tostring(local.text)", ['"one"']),
    ('tonumber("1")', ['"1"']),
    ('tobool("true")', ['"true"']),
    ("upper(local.text)", [None]),
    ('"x${local.text}"', ['"x${local.text}"']),
    ("true ? local.text : 1", ['"one"']),
    ('var.o ? local.text : "z"', [None]),
    ("local.open", ['{ k = "v" }', '"v"']),
    ("try(local.none, local.text)", [None]),
    ('coalesce("", local.text)', ['"one"']),
    ("[for x in local.list : x]", ["[for x in local.list : x]", '"a"', '"b"']),
    ("[for x in local.list : upper(x)]", ["[for x in local.list : upper(x)]", None, None]),
    (
        "{ for k, v in local.map : k => v }",
        ["{ for k, v in local.map : k => v }", None, '"v"', None, "[1]", "1"],
    ),
    ("local.list[*]", ['["a", "b"]', '"a"', '"b"']),
    ("var.o", [None]),
    ("var.o.x", [None]),
    ("t.r.id", [None]),
    ("t.r", [None]),
    (
        "convert(local.map, map(any))",
        ['{ k = "v", l = [1] }', 'k = "v"', '"v"', "l = [1]", "[1]", "1"],
    ),
    ("convert(local.list, set(string))", ['["a", "b"]', '"a"', '"b"']),
    ("convert([1], list(string))", ["[1]", "1"]),
    ("tomap(local.map)", ['{ k = "v", l = [1] }', 'k = "v"', '"v"', "l = [1]", "[1]", "1"]),
    ("chunklist(local.list, 1)", [None, None, '"a"', None, '"b"']),
    ("setunion(local.list)", [None, '"a"', '"b"']),
    ("compact(local.list)", [None, '"a"', '"b"']),
    ('split(",", "a,b")', [None, None, None]),
    ("1 + 1", [None]),
    ('local.text == "one"', [None]),
    ("!true", [None]),
]


@pytest.mark.parametrize(("expression", "expected"), PLACES)
def test_where_a_value_stands(
    expression: str, expected: list[str | None], evaluated: Callable[..., Evaluation]
) -> None:
    """What is at the place of a value and of its parts; None where it is written nowhere."""
    text = f'{GIVEN}resource "t" "t" {{\n  x = {expression}\n}}\n'
    lines = text.split("\n")
    resources = evaluated(text).resources
    body = next(one.body for one in resources if one.origin.address == "t.t")
    found = []
    for place in places(body.fields["x"]):
        assert place is None or place.line == place.end_line
        line = lines[place.line - 1] if place else ""
        found.append(line[place.column - 1 : place.end_column - 1] if place else None)
    assert found == expected
