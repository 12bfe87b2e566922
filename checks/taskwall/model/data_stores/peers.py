"""Whom the groups of data stores allow."""

from typing import Literal, TypeAlias

from msgspec import Struct

from taskwall.core.facts import FALSE, Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.compute.container_instances import all_instances
from taskwall.model.compute.placement import on_unseen_instances
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network, remembered
from taskwall.model.data_stores.store import groups_of_proxies, groups_of_tasks, tasks_use
from taskwall.model.entities.ecs import JobInstances
from taskwall.model.entities.function import LambdaFunction
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.permissions.peers import allows_internet, by_settings, who

Weight: TypeAlias = Literal["critical", "low", None]
"""How bad it is whom a store allows, where that is not as the rule says."""


class Peer(Struct, frozen=True):
    """Whether a permission allows whom a store should not allow.

    `words` say who that is.
    """

    wrong: Fact
    weight: Weight
    words: str


def judge_peer(network: Network, permission: Permission) -> Peer:
    """Whom a permission of a store's group allows: tasks and container instances, or others."""
    spared, said = by_settings(network, permission), who(network, permission)
    weight: Weight = None
    if permission.itself or permission.peer is not None:
        by = _itself if permission.peer is None else _group
        wrong, weight, words = by(network, permission, permission.peer or permission.group)
        return Peer(all_of((wrong, ~spared)), weight, words)
    text = f"{permission.on.name} allows ingress from {said}"
    weight = "critical" if allows_internet(network, permission).truth else None
    return Peer(all_of((permission.states(True, text), ~spared)), weight, said)


def _group(network: Network, permission: Permission, peer: Link) -> tuple[Fact, Weight, str]:
    """Whether a group is none of tasks: the default group, a load balancer's, or another's."""
    group = network.get(SecurityGroup, peer)
    name, words = permission.on.name, who(network, permission)
    if group is not None and group.default:
        sentence = f"{name} allows ingress from the VPC's default group"
        return permission.states(True, sentence), None, f"the default group {peer.to}"
    perhaps = (groups_of_proxies(network), _of_images(network), _of_jobs(network))
    used = any_of((
        groups_of_tasks(network).get(peer.to, FALSE),
        *(groups.get(name, FALSE) for groups in perhaps for name in (peer.to, "")),
    ))  # fmt: skip
    if group is not None and group.for_tasks:
        text = f"{group.name} is written for tasks that do not exist"
        used = Fact(True, text, group.origin.header, group.name)
    if not peer.to or ((group is None or group.external) and not used.truth):
        needs = peer.waits("a group")
        text = f"{name} allows ingress from a group of no tasks"
        return permission.states(None, text, needs), None, words
    shared = balancers_use(network, peer.to)
    if shared.truth:
        return shared, None, f"{words}, which a load balancer uses as well,"
    if used.truth is True or network.policy.profile != "strict":
        return shared, None, words
    text, otherwise = (
        f"{name} allows ingress from {words}, which no task uses",
        f"tasks use {peer.to}",
    )
    truth = None if used.truth is None else True
    other = permission.states(truth, text, used.waits_for(), otherwise)
    return any_of((shared, other)), "low", words


def _itself(network: Network, permission: Permission, own: Link) -> tuple[Fact, Weight, str]:
    """Whether the store's own group, which allows its members, is also that of something else."""
    group, words = network.get(SecurityGroup, own), who(network, permission)
    if group is not None and group.default:
        return _group(network, permission, own)
    shared = _of(network, LoadBalancer, own.to)
    weight: Weight = None
    if shared.truth is not True and network.policy.profile == "strict":
        shared, weight = any_of((shared, _of(network, LambdaFunction, own.to))), "low"
    if shared.truth:
        words = f"{words}, which are not only tasks and nodes of the store,"
    return shared, weight, words


@remembered
def _of_images(network: Network) -> dict[str, Fact]:
    """The groups of instances whose image alone may hold an ECS agent, where tasks need instances.

    What sets an agent up is not in the sources then: an image that a packer has made, for example.
    "" stands for groups that are not known.
    """
    if not on_unseen_instances(network):
        return {}
    found: dict[str, Fact] = {}
    for member in all_instances(network):
        own = member.instances
        if member.fact.truth is False and own.agent is not None and not own.agent.written:
            for link in own.groups:
                need = Need(f"the image of {own.name}", "may hold an ECS agent")
                fact = Fact(None, f"tasks run on {own.name}", link.place, own.name, (need,))
                found.setdefault(link.to, fact)
    return found


@remembered
def _of_jobs(network: Network) -> dict[str, Fact]:
    """The groups of instances on which AWS Batch runs tasks; "" stands for those not known."""
    found: dict[str, Fact] = {}
    for each in network.every(JobInstances):
        for link in each.groups:
            text = f"jobs run on instances of {each.name}"
            may = Fact(None, text, link.place, each.name, link.fact.needs)
            found.setdefault(link.to, link.fact if link.to else may)
    return found


def others_use(network: Network, group: str) -> Fact:
    """Whether tasks, their instances or load balancers use a default group as AWS makes it."""
    return any_of((tasks_use(network, group), balancers_use(network, group)))


def balancers_use(network: Network, group: str) -> Fact:
    """Whether a load balancer carries a group, whatever it stands in front of."""
    return _of(network, LoadBalancer, group)


def _of(network: Network, kind: type[LoadBalancer | LambdaFunction], group: str) -> Fact:
    """Whether a load balancer, or a function, carries a group."""
    by_group = _carried(network, kind)
    return any_of((*by_group.get(group, ()), *by_group.get("", ())))


@remembered
def _carried(network: Network, kind: type[LoadBalancer | LambdaFunction]) -> dict[str, list[Fact]]:
    """The groups of entities of a kind; "" holds links that lead nobody knows where."""
    found: dict[str, list[Fact]] = {}
    for each in network.every(kind):
        for link in each.groups:
            group = f"security group {link.to}" if link.to else "a security group that is not known"
            text = f"{each.name} uses {group}"
            truth = True if link.to and link.sure else None
            fact = Fact(truth, text, link.place, each.name, link.fact.needs)
            sure = each.exists.truth is True
            found.setdefault(link.to, []).append(fact if sure else all_of((fact, each.exists)))
    return found
