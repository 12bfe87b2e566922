"""What the report for people is made of: pieces of text, each with the name of a style."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import TypeAlias

from taskwall.findings.text import sanitize
from taskwall.outputs import View

Piece: TypeAlias = tuple[str, str]

STYLES = {
    "critical": "bold bright_red",
    "high": "bold red",
    "medium": "bold yellow",
    "low": "bold cyan",
    "info": "bold blue",
    "unknown": "bold magenta",
    "pass": "bold green",
    "error": "bold red",
    "loud": "bold",
    "frame": "blue",
    "quiet": "dim",
}

NAMES_SHOWN = 3
GROUPS = 10
"""How many instances, and how many reasons for unknowns, are shown unless all are wanted."""

NARROWEST = 20
"""Text is folded to no fewer columns: on a narrower screen it is better wrapped than unreadable."""


def join_pieces(pieces: Iterable[Piece], colour: bool) -> str:
    """Pieces as one text, with the terminal's colours if asked for."""
    if not colour:
        return "".join(text for text, _ in pieces)
    from rich.color import ColorSystem
    from rich.style import Style

    styles = {name: Style.parse(look) for name, look in STYLES.items()}
    coloured = []
    for text, style in pieces:
        line, end = (text[:-1], "\n") if text.endswith("\n") else (text, "")
        if style and line:
            line = styles[style].render(line, color_system=ColorSystem.STANDARD)
        coloured.append(line + end)
    return "".join(coloured)


def folded(text: str, used: int, view: View) -> Iterator[str]:
    """Lines of a text that begins after so many columns and goes on below its beginning."""
    room = max(view.width - used, NARROWEST)
    # An address is copied: it stays in one piece, however long.
    lines = [text]
    if view.fold:
        lines = wrap(text, room, break_long_words=False, break_on_hyphens=False)
    yield f"{lines[0] if lines else ''}\n"
    yield from (f"{'':{used}}{line}\n" for line in lines[1:])


def capped(texts: Sequence[str], most: int, view: View) -> list[str]:
    """The first of many texts, and how many more there are; all if everything is wanted."""
    if view.verbose or len(texts) <= most + 1:
        return list(texts)
    return [*texts[:most], f"and {len(texts) - most} more"]


def place(file: str, line: int, column: int | None = None) -> str:
    """A place as terminals and editors make links of it."""
    return f"{sanitize(file)}:{line}" + (f":{column}" if column is not None else "")


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
