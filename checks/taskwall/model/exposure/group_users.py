"""What carries security groups: tasks, container instances, load balancers, data stores."""

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.model.compute.container_instances import container_instances
from taskwall.model.compute.hosts import host_of, host_security_groups
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network, remembered
from taskwall.model.data_stores.store import Store, store_groups, used
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.exposure.instance_groups import host_groups
from taskwall.model.exposure.task_ingress import attached_groups
from taskwall.model.load_balancing.paths import stands_before_tasks
from taskwall.model.permissions.peers import groups_meant, listed

UserKind: TypeAlias = Literal["tasks", "hosts", "instances", "balancers", "stores"]
"""Tasks with groups of their own, container instances whose network tasks share, all container
instances, load balancers in front of tasks, and data stores that tasks use."""


class UsedGroup(Struct, frozen=True):
    """A security group, the names of what carries it, and whether anything does."""

    group: str
    declared: SecurityGroup | None
    by: tuple[str, ...]
    fact: Fact

    @property
    def names(self) -> str:
        """What carries it, as messages say it."""
        return listed(self.by)


@remembered
def used_groups(network: Network, *kinds: UserKind) -> tuple[UsedGroup, ...]:
    """The groups that something of the kinds carries, or may carry."""
    found: dict[str, list[tuple[str, Fact]]] = {}
    for kind in kinds:
        for group, name, fact in _BY_KIND[kind](network):
            if fact.truth is not False:
                found.setdefault(group, []).append((name, fact))
    return tuple(
        UsedGroup(
            group,
            network.get(SecurityGroup, group),
            tuple(name for name, fact in pairs if fact.truth) or tuple(name for name, _ in pairs),
            any_of(fact for _, fact in pairs),
        )
        for group, pairs in found.items()
    )


@remembered
def names_of_used(network: Network, *kinds: UserKind) -> frozenset[str]:
    """Which groups these are."""
    return frozenset(used.group for used in used_groups(network, *kinds))


def uses_by_links(
    network: Network, links: Iterable[Link], carries: Fact
) -> Iterator[tuple[str, Fact]]:
    """The groups that something carries by its links, if it carries any at all."""
    for link in links if carries.truth is not False else ():
        for group, tie in groups_meant(network, link):
            yield group, all_of((carries, tie))


GroupUses: TypeAlias = Iterator[tuple[str, str, Fact]]


def _tasks(network: Network) -> GroupUses:
    for attachment in attached_groups(network):
        for source, fact in attachment.attached:
            yield attachment.group, source.name, fact


def _hosts(network: Network) -> GroupUses:
    for attachment in host_groups(network):
        yield attachment.group, f"the container instances of {attachment.names}", attachment.fact


def _instances(network: Network) -> GroupUses:
    for member in container_instances(network):
        if member.instances.origin.silent:
            continue  # that an absent module may start some says nothing of a group
        links = host_security_groups(network, host_of(network, member))
        for group, fact in uses_by_links(network, links, member.fact):
            yield group, member.instances.name, fact


def _balancers(network: Network) -> GroupUses:
    for balancer in network.every(LoadBalancer):
        if balancer.groups:
            before = stands_before_tasks(network, balancer)
            for group, fact in uses_by_links(network, balancer.groups, before):
                yield group, balancer.name, fact


def _stores(network: Network) -> GroupUses:
    for store in network.every(Store):
        if groups := store_groups(network, store):
            for group, fact in uses_by_links(network, groups, used(network, store)):
                yield group, store.name, fact


_BY_KIND = {
    "tasks": _tasks,
    "hosts": _hosts,
    "instances": _instances,
    "balancers": _balancers,
    "stores": _stores,
}
