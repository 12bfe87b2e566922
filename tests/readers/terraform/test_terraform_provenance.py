"""From which locals, variables and arguments the value of an attribute comes, place by place."""

from collections.abc import Callable, Mapping

import pytest

from taskwall.core.values import Known, Span
from taskwall.source.stack import Evaluation, Inputs, Provenance

SOURCE = """\
variable "v" {
  default = "by default"
}
variable "bare" {}
variable "o" {
  default = { a = { b = 1 }, c = 2 }
}
locals {
  one    = "one"
  two    = local.one
  list   = ["a", "b"]
  map    = { a = "A", b = local.one, "c.d" = var.v }
  maps   = { p = { n = "P" }, q = { n = "Q" } }
  merged = merge(local.map, { z = 1 })
  beside = merge(local.map, { a = local.one })
  keyed  = merge(local.map, { (var.v) = local.one })
  each   = [for k, m in local.maps : m.n]
  keys   = [for k, m in local.maps : k]
  either = var.bare == "" ? local.one : local.two
  empty  = local.none
}
"""


def steps(evaluation: Evaluation) -> tuple[Provenance, ...]:
    """From where the attribute `x` of the one resource comes."""
    (resource,) = evaluation.resources
    return evaluation.provenance(resource.body.places["x"], resource.origin)


def texts(found: tuple[Provenance, ...], sources: Mapping[str, str]) -> list[str]:
    """What stands at places."""
    written = []
    for one in found:
        place = one.place
        line = sources[place.file].split("\n")[place.line - 1]
        written.append(" ".join(line[place.column - 1 : place.end_column - 1].split()))
    return written


LIST = 'list = ["a", "b"]'
MAP = 'map = { a = "A", b = local.one, "c.d" = var.v }'
MAPS = 'maps = { p = { n = "P" }, q = { n = "Q" } }'
ONE = 'one = "one"'


@pytest.mark.parametrize(
    ("expression", "behind"),
    [
        ("local.one", [ONE]),
        ("local.two", ["two = local.one", ONE]),
        ("(local.one)", [ONE]),
        ("[local.one]", [ONE]),
        ('"${local.one}"', [ONE]),
        ("var.v", ['default = "by default"']),
        ("var.bare", ['variable "bare"']),
        ("var.o.a.b", ["b = 1"]),
        ('var.o["c"]', ["c = 2"]),
        ('local.map["b"]', ["b = local.one", ONE]),
        ('local.map["c.d"]', ['"c.d" = var.v', 'default = "by default"']),
        ("local.map.none", [MAP]),
        ('local.maps["p"].n', ['n = "P"']),
        ("local.maps[*].n", [MAPS]),
        ("local.list[0]", [LIST]),
        ("local.merged.a", ["merged = merge(local.map, { z = 1 })", 'a = "A"']),
        ("local.beside.a", ["beside = merge(local.map, { a = local.one })"]),
        ("local.keyed.a", ["keyed = merge(local.map, { (var.v) = local.one })"]),
        ("[for k in local.list : k]", [LIST]),
        ("local.each", ["each = [for k, m in local.maps : m.n]", MAPS]),
        ("local.keys", ["keys = [for k, m in local.maps : k]"]),
        ("local.either", ['either = var.bare == "" ? local.one : local.two']),
        ("local.empty", ["empty = local.none"]),
        ("tolist(local.list)", [LIST]),
        ("distinct([local.one])", [ONE]),
        ("slice(local.list, 0, 1)", [LIST]),
        ("element(local.list, 0)", [LIST]),
        ("one(local.list)", [LIST]),
        ("flatten([local.list])", [LIST]),
        ('split(",", local.one)', [ONE]),
        ("jsonencode(local.map)", [MAP]),
        ('coalesce("", local.one)', [ONE]),
        ("try(local.one, null)", [ONE]),
        ("coalescelist(local.list)", [LIST]),
        ("compact(local.list)", [LIST]),
        ("concat(local.list)", [LIST]),
        ("defaults(local.map, 1)", [MAP]),
        ("merge(local.map)", [MAP]),
        ("nonsensitive(local.one)", [ONE]),
        ("reverse(local.list)", [LIST]),
        ("sensitive(local.one)", [ONE]),
        ("setunion(local.list)", [LIST]),
        ("sort(local.list)", [LIST]),
        ("tomap(local.map)", [MAP]),
        ("toset(local.list)", [LIST]),
        ("values(local.map)", [MAP]),
    ],
)
def test_what_alone_decides_a_value_is_followed(
    expression: str, behind: list[str], evaluated: Callable[..., Evaluation]
) -> None:
    """Each step to where it is written is a place, the use of it first."""
    source = f'{SOURCE}resource "t" "t" {{\n  x = {expression}\n}}\n'
    evaluation = evaluated(source)
    found = texts(steps(evaluation), {"/nowhere/live/main.tf": source})
    assert found == [f"x = {expression}", *behind]


@pytest.mark.parametrize(
    "expression",
    [
        '"x"',
        "null",
        "[local.one, local.two]",
        '["x", local.one]',
        '"a${local.one}"',
        "local.map[local.one]",
        "local.list[var.bare]",
        "concat(local.list, [local.one])",
        "[for k in local.list : k if k != var.v]",
        "{ for k in local.list : k => k }",
        'join(",", local.list)',
        "upper(local.one)",
        "keys(local.map)",
        "!var.v",
        'merge(local.map, { z = 1 })["b"]',
        "local.one == local.two",
        "data.x.y.z",
    ],
)
def test_what_is_decided_where_it_stands(
    expression: str, evaluated: Callable[..., Evaluation]
) -> None:
    """A value that is written there, made of several or calculated comes from nowhere else."""
    assert steps(evaluated(f'{SOURCE}resource "t" "t" {{\n  x = {expression}\n}}\n')) == ()


@pytest.mark.parametrize("head", ["for_each = local.map", "count = 2"])
def test_what_a_block_goes_over_decides_several(
    head: str, evaluated: Callable[..., Evaluation]
) -> None:
    """The value of one of several instances is told where the block uses it."""
    use = "each.value" if "each" in head else "local.list[count.index]"
    evaluation = evaluated(f'{SOURCE}resource "t" "t" {{\n  {head}\n  x = {use}\n}}\n')
    for resource in evaluation.resources:
        assert evaluation.provenance(resource.body.places["x"], resource.origin) == ()


INNER = """\
variable "x" {
  default = "inside"
}
resource "t" "t" {
  x = var.x
}
"""


@pytest.mark.parametrize(
    ("argument", "is_written_out", "behind"),
    [
        ('"given"', True, []),
        ("local.one", False, [ONE]),
        ('"${local.one}"', False, [ONE]),
        ('"a${local.one}"', True, []),
        ("[local.one]", False, [ONE]),
        ('[local.one, "x"]', True, []),
        ("{ a = local.one }", False, []),
        ("{ a = 1 }", True, []),
        ('true ? "x" : local.one', True, []),
        ('true ? local.one : "x"', True, []),
        ("true ? local.one : local.two", False, []),
        ("tolist(local.list)", False, [LIST]),
        ('concat(local.list, ["x"])', True, []),
        ('coalesce("x")', True, []),
        ('coalesce(local.one, "x")', False, [ONE]),
        ("upper(local.one)", True, []),
        ("aws_vpc.none.id", False, []),
    ],
)
def test_an_argument_of_a_module_is_a_place(
    argument: str,
    is_written_out: bool,
    behind: list[str],
    evaluated: Callable[..., Evaluation],
) -> None:
    """It says whether a value is written out in it; what it only passes on is followed."""
    call = f'module "m" {{\n  source = "../m"\n  x = {argument}\n}}\n'
    sources = {"/nowhere/live/main.tf": SOURCE + call, "/nowhere/m/main.tf": INNER}
    found = steps(evaluated(SOURCE + call, {"m/main.tf": INNER}))
    assert texts(found, sources) == ["x = var.x", f"x = {argument}", *behind]
    assert [one.argument for one in found] == [False, is_written_out, *(False for _ in behind)]


def test_where_a_value_stays_within_a_module(evaluated: Callable[..., Evaluation]) -> None:
    """A default of a module is the same for all of its calls; what one hands over is not."""
    modules = {
        "m/main.tf": 'variable "x" {}\nmodule "n" {\n  source = "../n"\n  x = var.x\n}\n',
        "n/main.tf": INNER,
    }
    outer = 'module "m" {\n  source = "../m"\n  x = "given"\n}\n'
    found = steps(evaluated(outer, modules))
    assert [(one.place.file, [place.file for place in one.calls]) for one in found] == [
        ("/nowhere/n/main.tf", ["/nowhere/live/main.tf", "/nowhere/m/main.tf"]),
        ("/nowhere/m/main.tf", ["/nowhere/live/main.tf"]),
        ("/nowhere/live/main.tf", []),
    ]

    modules["m/main.tf"] = modules["m/main.tf"].replace("  x = var.x\n", "")
    found = steps(evaluated(outer, modules))
    assert [(one.place.line, one.calls, one.default and one.default.name) for one in found] == [
        (5, (), None),
        (2, (), "var.x"),
    ]


TYPED = """\
variable "t" {
  type = object({
    a = optional(string, "A")
    b = string
    c = optional(object({ d = optional(string, "D"), e = string }), { d = "x" })
  })
}
"""


@pytest.mark.parametrize(
    ("expression", "line", "written", "name"),
    [
        ("var.t.a", 3, 'a = optional(string, "A")', "var.t.a"),
        ("var.t.c.d", 5, 'd = optional(string, "D")', "var.t.c.d"),
        ("var.t.c.e", 5, TYPED.splitlines()[4].strip(), "var.t.c.e"),
        ("var.t.b", 1, 'variable "t"', None),
        ("var.t.other", 1, 'variable "t"', None),
        ("var.t", 1, 'variable "t"', None),
    ],
)
def test_the_default_of_an_attribute_is_a_place(
    evaluated: Callable[..., Evaluation], expression: str, line: int, written: str, name: str | None
) -> None:
    """It stands in the type, of an object that nobody gives a value."""
    main = f'{TYPED}resource "t" "r" {{\n  x = {expression}\n}}\n'
    found = steps(evaluated(main))[-1]
    assert (found.place.line, found.default and found.default.name) == (line, name)
    assert texts((found,), {found.place.file: main}) == [written]
    given = Inputs(variables={"t": Known('{ b = "B" }')}, boundary="/nowhere")
    assert not any(one.default for one in steps(evaluated(main, inputs=given)))


def test_a_default_that_is_not_taken_is_no_place(evaluated: Callable[..., Evaluation]) -> None:
    """What a file gives for a variable stands in that; what a user gives, in no file."""
    source = f'{SOURCE}resource "t" "t" {{\n  x = var.v\n}}\n'

    def behind(evaluation: Evaluation) -> list[tuple[str, int, bool]]:
        found = steps(evaluation)[1:]
        return [(one.place.file, one.place.line, one.default is None) for one in found]

    others = {"live/terraform.tfvars": '\nv = "given"\n'}
    given = Inputs(variables={"v": Known("given")}, boundary="/nowhere")
    assert behind(evaluated(source)) == [("/nowhere/live/main.tf", 2, False)]
    assert behind(evaluated(source, others)) == [("/nowhere/live/terraform.tfvars", 2, True)]
    assert behind(evaluated(source, None, given)) == [("/nowhere/live/main.tf", 1, True)]


@pytest.mark.parametrize(
    ("line", "text", "behind"),
    [
        (2, 'default = "by default"', []),
        (10, "two = local.one", [ONE]),
        (12, 'map = { a = "A", b = local.one, "c.d" = var.v }', []),
        (19, 'either = var.bare == "" ? local.one : local.two', []),
    ],
)
def test_a_place_outside_of_the_resource(
    line: int, text: str, behind: list[str], evaluated: Callable[..., Evaluation]
) -> None:
    """Of a local or a default it is followed as it is there; what decides all of it must be one."""
    source = f'{SOURCE}resource "t" "t" {{\n  x = local.two\n}}\n'
    evaluation = evaluated(source)
    (resource,) = evaluation.resources
    written = source.split("\n")[line - 1]
    at = len(written) - len(written.lstrip()) + 1
    place = Span("/nowhere/live/main.tf", line, at, line, len(written) + 1)
    found = texts(evaluation.provenance(place, resource.origin), {place.file: source})
    assert found == ([text, *behind] if behind else [])


def test_a_place_in_a_module_that_the_resource_is_not_in(
    evaluated: Callable[..., Evaluation],
) -> None:
    """Nothing leads from there to the resource, so it is not followed."""
    main = (
        f'{SOURCE}module "m" {{\n  source = "../m"\n}}\nresource "t" "t" {{\n  x = local.two\n}}\n'
    )
    evaluation = evaluated(main, {"m/main.tf": INNER})
    resource = next(one for one in evaluation.resources if not one.origin.called_from)
    for line in (2, 5):
        place = Span("/nowhere/m/main.tf", line, 3, line, 10)
        assert evaluation.provenance(place, resource.origin) == ()
