"""States: which documents are ones, what they hold, and where it stands."""

import json
from typing import Any

import pytest

from taskwall.readers.terraform.state.document import (
    UnknownStateError,
    looks_like_state,
    places_in_state,
    values_of,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"lineage": "a", "serial": 1, "version": 4}', True),
        ('{"lineage": "a", "version": 4}', False),
        ('{"serial": 1, "version": 4}', False),
        ('{"lineage": "a", "serial": 1}', False),
        ('{"format_version": "1.0", "terraform_version": "1.9"}', True),
        ('{"format_version": "1.0"}', False),
        ('{"terraform_version": "1.9"}', False),
        (
            '{"format_version": "1.0", "terraform_version": "1.9", "planned_values": {}}',
            False,
        ),
        ("{}", False),
    ],
)
def test_what_looks_like_a_state(text: str, expected: bool) -> None:
    """By the members that only states have; a plan is none."""
    assert looks_like_state(text) is expected


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ({}, "neither a state nor a plan of Terraform"),
        ([], "neither a state nor a plan of Terraform"),
        ({"version": 4}, "neither a state nor a plan of Terraform"),
        ({"format_version": "2.0"}, "a state of format 2.0, which is not known"),
        (
            {"serial": 1, "version": 3},
            "a state of version 3: give the output of terraform show -json",
        ),
        (
            {"lineage": "a"},
            "a state of version None: give the output of terraform show -json",
        ),
        (
            {"serial": 1, "version": 4, "resources": {}},
            "a state whose resources are not a list",
        ),
    ],
)
def test_what_is_no_state(state: object, why: str) -> None:
    """It says what it is instead."""
    with pytest.raises(UnknownStateError, match=why.replace("(", r"\(")):
        values_of(state)


def kept(**more: Any) -> dict[str, Any]:
    """A resource of a state file, with one instance."""
    instances = [{"attributes": {"id": "i"}}]
    return {"mode": "managed", "type": "t", "name": "a", "instances": instances, **more}


@pytest.mark.parametrize(
    ("resource", "addresses"),
    [
        (kept(), ["t.a"]),
        (kept(mode="data"), ["data.t.a"]),
        (kept(module="module.m"), ["module.m.t.a"]),
        (kept(module='module.m["k"]', mode="data"), ['module.m["k"].data.t.a']),
        (kept(module=""), ["t.a"]),
        (kept(instances=[{"index_key": 0}, {"index_key": 1}]), ["t.a[0]", "t.a[1]"]),
        (kept(instances=[{"index_key": "k"}]), ['t.a["k"]']),
        (kept(instances=[{"deposed": "0"}, {}]), ["t.a"]),
        (kept(instances=[]), []),
        (kept(instances=None), []),
    ],
)
def test_the_addresses_in_a_state_file(resource: dict[str, Any], addresses: list[str]) -> None:
    """With the module, the mode and the key; what is to be destroyed has none."""
    state = {"version": 4, "serial": 1, "lineage": "a", "resources": [resource]}
    found = values_of(state)["root_module"]["resources"]
    assert [one["address"] for one in found] == addresses


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (None, {}),
        ([], {}),
        ([[{"type": "get_attr", "value": "password"}]], {"password": True}),
        (
            [[{"type": "get_attr", "value": "a"}, {"type": "index", "value": 0}]],
            {"a": True},
        ),
        ([[], [{"type": "index"}], [{"value": "b"}]], {"b": True}),
    ],
)
def test_what_a_state_file_marks_as_sensitive(paths: object, expected: dict[str, bool]) -> None:
    """An attribute in which anything is, as a whole."""
    resource = kept(instances=[{"attributes": {}, "sensitive_attributes": paths}])
    state = {"version": 4, "serial": 1, "resources": [resource]}
    (found,) = values_of(state)["root_module"]["resources"]
    assert found["sensitive_values"] == expected


def test_what_terraform_shows_of_a_state() -> None:
    """The resources of all modules, in one list, and the outputs."""
    inner = {"resources": [{"address": "module.m.t.b"}], "child_modules": []}
    root = {"resources": [{"address": "t.a"}, "strange"], "child_modules": [inner]}
    shown = {"format_version": "1.0", "values": {"outputs": {"o": {}}, "root_module": root}}
    found = values_of(shown)
    addresses = [one["address"] for one in found["root_module"]["resources"]]
    assert (addresses, found["outputs"]) == (["t.a", "module.m.t.b"], {"o": {}})


STATE = json.dumps(
    {
        "version": 4,
        "resources": [
            {"mode": "managed", "type": "t", "name": "a", "instances": []},
            {"module": "module.m[0]", "mode": "data", "type": "t", "name": "b"},
            {"module": 'module.m["x"]', "mode": "managed", "type": "t", "name": "c"},
            {"mode": "managed", "type": "t", "name": "a"},
        ],
    },
    indent=2,
)
SHOWN = json.dumps(
    {"format_version": "1.0", "values": [{"address": "t.a[0]"}, {"address": 'm.n["k"].t'}]},
    indent=2,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (STATE, {"t.a": (5, 7), "module.m.data.t.b": (11, 7), "module.m.t.c": (17, 7)}),
        (SHOWN, {"t.a": (5, 7), "m.n.t": (8, 7)}),
        ("{}", {}),
    ],
)
def test_where_resources_stand_in_a_state(text: str, expected: dict[str, tuple[int, int]]) -> None:
    """By their addresses without keys, each where it comes first."""
    found = places_in_state("/nowhere/s.tfstate", text)
    assert {name: (place.line, place.column) for name, place in found.items()} == expected
