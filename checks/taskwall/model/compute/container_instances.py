"""Container instances: what they are made from, and which clusters they join.

A launch template, launch configuration or instance is lowered to `Instances`, whether or not it
has to do with ECS; `container_instances` says which of them do. Fargate and Managed Instances are
no container instances in this sense.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.core.entity import Entity, Link, Setting, put_out_with
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import (
    AutoScalingGroup,
    CapacityProvider,
    Cluster,
    ClusterProviders,
    TaskSource,
)
from taskwall.model.entities.ecs_agent import Agent

T = TypeVar("T")


class MetadataOptions(Struct, frozen=True):
    """How instances let themselves be asked for metadata, in the texts that AWS takes."""

    endpoint: Setting
    tokens: Setting
    hop_limit: Setting


class MetadataDefaults(Entity, frozen=True, kw_only=True):
    """Metadata options that the account gives to instances whose own are not set."""

    options: MetadataOptions


class Instances(Entity, frozen=True, kw_only=True):
    """EC2 instances, as a launch template, launch configuration or instance describes them.

    `word` is which of these. `types` are the instance types (or patterns) that it names,
    `by_attributes` whether AWS chooses the type by attributes alone. `groups` are its security
    groups.
    `public_address` is whether they get a public address, None where their subnets decide;
    `unsent` says why, where the sources say something else.
    `interfaces` are the network interfaces that they name, resources of their own, by id.
    `agent` and `metadata` are None where an instance leaves them to its launch `template`, if the
    sources write that.
    `optimized` is whether its image is known to be made for ECS.
    """

    word: str
    types: tuple[Setting, ...] = ()
    by_attributes: Fact = FALSE
    groups: tuple[Link, ...] = ()
    groups_setting: Setting
    subnets: tuple[Link, ...] = ()
    subnets_setting: Setting | None = None
    public_address: Setting | None = None
    unsent: Fact = TRUE
    interfaces: tuple[str, ...] = ()
    metadata: MetadataOptions | None
    agent: Agent | None
    template: Link | None = None
    optimized: bool = False

    @property
    def is_started(self) -> bool:
        """Whether others start them: what describes instances of its own starts those itself.

        What may be in a module that is not there may be either.
        """
        return self.word in ("launch template", "launch configuration") or self.origin.silent


class InterfaceGroup(Struct, frozen=True):
    """A security group that a resource of its own gives to an instance, or to an interface."""

    instances: Link
    group: Link


class InstanceAddress(Struct, frozen=True):
    """That an instance, or a network interface, has an Elastic IP."""

    instances: Link


class Registration(Struct, frozen=True):
    """That an instance is registered by itself, and not by an Auto Scaling group.

    `port` is the one at which a target group reaches it, in place of the target group's own.
    """

    name: str
    instances: Link
    port: Setting
    target_groups: tuple[Link, ...] = ()
    load_balancers: tuple[Link, ...] = ()


class ContainerInstances(Struct, frozen=True):
    """Instances that join a cluster, or may do so.

    `fact` is whether they do. `clusters` are those that they are known to join (an id "default"
    is the cluster that the agent joins where nothing names one); where there are none of these,
    `open` is what that waits for. `providers` are the capacity providers that they serve,
    `scaled_by` the Auto Scaling groups that start them (which say in which target groups, of which
    overriding types).
    """

    instances: Instances
    fact: Fact
    clusters: tuple[Link, ...]
    open: tuple[Need, ...]
    providers: tuple[tuple[CapacityProvider, Fact], ...]
    scaled_by: tuple[tuple[AutoScalingGroup, Link], ...]

    @property
    def types(self) -> tuple[Setting, ...]:
        """The instance types: those of mixed instances policies, where there are any."""
        found: list[Setting] = []
        for group, _ in self.scaled_by:
            found += group.types or self.instances.types
        return tuple(found) if self.scaled_by else self.instances.types


def public_address(network: Network, instances: Instances) -> Setting | None:
    """Whether instances, or their launch template, get a public address; None: subnets decide."""
    template = network.get(Instances, instances.template)
    return instances.public_address or (template.public_address if template else None)


def elastic_address(network: Network, instances: Instances) -> Fact:
    """Whether instances, or a network interface that they take, have an Elastic IP."""
    template = network.get(Instances, instances.template)
    interfaces = instances.interfaces or (template.interfaces if template else ())
    given = _addresses(network)
    return any_of(fact for one in (instances.id, *interfaces, "") for fact in given.get(one, ()))


@remembered
def _addresses(network: Network) -> dict[str, list[Fact]]:
    """That there is an Elastic IP, by the id of the instance or interface that it is for.

    Those that may be for any of the sources are at "".
    """
    found: dict[str, list[Fact]] = {}
    for each in network.every(InstanceAddress):
        link = each.instances
        if link.to:
            found.setdefault(link.to, []).append(link.fact)
        if not link.exact and link.written is not False and link.fact.truth is not False:
            found.setdefault("", []).append(replace(link.fact, truth=None))
    return found


class Start(Struct, frozen=True):
    """What says in which subnets instances start: an Auto Scaling group, or they themselves.

    `setting` is the attribute that names them, `fact` whether it is about these instances.
    """

    by: Entity
    fact: Fact
    subnets: tuple[Link, ...]
    setting: Setting


def starts(member: ContainerInstances) -> Iterator[Start]:
    """Where container instances are started, as far as the sources write it.

    A group that names no subnets starts them where the interface of their launch template is; so
    may one that is in a module which is not there.
    """
    own = member.instances
    for group, link in member.scaled_by:
        decides = not group.subnets or group.origin.silent
        if own.subnets and own.subnets_setting is not None and decides:
            yield Start(own, link.fact, own.subnets, own.subnets_setting)
        elif group.subnets_setting is not None:
            yield Start(group, link.fact, group.subnets, group.subnets_setting)
    if own.subnets_setting is not None and not member.scaled_by:
        yield Start(own, TRUE, own.subnets, own.subnets_setting)


@remembered
def container_instances(network: Network) -> tuple[ContainerInstances, ...]:
    """The container instances of the sources, and whatever may turn out to be some.

    Instances of which nothing tells what they are for count only where the sources have to do
    with ECS at all.
    """
    may = uses_ecs(network)
    return tuple(
        each
        for each in all_instances(network)
        if each.fact.truth or (each.fact.truth is None and may)
    )


@remembered
def all_instances(network: Network) -> tuple[ContainerInstances, ...]:
    """All instances of the sources, each with whether it joins a cluster."""
    groups: dict[str, list[tuple[AutoScalingGroup, Link]]] = {}
    for group in network.every(AutoScalingGroup):
        for link in group.made_from:
            groups.setdefault(link.to, []).append((group, link))
    standalone: dict[str, list[Instances]] = {}
    for instances in network.every(Instances):
        if instances.template is not None:
            standalone.setdefault(instances.template.to, []).append(instances)
    providers = network.grouped(CapacityProvider, _group_of)
    # A group that starts nobody knows what may start any of these.
    loose = groups.pop("", [])
    found = []
    for instances in network.every(Instances):
        open_ = (*loose, *of_its_module(instances, groups)) if instances.is_started else ()
        may = (
            (group, link.perhaps(instances.id, instances.name))
            for group, link in open_
            if not link.excludes(instances.id)
        )
        scaled_by = (*groups.get(instances.id, ()), *may)
        found.append(_member(network, instances, scaled_by, providers, standalone))
    return tuple(found)


@remembered
def overriding(network: Network) -> tuple[tuple[AutoScalingGroup, Fact], ...]:
    """Auto Scaling groups of capacity providers that override types of templates from elsewhere."""
    found = []
    for provider in network.every(CapacityProvider):
        for group, link in network.meant(AutoScalingGroup, provider.auto_scaling_group):
            templates = [network.get(Instances, each) for each in group.made_from]
            overrides = group.types or group.by_attributes
            if overrides and all(each is None or each.external for each in templates):
                found.append((group, all_of((link.fact, provider.exists))))
    return tuple(found)


def _group_of(provider: CapacityProvider) -> tuple[str, ...]:
    return (provider.auto_scaling_group.to,) if provider.auto_scaling_group else ()


def uses_ecs(network: Network) -> bool:
    """Whether the sources have anything of ECS that instances could serve."""
    return any(network.every(kind) for kind in (Cluster, CapacityProvider, TaskSource))


def _member(
    network: Network,
    instances: Instances,
    scaled_by: tuple[tuple[AutoScalingGroup, Link], ...],
    by_group: dict[str, list[CapacityProvider]],
    standalone: dict[str, list[Instances]],
) -> ContainerInstances:
    name = instances.name
    serves = []
    for group, link in scaled_by:
        open_ = (*by_group.get("", ()), *of_its_module(group, by_group))
        for provider in (*by_group.get(group.id, ()), *open_):
            tie = provider.auto_scaling_group
            if tie is None:
                continue
            text = f"{provider.name} starts {group.name}"
            known = tie.fact
            if tie.to != group.id:
                known = Fact(None, text, tie.place, name, tie.fact.needs)
            serves.append((provider, all_of((link.fact, known))))
    agents = [instances.agent] if instances.agent else []
    agents += [other.agent for other in standalone.get(instances.id, ()) if other.agent]
    template = network.get(Instances, instances.template)
    if template is not None and template.agent is not None and instances.agent is None:
        agents.append(template.agent)
    joins = any_of((*(fact for _, fact in serves), *(agent.joins for agent in agents)))
    if instances.optimized and (serves or not _joins_no_cluster_here(network, instances, agents)):
        text = f"{name} starts an image made for ECS"
        joins = Fact(True, text, instances.origin.header, name)
    clusters: list[Link] = []
    waits: list[Need] = []
    for provider, _ in serves:
        clusters += _clusters_of(network, provider)
    for agent in agents:
        # Instances of a capacity provider can only be in its cluster, so that what is not written
        # of it, or not known, is open of others only.
        if agent.cluster is not None and not (clusters and agent.cluster.to == "default"):
            clusters.append(agent.cluster)
        if not clusters:
            waits += agent.cluster_needs
    return ContainerInstances(
        instances, joins, tuple(clusters), tuple(waits), tuple(serves), scaled_by
    )


def _joins_no_cluster_here(network: Network, instances: Instances, agents: Sequence[Agent]) -> bool:
    """Whether all that an instance has of ECS is the agent in its image, which nothing sets up.

    That one joins the cluster `default`, whatever the machine is for. Where the sources have
    clusters, and none that is called so, no task of theirs is ever placed there.
    """
    clusters = network.every(Cluster)
    return (
        not instances.is_started
        and bool(clusters and agents)
        and all(each.written and each.cluster and each.cluster.to == "default" for each in agents)
        and not any(each.named.open or each.named.known == "default" for each in clusters)
        and not any(_may_be_default(each.cluster) for each in network.every(TaskSource))
    )


def _may_be_default(cluster: Link | None) -> bool:
    return cluster is None or cluster.to == "default" or not cluster.exact


def of_its_module(possible: Entity, users: dict[str, list[T]]) -> Iterator[T]:
    """Those among users of entities, by these entities' ids, that may mean one of an absent module.

    They use what the module puts out that may make the possible entity.
    """
    for to, found in users.items() if possible.origin.silent else ():
        if to != possible.id and put_out_with(to, possible):
            yield from found


def _clusters_of(network: Network, provider: CapacityProvider) -> Iterator[Link]:
    """The clusters that a capacity provider is associated with, or may be."""
    known = _by_provider(network)
    yield from (*known.get(provider.id, ()), *known.get("", ()))


@remembered
def _by_provider(network: Network) -> dict[str, list[Link]]:
    """Clusters by their providers; "" holds those of which it is not known which they have."""
    found: dict[str, list[Link]] = {}
    for association in network.every(ClusterProviders):
        for link in association.providers:
            open_ = () if link.to else (link.fact,)
            found.setdefault(link.to, []).append(association.cluster.only_if(*open_))
    for cluster in network.every(Cluster):
        for link in cluster.providers:
            found.setdefault(link.to, []).append(Link(cluster.id, link.fact, link.place))
    return found
