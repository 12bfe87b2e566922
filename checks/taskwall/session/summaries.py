"""What the network says of one entity: who may reach it and why, as an editor shows it."""

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from taskwall.core.facts import Fact
from taskwall.core.values import Span, why_unknown
from taskwall.model.core.entity import Entity, Link, link_to, titled
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.exposure.instance_groups import shares_network
from taskwall.model.load_balancing.internet_facing import is_public
from taskwall.model.load_balancing.paths import BalancerPath, balancer_paths
from taskwall.model.permissions.peers import listed, permissions, task_sources_by_group, who

SummaryKind: TypeAlias = Literal["tasks", "load balancer", "security group"]

MAX_LINES = 12
"""So many lines of one kind are shown; of more, how many there are."""


class SummaryLine(Struct, frozen=True):
    """One sentence of a summary, and where the sources say so."""

    text: str
    place: Span | None = None


class ResourceSummary(Struct, frozen=True):
    """What is said of one entity.

    `header` is where it is declared, with its file as the readers name it. `word` is what
    messages call its kind. `brief` is one short line, "" where there is nothing short to say.
    """

    kind: SummaryKind
    name: str
    word: str
    header: Span
    lines: tuple[SummaryLine, ...]
    brief: str = ""


def summaries(network: Network) -> Iterator[ResourceSummary]:
    """A summary of each task source, load balancer and security group of the sources."""
    for source in network.every(TaskSource):
        yield _of_tasks(network, source)
    for balancer in network.every(LoadBalancer):
        yield _of_balancer(network, balancer)
    for group in network.every(SecurityGroup):
        yield _of_group(network, group)


# Task sources


def _of_tasks(network: Network, source: TaskSource) -> ResourceSummary:
    ways = [front for front in balancer_paths(network, source) if front.fact.truth is not False]
    before = list(_before(ways))
    lines = [line for front in ways for line in _way(network, source, front)]
    if not ways:
        lines.append(SummaryLine(f"No load balancer in the sources is in front of {source.name}."))
    shares = shares_network(network, source)
    allowed: list[str] = []
    if shares.truth is not False:
        share = _verb(shares, "share", "share")
        text = f"Its tasks {share} the network and the security groups of their instance."
        lines.append(SummaryLine(text, next((each.place for each in shares.deciding()), None)))
    else:
        for link in source.groups:
            lines += _allowed(network, link)
            allowed += _briefly(network, link)
        if not source.groups:
            lines.append(_without_groups(source))
    if source.lattice.truth is not False:
        lines.append(
            SummaryLine(f"VPC Lattice {_verb(source.lattice, 'forwards', 'forward')} to it.")
        )
    brief = f"behind {listed(before)}" if before else "behind no load balancer"
    if shares.truth is False and source.groups:
        brief += f", allows {listed(allowed)}" if allowed else ", allows no ingress"
    return _summary("tasks", source.word, source, lines, brief)


def _without_groups(source: TaskSource) -> SummaryLine:
    """What holds for tasks whose source names no group.

    They use the default group of their VPC (Amazon ECS API reference, AwsVpcConfiguration).
    """
    place = source.groups_setting.place
    if source.managed:
        return SummaryLine("AWS creates its security groups.", place)
    if needs := why_unknown(source.groups_setting.needs):
        return SummaryLine(f"Its security groups are not known: {needs}.", place)
    return SummaryLine(
        "It sets no security group: its tasks use the default group of the VPC.", place
    )


def _before(ways: Iterable[BalancerPath]) -> Iterator[str]:
    """The load balancers of ways, in short."""
    for front in ways:
        maybe = "" if front.fact.truth else "perhaps "
        if front.balancer is None:
            yield "a load balancer that is not in the sources"
        else:
            yield f"{maybe}{titled(front.balancer.word, front.balancer)}"


def _way(network: Network, source: TaskSource, front: BalancerPath) -> Iterator[SummaryLine]:
    """How a load balancer leads to tasks, and who reaches the load balancer."""
    is_ = "is" if front.fact.truth else "may be"
    if front.balancer is None:
        waits = why_unknown(front.needs)
        yield SummaryLine(f"A load balancer {is_} in front of {source.name}: {waits}.", front.place)
        return
    balancer = front.balancer
    by = f" by {front.listener.name}" if front.listener is not None else ""
    named = _sentence(titled(f"the {balancer.word}", balancer))
    text = f"{named} {is_} in front of {source.name}{by}."
    yield SummaryLine(text, front.place)
    yield from _openness(network, balancer)


# Load balancers


def _of_balancer(network: Network, balancer: LoadBalancer) -> ResourceSummary:
    lines = list(_openness(network, balancer))
    behind = _behind(network).get(balancer.id, [])
    for source, front in behind:
        is_ = "is" if front.fact.truth else "may be"
        named = _sentence(titled(f"the {source.word}", source))
        lines.append(SummaryLine(f"{named} {is_} behind it.", front.place))
    if not behind:
        lines.append(SummaryLine("No tasks in the sources are behind it."))
    open_ = is_public(network, link_to(balancer))
    brief = {True: "internet-facing", False: "internal", None: "perhaps internet-facing"}
    allows = [said for link in balancer.groups for said in _briefly(network, link)]
    said = f"{brief[open_.truth]}, allows {listed(allows)}" if allows else brief[open_.truth]
    return _summary("load balancer", balancer.word, balancer, lines, said)


@remembered
def _behind(network: Network) -> dict[str, list[tuple[TaskSource, BalancerPath]]]:
    """The task sources behind each load balancer, by its id."""
    found: dict[str, list[tuple[TaskSource, BalancerPath]]] = {}
    for source in network.every(TaskSource):
        for front in balancer_paths(network, source):
            if front.balancer is not None and front.fact.truth is not False:
                found.setdefault(front.balancer.id, []).append((source, front))
    return found


def _openness(network: Network, balancer: LoadBalancer) -> Iterator[SummaryLine]:
    """Who reaches a load balancer: by its scheme, and by its groups."""
    open_ = is_public(network, link_to(balancer))
    yield from _fact_lines(open_)
    for link in balancer.groups:
        yield from _allowed(network, link)
    if not balancer.groups and balancer.kind.known == "network":
        place = balancer.groups_setting.place
        yield SummaryLine(
            f"{balancer.name} has no security group: it accepts every client that can reach it.",
            place,
        )


def _fact_lines(fact: Fact) -> Iterator[SummaryLine]:
    for leaf in fact.deciding():
        yield SummaryLine(f"{_sentence(str(leaf))}.", leaf.place)


# Security groups


def _of_group(network: Network, group: SecurityGroup) -> ResourceSummary:
    lines = [
        SummaryLine(
            f"{_sentence(titled(source.word, source))} {_verb(fact, 'uses', 'use')} it.",
            fact.place,
        )
        for source, fact in task_sources_by_group(network).get(group.id, ())
        if fact.truth is not False
    ]
    lines += [
        SummaryLine(
            f"{titled(balancer.word, balancer)} {_verb(link.fact, 'uses', 'use')} it.", link.place
        )
        for balancer, link in _balancers_by_group(network).get(group.id, ())
    ]
    if not lines:
        lines.append(SummaryLine("No tasks and no load balancer in the sources use it."))
    lines += _permissions(network, group.id, group.name)
    lines += [
        SummaryLine(f"{each.on.name} allows ingress from it on {each.ports}.", each.place)
        for each in _allowing(network).get(group.id, ())
        if each.group.to != group.id
    ]
    allows = listed(_permissions_briefly(network, group.id)) or "no ingress"
    return _summary("security group", "security group", group, lines, f"allows {allows}")


@remembered
def _balancers_by_group(network: Network) -> dict[str, list[tuple[LoadBalancer, Link]]]:
    """The load balancers by the id of each group that they use."""
    found: dict[str, list[tuple[LoadBalancer, Link]]] = {}
    for balancer in network.every(LoadBalancer):
        for link in balancer.groups:
            found.setdefault(link.to, []).append((balancer, link))
    return found


@remembered
def _allowing(network: Network) -> dict[str, list[Permission]]:
    """The ingress permissions by the id of the group that they allow."""
    found: dict[str, list[Permission]] = {}
    for permission in network.every(Permission):
        if permission.direction == "ingress" and permission.peer is not None:
            found.setdefault(permission.peer.to, []).append(permission)
    return found


def _allowed(network: Network, link: Link) -> Iterator[SummaryLine]:
    """Whom the group allows that a link leads to."""
    group = network.get(SecurityGroup, link)
    if group is None or group.external or not link.to:
        waits = why_unknown(link.fact.needs) or "it is not in the sources"
        yield SummaryLine(f"What {link.to or 'a group'} allows is not known: {waits}.", link.place)
        return
    yield from _permissions(network, group.id, group.name)


def _permissions(network: Network, group: str, name: str) -> Iterator[SummaryLine]:
    found = [each for each in permissions(network, group, "ingress") if _counts(each)]
    if not found:
        yield SummaryLine(f"{name} allows no ingress.")
    for each in found[:MAX_LINES]:
        allows = f"{_verb(each.fact, 'allows', 'allow')} ingress from {who(network, each)}"
        yield SummaryLine(f"{name} {allows} on {each.ports}.", each.place)
    if len(found) > MAX_LINES:
        yield SummaryLine(f"{name} has {len(found) - MAX_LINES} more ingress rules.")


def _briefly(network: Network, link: Link) -> Iterator[str]:
    """Whom the group allows that a link leads to, in short."""
    group = network.get(SecurityGroup, link)
    if group is None or group.external or not link.to:
        yield f"what {link.to or 'an unknown group'} allows"
        return
    yield from _permissions_briefly(network, group.id)


def _permissions_briefly(network: Network, group: str) -> Iterator[str]:
    """Whom a group allows, in short."""
    for each in permissions(network, group, "ingress"):
        if _counts(each):
            peer = who(network, each).removeprefix("group ")
            ports = each.ports.removeprefix("ports ").removeprefix("port ")
            yield f"{peer}:{ports}" if ports[0].isdigit() else f"{peer} ({ports})"


def _counts(permission: Permission) -> bool:
    return permission.fact.truth is not False


def _verb(fact: Fact, sure: str, maybe: str) -> str:
    return sure if fact.truth else f"may {maybe}"


def _sentence(text: str) -> str:
    """A clause as the beginning of a sentence: names stay as they are written."""
    first = text.partition(" ")[0]
    return text if "." in first or "_" in first else text[:1].upper() + text[1:]


def _summary(
    kind: SummaryKind, word: str, thing: Entity, lines: Iterable[SummaryLine], brief: str = ""
) -> ResourceSummary:
    once: dict[str, SummaryLine] = {}
    for line in lines:
        once.setdefault(line.text, line)
    return ResourceSummary(kind, thing.name, word, thing.origin.header, tuple(once.values()), brief)
