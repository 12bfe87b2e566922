"""How a permission of tasks comes to allow their load balancer only, for fixes."""

from collections.abc import Collection, Mapping

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.change import AttributeChange, NewValue, ResourceAttribute
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.entities.vpc import Vpc
from taskwall.model.exposure.group_users import names_of_used
from taskwall.model.exposure.task_ingress import (
    GroupAttachment,
    balancer_group,
    ingress,
    vpc_of_bare_balancers,
)
from taskwall.model.exposure.task_ports import served
from taskwall.model.permissions.ports import Ports, opened


class Narrowing(Struct, frozen=True):
    """The changes to a permission: those that may be made, those to tell, and what to do in words.

    `names` are of the load balancer's construct in CDK, and the port.
    Changes with placeholders may be made by somebody who fills these in.
    """

    changes: tuple[AttributeChange, ...]
    advice: tuple[AttributeChange, ...]
    names: Mapping[str, str]
    remedy: str = ""


def to_balancer(
    network: Network, attachment: GroupAttachment, permission: Permission, wrong: Collection[str]
) -> Narrowing:
    """What makes a permission allow the group of the load balancers and nobody else.

    It can be made where the permission names nobody beside those that are wrong, where the tasks
    serve its ports, and where nothing but them uses its group. Where another permission allows the
    load balancers already, addresses are taken away. What names a group is left: it was meant.

    Args:
        network: where it is.
        attachment: the group, and the tasks that use it.
        permission: one that allows too much.
        wrong: the ids of all permissions of the group that do.
    """
    group = balancer_group(network, attachment, permission)
    advice, names = permission.for_group(group), _names(network, group, permission)
    users = names_of_used(network, "hosts", "instances", "balancers", "stores")
    vpc = vpc_of_bare_balancers(network, attachment)
    if vpc is not None and (permission.cidr is None or permission.cidr.version == 4):
        found = _to_vpc(network, attachment, permission, vpc)
        return replace(found, changes=()) if attachment.group in users else found
    if attachment.group in users or permission.peer is not None:
        return Narrowing((), advice, names)
    alone = _is_alone(network, attachment, permission, wrong)
    if not isinstance(group, ResourceAttribute):
        return Narrowing(advice if alone else (), advice, names)
    spot = permission.on.address, permission.block
    beside = (
        each
        for each in ingress(network, attachment)
        if each.id in wrong and each.peer is None and (each.on.address, each.block) == spot
    )
    first = next(beside, permission)
    if alone and first.says != permission.says and _is_alone(network, attachment, first, wrong):
        # One block names a group once.
        return Narrowing(permission.removed, (), names, _BESIDE)
    allowing = [
        each
        for each in ingress(network, attachment)
        if each.peer is not None and each.peer.to == group.address
    ]
    if not allowing:
        ports = Ports.union(served(network, source) for source, _ in attachment.attached)
        serves = alone and opens_some(permission, ports)
        return Narrowing(advice if serves else (), advice, names)
    by = allowing[0].on.name
    remedy = f"Remove it: {by} allows the load balancer already."
    return Narrowing(permission.removed, (), names, remedy)


_BESIDE = "Remove it: the load balancer's group takes the place of what stands beside it."


def _is_alone(
    network: Network, attachment: GroupAttachment, permission: Permission, wrong: Collection[str]
) -> bool:
    """Whether all that is named where a permission says whom it allows is wrong."""
    if permission.alone:
        return True
    others = (each for each in ingress(network, attachment) if each.says == permission.says)
    return all(each.id in wrong for each in others)


def _to_vpc(
    network: Network, attachment: GroupAttachment, permission: Permission, vpc: Vpc
) -> Narrowing:
    """What makes a permission allow the VPC of NLBs that have no groups, and nobody else.

    Whether the whole VPC is meant is a decision: that is told and not made.
    """
    for each in ingress(network, attachment):
        if each.range_of is not None and each.range_of.to == vpc.id:
            remedy = f"Remove it: {each.on.name} allows the VPC already, and the NLB with it."
            return Narrowing(permission.removed, (), {}, remedy)
    return Narrowing(
        (), permission.for_range(ResourceAttribute(vpc.id, "cidr_block", "CidrBlock")), {}, _VPC
    )


_VPC = (
    "Allow the VPC, which the NLB is in (narrower: give the NLB a security group, for which AWS"
    " replaces it, and allow that):\n"
)


def opens_some(permission: Permission, ports: Ports) -> bool:
    """Whether a permission opens one of some TCP ports, as far as is known."""
    opened_ = opened(permission, "tcp")
    return opened_ is None or bool(opened_ & ports.tcp or ports.needs or ports.named)


def _names(network: Network, group: NewValue, permission: Permission) -> dict[str, str]:
    """What code in a CDK app names."""
    of = network.get(SecurityGroup, group.address) if isinstance(group, ResourceAttribute) else None
    made = None if of is None else of.origin.construct
    low, high = str(permission.first_port.known), str(permission.last_port.known)
    return {
        "balancer": (made or "load balancer").removesuffix("/Resource"),
        "port": low if low == high and low.isdigit() else "port of the container",
    }
