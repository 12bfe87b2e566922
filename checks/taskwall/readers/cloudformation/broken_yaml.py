"""What can be read of YAML that is not well-formed.

Of each mistake the smallest entry around it is left out, so that all others are read where they
stand. What it says is not known; that it is there is.
"""

from collections.abc import Iterator

from taskwall.core.patterns import pattern
from taskwall.core.values import Span
from taskwall.readers.cloudformation.document import (
    UNREADABLE,
    TemplateFile,
    literal_text,
    members,
    read_nodes,
)
from taskwall.source.files import UnreadableError

MOST_READINGS = 30
"""A text is read so many times at most: with each try of each mistake."""

LONGEST_BROKEN = 200_000
"""Texts of more characters are not read again: all readings together take about a second."""


def readable_part(file: str, text: str, error: UnreadableError) -> TemplateFile:
    """The nodes of a text without what cannot be read, which its errors name.

    Args:
        file: its path.
        text: a text in YAML.
        error: why it cannot be read as a whole.

    Raises:
        UnreadableError: the same, where too much is wrong.
    """
    if len(text) > LONGEST_BROKEN or text.lstrip().startswith("{"):
        raise error
    lines, errors = text.split("\n"), [error.error]
    left_out: list[Span] = []
    readings = 0
    while True:
        at = errors[-1].place.line - 1
        for start, end in sorted(_entries(lines, at), key=lambda entry: entry[1] - entry[0]):
            readings += 1
            if readings > MOST_READINGS:
                raise error
            tried = _without(lines, start, end)
            try:
                found = read_nodes(file, "\n".join(tried))
                again = None
            except UnreadableError as other:
                again = other.error
                if again.place.line <= max(at + 1, end):
                    continue  # it takes more than that
            if again is None and not _declares_resources(found):
                continue
            left_out.append(Span(file, start + 1, 1, end, len(lines[end - 1]) + 1))
            if again is None:
                return TemplateFile(
                    file, text, found.root, (*errors, *found.errors), tuple(left_out)
                )
            lines = tried
            errors.append(again)
            break
        else:
            raise error


def _declares_resources(unit: TemplateFile) -> bool:
    """Whether what was read has resources: without any, nothing was."""
    resources = members(unit.root).get("Resources")
    return any(literal_text(members(one).get("Type")) for one in members(resources).values())


def _entries(lines: list[str], at: int) -> Iterator[tuple[int, int]]:
    """The entries around a line, and around the one before it: its first line, and its end.

    The parser may see a mistake at the line behind it only.
    """
    seen = set()
    for line in (at, at - 1):
        start = _last(lines, line, len(lines[line])) if 0 <= line < len(lines) else -1
        while start >= 0:
            depth = _depth(lines[start])
            inside = (i for i in range(start + 1, len(lines)) if lines[i].strip())
            end = next((i for i in inside if _depth(lines[i]) <= depth), len(lines))
            if (start, end) not in seen:
                seen.add((start, end))
                yield start, end
            start = _last(lines, start - 1, depth)


def _last(lines: list[str], line: int, depth: int) -> int:
    """The last line from one upwards that says something, less deep than that; -1 if none does."""
    while line >= 0 and (_is_bare(lines[line]) or _depth(lines[line]) >= depth):
        line -= 1
    return line


def _is_bare(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _without(lines: list[str], start: int, end: int) -> list[str]:
    """The lines in which the value of an entry cannot be read."""
    key = _KEY.match(lines[start])
    item = lines[start].lstrip().startswith("- ")
    head = key[0] if key else f"{' ' * _depth(lines[start])}-"
    instead = f"{head} {UNREADABLE} ''" if key or item else ""
    return [*lines[:start], instead, *[""] * (end - start - 1), *lines[end:]]


_KEY = pattern(r""" *(?:- +)*(?:"[^"]*"|'[^']*'|[\w.:/-]+) *:(?=\s|$)""")
