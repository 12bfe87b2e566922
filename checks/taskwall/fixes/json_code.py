"""Code of templates in YAML, as fixes write it, as JSON."""

import json
from collections.abc import Mapping
from typing import Any

from taskwall.core.change import NewValue, Placeholder, SourceCode
from taskwall.fixes.refused import RefusedError
from taskwall.fixes.yaml_text import INDENT_WIDTH, flow_lines, spread
from taskwall.readers.cloudformation.document import composed, resolved


def json_members(code: str, indent: str, unit: int) -> str:
    """A mapping in YAML as the members of an object, on lines with an indentation."""
    return flow_lines(yaml_value(code), indent, unit, json=True)


def yaml_value(code: str) -> Mapping[str, NewValue]:
    """A mapping in YAML as a value to write."""
    found = _value(composed("fix.yaml", code))
    assert isinstance(found, dict)
    return found


def json_code(code: str) -> str:
    """A mapping or a list in YAML as JSON: the members, or the elements, alone.

    Raises:
        RefusedError: it is neither.
        UnreadableError: it is no YAML.
    """
    found = _value(composed("fix.yaml", code))
    if isinstance(found, dict):
        return flow_lines(found, "", INDENT_WIDTH, json=True)
    if not isinstance(found, tuple):
        raise RefusedError
    return ",\n".join(spread(each, "", INDENT_WIDTH, json=True) for each in found)


def _value(node: Any) -> NewValue:
    if node is None:
        raise RefusedError
    name = (node.tag or "").removeprefix("!")
    if name and not name.startswith("tag:"):
        data = node.value.split(".", 1) if name == "GetAtt" else node.value
        function = name if name in ("Ref", "Condition") else f"Fn::{name}"
        return SourceCode(f"{node.tag} {node.value}", json.dumps({function: data}))
    if node.id == "mapping":
        return {key.value: _value(value) for key, value in node.value}
    if node.id == "sequence":
        return tuple(_value(each) for each in node.value)
    if node.value.startswith("<") and node.value.endswith(">"):
        return Placeholder(node.value[1:-1])
    return node.value if node.style else resolved(node.value)
