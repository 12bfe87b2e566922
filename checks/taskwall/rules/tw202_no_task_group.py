"""TW202: Tasks name security groups of their own.

What: A service (or anything else that starts tasks in awsvpc mode) names no security groups, so
    that its tasks get the VPC's default group, or names that default group itself.
Why: The default group admits all its members on all ports. Whatever else falls into it, another
    service, a database, a forgotten instance, can talk to the tasks freely.
Fine when: Never by intention: a group of its own costs nothing.
Terraform: Give network_configuration a group that is made for these tasks:
    security_groups = [aws_security_group.web.id]
CloudFormation: Give AwsvpcConfiguration a group that is made for these tasks:
    SecurityGroups: [!Ref WebSecurityGroup]
Guide: task-groups
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
"""

from collections.abc import Iterator

from taskwall.facts import Fact, any_of
from taskwall.model.group import SecurityGroup
from taskwall.model.launch import awsvpc
from taskwall.model.network import Network
from taskwall.model.work import TaskSource
from taskwall.rule import Verdict, rule


@rule("medium", default=True, pci=True)
def no_task_group(network: Network) -> Iterator[Verdict]:
    for source in network.every(TaskSource):
        if source.managed or source.gateways or source.network_from == "elsewhere":
            continue
        mode = awsvpc(network, source)
        own = [(link, network.at(SecurityGroup, link)) for link in source.groups]
        default = [
            Fact(True, f"{source.name} uses the VPC's default group", link.place, source.name)
            & link.fact
            for link, group in own
            if group is not None and group.default
        ]
        at = source.groups_setting.place
        for link, group in own:
            if group is not None and group.default:
                at = link.place
        yield Verdict(
            source.origin,
            at,
            ~_named(source) | any_of(default),
            f"tasks of {source.name} get the VPC's default security group",
            holds=f"tasks of {source.name} have security groups of their own",
            concerned=mode & source.networked,
        )


def _named(source: TaskSource) -> Fact:
    """Whether a source names any group at all: a known list with one element does."""
    place, name = source.groups_setting.place, source.name
    text = f"{name} names security groups"
    otherwise = f"{name} names no security groups, so AWS takes the VPC's default group"
    if any(link.sure for link in source.groups):
        return Fact(True, text, place, name)
    if source.groups or source.groups_setting.needs:
        needs = source.groups_setting.needs or tuple(
            need for link in source.groups for need in link.fact.needs
        )
        return Fact(None, text, place, name, needs)
    return Fact(False, text, place, name, otherwise=otherwise)
