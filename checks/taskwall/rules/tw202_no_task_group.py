"""TW202: Tasks have security groups of their own.

What: A service (or anything else that starts tasks in awsvpc mode) sets no security groups, so that
    its tasks get the VPC's default group, or sets that default group itself. Or it has no network
    configuration at all, which AWS refuses.
Why: The default group allows all traffic between its members. Anything else that gets it, such as
    another service, a database or a forgotten instance, can connect to the tasks on every port.
Fine when: Never: a group of its own costs nothing.
Terraform: Give network_configuration a group for these tasks only:
    security_groups = [<the tasks' own group>.id]
CloudFormation: Give AwsvpcConfiguration a group for these tasks only:
    SecurityGroups: [<the tasks' own group>]
Guide: task-groups
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
"""

from collections.abc import Iterator

from taskwall.core.change import Placeholder
from taskwall.core.facts import Fact, any_of
from taskwall.core.values import NO_DEFAULT
from taskwall.model.compute.launch_type import awsvpc
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.exposure.default_group import (
    about_default_group,
    names_default_group,
    names_groups,
)
from taskwall.rules._rule import Verdict, rule

_OWN = (Placeholder("id of a security group for these tasks"),)


@rule("medium", default=True, pci=True)
def no_task_group(network: Network) -> Iterator[Verdict]:
    for source in network.every(TaskSource):
        if source.managed or source.gateways or source.network_from == "elsewhere":
            continue
        mode = awsvpc(network, source)
        own = [(link, network.get(SecurityGroup, link)) for link in source.groups]
        at, perhaps = source.groups_setting.place, []
        for link, group in own:
            if group is not None and group.default:
                at = link.place
            elif not link.to or (group is not None and group.external):
                perhaps.append(_may_be_default(source, link, group))
        named = any_of((~names_groups(source), *names_default_group(network, source)))
        refused = source.networked.truth is False  # by AWS, if the mode is awsvpc
        settable = not refused and not source.groups_setting.value
        yield Verdict(
            source.origin,
            at,
            ~source.networked if refused else any_of((named, *perhaps)),
            f"awsvpc tasks of {source.name} have no network configuration"
            if refused
            else f"tasks of {source.name} get the VPC's default security group",
            holds=f"tasks of {source.name} have security groups of their own",
            about=about_default_group(network, source),
            concerned=mode if refused else mode & source.networked,
            unreported=_is_from_elsewhere(source, named) or (refused and mode.truth is None),
            changes=source.groups_setting.to(_OWN) if settable else (),
        )


def _is_from_elsewhere(source: TaskSource, named: Fact) -> bool:
    """Whether only groups, or a whole list of them, are not known that somebody has to give."""
    if named.truth is not None or (source.groups and all(link.exact for link in source.groups)):
        return named.truth is False
    return all(need.why == NO_DEFAULT for need in named.waits_for())


def _may_be_default(source: TaskSource, link: Link, group: SecurityGroup | None) -> Fact:
    """That a group that is not written may be the default one, which hardly anybody names."""
    text = f"{source.name} uses the VPC's default security group"
    needs = group.external if group is not None else link.fact.needs
    return link.fact & Fact(None, text, link.place, source.name, needs)
