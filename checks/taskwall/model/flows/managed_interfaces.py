"""Interfaces that AWS puts into a VPC for CloudFront and Global Accelerator: what may stop them.

They need no route and no public address. Amazon CloudFront and AWS Global Accelerator Developer
Guides; Amazon VPC User Guide, "Block public access to VPCs and subnets".
"""

from taskwall.core.facts import TRUE, Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.core.network import Network
from taskwall.model.entities.vpc import Subnet
from taskwall.model.flows.acls import is_guarded
from taskwall.model.flows.ends import Interface
from taskwall.model.flows.places import Place
from taskwall.model.routing.routes import ingress_blocked


def gets_in(network: Network, node: Interface) -> Fact:
    """Whether what such interfaces bring in gets to a load balancer, but for its groups."""
    return any_of(_gets_in(network, place) for place in node.places)


def _gets_in(network: Network, place: Place) -> Fact:
    subnet = network.get(Subnet, place.subnet)
    if subnet is None:
        return TRUE
    open_ = ~ingress_blocked(network, subnet)
    if not is_guarded(network, place):
        return open_
    text = f"the network ACL of {subnet.name} lets it pass"
    needs = (Need("whether the network ACL is asked", "is not documented"),)
    return all_of((open_, Fact(None, text, subnet.origin.header, subnet.name, needs)))
