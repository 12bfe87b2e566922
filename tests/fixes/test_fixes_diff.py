"""The diffs of fixes: what they show around a change, and what they never show."""

import subprocess
from difflib import unified_diff
from pathlib import Path
from shutil import which

import pytest

from taskwall.fixes.diff import BARE, MASKED, FileDiff, ShownText

LETTERS = [f"{letter}\n" for letter in "abcdefghijklmnop"]


def text_of(lines: list[str], masked: str = "", reported: str = "") -> ShownText:
    """A text in which some letters are masked, and some of these are reported anyway."""
    text = "".join(lines)
    shown = ["***" if line in masked.split() else line for line in text.split("\n")]
    return ShownText(text, shown, reported.split())


def diff(before: list[str], after: list[str], masked: str = "", reported: str = "") -> list[str]:
    """The lines of a diff behind the names of the files."""
    old, new = (text_of(lines, masked, reported) for lines in (before, after))
    head, name, *lines = "".join(FileDiff("x.tf", old, new).unified()).splitlines()
    assert (head, name) == ("--- a/x.tf", "+++ b/x.tf")
    return lines


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("abcdefghi", "abcdXfghi"),
        ("abcdefghi", "Xbcdefghi"),
        ("abcdefghi", "abcdefghX"),
        ("abcdefghi", "abcdfghi"),
        ("abcdefghi", "abcdXYefghi"),
        ("abcdefghi", "abcdefghiX"),
        ("abcdefghijklmnop", "aXcdefghijklmnXp"),
        ("abcdefghijklmnop", "abXdefghiXklmnop"),
        ("abcdefghijklmnop", "abXdefghijXlmnop"),
        ("abc", "aXYc"),
    ],
)
def test_three_lines_are_shown_around_each_change(before: str, after: str) -> None:
    """As other tools show them; changes that are near each other stand together."""
    old, new = ([f"{letter}\n" for letter in text] for text in (before, after))

    _, _, *expected = "".join(unified_diff(old, new, "a", "b")).splitlines()

    assert diff(old, new) == expected


@pytest.mark.parametrize(
    ("old", "new", "ends"),
    [
        (["a\n", "b"], ["a\n", "c"], ["-b", "\\ No newline at end of file", "+c"]),
        (["b"], ["b", "\n", "c\n"], ["-b", "\\ No newline at end of file", "+b", "+c"]),
        (["a\n", "b\n"], ["a\n", "c\n"], ["-b", "+c"]),
    ],
)
def test_a_last_line_without_a_break(old: list[str], new: list[str], ends: list[str]) -> None:
    """It is said of each line that has none, so that the diff can be applied."""
    lines = diff(old, new)

    assert [line for line in lines if line[:1] in "-+\\"][: len(ends)] == ends
    assert lines.count("\\ No newline at end of file") == sum(
        not text[-1].endswith("\n") for text in (old, new)
    )


@pytest.mark.parametrize(
    ("masked", "shown"),
    [
        ("", " e, f, g,-h,+X, i, j, k"),
        ("f", " g,-h,+X, i, j, k"),
        ("g", "-h,+X, i, j, k"),
        ("i", " f, g,-h,+X"),
        ("e k", " f, g,-h,+X, i, j"),
        ("d l", " e, f, g,-h,+X, i, j, k"),
        ("h", " e, f, g,-***,+X, i, j, k"),
        ("X", " e, f, g,-h,+***, i, j, k"),
    ],
)
def test_what_is_masked_is_not_shown(masked: str, shown: str) -> None:
    """Not beside a change, nor what is behind it; where it changes itself it stays masked."""
    after = [line.replace("h", "X") for line in LETTERS]

    head, *lines = diff(LETTERS, after, masked)

    assert ",".join(lines) == shown
    numbers = [sum(line[0] in signs for line in lines) for signs in (" -", " +")]
    first = "abcdefgh".index(lines[0][1]) + 1
    assert head == f"@@ -{first},{numbers[0]} +{first},{numbers[1]} @@"


def test_what_reports_show_anyway_is_shown() -> None:
    """A line that a fix text has may look like a secret."""
    after = [line.replace("h", "X") for line in LETTERS]

    assert "+X" in diff(LETTERS, after, "X", "X")
    assert "+***" in diff(LETTERS, after, "X", "Y")


@pytest.mark.parametrize(
    ("masked", "told"),
    [("", []), ("f", []), ("g", []), ("i", [BARE]), ("g i", [BARE]), ("h", [MASKED])],
)
def test_programs_take_what_is_shown(masked: str, told: list[str], tmp_path: Path) -> None:
    """`git apply` and `patch` do; what they need for it, and what they never take, is said."""
    after = [line.replace("h", "X") for line in LETTERS]
    old, new = (text_of(lines, masked) for lines in (LETTERS, after))
    made = FileDiff("x.tf", old, new)
    (tmp_path / "x.tf").write_text("".join(LETTERS))
    (tmp_path / "x.diff").write_text("".join((*(f"{n}\n" for n in told), *made.unified())))

    def taken(*command: str) -> bool:
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        return run.returncode == 0

    assert list(made.notes()) == told
    assert taken("git", "apply", "--check", "x.diff") == (not told)
    assert taken("git", "apply", "--check", "--unidiff-zero", "x.diff") == (MASKED not in told)
    if which("patch"):
        assert taken("patch", "-p1", "--dry-run", "-i", "x.diff") == (MASKED not in told)


@pytest.mark.parametrize(
    ("text", "masked", "reported", "shown"),
    [
        ("a\nb\n", ["a", "***", ""], [], ["a\n", "***\n"]),
        ("a\r\nb\r\n", ["a", "***", ""], [], ["a\r\n", "***\n"]),
        ("a\r\nb\r\n", ["a\r", "***\r", ""], [], ["a\r\n", "***\r\n"]),
        ("a\n  b\n", ["a", "  ***", ""], ["b"], ["a\n", "  b\n"]),
        ("a\n  b\n", ["***", "  ***", ""], ["b"], ["***\n", "  b\n"]),
        ("a\nb", ["a", "***"], [], ["a\n", "***\n"]),
        ("a\nb", ["a", "b"], [], ["a\n", "b\n\\ No newline at end of file\n"]),
        ("", [""], [], []),
        ("\n", ["", ""], [], ["\n"]),
    ],
)
def test_the_lines_of_a_text(
    text: str, masked: list[str], reported: list[str], shown: list[str]
) -> None:
    """As they are, whatever ends them, or masked; each ends in a diff."""
    found = ShownText(text, masked, reported)

    assert [found.shown(index) for index in range(len(found.lines))] == shown
    assert [found.hides(index) for index in range(len(found.lines))] == [
        "***" in line for line in shown
    ]


def test_changes_far_from_each_other_have_a_part_each() -> None:
    """With the numbers of its lines before and after."""
    after = [*LETTERS[:1], "X\n", *LETTERS[1:14], *LETTERS[15:]]
    heads = [line for line in diff(LETTERS, after) if line.startswith("@@")]

    assert heads == ["@@ -1,4 +1,5 @@", "@@ -12,5 +13,4 @@"]


@pytest.mark.parametrize(
    ("masked", "told"), [("b", []), ("o", [BARE]), ("b o", [BARE]), ("o p", [BARE]), ("p", [])]
)
def test_one_part_whose_next_line_is_masked_is_enough(masked: str, told: list[str]) -> None:
    """What `git apply` needs is said once for the whole file."""
    after = [*LETTERS[:2], "X\n", *LETTERS[3:13], "Y\n", *LETTERS[14:]]
    made = FileDiff("x.tf", text_of(LETTERS, masked), text_of(after, masked))

    assert [*made.notes()] == told
