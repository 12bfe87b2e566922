"""What is known of an expression, and what it waits for, where something in it is not known."""

import re
from collections.abc import Callable

import pytest

from taskwall.core.values import OTHER, Items, Scenario, Value, dereferenced, needs
from taskwall.readers.terraform.values.values import Open
from taskwall.source.stack import Evaluation

GIVEN = """
variable "o" {}
variable "p" {}
variable "l" { type = list(string) }
variable "m" { type = map(string) }
variable "b" { type = bool }
variable "n" { type = number }
variable "none" { default = null }
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "v" }
  list       = ["x", "y"]
  no_list    = []
  sum        = var.n + 1
  size       = length(var.l)
}
data "aws_vpc" "d" {}
locals {
  some = var.b ? ["s"] : []
  map  = var.b ? { s = 1 } : {}
}
"""


def value(expression: str, evaluated: Callable[..., Evaluation], more: str = "") -> Value:
    """The value of an expression beside what is given."""
    main = f'{GIVEN}{more}resource "t" "t" {{\n  x = {expression}\n}}\n'
    return next(r for r in evaluated(main).resources if r.type == "t").body.fields["x"]


def waits(found: Value) -> str:
    """What a value waits for; of what fails, also why."""
    texts = (str(one) if "fails" in one.why else one.name for one in needs(found))
    return "; ".join(dict.fromkeys(texts))


PARTS: list[tuple[str, object, str]] = [
    (
        "var.b && [][0]",
        "<?>",
        "var.b; the expression[0] fails: the element [0] does not exist: there are 0",
    ),
    (
        "var.b || [][0]",
        "<?>",
        "var.b; the expression[0] fails: the element [0] does not exist: there are 0",
    ),
    (
        "true && [1][5] == 1",
        "<?>",
        "the expression[5] fails: the element [5] does not exist: there are 1",
    ),
    ("false || {}.a", "<?>", "the expression.a fails: a is not an attribute of this object"),
    ("var.b ? var.o : var.p", "<?>", "var.b"),
    ("(var.b ? 1 : 2) + 3", "<?>", "var.b"),
    ("var.b && var.o.x", "<(var.b && var.o.x)>", "var.b; var.o"),
    ("var.b ? [1][7] : 2", "<?>", "var.b"),
    ("[for x in var.l : x if var.b]", [("maybe", "<var.l[*]>")], "var.l; var.b"),
    ('[for x in ["a", "b"] : x if var.o == x]', [("maybe", "a"), ("maybe", "b")], "var.o"),
    ('[for x in ["a", "b"] : x if var.o == "c"]', [("maybe", "a"), ("maybe", "b")], "var.o"),
    ('[for x in concat(["a"], var.l) : x if x != "a"]', [("maybe", "<var.l[*]>")], "var.l"),
    (
        '[for x in concat(["a"], var.l) : x if x == var.o]',
        [("maybe", "a"), ("maybe", "<var.l[*]>")],
        "var.o; var.l",
    ),
    ('{ for x in ["a"] : x => x if var.b }', {"*": "a"}, ""),
    ("{ for k, v in var.m : k => v }", {"*": "<var.m[*]>"}, "var.m"),
    ('{ for k, v in var.m : "x${k}" => v }', {"*": "<var.m[*]>"}, "var.m"),
    ('{ for k, v in merge({ a = "1" }, var.m) : k => v if v != "1" }', {"*": "<?>"}, "var.m"),
    ('{ for x in ["a", "b"] : var.o => x... }', {"*": [("maybe", "a"), ("maybe", "b")]}, "var.o"),
    ('{ for x in ["a", "b"] : var.o => x }', {"*": "<?>"}, "var.o"),
    ("{ for x in [var.o, var.p] : x => 1 }", {"*": 1}, ""),
    (
        "{ for x in [var.o, var.p] : x => x... }",
        {"*": [("maybe", "<var.o>"), ("maybe", "<var.p>")]},
        "var.p; var.o",
    ),
    ("{ (var.o) = 1, (var.p) = 2 }", {"*": "<?>"}, "var.p"),
    ("{ (var.o) = 1, (var.o) = 2 }", {"*": "<?>"}, "var.o"),
    ("{ (var.o) = var.p, a = 1 }", {"a": 1, "*": "<var.p>"}, "var.p"),
    ("length({ (var.o) = 1, (var.p) = 2 })", 2, ""),
    ("length({ (var.o) = 1, (var.o) = 2 })", "<?>", "var.o"),
    ("length({ (var.o) = 1, a = 2 })", 2, ""),
    ('length({ (var.b ? "x" : "y") = 1, (var.b ? "x" : "z") = 2 })', "<?>", "var.b"),
    ("length(merge({ (var.o) = 1 }, var.m))", "<?>", "var.o; var.m"),
    ("length(toset([var.o, var.p]))", "<?>", "var.o; var.p"),
    ("length(toset([var.o]))", 1, ""),
    ('length(toset(["a", var.o]))', "<?>", "var.o"),
    ('length("a${var.o}")', "<?>", "var.o"),
    ("length(local.some)", "<?>", "var.b"),
    ("length(local.map)", "<?>", "var.b"),
    ('length(concat(["a"], local.some))', "<?>", "var.b"),
    ("length(concat(var.l, local.some))", "<?>", "var.l; var.b"),
    ("length(var.l) == 0", "<!(length(var.l) > 0)>", "var.l"),
    ("length(var.l) == 2", "<length(var.l) == 2>", "var.l"),
    ("length(var.l) != 0", "<length(var.l) > 0>", "var.l"),
    ('length(concat(["a"], var.l)) == 0', False, ""),
    ('length(concat(["a"], var.l)) == 1', "<?>", "var.l"),
    ('length(concat(["a"], var.l)) == 5', "<?>", "var.l"),
    ('length(concat(["a", "b"], local.some)) == 2', "<?>", "var.b"),
    ("local.some == []", "<?>", "var.b"),
    ('local.some == ["s"]', "<?>", "var.b"),
    ("var.o == var.p", "<var.o == var.p>", "var.o; var.p"),
    ("var.p == var.o", "<var.o == var.p>", "var.p; var.o"),
    ("var.o != var.p", "<!(var.o == var.p)>", "var.o; var.p"),
    ("var.o == aws_vpc.v.id", "<?>", "var.o; aws_vpc.v.id"),
    ("aws_vpc.v.id == aws_vpc.v.arn", "<?>", "aws_vpc.v.id; aws_vpc.v.arn"),
    ("data.aws_vpc.d.id == var.o", "<data.aws_vpc.d.id == var.o>", "data.aws_vpc.d.id; var.o"),
    (
        "data.aws_vpc.d.id == data.aws_vpc.d.cidr_block",
        "<data.aws_vpc.d.cidr_block == data.aws_vpc.d.id>",
        "data.aws_vpc.d.id; data.aws_vpc.d.cidr_block",
    ),
    ("data.aws_vpc.d.id == null", False, ""),
    ('data.aws_vpc.d.id == ""', False, ""),
    ('data.aws_vpc.d.tags.id == ""', "<data.aws_vpc.d.tags.id == ''>", "data.aws_vpc.d.tags.id"),
    ('aws_vpc.v.cidr_block == "10.0.0.0/16"', True, ""),
    ("aws_vpc.v.cidr_block == var.o", "<var.o == '10.0.0.0/16'>", "var.o"),
    ("aws_vpc.v == null", False, ""),
    ("var.l[*] == var.l", "<?>", "var.l"),
    ("var.l[0] == var.l[0]", True, ""),
    ("(var.b ? 1 : 2) == 1", "<var.b>", "var.b"),
    ("(var.b ? 1 : 2) == 3", False, ""),
    ("(var.b ? 1 : var.o) == 1", "<(var.b || var.o == 1)>", "var.b; var.o"),
    ('(var.b ? "x" : null) == null', "<!(var.b)>", "var.b"),
    ("1 == (var.b ? 1 : 2)", "<var.b>", "var.b"),
    ("var.b == true", "<var.b>", "var.b"),
    ("var.b == false", "<var.b == False>", "var.b"),
    ("var.b == null", "<var.b == None>", "var.b"),
    ('var.b == "x"', "<var.b == 'x'>", "var.b"),
    ("(var.o == 1) == true", "<var.o == 1>", "var.o"),
    ("(var.o == 1) == false", "<!(var.o == 1)>", "var.o"),
    ("true == (var.o == 1)", "<var.o == 1>", "var.o"),
    ('(var.o == 1) == "x"', "<?>", "var.o"),
    ("(var.o == 1) == null", False, ""),
    ("(var.o == 1) == 1", "<?>", "var.o"),
    ("!(var.o == 1)", "<!(var.o == 1)>", "var.o"),
    ("-var.n", "<?>", "var.n"),
    ("var.n + 1", "<?>", "var.n"),
    ("1 + var.n", "<?>", "var.n"),
    ("var.n * 2", "<?>", "var.n"),
    ("var.n * 0", 0, ""),
    ("0 * var.n", 0, ""),
    ("var.n - 1", "<?>", "var.n"),
    ("1 - var.n", "<?>", "var.n"),
    ("var.n / 2", "<?>", "var.n"),
    ("var.n % 2", "<?>", "var.n"),
    ("var.n + var.o", "<?>", "var.n; var.o"),
    ("var.n > 3", "<var.n > 3>", "var.n"),
    ("var.n >= 3", "<var.n > 2>", "var.n"),
    ("var.n < 3", "<!(var.n > 2)>", "var.n"),
    ("var.n <= 3", "<!(var.n > 3)>", "var.n"),
    ("3 > var.n", "<!(var.n > 2)>", "var.n"),
    ("3 >= var.n", "<!(var.n > 3)>", "var.n"),
    ("3 < var.n", "<var.n > 3>", "var.n"),
    ("3 <= var.n", "<var.n > 2>", "var.n"),
    ("var.n >= 1.5", "<(var.n == 1.5 || var.n > 1.5)>", "var.n"),
    ("var.n <= 1.5", "<!(var.n > 1.5)>", "var.n"),
    ("var.n > var.o", "<?>", "var.o; var.n"),
    ("aws_vpc.v.sum > 0", "<aws_vpc.v.sum > 0>", "var.n"),
    ("length(var.l) > 0", "<length(var.l) > 0>", "var.l"),
    ("length(var.l) > 1", "<length(var.l) > 1>", "var.l"),
    ("length(var.l) >= 1", "<length(var.l) > 0>", "var.l"),
    ("length(var.l) + 1 > 0", True, ""),
    ("aws_vpc.v.size + 1 > 0", True, ""),
    ("length(var.l) + 1 > 1", "<?>", "var.l"),
    ("length(merge({ (var.o) = 1 }, var.m)) + 1 > 1", True, ""),
    ("length(var.l) * 2 > 0", "<length(var.l) > 0>", "var.l"),
    (
        "length(var.l) * length(var.m) > 0",
        "<(length(var.l) > 0 && length(var.m) > 0)>",
        "var.l; var.m",
    ),
    (
        "length(var.l) + length(var.m) > 0",
        "<(length(var.l) > 0 || length(var.m) > 0)>",
        "var.l; var.m",
    ),
    ("length(var.l) - 1 > 0", "<?>", "var.l"),
    ("length(var.l) + var.n > 0", "<?>", "var.l; var.n"),
    ('length(concat(["a"], var.l)) - 1 > -1', True, ""),
    ('length(concat(["a"], var.l)) - 1 > 0', "<?>", "var.l"),
    ("(var.b ? 1 : 2) * 2", "<?>", "var.b"),
    ("(var.b ? 1 : 2) > 1", "<!(var.b)>", "var.b"),
    ("(var.b ? 1 : 2) > 0", True, ""),
    ("(var.b ? 1 : var.n) > 0", "<(var.b || var.n > 0)>", "var.b; var.n"),
    ("(var.b ? 1 : 2) + (var.o == 1 ? 1 : 2)", "<?>", "var.b"),
    ("2 * (var.b ? 1 : 2)", "<?>", "var.b"),
    ("2 - (var.b ? 1 : 2)", "<?>", "var.b"),
    ("(var.b ? 1 : 2) - 2", "<?>", "var.b"),
    ("max(var.n, 3)", "<?>", "var.n"),
    ("min(var.n, 3)", "<?>", "var.n"),
    ("max(var.n, 3) > 0", True, ""),
    ("max(var.n, 0) > 0", "<var.n > 0>", "var.n"),
    ("min(var.n, 3) > 0", "<var.n > 0>", "var.n"),
    ("min(var.n, 0) > 0", False, ""),
    ("max(length(var.l), 1) == 0", False, ""),
    ("max(length(var.l), 1) > 0", True, ""),
    ("min(length(var.l), 1) > 0", "<length(var.l) > 0>", "var.l"),
    ('"${var.o}-${var.p}"', "<var.o>-<var.p>", "var.o; var.p"),
    ('"${var.o}${aws_vpc.v.id}"', "<var.o><aws_vpc.v.id>", "var.o; aws_vpc.v.id"),
    ('"a" == "${var.o}b"', False, ""),
    ('"ab" == "a${var.o}"', "<?>", "var.o"),
    ('"a${var.o}" == "b${var.p}"', False, ""),
    ('"a${var.o}" == "a${var.p}"', "<?>", "var.o; var.p"),
    ('"a${var.o}" == null', False, ""),
    ('"a${var.o}" == 5', False, ""),
    ('"a${var.o}" == []', False, ""),
    ('"a${var.o}" == jsonencode({ a = 1 })', "<?>", "var.o"),
    ("jsonencode({ a = var.o }) == jsonencode({ a = var.p })", "<?>", "var.o; var.p"),
    ("[1, var.o] == [1, 2]", "<?>", "var.o"),
    ("[1, var.o] == [1, var.o]", True, ""),
    ("[1, var.o] == [1]", False, ""),
    ("concat([1], var.l) == [2]", "<?>", "var.l"),
    ("concat([1, 2], var.l) == [1]", False, ""),
    ("[1] == concat([1, 2], var.l)", False, ""),
    ("{ a = 1 } == var.m", "<?>", "var.m"),
    ("{ a = var.o } == { a = var.o }", True, ""),
    ("merge({ a = 1 }, var.m) == merge({ a = 1 }, var.m)", "<?>", "var.m"),
    ("var.o.a", "<var.o.a>", "var.o"),
    ("var.o[var.p]", "<var.o[var.p]>", "var.o"),
    ("var.o[0].b", "<var.o[0].b>", "var.o"),
    ("var.l[var.n]", "<var.l[var.n]>", "var.l"),
    ('["a", "b"][var.n]', "<?>", "var.n"),
    ('["a", "a"][var.n]', "a", ""),
    ('[var.o, "b"][var.n]', "<?>", "var.n"),
    ('concat(["a"], var.l)[0]', "<?>", "var.l"),
    ('concat(["a"], var.l)[var.n]', "<?>", "var.n"),
    ("local.some[0]", "s", ""),
    ("local.map.s", "<?>", "var.b"),
    ('local.map["s"]', "<?>", "var.b"),
    ("local.map.t", "<?>", "var.b"),
    ("local.map[var.o]", 1, ""),
    ("{ a = 1, b = 2 }[var.o]", "<?>", "var.o"),
    ("{ a = 1, b = 1 }[var.o]", 1, ""),
    ("{ a = 1 }[var.o]", 1, ""),
    ("{ (var.o) = 1, (var.p) = 2 }[var.o]", 1, ""),
    ("{ (var.o) = 1, (var.p) = 2 }[var.p]", 2, ""),
    ("{ (var.o) = 1, (var.p) = 2 }[var.n]", "<?>", "var.p"),
    ('{ (var.o) = 1, a = 2 }["b"]', "<?>", 'the key "b"'),
    ('{ (var.o) = 1, a = 2 }["a"]', 2, ""),
    ('{ (var.o) = 1, a = 2 }["x${var.p}"]', 1, ""),
    ('{ (var.o) = 1, xb = 2 }["x${var.p}"]', "<?>", "var.p"),
    ('merge({ a = 1 }, var.m)["a"]', "<?>", "var.m"),
    ('merge({ a = 1 }, var.m)["b"]', "<var.m[*]>", "var.m"),
    ("merge({ a = 1 }, var.m)[var.o]", "<?>", "var.o"),
    ("merge({ a = 1 }, var.m).b", "<var.m[*]>", "var.m"),
    (r'yamldecode("a: ${var.o}\nb: [1, x-${var.p}]").b', [1, "x-<var.p>"], "var.p"),
    (r'yamldecode("a: ${var.o}\nb: [1, x-${var.p}]").a', "<var.o>", "var.o"),
    (r'yamldecode("a: ${var.o}\nb: [true, null]")["b"]', [True, None], ""),
    ('yamldecode("a: [${var.o}]")', "<?>", "var.o"),
    (r'yamldecode("a: [\"${var.o}\"]")', {"a": ["<var.o>"]}, "var.o"),
    ('yamldecode("${var.o}: 1")', "<?>", "var.o"),
    ('yamldecode("{a: [${var.o}}")', "<?>", "var.o"),
    ('yamldecode("\ue0000\ue001: ${var.o}")', "<?>", "var.o"),
    ("var.m[var.o]", "<var.m[var.o]>", "var.m"),
    ('var.m[["a", "b"][var.n]]', "<var.m[*]>", "var.m"),
    ('var.m[["a", "b"][var.n]].x', "<var.m[*].x>", "var.m"),
    ('var.m["a"]', '<var.m["a"]>', "var.m"),
    ("aws_vpc.v.tags.Name", "v", ""),
    ("aws_vpc.v.tags.Other", "<aws_vpc.v.tags.Other>", "aws_vpc.v.tags.Other"),
    ('aws_vpc.v.tags["Name"]', "v", ""),
    ("aws_vpc.v.tags[var.o]", "<?>", "var.o"),
    ("aws_vpc.v.list[0]", "x", ""),
    ("aws_vpc.v.list[1]", "y", ""),
    ("aws_vpc.v.list[var.n]", "<?>", "var.n"),
    ("aws_vpc.v.list[*]", ["x", "y"], ""),
    ("aws_vpc.v.list[7]", "<aws_vpc.v.list[7]>", "aws_vpc.v.list[7]"),
    ('aws_vpc.v["cidr_block"]', "10.0.0.0/16", ""),
    ('aws_vpc.v["none"]', "<aws_vpc.v.none>", "aws_vpc.v.none"),
    ("aws_vpc.v[*].id", ["<aws_vpc.v.id>"], "aws_vpc.v.id"),
    ("aws_vpc.v.ids[*].x", [("maybe", "<aws_vpc.v.ids[*].x>")], "aws_vpc.v.ids"),
    ("aws_vpc.v.id[*]", ["<aws_vpc.v.id>"], "aws_vpc.v.id"),
    (
        "aws_vpc.v.main_route_table_id[*]",
        ["<aws_vpc.v.main_route_table_id>"],
        "aws_vpc.v.main_route_table_id",
    ),
    ("data.aws_vpc.d.id[*]", ["<data.aws_vpc.d.id>"], "data.aws_vpc.d.id"),
    ("data.aws_vpc.d.tags[*]", [("maybe", "<data.aws_vpc.d.tags[*]>")], "data.aws_vpc.d.tags"),
    ("data.aws_vpc.d.tags.x", "<data.aws_vpc.d.tags.x>", "data.aws_vpc.d.tags.x"),
    ('data.aws_vpc.d["id"]', "<data.aws_vpc.d.id>", "data.aws_vpc.d.id"),
    ("var.none[*]", [], ""),
    ("var.none[*].a", [], ""),
    ("var.o[*]", [("maybe", "<var.o[*]>")], "var.o"),
    ("var.o[*].a[0].b", [("maybe", "<var.o[*].a[0].b>")], "var.o"),
    ("var.l[*][0]", [("maybe", "<var.l[*][0]>")], "var.l"),
    (
        "[{ a = 1 }, { b = 2 }][*].a",
        "<?>",
        "the expression[*].a fails: a is not an attribute of this object",
    ),
    ("local.some[*]", [("maybe", "s")], "var.b"),
    ('concat(local.some, ["t"])[*]', ["t", ("maybe", "s")], "var.b"),
    (
        'concat(["a"], var.l)[*].x',
        "<?>",
        "concat(...)[*].x fails: x is read from something that has no attributes",
    ),
    ("concat([], var.l)", [("maybe", "<var.l[*]>")], "var.l"),
    ('concat(["a"], var.l, ["b"])', ["a", "b", ("maybe", "<var.l[*]>")], "var.l"),
    ("concat(var.l, var.l)", [("maybe", "<var.l[*]>")], "var.l"),
    ('concat(local.some, ["t"])', ["t", ("maybe", "s")], "var.b"),
    ("concat(local.some, local.some)", [("maybe", "s")], "var.b"),
    ("concat(var.o...)", [("maybe", "<var.o[*][*]>")], "var.o"),
    ('concat([["a"], var.l]...)', ["a", ("maybe", "<var.l[*]>")], "var.l"),
    ('flatten([["a"], var.l, [["b"]]])', ["a", "b", ("maybe", "<var.l[*]>")], "var.l"),
    ('flatten([local.some, "t"])', ["t", ("maybe", "s")], "var.b"),
    ("flatten(var.o)", [("maybe", "<var.o[*][*]>")], "var.o"),
    (
        "flatten([aws_vpc.v.ids, aws_vpc.v.id])",
        ["<aws_vpc.v.id>", ("maybe", "<aws_vpc.v.ids[*]>")],
        "aws_vpc.v.ids; aws_vpc.v.id",
    ),
    ('flatten(concat(["a"], [["b"]], local.some))', ["a", "b", ("maybe", "s")], "var.b"),
    ('element(["a", "b"], var.n)', "<?>", "var.n"),
    ("element(var.l, 0)", "<var.l[0]>", "var.l"),
    ("element(var.l, 3)", "<var.l[*]>", "var.l"),
    ("element(var.l, var.n)", "<var.l[*]>", "var.l"),
    ('element(concat(["a"], var.l), 0)', "<?>", "var.l"),
    ('element(concat(["a"], var.l), 1)', "<?>", "var.l"),
    ('element(concat(["a"], var.l), var.n)', "<?>", "var.n; var.l"),
    ("element(aws_vpc.v.list, 3)", "y", ""),
    ("element(aws_vpc.v.list, 0)", "x", ""),
    ("element(aws_vpc.v.ids, 0)", "<aws_vpc.v.ids[0]>", "aws_vpc.v.ids[0]"),
    ("element(local.some, 0)", "s", ""),
    ('coalesce(var.o, "a")', '<coalesce(var.o, "a")>', "var.o"),
    ('coalesce("a", var.o)', "a", ""),
    ('coalesce("", var.o)', "<var.o>", "var.o"),
    ('coalesce(null, var.o, "b")', '<coalesce(null, var.o, "b")>', "var.o"),
    ('coalesce("", aws_vpc.v.id)', "<aws_vpc.v.id>", "aws_vpc.v.id"),
    ("coalesce(var.none, aws_vpc.v.cidr_block)", "10.0.0.0/16", ""),
    ("coalescelist([], var.l)", "<?>", "var.l"),
    ('coalescelist(var.l, ["a"])', "<?>", "var.l"),
    ('coalescelist(["a"], var.l)', ["a"], ""),
    ('coalescelist(concat(["a"], var.l), [])', ["a", ("maybe", "<var.l[*]>")], "var.l"),
    ('compact([var.o, "", "a", null])', ["a", ("maybe", "<var.o>")], "var.o"),
    (
        "compact([aws_vpc.v.id, aws_vpc.v.name, aws_vpc.v.arn])",
        ["<aws_vpc.v.id>", "<aws_vpc.v.name>", "<aws_vpc.v.arn>"],
        "aws_vpc.v.id; aws_vpc.v.name; aws_vpc.v.arn",
    ),
    ("compact([data.aws_vpc.d.id])", ["<data.aws_vpc.d.id>"], "data.aws_vpc.d.id"),
    ("compact(var.l)", [("maybe", "<var.l[*]>")], "var.l"),
    ('compact(concat(["", "a"], var.l))', ["a", ("maybe", "<var.l[*]>")], "var.l"),
    ('compact(concat(local.some, [""]))', [("maybe", "s")], "var.b"),
    ("compact([cidrsubnet(var.o, 1, 1)])", ["<?>"], "var.o"),
    ('contains(["a", var.o], "a")', True, ""),
    ('contains(["b", var.o], "a")', "<var.o == 'a'>", "var.o"),
    ('contains([var.o, var.p], "a")', "<(var.o == 'a' || var.p == 'a')>", "var.o; var.p"),
    ('contains(var.l, "a")', '<contains(var.l, "a")>', "var.l"),
    ('contains(concat(["a"], var.l), "a")', True, ""),
    ('contains(concat(["b"], var.l), "a")', "<?>", "var.l"),
    ('contains(concat(["b"], local.some), "a")', False, ""),
    ("contains([], var.o)", False, ""),
    ("distinct([var.o, var.o, var.p])", ["<var.o>", "<var.p>"], "var.o; var.p"),
    ('distinct(concat(["a", "a"], var.l))', ["a", ("maybe", "<var.l[*]>")], "var.l"),
    ('distinct(["a${var.o}", "a${var.p}", "a${var.o}"])', ["a<var.o>", "a<var.p>"], "var.o; var.p"),
    ('toset([var.o, "a", "a", 1])', ["<var.o>", "a", "1"], "var.o"),
    ("toset(var.l)", [("maybe", "<var.l[*]>")], "var.l"),
    ("toset(local.some)", [("maybe", "s")], "var.b"),
    ('tolist(toset([var.o, "a"]))', ["<var.o>", "a"], "var.o"),
    ("tolist(toset([var.o]))", ["<var.o>"], "var.o"),
    ('tolist(toset(concat(["a", "b"], var.l)))', ["a", "b", ("maybe", "<var.l[*]>")], "var.l"),
    ('tolist([1, var.o, "a"])', ["1", "<var.o>", "a"], "var.o"),
    ('tolist(concat(["a"], var.l))', ["a", ("maybe", "<var.l[*]>")], "var.l"),
    ('index([var.o, "b"], "b")', "<?>", "var.o"),
    ('index(["b", var.o], "b")', 0, ""),
    ('index(concat(["b"], var.l), "b")', 0, ""),
    ('index(concat(["b"], var.l), "c")', "<?>", "var.l"),
    (
        'setunion(["a"], ["a", var.o], var.l)',
        ["a", "<var.o>", ("maybe", "<var.l[*]>")],
        "var.l; var.o",
    ),
    ('setintersection(["a"], [var.o])', "<?>", "var.o"),
    ('setintersection(["a"], var.l)', "<?>", "var.l"),
    ('setsubtract(["a"], [var.o])', "<?>", "var.o"),
    ('setsubtract([var.o], ["a"])', "<?>", "var.o"),
    ('setproduct(["a"], [var.o], local.some)', [("maybe", ["a", "<var.o>", "s"])], "var.b; var.o"),
    ('setproduct(["a", "b"], local.some)', [("maybe", ["a", "s"]), ("maybe", ["b", "s"])], "var.b"),
    (
        'setproduct(concat(["a"], local.some), ["x", "y"])',
        [["a", "x"], ["a", "y"], ("maybe", ["s", "x"]), ("maybe", ["s", "y"])],
        "var.b",
    ),
    ('slice(["a", "b", "c"], 0, var.n)', [("maybe", "a"), ("maybe", "b"), ("maybe", "c")], "var.n"),
    ('slice(["a", "b", "c"], 2, var.n)', [("maybe", "c")], "var.n"),
    ('slice(["a", "b", "c"], var.n, 3)', "<?>", "var.n"),
    ("slice(var.l, 1, 3)", ["<var.l[1]>", "<var.l[2]>"], "var.l"),
    ("slice(var.l, 0, var.n)", [("maybe", "<var.l[*]>")], "var.n; var.l"),
    ('slice(concat(["a"], var.l), 0, 2)', ["<?>", "<?>"], "var.l"),
    ("slice(aws_vpc.v.list, 0, 1)", ["x"], ""),
    (
        "slice(aws_vpc.v.ids, 0, 2)",
        ["<aws_vpc.v.ids[0]>", "<aws_vpc.v.ids[1]>"],
        "aws_vpc.v.ids[0]; aws_vpc.v.ids[1]",
    ),
    ("slice([], 0, var.n)", "<?>", "var.n"),
    ('reverse(["a", var.o])', ["<var.o>", "a"], "var.o"),
    ('reverse(concat(["a", "b"], var.l))', ["b", "a", ("maybe", "<var.l[*]>")], "var.l"),
    ("reverse(local.some)", [("maybe", "s")], "var.b"),
    ('sort(["b", var.o, "a"])', ["b", "<var.o>", "a"], "var.o"),
    ("sort(var.l)", [("maybe", "<var.l[*]>")], "var.l"),
    ('sort([aws_vpc.v.cidr_block, "1"])', ["1", "10.0.0.0/16"], ""),
    ("one(var.l)", "<?>", "var.l"),
    ("one([var.o])", "<var.o>", "var.o"),
    ('one(concat(["a"], var.l))', "a", ""),
    ("one(concat(local.some, var.l))", "<?>", "var.l"),
    ('chunklist(["a", "b"], var.n)', "<?>", "var.n"),
    ("chunklist([var.o], 1)", "<?>", "var.o"),
    ('matchkeys([var.o, "b"], ["x", "y"], ["x"])', ["<var.o>"], "var.o"),
    ('matchkeys(["a", "b"], ["x"], ["x"])', "<?>", "matchkeys(...)"),
    ('matchkeys(var.l, ["x"], ["x"])', "<?>", "var.l"),
    ('matchkeys(["a"], [var.o], ["x"])', "<?>", "var.o"),
    (
        "merge({ a = 1 }, { a = 2 }, var.m, { c = 3 })",
        {"a": "<?>", "c": 3, "*": "<var.m[*]>"},
        "var.m",
    ),
    ("merge(var.m, { a = 1 })", {"a": 1, "*": "<var.m[*]>"}, "var.m"),
    ("merge(var.m, var.o)", {"*": "<?>"}, "var.o"),
    ("merge({ a = 1 }, local.map)", {"a": 1, "*": 1}, ""),
    ("merge(local.map, { s = 2 })", {"s": 2, "*": 1}, ""),
    ("merge({ (var.o) = 1 }, { (var.p) = 2 })", {"*": "<?>"}, "var.p"),
    ("merge({ (var.o) = 1 }, { (var.o) = 2 })", {"*": "<?>"}, "var.o"),
    ("length(merge({ (var.o) = 1 }, { (var.o) = 2 }))", 1, ""),
    ("length(merge({ (var.o) = 1 }, { (var.p) = 2 }))", 2, ""),
    ("length(merge({ (var.o) = 1 }, { a = 2 }))", 2, ""),
    ("merge({ a = 1 }, var.o...)", {"a": "<?>", "*": "<var.o[*][*]>"}, "var.o"),
    ("merge(concat([{ a = 1 }], var.l)...)", {"a": "<?>", "*": "<var.l[*][*]>"}, "var.l"),
    ('lookup(var.m, "a")', '<lookup(var.m, "a")>', "var.m"),
    ('lookup(var.m, "a", "d")', '<lookup(var.m, "a", "d")>', "var.m"),
    ('lookup({}, var.o, "d")', "d", ""),
    ("lookup({ a = 1 }, var.o)", 1, ""),
    ("lookup({ a = 1 }, var.o, 1)", 1, ""),
    ("lookup({ a = 1 }, var.o, 2)", "<?>", "var.o"),
    ('lookup({ a = 1, b = 2 }, "a${var.o}", 3)', "<?>", "var.o"),
    ('lookup(local.map, "s")', 1, ""),
    ('lookup(local.map, "s", 1)', 1, ""),
    ('lookup(merge({ a = 1 }, var.m), "a", 2)', "<?>", "var.m"),
    ('lookup(merge({ a = 1 }, var.m), "b", 2)', "<?>", "var.m"),
    ('lookup(merge(var.m, { a = 1 }), "a", 2)', 1, ""),
    ('lookup(aws_vpc.v.tags, "Name", "d")', "v", ""),
    ('lookup(aws_vpc.v.tags, "Other", "d")', "d", ""),
    ("keys(var.m)", [("maybe", "<?>")], "var.m"),
    ("keys(local.map)", [("maybe", "<?>")], "var.b"),
    ("keys(merge({ b = 1 }, local.map))", ["b", ("maybe", "<?>")], "var.b"),
    ("keys({ (var.o) = 1, a = 2 })", ["a", "<var.o>"], "var.o"),
    ("values(var.m)", [("maybe", "<var.m[*]>")], "var.m"),
    ("values(local.map)", [("maybe", 1)], "var.b"),
    ("values({ b = var.o, a = 1 })", [1, "<var.o>"], "var.o"),
    ("values({ (var.o) = 1, a = 2 })", [2, 1], ""),
    ("tomap({ a = 1, b = var.o })", {"a": 1, "b": "<var.o>"}, "var.o"),
    ("tomap(local.map)", {"*": 1}, ""),
    ("coalesce(aws_vpc.v.arn, var.p)", "<aws_vpc.v.arn>", "aws_vpc.v.arn"),
    ('zipmap(["b", var.o], ["x", var.p])', {"b": "x", "*": "<var.p>"}, "var.p"),
    ("zipmap([var.o, var.p], [1, 2])", {"*": "<?>"}, "var.p"),
    ("zipmap(var.l, [1])", "<?>", "var.l"),
    ('zipmap(["a"], var.l)', "<?>", "var.l"),
    ("transpose({ a = [var.o] })", "<?>", "var.o"),
    ("defaults({ a = null, b = var.o }, { a = 1, b = 2 })", {"a": 1, "b": "<var.o>"}, "var.o"),
    (
        "defaults(concat([{ a = null }], var.l), { a = 1 })",
        [{"a": 1}, ("maybe", "<var.l[*]>")],
        "var.l",
    ),
    ('join(",", ["a", var.o, "b"])', "a,<var.o>,b", "var.o"),
    ('join(",", local.some)', "<?>", "var.b"),
    ('join(",", concat(["a"], local.some))', "a,<?>", "var.b"),
    ('join(",", concat(["a"], var.l))', "a,<?>", "var.l"),
    ('join(var.o, ["a"])', "<?>", "var.o"),
    ('split(",", "a,${aws_vpc.v.id}")', ["a", "<aws_vpc.v.id>"], "aws_vpc.v.id"),
    ('split(",", aws_vpc.v.id)', ["<aws_vpc.v.id>"], "aws_vpc.v.id"),
    ('split(",", aws_vpc.v.cidr_block)', ["10.0.0.0/16"], ""),
    ('split("/", aws_vpc.v.cidr_block)', ["10.0.0.0", "16"], ""),
    (
        'split(",", "${aws_vpc.v.id}${aws_vpc.v.arn},b")',
        ["<aws_vpc.v.id><aws_vpc.v.arn>", "b"],
        "aws_vpc.v.id; aws_vpc.v.arn",
    ),
    ('split(":", aws_vpc.v.id)', ["<?>", ("maybe", "<?>")], "aws_vpc.v.id"),
    ('split(",", var.o)', ["<var.o[0]>", ("maybe", "<var.o[*]>")], "var.o"),
    ('split(",", "a,${var.o}")', ["<?>", ("maybe", "<?>")], "var.o"),
    ('split("", aws_vpc.v.id)', "<?>", "aws_vpc.v.id"),
    ('split(var.o, "a")', "<?>", "var.o"),
    ('replace("a-b", "-", var.o)', "a<var.o>b", "var.o"),
    ('replace("a-b-c", "-", aws_vpc.v.id)', "a<aws_vpc.v.id>b<aws_vpc.v.id>c", "aws_vpc.v.id"),
    ('replace(var.o, "-", "+")', '<replace(var.o, "-", "+")>', "var.o"),
    ('replace("a-b", "/-/", var.o)', '<replace("a-b", "/-/", var.o)>', "var.o"),
    ('replace("a-b", var.o, "x")', '<replace("a-b", var.o, "x")>', "var.o"),
    ('replace("a", "", var.o)', '<replace("a", "", var.o)>', "var.o"),
    ('trimprefix(var.o, "a")', "<?>", "var.o"),
    ('substr("abc", var.n, 1)', "<?>", "var.n"),
    ('format("%s", var.o)', "<var.o>", "var.o"),
    ('format("%s-%s", "a", var.o)', "a-<var.o>", "var.o"),
    ('format("%5s", var.o)', "<?>", "var.o"),
    ('format("%v", var.o)', "<var.o>", "var.o"),
    ('format("%v", [var.o])', "<?>", "var.o"),
    ('format("%#v", var.o)', "<?>", "var.o"),
    ('format("%d", var.n)', "<var.n>", "var.n"),
    ('format("%03d", var.n)', "<?>", "var.n"),
    ('format("%t", var.b)', "<var.b>", "var.b"),
    ('format("%q", var.o)', "<?>", "var.o"),
    ('format("%s%s", var.o)', "<?>", "format(...)"),
    ('format("%[2]s-%[1]s", "a", var.o)', "<var.o>-a", "var.o"),
    ('format("%%%s", var.o)', "%<var.o>", "var.o"),
    ('format(var.o, "a")', "<?>", "var.o"),
    ('formatlist("%s-%s", ["a", var.o], "c")', ["a-c", "<var.o>-c"], "var.o"),
    ('formatlist("%s", var.l)', "<?>", "var.l"),
    ('formatlist("%s-%s", var.o, ["a", "b"])', ["<var.o>-a", "<var.o>-b"], "var.o"),
    ('startswith(var.o, "a")', '<startswith(var.o, "a")>', "var.o"),
    ('startswith("ab${var.o}", "abc")', "<?>", "var.o"),
    ('startswith("ab${var.o}", "ac")', False, ""),
    ('startswith("${var.o}a", "a")', "<?>", "var.o"),
    ('endswith("${var.o}ab", "cab")', "<?>", "var.o"),
    ('endswith("${var.o}ab", "cb")', False, ""),
    ('endswith("a${var.o}", "a")', "<?>", "var.o"),
    ('strcontains("a${var.o}b", "b")', True, ""),
    ('strcontains("a${var.o}b", "c")', "<?>", "var.o"),
    ('strcontains(var.o, "c")', '<strcontains(var.o, "c")>', "var.o"),
    ("upper(var.o)", "<upper(var.o)>", "var.o"),
    ('upper("a${var.o}")', "<?>", "var.o"),
    ("title(var.o)", "<?>", "var.o"),
    ("trimspace(var.o)", "<trimspace(var.o)>", "var.o"),
    ("lower(lower(var.o))", "<lower(lower(var.o))>", "var.o"),
    ("lower(compact(var.l)[0])", "<lower(var.l[*])>", "var.l"),
    ('contains(keys(var.m), "a")', '<contains(keys(var.m), "a")>', "var.m"),
    ('contains(values(var.m), "a")', '<contains(values(var.m), "a")>', "var.m"),
    ('contains(distinct(var.l), "a")', '<contains(distinct(var.l), "a")>', "var.l"),
    ('contains(sort(var.l), "a")', "<?>", "var.l"),
    ("contains(var.l, var.o)", "<contains(var.l, var.o)>", "var.l"),
    ('regex("a", var.o)', "<?>", "var.o"),
    ('regexall("a", var.o)', "<?>", "var.o"),
    ('length(regexall("a", var.o)) > 0', "<?>", "var.o"),
    ("jsonencode(var.o)", "<var.o>", "var.o"),
    ("jsonencode([var.o])", ["<var.o>"], "var.o"),
    ('jsonencode("a${var.o}")', '"a<var.o>"', "var.o"),
    ('jsonencode("a\\"${var.o}")', '"a\\"<var.o>"', "var.o"),
    ("jsonencode(aws_vpc.v.cidr_block)", '"10.0.0.0/16"', ""),
    ("jsondecode(jsonencode({ a = var.o }))", {"a": "<var.o>"}, "var.o"),
    ('jsondecode("{\\"a\\": ${var.o}}")', {"a": "<var.o>"}, "var.o"),
    ('jsondecode("[${var.o}]")', [("maybe", "<var.o>")], "var.o"),
    ("jsondecode(var.o)", "<var.o>", "var.o"),
    ('jsondecode("{\\"a\\": \\"${aws_vpc.v.id}\\"}")', {"a": "<aws_vpc.v.id>"}, "aws_vpc.v.id"),
    ("base64encode(var.o)", "<?>", "var.o"),
    ('base64encode("a${var.o}")', "a<var.o>", "var.o"),
    ('base64decode(base64encode("a${var.o}"))', "a<var.o>", "var.o"),
    ("base64decode(var.o)", "<?>", "var.o"),
    ("base64decode(base64encode(jsonencode([var.o])))", ["<var.o>"], "var.o"),
    ('base64gzip("a${var.o}")', "a<var.o>", "var.o"),
    ("yamlencode({ a = var.o })", '"a": "<var.o>"\n', "var.o"),
    ("yamlencode(var.o)", '"<var.o>"\n', "var.o"),
    ("yamlencode(var.l)", '"<var.l>"\n', "var.l"),
    ('yamlencode(concat(["a"], var.l))', "<?>", "var.l"),
    ("yamldecode(var.o)", "<?>", "var.o"),
    ("sum([1, var.n])", "<?>", "var.n"),
    ("sum(var.l)", "<?>", "var.l"),
    ("max(1, var.n)", "<?>", "var.n"),
    ("max(var.n, var.o) > 0", "<(var.n > 0 || var.o > 0)>", "var.n; var.o"),
    ("min(2, var.n) > 1", "<?>", "var.n"),
    ("min(length(var.l), var.n) > 0", "<(length(var.l) > 0 && var.n > 0)>", "var.l; var.n"),
    ("abs(var.n)", "<?>", "var.n"),
    ("pow(2, var.n)", "<?>", "var.n"),
    ("range(var.n)", [("maybe", "<?>")], "var.n"),
    ("range(1, var.n)", [("maybe", "<?>")], "var.n"),
    ("range(0, 4, var.n)", "<?>", "var.n"),
    ("range(var.n, 4)", "<?>", "var.n"),
    ("alltrue([true, var.b])", "<var.b>", "var.b"),
    ("alltrue([var.b, var.o])", "<(var.b && var.o)>", "var.b; var.o"),
    ("alltrue([var.b, false])", False, ""),
    ("alltrue(var.l)", "<?>", "var.l"),
    ('alltrue([for x in var.l : x == "a"])', "<?>", "var.l"),
    ("anytrue([false, var.b])", "<var.b>", "var.b"),
    ("anytrue([true, var.b])", True, ""),
    ("anytrue([null, var.b])", "<var.b>", "var.b"),
    ("tostring(var.o)", "<var.o>", "var.o"),
    ('tostring("a${var.o}")', "a<var.o>", "var.o"),
    ("tonumber(var.o)", "<var.o>", "var.o"),
    ('tonumber("1${var.o}")', "<?>", "var.o"),
    ("tobool(var.o)", "<var.o>", "var.o"),
    ("tobool(var.b)", "<var.b>", "var.b"),
    ("sensitive(var.o)", "<var.o>", "var.o"),
    ("nonsensitive(var.o)", "<var.o>", "var.o"),
    ("cidrsubnet(var.o, 8, 1)", "<?>", "var.o"),
    ('cidrsubnet("10.0.0.0/16", 8, var.n)', "<?>", "var.n"),
    ("cidrsubnet(aws_vpc.v.cidr_block, 8, 1)", "10.0.1.0/24", ""),
    ("cidrsubnets(var.o, 4, 4)", ["<?>", "<?>"], "var.o"),
    ('cidrsubnets("10.0.0.0/16", 4, var.n)', "<?>", "var.n"),
    ("cidrhost(var.o, 1)", "<?>", "var.o"),
    ('cidrcontains("10.0.0.0/8", var.o)', "<?>", "var.o"),
    ('cidrcontains(var.o, "10.0.0.0/8")', "<?>", "var.o"),
    ("provider::aws::arn_parse(aws_vpc.v.arn).service", "<?>", "aws_vpc.v.arn"),
    ('provider::aws::arn_parse("arn:aws:iam::${var.o}:role/a").partition', "aws", ""),
    ('provider::aws::arn_parse("arn:aws:iam::1:role/${var.o}").resource', "role/<var.o>", "var.o"),
    (
        'provider::aws::arn_build("aws", "iam", "", var.o, "role/a")',
        "arn:aws:iam::<var.o>:role/a",
        "var.o",
    ),
    ("try(var.o.a, 1)", "<var.o.a>", "var.o"),
    ("try({}.a, var.o)", "<var.o>", "var.o"),
    ("try({}.a, {}.b)", "<?>", "the expression.b fails: b is not an attribute of this object"),
    ("can(var.o)", "<?>", "var.o"),
    ("can(aws_vpc.v.id)", True, ""),
    ("convert(var.o, list(string))", "<var.o>", "var.o"),
    ("convert([1, var.o], list(string))", ["1", "<var.o>"], "var.o"),
    ("convert(concat([1], var.l), list(string))", ["1", ("maybe", "<var.l[*]>")], "var.l"),
    ("convert(concat([1], local.some), set(string))", ["1", ("maybe", "s")], "var.b"),
    ("convert({ a = 1, b = var.o }, map(string))", {"a": "1", "b": "<var.o>"}, "var.o"),
    ("convert(local.map, map(string))", {"*": "1"}, ""),
    ("convert({ (var.o) = 1 }, map(string))", {"*": "1"}, ""),
    ("convert(var.m, object({ a = string }))", "<var.m>", "var.m"),
    ("convert(local.map, object({ s = string }))", {"s": "<?>"}, "var.b"),
    ("convert(aws_vpc.v.cidr_block, string)", "10.0.0.0/16", ""),
    ('"%{ if var.b }a%{ else }b%{ endif }"', "<?>", "var.b"),
    ('"%{ if var.b }a%{ endif }"', "<?>", "var.b"),
    ('"%{ for x in var.l }${x},%{ endfor }"', "<?>", "var.l"),
    ('"%{ for x in local.some }${x},%{ endfor }"', "<?>", "var.b"),
    ('"%{ for k, v in var.m }${k}=${v}%{ endfor }"', "<?>", "var.m"),
    ("[for k, v in var.m : k]", [("maybe", "<?>")], "var.m"),
    ("[for k, v in var.l : k]", [("maybe", "<?>")], "var.l"),
    ("[for x in aws_vpc.v.list : x]", ["x", "y"], ""),
    ("[for x in aws_vpc.v.ids : x]", [("maybe", "<aws_vpc.v.ids[*]>")], "aws_vpc.v.ids"),
    ('[for k, v in aws_vpc.v.tags : "${k}=${v}"]', ["Name=v"], ""),
    (
        "[for x in local.some : [][0]]",
        [("maybe", "<?>")],
        "var.b; the expression[0] fails: the element [0] does not exist: there are 0",
    ),
    ("{ for x in local.some : x => x }", {"*": "s"}, ""),
    ('{ for x in concat(["a"], local.some) : x => x }', {"a": "a", "*": "s"}, ""),
    (
        '{ for x in concat(["a"], local.some) : x => x... }',
        {"a": ["a"], "*": [("maybe", "s")]},
        "var.b",
    ),
    (
        '{ for x in concat(["a"], var.l) : x => x if x == "a" }',
        {"a": "a", "*": "<var.l[*]>"},
        "var.l",
    ),
    ("{ for k, v in { (var.o) = 1, a = 2 } : k => v + 1 }", {"a": 3, "*": 2}, ""),
    ("length({ for k, v in { (var.o) = 1, a = 2 } : k => v })", 2, ""),
    # Where known values may be there, it hangs on what decides that.
    ('contains(concat(["b"], local.some), "s")', "<?>", "var.b"),
    ("one(local.some)", "<?>", "var.b"),
    ('lookup(local.map, "s", 2)', "<?>", "var.b"),
    ("alltrue(concat([true], var.b ? [false] : []))", "<?>", "var.b"),
    ("anytrue(concat([false], var.b ? [true] : []))", "<?>", "var.b"),
    ("merge(concat([{ a = 1 }], var.b ? [{ a = 2 }] : [])...)", {"a": "<?>", "*": 2}, "var.b"),
    ('distinct([aws_vpc.v.cidr_block, "10.0.0.0/16"])', ["10.0.0.0/16"], ""),
]


@pytest.mark.parametrize(("expression", "expected", "waiting"), PARTS)
def test_what_is_known_and_what_is_waited_for(
    expression: str,
    expected: object,
    waiting: str,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """Each value, known as far as it can be, says of which inputs or resources it hangs."""
    found = value(expression, evaluated)
    assert (shown(found), waits(found)) == (expected, waiting)


HOLDER = """
resource "r" "r" {
  o    = var.o
  p    = var.p
  l    = var.l
  m    = var.m
  b    = var.b
  n    = var.n
  some = local.some
  map  = local.map
}
"""
BY_NAME = frozenset(
    {
        *("length(local.some)", "length(local.map)", "local.map[var.o]", "var.l[var.n]"),
        *('var.m[["a", "b"][var.n]]', 'var.m[["a", "b"][var.n]].x'),
        *("var.m[var.o]", "var.n >= 1.5", "var.o[var.p]", "(var.b ? 1 : var.n) > 0"),
        'split(",", var.o)',
    }
)
"""What is known otherwise of what has no name, or another one."""


@pytest.mark.parametrize(
    ("expression", "expected", "waiting"), [one for one in PARTS if one[0] not in BY_NAME]
)
def test_what_is_known_of_what_a_resource_hands_on(
    expression: str,
    expected: object,
    waiting: str,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """The same is known where the open value is read of a resource that writes it."""
    handed = re.sub(r"\b(?:var\.([oplmbn])|local\.(some|map))\b", r"r.r.\1\2", expression)
    found = value(handed, evaluated, HOLDER)
    assert str(shown(found)).replace("r.r.", "var.") == str(expected)
    assert waits(found) == waiting


PRESENT = [
    ("[for k, v in var.l : k]", ["var.l is not empty"]),
    ("[for k, v in var.m : k]", ["var.m is not empty"]),
    ('[for x in ["a", "b"] : x if var.b]', ["var.b is true"]),
    ('[for x in ["a", "b"] : x if var.o == "c"]', ["var.o is c"]),
    ('[for x in ["a", "b"] : x if var.o == x]', ["var.o"]),
    ('[for x in ["a"] : x if var.o == x]', ["var.o is a"]),
    ("[for x in aws_vpc.v.ids : x]", ["aws_vpc.v.ids is not empty"]),
    ('[for x in concat(["a"], var.l) : x if x != "a"]', ["var.l"]),
    ('[for x in concat(["a"], var.l) : x if x == var.o]', ["var.o", "var.l"]),
    ("[for x in local.some : [][0]]", ["var.b is true"]),
    ("[for x in local.some : x if var.p == 1]", ["var.b", "var.p"]),
    ("[for x in local.some : x]", ["var.b is true"]),
    ("[for x in var.l : x if var.b]", ["var.l", "var.b"]),
    ("aws_vpc.v.ids[*].x", ["aws_vpc.v.ids is not empty"]),
    ('coalescelist(concat(["a"], var.l), [])', ["var.l is not empty"]),
    ('concat(["a"], var.l, ["b"])', ["var.l is not empty"]),
    ('concat([["a"], var.l]...)', ["var.l is not empty"]),
    ("concat([], var.l)", ["var.l is not empty"]),
    ('concat(local.some, ["t"])', ["var.b is true"]),
    ('concat(local.some, ["t"])[*]', ["var.b is true"]),
    ("concat(local.some, local.some)", ["var.b is true"]),
    ('concat(local.some, var.b ? ["t"] : [])', ["var.b is true"]),
    ('concat(local.some, var.p == 1 ? ["t"] : [])', ["var.b", "var.p"]),
    ("concat(var.l, var.l)", ["var.l is not empty"]),
    ("convert(concat([1], local.some), set(string))", ["var.b is true"]),
    ("convert(concat([1], var.l), list(string))", ["var.l is not empty"]),
    ("convert(local.map, map(string))", ["var.b is true"]),
    ("convert(local.some, set(string))", ["var.b is true"]),
    ("data.aws_vpc.d.tags[*]", ["data.aws_vpc.d.tags is not empty"]),
    ("defaults(concat([{ a = null }], var.l), { a = 1 })", ["var.l is not empty"]),
    ('distinct(concat(["a", "a"], var.l))', ["var.l is not empty"]),
    ("distinct(local.some)", ["var.b is true"]),
    ('flatten([["a"], var.l, [["b"]]])', ["var.l is not empty"]),
    ("flatten([aws_vpc.v.ids, aws_vpc.v.id])", ["aws_vpc.v.ids is not empty"]),
    ('flatten([local.some, "t"])', ["var.b is true"]),
    ('flatten([local.some, var.b ? ["t"] : []])', ["var.b is true"]),
    ('flatten([local.some, var.p == 1 ? ["t"] : []])', ["var.b", "var.p"]),
    ('flatten(concat(["a"], [["b"]], local.some))', ["var.b is true"]),
    ("flatten(var.o)", ["var.o"]),
    ("keys(local.map)", ["var.b is true"]),
    ("keys(merge({ b = 1 }, local.map))", ["var.b is true"]),
    ("keys(var.m)", ["var.m is not empty"]),
    ("local.map", ["var.b is true"]),
    ("local.some", ["var.b is true"]),
    ("local.some[*]", ["var.b is true"]),
    ("merge(local.map, var.b ? { t = 1 } : {})", ["var.b is true"]),
    ("merge(local.map, var.p == 1 ? { t = 1 } : {})", ["var.b", "var.p"]),
    ("merge(local.map, { s = 2 })", ["var.b is true"]),
    ("merge(var.m, var.o)", ["var.m", "var.o"]),
    ("merge(var.m, { a = 1 })", ["var.m is not empty"]),
    ("merge({ (var.o) = 1 }, { (var.o) = 2 })", ["var.o"]),
    ("merge({ (var.o) = 1 }, { (var.p) = 2 })", ["var.o", "var.p"]),
    ("merge({ a = 1 }, local.map)", ["var.b is true"]),
    ("merge({ a = 1 }, { a = 2 }, var.m, { c = 3 })", ["var.m is not empty"]),
    ("range(1, var.n)", ["var.n > 1"]),
    ("range(var.n)", ["var.n > 0"]),
    ('reverse(concat(["a", "b"], var.l))', ["var.l is not empty"]),
    ("reverse(local.some)", ["var.b is true"]),
    ('setproduct(["a", "b"], local.some)', ["var.b is true"]),
    ('setproduct(["a"], [var.o], local.some)', ["var.b is true"]),
    ('setproduct(concat(["a"], local.some), ["x", "y"])', ["var.b is true"]),
    ('setproduct(local.some, ["a"])', ["var.b is true"]),
    ('setproduct(local.some, var.p == 1 ? ["t"] : [])', ["var.b", "var.p"]),
    ('setunion(["a"], ["a", var.o], var.l)', ["var.l is not empty"]),
    ('slice(["a", "b", "c"], 0, var.n)', ["var.n > 0"]),
    ('slice(["a", "b", "c"], 1, var.n)', ["var.n > 1"]),
    ('slice(["a", "b", "c"], 2, var.n)', ["var.n > 2"]),
    ("slice(var.l, 0, var.n)", ["var.n > 0"]),
    ("sort(var.l)", ["var.l is not empty"]),
    ('split(",", "a,${var.o}")', ["var.o"]),
    ('split(",", var.o)', ["var.o"]),
    ('split(":", aws_vpc.v.id)', ["aws_vpc.v.id"]),
    ('tolist(concat(["a"], var.l))', ["var.l is not empty"]),
    ("tolist(local.some)", ["var.b is true"]),
    ("tomap(local.map)", ["var.b is true"]),
    ("toset(local.some)", ["var.b is true"]),
    ("toset(var.l)", ["var.l is not empty"]),
    ("values(local.map)", ["var.b is true"]),
    ("values(var.m)", ["var.m is not empty"]),
    ('var.b ? ["a", "b"] : ["a"]', ["var.b"]),
    ('var.b ? ["a"] : ["b", "c"]', ["var.b"]),
    ('var.b ? ["a"] : []', ["var.b is true"]),
    ('var.b ? [] : ["a"]', ["var.b is false"]),
    ('var.b ? ["a"] : aws_vpc.v.no_list', ["var.b is true"]),
    ('var.b ? aws_vpc.v.no_list : ["a"]', ["var.b is false"]),
    ('var.b ? local.some : ["q"]', ["var.b"]),
    ("var.b ? local.some : []", ["var.b"]),
    ("var.b ? { a = 1 } : { b = 1 }", ["var.b"]),
    ("var.b ? { a = 1 } : {}", ["var.b is true"]),
    ("var.b ? {} : { a = 1 }", ["var.b is false"]),
    ("var.l[*][0]", ["var.l is not empty"]),
    ("var.o[*]", ["var.o is not empty"]),
    ("var.o[*].a[0].b", ["var.o is not empty"]),
    ("{ (var.o) = 1, (var.o) = 2 }", ["var.o"]),
    ('{ for k, v in merge({ a = "1" }, var.m) : k => v if v != "1" }', ["var.m"]),
    ('{ for k, v in var.m : "x${k}" => v }', ["var.m is not empty"]),
    ("{ for k, v in var.m : k => v }", ["var.m is not empty"]),
    ('{ for x in ["a"] : x => x if var.b }', ["var.b is true"]),
    ('{ for x in concat(["a"], local.some) : x => x }', ["var.b is true"]),
    ('{ for x in concat(["a"], local.some) : x => x... }', ["var.b is true"]),
    ('{ for x in concat(["a"], var.l) : x => x if x == "a" }', ["var.l"]),
    ("{ for x in local.some : x => x }", ["var.b is true"]),
]


@pytest.mark.parametrize(("expression", "expected"), PRESENT)
def test_when_the_members_are_there_of_which_that_is_open(
    expression: str, expected: list[str], evaluated: Callable[..., Evaluation]
) -> None:
    """The condition in Terraform's words; what decides it, where there are several conditions."""
    found = dereferenced(value(expression, evaluated))
    assert isinstance(found, Items | Open)
    assert [*dict.fromkeys(need.when or need.name for need in found.needs)] == expected


UNDER: list[tuple[str, Scenario, object, str, bool]] = [
    ("var.l", {"length(var.l)": 1}, "<var.l>", "var.l", False),
    ("var.l[0]", {"length(var.l)": 1}, "<var.l[0]>", "var.l", False),
    (
        "[for x in var.l : x]",
        {"length(var.l)": 1},
        ["<var.l[*]>", ("maybe", "<var.l[*]>")],
        "var.l",
        False,
    ),
    ("[for x in var.l : x]", {"length(var.l)": 0}, [], "", False),
    ("var.l[*]", {"length(var.l)": 0}, [], "", False),
    ("var.l[*]", {"length(var.l)": 1}, ["<var.l[*]>", ("maybe", "<var.l[*]>")], "var.l", False),
    (
        'concat(["a"], var.l)',
        {"length(var.l)": 1},
        ["a", "<var.l[*]>", ("maybe", "<var.l[*]>")],
        "var.l",
        False,
    ),
    ('concat(["a"], var.l)', {"length(var.l)": 0}, ["a"], "", False),
    ('concat(["a"], var.l)[0]', {"length(var.l)": 1}, "<?>", "var.l", False),
    ('concat(["a"], var.l)[0]', {"length(var.l)": 0}, "a", "", False),
    ("element(var.l, 0)", {"length(var.l)": 1}, "<var.l[0]>", "var.l", False),
    ("element(var.l, 0)", {"length(var.l)": 0}, "<?>", "element(...)", True),
    ("slice(var.l, 0, 1)", {"length(var.l)": 0}, ["<var.l[0]>"], "var.l", False),
    ("slice(var.l, 0, 1)", {"length(var.l)": 1}, ["<var.l[0]>"], "var.l", False),
    (
        "flatten([var.l])",
        {"length(var.l)": 1},
        ["<var.l[*]>", ("maybe", "<var.l[*]>")],
        "var.l",
        False,
    ),
    ("flatten([var.l])", {"length(var.l)": 0}, [], "", False),
    ("tolist(var.l)", {"length(var.l)": 0}, [], "", False),
    ("toset(var.l)", {"length(var.l)": 1}, ["<var.l[*]>", ("maybe", "<var.l[*]>")], "var.l", False),
    ("sort(var.l)", {"length(var.l)": 0}, [], "", False),
    (
        "reverse(var.l)",
        {"length(var.l)": 1},
        ["<var.l[*]>", ("maybe", "<var.l[*]>")],
        "var.l",
        False,
    ),
    (
        "distinct(var.l)",
        {"length(var.l)": 1},
        ["<var.l[*]>", ("maybe", "<var.l[*]>")],
        "var.l",
        False,
    ),
    (
        "compact(var.l)",
        {"length(var.l)": 1},
        [("maybe", "<var.l[*]>"), ("maybe", "<var.l[*]>")],
        "var.l",
        False,
    ),
    ("compact(var.l)", {"length(var.l)": 0}, [], "", False),
    ('coalescelist(var.l, ["z"])', {"length(var.l)": 1}, "<var.l>", "var.l", False),
    ('coalescelist(var.l, ["z"])', {"length(var.l)": 0}, ["z"], "", False),
    ("one(var.l)", {"length(var.l)": 1}, "<var.l[*]>", "var.l", False),
    ("one(var.l)", {"length(var.l)": 0}, None, "", False),
    ('join(",", var.l)', {"length(var.l)": 1}, "<var.l[*]>,<?>", "var.l", False),
    ('join(",", var.l)', {"length(var.l)": 0}, "", "", False),
    ("length(var.l)", {"length(var.l)": 1}, "<length(var.l)>", "var.l", False),
    ("length(var.l)", {"length(var.l)": 0}, "<length(var.l)>", "var.l", False),
    ("length(var.l) > 0", {"length(var.l)": 1}, True, "", False),
    ("length(var.l) > 0", {"length(var.l)": 0}, False, "", False),
    ("length(var.l) == 0", {"length(var.l)": 0}, True, "", False),
    ("length(var.l) > 1", {"length(var.l)": 1}, False, "", False),
    ('length(concat(["a"], var.l))', {"length(var.l)": 0}, 1, "", False),
    ('contains(var.l, "a")', {"length(var.l)": 0}, False, "", False),
    ('contains(var.l, "a")', {"length(var.l)": 1}, '<contains(var.l, "a")>', "var.l", False),
    ("alltrue(var.l)", {"length(var.l)": 0}, True, "", False),
    ("{ for x in var.l : x => 1 }", {"length(var.l)": 1}, {"*": 1}, "", False),
    ("{ for x in var.l : x => 1 }", {"length(var.l)": 0}, {}, "", False),
    (
        'setproduct(["a"], var.l)',
        {"length(var.l)": 1},
        [["a", "<var.l[*]>"], ("maybe", ["a", "<var.l[*]>"])],
        "var.l",
        False,
    ),
    ('setproduct(["a"], var.l)', {"length(var.l)": 0}, [], "", False),
    ("var.l[0]", {"length(var.l)": 0}, "<var.l[0]>", "var.l", False),
    (
        "var.l[*].x",
        {"length(var.l)": 1},
        ["<var.l[*].x>", ("maybe", "<var.l[*].x>")],
        "var.l",
        False,
    ),
    ("var.m", {"length(var.m)": 1}, "<var.m>", "var.m", False),
    ("keys(var.m)", {"length(var.m)": 1}, ["<?>", ("maybe", "<?>")], "var.m", False),
    ("keys(var.m)", {"length(var.m)": 0}, [], "", False),
    (
        "values(var.m)",
        {"length(var.m)": 1},
        ["<var.m[*]>", ("maybe", "<var.m[*]>")],
        "var.m",
        False,
    ),
    ("values(var.m)", {"length(var.m)": 0}, [], "", False),
    (
        "merge({ a = 1 }, var.m)",
        {"length(var.m)": 1},
        {"a": "<?>", "*": "<var.m[*]>"},
        "var.m",
        False,
    ),
    ("merge({ a = 1 }, var.m)", {"length(var.m)": 0}, {"a": 1}, "", False),
    ('merge({ a = 1 }, var.m)["a"]', {"length(var.m)": 0}, 1, "", False),
    ("{ for k, v in var.m : k => v }", {"length(var.m)": 1}, {"*": "<var.m[*]>"}, "var.m", False),
    ("{ for k, v in var.m : k => v }", {"length(var.m)": 0}, {}, "", False),
    (
        "[for k, v in var.m : v]",
        {"length(var.m)": 1},
        ["<var.m[*]>", ("maybe", "<var.m[*]>")],
        "var.m",
        False,
    ),
    ('lookup(var.m, "a", 1)', {"length(var.m)": 0}, '<lookup(var.m, "a", 1)>', "var.m", False),
    ('var.m["a"]', {"length(var.m)": 0}, '<var.m["a"]>', "var.m", False),
    ("length(merge({ a = 1 }, var.m))", {"length(var.m)": 1}, "<?>", "var.m", False),
    ("var.b", {"var.b": True}, True, "", False),
    ("var.b ? 1 : 2", {"var.b": True}, 1, "", False),
    ("var.b ? 1 : 2", {"var.b": False}, 2, "", False),
    ("!var.b", {"var.b": False}, True, "", False),
    ("var.b && var.o", {"var.b": True}, "<var.o>", "var.o", False),
    ("var.b || var.o", {"var.b": False}, "<var.o>", "var.o", False),
    ("local.some", {"var.b": True}, ["s"], "", False),
    ("local.some", {"var.b": False}, [], "", False),
    ("length(local.some)", {"var.b": True}, 1, "", False),
    ("one(local.some)", {"var.b": True}, "s", "", False),
    ("one(local.some)", {"var.b": False}, None, "", False),
    (
        "local.some[0]",
        {"var.b": False},
        "<?>",
        "local.some[0] fails: the element [0] does not exist: there are 0",
        False,
    ),
    ("local.map", {"var.b": True}, {"s": 1}, "", False),
    ("var.b == true", {"var.b": False}, False, "", False),
    ("(var.b ? 1 : 2) + 1", {"var.b": False}, 3, "", False),
    ('"${var.b}"', {"var.b": True}, True, "", False),
    ("tostring(var.b)", {"var.b": False}, "false", "", False),
    ("var.n > 0", {"var.n": 1}, True, "", False),
    ("var.n > 0", {"var.n": 0}, False, "", False),
    ("var.n > 1", {"var.n": 1}, False, "", False),
    ("var.n", {"var.n": 1}, "<var.n>", "var.n", False),
    ("range(var.n)", {"var.n": 1}, ["<?>", ("maybe", "<?>")], "var.n", False),
    ("range(var.n)", {"var.n": 0}, [], "", False),
    (
        'slice(["a", "b", "c"], 0, var.n)',
        {"var.n": 1},
        ["a", ("maybe", "b"), ("maybe", "c")],
        "var.n",
        False,
    ),
    ('slice(["a", "b", "c"], 0, var.n)', {"var.n": 0}, [], "", False),
    ('slice(["a"], 0, var.n)', {"var.n": 1}, ["a", ("maybe", "a")], "var.n", False),
    ("var.n + 1", {"var.n": 1}, "<?>", "var.n", False),
    ("max(var.n, 2)", {"var.n": 1}, "<?>", "var.n", False),
    ("var.n == 1", {"var.n": 1}, True, "", False),
    ("length(range(var.n))", {"var.n": 1}, "<?>", "var.n", False),
    ("var.o", {"var.o": "a"}, "a", "", False),
    ('var.o == "a"', {"var.o": "a"}, True, "", False),
    ('var.o == "b"', {"var.o": "a"}, False, "", False),
    ('var.o == "a"', {"var.o": OTHER}, False, "", False),
    ('var.o == "b"', {"var.o": OTHER}, False, "", False),
    ('contains(["a", "b"], var.o)', {"var.o": "a"}, True, "", False),
    ('contains(["a", "b"], var.o)', {"var.o": OTHER}, False, "", False),
    ("{ a = 1, b = 2 }[var.o]", {"var.o": "a"}, 1, "", False),
    ("{ a = 1, b = 2 }[var.o]", {"var.o": OTHER}, "<?>", "var.o", False),
    ("lookup({ a = 1 }, var.o, 9)", {"var.o": "a"}, 1, "", False),
    ("lookup({ a = 1 }, var.o, 9)", {"var.o": OTHER}, 9, "", False),
    ('"x-${var.o}"', {"var.o": "a"}, "x-a", "", False),
    ("upper(var.o)", {"var.o": "a"}, "A", "", False),
    ("var.o", {"var.o": OTHER}, "<var.o>", "var.o", False),
    ("compact([var.o])", {"var.o": "a"}, ["a"], "", False),
    ("compact([var.o])", {"var.o": ""}, [], "", False),
    ("compact([var.o])", {"var.o": None}, [], "", False),
    ("var.o == null", {"var.o": None}, True, "", False),
    ("var.o == null", {"var.o": "a"}, False, "", False),
    ('coalesce(var.o, "z")', {"var.o": None}, '<coalesce(var.o, "z")>', "var.o", False),
    ('lower(var.o) == "x"', {"lower(var.o)": "x"}, True, "", False),
    ('lower(var.o) == "x"', {"lower(var.o)": OTHER}, False, "", False),
    ('data.aws_vpc.d.x == "y"', {"data.aws_vpc.d.x": "y"}, True, "", False),
    (
        "data.aws_vpc.d.x",
        {"data.aws_vpc.d.x": "y"},
        "<data.aws_vpc.d.x>",
        "data.aws_vpc.d.x",
        False,
    ),
    (
        "length(data.aws_vpc.d.xs)",
        {"length(data.aws_vpc.d.xs)": 0},
        "<length(data.aws_vpc.d.xs)>",
        "data.aws_vpc.d.xs",
        False,
    ),
    ("[for x in data.aws_vpc.d.xs : x]", {"length(data.aws_vpc.d.xs)": 0}, [], "", False),
    (
        "[for x in data.aws_vpc.d.xs : x]",
        {"length(data.aws_vpc.d.xs)": 1},
        ["<data.aws_vpc.d.xs[*]>", ("maybe", "<data.aws_vpc.d.xs[*]>")],
        "data.aws_vpc.d.xs",
        False,
    ),
    (
        "data.aws_vpc.d.xs[0]",
        {"length(data.aws_vpc.d.xs)": 1},
        "<data.aws_vpc.d.xs[0]>",
        "data.aws_vpc.d.xs[0]",
        False,
    ),
]


@pytest.mark.parametrize(("expression", "scenario", "expected", "waiting", "impossible"), UNDER)
def test_what_is_known_under_a_scenario(
    expression: str,
    scenario: Scenario,
    expected: object,
    waiting: str,
    impossible: bool,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """An answer to one open switch settles what hangs on it, and may say that nothing is there."""
    main = f'{GIVEN}resource "t" "t" {{\n  x = {expression}\n}}\n'
    evaluation = evaluated(main, scenario=scenario)
    found = next(r for r in evaluation.resources if r.type == "t").body.fields["x"]
    assert (shown(found), waits(found), evaluation.impossible) == (expected, waiting, impossible)


@pytest.mark.parametrize(
    "attribute",
    [
        *("arn", "arn_suffix", "default_network_acl_id", "default_route_table_id", "dns_name"),
        *("default_security_group_id", "id", "main_route_table_id", "owner_id", "zone_id"),
        *("primary_network_interface_id", "repository_url", "settings.id", "settings[0].arn"),
    ],
)
def test_what_each_resource_has_of_its_kind(
    attribute: str, evaluated: Callable[..., Evaluation], shown: Callable[[Value], object]
) -> None:
    """It is neither null nor empty, whatever it is, and one thing where a list is wanted."""
    for compared in ("null", '""'):
        assert shown(value(f"aws_vpc.v.{attribute} == {compared}", evaluated)) is False
    assert shown(value(f"aws_vpc.v.{attribute}[*]", evaluated)) == [f"<aws_vpc.v.{attribute}>"]


@pytest.mark.parametrize(
    "attribute",
    [
        *("data", "data_json", "nonsensitive_values", "output", "outputs", "parameters", "result"),
        *("tags_all", "values"),
    ],
)
def test_what_is_below_a_name_that_users_choose(
    attribute: str, evaluated: Callable[..., Evaluation], shown: Callable[[Value], object]
) -> None:
    """It may be empty, whatever it is called."""
    for below in ("id", "arn"):
        found = value(f'aws_vpc.v.{attribute}.{below} == ""', evaluated)
        assert shown(found) == f"<aws_vpc.v.{attribute}.{below} == ''>"


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ('coalesce(var.o, "z")', 'coalesce(var.o, "z")'),
        ('contains(var.l, "z")', 'contains(var.l, "z")'),
        ('endswith(var.o, "z")', 'endswith(var.o, "z")'),
        ('lookup(var.m, "z", 1)', 'lookup(var.m, "z", 1)'),
        ("lower(var.o)", "lower(var.o)"),
        ('replace(var.o, "z", "y")', 'replace(var.o, "z", "y")'),
        ('startswith(var.o, "z")', 'startswith(var.o, "z")'),
        ('strcontains(var.o, "z")', 'strcontains(var.o, "z")'),
        ("trimspace(var.o)", "trimspace(var.o)"),
        ("upper(var.o)", "upper(var.o)"),
        *(
            (f'contains({name}(var.l), "z")', f'contains({name}(var.l), "z")')
            for name in ("compact", "distinct", "flatten", "tolist", "toset")
        ),
        *(
            (f'contains({name}(var.m), "z")', f'contains({name}(var.m), "z")')
            for name in ("keys", "values")
        ),
        ("lookup(var.m, lower(var.o), [])", "lookup(var.m, lower(var.o), [])"),
        ("lookup(var.m, null, true)", "lookup(var.m, null, true)"),
        ("contains(reverse(var.l), 1)", ""),
        ("title(var.o)", ""),
        ("upper(title(var.o))", ""),
        ('trim(var.o, "z")', ""),
        ("abs(var.n)", ""),
    ],
)
def test_what_a_call_is_called_while_it_is_open(
    call: str, name: str, evaluated: Callable[..., Evaluation], shown: Callable[[Value], object]
) -> None:
    """Conditions are made of it: it goes by what the source writes, if all in it has a name."""
    assert shown(value(call, evaluated)) == f"<{name or '?'}>"


@pytest.mark.parametrize(
    ("name", "is_no_id"),
    [
        *((name, True) for name in ("role_arn", "arn", "security_group_id", "subnet_id", "vpc_id")),
        *((name, True) for name in ("route_table_id", "vpc.x.id", "subnet.a-1[0].id")),
        *((name, False) for name in ("name", "group_id", "ids", "arns", "x.id", "vpc")),
    ],
)
def test_a_word_is_no_id(
    name: str,
    is_no_id: bool,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """`self`, which modules take for a group of their own, is none; a text with a dash may be."""
    data = f"data.x.y.{name}"
    assert (shown(value(f'{data} == "self"', evaluated)) is False) is is_no_id
    assert shown(value(f'{data} == "a-1"', evaluated)) == f"<{data} == 'a-1'>"
    assert shown(value('var.o == "self"', evaluated)) == "<var.o == 'self'>"


@pytest.mark.parametrize(
    ("kind", "body", "impossible"),
    [
        ("aws_alb", "subnets = var.l", True),
        ("aws_lb", "subnets = var.l", True),
        ("aws_lb", "subnets = var.l\n subnet_mapping = var.l", True),
        ("aws_lb", 'subnets = var.l\n subnet_mapping = ["a"]', False),
        ("aws_autoscaling_group", "vpc_zone_identifier = var.l", True),
        ("aws_autoscaling_group", "availability_zones = var.l", True),
        (
            "aws_autoscaling_group",
            'vpc_zone_identifier = var.l\n availability_zones = ["a"]',
            False,
        ),
        ("aws_db_subnet_group", "subnet_ids = var.l", True),
        ("aws_ecs_service", "network_configuration {\n subnets = var.l\n}", True),
        ("aws_ecs_service", 'network_configuration {\n subnets = ["a"]\n}', False),
        ("aws_elb", "subnets = var.l", True),
        ("aws_elb", "availability_zones = var.l", True),
        ("aws_elb", "security_groups = var.l", False),
        ("aws_x", "subnets = var.l", False),
        ("aws_lb", "subnets = [for s in var.l : upper(s)]", True),
        ("aws_lb", "subnets = []", False),
        ("aws_lb", "name = var.o", False),
    ],
)
def test_what_cannot_be_without_subnets(
    kind: str, body: str, impossible: bool, evaluated: Callable[..., Evaluation]
) -> None:
    """A scenario in which all that are written are empty is none that is deployed."""
    main = f'{GIVEN}resource "{kind}" "x" {{\n {body}\n}}\n'
    assert evaluated(main, scenario={"length(var.l)": 0}).impossible is impossible
    assert evaluated(main, scenario={"length(var.l)": 1}).impossible is False
    counted = main.replace(f'"{kind}" "x" {{', f'"{kind}" "x" {{\n count = var.n')
    assert evaluated(counted, scenario={"length(var.l)": 0}).impossible is False


@pytest.mark.parametrize(
    "read",
    [
        "LIST[0]", "compact(LIST)[0]", "tolist(LIST)[0]", "concat(LIST, [])[0]",
        "reverse(distinct(LIST))[0]", "values(MAP)[0]", "(values(merge(MAP, {}))[*])[0]",
    ],
)  # fmt: skip
def test_an_element_of_what_is_empty(read: str, evaluated: Callable[..., Evaluation]) -> None:
    """Nothing is deployed where an element is read of a list that the scenario makes empty."""
    read = read.replace("LIST", "[for s in var.l : s]").replace(
        "MAP", "{ for s in var.l : s => s }"
    )
    main = f'{GIVEN}resource "aws_x" "x" {{\n  subnet = {read}\n}}\n'
    for length in (0, 1):
        evaluation = evaluated(main, scenario={"length(var.l)": length})
        assert evaluation.impossible is (length == 0)


def test_a_list_of_subnets_that_is_read_of_a_resource(evaluated: Callable[..., Evaluation]) -> None:
    """Whether there are any is asked by its own name."""
    main = 'resource "aws_x" "x" {\n  ids = var.l\n}\n'
    main += 'resource "aws_lb" "x" {\n  subnets = aws_x.x.ids\n}\n'
    for length in (0, 1):
        evaluation = evaluated(GIVEN + main, scenario={"length(aws_x.x.ids)": length})
        assert evaluation.impossible is (length == 0)


@pytest.mark.parametrize(
    ("given", "type_", "read"),
    [
        ("t.some[*].id", "any", "var.x[0]"),
        ("t.some[*].id", "list(string)", "var.x[0]"),
        ("[for s in var.l : s]", "list(string)", "var.x[0]"),
        ("{ for s in t.some : s.id => s.id }", "map(string)", 'var.x["a"]'),
        # Before Terraform 0.12, a list in a list was the list itself.
        ('["${t.some.*.id}"]', '"list"', "var.x[0]"),
    ],
)
def test_a_module_that_is_given_what_is_empty(
    given: str, type_: str, read: str, evaluated: Callable[..., Evaluation]
) -> None:
    """A scenario in which it reads an element that is not there is none that is deployed."""
    main = f'{GIVEN}resource "t" "some" {{\n  count = length(var.l)\n}}\n'
    main += f'module "m" {{\n  source = "../m"\n  x = {given}\n}}\n'
    inner = f'variable "x" {{\n  type = {type_}\n}}\nresource "t" "t" {{\n  x = {read}\n}}\n'
    for length in (0, 1):
        scenario = {"length(var.l)": length}
        found = evaluated(main, {"m/main.tf": inner}, scenario=scenario)
        assert found.impossible is (length == 0)
