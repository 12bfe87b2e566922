"""The way between two places: inside a VPC, or by what joins two."""

from collections.abc import Callable

from msgspec import Struct

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.core.truths import all_true, any_true
from taskwall.core.values import Need, Value, same, stands_for_many
from taskwall.model.core.address import Ranges
from taskwall.model.core.entity import Link, link_to, same_entity
from taskwall.model.core.network import Network
from taskwall.model.entities.vpc import Subnet
from taskwall.model.flows.places import Place
from taskwall.model.flows.routes import Hop, hops, inner_routes
from taskwall.model.routing.vpc_attachments import (
    Peering,
    TransitAttachment,
    TransitGateway,
    transit_reaches,
)


class WayBetween(Struct, frozen=True):
    """Whether what one place sends gets to another, and answers back.

    `refers` is whether security groups that name a group match what comes this way.
    """

    fact: Fact
    refers: Fact


def way_between(network: Network, one: Place, other: Place) -> WayBetween:
    """The way from one place to another of the same IP version, and back."""
    if is_one_subnet(one, other):
        return WayBetween(TRUE, TRUE)
    joined = _same_vpc(network, one, other)
    if joined.truth:
        if one.subnet is None or other.subnet is None:
            return WayBetween(TRUE, TRUE)
        inner = [
            inner_routes(network, subnet)
            for place in (one, other)
            if (subnet := network.get(Subnet, place.subnet)) is not None and not subnet.external
        ]
        facts = [fact for fact in inner if fact is not TRUE]
        # What stands in the way may replace addresses: then groups no longer match.
        return WayBetween(all_of(facts), all_of(facts)) if facts else WayBetween(TRUE, TRUE)
    if joined.truth is None:
        return WayBetween(joined, joined)
    there, refers = _led(network, one, other)
    back, _ = _led(network, other, one)
    if there.truth is False or back.truth is False:
        return WayBetween(all_of((there, back)), FALSE)
    return WayBetween(all_of((there, back)), refers)


def is_one_subnet(one: Place, other: Place) -> bool:
    """Whether two places are certainly in the same subnet."""
    return one.key == other.key and one.subnet is not None and "#" not in one.key


def _same_vpc(network: Network, one: Place, other: Place) -> Fact:
    """Whether two places are in one VPC; unknown (and how it could be) where nothing tells."""
    both = "both ends" if one.name == other.name else f"{one.name} and {other.name}"
    text = f"{both} are in one VPC, or in VPCs that are joined"
    named, of_other = (each.subnet.to if each.subnet else "" for each in (one, other))
    if one.subnet and named and named == of_other and not stands_for_many(named):
        # A list of subnets that something runs in is of one VPC: AWS refuses others.
        return Fact(True, text, one.subnet.place, one.name)
    if one.vpc is None or other.vpc is None:
        nowhere = one if one.vpc is None else other
        return Fact(None, text, needs=_waits_for_vpc(network, nowhere))
    same = same_entity(one.vpc, other.vpc)
    if same is None:
        links = [link for link in (one.vpc, other.vpc) if not link.exact]
        needs = tuple(need for link in links for need in link.waits("a VPC"))
        return Fact(None, text, one.vpc.place, one.name, needs)
    return Fact(same, text, one.vpc.place, one.name)


def _waits_for_vpc(network: Network, place: Place) -> tuple[Need, ...]:
    """What it waits for to know the VPC of a place: its subnet, or what that says of its VPC."""
    subnet = network.get(Subnet, place.subnet)
    if subnet is None or subnet.external:
        return place.unseen
    return subnet.vpc.waits("a VPC")


def _led(network: Network, one: Place, other: Place) -> tuple[Fact, Fact]:
    """Whether routes lead from one place to another in another VPC, and whether groups match."""
    parts: list[tuple[Ranges, Fact]] = []
    refers: list[Fact] = []
    shut: list[Fact] = []
    for hop in hops(network, one, other.ranges):
        fact, match = _joins(network, hop, one, other)
        if hop.way == "transit":
            shut += [each for each in fact.deciding() if each.truth is False]
        if fact.truth is not False:
            parts.append((hop.addresses, fact))
            refers.append(match)
    name = one.name
    otherwise = f"no route of {name} leads to {other.name}"
    at = one.subnet.place if one.subnet else None
    if not parts and shut:
        return shut[0], FALSE
    if not parts:
        return Fact(False, f"a route of {name} leads there", at, name, otherwise=otherwise), FALSE
    sure = Ranges.union(ranges for ranges, fact in parts if fact.truth)
    found = all_of(fact for _, fact in parts)
    match = any_of(refers)
    needs = (Need(f"the address in {other.name}", "is not known"),)
    if found.truth and not other.ranges <= sure:
        text = f"a route of {name} leads to it"
        found = all_of((found, Fact(None, text, at, name, needs)))
    if match.truth and not all(fact.truth for fact in refers):
        text = f"groups can refer to each other on the way from {name} to {other.name}"
        match = Fact(None, text, at, name, needs)
    return found, match


def _joins(network: Network, hop: Hop, one: Place, other: Place) -> tuple[Fact, Fact]:
    """Whether what takes a route comes out in the VPC of a place; and whether groups match then."""
    if hop.dead or one.vpc is None or other.vpc is None:
        return FALSE, FALSE
    if hop.way == "peering" and hop.route is not None:
        joined = any_of(
            _peers(peering, hop.route.peering, one.vpc, other.vpc)
            for peering in network.every(Peering)
        )
        if hop.route.peering is None or not hop.route.peering.exact:
            needs = hop.route.peering.waits("a peering connection") if hop.route.peering else ()
            text = f"the peering connection of {one.name} leads to {other.name}"
            joined = Fact(None, text, hop.fact.place, hop.fact.resource, needs)
        return all_of((hop.fact, joined)), _in_one_region(network, hop.route.peering)
    if hop.way == "transit":
        joined, refers = _by_transit(network, one, one.vpc, other.vpc)
        return all_of((hop.fact, joined)), refers
    if hop.way in ("vpn", "appliance", "endpoint", None):
        text = f"what {hop.fact.resource or one.name} routes there gets to {other.name}"
        unknown = Fact(None, text, hop.fact.place, hop.fact.resource, hop.waits(one.name))
        return all_of((hop.fact, unknown)), unknown
    return FALSE, FALSE


def _peers(peering: Peering, named: Link | None, one: Link, other: Link) -> Fact:
    if named is None or named.to != peering.id:
        return FALSE
    text = f"{peering.name} joins {one.to} and {other.to}"

    def both(mine: Link, theirs: Link) -> bool | None:
        return all_true((same_entity(peering.vpc, mine), same_entity(peering.peer, theirs)))

    truth = any_true((both(one, other), both(other, one)))
    loose = [link for link in (peering.vpc, peering.peer) if truth is None and not link.exact]
    needs = tuple(need for link in loose for need in link.waits("a VPC"))
    fact = Fact(truth, text, peering.origin.header, peering.name, needs)
    return all_of((fact, peering.exists))


def _in_one_region(network: Network, link: Link | None) -> Fact:
    """Whether groups can refer to each other over a peering connection: in one Region they can.

    One that names the Region of the other VPC mostly leads to another one.
    """
    peering = network.get(Peering, link)
    if peering is None or peering.region.value is None:
        return TRUE
    text = f"{peering.name} joins VPCs of one Region, whose groups can refer to each other"
    needs = (Need(f"the Region of {peering.name}", "may be another one than the peer's"),)
    at = peering.region.place
    return Fact(None, text, at, peering.name, peering.region.needs or needs)


def _by_transit(network: Network, place: Place, one: Link, other: Link) -> tuple[Fact, Fact]:
    """Whether a transit gateway leads from a place of a VPC to another VPC, and groups match."""
    attachments = network.every(TransitAttachment)
    parts, refers = [], []
    for mine in attachments:
        if same_entity(mine.vpc, one) is False:
            continue
        for theirs in attachments:
            if same_entity(theirs.vpc, other) is False or theirs is mine:
                continue
            if same_entity(mine.gateway, theirs.gateway) is not False:
                ties = mine.exists, theirs.exists, _in_zone(network, place, mine)
                parts.append(all_of((*ties, transit_reaches(network, mine, theirs))))
                refers.append(_lets_refer(network, mine, theirs))
    if parts:
        return any_of(parts), any_of(refers)
    text = f"a transit gateway leads from {one.to or 'one VPC'} to {other.to or 'the other'}"
    needs = (Need("what is attached to the transit gateway", "is not in the sources"),)
    unknown = Fact(None, text, one.place, one.to, needs)
    return unknown, unknown


def _in_zone(network: Network, place: Place, attachment: TransitAttachment) -> Fact:
    """Whether an attachment has a subnet in the zone of a place: it takes nothing from others."""
    subnet = network.get(Subnet, place.subnet)
    if subnet is None or not attachment.subnets:
        return TRUE  # It waits for its subnet, or for the attachment, anyway.
    text = f"{attachment.name} has a subnet in the Availability Zone of {subnet.name}"
    otherwise = f"{attachment.name} has no subnet in the Availability Zone of {subnet.name}"
    at, setting = attachment.subnets_setting.place, attachment.subnets_setting
    parts = [Fact(None, text, at, attachment.name, setting.needs)] if setting.needs else []
    for link in attachment.subnets:
        mine, theirs = _zone(network, link_to(subnet)), _zone(network, link)
        truth = same_entity(link, link_to(subnet)) or (
            None if mine.value is None or theirs.value is None else same(mine.value, theirs.value)
        )
        needs = (*link.fact.needs, *mine.needs, *theirs.needs) if truth is None else ()
        parts.append(Fact(truth, text, at, attachment.name, needs, otherwise))
    return any_of(parts)


def _zone(network: Network, link: Link) -> "_Zone":
    """The Availability Zone of a subnet; AWS chooses one where the sources do not."""
    subnet = network.get(Subnet, link)
    zone = subnet.zone if subnet is not None else None
    if zone is None or zone.value is None:
        return _Zone(None, (Need(f"the Availability Zone of {link.to}", "is not in the sources"),))
    return _Zone(zone.value, zone.needs)


class _Zone(Struct, frozen=True):
    value: Value | None
    needs: tuple[Need, ...]


def _lets_refer(network: Network, mine: TransitAttachment, theirs: TransitAttachment) -> Fact:
    """Whether groups in VPCs on a transit gateway can refer to each other: it must be told so."""
    gateway = network.get(TransitGateway, mine.gateway)
    own = all_of((mine.refers.is_(True), theirs.refers.is_(True)))
    if gateway is None or gateway.external:
        text = "the transit gateway lets security groups refer to each other"
        needs = mine.gateway.waits("the transit gateway")
        return all_of((own, Fact(None, text, mine.gateway.place, mine.name, needs)))
    return all_of((own, gateway.refers.is_(True)))


Accept = Callable[[Hop], Fact]


def led_to(
    network: Network, place: Place, addresses: Ranges, accept: Accept
) -> list[tuple[Ranges, Fact]]:
    """Which addresses the routes of a place lead to something that is accepted, and whether."""
    found = []
    for hop in hops(network, place, addresses):
        accepted = FALSE if hop.dead else accept(hop)
        if accepted.truth is not False:
            found.append(
                (hop.addresses, all_of((hop.fact, accepted)) if accepted is not TRUE else hop.fact)
            )
    return found
