"""Equality that decides whether an answer is still the same."""

from collections.abc import Sequence
from operator import is_
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple


def deep_equal(one: Any, other: Any) -> bool:
    """Whether two values are equal and of equal types throughout: 1 is neither True nor 1.0."""
    if one is other:
        return True
    kind = type(one)
    if kind is not type(other):
        return False
    if issubclass(kind, Struct):
        return _all_deep_equal(astuple(one), astuple(other))
    if kind is tuple or kind is list:
        return len(one) == len(other) and (all(map(is_, one, other)) or _all_deep_equal(one, other))
    if issubclass(kind, dict):
        return dict.keys(one) == dict.keys(other) and all(
            deep_equal(value, dict.__getitem__(other, key)) for key, value in dict.items(one)
        )
    return bool(one == other)


def _all_deep_equal(some: Sequence[Any], others: Sequence[Any]) -> bool:
    for one, other in zip(some, others, strict=True):
        if one is other:
            continue
        if type(one) is int and type(other) is int:  # lines and columns: it saves most of the calls
            if one != other:
                return False
        elif not deep_equal(one, other):
            return False
    return True
