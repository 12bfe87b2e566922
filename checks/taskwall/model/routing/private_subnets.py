"""The private subnets of a network in which tasks could run instead, for fixes."""

from collections.abc import Iterable

from taskwall.core.change import AttributeChange, Placeholder, ResourceAttribute
from taskwall.model.core.entity import Link, Setting
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.vpc import Subnet
from taskwall.model.routing.routes import leads


@remembered
def private_subnets(network: Network, vpc: str) -> tuple[ResourceAttribute, ...]:
    """The subnets of a VPC that certainly lead to a NAT gateway, and to no internet gateway."""
    return tuple(
        ResourceAttribute(subnet.id, "id")
        for subnet in network.every(Subnet)
        if subnet.vpc.to == vpc
        and not (subnet.external or subnet.origin.maybe)
        and leads(network, subnet, "nat").truth is True
        and leads(network, subnet, "internet").truth is False
    )


def to_private(
    network: Network, named: Setting, subnets: Iterable[Link]
) -> tuple[AttributeChange, ...]:
    """The change after which subnets are private ones: of the same VPC, or a placeholder.

    Args:
        network: where they are.
        named: the attribute that names them.
        subnets: those that it names now.
    """
    if named.attribute is None:
        return ()
    found = [network.get(Subnet, link) for link in subnets]
    vpcs = {"" if subnet is None else subnet.vpc.to for subnet in found}
    private = private_subnets(network, vpcs.pop()) if len(vpcs) == 1 and "" not in vpcs else ()
    wanted = private or (Placeholder("id of a private subnet"),)
    return (AttributeChange(named.attribute, wanted, wanted, form="whole"),)
