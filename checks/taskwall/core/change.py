"""What a fix writes: which attribute is to get which value, in the words of either language."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from taskwall.core.values import Scalar, Span


class Placeholder(Struct, frozen=True, gc=False):
    """A text that only the user can give. `hint` says what it is; it is written as `<hint>`."""

    hint: str


class ResourceAttribute(Struct, frozen=True, gc=False):
    """What a resource of the sources gives: an attribute, as each language names it.

    An empty name in CloudFormation stands for what `Ref` gives. An address that ends in `[*]`
    stands for all that `count` makes: what they give is a list.
    """

    address: str
    terraform: str
    cloudformation: str = ""


class SourceCode(Struct, frozen=True, gc=False):
    """A value that is no literal: as text in Terraform or YAML, and as JSON."""

    text: str
    json: str = ""


class NewResource(Struct, frozen=True, gc=False):
    """A resource to add: its type, its name (or logical id), and its attributes."""

    type: str
    name: str
    attributes: "Mapping[str, NewValue]"


NewValue: TypeAlias = (
    "Scalar | Placeholder | ResourceAttribute | SourceCode | NewResource | tuple[NewValue, ...]"
    " | Mapping[str, NewValue]"
)
"""A value to write. Of a mapping only the keys that it names are set, whatever else is there."""


class AttributePath(Struct, frozen=True, gc=False):
    """An attribute of a resource, written or not: the resource's address, and the path in it.

    A path that ends with `[+]` means the end of a list, to which elements are to be added.
    """

    address: str
    path: str


class AttributeChange(Struct, frozen=True, gc=False):
    """A value that an attribute is to get, as each language writes it.

    `name` is set if another attribute takes its place: `security_groups` that of `cidr_blocks`.
    `form` says whether the value is set; or is a block that takes the place of all that is there
    ("whole"); or resources, as text in HCL or YAML or one by its parts, that come after the
    resource ("beside");
    or that what the path leads to is taken away ("removed"), the resource itself without a path;
    or that the call of the downloaded module that makes it has some arguments ("call"); or that its
    user data gives the ECS agent a setting, by name and value ("agent"); or that the path leads
    into JSON that the attribute has as text ("text").
    `through` are the places that the value comes through, from the attribute to where it is
    written, if that is elsewhere: in a local, a variable, or an argument of a module; of user data,
    where it names the agent's cluster.
    `copies` are the attributes whose values it writes once more, which no input must decide.
    """

    attribute: AttributePath
    terraform: NewValue
    cloudformation: NewValue
    name: str = ""
    form: Literal["set", "whole", "beside", "removed", "call", "agent", "text"] = "set"
    through: tuple[Span, ...] = ()
    copies: tuple[AttributePath, ...] = ()

    def value_in(self, language: str) -> NewValue:
        """The value in the words of a language."""
        return self.terraform if language == "terraform" else self.cloudformation


def removal(of: AttributePath) -> AttributeChange:
    """The change that takes away an element of a list, an attribute, a block, or a resource."""
    return AttributeChange(of, None, None, form="removed")


def holds_code(wanted: NewValue) -> bool:
    """Whether a value is made of more than literals: of code, or of what a resource gives."""
    if isinstance(wanted, Mapping):
        return any(map(holds_code, wanted.values()))
    if isinstance(wanted, tuple):
        return any(map(holds_code, wanted))
    return isinstance(wanted, SourceCode | ResourceAttribute)


def has_placeholders(wanted: NewValue) -> bool:
    """Whether a value leaves something for the user to fill in."""
    if isinstance(wanted, NewResource):
        wanted = wanted.attributes
    if isinstance(wanted, Mapping):
        return any(map(has_placeholders, wanted.values()))
    if isinstance(wanted, tuple):
        return any(map(has_placeholders, wanted))
    if isinstance(wanted, SourceCode):
        return "<" in wanted.text
    return isinstance(wanted, Placeholder)
