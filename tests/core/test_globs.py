"""Patterns of texts, against a slow model."""

from itertools import product

import pytest

from taskwall.core.globs import fixed_part, matches_text


def matches(pattern: str, text: str) -> bool:
    """What a pattern means, sign by sign."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(matches(pattern[1:], text[skipped:]) for skipped in range(len(text) + 1))
    same = bool(text) and pattern[0] in ("?", text[0])
    return same and matches(pattern[1:], text[1:])


@pytest.mark.parametrize("length", range(5))
def test_patterns_match_what_they_say(length: int) -> None:
    """All that a few signs make, brackets among them, which stand for themselves."""
    texts = ["".join(signs) for size in range(4) for signs in product("a[]", repeat=size)]
    for signs in product("a[]*?", repeat=length):
        pattern = "".join(signs)
        found = [text for text in texts if matches_text(pattern, text)]
        assert found == [text for text in texts if matches(pattern, text)], pattern
        assert all(text.startswith(fixed_part(pattern)) for text in found)
