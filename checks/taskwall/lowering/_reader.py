"""How lowering functions are found, and how they read a resource: cells, settings, links."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.change import AttributeChange, AttributePath, NewValue
from taskwall.core.facts import TRUE, Fact
from taskwall.core.values import (
    Fields,
    Known,
    Need,
    OneOf,
    Reference,
    Scalar,
    Unknown,
    dereferenced,
)
from taskwall.lowering._lists import split_ids
from taskwall.lowering._references import ReferenceIndex
from taskwall.model.core.entity import SOMETHING, Entity, Link, Setting
from taskwall.source.resource import Cell, Resource
from taskwall.source.stack import SourceError, at_the_call

T = TypeVar("T", bound=Entity)


class ResourceReader:
    """One resource as a lowering function reads it, in either language."""

    def __init__(
        self, resource: Resource, builder: ReferenceIndex, external: tuple[Need, ...] = ()
    ) -> None:
        self.resource = resource
        self.builder = builder
        self.external = external
        self.body = resource.cell(builder.attributes_read)
        self.origin = resource.origin
        self.id = resource.origin.address
        self.name = resource.origin.name
        self.terraform = resource.origin.language == "terraform" and not _is_translated(resource)

    def attribute(self, terraform: str, cloudformation: str) -> Cell:
        """The value at a path, spelled in each language; "" where a language has none."""
        path = terraform if self.terraform else cloudformation
        return self.body.at(path) if path else self.nothing()

    def nothing(self) -> Cell:
        """A value that is not written, for what a language has no word for."""
        return Cell(None, self.origin.header, "", self.resource)

    def setting(
        self,
        terraform: str,
        cloudformation: str,
        default: Scalar = None,
        default_text: str = "",
        meanings: Mapping[str, Scalar] | None = None,
    ) -> Setting:
        """The attribute at a path as a setting of the model. See `setting`."""
        path = terraform if self.terraform else cloudformation
        cell = self.attribute(terraform, cloudformation)
        return setting(cell, path.rpartition(".")[2] or terraform, default, default_text, meanings)

    def change(
        self, cell: Cell, terraform: NewValue, cloudformation: NewValue, end: str = ""
    ) -> tuple[AttributeChange, ...]:
        """The change that sets what a cell stands for, in the words of the resource's language.

        With `end` ("[+]") it adds elements to the list that the cell is.
        """
        spot = AttributePath(self.id, f"{cell.path}{end}")
        settable = cell.path and not _is_translated(self.resource)
        return (AttributeChange(spot, terraform, cloudformation),) if settable else ()

    def beside(self, code: NewValue) -> tuple[AttributeChange, ...]:
        """The change that adds resources after this one: none beside one of awscc."""
        if _is_translated(self.resource):
            return ()
        return (AttributeChange(AttributePath(self.id, ""), code, code, form="beside"),)

    def provider_majors(self) -> tuple[int | None, int | None]:
        """The lowest and the highest major version that Terraform's provider may have, if any."""
        found = map(self.resource.metadata.fields.get, ("provider_lowest", "provider_highest"))
        numbers = (said.data if isinstance(said, Known) else None for said in found)
        lowest, highest = (each if isinstance(each, int) else None for each in numbers)
        return lowest, highest

    def complain(self, cell: Cell, message: str) -> None:
        """Note that what stands at a cell cannot be read."""
        error, call = SourceError(cell.place, f"{self.name}: {message}"), self.origin.download
        self.builder.errors.append(at_the_call(error, call) if call else error)

    def in_another_case(self, block: Cell, path: str, *, refused: bool = True) -> Cell | None:
        """What is written in the case in which other services of AWS write it.

        It is read as it is meant, so that all else it says is judged as well. Where it is `refused`
        an error is noted.
        """
        outer, _, wanted = path.rpartition(".")
        holder = block.at(outer) if outer else block
        found = dereferenced(holder.value)
        for key in found.fields if isinstance(found, Fields) else ():
            if key != wanted and key.lower() == wanted.lower():
                if refused:
                    self.complain(holder.get(key), f"{key} is not a property: write {wanted}")
                return holder.at(key)
        return None

    def fact(self, text: str, cell: Cell) -> Fact:
        """That this resource says something at a cell; unknown where either may be absent."""
        maybe = self.origin.maybe
        if cell.sure and not maybe:
            return Fact(True, text, cell.place, self.name)
        return Fact(None, text, cell.place, self.name, (*(cell.doubt or ()), *maybe))

    def there(self, cell: Cell) -> Fact:
        """That this resource exists, which is worth a word only where it may not."""
        found = self.fact(f"{self.name} exists", cell)
        return TRUE if found.truth else found

    def link(self, kind: type[Entity], cell: Cell, verb: str = "refers to") -> Link | None:
        """The link to the entity that a cell names; None where nothing is written."""
        if cell.absent:
            return None
        to, exact, needs = self.builder.resolve(kind, cell)
        among = None if to else self.builder.among(kind, cell)
        names = {self.builder.label(each) for each in among or (to,)}
        name = names.pop() if len(names) == 1 else ""  # All instances of one go by its name.
        text = f"{self.name} {verb} {name or SOMETHING}"
        fact = Fact(True, text, cell.place, self.name, needs)
        if cell.doubt is not None:
            unseen = {need.name: need for need in needs if not need.option}
            waits = tuple(unseen.get(need.name, need) for need in cell.doubt)
            fact = Fact(None, text, cell.place, self.name, waits or needs)
        written = self.builder.is_written(kind, cell, to, exact)
        return Link(to, fact, cell.place, exact, written, among)

    def links(
        self, kind: type[Entity], cell: Cell, verb: str = "refers to", *, some: bool = False
    ) -> tuple[Link, ...]:
        """The links to all entities that a list names, or to the one that stands by itself.

        `some` is whether AWS wants the list to name one at least: what stands for a list that
        nobody knows is there, as far as the list is.
        """
        cell = split_ids(cell)
        every = [*cell.each()]
        if isinstance(cell.value, Reference) and self.builder.is_one(kind, cell.value):
            every = [cell]
        elif some and isinstance(dereferenced(cell.value), _UNKNOWN):
            every = [replace(cell, path=f"{cell.path}[*]")]
        found = (self.link(kind, each, verb) for each in every)
        return tuple(link for link in found if link is not None)

    def said_by(self, kind: type[Entity], key: str, *types: str) -> "Iterator[ResourceReader]":
        """The resources of some types that are about this one, as an attribute of them says.

        What may be about another one, or may not exist, says nothing for sure.
        """
        for resource in self.builder.about(self.id, key, *types):
            other = ResourceReader(resource, self.builder)
            link = other.link(kind, other.body.get(key))
            if link is not None and link.to in (self.id, ""):
                needs = (*(() if link.to else link.fact.needs), *other.origin.maybe)
                if needs or not link.to:
                    other.body = replace(other.body, doubt=needs)
                yield other

    def must(self, kind: type[Entity], cell: Cell, verb: str = "refers to") -> Link:
        """The link that a cell must name; where nothing is written, it leads nowhere."""
        link = self.link(kind, cell, verb)
        if link is None:
            return Link("", Fact(False, f"{self.name} {verb} nothing", cell.place), cell.place)
        return link


_UNKNOWN = (Unknown, Reference)


def _is_translated(resource: Resource) -> bool:
    """Whether a resource of Terraform is read as CloudFormation's, in whose words its paths are."""
    return "::" in resource.type and resource.origin.language == "terraform"


def setting(
    cell: Cell,
    name: str,
    default: Scalar = None,
    default_text: str = "",
    meanings: Mapping[str, Scalar] | None = None,
    links: Iterable[Link] = (),
) -> Setting:
    """A cell as a setting of the model.

    Args:
        cell: where the value stands.
        name: how the source spells the attribute.
        default: what AWS takes where nothing is written.
        default_text: that default as a sentence; none means that absence stays absence.
        meanings: texts of the source (`ENABLED`) and the values that they mean.
        links: the links to the entities that it names, where its values are ids.
    """
    origin = cell.resource.origin
    settable = cell.path and not _is_translated(cell.resource)
    resource, spot = origin.name, AttributePath(origin.address, cell.path) if settable else None
    if cell.absent:
        standing = Known(default) if default_text else None
        return Setting(standing, cell.place, name, resource, default_text, spot)
    known = cell.known
    if meanings is not None and known is not None and cell.sure:
        meant = meanings.get(str(known).lower(), known)
        return Setting(Known(meant), cell.place, name, resource, attribute=spot)
    value = cell.value if cell.doubt is None else Unknown(cell.doubt)
    some = dereferenced(value)
    if meanings is not None and isinstance(some, OneOf):
        values = tuple(meanings.get(text.lower(), text) for text in some.answers)
        value = replace(some, meant=values)
    names = frozenset(link.to for link in links if link.exact) or _NOTHING
    return Setting(value, cell.place, name, resource, attribute=spot, names=names)


_NOTHING: frozenset[str] = frozenset()
"""The names of most settings: a set of their own would take more memory than the setting."""


SWITCH: Mapping[str, Scalar] = {
    "enabled": True,
    "disabled": False,
    "true": True,
    "false": False,
    "on": True,
    "off": False,
}
"""The texts that both languages use for on and off."""

Lowering: TypeAlias = Callable[[ResourceReader], Iterable[Any]]


class LoweredType(Struct, frozen=True):
    """What a resource type becomes, by which function, and which attribute gives its name."""

    entity: type[Entity] | None
    lowering: Lowering
    named: str


ANNOUNCED: dict[str, LoweredType] = {}
"""What the files that are imported so far make of resource types."""


def lowers(
    *types: str, to: type[Entity] | None = None, named: str = ""
) -> Callable[[Lowering], Lowering]:
    """Make a function the reader of resource types.

    Args:
        types: of either language.
        to: the kind of entity that other resources mean when they refer to one of these.
        named: the attribute by whose text (beside ids and references) others may refer to it.
    """

    def made(function: Lowering) -> Lowering:
        for name in types:
            if name in ANNOUNCED:
                raise TypeError(f"{name} is lowered twice")
            ANNOUNCED[name] = LoweredType(to, function, named)
        return function

    return made
