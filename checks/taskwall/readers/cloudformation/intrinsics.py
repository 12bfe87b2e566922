"""What the intrinsic functions share: what a node comes to, and the bounds of what they make."""

from typing import Final, TypeAlias

from msgspec import Struct, structs

from taskwall.core.alternatives import either
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    Span,
    Text,
    Unknown,
    Value,
    dereferenced,
    spelled,
    symbol,
)
from taskwall.readers.cloudformation.document import DYNAMIC_REFERENCE, IntrinsicCall, Node

MAX_TEXT_LENGTH: Final = 100_000
"""Texts that grow beyond this many characters (functions can double them) are unknown."""

MAX_TOTAL_CHARACTERS: Final = 10_000_000
"""When functions have made this many characters, all told, what they make further is unknown."""

MAX_PIECES: Final = 1_000
"""A text is not split into more pieces; more pairs of elements are counted before comparing."""

DEPLOYED: Final = "is known only after deployment"
DEPENDS: Final = "depends on where it is deployed"
STORED: Final = "is read from Parameter Store"


class MaybeRemoved(Struct, frozen=True):
    """A value that may also be removed (AWS::NoValue), when `needs` leave it open."""

    value: Value
    needs: tuple[Need, ...]


NodeValue: TypeAlias = Value | MaybeRemoved | None
"""What a node comes to; None where it is removed."""


class AtLeast(Items, frozen=True):
    """A list that begins with its items, and of which it is open how it goes on."""


class MalformedError(Exception):
    """A function with arguments that it does not take."""


def nameless(name: str, why: str, place: Span | None) -> Unknown:
    """An unknown that is not known to be equal to any other, even of that name."""
    return Unknown((Need(name, why),), place=place)


def with_null(perhaps: MaybeRemoved) -> Value:
    """A property that may be removed: null is nothing. Of a list, all elements may be missing."""
    value = dereferenced(perhaps.value)
    if isinstance(value, Items):
        waits = tuple(dict.fromkeys((*perhaps.needs, *value.needs)))
        return Items((), (*value.items, *value.rest), value.place, waits)
    return either(perhaps.value, Known(None), perhaps.needs)


def with_place(value: Value, place: Span | None) -> Value:
    """The value at the place where it is used."""
    if isinstance(value, Known):
        return Known(value.data, place)
    return structs.replace(value, place=place)


def name_of(value: Value) -> str:
    """What a value goes by within the name of something made of it; "" if there is no name."""
    known = dereferenced(value)
    if isinstance(known, Known):
        return spelled(known.data) or ""
    if isinstance(known, Items):
        # A list parameter goes by the name of the elements that it may have.
        open_ = isinstance(known, AtLeast) or not known.items
        only = known.rest[0] if len(known.rest) == 1 and open_ else None
        return symbol(only) if only is not None else ""
    return symbol(value)


def default_literal(node: Node | None) -> Known | None:
    """The literal that a parameter's default is; nothing written is empty."""
    if isinstance(node, IntrinsicCall) and node.name == DYNAMIC_REFERENCE:
        node = node.argument
    if not isinstance(node, Known):
        return None
    return Known("", node.place) if node.data is None else node


def is_empty(value: Value | None) -> bool:
    """Whether a value is a text without characters."""
    return isinstance(value, Known) and value.data == ""


def length(value: str | Value) -> int:
    """How many characters a part of a text has, so far as is known."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Known):
        return len(spelled(value.data) or "")
    if isinstance(value, Text):
        return sum(len(part) if isinstance(part, str) else 1 for part in value.parts)
    return 1


def no_text(value: Value) -> bool:
    """Whether a value is a list or a map, which cannot be part of a text."""
    return isinstance(value, Items | Fields)
