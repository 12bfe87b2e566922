"""How a permission of tasks comes to allow their load balancer only, for fixes."""

from collections.abc import Collection

from msgspec import Struct

from taskwall.core.change import AttributeChange, ResourceAttribute
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Permission
from taskwall.model.exposure.group_users import used_groups
from taskwall.model.exposure.task_ingress import GroupAttachment, balancer_group, ingress


class Narrowing(Struct, frozen=True):
    """The changes to a permission: those that may be made, those to tell, and what to do in words.

    Changes with placeholders may be made by somebody who fills these in.
    """

    changes: tuple[AttributeChange, ...]
    advice: tuple[AttributeChange, ...]
    remedy: str = ""


def to_balancer(
    network: Network, attachment: GroupAttachment, permission: Permission, wrong: Collection[str]
) -> Narrowing:
    """What makes a permission allow the group of the load balancers and nobody else.

    It can be made where the permission names nobody beside those that are wrong, and where nothing
    but these tasks uses its group. Where another permission allows the load balancers already,
    addresses are taken away.

    Args:
        network: where it is.
        attachment: the group, and the tasks that use it.
        permission: one that allows too much.
        wrong: the ids of all permissions of the group that do.
    """
    group = balancer_group(network, attachment)
    advice = permission.for_group(group)
    users = {used.group for used in used_groups(network, "hosts", "balancers", "stores")}
    if attachment.group in users:
        return Narrowing((), advice)
    others = [each for each in ingress(network, attachment) if each.says == permission.says]
    alone = permission.alone or all(each.id in wrong for each in others)
    if not isinstance(group, ResourceAttribute):
        return Narrowing(advice if alone else (), advice)
    allowing = [
        each
        for each in ingress(network, attachment)
        if each.peer is not None and each.peer.to == group.address
    ]
    if not allowing:
        return Narrowing(advice if alone else (), advice)
    by = allowing[0].on.name
    if permission.peer is not None:
        return Narrowing((), advice)
    remedy = f"Remove it: {by} allows the load balancer already."
    return Narrowing(permission.removed, (), remedy)
