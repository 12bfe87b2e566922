"""Places and positions, paths and URIs: there and back without loss, in every encoding."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import (
    Position,
    Range,
    TextDocumentContentChangePartial,
    TextDocumentContentChangeWholeDocument,
)

from taskwall.languageserver.documents import OpenDocument
from taskwall.languageserver.drift import Drift
from taskwall.languageserver.positions import DocumentLines, Encoding, path_of, uri_of

ENCODINGS: list[Encoding] = ["utf-8", "utf-16", "utf-32"]
encodings = st.sampled_from(ENCODINGS)
texts = st.text("ab \té😋\u2028\x0b\r\n", max_size=30)


@given(texts, encodings, st.data())
def test_offsets_and_positions_go_there_and_back(
    text: str, encoding: Encoding, data: st.DataObject
) -> None:
    """Every offset but that between the two signs of a line's end has a position of its own."""
    lines = DocumentLines(text, encoding)
    offset = data.draw(st.integers(0, len(text)))
    if text[offset - 1 : offset + 1] == "\r\n":
        assert lines.offset(lines.position_at(offset)) == offset - 1
    else:
        assert lines.offset(lines.position_at(offset)) == offset


@given(texts, encodings)
def test_columns_count_the_units_of_the_encoding(text: str, encoding: Encoding) -> None:
    """The end of a line is as far in as its text is long in the encoding."""
    lines = DocumentLines(text, encoding)
    size = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    codec = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]
    found = [lines.line(number) for number in range(lines.count)]
    assert "\n".join(found) == text.replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(found):
        far = lines.offset(Position(number, 10**9))
        assert lines.position_at(far) == Position(number, len(line.encode(codec)) // size)


@given(texts, encodings, st.data())
def test_places_go_there_and_back(text: str, encoding: Encoding, data: st.DataObject) -> None:
    """A place of a finding is at the same sign for the editor, and the other way round."""
    lines = DocumentLines(text, encoding)
    ours = text.split("\n")
    line = data.draw(st.integers(1, len(ours)))
    column = data.draw(st.integers(1, len(ours[line - 1].removesuffix("\r")) + 1))
    position = lines.position(line, column)
    assert lines.place(position) == (line, column)
    before = "\n".join([*ours[: line - 1], ours[line - 1][: column - 1]])
    assert lines.offset(position) == len(before)


@given(texts, encodings, st.integers(-5, 99), st.integers(-5, 99))
def test_no_position_lies_beyond_the_text(
    text: str, encoding: Encoding, line: int, column: int
) -> None:
    """Whatever somebody asks for is answered within the text."""
    lines = DocumentLines(text, encoding)
    position = lines.position(line, column)
    assert 0 <= position.line < lines.count
    assert 0 <= lines.offset(Position(max(line, 0), max(column, 0))) <= len(text)
    whole = lines.whole_line(line)
    assert (whole.start.line, whole.start.character) <= (whole.end.line, whole.end.character)


@given(texts, texts, encodings, st.data())
def test_changes_are_applied_where_the_editor_means_them(
    text: str, new: str, encoding: Encoding, data: st.DataObject
) -> None:
    """A change between two positions replaces what lies between their offsets."""
    document = OpenDocument("file:///a.tf", "/a.tf", 1, DocumentLines(text, encoding))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    range_ = Range(document.lines.position_at(start), document.lines.position_at(end))
    at = [document.lines.offset(position) for position in (range_.start, range_.end)]
    document = document.changed(2, [TextDocumentContentChangePartial(range_, new)])
    assert document.text == text[: at[0]] + new + text[at[1] :]
    document = document.changed(3, [TextDocumentContentChangeWholeDocument(text)])
    assert (document.version, document.text) == (3, text)


def test_a_vertical_tab_and_a_separator_end_no_line() -> None:
    """What Python splits lines at beside line feeds is a sign like any other for an editor."""
    lines = DocumentLines("a\x0bb\u2028c\rd", "utf-16")
    assert [lines.line(number) for number in range(lines.count)] == ["a\x0bb\u2028c", "d"]
    assert lines.place(Position(1, 0)) == (1, 7)


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///c%3A/infra/main.tf", "c:\\infra\\main.tf"),
        ("file:///C:/my%20infra/main.tf", "c:\\my infra\\main.tf"),
        ("file://server/share/main.tf", "\\\\server\\share\\main.tf"),
        ("file:///d:/%C3%A9.tf", "d:\\é.tf"),
    ],
)
def test_windows(uri: str, path: str) -> None:
    """Drives and shares, however they are spelt, are one path, and have one URI."""
    assert path_of(uri, windows=True) == path
    assert path_of(uri_of(path, windows=True), windows=True) == path


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_uris_and_paths_go_there_and_back(name: str) -> None:
    """Any name of a file can be sent to an editor, and comes back the same."""
    path = os.path.normpath("/" + name)
    if not path.startswith("//"):
        assert path_of(uri_of(path, windows=False), windows=False) == path


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "git:/a.tf", "file:", "file:///a%00", "[", ""]
)
def test_what_is_no_file_has_no_path(uri: str) -> None:
    """Documents that were never saved, and what is no URI at all, have none."""
    assert path_of(uri) is None
    assert path_of("file://[") is None


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_lines_that_stayed_are_found_again(before: list[str], after: list[str]) -> None:
    """A line that is said to be somewhere now has the same text there; none lies outside."""
    drift = Drift("\n".join(before), "\n".join(after))
    for number, text in enumerate(before, 1):
        now = drift.line(number)
        assert now is None or after[now - 1] == text
        assert 1 <= drift.near(number) <= max(1, len(after))


def test_lines_after_a_change_move() -> None:
    """Two lines put in before a third move it by two."""
    drift = Drift("a\nb\nc", "a\nx\ny\nb\nc")
    assert [drift.line(number) for number in (1, 2, 3)] == [1, 4, 5]
    assert Drift("a\nb\nc", "a\nB\nc").line(2) is None
