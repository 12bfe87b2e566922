"""TW205: Tasks behind an ALB allow only the ALB.

What: A security group of tasks behind an Application Load Balancer allows ingress from something
    other than the groups of the load balancer and its own members: a CIDR (any CIDR, also that of
    the VPC), a prefix list, or another group.
Why: Clients that bypass the load balancer also bypass its TLS, its authentication, its web
    application firewall and its logs. CloudFront's prefix list on the tasks bypasses it as well.
Fine when: Services talk to each other through Service Connect or Cloud Map (their groups pass if
    they share a namespace), or a known client must connect directly: name it in the setting
    `allowed-peers`.
Terraform: Allow the group of the load balancer and nothing else:
    referenced_security_group_id = <the load balancer's group>.id
CloudFormation: Allow the group of the load balancer and nothing else:
    SourceSecurityGroupId: <id of the load balancer's group>
Guide: alb-only
See: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html
"""

from collections.abc import Iterable, Iterator
from functools import partial

from taskwall.model.compute.launch_type import awsvpc
from taskwall.model.core.network import Network, asked_once
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.exposure.narrowing import to_balancer
from taskwall.model.exposure.task_ingress import (
    allowed_behind,
    asks_for_balancer,
    attached_groups,
    by_permission,
    group_behind_balancers,
    groups_elsewhere,
    hangs_on_balancer,
    ingress,
)
from taskwall.model.load_balancing.paths import BalancerPath
from taskwall.rules._rule import Verdict, rule
from taskwall.rules._shared import balancers_elsewhere, without_permissions


@rule("medium", default=True, pci=True, yields_to=("TW204",), per_use=True)
def alb_bypass(network: Network) -> Iterator[Verdict]:
    for attachment in attached_groups(network):
        yield from _of_group(network, attachment.group)
    used = attached_groups(network)

    def is_open(source: TaskSource, front: BalancerPath) -> bool:
        if awsvpc(network, source).truth is False:
            return False  # Its tasks use no groups: TW208 judges those of their instances.
        # Whether such a load balancer stands in front is open: then all permissions are.
        return front.kind is None or (
            front.kind == "application"
            and (
                front.fact.truth is None
                or hangs_on_balancer(network, source, used, partial(asks_for_balancer, network))
            )
        )

    text = "a security group of {} lets clients bypass the load balancer"
    yield from balancers_elsewhere(network, text, is_open, partial(groups_elsewhere, network))


@asked_once
def _of_group(network: Network, used: str) -> Iterable[Verdict]:
    for attachment in group_behind_balancers(network, used, "application"):
        permissions = ingress(network, attachment)
        judged = [(p, allowed_behind(network, attachment, p)) for p in permissions]
        wrong = {p.id for p, proper in judged if proper.truth is False}
        for each in by_permission(judged):
            permission, proper = each.permission, each.fact
            if asks_for_balancer(network, attachment, permission):
                continue  # The load balancer itself is not in the sources, which is reported below.
            narrowed = to_balancer(network, attachment, permission, wrong)
            yield Verdict(
                permission.on,
                permission.place,
                ~proper,
                f"{permission.on.name} allows ingress from {each.peers(network)} to"
                f" {attachment.names}, bypassing the load balancer",
                holds=f"{permission.on.name} opens {attachment.names} to the load balancer only",
                about=permission.id,
                block=permission.written_in,
                concerned=attachment.fact & permission.fact,
                changes=narrowed.changes,
                advice=narrowed.advice,
                names=narrowed.names,
                remedy=narrowed.remedy,
            )
        yield from without_permissions(attachment.declared, permissions, attachment.fact)
