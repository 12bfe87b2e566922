"""What the plugin says on standard error."""

import sys

_said: set[str] = set()


def crash(error: Exception) -> str:
    """An exception in a sentence."""
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"crashed: {type(error).__name__}: {error} ({last.name}, line {last.lineno})"


def warn(text: str) -> None:
    """Say something on standard error, once in a process."""
    if text not in _said:
        _said.add(text)
        sys.stderr.write(f"taskwall: {text}\n")
        sys.stderr.flush()
