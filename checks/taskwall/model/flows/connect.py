"""What can be opened between an interface and a set of addresses: the internet, a VPC, others."""

from taskwall.core.facts import TRUE, Fact, all_of, any_of
from taskwall.model.core.address import ALL_PORTS, Ranges
from taskwall.model.core.network import Network
from taskwall.model.data_stores.internet_exposure import Exposure
from taskwall.model.endpoints.endpoint import Endpoint, serves_table
from taskwall.model.entities.security_group import Direction, SecurityGroup
from taskwall.model.entities.vpc import Subnet
from taskwall.model.flows.acls import WHOLE, CrossingSide, crossing
from taskwall.model.flows.ends import Interface
from taskwall.model.flows.flow import Obstacle, OpenConnection, if_there, on_ports, with_waits
from taskwall.model.flows.internet import internet, way_in, way_out
from taskwall.model.flows.places import Place
from taskwall.model.flows.remote import Remote
from taskwall.model.flows.routes import inner_routes
from taskwall.model.flows.security_groups import (
    Far,
    beyond,
    let_through,
    of_internet,
    of_service,
)
from taskwall.model.flows.sets import (
    ANY_PROTOCOL,
    OPEN,
    Pieces,
    TrafficPiece,
    anywhere,
    cross,
    for_all,
    given,
    merged,
    over,
)
from taskwall.model.permissions.coverage import Addresses
from taskwall.model.permissions.packets import Traffic
from taskwall.model.routing.network_acl import BALANCER_PORTS
from taskwall.model.routing.routes import tables


def shut_by(
    network: Network, of: Interface, way: Direction, whom: str, wanted: Traffic
) -> Obstacle:
    """That no group of an interface lets what is wanted through from or to somebody."""
    named = (network.get(SecurityGroup, link) for link in of.groups.ties)
    name = next((group.name for group in named if group is not None), "")
    allows = f"{name} allows"
    if not name:
        name = f"the groups of {of.end}"
        allows = f"{name} allow"
    verb = "ingress from" if way == "ingress" else "egress to"
    link = next(iter(of.groups.ties), None)
    group = network.get(SecurityGroup, link)
    place = group.origin.header if group is not None else of.thing.origin.header
    which = on_ports(wanted)
    text = f"{allows} {verb} {whom}{which}"
    fact = Fact(False, text, place, name, otherwise=f"{allows} no {verb} {whom}{which}")
    return Obstacle(fact, f"allow {verb} {whom}{which} in {name}")


def from_internet(network: Network, server: Interface, wanted: Traffic = WHOLE) -> OpenConnection:
    """What the internet can open to an interface, by addresses of its own."""
    if server.everywhere:
        return OpenConnection(over(ANY_PROTOCOL, ALL_PORTS, TRUE, internet(4)))
    found: list[TrafficPiece] = []
    closed: tuple[Obstacle, ...] = ()
    lost = Ranges()
    for place in server.places:
        public = server.public if place.version == 4 else server.public_six
        pieces, shut = way_in(network, place, public, _made(network, server))
        whom = internet(place.version)
        far = of_internet(network, place.vpc, whom)
        ingress = let_through(network, server.groups, "ingress", far)
        if not cross(ingress, wanted_pieces(wanted)):
            shut = (*shut, shut_by(network, server, "ingress", "the internet", wanted))
        sides = CrossingSide(None, whom), CrossingSide(place, place.ranges)
        crossed = crossing(network, *sides, BALANCER_PORTS, wanted)
        shut = (*shut, *crossed.closed)
        if shut:
            lets = cross(ingress, wanted_pieces(wanted))
            closed = closed or with_waits(shut, given(public), lets, crossed.pieces)
            continue
        found += if_there(cross(cross(pieces, ingress), crossed.pieces), (place.fact,))
        lost |= crossed.lost
    return OpenConnection(merged(found), () if found else closed, lost)


def wanted_pieces(wanted: Traffic) -> Pieces:
    """What is wanted, as pieces."""
    return OPEN if wanted is WHOLE else (TrafficPiece(wanted),)


def _made(network: Network, server: Interface) -> str:
    """What would make an interface public: of endpoints, and of many stores, nothing would."""
    name = server.thing.name
    if server.kind == "lb":
        return f"make {name} internet-facing"
    if server.kind in ("store", "proxy"):
        exposed = any(each.store.to == server.thing.id for each in network.every(Exposure))
        return f"make {name} publicly accessible" if exposed else ""
    if server.kind == "endpoint":
        return ""
    return f"give {name} a public address"


def from_service(network: Network, server: Interface, service: str) -> Pieces:
    """What an AWS service can open to an interface, where groups name its prefix list."""
    found: list[TrafficPiece] = []
    far = Far(Addresses(), service=service)
    for place in server.places:
        pieces, shut = way_in(
            network, place, server.public if place.version == 4 else server.public_six
        )
        if shut:
            continue
        ingress = let_through(network, server.groups, "ingress", far)
        side = CrossingSide(place, place.ranges)
        crossed = crossing(
            network, CrossingSide(None, internet(place.version)), side, BALANCER_PORTS
        )
        whole = _without_addresses(cross(cross(pieces, ingress), crossed.pieces))
        found += if_there(whole, (place.fact,))
    return merged(found)


def from_lattice(network: Network, server: Interface) -> Pieces:
    """What VPC Lattice can open to a target, whose groups name its prefix list: it needs no route.

    Who is behind Lattice is for its service networks to say.
    """
    far = Far(Addresses(), service="vpc-lattice")
    return let_through(network, server.groups, "ingress", far)


def _without_addresses(pieces: Pieces) -> Pieces:
    """Pieces of an end whose addresses AWS keeps for itself."""
    return tuple(TrafficPiece(anywhere(piece.traffic), piece.fact) for piece in pieces)


def to_gateway(network: Network, client: Interface, endpoint: Endpoint) -> Pieces:
    """What an interface can open to the service of a gateway endpoint in its route table."""
    found: list[TrafficPiece] = []
    wanted = internet(4)
    egress = let_through(network, client.groups, "egress", of_service(endpoint.service, wanted))
    for place in client.places if egress else ():
        subnet = network.get(Subnet, place.subnet)
        if place.version == 6 or subnet is None or subnet.external:
            continue
        used = tables(network, subnet)
        parts = [all_of((link.fact, serves_table(network, endpoint, link))) for link in used]
        side = CrossingSide(place, place.ranges)
        crossed = crossing(network, side, CrossingSide(None, wanted), client.answers)
        way = _without_addresses(cross(egress, crossed.pieces))
        found += cross(way, given(any_of(parts)))
    return merged(found)


def to_service(network: Network, client: Interface, service: str) -> Pieces:
    """What an interface can open to an AWS service over the internet, by its prefix list."""
    found: list[TrafficPiece] = []
    for place in client.places:
        wanted = internet(place.version)
        egress = let_through(network, client.groups, "egress", of_service(service, wanted))
        pieces, _ = way_out(network, place, client.public) if egress else ((), ())
        sides = CrossingSide(place, place.ranges), CrossingSide(None, wanted)
        crossed = crossing(network, *sides, client.answers)
        way = _without_addresses(cross(cross(pieces, egress), crossed.pieces))
        found += if_there(way, (place.fact,))
    return merged(found)


def from_remote(network: Network, server: Interface, place: Place, remote: Remote) -> Pieces:
    """What addresses beyond a VPC can open to an interface at a place."""
    far = beyond(network, place.vpc, remote.addresses)
    ingress = let_through(network, server.groups, "ingress", far)
    side = CrossingSide(place, place.ranges)
    crossed = crossing(network, CrossingSide(None, remote.addresses), side, BALANCER_PORTS)
    way = over(ANY_PROTOCOL, ALL_PORTS, remote.fact, remote.addresses)
    return cross(cross(ingress, crossed.pieces), way)


def to_remote(network: Network, client: Interface, place: Place, remote: Remote) -> Pieces:
    """What an interface at a place can open to addresses beyond its VPC."""
    far = beyond(network, place.vpc, remote.addresses)
    egress = let_through(network, client.groups, "egress", far)
    side = CrossingSide(place, place.ranges)
    crossed = crossing(network, side, CrossingSide(None, remote.addresses), client.answers)
    way = over(ANY_PROTOCOL, ALL_PORTS, remote.fact, remote.addresses)
    return cross(cross(egress, crossed.pieces), way)


def to_internet(network: Network, client: Interface, wanted: Traffic = WHOLE) -> OpenConnection:
    """What an interface can open to the internet."""
    found: list[TrafficPiece] = []
    closed: tuple[Obstacle, ...] = ()
    for place in client.places:
        pieces, shut = way_out(network, place, client.public)
        whom = internet(place.version)
        far = of_internet(network, place.vpc, whom)
        egress = let_through(network, client.groups, "egress", far)
        lets = cross(egress, wanted_pieces(wanted))
        if not lets:
            shut = (shut_by(network, client, "egress", "the internet", wanted), *shut)
        sides = CrossingSide(place, place.ranges), CrossingSide(None, whom)
        crossed = crossing(network, *sides, client.answers, wanted)
        shut = (*shut, *crossed.closed)
        if not lets or not pieces or crossed.closed:
            closed = closed or shut
            continue
        found += if_there(cross(cross(pieces, egress), crossed.pieces), (place.fact,))
    return OpenConnection(merged(found), () if found else closed)


def by_public_address(network: Network, client: Interface, server: Interface) -> OpenConnection:
    """What an interface can open to another over the internet, to the other's public address.

    Which address that is, and from which one the client comes, nobody knows before: only groups
    that are for the whole internet allow it for certain.
    """
    there, here = to_internet(network, client), from_internet(network, server)
    pieces = cross(_for_everybody(there.pieces), _for_everybody(here.pieces))
    return OpenConnection(pieces, (), here.lost)


def _for_everybody(pieces: Pieces) -> Pieces:
    """The part of pieces that is for all of the internet's IPv4 addresses, whichever they are."""
    found: list[TrafficPiece] = []
    wanted = internet(4)
    sure = Traffic(
        tuple(box for piece in pieces if piece.fact.truth for box in piece.traffic.boxes)
    )
    for piece in pieces:
        held = for_all(sure if piece.fact.truth else piece.traffic | sure, wanted)
        shape = anywhere(piece.traffic) & held
        if shape:
            found.append(TrafficPiece(shape, piece.fact))
    return merged(found)


def from_addresses(network: Network, server: Interface, place: Place, far: Far) -> Pieces:
    """What some addresses of a place's own VPC can open to an interface there."""
    ingress = let_through(network, server.groups, "ingress", far)
    if not ingress:
        return ()
    ranges = Ranges.union(part.within for part in far.addresses.parts)
    own = Traffic.of(ANY_PROTOCOL, ALL_PORTS, place.ranges & ranges)
    others = ranges - place.ranges
    crossed = crossing(
        network, CrossingSide(None, others), CrossingSide(place, place.ranges), BALANCER_PORTS
    )
    subnet = network.get(Subnet, place.subnet)
    inner = TRUE if subnet is None or subnet.external else inner_routes(network, subnet)
    if crossed.pieces is OPEN and inner is TRUE:
        own = Traffic.of(ANY_PROTOCOL, ALL_PORTS, ranges)
    ways = (TrafficPiece(own), *cross(crossed.pieces, over(ANY_PROTOCOL, ALL_PORTS, inner, others)))
    pieces = cross(ingress, tuple(piece for piece in ways if piece.traffic))
    return if_there(pieces, (place.fact,))
