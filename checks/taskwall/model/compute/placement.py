"""Which container instances can have the tasks of which task sources on them."""

from msgspec import Struct

from taskwall.core.facts import Fact, all_of, any_of, with_reason
from taskwall.core.values import Need, Span
from taskwall.model.compute.container_instances import ContainerInstances, container_instances
from taskwall.model.compute.launch_type import (
    awsvpc,
    is_meant_for_fargate,
    runs_on,
    strategy,
)
from taskwall.model.compute.placement_constraints import constraints_of, left_out
from taskwall.model.core.entity import same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import CapacityProvider, TaskSource


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

    Many services of a cluster need one answer: what holds of one in `can_be_placed`,
    `joins_cluster_of` and `awsvpc` holds of all of its kind.
    """
    found: dict[object, TaskSource] = {}

    def rank(source: TaskSource) -> tuple[bool, tuple[bool, str, int]]:
        return network.policy.is_beside(source.origin), source.origin.order

    for source in sorted(network.every(TaskSource), key=rank):
        found.setdefault(_kind(network, source), source)
    return tuple(found.values())


def _kind(network: Network, source: TaskSource) -> object:
    """What decides where tasks of a source can be placed."""
    launched, own = runs_on(network, source, "EC2"), awsvpc(network, source)
    links = (source.cluster, *strategy(network, source).providers)
    ties = tuple((link.to, link.exact, link.sure, link.fact.needs) for link in links if link)
    truths = launched.truth, own.truth, launched.waits_for(), own.waits_for()
    meant = is_meant_for_fargate(network, source)
    return ties, truths, meant, constraints_of(network, source)


def can_be_placed(network: Network, member: ContainerInstances, source: TaskSource) -> Fact:
    """Whether tasks of a source can be placed on container instances.

    With a capacity provider strategy (its own, or its cluster's default) on those of its
    providers, else on all that join its cluster.
    """
    return all_of((runs_on(network, source, "EC2"), _here(network, member, source)))


def _here(
    network: Network, member: ContainerInstances, source: TaskSource, written: bool = False
) -> Fact:
    """Whether container instances are where tasks of a source run if they run on instances.

    `written` leaves out what modules that are not there may give to the cluster.
    """
    if (constrained := left_out(network, member, source)) is not None:
        return constrained
    found = _by_strategy(network, member, source, written)
    return joins_cluster_of(member, source) if found is None else found


def is_judged(network: Network, member: ContainerInstances) -> Fact:
    """Whether instances are container instances which rules judge by themselves.

    Of the context only those are on which tasks of the scanned sources are placed. Of others such
    tasks are a reason.
    """
    if not member.instances.origin.context:
        return _for_its_tasks(network, member, member.fact)
    placed = (
        can_be_placed(network, member, source)
        for source, _ in on_ec2(network)
        if not source.origin.context
    )
    return all_of((member.fact, any_of(placed)))


@remembered
def hosts_of(network: Network, source: TaskSource) -> tuple[tuple[ContainerInstances, Fact], ...]:
    """The container instances on which tasks of a source are placed, or may be."""
    if runs_on(network, source, "EC2").truth is False:
        return ()
    members = _members(network)
    keys = _keys_of(network, source)
    known = (*keys, "") if keys is not None else members
    found = {m.instances.id: m for key in known for m in members.get(key, ())}
    pairs = ((member, can_be_placed(network, member, source)) for member in found.values())
    return tuple((member, fact) for member, fact in pairs if fact.truth is not False)


@remembered
def _members(network: Network) -> dict[str, list[ContainerInstances]]:
    """Container instances by the providers that they serve and the clusters that they join.

    "" holds those of which not all of that is known.
    """
    found: dict[str, list[ContainerInstances]] = {}
    for member in container_instances(network):
        for key in _keys_for(member) or ("",):
            found.setdefault(key, []).append(member)
    return found


def any_task(network: Network, member: ContainerInstances) -> Fact:
    """That any task can be placed on container instances: their stack runs none on them."""
    name, at = member.instances.name, member.instances.origin.header
    return _for_its_tasks(
        network, member, Fact(True, f"any task can be placed on {name}", at, name)
    )


def kinds_near(network: Network, member: ContainerInstances) -> tuple[TaskSource, ...]:
    """The task sources (one of a kind) that share a provider or cluster with some instances.

    Or may do so. No other one is placed on those instances, nor is their cluster its own.
    """
    kinds = _kinds(network)
    keys = _keys_for(member)
    known = (*keys, "") if keys is not None else kinds
    return tuple({s.id: s for key in known for s in kinds.get(key, ())}.values())


@remembered
def _kinds(network: Network) -> dict[str, list[TaskSource]]:
    """The task sources (one of a kind) by providers and clusters; "" as in `_members`."""
    found: dict[str, list[TaskSource]] = {}
    for source in kinds_of_source(network):
        for key in _keys_of(network, source) or ("",):
            found.setdefault(key, []).append(source)
    return found


def _keys_for(member: ContainerInstances) -> tuple[str, ...] | None:
    """The providers and clusters of container instances; None where not all are known."""
    if not member.clusters or not all(link.exact for link in member.clusters):
        return None
    ids = (provider.id for provider, _ in member.providers)
    return (*ids, *(_cluster(link.to) for link in member.clusters))


def _keys_of(network: Network, source: TaskSource) -> tuple[str, ...] | None:
    """The providers and the cluster of a task source; None where not all are known."""
    cluster = source.cluster
    if cluster is not None and not cluster.exact:
        return None
    links = strategy(network, source).providers
    providers = [network.get(CapacityProvider, link) for link in links]
    if any(each is None or each.external for each in providers):
        return None
    ids = (each.id for each in providers if each is not None)
    return (*ids, _cluster(cluster.to if cluster else "default"))


def _cluster(name: str) -> str:
    """The key of a cluster, which is none of a provider."""
    return f"cluster {name}"


def _by_strategy(
    network: Network, member: ContainerInstances, source: TaskSource, written: bool
) -> Fact | None:
    """Whether a strategy places tasks on container instances; None where there is no strategy."""
    providers = strategy(network, source, written).providers
    if not providers:
        return None
    served = {provider.id: fact for provider, fact in member.providers}
    name, instances = source.name, member.instances.name
    parts = []
    for link in providers:
        text = f"{name} runs on a capacity provider that starts {instances}"
        provider = network.get(CapacityProvider, link)
        if link.to in served:
            parts.append(all_of((link.fact, served[link.to])))
        elif provider is None or provider.external:
            waits = link.waits(name)
            parts.append(Fact(None, text, link.place, name, waits))
        else:
            sentence = f"{name} runs on {provider.name}, which does not start {instances}"
            parts.append(Fact(False, text, link.place, name, otherwise=sentence))
    return any_of(parts)


def joins_cluster_of(member: ContainerInstances, source: TaskSource) -> Fact:
    """Whether container instances join the cluster of a task source."""
    name, instances = source.name, member.instances.name
    place = source.cluster.fact.place if source.cluster else source.origin.header
    cluster = (source.cluster.to if source.cluster else "default") or "a cluster"
    text = f"{instances} joins {cluster}, where {name} runs"
    parts = []
    for link in member.clusters:
        same = same_entity(link, source.cluster) if source.cluster else link.to == "default"
        needs = (*link.fact.needs, *(source.cluster.fact.needs if source.cluster else ()))
        sentence = f"{instances} joins a cluster other than that of {name}"
        parts.append(Fact(same, text, place, name, needs, sentence))
    if not parts:
        parts.append(Fact(None, text, place, name, member.open))
    return any_of(parts)


def is_hosted(network: Network, source: TaskSource) -> bool:
    """Whether container instances of the sources are those of a task source.

    Where nothing tells which cluster instances join, they are taken for those that it needs.
    Other capacity that a module that is not there may bring makes them no less so.
    """
    found = (member for member, _ in hosts_of(network, source))
    members = (member for member in found if not member.instances.origin.silent)
    return any(each.open or _here(network, each, source, written=True).truth for each in members)


def _for_its_tasks(network: Network, member: ContainerInstances, fact: Fact) -> Fact:
    """A fact about container instances, with the tasks to which it matters as a reason."""
    return with_reason(fact, any_of(_placed(network).get(member.instances.id, ())))


@remembered
def _placed(network: Network) -> dict[str, list[Fact]]:
    """By container instances, that tasks of each kind are placed there, or may be."""
    found: dict[str, list[Fact]] = {}
    for source in kinds_of_source(network):
        for member, placed in hosts_of(network, source):
            found.setdefault(member.instances.id, []).append(placed)
    return found


@remembered
def with_tasks(network: Network) -> tuple[tuple[ContainerInstances, Fact], ...]:
    """The container instances on which tasks are placed, or may be, and whether they are."""
    held = _placed(network)
    return tuple(
        (member, all_of((member.fact, any_of(held[member.instances.id]))))
        for member in container_instances(network)
        if member.instances.id in held
    )


class Unseen(Struct, frozen=True):
    """A task source on EC2 whose container instances, or their balancer, are not in the sources.

    `at` is the attribute through which they are external.
    """

    source: TaskSource
    at: Span
    needs: tuple[Need, ...]
    fact: Fact


@remembered
def on_unseen_instances(network: Network) -> tuple[Unseen, ...]:
    """The task sources (one of a kind) that run on container instances from elsewhere, or may."""
    found = []
    for source in kinds_of_source(network):
        launched = runs_on(network, source, "EC2")
        if launched.truth is False or is_hosted(network, source):
            continue
        if is_meant_for_fargate(network, source):
            continue
        found.append(Unseen(source, *unseen_instances(source), launched))
    return tuple(found)


def unseen_instances(source: TaskSource) -> tuple[Span, tuple[Need, ...]]:
    """The attribute by which instances from elsewhere are those of a source, and its needs."""
    link = source.cluster
    why = Need(f"the container instances of {source.name}", "are not in the sources")
    at = link.place if link else source.runs_on.place or source.origin.header
    return at, link.fact.needs if link and link.fact.needs else (why,)
