"""Paths into a resource, as cells spell them, taken apart."""

from collections.abc import Iterable
from typing import Final, TypeAlias

from taskwall.core.change import NewValue
from taskwall.core.patterns import pattern
from taskwall.core.values import Fields, Items, Value, dereferenced
from taskwall.fixes.refused import RefusedError

PathStep: TypeAlias = str | int
"""A key, or an index into a list."""

END: Final = -1
"""The index behind the last element of a list."""

_PART = pattern(r'\["([^"]*)"\]|\[(\d+|\+)\]|([^.\[\]]+)')


def path_steps(path: str) -> tuple[PathStep, ...]:
    """The steps of a path.

    Raises:
        RefusedError: it leads through an element that a list may or may not hold.
    """
    if "[*]" in path:
        raise RefusedError
    found = _PART.findall(path)
    return tuple(
        (END if index == "+" else int(index)) if index else quoted or key
        for quoted, index, key in found
    )


def nested(path: Iterable[PathStep], wanted: NewValue) -> NewValue:
    """A value below the keys of a path, none of which is written.

    Raises:
        RefusedError: one of them is an index: nobody knows what else the list would hold.
    """
    for step in reversed(tuple(path)):
        if step == END:
            continue  # the value is the whole list
        if isinstance(step, int):
            raise RefusedError
        wanted = {step: wanted}
    return wanted


def below(value: Value | None, step: PathStep) -> Value | None:
    """What the sources evaluate to one step below a value; a list of one is its element.

    Raises:
        RefusedError: that is not known, so that no text can be said to write it.
    """
    found = dereferenced(value)
    if isinstance(found, Items) and not found.rest:
        if isinstance(step, int):
            return found.items[step] if 0 <= step < len(found.items) else None
        if len(found.items) == 1:
            return below(found.items[0], step)
    if isinstance(found, Fields) and isinstance(step, str) and found.rest is None:
        return found.fields.get(step)
    raise RefusedError


def value_at(body: Value, path: str) -> Value | None:
    """What the sources evaluate to at a path below a value.

    Raises:
        RefusedError: that is not known, so that no text can be said to write it.
    """
    value: Value | None = body
    for step in path_steps(path):
        value = below(value, step)
    return value
