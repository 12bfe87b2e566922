"""Which subnets have a way to the internet, and out to it."""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.core.address import EVERYWHERE, V6, Ranges, public_addresses
from taskwall.model.core.entity import Link, link_to, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.security_group import PrefixList
from taskwall.model.entities.vpc import (
    WAYS,
    Association,
    BlockExclusion,
    GatewayAttachment,
    InternetBlock,
    Route,
    RouteTable,
    Subnet,
    Vpc,
    Way,
)
from taskwall.model.permissions.coverage import Addresses, Part, part

READ = "2026-11-27"


@remembered
def tables(network: Network, subnet: Subnet) -> tuple[Link, ...]:
    """The route tables that a subnet uses, or may use: its own, else its VPC's main one.

    A subnet of the sources with neither has AWS's own main table, which routes nowhere else; no
    link at all stands for it.
    """
    own = []
    by_subnet = _by_subnet(network)
    for each in (*by_subnet.get(subnet.id, ()), *by_subnet.get("", ())):
        if each.subnet is None or same_entity(each.subnet, _link(subnet)) is False:
            continue
        if each.subnet.to == subnet.id:
            # What the same switch decides as the subnet is there if the subnet is.
            alone = set(each.fact.needs) - set(subnet.origin.maybe)
            tie = each.subnet.fact & each.table.fact & (each.fact if alone else TRUE)
        else:
            text = f"{each.table.fact.resource} associates a route table with {subnet.name}"
            tie = Fact(None, text, each.subnet.place, each.table.fact.resource, _of(each.subnet))
        own.append(replace(each.table, fact=tie))
    if any(link.sure for link in own):
        return tuple(link for link in own if link.sure)
    main = _main(network, subnet.vpc)
    if own:
        # The main table is used unless one of those is.
        none = ~any_of(link.fact for link in own)
        main = tuple(replace(link, fact=all_of((link.fact, none))) for link in main)
    return (*own, *main)


@remembered
def _by_subnet(network: Network) -> dict[str, list[Association]]:
    """Associations by their subnet; "" holds those of which nobody knows whose they are."""
    return network.grouped(
        Association,
        lambda each: () if each.subnet is None else (each.subnet.to if each.subnet.exact else "",),
    )


def _of(link: Link) -> tuple[Need, ...]:
    """What it waits for to know where a link leads."""
    return link.waits("a subnet")


def _link(subnet: Subnet) -> Link:
    return link_to(subnet)


def _main(network: Network, vpc: Link) -> tuple[Link, ...]:
    named = _named_main(network, vpc)
    if sure := tuple(link for link in named if link.sure):
        return sure
    known, instead = network.get(Vpc, vpc), any_of(link.fact for link in named)
    found = [
        Link(table.id, table.exists & ~instead if named else table.exists, table.origin.header)
        for table in _main_tables(network).get(vpc.to, ())
    ]
    found += named
    if not found and known is not None and known.found:
        # What AWS (or somebody since) wrote in its main table is not in the sources.
        return (Link(f"{known.id}.main", known.exists, known.origin.header, exact=False),)
    if not found and (known is None or known.external):
        needs = vpc.waits("the VPC")
        text = f"{vpc.to or 'the VPC'} has a main route table that leads to the internet"
        # It has one, whose routes are not known; look-ups may name it.
        has = Fact(True if vpc.to else None, text, vpc.place, vpc.to, needs)
        return (Link(vpc.to and f"{vpc.to}.main", has, vpc.place, exact=False),)
    return tuple(found)


def _named_main(network: Network, vpc: Link) -> list[Link]:
    """The route tables that associations make, or may make, the main one of a VPC."""
    found = []
    for each in network.every(Association):
        if each.subnet is None and each.vpc is not None:
            same, tie = same_entity(each.vpc, vpc), each.table.fact & each.fact
            if same is None:
                text = f"{each.table.to or 'a route table'} is the main one of {vpc.to}"
                tie &= Fact(None, text, each.vpc.place, vpc.to, _of(each.vpc))
            if same is not False:
                found.append(replace(each.table, fact=tie))
    for table in _main_tables(network).get("", ()) if vpc.to else ():
        text = f"{table.name} is the main route table of {vpc.to}"
        tie = Fact(None, text, table.vpc.place, table.name, table.vpc.waits("a VPC"))
        found.append(Link(table.id, tie, table.origin.header))
    return found


@remembered
def _main_tables(network: Network) -> dict[str, list[RouteTable]]:
    """The route tables that are main ones from the start, by their VPC."""
    return network.grouped(RouteTable, lambda table: (table.vpc.to,) if table.main else ())


@remembered
def _routes(network: Network) -> dict[str, list[Route]]:
    return network.grouped(Route, lambda route: (route.table.to,))


def routes_of_table(network: Network, table: str) -> list[Route]:
    """The routes of a table, by its id, and those of which nobody knows whose they are."""
    found = _routes(network)
    loose = [replace(each, fact=_may(each.table, each.fact.text)) for each in found.get("", ())]
    return [*(found.get(table, ()) if table else ()), *loose]


@remembered
def leads(network: Network, subnet: Subnet, *ways: Way) -> Fact:
    """Whether a route of a subnet leads to one of the targets, for any destination.

    Unknown for a subnet or route table that the sources do not declare, unless a route that they
    do write for it leads there.
    """
    return _routed(network, subnet, "route", ways, lambda routes: [each.fact for each in routes])


def _routed(
    network: Network,
    subnet: Subnet,
    word: str,
    ways: tuple[Way, ...],
    fit: Callable[[list[Route]], list[Fact]],
) -> Fact:
    """Whether routes fit that lead to one of the targets, in the tables that a subnet uses.

    `fit` is asked of those of each table, or that may be such; `word` is what messages call them.
    """
    words = " or ".join(WAYS[way] for way in ways)
    text = f"{subnet.name} has a {word} to {words}"
    at = subnet.origin.header
    if subnet.external:
        return Fact(None, text, at, subnet.name, subnet.external)
    parts = []
    for link in tables(network, subnet):
        table = network.get(RouteTable, link)
        routes = _routes(network).get(link.to, []) if link.to else []
        steps = fit([_there(route) for route in routes if route.way in (*ways, None)])
        loose = (route for route in _routes(network).get("", ()) if route.way in (*ways, None))
        steps += [_may(route.table, text) for route in loose]
        if not link.to or table is None or table.external:
            needs = link.waits("a route table", table)
            steps.append(Fact(None, text, link.place, subnet.name, needs))
        parts.append(link.fact & any_of(steps))
    otherwise = f"no {word} of {subnet.name} leads to {words}"
    if not parts or all(part.truth is False for part in parts):
        return Fact(False, text, at, subnet.name, otherwise=otherwise)
    return any_of(parts)


def _there(route: Route) -> Route:
    """A route whose target is not known leads perhaps to what is asked for."""
    if route.way is not None:
        return route
    fact = route.fact
    return replace(route, fact=Fact(None, fact.text, fact.place, fact.resource, fact.needs))


def subnets(network: Network, source: TaskSource) -> list[tuple[Subnet, Link]]:
    """The subnets of a task source, and its links to them."""
    found = ((network.get(Subnet, link), link) for link in source.subnets)
    return [(subnet, link) for subnet, link in found if subnet is not None]


@remembered
def exposed(network: Network, source: TaskSource) -> Fact:
    """Whether tasks of a source run in a subnet with a route to an internet gateway."""
    parts = []
    for link in source.subnets:
        subnet, route = network.get(Subnet, link), led(network, source, link)
        parts.append(route if subnet is None else route & ~blocked(network, subnet))
    return any_of(parts)


def led(network: Network, source: TaskSource, link: Link) -> Fact:
    """Whether a subnet of a task source has a route to an internet gateway."""
    subnet = network.get(Subnet, link)
    if subnet is None:
        text = f"a subnet of {source.name} has a route to an internet gateway"
        return Fact(None, text, link.place, source.name, link.fact.needs)
    return link.fact & leads(network, subnet, "internet")


def blocked(network: Network, subnet: Subnet) -> Fact:
    """Whether Block Public Access keeps the internet from a subnet in both directions."""
    return _blocked(network, subnet, _WHOLLY, _EGRESS)


def ingress_blocked(network: Network, subnet: Subnet) -> Fact:
    """Whether Block Public Access keeps internet gateways from letting anything into a subnet."""
    return _blocked(network, subnet, (*_WHOLLY, *_INGRESS), _BOTH)


def gateway_blocked(network: Network, subnet: Subnet) -> Fact:
    """Whether Block Public Access keeps a subnet from sending through an internet gateway.

    That of ingress does so too, but lets NAT and egress-only gateways connect outwards. An
    exclusion for egress counts for the bidirectional mode alone.
    """
    return blocked(network, subnet) | _blocked(network, subnet, _INGRESS, _BOTH)


_WHOLLY, _INGRESS = ("block-bidirectional",), ("block-ingress",)
_BOTH = ("allow-bidirectional",)
_EGRESS = (*_BOTH, "allow-egress")


def _blocked(
    network: Network, subnet: Subnet, modes: tuple[str, ...], spare: tuple[str, ...]
) -> Fact:
    """Whether it is in one of some modes, and no exclusion of some modes spares a subnet."""
    parts = []
    for block in network.every(InternetBlock):
        spared = any_of(
            all_of(
                (exclusion.exists, exclusion.mode.is_(*spare), _spared(network, subnet, exclusion))
            )
            for exclusion in network.every(BlockExclusion)
        )
        parts.append(all_of((block.exists, block.mode.is_(*modes), ~spared)))
    return any_of(parts)


def _spared(network: Network, subnet: Subnet, exclusion: BlockExclusion) -> Fact:
    """Whether an exclusion exempts a subnet, or its VPC, from Block Public Access."""
    of, text = exclusion.of, "an exclusion exempts it"
    if of.to and of.to in (subnet.id, subnet.vpc.to):
        return of.fact
    if of.exact and subnet.external:
        return Fact(None, text, of.place, needs=of.fact.needs or subnet.external)
    if of.exact and (subnet.vpc.exact or network.get(Subnet, of) is not None):
        return FALSE
    return _may(subnet.vpc if of.exact else of, text)


def _may(link: Link, text: str) -> Fact:
    return Fact(None, text, link.place, needs=link.fact.needs)


@remembered
def to_networks(network: Network, subnet: Subnet) -> tuple[tuple[Route, Fact], ...]:
    """The routes to other VPCs that a subnet has, or may have, and whether it has them."""
    if subnet.external:
        return ()
    found = [
        (route, link.fact & route.fact)
        for link in tables(network, subnet)
        for route in (_routes(network).get(link.to, ()) if link.to else ())
    ]
    text = f"a table of {subnet.name} has the route"
    found += [(route, _may(route.table, text)) for route in _routes(network).get("", ())]
    return tuple((route, fact) for route, fact in found if route.way in ("transit", "peering"))


@remembered
def reaches_networks(network: Network, vpc: Vpc) -> Fact:
    """Whether a route joins a VPC of the sources with another network than the internet."""
    if vpc.found:
        return TRUE
    here, text = link_to(vpc), f"a route joins {vpc.name} with another network"
    parts = []
    for gateway in network.every(GatewayAttachment):
        same = same_entity(gateway.vpc, here) if gateway.way == "vpn" else False
        if same is not False:
            parts.append(gateway.exists if same else _may(gateway.vpc, text))
    for route in network.every(Route):
        table = network.get(RouteTable, route.table)
        same = None if table is None else same_entity(table.vpc, here)
        if route.way in _WITHIN_OR_PUBLIC or same is False or route.table.written is False:
            continue
        parts.append(_there(route).fact if same else _may(route.table, text))
    return any_of(parts)


_WITHIN_OR_PUBLIC = ("internet", "nat", "egress-only", "local")


# --- ways out

_NAT64 = Ranges(
    ((V6.spans[0][0] + (0x64FF9B << 96), V6.spans[0][0] + (0x64FF9B << 96) + 2**32 - 1),)
)
"""What DNS64 answers with for names that have IPv4 addresses only.

Amazon VPC user guide, "DNS64 and NAT64".
"""


@remembered
def default_way(network: Network, subnet: Subnet, *ways: Way) -> Fact:
    """Whether the routes of a subnet lead to all of the internet's IPv4 by one of the targets.

    One by itself, or several together. A destination of a prefix list may be what is asked for.
    """
    return _routed(network, subnet, "default route", ways, partial(_cover, network, _INTERNET))


_INTERNET = public_addresses(4)


def _by_nat64(network: Network, subnet: Subnet, *ways: Way) -> Fact:
    """Whether what has IPv6 addresses in a subnet gets to the internet's IPv4 by NAT64."""
    has = has_ipv6(subnet)
    if has.truth is False:
        return has
    routed = _routed(network, subnet, "route for NAT64", ways, partial(_cover, network, _NAT64))
    return all_of((has, routed))


def has_ipv6(subnet: Subnet) -> Fact:
    """Whether a subnet has IPv6 addresses."""
    at, name = subnet.origin.header, subnet.name
    six = next((each for each in subnet.cidrs if "6" in each.name), None)
    text, otherwise = f"{name} has IPv6 addresses", f"{name} has no IPv6 addresses"
    if subnet.external:
        return Fact(None, text, at, name, subnet.external)
    return Fact(six is not None, text, six.place if six else at, name, otherwise=otherwise)


@remembered
def ipv6_egress(network: Network, subnet: Subnet) -> Fact:
    """Whether what runs in a subnet can reach the internet's IPv6 addresses."""
    has = has_ipv6(subnet)
    if has.truth is False:
        return has
    ways: tuple[Way, ...] = ("egress-only", "internet", *_ELSEWHERE)
    six = public_addresses(6)
    routed = _routed(network, subnet, "IPv6 default route", ways, partial(_cover, network, six))
    return all_of((has, ~blocked(network, subnet), routed))


def _cover(network: Network, wanted: Ranges, routes: list[Route]) -> list[Fact]:
    """Whether routes are for all of some addresses, one of them by itself or several together."""
    found = [all_of((route.fact, _covers(network, route, wanted))) for route in routes]
    if len(routes) < 2 or any(fact.truth for fact in found):
        return found
    together = Addresses.together((_destination(network, each), each.fact) for each in routes)
    truth = together.covers(Addresses((Part(wanted),)))
    if truth is not False:
        first = routes[0].fact
        text = f"{first.resource} and other routes are default routes together"
        found.append(Fact(truth, text, first.place, first.resource, together.needs))
    return found


def _covers(network: Network, route: Route, wanted: Ranges) -> Fact:
    name, at = route.fact.resource, (route.listed or route.destination).place
    text, to = f"{name} is a default route", _destination(network, route)
    listed = network.get(PrefixList, route.listed)
    service = listed.service if listed is not None else ""
    said = f"the addresses of {service}" if service else str(route.destination.known)
    truth = to.covers(Addresses((Part(wanted),)))
    return Fact(truth, text, at, name, to.needs, f"{name} leads to {said} only")


def _destination(network: Network, route: Route) -> Addresses:
    """The addresses that a route is for."""
    if route.listed is None:
        to = route.destination
        if to.value is None:
            needs = (Need(to.name, "has unknown destinations"),)
            return Addresses((Part(EVERYWHERE, False, needs=needs),))
        return Addresses((part(to),))
    listed = network.get(PrefixList, route.listed)
    if listed is not None and listed.service:
        # Few of the internet's addresses.
        return Addresses()
    if listed is None or listed.entries is None:
        return Addresses((Part(EVERYWHERE, False, needs=route.listed.waits()),))
    return Addresses(tuple(map(part, listed.entries)))


_ELSEWHERE: tuple[Way, ...] = ("transit", "vpn", "appliance", "endpoint")
"""Where a default route may lead out in the end, as nobody can see from here.

Not by peering: it leads to what is in the other VPC only (Amazon VPC peering guide).
"""


def subnet_egress(network: Network, subnet: Subnet, public: Fact) -> Fact:
    """Whether what runs in a subnet can reach the internet; `public`: it has a public address.

    That is its IPv4: the names of AWS's services, but for dual-stack ones, have no other.
    """
    name, at = subnet.name, subnet.origin.header
    closed = blocked(network, subnet)
    by_nat = any_of(way(network, subnet, "nat") for way in (default_way, _by_nat64))
    if closed.truth is not False:
        # The NAT gateway may stand where Block Public Access is lifted.
        text = f"{name} reaches the internet in spite of Block Public Access"
        by_nat = all_of((by_nat, Fact(None, text, at, name, closed.waits_for() or _SPARED)))
    directly = all_of((default_way(network, subnet, "internet"), public, ~closed))
    beyond = any_of(way(network, subnet, *_ELSEWHERE) for way in (default_way, _by_nat64))
    if beyond.truth:
        text = f"the default route of {name} leads to the internet"
        met = (
            WAYS[each]
            for each in _ELSEWHERE
            if any(way(network, subnet, each).truth for way in (default_way, _by_nat64))
        )
        to = " and ".join(met) or "several networks"
        needs = (
            Need(f"the default route of {name}", f"leads to {to}: where that leads is not known"),
        )
        beyond = Fact(None, text, at, name, needs)
    return any_of((by_nat, directly, beyond))


_SPARED = (Need("Block Public Access", "may be lifted for the NAT gateway"),)
