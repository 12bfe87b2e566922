"""What a terminal gets beyond the report: pages, completion, one report a stream."""

import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from taskwall import cli
from taskwall.cli import pager


class Terminal:
    """A stream that is a terminal."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        """It is one."""
        return True

    def write(self, text: str) -> None:
        """Keep what is written."""
        self.text += text

    def flush(self) -> None:
        """Nothing is held back."""


@pytest.mark.parametrize(
    ("lines", "variables", "command"),
    [
        (100, {"PAGER": "less -S"}, ["less", "-S"]),
        (100, {"PAGER": "less", "TASKWALL_PAGER": "more"}, ["more"]),
        (100, {}, ["less"]),
        (3, {}, None),  # fits the screen
        (100, {"PAGER": "cat"}, None),
        (100, {"TASKWALL_PAGER": ""}, None),
        (100, {"PAGER": "less '"}, None),  # no command
        (100, {"TERM": "dumb"}, None),
        (100, {"PAGER": "no-such-pager"}, None),
    ],
)
def test_long_texts_are_paged(
    lines: int,
    variables: dict[str, str],
    command: list[str] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is longer than the screen goes to the user's pager; else, or if it fails, it is said."""
    ran: list[list[str]] = []

    def run(command: list[str], **_: object) -> None:
        if command[0].startswith("no-such"):
            raise FileNotFoundError
        ran.append(command)

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(subprocess, "run", run)
    for name in ("PAGER", "TASKWALL_PAGER"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm", **variables}.items():
        monkeypatch.setenv(name, value)
    pager.show("line\n" * lines)
    assert ran == ([command] if command else [])
    assert terminal.text == ("" if command else "line\n" * lines)


def test_what_is_no_terminal_is_not_paged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pipe gets all at once, and no other program runs."""
    monkeypatch.setenv("PAGER", "no-such-pager")
    pager.show("line\n" * 1000)
    assert capsys.readouterr().out == "line\n" * 1000


def test_a_terminal_without_an_ellipsis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In its place stands what is as wide, so that marks stay below what they mark."""
    stream = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(stream, encoding="ascii"))
    stack = Path(__file__).parents[2] / "fixtures" / "rules" / "tw202" / "fail" / "main.tf"
    shutil.copy(stack, tmp_path)
    cli.main(["scan", str(tmp_path), "--select", "TW202"])
    said = stream.getvalue().decode()
    assert "\n       ~\n" in said
    assert "u2026" not in said


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each shell's script has all commands, options, words of options, and rules."""
    assert cli.main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for word in (*cli.COMMANDS, "fail-on-unknown", "critical", "TW204", "junit"):
        assert word in script


def test_one_stream_takes_one_report(capsys: pytest.CaptureFixture[str]) -> None:
    """Two reports in one file would be neither."""
    for formats in (["--format", "text,json"], ["--format", "json,text", "--output", "-"]):
        assert cli.main(["scan", ".", *formats]) == 2
        assert "2 reports would go to standard output" in capsys.readouterr().err
    both = ["--format", "json", "--output", "a", "--format", "text", "--output", "a"]
    assert cli.main(["scan", ".", *both]) == 2
    assert "2 reports would go to a: give each its --output" in capsys.readouterr().err
