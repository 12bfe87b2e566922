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
    NatGateway,
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
        if each.subnet is None or same_entity(each.subnet, link_to(subnet)) is False:
            continue
        if each.subnet.to == subnet.id:
            # What the same switch decides as the subnet is there if the subnet is.
            alone = set(each.fact.needs) - set(subnet.origin.maybe)
            own.append(each.table.only_if(each.subnet.fact, each.fact if alone else TRUE))
        else:
            by, waits = each.table.fact.resource, each.subnet.waits("a subnet")
            text = f"{by} associates a route table with {subnet.name}"
            own.append(replace(each.table, fact=Fact(None, text, each.subnet.place, by, waits)))
    if any(link.sure for link in own):
        return tuple(link for link in own if link.sure)
    main = _main(network, subnet.vpc)
    if len(main) == 1 and all(link.exact and link.to == main[0].to for link in (*own, *main)):
        return main  # Whichever of them holds, it is the same table.
    if own:
        # The main table is used unless one of those is.
        none = ~any_of(link.fact for link in own)
        main = tuple(link.only_if(none) for link in main)
    return (*own, *main)


@remembered
def _by_subnet(network: Network) -> dict[str, list[Association]]:
    """Associations by their subnet; "" holds those of which nobody knows whose they are."""
    return network.grouped(
        Association,
        lambda each: () if each.subnet is None else (each.subnet.to if each.subnet.exact else "",),
    )


def _main(network: Network, vpc: Link) -> tuple[Link, ...]:
    named = _named_main(network, vpc)
    if sure := tuple(link for link in named if link.sure):
        return sure
    first = _first_main(network, vpc)
    if named:
        # The VPC's own one is used unless one of those is.
        none = ~any_of(link.fact for link in named)
        first = tuple(replace(link, fact=link.fact & none) for link in first)
    return (*first, *named)


def _first_main(network: Network, vpc: Link) -> tuple[Link, ...]:
    """The main route table that a VPC has from the start."""
    known = network.get(Vpc, vpc)
    if written := _main_tables(network).get(vpc.to):
        return tuple(Link(table.id, table.exists, table.origin.header) for table in written)
    if known is not None and known.found:
        # What AWS (or somebody since) wrote in its main table is not in the sources.
        return (Link(f"{known.id}.main", known.exists, known.origin.header, exact=False),)
    if known is not None and not known.external:
        return ()
    needs = vpc.waits("the VPC")
    # It has one, whose routes are not known; look-ups may name it.
    text = f"{vpc.to or 'the VPC'} has a main route table"
    has = Fact(True, text, vpc.place, vpc.to, needs)
    return (Link(vpc.to and f"{vpc.to}.main", has, vpc.place, exact=False),)


def _named_main(network: Network, vpc: Link) -> list[Link]:
    """The route tables that associations make, or may make, the main one of a VPC."""
    found = []
    for each in network.every(Association):
        if each.subnet is None and each.vpc is not None:
            same = same_entity(each.vpc, vpc)
            text = f"{each.table.to or 'a route table'} is the main one of {vpc.to}"
            may = Fact(None, text, each.vpc.place, vpc.to, each.vpc.waits("a VPC"))
            if same is not False:
                found.append(each.table.only_if(each.fact, TRUE if same else may))
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
    taken: Callable[[list[Route]], bool] = lambda _: False,
) -> Fact:
    """Whether routes fit that lead to one of the targets, in the tables that a subnet uses.

    `fit` is asked of those of each table, or that may be such; `word` is what messages call them.
    `taken` says of a table's routes to other targets that none beside them fits, seen or not.
    """
    words = " or ".join(WAYS[way] for way in ways)
    text = f"{subnet.name} has a {word} to {words}"
    at = subnet.origin.header
    if subnet.external:
        return Fact(None, text, at, subnet.name, subnet.external)
    loose = [route for route in _routes(network).get("", ()) if route.may_lead(ways)]

    def through(link: Link) -> Fact:
        """The same of the routes of one table."""
        table = network.get(RouteTable, link)
        routes = _routes(network).get(link.to, []) if link.to else []
        steps = fit([route for route in routes if route.may_lead(ways)])
        steps += [_may(route.table, text) for route in loose]
        unseen = not link.to or table is None or table.external
        if unseen and not taken([route for route in routes if not route.may_lead(ways)]):
            needs = link.waits("a route table", table)
            steps.append(Fact(None, text, link.place, subnet.name, needs))
        return any_of(steps)

    parts = []
    for link in tables(network, subnet):
        # Whichever of some tables it is, its routes may all lead to the same.
        each = [through(replace(link, to=to)) for to in sorted(link.among or ())]
        alike = len({fact.truth for fact in each}) == 1
        parts.append(link.fact & (each[0] if alike else through(link)))
    otherwise = f"no {word} of {subnet.name} leads to {words}"
    if all(part.truth is False for part in parts):
        return Fact(False, text, at, subnet.name, otherwise=otherwise)
    return any_of(parts)


def subnets(network: Network, source: TaskSource) -> list[tuple[Subnet, Link]]:
    """The subnets of a task source, and its links to them."""
    found = ((network.get(Subnet, link), link) for link in source.subnets)
    return [(subnet, link) for subnet, link in found if subnet is not None]


@remembered
def exposed(network: Network, source: TaskSource) -> Fact:
    """Whether tasks of a source run in a subnet with a route to an internet gateway.

    Not where Block Public Access lets nothing in by it.
    """
    parts = []
    for link in source.subnets:
        subnet, route = network.get(Subnet, link), led(network, source, link)
        parts.append(route if subnet is None else route & ~ingress_blocked(network, subnet))
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
    return Fact(None, text, link.place, needs=link.waits())


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
        open_ = route.table if table is None else table.vpc
        parts.append(route.fact if same else _may(open_, text))
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

    One by itself, or several together. A destination of a prefix list may be what is asked for. A
    NAT gateway counts if it leads there itself.
    """
    fit = partial(_cover, network, subnet, _INTERNET)

    def taken(routes: list[Route]) -> bool:
        # A table has one route for a destination.
        return any(all_of((one.fact, _covers(network, one, _INTERNET))).truth for one in routes)

    found = _routed(network, subnet, "default route", ways, fit, taken)
    shut = _shut_nats(network, subnet) if found.truth is False and "nat" in ways else []
    return any_of(shut) if shut else found


_INTERNET = public_addresses(4)


def _by_nat64(network: Network, subnet: Subnet, *ways: Way) -> Fact:
    """Whether what has IPv6 addresses in a subnet gets to the internet's IPv4 by NAT64."""
    has = has_ipv6(subnet)
    if has.truth is False:
        return has
    fit = partial(_cover, network, subnet, _NAT64)
    routed = _routed(network, subnet, "route for NAT64", ways, fit)
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
    fit = partial(_cover, network, subnet, public_addresses(6))
    led = partial(_routed, network, subnet, "IPv6 default route", fit=fit)
    directly = all_of((led(ways=("internet",)), ~gateway_blocked(network, subnet)))
    beyond = all_of((led(ways=("egress-only", *_ELSEWHERE)), ~blocked(network, subnet)))
    return all_of((has, any_of((directly, beyond))))


def _cover(network: Network, subnet: Subnet, wanted: Ranges, routes: list[Route]) -> list[Fact]:
    """Whether routes are for all of some addresses, one of them by itself or several together."""
    led = [all_of((each.fact, _leads_on(network, subnet, each))) for each in routes]
    pairs = list(zip(routes, led, strict=True))
    found = [all_of((fact, _covers(network, route, wanted))) for route, fact in pairs]
    if len(routes) < 2:
        return found
    together = Addresses.together((_destination(network, route), fact) for route, fact in pairs)
    truth = together.covers(Addresses((Part(wanted),)))
    if truth is not False:
        first = routes[0].fact
        text = f"{first.resource} and other routes are default routes together"
        found.append(Fact(truth, text, first.place, first.resource, together.needs))
    return found


def _leads_on(network: Network, subnet: Subnet, route: Route) -> Fact:
    """Whether what a route of a subnet leads to goes on to the internet: a NAT gateway need not.

    One whose subnet the sources do not write, and a regional one, which is in none, are taken to
    do so, but for what blocks the whole account.
    """
    if route.way != "nat":
        return TRUE
    nat = network.get(NatGateway, route.nat)
    placed = network.get(Subnet, nat.subnet) if nat is not None and not nat.external else None
    if placed is not None and not placed.external:
        out = _out_of(network, placed)
        # How it gets there is of no interest to who reads that a route leads to it.
        return TRUE if out.truth else out
    text, at, name = "the NAT gateway leads to the internet", route.fact.place, route.fact.resource
    if waits := _waits_for_place(network, route.nat):
        return Fact(None, text, at, name, waits)
    closed = blocked(network, subnet)
    if closed.truth is False:
        return TRUE
    return Fact(None, text, at, name, closed.waits_for() or _SPARED)


def _waits_for_place(network: Network, link: Link | None) -> tuple[Need, ...]:
    """What it waits for to know where a NAT gateway is that may be where there is no way out."""
    found = [
        need
        for nat, tie in network.meant(NatGateway, link)
        if not nat.external
        for placed, where in network.meant(Subnet, nat.subnet)
        if not placed.external and not _out_of(network, placed).truth
        for need in (*tie.fact.waits_for(), *where.fact.waits_for())
    ]
    return tuple(dict.fromkeys(found))


def _out_of(network: Network, placed: Subnet) -> Fact:
    """Whether a NAT gateway in a subnet gets out to the internet."""
    directly = default_way(network, placed, "internet")
    out = any_of((directly, _beyond(network, placed, default_way)))
    return all_of((out, ~blocked(network, placed)))


def _shut_nats(network: Network, subnet: Subnet) -> list[Fact]:
    """Why the NAT gateways that a subnet routes to, if any, lead nowhere."""
    shut = []
    for link in tables(network, subnet):
        for route in _routes(network).get(link.to, ()) if link.to else ():
            nat = network.get(NatGateway, route.nat)
            placed = network.get(Subnet, nat.subnet) if nat is not None else None
            if nat is not None and placed and _out_of(network, placed).truth is False:
                at, name = nat.origin.header, nat.name
                text = f"{name} leads to the internet"
                otherwise = f"{name} leads nowhere: {placed.name} has no way to the internet"
                shut.append(Fact(False, text, at, name, otherwise=otherwise))
    return shut


_SPARED = (Need("Block Public Access", "may be lifted for the NAT gateway"),)


def _covers(network: Network, route: Route, wanted: Ranges) -> Fact:
    name, at = route.fact.resource, (route.listed or route.destination).place
    text, to = f"{name} is a default route", _destination(network, route)
    truth = to.covers(Addresses((Part(wanted),)))
    return Fact(truth, text, at, name, to.needs)


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
        return Addresses(
            (Part(EVERYWHERE, False, needs=route.listed.waits("a prefix list", listed)),)
        )
    return Addresses(tuple(map(part, listed.entries)))


_ELSEWHERE: tuple[Way, ...] = ("transit", "vpn", "appliance", "endpoint")
"""Where a default route may lead out in the end, as nobody can see from here.

Not by peering: it leads to what is in the other VPC only (Amazon VPC peering guide).
"""


def subnet_egress(network: Network, subnet: Subnet, public: Fact) -> Fact:
    """Whether what runs in a subnet can reach the internet; `public`: it has a public address.

    That is its IPv4: the names of AWS's services, but for dual-stack ones, have no other.
    """
    closed = gateway_blocked(network, subnet)
    directly = all_of((default_way(network, subnet, "internet"), public, ~closed))
    by_nat = any_of(way(network, subnet, "nat") for way in (default_way, _by_nat64))
    return any_of((by_nat, directly, _beyond(network, subnet, default_way, _by_nat64)))


def _beyond(network: Network, subnet: Subnet, *asked: Callable[..., Fact]) -> Fact:
    """Whether a default route leads somewhere from where nobody can see whether it goes on."""
    name, at = subnet.name, subnet.origin.header
    beyond = any_of(way(network, subnet, *_ELSEWHERE) for way in asked)
    if not beyond.truth:
        return beyond
    text = f"the default route of {name} leads to the internet"
    met = (
        WAYS[each] for each in _ELSEWHERE if any(way(network, subnet, each).truth for way in asked)
    )
    to = " and ".join(met) or "several networks"
    needs = (Need(f"the default route of {name}", f"leads to {to}: where that leads is not known"),)
    return Fact(None, text, at, name, needs)
