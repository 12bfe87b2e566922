"""Keeps texts that sources declare to be sensitive out of what is told."""

import re
from collections.abc import Iterable
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from taskwall.finding import Fix

T = TypeVar("T")

SHOWN = "(sensitive)"
"""What stands in the place of a sensitive text."""

SHORTEST = 3
"""Shorter texts say too little to be looked for."""

_WORD = 8
"""Texts shorter than this are looked for as whole words only: else every sentence has some."""

_KEPT = frozenset({"file", "fingerprint", "rule", "severity", "stack", "verdict"})
"""Fields whose texts are ours, or paths."""


class Mask:
    """Replaces sensitive texts in whatever is told of a stack."""

    def __init__(self, hidden: Iterable[str]) -> None:
        texts = {line.strip() for text in hidden for line in (text, *text.splitlines())}
        found = sorted((t for t in texts if len(t) >= SHORTEST), key=lambda t: (-len(t), t))
        parts = (
            re.escape(t) if len(t) >= _WORD else rf"(?<![\w.-]){re.escape(t)}(?![\w-])"
            for t in found
        )
        self._pattern = re.compile("|".join(parts)) if found else None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mask) and self._pattern == other._pattern

    def __hash__(self) -> int:
        return hash(self._pattern)

    def __bool__(self) -> bool:
        return self._pattern is not None

    def text(self, text: str) -> str:
        """The text without what is sensitive."""
        return text if self._pattern is None else self._pattern.sub(SHOWN, text)

    def starred(self, line: str) -> str:
        """A line of a source, with as many stars in the place of what is sensitive."""
        if self._pattern is None:
            return line
        return self._pattern.sub(lambda found: "*" * len(found.group()), line)

    def of(self, told: T) -> T:
        """Findings, errors or crashes without what is sensitive; edits that hold it go."""
        return told if self._pattern is None else self._masked(told)

    def _masked(self, told: Any) -> Any:
        if isinstance(told, str):
            return self.text(told)
        if isinstance(told, tuple):
            return tuple(map(self._masked, told))
        if isinstance(told, Fix):
            edits = told.edits if all(self.text(e.text) == e.text for e in told.edits) else ()
            return Fix(self.text(told.text), edits)
        if isinstance(told, Struct):
            return replace(
                told,
                **{
                    name: self._masked(getattr(told, name))
                    for name in told.__struct_fields__
                    if name not in _KEPT
                },
            )
        return told
