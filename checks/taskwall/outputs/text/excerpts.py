"""The lines of a source that a finding marks."""

from collections.abc import Iterator
from typing import TypeAlias

from taskwall.findings.finding import Finding, Report
from taskwall.findings.text import LONG, windowed
from taskwall.outputs import View
from taskwall.outputs.text.pieces import NARROWEST, Piece

Marked: TypeAlias = tuple[tuple[int, str, int, int], ...]
"""Each line's number, its text, and where in it the mark begins and ends (from 0)."""

LONG_ROOM = 72
"""Of a line that nobody wrote by hand, so many columns are shown."""


def marked_lines(finding: Finding, report: Report) -> Marked:
    """The first and last line of a finding's place; none if the source cannot be shown."""
    first = report.excerpt(finding.file, finding.line)
    if first is None:
        return ()
    last_line = finding.end_line
    if finding.end_column <= 1 and last_line > finding.line:
        last_line -= 1
    start = finding.column - 1
    if last_line <= finding.line:
        return ((finding.line, first, start, finding.end_column - 1),)
    opening = (finding.line, first, start, len(first.rstrip()))
    last = report.excerpt(finding.file, last_line)
    if last is None or not last.strip():
        return (opening,)
    indent = len(last) - len(last.lstrip())
    end = finding.end_column - 1 if last_line == finding.end_line else len(last.rstrip())
    return (opening, (last_line, last, indent, end))


def excerpt(marked: Marked, gutter: int, style: str, view: View) -> Iterator[Piece]:
    """Marked lines with their numbers, and below each its mark."""
    before = 0
    for number, line, start, end in marked:
        if before and number > before + 1:
            yield f"{'…':>{gutter}}\n", "frame"
        before = number
        room = max(view.width - gutter - 3, NARROWEST)
        if len(line) > LONG:
            line, start, end = f"…{line[start:end]}…", 1, 1 + end - start  # noqa: PLW2901
            room = min(room, LONG_ROOM)
        text, offset, length = windowed(line, start, end, room)
        yield f"{number:{gutter}} |", "frame"
        yield f" {text}".rstrip() + "\n", ""
        yield f"{'':{gutter}} | ", "frame"
        yield f"{'':{offset}}", ""
        yield f"{'^' * length}\n", style
