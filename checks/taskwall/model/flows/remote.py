"""What is beyond a VPC and not the internet: remote networks, and VPCs that routes lead to."""

from collections.abc import Iterator
from functools import cache

from msgspec import Struct

from taskwall.core.facts import FALSE, Fact, all_of
from taskwall.core.values import Need
from taskwall.model.core.address import V6, Ranges, parse_cidr
from taskwall.model.core.entity import Link, link_to
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.model.flows.ends import short_name
from taskwall.model.flows.flow import Obstacle
from taskwall.model.flows.paths import way_between
from taskwall.model.flows.places import Place, places_of
from taskwall.model.flows.routes import Hop, hops
from taskwall.model.permissions.coverage import of_vpc, subnets_of
from taskwall.model.routing.vpc_attachments import Peering, TransitAttachment

ONPREM = "onprem"


class Remote(Struct, frozen=True):
    """Addresses beyond a VPC: how flows call who has them, and whether the way there is open."""

    end: str
    addresses: Ranges
    fact: Fact


@cache
def private() -> Ranges:
    """The private and shared IPv4 addresses."""
    texts = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
    return Ranges.union(found.ranges for found in map(parse_cidr, texts) if found)


def remotes(network: Network, place: Place) -> tuple[Remote, ...]:
    """Who is beyond the VPC of a place, as far as the routes of its subnet lead there."""
    subnet = network.get(Subnet, place.subnet)
    if subnet is None or subnet.external:
        return ()
    version = place.version
    return (*_beyond(network, subnet, version), *_other_vpcs(network, subnet, version))


def no_route(place: Place, end: str) -> Obstacle:
    """That no route of a place leads to an end beyond its VPC."""
    text, name = f"a route of {place.name} leads to {end}", place.name
    otherwise = f"no route of {name} leads to {end}"
    at = place.subnet.place if place.subnet is not None else None
    return Obstacle(Fact(False, text, at, name, otherwise=otherwise), f"route {end} from {name}")


def _place(network: Network, subnet: Subnet, version: int) -> Place | None:
    found = places_of(network, (link_to(subnet),), (), ())
    return next((each for each in found if each.version == version), None)


@remembered
def _beyond(network: Network, subnet: Subnet, version: int) -> tuple[Remote, ...]:
    """Remote networks: what VPN gateways, transit gateways and peers from elsewhere lead to."""
    place = _place(network, subnet, version)
    if place is None:
        return ()
    found: list[Remote] = []
    for hop in hops(network, place, private() if version == 4 else V6):
        addresses = hop.addresses - _ranges_behind(network, hop)
        if hop.dead or not addresses or hop.route is None:
            continue
        found += _of_hop(network, hop, addresses)
    return tuple(found)


def _ranges_behind(network: Network, hop: Hop) -> Ranges:
    """The addresses of VPCs of the sources that a hop may lead to, which flows name themselves.

    Another network may well have the addresses of a VPC that is not joined.
    """
    vpcs = {vpc.id for vpc in network.every(Vpc)}
    if hop.way == "vpn":
        vpcs = set()
    elif hop.way == "transit":
        vpcs = {each.vpc.to for each in network.every(TransitAttachment)}
    elif hop.route is not None and (peering := network.get(Peering, hop.route.peering)):
        vpcs = {peering.vpc.to, peering.peer.to}
    return Ranges.union(_ranges(network, vpc) for vpc in network.every(Vpc) if vpc.id in vpcs)


def _of_hop(network: Network, hop: Hop, addresses: Ranges) -> Iterator[Remote]:
    name = hop.fact.resource
    if hop.way == "vpn":
        yield Remote(ONPREM, addresses, hop.fact)
    elif hop.way == "transit":
        text = f"the transit gateway of {name} leads to a remote network"
        need = Need("what is attached to the transit gateway", "is not all in the sources")
        unseen = Fact(None, text, hop.fact.place, name, (need,))
        yield Remote(ONPREM, addresses, all_of((hop.fact, unseen)))
    elif hop.way in ("appliance", "endpoint", None):
        text = f"what {name} leads to is joined to a remote network"
        unseen = Fact(None, text, hop.fact.place, name, hop.waits(name))
        yield Remote(ONPREM, addresses, all_of((hop.fact, unseen)))
    elif hop.way == "peering" and hop.route is not None:
        peering = network.get(Peering, hop.route.peering)
        ends = () if peering is None else (peering.vpc, peering.peer)
        far = [link for link in ends if not _is_written(network, link)]
        if ends and not far:
            return  # A peering connection leads to the addresses of its VPCs, and no further.
        to = far[0].to if far and far[0].to else ""
        text = f"{to or 'the peer'} routes back"
        needs = (Need(f"the routes of {to or 'the peered VPC'}", "are not in the sources"),)
        back = Fact(None, text, hop.fact.place, name, needs)
        yield Remote(f"vpc:{to}" if to else ONPREM, addresses, all_of((hop.fact, back)))


def _is_written(network: Network, link: Link) -> bool:
    vpc = network.get(Vpc, link)
    return vpc is not None and not vpc.external


@remembered
def _other_vpcs(network: Network, subnet: Subnet, version: int) -> tuple[Remote, ...]:
    """The other VPCs of the sources from which some address gets to a subnet, and answers back."""
    place = _place(network, subnet, version)
    found: list[Remote] = []
    if place is None:
        return ()
    for vpc in network.every(Vpc):
        if vpc.id == subnet.vpc.to or not _may_lead(network, place, vpc):
            continue
        for other in subnets_of(network).get(vpc.id, ()):
            for there in places_of(network, (link_to(other),), (), ()):
                way = way_between(network, there, place) if there.version == version else None
                fact = FALSE if way is None else way.fact
                if fact.truth is not False:
                    found.append(Remote(f"vpc:{short_name(vpc)}", there.ranges, fact))
    return tuple(found)


def _may_lead(network: Network, place: Place, vpc: Vpc) -> bool:
    """Whether any route of a place may lead to another VPC: most do not, and that is quick."""
    ways = {hop.way for hop in hops(network, place, _ranges(network, vpc)) if not hop.dead}
    return bool(ways - {"internet", "nat", "egress-only", "local"})


def _ranges(network: Network, vpc: Vpc) -> Ranges:
    return of_vpc(network, vpc).sure
