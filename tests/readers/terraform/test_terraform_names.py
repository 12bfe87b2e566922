"""What the names of a module stand for, and why one stands for nothing that is known."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Value, needs
from taskwall.source.stack import Evaluation, Inputs

MAIN = """variable "v" {}
locals {
  l = { a = 1 }
}
resource "t" "r" {
  x = "written"
}
resource "t" "c" {
  count = 2
  x     = count.index
}
resource "t" "e" {
  for_each = { k = "w" }
  x        = each.value
}
data "d" "d" {
  y = 1
}
module "m" {
  source = "../m"
  given  = "given"
}
module "many" {
  source   = "../m"
  for_each = { one = 1, two = 2 }
  given    = each.key
}
module "gone" {
  source = "x/y/z"
}
"""
CHILD = """variable "given" {}
variable "unset" { default = "unset" }
variable "typed" {
  type    = number
  default = "5"
}
resource "t" "in" {
  x = var.given
}
output "given" { value = var.given }
output "typed" { value = var.typed }
output "id" { value = t.in.id }
output "self" { value = path.module }
output "fails" { value = [][0] }
output "secret" {
  value     = "s"
  sensitive = true
}
"""

NAMES: list[tuple[str, object, str]] = [
    ("var.v", "<var.v>", "var.v has no default"),
    ("var.none", "<var.none>", "var.none is not declared"),
    ("local.l", {"a": 1}, ""),
    ("local.none", "<local.none>", "local.none is declared in no file of its module"),
    ("local.l.a", 1, ""),
    ("resource.t.r.x", "written", ""),
    ("resource.t.c[1].x", 1, ""),
    ("resource.t", "<resource.t>", "resource.t is not declared"),
    ("t.r.x", "written", ""),
    ("t.none", "<t.none>", "t.none is not declared"),
    ("t.none.x", "<t.none.x>", "t.none.x is not declared"),
    ("t", "<?>", "t is not declared"),
    ("data.d.d.y", 1, ""),
    ("data.d.d.z", "<data.d.d.z>", "data.d.d.z is not in the sources"),
    ("data.d.none.y", "<data.d.none.y>", "data.d.none.y is not declared"),
    ("data.d", "<?>", "data.d fails: data.d is not declared"),
    ("data", "<?>", "data is not declared"),
    ("module.m.given", "given", ""),
    ("module.m.typed", 5, ""),
    ("module.m.id", "<module.m.t.in.id>", "module.m.t.in.id is known only after apply"),
    ("module.m.self", "../m", ""),
    (
        "module.m.fails",
        "<?>",
        "the expression[0] fails: the element [0] does not exist: there are 0",
    ),
    ("module.m.none", "<module.m.none>", "module.m.none is not an output of that module"),
    ("keys(module.m)", ["fails", "given", "id", "secret", "self", "typed"], ""),
    ('module.m["given"]', "given", ""),
    ('module.many["one"].given', "one", ""),
    (
        'module.many["none"].given',
        "<?>",
        'module.many["none"].given fails: the key "none" does not exist',
    ),
    ("module.many.one.given", "one", ""),
    ("keys(module.many)", ["one", "two"], ""),
    ("[for k, m in module.many : m.given]", ["one", "two"], ""),
    ("values(module.many)[*].given", ["one", "two"], ""),
    ("module.none.x", "<module.none.x>", "module.none.x is not declared"),
    ("module.none", "<module.none>", "module.none is not declared"),
    (
        "module.gone.x",
        "<module.gone.x>",
        "module.gone.x comes from a module that is not downloaded",
    ),
    ("module", "<?>", "module is not declared"),
    ("path.module", ".", ""),
    ("path.root", ".", ""),
    ("path.cwd", "/nowhere/live", ""),
    ("path.none", "<?>", "path.none fails: path.none is not declared"),
    ("path", "<?>", "path is not declared"),
    ("each.key", "<each.key>", "each.key is used outside a for_each"),
    ("each", "<?>", "each is not declared"),
    ("count.index", "<count.index>", "count.index is used outside a count"),
    ("count", "<?>", "count is not declared"),
    ("self.x", "<self.x>", "self.x is used outside a resource"),
    (
        "terraform.workspace",
        "<terraform.workspace>",
        "terraform.workspace is not known from the sources",
    ),
    ("tofu.workspace", "<tofu.workspace>", "tofu.workspace is not known from the sources"),
    (
        "terraform.applying",
        "<terraform.applying>",
        "terraform.applying is not known from the sources",
    ),
    ("tofu.applying", "<tofu.applying>", "tofu.applying is not known from the sources"),
    ("terraform", "<?>", "terraform is not declared"),
    ("ephemeral.t.r.x", "<ephemeral.t.r.x>", "ephemeral.t.r.x is known only while Terraform runs"),
    ("ephemeral.t", "<ephemeral.t>", "ephemeral.t is not declared"),
    ("t.c[0].x", 0, ""),
    ("t.c[2].x", "<?>", "t.c[2].x fails: the element [2] does not exist: there are 2"),
    ("t.c.x", "<?>", "t.c.x fails: x is read from something that has no attributes"),
    ("t.c[*].x", [0, 1], ""),
    ('t.e["k"].x', "w", ""),
    ("t.e.k.x", "w", ""),
    ('t.e["z"].x', "<?>", 't.e["z"].x fails: the key "z" does not exist'),
    ("none", "<?>", "none is not declared"),
    ('x["y"]', "<?>", 'x["y"] fails: x is not declared'),
    ("var", "<?>", "var is not declared"),
    ("local", "<?>", "local is not declared"),
    ("module.m[*].given", ["given"], ""),
    ('local.l["a"]', 1, ""),
    ('t.r["x"]', "written", ""),
    ('data.d.d["y"]', 1, ""),
    ('resource["t"]', "<?>", 'resource["t"] fails: resource is not declared'),
]


def value(
    expression: str, evaluated: Callable[..., Evaluation], inputs: Inputs | None = None
) -> Value:
    """The value of an expression in the root."""
    main = f'{MAIN}resource "u" "u" {{\n  x = {expression}\n}}\n'
    resources = evaluated(main, {"m/main.tf": CHILD}, inputs).resources
    return next(one for one in resources if one.type == "u").body.fields["x"]


@pytest.mark.parametrize(("expression", "expected", "why"), NAMES)
def test_what_a_name_stands_for(
    expression: str,
    expected: object,
    why: str,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """What declares it, however it is spelled; what nothing declares says so."""
    found = value(expression, evaluated)
    assert (shown(found), "; ".join(map(str, needs(found)))) == (expected, why)


@pytest.mark.parametrize("name", ["terraform.workspace", "tofu.workspace"])
def test_the_workspace_that_a_user_says(
    name: str, evaluated: Callable[..., Evaluation], shown: Callable[[Value], object]
) -> None:
    """By either name."""
    said = Inputs(boundary="/nowhere", workspace="prod")
    assert shown(value(name, evaluated, said)) == "prod"
