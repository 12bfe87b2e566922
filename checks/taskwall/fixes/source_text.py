"""The text of a file as edits see it: places, offsets, indentation, and how its lines end."""

from bisect import bisect_right
from itertools import accumulate

from taskwall.core.values import Span
from taskwall.findings.finding import Edit


class SourceText:
    """A text in which stretches are named by offsets, in code points."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self.newline = "\r\n" if "\r\n" in text[: text.find("\n") + 1] else "\n"

    def offset(self, line: int, column: int) -> int:
        """Where a line and column (from 1) are in the text."""
        return self._starts[line - 1] + column - 1

    def span(self, place: Span) -> tuple[int, int]:
        """The offsets at which a place begins and ends."""
        return (
            self.offset(place.line, place.column),
            self.offset(place.end_line, place.end_column),
        )

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column (from 1) of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, before its line break."""
        end = self.text.find("\n", offset)
        end = len(self.text) if end < 0 else end
        return end - 1 if end > offset and self.text[end - 1] == "\r" else end

    def follows_directly(self, offset: int) -> bool:
        """Whether there is something on the line after that which ends at an offset."""
        _, break_, rest = self.text[offset:].partition("\n")
        return bool(break_) and bool(rest.split("\n", 1)[0].strip())

    def indent(self, offset: int) -> str:
        """The white space that the line of an offset begins with."""
        start = self.line_start(offset)
        line = self.text[start : self.line_end(start)]
        return line[: len(line) - len(line.lstrip())]

    def edit(self, start: int, end: int, lines: str, placeholder: bool) -> Edit:
        """The edit that puts a text, whose lines end in a line feed, in the place of a stretch."""
        text = lines.replace("\n", self.newline)
        return Edit(self.file, *self.position(start), *self.position(end), text, placeholder)
