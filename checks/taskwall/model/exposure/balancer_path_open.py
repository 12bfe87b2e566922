"""Whether groups let a load balancer get through to the tasks behind it."""

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Direction, SecurityGroup
from taskwall.model.exposure.balancer_paths import BalancerFlow, Side
from taskwall.model.permissions.coverage import Grant, Wording, reach, there
from taskwall.model.permissions.egress import as_aws_makes_it
from taskwall.model.permissions.peers import permissions
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
        group = network.get(SecurityGroup, link) if link.to else None
        if group is None or group.external:
            parts.append(Fact(None, text, link.place, guarded.name, link.waits("a group")))
        elif way == "egress":
            parts.append(all_of((link.fact, as_aws_makes_it(network, group))))
        grants += [
            Grant(each, all_of((link.fact, there(each), opens(each, wanted))))
            for each in (permissions(network, link.to, way) if link.to else ())
        ]
    words = Wording(
        lambda _: text,
        lambda permission, place: (
            f"{permission.on.name} is for other addresses than those of {place}"
        ),
    )
    parts += reach(network, grants, other.end(network), words)
    if guarded.open:
        parts.append(Fact(None, text, None, guarded.name, guarded.open))
    at = guarded.groups[0].place if guarded.groups else None
    return any_of((Fact(False, text, at, guarded.name, otherwise=none), *parts))


def guard(network: Network, side: Side) -> tuple[SecurityGroup | None, Link | None]:
    """Where a permission that is missing belongs: the first group of the sources.

    With a link before it that leads nobody knows where, that link instead.
    """
    for link in side.groups:
        if not link.to:
            return None, link
        group = network.get(SecurityGroup, link)
        if group is not None and not group.external:
            return group, None
    return None, None
