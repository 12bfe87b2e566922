"""Shebangs: `#!/bin/bash` says what runs a script."""

from taskwall.lowering.user_data.shell.words import ShellWords

SHELL_NAMES = frozenset(("bash", "sh", "dash", "ash", "zsh", "ksh"))


def interpreter(first: str) -> str:
    """What runs a script, by its first line: `#!/bin/bash -x`, `#!/usr/bin/env -S bash`."""
    words = [word.rpartition("/")[2] for word in first.removeprefix("#!").split()]
    if words[:1] == ["env"]:
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return words[0] if words else ""


def interpreter_of(shell: ShellWords, word: str) -> str:
    """What runs a script that is called by its path; "" for what is no script."""
    held = shell.machine.files.get(shell.path(word))
    first = held[0].text if held else ""
    if first.startswith("#!"):
        return interpreter(first)
    return "bash" if held or word.endswith(".sh") else ""
