"""Truth values of which some are not known (None), and what they come to together."""

from collections.abc import Iterable
from typing import TypeAlias

Tristate: TypeAlias = bool | None


def any_true(truths: Iterable[Tristate]) -> Tristate:
    """True if one is, false if all are, else not known."""
    found: Tristate = False
    for truth in truths:
        if truth:
            return True
        if truth is None:
            found = None
    return found


def all_true(truths: Iterable[Tristate]) -> Tristate:
    """False if one is, true if all are, else not known."""
    found: Tristate = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            found = None
    return found


def negation(truth: Tristate) -> Tristate:
    """The other way round; what is not known stays so."""
    return None if truth is None else not truth
