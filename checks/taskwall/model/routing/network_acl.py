"""Network ACLs: which subnets they guard, and which traffic they let through.

An ACL keeps no state: the first entry that matches a packet decides, and answers need entries of
their own, for the ports that clients take for them.
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.core.values import OUTSIDE, Need, Origin, Span
from taskwall.model.compute.container_instances import container_instances
from taskwall.model.compute.hosts import host_of, host_security_groups
from taskwall.model.core.address import ALL_PORTS, EVERYWHERE, V4, V6, Ranges, is_internet
from taskwall.model.core.entity import Entity, Link, Setting, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskDefinition, TaskSource
from taskwall.model.entities.function import LambdaFunction
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.security_group import Direction, Permission, SecurityGroup
from taskwall.model.entities.vpc import Subnet
from taskwall.model.entities.vpc_link import VpcLink
from taskwall.model.permissions.coverage import (
    Addresses,
    addresses,
    inside,
    of_subnet,
    part,
    unseen,
)
from taskwall.model.permissions.default_groups import (
    balancer_security_groups,
    groups_of,
    is_as_made,
)
from taskwall.model.permissions.egress import as_aws_makes_it
from taskwall.model.permissions.packets import TCP, UDP, Traffic, protocols
from taskwall.model.permissions.peers import groups_meant, permissions, task_groups
from taskwall.model.permissions.ports import protocol, range_of_ports

READ = "2026-11-24"

CLIENT_PORTS = Ranges(((32768, 60999),))
WINDOWS_PORTS = Ranges(((49152, 65535),))
BALANCER_PORTS = Ranges(((1024, 65535),))
"""Where answers go: the ports that Linux and Windows take as clients, and load balancers (Lambda
functions, too).

After the Amazon VPC User Guide, "Custom network ACLs for your VPC" (ephemeral ports); those of
Linux are its kernel's default.
"""


class NetworkAcl(Entity, frozen=True, kw_only=True):
    """A network ACL and the subnets that it names; the `default` one has all that no other has."""

    subnets: tuple[Link, ...] = ()
    default_of: Link | None = None


class AclAssociation(Struct, frozen=True):
    """A subnet that a resource of its own gives to a network ACL."""

    acl: Link
    subnet: Link


class AclEntry(Struct, frozen=True):
    """One entry of a network ACL. `way` is None where it is not known."""

    acl: Link
    on: Origin
    place: Span
    way: Direction | None
    number: Setting
    action: Setting
    protocol: Setting
    range: Setting
    first_port: Setting
    last_port: Setting
    doubt: tuple[Need, ...] = ()

    @property
    def needs(self) -> tuple[Need, ...]:
        """What its content waits for."""
        parts = (self.action, self.protocol, self.range, self.first_port, self.last_port)
        found = (need for each in (*parts, self.number) for need in each.needs)
        return (*self.doubt, *self.on.maybe, *found, *self.acl.fact.needs)

    @property
    def ports(self) -> Ranges:
        """The ports that it is about, as far as they are known."""
        low, high = self.first_port.known, self.last_port.known
        numbered = _whole(low) and _whole(high)
        if not numbered or protocols(str(self.protocol.known)) not in (TCP, UDP):
            return ALL_PORTS
        return Ranges.from_spans([(int(str(low)), int(str(high)))])


_OVER_TCP = Traffic.of(TCP, ALL_PORTS, EVERYWHERE)


def _whole(data: object) -> bool:
    return str(data).lstrip("-").isdecimal()


# --- which subnets


class SubnetTenant(Struct, frozen=True):
    """What has addresses in subnets, if `fact` holds.

    `ports` are those that it takes as a client: the one or the other where there are several.
    """

    name: str
    groups: tuple[Link, ...]
    subnets: tuple[Link, ...]
    ports: tuple[Ranges, ...]
    fact: Fact = TRUE
    needs: tuple[Need, ...] = ()


@remembered
def _tasks_and_instances(network: Network) -> list[SubnetTenant]:
    """The task sources and container instances."""
    found = []
    for source in network.every(TaskSource):
        ports, needs = _client_ports(network, source)
        groups = task_groups(network, source)
        found.append(SubnetTenant(source.name, groups, source.subnets, ports, needs=needs))
    for member in container_instances(network):
        host, agent = host_of(network, member), member.instances.agent
        ports = (WINDOWS_PORTS if agent and agent.started_by == "windows" else CLIENT_PORTS,)
        groups = host_security_groups(network, host)
        found.append(SubnetTenant(host.name, groups, host.subnets, ports, member.fact))
    return found


@remembered
def task_subnets(network: Network) -> dict[str, list[SubnetTenant]]:
    """The task sources and container instances in subnets, by the subnet's id."""
    found: dict[str, list[SubnetTenant]] = {}
    for tenant in _tasks_and_instances(network):
        for link in tenant.subnets:
            here = replace(tenant, fact=link.only_if(tenant.fact).fact)
            found.setdefault(link.to, []).append(here)
    return found


@remembered
def _tenants_by_group(network: Network) -> dict[str, list[tuple[SubnetTenant, Fact]]]:
    """What uses a security group, by the group's id, each with whether it does.

    Tasks, their instances, load balancers, and what only opens connections: functions, VPC links.
    """
    beside: list[tuple[LoadBalancer | LambdaFunction | VpcLink, tuple[Link, ...]]] = [
        (each, balancer_security_groups(network, each)) for each in network.every(LoadBalancer)
    ]
    clients: list[LambdaFunction | VpcLink] = [*network.every(LambdaFunction)]
    clients += network.every(VpcLink)
    beside += [
        (each, groups_of(network, each.groups, each.groups_setting, each.subnets))
        for each in clients
    ]
    tenants = _tasks_and_instances(network) + [
        SubnetTenant(each.name, groups, each.subnets, (BALANCER_PORTS,), each.exists)
        for each, groups in beside
    ]
    found: dict[str, list[tuple[SubnetTenant, Fact]]] = {}
    for tenant in tenants:
        for link in tenant.groups:
            for group, uses in groups_meant(network, link):
                if (fact := all_of((uses, tenant.fact))).truth is not False:
                    found.setdefault(group, []).append((tenant, fact))
    return found


def _client_ports(
    network: Network, source: TaskSource
) -> tuple[tuple[Ranges, ...], tuple[Need, ...]]:
    """The ports that tasks take as clients, or may, and what that waits for."""
    link = source.task_definition
    definition = network.get(TaskDefinition, link)
    if link is None:
        return (CLIENT_PORTS,), ()
    if definition is None or definition.external:
        return (CLIENT_PORTS, WINDOWS_PORTS), link.waits("the task definition", definition)
    if definition.windows.truth is None:
        return (CLIENT_PORTS, WINDOWS_PORTS), definition.windows.waits_for()
    return (WINDOWS_PORTS if definition.windows.truth else CLIENT_PORTS,), ()


@remembered
def subnets_by_acl(network: Network) -> dict[str, list[Link]]:
    """The subnets that ACLs and associations name, by the ACL; "" is one that is not known."""
    found: dict[str, list[Link]] = {}
    for each in network.every(NetworkAcl):
        found.setdefault(each.id, []).extend(each.subnets)
    for association in network.every(AclAssociation):
        acl, link = association.acl, association.subnet
        if not acl.exact:
            text = f"{acl.to or 'its network ACL'} is one that is written here"
            may = Fact(None, text, acl.place, link.fact.resource, acl.waits("a network ACL"))
            link = link.only_if(may)
        found.setdefault(_written_acl(acl), []).append(link)
    return found


def _written_acl(link: Link) -> str:
    """The ACL of the sources that a link leads to; "" if it may be any."""
    return link.to if link.exact else ""


def has_own_acl(network: Network, subnet: Subnet) -> Fact:
    """Whether a network ACL that is not the default one of a VPC is associated with a subnet."""
    default = {acl.id for acl in network.every(NetworkAcl) if acl.default_of is not None}
    text = f"{subnet.name} has a network ACL of its own"
    otherwise = f"{subnet.name} has the default network ACL of its VPC"
    if subnet.external:
        return Fact(None, text, subnet.origin.header, subnet.name, subnet.external)
    parts = [Fact(False, text, subnet.origin.header, subnet.name, otherwise=otherwise)]
    for acl, links in subnets_by_acl(network).items():
        for link in links if acl not in default else ():
            if link.to == subnet.id:
                parts.append(link.fact)
            elif not link.to:
                parts.append(Fact(None, text, link.place, subnet.name, link.waits("a subnet")))
    return any_of(parts)


def guarded(network: Network, acl: NetworkAcl) -> list[tuple[Subnet | None, Fact]]:
    """The subnets with tasks that an ACL guards, or may guard."""
    named = subnets_by_acl(network)
    mine = [*named.get(acl.id, ()), *named.get("", ())]
    if acl.default_of is not None:
        others = {link.to for links in named.values() for link in links}
        for subnet in network.every(Subnet):
            if same_entity(subnet.vpc, acl.default_of) is not False and subnet.id not in others:
                at = subnet.origin.header
                mine.append(Link(subnet.id, acl.default_of.fact & subnet.vpc.fact, at))
    found: list[tuple[Subnet | None, Fact]] = []
    held = task_subnets(network)
    unseen = _unseen_subnets(network)
    for link in mine:
        near = (link.to, *unseen) if link.exact else held
        for key in dict.fromkeys(key for key in near if key in held):
            tenants = held[key]
            runs = any_of(tenant.fact for tenant in tenants)
            found_here = network.get(Subnet, key)
            here = Link(key, runs, acl.origin.header, key not in unseen)
            same = same_entity(link, here)
            if same is not False:
                needs = (*link.fact.needs, *(need for each in tenants for need in each.fact.needs))
                text = f"{acl.name} is the network ACL of {key or 'a subnet of tasks'}"
                tie = Fact(same, text, link.place, acl.name, needs)
                found.append((found_here if same else None, tie & link.fact & runs))
    return found


@remembered
def _unseen_subnets(network: Network) -> tuple[str, ...]:
    """The subnets with tasks that are not in the sources: each may be any."""
    found = ((key, network.get(Subnet, key)) for key in task_subnets(network))
    return tuple(key for key, subnet in found if subnet is None or subnet.external)


def balanced(network: Network, subnet: Subnet | None) -> Fact:
    """Whether a load balancer stands in a subnet."""
    by_subnet = _balancers_in(network)
    keys = (subnet.id, "") if subnet is not None else by_subnet
    parts = []
    for balancer, link in (pair for key in keys for pair in by_subnet.get(key, ())):
        same = same_entity(link, Link(subnet.id, TRUE, link.place)) if subnet is not None else None
        text = f"{balancer.name} is in {subnet.name if subnet else 'the subnet'}"
        tie = Fact(same, text, link.place, balancer.name, link.fact.needs)
        parts.append(all_of((balancer.exists, link.fact, tie)))
    return any_of(parts)


@remembered
def _balancers_in(network: Network) -> dict[str, list[tuple[LoadBalancer, Link]]]:
    """Load balancers by their subnets; "" holds links of which nobody knows where they lead."""
    found: dict[str, list[tuple[LoadBalancer, Link]]] = {}
    for balancer in network.every(LoadBalancer):
        for link in balancer.subnets:
            found.setdefault(link.to if link.exact else "", []).append((balancer, link))
    return found


# --- what passes


@remembered
def acl_entries(network: Network) -> dict[str, list[AclEntry]]:
    """Entries by their ACL; "" holds those of which nobody knows whose they are."""
    return network.grouped(AclEntry, lambda each: (_written_acl(each.acl),))


def _entries(network: Network, acl: NetworkAcl, way: Direction) -> list[AclEntry]:
    """The entries of an ACL for one way, or that may be."""
    found = acl_entries(network)
    mine = (*found.get(acl.id, ()), *found.get("", ()))
    return [each for each in mine if each.way in (way, None)]


def _other(way: Direction) -> Direction:
    return "egress" if way == "ingress" else "ingress"


def passing(
    network: Network,
    acl: NetworkAcl,
    way: Direction,
    traffic: Traffic,
    kindly: bool,
    without: tuple[AclEntry, ...] = (),
) -> Traffic:
    """The part of traffic that an ACL lets through, `without` some entries that deny.

    What is not known of an entry is taken to be `kindly` for the traffic, or to be against it.
    """
    left, passed = traffic, Traffic()
    for entry in sorted(_entries(network, acl, way), key=_number):
        match = _match(entry)
        allows: bool | None = str(entry.action.known).lower() == "allow"
        if entry.action.open:
            allows = kindly
        if match is None or entry.way is None or entry.acl.to != acl.id or entry.doubt:
            # An entry whose match is open matches all, or nothing, whichever suits.
            if allows is not kindly:
                continue
            match = match or left
        if not allows and entry in without:
            continue
        if allows:
            passed |= left & match
        left -= match
    return passed


def _number(entry: AclEntry) -> int:
    return int(str(entry.number.known)) if _whole(entry.number.known) else -1


def _match(entry: AclEntry) -> Traffic | None:
    """What an entry matches; None if that is not known, or when it is asked."""
    return None if entry.number.open else _matched(entry)


def _matched(entry: AclEntry) -> Traffic | None:
    """What an entry matches, whenever it is asked."""
    parts = (entry.protocol, entry.range, entry.first_port, entry.last_port)
    if any(each.open for each in parts):
        return None
    spoken = protocols(str(entry.protocol.known))
    return Traffic.of(spoken, entry.ports, part(entry.range).within)


def denied_before(network: Network, acl: NetworkAcl, entry: AclEntry) -> Fact:
    """Whether entries with lower numbers deny all that an entry matches."""
    left = _matched(entry)
    if left is None:
        return FALSE  # What it allows is not known either.
    perhaps: list[AclEntry] = []
    for other in _before(network, acl, entry):
        match = _match(other)
        denies = not other.action.open and str(other.action.known).lower() == "deny"
        if match is not None and denies and _is_sure(acl, other) and not entry.number.open:
            left -= match
        elif denies or other.action.open:
            perhaps.append(other)
    text = f"entries of {acl.name} with lower numbers deny all that this one matches"
    if not left:
        return Fact(True, text, entry.place, acl.name)
    for other in perhaps:
        left -= _matched(other) or left
    needs = tuple(need for other in (entry, *perhaps) for need in other.needs)
    return Fact(None, text, entry.place, acl.name, needs) if not left else FALSE


def opened_before(network: Network, acl: NetworkAcl, entry: AclEntry) -> bool:
    """Whether an entry with a lower number certainly allows the internet all that this one does."""
    match = _match(entry)
    return match is not None and any(
        _is_sure(acl, other)
        and allows_internet_in(other).truth is True
        and match <= (_match(other) or Traffic())
        for other in _before(network, acl, entry)
    )


def _is_sure(acl: NetworkAcl, entry: AclEntry) -> bool:
    """Whether an entry certainly is one of an ACL for ingress."""
    sure = entry.way == "ingress" and entry.acl.to == acl.id
    return sure and not (entry.doubt or entry.on.maybe)


def _before(network: Network, acl: NetworkAcl, entry: AclEntry) -> Iterator[AclEntry]:
    """The entries for ingress that are, or may be, asked before another one."""
    for other in _entries(network, acl, "ingress"):
        before = _unordered(entry, other) or _number(other) < _number(entry)
        if other is not entry and before:
            yield other


def _unordered(one: AclEntry, other: AclEntry) -> bool:
    """Whether it is open which of two entries is asked first."""
    return one.number.open or other.number.open


class PermittedTraffic(Struct, frozen=True):
    """What a group of tasks allows across the edge of a subnet, by a permission or by default.

    `named` says what is allowed, as the end of a sentence. `traffic` is None where it is not known.
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
        return None
    found = {
        _stopped(network, acl, flow, traffic, kindly)
        or _unanswered(network, acl, flow, traffic, answers, kindly)
        for kindly in (False, True)
        for traffic in (flow.traffic, flow.most)
        for answers in flow.answers
    }
    return found.pop() if len(found) == 1 else None


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
    for entry in _entries(network, acl, way):
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


@remembered
def lets_all_through(network: Network, acl: NetworkAcl) -> bool:
    """Whether an ACL certainly lets all IPv4 traffic through, both ways."""
    traffic = Traffic.of(protocols("all"), ALL_PORTS, V4)
    ways: tuple[Direction, ...] = ("ingress", "egress")
    return all(traffic <= passing(network, acl, way, traffic, kindly=False) for way in ways)


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
                yield from _permitted(network, tenant, link, permission, own)


def _by_default(
    network: Network, tenant: SubnetTenant, link: Link, own: Ranges
) -> Iterator[PermittedTraffic]:
    """The egress that a group allows where the sources write none: AWS's rule for IPv4."""
    group = network.get(SecurityGroup, link)
    if group is not None:
        made, name, place = as_aws_makes_it(network, group), group.name, group.origin.header
    elif is_as_made(network, link.to):
        made, name, place = TRUE, "the default group of the VPC", link.place
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
    network: Network, tenant: SubnetTenant, link: Link, permission: Permission, own: Ranges
) -> Iterator[PermittedTraffic]:
    """What a permission allows: IPv4 and IPv6 apart."""
    way, on = permission.direction, permission.on.name
    found = PermittedTraffic(
        f"what {on} allows on {permission.ports}", way, on, permission.place,
        (*permission.needs, *link.fact.needs, *tenant.needs),
    )  # fmt: skip
    peers, ports = _peers(network, permission), range_of_ports(permission)
    if peers is None and permission.peer is not None and not found.needs:
        nobody = Need(f"what uses {permission.peer.to or 'a group'}", OUTSIDE)
        found = replace(found, needs=(nobody,))
    if peers is None or ports is None or not (permission.fact.truth and link.sure):
        yield found
        return
    spoken = protocols(protocol(permission))
    # A permission for every protocol is judged by TCP.
    spoken = UDP if spoken == UDP else spoken & TCP
    answers = tenant.ports if way == "egress" else peers.ports
    needs = (*found.needs, *peers.needs)
    for version in (V4, V6):
        traffic, most = (
            Traffic.of(spoken, ports, (held & version) - own) for held in (peers.held, peers.most)
        )
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
    """What uses a group; None where the sources show nothing that does."""
    users = _tenants_by_group(network).get(group, ())
    held = Addresses.together((_addresses(network, tenant), fact) for tenant, fact in users)
    if not held.parts:
        return None
    ports = {Ranges()}
    for tenant, fact in users:
        either = tenant.ports if fact.truth else (Ranges(), *tenant.ports)
        ports = {all_ | its for all_ in ports for its in either}
    needs = (*held.needs, *(need for tenant, _ in users for need in tenant.needs))
    most = Ranges.union(part.within for part in held.parts)
    declared = network.get(SecurityGroup, group)
    if declared is not None and declared.vpc is not None:
        most &= Ranges.union(part.within for part in inside(network, declared.vpc).parts)
    return _PeersOf(held.sure, most, True, tuple(ports), needs)


def _addresses(network: Network, tenant: SubnetTenant) -> Addresses:
    if not tenant.subnets:
        return unseen((Need(f"the subnets of {tenant.name}", "are not known"),))
    links = tenant.subnets
    return Addresses.together((of_subnet(network, link), TRUE) for link in links)


# --- what is allowed from the internet


def allows_internet_in(entry: AclEntry) -> Fact:
    """Whether an entry allows the internet on ports other than those of answers."""
    if entry.way == "egress":
        return FALSE
    name, at = entry.on.name, entry.place
    said = entry.range.known or "an unknown CIDR"
    text = f"{name} allows ingress from {said} to the subnet"
    parts = (entry.action, entry.protocol, entry.range, entry.first_port, entry.last_port)
    closed = [
        not entry.action.open and str(entry.action.known).lower() != "allow",
        not entry.range.open and not is_internet(part(entry.range).within),
        not any(each.open for each in parts[1:2] + parts[3:]) and entry.ports <= BALANCER_PORTS,
    ]
    otherwise = f"{name} allows no more from the internet than return traffic"
    if any(closed):
        return Fact(False, text, at, name, otherwise=otherwise)
    waits = any(each.open for each in parts) or entry.way is None
    return Fact(None if waits or entry.doubt else True, text, at, name, entry.needs, otherwise)
