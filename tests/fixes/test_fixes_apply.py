"""Edits made in a text."""

import pytest

from taskwall.findings.finding import Edit
from taskwall.fixes.apply import applied


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
