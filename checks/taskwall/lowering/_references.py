"""What resources refer to: which entity of the network a value of theirs names."""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.patterns import pattern
from taskwall.core.values import (
    NOT_EXPORTED,
    Choice,
    Fields,
    Items,
    Known,
    Need,
    Reference,
    Span,
    Text,
    Unknown,
    Value,
    dereferenced,
    same,
    spelled,
    symbol,
    without_option,
)
from taskwall.lowering._arn import name_at_end, name_in
from taskwall.lowering._default_vpc import ADOPTED, Region, default_vpcs, own_region
from taskwall.lowering._handed import call_of, handed_to, maker
from taskwall.lowering._outside import is_outside, looks_here, made_with_a_vpc, sought_by_name
from taskwall.lowering._resources import ResourceIndex
from taskwall.lowering._types import LOWERED
from taskwall.model.core.entity import Entity
from taskwall.model.entities.vpc import Vpc
from taskwall.source.resource import Cell, Resource
from taskwall.source.stack import SourceError


class ExternalReference(Struct, frozen=True):
    """Where something that is not declared is first referred to, and what is not known of it."""

    place: Span
    language: str
    needs: tuple[Need, ...]
    context: bool = False


def entity_of(type_: str) -> str:
    """The kind of entity that others mean when they refer to a resource of a type, by its name."""
    return LOWERED[type_][1] if type_ in LOWERED else ""


class ReferenceIndex(ResourceIndex):
    """The resources of a stack, and what is noted of those that they refer to."""

    def __init__(self, resources: Iterable[Resource], calls: Iterable[Resource] = ()) -> None:
        super().__init__(resources, calls)
        self.attributes_read: set[tuple[str, str]] = set()
        self.errors: list[SourceError] = []
        self.external_references: dict[tuple[type[Entity], str], ExternalReference] = {}

    def label(self, address: str) -> str:
        """An address as messages say it: without instance keys."""
        resource = self.resources.get(address)
        return resource.origin.name if resource else address

    def resolve(self, kind: type[Entity], cell: Cell) -> tuple[str, bool, tuple[Need, ...]]:
        """Which entity of a kind a cell names.

        Returns:
            Its id ("" if nothing tells two of them apart), whether it is certainly no other
            entity than those with other ids, and what is not known of it.
        """
        value = cell.value
        while isinstance(value, Reference):
            found = self._declared(kind, value, cell)
            if found is not None:
                return found
            if value.value is None:
                break
            value = value.value
        if value is None:
            return "", False, ()
        if isinstance(value, Choice) and not any(map(_is_nothing, _ways(value))):
            first, *others = (self.resolve(kind, replace(cell, value=way)) for way in _ways(value))
            if first[0] and first[1] and all(other[:2] == first[:2] for other in others):
                return first
        if isinstance(value, Text):
            parts = [p for p in value.parts if isinstance(p, Reference)]
            inside = [self._declared(kind, part, cell) for part in parts]
            known = [found for found in inside if found is not None]
            if len({address for address, _, _ in known}) == 1:  # "${web.family}:${web.revision}"
                return known[0]
            head = value.parts[0]
            if isinstance(head, str) and (address := self.by_name(kind).get(name_in(head))):
                return address, True, ()
            if name := name_at_end(value):
                if address := self.by_name(kind).get(name):
                    return address, True, ()
                if isinstance(head, str) and head.startswith("arn:"):
                    return self._outside(kind, name, cell)  # wherever it is: no other is meant
        if isinstance(value, Known):
            text = str(value.data)
            address = self.by_name(kind).get(text) or self.by_name(kind).get(name_in(text))
            if address is not None:
                if self.resources[address].data:  # it exists, and not all is known of it
                    self._refer((kind, address), cell, ())
                return address, True, ()
            return self._outside(kind, text, cell)
        name, needs = _OF_INPUT.sub(r"\1.id", symbol(value)), cell.needs
        one = self._with_open_id(kind, cell)
        if one is not None or not self.by_name(kind):
            needs = without_option(needs)  # a value would name another entity that is not seen
        if one is not None:
            return self._found(kind, one, needs, cell)
        if name in self.resources:
            # An input of one template that is called as a resource of another is not that one.
            name = f"parameter {name}"
        if name:
            self._refer((kind, name), cell, needs)
        # No two stacks have one name: what is called as another one is not meant.
        every = (name, *self.by_name(kind))
        return name, len(every) > 1 and all(each.endswith(_STACK) for each in every), needs

    def _outside(
        self, kind: type[Entity], name: str, cell: Cell
    ) -> tuple[str, bool, tuple[Need, ...]]:
        """What `resolve` returns of an entity that the sources do not have, by its name."""
        said = name
        if name in self.resources or not name:
            # Only references lead to a resource: a text that is like its logical id does not,
            # nor does one without letters, which names nothing.
            said = f'"{name}"'
        outside = Need(said, "is not in the sources")
        if not name:
            outside = Need(f"{cell.key} of {cell.resource.origin.name}", "is empty")
        self._refer((kind, said), cell, (outside,))
        return said, True, (outside,)

    def is_written(self, kind: type[Entity], cell: Cell, to: str, exact: bool) -> bool | None:
        """Whether a cell names an entity of a kind that these sources write; None if open."""
        if exact:
            owner, _, entity = to.rpartition(".")  # what AWS makes with a VPC
            if (known := self.resources.get(to)) is not None:
                return not known.data
            return entity in _MADE and owner in self.resources
        value = dereferenced(cell.value)
        if isinstance(value, Text) and not isinstance(value.parts[0], str):
            value = value.parts[0] if len(value.parts) == 1 else value
        call = call_of(self, value)
        if call is None and isinstance(value, Unknown) and not value.symbol:
            call = maker(self, cell.resource)
        if call is not None:
            outside = not self._gets(kind, call)
        elif isinstance(value, Reference):
            outside = value.looked_up and not looks_here(self, self.resources.get(value.resource))
        else:
            outside = isinstance(value, Unknown) and is_outside(self, value)
        apart = isinstance(value, Unknown) and any(n.why == NOT_EXPORTED for n in value.needs)
        return False if outside and (apart or self.is_alone()) else None

    def among(self, kind: type[Entity], cell: Cell) -> frozenset[str] | None:
        """The ids of those entities of which an open conditional names one, or none at all.

        None where a cell holds something else, or nothing tells what the conditional may name.
        """
        if not isinstance(cell.value, Choice):
            return None
        found: set[str] = set()
        for way in _ways(cell.value):
            if _is_nothing(way):
                continue
            named = replace(cell, value=way)
            to, exact, _ = self.resolve(kind, named)
            if not exact and self.is_written(kind, named, to, exact) is not False:
                return None
            found.add(to)
        return frozenset(found)

    def _gets(self, kind: type[Entity], call: Resource) -> bool:
        """Whether what is not there may get an entity of a kind that these sources write.

        With a VPC it gets the default group, which may be written here; from what is not known it
        may get anything.
        """
        address = call.origin.address
        handed = self.recalled(("handed", address), handed_to, self, address)
        if handed.anything:
            return True
        for resource in handed.resources:
            got = entity_of(resource.type)
            default = got == "Vpc" and kind.__name__ == "SecurityGroup"
            if got == kind.__name__ or (default and self.implied(kind, resource.origin.address)):
                return True
        named = self.recalled(("called", kind), self._called, kind)
        return any(_key(name, by) in named for by, name in handed.names)

    def _called(self, kind: type[Entity]) -> frozenset[str]:
        """The names, ids and ARNs of the entities of a kind that these sources write."""
        found = {*self.by_name(kind)}
        types = (name for name in LOWERED if entity_of(name) == kind.__name__)
        for each in self.of_type(*types):
            found |= {_key(name, each) for name in _names(each.body) if not each.data}
        return frozenset(found)

    def default_vpc(self, resource: Resource) -> str:
        """The default VPC of a resource's region, as the sources adopt it; "" if they do not."""
        return self.adopted_vpcs().get(own_region(resource), "")

    def adopted_vpcs(self) -> dict[Region, str]:
        """The default VPCs that the sources adopt."""
        return self.recalled("default VPCs", lambda: default_vpcs(self.types))

    def first_adopting(self, address: str) -> str:
        """The address of a resource; of what adopts one default VPC several times, of the first."""
        resource = self.resources.get(address)
        adopts = resource is not None and resource.type == ADOPTED
        return self.default_vpc(resource) if resource is not None and adopts else address

    def _refer(self, to: tuple[type[Entity], str], cell: Cell, needs: tuple[Need, ...]) -> None:
        """Note that a cell refers to something that the sources do not declare."""
        if to not in self.external_references:
            origin = cell.resource.origin
            self.external_references[to] = ExternalReference(
                cell.place, origin.language, needs, origin.context
            )

    def _declared(
        self, kind: type[Entity], reference: Reference, cell: Cell
    ) -> tuple[str, bool, tuple[Need, ...]] | None:
        resource = self.resources.get(reference.resource)
        if resource is None:
            return None
        if (suffix := _IMPLIED.get((kind.__name__, reference.attribute))) is not None:
            vpc = self.first_adopting(reference.resource)
            address = self.implied(kind, vpc) or vpc + suffix
            if resource.data or suffix == ".default":
                self._refer((kind, address), cell, ())
            return address, not resource.data, ()
        if entity_of(resource.type) != kind.__name__ and not _is_list_of_one(kind, resource):
            return None
        if not resource.data:
            return self.first_adopting(reference.resource), True, ()
        if (sought := made_with_a_vpc(resource)) is not None:
            made, of = sought
            vpc, exact, needs = self.resolve(Vpc, of)
            address = self.implied(kind, vpc) or f"{vpc}.{made}"
            if vpc and (exact or made == "main"):
                if not exact or made == "default":
                    self._refer((kind, address), cell, needs)
                return address, exact, needs
        if entity_of(resource.type) != kind.__name__:
            return None
        ids = [resource.cell(self.attributes_read).get(key) for key in ("id", "arn")]
        for found in ids:
            if not (found.absent or isinstance(found.value, Unknown)):
                return self.resolve(kind, found)
        own = self._with_name_of(kind, resource) or self._group_sought_by(resource)
        if own is not None:
            return own, True, ()
        known = filter(None, (self._with_open_id(kind, found) for found in ids))
        one = next(known, resource)
        return self._found(kind, one, (Need(one.origin.address, reference.why),), cell)

    def _found(
        self, kind: type[Entity], resource: Resource, needs: tuple[Need, ...], cell: Cell
    ) -> tuple[str, bool, tuple[Need, ...]]:
        """What `resolve` returns of a resource, or of a data source that waits for some needs."""
        address = resource.origin.address
        if not resource.data:
            return address, True, ()
        self._refer((kind, address), cell, needs)
        return address, self.is_apart(resource), needs

    def _with_open_id(self, kind: type[Entity], cell: Cell) -> Resource | None:
        """What has an id that is not known, if a resource or a data source says that it has it."""
        if cell.value is None or not symbol(cell.value):
            return None
        name = _open(cell.value, cell.resource)
        address = self.by_name(kind).get(name) or self._looked_up_by(kind).get(name)
        return None if address is None else self.resources[address]

    def _looked_up_by(self, kind: type[Entity]) -> dict[str, str]:
        """The first data source of each entity of a kind, by its id where that is not known."""
        return self.recalled(("look-ups", kind), self._looked_up_by_id, kind)

    def _looked_up_by_id(self, kind: type[Entity]) -> dict[str, str]:
        found: dict[str, str] = {}
        for type_ in (name for name in LOWERED if entity_of(name) == kind.__name__):
            for resource in self.types.get(type_, ()):
                for key in ("id", "arn") if resource.data else ():
                    value = resource.body.fields.get(key)
                    if value is not None:
                        found.setdefault(_open(value, resource), resource.origin.address)
        return found

    def is_apart(self, looked_up: Resource) -> bool:
        """Whether a security group that is looked up by its name is none of the others."""
        return self.recalled(("apart", looked_up.origin.address), self._is_apart, looked_up)

    def _is_apart(self, looked_up: Resource) -> bool:
        sought = sought_by_name(looked_up) if looked_up.type == "aws_security_group" else None
        if sought is None or sought[0].value is None or self.of_type(_OF_CLOUD_CONTROL):
            return False
        name = sought[0].value
        others = (one for one in self.of_type(looked_up.type) if one is not looked_up)
        return not any(_may_be_called(one, name) for one in others)

    def _with_name_of(self, kind: type[Entity], looked_up: Resource) -> str | None:
        """The resource that has the name by which a data source looks one up, if it is written.

        An account has only one of that name: it is the one that these sources make.
        """
        argument = _ONE_OF_A_NAME.get(looked_up.type)
        value = looked_up.cell(self.attributes_read).get(argument).value if argument else None
        name = dereferenced(value)
        if name is None or not (isinstance(name, Known) or symbol(name)):
            return None
        address = self.by_name(kind).get(_key(name, looked_up))
        return None if address is None or self.resources[address].data else address

    def _group_sought_by(self, looked_up: Resource) -> str | None:
        """The security group of the sources that a data source looks for by its name."""
        sought = sought_by_name(looked_up) if looked_up.type == "aws_security_group" else None
        if sought is None or sought[0].value is None:
            return None
        name, vpc = sought
        found = [
            group.origin.address
            for group in self.of_type(looked_up.type)
            if not (group.data or group.origin.maybe)
            and _is_called(group, name.value)
            and self._is_there(group, looked_up, vpc)
        ]
        return found[0] if len(found) == 1 else None

    def _is_there(self, group: Resource, looked_up: Resource, vpc: Cell) -> bool:
        """Whether a group is in the VPC that is asked for; if none is, in the same region."""
        if vpc.absent:
            return own_region(group) == own_region(looked_up)
        own = group.cell(self.attributes_read).get("vpc_id")
        here, there = self.resolve(Vpc, own)[0], self.resolve(Vpc, vpc)[0]
        return bool(here) and here == there

    def is_one(self, kind: type[Entity], reference: Reference) -> bool:
        """Whether a reference leads to one entity of a kind, that the sources write or look up."""
        resource = self.resources.get(reference.resource)
        if resource is None or resource.data:
            return resource is not None and _is_list_of_one(kind, resource)
        return entity_of(resource.type) == kind.__name__

    def implied(self, kind: type[Entity], vpc: str) -> str:
        """The resource that adopts what AWS makes with every VPC, "" if the sources have none.

        Such entities are its default group and its main route table.
        """
        for resource in self.of_type(_ADOPTS[kind.__name__]):
            for value in resource.body.fields.values():
                if isinstance(value, Reference) and self.first_adopting(value.resource) == vpc:
                    return resource.origin.address
        return ""

    def by_name(self, kind: type[Entity]) -> dict[str, str]:
        """The addresses of the resources that become entities of a kind, by their names."""
        return self.recalled(("names", kind), self._named, kind)

    def _named(self, kind: type[Entity]) -> dict[str, str]:
        """The first resource of each name, by type.

        Of a name that is not known, its symbol: equal ones are one name. One that has none is
        found by nobody, but is there. Of what was deployed, as the context holds it, ids are known
        too, and of what it only looked up nothing else.
        """
        names: dict[str, str] = {}
        looked_up: dict[str, str] = {}
        for type_, (_, entity, name) in LOWERED.items():
            for resource in self.types.get(type_, ()) if entity == kind.__name__ else ():
                attributes: tuple[str, ...] = (name, "id", "arn")
                if resource.data:
                    attributes = ("id", "arn") if resource.origin.context else ()
                for attribute in attributes:
                    found = resource.body.fields.get(attribute)
                    text = dereferenced(found)
                    if isinstance(text, Known):
                        table = looked_up if resource.data else names
                        if (known := spelled(text.data)) is not None:
                            table.setdefault(known, resource.origin.address)
                    elif text is not None and not resource.data:
                        names.setdefault(_open(text, resource), resource.origin.address)
        return looked_up | names


def _ways(value: Value) -> Iterator[Value]:
    """What a value may be, if an open conditional gives it; else itself."""
    if isinstance(value, Choice):
        yield from _ways(value.then)
        yield from _ways(value.otherwise)
    else:
        yield value


def _is_nothing(value: Value) -> bool:
    """Whether a value is null or an empty text, which names nothing."""
    return isinstance(value, Known) and value.data in (None, "")


def _names(body: Fields) -> Iterator[Value]:
    """The names that a resource is written with, its tag `Name` among them: no empty ones."""
    written = [body.fields.get(key) for key in ("name", "GroupName")]
    tags, listed = (dereferenced(body.fields.get(key)) for key in ("tags", "Tags"))
    if isinstance(tags, Fields):
        written.append(tags.fields.get("Name"))
    for tag in listed.items if isinstance(listed, Items) else ():
        key = tag.fields.get("Key") if isinstance(tag, Fields) else None
        if isinstance(tag, Fields) and isinstance(key, Known) and key.data == "Name":
            written.append(tag.fields.get("Value"))
    for one in written:
        name = dereferenced(one)
        if name is not None and not (isinstance(name, Known) and name.data in (None, "")):
            yield name


def _is_called(group: Resource, name: Value | None) -> bool:
    """Whether a security group certainly has a name, or gives it."""
    if isinstance(name, Reference) and name.resource == group.origin.address:
        return name.attribute == "name"
    own = group.body.fields.get("name")
    return own is not None and name is not None and same(own, name) is True


def _may_be_called(group: Resource, name: Value) -> bool:
    """Whether a security group may have a name; the provider makes one where none is written."""
    if group.data:
        sought = sought_by_name(group)
        other = None if sought is None else sought[0].value
        return other is None or same(other, name) is not False
    own, prefix = (group.cell().get(key) for key in ("name", "name_prefix"))
    if own.value is not None and not own.absent:
        return same(own.value, name) is not False
    begins, meant = _MADE_UP if prefix.absent else dereferenced(prefix.value), dereferenced(name)
    if isinstance(begins, Known) and isinstance(meant, Known):
        return str(meant.data).startswith(str(begins.data))
    return True


_OF_CLOUD_CONTROL = "AWS::EC2::SecurityGroup"
"""The type of a group that the provider `awscc` makes, whose name stands elsewhere."""

_OF_INPUT = pattern(r"\A((?:.*/)?var(?:\.[\w-]+)+)\.(?:name|arn)\Z")
"""What tells one resource by another attribute, where a variable holds all of them."""


_MADE_UP = Known("terraform-")
"""How the names begin that the AWS provider makes up."""


def _is_list_of_one(kind: type[Entity], resource: Resource) -> bool:
    """Whether a data source that gives a list looks for the default group of one VPC."""
    listed = resource.data and resource.type == "aws_security_groups"
    return listed and kind.__name__ == "SecurityGroup" and made_with_a_vpc(resource) is not None


_ONE_OF_A_NAME = {
    "aws_alb": "name",
    "aws_alb_target_group": "name",
    "aws_ecs_cluster": "cluster_name",
    "aws_ecs_task_definition": "task_definition",
    "aws_lb": "name",
    "aws_lb_target_group": "name",
}
"""By the type of a data source: the argument that is a name of which an account has only one.

The reader's `DATA_SOURCES` answers from other roots. What a root makes itself is related here.
"""

_IMPLIED = {
    ("SecurityGroup", "default_security_group_id"): ".default",
    ("SecurityGroup", "DefaultSecurityGroup"): ".default",
    ("SecurityGroup", "default_security_group"): ".default",
    ("RouteTable", "default_route_table_id"): ".main",
    ("RouteTable", "main_route_table_id"): ".main",
}
"""Attributes of a VPC that name entities which come into being with it."""

_MADE = frozenset(suffix.removeprefix(".") for suffix in _IMPLIED.values())

_ADOPTS = {"SecurityGroup": "aws_default_security_group", "RouteTable": "aws_default_route_table"}


_WORKSPACES = ("terraform.workspace", "tofu.workspace")


_STACK = "AWS::StackName"
"""How the name of a stack of CloudFormation is called, behind where the stack is nested."""


def _key(name: Value, resource: Resource) -> str:
    """The key of a name, by which others find what is called so."""
    return str(name.data) if isinstance(name, Known) else _open(name, resource)


def _open(name: Value, resource: Resource) -> str:
    """The key of a name that is not known: equal ones are one name, and none is a written one.

    Inputs of several roots may be called the same and differ; AWS's own names do not, nor the
    workspace that roots of one stack are applied in.
    """
    parts = name.parts if isinstance(name, Text) else (name,)
    open_ = [part for part in parts if not isinstance(part, str)]
    shared = all("AWS::" in symbol(part) or symbol(part) in _WORKSPACES for part in open_)
    brought = (part.root if isinstance(part, Unknown) else "" for part in open_)
    roots = () if shared else (root or resource.origin.root for root in brought)
    return "\0".join((*roots, "", symbol(name)))
