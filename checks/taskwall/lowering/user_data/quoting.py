"""What quotes, backslashes and braces mean to a shell."""

import re
from collections.abc import Callable

from taskwall.core.patterns import pattern

SPLIT = "\0"
"""What stands in a word where it is split."""

BRACES = {ord("{"): "\1", ord(","): "\2", ord("}"): "\3"}
"""What stands for the braces, and the commas, that are not in quotes."""

_LITERAL = {ord(sign): plain for plain, sign in BRACES.items()}
_CHOICE = pattern("\1([^\1\2\3]*(?:\2[^\1\2\3]*)+)\3")
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
        choice = _CHOICE.search(first)
        made = choice[1].split("\2") if choice and len(first) <= LONGEST else []
        if choice is None or not made or len(waiting) + len(found) + len(made) > MOST_WORDS:
            found.append(first.translate(_LITERAL))
            continue
        before, after = first[: choice.start()], first[choice.end() :]
        waiting[:0] = [before + each + after for each in made]
    return [each for one in found for each in one.split(SPLIT) if each]


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
