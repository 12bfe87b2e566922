"""What a shell's tests of texts and numbers say, as far as their words tell."""

import operator
from collections.abc import Callable, Iterable
from typing import TypeAlias, TypeVar

from taskwall.core.patterns import pattern
from taskwall.core.truths import all_true, any_true, negation
from taskwall.lowering.user_data.marked import STAND_IN, is_known

TEXT_SIGNS = ("=", "==", "!=")
_NUMBER_SIGNS: dict[str, Callable[[int, int], bool]] = {
    "-eq": operator.eq, "-ne": operator.ne, "-gt": operator.gt, "-ge": operator.ge,
    "-lt": operator.lt, "-le": operator.le,
}  # fmt: skip
_NUMBER = pattern(r"-?(?:0|[1-9]\d{0,17})")


_FILE_SIGNS = frozenset(("-a", "-d", "-e", "-f", "-r", "-s"))

PerFile: TypeAlias = Callable[[str], bool | None]
"""Whether a file is there, by its path; None where only the instance knows."""


def of_words(words: list[str], exists: PerFile) -> bool | None:
    """What `[` says of its words, by how many there are (POSIX, "test"); None: it is not known.

    A word that is not there counts: `[ -n $V ]` with an empty V tests the one word `-n`.
    """
    count = len(words)
    if count < 2:
        return is_filled(words[0]) if words else False
    if count == 3 and words[1] in (*TEXT_SIGNS, *_NUMBER_SIGNS):
        return words_compare(*words)
    if words[0] == "!" and count <= 4:
        return negation(of_words(words[1:], exists))
    if count == 2:
        return _of_two(words[0], words[1], exists)
    for sign, joined in (("-o", any_true), ("-a", all_true)):
        if sign in words:
            return joined(of_words(part, exists) for part in parted(words, sign, str))
    return None


_T = TypeVar("_T")


def parted(words: Iterable[_T], sign: str, key: Callable[[_T], str]) -> list[list[_T]]:
    """Words between those that join them, which a key tells."""
    found: list[list[_T]] = [[]]
    for word in words:
        if key(word) == sign:
            found.append([])
        else:
            found[-1].append(word)
    return found


def _of_two(sign: str, word: str, exists: PerFile) -> bool | None:
    if sign in _FILE_SIGNS:
        return exists(word)
    if sign in ("-n", "-z"):
        return is_filled(word) if sign == "-n" else negation(is_filled(word))
    # What is no operator is an error, which is as good as false.
    return None if sign.startswith(("-", "(")) or not is_known(sign) else False


def is_filled(word: str) -> bool | None:
    """Whether a word is not empty."""
    return True if STAND_IN.sub("", word) else False if is_known(word) else None


def words_compare(left: str, sign: str, right: str) -> bool | None:
    """Whether two texts, or two numbers, are as a sign says."""
    if not is_known(left + right):
        return None
    if sign in TEXT_SIGNS:
        return (left == right) is (sign != "!=")
    of_numbers = _NUMBER_SIGNS.get(sign)
    if of_numbers is None or not (_NUMBER.fullmatch(left) and _NUMBER.fullmatch(right)):
        return None
    return of_numbers(int(left), int(right))
