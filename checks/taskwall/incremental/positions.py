"""Places in files whose lines move, and what is reported of such places.

Where sources are read again and again, each block keeps the lines that it had when others above it
grow or shrink, so that what is known of it stays as it is. These are its standing lines: ever
further apart than those of the file as it is, and in the same order. What is reported of them is
moved to the lines of the file at the end.
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
    """Moves whatever is reported of places, by file."""

    def __init__(self, files: Mapping[str, LineShifts]) -> None:
        self.files = files

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LineMap) and self.files == other.files

    def __hash__(self) -> int:
        return hash(frozenset(self.files))

    def apply(self, record: T) -> T:
        """The same, with all places moved: the very object if none of them is."""
        return self._apply(record) if self.files else record

    def _apply(self, record: Any) -> Any:
        kind = type(record)
        if kind is Span:
            return self._place(record)
        if kind is tuple:
            moved = tuple([one if type(one) in _STILL else self._apply(one) for one in record])
            return record if all(map(_same, moved, record)) else moved
        if kind is dict:
            moved_items = {key: self._apply(value) for key, value in record.items()}
            return record if all(map(_same, moved_items.values(), record.values())) else moved_items
        if isinstance(record, Struct):
            return self._struct(record)
        return record

    def _place(self, place: Span) -> Span:
        shifts = self.files.get(place.file)
        if shifts is None:
            return place
        line = shifts.line(place.line)
        end = place.end_line + line - place.line
        return Span(place.file, line, place.column, end, place.end_column)

    def _struct(self, record: Any) -> Any:
        fields = record.__struct_fields__
        changed: dict[str, Any] = {}
        for name in fields:
            value = getattr(record, name)
            if type(value) not in _STILL:
                moved = self._apply(value)
                if moved is not value:
                    changed[name] = moved
        if "file" in fields and "line" in fields:
            shifts = self.files.get(record.file)
            if shifts is not None:
                line: int = record.line
                changed["line"] = shifts.line(line)
                if "end_line" in fields:
                    changed["end_line"] = record.end_line + changed["line"] - line
        return replace(record, **changed) if changed else record


_STILL = frozenset({str, int, float, bool, type(None), frozenset})
"""What holds no place."""


def _same(one: object, other: object) -> bool:
    return one is other


IDENTITY = LineMap({})
