"""A source as bytes, with places in it."""

from sys import intern
from typing import TYPE_CHECKING

from taskwall.core.values import Span

if TYPE_CHECKING:
    from tree_sitter import Node


_SHARED = 1 << 14
_LINES = list(range(_SHARED))
"""The numbers of lines, which places share: each of their own would make a place twice as large."""


class ParserSource:
    """The text of a file while it is parsed, and where the parser's nodes stand in it.

    `rows` moves all places, for a text that was wrapped in another. `broken` are the rows on which
    the parser met syntax errors.
    """

    __slots__ = ("ascii", "broken", "path", "raw", "rows")

    def __init__(self, path: str, text: str, rows: int = 0) -> None:
        self.path = path
        self.raw = text.encode("utf-8", "replace")
        self.ascii = len(self.raw) == len(text)
        self.rows = rows
        self.broken: set[int] = set()

    def lower(self, rows: int) -> "ParserSource":
        """The same source, with all places moved down by so many rows more."""
        other = ParserSource.__new__(ParserSource)
        other.path, other.raw, other.ascii = self.path, self.raw, self.ascii
        other.rows, other.broken = self.rows + rows, self.broken
        return other

    def text(self, node: "Node") -> str:
        """What a node covers."""
        return self.raw[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def name(self, node: "Node") -> str:
        """What a node covers that is a name: the same text wherever it stands."""
        return intern(self.text(node))

    def line(self, number: int) -> str:
        """The text of a line, as places count them."""
        lines = self.raw.split(b"\n")
        row = number - 1 - self.rows
        return lines[row].decode("utf-8", "replace") if 0 <= row < len(lines) else ""

    def place(self, first: "Node", last: "Node | None" = None) -> Span:
        """Where a node stands, or a run of nodes. Tree-sitter counts columns in bytes."""
        last = last or first
        row, column = first.start_point
        end_row, end_column = last.end_point
        if not self.ascii:
            column = self._points(first.start_byte, column)
            end_column = self._points(last.end_byte, end_column)
        line, end_line = row + self.rows + 1, end_row + self.rows + 1
        if end_line < _SHARED:
            line, end_line = _LINES[line], _LINES[end_line]
        return Span(self.path, line, column + 1, end_line, end_column + 1)

    def _points(self, byte: int, column: int) -> int:
        return len(self.raw[byte - column : byte].decode("utf-8", "replace"))


class Pinned(ParserSource):
    """A text of which everything stands at one place."""

    __slots__ = ("at",)

    def __init__(self, at: Span, text: str) -> None:
        super().__init__(at.file, text)
        self.at = at

    def place(self, first: "Node", last: "Node | None" = None) -> Span:  # noqa: ARG002
        """The one place, whatever stands there."""
        return self.at
