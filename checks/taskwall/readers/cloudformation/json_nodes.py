"""JSON as the nodes that the YAML composer makes, for JSON that is no YAML."""

import re
from bisect import bisect_right
from typing import Any

import yaml

from taskwall.readers import positioned_json
from taskwall.readers.positioned_json import JsonError, JsonList, JsonNode, JsonScalar
from taskwall.source.files import UnreadableError


class _Mark:
    """A position; lines and columns count from 0, as PyYAML's marks do."""

    __slots__ = ("column", "index", "line")

    def __init__(self, index: int, lines: list[int]) -> None:
        self.index = index
        self.line = bisect_right(lines, index) - 1
        self.column = index - lines[self.line]


def composed(file: str, text: str, deepest: int) -> yaml.Node:
    """The root node of a JSON text.

    Raises:
        UnreadableError: it is not JSON either.
    """
    lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def made(node: JsonNode) -> yaml.Node:
        start: Any = _Mark(node.start, lines)
        end: Any = _Mark(node.end, lines)
        if isinstance(node, JsonScalar):
            if isinstance(node.data, str):
                return yaml.ScalarNode("", node.data, start, end, '"')
            return yaml.ScalarNode("", text[node.start : node.end], start, end, "")
        if isinstance(node, JsonList):
            items = [made(item) for item in node.items]
            return yaml.SequenceNode("", items, start, end, flow_style=True)
        members = [(made(key), made(value)) for key, value in node.members]
        return yaml.MappingNode("", members, start, end, flow_style=True)

    try:
        # A tab or a line end within a text is no reason to leave a template unread.
        return made(positioned_json.parse(text, deepest, strict=False))
    except JsonError as error:
        mark = _Mark(error.at, lines)
        raise UnreadableError(
            file, f"cannot be parsed: {error.why}", mark.line + 1, mark.column + 1
        ) from None
