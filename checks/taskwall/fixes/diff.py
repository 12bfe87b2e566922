"""What changes in a file as a unified diff, in which secrets are masked."""

from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import TypeAlias

CONTEXT = 3
"""So many lines a diff shows before and after what changes."""

LOOSE = CONTEXT - 1
"""So many lines `patch` lets stand before a change with none behind it, but at a file's end."""

BARE = "The line behind a change may hold a secret: `git apply` needs --unidiff-zero for this."
MASKED = "A line that changes may hold a secret and is masked: only --write makes this change."

_Row: TypeAlias = tuple[str, int, int]
"""The sign of a line in a diff, and how many lines of either text are before it."""


class ShownText:
    """The lines of a text, with their line breaks, and as reports may show them."""

    def __init__(
        self, text: str, masked: Sequence[str], reported: Collection[str] = frozenset()
    ) -> None:
        """Take a text, and its lines without line breaks, masked where a secret may stand.

        `reported` are lines that reports show anyway, without blanks around them.
        """
        *lines, last = text.split("\n")
        self.lines = [f"{line}\n" for line in lines] + ([last] if last else [])
        self._masked = masked
        self._reported = reported

    def hides(self, index: int) -> bool:
        """Whether something in a line is masked."""
        line = self.lines[index]
        return line.rstrip("\r\n") != self._masked[index].rstrip("\r") and (
            line.strip() not in self._reported
        )

    def shown(self, index: int) -> str:
        """A line as it may be shown, with its line break."""
        line = f"{self._masked[index]}\n" if self.hides(index) else self.lines[index]
        return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


class FileDiff:
    """What changes in a file that has a name."""

    def __init__(self, name: str, before: ShownText, after: ShownText) -> None:
        self._name, self._before, self._after = name, before, after
        self._rows = list(_rows(before, after))
        self._hunks = list(_hunks(self._rows, before))

    def unified(self) -> Iterator[str]:
        """The lines of a diff that `git apply` and `patch -p1` take.

        What is masked is never shown beside a change. A change of a masked line is masked itself,
        so that it cannot be applied.
        """
        yield f"--- a/{self._name}\n"
        yield f"+++ b/{self._name}\n"
        for hunk in self._hunks:
            yield from _hunk(hunk, self._before, self._after)

    def notes(self) -> Iterator[str]:
        """What keeps `git apply` from taking the diff as others, in a sentence each."""
        if any(_is_bare(hunk, self._rows) for hunk in self._hunks):
            yield BARE
        changed = (
            (self._after, new) if sign == "+" else (self._before, old)
            for sign, old, new in self._rows
            if sign != " "
        )
        if any(text.hides(index) for text, index in changed):
            yield MASKED


def _hunks(rows: Sequence[_Row], before: ShownText) -> Iterator[Sequence[_Row]]:
    """The rows that a diff shows, those that follow each other together."""
    visible = _visible(rows, before)
    for seen, indexes in groupby(range(len(rows)), visible.__contains__):
        hunk = [rows[index] for index in indexes] if seen else []
        if _is_bare(hunk, rows):
            # What has lines before it alone is taken for the end of the file.
            first = next(index for index, (sign, _, _) in enumerate(hunk) if sign != " ")
            hunk = hunk[max(0, first - LOOSE) :]
        if hunk:
            yield hunk


def _is_bare(hunk: Sequence[_Row], rows: Sequence[_Row]) -> bool:
    """Whether nothing is shown behind a change, though the file goes on."""
    return bool(hunk) and hunk[-1][0] != " " and hunk[-1] != rows[-1]


def _rows(before: ShownText, after: ShownText) -> Iterator[_Row]:
    matcher = SequenceMatcher(None, before.lines, after.lines, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            yield from ((" ", start + n, new_start + n) for n in range(end - start))
        else:
            yield from (("-", index, new_start) for index in range(start, end))
            yield from (("+", end, index) for index in range(new_start, new_end))


def _visible(rows: Sequence[_Row], before: ShownText) -> frozenset[int]:
    """The indexes of the rows that a diff shows."""
    found = set()
    for index, (sign, _, _) in enumerate(rows):
        if sign == " ":
            continue
        found.add(index)
        for step in (-1, 1):
            for near in range(index + step, index + step * (CONTEXT + 1), step):
                if not 0 <= near < len(rows):
                    break
                if rows[near][0] == " " and before.hides(rows[near][1]):
                    break
                found.add(near)
    return frozenset(found)


def _hunk(rows: Sequence[_Row], before: ShownText, after: ShownText) -> Iterator[str]:
    old = sum(sign != "+" for sign, _, _ in rows)
    new = sum(sign != "-" for sign, _, _ in rows)
    _, line, new_line = rows[0]
    yield f"@@ -{line + bool(old)},{old} +{new_line + bool(new)},{new} @@\n"
    for sign, index, new_index in rows:
        yield sign + (after.shown(new_index) if sign == "+" else before.shown(index))
