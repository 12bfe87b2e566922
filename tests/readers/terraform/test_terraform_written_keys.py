"""Instances that only their keys tell: what a `for_each` goes over is for callers to say."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Scenario, Value
from taskwall.source.stack import Evaluation

Evaluated = Callable[..., Evaluation]
Shown = Callable[[Value], object]


def addresses(evaluation: Evaluation, kind: str = "t") -> list[str]:
    """The addresses of the resources of a type, in order."""
    return [one.origin.address for one in evaluation.resources if one.type == kind]


GIVEN = """
variable "all" { type = map(object({ port = number })) }
variable "names" { type = set(string) }
variable "on" { type = bool }
resource "t" "a" {
  for_each = var.all
  port     = each.value.port
}
"""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('t.a["x"].id', ["x", "*"]),
        ('[t.a["x"].id, t.a["y"].id, t.a["x"].port]', ["x", "y", "*"]),
        ('"${t.a["x"].id}-${t.a["y"].id}"', ["x", "y", "*"]),
        ("t.a[var.on].id", ["*"]),
        # What need not be there does not make an instance.
        ('try(t.a["x"].id, null)', ["*"]),
        ('can(t.a["x"])', ["*"]),
        ('var.on ? t.a["x"].id : null', ["*"]),
        ('[for n in var.names : t.a["x"].id]', ["*"]),
        ('t.a["x"].id == null ? t.a["y"].id : null', ["x", "*"]),
        # The same keys, or some of them, under another name.
        ('local.ids["x"]', ["x", "*"]),
        ('local.some["x"]', ["x", "*"]),
        ('local.same["x"].id', ["x", "*"]),
        ('t.alike["x"].id', ["x", "*"]),
        ('var.all["x"].port', ["x", "*"]),
        # Others keys.
        ('local.by_port["x"]', ["*"]),
        ('local.grouped["x"]', ["*"]),
        ('t.fewer["x"].id', ["x", "*"]),
    ],
)
def test_a_key_that_is_written_makes_an_instance(
    evaluated: Evaluated, written: str, expected: list[str]
) -> None:
    """The others are one more, which may be there."""
    evaluation = evaluated(
        GIVEN
        + f"""
        locals {{
          ids     = {{ for k, v in t.a : k => v.id }}
          some    = {{ for k, v in t.a : k => v.id if v.port == 80 }}
          same    = t.a
          by_port = {{ for k, v in t.a : v.port => v.id }}
          grouped = {{ for k, v in t.a : k => v.id... }}
        }}
        resource "t" "alike" {{ for_each = var.all }}
        resource "t" "fewer" {{ for_each = {{ for k, v in var.all : k => v if v.port == 80 }} }}
        resource "u" "b" {{ of = {written} }}
        """
    )
    found = [one for one in addresses(evaluation) if one.startswith("t.a[")]
    assert found == [f't.a["{key}"]' if key != "*" else "t.a[*]" for key in expected]
    assert evaluation.impossible is False
    certain = [one for one in evaluation.resources if one.origin.address == 't.a["x"]']
    assert [one.origin.maybe for one in certain] == [()] * len(certain)


@pytest.mark.parametrize(
    "written",
    [
        'resource "u" "b" {\n count = var.on ? 1 : 0\n of = t.a["x"].id\n }',
        'resource "u" "b" {\n lifecycle {\n enabled = var.on\n }\n of = t.a["x"].id\n }',
        'resource "u" "b" {\n for_each = var.names\n of { it = t.a["x"].id }\n }',
        (
            'resource "u" "b" {\n dynamic "of" {\n for_each = var.names\n'
            ' content { it = t.a["x"].id }\n }\n }'
        ),
    ],
)
def test_a_block_of_which_there_may_be_none_asks_for_no_key(
    evaluated: Evaluated, written: str
) -> None:
    """What such a block names need not be there."""
    assert addresses(evaluated(GIVEN + written)) == ["t.a[*]"]


@pytest.mark.parametrize(
    "written", ['count = t.a["x"].port', 'lifecycle {\n enabled = t.a["x"].port > 0\n }']
)
def test_how_many_there_are_is_asked_whatever_holds(evaluated: Evaluated, written: str) -> None:
    """A count names what has to be there, though there may be none of its block."""
    written = f'resource "u" "b" {{\n {written}\n }}'
    assert addresses(evaluated(GIVEN + written)) == ['t.a["x"]', "t.a[*]"]


def test_keys_of_a_set(evaluated: Evaluated, shown: Shown) -> None:
    """An element of a set is its own key."""
    evaluation = evaluated(
        """
        variable "names" { type = list(string) }
        resource "t" "a" {
          for_each = toset(concat(["y"], var.names))
          name     = each.value
        }
        resource "u" "b" { of = [t.a["x"].id, t.a["y"].id] }
        """
    )
    found = {one.origin.address: one for one in evaluation.resources if one.type == "t"}
    assert list(found) == ['t.a["x"]', 't.a["y"]', "t.a[*]"]
    assert shown(found['t.a["x"]'].body.fields["name"]) == "x"


def test_values_by_their_keys(evaluated: Evaluated, shown: Shown) -> None:
    """Each instance has the element of the map that callers give; the rest of a known map too."""
    evaluation = evaluated(
        GIVEN
        + """
        resource "t" "b" {
          for_each = merge({ y = { port = 80 } }, var.all)
          port     = each.value.port
        }
        resource "u" "c" { of = [t.a["x"].port, t.b["x"].id, t.b["y"].port] }
        """
    )
    found = {one.origin.address: one for one in evaluation.resources}
    assert addresses(evaluation) == [
        't.a["x"]', "t.a[*]", 't.b["x"]', 't.b["y"]', "t.b[*]"
    ]  # fmt: skip
    assert "var.all" in str(shown(found['t.a["x"]'].body.fields["port"]))


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ("for k, v in var.all : k => t.a[k].id", '<t.a["x"].id>'),
        # Whose keys are no keys of what is gone over.
        ("for k, v in var.all : v.port => t.a[k].id", "<t.a[*].id>"),
        ("for v in var.all : v.port => t.a[v.name].id", "<t.a[*].id>"),
    ],
)
def test_a_key_of_what_a_loop_makes(
    evaluated: Evaluated, shown: Shown, loop: str, expected: str
) -> None:
    """What has to be there of a map is there where a `for` goes over it."""
    evaluation = evaluated(
        GIVEN
        + f"""
        locals {{ ids = {{ {loop} }} }}
        resource "u" "b" {{ of = local.ids["x"] }}
        """
    )
    (made,) = (one for one in evaluation.resources if one.type == "u")
    assert shown(made.body.fields["of"]) == expected


def test_instances_of_a_module(evaluated: Evaluated, shown: Shown) -> None:
    """A module that is called for unknown keys; its callers name outputs by their keys, too."""
    evaluation = evaluated(
        """
        variable "all" {}
        module "one" {
          source   = "../one"
          for_each = var.all
        }
        module "many" {
          source = "../many"
          all    = var.all
        }
        resource "u" "rest" {
          for_each = var.all
          of       = [module.one[each.key].id, module.many.ids[each.key]]
        }
        resource "u" "b" { of = [module.one["x"].id, module.many.ids["z"]] }
        """,
        {
            "one/main.tf": 'resource "t" "a" {}\noutput "id" { value = t.a.id }',
            "many/main.tf": 'variable "all" {}\nresource "t" "a" { for_each = var.all }\n'
            "locals { ids = { for k, v in t.a : k => v.id } }\n"
            'output "ids" { value = local.ids }',
        },
    )
    assert addresses(evaluation) == [
        'module.one["x"].t.a', "module.one[*].t.a",
        'module.many.t.a["z"]', "module.many.t.a[*]",
    ]  # fmt: skip
    found = {one.origin.address: one for one in evaluation.resources if one.type == "u"}
    assert list(found) == ['u.rest["x"]', "u.rest[*]", "u.b"]
    assert shown(found["u.b"].body.fields["of"]) == [
        '<module.one["x"].t.a.id>', '<module.many.t.a["z"].id>'
    ]  # fmt: skip
    # What goes over the same map goes together.
    assert shown(found["u.rest[*]"].body.fields["of"])[0] == "<module.one[*].t.a.id>"  # type: ignore[index]


def test_locals_in_circles_end(evaluated: Callable[..., Evaluation]) -> None:
    """Names that stand for one another have the same keys."""
    evaluation = evaluated(
        """
        locals {
          a = { for k, v in local.b : k => v }
          b = { for k, v in t.a : k => v }
          c = local.a
        }
        variable "all" {}
        resource "t" "a" { for_each = var.all }
        resource "u" "b" { of = local.c["x"].id }
        """
    )
    assert addresses(evaluation) == ['t.a["x"]', "t.a[*]"]


def test_resources_beside_an_open_rest(evaluated: Evaluated, shown: Shown) -> None:
    """What is certainly in a set stays itself, though callers may add to the set."""
    evaluation = evaluated(
        """
        variable "more" { type = list(string) }
        resource "t" "x" {}
        resource "t" "y" {}
        resource "u" "a" {
          for_each = toset(concat([t.x.id, t.y.id], var.more))
          of       = each.value
        }
        """
    )
    found = {one.origin.address: one for one in evaluation.resources if one.type == "u"}
    assert list(found) == ['u.a["${t.x.id}"]', 'u.a["${t.y.id}"]', "u.a[*]"]
    assert [bool(one.origin.maybe) for one in found.values()] == [False, False, True]
    assert shown(found['u.a["${t.y.id}"]'].body.fields["of"]) == "<t.y.id>"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ('"ex_${each.key}_ecs"', "<t.a[*].id>"),
        # What may be the key that is known beside the others.
        ('"ex_${each.key}"', "<?>"),
        ("each.key", "<?>"),
    ],
)
@pytest.mark.parametrize("scenario", [{}, {"length(var.all)": 1.0}])
def test_a_key_known_in_part_is_none_of_those_it_cannot_be(
    evaluated: Evaluated, shown: Shown, key: str, expected: str, scenario: Scenario
) -> None:
    """Then it is one of the further members of the map."""
    evaluation = evaluated(
        f"""
        variable "all" {{}}
        resource "t" "a" {{
          for_each = merge({{ ex_default = 1 }}, {{ for k, v in var.all : "ex_${{k}}_ecs" => v }})
        }}
        resource "u" "b" {{
          for_each = var.all
          of       = t.a[{key}].id
        }}
        """,
        scenario=scenario,
    )
    (made,) = (one for one in evaluation.resources if one.type == "u")
    assert shown(made.body.fields["of"]) == expected


def test_elements_that_say_the_same_stay_what_they_are(evaluated: Evaluated, shown: Shown) -> None:
    """Several elements of which the same is known are one of whatever number: nothing is lost."""
    evaluation = evaluated(
        """
        variable "all" {}
        locals {
          nested = { x = { for k, v in var.all : k => { to = [{ name = "n_${k}_s" }] } }, y = {} }
          flat   = flatten([for a, each in local.nested : [for k, v in each : merge(v, { k = k })]])
        }
        resource "u" "b" {
          for_each = { for one in local.flat : one.k => one }
          of       = each.value.to
        }
        """,
        scenario={"length(var.all)": 1.0},
    )
    (made,) = (one for one in evaluation.resources if one.type == "u")
    assert shown(made.body.fields["of"]) == [{"name": "n_<?>_s"}]
