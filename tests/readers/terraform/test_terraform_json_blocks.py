"""What of a resource in Terraform's JSON is a block, and what an attribute."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Value
from taskwall.readers.terraform import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

MAKES = '"for_each": [1, 2], "content": {"z": "${y.value}"}'
MADE = [{"z": 1}, {"z": 2}]
LACKS = ['a "dynamic" block needs for_each and a content block']

BODIES: list[tuple[str, dict[str, object], list[str]]] = [
    ('"y": {"z": 0}', {"y": {"z": 0}}, []),
    (f'"dynamic": {{"y": {{{MAKES}}}}}', {"y": MADE}, []),
    (f'"dynamic": {{"y": [{{{MAKES}}}]}}', {"y": MADE}, []),
    (f'"dynamic": [{{"y": {{{MAKES}}}}}]', {"y": MADE}, []),
    (f'"dynamic": {{"y": [{{{MAKES}}}, {{{MAKES}}}]}}', {"y": MADE + MADE}, []),
    (
        f'"dynamic": [{{"y": {{{MAKES}}}}}, {{"w": {{"for_each": [3], "content": {{}}}}}}]',
        {"y": MADE, "w": [{}]},
        [],
    ),
    (f'"dynamic": {{"y": {{{MAKES}}}}}, "y": {{"z": 0}}', {"y": [*MADE, {"z": 0}]}, []),
    (
        f'"y": [{{"z": 0}}, {{"z": 3}}], "dynamic": {{"y": {{{MAKES}}}}}',
        {"y": [{"z": 0}, {"z": 3}, *MADE]},
        [],
    ),
    (f'"dynamic": {{"y": {{{MAKES}}}}}, "w": {{"z": 0}}', {"y": MADE, "w": {"z": 0}}, []),
    (
        '"dynamic": {"y": {"for_each": [], "content": {"z": 1}}}, "y": {"z": 0}',
        {"y": [{"z": 0}]},
        [],
    ),
    (
        '"dynamic": {"//": "why", "y": {"//": "why", "for_each": [1], "content": {"//": "why"}}}',
        {"y": [{}]},
        [],
    ),
    (
        (
            '"dynamic": {"y": {"for_each": {"k": 5}, "iterator": "it", '
            '"content": {"z": "${it.key}${it.value}"}}}'
        ),
        {"y": [{"z": "k5"}]},
        [],
    ),
    ('"dynamic": {"y": {"content": {"z": 1}}}', {}, LACKS),
    ('"dynamic": {"y": {"for_each": [1], "content": 5}}', {}, LACKS),
    # What is only called so, or is only like it.
    ('"dynamic": 5, "y": {"z": 0}', {"dynamic": 5, "y": {"z": 0}}, []),
    ('"dynamic": {"y": 5}, "y": {"z": 0}', {"dynamic": {"y": 5}, "y": {"z": 0}}, []),
    (
        '"other": {"y": {"for_each": [1], "content": {"z": 2}}}, "y": {"z": 0}',
        {"other": {"y": {"for_each": [1], "content": {"z": 2}}}, "y": {"z": 0}},
        [],
    ),
    ('"content": {"z": 1}', {"content": {"z": 1}}, []),
    # What Terraform knows in every resource.
    ('"lifecycle": [{"ignore_changes": ["z"]}], "z": 1', {"z": 1}, []),
    ('"provisioner": {"file": {"source": "x"}}, "connection": {"host": "h"}', {}, []),
]


@pytest.mark.parametrize(("body", "expected", "errors"), BODIES)
def test_the_blocks_of_a_resource_in_json(
    body: str, expected: dict[str, object], errors: list[str], shown: Callable[[Value], object]
) -> None:
    """A type that `dynamic` makes blocks of is one of blocks, also where it is written itself."""
    path = "/nowhere/main.tf.json"
    files = Files({path: f'{{"resource": {{"t": {{"a": {{{body}}}}}}}}}'})
    (found,), none = stacks([path], files, Inputs(boundary="/nowhere"))
    evaluation = found.evaluate({})
    (resource,) = evaluation.resources
    assert none == []
    assert shown(resource.body) == expected
    assert [error.message for error in evaluation.errors] == errors
