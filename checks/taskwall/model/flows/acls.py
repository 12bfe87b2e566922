"""What network ACLs let through between two places: there, and on the way back."""

from collections.abc import Iterator
from functools import reduce
from operator import and_, or_

from msgspec import Struct

from taskwall.core.facts import TRUE, Fact, all_of
from taskwall.core.values import Need
from taskwall.model.core.address import ALL_PORTS, EVERYWHERE, Ranges
from taskwall.model.core.entity import Link, link_to, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.security_group import Direction
from taskwall.model.entities.vpc import Subnet
from taskwall.model.flows.flow import Obstacle
from taskwall.model.flows.internet import internet
from taskwall.model.flows.places import Place
from taskwall.model.flows.sets import (
    ANY_PROTOCOL,
    OPEN,
    Pieces,
    TrafficPiece,
    anywhere,
    for_all,
    for_some,
)
from taskwall.model.permissions.packets import TCP, UDP, Traffic
from taskwall.model.routing.network_acl import (
    AclAssociation,
    AclEntry,
    NetworkAcl,
    acl_entries,
    is_default_of,
    passing,
)

_OTHERS = ANY_PROTOCOL - TCP - UDP
WHOLE = Traffic.of(ANY_PROTOCOL, ALL_PORTS, EVERYWHERE)


class Crossing(Struct, frozen=True):
    """What network ACLs let through; where that is nothing, `closed` says what all keeps it back.

    `lost` are the ports of clients to which no answer gets, though one to others does.
    """

    pieces: Pieces
    closed: tuple[Obstacle, ...] = ()
    lost: Ranges = Ranges()

    @property
    def whole(self) -> bool:
        """Whether nothing is held back."""
        return self.pieces is OPEN


class Border(Struct, frozen=True):
    """The edge of a subnet: its network ACL, None where it is AWS's own that lets all through.

    `fact` is whether it is this one; unknown also where the subnet itself is not in the sources. An
    ACL that may be any of several is None as well, and unknown.
    """

    acl: NetworkAcl | None
    fact: Fact


@remembered
def _there_are_any(network: Network) -> bool:
    return any(network.every(kind) for kind in (NetworkAcl, AclAssociation, AclEntry))


@remembered
def border(network: Network, subnet: Subnet) -> tuple[Border, ...]:
    """The network ACLs that a subnet has, or may have."""
    here = link_to(subnet)
    named: list[tuple[NetworkAcl | None, Link, tuple[Need, ...]]] = [
        (acl, link, ()) for acl in network.every(NetworkAcl) for link in acl.subnets
    ]
    for each in network.every(AclAssociation):
        found = network.get(NetworkAcl, each.acl)
        is_seen = found is not None and not found.external
        unseen = () if is_seen else each.acl.waits("a network ACL", found)
        named.append((found, each.subnet, unseen))
    own: list[Border] = []
    for acl, link, unseen in named:
        same = same_entity(link, here)
        if same is False:
            continue
        text = f"{acl.name if acl else 'a network ACL'} guards {subnet.name}"
        needs = link.fact.needs or link.waits("a subnet")
        tie = link.fact if same else Fact(None, text, link.place, subnet.name, needs)
        if unseen:
            tie = Fact(None, text, link.place, subnet.name, unseen)
        elif acl is not None and acl.exists.truth is not True:
            tie = all_of((tie, acl.exists))
        own.append(Border(acl, tie))
    if any(each.fact.truth for each in own):
        return tuple(each for each in own if each.fact.truth)
    by_default = [
        Border(acl, all_of((fact, acl.exists)))
        for acl in network.every(NetworkAcl)
        if (fact := is_default_of(acl, subnet)).truth is not False
    ]
    if not any(each.fact.truth for each in by_default):
        by_default.append(Border(None, TRUE))
    return (*own, *by_default)


def _passes(
    network: Network, place: Place, way: Direction, traffic: Traffic, kindly: bool
) -> Traffic:
    """The part of traffic that the ACL of a place lets through, judged kindly or against it."""
    subnet = network.get(Subnet, place.subnet)
    if subnet is None or subnet.external:
        return traffic if kindly else Traffic()
    passed = []
    for each in border(network, subnet):
        if each.acl is None or each.acl.external:
            # Of these AWS's own alone is certain, which lets all through.
            passed.append(traffic if each.fact.truth or kindly else Traffic())
        else:
            passed.append(passing(network, each.acl, way, traffic, kindly))
    return reduce(or_ if kindly else and_, passed)


def is_guarded(network: Network, place: Place | None) -> bool:
    """Whether anything but AWS's own ACL may guard a place."""
    if place is None:
        return False
    subnet = network.get(Subnet, place.subnet)
    if subnet is None or subnet.external:
        return True
    if not _there_are_any(network):
        return False
    return any(each.acl is not None or not each.fact.truth for each in border(network, subnet))


class CrossingSide(Struct, frozen=True):
    """One side of a crossing: a place, or (None) a set of addresses outside of the VPC's subnets.

    `ranges` are its addresses: of a load balancer that keeps those of its clients, theirs. `split`
    is whether these are a set of which any may take part. Of two things in one subnet it is the
    same.
    """

    place: Place | None
    ranges: Ranges
    split: bool = False

    @property
    def _key(self) -> tuple[object, ...]:
        place = self.place
        if place is None:
            return (self.ranges,)
        return place.key, self.ranges, self.split

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CrossingSide) and self._key == other._key


@remembered
def crossing(
    network: Network,
    client: CrossingSide,
    server: CrossingSide,
    answers: Ranges,
    wanted: Traffic = WHOLE,
) -> Crossing:
    """What the ACLs of two subnets let through from one to the other, and back.

    Args:
        network: the network.
        client: who opens the connection.
        server: who takes it.
        answers: the ports to which answers may go, of which one is enough.
        wanted: the traffic that is asked about.
    """
    if not (is_guarded(network, client.place) or is_guarded(network, server.place)):
        return Crossing(OPEN)
    worst = _Crossed(network, client, server, answers, wanted, kindly=False)
    best = _Crossed(network, client, server, answers, wanted, kindly=True)
    found: list[TrafficPiece] = []
    if worst.traffic:
        found.append(TrafficPiece(worst.traffic, _passed_text(network, client, server)))
    if perhaps := best.traffic - worst.traffic:
        found.append(TrafficPiece(perhaps, _open_text(network, client, server)))
    return Crossing(tuple(found), best.closed, worst.lost)


class _Crossed:
    """The four questions, answered kindly or against the traffic."""

    def __init__(
        self,
        network: Network,
        client: CrossingSide,
        server: CrossingSide,
        answers: Ranges,
        wanted: Traffic,
        *,
        kindly: bool,
    ) -> None:
        self.closed: tuple[Obstacle, ...] = ()
        self.lost = Ranges()
        spoken_of = Ranges.union(protocols for protocols, _, _ in wanted.boxes)
        # One protocol is enough to say what is closed: TCP, where that is asked about.
        told = spoken_of & TCP or spoken_of

        def both(
            one: CrossingSide, other: CrossingSide, traffic: Traffic, answers: Ranges | None = None
        ) -> Traffic:
            """What leaves one side and gets into the other; and what keeps it back, noted."""
            out = _asked(network, one, "egress", other, traffic, kindly)
            let_in = _asked(network, other, "ingress", one, traffic, kindly)
            if not (passed := out & let_in) and traffic.boxes[0][0] & told:
                if not out:
                    self._note(network, one, "egress", other, answers)
                if not let_in or out:
                    self._note(network, other, "ingress", one, answers)
            return passed

        there = both(client, server, wanted)
        traffic = Traffic()
        for spoken in (TCP, UDP, _OTHERS):
            part = (there or wanted) & Traffic.of(spoken, ALL_PORTS, EVERYWHERE)
            if not part:
                continue
            ports = answers if spoken in (TCP, UDP) else ALL_PORTS
            back = both(server, client, Traffic.of(spoken, ports, EVERYWHERE), ports)
            if spoken == TCP and back:
                self.lost = answers - back.ports
            traffic |= (part & there) & Traffic.of(spoken, ALL_PORTS, back.addresses)
        self.traffic = traffic
        if traffic:
            self.closed = ()

    def _note(
        self,
        network: Network,
        at: CrossingSide,
        way: Direction,
        other: CrossingSide,
        answers: Ranges | None,
    ) -> None:
        if at.place is None:
            return
        name = at.place.name
        acls: tuple[Border, ...] = ()
        subnet = network.get(Subnet, at.place.subnet)
        if subnet is not None and not subnet.external:
            acls = border(network, subnet)
        acl = next((each.acl for each in acls if each.acl is not None), None)
        named = other.place is not None and not other.split
        is_public = bool(other.ranges & (internet(4) | internet(6)))
        whom = "the internet" if is_public else "those addresses"
        if other.place and named:
            whom = other.place.name
        verb = "out to" if way == "egress" else "in from"
        what = "answers" if answers is not None else "such traffic"
        who = acl.name if acl else "the network ACL"
        text = f"{who} of {name} lets {what} {verb} {whom}"
        otherwise = f"{who} of {name} lets no {what} {verb} {whom}"
        place = acl.origin.header if acl else None
        fact = Fact(False, text, place, acl.name if acl else name, otherwise=otherwise)
        change = f"allow {what} {verb} {whom} in {fact.resource}"
        self.closed = (*self.closed, Obstacle(fact, change))


def _asked(
    network: Network,
    at: CrossingSide,
    way: Direction,
    other: CrossingSide,
    traffic: Traffic,
    kindly: bool,
) -> Traffic:
    """What passes the border of a side; of a named other side all its addresses must pass."""
    if at.place is None:
        return traffic
    wanted = traffic & Traffic.of(ANY_PROTOCOL, ALL_PORTS, other.ranges)
    passed = _passes(network, at.place, way, wanted, kindly)
    if other.place is None or other.split:
        return passed
    return anywhere(traffic) & (for_some if kindly else for_all)(passed, other.ranges)


def _passed_text(network: Network, client: CrossingSide, server: CrossingSide) -> Fact:
    names = [each.place.name for each in (client, server) if each.place is not None]
    named = " and ".join(dict.fromkeys(names))
    text = f"the network ACLs of {named} let it through, and answers back"
    for each in (server, client):
        subnet = network.get(Subnet, each.place.subnet) if each.place else None
        for held in border(network, subnet) if subnet and not subnet.external else ():
            if held.acl is not None:
                return Fact(True, text, held.acl.origin.header, held.acl.name)
    return Fact(True, text)


def _open_text(network: Network, client: CrossingSide, server: CrossingSide) -> Fact:
    needs: list[Need] = []
    names = []
    for each in (client, server):
        if each.place is None:
            continue
        names.append(each.place.name)
        subnet = network.get(Subnet, each.place.subnet)
        if subnet is None or subnet.external:
            needs += subnet.external if subnet is not None else each.place.unseen
            continue
        for held in border(network, subnet):
            needs += held.fact.waits_for()
            if held.acl is None:
                continue
            needs += held.acl.external
            found = acl_entries(network)
            for entry in (*found.get(held.acl.id, ()), *found.get("", ())):
                needs += entry.needs
    if not needs:  # All is known but which of the addresses of its subnet a side has.
        needs += _unsure_addresses(network, client, server)
    text = f"the network ACLs of {' and '.join(dict.fromkeys(names))} let it through"
    return Fact(None, text, needs=tuple(dict.fromkeys(needs)))


def _unsure_addresses(network: Network, one: CrossingSide, other: CrossingSide) -> Iterator[Need]:
    """The sides of which an ACL lets some addresses through, and others not."""
    for at, far in ((one, other), (other, one)):
        if far.place is None or far.split:
            continue
        ways: tuple[Direction, ...] = ("egress", "ingress")
        for way in ways:
            some, every = (_asked(network, at, way, far, WHOLE, kindly) for kindly in (True, False))
            if some - every:
                yield Need(f"the address in {far.place.name}", "is not known")
                break
