"""TW215: Tasks without a load balancer allow security groups, not addresses.

What: A security group of tasks that are behind no load balancer allows ingress from a CIDR, or from
    a prefix list other than that of VPC Lattice.
Why: An address range says where a client is, not what it is. Anything that gets an address in the
    range, in a subnet that is reused or a network that is connected later, can connect to the
    tasks.
Fine when: The client has no security group: an office, a partner, a network behind a transit
    gateway. Name it in the setting `allowed-peers`. What a network load balancer before other tasks
    of the same group needs (TW206) is not reported here.
Terraform: referenced_security_group_id = <the caller's group>.id
CloudFormation: SourceSecurityGroupId: <id of the caller's group>
Guide: task-groups
See: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from collections.abc import Iterator

from taskwall.core.change import Placeholder
from taskwall.core.facts import Fact
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Permission
from taskwall.model.exposure.task_ingress import (
    GroupAttachment,
    allowed_by_group,
    allowed_by_network,
    by_permission,
    groups_without_balancer,
    ingress,
    stands_behind,
)
from taskwall.rules._rule import Verdict, rule
from taskwall.rules._shared import without_permissions


@rule("medium", default=True, pci=True, yields_to=("TW204",), per_use=True)
def addresses_admitted(network: Network) -> Iterator[Verdict]:
    for attachment in groups_without_balancer(network):
        permissions = ingress(network, attachment)
        proper = ((p, _proper(network, attachment, p)) for p in permissions)
        for each in by_permission(proper):
            permission, name = each.permission, each.permission.on.name
            narrowed = permission.for_group(Placeholder("id of the caller's group"))
            yield Verdict(
                permission.on,
                permission.place,
                ~each.fact,
                f"{name} allows ingress from {each.peers(network)} to {attachment.names}, by"
                " address and not by security group",
                holds=f"{name} opens {attachment.names} to security groups only",
                about=permission.id,
                block=permission.written_in,
                concerned=attachment.fact & permission.fact,
                changes=narrowed if permission.alone else (),
                advice=narrowed,
            )
        yield from without_permissions(attachment.declared, permissions, attachment.fact)


def _proper(network: Network, attachment: GroupAttachment, permission: Permission) -> Fact:
    """Whether a permission allows a group, or what an NLB before other users of the group needs."""
    own = allowed_by_group(network, attachment, permission)
    if own.truth:
        return own
    behind = stands_behind(network, attachment, "network")
    if behind.truth is False:
        return own  # the chain does not name a load balancer that is not there
    return own | (behind & allowed_by_network(network, attachment, permission))
