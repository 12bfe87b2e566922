"""What a fix writes: which attribute is to get which value, in the words of either language."""

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from taskwall.core.values import Scalar


class Blank(Struct, frozen=True, gc=False):
    """A text that only the user can give. `hint` says what it is; it is written as `<hint>`."""

    hint: str


Wanted: TypeAlias = "Scalar | Blank | tuple[Wanted, ...] | Mapping[str, Wanted]"
"""A value to write. Of a mapping only the keys that it names are set, whatever else is there."""


class Spot(Struct, frozen=True, gc=False):
    """An attribute of a resource, written or not: the resource's address, and the path in it.

    A path that ends with `[+]` means the end of a list, to which elements are to be added.
    """

    address: str
    path: str


class Change(Struct, frozen=True, gc=False):
    """A value that an attribute is to get, as each language writes it."""

    spot: Spot
    terraform: Wanted
    cloudformation: Wanted

    def wanted(self, language: str) -> Wanted:
        """The value in the words of a language."""
        return self.terraform if language == "terraform" else self.cloudformation


def blanks(wanted: Wanted) -> bool:
    """Whether a value leaves something for the user to fill in."""
    if isinstance(wanted, Mapping):
        return any(map(blanks, wanted.values()))
    if isinstance(wanted, tuple):
        return any(map(blanks, wanted))
    return isinstance(wanted, Blank)
