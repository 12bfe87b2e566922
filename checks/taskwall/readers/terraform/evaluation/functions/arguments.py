"""How functions look at their arguments."""

from collections.abc import Sequence

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Reference,
    Unknown,
    Value,
    dereferenced,
    needs,
)
from taskwall.readers.terraform.evaluation.access import as_list
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.operators import exceeds
from taskwall.readers.terraform.values.conditions import presence
from taskwall.readers.terraform.values.types import to_number as number_of
from taskwall.readers.terraform.values.values import (
    HEAVIEST,
    Emptied,
    FailedError,
    JsonFields,
    JsonItems,
    as_text,
)
from taskwall.source.size import parts_at_most


class UnsettledError(Exception):
    """An argument that decides the result is not known: the result is not known either."""


ARGUMENT = "an argument"
"""What a function refuses; which function it is says `call`."""

MOST_ELEMENTS = 100_000
"""A collection larger than this is not put together."""


def limit_elements(count: int) -> None:
    """Refuse to make a collection of so many elements.

    Raises:
        FailedError: they are too many.
    """
    if count > MOST_ELEMENTS:
        raise FailedError("a list", f"has more than {MOST_ELEMENTS} elements")


def limited_parts(text: str) -> int:
    """How many elements a text in YAML, JSON or CSV can have at the most.

    Raises:
        FailedError: they are too many.
    """
    count = parts_at_most(text)
    if count > HEAVIEST:
        raise FailedError("a text", f"has more than {HEAVIEST} parts")
    return count


def items_of(value: Value, scope: ModuleContext) -> Items:
    """An argument that must be a list or set; an unknown one may hold unknown elements.

    Raises:
        FailedError: it is something else.
    """
    found = scope.run.opened(value)
    if isinstance(found, Unknown | Reference):
        return as_list(found, scope.run)
    if isinstance(found, Items) and not isinstance(found, JsonItems):
        return found
    raise FailedError(ARGUMENT, "is not a list")


def fields_of(value: Value, scope: ModuleContext) -> Fields | Unknown | Reference:
    """An argument that must be a map or object, or unknown.

    Raises:
        FailedError: it is something else.
    """
    found = scope.run.opened(value)
    if isinstance(found, Fields | Unknown | Reference) and not isinstance(found, JsonFields):
        return found
    raise FailedError(ARGUMENT, "is not a map")


def text_of(value: Value) -> str:
    """A known argument as text.

    Raises:
        UnsettledError: it is not known.
        FailedError: it is no text.
    """
    found = dereferenced(as_text(value))
    if isinstance(found, Known):
        if isinstance(found.data, str):
            return found.data
        raise FailedError(ARGUMENT, "is null")
    raise UnsettledError


def number(value: Value) -> int | float:
    """A known argument as a number.

    Raises:
        UnsettledError: it is not known.
        FailedError: it is no number.
    """
    found = dereferenced(value)
    if isinstance(found, Known):
        return number_of(found.data)
    if isinstance(found, Items | Fields):
        raise FailedError(ARGUMENT, "is not a number")
    raise UnsettledError


def whole(value: Value) -> int:
    """A known argument as a whole number.

    Raises:
        UnsettledError: it is not known.
        FailedError: it is no whole number.
    """
    found = number(value)
    if found != int(found):
        raise FailedError(ARGUMENT, "is not a whole number")
    return int(found)


def letters(text: str) -> "Sequence[str]":
    """What a reader sees as the characters of a text: accents and joined signs are part of one.

    Raises:
        UnsettledError: the text holds flags, which take tables to tell apart.
    """
    if text.isascii() and "\r" not in text:
        return text
    import unicodedata

    found: list[str] = []
    joins = False
    for char in text:
        if "\U0001f1e6" <= char <= "\U0001f1ff" or "\u1100" <= char <= "\u11ff":
            raise UnsettledError
        belongs = unicodedata.category(char)[0] == "M" or char in "\u200d\u200c\ufe0f"
        belongs = belongs or "\U0001f3fb" <= char <= "\U0001f3ff"
        if found and (joins or belongs or (char == "\n" and found[-1] == "\r")):
            found[-1] += char
        else:
            found.append(char)
        joins = char == "\u200d"
    return found


def texts_in(value: Value) -> list[str]:
    """A list of texts that is known in all its parts.

    Raises:
        FailedError: it is no list of texts.
    """
    found = dereferenced(value)
    if isinstance(found, Items):
        return [text_of(item) for item in found.items]
    raise FailedError(ARGUMENT, "is not a list")


def stretch(start: Value, end: Value, members: tuple[Value, ...], scope: ModuleContext) -> Items:
    """What is between a place in a list and another that is not known.

    `members` are all that may be there, that at the first place first.

    Raises:
        UnsettledError: it is not known either where it starts.
    """
    there, waits = exceeds(end, number(start), scope.run), needs(end)
    if isinstance(there, Unknown):
        return Items((), members, None, presence(waits, there))
    return Items(members[:1], members[1:] or members, None, waits) if there.data else Emptied(())
