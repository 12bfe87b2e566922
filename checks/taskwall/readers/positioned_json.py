"""JSON with the offset at which each value begins and ends, which the standard library lacks."""

import re
from collections.abc import Iterator
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from math import isinf
from typing import Final, TypeAlias

from msgspec import Struct

from taskwall.core.patterns import pattern
from taskwall.core.values import Scalar
from taskwall.source.size import MAX_PARTS, parts_at_most

_BLANK: Final = pattern(r"[ \t\r\n]*")
_NUMBER: Final = pattern(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_WORDS: Final[dict[str, Scalar]] = {"true": True, "false": False, "null": None}

LONGEST_NUMBER = 1000
"""A number of more characters is an error: making an int of it takes too long."""


class JsonScalar(Struct, frozen=True, gc=False):
    """A text, a number, true, false or null. Offsets count code points; `end` is exclusive."""

    start: int
    end: int
    data: Scalar


class JsonList(Struct, frozen=True, gc=False):
    """A list."""

    start: int
    end: int
    items: "tuple[JsonNode, ...]"


class JsonObject(Struct, frozen=True, gc=False):
    """An object: its members in their order, a key that is written twice among them twice."""

    start: int
    end: int
    members: "tuple[tuple[JsonScalar, JsonNode], ...]"


JsonNode: TypeAlias = JsonScalar | JsonList | JsonObject


class JsonError(Exception):
    """The text is no JSON; `at` is the offset where it ceases to be."""

    def __init__(self, at: int, why: str) -> None:
        super().__init__(why)
        self.at = at
        self.why = why


def parse(text: str, deepest: int, strict: bool = True) -> JsonNode:
    """The outermost value of a JSON text.

    Args:
        text: the whole document.
        deepest: how many levels lists and objects may be nested.
        strict: whether control characters within texts are an error, as the standard has it.

    Raises:
        JsonError: it is no JSON, is nested deeper, or is too large.
    """
    if parts_at_most(text) > MAX_PARTS:
        raise JsonError(0, f"it has more than {MAX_PARTS} parts")
    return _Parser(text, deepest, strict).document()


class _Parser:
    def __init__(self, text: str, deepest: int, strict: bool) -> None:
        self._text = text
        self._deepest = deepest
        self._strict = strict
        self._at = 0

    def document(self) -> JsonNode:
        found = self._value(0)
        if self._blank():
            raise JsonError(self._at, "nothing may follow the outermost value")
        return found

    def _blank(self) -> str:
        """Passes over blanks; the character that follows, "" at the end."""
        match = _BLANK.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._text[self._at : self._at + 1]

    def _value(self, depth: int) -> JsonNode:
        sign = self._blank()
        start = self._at
        if depth > self._deepest:
            raise JsonError(start, f"nested more than {self._deepest} levels deep")
        if sign == '"':
            return self._string()
        if sign == "{":
            members = [self._member(depth) for _ in self._members("}")]
            return JsonObject(start, self._at, tuple(members))
        if sign == "[":
            items = [self._value(depth + 1) for _ in self._members("]")]
            return JsonList(start, self._at, tuple(items))
        for word, data in _WORDS.items():
            if self._text.startswith(word, start):
                self._at += len(word)
                return JsonScalar(start, self._at, data)
        match = _NUMBER.match(self._text, start)
        if match is None:
            raise JsonError(start, "a value is expected")
        self._at = match.end()
        number = _number(match[0])
        if number is None:
            raise JsonError(start, "a number is too large")
        return JsonScalar(start, self._at, number)

    def _members(self, closing: str) -> Iterator[None]:
        """Steps from member to member, up to behind the closing bracket."""
        self._at += 1
        if self._blank() != closing:
            yield
            while self._blank() == ",":
                self._at += 1
                yield
        if self._blank() != closing:
            raise JsonError(self._at, f'a "," or "{closing}" is expected')
        self._at += 1

    def _member(self, depth: int) -> tuple[JsonScalar, JsonNode]:
        if self._blank() != '"':
            raise JsonError(self._at, "a name in double quotes is expected")
        key = self._string()
        if self._blank() != ":":
            raise JsonError(self._at, 'a ":" is expected')
        self._at += 1
        return key, self._value(depth + 1)

    def _string(self) -> JsonScalar:
        start = self._at
        try:
            text, self._at = scanstring(self._text, start + 1, self._strict)
        except JSONDecodeError as error:
            raise JsonError(error.pos, error.msg[:1].lower() + error.msg[1:]) from error
        # Halves of surrogate pairs cannot be printed.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return JsonScalar(start, self._at, text)


def _number(text: str) -> int | float | None:
    if len(text) > LONGEST_NUMBER:
        return None
    if text.lstrip("-").isdigit():
        return int(text)
    number = float(text)
    if isinf(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 1e15 else number
