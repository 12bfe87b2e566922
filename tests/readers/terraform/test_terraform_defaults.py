"""Which defaults of variables may be something else, and what else the sources name."""

from collections.abc import Mapping
from typing import Any

import pytest

from taskwall.core.values import OTHER, Known
from taskwall.readers.terraform import TerraformStack, stacks
from taskwall.readers.terraform.joined_roots import JoinedStack
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

LIMITED = """
  validation {
    condition     = contains(["x", "y", "z"], var.NAME)
    error_message = "no"
  }
"""


def read(texts: Mapping[str, str], **said: Any) -> TerraformStack | JoinedStack:
    """The one stack of some roots."""
    files = Files({f"/nowhere/{path}": text for path, text in texts.items()})
    tf = [path for path in files.held if path.endswith(".tf")]
    (found,), errors = stacks(tf, files, Inputs(boundary="/nowhere", **said))
    assert errors == []
    assert isinstance(found, TerraformStack | JoinedStack)
    return found


def variable(written: str, name: str = "v") -> str:
    """A variable, and a resource that it decides."""
    written = written.replace("LIMITED", LIMITED).replace("NAME", name)
    return f'variable "{name}" {{\n{written}\n}}\nresource "t" "t" {{ x = var.{name} }}\n'


@pytest.mark.parametrize(
    ("written", "value", "others"),
    [
        ("default = true", True, ("false",)),
        ("default = false", False, ("true",)),
        ("type = bool\n default = null", None, ("true", "false")),
        ('type = bool\n default = "true"', "true", ("false",)),
        ('default = ""', "", (OTHER,)),
        ("default = null", None, (OTHER,)),
        ("type = string\n default = null", None, (OTHER,)),
        ('default = "x"\n LIMITED', "x", ("y", "z")),
        ('default = "a"\n LIMITED', "a", ("x", "y", "z")),
        ('default = ""\n LIMITED', "", ("x", "y", "z")),
        ("default = 1\n validation {\n condition = contains([1, 2], var.v)\n }", 1, ("2",)),
    ],
)
def test_a_default_that_may_be_something_else(
    written: str, value: object, others: tuple[str, ...]
) -> None:
    """What the type or a validation allows, and anything for what is empty."""
    (found,) = read({"live/main.tf": variable(written)}).defaults()
    assert (found.name, found.operand) == ("var.v", "var.v")
    assert (found.value, found.others) == (value, others)
    assert (found.place.file, found.place.line) == (
        "/nowhere/live/main.tf",
        2 + written.partition("default")[0].count("\n"),
    )


@pytest.mark.parametrize(
    "written",
    [
        "type = string",
        'default = "x"',
        "default = 1",
        "default = []",
        'default = ["x"]',
        "default = {}",
        'default = "${1}x"\n LIMITED',
        "sensitive = true\n default = false",
        'default = "a"\n validation {\n condition = contains(["a", var.w], var.v)\n }',
        'default = "a"\n validation {\n condition = contains(["a", "b"], var.w)\n }',
        'default = "a"\n validation {\n condition = contains(["a", "b"], var.v.x)\n }',
        'default = "a"\n validation {\n condition = contains(["a", "b"], local.v)\n }',
        'default = "a"\n validation {\n condition = contains(local.all, var.v)\n }',
        'default = "a"\n validation {\n condition = !contains(["a", "b"], var.v)\n }',
        'default = "a"\n validation {\n condition = contains(["a", null], var.v)\n }',
        'default = "a"\n validation {\n condition = length(var.v) > 0\n }',
        'default = "a"\n validation {\n error_message = "no"\n }',
    ],
)
def test_a_default_of_which_nothing_else_is_named(written: str) -> None:
    """Nor one that is a secret, or that is no plain value."""
    assert read({"live/main.tf": variable(written)}).defaults() == []


@pytest.mark.parametrize(
    ("name", "said", "others"),
    [
        ("v", {}, {}),
        ("db_password", {}, None),
        ("v", {"variables": {"v": Known(True)}}, None),
        ("v", {"variables": {"w": Known(True)}}, {}),
        ("v", {"assumptions": {"var.v": Known(True)}}, None),
        ("v", {"assumptions": {"v": Known(True)}}, None),
        ("v", {"environment": {"TF_VAR_v": "true"}}, None),
        ("v", {"environment": {"TF_VAR_w": "true"}}, {}),
        ("v", {}, {"live/terraform.tfvars": "v = true\n"}),
    ],
)
def test_what_is_given_is_no_default(
    name: str, said: Mapping[str, Any], others: Mapping[str, str] | None
) -> None:
    """By a file, the environment or the user; nor does a secret have another."""
    texts = {"live/main.tf": variable("default = false", name), **(others or {})}
    found = read(texts, **said).defaults()
    assert [one.name for one in found] == ([f"var.{name}"] if others == {} else [])


ROOTS = {
    "a/main.tf": 'variable "both" { default = false }\nvariable "own" { default = false }\n'
    'variable "vpc_id" { default = "" }\nvariable "subnets" { default = [] }\n'
    'terraform {\n  backend "s3" {\n    bucket = "s"\n    key = "a"\n  }\n}\n'
    'resource "t" "a" {}\noutput "o" { value = t.a.id }\n',
    "b/main.tf": 'variable "both" { default = true }\nvariable "vpc_id" { default = "" }\n'
    'data "terraform_remote_state" "a" {\n  backend = "s3"\n'
    '  config = { bucket = "s", key = "a" }\n}\n'
    'resource "t" "b" { x = data.terraform_remote_state.a.outputs.o }\n',
}


def test_defaults_of_roots_that_are_tied() -> None:
    """A variable that several of them have is told apart by its root."""
    stack = read(ROOTS)
    assert {(one.name, one.operand, one.value) for one in stack.defaults()} == {
        ("var.both", "a/var.both", False),
        ("var.both", "b/var.both", True),
        ("var.own", "var.own", False),
        ("var.vpc_id", "a/var.vpc_id", ""),
        ("var.vpc_id", "b/var.vpc_id", ""),
    }


def test_empty_defaults_of_what_is_to_exist() -> None:
    """They are answers of their own, of each root; unless every default is tried."""
    assert read(ROOTS).empty_defaults() == {
        "a/var.vpc_id": "",
        "b/var.vpc_id": "",
        "length(var.subnets)": 0,
    }
    assert read(ROOTS, explore_defaults=True).empty_defaults() == {}
    alone = read({"a/main.tf": ROOTS["a/main.tf"]})
    assert alone.empty_defaults() == {"var.vpc_id": "", "length(var.subnets)": 0}
