"""TW204: No security group opens tasks to the internet.

What: A group that tasks wear admits 0.0.0.0/0 or ::/0, or public ranges that together hold more
    than a /8 (IPv6: a /32), on whatever port. The commonest cause is the load balancer's own group
    on the tasks.
Why: Whoever finds a task's address, now or after the next change of a subnet or route, talks to
    the container directly: past the load balancer, its TLS, its firewall and its logs.
Fine when: A public NLB without security groups shows tasks the clients' own addresses: then
    nothing narrower works. taskwall leaves that to TW206.
Terraform: Admit what stands in front of the tasks instead of addresses:
    referenced_security_group_id = aws_security_group.alb.id
CloudFormation: Admit what stands in front of the tasks instead of addresses:
    SourceSecurityGroupId: !GetAtt AlbSecurityGroup.GroupId
Guide: task-groups, alb-only
See: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from collections.abc import Iterator

from taskwall.model.admission import Worn, ingress, instances, only_way_in, worn_groups
from taskwall.model.fronts import fronts
from taskwall.model.network import Network
from taskwall.model.reach import admits_internet
from taskwall.rule import Verdict, cannot_be_seen, passes, rule
from taskwall.values import Need


@rule("high", default=True, pci=True)
def open_task(network: Network) -> Iterator[Verdict]:
    for worn in worn_groups(network):
        permissions = ingress(network, worn)
        shared, only = _shared(network, worn), only_way_in(network, worn)
        for each in instances((p, admits_internet(network, p)) for p in permissions):
            permission, violated = each.permission, each.fact
            concerned = worn.fact & permission.fact
            if violated.truth is not False and only.truth is not False:
                concerned &= ~only
            yield Verdict(
                permission.on,
                permission.place,
                violated,
                f"{permission.on.name} admits {each.whom(network)} to {worn.names}"
                f" on {each.ports}{shared}",
                holds=f"{permission.on.name} does not admit the internet to {worn.names}",
                about=permission.id,
                concerned=concerned,
            )
        group = worn.thing
        if group is not None and not group.external and not permissions:
            holds = f"{group.name} admits nobody"
            yield passes(group.origin, group.origin.header, holds, worn.fact)
        if (
            group is not None
            and group.external
            and any(p.group.to == group.id for p in permissions)
        ):
            yield _unseen(worn)


def _shared(network: Network, worn: Worn) -> str:
    """The common cause, said where it is so: tasks wear the group of their own load balancer."""
    for source in worn.sources:
        for front in fronts(network, source):
            if front.balancer and any(link.to == worn.group for link in front.balancer.groups):
                return f": it is the group of {front.balancer.name} as well"
    return ""


def _unseen(worn: Worn) -> Verdict:
    """The rest of a group that is not in the sources, of which some permissions are."""
    source = min(worn.sources, key=lambda each: (each.origin.header.file, each.origin.header.line))
    link = next(link for link in source.groups if link.to == worn.group)
    text = f"{worn.group} admits the internet beside what the sources add to it"
    needs = link.fact.needs or (Need(worn.group, "is not in the sources"),)
    return cannot_be_seen(source.origin, link.place, text, needs, worn.fact)
