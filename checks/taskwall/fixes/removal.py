"""Stretches of text that are taken away, with the comments and blank lines that are theirs."""

from collections.abc import Sequence

from taskwall.core.patterns import pattern
from taskwall.findings.finding import Edit
from taskwall.fixes.refused import RefusedError
from taskwall.fixes.source_text import SourceText

_COMMENT = pattern(r"[ \t]*(?:#|//)")
_HEADING = pattern(r"[-=#*/]{4,}")
"""What a comment has that is over more than what follows it."""

_OPENS = ("{", "[", ":")
"""What a line ends with before the first of what it holds."""


def whole_lines(sheet: SourceText, start: int, end: int, lead: str = "") -> Edit:
    """The edit that takes away what alone is on its lines.

    The comments directly above go with it, and so do blank lines, so that one is left where there
    was one before.

    Args:
        sheet: the text.
        start: where it begins.
        end: where it ends.
        lead: what may stand before it on its line: the hyphen of an element in YAML.

    Raises:
        RefusedError: something else is on its lines.
    """
    text, first, last = sheet.text, sheet.line_start(start), sheet.line_end(end)
    before, after = text[first:start].strip(), text[end:last].strip().removeprefix(",")
    if before != lead or (after.strip() and not _COMMENT.match(after)):
        raise RefusedError
    first = _with_comments(sheet, first)
    last = text.find("\n", last) + 1 or len(text)
    above, below = _line_above(sheet, first), text[last : sheet.line_end(last)]
    opens = not above.strip() or above.rstrip().endswith(_OPENS)
    if last < len(text) and not below.strip() and opens:
        while last < len(text) and not text[last : sheet.line_end(last)].strip():
            last = text.find("\n", last) + 1 or len(text)
    elif last >= len(text) or below.strip()[:1] in ("}", "]"):
        while first and not _line_above(sheet, first).strip():
            first = sheet.line_start(first - 1)
    return sheet.edit(first, last, "", placeholder=False)


def _line_above(sheet: SourceText, start: int) -> str:
    return sheet.text[sheet.line_start(start - 1) : start] if start else ""


def _with_comments(sheet: SourceText, first: int) -> int:
    """Where the comments directly above a line begin, if they are about what begins there."""
    start, indent = first, sheet.indent(first)
    while start:
        line = _line_above(sheet, start)
        if not _COMMENT.match(line) or not line.startswith(indent + line.strip()[:1]):
            break
        if _HEADING.search(line):
            return first
        start -= len(line)
    return start or first  # those that a file begins with are about the file


def element(sheet: SourceText, spans: Sequence[tuple[int, int]], index: int) -> Edit:
    """The edit that takes an element out of a list in brackets that has several.

    Raises:
        RefusedError: a comment stands between it and its neighbours.
    """
    start, end = spans[index]
    if index + 1 < len(spans):
        first, last = start, spans[index + 1][0]
        between = sheet.text[end:last]
    else:
        first, last = spans[index - 1][1], end
        between = sheet.text[first:start]
    if between.strip() != ",":
        return whole_lines(sheet, start, end)
    return sheet.edit(first, last, "", placeholder=False)
