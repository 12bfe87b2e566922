"""Lists of ids that are, or hold, texts with commas between the ids."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from taskwall.core.values import Items, Known, Text, Value, dereferenced, text
from taskwall.source.resource import Cell


def split_ids(cell: Cell) -> Cell:
    """A list with an element for each id, where texts may have several, with commas between.

    The groups of a rotation schedule are such a text; and since an Auto Scaling group has its
    subnets so in its API, an element of the list may have several of them as well.
    """
    value = dereferenced(cell.value)
    if isinstance(value, Items):
        if not any(map(_has_several, (*value.items, *value.rest))):
            return cell
        items, rest = (tuple(_ids(each)) for each in (value.items, value.rest))
        return replace(cell, value=replace(value, items=items, rest=rest))
    if value is None or _parts(value) is None:
        return cell
    return replace(cell, value=Items(tuple(_ids((value,))), (), value.place))


def _parts(value: Value) -> "tuple[str | Value, ...] | None":
    """What a text is made of; None of what is no text."""
    found = dereferenced(value)
    if isinstance(found, Known) and isinstance(found.data, str):
        return (found.data,)
    return found.parts if isinstance(found, Text) else None


def _has_several(value: Value) -> bool:
    return any(isinstance(part, str) and "," in part for part in _parts(value) or ())


def _ids(values: Iterable[Value]) -> Iterator[Value]:
    """The ids in some values."""
    for value in values:
        if not _has_several(value):
            yield value
            continue
        ids: list[list[str | Value]] = [[]]
        for part in _parts(value) or ():
            if isinstance(part, str):
                first, *more = (piece.strip() for piece in part.split(","))
                ids[-1] += [first] if first else []
                ids += [[piece] if piece else [] for piece in more]
            else:
                ids[-1].append(part)
        for found in filter(None, ids):
            (one, *others) = found
            yield text(found, value.place) if isinstance(one, str) or others else one
