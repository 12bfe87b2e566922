"""What security groups of tasks permit, and what of that network ACLs keep back."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import TRUE
from taskwall.core.values import OUTSIDE, Need, Span
from taskwall.model.core.address import ALL_PORTS, EVERYWHERE, V4, V6, Ranges, is_internet
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.security_group import Direction, Permission, SecurityGroup
from taskwall.model.entities.vpc import Subnet
from taskwall.model.permissions.coverage import (
    Addresses,
    addresses,
    inside,
    of_subnet,
    part,
    unseen,
)
from taskwall.model.permissions.default_groups import is_as_made
from taskwall.model.permissions.egress import as_aws_makes_it
from taskwall.model.permissions.packets import TCP, UDP, Traffic, protocols
from taskwall.model.permissions.peers import associations, permissions
from taskwall.model.permissions.ports import protocol, range_of_ports
from taskwall.model.routing.network_acl import (
    CLIENT_PORTS,
    AclEntry,
    NetworkAcl,
    entries_of,
    passing,
)
from taskwall.model.routing.routes import has_ipv6
from taskwall.model.routing.subnet_tenants import SubnetTenant, tenants_by_group

_OVER_TCP = Traffic.of(TCP, ALL_PORTS, EVERYWHERE)


def _other(way: Direction) -> Direction:
    return "egress" if way == "ingress" else "ingress"


class PermittedTraffic(Struct, frozen=True):
    """What a group of tasks allows across the edge of a subnet, by a permission or by default.

    `named` says what is allowed, as the end of a sentence. `traffic` is None where its ports, or
    all of it, is not known: then `most` may be empty.
    `whole` says that each address must pass, since all of them are those of a peer; a range of
    addresses may be wider than what an ACL allows of it. `most` is all that it may be. `answers`
    are the ports of answers, which are asked for over TCP only: the one or the other where there
    are several.
    """

    named: str
    way: Direction
    on: str
    place: Span
    needs: tuple[Need, ...] = ()
    traffic: Traffic | None = None
    most: Traffic = Traffic()
    whole: bool = False
    answers: tuple[Ranges, ...] = ()


def broken(network: Network, acl: NetworkAcl, flow: PermittedTraffic) -> bool | None:
    """Whether an ACL breaks a flow, on its way or on the way back; None: that is open."""
    if flow.traffic is None:
        return False if flow.most and _passes_whole(network, acl, flow) else None
    found = {
        _stopped(network, acl, flow, traffic, kindly)
        or _unanswered(network, acl, flow, traffic, answers, kindly)
        for kindly in (False, True)
        for traffic in (flow.traffic, flow.most)
        for answers in flow.answers
    }
    return found.pop() if len(found) == 1 else None


def _passes_whole(network: Network, acl: NetworkAcl, flow: PermittedTraffic) -> bool:
    """Whether all that a flow may be passes an ACL, and its answers: whichever of it is meant."""
    return flow.most <= passing(network, acl, flow.way, flow.most, kindly=False) and not any(
        _unanswered(network, acl, flow, flow.most, answers, kindly)
        for kindly in (False, True)
        for answers in flow.answers
    )


def passes_there(network: Network, acl: NetworkAcl, flow: PermittedTraffic) -> bool:
    """Whether a flow certainly passes an ACL on its way: only answers can be blocked."""
    return flow.traffic is not None and not any(
        _stopped(network, acl, flow, traffic, kindly=False) for traffic in (flow.traffic, flow.most)
    )


def _stopped(
    network: Network, acl: NetworkAcl, flow: PermittedTraffic, traffic: Traffic, kindly: bool
) -> bool:
    there = passing(network, acl, flow.way, traffic, kindly)
    if not there:
        return bool(traffic)
    if traffic.ports.size == ALL_PORTS.size:
        return flow.whole and not traffic.addresses <= there.addresses
    return not traffic <= there if flow.whole else not traffic.ports <= there.ports


def _unanswered(
    network: Network,
    acl: NetworkAcl,
    flow: PermittedTraffic,
    traffic: Traffic,
    answers: Ranges,
    kindly: bool,
) -> bool:
    # Judged kindly, only what surely passes needs answers; else all that may.
    reached = passing(network, acl, flow.way, traffic & _OVER_TCP, not kindly)
    back, way = Traffic.of(TCP, answers, reached.addresses), _other(flow.way)
    aside = () if flow.whole else _keeping_out(network, acl, way, back, kindly)
    return not back <= passing(network, acl, way, back, kindly, aside)


def _keeping_out(
    network: Network, acl: NetworkAcl, way: Direction, answers: Traffic, kindly: bool
) -> tuple[AclEntry, ...]:
    """The entries that deny answers to some peers by name: these are to get none.

    What together denies all peers, or the internet at large, names nobody; taken `kindly`, an entry
    of which not all is known does not count for that.
    """
    found, named, peers = [], Ranges(), answers.addresses
    for entry in entries_of(network, acl, way):
        if not entry.ports & answers.ports:
            continue
        denied = part(entry.range)
        known = denied.within & peers if denied.whole else Ranges()
        most = known.size if denied.whole else denied.most
        if most is not None and most < peers.size and entry.action.is_("allow").truth is not True:
            found.append(entry)
            if not (kindly and entry.needs):
                named |= known
    return () if is_internet(named) or peers <= named else tuple(found)


def groups_unseen(network: Network, tenant: SubnetTenant) -> Iterator[Link]:
    """The groups of a tenant that are not in the sources, nor all that they allow."""
    for link in tenant.groups:
        group = network.get(SecurityGroup, link)
        if link.to and (group is None or group.external) and not is_as_made(network, link.to):
            yield link


def flows(network: Network, tenant: SubnetTenant, subnet: Subnet) -> Iterator[PermittedTraffic]:
    """What the groups of tasks and instances allow across the edge of their subnet."""
    own = Ranges.union(part(each).within for each in subnet.cidrs if not each.open)
    ways: tuple[Direction, ...] = ("ingress", "egress")
    ties = [link for link in tenant.groups if link.to]
    loose = (link for link in tenant.groups if not link.to)
    ties += [tie for link in loose for _, tie in network.meant(SecurityGroup, link)]
    for link in ties:
        yield from _by_default(network, tenant, link, own)
        for way in ways:
            for permission in permissions(network, link.to, way):
                yield from _permitted(network, tenant, link, permission, subnet, own)


def _by_default(
    network: Network, tenant: SubnetTenant, link: Link, own: Ranges
) -> Iterator[PermittedTraffic]:
    """The egress that a group allows where the sources write none: AWS's rule for IPv4."""
    group = network.get(SecurityGroup, link)
    if is_as_made(network, link.to):
        made, name, place = TRUE, "the default group of the VPC", link.place
    elif group is not None:
        made, name, place = as_aws_makes_it(network, group), group.name, group.origin.header
    else:
        return
    if made.truth is False:
        return
    traffic = Traffic.of(TCP, ALL_PORTS, V4 - own) if made.truth and link.sure else None
    needs = (*made.waits_for(), *link.fact.needs, *tenant.needs)
    yield PermittedTraffic(
        f"what {name} allows on all ports by default", "egress", name, place, needs, traffic,
        traffic or Traffic(), answers=tenant.ports,
    )  # fmt: skip


def _permitted(
    network: Network,
    tenant: SubnetTenant,
    link: Link,
    permission: Permission,
    subnet: Subnet,
    own: Ranges,
) -> Iterator[PermittedTraffic]:
    """What a permission allows: IPv4 and IPv6 apart, the latter where the subnet may have it."""
    way, on = permission.direction, permission.on.name
    found = PermittedTraffic(
        f"what {on} allows on {permission.ports}", way, on, permission.place,
        (*permission.needs, *link.fact.needs, *tenant.needs),
    )  # fmt: skip
    peers, ports = _peers(network, permission), range_of_ports(permission)
    if peers is None and permission.peer is not None and not found.needs:
        nobody = Need(f"what uses {permission.peer.to or 'a group'}", OUTSIDE)
        found = replace(found, needs=(nobody,))
    if peers is None or not (permission.fact.truth and link.sure):
        yield found
        return
    spoken = protocols(protocol(permission) or "all")
    # A permission for every protocol is judged by TCP.
    spoken = UDP if spoken == UDP else spoken & TCP
    answers = tenant.ports if way == "egress" else peers.ports
    needs = (*found.needs, *peers.needs)
    for version in (V4,) if has_ipv6(subnet).truth is False else (V4, V6):
        sure, all_ = ((held & version) - own for held in (peers.held, peers.most))
        traffic = None if ports is None else Traffic.of(spoken, ports, sure)
        most = Traffic.of(spoken, ALL_PORTS if ports is None else ports, all_)
        if most:
            yield replace(
                found,
                needs=needs, traffic=traffic, most=most, whole=peers.whole, answers=answers,
            )  # fmt: skip


class _PeersOf(Struct, frozen=True):
    """Whom a permission is about: addresses, whether all are in use, the ports of clients.

    `most` are all that it may be about.
    """

    held: Ranges
    most: Ranges
    whole: bool = False
    ports: tuple[Ranges, ...] = (CLIENT_PORTS,)
    needs: tuple[Need, ...] = ()


def _peers(network: Network, permission: Permission) -> _PeersOf | None:
    """Whom a permission is about; None where that is not known."""
    if permission.peer is not None or permission.itself:
        return _of_group(network, (permission.peer or permission.group).to)
    held = addresses(network, permission)
    return None if not held.parts or held.open else _PeersOf(held.sure, held.sure)


@remembered
def _of_group(network: Network, group: str) -> _PeersOf | None:
    """What uses a group; None where the sources show nothing that does, nor in which VPC."""
    users = tenants_by_group(network).get(group, ())
    held = Addresses.together((_addresses(network, tenant), fact) for tenant, fact in users)
    declared = network.get(SecurityGroup, group)
    within = None
    if declared is not None and declared.vpc is not None and not associations(network, group):
        within = Ranges.union(part.within for part in inside(network, declared.vpc).parts)
    if not held.parts:
        if within is None or declared is None or declared.external:
            return None
        return _PeersOf(Ranges(), within, True, needs=(Need(f"what uses {group}", OUTSIDE),))
    ports = {Ranges()}
    for tenant, fact in users:
        either = tenant.ports if fact.truth else (Ranges(), *tenant.ports)
        ports = {all_ | its for all_ in ports for its in either}
    needs = (*held.needs, *(need for tenant, _ in users for need in tenant.needs))
    most = Ranges.union(part.within for part in held.parts)
    if within is not None:
        most &= within
    return _PeersOf(held.sure, most, True, tuple(ports), needs)


def _addresses(network: Network, tenant: SubnetTenant) -> Addresses:
    if not tenant.subnets:
        return unseen((Need(f"the subnets of {tenant.name}", "are not known"),))
    links = tenant.subnets
    return Addresses.together((of_subnet(network, link), TRUE) for link in links)
