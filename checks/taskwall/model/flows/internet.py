"""The way from the internet to a place, and from a place to the internet."""

from collections.abc import Iterable
from functools import cache, reduce

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.core.address import ALL_PORTS, V4, V6, Ranges, parse_cidr
from taskwall.model.core.network import Network
from taskwall.model.entities.vpc import NatGateway, Subnet
from taskwall.model.flows.flow import Obstacle
from taskwall.model.flows.paths import led_to
from taskwall.model.flows.places import Place, places_of
from taskwall.model.flows.routes import Hop, steered
from taskwall.model.flows.sets import ANY_PROTOCOL, Pieces, TrafficPiece, both
from taskwall.model.permissions.packets import Traffic
from taskwall.model.routing.routes import blocked, gateway_blocked, ingress_blocked


@cache
def internet(version: int) -> Ranges:
    """The addresses of the internet: all that are not private, special or for many receivers.

    What documentation is written with counts as public: so are the examples of users.
    """
    special = {
        4: ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
            "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"),
        6: ("::/127", "fc00::/7", "fe80::/10", "ff00::/8", "64:ff9b::/96"),
    }  # fmt: skip
    held = (found.ranges for found in map(parse_cidr, special[version]) if found)
    return (V4 if version == 4 else V6) - Ranges.union(held)


def way_in(
    network: Network, place: Place, public: Fact, made: str = ""
) -> tuple[Pieces, tuple[Obstacle, ...]]:
    """What of the internet's addresses can reach a place, and get answers; and what closes it.

    Args:
        network: the network.
        place: where it is.
        public: whether what is there has an address of the place's version that is public.
        made: what would make it public, in words.
    """
    closed: list[Obstacle] = []
    facts = [public]
    if public.truth is False:
        closed.append(Obstacle(public, made))
    subnet = network.get(Subnet, place.subnet)
    if subnet is not None:
        shut = ingress_blocked(network, subnet)
        if shut.truth is not False:
            facts.append(~shut)
        if shut.truth:
            closed.append(_blocking(shut))
    facts.append(steered(network, place))
    wanted = internet(place.version)
    led = led_to(network, place, wanted, _by_gateway)
    if not led:
        closed.append(_no_route(place, "an internet gateway"))
    return _pieces(led, facts) if not closed else (), tuple(closed)


def way_out(network: Network, place: Place, public: Fact) -> tuple[Pieces, tuple[Obstacle, ...]]:
    """Which of the internet's addresses can be reached from a place; and what closes it."""
    closed: list[Obstacle] = []
    subnet = network.get(Subnet, place.subnet)
    shut = gateway_blocked(network, subnet) if subnet is not None else FALSE
    wholly = blocked(network, subnet) if subnet is not None else FALSE

    def accept(hop: Hop) -> Fact:
        if hop.way in ("internet", "egress-only"):
            own = TRUE if place.version == 6 else public
            by = shut if hop.way == "internet" else wholly
            if own.truth is False:
                closed.append(Obstacle(own, "give it a public address, or route it by NAT"))
            if by.truth:
                closed.append(_blocking(by))
            return all_of((own, ~by)) if by.truth is not False else own
        if hop.way == "nat":
            found = _by_nat(network, hop, place)
            if found.truth is False:
                closed.append(Obstacle(found, "let the NAT gateway out to the internet"))
            return found
        if hop.way in ("transit", "vpn", "appliance", "endpoint", None):
            return _elsewhere(hop, place)
        return FALSE

    led = led_to(network, place, internet(place.version), accept)
    if not led and not closed:
        closed.append(_no_route(place, "a NAT gateway"))
    return _pieces(led), tuple(closed)


def _by_nat(network: Network, hop: Hop, place: Place) -> Fact:
    """Whether a NAT gateway leads to the internet: from its own subnet, past Block Public Access.

    One that the sources do not write is taken to do so, but for what blocks the whole account.
    """
    nat = network.get(NatGateway, hop.route.nat) if hop.route is not None else None
    subnet = network.get(Subnet, nat.subnet) if nat is not None else None
    own = network.get(Subnet, place.subnet)
    if nat is None or nat.external or nat.subnet is None or subnet is None:
        shut = blocked(network, own) if own is not None else FALSE
        if shut.truth is False:
            return TRUE
        text = "the NAT gateway is spared by Block Public Access"
        lifted = (Need("Block Public Access", "may be lifted for the NAT gateway"),)
        needs = shut.waits_for() or lifted
        return Fact(None, text, hop.fact.place, hop.fact.resource, needs)
    here = next(iter(places_of(network, (nat.subnet,), (), ())))
    led = led_to(network, here, internet(4), _by_gateway)
    if not led:
        text = f"{nat.name} is in a subnet with a route to an internet gateway"
        otherwise = f"{nat.name} is in a subnet without a route to an internet gateway"
        at = nat.origin.header
        return Fact(False, text, at, nat.name, otherwise=otherwise)
    shut = blocked(network, subnet)
    if shut.truth:
        return _blocking(shut).fact
    facts = any_of(fact for _, fact in led), ~shut
    return all_of(fact for fact in facts if fact.truth is not True)


def _by_gateway(hop: Hop) -> Fact:
    if hop.way == "internet":
        return TRUE
    if hop.way in ("appliance", "endpoint", None):
        text = f"{hop.fact.resource} leads answers back to the internet gateway"
        return Fact(None, text, hop.fact.place, hop.fact.resource, hop.waits(""))
    return FALSE


def _elsewhere(hop: Hop, place: Place) -> Fact:
    text = f"what {hop.fact.resource or place.name} leads to reaches the internet"
    return Fact(None, text, hop.fact.place, hop.fact.resource, hop.waits(place.name))


def _pieces(led: list[tuple[Ranges, Fact]], facts: Iterable[Fact] = ()) -> Pieces:
    return tuple(
        TrafficPiece(Traffic.of(ANY_PROTOCOL, ALL_PORTS, ranges), reduce(both, facts, fact))
        for ranges, fact in led
    )


def _no_route(place: Place, where: str) -> Obstacle:
    name = place.name
    at = place.subnet.place if place.subnet else None
    text = f"a route of {name} leads to the internet by {where}"
    otherwise = f"no route of {name} leads to the internet by {where}"
    fact = Fact(False, text, at, name, otherwise=otherwise)
    everywhere = "0.0.0.0/0" if place.version == 4 else "::/0"
    return Obstacle(fact, f"route {everywhere} of {name} to {where}")


def _blocking(shut: Fact) -> Obstacle:
    """Block Public Access as what closes a connection."""
    leaf = next(iter(shut.deciding()), shut)
    text = "Block Public Access lets it through"
    otherwise = "Block Public Access keeps the internet from it"
    fact = Fact(False, text, leaf.place, leaf.resource, otherwise=otherwise)
    return Obstacle(fact, "exclude its subnet or VPC from Block Public Access")
