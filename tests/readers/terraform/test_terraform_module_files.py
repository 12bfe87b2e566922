"""Which files of a folder make up its module, and which of them are laid over the others."""

import json
from collections.abc import Callable, Mapping

import pytest

from taskwall.core.values import Value
from taskwall.readers.terraform import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

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
