"""Patterns of texts (`shop-*`) and of paths (`modules/**/*.tf`).

Paths are matched in time that no pattern can make long.
"""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase


def matches_text(pattern: str, text: str) -> bool:
    """Whether a pattern with `*` and `?` matches a text; all other signs stand for themselves."""
    head, star, tail = pattern.partition("*")
    if "?" not in pattern and "*" not in tail:  # as nearly all are
        if not star:
            return text == pattern
        return len(text) >= len(head + tail) and text.startswith(head) and text.endswith(tail)
    return text.startswith(fixed_part(pattern)) and fnmatchcase(text, pattern.replace("[", "[[]"))


def fixed_part(pattern: str) -> str:
    """What all that a pattern with `*` and `?` matches begins with."""
    return re.split(r"[*?]", pattern, maxsplit=1)[0]


def matches_path(pattern: Sequence[str], names: Sequence[str], above: bool = False) -> bool:
    """Whether a pattern matches a path, both as the names between their slashes.

    `**` is any number of folders. With `above`, a path matches too if a folder above it does.
    """
    reached = {0}  # how much of the pattern the names so far can have used up
    for name in names:
        for index, part in enumerate(pattern):
            if part == "**" and index in reached:
                reached.add(index + 1)
        ahead = set()
        for index in reached:
            if index < len(pattern) and pattern[index] == "**":
                ahead.add(index)
            elif index < len(pattern) and fnmatchcase(name, pattern[index]):
                ahead.add(index + 1)
        reached = ahead
        if above and _used_up(pattern, reached):
            return True
    return _used_up(pattern, reached)


def _used_up(pattern: Sequence[str], reached: set[int]) -> bool:
    whole = len(pattern)
    return whole in reached or (pattern[-1] == "**" and whole - 1 in reached)
