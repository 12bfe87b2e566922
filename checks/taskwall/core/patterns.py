"""Regular expressions, compiled when they are first used: a scan uses few of them."""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from re import compile as pattern
else:

    class pattern:  # noqa: N801 (it stands for the function `re.compile`)
        """What `re.compile` makes of the same arguments."""

        def __init__(self, text: str | bytes, flags: int = 0) -> None:
            self._arguments = text, flags

        def __getattr__(self, name: str) -> Any:
            found = getattr(re.compile(*self._arguments), name)
            setattr(self, name, found)  # from now on as fast as the method itself
            return found


__all__ = ["pattern"]
