"""Which files of a folder make up its module, and which of them are laid over the others."""

import json
from collections.abc import Callable, Mapping

import pytest

from taskwall.core.values import Fields, Value
from taskwall.readers.terraform import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs

TWICE = ["t.a is declared twice"]


def written(name: str, resource: str, number: int) -> str:
    """A resource in the syntax of the file."""
    if name.endswith(".json"):
        return json.dumps({"resource": {"t": {resource: {"x": number}}}})
    return f'resource "t" "{resource}" {{\n  x = {number}\n}}\n'


@pytest.mark.parametrize(
    ("names", "expected", "errors"),
    [
        pytest.param({"a.tf": "a", "a.tofu": "a"}, {"a": 1}, [], id="OpenTofu's own"),
        pytest.param({"a.tf.json": "a", "a.tofu.json": "a"}, {"a": 1}, [], id="the same in JSON"),
        pytest.param({"a.tf.json": "b", "a.tofu": "a"}, {"b": 0, "a": 1}, [], id="JSON beside it"),
        pytest.param({"a.tf": "b", "a.tofu.json": "a"}, {"b": 0, "a": 1}, [], id="HCL beside it"),
        pytest.param({"a.tf": "a", "b.tofu": "b"}, {"a": 0, "b": 1}, [], id="another name"),
        pytest.param({"tofu.tf": "a", "tofu.tofu": "a"}, {"a": 1}, [], id="named like its ending"),
        pytest.param({"x.tofu.tf": "a", "x.tofu": "b"}, {"a": 0, "b": 1}, [], id="two endings"),
        pytest.param({"a.tf": "a", "b.tf": "a"}, {"a": 0}, TWICE, id="twice"),
        pytest.param({"a.tf": "a", "override.tf": "a"}, {"a": 1}, [], id="an override"),
        pytest.param({"z.tf": "a", "a_override.tf": "a"}, {"a": 1}, [], id="one that comes first"),
        pytest.param({"a.tf": "a", "b_override.tf.json": "a"}, {"a": 1}, [], id="one in JSON"),
        pytest.param({"a.tf": "a", "override.tofu": "a"}, {"a": 1}, [], id="one of OpenTofu"),
        pytest.param({"a.tf": "a", "override.tofu.json": "a"}, {"a": 1}, [], id="one of both"),
        pytest.param(
            {"a.tf": "a", "a_override.tf": "a", "b_override.tf": "a"}, {"a": 2}, [], id="the last"
        ),
        pytest.param({"a.tf": "a", "overrides.tf": "a"}, {"a": 0}, TWICE, id="a longer name"),
        pytest.param({"a.tf": "a", "myoverride.tf": "a"}, {"a": 0}, TWICE, id="no underscore"),
        pytest.param({"a.tf": "a", "override_a.tf": "a"}, {"a": 0}, TWICE, id="not at the end"),
    ],
)
def test_the_files_of_a_module(
    names: Mapping[str, str],
    expected: Mapping[str, int],
    errors: list[str],
    shown: Callable[[Value], object],
) -> None:
    """OpenTofu reads its own files before Terraform's, and overrides come after all others."""
    texts = {
        f"/nowhere/{name}": written(name, resource, number)
        for number, (name, resource) in enumerate(names.items())
    }
    (found,), none = stacks([*texts], Files(texts), Inputs(boundary="/nowhere"))
    evaluation = found.evaluate({})
    assert none == []
    made = {one.origin.address: shown(one.body) for one in evaluation.resources}
    assert made == {f"t.{name}": {"x": number} for name, number in expected.items()}
    assert [error.message for error in evaluation.errors] == errors


def makes(block: str, value: int) -> str:
    """A `dynamic` block that makes one of a type."""
    return f'dynamic "{block}" {{\n for_each = [{value}]\n content {{\n p = {block}.value\n}}\n}}\n'


BASE = f"x = 1\ny = 2\nb {{\n p = 1\n}}\nb {{\n p = 2\n}}\n{makes('c', 3)}{makes('d', 4)}"
WRITTEN = {"x": 1, "y": 2, "b": [{"p": 1}, {"p": 2}], "c": [{"p": 3}], "d": [{"p": 4}]}


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("", {}),
        ("x = 3", {"x": 3}),
        ("x = null", {"x": None}),
        ("z = 3", {"z": 3}),
        ("b {\n q = 5\n}", {"b": [{"q": 5}]}),
        ("c {\n q = 5\n}", {"c": [{"q": 5}]}),
        (makes("b", 5), {"b": [{"p": 5}]}),
        (makes("c", 5), {"c": [{"p": 5}]}),
        (makes("c", 5) + "c {\n q = 6\n}", {"c": [{"p": 5}, {"q": 6}]}),
        (makes("e", 5), {"e": [{"p": 5}]}),
        ("x {\n q = 5\n}", {"x": [{"q": 5}]}),
        ("b = []", {"b": []}),
    ],
)
def test_what_an_override_replaces(
    override: str,
    expected: Mapping[str, object],
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """Attributes, and all blocks of a type that it writes or makes; all else remains.

    As `MergeBodies` does in Terraform's internal/configs/module_merge_body.go.
    """
    others = {"live/override.tf": f'resource "t" "a" {{\n{override}\n}}\n'}
    (found,) = evaluated(f'resource "t" "a" {{\n{BASE}}}\n', others).resources
    assert shown(found.body) == {**WRITTEN, **expected}


GROUP = """
provider "aws" {}
provider "aws" {
  alias  = "west"
  region = "us-west-1"
}
resource "aws_security_group" "g" {
  provider = aws.west
  lifecycle {
    ignore_changes  = [ingress]
    prevent_destroy = true
  }
}
"""
WEST = {"provider": "west", "provider_region": "us-west-1"}


@pytest.mark.parametrize(
    ("kind", "override", "expected"),
    [
        ('provider "aws"', 'alias = "west"\nprofile = "p"', WEST),
        ('provider "aws"', 'alias = "west"\nregion = "r"', {**WEST, "provider_region": "r"}),
        ('provider "aws"', 'alias = "east"\nregion = "r"', WEST),
        ('provider "aws"', 'region = "r"', WEST),
        ('resource "aws_security_group" "g"', "lifecycle {\n prevent_destroy = false\n}", WEST),
        (
            'resource "aws_security_group" "g"',
            "lifecycle {\n ignore_changes = [egress]\n}",
            {**WEST, "ignore_changes": ["egress"]},
        ),
    ],
)
def test_what_remains_beside_an_override(
    kind: str,
    override: str,
    expected: Mapping[str, object],
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """What it does not say of a provider, or in `lifecycle`, is as it was."""
    others = {"live/override.tf": f"{kind} {{\n{override}\n}}\n"}
    (found,) = evaluated(GROUP, others).resources
    assert shown(found.metadata or Fields({})) == {"ignore_changes": ["ingress"], **expected}


def test_an_override_of_what_has_no_lifecycle(
    evaluated: Callable[..., Evaluation], shown: Callable[[Value], object]
) -> None:
    """It has that of the override."""
    main = 'resource "aws_security_group" "g" {\n  name = "n"\n}\n'
    override = 'resource "aws_security_group" "g" {\nlifecycle {\nignore_changes = all\n}\n}\n'
    (found,) = evaluated(main, {"live/override.tf": override}).resources
    assert shown(found.metadata or Fields({})) == {"ignore_changes": ["all"]}
