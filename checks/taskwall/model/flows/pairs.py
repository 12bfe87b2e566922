"""What interfaces can open to each other by private addresses."""

from msgspec import Struct

from taskwall.core.facts import TRUE, Fact
from taskwall.model.core.address import Ranges
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Direction
from taskwall.model.flows.acls import WHOLE, Crossing, CrossingSide, crossing
from taskwall.model.flows.connect import shut_by, wanted_pieces
from taskwall.model.flows.ends import Interface
from taskwall.model.flows.flow import Obstacle, OpenConnection, with_waits
from taskwall.model.flows.paths import WayBetween, is_one_subnet, way_between
from taskwall.model.flows.places import Place
from taskwall.model.flows.security_groups import Far, Groups, all_entries, let_through
from taskwall.model.flows.sets import OPEN, Pieces, TrafficPiece, cross, given, merged
from taskwall.model.permissions.packets import Traffic
from taskwall.model.routing.vpc_attachments import black_holes


class _Asks(Struct, frozen=True):
    """What the entries of an interface's groups ask about the other side."""

    addresses: bool
    groups: bool


class _Answer(Struct, frozen=True):
    """What groups let through; answers that say the same have the same number."""

    pieces: Pieces
    number: int


class PairedInterfaces:
    """Answers about pairs of interfaces, of which many are alike: each part is worked out once."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._ways: dict[tuple[str, str], WayBetween] = {}
        self._asks: dict[tuple[int, Direction], _Asks] = {}
        self._let: dict[object, _Answer] = {}
        self._numbers: dict[object, int] = {}
        self._kept: list[Groups] = []

    def between(self, client: Interface, server: Interface) -> OpenConnection:
        """What an interface can open to another, from any of its places to any of the other's."""
        found: list[TrafficPiece] = []
        lost = Ranges()
        seen: set[tuple[int, int]] = set()
        for place in client.places:
            for other in server.places:
                if place.version != other.version:
                    continue
                way = self._way(place, other)
                if way.fact.truth is False:
                    continue
                ingress = self._let_through(server.groups, "ingress", place, client.groups, way)
                if not ingress.pieces:
                    continue
                egress = self._let_through(client.groups, "egress", other, server.groups, way)
                crossed = _crossing(self._network, client, place, other)
                sure = way.fact.truth and place.fact.truth and other.fact.truth
                if sure and crossed.whole:
                    # Between other places of the same two things it is often the very same.
                    if (ingress.number, egress.number) in seen:
                        continue
                    seen.add((ingress.number, egress.number))
                pieces = cross(cross(egress.pieces, ingress.pieces), crossed.pieces)
                for fact in (way.fact, place.fact, other.fact):
                    pieces = cross(pieces, given(fact))
                if pieces:
                    lost |= crossed.lost
                found += pieces
        return OpenConnection(merged(found), (), lost)

    def obstacles(
        self, client: Interface, server: Interface, wanted: Traffic
    ) -> tuple[Obstacle, ...]:
        """What keeps what is wanted from one interface to another, where least does."""
        best: tuple[Obstacle, ...] = ()
        for place in client.places:
            for other in server.places:
                if place.version == other.version:
                    found = self._at(client, place, server, other, wanted)
                    best = found if not best or len(found) < len(best) else best
        return best

    def _at(
        self, client: Interface, place: Place, server: Interface, other: Place, wanted: Traffic
    ) -> tuple[Obstacle, ...]:
        way = self._way(place, other)
        # Where no way leads, groups are asked as if one did: they may have to change as well.
        by = way if way.fact.truth is not False else WayBetween(way.fact, TRUE)
        let_in = self._let_through(server.groups, "ingress", place, client.groups, by).pieces
        let_out = self._let_through(client.groups, "egress", other, server.groups, by).pieces
        ingress, egress = (
            cross(let_in, wanted_pieces(wanted)),
            cross(let_out, wanted_pieces(wanted)),
        )
        found: list[Obstacle] = []
        if not egress:
            found.append(shut_by(self._network, client, "egress", server.end, wanted))
        if way.fact.truth is False:
            shut = _first_false(way.fact)
            change = f"route {other.name} and {place.name} to each other"
            if shut.resource not in ("", place.name, other.name):
                change = f"let {shut.resource} join {other.name} and {place.name}"
            if shut.resource in black_holes(self._network):
                change = f"remove or narrow {shut.resource}"
            found.append(Obstacle(shut, change))
        if not ingress:
            found.append(shut_by(self._network, server, "ingress", client.end, wanted))
        both = cross(egress, ingress)
        if egress and ingress and not both:
            found.append(_apart(client, server))
        left = Traffic(tuple(box for piece in both for box in piece.traffic.boxes)) or wanted
        crossed = _crossing(self._network, client, place, other, left)
        sides = (given(fact) for fact in (way.fact, place.fact, other.fact))
        return with_waits((*found, *crossed.closed), egress, ingress, crossed.pieces, *sides)

    def _way(self, place: Place, other: Place) -> WayBetween:
        key = place.key, other.key
        if key not in self._ways:
            self._ways[key] = way_between(self._network, place, other)
        return self._ways[key]

    def _let_through(
        self, groups: Groups, way: Direction, place: Place, of: Groups, by: WayBetween
    ) -> "_Answer":
        """What groups let through from or to a place where something with other groups is."""
        asks = self._asks_of(groups, way)
        key = (
            id(groups), way,
            place.key if asks.addresses else "",
            (id(of), by.refers.truth, by.refers.place) if asks.groups else None,
        )  # fmt: skip
        found = self._let.get(key)
        if found is None:
            far = Far(place.addresses, place, of, by.refers)
            pieces = let_through(self._network, groups, way, far)
            said = tuple((p.traffic, p.fact.waits_for()) for p in pieces)
            number = self._numbers.setdefault(said, len(self._numbers))
            found = self._let[key] = _Answer(pieces, number)
            self._kept += (groups, of)  # Their ids must stay theirs.
        return found

    def _asks_of(self, groups: Groups, way: Direction) -> _Asks:
        key = id(groups), way
        found = self._asks.get(key)
        if found is None:
            entries = [entry for entry, _, _ in all_entries(self._network, groups, way)]
            found = self._asks[key] = _Asks(
                any(entry.asks_addresses for entry in entries),
                any(entry.asks_groups for entry in entries),
            )
            self._kept.append(groups)
        return found


def _crossing(
    network: Network, client: Interface, place: Place, other: Place, wanted: Traffic = WHOLE
) -> Crossing:
    if is_one_subnet(place, other):
        return Crossing(OPEN)  # ACLs guard the border of a subnet, not what is inside.
    sides = CrossingSide(place, place.ranges), CrossingSide(other, other.ranges)
    return crossing(network, *sides, client.answers, wanted)


def _first_false(fact: Fact) -> Fact:
    return next((each for each in fact.deciding() if each.truth is False), fact)


def _apart(client: Interface, server: Interface) -> Obstacle:
    text = f"what {client.end} may send is what {server.end} accepts"
    otherwise = (
        f"no port that the groups of {client.end} allow is one that those of {server.end} allow"
    )
    at, name = server.thing.origin.header, server.thing.name
    fact = Fact(False, text, at, name, otherwise=otherwise)
    return Obstacle(fact, "allow the same ports on both sides")
