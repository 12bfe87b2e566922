"""What gets to load balancers by PrivateLink: through endpoints, and from whoever has others."""

from collections.abc import Iterator

from taskwall.core.facts import Fact, all_of
from taskwall.core.values import Need, Reference
from taskwall.model.core.address import V4
from taskwall.model.core.network import Network
from taskwall.model.endpoints.endpoint import Endpoint
from taskwall.model.endpoints.endpoint_service import EndpointService
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.flows.ends import Interface
from taskwall.model.flows.flow import OpenConnection, if_there
from taskwall.model.flows.guards import anybody_let_in
from taskwall.model.flows.reach import Arrival, Reach
from taskwall.model.flows.security_groups import Far, let_through
from taskwall.model.flows.sets import OPEN, Pieces, cross, given, merged
from taskwall.model.permissions.coverage import Addresses, Part


def by_privatelink(reach: Reach, node: Interface, balancer: LoadBalancer) -> Iterator[Arrival]:
    """What arrives at a Network Load Balancer that an endpoint service leads to.

    No route between the VPCs is needed, and targets never see the address of a client.
    """
    for service in reach.network.every(EndpointService):
        for link in service.balancers:
            may = not link.to and not link.excludes(balancer.id)
            may = may and balancer.kind.known in ("network", None)
            if link.to != balancer.id and not may:
                continue
            led = link.perhaps(balancer.id, balancer.name) if may else link
            tie = all_of((service.exists, led.fact))
            let = from_privatelink(reach.network, node)
            yield from _by_endpoints(reach, service, tie, let)
            text = f"{service.name} is offered to others, who have endpoints for it"
            needs = (Need(f"the endpoints for {service.name}", "are not all in the sources"),)
            unseen = Fact(None, text, service.origin.header, service.name, needs)
            pieces = if_there(cross(let, given(unseen)), (tie,))
            yield Arrival("aws:privatelink", OpenConnection(pieces), hides_clients=True)


def from_privatelink(network: Network, node: Interface) -> Pieces:
    """What the groups of a load balancer, if they count for it, let in of PrivateLink's traffic."""
    balancer = node.thing
    enforces = balancer.enforces if isinstance(balancer, LoadBalancer) else None
    if not node.groups.filters or (enforces is not None and enforces.known is False):
        return OPEN
    text = f"the groups of {node.end} allow what comes by PrivateLink"
    needs = (Need("the addresses of what comes by PrivateLink", "are not known"),)
    unknown = Fact(None, text, node.thing.origin.header, node.thing.name, needs)
    somewhere = Far(Addresses((Part(V4),)), hidden=True)
    sure = [
        each for each in let_through(network, node.groups, "ingress", somewhere) if each.fact.truth
    ]
    return merged((*sure, *cross(anybody_let_in(network, node), given(unknown))))


def _by_endpoints(
    reach: Reach, service: EndpointService, tie: Fact, let: Pieces
) -> Iterator[Arrival]:
    """What arrives through the endpoints of the sources that are for a service."""
    for endpoint in reach.network.every(Endpoint):
        named = endpoint.named.value
        if not isinstance(named, Reference) or named.resource != service.id:
            continue
        for door in reach.of(endpoint):
            for each in reach.sources(door):
                pieces = if_there(cross(each.found.pieces, let), (door.exists, tie))
                through = (*each.through, door.end)
                found = OpenConnection(pieces, (), each.found.lost)
                yield Arrival(each.end, found, each.client, through, hides_clients=True)
