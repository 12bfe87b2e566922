"""What tasks run on, and in which network mode."""

from taskwall.core.facts import Fact
from taskwall.core.values import Need
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import (
    CapacityProvider,
    Cluster,
    ClusterProviders,
    Launch,
    Providers,
    TaskDefinition,
    TaskSource,
)
from taskwall.model.entities.environment import Definition


@remembered
def launches(network: Network, source: TaskSource) -> tuple[frozenset[Launch], tuple[Need, ...]]:
    """The launch types known of a task source, and what any further ones wait for.

    A source that says nothing takes its cluster's default capacity providers; a cluster without
    any gives EC2. A task definition settles what is open if it is registered for one launch type,
    or its network mode is none of Fargate's.
    """
    known, waits = _providers(network, source.runs_on)
    if not known and not waits:
        known, waits = _cluster_default(network, source)
    if waits:
        definition = network.get(TaskDefinition, source.task_definition)
        for launch in _WORDS:
            if launch != "EC2" and _registered_for(definition) == {launch}:
                return frozenset((launch,)), ()
        if definition is not None and known <= {"EC2"} and _only_ec2(source, definition):
            return frozenset({"EC2"}), ()
    return known, waits


def _registered_for(definition: TaskDefinition | None) -> set[str]:
    """The launch types that a task definition is registered for."""
    return {str(need.known) for need in definition.requires} if definition else set()


def is_meant_for_fargate(network: Network, source: TaskSource) -> bool:
    """Whether nobody says what tasks run on, and their definition is registered for Fargate only.

    AWS takes EC2 for such a source, and nobody who writes it has container instances in mind.
    """
    definition = network.get(TaskDefinition, source.task_definition)
    return not strategy(network, source) and _registered_for(definition) == {"FARGATE"}


def _only_ec2(source: TaskSource, definition: TaskDefinition) -> bool:
    """Whether the network mode of a definition leaves no launch type but EC2.

    Fargate knows awsvpc only, Managed Instances no bridge, and no capacity provider starts tasks
    on external instances, which stand behind no load balancer (Amazon ECS developer guide, "Task
    networking", "Amazon ECS Anywhere").
    """
    mode = definition.mode
    if definition.external or mode.open or mode.known == "awsvpc":
        return False
    others = {str(need.known) for need in definition.requires} - {"EC2", "EXTERNAL"}
    # Fargate and Managed Instances refuse a definition without a mode: such a stack is invalid.
    invalid = mode.known is None and others
    managed = mode.known in ("host", "none") and (others or not definition.requires)
    external = source.runs_on.needs and not source.bindings
    return not (invalid or managed or external)


def strategy(network: Network, source: TaskSource, written: bool = False) -> Providers:
    """What a task source says of its launch types and providers, else its cluster by default.

    `written` leaves out what modules that are not there may give to the cluster.
    """
    if source.runs_on or source.cluster is None:
        return source.runs_on
    found = _defaults_of(network, source.cluster, written)
    return next((each for each in found if each), Providers())


def _defaults_of(network: Network, cluster: Link, written: bool = False) -> list[Providers]:
    """What a cluster gives to sources that name no launch type, of which the first counts.

    A cluster has one default: where it is written, no module that is not there gives another.
    """
    own, given = network.get(Cluster, cluster), _given(network)
    known = given.get(cluster.to, []) if cluster.to else []
    may = [(each, Providers(needs=each.cluster.fact.needs)) for each in given.get("", ())]
    found = [(each, each.default) for each in known]
    sure = [default for each, default in found if not each.origin.silent]
    unsure = [default for each, default in found if each.origin.silent and not written]
    loose = [default for each, default in may if not (each.origin.silent and written)]
    return [*sure, *([own.default] if own else []), *unsure, *loose]


@remembered
def _given(network: Network) -> dict[str, list[ClusterProviders]]:
    """What resources of their own give to clusters; "" holds what may be given to any."""
    return network.grouped(ClusterProviders, lambda each: (each.cluster.to,))


def _cluster_default(
    network: Network, source: TaskSource
) -> tuple[frozenset[Launch], tuple[Need, ...]]:
    link = source.cluster
    if link is None:
        return frozenset({"EC2"}), ()
    cluster = network.get(Cluster, link)
    for default in _defaults_of(network, link):
        if default:
            return _providers(network, default)
    if cluster is None or cluster.external:
        if not link.to and link.fact.needs:
            return frozenset(), link.fact.needs
        why = "is not in the sources, and its default capacity providers are not known"
        return frozenset(), (Need(link.to or f"the cluster of {source.name}", why),)
    return frozenset({"EC2"}), ()


def _providers(
    network: Network, providers: Providers
) -> tuple[frozenset[Launch], tuple[Need, ...]]:
    known: set[Launch] = set(providers.launches)
    waits = list(providers.needs)
    for link in providers.providers:
        provider = network.get(CapacityProvider, link)
        if provider is None or provider.external:
            waits += link.waits("a capacity provider", provider)
        else:
            known.add(provider.launch)
    return frozenset(known), tuple(waits)


def runs_on(network: Network, source: TaskSource, *wanted: Launch) -> Fact:
    """Whether a task source's tasks run on (at least one of) the launch types."""
    known, waits = launches(network, source)
    place = source.runs_on.place or source.origin.header
    text = f"{source.name} runs on {' or '.join(_WORDS[launch] for launch in wanted)}"
    if known & set(wanted):
        return Fact(True, text, place, source.name)
    if waits:
        return Fact(None, text, place, source.name, waits)
    sentence = f"{source.name} runs on {' and '.join(_WORDS[launch] for launch in sorted(known))}"
    return Fact(False, text, place, source.name, otherwise=sentence)


_WORDS: dict[Launch, str] = {
    "FARGATE": "Fargate",
    "EC2": "EC2",
    "MANAGED_INSTANCES": "Managed Instances",
    "EXTERNAL": "external instances",
}


def sources_of_definition(
    network: Network, definition: TaskDefinition | Definition
) -> list[tuple[TaskSource, Link]]:
    """The task sources that start a task definition, or may, and their links to it."""
    found = _sources_by_definition(network)
    loose = (
        (source, source.task_definition.perhaps(definition.id, definition.name))
        for source in found.get("", ())
        if source.task_definition is not None and not source.task_definition.excludes(definition.id)
    )
    known = found.get(definition.id, ())
    return [*((each, each.task_definition) for each in known if each.task_definition), *loose]


@remembered
def _sources_by_definition(network: Network) -> dict[str, list[TaskSource]]:
    """Task sources by what they start; "" holds those of which that is not known."""
    return network.grouped(
        TaskSource, lambda each: (each.task_definition.to,) if each.task_definition else ()
    )


@remembered
def awsvpc(network: Network, source: TaskSource) -> Fact:
    """Whether tasks of a source get a network interface of their own.

    AWS accepts a network configuration for awsvpc tasks only, so one that is written tells, and
    so does Fargate, which knows no other mode.
    """
    if source.networked.truth is True or source.managed:
        return source.networked
    if (fargate := runs_on(network, source, "FARGATE")).truth is True:
        return fargate
    definition = network.get(TaskDefinition, source.task_definition)
    if definition is None or definition.external:
        return source.networked
    own = definition.mode.is_("awsvpc")
    # AWS takes no awsvpc tasks without a network configuration.
    return source.networked if own.truth is None and source.networked.truth is False else own
