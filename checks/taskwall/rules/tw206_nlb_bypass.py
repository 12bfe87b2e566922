"""TW206: Tasks behind an NLB allow only the NLB and their VPC.

What: A security group of tasks behind a Network Load Balancer (and no ALB) allows ingress from
    something other than the CIDRs of the VPC or its subnets, security groups of the VPC, the
    private addresses of the NLB or, best, the security groups of the NLB.
Why: With wider ranges, clients can reach the tasks and bypass the load balancer. The guide asks for
    VPC ranges and the addresses of the NLB; since NLBs support security groups, allowing those is
    narrower and works with client IP preservation too. The Elastic IPs of an NLB are not the
    addresses that its targets see.
Fine when: The NLB has no groups and passes client addresses to its targets. Then give it groups;
    only a new load balancer can get them, so it must be replaced.
Terraform: Give the NLB a security group (AWS replaces an NLB that has none) and allow that:
    referenced_security_group_id = <the load balancer's group>.id
CloudFormation: Give the NLB a security group (AWS replaces an NLB that has none) and allow that:
    SourceSecurityGroupId: <id of the load balancer's group>
Guide: nlb-ranges
See: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html
"""

from collections.abc import Iterator
from functools import partial

from taskwall.core.facts import Fact
from taskwall.model.compute.launch_type import awsvpc
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.security_group import Permission
from taskwall.model.exposure.narrowing import to_balancer
from taskwall.model.exposure.task_ingress import (
    GroupAttachment,
    allowed_by_network,
    allowed_properly,
    attached_groups,
    by_permission,
    groups_behind_balancers,
    groups_elsewhere,
    hangs_on_balancer,
    ingress,
    only_way_in,
    stands_behind,
)
from taskwall.model.load_balancing.paths import BalancerPath
from taskwall.rules._rule import Verdict, rule
from taskwall.rules._shared import balancers_elsewhere, without_permissions


@rule("medium", default=True, pci=True, yields_to=("TW204",), per_use=True)
def nlb_bypass(network: Network) -> Iterator[Verdict]:
    for attachment in groups_behind_balancers(network, "network"):
        behind_alb = stands_behind(network, attachment, "application")
        if behind_alb.truth:
            continue
        permissions = ingress(network, attachment)
        concerned = attachment.fact if behind_alb.truth is False else attachment.fact & ~behind_alb
        exposed = only_way_in(network, attachment).truth is True
        advice = ": give the NLB a security group, and allow that one" if exposed else ""
        judged = [(p, _proper(network, attachment, p)) for p in permissions]
        wrong = {p.id for p, proper in judged if proper.truth is False}
        for each in by_permission(judged):
            permission, proper = each.permission, each.fact
            narrowed = to_balancer(network, attachment, permission, wrong)
            yield Verdict(
                permission.on,
                permission.place,
                ~proper,
                f"{permission.on.name} allows ingress from {each.peers(network)} to"
                f" {attachment.names}, not only from the VPC and the load balancer"
                f"{advice if proper.truth is False else ''}",
                holds=f"{permission.on.name} allows only the VPC or the load balancer",
                about=permission.id,
                block=permission.written_in,
                concerned=concerned & permission.fact,
                changes=narrowed.changes,
                advice=narrowed.advice,
                names=narrowed.names,
                remedy=narrowed.remedy,
            )
        yield from without_permissions(attachment.declared, permissions, concerned)
    used = attached_groups(network)

    def is_open(source: TaskSource, front: BalancerPath) -> bool:
        if awsvpc(network, source).truth is False:
            return False  # Its tasks use no groups: TW208 judges those of their instances.
        # What groups of the sources allow is judged above, one by one.
        return front.kind is None or (
            front.kind == "network"
            and (
                front.fact.truth is None
                or hangs_on_balancer(network, source, used, lambda *_: False)
            )
        )

    text = "{} allows ingress not only from the VPC and the load balancer"
    beside = partial(groups_elsewhere, network)
    # The one rule or the other is about them, as the load balancer turns out: TW205 asks.
    yield from balancers_elsewhere(network, text, is_open, beside, asked_by=("TW205",))


def _proper(network: Network, attachment: GroupAttachment, permission: Permission) -> Fact:
    own = allowed_properly(network, attachment, permission)
    return own | allowed_by_network(network, attachment, permission)
