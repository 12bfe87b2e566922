"""Texts in which a character stands for each part that is not known.

Parsers of other syntaxes take such a text as it is: the characters are from Unicode's private use
area, so that they can be part of a word and of nothing else.
"""

import re
from collections.abc import Iterable

from taskwall.core.patterns import pattern
from taskwall.core.values import Need, Value, needs, text

_FIRST = 0xE000
_MOST = 6000
STAND_IN = pattern("[\ue000-\uf8ff]")


class Marks:
    """The unknown parts of texts, and the characters that stand for them."""

    def __init__(self) -> None:
        self._parts: list[Value] = []

    def text(self, parts: Iterable[str | Value]) -> str:
        """Parts as one text."""
        return "".join(
            STAND_IN.sub("\ufffd", part) if isinstance(part, str) else self.mark(part)
            for part in parts
        )

    def mark(self, value: Value) -> str:
        """A character that stands for a value."""
        self._parts.append(value)
        return chr(_FIRST + min(len(self._parts) - 1, _MOST))

    def value(self, marked: str) -> Value:
        """What a marked text means."""
        parts: list[str | Value] = []
        for piece in re.split("([\ue000-\uf8ff])", marked):
            if STAND_IN.match(piece):
                parts.append(self._parts[ord(piece) - _FIRST])
            elif piece:
                parts.append(piece)
        if len(parts) == 1 and not isinstance(parts[0], str):
            return parts[0]
        return text(parts)

    def needs(self, marked: str) -> tuple[Need, ...]:
        """What the unknown parts of a marked text wait for."""
        found: dict[Need, None] = {}
        for mark in STAND_IN.findall(marked):
            found.update(dict.fromkeys(needs(self._parts[ord(mark) - _FIRST])))
        return tuple(found)


def is_known(marked: str) -> bool:
    """Whether a marked text is known in all its parts."""
    return STAND_IN.search(marked) is None
