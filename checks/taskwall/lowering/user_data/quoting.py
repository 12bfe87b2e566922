"""What quotes, backslashes and braces mean to a shell."""

import re
from collections.abc import Callable
from itertools import pairwise

from taskwall.core.patterns import pattern

SPLIT = "\0"
"""What stands in a word where it is split."""

BRACES = {ord("{"): "\1", ord(","): "\2", ord("}"): "\3"}
"""What stands for the braces, and the commas, that are not in quotes."""

_SIGN = pattern("[\1\2\3]")
_LITERAL = {ord(sign): plain for plain, sign in BRACES.items()}
MOST_WORDS = 100
LONGEST = 10_000
"""Braces make no more words than that, and none of a longer word."""


PATTERN_SIGNS = pattern(r"[*?\[]")
"""The signs that make a pattern for names of files of a word outside of quotes."""


def unquoted_words(word: str) -> list[str]:
    """A word as the words that the shell makes of it: `a{,.bak}` is `a` and `a.bak`."""
    found: list[str] = []
    waiting = [word]
    while waiting:
        first = waiting.pop(0)
        made = _chosen(first) if len(first) <= LONGEST else []
        if not made or len(waiting) + len(found) + len(made) > MOST_WORDS:
            found.append(first.translate(_LITERAL))
        else:
            waiting[:0] = made
    return [each for one in found for each in one.split(SPLIT) if each]


def _chosen(word: str) -> list[str]:
    """The words that the first braces with a choice make of a word; none if it has no such."""
    opened: list[list[int]] = []  # where braces and their commas are
    first: list[int] = []
    for found in _SIGN.finditer(word):
        if found[0] == "\1":
            opened.append([found.start()])
        elif opened:
            opened[-1].append(found.start())
            if found[0] == "\3":
                own = opened.pop()
                first = own if len(own) > 2 and own < (first or [len(word)]) else first
    return [
        word[: first[0]] + word[begin + 1 : end] + word[first[-1] + 1 :]
        for begin, end in pairwise(first)
    ]


def bare(text: str) -> str:
    """An unquoted word without its backslashes."""
    found, index = "", 0
    while index < len(text):
        if text[index] == "\\" and index + 1 < len(text):
            index += 1
            if text[index] == "\n":
                index += 1
                continue
        found += text[index : index + 1]
        index += 1
    return found


def quoted(text: str) -> str:
    """What stands between double quotes, without the backslashes that have a meaning there."""
    return _IN_QUOTES.sub(_plain, text)


def unescaped(text: str, value: Callable[[str], str]) -> str:
    """A here-document's text, without the backslashes that have a meaning there.

    `value` gives that of a variable which the grammar sees in none: `$1`, `$?`, `$_a`.
    """
    return _IN_TEXT.sub(lambda found: value(found[2]) if found[2] else _plain(found), text)


def escaped(text: str) -> str:
    """What `echo -e`, `printf` and `$'...'` make of backslashes."""
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), text)


def _plain(found: re.Match[str]) -> str:
    """A sign without its backslash; a line break behind one is none."""
    return found[1].removeprefix("\n")


_IN_QUOTES = pattern(r'\\(["$`\\\n])')
_IN_TEXT = pattern(r"\\([$\\\n])|\$(\d|[@*#?$!-]|_\w*)")
_ESCAPE = pattern(r"\\([ntr\\])")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


def for_shell(word: str) -> str:
    """A word as a shell takes it for itself: `shlex.quote`, but quoted in any case."""
    return "'" + word.replace("'", "'\\''") + "'"
