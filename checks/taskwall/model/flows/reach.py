"""All flows of a network: who can open a connection to what."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TypeAlias

from msgspec import Struct

from taskwall.core.facts import TRUE, Fact, all_of
from taskwall.model.core.address import ALL_PORTS, EVERYWHERE, Ranges
from taskwall.model.core.entity import Entity, Link
from taskwall.model.core.network import Network
from taskwall.model.data_stores.store import ProxyTarget, Store
from taskwall.model.endpoints.endpoint import Endpoint
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.vpc import Vpc
from taskwall.model.flows.connect import (
    between,
    by_public_address,
    from_addresses,
    from_internet,
    from_lattice,
    from_remote,
    from_service,
    shut_by,
    takes_none,
    takes_nothing,
    to_gateway,
    to_internet,
    to_remote,
)
from taskwall.model.flows.ends import Interface, end_of, interfaces, short_name
from taskwall.model.flows.flow import (
    Flow,
    Obstacle,
    OpenConnection,
    Told,
    flows_of,
    if_there,
    of_version,
)
from taskwall.model.flows.guards import leads_to, lets_in, openings
from taskwall.model.flows.listeners import Onward, listeners_of, listens, onward
from taskwall.model.flows.places import Place
from taskwall.model.flows.remote import ONPREM, Remote, remotes
from taskwall.model.flows.security_groups import (
    Far,
    GroupEntry,
    all_entries,
    let_through,
    lists_named,
    of_addresses,
)
from taskwall.model.flows.sets import (
    ANY_PROTOCOL,
    OPEN,
    Pieces,
    TrafficPiece,
    cross,
    given,
    merged,
)
from taskwall.model.permissions.coverage import inside
from taskwall.model.permissions.packets import Traffic

INTERNET = "internet"

RemoteQuestion: TypeAlias = Callable[[Network, Interface, Place, Remote], Pieces]

_SPOKEN = {"origin-facing": "cloudfront"}
"""What flows call the AWS service of a prefix list, where the list's name does not say it."""

_NO_CLIENTS = ("s3", "dynamodb", "s3express")
"""AWS services that open no connections to what groups guard."""


class Arrival(Struct, frozen=True):
    """What an end can open to something, by which way; `client` is the end's own interface.

    `at` are the ports where it arrives, if these are others than the client opens.
    """

    end: str
    found: OpenConnection
    client: Interface | None = None
    through: tuple[str, ...] = ()
    at: Pieces | None = None

    @property
    def exists(self) -> tuple[Fact, ...]:
        """Whether the end is there."""
        return () if self.client is None else (self.client.exists,)


class Bundle(Struct, frozen=True):
    """Ends that can open the same to a load balancer by the same way, with what leads from each.

    `pieces` say nothing of them but what is not known.
    """

    ends: tuple[str, ...]
    own: tuple[Fact, ...]
    pieces: Pieces
    through: tuple[str, ...]
    lost: Ranges


def bundled(arriving: Iterable[Arrival], takes: Pieces) -> Iterator[Bundle]:
    """What arrives at a listener, put together where it is the same."""
    found: dict[object, list[tuple[str, Fact]]] = {}
    alike: dict[object, tuple[Pieces, Arrival]] = {}
    for each in arriving:
        front = if_there(_at_listener(each, takes), each.exists)
        if not front:
            continue
        told = tuple((p.traffic, p.fact.truth, p.fact.waits_for()) for p in front)
        key = told, each.through, each.found.lost
        own = all_of(piece.fact for piece in front if piece.fact.truth)
        if key not in alike:
            bare = (p if p.fact.truth is None else TrafficPiece(p.traffic) for p in front)
            alike[key] = tuple(bare), each
        found.setdefault(key, []).append((each.end, own))
    for what, ends in found.items():
        pieces, first = alike[what]
        names, facts = zip(*ends, strict=True)
        yield Bundle(names, facts, pieces, first.through, first.found.lost)


def _at_listener(each: Arrival, takes: Pieces) -> Pieces:
    """What of an arrival gets to a listener, on the ports that its client opens."""
    if each.at is None:
        return cross(each.found.pieces, takes)
    facts = [piece.fact for piece in cross(each.at, takes)]
    best = next((fact for fact in facts if fact.truth), None) or next(iter(facts), None)
    return cross(each.found.pieces, given(best)) if best is not None else ()


class Reach:
    """What can open connections to what, worked out once for all that is alike."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.every = interfaces(network)
        self._between: dict[object, OpenConnection] = {}
        self._from_internet: dict[object, OpenConnection] = {}
        self._near: dict[int, tuple[GroupEntry, list[Interface]]] = {}

    # --- who can be a client of what

    @cached_property
    def clients(self) -> list[Interface]:
        """What opens connections to whatever it can reach."""
        return [each for each in self.every if each.opens]

    @cached_property
    def _wearers(self) -> dict[str, list[Interface]]:
        """Clients by their groups; "" holds those of which not all groups are known."""
        found: dict[str, list[Interface]] = {}
        for each in self.clients:
            loose = each.groups.more.truth is not False
            for link in each.groups.ties:
                found.setdefault(link.to, []).append(each)
                loose = loose or not link.exact
            if loose:
                found.setdefault("", []).append(each)
        return found

    @cached_property
    def _by_place(self) -> dict[str, list[Interface]]:
        found: dict[str, list[Interface]] = {}
        for each in self.clients:
            for place in each.places:
                found.setdefault(place.key, []).append(each)
        return found

    @cached_property
    def _places(self) -> dict[str, object]:
        return {place.key: place for each in self.clients for place in each.places}

    def candidates(self, server: Interface) -> list[Interface]:
        """The clients that a server's groups can let in."""
        if not server.groups.filters or server.groups.more.truth is not False:
            return self.clients
        found: dict[int, Interface] = {}
        for entry, _, link in all_entries(self.network, server.groups, "ingress"):
            for each in self._let_in(entry, link):
                found.setdefault(id(each), each)
        return list(found.values())

    def _let_in(self, entry: GroupEntry, link: Link | None) -> Iterable[Interface]:
        if entry.anyone.truth is not False:
            return self.clients
        permission = entry.permission
        if entry.itself or (permission is not None and (permission.itself or permission.peer)):
            peer = permission.peer if permission is not None else None
            if peer is not None and not (peer.exact and peer.to):
                return self.clients
            own = link.to if link is not None else ""
            to = entry.itself or (peer.to if peer is not None else own)
            return (*self._wearers.get(to, ()), *self._wearers.get("", ()))
        known = self._near.get(id(entry))
        if known is None:
            near = [
                each
                for key, place in self._places.items()
                if entry.held.meets(place.addresses) is not False  # type: ignore[attr-defined]
                for each in self._by_place[key]
            ]
            known = self._near[id(entry)] = entry, near
        return known[1]

    # --- connections

    def between(self, client: Interface, server: Interface) -> OpenConnection:
        """What one interface can open to another, by whichever of its addresses."""
        key = client.alike, server.alike
        found = self._between.get(key)
        if found is None:
            found = between(self.network, client, server)
            if server.public.truth is not False and not _is_wholly_open(found.pieces):
                public = by_public_address(self.network, client, server)
                if public.pieces:
                    pieces = merged((*found.pieces, *public.pieces))
                    found = OpenConnection(pieces, (), found.lost | public.lost)
            self._between[key] = found
        return found

    def from_internet(self, server: Interface) -> OpenConnection:
        """What the internet can open to an interface."""
        key = server.alike
        if key not in self._from_internet:
            self._from_internet[key] = from_internet(self.network, server)
        return self._from_internet[key]

    def from_vpc(self, server: Interface, vpc: Vpc) -> OpenConnection:
        """What some address of a VPC, whoever has it, can open to an interface in it."""
        found: list[TrafficPiece] = []
        for place in server.places:
            if place.vpc is None or place.vpc.to != vpc.id:
                continue
            held = inside(self.network, place.vpc).of(of_version(place.version))
            ranges = Ranges.union(part.within for part in held.parts) or place.ranges
            for piece in from_addresses(self.network, server, place, ranges):
                # All of the VPC needs no word beside its name.
                boxes = (
                    (a, b, EVERYWHERE if c == ranges else c) for a, b, c in piece.traffic.boxes
                )
                found.append(TrafficPiece(Traffic(tuple(boxes)), piece.fact))
        return OpenConnection(merged(found))

    # --- flows

    def flows(self) -> Iterator[Flow]:
        """Every flow that can be open, those that differ in where they start alone as one."""
        return flows_of(self.told())

    def told(self) -> Iterator[Told]:
        """Every connection that can be opened, by each way."""
        for server in self.every:
            if server.serves:
                yield from self._to(server)
        for client in self.clients:
            yield from self._out_of(client)
        yield from self._through_balancers()
        yield from self._through_proxies()

    def sources(self, server: Interface) -> Iterator[Arrival]:
        """Who can open a connection to an interface, and what."""
        for opening in openings(self.network):
            if leads_to(opening, server):
                pieces = lets_in(self.network, server, opening)
                yield Arrival(opening.source, OpenConnection(pieces), None, (opening.through,))
        yield Arrival(INTERNET, self.from_internet(server))
        for key in dict.fromkeys(place.vpc.to for place in server.places if place.vpc is not None):
            vpc = self.network.get(Vpc, key)
            if vpc is not None:
                yield Arrival(f"vpc:{short_name(vpc)}", self.from_vpc(server, vpc))
        for service in lists_named(self.network, server.groups, "ingress"):
            if service == "vpc-lattice":
                yield Arrival(f"aws:{service}", OpenConnection(from_lattice(self.network, server)))
            elif service not in _NO_CLIENTS:
                pieces = from_service(self.network, server, service)
                yield Arrival(f"aws:{_SPOKEN.get(service, service)}", OpenConnection(pieces))
        for end, found in self._remotely(server, from_remote).items():
            yield Arrival(end, OpenConnection(found))
        for client in self.candidates(server):
            if client.thing is not server.thing or client.kind == "service":
                yield Arrival(client.end, self.between(client, server), client)

    def _remotely(self, of: Interface, ask: RemoteQuestion) -> dict[str, Pieces]:
        """What is open between an interface and each end beyond its VPC."""
        found: dict[str, list[TrafficPiece]] = {}
        for place in of.places:
            for remote in remotes(self.network, place):
                found.setdefault(remote.end, []).extend(ask(self.network, of, place, remote))
        return {end: merged(pieces) for end, pieces in found.items()}

    def _out_of(self, client: Interface) -> Iterator[Told]:
        """What a client can open to what is no interface: the internet, and all beyond its VPC."""
        found = to_internet(self.network, client)
        yield Told(client.end, INTERNET, if_there(found.pieces, (client.exists,)))
        for end, pieces in self._remotely(client, to_remote).items():
            if end == ONPREM:
                yield Told(client.end, end, if_there(pieces, (client.exists,)))
        for endpoint, end in self.gateways:
            pieces = to_gateway(self.network, client, endpoint)
            yield Told(client.end, end, if_there(pieces, (client.exists, endpoint.exists)))

    @cached_property
    def gateways(self) -> list[tuple[Endpoint, str]]:
        """The gateway endpoints, with how flows name them."""
        return [
            (endpoint, end_of(self.network, "endpoint", endpoint))
            for endpoint in self.network.every(Endpoint)
            if endpoint.kind.known == "Gateway"
        ]

    def _to(self, server: Interface) -> Iterator[Told]:
        takes = self._takes(server)
        if not takes:
            return
        for each in self.sources(server):
            if each.found.pieces:
                exists = (*each.exists, server.exists)
                pieces = if_there(cross(each.found.pieces, takes), exists)
                yield Told(each.end, server.end, pieces, each.through, lost=each.found.lost)

    def _listens(self, balancer: LoadBalancer) -> Pieces:
        parts = [listens(each, balancer) for each in listeners_of(self.network, balancer)]
        return tuple(piece for pieces in parts for piece in pieces)

    def obstacles(
        self, source: str, client: Interface | None, target: str, server: Interface | None
    ) -> tuple[Obstacle, ...]:
        """What closes the way from one end to another; an end without interface is its name."""
        if client is None and server is not None:
            if source == INTERNET:
                return self.from_internet(server).closed
            return (shut_by(self.network, server, "ingress", source),)
        if server is None and client is not None:
            if target == INTERNET:
                return to_internet(self.network, client).closed
            return (shut_by(self.network, client, "egress", target),)
        if client is None or server is None:
            return ()
        if not server.serves:
            return (takes_none(server),)
        found = self.between(client, server).closed
        if not found and not cross(self.between(client, server).pieces, self._takes(server)):
            return (takes_nothing(server),)
        return found

    def _takes(self, server: Interface) -> Pieces:
        """The ports on which an interface can be reached at all."""
        if isinstance(server.thing, LoadBalancer):
            return self._listens(server.thing)
        return server.takes

    # --- through load balancers

    @cached_property
    def _of_thing(self) -> dict[int, list[Interface]]:
        found: dict[int, list[Interface]] = {}
        for each in self.every:
            found.setdefault(id(each.thing), []).append(each)
        return found

    def of(self, thing: Entity) -> list[Interface]:
        """The interfaces of a thing."""
        return self._of_thing.get(id(thing), [])

    def _through_balancers(self) -> Iterator[Told]:
        for balancer in self.network.every(LoadBalancer):
            ways = onward(self.network).get(balancer.id, ())
            for node in self.of(balancer) if ways else ():
                arriving = self.arriving(node, balancer)
                for way in ways:
                    yield from self._by(node, balancer, way, arriving)

    def _by(
        self,
        node: Interface,
        balancer: LoadBalancer,
        way: Onward,
        arriving: list[Arrival],
    ) -> Iterator[Told]:
        """What arrives by a listener: told of the load balancer itself, then of all its clients."""
        target = way.source or way.behind
        if target is None or way.fact.truth is False:
            return
        takes = (
            listens(way.listener, balancer) if way.listener is not None else self._listens(balancer)
        )
        for server in self.of(target):
            handed = self.handed(node, server, way)
            direct = cross(handed.pieces, given(way.fact))
            direct = if_there(direct, (node.exists, server.exists))
            yield Told(node.end, server.end, direct, lost=handed.lost)
            exists = (node.exists, server.exists, way.fact)
            if way.kept.truth is False:
                for bundle in bundled(arriving, takes):
                    yield from self._joined(server.end, node.end, bundle, handed.pieces, exists)
                continue
            for each in arriving:
                inner = self._kept(node, server, way, each.client, handed)
                for bundle in bundled((each,), takes) if inner else ():
                    yield from self._joined(server.end, node.end, bundle, inner, exists)

    def arriving(self, node: Interface, balancer: LoadBalancer) -> list[Arrival]:
        """What arrives at a load balancer: directly, or by a Network Load Balancer before it."""
        found = list(self.sources(node))
        for outer_id, ways in onward(self.network).items():
            outer = self.network.get(LoadBalancer, outer_id)
            if outer is None or outer is balancer:
                continue
            for way in ways:
                if way.behind is balancer and way.listener is not None:
                    found += self._handed_on(outer, way, node)
        return found

    def _handed_on(self, outer: LoadBalancer, way: Onward, node: Interface) -> Iterator[Arrival]:
        """What a Network Load Balancer hands on to an Application Load Balancer behind it."""
        takes = listens(way.listener, outer) if way.listener is not None else ()
        for before in self.of(outer):
            handed = self.handed(before, node, way)
            for each in self.sources(before):
                front = cross(each.found.pieces, takes)
                inner = handed.pieces
                if way.kept.truth is not False:
                    inner = self._kept(before, node, way, each.client, handed)
                exists = (before.exists, way.fact)
                found = OpenConnection(if_there(front, exists), (), each.found.lost)
                if front and inner:
                    through = (*each.through, before.end)
                    yield Arrival(each.end, found, each.client, through, inner)

    def _joined(
        self,
        target: str,
        hop: str,
        bundle: Bundle,
        inner: Pieces,
        facts: tuple[Fact, ...],
    ) -> Iterator[Told]:
        """A flow of two connections: the ports of the first, and those where the second arrives."""
        best = next((piece for piece in inner if piece.fact.truth), None) or next(iter(inner), None)
        if best is None:
            return
        ports = Ranges.union(
            piece.traffic.ports for piece in inner if piece.fact.truth is best.fact.truth
        )
        kept = Traffic.of(ANY_PROTOCOL, ALL_PORTS, best.traffic.addresses)
        pieces = cross(bundle.pieces, (TrafficPiece(kept, best.fact),))
        yield Told(
            bundle.ends[0], target, if_there(pieces, facts), (*bundle.through, hop), ports,
            bundle.lost, bundle.ends[1:], bundle.own,
        )  # fmt: skip

    def handed(self, node: Interface, server: Interface, way: Onward) -> OpenConnection:
        """What a node of a load balancer, by its own address, can hand on to a target."""
        found = self.between(node, server)
        return OpenConnection(cross(found.pieces, way.arrives), found.closed, found.lost)

    def _kept(
        self,
        node: Interface,
        server: Interface,
        way: Onward,
        client: Interface | None,
        handed: OpenConnection,
    ) -> Pieces:
        """What gets to a target that sees the address of the client, and the balancer's groups."""
        parts: list[TrafficPiece] = []
        for place in server.places:
            if client is None:
                far = of_addresses(EVERYWHERE)
                ingress = let_through(self.network, server.groups, "ingress", far)
                parts += ingress
            else:
                for other in client.places:
                    seen = Far(other.addresses, other, node.groups, TRUE)
                    parts += let_through(self.network, server.groups, "ingress", seen)
            by_group = Far(place.addresses, place, node.groups, TRUE)
            named = let_through(self.network, server.groups, "ingress", by_group)
            parts += [piece for piece in named if _names_group(piece)]
        out = self._way_on(node, server)
        found = cross(cross(merged(parts), way.arrives), out)
        return found if way.kept.truth else merged((*found, *handed.pieces))

    def _way_on(self, node: Interface, server: Interface) -> Pieces:
        """What a load balancer's own groups let out to a target."""
        parts: list[TrafficPiece] = []
        for place in server.places:
            far = Far(place.addresses, place, server.groups, TRUE)
            parts += let_through(self.network, node.groups, "egress", far)
        return merged(parts) if node.groups.filters else OPEN

    # --- through RDS Proxies

    def _through_proxies(self) -> Iterator[Told]:
        for target in self.network.every(ProxyTarget):
            proxy = self.network.get(Store, target.proxy)
            store = self.network.get(Store, target.store)
            if proxy is None or store is None or proxy.external or store.external:
                continue
            for node in self.of(proxy):
                for server in self.of(store):
                    found = self.between(node, server)
                    facts = (node.exists, server.exists, target.proxy.fact, target.store.fact)
                    yield Told(node.end, server.end, if_there(found.pieces, facts))
                    for bundle in bundled(self.sources(node), OPEN):
                        yield from self._joined(server.end, node.end, bundle, found.pieces, facts)


def _names_group(piece: TrafficPiece) -> bool:
    return any("group" in leaf.text for leaf in piece.fact.deciding())


def _is_wholly_open(pieces: Pieces) -> bool:
    return bool(pieces) and all(piece.fact.truth for piece in pieces)
