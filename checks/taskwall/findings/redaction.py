"""Keeps texts that sources declare to be sensitive out of reports."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from taskwall.findings.finding import Fix

T = TypeVar("T")

SHOWN = "(sensitive)"
"""What stands in the place of a sensitive text."""

SHORTEST = 3
"""Shorter texts say too little to be looked for."""

WORD = 8
"""Texts shorter than this are looked for as whole words only: else every sentence has some."""

PLAIN_WORD = 16
"""The same of texts that are lower-case letters or digits alone: `postgres` is in many names."""

_KEPT = frozenset({"file", "fingerprint", "rule", "severity", "stack", "verdict"})
"""Fields whose texts are ours, or paths."""


class Redactor:
    """Replaces sensitive texts in whatever is reported of a stack.

    The texts `own` are none of the sources, and stay: what rules say of a fix.
    """

    def __init__(self, hidden: Iterable[str], own: Iterable[str] = ()) -> None:
        self._own = frozenset(own)
        texts = {line.strip() for text in hidden for line in (text, *text.splitlines())}
        self._texts = frozenset(text for text in texts if len(text) >= SHORTEST)
        lengths: dict[str, set[int]] = {}
        for text in self._texts:
            lengths.setdefault(text[:SHORTEST], set()).add(len(text))
        self._lengths = {start: sorted(found, reverse=True) for start, found in lengths.items()}
        """The lengths of the texts, the longest first, by how they begin."""
        self._starts = re.compile("|".join(map(re.escape, sorted(self._lengths))))

    def __bool__(self) -> bool:
        return bool(self._texts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Redactor) and self._texts == other._texts

    def __hash__(self) -> int:
        return hash(self._texts)

    def holds(self, fits: Callable[[str], bool]) -> bool:
        """Whether something sensitive is of a kind."""
        return any(map(fits, self._texts))

    def redact(self, text: str) -> str:
        """The text without what is sensitive."""
        return self._replaced(text, lambda _: SHOWN)

    def redact_lines(self, lines: list[str]) -> list[str]:
        """Lines of a source, with as many stars in the place of what is sensitive."""
        if not self._texts:
            return lines
        found, at = list(lines), 0
        whole = "\n".join(lines)
        ends = list(accumulate(len(line) + 1 for line in lines))
        while (start := self._starts.search(whole, at)) is not None:
            number = bisect_right(ends, start.start())
            found[number] = self._replaced(lines[number], lambda length: "*" * length)
            at = ends[number]  # the next line
        return found

    def _replaced(self, text: str, shown: Callable[[int], str]) -> str:
        if not self._texts:
            return text
        pieces: list[str] = []
        done = 0
        for start, end in self._stretches(text):
            pieces += (text[done:start], shown(end - start))
            done = end
        return "".join((*pieces, text[done:])) if pieces else text

    def _stretches(self, text: str) -> Iterator[tuple[int, int]]:
        """Where sensitive texts stand; those that overlap are one stretch."""
        start = end = at = 0
        while (found := self._starts.search(text, at)) is not None:
            at = found.start()
            length = self._at(text, at)
            if length:
                if at >= end:
                    if end:
                        yield start, end
                    start = at
                end = max(end, at + length)
            at += 1
        if end:
            yield start, end

    def _at(self, text: str, at: int) -> int:
        """The length of the longest sensitive text that begins there; 0 if none does."""
        for length in self._lengths.get(text[at : at + SHORTEST], ()):
            end = at + length
            if (
                end <= len(text)
                and text[at:end] in self._texts
                and (_is_distinct(text[at:end]) or _stands_alone(text, at, end))
            ):
                return length
        return 0

    def apply(self, record: T) -> T:
        """Findings, errors or crashes without what is sensitive; edits that hold it go."""
        return self._redacted(record) if self._texts else record

    def _redacted(self, record: Any) -> Any:
        if isinstance(record, str):
            return self.redact(record)
        if isinstance(record, tuple):
            return tuple(map(self._redacted, record))
        if isinstance(record, Fix):
            edits = record.edits if all(self.redact(e.text) == e.text for e in record.edits) else ()
            own = next((text for text in self._own if record.text.startswith(text)), "")
            return Fix(own + self.redact(record.text.removeprefix(own)), edits)
        if isinstance(record, Struct):
            return replace(
                record,
                **{
                    name: self._redacted(getattr(record, name))
                    for name in record.__struct_fields__
                    if name not in _KEPT
                },
            )
        return record


def _is_distinct(text: str) -> bool:
    """Whether a text is long enough to be what was meant, also within a longer word."""
    plain = text.isdecimal() or (text.isalpha() and text.islower())
    return len(text) >= (PLAIN_WORD if plain else WORD)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a stretch is a whole word, and no part of a name such as an address."""
    before, after = text[:start][-1:], text[end : end + 1]
    return not (before.isalnum() or before in _JOINING) and not (
        after.isalnum() or after in _JOINING.difference(".")
    )


_JOINING = frozenset("_-.")
