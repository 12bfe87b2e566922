"""Tasks that share the network of their container instance, and the groups that guard them.

So do tasks in the modes bridge and host, and on Windows NAT: what a group of the instance allows,
it allows to them.
"""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from msgspec.structs import replace

from taskwall.core.facts import FALSE, Fact, all_of, any_of
from taskwall.model.compute.container_instances import (
    ContainerInstances,
    Instances,
    container_instances,
)
from taskwall.model.compute.launch_type import awsvpc, sources_of_definition
from taskwall.model.compute.placement import hosts_of, on_ec2
from taskwall.model.core.address import Ranges
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskDefinition, TaskSource
from taskwall.model.entities.load_balancer import BalancerKind, Listener, LoadBalancer, TargetGroup
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.exposure.task_ingress import GroupAttachment
from taskwall.model.exposure.task_ports import number_of, published
from taskwall.model.load_balancing.fronts import (
    BalancerPath,
    behind,
    forwards,
    kind_by_protocol,
)
from taskwall.model.permissions.ports import Ports

Sharing: TypeAlias = tuple[TaskSource, Fact]


@remembered
def shares_network(network: Network, source: TaskSource) -> Fact:
    """Whether tasks of a source use the network of their container instance."""
    definition = network.get(TaskDefinition, source.task_definition)
    cut_off = FALSE
    if definition is not None and not definition.external:
        cut_off = definition.mode.is_("none")
    return all_of((~awsvpc(network, source), ~cut_off))


@remembered
def tasks_on(network: Network) -> tuple[tuple[ContainerInstances, tuple[Sharing, ...]], ...]:
    """Container instances with the task sources whose tasks share their network, or may do so."""
    held: dict[str, list[Sharing]] = {}
    for source, launched in on_ec2(network):
        sharing = all_of((launched, shares_network(network, source)))
        if sharing.truth is not False:
            for member, placed in hosts_of(network, source):
                fact = all_of((member.fact, sharing, placed))
                if fact.truth is not False:
                    held.setdefault(member.instances.id, []).append((source, fact))
    members = container_instances(network)
    return tuple(
        (member, tuple(held[member.instances.id]))
        for member in members
        if member.instances.id in held
    )


@remembered
def in_host_mode(network: Network) -> dict[str, TaskDefinition]:
    """The first task definition in host mode whose tasks run on instances, by the instances' id."""
    found: dict[str, TaskDefinition] = {}
    for definition in network.every(TaskDefinition):
        for source, _ in (
            sources_of_definition(network, definition) if definition.mode.known == "host" else ()
        ):
            for member, fact in hosts_of(network, source):
                if fact.truth is True:
                    found.setdefault(member.instances.id, definition)
    return found


@remembered
def host_groups(network: Network) -> tuple[GroupAttachment, ...]:
    """The groups of container instances on which tasks share the network, or may do so."""
    found: dict[str, list[Sharing]] = {}
    also: dict[str, list[BalancerPath]] = {}
    for member, held in tasks_on(network):
        ways = (
            instance_registrations(network, member) if groups_of(network, member.instances) else ()
        )
        for link in groups_of(network, member.instances):
            for group, attachment in _which(network, link, member.instances):
                pairs = found.setdefault(group, [])
                pairs += [(source, all_of((attachment, fact))) for source, fact in held]
                also.setdefault(group, []).extend(
                    replace(way, fact=all_of((attachment, way.fact))) for way in ways
                )
    return tuple(
        GroupAttachment(
            group,
            network.get(SecurityGroup, group),
            tuple(pairs),
            any_of(fact for _, fact in pairs),
            tuple(also[group]),
        )
        for group, pairs in found.items()
    )


def instance_registrations(
    network: Network, member: ContainerInstances
) -> tuple[BalancerPath, ...]:
    """The ways from load balancers in which Auto Scaling groups register container instances."""
    found = []
    for group, started in member.scaled_by:
        for link in group.load_balancers:
            balancer = network.get(LoadBalancer, link)
            if balancer is not None and not balancer.external:
                fact = all_of((started.fact, link.fact))
                found.append(BalancerPath(balancer, None, None, "classic", fact))
        for link in group.target_groups:
            target = network.get(TargetGroup, link)
            for forward in forwards(network).get(link.to, ()) if target is not None else ():
                listener = network.get(Listener, forward.listener)
                balancer = network.get(LoadBalancer, listener.load_balancer) if listener else None
                if balancer is None or listener is None:
                    continue
                kind: BalancerKind = (
                    "network" if balancer.kind.known == "network" else "application"
                )
                fact = all_of((started.fact, link.fact, forward.fact))
                if balancer.external:
                    needs = listener.load_balancer.fact.needs or balancer.external
                    spoken = kind_by_protocol(listener.protocol.known)
                    found.append(BalancerPath(None, listener, target, spoken, fact, needs))
                else:
                    found.append(BalancerPath(balancer, listener, target, kind, fact))
    return tuple(found)


def unseen_balancers(network: Network) -> Iterator[tuple[TaskSource, BalancerPath]]:
    """Task sources on instances that are registered with a load balancer not in the sources."""
    for member, held in tasks_on(network):
        for front in instance_registrations(network, member):
            if front.balancer is None:
                yield held[0][0], front


def groups_of(network: Network, instances: Instances) -> tuple[Link, ...]:
    """The groups of instances: their own, else those of their launch template."""
    template = network.get(Instances, instances.template)
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
            Fact(
                None,
                f"{by.name} uses security group {group.name}",
                link.place,
                by.name,
                link.fact.needs,
            ),
        )
        for group in network.every(SecurityGroup)
    ]


def ports_before(network: Network, attachment: GroupAttachment) -> Ports:
    """The ports of the instance that tasks behind a load balancer publish, or are registered by."""
    parts = []
    for source, fact in attachment.attached:
        way = all_of((fact, behind(network, source)))
        if way.truth or (attachment.also and fact.truth):
            parts.append(published(network, source))
        elif way.truth is None:
            parts.append(Ports(needs=(*way.waits_for(), *published(network, source).needs)))
    for front in attachment.also:
        group = front.target_group
        number = number_of(group.port) if group is not None else None
        if number is not None:
            parts.append(Ports(Ranges(((number, number),))))
    return Ports.union(parts)
