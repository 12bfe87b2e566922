"""Regular expressions, compiled when they are first used: a scan uses few of them."""

import re
from typing import TYPE_CHECKING, Any

_made: dict[tuple[str | bytes, int], None] = {}

if TYPE_CHECKING:
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


def compile_patterns() -> None:
    """Compile all that modules have made so far, for a process from which others are forked."""
    for text, flags in _made:
        re.compile(text, flags)


__all__ = ["compile_patterns", "pattern"]
