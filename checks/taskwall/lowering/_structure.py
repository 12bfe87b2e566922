"""Structures in attributes: a structure itself, or JSON text that holds one."""

import re
from collections.abc import Mapping

from taskwall.core.values import Fields, Items, Known, Text, Value, lifted, text, worst_per_scenario
from taskwall.source.resource import Cell


def structure(cell: Cell, given: Mapping[str, Value] | None = None) -> Cell | None:
    """A value that is a structure, or JSON text (known in part) that holds one.

    `given` are the values that stand for `${name}` in its texts.
    """
    import json

    value: Value | None = None if cell.value is None else worst_per_scenario(cell.value)
    known = dict(given or {})
    if isinstance(value, Text):
        pieces = []
        for index, part in enumerate(value.parts):
            pieces.append(part if isinstance(part, str) else f"${{{_PART}{index}}}")
            if not isinstance(part, str):
                known[f"{_PART}{index}"] = part
        value = Known("".join(pieces))
    try:
        if isinstance(value, Known) and isinstance(value.data, str):
            value = lifted(json.loads(value.data))
        if not isinstance(value, Fields | Items):
            return None
        filled = _filled(value, known) if known else value
    except (ValueError, RecursionError):
        return None
    return Cell(filled, cell.place, cell.path, cell.resource, cell.attributes_read, cell.doubt)


_PART = "taskwall-part-"


def _filled(value: Value, given: Mapping[str, Value]) -> Value:
    """A structure with what is given for `${name}` put into its texts."""
    if isinstance(value, Fields):
        fields = {key: _filled(each, given) for key, each in value.fields.items()}
        return Fields(fields, value.places, value.rest, value.place)
    if isinstance(value, Items):
        items = tuple(_filled(each, given) for each in value.items)
        return Items(items, value.rest, value.place, value.needs)
    if not isinstance(value, Known) or not isinstance(value.data, str) or "${" not in value.data:
        return value
    parts: list[str | Value] = []
    for index, piece in enumerate(re.split(r"\$\{([\w-]+)\}", value.data)):
        if index % 2:
            parts.append(given.get(piece, f"${{{piece}}}"))
        elif piece:
            parts.append(piece)
    whole = parts[0]
    return whole if len(parts) == 1 and not isinstance(whole, str) else text(parts, value.place)
