"""Places in files whose lines move, and what is told of such places.

Where sources are read again and again, each block keeps the lines that it had when others above it
grow or shrink, so that what is known of it stays as it is. These are its standing lines: ever
further apart than those of the file as it is, and in the same order. What is told of them is moved
to the lines of the file at the end.
"""

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.values import Span

T = TypeVar("T")


class LineShifts(Struct, frozen=True):
    """Where stretches of a file begin, in ascending order, and by how many lines each moves."""

    starts: tuple[int, ...]
    by: tuple[int, ...]

    def line(self, line: int) -> int:
        """Where a line is once it is moved; what is above the first stretch stays."""
        index = bisect_right(self.starts, line) - 1
        return line if index < 0 else line + self.by[index]


class LineMap:
    """Moves whatever is told of places, by file."""

    def __init__(self, files: Mapping[str, LineShifts]) -> None:
        self.files = files

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LineMap) and self.files == other.files

    def __hash__(self) -> int:
        return hash(frozenset(self.files))

    def apply(self, told: T) -> T:
        """The same, with all places moved: the very object if none of them is."""
        return self._apply(told) if self.files else told

    def _apply(self, told: Any) -> Any:
        kind = type(told)
        if kind is Span:
            return self._place(told)
        if kind is tuple:
            moved = tuple([one if type(one) in _STILL else self._apply(one) for one in told])
            return told if all(map(_same, moved, told)) else moved
        if kind is dict:
            moved_items = {key: self._apply(value) for key, value in told.items()}
            return told if all(map(_same, moved_items.values(), told.values())) else moved_items
        if isinstance(told, Struct):
            return self._struct(told)
        return told

    def _place(self, place: Span) -> Span:
        shifts = self.files.get(place.file)
        if shifts is None:
            return place
        line = shifts.line(place.line)
        end = place.end_line + line - place.line
        return Span(place.file, line, place.column, end, place.end_column)

    def _struct(self, told: Any) -> Any:
        fields = told.__struct_fields__
        changed: dict[str, Any] = {}
        for name in fields:
            value = getattr(told, name)
            if type(value) not in _STILL:
                moved = self._apply(value)
                if moved is not value:
                    changed[name] = moved
        if "file" in fields and "line" in fields:
            shifts = self.files.get(told.file)
            if shifts is not None:
                line: int = told.line
                changed["line"] = shifts.line(line)
                if "end_line" in fields:
                    changed["end_line"] = told.end_line + changed["line"] - line
        return replace(told, **changed) if changed else told


_STILL = frozenset({str, int, float, bool, type(None), frozenset})
"""What holds no place."""


def _same(one: object, other: object) -> bool:
    return one is other


IDENTITY = LineMap({})
