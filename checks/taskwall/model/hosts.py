"""Tasks that share the network of their container instance, and the groups that guard them.

So do tasks in the modes bridge and host, and on Windows NAT: what a group of the instance admits,
it admits to them.
"""

from collections.abc import Iterable
from typing import TypeAlias

from taskwall.facts import FALSE, Fact, all_of, any_of
from taskwall.model.admission import Worn
from taskwall.model.capacity import (
    ContainerInstances,
    Instances,
    container_instances,
    on_ec2,
    placed,
)
from taskwall.model.group import SecurityGroup
from taskwall.model.launch import awsvpc
from taskwall.model.network import Network, remembered
from taskwall.model.thing import Link
from taskwall.model.work import TaskDefinition, TaskSource

Sharing: TypeAlias = tuple[TaskSource, Fact]


@remembered
def shares_network(network: Network, source: TaskSource) -> Fact:
    """Whether tasks of a source use the network of their container instance."""
    definition = network.at(TaskDefinition, source.task_definition)
    cut_off = FALSE
    if definition is not None and not definition.external:
        cut_off = definition.mode.is_("none")
    return all_of((~awsvpc(network, source), ~cut_off))


@remembered
def tasks_on(network: Network) -> tuple[tuple[ContainerInstances, tuple[Sharing, ...]], ...]:
    """Container instances with the task sources whose tasks share their network, or may do so."""
    sharing = []
    for source, launched in on_ec2(network):
        fact = all_of((launched, shares_network(network, source)))
        if fact.truth is not False:
            sharing.append((source, fact))
    found = []
    for member in container_instances(network):
        here = [
            (source, all_of((member.fact, fact, placed(network, member, source))))
            for source, fact in sharing
        ]
        held = tuple((source, fact) for source, fact in here if fact.truth is not False)
        if held:
            found.append((member, held))
    return tuple(found)


@remembered
def host_groups(network: Network) -> tuple[Worn, ...]:
    """The groups of container instances on which tasks share the network, or may do so."""
    found: dict[str, list[Sharing]] = {}
    for member, held in tasks_on(network):
        for link in groups_of(network, member.instances):
            for group, worn in _which(network, link, member.instances):
                pairs = found.setdefault(group, [])
                pairs += [(source, all_of((worn, fact))) for source, fact in held]
    return tuple(
        Worn(group, network.at(SecurityGroup, group), tuple(pairs), any_of(f for _, f in pairs))
        for group, pairs in found.items()
    )


def groups_of(network: Network, instances: Instances) -> tuple[Link, ...]:
    """The groups of instances: their own, else those of their launch template."""
    template = network.at(Instances, instances.template)
    if instances.groups or instances.groups_setting.needs or template is None:
        return instances.groups
    return template.groups


def _which(network: Network, link: Link, by: Instances) -> Iterable[tuple[str, Fact]]:
    """The groups that a tie leads to: one, or whichever of the sources."""
    if link.to:
        return [(link.to, link.fact)]
    return [
        (
            group.id,
            Fact(None, f"{by.name} uses group {group.name}", link.place, by.name, link.fact.needs),
        )
        for group in network.every(SecurityGroup)
    ]
