"""Shebangs: `#!/bin/bash` says what runs a script."""

SHELL_NAMES = frozenset(("bash", "sh", "dash", "ash", "zsh", "ksh"))


def interpreter(first: str) -> str:
    """What runs a script, by its first line: `#!/bin/bash -x`, `#!/usr/bin/env -S bash`."""
    words = [word.rpartition("/")[2] for word in first.removeprefix("#!").split()]
    if words[:1] == ["env"]:
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return words[0] if words else ""
