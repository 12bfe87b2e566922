"""TW204: No security group opens tasks to the internet.

What: A security group of tasks allows ingress from 0.0.0.0/0 or ::/0, or from public ranges that
    together hold more than a /8 (IPv6: a /32), on any port. The most common cause is that tasks use
    the security group of the load balancer.
Why: Anyone who finds the address of a task, now or after the next change of a subnet or route, can
    connect to the container directly. This bypasses the load balancer, its TLS, its web application
    firewall and its logs.
Fine when: A public NLB without security groups passes the client addresses to the tasks: then a
    narrower rule does not work. taskwall leaves that case to TW206.
Terraform: Allow the security group of what is in front of the tasks, not addresses:
    referenced_security_group_id = <the load balancer's group>.id
CloudFormation: Allow the security group of what is in front of the tasks, not addresses:
    SourceSecurityGroupId: <id of the load balancer's group>
Guide: task-groups, alb-only
See: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from collections.abc import Iterable, Iterator

from taskwall.model.core.network import Network, asked_once
from taskwall.model.exposure.narrowing import to_balancer
from taskwall.model.exposure.task_ingress import (
    GroupAttachment,
    attached_groups,
    attachments,
    by_permission,
    ingress,
    only_way_in,
)
from taskwall.model.load_balancing.paths import balancer_paths
from taskwall.model.permissions.default_groups import is_as_made
from taskwall.model.permissions.peers import allows_internet, task_groups
from taskwall.rules._rule import Verdict, cannot_be_seen, rule
from taskwall.rules._shared import without_permissions


@rule("high", default=True, pci=True)
def open_task(network: Network) -> Iterator[Verdict]:
    for attachment in attached_groups(network):
        yield from _of_group(network, attachment.group)


@asked_once
def _of_group(network: Network, used: str) -> Iterable[Verdict]:
    attachment = attachments(network)[used]
    permissions = ingress(network, attachment)
    shared, only = _shared(network, attachment), only_way_in(network, attachment)
    violations = [(p, allows_internet(network, p)) for p in permissions]
    wrong = {p.id for p, violated in violations if violated.truth}
    for each in by_permission(violations):
        permission, violated = each.permission, each.fact
        concerned = attachment.fact & permission.fact
        if violated.truth is not False and only.truth is not False:
            concerned &= ~only
        narrowed = to_balancer(network, attachment, permission, wrong)
        yield Verdict(
            permission.on,
            permission.place,
            violated,
            f"{permission.on.name} allows ingress from {each.peers(network)} to"
            f" {attachment.names} on {each.ports}{shared}",
            holds=f"{permission.on.name} does not open {attachment.names} to the internet",
            about=permission.id,
            block=permission.written_in,
            concerned=concerned,
            changes=narrowed.changes,
            advice=narrowed.advice,
            names=narrowed.names,
            remedy=narrowed.remedy,
        )
    group = attachment.declared
    yield from without_permissions(group, permissions, attachment.fact)
    elsewhere = group is not None and group.external and not is_as_made(network, used)
    if elsewhere and any(p.group.to == used for p in permissions):
        yield _unseen(network, attachment)


def _shared(network: Network, attachment: GroupAttachment) -> str:
    """The common cause, said where it is so: tasks use the group of their own load balancer."""
    for source in attachment.sources:
        for front in balancer_paths(network, source):
            if front.balancer and any(
                link.to == attachment.group for link in front.balancer.groups
            ):
                return f": {front.balancer.name} uses the same group"
    return ""


def _unseen(network: Network, attachment: GroupAttachment) -> Verdict:
    """The rest of a group that is not in the sources, of which some permissions are."""
    source = min(attachment.sources, key=lambda each: each.origin.order)
    link = max(
        (each for each in task_groups(network, source) if each.to in (attachment.group, "")),
        key=lambda link: link.to,
    )
    text = (
        f"{attachment.group} allows ingress from the internet by rules that are not in the sources"
    )
    return cannot_be_seen(source.origin, link.place, text, link.waits(), attachment.fact)
