"""Structures in attributes: a structure itself, or JSON text that holds one."""

import re

from taskwall.core.partial_json import is_no_json, parsed
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Text,
    Unknown,
    Value,
    dereferenced,
    needs,
    text,
)
from taskwall.source.resource import Cell


def structure(cell: Cell, given: Value | None = None) -> Cell | None:
    """A value that is a structure, or JSON text (known in part) that holds one.

    `given` is a map of the values that stand for `${name}` in its texts.
    """
    value = dereferenced(cell.value)
    if value is not None and given is not None:
        value = _filled(value, dereferenced(given))
    if isinstance(value, Known | Text):
        value = parsed(value)
    if not isinstance(value, Fields | Items):
        return None
    return Cell(value, cell.place, cell.path, cell.resource, cell.attributes_read, cell.doubt)


def text_without_structure(cell: Cell) -> bool:
    """Whether a cell is a text that holds no structure, whatever is not known: AWS refuses it."""
    if isinstance(cell.known, str):
        return structure(cell) is None
    return cell.value is not None and is_no_json(cell.value)


def _filled(value: Value, given: Value) -> Value:
    """A value with what is given for `${name}` put into its texts."""
    if isinstance(value, Fields):
        fields = {key: _filled(each, given) for key, each in value.fields.items()}
        return Fields(fields, value.places, value.rest, value.place)
    if isinstance(value, Items):
        items = tuple(_filled(each, given) for each in value.items)
        return Items(items, value.rest, value.place, value.needs)
    if isinstance(value, Known) and not isinstance(value.data, str):
        return value
    if not isinstance(value, Text | Known):
        return value
    pieces: list[str | Value] = []
    for part in value.parts if isinstance(value, Text) else (str(value.data),):
        if not isinstance(part, str):
            pieces.append(part)
            continue
        for index, piece in enumerate(re.split(r"\$\{([\w-]+)\}", part)):
            if index % 2:
                pieces.append(_named(given, piece) or f"${{{piece}}}")
            else:
                pieces.append(piece)
    pieces = [piece for piece in pieces if piece]
    whole = pieces[0] if len(pieces) == 1 else ""
    return text(pieces, value.place) if isinstance(whole, str) else whole


def _named(given: Value, name: str) -> Value | None:
    """What is given for a name; None if nothing is."""
    if isinstance(given, Fields):
        return given.fields.get(name, given.rest)
    return Unknown(needs(given))
