"""The tutorial, followed word for word."""

import re
import shlex
from pathlib import Path
from textwrap import dedent

import pytest

from taskwall import cli

PAGE = Path(__file__).parent.parent / "docs" / "tutorial.md"

STEP = re.compile(
    r"^ *<!-- (?P<does>not run|file|exit|append to|replace in)\b:? ?(?P<what>[^:\n]*?)"
    r"(?::[^\n]*\n(?P<old>.*?))? *-->\n *```(?P<language>\w+)\n(?P<block>.*?)^ *```$"
    r"|^```text\n(?P<shown>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
"""A marked block of the page, or what a command is said to print."""


def test_the_tutorial_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each command ends as the page says, and prints what it shows."""
    monkeypatch.chdir(tmp_path)
    said = ""
    done: list[str] = []
    for step in STEP.finditer(PAGE.read_text()):
        does, what, block = step["does"], step["what"], dedent(step["block"] or "")
        if does is None:
            assert step["shown"] in said, step["shown"]
            done.append("shown")
        elif does == "exit":
            (command,) = block.splitlines()
            assert cli.main(shlex.split(command)[1:]) == int(what), command
            said = capsys.readouterr().out
        elif does == "file":
            Path(what).parent.mkdir()
            Path(what).write_text(block)
        elif does == "append to":
            with Path(what).open("a") as file:
                file.write(f"\n{block}")
        elif does == "replace in":
            Path(what).write_text(_replaced(Path(what).read_text(), step["old"], block))
        done.append(does or "")
    assert {"file", "exit", "append to", "replace in", "shown"} <= set(done)


def _replaced(text: str, old: str, new: str) -> str:
    """A text with other lines in the place of some that it has once, however they are indented."""
    lines, gone = text.splitlines(), [line.strip() for line in old.strip().splitlines()]
    (at,) = (
        start
        for start in range(len(lines))
        if [line.strip() for line in lines[start : start + len(gone)]] == gone
    )
    return "\n".join((*lines[:at], *new.splitlines(), *lines[at + len(gone) :], ""))
