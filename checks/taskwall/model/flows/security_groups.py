"""What security groups let through: entries of an interface's groups, and whom they match."""

from collections.abc import Iterable, Iterator
from itertools import product

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.core.address import ALL_PORTS, EVERYWHERE, V4, Ranges
from taskwall.model.core.entity import Link, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.security_group import Direction, Permission, SecurityGroup
from taskwall.model.entities.vpc import Vpc
from taskwall.model.flows.places import Place
from taskwall.model.flows.sets import ANY_PROTOCOL, OPEN, Pieces, TrafficPiece, for_all, merged
from taskwall.model.permissions.coverage import (
    Addresses,
    Part,
    addresses,
    aws_service,
    group_needs,
    holds_by_name,
    names_inside,
    there,
)
from taskwall.model.permissions.default_groups import default_links, is_as_made
from taskwall.model.permissions.egress import as_aws_makes_it
from taskwall.model.permissions.packets import Traffic, protocols
from taskwall.model.permissions.peers import permissions, who
from taskwall.model.permissions.ports import protocol, range_of_ports, unknown_ports


class Groups(Struct, frozen=True):
    """The security groups of an interface. `more` is whether it may have others than these.

    `filters` is false of what has no groups at all, as an NLB may: that lets everything through.
    """

    ties: tuple[Link, ...] = ()
    more: Fact = FALSE
    filters: bool = True


UNFILTERED = Groups(filters=False)


class GroupEntry(Struct, frozen=True):
    """What a group allows: traffic to ports, and who is on the other side.

    `held` are the addresses that it names, `service` the AWS service whose list it names. `anyone`
    is whether it is about everybody. `fact` is whether it is there, for these ports.
    """

    permission: Permission | None
    protocols: Ranges
    ports: Ranges
    fact: Fact
    text: str
    held: Addresses = Addresses()
    service: str = ""
    anyone: bool = False
    itself: str = ""

    @property
    def asks_groups(self) -> bool:
        """Whether it asks which groups the other side has."""
        of = self.permission
        return bool(self.itself) or (of is not None and (of.itself or of.peer is not None))

    @property
    def asks_addresses(self) -> bool:
        """Whether it asks where the other side is: what is for all addresses does not."""
        return bool(self.held.parts)


class Far(Struct, frozen=True):
    """The other side of a connection, as a group's entry sees it.

    Either something in a `place`, with its groups, or (`place` is None) a set of addresses of
    which any may take part; `hidden`: it has one of them, nobody knows which. `refers` is whether
    entries that name groups can match it at all. `service` is the AWS service in whose prefix list
    it is. None of its addresses is in a range of an `inner` name, the VPC's of this side, and where
    it is the `internet`, none is in an IPv4 range of any VPC.
    """

    addresses: Addresses
    place: Place | None = None
    groups: Groups = Groups()
    refers: Fact = FALSE
    service: str = ""
    hidden: bool = False
    inner: frozenset[str] = frozenset()
    internet: bool = False

    def may_be_in(self, part: Part) -> bool:
        """Whether some of its addresses may be in a range, by what is said of whose range it is.

        Where a VPC's range is known, its digits say more than its name.
        """
        if self.internet and part.vpc is not None and part.within <= V4:
            return False
        return part.whole or not self.inner & (part.names | part.around)


@remembered
def group_entries(network: Network, group: str, way: Direction) -> tuple[GroupEntry, ...]:
    """What a group, by its id, allows in one direction; one of them is unknown if it is unseen."""
    found = [_entry(network, each, way) for each in permissions(network, group, way)]
    known = network.get(SecurityGroup, group)
    if is_as_made(network, group):
        return (*found, _as_made(group, way))
    if known is None or known.external:
        of = known or network.get(Vpc, group.removesuffix(".default"))
        needs = (of and of.external) or (Need(group, "is not in the sources"),)
        return (*found, _unseen(group, needs))
    if way == "egress":
        made = as_aws_makes_it(network, known)
        if made.truth is not False:
            found.append(_everybody(made, f"{known.name} allows all egress, as AWS makes it"))
    return tuple(found)


def _unseen(group: str, needs: tuple[Need, ...]) -> GroupEntry:
    """What a group may allow of which nothing is known."""
    text = f"{group} allows it"
    return _everybody(Fact(None, text, resource=group, needs=needs), text)


def _everybody(fact: Fact, text: str) -> GroupEntry:
    return GroupEntry(None, ANY_PROTOCOL, ALL_PORTS, fact, text, anyone=True)


def _as_made(group: str, way: Direction) -> GroupEntry:
    """What AWS puts into a default group: its own members in, and everything out."""
    if way == "egress":
        text = f"{group} allows all egress, as AWS makes it"
        return _everybody(Fact(True, text, resource=group), text)
    text = f"{group} allows ingress from its own members, as AWS makes it"
    return GroupEntry(
        None, ANY_PROTOCOL, ALL_PORTS, Fact(True, text, resource=group), text, itself=group
    )


def _entry(network: Network, permission: Permission, way: Direction) -> GroupEntry:
    spoken, ports = protocol(permission), range_of_ports(permission)
    fact = there(permission)
    if not spoken or ports is None:
        needs = unknown_ports(permission)
        text = f"{permission.on.name} opens the port"
        fact = all_of((fact, Fact(None, text, permission.place, permission.on.name, needs)))
    verb = "ingress from" if way == "ingress" else "egress to"
    text = f"{permission.on.name} allows {verb} {who(network, permission)} on {permission.ports}"
    return GroupEntry(
        permission,
        protocols(spoken) if spoken else ANY_PROTOCOL,
        ALL_PORTS if ports is None else ports,
        fact,
        text,
        addresses(network, permission),
        aws_service(network, permission),
    )


def of_default_group(network: Network, vpc: Link | None, fact: Fact) -> Groups:
    """The groups of what names none: the default group of its VPC, written or as AWS makes it."""
    if vpc is None or not vpc.to:
        text = "it has the default group of its VPC"
        return Groups((), Fact(None, text, needs=(Need("its VPC", "is not known"),)))
    return Groups(default_links(network, vpc, fact))


def all_entries(
    network: Network, groups: Groups, way: Direction
) -> Iterator[tuple[GroupEntry, Fact, Link | None]]:
    """The entries of an interface's groups, whether they are its, and by which tie."""
    for link in groups.ties:
        if link.to:
            entries = group_entries(network, link.to, way)
        else:
            entries = (_unseen("a security group", link.waits("a security group")),)
        for entry in entries:
            yield entry, link.fact, link
    if groups.more.truth is not False:
        yield _everybody(groups.more, groups.more.text), TRUE, None


def let_through(network: Network, groups: Groups, way: Direction, far: Far) -> Pieces:
    """What the groups of an interface let through from or to the other side."""
    if not groups.filters:
        return OPEN
    found: list[TrafficPiece] = []
    partial: list[tuple[GroupEntry, Fact]] = []
    for entry, tied, link in all_entries(network, groups, way):
        for fact, ranges in _matches(entry, far, link):
            whole = all_of([each for each in (tied, fact, entry.fact) if each is not TRUE])
            if whole.truth is False:
                continue
            traffic = Traffic.of(entry.protocols, entry.ports, ranges)
            if traffic:
                found.append(TrafficPiece(traffic, whole))
            if fact.truth is None and tied.truth and entry.fact.truth and entry.held.sure:
                partial.append((entry, fact))
    if len(partial) > 1 and (far.place is not None or far.hidden):
        found += _together(partial, far)
    return merged(found)


def letting(
    network: Network, groups: Groups, way: Direction, far: Far, ports: Ranges
) -> Iterator[Fact]:
    """The permissions that let the other side through on some ports, each by itself."""
    for entry, tied, link in all_entries(network, groups, way):
        if entry.permission is None or not entry.ports & ports:
            continue
        matches = (fact.truth for fact, _ in _matches(entry, far, link))
        if tied.truth is not False and any(truth is not False for truth in matches):
            yield entry.permission.states(True, entry.text)


def _matches(entry: GroupEntry, far: Far, link: Link | None) -> Iterator[tuple[Fact, Ranges]]:
    """Whether an entry matches the other side, and for which of its addresses."""
    if entry.anyone:
        yield entry.fact, EVERYWHERE
        return
    permission = entry.permission
    if entry.asks_groups:
        fact = _refers(entry, far, link)
        if fact.truth is not False:
            yield fact, EVERYWHERE
        return
    if permission is None:
        return
    if entry.service:
        if entry.service == far.service:
            yield permission.states(True, entry.text), EVERYWHERE
        return
    if far.place is None and not far.hidden:
        for part, theirs in product(entry.held.parts, far.addresses.parts):
            ranges = part.within & theirs.within
            if ranges and far.may_be_in(part):
                known = part.known or (part.there and holds_by_name(part, theirs))
                yield permission.states(known or None, entry.text, part.needs), ranges
        return
    held = Addresses(tuple(part for part in entry.held.parts if far.may_be_in(part)))
    truth = held.covers(far.addresses)
    if truth is False and held.meets(far.addresses) is not False:
        truth = None
    if truth is not False:
        needs = () if truth else held.needs or far.addresses.needs
        if truth is None and not needs:
            where = far.place.name if far.place is not None else "AWS's ranges"
            needs = (Need(f"the address in {where}", "is not known"),)
        yield permission.states(truth, entry.text, needs), EVERYWHERE


def _refers(entry: GroupEntry, far: Far, link: Link | None) -> Fact:
    """Whether an entry that names a group names one of the other side's."""
    if far.refers.truth is False:
        return FALSE
    if entry.itself:
        parts = [each.fact for each in far.groups.ties if each.to == entry.itself]
        match = any_of((*parts, far.groups.more)) if parts else far.groups.more
        told = all_of((entry.fact, match)) if match.truth is not False else FALSE
    else:
        permission = entry.permission
        if permission is None:
            return FALSE
        named = permission.peer or link or permission.group
        ties = (_is_named(entry, permission, named, tie) for tie in far.groups.ties)
        found = [fact for fact in ties if fact.truth is not False]
        if far.groups.more.truth is not False:
            found.append(far.groups.more)
        told = any_of(found) if found else FALSE
    if told.truth is False:
        return FALSE
    return all_of((told, far.refers))


def _is_named(entry: GroupEntry, permission: Permission, named: Link, tie: Link) -> Fact:
    """Whether the group that an entry names is that of a tie of the other side."""
    truth = same_entity(named, tie)
    if truth is False:
        return FALSE
    needs = () if truth else (*group_needs(named), *group_needs(tie))
    named_here = permission.states(truth, entry.text, needs)
    return all_of((tie.fact, named_here))


def _together(partial: Iterable[tuple[GroupEntry, Fact]], far: Far) -> Iterator[TrafficPiece]:
    """What entries let through together of which each holds a part of the other's addresses."""
    entries_ = list(partial)
    held = Traffic()
    for entry, _ in entries_:
        held |= Traffic.of(entry.protocols, entry.ports, entry.held.sure)
    ranges = Ranges.union(part.within for part in far.addresses.parts)
    traffic = for_all(held, ranges)
    if traffic:
        first = entries_[0][0].permission
        if first is not None:
            yield TrafficPiece(traffic, first.states(True, f"{entries_[0][0].text}, with others"))


def of_addresses(ranges: Ranges) -> Far:
    """A set of addresses as the other side."""
    return Far(Addresses((Part(ranges),)))


def beyond(network: Network, vpc: Link | None, ranges: Ranges) -> Far:
    """A set of addresses as the other side of something in a VPC, none of which is in that VPC."""
    inner = names_inside(network, vpc.to) if vpc is not None and vpc.to else frozenset()
    return replace(of_addresses(ranges), inner=inner)


def of_internet(network: Network, vpc: Link | None, ranges: Ranges) -> Far:
    """The internet as the other side of something in a VPC: no VPC's own range is part of it."""
    return replace(beyond(network, vpc, ranges), internet=True)


def of_service(service: str, ranges: Ranges) -> Far:
    """An AWS service as the other side: at some of its own addresses, which are among others."""
    found = Addresses((Part(ranges, False),))
    return Far(found, service=service, hidden=True, internet=True)


def lists_named(network: Network, groups: Groups, way: Direction) -> list[str]:
    """The AWS services whose prefix lists the groups of an interface name."""
    named = (entry.service for entry, _, _ in all_entries(network, groups, way))
    return list(dict.fromkeys(service for service in named if service))
