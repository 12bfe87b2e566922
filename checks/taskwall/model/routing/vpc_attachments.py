"""What joins VPCs: peering, transit gateways, core networks, shared subnets, and VPNs."""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.core.values import Need, Origin, Span
from taskwall.model.core.address import EVERYWHERE
from taskwall.model.core.entity import Entity, Link, Setting, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.vpc import GatewayAttachment, Route, Subnet, Vpc
from taskwall.model.permissions.coverage import Addresses, Part, of_vpc, part
from taskwall.model.permissions.peers import listed
from taskwall.model.routing.core_networks import core_network_joints


class Peering(Entity, frozen=True, kw_only=True):
    """A peering connection between two VPCs; `region` is that of the other, where it is written."""

    vpc: Link
    peer: Link
    region: Setting


class TransitGateway(Entity, frozen=True, kw_only=True):
    """A transit gateway: whether attachments get its default route table, and enter it.

    `refers` is whether security groups can refer to those of other VPCs on it.
    """

    associates: Setting
    propagates: Setting
    refers: Setting


class TransitTable(Entity, frozen=True):
    """A route table of a transit gateway."""


class TransitAttachment(Entity, frozen=True, kw_only=True):
    """A VPC's attachment to a transit gateway, and whether it takes part in the default table.

    What is in other zones than its subnets does not get to the transit gateway.
    """

    gateway: Link
    vpc: Link
    subnets: tuple[Link, ...]
    subnets_setting: Setting
    associates: Setting
    propagates: Setting
    refers: Setting


class TransitEntry(Struct, frozen=True):
    """What a table of a transit gateway has to do with an attachment.

    An association makes it the attachment's table; a propagation or route leads there. A black
    hole has no attachment: it swallows what goes to its destination. `fact` is whether it is what
    `kind` says.
    """

    kind: Literal["association", "propagation", "route", "blackhole"]
    table: Link
    attachment: Link | None
    destination: Setting | None = None
    fact: Fact = TRUE


class SubnetShare(Entity, frozen=True, kw_only=True):
    """A subnet in a resource share: `at` is where it is named, `shared` whether with anybody."""

    subnet: Link
    at: Span
    shared: Fact


class CustomerGateway(Entity, frozen=True):
    """The far end of a VPN."""


class VpnConnection(Entity, frozen=True, kw_only=True):
    """A VPN connection from a virtual private gateway to a customer gateway."""

    gateway: Link
    customer: Link
    static: Setting


class VpnRoute(Struct, frozen=True):
    """A static route of a VPN connection."""

    connection: Link
    destination: Setting


class VpcConnection(Struct, frozen=True):
    """Something that may join two VPCs; `joins` is whether it does, whoever lives in them.

    `other` is None where the other side is whoever the sources do not show.
    """

    on: Origin
    at: Span
    one: Link
    other: Link | None
    joins: Fact


def vpc_connections(network: Network) -> Iterator[VpcConnection]:
    """Everything in the sources that may join VPCs."""
    for peering in network.every(Peering):
        joins = _is_used(network, peering)
        yield VpcConnection(peering.origin, peering.peer.place, peering.vpc, peering.peer, joins)
    for share in network.every(SubnetShare):
        subnet = network.get(Subnet, share.subnet)
        open_ = Link("", share.subnet.fact, share.subnet.place, exact=False)
        vpc = open_ if subnet is None else subnet.vpc
        yield VpcConnection(share.origin, share.at, vpc, None, share.shared)
    yield from _by_transit(network)
    yield from _by_vpn(network)
    for one, other, joins in core_network_joints(network):
        yield VpcConnection(one.origin, one.vpc.place, one.vpc, other.vpc, joins)


def _is_used(network: Network, peering: Peering) -> Fact:
    """Whether a route leads to a peering connection, in the tables of either side."""
    name, at = peering.name, peering.origin.header
    text, here = f"a route leads to {name}", Link(peering.id, TRUE, at)
    parts = [Fact(False, text, at, name, otherwise=f"no route leads to {name}")]
    for route in network.every(Route):
        if route.way is None:
            parts.append(route.fact)
        elif route.peering is not None:
            same, needs = same_entity(route.peering, here), route.peering.fact.needs
            leads = Fact(same, text, route.peering.place, route.fact.resource, needs)
            parts.append(all_of((leads, route.peering.fact, route.fact)))
    for side in (peering.vpc, peering.peer):
        vpc = network.get(Vpc, side)
        if vpc is None or vpc.external:
            parts.append(Fact(None, text, side.place, name, side.waits("a VPC")))
    return any_of(parts)


# --- transit gateways


def _by_transit(network: Network) -> Iterator[VpcConnection]:
    attachments = network.every(TransitAttachment)
    for one in attachments:
        for other in attachments:
            same = same_entity(one.gateway, other.gateway)
            if one is other or same is False:
                continue
            ways = ((one, other), (other, one))
            joins = any_of(transit_reaches(network, *way) for way in ways)
            if same is None:
                needs = one.gateway.fact.needs or other.gateway.fact.needs
                text = f"{one.name} and {other.name} are attached to the same transit gateway"
                joins &= Fact(None, text, one.gateway.place, one.name, needs)
            yield VpcConnection(one.origin, one.vpc.place, one.vpc, other.vpc, joins)


def transit_reaches(network: Network, one: TransitAttachment, other: TransitAttachment) -> Fact:
    """Whether the table of one attachment leads to another."""
    tables = _tables(network, one)
    return any_of(all_of((table.fact, _leads(network, table, other))) for table in tables)


@remembered
def _entries(network: Network, kind: str) -> list[TransitEntry]:
    return [entry for entry in network.every(TransitEntry) if entry.kind == kind]


@remembered
def _tables(network: Network, attachment: TransitAttachment) -> list[Link]:
    """The table that routes what comes from an attachment: its own, else the default one."""
    own = []
    for entry in _entries(network, "association"):
        table = entry.table.only_if(_of(entry, attachment), entry.fact)
        if table.fact.truth is not False:
            own.append(table)
    if any(link.fact.truth for link in own):
        return own
    default = _default(network, attachment, "associates")
    if own:
        # The default table is used unless one of those is.
        none = ~any_of(link.fact for link in own)
        default = default.only_if(none)
    return [*own, default]


def _default(
    network: Network, attachment: TransitAttachment, part: Literal["associates", "propagates"]
) -> Link:
    """The default table of an attachment's transit gateway, if it takes that part in it."""
    gateway = network.get(TransitGateway, attachment.gateway)
    to, place = f"{attachment.gateway.to}.default", attachment.gateway.place
    if gateway is None or gateway.external:
        text = f"{attachment.name} {part} with the default table of its transit gateway"
        fact = Fact(
            None, text, place, attachment.name, attachment.gateway.waits("a transit gateway")
        )
    else:
        setting = gateway.associates if part == "associates" else gateway.propagates
        fact = setting.is_(True)
    mine = attachment.associates if part == "associates" else attachment.propagates
    return Link(to, fact & mine.is_(True), place, attachment.gateway.exact)


def _of(entry: TransitEntry, attachment: TransitAttachment) -> Fact:
    """Whether an entry is about an attachment."""
    if entry.attachment is None:
        return FALSE
    link = entry.attachment
    text = f"a {entry.kind} of {entry.table.to or 'a table'} applies to {attachment.name}"
    here = Link(attachment.id, TRUE, link.place)
    return Fact(same_entity(link, here), text, link.place, attachment.name, link.fact.needs)


def _leads(network: Network, table: Link, other: TransitAttachment) -> Fact:
    """Whether a table leads to an attachment, and nothing on that way swallows the traffic."""
    entries = (*_entries(network, "propagation"), *_entries(network, "route"))
    parts = [all_of((_is(entry.table, table), _of(entry, other), entry.fact)) for entry in entries]
    default = _default(network, other, "propagates")
    parts.append(all_of((_is(default, table), default.fact)))
    return any_of(parts) & _left_by_black_holes(network, table, other.vpc)


def _is(one: Link, other: Link) -> Fact:
    text = f"{one.to or 'a route table'} is {other.to or 'the same one'}"
    needs = (*one.fact.needs, *other.fact.needs)
    return Fact(same_entity(one, other), text, one.place, one.to, needs)


def _left_by_black_holes(network: Network, table: Link, vpc: Link) -> Fact:
    """Whether the black holes of a table leave anything of what goes to a VPC."""
    wanted = _ranges_of(network, vpc)
    held: list[tuple[Addresses, Fact]] = []
    holes: list[Setting] = []
    for entry in _entries(network, "blackhole"):
        here = all_of((_is(entry.table, table), entry.fact))
        if entry.destination is None or here.truth is False:
            continue
        of = Addresses((part(entry.destination),))
        if of.meets(wanted) is not False:
            held.append((of, here))
            holes.append(entry.destination)
    if not holes:
        return TRUE
    swallowed = Addresses.together(held)
    truth = swallowed.covers(wanted)
    to = vpc.to or "the VPC"
    text = f"black holes of {table.to or 'a table'} leave a way to {to}"
    otherwise = (
        f"all that goes to {to} ends in a black hole: {listed(one.resource for one in holes)}"
    )
    needs = (*swallowed.needs, *wanted.needs)
    passes = None if truth is None else not truth
    return Fact(passes, text, holes[0].place, holes[0].resource, needs, otherwise)


@remembered
def black_holes(network: Network) -> frozenset[str]:
    """What messages call the routes of transit gateways that swallow what goes there."""
    holes = (entry.destination for entry in _entries(network, "blackhole"))
    return frozenset(hole.resource for hole in holes if hole is not None)


def _ranges_of(network: Network, vpc: Link) -> Addresses:
    """The ranges of a VPC, with others that it may have."""
    thing = network.get(Vpc, vpc)
    known = Addresses() if thing is None else of_vpc(network, thing)
    if thing is None or thing.external or not known.parts:
        return known | Addresses((Part(EVERYWHERE, False, needs=vpc.waits("a VPC")),))
    return known


# --- VPNs


def _by_vpn(network: Network) -> Iterator[VpcConnection]:
    """Connections of two VPCs to one customer gateway, whose router may lead from one to the other.

    A static route to the other VPC says that it does; without dynamic routing nothing else can.
    """
    ends = list(_vpn_ends(network))
    for one, vpc, here in ends:
        for other, far, there in ends:
            same = same_entity(one.customer, other.customer)
            if one is other or same is False:
                continue
            joins = all_of((_routed(network, one, far), here, there))
            if same is None:
                needs = (*one.customer.fact.needs, *other.customer.fact.needs)
                text = f"{one.name} and {other.name} lead to the same customer gateway"
                joins &= Fact(None, text, one.customer.place, one.name, needs)
            yield VpcConnection(one.origin, one.customer.place, vpc, far, joins)


def _vpn_ends(network: Network) -> Iterator[tuple[VpnConnection, Link, Fact]]:
    """VPN connections, the VPCs that their gateways are or may be attached to, and whether."""
    for connection in network.every(VpnConnection):
        for attachment in network.every(GatewayAttachment):
            gateway = attachment.gateway
            if attachment.way != "vpn":
                continue
            same = same_entity(connection.gateway, gateway)
            if same is not False:
                needs = (*connection.gateway.fact.needs, *gateway.fact.needs)
                text = f"{connection.name} starts at the gateway of {attachment.name}"
                may = Fact(None, text, connection.gateway.place, connection.name, needs)
                yield connection, attachment.vpc, TRUE if same else may


@remembered
def _vpn_routes(network: Network) -> dict[str, list[VpnRoute]]:
    """Static routes by their connection; "" holds those of which nobody knows whose they are."""
    return network.grouped(VpnRoute, _connection_of)


def _connection_of(route: VpnRoute) -> tuple[str, ...]:
    return (route.connection.to if route.connection.exact else "",)


def _routed(network: Network, connection: VpnConnection, far: Link) -> Fact:
    """Whether what enters a VPN connection may come out in another VPC."""
    name, customer = connection.name, connection.customer
    held = _ranges_of(network, far)
    routes = _vpn_routes(network)
    parts = []
    for route in (*routes.get(connection.id, ()), *routes.get("", ())):
        to = Addresses((part(route.destination),))
        meets = to.meets(held)
        if meets and route.connection.to != connection.id:
            meets = None
        needs = (*to.needs, *held.needs, *route.connection.fact.needs)
        text = f"a static route of {name} leads to {far.to or 'the other VPC'}"
        parts.append(Fact(meets, text, route.destination.place, name, needs))
    text = f"the router behind {customer.to or name} leads from one VPC to the other"
    asks = (Need(customer.to or name, "may route between its VPNs"),)
    router = Fact(None, text, customer.place, name, asks)
    return any_of((*parts, all_of((~connection.static.is_(True), router))))
