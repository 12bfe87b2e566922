"""How a permission of tasks comes to allow their load balancer only, for fixes."""

from msgspec import Struct

from taskwall.core.change import AttributeChange, ResourceAttribute
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Permission
from taskwall.model.exposure.group_users import used_groups
from taskwall.model.exposure.task_ingress import GroupAttachment, balancer_group, ingress


class Narrowing(Struct, frozen=True):
    """The changes to a permission: those that may be made as they stand, and those to tell."""

    changes: tuple[AttributeChange, ...]
    advice: tuple[AttributeChange, ...]


def to_balancer(network: Network, attachment: GroupAttachment, permission: Permission) -> Narrowing:
    """What makes a permission allow the group of the load balancers and nobody else.

    It can be made where they have one group in the sources, which no other permission allows yet;
    where the permission names nobody beside the one that is wrong; and where nothing but these
    tasks uses its group.
    """
    group = balancer_group(network, attachment)
    advice = permission.for_group(group)
    if not isinstance(group, ResourceAttribute) or not permission.alone:
        return Narrowing((), advice)
    users = {used.group for used in used_groups(network, "hosts", "balancers", "stores")}
    peers = {each.peer.to for each in ingress(network, attachment) if each.peer is not None}
    fits = attachment.group not in users and group.address not in peers
    return Narrowing(advice if fits else (), advice)
