"""Container instances: what they are made from, which cluster they join, and whose tasks they run.

A launch template, launch configuration or instance is lowered to `Instances`, whether or not it
has to do with ECS; `container_instances` says which of them do, and `placed` which task sources
can have tasks on them. Fargate and Managed Instances are no container instances in this sense.
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.facts import FALSE, Fact, all_of, any_of
from taskwall.model.agent import Agent
from taskwall.model.launch import awsvpc, runs_on, strategy
from taskwall.model.network import Network, remembered
from taskwall.model.thing import Link, Setting, Thing, alike
from taskwall.model.work import (
    AutoScalingGroup,
    CapacityProvider,
    Cluster,
    ClusterProviders,
    TaskSource,
)
from taskwall.values import Need, Place


class MetadataOptions(Struct, frozen=True):
    """How instances let themselves be asked for metadata, in the texts that AWS takes."""

    endpoint: Setting
    tokens: Setting
    hop_limit: Setting


class MetadataDefaults(Thing, frozen=True, kw_only=True):
    """Metadata options that the account gives to instances whose own are not set."""

    options: MetadataOptions


class Instances(Thing, frozen=True, kw_only=True):
    """EC2 instances, as a launch template, launch configuration or instance describes them.

    `word` is which of these. `types` are the instance types (or patterns) that it names,
    `by_attributes` whether AWS chooses the type by attributes alone. `groups` are its security
    groups.
    `agent` and `metadata` are None where an instance leaves them to its launch `template`.
    `optimized` is whether its image is known to be made for ECS.
    """

    word: str
    types: tuple[Setting, ...] = ()
    by_attributes: Fact = FALSE
    groups: tuple[Link, ...] = ()
    groups_setting: Setting
    subnets: tuple[Link, ...] = ()
    metadata: MetadataOptions | None
    agent: Agent | None
    template: Link | None = None
    optimized: bool = False


class ContainerInstances(Struct, frozen=True):
    """Instances that join a cluster, or may do so.

    `fact` is whether they do. `clusters` are those that they are known to join (an id "default"
    is the cluster that the agent joins where nothing names one), `open` what further ones wait
    for. `providers` are the capacity providers that they serve, `scaled_by` the Auto Scaling
    groups that start them (which say in which target groups, of which overriding types).
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


@remembered
def container_instances(network: Network) -> tuple[ContainerInstances, ...]:
    """The container instances of the sources, and whatever may turn out to be some.

    Instances of which nothing tells what they are for count only where the sources have to do
    with ECS at all.
    """
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
        scaled_by = (*groups.get(instances.id, ()), *(_may_start(*each) for each in loose))
        member = _member(network, instances, scaled_by, providers, standalone)
        if member.fact.truth is True or (member.fact.truth is None and _uses_ecs(network)):
            found.append(member)
    return tuple(found)


def _may_start(group: AutoScalingGroup, link: Link) -> tuple[AutoScalingGroup, Link]:
    text, needs = f"{group.name} starts these instances", link.fact.needs
    return group, replace(link, fact=Fact(None, text, link.place, group.name, needs))


def _group_of(provider: CapacityProvider) -> tuple[str, ...]:
    return (provider.auto_scaling_group.to,) if provider.auto_scaling_group else ()


def _uses_ecs(network: Network) -> bool:
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
        for provider in (*by_group.get(group.id, ()), *by_group.get("", ())):
            tie = provider.auto_scaling_group
            if tie is None:
                continue
            text = f"{provider.name} starts {group.name}"
            known = tie.fact if tie.to else Fact(None, text, tie.place, name, tie.fact.needs)
            serves.append((provider, all_of((link.fact, known))))
    agents = [instances.agent] if instances.agent else []
    agents += [other.agent for other in standalone.get(instances.id, ()) if other.agent]
    template = network.at(Instances, instances.template)
    if template is not None and template.agent is not None and instances.agent is None:
        agents.append(template.agent)
    joins = any_of((*(fact for _, fact in serves), *(agent.joins for agent in agents)))
    if instances.optimized:
        text = f"{name} starts an image that is made for ECS"
        joins = Fact(True, text, instances.origin.header, name) | joins
    clusters: list[Link] = []
    waits: list[Need] = []
    for provider, _ in serves:
        clusters += _clusters_of(network, provider)
    for agent in agents:
        if agent.cluster is not None:
            clusters.append(agent.cluster)
        if not clusters:
            # Instances of a capacity provider can only be in its cluster.
            waits += agent.cluster_needs
    return ContainerInstances(
        instances, joins, tuple(clusters), tuple(waits), tuple(serves), scaled_by
    )


def _clusters_of(network: Network, provider: CapacityProvider) -> Iterator[Link]:
    """The clusters that a capacity provider is associated with."""
    yield from _by_provider(network).get(provider.id, ())


@remembered
def _by_provider(network: Network) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = {}
    for association in network.every(ClusterProviders):
        for link in association.providers:
            found.setdefault(link.to, []).append(association.cluster)
    for cluster in network.every(Cluster):
        for link in cluster.providers:
            found.setdefault(link.to, []).append(Link(cluster.id, link.fact, link.place))
    return found


@remembered
def on_ec2(network: Network) -> list[tuple[TaskSource, Fact]]:
    """The task sources whose tasks run on container instances, or may."""
    found = []
    for source in network.every(TaskSource):
        launched = runs_on(network, source, "EC2")
        if launched.truth is not False:
            found.append((source, launched))
    return found


@remembered
def kinds_of_source(network: Network) -> tuple[TaskSource, ...]:
    """The first task source, in the order of files, of each kind that is placed alike.

    Many services of a cluster need one answer: what holds of one in `placed`,
    `joins_cluster_of` and `awsvpc` holds of all of its kind.
    """
    found: dict[object, TaskSource] = {}
    for source in sorted(network.every(TaskSource), key=_position):
        found.setdefault(_kind(network, source), source)
    return tuple(found.values())


def _position(source: TaskSource) -> tuple[str, int]:
    return source.origin.header.file, source.origin.header.line


def _kind(network: Network, source: TaskSource) -> object:
    """What decides where tasks of a source can be placed."""
    launched, own = runs_on(network, source, "EC2"), awsvpc(network, source)
    links = (source.cluster, *strategy(network, source).providers)
    ties = tuple((link.to, link.exact, link.sure, link.fact.needs) for link in links if link)
    fargate = launched.truth is False
    needs = () if fargate else (launched.waits_for(), own.waits_for())
    return source.cluster is None, ties, launched.truth, own.truth, needs


def placed(network: Network, member: ContainerInstances, source: TaskSource) -> Fact:
    """Whether tasks of a source can be placed on container instances.

    With a capacity provider strategy (its own, or its cluster's default) on those of its
    providers, else on all that join its cluster.
    """
    launched = runs_on(network, source, "EC2")
    if launched.truth is False:
        return launched
    here = _by_strategy(network, member, source)
    return all_of((launched, here if here is not None else joins_cluster_of(member, source)))


def _by_strategy(network: Network, member: ContainerInstances, source: TaskSource) -> Fact | None:
    """Whether a strategy places tasks on container instances; None where there is no strategy."""
    providers = strategy(network, source).providers
    if not providers:
        return None
    served = {provider.id: fact for provider, fact in member.providers}
    name, instances = source.name, member.instances.name
    parts = []
    for link in providers:
        text = f"{name} runs on a capacity provider that starts {instances}"
        provider = network.at(CapacityProvider, link)
        if link.to in served:
            parts.append(all_of((link.fact, served[link.to])))
        elif provider is None or provider.external:
            waits = link.fact.needs or (Need(link.to or name, "is not in the sources"),)
            parts.append(Fact(None, text, link.place, name, waits))
        else:
            told = f"{name} runs on {provider.name}, which does not start {instances}"
            parts.append(Fact(False, text, link.place, name, otherwise=told))
    return any_of(parts)


def joins_cluster_of(member: ContainerInstances, source: TaskSource) -> Fact:
    """Whether container instances join the cluster of a task source."""
    name, instances = source.name, member.instances.name
    place = source.cluster.place if source.cluster else source.origin.header
    cluster = (source.cluster.to if source.cluster else "default") or "a cluster"
    text = f"{instances} joins {cluster}, where {name} runs"
    parts = []
    for link in member.clusters:
        same = alike(link, source.cluster) if source.cluster else link.to == "default"
        needs = (*link.fact.needs, *(source.cluster.fact.needs if source.cluster else ()))
        told = f"{instances} joins another cluster than {name}"
        parts.append(Fact(same, text, place, name, () if same is not None else needs, told))
    if member.open or not parts:
        waits = member.open or (Need(f"the cluster of {instances}", "is not in the sources"),)
        parts.append(Fact(None, text, place, name, waits))
    return any_of(parts)


class Unseen(Struct, frozen=True):
    """A task source on EC2 whose container instances are not in the sources.

    `at` is the attribute through which they are external.
    """

    source: TaskSource
    at: Place
    needs: tuple[Need, ...]
    fact: Fact


@remembered
def unseen(network: Network) -> tuple[Unseen, ...]:
    """The task sources (one of a kind) that run on container instances from elsewhere."""
    found = []
    members = container_instances(network)
    for source in kinds_of_source(network):
        launched = runs_on(network, source, "EC2")
        if launched.truth is False:
            continue
        if any(placed(network, member, source).truth is not False for member in members):
            continue
        link = source.cluster
        why = Need(f"the container instances of {source.name}", "are not in the sources")
        at = link.place if link else source.runs_on.place or source.origin.header
        needs = link.fact.needs if link and link.fact.needs else (why,)
        found.append(Unseen(source, at, needs, launched))
    return tuple(found)
