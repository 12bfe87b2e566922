"""The private subnets of a network in which tasks could run instead, for fixes."""

from collections.abc import Iterable

from taskwall.core.change import AttributeChange, NewValue, Placeholder, ResourceAttribute
from taskwall.core.patterns import pattern
from taskwall.model.core.entity import Link, Setting
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.vpc import Subnet
from taskwall.model.routing.routes import leads

_COUNTED = pattern(r"\[\d+\]$")
"""How the address of a resource ends of which `count` makes several."""

_OF_ONE = ("subnet_id", "SubnetId")
"""How attributes end that name one subnet: of an instance, or of a network interface."""

_SOME = Placeholder("id of a private subnet")


@remembered
def private_subnets(network: Network, vpc: str) -> tuple[str, ...]:
    """The subnets of a VPC that certainly lead to a NAT gateway, and to no internet gateway."""
    return tuple(
        subnet.id
        for subnet in network.every(Subnet)
        if subnet.vpc.to == vpc
        and not subnet.origin.maybe
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
    if named.attribute.path.endswith(_OF_ONE):
        one = ResourceAttribute(private[0], "id") if private else _SOME
        return (AttributeChange(named.attribute, one, one),)
    wanted = _ids(network, private) if private else (_SOME,)
    return (AttributeChange(named.attribute, wanted, wanted, form="whole"),)


def _ids(network: Network, subnets: tuple[str, ...]) -> NewValue:
    """The ids of subnets; of all that one `count` makes, however many these are."""
    counted = {_COUNTED.sub("", each) for each in subnets if _COUNTED.search(each)}
    if len(counted) == 1 and all(map(_COUNTED.search, subnets)):
        [name] = counted
        if all(e.id in subnets for e in network.every(Subnet) if _COUNTED.sub("", e.id) == name):
            return ResourceAttribute(f"{name}[*]", "id")
    return tuple(ResourceAttribute(each, "id") for each in subnets)
