"""Shows what is longer than the screen page by page, with the pager that the user has."""

from __future__ import annotations

import os
import sys

from taskwall.cli.terminal import say

LESS = r"FRXPsspace\: next page, G\: to the end, q\: quit $"
"""Options for less, unless the user has own ones.

Quit if all fits, keep colours and the screen, and say in place of a colon which keys there are.
"""


def show(text: str) -> None:
    """Write to standard output; on a terminal with too few lines, through the pager.

    The pager is TASKWALL_PAGER, else PAGER, else less; "" or "cat" means none.

    Raises:
        ClosedError: the reader of standard output is gone.
        UsageError: standard output is closed.
    """
    command = _pager() if _interactive() else []
    if not command or text.count("\n") < _lines():
        say(text)
        return
    import subprocess

    try:
        subprocess.run(  # noqa: S603 (the user's own choice; no source can name it)
            command,
            input=text.encode(sys.stdout.encoding or "utf-8", "backslashreplace"),
            env={"LESS": LESS, **os.environ},
            check=False,
        )
    except OSError:
        say(text)


def _lines() -> int:
    """How many lines the terminal has."""
    import shutil

    return shutil.get_terminal_size().lines


def _pager() -> list[str]:
    import shlex

    named = os.environ.get("TASKWALL_PAGER", os.environ.get("PAGER", "less"))
    try:
        command = shlex.split(named)
    except ValueError:  # a quote that does not end
        return []
    return [] if command in ([], ["cat"]) else command


def _interactive() -> bool:
    """Whether somebody can turn pages."""
    streams = (sys.stdin, sys.stdout)
    able = os.environ.get("TERM", "dumb") != "dumb"
    return able and all(stream is not None and stream.isatty() for stream in streams)
