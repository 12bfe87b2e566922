"""What the internet opens to load balancers by AWS Global Accelerator."""

from collections.abc import Iterator

from taskwall.core.facts import TRUE, Fact
from taskwall.core.values import Need
from taskwall.model.core.address import V4, Ranges
from taskwall.model.core.network import Network
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.flows.ends import Interface
from taskwall.model.flows.flow import OpenConnection, if_there
from taskwall.model.flows.internet import internet
from taskwall.model.flows.managed_interfaces import gets_in
from taskwall.model.flows.reach import INTERNET, Arrival, Reach
from taskwall.model.flows.security_groups import Far, let_through, of_internet
from taskwall.model.flows.sets import Pieces, TrafficPiece, anywhere, cross, over
from taskwall.model.load_balancing.accelerator import AcceleratedBalancer, accelerated_balancers
from taskwall.model.permissions.coverage import Addresses, Part
from taskwall.model.permissions.packets import TCP, UDP, Traffic


def by_accelerator(reach: Reach, node: Interface, balancer: LoadBalancer) -> Iterator[Arrival]:
    """What arrives at a load balancer from the clients of accelerators, whose addresses it sees."""
    for each in accelerated_balancers(reach.network):
        if each.balancer.id != balancer.id:
            continue
        spoken = UDP if each.listener.protocol.known == "UDP" else TCP
        facts = tuple(_facts(reach.network, each, node))
        let = _let_in(reach.network, each, node)
        for opened, port in each.ports:
            arrives = opened if port is None else Ranges(((port, port),))
            # What reach.listens says comes first: it may have fewer ports than an accelerator.
            at = cross(cross(let, reach.listens(balancer)), over(spoken, arrives))
            for piece in at:
                ports = piece.traffic.ports if port is None else opened
                traffic = Traffic.of(spoken, ports, piece.traffic.addresses)
                called = if_there((TrafficPiece(traffic, piece.fact),), facts)
                onward = over(spoken, piece.traffic.ports)
                way = ("aws:globalaccelerator",)
                yield Arrival(INTERNET, OpenConnection(called), None, way, onward)


def _facts(network: Network, each: AcceleratedBalancer, node: Interface) -> Iterator[Fact]:
    yield each.group.exists
    yield each.listener.exists
    yield each.accelerator.exists
    yield each.accelerator.enabled.is_(True)
    yield gets_in(network, node)


def _let_in(network: Network, each: AcceleratedBalancer, node: Interface) -> Pieces:
    """What the groups of a load balancer let in of clients, by their addresses or by others.

    An Application Load Balancer sees the clients' addresses if nothing else is written, and an
    internal load balancer always does.
    """
    kept = _keeps(each)
    seen: Pieces = ()
    for version, has_it in ((4, TRUE), (6, ~each.accelerator.families.is_("IPV4"))):
        vpc = next((place.vpc for place in node.places), None)
        whom = of_internet(network, vpc, internet(version))
        seen += if_there(let_through(network, node.groups, "ingress", whom), (has_it,))
    if kept.truth:
        return seen
    hidden = Far(Addresses((Part(V4),)), hidden=True)
    others = let_through(network, node.groups, "ingress", hidden)
    if kept.truth is False:
        return others
    return tuple(TrafficPiece(anywhere(piece.traffic), kept) for piece in (*seen, *others))


def _keeps(each: AcceleratedBalancer) -> Fact:
    balancer = each.balancer
    if each.kept.written:
        return each.kept.is_(True)
    if balancer.kind.known == "application" or balancer.internal.known:
        return TRUE
    text = f"{balancer.name} sees the addresses of an accelerator's clients"
    needs = (Need(f"whether {balancer.name} sees clients' addresses", "is not written"),)
    return Fact(None, text, balancer.origin.header, balancer.name, needs)
