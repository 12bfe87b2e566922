"""Tasks that share the network of their host, and the groups that guard them.

So do tasks in the modes bridge and host, and on Windows NAT: what a group of the instance allows,
it allows to them.
"""

from collections.abc import Iterator
from typing import TypeAlias

from msgspec.structs import replace

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.model.compute.container_instances import (
    ContainerInstances,
    Start,
    container_instances,
)
from taskwall.model.compute.hosts import Host, host_of, host_security_groups, hosts
from taskwall.model.compute.launch_type import awsvpc, runs_on, sources_of_definition
from taskwall.model.compute.placement import Unseen, any_task, hosts_of, kinds_near
from taskwall.model.core.address import Ranges
from taskwall.model.core.entity import Entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import CapacityProvider, Cluster, TaskDefinition, TaskSource
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.exposure.task_ingress import GroupAttachment
from taskwall.model.exposure.task_ports import number_of, published
from taskwall.model.load_balancing.paths import (
    BalancerPath,
    behind,
    instance_paths,
    registrars,
)
from taskwall.model.permissions.peers import groups_meant
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
def tasks_on(network: Network) -> tuple[tuple[Host, tuple[Sharing, ...]], ...]:
    """Hosts with the task sources whose tasks share their network, or may do so."""
    found: dict[str, Host] = {
        each.instances.id: host_of(network, each) for each in container_instances(network)
    }
    held: dict[str, list[Sharing]] = {}
    for source in network.every(TaskSource):
        sharing = shares_network(network, source)
        for host, placed in hosts(network, source) if sharing.truth is not False else ():
            launched = runs_on(network, source, host.launch)
            joins = () if host.member is None else (host.member.fact,)
            fact = all_of((*joins, launched, sharing, placed))
            if fact.truth is not False:
                found.setdefault(host.id, host)
                held.setdefault(host.id, []).append((source, fact))
    return tuple((host, tuple(held[key])) for key, host in found.items() if key in held)


def shared_managed(network: Network) -> Iterator[tuple[Start, Fact]]:
    """Where Managed Instances start whose network tasks share, and whether any do."""
    for host, held in tasks_on(network):
        if isinstance(host.on, CapacityProvider) and host.subnets:
            start = Start(host.on, TRUE, host.subnets, host.on.subnets_setting)
            yield start, any_of(fact for _, fact in held)


@remembered
def on_unseen_hosts(network: Network) -> tuple[Sharing, ...]:
    """The task sources that share the network of hosts which are not in the sources."""
    found = []
    for source in network.every(TaskSource):
        sharing = shares_network(network, source)
        if sharing.truth is not False and not hosts(network, source):
            found.append((source, sharing))
    return tuple(found)


@remembered
def in_host_mode(network: Network) -> dict[str, TaskDefinition]:
    """The first task definition in host mode whose tasks run on instances, by the instances' id."""
    found: dict[str, TaskDefinition] = {}
    for definition in network.every(TaskDefinition):
        for source, starts in (
            sources_of_definition(network, definition) if definition.mode.known == "host" else ()
        ):
            for member, fact in hosts_of(network, source):
                if all_of((starts.fact, fact)).truth:
                    found.setdefault(member.instances.id, definition)
    return found


def holds_host_mode(network: Network, member: ContainerInstances) -> Fact:
    """Whether tasks in host mode run on container instances.

    Who runs tasks in a cluster of the sources is in the sources, if anybody there does; any task
    may run in another one.
    """
    name, at = member.instances.name, member.instances.origin.header
    near = kinds_near(network, member)
    if not near:
        return any_task(network, member)
    parts = []
    for link in member.clusters:
        cluster = network.get(Cluster, link)
        loose = [link]
        if link.exact and (cluster is None or cluster.external):
            # It may be the cluster of tasks of which nobody knows in which they run.
            loose = [one.cluster for one in near if one.cluster]
            if all(one.exact for one in loose):
                return any_task(network, member)
        for open_ in (one for one in loose if not one.exact):
            text = f"tasks of another cluster can be placed on {name}"
            parts.append(Fact(None, text, open_.place, name, open_.waits("a cluster")))
    if member.open:
        parts.append(Fact(None, f"tasks of another cluster run on {name}", at, name, member.open))
    for host, held in tasks_on(network):
        if host.id == member.instances.id:
            parts += [all_of((fact, starts_host_mode(network, source))) for source, fact in held]
    none = f"no task source of the cluster of {name} has tasks in host mode"
    return any_of((Fact(False, "", at, name, otherwise=none), *parts))


def starts_host_mode(network: Network, source: TaskSource) -> Fact:
    """Whether the tasks of a source are in host mode."""
    definition, link = network.get(TaskDefinition, source.task_definition), source.task_definition
    if definition is not None and not definition.external:
        return definition.mode.is_("host")
    at, waits = source.origin.header, (link.waits("a task definition") if link else ())
    return Fact(None, f"tasks of {source.name} are in host mode", at, source.name, waits)


@remembered
def host_groups(network: Network) -> tuple[GroupAttachment, ...]:
    """The groups of hosts on which tasks share the network, or may do so."""
    found: dict[str, list[Sharing]] = {}
    used_by: dict[str, list[Entity]] = {}
    also: dict[str, list[BalancerPath]] = {}
    for host, held in tasks_on(network):
        groups = host_security_groups(network, host)
        ways = instance_registrations(network, host.member) if host.member and groups else ()
        for link in groups:
            for group, uses in groups_meant(network, link):
                used_by.setdefault(group, []).append(host.on)
                pairs = found.setdefault(group, [])
                pairs += [(source, all_of((uses, fact))) for source, fact in held]
                also.setdefault(group, []).extend(
                    replace(way, fact=all_of((uses, way.fact))) for way in ways
                )
    return tuple(
        GroupAttachment(
            group,
            network.get(SecurityGroup, group),
            tuple(pairs),
            any_of(fact for _, fact in pairs),
            tuple(also[group]),
            hosts=tuple(used_by[group]),
        )
        for group, pairs in found.items()
    )


def instance_registrations(
    network: Network, member: ContainerInstances
) -> tuple[BalancerPath, ...]:
    """The ways from load balancers in which container instances are registered."""
    return tuple(
        replace(front, fact=all_of((fact, front.fact)))
        for by, fact in registrars(network, member)
        for front in instance_paths(network, by)
    )


def unseen_balancers(network: Network) -> Iterator[Unseen]:
    """Task sources on instances that are registered with a load balancer not in the sources."""
    for host, held in tasks_on(network):
        source = held[0][0]
        for by, fact in registrars(network, host.member) if host.member else ():
            for front in instance_paths(network, by):
                if front.balancer is None:
                    listener = front.listener
                    at = listener.load_balancer.place if listener else front.place
                    waiting = all_of((fact, front.fact))
                    yield Unseen(source, at or source.origin.header, front.needs, waiting)


def ports_before(network: Network, attachment: GroupAttachment) -> Ports:
    """The ports of the instance that tasks behind a load balancer publish, or are registered by."""
    parts = []
    for source, fact in attachment.attached:
        way = all_of((fact, behind(network, source)))
        here = {host.id for host, _ in hosts(network, source)}
        ports = Ports.union(
            published(network, source, on) for on in attachment.hosts if on.id in here
        )
        if way.truth or (attachment.also and fact.truth):
            parts.append(ports)
        elif way.truth is None:
            parts.append(Ports(needs=(*way.waits_for(), *ports.needs)))
    for front in attachment.also:
        group = front.target_group
        number = number_of(group.port) if group is not None else None
        if number is not None:
            parts.append(Ports(Ranges(((number, number),))))
    return Ports.union(parts)
