"""Edits made in a text, as an editor makes them: all positions are of the text before."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from taskwall.core.patterns import pattern
from taskwall.findings.finding import Edit

_BLANK_LINE = pattern(r"(?:\r?\n){2}")


def edit_order(edit: Edit) -> tuple[object, ...]:
    """A key that puts edits in the order of their files.

    Insertions at one position have one order, whoever asks for them: those that begin with a blank
    line come last.
    """
    apart = edit.text.replace("\r", "").startswith("\n\n")
    return edit.file, _start(edit), _end(edit), apart, edit.text


def applied(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits of it made, which are in its order and do not overlap.

    Each resource that is added makes its blank lines; between two there is one.
    """
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    for edit in reversed(list(edits)):
        start = starts[edit.line - 1] + edit.column - 1
        end = starts[edit.end_line - 1] + edit.end_column - 1
        new = edit.text
        if start == end and new.endswith("\n") and _BLANK_LINE.match(text, end):
            new = new.removesuffix("\n").removesuffix("\r")
        text = text[:start] + new + text[end:]
    return text


def edits_by_file(edits: Iterable[Edit]) -> dict[str, list[Edit]]:
    """The edits of each file, each once, in the order of the file."""
    found: dict[str, list[Edit]] = {}
    for edit in sorted(dict.fromkeys(edits), key=edit_order):
        found.setdefault(edit.file, []).append(edit)
    return found


def overlap(edits: Sequence[Edit]) -> bool:
    """Whether some edits cannot all be made: two of them change the same text.

    Insertions at one position can both be made.
    """
    return any(
        _start(later) < _end(earlier)
        for each in edits_by_file(edits).values()
        for earlier, later in pairwise(each)
    )


def _start(edit: Edit) -> tuple[int, int]:
    return edit.line, edit.column


def _end(edit: Edit) -> tuple[int, int]:
    return edit.end_line, edit.end_column
