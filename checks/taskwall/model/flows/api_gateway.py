"""What the internet opens to load balancers by API Gateway and its VPC links."""

from collections.abc import Iterator

from taskwall.core.facts import Fact, existence
from taskwall.model.core.address import Ranges
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.vpc_link import NetworkVpcLink
from taskwall.model.flows.ends import Interface, link_interface
from taskwall.model.flows.flow import OpenConnection, if_there
from taskwall.model.flows.listeners import listens
from taskwall.model.flows.privatelink import from_privatelink
from taskwall.model.flows.reach import INTERNET, Arrival, Reach
from taskwall.model.flows.sets import cross, over
from taskwall.model.load_balancing.vpc_link import LinkedBalancer, linked_balancers
from taskwall.model.permissions.packets import TCP

API_PORTS = Ranges(((443, 443),))
"""The port on which an API is called."""


def by_api_gateway(reach: Reach, node: Interface, balancer: LoadBalancer) -> Iterator[Arrival]:
    """What arrives at a load balancer through VPC links, from wherever the API is called."""
    for each in linked_balancers(reach.network):
        if each.balancer.id == balancer.id:
            let = _let_in(reach, each, node)
            at = cross(let.pieces, listens(each.listener, balancer))
            if at:
                called = if_there(over(TCP, API_PORTS), _facts(each))
                found = OpenConnection(called, (), let.lost)
                yield Arrival(INTERNET, found, None, ("aws:apigateway",), at, hides_clients=True)


def _let_in(reach: Reach, each: LinkedBalancer, node: Interface) -> OpenConnection:
    """What a VPC link can open to a load balancer: by its interfaces, or by PrivateLink."""
    if isinstance(each.link, NetworkVpcLink):
        return OpenConnection(from_privatelink(reach.network, node))
    return reach.between(link_interface(reach.network, each.link), node)


def _facts(each: LinkedBalancer) -> Iterator[Fact]:
    yield existence(each.integration.on)
    yield each.integration.link.fact
    yield each.link.exists
    if each.integration.target is not None:
        yield each.integration.target.fact
