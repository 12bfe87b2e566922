"""Which subnets have a way to the internet, and out to it."""

from collections.abc import Callable

from msgspec.structs import replace

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.core.address import parse_cidr
from taskwall.model.core.entity import Link, Setting, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.security_group import PrefixList
from taskwall.model.entities.vpc import (
    WAYS,
    Association,
    BlockExclusion,
    InternetBlock,
    Route,
    RouteTable,
    Subnet,
    Vpc,
    Way,
)


@remembered
def tables(network: Network, subnet: Subnet) -> tuple[Link, ...]:
    """The route tables that a subnet uses, or may use: its own, else its VPC's main one.

    A subnet of the sources with neither has AWS's own main table, which routes nowhere else; no
    tie at all stands for it.
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
        own.append(Link(each.table.to, tie, each.table.place, each.table.exact))
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
    """What it waits for to know where a tie leads."""
    return link.waits("a subnet")


def _link(subnet: Subnet) -> Link:
    return Link(subnet.id, subnet.exists, subnet.origin.header, not subnet.external)


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
        return (Link("", Fact(None, text, vpc.place, vpc.to, needs), vpc.place, exact=False),)
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
                found.append(Link(each.table.to, tie, each.table.place, each.table.exact))
    return found


@remembered
def _main_tables(network: Network) -> dict[str, list[RouteTable]]:
    """The route tables that are main ones from the start, by their VPC."""
    return network.grouped(RouteTable, lambda table: (table.vpc.to,) if table.main else ())


@remembered
def _routes(network: Network) -> dict[str, list[Route]]:
    return network.grouped(Route, lambda route: (route.table.to,))


@remembered
def leads(network: Network, subnet: Subnet, *ways: Way) -> Fact:
    """Whether a route of a subnet leads to one of the targets, for any destination.

    Unknown for a subnet or route table that the sources do not declare, unless a route that they
    do write for it leads there.
    """
    return _routed(network, subnet, "route", ways, lambda route: _leads(route, ways))


def _routed(
    network: Network,
    subnet: Subnet,
    word: str,
    ways: tuple[Way, ...],
    fits: Callable[[Route], Fact],
) -> Fact:
    """Whether a route fits of the tables that a subnet uses; `word` is what messages call it."""
    words = " or ".join(WAYS[way] for way in ways)
    text = f"{subnet.name} has a {word} to {words}"
    at = subnet.origin.header
    if subnet.external:
        return Fact(None, text, at, subnet.name, subnet.external)
    parts = []
    for link in tables(network, subnet):
        table = network.get(RouteTable, link)
        routes = _routes(network).get(link.to, []) if link.to else []
        steps = [fits(route) for route in routes]
        loose = (route for route in _routes(network).get("", ()) if route.way in (*ways, None))
        steps += [_may(route.table, text) for route in loose]
        if not link.to or table is None or table.external:
            needs = link.fact.needs or (table.external if table else ())
            needs = needs or link.waits()
            steps.append(Fact(None, text, link.place, subnet.name, needs))
        parts.append(link.fact & any_of(steps))
    otherwise = f"no {word} of {subnet.name} leads to {words}"
    if not parts or all(part.truth is False for part in parts):
        return Fact(False, text, at, subnet.name, otherwise=otherwise)
    return any_of(parts)


def _leads(route: Route, ways: tuple[Way, ...]) -> Fact:
    if route.way is None:
        return Fact(None, route.fact.text, route.fact.place, route.fact.resource, route.fact.needs)
    return route.fact if route.way in ways else FALSE


def subnets(network: Network, source: TaskSource) -> list[tuple[Subnet, Link]]:
    """The subnets of a task source, and its ties to them."""
    found = ((network.get(Subnet, link), link) for link in source.subnets)
    return [(subnet, link) for subnet, link in found if subnet is not None]


@remembered
def exposed(network: Network, source: TaskSource) -> Fact:
    """Whether tasks of a source run in a subnet with a route to an internet gateway."""
    parts = []
    for link in source.subnets:
        subnet = network.get(Subnet, link)
        if subnet is None:
            text = f"a subnet of {source.name} has a route to an internet gateway"
            parts.append(Fact(None, text, link.place, source.name, link.fact.needs))
            continue
        open_route = link.fact & leads(network, subnet, "internet")
        parts.append(open_route & ~blocked(network, subnet))
    return any_of(parts)


def blocked(network: Network, subnet: Subnet) -> Fact:
    """Whether Block Public Access keeps the internet from a subnet in both directions."""
    parts = []
    for block in network.every(InternetBlock):
        spared = any_of(
            exclusion.exists & _spares(exclusion, subnet)
            for exclusion in network.every(BlockExclusion)
        )
        parts.append(all_of((block.exists, block.mode.is_("block-bidirectional"), ~spared)))
    return any_of(parts)


def _spares(exclusion: BlockExclusion, subnet: Subnet) -> Fact:
    """Whether an exclusion from Block Public Access is of a subnet, or of its VPC."""
    if exclusion.of.to in (subnet.id, subnet.vpc.to):
        return exclusion.of.fact
    if exclusion.of.exact and not subnet.external:
        return FALSE
    text, needs = "an exclusion exempts it", exclusion.of.fact.needs or subnet.external
    return Fact(None, text, exclusion.of.place, needs=needs)


def _may(link: Link, text: str) -> Fact:
    return Fact(None, text, link.place, needs=link.fact.needs)


# --- ways out


@remembered
def default_way(network: Network, subnet: Subnet, *ways: Way) -> Fact:
    """Whether a route of a subnet leads everywhere (or nearly) by one of the targets.

    A destination of a prefix list may be what is asked for, or not.
    """

    def fits(route: Route) -> Fact:
        return all_of((_leads(route, ways), everywhere(network, route)))

    return _routed(network, subnet, "default route", ways, fits)


def everywhere(network: Network, route: Route) -> Fact:
    """Whether a route is for at least half of all addresses, IPv4 or IPv6."""
    if route.listed is None:
        return _half(route, route.destination)
    listed = network.get(PrefixList, route.listed)
    if listed is not None and listed.service:
        otherwise = f"{route.fact.resource} leads to the addresses of {listed.service} only"
        return Fact(False, "", route.listed.place, route.fact.resource, otherwise=otherwise)
    if listed is None or listed.entries is None:
        text = f"{route.fact.resource} is a default route"
        needs = route.listed.waits()
        return Fact(None, text, route.listed.place, route.fact.resource, needs)
    return any_of(_half(route, entry) for entry in listed.entries)


def _half(route: Route, to: Setting) -> Fact:
    text = f"{route.fact.resource} is a default route"
    if to.value is None:
        needs = (Need(to.name, "has unknown destinations"),)
        return Fact(None, text, to.place, route.fact.resource, needs)
    otherwise = f"{route.fact.resource} leads to {to.known} only"
    if to.open:
        return Fact(None, text, to.place, route.fact.resource, to.needs)
    found = parse_cidr(str(to.known))
    half = found is not None and found.ranges.size * 2 >= 2 ** (32 if found.version == 4 else 128)
    return Fact(half, text, to.place, route.fact.resource, otherwise=otherwise)


_ELSEWHERE: tuple[Way, ...] = ("transit", "peering", "vpn", "appliance", "endpoint")
"""Where a default route may lead out in the end, as nobody can see from here."""


def subnet_egress(network: Network, subnet: Subnet, public: Fact) -> Fact:
    """Whether what runs in a subnet can reach the internet; `public`: it has a public address."""
    name, at = subnet.name, subnet.origin.header
    closed = blocked(network, subnet)
    by_nat = default_way(network, subnet, "nat", "egress-only")
    if closed.truth is not False:
        # The NAT gateway may stand where Block Public Access is lifted.
        text = f"{name} reaches the internet in spite of Block Public Access"
        by_nat = all_of((by_nat, Fact(None, text, at, name, closed.waits_for() or _SPARED)))
    directly = all_of((default_way(network, subnet, "internet"), public, ~closed))
    beyond = default_way(network, subnet, *_ELSEWHERE)
    if beyond.truth:
        text = f"the default route of {name} leads to the internet"
        needs = (
            Need(f"the default route of {name}", "leads to something that is not in the sources"),
        )
        beyond = Fact(None, text, at, name, needs)
    return any_of((by_nat, directly, beyond))


_SPARED = (Need("Block Public Access", "may be lifted for the NAT gateway"),)
