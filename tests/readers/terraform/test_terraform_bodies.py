"""What the body of a resource holds: lists of lists, and the blocks that `dynamic` makes."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Items, Value, dereferenced
from taskwall.source.stack import Evaluation

GIVEN = """
variable "l" { type = list(string) }
variable "b" { type = bool }
variable "m" { type = map(string) }
variable "o" {}
resource "t" "many" {
  count = 2
}
"""


def dynamic(over: str, content: str, name: str = "b", more: str = "") -> str:
    """A block that makes others."""
    return f'dynamic "{name}" {{\nfor_each = {over}\n{more}\ncontent {{\n{content}\n}}\n}}\n'


BODIES: list[tuple[str, str, dict[str, object], list[str]]] = [
    ("aws_x", 'x = [["a", "b"]]', {"x": ["a", "b"]}, []),
    ("aws_x", 'x = [["a"], "b", [["c"]]]', {"x": ["a", "b", "c"]}, []),
    ("aws_x", 'x = ["${var.l}"]', {"x": ["<var.l>"]}, []),
    ("aws_x", "x = [var.l]", {"x": ["<var.l>"]}, []),
    ("aws_x", "x = [[]]", {"x": []}, []),
    ("aws_x", 'x = ["a"]', {"x": ["a"]}, []),
    ("aws_x", "x = [[var.o], []]", {"x": ["<var.o>"]}, []),
    ("aws_x", 'x = ["${t.many.*.id}"]', {"x": ["<t.many[0].id>", "<t.many[1].id>"]}, []),
    ("aws_x", 'x = [var.b ? ["a"] : []]', {"x": [("maybe", "a")]}, ["var.b is true"]),
    ("aws_x", 'x = [var.b ? ["a"] : [], ["b"]]', {"x": ["b", ("maybe", "a")]}, ["var.b is true"]),
    ("aws_x", 'x = [{ y = [["a"]] }]', {"x": [{"y": ["a"]}]}, []),
    ("aws_x", 'x = [{ y = ["a"] }]', {"x": [{"y": ["a"]}]}, []),
    ("aws_x", 'b {\n y = [["a"]]\n}', {"b": [{"y": ["a"]}]}, []),
    ("aws_x", 'x = [jsonencode(["a"])]', {"x": [["a"]]}, []),
    ("aws_x", 'x = toset([["a"]])', {"x": [["a"]]}, []),
    ("aws_x", 'x = { y = [["a"]] }', {"x": {"y": [["a"]]}}, []),
    ("aws_x", 'x = [toset(["b", "a"])]', {"x": ["b", "a"]}, []),
    ("t", 'x = [["a"]]', {"x": [["a"]]}, []),
    (
        "t",
        'dynamic "b" {\n for_each = ["x", "y"]\n content {\n  v = b.value\n  k = b.key\n }\n}',
        {"b": [{"v": "x", "k": 0}, {"v": "y", "k": 1}]},
        [],
    ),
    (
        "t",
        'dynamic "b" {\n for_each = { p = 1 }\n content {\n  v = b.value\n  k = b.key\n }\n}',
        {"b": [{"v": 1, "k": "p"}]},
        [],
    ),
    (
        "t",
        dynamic('toset(["y", "x"])', "v = b.value\nk = b.key"),
        {"b": [{"v": "x", "k": "x"}, {"v": "y", "k": "y"}]},
        [],
    ),
    ("t", 'dynamic "b" {\n for_each = []\n content {}\n}', {}, []),
    ("t", 'dynamic "b" {\n for_each = null\n content {}\n}', {}, []),
    (
        "t",
        'dynamic "b" {\n for_each = var.l\n content {\n  v = b.value\n  k = b.key\n }\n}',
        {"b": [("maybe", {"v": "<var.l[*]>", "k": "<?>"})]},
        ["var.l is not empty"],
    ),
    (
        "t",
        'dynamic "b" {\n for_each = var.m\n content {\n  v = b.value\n  k = b.key\n }\n}',
        {"b": [("maybe", {"v": "<var.m[*]>", "k": "<?>"})]},
        ["var.m is not empty"],
    ),
    (
        "t",
        'dynamic "b" {\n for_each = var.b ? [1] : []\n content {\n  v = b.value\n }\n}',
        {"b": [("maybe", {"v": 1})]},
        ["var.b is true"],
    ),
    (
        "t",
        dynamic('concat(["x"], var.l)', "v = it.value", more="iterator = it"),
        {"b": [{"v": "x"}, ("maybe", {"v": "<var.l[*]>"})]},
        ["var.l is not empty"],
    ),
    (
        "t",
        'dynamic "b" {\n for_each = [1]\n iterator = "it"\n content {\n  v = it.value\n }\n}',
        {"b": [{"v": 1}]},
        [],
    ),
    (
        "t",
        "b {\n v = 0\n}\n" + dynamic("[1]", "v = b.value") + "b {\n v = 2\n}",
        {"b": [{"v": 0}, {"v": 1}, {"v": 2}]},
        [],
    ),
    (
        "t",
        dynamic("[[1, 2], [3]]", dynamic("b.value", "v = c.value\nw = b.key", "c")),
        {"b": [{"c": [{"v": 1, "w": 0}, {"v": 2, "w": 0}]}, {"c": [{"v": 3, "w": 1}]}]},
        [],
    ),
    (
        "t",
        'dynamic "b" {\n for_each = [][0]\n content {\n  v = 1\n }\n}',
        {"b": [("maybe", {"v": 1})]},
        ["the expression[0]"],
    ),
    (
        "t",
        'dynamic "b" {\n for_each = [1]\n content {\n  v = [][0]\n }\n}',
        {"b": [{"v": "<?>"}]},
        [],
    ),
    (
        "t",
        dynamic("var.o", dynamic("b.value", "v = c.value", "c")),
        {"b": [("maybe", {"c": [("maybe", {"v": "<var.o[*][*]>"})]})]},
        ["var.o is not empty"],
    ),
    ("t", "b {}\nc {\n d {}\n}", {"b": [{}], "c": [{"d": [{}]}]}, []),
]


@pytest.mark.parametrize(("kind", "body", "expected", "present"), BODIES)
def test_what_a_body_holds(
    kind: str,
    body: str,
    expected: dict[str, object],
    present: list[str],
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """Its attributes and blocks, with when those are there of which that is open."""
    found = evaluated(f'{GIVEN}resource "{kind}" "a" {{\n{body}\n}}\n').resources
    body_ = next(one.body for one in found if one.origin.address.endswith(".a"))
    assert shown(body_) == expected
    lists = [one for one in map(dereferenced, body_.fields.values()) if isinstance(one, Items)]
    whens = [need.when or need.name for one in lists for need in one.needs]
    assert [*dict.fromkeys(whens)] == present
