"""Security groups, what they allow and allow as egress, and prefix lists."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from taskwall.core.change import AttributeChange, AttributePath, NewValue, removal
from taskwall.core.facts import Fact
from taskwall.core.loop_places import LoopSpan, written
from taskwall.core.values import Need, Origin, Span, Text, dereferenced
from taskwall.model.core.address import Cidr, parse_cidr
from taskwall.model.core.entity import Entity, Link, Setting

Direction: TypeAlias = Literal["ingress", "egress"]


class SecurityGroup(Entity, frozen=True, kw_only=True):
    """A security group. `default` where it is its VPC's default group.

    `looked_up` are the names by which the sources look for one that they do not write.
    `for_tasks` is whether a task source that does not exist is written to use it.

    `managed` has the directions whose permissions it writes inline, each with the end of them, but
    for those that Terraform is to leave as they are (`ignore_changes`); `lists` says where, if that
    is one list. `exclusive` names those in which what is inline undoes permissions that are
    resources of their own. `made_open` says that the rule with which AWS makes a group, which lets
    everything out, stays in it until the sources write another.
    """

    vpc: Link | None = None
    default: bool = False
    looked_up: tuple[Setting, ...] = ()
    managed: Mapping[Direction, AttributePath] = {}
    lists: Mapping[Direction, Span] = {}
    exclusive: frozenset[Direction] = frozenset()
    made_open: bool = False
    for_tasks: bool = False

    def place_for(self, way: Direction) -> Span:
        """Where a permission that is missing belongs."""
        return self.lists.get(way, self.origin.header)


class GroupAssociation(Entity, frozen=True, kw_only=True):
    """That a group is used in a further VPC, beside the one that it was made in."""

    group: Link
    vpc: Link


class Permission(Struct, frozen=True, kw_only=True):
    """One entry of a security group: a peer, a protocol and ports. One in the source is one here.

    `on` is what holds it: the group where it is inline, else the resource of its own. Exactly one
    of `range`, `prefix_list`, `peer` and `itself` says who.
    `range_of` is the VPC whose own address range is meant, `range_in` the one of whose range it is
    a part that is not known, `of_subnet` the subnet whose own range is meant,
    `public` whether it is the public address of an Elastic IP or a NAT gateway.
    `id` identifies it for precedence. `place` is where it says who, in the attribute `says`;
    `block` is all of it. `by_group` is the attribute that would name a security group there,
    `by_range` the one for a CIDR. `many` says that `says` and `by_group` hold lists, and `alone`
    that no other permission is of that attribute.
    `entry` is what has to be taken away so that nothing is left of it. `body` is the whole of a
    resource that writes several, of which `block` is the first line.
    """

    id: str
    group: Link
    direction: Direction
    on: Origin
    place: Span
    block: Span
    body: Span | None = None
    protocol: Setting
    first_port: Setting
    last_port: Setting
    range: Setting | None = None
    range_of: Link | None = None
    range_in: Link | None = None
    of_subnet: Link | None = None
    public: bool = False
    prefix_list: Link | None = None
    peer: Link | None = None
    itself: bool = False
    says: AttributePath | None = None
    by_group: str = ""
    by_range: str = ""
    many: bool = False
    alone: bool = True
    entry: AttributePath | None = None
    fact: Fact

    def for_group(self, group: NewValue) -> tuple[AttributeChange, ...]:
        """The change after which it is for a security group in place of all that `says` names."""
        if self.says is None:
            return ()
        wanted = (group,) if self.many else group
        return (AttributeChange(self.says, wanted, wanted, self.by_group),)

    def for_range(self, cidr: NewValue) -> tuple[AttributeChange, ...]:
        """The change after which it is for a CIDR in place of all that `says` names."""
        if self.says is None:
            return ()
        wanted = (cidr,) if self.by_range == "cidr_blocks" else cidr
        return (AttributeChange(self.says, wanted, wanted, self.by_range),)

    @property
    def removed(self) -> tuple[AttributeChange, ...]:
        """The change after which it is not there."""
        return () if self.entry is None else (removal(self.entry),)

    def for_ports(self, first: NewValue, last: NewValue) -> tuple[AttributeChange, ...]:
        """The changes after which it is for a range of ports."""
        every = str(self.protocol.known).lower() in ("-1", "all")
        kind = self.protocol.to("tcp") if every else ()
        return (*kind, *self.first_port.to(first), *self.last_port.to(last))

    @property
    def source_key(self) -> object:
        """Where it is written and by which module calls: equal for all instances of one text."""
        return self.on.name, written(self.place), self.on.called_from

    @property
    def written_in(self) -> Span:
        """The block that writes it, or the lines of the list's element of which a loop makes it.

        What one line lists (`for_each = [22, 80]`) is written together.
        """
        element = self.place.element if isinstance(self.place, LoopSpan) else None
        if element is None:
            return self.body or written(self.block)
        return Span(element.file, element.line, 1, element.end_line + 1, 1)

    @property
    def block_key(self) -> object:
        """As `source_key`, and equal for all whom one block names: they are written together."""
        block, place = self.written_in, written(self.place)
        return self.on.name, block if block.holds(place) else place, self.on.called_from

    @property
    def needs(self) -> tuple[Need, ...]:
        """What it waits for to know whether it is there, and what it allows."""
        settings = (self.protocol, self.first_port, self.last_port, self.range)
        links = (self.peer, self.prefix_list, self.range_in)
        found = [need for each in settings if each is not None for need in each.needs]
        found += [need for link in links if link is not None for need in link.fact.needs]
        return (*found, *self.fact.needs)

    def states(
        self, truth: bool | None, text: str, needs: tuple[Need, ...] = (), otherwise: str = ""
    ) -> Fact:
        """A fact about whom it allows, at the place where it says so."""
        return Fact(truth, text, self.place, self.on.name, needs, otherwise)

    @property
    def cidr(self) -> Cidr | None:
        """The address range, where it is known."""
        text = self.range.known if self.range else None
        return parse_cidr(text) if isinstance(text, str) else None

    @property
    def ports(self) -> str:
        """The ports, as messages say them."""
        protocol = str(self.protocol.known or "").lower()
        if self.protocol.open or self.first_port.open or self.last_port.open:
            return "some ports"
        if protocol not in _WITH_PORTS:
            return _ICMP.get(protocol, "all ports")
        low, high = self.first_port.known, self.last_port.known
        if low is None or (str(low), str(high)) in {("0", "65535"), ("-1", "-1")}:
            return f"all {_WITH_PORTS[protocol]} ports"
        return f"port {low}" if str(low) == str(high) else f"ports {low}-{high}"


_WITH_PORTS = {"tcp": "TCP", "6": "TCP", "udp": "UDP", "17": "UDP"}
_ICMP = {"icmp": "icmp", "1": "icmp", "icmpv6": "icmpv6", "58": "icmpv6"}


class PrefixList(Entity, frozen=True, kw_only=True):
    """A prefix list. `named` is its name, `entries` its ranges where the sources write them.

    `aws` where AWS manages it (its name starts with com.amazonaws).
    """

    named: Setting
    entries: tuple[Setting, ...] | None = None

    @property
    def service(self) -> str:
        """The AWS service whose list it is (`vpc-lattice`, `s3`), "" where it is no such list.

        The ends of the name tell, whichever Region stands between them. Where sources refer to a
        list by its name, that is its id here.
        """
        value = dereferenced(self.named.value)
        parts = value.parts if isinstance(value, Text) else (self.named.known or self.id,)
        first, last = parts[0], parts[-1]
        if not isinstance(first, str) or not first.startswith("com.amazonaws."):
            return ""
        return last.rpartition(".")[2] if isinstance(last, str) and "." in last else ""
