"""Where the routes of a subnet lead what is sent to some addresses: longest prefix first."""

from msgspec import Struct

from taskwall.core.facts import TRUE, Fact, all_of
from taskwall.core.values import Need
from taskwall.model.core.address import EVERYWHERE, Ranges
from taskwall.model.core.entity import Link, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.security_group import PrefixList
from taskwall.model.entities.vpc import WAYS, EdgeTable, Route, RouteTable, Subnet, Vpc, Way
from taskwall.model.flows.places import Place
from taskwall.model.permissions.coverage import of_vpc, part
from taskwall.model.routing.routes import routes_of_table, tables


class Hop(Struct, frozen=True):
    """Where a route leads some addresses. `way` is None where that is not known.

    `route` is None where a table is not in the sources, or where no route matches (`dead`).
    `fact` is whether they go there.
    """

    way: Way | None
    addresses: Ranges
    fact: Fact
    route: Route | None = None
    dead: bool = False

    def waits(self, name: str) -> tuple[Need, ...]:
        """What decides where traffic goes from here: `name` is who sends it, if no route does."""
        to = "a target that is not known"
        if self.way:
            to = f"{WAYS[self.way]}: where that leads is not known"
        return self.fact.waits_for() or (Need(self.fact.resource or name, f"leads to {to}"),)


class _Choice(Struct, frozen=True):
    """A route as routers choose among them: the fewer addresses the earlier, then by kind.

    `size` is how many those are, 0 where it is not known. Where it is not `sure` that some
    addresses are its own, `needs` say what that waits for.
    """

    size: int
    kind: int
    order: int
    ranges: Ranges
    sure: bool
    route: Route
    needs: tuple[Need, ...] = ()


def hops(network: Network, place: Place, addresses: Ranges) -> tuple[Hop, ...]:
    """Where what is sent from a place to some addresses goes, but for what stays in its VPC."""
    subnet = network.get(Subnet, place.subnet)
    if subnet is None or subnet.external:
        needs = subnet.external if subnet is not None else place.unseen
        text = f"the routes of {place.name} lead there"
        at = place.subnet.place if place.subnet else None
        return (Hop(None, addresses, Fact(None, text, at, place.name, needs)),)
    return _hops(network, subnet, addresses)


@remembered
def _hops(network: Network, subnet: Subnet, addresses: Ranges) -> tuple[Hop, ...]:
    found: list[Hop] = []
    links = tables(network, subnet)
    for link in links:
        for hop in _of_table(network, subnet, link, addresses):
            sure = link.fact.truth is True
            found.append(hop if sure else _with(hop, all_of((link.fact, hop.fact))))
    return tuple(found)


def _with(hop: Hop, fact: Fact) -> Hop:
    return Hop(hop.way, hop.addresses, fact, hop.route, hop.dead)


def _of_table(network: Network, subnet: Subnet, link: Link, addresses: Ranges) -> list[Hop]:
    table = network.get(RouteTable, link) if link.to else None
    unseen = not link.to or table is None or bool(table.external)
    routes = routes_of_table(network, link.to)
    found_choices = (_choices(network, number, route) for number, route in enumerate(routes))
    choices = sorted(
        (choice for choices in found_choices for choice in choices),
        key=lambda each: (each.size, each.kind, each.order),
    )
    local = local_addresses(network, subnet)
    left, doubted = addresses - local, Ranges()
    doubts: tuple[Need, ...] = ()
    found: list[Hop] = []
    for choice in choices:
        hit = choice.ranges & left
        if choice.sure:
            left -= hit
        for ranges, sure in ((hit - doubted, choice.sure), (hit & doubted, False)):
            if ranges:
                found.append(_hop(choice, ranges, sure, doubts))
        if not choice.sure:
            doubted |= hit
            doubts += choice.needs
    if not left:
        return found
    if unseen:
        needs = link.fact.needs or (table.external if table else ()) or link.waits("a route table")
        text = f"{link.to or 'the main route table'} of {subnet.name} leads there"
        found.append(Hop(None, left, Fact(None, text, link.place, subnet.name, needs)))
        return found
    otherwise = f"no route of {subnet.name} leads there"
    place = link.place
    none = Fact(True, otherwise, place, subnet.name)
    found.append(Hop(None, left, none, dead=True))
    return found


@remembered
def local_addresses(network: Network, subnet: Subnet) -> Ranges:
    """The addresses of a subnet's own VPC, which a route of its own keeps inside."""
    vpc = network.get(Vpc, subnet.vpc)
    known = of_vpc(network, vpc).sure if vpc is not None else Ranges()
    own = (part(each) for each in subnet.cidrs)
    return Ranges.union((known, *(each.within for each in own if each.known)))


def _choices(network: Network, order: int, route: Route) -> list[_Choice]:
    """A route, once for each range that it is for."""
    if route.way == "local":
        return []
    sure = route.fact.truth is True
    if route.listed is not None:
        listed = network.get(PrefixList, route.listed)
        if listed is not None and listed.service:
            return []  # Few of the internet's addresses, which nobody asks for here.
        if listed is None or listed.entries is None:
            return [_Choice(0, 1, order, EVERYWHERE, False, route, route.listed.waits())]
        settings = listed.entries
    else:
        settings = (route.destination,)
    found = []
    for each in settings:
        known = part(each)
        if each.value is None or not known.whole:
            within = known.within or EVERYWHERE
            needs = known.needs or (Need(each.name, "has unknown destinations"),)
            found.append(_Choice(0, 1, order, within, False, route, needs))
        elif known.within:
            kind = 1 if route.listed is not None else 0
            needs = route.fact.waits_for()
            found.append(_Choice(known.within.size, kind, order, known.within, sure, route, needs))
    return found


def _hop(choice: _Choice, ranges: Ranges, sure: bool, doubts: tuple[Need, ...]) -> Hop:
    """Where a route leads some addresses; `doubts` are those about routes that come before it."""
    route = choice.route
    fact = route.fact
    if not sure and fact.truth:
        needs = doubts if choice.sure else choice.needs
        fact = Fact(None, fact.text, fact.place, fact.resource, needs)
    return Hop(route.way, ranges, fact, route)


def steered(network: Network, place: Place) -> Fact:
    """That what comes in by a gateway gets to a place, though a table sends it elsewhere first.

    True where no table of a gateway does so.
    """
    for each in network.every(EdgeTable):
        table = network.get(RouteTable, each.table)
        same = table is None or place.vpc is None or same_entity(table.vpc, place.vpc) is not False
        for route in routes_of_table(network, each.table.to) if same else ():
            to = part(route.destination)
            if route.way != "local" and to.within & place.ranges:
                name = route.fact.resource
                text = f"what {name} sends incoming traffic through lets it pass"
                needs = (Need(name, "sends what comes in through something else"),)
                return Fact(None, text, route.fact.place, name, needs)
    return TRUE


def inner_routes(network: Network, subnet: Subnet) -> Fact:
    """Whether a route sends a part of the VPC's own addresses to something in the way."""
    return _inner(network, subnet)


@remembered
def _inner(network: Network, subnet: Subnet) -> Fact:
    vpc = network.get(Vpc, subnet.vpc)
    known = of_vpc(network, vpc).sure if vpc is not None else Ranges()
    known |= Ranges.union(part(each).within for each in subnet.cidrs if not each.open)
    for link in tables(network, subnet):
        for route in routes_of_table(network, link.to):
            if route.listed is not None or route.way in ("local", None):
                continue
            to = part(route.destination)
            if to.whole and to.within and to.within <= known and route.fact.truth is not False:
                name = route.fact.resource
                text = f"what {name} sends it through lets it pass"
                needs = (Need(name, "sends traffic inside the VPC through something else"),)
                return Fact(None, text, route.fact.place, name, needs)
    return TRUE
