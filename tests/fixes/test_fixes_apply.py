"""Edits made in a text."""

import pytest

from taskwall.core.values import Span
from taskwall.findings.finding import Edit
from taskwall.fixes.apply import applied, edits_by_file, overlap
from taskwall.fixes.source_text import SourceText


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_one_blank_line_is_between_resources_that_are_added(end: str) -> None:
    """Each brings one before it, and one after it where text follows at once."""
    text = end.join(("vpc", "# next", ""))
    added = [Edit("a.tf", 1, 4, 1, 4, f"{end}{end}{name}{end}") for name in ("first", "second")]

    assert applied(text, added).split(end) == ["vpc", "", "first", "", "second", "", "# next", ""]


def test_a_line_that_is_added_keeps_its_end() -> None:
    """Only blank lines before what follows are one too many."""
    line = Edit("a.tf", 2, 1, 2, 1, "between\n")

    assert applied("first\nsecond\n", [line]) == "first\nbetween\nsecond\n"
    assert applied("first\n\nlast\n", [line]) == "first\nbetween\n\nlast\n"


def at(start: int, end: int, text: str = "x", file: str = "a.tf", line: int = 1) -> Edit:
    """An edit from a column of a line to another one."""
    return Edit(file, line, start, line, end, text)


@pytest.mark.parametrize(
    ("edits", "overlapping"),
    [
        ([], False),
        ([at(1, 3)], False),
        ([at(1, 3), at(3, 5)], False),
        ([at(1, 4), at(3, 5)], True),
        ([at(3, 5), at(1, 4)], True),
        ([at(1, 9), at(3, 5)], True),
        ([at(1, 3, "x"), at(1, 3, "y")], True),
        ([at(1, 3), at(1, 3)], False),
        ([at(3, 3, "x"), at(3, 3, "y")], False),
        ([at(1, 5), at(3, 3)], True),
        ([at(1, 3), at(3, 3)], False),
        ([at(3, 3), at(3, 5)], False),
        ([at(1, 4), at(3, 5, file="b.tf")], False),
        ([at(1, 4), at(3, 5, line=2)], False),
        ([at(1, 4, line=2), at(3, 5, line=2), at(1, 2)], True),
        ([at(1, 2), at(3, 4), at(3, 5, "y"), at(7, 8)], True),
        ([Edit("a.tf", 1, 5, 3, 2, ""), at(1, 2, line=3)], True),
        ([Edit("a.tf", 1, 5, 3, 2, ""), at(2, 3, line=3)], False),
    ],
    ids=[
        *("none", "one", "next to each other", "crossing", "in any order", "inside"),
        *("same place", "the same", "insertions", "insertion inside", "insertion behind"),
        *("insertion before", "another file", "another line", "two of three", "two of four"),
        *("over lines", "behind lines"),
    ],
)
def test_edits_that_change_the_same_text(edits: list[Edit], overlapping: bool) -> None:
    """They cannot all be made; insertions at one place can, and an edit that two ask for."""
    assert overlap(edits) is overlapping


def test_edits_of_several_files() -> None:
    """Those of each file are in its order, each once, what begins with a blank line last."""
    edits = [
        *(at(5, 6), at(1, 2, line=2), at(3, 3, "\n\nz"), at(3, 3, "b"), at(3, 3, "\r\n\r\na")),
        *(at(3, 3, "a"), at(3, 3, "\nz"), at(3, 4, "a"), at(1, 1, file="b.tf"), at(5, 6)),
    ]

    found = edits_by_file(edits)

    assert list(found) == ["a.tf", "b.tf"]
    assert found == {
        "a.tf": [
            *(at(3, 3, "\nz"), at(3, 3, "a"), at(3, 3, "b"), at(3, 3, "\n\nz")),
            *(at(3, 3, "\r\n\r\na"), at(3, 4, "a"), at(5, 6), at(1, 2, line=2)),
        ],
        "b.tf": [at(1, 1, file="b.tf")],
    }


@pytest.mark.parametrize(
    ("text", "edits", "made"),
    [
        ("abc\ndef\n", [], "abc\ndef\n"),
        ("abc\ndef\n", [at(1, 2)], "xbc\ndef\n"),
        ("abc\ndef\n", [at(4, 4)], "abcx\ndef\n"),
        ("abc\ndef\n", [at(2, 3), at(1, 4, "long", line=2)], "axc\nlong\n"),
        ("abc\ndef\n", [at(1, 1, "1"), at(1, 1, "2"), at(2, 4, "3")], "12a3\ndef\n"),
        ("abc\ndef\n", [Edit("a.tf", 1, 3, 2, 2, "")], "abef\n"),
        ("abc\ndef\n", [Edit("a.tf", 3, 1, 3, 1, "g")], "abc\ndef\ng"),
        ("äb\n😀c", [at(2, 3, line=2)], "äb\n😀x"),
        ("a\n\nb", [at(1, 2, "x\n")], "x\n\n\nb"),
        ("a\n\nb", [at(2, 2, "x")], "ax\n\nb"),
        ("a\nb", [at(2, 2, "x\n")], "ax\n\nb"),
        ("a\n\nb", [at(2, 2, "x\n")], "ax\n\nb"),
    ],
)  # fmt: skip
def test_the_text_with_edits_made(text: str, edits: list[Edit], made: str) -> None:
    """All places are of the text before; only what is inserted brings no blank line too many."""
    assert applied(text, edits) == made


TEXT = "ab\r\n  cd\r\n\r\n\tef"


@pytest.mark.parametrize(
    ("offset", "position", "start", "end", "indent", "follows"),
    [
        (0, (1, 1), 0, 2, "", True),
        (2, (1, 3), 0, 2, "", True),
        (3, (1, 4), 0, 3, "", True),
        (4, (2, 1), 4, 8, "  ", False),
        (7, (2, 4), 4, 8, "  ", False),
        (10, (3, 1), 10, 10, "", True),
        (12, (4, 1), 12, 15, "\t", False),
        (15, (4, 4), 12, 15, "\t", False),
    ],
)
def test_the_lines_of_a_text(
    offset: int, position: tuple[int, int], start: int, end: int, indent: str, follows: bool
) -> None:
    """A line ends before its break, of whichever kind, and a text may end without one."""
    sheet = SourceText("a.tf", TEXT)

    assert sheet.position(offset) == position
    assert sheet.offset(*position) == offset
    assert sheet.span(Span("a.tf", *position, *position)) == (offset, offset)
    assert (sheet.line_start(offset), sheet.line_end(offset)) == (start, end)
    assert sheet.indent(offset) == indent
    assert sheet.follows_directly(offset) is follows


@pytest.mark.parametrize(
    ("text", "newline"),
    [("", "\n"), ("a", "\n"), ("a\n", "\n"), ("a\r\nb\n", "\r\n"), ("a\nb\r\n", "\n")],
)
def test_lines_end_as_the_first_one(text: str, newline: str) -> None:
    """So what is added has the line ends of its file."""
    sheet = SourceText("a.tf", text)

    assert sheet.newline == newline
    assert sheet.edit(0, 0, "x\ny\n", placeholder=True) == Edit(
        "a.tf", 1, 1, 1, 1, f"x{newline}y{newline}", placeholder=True
    )
