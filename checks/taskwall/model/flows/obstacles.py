"""What closes the way from one end to another, and the smallest change that would open it."""

from collections.abc import Iterable, Iterator
from itertools import product

from taskwall.core.facts import TRUE, Fact
from taskwall.model.core.address import Ranges
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.vpc import Vpc
from taskwall.model.flows.acls import WHOLE, CrossingSide, crossing
from taskwall.model.flows.connect import from_internet, shut_by, to_internet, wanted_pieces
from taskwall.model.flows.ends import Interface, short_name
from taskwall.model.flows.flow import Flow, Obstacle, on_ports
from taskwall.model.flows.internet import internet
from taskwall.model.flows.listeners import Onward, listeners_of, listens, onward
from taskwall.model.flows.paths import is_one_subnet
from taskwall.model.flows.reach import INTERNET, Reach
from taskwall.model.flows.remote import ONPREM, no_route, remotes
from taskwall.model.flows.security_groups import Far, Groups, letting, of_addresses, of_internet
from taskwall.model.flows.selection import Selection
from taskwall.model.flows.sets import TrafficPiece, cross
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

    That is the direct one, or one through a load balancer before the other end. What no change
    opens is told only where nothing else is.
    """
    best: tuple[Obstacle, ...] = ()
    for server in to.interfaces or (None,):
        for client in of.interfaces or (None,):
            for found in _ways(reach, of.word, client, to.word, server, wanted):
                if found and (not best or _closes(found) < _closes(best)):
                    best = found
    return best


def _closes(way: tuple[Obstacle, ...]) -> tuple[bool, int]:
    """How much closes a way: first whether anything does that no change opens."""
    return not all(each.change for each in way), len(way)


def _ways(
    reach: Reach,
    source: str,
    client: Interface | None,
    target: str,
    server: Interface | None,
    wanted: Traffic,
) -> Iterator[tuple[Obstacle, ...]]:
    """What closes each way."""
    direct = _direct(reach, source, client, target, server, wanted)
    if server is not None and not server.serves:
        yield direct
        return
    if client is not None and server is not None and client.kind == "lb":
        ways_on = onward(reach.network).get(client.thing.id, ())
        if not any(
            way.target is server.thing and _traffic((*way.arrives, *way.checks)) & wanted
            for way in ways_on
        ):
            direct = (_not_forwarded(client, server, wanted), *direct)
    yield direct
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
            before = _direct(reach, source, client, node.end, node, taken)
            behind = tuple(_behind(reach, node, server, way))
            if not behind and source == INTERNET and way.kept.truth is not False:
                behind = tuple(_as_client(reach, node, server, way))
            yield (*before, *behind)


def _direct(
    reach: Reach,
    source: str,
    client: Interface | None,
    target: str,
    server: Interface | None,
    wanted: Traffic,
) -> tuple[Obstacle, ...]:
    """What keeps what is wanted from one end to another, directly.

    An end without interface is its name.
    """
    network = reach.network
    if server is not None and not server.serves:
        return (_only_opens(server),)
    if client is not None and not client.opens and (server is None or client.kind != "lb"):
        return (_only_takes(client),)
    if client is None and server is not None:
        unheard = _unheard(reach, server, wanted)
        if source == INTERNET:
            return (*from_internet(network, server, wanted).closed, *unheard)
        let = shut_by(network, server, "ingress", source, wanted)
        return (*_not_led(reach, source, server), let, *unheard)
    if server is None and client is not None:
        if target == INTERNET:
            return to_internet(network, client, wanted).closed
        let = shut_by(network, client, "egress", target, wanted)
        return (let, *_not_led(reach, target, client))
    if client is None or server is None:
        return ()
    found = cross(reach.between(client, server).pieces, wanted_pieces(wanted))
    if not found:
        shut = reach.pairs.obstacles(client, server, wanted)
        return (*shut, *_unheard(reach, server, wanted))
    return () if cross(found, reach.takes(server)) else (_not_listening(reach, server, wanted),)


def _shut(of: Interface, text: str, otherwise: str, change: str) -> Obstacle:
    """That something is not so of an interface."""
    at, name = of.thing.origin.header, of.thing.name
    return Obstacle(Fact(False, text, at, name, otherwise=otherwise), change)


def _only_opens(of: Interface) -> Obstacle:
    """That an interface takes no connections, whatever its groups allow."""
    otherwise = f"the interfaces of {of.end} only open connections"
    return _shut(of, f"{of.end} takes connections", otherwise, "")


def _only_takes(of: Interface) -> Obstacle:
    """That an interface opens no connections, whatever its groups allow."""
    otherwise = f"{of.end} only takes connections"
    if of.kind == "lb":
        otherwise = f"{of.end} opens connections to its targets alone"
    return _shut(of, f"{of.end} opens connections", otherwise, "")


def _not_forwarded(of: Interface, server: Interface, wanted: Traffic) -> Obstacle:
    """That a load balancer does not forward to something on what is wanted."""
    what = f"to {server.end}{on_ports(wanted)}"
    otherwise = f"no listener of {of.end} forwards {what}"
    change = f"forward {what} in a listener of {of.end}"
    return _shut(of, f"{of.end} forwards {what}", otherwise, change)


def _not_listening(reach: Reach, of: Interface, wanted: Traffic) -> Obstacle:
    """That nothing listens, or is published, on what is wanted, or on a port that is allowed."""
    if not reach.takes(of):
        has, change = "publishes a port", f"publish a port of {of.end}"
        if of.kind == "lb":
            has, change = "has a listener", f"add a listener to {of.end}"
        otherwise = f"{of.end} {has.replace(' a ', ' no ')}"
        return _shut(of, f"{of.end} {has}", otherwise, change)
    on = on_ports(wanted) or " on any port that is allowed"
    otherwise = f"{of.end} takes no connections{on}"
    change = f"let {of.end} listen{on}"
    if not on_ports(wanted):
        change = f"let {of.end} listen on a port that is allowed, or allow its port"
    return _shut(of, f"{of.end} takes connections{on}", otherwise, change)


def _unheard(reach: Reach, server: Interface, wanted: Traffic) -> Iterator[Obstacle]:
    """That nothing listens on what is wanted."""
    if not cross(reach.takes(server), wanted_pieces(wanted)):
        yield _not_listening(reach, server, wanted)


def _not_led(reach: Reach, name: str, of: Interface) -> Iterator[Obstacle]:
    """That no route leads from an interface to an end beyond its VPC, if that is one."""
    own = {place.vpc.to for place in of.places if place.vpc is not None}
    vpcs = (reach.network.get(Vpc, key) for key in own)
    if name in {f"vpc:{short_name(vpc)}" for vpc in vpcs if vpc is not None}:
        return
    if name != ONPREM and not name.startswith("vpc:"):
        return
    places = [place for place in of.places if place.subnet is not None]
    ends = {remote.end for place in places for remote in remotes(reach.network, place)}
    if places and name not in ends:
        yield no_route(places[0], name)


def letting_in(reach: Reach, flow: Flow) -> tuple[Fact, ...]:
    """The permissions of the last groups on the way of a flow, any of which lets it in."""
    last = flow.through[-1] if flow.through else flow.source
    ports = flow.arrives if flow.arrives is not None else flow.ports
    found: dict[object, Fact] = {}
    for server in (each for each in reach.every if each.end == flow.target):
        nodes = [each for each in reach.every if each.end == last]
        fars = [far for node in nodes for far in _seen_from(node, node.groups)]
        if not nodes:
            fars = list(_addressed(reach, flow, server))
        for node in (each for each in nodes if _keeps(reach, each, server)):
            clients = [each for each in reach.every if each.end == flow.source]
            fars += [far for client in clients for far in _seen_from(client, node.groups)]
            fars += [] if clients else _addressed(reach, flow, server)
        for far in fars:
            for fact in letting(reach.network, server.groups, "ingress", far, ports):
                found.setdefault(fact.place, fact)
    return tuple(found.values())


def _addressed(reach: Reach, flow: Flow, server: Interface) -> Iterator[Far]:
    """Those who open a flow where they are no interface, as groups of a server see them."""
    if flow.source != INTERNET:
        yield of_addresses(flow.addresses)
        return
    for vpc in {place.vpc and place.vpc.to: place.vpc for place in server.places}.values():
        yield of_internet(reach.network, vpc, flow.addresses)


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
    yield from _direct(reach, "", node, server.end, server.over(way.versions), arrives or WHOLE)


def _as_client(reach: Reach, node: Interface, server: Interface, way: Onward) -> Iterator[Obstacle]:
    """What keeps it from handing on what targets take for the internet's own."""
    arrives, whom = _traffic(way.arrives), internet(4)
    for at, place in product(node.over((4,)).places, server.over((4,)).places):
        sides = CrossingSide(at, whom, True), CrossingSide(place, place.ranges)
        shut = crossing(reach.network, *sides, BALANCER_PORTS, arrives).closed
        if shut and not is_one_subnet(at, place):
            yield from shut
            return
