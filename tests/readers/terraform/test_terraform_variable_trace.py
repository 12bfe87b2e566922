"""On which variables an expression rests, by its text alone, and on which part of each."""

import pytest

from taskwall.readers.terraform import TerraformStack, stacks
from taskwall.readers.terraform.modules import Module
from taskwall.readers.terraform.syntax.tree import Expression
from taskwall.readers.terraform.variable_trace import (
    ANY_ELEMENT,
    ANY_KEY,
    Loop,
    ValuePath,
    Wanted,
    element_path,
    loops,
    takes_element,
    traced_variables,
)
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

LOCALS = """\
locals {
  plain   = var.a
  object  = { one = var.a, two = var.b }
  circle  = [local.circle, var.a]
  part    = local.object.two
  written = "x"
"""


def module(expression: str, head: str = "") -> Module:
    """A module with a resource whose attribute `x` is an expression."""
    text = f'{LOCALS}\nresource "t" "t" {{\n{head}\n  x = {expression}\n}}\n'
    (stack,), errors = stacks(["/m/main.tf"], Files({"/m/main.tf": text}), Inputs())
    assert isinstance(stack, TerraformStack)
    assert errors == []
    return stack.root


def wanted(expression: str, path: ValuePath = (), head: str = "") -> tuple[Module, Wanted]:
    """A part of an expression in a resource, with the loops that the resource is in."""
    found = module(expression, head)
    block = found.resources["t.t"]
    return found, Wanted(block.body.attributes["x"].expression, path, loops(block))


A: dict[str, list[ValuePath]] = {"a": [()]}
B: dict[str, list[ValuePath]] = {"b": [()]}
ANY: ValuePath = (ANY_ELEMENT,)


@pytest.mark.parametrize(
    ("expression", "path", "expected"),
    [
        ("1", (), {}),
        ("var.a", (), A),
        ("var.a", ("x",), {"a": [("x",)]}),
        ("var.a.x", ("y",), {"a": [("x", "y")]}),
        ('var.a["x"].y', (), {"a": [("x", "y")]}),
        ("var.a[0]", (), {"a": [ANY]}),
        ("var.a[*].x", (), {"a": [(ANY_ELEMENT, "x")]}),
        ("var.a.*.x", (), {"a": [(ANY_ELEMENT, "x")]}),
        ('var.a["${var.b}"]', (), {"a": [ANY]}),
        ("[var.a.x, var.a.y, var.a.x]", ANY, {"a": [("x",), ("y",)]}),
        ("local.plain", (), A),
        ("local.plain", ("x",), {"a": [("x",)]}),
        ("local.object", (), {"a": [()], "b": [()]}),
        ("local.object", ("one",), A),
        ("local.object.two", (), B),
        ("local.part", (), B),
        ("local.circle", (), A),
        ("local.written", (), {}),
        ("local.none", (), {}),
        ("data.x.y.id", (), {}),
        ("var", (), {}),
        ("local", (), {}),
        ('"${var.a}-${var.b}"', (), {"a": [()], "b": [()]}),
        ("var.a + var.b", (), {"a": [()], "b": [()]}),
        ("!var.a", (), A),
        ("(var.a)", ("x",), {"a": [("x",)]}),
        ("var.c ? var.a : var.b", ("x",), {"a": [("x",)], "b": [("x",)]}),
        ("[var.a, [var.b]]", (ANY_ELEMENT, "x"), {"a": [("x",)], "b": [()]}),
        ("{ one = var.a, two = var.b }", ("two",), B),
        ("{ one = var.a, two = var.b }", (ANY_ELEMENT, "x"), {"a": [("x",)], "b": [("x",)]}),
        ("{ one = var.a, two = var.b }", (), {"a": [()], "b": [()]}),
        ("{ (var.c) = var.a, two = var.b }", ("two",), {"a": [()], "b": [()]}),
        ("{ (var.c) = var.a, two = var.b }", (ANY_KEY,), {"c": [()]}),
        ("{ one = var.a }.one", ("x",), {"a": [("x",)]}),
        ("[for v in var.a : v]", ANY, {"a": [ANY]}),
        ("[for v in var.a : v.x]", (ANY_ELEMENT, "y"), {"a": [(ANY_ELEMENT, "x", "y")]}),
        ("[for k, v in var.a : k]", ANY, {"a": [(ANY_KEY,)]}),
        ("[for k, v in var.a : var.b[k]]", ANY, {"b": [ANY]}),
        ("{ for k, v in var.a : k => v.x }", ANY, {"a": [(ANY_ELEMENT, "x")]}),
        ("{ for k, v in var.a : k => v.x }", (ANY_KEY,), {"a": [(ANY_KEY,)]}),
        ("{ for v in var.a : v.id => var.b }", (ANY_KEY,), {"a": [(ANY_ELEMENT, "id")]}),
        ("[for v in var.a : [for w in v.x : w]]", (ANY_ELEMENT, ANY_ELEMENT), {
            "a": [(ANY_ELEMENT, "x", ANY_ELEMENT)],
        }),
        ("[for v in var.a : var.b if v.on]", ANY, B),
        ("merge(var.a, var.b)", ("x",), {"a": [("x",)], "b": [("x",)]}),
        ("coalesce(var.a, var.b)", (), {"a": [()], "b": [()]}),
        ("values(var.a)", ANY, {"a": [ANY]}),
        ("keys(var.a)", ANY, {"a": [(ANY_KEY,)]}),
        ("flatten(var.a)", ANY, {"a": [(ANY_ELEMENT, ANY_ELEMENT)]}),
        ("element(var.a, var.b)", ("x",), {"a": [(ANY_ELEMENT, "x")]}),
        ("one(var.a)", ("x",), {"a": [(ANY_ELEMENT, "x")]}),
        ("slice(var.a, 0, var.b)", (ANY_ELEMENT, "x"), {"a": [(ANY_ELEMENT, "x")]}),
        ('lookup(var.a, "x", var.b)', ("y",), {"a": [("x", "y")], "b": [("y",)]}),
        ("lookup(var.a, var.c, var.b)", ("y",), {"a": [(ANY_ELEMENT, "y")], "b": [("y",)]}),
        ("lookup(var.a)", ("y",), A),
        ("upper(var.a)", (), A),
        ("replace(var.a, var.b, var.c)", ("x",), {"a": [()], "b": [()], "c": [()]}),
    ],
)  # fmt: skip
def test_what_decides_a_part_of_a_value(
    expression: str, path: ValuePath, expected: dict[str, list[ValuePath]]
) -> None:
    """Each variable that the part may be taken of, and which part of it that is."""
    found, part = wanted(expression, path)
    assert traced_variables([part], found, decisive=True) == expected


@pytest.mark.parametrize(
    ("expression", "more"),
    [
        ("var.c ? var.a : var.b", {"c"}),
        ("var.c ? var.d ? var.a : var.b : 1", {"c", "d"}),
        ("[for v in var.c : var.a]", {"c"}),
        ("[for v in var.c : var.a if var.d]", {"c", "d"}),
        ("var.a[var.c]", {"c"}),
        ("var.a[var.c].x[var.d]", {"c", "d"}),
        ("local.object[var.c]", {"c"}),
        ("var.a.x", set()),
        ("concat(var.a, var.b)", set()),
    ],
)
def test_what_only_chooses(expression: str, more: set[str]) -> None:
    """A condition, an index, a collection of which nothing is taken: left out where it is asked."""
    found, part = wanted(expression)
    decisive = traced_variables([part], found, decisive=True)
    assert decisive.keys() >= {"a"}
    assert traced_variables([part], found, decisive=False).keys() == {*decisive, *more}


@pytest.mark.parametrize(
    ("head", "expression", "expected"),
    [
        ("for_each = var.a", "each.value", {"a": [ANY]}),
        ("for_each = var.a", "each.value.x", {"a": [(ANY_ELEMENT, "x")]}),
        ("for_each = var.a", "each.key", {"a": [(ANY_KEY,)]}),
        ("for_each = var.a", "each", {"a": [ANY]}),
        ("for_each = var.a", "var.b[each.key]", {"b": [ANY]}),
        ("for_each = { one = var.a }", "each.value.x", {"a": [("x",)]}),
        ("for_each = { (var.a) = 1 }", "each.key", A),
        ("count = var.a", "count.index", {"a": [()]}),
        ("count = length(var.a)", "var.b[count.index]", {"b": [ANY]}),
        ("", "each.value", {}),
        ("", "count.index", {}),
    ],
)
def test_what_the_loop_of_a_block_is_over(
    head: str, expression: str, expected: dict[str, list[ValuePath]]
) -> None:
    """`each` stands for an element of what the block is made for, `count` for all of it."""
    found, part = wanted(expression, head=head)
    assert traced_variables([part], found, decisive=True) == expected


@pytest.mark.parametrize(
    ("head", "expression", "taken"),
    [
        ("for_each = var.a", "each.value", True),
        ("for_each = var.a", "each.key", True),
        ("for_each = var.a", "[upper(each.value.x)]", True),
        ("for_each = var.a", "[for v in each.value.list : v]", True),
        ("for_each = var.a", "[for v in [each.value] : v]", True),
        ("for_each = var.a", "[for v in var.b : v]", False),
        ("for_each = var.a", "var.b", False),
        ("for_each = var.a", '"written"', False),
        # What is found by the key is written for all elements, elsewhere.
        ("for_each = var.a", "var.b[each.key]", False),
        ("for_each = var.a", "var.b.x[each.key].y", False),
        ("for_each = var.a", "local.object[each.key]", False),
        # In what the loop is over, it is the element.
        ("for_each = var.a", "var.a[each.key]", True),
        ("for_each = toset(keys(var.a))", "var.a[each.key]", True),
        ("for_each = local.plain", "local.plain[each.key]", True),
        ("for_each = local.plain", "local.part[each.key]", False),
        ("for_each = local.plain", "var.plain[each.key]", False),
        ("for_each = var.a", "var.b[each.value]", True),
        ("for_each = var.a", "var.b[each.value.key]", True),
        ("for_each = var.a", "var.b[upper(each.key)]", True),
        ("for_each = var.a", "{ one = 1 }[each.key]", True),
        ("for_each = var.a", 'var.b[upper("x").key]', False),
        ("for_each = var.a", 'var.b[{ key = "x" }.key]', False),
        ("for_each = var.a", "var.b[{ key = each.value }.key]", True),
        ("for_each = var.a", "var.b[[for v in each.value : v][0].key]", True),
        ("for_each = var.a", "var.b[merge(each.value).key]", True),
        ("for_each = var.a", "var.b[each.value.key.key]", True),
        ("for_each = var.a", "[for k, v in var.b : v[each.key]]", False),
        ("for_each = var.a", "[for k, v in var.b : var.c[k]]", False),
        ("count = 2", "count.index", True),
        ("count = 2", "var.b[count.index]", True),
        ("", "var.b", False),
    ],
)
def test_whether_anything_is_taken_of_the_element(head: str, expression: str, taken: bool) -> None:
    """A key that only finds something in another collection takes nothing of it."""
    assert takes_element(wanted(expression, head=head)[1]) is taken


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        ("each.value", ()),
        ("each.value.x", ("x",)),
        ("each.value.x[0].y", ("x", ANY_ELEMENT, "y")),
        ('each.value["x"]', ("x",)),
        ("each.key", ()),
        ("each", ()),
        ("var.b.x.y", ()),
        ("upper(each.value.x)", ()),
        ("each.value[*].x", (ANY_ELEMENT, "x")),
        ("{ value = each.value }.value", ()),
        ("merge(each.value).x.y", ()),
    ],
)
def test_the_part_of_an_element(expression: str, path: ValuePath) -> None:
    """By the keys behind `each.value`, where an expression is no more than that."""
    assert element_path(wanted(expression, head="for_each = var.a")[1]) == path


def test_the_part_of_an_element_of_a_for() -> None:
    """It is none of a block's: what a `for` goes over is one expression."""
    found = module("[for v in var.a : v.x]")
    over: Expression = found.resources["t.t"].body.attributes["x"].expression
    names = {"v": Loop(Wanted(over), "value")}
    part = module("v.x.y").resources["t.t"].body.attributes["x"].expression
    assert element_path(Wanted(part, (), names)) == ()


@pytest.mark.parametrize(
    ("over", "part", "taken"),
    [
        ("each.value.list", "v.x", True),
        ("var.b", "v.x", False),
        ("each.value", "var.c[v.key]", True),
        ("var.b", "var.c[v.key]", False),
    ],
)
def test_whether_a_for_takes_anything_of_the_element(over: str, part: str, taken: bool) -> None:
    """It goes over the element, or over something else."""
    outer = wanted(over, head="for_each = var.a")[1]
    names = {**outer.names, "v": Loop(outer, "value")}

    assert takes_element(Wanted(wanted(part)[1].expression, (), names)) is taken
