"""What every command says to its user, and how."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # see taskwall.cli
if TYPE_CHECKING:
    from taskwall.outputs import View


class UsageError(Exception):
    """Something on the command line is not valid; the message is a whole sentence."""


class ClosedError(Exception):
    """Nobody reads standard output any more."""


def say(text: str) -> None:
    """Write to standard output, whatever its encoding can say.

    Raises:
        ClosedError: its reader is gone.
        UsageError: it is closed, or cannot be written.
    """
    if sys.stdout is None:  # as `>&-` has it
        raise UsageError("standard output is closed: nothing can be reported there.")
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except OSError as error:
        # What Python still holds goes nowhere: else it would fail once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # whoever read it has enough of it
            raise ClosedError from error
        why = error.strerror or str(error)
        raise UsageError(f"standard output cannot be written: {why}.") from error


def drawable(text: str) -> str:
    """A report for people with "~" for the ellipsis where standard output's encoding has none.

    It is as wide: marks stay below what they mark.
    """
    try:
        "…".encode((sys.stdout and sys.stdout.encoding) or "utf-8")
    except UnicodeEncodeError:
        return text.replace("…", "~")
    return text


def write_file(path: str, text: str) -> None:
    """Write a file as a whole.

    Raises:
        UsageError: it cannot be written; what was there before still is.
    """
    from taskwall import outputs

    try:
        outputs.write(path, text)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}.") from error


def view_on(color: str, verbose: bool) -> View:
    """How the terminal, if standard output is one, is to be written on."""
    from contextlib import suppress

    from taskwall.outputs import View
    from taskwall.settings.words import one_of

    one_of(color, ("auto", "always", "never"), "--color")
    terminal = sys.stdout is not None and sys.stdout.isatty()
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    if sys.platform == "win32" and "WT_SESSION" not in os.environ:
        plain = True  # the old console would show the colours as text
    colour = color == "always" or (color == "auto" and terminal and not plain)
    width = View().width
    if terminal:
        with suppress(OSError):
            width = os.get_terminal_size(sys.stdout.fileno()).columns or width
    return View(colour, width, terminal, verbose)
