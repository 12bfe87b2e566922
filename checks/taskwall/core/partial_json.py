"""JSON text (and YAML) that is known in part, as the structure that it spells."""

import re
from collections.abc import Iterator, Sequence

from taskwall.core.patterns import pattern
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Reference,
    Text,
    Unknown,
    Value,
    dereferenced,
    lifted,
    needs,
    text,
)


def parsed(source: Value) -> Value | None:
    """The structure that a text spells; None where that cannot be told, or it is no JSON.

    What is not known inside a string is a part of it. Elsewhere it is a value; among the elements
    of a list or the members of an object it may be several of them, or none.
    """
    import json

    source = dereferenced(source)
    try:
        if isinstance(source, Known) and isinstance(source.data, str):
            return lifted(json.loads(source.data))
        if isinstance(source, Text):
            holes = [part for part in source.parts if not isinstance(part, str)]
            return _filled(json.loads("".join(_marked(source.parts))), holes)
    except (ValueError, RecursionError):
        pass
    return None


def is_no_json(source: Value) -> bool:
    """Whether a text known in part is certainly no JSON: what it lacks is inside strings only."""
    import json

    source = dereferenced(source)
    if not isinstance(source, Text):
        return False
    try:
        marked = "".join(_marked(source.parts))
        if _WHOLE in marked:
            return False
        json.loads(marked)
    except json.JSONDecodeError:
        return True
    except (ValueError, RecursionError):  # marks in the text itself, or too deep to tell
        pass
    return False


def parsed_yaml(source: Value) -> Value | None:
    """The same of YAML, where what is not known is a scalar, or a part of one.

    Its scalars are texts, whatever they look like.
    """
    import yaml

    source = dereferenced(source)
    if isinstance(source, Known):
        source = Text((str(source.data),))
    if not isinstance(source, Text):
        return None
    known = "".join(part for part in source.parts if isinstance(part, str))
    if ("&" in known and "*" in known) or len(known) > _LONGEST:
        return None  # Aliases can make little text into very much data.
    holes = [part for part in source.parts if not isinstance(part, str)]
    numbers = iter(range(len(holes)))
    try:
        if any(mark in known for mark in _MARKS):
            return None
        text_ = "".join(
            part if isinstance(part, str) else f"{_INSIDE}{next(numbers)}{_END}"
            for part in source.parts
        )
        return _filled(yaml.load(text_, Loader=yaml.CBaseLoader), holes)  # noqa: S506 (texts only)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return None


_TOKEN = pattern(r'\\.|["\[\]{},:]|[^\s"\\\[\]{},:]+', re.DOTALL)
_INSIDE, _WHOLE, _END = "\ue000", "\ue001", "\ue002"
"""Characters for private use, which mark the holes of a text: inside a string, or outside."""
_LONGEST = 1_000_000
"""YAML of more characters is not read: that takes seconds."""

_MARKS = (_INSIDE, _WHOLE, _END)
_MARK = pattern(f"[{_INSIDE}{_WHOLE}](\\d+){_END}")


def _marked(parts: Sequence[str | Value]) -> Iterator[str]:
    """The pieces of a text, with a mark for each that is not known.

    Raises:
        ValueError: marks cannot be told apart.
    """
    quoted, last, number = False, "", 0
    brackets: list[str] = []
    for part, after in zip(parts, [*parts[1:], ""], strict=True):
        if isinstance(part, str):
            if any(mark in part for mark in _MARKS):
                raise ValueError
            for sign in _TOKEN.findall(part):
                if sign == '"':
                    quoted = not quoted
                elif not quoted and sign in ("[", "{"):
                    brackets.append(sign)
                elif not quoted and sign in ("]", "}"):
                    del brackets[-1:]
                last = last if quoted else sign
            yield part
            continue
        if quoted:
            yield f"{_INSIDE}{number}{_END}"
        elif not isinstance(after, str):
            raise ValueError  # One value in two pieces, or two values?
        else:
            # What follows a value without a comma begins with one, if it is anything.
            follows = after.lstrip()[:1]
            member = brackets[-1:] == ["{"] and last != ":" and follows != ":"
            yield "," if last in ("]", "}", '"') else ""
            yield f'"{_WHOLE}{number}{_END}"'
            yield ": null" if member else ""
            yield "," if follows and follows in '"[{' else ""
            last = '"'
        number += 1


def _filled(data: object, holes: Sequence[Value]) -> Value:
    """Plain data with the holes of its text in it."""
    if isinstance(data, list):
        items = [(item, _filled(item, holes)) for item in data]
        several = [value for item, value in items if _is_open(item, value)]
        return Items(tuple(v for item, v in items if not _is_open(item, v)), tuple(several))
    if isinstance(data, dict):
        fields = {str(key): _filled(item, holes) for key, item in data.items()}
        further = [key for key in fields if _MARK.search(key)]
        waits = [
            need for key in further for need in needs(Items((_filled(key, holes), fields.pop(key))))
        ]
        return Fields(fields, rest=Unknown(tuple(dict.fromkeys(waits))) if further else None)
    if not isinstance(data, str):
        return lifted(data)
    pieces = _MARK.split(data)
    if data.startswith(_WHOLE):
        return _whole(holes[int(pieces[1])])
    parts = [holes[int(piece)] if index % 2 else piece for index, piece in enumerate(pieces)]
    parts = [part for part in parts if part != ""]
    return parts[0] if len(parts) == 1 and not isinstance(parts[0], str) else text(parts)


def _is_open(data: object, value: Value) -> bool:
    """Whether an element of a list is a hole of which nothing tells that it is one element."""
    hole = isinstance(data, str) and data.startswith(_WHOLE)
    return hole and isinstance(value, Unknown | Reference)


def _whole(hole: Value) -> Value:
    """What stands outside strings: a structure, also one that is spelled in a text, or unknown."""
    found = dereferenced(hole)
    if isinstance(found, Fields):
        return Fields(found.fields, found.places, found.rest, found.place)
    if isinstance(found, Items):
        return Items(found.items, found.rest, found.place, found.needs)
    if isinstance(found, Text | Known):
        return parsed(found) or Unknown(needs(found))
    return hole
