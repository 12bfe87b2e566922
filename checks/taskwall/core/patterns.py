"""Regular expressions, compiled when they are first used: a scan uses few of them."""

import re
from typing import TYPE_CHECKING, Any

_made: dict[tuple[str | bytes, int], None] = {}

if TYPE_CHECKING:
    from collections.abc import Callable
    from re import compile as pattern
else:

    class pattern:  # noqa: N801 (it stands for the function `re.compile`)
        """What `re.compile` makes of the same arguments."""

        def __init__(self, text: str | bytes, flags: int = 0) -> None:
            self._arguments = text, flags
            _made[self._arguments] = None

        def __getattr__(self, name: str) -> Any:
            found = getattr(re.compile(*self._arguments), name)
            setattr(self, name, found)  # from now on as fast as the method itself
            return found


HOLES = pattern(r"\$\{[^{}]*\}")
"""Where a text of Terraform takes a value."""


def with_holes_filled(text: str) -> "Callable[[str], bool] | None":
    """What says whether a text is this one, with at least one character in place of each hole.

    None if it has no holes. Time grows with the length of both.
    """
    first, *pieces = HOLES.split(text)
    if not pieces:
        return None
    last = pieces.pop()

    def fits(other: str) -> bool:
        if not (other.startswith(first) and other.endswith(last)):
            return False
        at, end = len(first), len(other) - len(last)
        for piece in pieces:
            found = other.find(piece, at + 1, end)
            if found < 0:
                return False
            at = found + len(piece)
        return at < end

    return fits


def compile_patterns() -> None:
    """Compile all that modules have made so far, for a process from which others are forked."""
    for text, flags in _made:
        re.compile(text, flags)


__all__ = ["HOLES", "compile_patterns", "pattern", "with_holes_filled"]
