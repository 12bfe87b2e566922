"""Places of findings and positions of editors; paths of files and their URIs.

Findings count lines and columns from 1 and columns in code points. Editors count from 0, and
columns in UTF-16 code units, or in what the two have agreed on. An editor also ends a line at a
carriage return that stands alone (Language Server Protocol 3.17, Text Documents).
"""

import os
import re
from bisect import bisect_right
from functools import cached_property
from typing import Literal, TypeAlias
from urllib.parse import quote, unquote, urlsplit

from lsprotocol.types import Position, Range

Encoding: TypeAlias = Literal["utf-8", "utf-16", "utf-32"]
"""What a column counts: bytes, UTF-16 code units, or code points."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_DRIVE = re.compile(r"^/?([A-Za-z]):(?=[/\\]|$)")


class DocumentLines:
    """A text by lines, as findings count them and as editors do."""

    def __init__(self, text: str, encoding: Encoding) -> None:
        self.text = text
        self.encoding = encoding

    @cached_property
    def _starts(self) -> list[int]:
        """Where the editor's lines start."""
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    @cached_property
    def _our_starts(self) -> list[int]:
        """Where the lines start that findings count."""
        if "\r" not in self.text:
            return self._starts
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    @cached_property
    def _ascii(self) -> bool:
        return self.encoding == "utf-32" or self.text.isascii()

    @property
    def count(self) -> int:
        """How many lines there are for an editor."""
        return len(self._starts)

    def line(self, number: int) -> str:
        """An editor's line, counted from 0, without its end; "" beyond the text."""
        if not 0 <= number < len(self._starts):
            return ""
        return self.text[self._starts[number] : self._end(number)]

    def _end(self, number: int) -> int:
        """Where an editor's line ends, what ends it left out."""
        if number + 1 == len(self._starts):
            return len(self.text)
        end = self._starts[number + 1] - 1
        return end - 1 if self.text[end] == "\n" and self.text[end - 1 : end] == "\r" else end

    # Places of findings

    def position(self, line: int, column: int) -> Position:
        """The position of a place, which is moved into the text if it lies beyond."""
        starts = self._our_starts
        if line > len(starts):
            return self.position_at(len(self.text))
        start = starts[max(line, 1) - 1]
        end = starts[line] if 0 < line < len(starts) else len(self.text)
        return self.position_at(min(start + max(column, 1) - 1, end))

    def range(self, line: int, column: int, end_line: int, end_column: int) -> Range:
        """The range of a place."""
        return Range(self.position(line, column), self.position(end_line, end_column))

    def whole_line(self, line: int) -> Range:
        """A line of a finding, without the white space before and after it."""
        number = self.position(line, 1).line
        text = self.line(number)
        start = self._starts[number] + len(text) - len(text.lstrip())
        end = self._starts[number] + len(text.rstrip())
        return Range(self.position_at(min(start, end)), self.position_at(end))

    def with_indentation(self, range_: Range) -> Range:
        """A range, and the whole line where it ends in the white space before it."""
        end = self.whole_line(self.place(Position(range_.end.line, 0))[0])
        if range_.end.line == end.start.line and range_.end.character < end.start.character:
            return Range(range_.start, end.end)
        return range_

    def place(self, position: Position) -> tuple[int, int]:
        """The line and column of a position, as findings count them."""
        offset = self.offset(position)
        line = bisect_right(self._our_starts, offset)
        return line, offset - self._our_starts[line - 1] + 1

    # Offsets into the text

    def position_at(self, offset: int) -> Position:
        """The position of an offset."""
        number = bisect_right(self._starts, offset) - 1
        start = self._starts[number]
        offset = min(offset, self._end(number))
        return Position(number, self._units(start, offset))

    def offset(self, position: Position) -> int:
        """The offset of a position, which is moved into the text if it lies beyond.

        A position within a character is moved to its start.
        """
        if position.line >= len(self._starts):
            return len(self.text)
        start, end = self._starts[position.line], self._end(position.line)
        wanted = position.character
        if self._ascii:
            return min(start + wanted, end)
        passed = 0
        for at in range(start, end):
            passed += _width(self.text[at], self.encoding)
            if passed > wanted:
                return at
        return end

    def _units(self, start: int, end: int) -> int:
        """How many units of the encoding a stretch has."""
        if self._ascii:
            return end - start
        return sum(_width(sign, self.encoding) for sign in self.text[start:end])


def _width(sign: str, encoding: Encoding) -> int:
    """How many units of an encoding a code point has."""
    code = ord(sign)
    if encoding == "utf-16":
        return 2 if code > 0xFFFF else 1
    if encoding == "utf-8":
        return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
    return 1


def path_of(uri: str, windows: bool = os.name == "nt") -> str | None:
    """The path of a file's URI; None if it is the URI of something else.

    A drive's letter is made small: editors spell one drive in two ways.
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file" or not parts.path:
        return None
    path = unquote(parts.path, errors="surrogateescape")
    if "\0" in path:
        return None
    if not windows:
        return os.path.normpath(path)
    if parts.netloc and parts.netloc != "localhost":
        path = f"//{unquote(parts.netloc)}{path}"
    path = _DRIVE.sub(lambda match: f"{match[1].lower()}:", path)
    return path.replace("/", "\\")


def uri_of(path: str, windows: bool = os.name == "nt") -> str:
    """The URI of an absolute path."""
    if not windows:
        return "file://" + quote(os.fsencode(path))
    path = path.replace("\\", "/")
    if path.startswith("//"):
        host, _, rest = path[2:].partition("/")
        return f"file://{host}/{quote(rest)}"
    drive = _DRIVE.match(path)
    if drive:
        return f"file:///{drive[1].lower()}%3A{quote(path[drive.end() :])}"
    return "file://" + quote(path)
