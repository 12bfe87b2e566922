"""When what may exist does: existence as a value that is compared, negated, excluded and named."""

from collections.abc import Callable

import pytest

from taskwall.core.values import OTHER, Choice, Items, Known, Scenario, needs, plain
from taskwall.engine.scenarios import explore
from taskwall.readers.terraform import TerraformStack
from taskwall.source.resource import Resource
from taskwall.source.stack import Evaluation

Evaluated = Callable[..., Evaluation]
Stacks = Callable[..., TerraformStack]

ROOT = 'provider "aws" {\n  region = "eu-west-1"\n}\n'
GIVEN = """
variable "on" { type = bool }
variable "cert" { type = string }
variable "n" { type = number }
variable "list" { type = list(string) }
variable "map" { type = map(object({ public = bool })) }
variable "both" { type = object({ on = bool, n = number }) }
locals {
  off   = 0
  sizes = { small = 0, large = 2 }
  many  = length(regexall("a", var.cert))
  gone  = length(regexall("a", data.aws_availability_zones.all.id)) > 0
  none  = []
  like  = [for x in ["a", "b"] : x if length(regexall(x, var.cert)) > 0]
  keyed = { for x in ["a", "b"] : x => x if length(regexall(x, var.cert)) > 0 }
  here  = [for x in ["a"] : x if length(regexall(x, data.aws_availability_zones.all.id)) > 0]
  asked = [for x in ["a"] : x if var.on]
  first = concat(["a"], [for x in ["b"] : x if length(regexall(x, var.cert)) > 0])
  mixed = [for x in ["a"] : x if var.on && length(regexall(x, var.cert)) > 0]
}
data "aws_availability_zones" "all" {}
data "aws_availability_zones" "some" {
  exclude_names = ["eu-west-1a"]
}
"""


def written(meta: str) -> str:
    """A root module with one resource of a `count` or `for_each`."""
    return f'{GIVEN}resource "t" "a" {{\n  {meta}\n}}\n'


def made(evaluation: Evaluation) -> list[Resource]:
    """The instances of the resource."""
    return [one for one in evaluation.resources if one.type == "t"]


def conditions(evaluation: Evaluation) -> list[str]:
    """When its instances exist."""
    return [" & ".join(dict.fromkeys(n.when for n in r.origin.maybe)) for r in made(evaluation)]


SOMETIMES = [
    ("count = var.on ? 1 : 0", "var.on is true"),
    ("count = var.on ? 0 : 1", "var.on is false"),
    ("count = !var.on ? 1 : 0", "var.on is false"),
    ("count = var.cert == null ? 1 : 0", "var.cert is null"),
    ("count = var.cert != null ? 1 : 0", "var.cert is not null"),
    ("count = var.n", "var.n > 0"),
    ("count = var.n > 3 ? 1 : 0", "var.n > 3"),
    ("count = var.n < 3 ? 1 : 0", "var.n <= 2"),
    ("count = 3 >= var.n ? 1 : 0", "var.n <= 3"),
    ("count = length(var.list)", "var.list is not empty"),
    ("count = length(var.list) == 0 ? 1 : 0", "var.list is empty"),
    ("count = length(var.list) >= 2 ? 1 : 0", "length(var.list) > 1"),
    ("count = var.n * length(var.list)", ""),
    ("count = (var.on ? 1 : 0) * length(var.list)", "var.on is true and var.list is not empty"),
    ("count = (var.on ? 1 : 0) + length(var.list)", "var.on is true or var.list is not empty"),
    ("count = min(length(var.list), 2)", "var.list is not empty"),
    ("count = var.on && var.cert != null ? 1 : 0", "var.on is true and var.cert is not null"),
    ("count = !(var.on || var.n > 1) ? 1 : 0", "var.on is false and var.n <= 1"),
    ("count = var.both.on ? var.both.n : 0", "var.both.on is true and var.both.n > 0"),
    ('count = contains(var.list, "x") ? 1 : 0', 'contains(var.list, "x")'),
    ('count = contains(var.list, "x") ? 0 : 1', '!contains(var.list, "x")'),
    ('count = lower(var.cert) == "x" ? 1 : 0', "lower(var.cert) is x"),
    ("count = local.sizes[var.cert]", "var.cert is not small"),
    ("count = length(range(var.n))", "var.n > 0"),
    ("count = length([for i in range(var.n) : i])", "var.n > 0"),
    ("count = length({ for i in toset(range(1, var.n)) : i => i })", "var.n > 1"),
    ("count = length(slice(data.aws_availability_zones.some.names, 0, var.n))", "var.n > 0"),
    ('count = length(slice(["a", "b", "c"], 1, var.n)) > 0 ? 1 : 0', "var.n > 1"),
    ("for_each = var.map", "var.map is not empty"),
    ("for_each = toset(var.list)", "var.list is not empty"),
    ("for_each = { for i, x in var.list : i => x }", "var.list is not empty"),
    ('for_each = var.on ? toset(["a"]) : toset([])', "var.on is true"),
    ('for_each = var.on ? {} : { a = 1 }', "var.on is false"),
    ("for_each = { for k, v in var.map : k => v if v.public }", ""),
    (
        "for_each = toset(data.aws_availability_zones.some.names)",
        "data.aws_availability_zones.some.names is not empty",
    ),
    ('count = length(split(",", var.cert)) - 1', ""),
    ('count = contains(keys(var.map), "x") ? 1 : 0', 'contains(keys(var.map), "x")'),
    ('count = length(lookup(var.map, "x", []))', 'lookup(var.map, "x", []) is not empty'),
    ("count = local.many", "local.many > 0"),
    ("count = local.gone ? 1 : 0", ""),
    (
        'count = (var.on ? var.n > 1 : var.cert == "x") ? 1 : 0',
        "var.on is true and var.n > 1 or var.on is false and var.cert is x",
    ),
    (
        "count = (var.on ? var.cert == null : false) ? 1 : 0",
        "var.on is true and var.cert is null",
    ),
    (
        'count = (var.on ? true : var.cert == "x") ? 1 : 0',
        "var.on is true or var.cert is x",
    ),
    (
        'count = (var.on ? false : var.cert == "x") ? 1 : 0',
        "var.on is false and var.cert is x",
    ),
    (
        'count = (var.on ? var.cert == "x" : true) ? 1 : 0',
        "var.on is false or var.cert is x",
    ),
    ("count = var.on == false ? 1 : 0", "var.on is false"),
    ("count = (var.n > 2) == true ? 1 : 0", "var.n > 2"),
    ("count = (var.n > 2) == false ? 1 : 0", "var.n <= 2"),
    ("count = (var.n > 2) != true ? 1 : 0", "var.n <= 2"),
    ("count = true == (var.n > 2) ? 1 : 0", "var.n > 2"),
    ("count = length(local.like)", "local.like is not empty"),
    ("count = length(local.like) == 0 ? 1 : 0", "local.like is empty"),
    ("for_each = toset(local.like)", "local.like is not empty"),
    ("for_each = local.keyed", "local.keyed is not empty"),
    ("count = length(local.keyed)", "local.keyed is not empty"),
    ("count = length(local.here)", ""),
    ("for_each = toset(local.here)", ""),
    ("count = length(local.asked)", "var.on is true"),
    ("for_each = toset(local.asked)", "var.on is true"),
    ("count = length(local.mixed)", ""),
]  # fmt: skip


@pytest.mark.parametrize(("meta", "expected"), SOMETIMES)
def test_what_may_exist_says_when(evaluated: Evaluated, meta: str, expected: str) -> None:
    """The condition in Terraform's words; none where it has no name."""
    evaluation = evaluated(written(meta))
    assert set(conditions(evaluation)) == {expected}
    # A module on its own is not followed where its variables decide.
    assert not any("var." in question.operand for question in evaluation.questions)


INSTANCES = [
    (
        "for_each = var.on ? var.map : {}",
        [("[*]", "var.on, var.map", "var.on is true and var.map is not empty")],
    ),
    ('for_each = var.on ? toset(["a"]) : toset(var.list)', [("[*]", "var.on", "")]),
    (
        "for_each = var.on ? toset(var.list) : null",
        [("[*]", "var.on, var.list", "var.on is true and var.list is not empty")],
    ),
    (
        "for_each = var.on ? var.map : null",
        [("[*]", "var.on, var.map", "var.on is true and var.map is not empty")],
    ),
    ("for_each = null", []),
    ("count = null", [("[*]", "an operand", "")]),
    ('count = "1"', [("[0]", "", "")]),
    ('count = "true"', [("[0]", "", "")]),
    ("count = false", []),
    ("count = 1.5", [("[0]", "", "")]),
    ('count = "x"', [("[*]", "the value", "")]),
    ("count = []", [("[*]", "an operand", "")]),
    ('for_each = "x"', [("[*]", "t.a", "")]),
    ("for_each = 5", [("[*]", "t.a", "")]),
    ('for_each = ["a", "a"]', [('["a"]', "", ""), ('["a"]', "", "")]),
    ("for_each = { a = 1, b = 2 }", [('["a"]', "", ""), ('["b"]', "", "")]),
    ("for_each = { (var.cert) = 1 }", [('["${var.cert}"]', "", "")]),
    (
        "for_each = { (var.cert) = 1, (var.n) = 2 }",
        [('["${var.cert}"]', "", ""), ('["${var.n}"]', "", "")],
    ),
    ("for_each = { (var.cert) = 1, a = 2 }", [('["a"]', "", ""), ('["${var.cert}"]', "", "")]),
    ('for_each = toset([var.cert, "a"])', [('["${var.cert}"]', "", ""), ('["a"]', "", "")]),
    (
        "for_each = merge({ a = 1 }, var.map)",
        [('["a"]', "", ""), ("[*]", "var.map", "var.map is not empty")],
    ),
    (
        'for_each = toset(concat(["a"], var.list))',
        [('["a"]', "", ""), ("[*]", "var.list", "var.list is not empty")],
    ),
    (
        "for_each = { for k, v in var.map : k => v if v.public && var.on }",
        [("[*]", "var.map, var.on", "")],
    ),
    ('for_each = { "x${var.cert}" = 1 }', [('["x${var.cert}"]', "", "")]),
    (
        'for_each = { for x in concat(["a"], var.list) : x => 1... }',
        [('["a"]', "", ""), ("[*]", "var.list", "var.list is not empty")],
    ),
    ("for_each = toset(slice(var.list, 0, 1))", [('["${var.list[0]}"]', "", "")]),
    ("for_each = toset([aws_x.y.id])", [('["${aws_x.y.id}"]', "", "")]),
    ("for_each = zipmap(var.list, [1])", [("[*]", "var.list", "")]),
    ("count = var.on ? 1 : var.n", [("[*]", "var.on, var.n", "var.on is true or var.n > 0")]),
    ("count = var.on ? var.n : 1", [("[*]", "var.on, var.n", "var.on is false or var.n > 0")]),
    (
        "count = var.n > 1 && var.on ? 2 : 0",
        [(key, "var.n, var.on", "var.n > 1 and var.on is true") for key in ("[0]", "[1]")],
    ),
    ("count = var.n == 0 ? 0 : 1", [("[0]", "var.n", "var.n is not 0")]),
    ("count = var.n == null ? 0 : 1", [("[0]", "var.n", "var.n is not null")]),
    ('count = var.cert == "" ? 0 : 1', [("[0]", "var.cert", 'var.cert is not ""')]),
    (
        'count = var.cert == "a" || var.cert == "b" ? 1 : 0',
        [("[0]", "var.cert", "var.cert is a or var.cert is b")],
    ),
    (
        'count = contains(["a", "b"], var.cert) ? 1 : 0',
        [("[0]", "var.cert", "var.cert is a or var.cert is b")],
    ),
    ("count = var.on ? 1 : 2", [("[0]", "", ""), ("[1]", "var.on", "var.on is false")]),
    ("count = var.on ? 5 : 0", [("[*]", "var.on", "var.on is true")]),
    (
        "count = var.on ? length(var.list) : 0",
        [("[*]", "var.on, var.list", "var.on is true and var.list is not empty")],
    ),
    (
        "count = length(var.list) > 0 && var.on ? 1 : 0",
        [("[0]", "var.list, var.on", "var.list is not empty and var.on is true")],
    ),
    ("count = length(compact(var.list))", [("[*]", "var.list", "")]),
    ("count = length(distinct(var.list))", [("[*]", "var.list", "var.list is not empty")]),
    ("count = length(keys(var.map))", [("[*]", "var.map", "var.map is not empty")]),
    ("count = length(values(var.map))", [("[*]", "var.map", "var.map is not empty")]),
    ("count = length(flatten([var.list]))", [("[*]", "var.list", "var.list is not empty")]),
    ('count = length(concat(var.list, ["a"]))', [("[*]", "", "")]),
    ('count = length(setproduct(var.list, ["a"]))', [("[*]", "var.list", "var.list is not empty")]),
    ("count = length(merge(var.map, {}))", [("[*]", "var.map", "var.map is not empty")]),
    ("count = length(merge(var.map, { a = 1 }))", [("[*]", "", "")]),
    ("count = signum(var.n)", [("[*]", "var.n", "")]),
    ("count = abs(var.n)", [("[*]", "var.n", "")]),
    ("count = tonumber(var.on)", [("[*]", "var.on", "var.on > 0")]),
    ("count = try(var.both.n, 0)", [("[*]", "var.both", "var.both.n > 0")]),
    ('count = try(var.list[0], "") != "" ? 1 : 0', [("[0]", "var.list", 'var.list[0] is not ""')]),
    ("count = can(var.both.n) ? 1 : 0", [("[0]", "var.both", "")]),
    ("count = coalesce(var.n, 0)", [("[*]", "var.n", "coalesce(var.n, 0) > 0")]),
    ('count = local.sizes["large"]', [("[0]", "", ""), ("[1]", "", "")]),
    (
        "count = lookup(local.sizes, var.cert, 0)",
        [
            (key, "var.cert", "var.cert is not small and var.cert is large")
            for key in ("[0]", "[1]")
        ],
    ),
    ("count = lookup({ a = 1 }, var.cert, 0)", [("[0]", "var.cert", "var.cert is a")]),
    ("count = { a = 1, b = 0 }[var.cert]", [("[0]", "var.cert", "var.cert is a")]),
    ("count = [0, 1][var.n]", [("[0]", "var.n", "")]),
    ("count = var.list == [] ? 0 : 1", [("[0]", "var.list", "")]),
    ("count = var.list != [] ? 1 : 0", [("[0]", "var.list", "")]),
    ("count = var.map == {} ? 0 : 1", [("[0]", "var.map", "")]),
    ("count = sum([1, var.n])", [("[*]", "var.n", "")]),
    ("count = one([for x in [1] : x if var.on]) == null ? 0 : 1", [("[0]", "var.on", "")]),
    (
        "count = alltrue([var.on, var.n > 1]) ? 1 : 0",
        [("[0]", "var.on, var.n", "var.on is true and var.n > 1")],
    ),
    (
        "count = anytrue([var.on, var.n > 1]) ? 1 : 0",
        [("[0]", "var.on, var.n", "var.on is true or var.n > 1")],
    ),
    ("count = alltrue(concat([var.on], var.list)) ? 1 : 0", [("[0]", "var.on, var.list", "")]),
    (
        'count = startswith(var.cert, "arn") ? 1 : 0',
        [("[0]", "var.cert", 'startswith(var.cert, "arn")')],
    ),
    (
        'count = strcontains(var.cert, "arn") ? 1 : 0',
        [("[0]", "var.cert", 'strcontains(var.cert, "arn")')],
    ),
    ("count = length(var.cert) > 0 ? 1 : 0", [("[0]", "var.cert", "var.cert is not empty")]),
    ("count = length(var.cert)", [("[*]", "var.cert", "var.cert is not empty")]),
    ("count = var.n >= 1.5 ? 1 : 0", [("[0]", "var.n", "var.n > 1.5 or var.n is 1.5")]),
    ("count = var.n / 2", [("[*]", "var.n", "")]),
    ("count = var.n % 2", [("[*]", "var.n", "")]),
    ("count = var.n - 1", [("[*]", "var.n", "")]),
    ("count = var.n - 1 > 0 ? 1 : 0", [("[0]", "var.n", "")]),
    ("count = 2 - var.n", [("[*]", "var.n", "")]),
    ("count = -var.n", [("[*]", "var.n", "")]),
    ("count = max(var.n, 0)", [("[*]", "var.n", "var.n > 0")]),
    (
        "count = max(var.n, length(var.list))",
        [("[*]", "var.n, var.list", "var.n > 0 or var.list is not empty")],
    ),
    (
        "count = min(var.n, 1, length(var.list))",
        [("[*]", "var.n, var.list", "var.n > 0 and var.list is not empty")],
    ),
    ("count = ceil(var.n)", [("[*]", "var.n", "")]),
    ("count = floor(var.n / 2)", [("[*]", "var.n", "")]),
    ("count = parseint(var.cert, 10)", [("[*]", "var.cert", "")]),
]


@pytest.mark.parametrize(("meta", "expected"), INSTANCES)
def test_the_instances_of_a_block(
    evaluated: Evaluated, meta: str, expected: list[tuple[str, str, str]]
) -> None:
    """Each with its key, what its existence waits for, and when it exists, where that has words."""
    found = []
    for one in made(evaluated(written(meta))):
        maybe = one.origin.maybe
        waits = ", ".join(dict.fromkeys(need.name for need in maybe))
        when = " & ".join(dict.fromkeys(need.when for need in maybe if need.when))
        found.append((one.origin.address.removeprefix("t.a"), waits, when))
    assert found == expected


LOCALS = """
data "aws_vpc" "d" {}
variable "c" { type = string }
variable "l" { type = list(string) }
variable "m" { type = map(object({ public = bool, name = string })) }
"""
NAMED = [
    ("var.on", "count = local.x ? 1 : 0", "var.on is true"),
    ("!var.on", "count = local.x ? 1 : 0", "var.on is false"),
    ('var.c == "a"', "count = local.x ? 1 : 0", "var.c is a"),
    ('title(var.c) == "A"', "count = local.x ? 1 : 0", "local.x is true"),
    ('title(var.c) != "A"', "count = local.x ? 1 : 0", "local.x is true"),
    ('length(regexall("a", var.c)) > 0', "count = local.x ? 1 : 0", "local.x is true"),
    ('length(regexall("a", var.c))', "count = local.x ? 1 : 0", "local.x is true"),
    ('can(regex("a", var.c))', "count = local.x ? 1 : 0", "local.x is true"),
    ('contains(sort(var.l), "a")', "count = local.x ? 1 : 0", "local.x is true"),
    ('alltrue([for v in var.l : v == "a"])', "count = local.x ? 1 : 0", "local.x is true"),
    ('anytrue([for v in var.l : v == "a"])', "count = local.x ? 1 : 0", "local.x is true"),
    ('startswith(title(var.c), "A")', "count = local.x ? 1 : 0", "local.x is true"),
    ('endswith(title(var.c), "A")', "count = local.x ? 1 : 0", "local.x is true"),
    ('strcontains(title(var.c), "A")', "count = local.x ? 1 : 0", "local.x is true"),
    ("var.n + 1 > 2", "count = local.x ? 1 : 0", "local.x is true"),
    ("var.n > 2 ? true : false", "count = local.x ? 1 : 0", "var.n > 2"),
    ("tobool(title(var.c))", "count = local.x ? 1 : 0", ""),
    ("title(var.c)", "count = local.x ? 1 : 0", ""),
    ('data.aws_vpc.d.x == "a"', "count = local.x ? 1 : 0", "data.aws_vpc.d.x is a"),
    ('length(regexall("a", data.aws_vpc.d.x)) > 0', "count = local.x ? 1 : 0", ""),
    ('try(regex("a", var.c), "") != ""', "count = local.x ? 1 : 0", "local.x is true"),
    ('!(title(var.c) == "A")', "count = local.x ? 1 : 0", "local.x is true"),
    ("-var.n > 0", "count = local.x ? 1 : 0", "local.x is true"),
    ('length(regexall("a", var.c))', "count = local.x", "local.x > 0"),
    ('length(regexall("a", var.c))', "count = local.x > 1 ? 1 : 0", "local.x > 1"),
    ("var.n", "count = local.x", "var.n > 0"),
    ("var.n", "count = local.x > 1 ? 1 : 0", "var.n > 1"),
    ("length(var.l)", "count = local.x", "var.l is not empty"),
    ("length(var.l)", "count = local.x > 1 ? 1 : 0", "length(var.l) > 1"),
    ("length(title(var.c))", "count = local.x", "local.x > 0"),
    ("length(title(var.c))", "count = local.x > 1 ? 1 : 0", "local.x > 1"),
    ('length(regexall("a", data.aws_vpc.d.x))', "count = local.x", ""),
    ('length(regexall("a", data.aws_vpc.d.x))', "count = local.x > 1 ? 1 : 0", ""),
    (
        '[for v in ["a", "b"] : v if title(var.c) == v]',
        "count = length(local.x)",
        "local.x is not empty",
    ),
    (
        '[for v in ["a", "b"] : v if title(var.c) == v]',
        "for_each = toset(local.x)",
        "local.x is not empty",
    ),
    ("var.l", "count = length(local.x)", "var.l is not empty"),
    ("var.l", "for_each = toset(local.x)", "var.l is not empty"),
    ("concat(var.l, [])", "count = length(local.x)", "var.l is not empty"),
    ("concat(var.l, [])", "for_each = toset(local.x)", "var.l is not empty"),
    ('[for v in data.aws_vpc.d.xs : v if title(v) == "A"]', "count = length(local.x)", ""),
    ('[for v in data.aws_vpc.d.xs : v if title(v) == "A"]', "for_each = toset(local.x)", ""),
    ("distinct([for v in var.l : lower(v)])", "count = length(local.x)", "var.l is not empty"),
    ("distinct([for v in var.l : lower(v)])", "for_each = toset(local.x)", "var.l is not empty"),
    ('var.on ? ["a"] : []', "count = length(local.x)", "var.on is true"),
    ('var.on ? ["a"] : []', "for_each = toset(local.x)", "var.on is true"),
    ("var.m", "for_each = local.x", "var.m is not empty"),
    ("var.m", "count = length(local.x) > 0 ? 1 : 0", "var.m is not empty"),
    (
        '{ for v in ["a"] : v => v if title(var.c) == v }',
        "for_each = local.x",
        "local.x is not empty",
    ),
    (
        '{ for v in ["a"] : v => v if title(var.c) == v }',
        "count = length(local.x) > 0 ? 1 : 0",
        "local.x is not empty",
    ),
    ("merge(var.m, {})", "for_each = local.x", "var.m is not empty"),
    ("merge(var.m, {})", "count = length(local.x) > 0 ? 1 : 0", "var.m is not empty"),
    ("var.on ? { a = 1 } : {}", "for_each = local.x", "var.on is true"),
    ("var.on ? { a = 1 } : {}", "count = length(local.x) > 0 ? 1 : 0", "var.on is true"),
]


@pytest.mark.parametrize(("local", "meta", "expected"), NAMED)
def test_what_has_no_other_name_goes_by_its_local(
    evaluated: Evaluated, local: str, meta: str, expected: str
) -> None:
    """Where variables leave it open; texts, and what the sources may hold, have none."""
    text = f'{ROOT}{LOCALS}variable "on" {{ type = bool }}\nvariable "n" {{ type = number }}\n'
    text += f'locals {{\n  x = {local}\n}}\nresource "t" "a" {{\n  {meta}\n}}\n'
    assert conditions(evaluated(text)) == [expected]


ALWAYS = [
    "count = length(data.aws_availability_zones.all.names)",
    "count = min(length(data.aws_availability_zones.all.names), 3)",
    "count = max(var.n, 1)",
    "count = var.on ? 1 : length(data.aws_availability_zones.all.names)",
    "count = var.on || !var.on ? 1 : 0",
    "count = length(data.aws_availability_zones.all.names) > 1 ? 1 : 0",
    "count = length(var.list) + 1",
    "count = length(local.first) > 0 ? 1 : 0",
    "count = length(local.none) == 0 ? 1 : 0",
    "for_each = toset(data.aws_availability_zones.all.names)",
    "for_each = { for i, x in data.aws_availability_zones.all.names : x => i }",
    "for_each = toset(slice(data.aws_availability_zones.all.names, 0, 2))",
    "for_each = zipmap(slice(data.aws_availability_zones.all.names, 0, 2), [1, 2])",
    "for_each = toset([data.aws_availability_zones.all.names[0]])",
]
NEVER = [
    "count = local.off * length(var.list)",
    "count = length(var.list) * 0",
    "count = var.on && !var.on ? 1 : 0",
    "count = var.n > 3 && var.n < 2 ? 1 : 0",
    "count = length(data.aws_availability_zones.all.names) == 1 ? 1 : 0",
    "count = min(var.n, 0)",
    "count = (var.n > 2) == null ? 1 : 0",
    "count = length(local.none)",
    "for_each = toset(local.none)",
]


@pytest.mark.parametrize("meta", ALWAYS)
def test_what_certainly_exists(evaluated: Evaluated, meta: str) -> None:
    """A Region has two zones at least; what holds whatever is unknown is no condition."""
    found = made(evaluated(written(meta)))
    assert found
    assert all(resource.origin.maybe == () for resource in found)


@pytest.mark.parametrize("meta", NEVER)
def test_what_never_exists(evaluated: Evaluated, meta: str) -> None:
    """Nothing times something is nothing, and what contradicts itself is never true."""
    assert made(evaluated(written(meta))) == []


FOLLOWED = [
    ("count = var.n", {"var.n": 1}),
    ("count = length(var.list)", {"length(var.list)": 1}),
    ("for_each = toset(var.list)", {"length(var.list)": 1}),
    ("for_each = { for k, v in var.map : k => v if v.public }",
     {"length(var.map)": 1, "var.map[*].public": True}),
    ("count = length(local.like)", {"length(local.like)": 1}),
    ("for_each = local.keyed", {"length(local.keyed)": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("meta", "scenario"), FOLLOWED)
def test_scenarios_decide_it(evaluated: Evaluated, meta: str, scenario: Scenario) -> None:
    """In a root it is asked for; with one answer it is there, with the other it is not."""
    text = ROOT + written(meta)
    assert {one.operand for one in evaluated(text).questions} <= scenario.keys()
    (there,) = made(evaluated(text, scenario=scenario))
    assert there.origin.maybe == ()
    none = {
        operand: 0 if operand.startswith(("var.n", "length")) else OTHER for operand in scenario
    }
    assert made(evaluated(text, scenario=none)) == []


def test_complementary_conditions_are_one_switch(stack: Stacks) -> None:
    """Whichever way they are written: just one of two things exists in each scenario."""
    pairs = [
        ("var.cert == null ? 1 : 0", "var.cert != null ? 1 : 0"),
        ("var.on ? 1 : 0", "var.on ? 0 : 1"),
        ("length(var.list) > 0 ? 1 : 0", "length(var.list) == 0 ? 1 : 0"),
        ("var.n > 2 ? 1 : 0", "var.n <= 2 ? 1 : 0"),
    ]
    for one, other in pairs:
        text = f'{ROOT}{GIVEN}resource "t" "a" {{\n  count = {one}\n}}\n'
        text += f'resource "t" "b" {{\n  count = {other}\n}}\n'
        followed = explore(stack(text))
        assert [len(made(each)) for each in followed.evaluations] == [1, 1]


@pytest.mark.parametrize(
    ("ignored", "attribute", "is_open"),
    [
        ("[value]", "value", True),
        ("all", "value", True),
        ("[value, tags]", "value", True),
        ("[tags]", "value", False),
        ("[]", "value", False),
        ("[value]", "name", False),
    ],
)
def test_a_switch_that_is_thrown_by_hand(
    evaluated: Evaluated, ignored: str, attribute: str, is_open: bool
) -> None:
    """What Terraform is not to change again is what somebody sets elsewhere."""
    text = f"""{ROOT}resource "aws_ssm_parameter" "switch" {{
  name  = "off"
  value = "false"
  lifecycle {{
    ignore_changes = {ignored}
  }}
}}
resource "t" "t" {{
  count = aws_ssm_parameter.switch.{attribute} == "true" ? 1 : 0
}}
"""
    found = evaluated(text)

    when = ["aws_ssm_parameter.switch.value is true"]
    assert conditions(found) == (when if is_open else [])


def test_impossible_scenarios_are_left_out(stack: Stacks) -> None:
    """Nothing is deployed that reads from what the scenario says is empty."""
    text = f"""{ROOT}{GIVEN}
    resource "t" "a" {{
      for_each = toset(var.list)
    }}
    resource "u" "b" {{
      count = length(var.list)
    }}
    resource "u" "first" {{
      x = READ
    }}
    """
    for read in ("u.b[0].id", "slice(u.b[*].id, 0, 1)", "element(u.b[*].id, 1)"):
        followed = explore(stack(text.replace("READ", read)))
        assert [len(made(each)) for each in followed.evaluations] == [1]
    needs = f"""{ROOT}{GIVEN}
    resource "t" "a" {{
      count = length(var.list)
    }}
    resource "aws_autoscaling_group" "b" {{
      vpc_zone_identifier = ["${{t.a.*.id}}"]
    }}
    """
    followed = explore(stack(needs))
    assert [len(made(each)) for each in followed.evaluations] == [1]


@pytest.mark.parametrize(
    ("read", "scenarios"),
    [
        ("t.a[var.key].id", 1),
        ('t.a["x"].id', 1),
        ("local.ids[var.key]", 1),
        ("local.ids.x", 1),
        ("[for id in local.ids : id][0]", 1),
        # Nothing has to be there for these.
        ("try(t.a[var.key].id, null)", 2),
        ("[for a in t.a : a.id]", 2),
        ("keys(local.ids)", 2),
        ('{ x = 1 }["x"]', 2),
    ],
)
def test_nothing_reads_from_a_map_that_is_empty(read: str, scenarios: int, stack: Stacks) -> None:
    """As from a list: that a map is empty is no setting under which its members are read."""
    text = f"""{ROOT}
    variable "map" {{}}
    variable "key" {{}}
    resource "t" "a" {{
      for_each = {{ for k, v in var.map : k => v }}
    }}
    locals {{
      ids = {{ for k, a in t.a : k => a.id }}
    }}
    resource "u" "b" {{
      x = {read}
    }}
    """
    assert len(explore(stack(text)).evaluations) == scenarios


NETWORK = "network_configuration { subnets = local.ids }\n"


@pytest.mark.parametrize(
    ("resource", "scenarios"),
    [
        ('"aws_lb" "b" { subnets = local.ids }', 1),
        ('"aws_lb" "b" { subnets = local.some }', 1),
        ('"aws_lb" "b" {\n subnets = local.ids\n subnet_mapping {}\n }', 2),
        (f'"aws_ecs_service" "b" {{\n {NETWORK} }}', 1),
        (f'"aws_ecs_service" "b" {{\n count = var.on ? 1 : 0\n {NETWORK} }}', 3),
        ('"aws_ecs_service" "b" {\n network_configuration { subnets = [] }\n }', 2),
        ('"aws_security_group" "b" { ids = local.ids }', 2),
        ('"aws_lb" "b" { subnets = var.list }', 1),
        ('"aws_ecs_service" "b" {\n network_configuration { subnets = var.list }\n }', 1),
        ('"aws_security_group" "b" { ids = var.list }', 2),
        ('"aws_alb" "b" { subnets = local.ids }', 1),
        ('"aws_alb" "b" {\n subnets = local.ids\n subnet_mapping {}\n }', 2),
        ('"aws_elb" "b" { subnets = local.ids }', 1),
        ('"aws_elb" "b" { availability_zones = local.ids }', 1),
        ('"aws_elb" "b" {\n subnets = local.ids\n availability_zones = ["a"]\n }', 2),
        ('"aws_autoscaling_group" "b" { vpc_zone_identifier = local.ids }', 1),
        ('"aws_autoscaling_group" "b" { availability_zones = local.ids }', 1),
        ('"aws_db_subnet_group" "b" { subnet_ids = local.ids }', 1),
        ('"aws_db_subnet_group" "b" { subnets = local.ids }', 2),
    ],
)  # fmt: skip
def test_scenarios_that_leave_no_subnet_are_impossible(
    resource: str, scenarios: int, stack: Stacks
) -> None:
    """Nobody can make what needs subnets and has none; a list that is always empty says nothing."""
    text = f"""{ROOT}{GIVEN}
    resource "t" "a" {{
      count = length(var.list) > 0 ? length(var.list) : 0
    }}
    locals {{
      ids  = t.a[*].id
      some = length(var.list) > 0 ? ["subnet-1"] : []
    }}
    resource {resource}
    """
    assert len(explore(stack(text)).evaluations) == scenarios


@pytest.mark.parametrize("count", ["-1", "1e30", "var.circle"])
def test_counts_that_make_no_sense_are_bounded(stack: Stacks, count: str) -> None:
    """A negative or huge count is an error with its place, and never hangs."""
    text = written(f"count = {count}")
    evaluation = stack(text.replace("var.circle", "length(t.a)")).evaluate({})
    assert [error.place.line for error in evaluation.errors]


SERVICE = """
variable "groups" {}
variable "on" { default = true }
locals { all = concat(var.groups, []) }
resource "aws_ecs_service" "this" {
  count = var.on ? 1 : 0
  network_configuration { security_groups = local.all }
}
"""


USED = "security_groups = [aws_security_group.web.id]"


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("count = 0\n  security_groups = [aws_security_group.web.id]", True),
        ("count = 0\n  security_groups = local.groups", True),
        ("for_each = {}\n  a { b { c = local.groups } }", True),
        ('count = 0\n  g = [{ a = "sg-1" }.a, aws_security_group.web.id]', True),
        ("count = 0\n  g = element([aws_security_group.web.id], 0)", True),
        (f"lifecycle {{\n enabled = false\n }}\n {USED}", True),
        (f"lifecycle {{\n enabled = true\n }}\n {USED}", False),
        (f"lifecycle {{\n prevent_destroy = false\n }}\n {USED}", False),
        ("count = 1\n  security_groups = [aws_security_group.web.id]", False),
        ("security_groups = [aws_security_group.web.id]", False),
        ("count = 0\n  security_groups = [aws_security_group.other.id]", False),
    ],
)
def test_a_group_knows_whose_user_a_count_leaves_out(
    evaluated: Evaluated, written: str, known: bool
) -> None:
    """It is written to be used by this, also where a local value stands between."""
    text = (
        "locals { groups = [local.one]\n one = aws_security_group.web.id }\n"
        'resource "aws_security_group" "web" {}\n'
        f'resource "aws_ecs_service" "web" {{\n  {written}\n}}\n'
    )
    assert _users(evaluated(text)) == ({"aws_ecs_service"} if known else set())


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("on = false", True),
        ("count = 0", True),
        ("for_each = {}", True),
        ("lifecycle {\n enabled = false\n }", True),
        ("count = 2\n  on = false", True),
        ("on = true", False),
        ("count = 1", False),
    ],
)
def test_a_group_knows_whose_user_a_module_leaves_out(
    evaluated: Evaluated, written: str, known: bool
) -> None:
    """A module that is handed the group has no instance, or its resource has none."""
    text = (
        'resource "aws_security_group" "web" {}\n'
        'module "web" {\n  source = "../service"\n  groups = [aws_security_group.web.id]\n'
        f"  {written}\n}}\n"
    )
    found = evaluated(text, {"service/main.tf": SERVICE})
    assert _users(found) == ({"aws_ecs_service"} if known else set())


@pytest.mark.parametrize(
    ("handed_on", "given", "known"),
    [
        ("aws_security_group.web.id", "module.net.group", True),
        ('try(aws_security_group.web[0].id, "")', "module.net.group", True),
        ("aws_security_group.web[*].id", "module.net.group[0]", True),
        ("aws_security_group.web.id", "local.group", True),
        ("aws_security_group.web.vpc_id", "module.net.other", False),
        # What leaves the module may be no more than near the group, or may be another one.
        ("aws_security_group.web.vpc_id", "module.net.group", False),
        ("aws_security_group.web", "module.net.group", False),
        ("local.groups[0]", "module.net.group", False),
        ("[aws_security_group.web.id, aws_vpc.a.id][0]", "module.net.group", False),
        ('"sg-0123456789abcdef0"', "module.net.group", False),
    ],
)
@pytest.mark.parametrize("nested", [False, True])
def test_a_group_knows_whose_user_another_module_leaves_out(
    evaluated: Evaluated, handed_on: str, given: str, known: bool, nested: bool
) -> None:
    """One module makes the group and puts it out, another one is handed it."""
    net = (
        'resource "aws_security_group" "web" {}\n'
        "locals {\n  groups = [aws_security_group.web.id]\n}\n"
        f'output "group" {{\n  value = {handed_on}\n}}\noutput "other" {{\n  value = "x"\n}}\n'
    )
    outer = 'module "inner" {\n  source = "../net"\n}\n' + "".join(
        f'output "{name}" {{\n  value = module.inner.{name}\n}}\n' for name in ("group", "other")
    )
    text = (
        f'module "net" {{\n  source = "../{"outer" if nested else "net"}"\n}}\n'
        "locals {\n  group = module.net.group\n}\n"
        f'module "web" {{\n  source = "../service"\n  groups = [{given}]\n  on = false\n}}\n'
    )
    files = {"service/main.tf": SERVICE, "net/main.tf": net, "outer/main.tf": outer}
    assert _users(evaluated(text, files)) == ({"aws_ecs_service"} if known else set())


def test_what_only_looks_at_a_group_is_no_user_of_it(evaluated: Evaluated) -> None:
    """A data source that a count leaves out would not have used it."""
    text = 'resource "aws_security_group" "web" {}\n'
    text += f'data "aws_network_interfaces" "web" {{\n  count = 0\n  {USED}\n}}\n'
    assert _users(evaluated(text)) == set()


@pytest.mark.parametrize(
    "group", ['resource "aws_default_security_group" "web"', 'data "aws_security_group" "web"']
)
def test_of_other_groups_nobody_asks_whose_users_are_left_out(
    evaluated: Evaluated, group: str
) -> None:
    """The group of a VPC by default, and one that is looked up, are there without them."""
    kind, name, label = group.replace('"', "").split()
    address = f"{name}.{label}" if kind == "resource" else f"data.{name}.{label}"
    text = f'{group} {{}}\nresource "aws_ecs_service" "web" {{\n'
    text += f"  count = 0\n  security_groups = [{address}.id]\n}}\n"
    (found,) = evaluated(text).resources
    assert "users_left_out" not in found.metadata.fields


def test_users_that_are_left_out_stand_in_order(evaluated: Evaluated) -> None:
    """By their types, each once, whichever is written first."""
    kinds = ("lambda_function", "ecs_service", "instance", "ecs_service", "rds_cluster")
    text = 'resource "aws_security_group" "web" {}\n' + "".join(
        f'resource "aws_{kind}" "u{at}" {{\n  count = 0\n  {USED}\n}}\n'
        for at, kind in enumerate(kinds)
    )
    (group,) = evaluated(text).resources
    said = group.metadata.fields["users_left_out"]
    assert isinstance(said, Items)
    assert [plain(one) for one in said.items] == sorted({f"aws_{kind}" for kind in kinds})


def _users(evaluation: Evaluation) -> set[object]:
    """The types of what is left out and is written to use the group."""
    (group,) = (one for one in evaluation.resources if one.type == "aws_security_group")
    said = group.metadata.fields.get("users_left_out")
    return (
        {each.data for each in said.items if isinstance(each, Known)}
        if isinstance(said, Items)
        else set()
    )


@pytest.mark.parametrize(("length", "followed"), [(3, True), (48, True), (49, False)])
def test_how_large_what_a_condition_chooses_may_be(
    length: int, followed: bool, evaluated: Callable[..., Evaluation]
) -> None:
    """Of a large list that may be null it is not kept which condition chooses it."""
    text = f'variable "b" {{}}\nresource "t" "t" {{\n  x = var.b ? range({length}) : null\n}}\n'
    found = evaluated(text).resources[0].body.fields["x"]

    assert isinstance(found, Choice) is followed
    assert [need.name for need in needs(found)] == ["var.b"]
