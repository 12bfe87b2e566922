"""What gets to load balancers by PrivateLink: through endpoints, and from whoever has others."""

from collections.abc import Iterator

from taskwall.core.facts import TRUE, Fact, all_of
from taskwall.core.values import Need, Reference
from taskwall.model.endpoints.endpoint import Endpoint
from taskwall.model.endpoints.endpoint_service import EndpointService
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.flows.ends import Interface
from taskwall.model.flows.flow import OpenConnection, if_there
from taskwall.model.flows.reach import Arrival, Reach
from taskwall.model.flows.sets import OPEN, cross, given


def by_privatelink(reach: Reach, node: Interface, balancer: LoadBalancer) -> Iterator[Arrival]:
    """What arrives at a Network Load Balancer that an endpoint service leads to.

    No route between the VPCs is needed, and targets never see the address of a client.
    """
    for service in reach.network.every(EndpointService):
        for link in service.balancers:
            if link.to != balancer.id:
                continue
            tie = all_of((service.exists, link.fact, _admitted(node)))
            yield from _by_endpoints(reach, service, tie)
            text = f"{service.name} is offered to others, who have endpoints for it"
            needs = (Need(f"the endpoints for {service.name}", "are not all in the sources"),)
            unseen = Fact(None, text, service.origin.header, service.name, needs)
            pieces = if_there(given(unseen), (tie,))
            yield Arrival("aws:privatelink", OpenConnection(pieces), hides_clients=True)


def _admitted(node: Interface) -> Fact:
    """Whether the groups of a load balancer, if it has some, let PrivateLink's traffic in."""
    if not node.groups.filters:
        return TRUE
    text = f"the groups of {node.end} allow what comes by PrivateLink"
    needs = (Need(f"whether {node.end} enforces its groups on PrivateLink", "is not known"),)
    return Fact(None, text, node.thing.origin.header, node.thing.name, needs)


def _by_endpoints(reach: Reach, service: EndpointService, tie: Fact) -> Iterator[Arrival]:
    """What arrives through the endpoints of the sources that are for a service."""
    for endpoint in reach.network.every(Endpoint):
        named = endpoint.named.value
        if not isinstance(named, Reference) or named.resource != service.id:
            continue
        for door in reach.of(endpoint):
            for each in reach.sources(door):
                pieces = if_there(cross(each.found.pieces, OPEN), (door.exists, tie))
                through = (*each.through, door.end)
                found = OpenConnection(pieces, (), each.found.lost)
                yield Arrival(each.end, found, each.client, through, hides_clients=True)
