"""What a fix writes: which attribute is to get which value, in the words of either language."""

from collections.abc import Mapping
from typing import TypeAlias

from msgspec import Struct

from taskwall.core.values import Scalar


class Placeholder(Struct, frozen=True, gc=False):
    """A text that only the user can give. `hint` says what it is; it is written as `<hint>`."""

    hint: str


NewValue: TypeAlias = "Scalar | Placeholder | tuple[NewValue, ...] | Mapping[str, NewValue]"
"""A value to write. Of a mapping only the keys that it names are set, whatever else is there."""


class AttributePath(Struct, frozen=True, gc=False):
    """An attribute of a resource, written or not: the resource's address, and the path in it.

    A path that ends with `[+]` means the end of a list, to which elements are to be added.
    """

    address: str
    path: str


class AttributeChange(Struct, frozen=True, gc=False):
    """A value that an attribute is to get, as each language writes it."""

    attribute: AttributePath
    terraform: NewValue
    cloudformation: NewValue

    def value_in(self, language: str) -> NewValue:
        """The value in the words of a language."""
        return self.terraform if language == "terraform" else self.cloudformation


def has_placeholders(wanted: NewValue) -> bool:
    """Whether a value leaves something for the user to fill in."""
    if isinstance(wanted, Mapping):
        return any(map(has_placeholders, wanted.values()))
    if isinstance(wanted, tuple):
        return any(map(has_placeholders, wanted))
    return isinstance(wanted, Placeholder)
