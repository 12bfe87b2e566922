"""Whether groups let a load balancer get through to the tasks behind it."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.core.values import Origin, Span
from taskwall.model.core.entity import Link, same_entity
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Direction, SecurityGroup
from taskwall.model.exposure.balancer_paths import BalancerFlow, Side
from taskwall.model.permissions.coverage import Grant, Wording, reach, there
from taskwall.model.permissions.default_groups import is_as_made
from taskwall.model.permissions.egress import as_aws_makes_it
from taskwall.model.permissions.peers import possible_permissions
from taskwall.model.permissions.ports import RequiredPorts, opens


def ingress_open(network: Network, flow: BalancerFlow, wanted: RequiredPorts) -> Fact:
    """Whether the groups behind a load balancer allow it on a port."""
    name = flow.taker.name
    text = f"the security groups of {name} allow ingress from {flow.sender.name} on {wanted.words}"
    none = f"no security group of {name} allows ingress from {flow.sender.name} on {wanted.words}"
    return _open_way(network, "ingress", flow.taker, flow.sender, wanted, (text, none))


def egress_open(network: Network, flow: BalancerFlow, wanted: RequiredPorts) -> Fact:
    """Whether the groups of a load balancer let it go to what is behind it on a port."""
    text = (
        f"the security groups of {flow.sender.name} allow egress to {flow.taker.name} on"
        f" {wanted.words}"
    )
    none = (
        f"no security group of {flow.sender.name} allows egress to {flow.taker.name} on"
        f" {wanted.words}"
    )
    return _open_way(network, "egress", flow.sender, flow.taker, wanted, (text, none))


def _open_way(
    network: Network,
    way: Direction,
    guarded: Side,
    other: Side,
    wanted: RequiredPorts,
    texts: tuple[str, str],
) -> Fact:
    text, none = texts
    parts: list[Fact] = []
    grants: list[Grant] = []
    for link in guarded.groups:
        group = network.get(SecurityGroup, link)
        if is_as_made(network, link.to):
            members = FALSE if way == "ingress" else TRUE
            parts.append(all_of((link.fact, any_of((members, *_same(link, other.groups))))))
        elif group is None or group.external:
            parts.append(Fact(None, text, link.place, guarded.name, link.waits("a group")))
        elif way == "egress":
            parts.append(all_of((link.fact, as_aws_makes_it(network, group))))
        grants += [
            Grant(each, all_of((link.fact, there(each), opens(each, wanted))))
            for each in possible_permissions(network, link, way)
        ]
    words = Wording(
        lambda _: text,
        lambda permission, place: (
            f"{permission.on.name} is for other addresses than those of {place}"
        ),
    )
    parts += reach(network, grants, other.end(network), words)
    at = guarded.groups[0].place if guarded.groups else None
    return any_of((Fact(False, text, at, guarded.name, otherwise=none), *parts))


def _same(link: Link, others: Iterable[Link]) -> Iterator[Fact]:
    """Whether others use the same default group: AWS makes it so that it allows its members."""
    for each in others:
        truth = same_entity(link, each)
        text = f"both use the default group {link.to}"
        otherwise = f"the other group is not {link.to}"
        waits = each.waits("a group")
        yield each.fact & Fact(truth, text, each.place, link.to, waits, otherwise)


class Guard(Struct, frozen=True):
    """Where a permission that is missing belongs.

    It is reported on the group, or on what uses a default group that nothing adopts.
    """

    group: Link
    on: Origin
    at: Span


def guard(network: Network, side: Side, way: Direction) -> tuple[Guard | None, Link | None]:
    """Where a permission that is missing belongs: in the first group of the sources.

    With a link before it that leads nobody knows where, that link instead. What may be in an absent
    module is no group of the sources.
    """
    for link in side.groups:
        group = network.get(SecurityGroup, link)
        if group is not None and group.origin.silent:
            continue
        if is_as_made(network, link.to):
            return Guard(link, side.on.origin, side.place), None
        if group is not None and not group.external:
            return Guard(link, group.origin, group.place_for(way)), None
        if not link.to or (group is None and link.fact.truth is None):
            return None, link
    return None, None
