"""What closes the way from one end to another, and the smallest change that would open it."""

from collections.abc import Iterable, Iterator
from itertools import product

from taskwall.core.facts import TRUE, Fact
from taskwall.model.core.address import Ranges
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.flows.acls import WHOLE, CrossingSide, crossing
from taskwall.model.flows.ends import Interface
from taskwall.model.flows.flow import Flow, Obstacle
from taskwall.model.flows.internet import internet
from taskwall.model.flows.listeners import Onward, listeners_of, listens, onward
from taskwall.model.flows.paths import is_one_subnet
from taskwall.model.flows.reach import INTERNET, Reach
from taskwall.model.flows.security_groups import Far, Groups, letting, of_addresses
from taskwall.model.flows.selection import Selection
from taskwall.model.flows.sets import TrafficPiece
from taskwall.model.permissions.packets import TCP, UDP, Traffic
from taskwall.model.routing.network_acl import BALANCER_PORTS


def on_port(port: int | None) -> Traffic:
    """All traffic to a port; to any, where none is asked about."""
    if port is None:
        return WHOLE
    return Traffic.of(TCP | UDP, Ranges(((port, port),)), WHOLE.addresses)


def obstacles_between(
    reach: Reach, of: Selection, to: Selection, wanted: Traffic = WHOLE
) -> tuple[Obstacle, ...]:
    """What keeps what is wanted from one end to another, by the way that least closes.

    That is the direct one, or one through a load balancer before the other end.
    """
    best: tuple[Obstacle, ...] = ()
    for server in to.interfaces or (None,):
        for client in of.interfaces or (None,):
            for found in _ways(reach, of.word, client, to.word, server, wanted):
                if found and (not best or len(found) < len(best)):
                    best = found
    return best


def _ways(
    reach: Reach,
    source: str,
    client: Interface | None,
    target: str,
    server: Interface | None,
    wanted: Traffic,
) -> Iterator[tuple[Obstacle, ...]]:
    """What closes each way."""
    yield reach.obstacles(source, client, target, server, wanted)
    ways = onward(reach.network) if server is not None else {}
    for way in (way for each in ways.values() for way in each):
        if server is None or way.target is not server.thing or way.fact.truth is False:
            continue
        balancer = reach.network.get(LoadBalancer, way.balancer)
        if balancer is None:
            continue
        heard = (way.listener,) if way.listener else listeners_of(reach.network, balancer)
        taken = _traffic(piece for each in heard for piece in listens(each, balancer)) & wanted
        for node in reach.of(balancer) if taken else ():
            before = reach.obstacles(source, client, node.end, node, taken)
            behind = tuple(_behind(reach, node, server, way))
            if not behind and source == INTERNET and way.kept.truth is not False:
                behind = tuple(_as_client(reach, node, server, way))
            yield (*before, *behind)


def letting_in(reach: Reach, flow: Flow) -> tuple[Fact, ...]:
    """The permissions of the last groups on the way of a flow, any of which lets it in."""
    last = flow.through[-1] if flow.through else flow.source
    ports = flow.arrives if flow.arrives is not None else flow.ports
    found: dict[object, Fact] = {}
    for server in (each for each in reach.every if each.end == flow.target):
        nodes = [each for each in reach.every if each.end == last]
        fars = [far for node in nodes for far in _seen_from(node, node.groups)]
        if not nodes:
            fars = [of_addresses(flow.addresses)]
        for node in (each for each in nodes if flow.through and _keeps(reach, each, server)):
            clients = [each for each in reach.every if each.end == flow.source]
            fars += [far for client in clients for far in _seen_from(client, node.groups)]
            fars += [] if clients else [of_addresses(flow.addresses)]
        for far in fars:
            for fact in letting(reach.network, server.groups, "ingress", far, ports):
                found.setdefault(fact.place, fact)
    return tuple(found.values())


def _seen_from(client: Interface, groups: Groups) -> Iterator[Far]:
    return (Far(place.addresses, place, groups, TRUE) for place in client.places)


def _keeps(reach: Reach, node: Interface, server: Interface) -> bool:
    """Whether a load balancer may show its targets the addresses of clients."""
    ways = onward(reach.network).get(node.thing.id, ())
    return any(way.target is server.thing and way.kept.truth is not False for way in ways)


def _traffic(pieces: Iterable[TrafficPiece]) -> Traffic:
    return Traffic(tuple(box for piece in pieces for box in piece.traffic.boxes))


def _behind(reach: Reach, node: Interface, server: Interface, way: Onward) -> Iterator[Obstacle]:
    """What keeps a load balancer from handing on what it takes."""
    arrives = _traffic(way.arrives)
    yield from reach.obstacles("", node, server.end, server.over(way.versions), arrives or WHOLE)


def _as_client(reach: Reach, node: Interface, server: Interface, way: Onward) -> Iterator[Obstacle]:
    """What keeps it from handing on what targets take for the internet's own."""
    arrives, whom = _traffic(way.arrives), internet(4)
    for at, place in product(node.over((4,)).places, server.over((4,)).places):
        sides = CrossingSide(at, whom, True), CrossingSide(place, place.ranges)
        shut = crossing(reach.network, *sides, BALANCER_PORTS, arrives).closed
        if shut and not is_one_subnet(at, place):
            yield from shut
            return
