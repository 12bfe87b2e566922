"""What gets through load balancers and RDS Proxies: two connections that make one flow."""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import TRUE, Fact, all_of
from taskwall.core.values import Need, Reference
from taskwall.model.compute.container_instances import Instances
from taskwall.model.core.address import ALL_PORTS, EVERYWHERE, Ranges, parse_cidr
from taskwall.model.core.entity import Setting
from taskwall.model.core.network import Network
from taskwall.model.data_stores.store import ProxyTarget, Store
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.vpc import Vpc
from taskwall.model.exposure.balancer_paths import ways_to
from taskwall.model.exposure.task_ports import number_of
from taskwall.model.flows.accelerators import by_accelerator
from taskwall.model.flows.acls import CrossingSide, crossing
from taskwall.model.flows.api_gateway import by_api_gateway
from taskwall.model.flows.ends import Interface, short_name
from taskwall.model.flows.flow import OpenConnection, PathFlow, if_there, of_version
from taskwall.model.flows.guards import anybody_let_in
from taskwall.model.flows.listeners import Onward, listens, onward
from taskwall.model.flows.paths import is_one_subnet
from taskwall.model.flows.places import Place
from taskwall.model.flows.privatelink import by_privatelink
from taskwall.model.flows.reach import INTERNET, Arrival, Reach
from taskwall.model.flows.security_groups import Far, let_through, of_addresses, of_internet
from taskwall.model.flows.sets import (
    ANY_PROTOCOL,
    OPEN,
    Pieces,
    TrafficPiece,
    cross,
    given,
    merged,
    over,
)
from taskwall.model.flows.vpc_origins import by_vpc_origin
from taskwall.model.load_balancing.paths import BalancerPath
from taskwall.model.permissions.coverage import inside
from taskwall.model.permissions.packets import TCP, UDP, Traffic
from taskwall.model.routing.network_acl import BALANCER_PORTS


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
        same = tuple((p.traffic, p.fact.waits_for()) for p in front)
        key = same, each.through, each.found.lost
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
    best = next((fact for fact in facts if fact.truth), next(iter(facts), None))
    return cross(each.found.pieces, given(best)) if best is not None else ()


def through_balancers(reach: Reach) -> Iterator[PathFlow]:
    """What each load balancer hands on, as flows of its own and of all its clients."""
    for balancer in reach.network.every(LoadBalancer):
        ways = onward(reach.network).get(balancer.id, ())
        for node in reach.of(balancer):
            yield from _by_edges(reach, node, balancer)
            if ways:
                yield from _BalancerNode(reach, node, balancer).flows(ways)


def _arriving_by_edges(reach: Reach, node: Interface, balancer: LoadBalancer) -> Iterator[Arrival]:
    """What arrives through API Gateway, CloudFront and Global Accelerator, on ports of theirs."""
    yield from by_api_gateway(reach, node, balancer)
    yield from by_vpc_origin(reach, node, balancer)
    yield from by_accelerator(reach, node, balancer)


def _by_edges(reach: Reach, node: Interface, balancer: LoadBalancer) -> Iterator[PathFlow]:
    """What AWS's edge opens to a load balancer itself."""
    takes = reach.listens(balancer)
    for each in _arriving_by_edges(reach, node, balancer):
        pieces = if_there(_at_listener(each, takes), (node.exists,))
        ports = Ranges.union(piece.traffic.ports for piece in cross(each.at or OPEN, takes))
        yield PathFlow(each.end, node.end, pieces, each.through, ports)


class _BalancerNode:
    """A load balancer, with what arrives at each of its listeners."""

    def __init__(self, reach: Reach, node: Interface, balancer: LoadBalancer) -> None:
        self._reach = reach
        self._node = node
        self._balancer = balancer
        self._arriving = list(_arriving(reach, node, balancer))
        self._bundles: dict[str, tuple[Bundle, ...]] = {}

    def flows(self, ways: Iterable[Onward]) -> Iterator[PathFlow]:
        """What it hands on by some ways."""
        for way in ways:
            for server in _led_to(self._reach, way) if way.fact.truth is not False else ():
                yield from self._by(way, server)

    def _by(self, way: Onward, server: Interface) -> Iterator[PathFlow]:
        reach, node = self._reach, self._node
        handed = _handed(reach, node, server, way)
        sent = merged((*handed.pieces, *_checked(reach, node, server, way)))
        direct = if_there(cross(sent, given(way.fact)), (node.exists, server.exists))
        yield PathFlow(node.end, server.end, direct, lost=handed.lost)
        exists = (node.exists, server.exists)
        if way.kept.truth is False:
            for bundle in self._at(way) if handed.pieces else ():
                yield _joined(server.end, node.end, bundle, way.fact, handed.pieces, exists)
            return
        for each in self._arriving:
            inner = _seen(reach, node, server, way, each, handed)
            for bundle in bundled((each,), self._takes(way)) if inner else ():
                yield _joined(server.end, node.end, bundle, way.fact, inner, exists)

    def _takes(self, way: Onward) -> Pieces:
        if way.listener is None:
            return self._reach.listens(self._balancer)
        return listens(way.listener, self._balancer)

    def _at(self, way: Onward) -> tuple[Bundle, ...]:
        """What arrives at the listener of a way."""
        key = way.listener.id if way.listener is not None else ""
        found = self._bundles.get(key)
        if found is None:
            found = self._bundles[key] = tuple(bundled(self._arriving, self._takes(way)))
        return found


def _led_to(reach: Reach, way: Onward) -> list[Interface]:
    """What a way of a load balancer leads to, or may: of an address, all others that may have it.

    The addresses of tasks and functions are not known before they run: nobody registers them.
    """
    if way.target is not None:
        return reach.of(way.target)
    servers = [
        each
        for each in reach.every
        if each.serves and each.kind not in ("service", "task") and each.thing.id != way.balancer
    ]
    address = way.address
    if address is None:
        return servers
    if isinstance(address.value, Reference):
        of = address.value.resource
        named = [each for each in servers if each.thing.id == of]
        # An instance that is no container instance is at no end of a flow.
        return named or ([] if reach.network.get(Instances, of) is not None else servers)
    cidr = parse_cidr(str(address.known))
    return [
        each
        for each in servers
        if cidr is None or any(place.ranges & cidr.ranges for place in each.places)
    ]


def _arriving(reach: Reach, node: Interface, balancer: LoadBalancer) -> Iterator[Arrival]:
    """What arrives at a load balancer: directly, or by a Network Load Balancer before it."""
    yield from reach.sources(node)
    yield from by_privatelink(reach, node, balancer)
    yield from _arriving_by_edges(reach, node, balancer)
    for outer_id, ways in onward(reach.network).items():
        outer = reach.network.get(LoadBalancer, outer_id)
        if outer is None or outer is balancer:
            continue
        for way in ways:
            if way.target is balancer or (way.target is None and node in _led_to(reach, way)):
                yield from _handed_on(reach, outer, way, node)


def _handed_on(
    reach: Reach, outer: LoadBalancer, way: Onward, node: Interface
) -> Iterator[Arrival]:
    """What a Network Load Balancer hands on to an Application Load Balancer behind it."""
    takes = listens(way.listener, outer) if way.listener is not None else ()
    for before in reach.of(outer):
        handed = _handed(reach, before, node, way)
        for each in reach.sources(before):
            front = cross(each.found.pieces, takes)
            inner = _seen(reach, before, node, way, each, handed) if front else ()
            if inner:
                if each.client is None:
                    seen = Ranges.union(piece.traffic.addresses for piece in inner)
                    front = cross(front, over(ANY_PROTOCOL, ALL_PORTS, addresses=seen))
                pieces = if_there(front, (before.exists, way.fact))
                found = OpenConnection(pieces, (), each.found.lost)
                through = (*each.through, before.end)
                yield Arrival(each.end, found, each.client, through, inner, within=each.within)


def _handed(reach: Reach, node: Interface, server: Interface, way: Onward) -> OpenConnection:
    """What a node of a load balancer, by its own address, can hand on to a target."""
    found = reach.between(node.over(way.versions), server.over(way.versions))
    pieces = cross(cross(found.pieces, way.arrives), reach.takes(server))
    return OpenConnection(pieces, found.closed, found.lost)


def _checked(reach: Reach, node: Interface, server: Interface, way: Onward) -> Pieces:
    """What a node of a load balancer opens to a target to check its health."""
    if not way.checks:
        return ()
    found = reach.between(node.over(way.versions), server.over(way.versions))
    return cross(cross(found.pieces, way.checks), reach.takes(server))


def _seen(
    reach: Reach,
    node: Interface,
    server: Interface,
    way: Onward,
    each: Arrival,
    handed: OpenConnection,
) -> Pieces:
    """What gets to a target that sees the client's address, or may, and the balancer's groups."""
    if way.kept.truth is False or each.hides_clients:
        return handed.pieces
    seen = merged(
        piece
        for place in node.over(way.versions).places
        for client in _clients(reach.network, each, place)
        for piece in _shown(reach.network, client, place, node, server)
    )
    found = cross(cross(seen, way.arrives), reach.takes(server))
    own = Ranges.union(map(of_version, way.versions))
    taken = Ranges.union(of_version(place.version) for place in node.places)
    # Nobody keeps the address of a client whose IP version is not that of the target.
    hidden = _hidden(each, handed, taken - own)
    if way.kept.truth is None:
        without = _hidden(each, handed, own)
        either = cross(_certain(found), _certain(without))
        perhaps = (*cross(without, given(~way.kept)), *cross(found, given(way.kept)))
        found = (*either, *perhaps)
    return _of_end(merged((*found, *hidden)), each.within)


def _hidden(each: Arrival, handed: OpenConnection, clients: Ranges) -> Pieces:
    """What gets to a target that does not see the addresses of some clients."""
    if each.client is None:
        return cross(handed.pieces, over(ANY_PROTOCOL, ALL_PORTS, addresses=clients & each.within))
    return handed.pieces if any(p.ranges & clients for p in each.client.places) else ()


def _certain(pieces: Pieces) -> Pieces:
    return tuple(piece for piece in pieces if piece.fact.truth)


class _Client(Struct, frozen=True):
    """A client whose address a target sees: `ranges` are where it is."""

    far: Far
    ranges: Ranges
    answers: Ranges
    split: bool


def _clients(network: Network, each: Arrival, at: Place) -> Iterator[_Client]:
    """A client of the IP version of a place where a load balancer is, wherever it is itself."""
    if each.client is None:
        every = of_version(at.version)
        yield _Client(_addressed(network, each.end, at), every, BALANCER_PORTS, True)
        return
    for place in each.client.over((at.version,)).places:
        far = Far(place.addresses, place)
        yield _Client(far, place.ranges, each.client.answers, False)


def _addressed(network: Network, end: str, at: Place) -> Far:
    """An end that is a set of addresses, as groups in the VPC of a place see it."""
    every, vpc = of_version(at.version), network.get(Vpc, at.vpc)
    if end == INTERNET:
        return of_internet(network, at.vpc, every)
    if at.vpc is not None and vpc is not None and end == f"vpc:{short_name(vpc)}":
        around = inside(network, at.vpc).of(every)
        return Far(around if around.parts else at.addresses)
    return of_addresses(every)


def _shown(
    network: Network, client: _Client, at: Place, node: Interface, server: Interface
) -> Iterator[TrafficPiece]:
    """What a load balancer at a place hands on to a target that sees the client's address."""
    far = replace(client.far, groups=node.groups, refers=TRUE)
    into = let_through(network, server.groups, "ingress", far)
    for place in server.over((at.version,)).places if into else ():
        target = Far(place.addresses, place, server.groups, TRUE)
        out = let_through(network, node.groups, "egress", target)
        crossed = OPEN
        if not is_one_subnet(at, place):
            sides = CrossingSide(at, client.ranges, client.split), CrossingSide(place, place.ranges)
            crossed = crossing(network, *sides, client.answers).pieces
        pieces = cross(cross(into, out), crossed)
        for fact in (at.fact, place.fact):
            pieces = cross(pieces, given(fact))
        yield from pieces


def _of_end(pieces: Pieces, within: Ranges) -> Pieces:
    """Pieces from addresses that the name of an end stands for; all of these need no word."""
    if within == EVERYWHERE:
        return pieces
    found = []
    for piece in pieces:
        boxes = (
            (spoken, ports, EVERYWHERE if within <= of else of & within)
            for spoken, ports, of in piece.traffic.boxes
        )
        traffic = Traffic(tuple(box for box in boxes if box[2]))
        found.append(TrafficPiece(traffic, piece.fact))
    return tuple(piece for piece in found if piece.traffic)


def _joined(
    target: str, hop: str, bundle: Bundle, led: Fact, inner: Pieces, exists: tuple[Fact, ...]
) -> PathFlow:
    """A flow of two connections: the ports of the first, and those where the second arrives.

    `led` is whether the hop leads from one to the other.
    """
    best = next((piece for piece in inner if piece.fact.truth), inner[0])
    ports = Ranges.union(
        piece.traffic.ports for piece in inner if piece.fact.truth is best.fact.truth
    )
    from_whom = merged(
        TrafficPiece(Traffic.of(ANY_PROTOCOL, ALL_PORTS, piece.traffic.addresses), piece.fact)
        for piece in inner
    )
    front = cross(bundle.pieces, given(led))
    pieces = if_there(cross(front, from_whom), exists)
    through = (*bundle.through, hop)
    first, *others = bundle.ends
    return PathFlow(first, target, pieces, through, ports, bundle.lost, tuple(others), bundle.own)


def through_unseen(reach: Reach) -> Iterator[PathFlow]:
    """What may get to tasks through load balancers that are not in the sources."""
    for source in reach.network.every(TaskSource):
        for front, setting in ways_to(reach.network, source):
            if front.balancer is not None or front.fact.truth is False:
                continue
            for server in reach.of(source):
                yield from _unseen(reach, server, front, setting)


def _unseen(
    reach: Reach, server: Interface, front: BalancerPath, setting: Setting
) -> Iterator[PathFlow]:
    name = front.needs[0].name if front.needs else "a load balancer"
    text = f"{name} leads to {server.end}"
    needs = front.needs or (Need(name, "is not in the sources"),)
    fact = Fact(None, text, front.place, server.thing.name, needs)
    listener = front.listener
    number = number_of(listener.port) if listener is not None else None
    opened = ALL_PORTS if number is None else Ranges(((number, number),))
    number = number_of(setting)
    arrives = ALL_PORTS if number is None else Ranges(((number, number),))
    if server.takes is not OPEN:
        arrives = ALL_PORTS  # A port of the instance.
    inner = cross(anybody_let_in(reach.network, server), over(TCP | UDP, arrives))
    if not inner:
        return
    pieces = if_there(over(TCP, opened, all_of((fact, inner[0].fact))), (server.exists,))
    ports = Ranges.union(piece.traffic.ports for piece in inner)
    vpcs = dict.fromkeys(place.vpc.to for place in server.places if place.vpc is not None)
    known = (reach.network.get(Vpc, key) for key in vpcs)
    ends = [INTERNET, *(f"vpc:{short_name(vpc)}" for vpc in known if vpc is not None)]
    for end in ends:
        yield PathFlow(end, server.end, pieces, (f"lb:{name}",), ports)


def through_proxies(reach: Reach) -> Iterator[PathFlow]:
    """What RDS Proxies open to the stores behind them, as flows of their own and their clients'."""
    for target in reach.network.every(ProxyTarget):
        proxy = reach.network.get(Store, target.proxy)
        store = reach.network.get(Store, target.store)
        if proxy is None or store is None or proxy.external or store.external:
            continue
        for node in reach.of(proxy):
            for server in reach.of(store):
                found = reach.between(node, server)
                exists, led = (
                    (node.exists, server.exists),
                    all_of((target.proxy.fact, target.store.fact)),
                )
                direct = if_there(cross(found.pieces, given(led)), exists)
                yield PathFlow(node.end, server.end, direct)
                for bundle in bundled(reach.sources(node), OPEN) if found.pieces else ():
                    yield _joined(server.end, node.end, bundle, led, found.pieces, exists)
