"""TW213: Tasks allow the traffic of their load balancer.

What: No security group of the tasks (or container instances) behind a load balancer allows ingress
    from it on the port that it forwards to or checks, or the groups of the load balancer do not
    allow egress to that port. A Network Load Balancer checks health from its own addresses, also
    where its targets see the addresses of clients.
Why: The targets stay unhealthy, ECS replaces the tasks again and again, and people then often open
    the group to everybody.
Fine when: Never: the traffic is blocked. Where it cannot be known from the code what the groups
    allow, taskwall reports "unknown".
Terraform: Allow the load balancer's group on the container's port:
    resource "aws_vpc_security_group_ingress_rule" "from_balancer" {
      security_group_id            = <tasks>.id
      referenced_security_group_id = <balancer>.id
      ip_protocol                  = "tcp"
      from_port                    = <port of the container>
      to_port                      = <port of the container>
    }
CloudFormation: Allow the load balancer's group on the container's port:
    FromBalancer:
      Type: AWS::EC2::SecurityGroupIngress
      Properties:
        GroupId: !GetAtt <tasks>.GroupId
        SourceSecurityGroupId: !GetAtt <balancer>.GroupId
        IpProtocol: tcp
        FromPort: <port of the container>
        ToPort: <port of the container>
Guide: beyond
See: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html
"""

from collections.abc import Iterable, Iterator
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.change import AttributePath, Placeholder
from taskwall.core.facts import Fact, all_of
from taskwall.core.values import Origin
from taskwall.model.compute.launch_type import awsvpc
from taskwall.model.core.address import ALL_PORTS, V4
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network, asked_once
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.security_group import Direction, SecurityGroup
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.model.exposure.balancer_path_open import egress_open, guard, ingress_open
from taskwall.model.exposure.balancer_paths import (
    BalancerFlow,
    Side,
    instance_flows,
    task_flows,
)
from taskwall.model.exposure.instance_groups import unseen_balancers
from taskwall.model.exposure.task_ingress import groups_elsewhere
from taskwall.model.load_balancing.paths import BalancerPath
from taskwall.model.permissions.added_permission import (
    AddedPermission,
    added_permission,
    added_ports,
    beside,
    group_peer,
    range_peer,
    unknown_group,
)
from taskwall.model.permissions.coverage import addresses, there
from taskwall.model.permissions.default_groups import vpc_by_subnets
from taskwall.model.permissions.peers import possible_ingress
from taskwall.model.permissions.ports import RequiredPorts, opened
from taskwall.rules._rule import Verdict, cannot_be_seen, rule
from taskwall.rules._shared import balancers_elsewhere

_TO_TARGETS = "Allow the load balancer's egress to the tasks:\n"

_FROM_ADDRESSES = (
    "Allow the addresses of the load balancer, which has no security group, on the container's"
    " port:\n"
)
_GIVE_GROUP = (
    "Give the load balancer a security group (AWS replaces an NLB that has none) and allow that on"
    " the container's port:\n"
)

_PEERS: dict[Direction, tuple[str, str]] = {
    "ingress": ("the security group of the load balancer", "balancer"),
    "egress": ("the security group of the tasks", "tasks"),
}
"""Whom a permission is for: what stands for its group, and a part of the names of new resources."""


class _Way(Struct, frozen=True):
    """Whether groups let one end through to the other: many flows go the same way."""

    ends: tuple[Side, Side, RequiredPorts]
    ingress: Fact
    egress: Fact


@rule("medium", default=True, per_use=True)
def unreachable_tasks(network: Network) -> Iterator[Verdict]:
    for source in network.every(TaskSource):
        yield from _of_tasks(network, source)
    ways: list[_Way] = []
    for flow in instance_flows(network):
        yield from _of_flow(network, flow, ways)
    elsewhere = _of_balancers_elsewhere(network)
    yield from elsewhere
    if any(not verdict.unreported for verdict in elsewhere):
        return
    for each in unseen_balancers(network):
        text = f"the load balancer in front of the instances of {each.source.name} reaches them"
        yield cannot_be_seen(each.source.origin, each.at, text, each.needs, each.fact)
        return


def _of_balancers_elsewhere(network: Network) -> list[Verdict]:
    """The question about a load balancer that is not in the sources; reported if it is of use."""
    text = "the load balancer in front of {} reaches its tasks"
    beside = partial(groups_elsewhere, network)
    told = [*balancers_elsewhere(network, text, partial(_is_of_use, network), beside)]
    untold = () if told else balancers_elsewhere(network, text, beside=beside)
    return [*told, *(replace(each, unreported=True) for each in untold)]


def _is_of_use(network: Network, source: TaskSource, _: BalancerPath) -> bool:
    """Whether the sources write something that may keep a load balancer from a source's tasks.

    Where all groups of the tasks are from elsewhere nothing here can be wrong, and what everybody
    reaches the load balancer reaches as well.
    """
    if awsvpc(network, source).truth is False or not source.groups:
        return not groups_elsewhere(network, source)
    ids = {link.to for link in source.groups}
    opened_ = {one for one in ids if _is_open(network, one)}
    if ids == opened_ or any(link.sure and link.to in opened_ for link in source.groups):
        return False
    found = [(link, network.get(SecurityGroup, link)) for link in source.groups]
    return any(not link.to or (group and not group.external) for link, group in found)


def _is_open(network: Network, group: str) -> bool:
    """Whether a group allows every address of IPv4 on each port of TCP."""
    return any(
        opened(each, "tcp") == ALL_PORTS
        and addresses(network, each).sure >= V4
        and there(each).truth
        for each in possible_ingress(network, group)
    )


@asked_once
def _of_tasks(network: Network, source: TaskSource) -> Iterable[Verdict]:
    ways: list[_Way] = []
    for flow in task_flows(network, source):
        yield from _of_flow(network, flow, ways)


def _of_flow(network: Network, flow: BalancerFlow, ways: list[_Way]) -> Iterator[Verdict]:
    taker, sender = flow.taker, flow.sender
    for wanted in flow.wanted:
        way = _way(network, flow, wanted, ways)
        there = flow.fact
        if wanted.spoken:
            text = f"{sender.name} speaks {wanted.transport.upper()} to {taker.name}"
            there = all_of((there, Fact(None, text, needs=wanted.spoken)))
        yield from _verdict(
            network,
            there,
            ("ingress", taker, flow.source.origin),
            ~way.ingress,
            f"{taker.name} does not allow ingress from {sender.name} on {wanted.words}",
            f"{taker.name} allows ingress from {sender.name} on {wanted.words}",
            (flow, wanted),
        )
        yield from _verdict(
            network,
            there,
            ("egress", sender, flow.balancer.origin),
            ~way.egress,
            f"{sender.name} does not allow egress to {taker.name} on {wanted.words}",
            f"{sender.name} allows egress to {taker.name} on {wanted.words}",
            (flow, wanted),
        )


def _way(network: Network, flow: BalancerFlow, wanted: RequiredPorts, known: list[_Way]) -> _Way:
    """The way of a flow: one that is known, or a new one, which is added to them."""
    ends = flow.sender, flow.taker, wanted
    found = next((way for way in known if way.ends == ends), None)
    if found is None:
        ingress, egress = ingress_open(network, flow, wanted), egress_open(network, flow, wanted)
        found = _Way(ends, ingress, egress)
        known.append(found)
    return found


def _verdict(
    network: Network,
    there: Fact,
    where: tuple[Direction, Side, Origin],
    violated: Fact,
    message: str,
    holds: str,
    missing: tuple[BalancerFlow, RequiredPorts],
) -> Iterator[Verdict]:
    """A verdict on the group that should hold the permission, if the sources have that group."""
    way, side, on = where
    flow, wanted = missing
    spot, loose = guard(network, side, way)
    if loose is not None:
        yield cannot_be_seen(on, loose.place, holds, loose.fact.needs, there)
    elif spot is not None:
        added = AddedPermission(())
        if violated.truth:
            added = _missing_permission(network, way, spot.group, flow, wanted)
        yield Verdict(
            spot.on,
            spot.at,
            violated,
            message,
            holds=holds,
            negative=True,
            concerned=there,
            changes=added.changes,
            advice=added.advice,
            remedy=added.remedy or (_TO_TARGETS if way == "egress" else ""),
        )


def _missing_permission(
    network: Network, way: Direction, link: Link, flow: BalancerFlow, wanted: RequiredPorts
) -> AddedPermission:
    """What adds the permission that a group lacks."""
    group = network.get(SecurityGroup, link)
    side, other = (flow.taker, flow.sender) if way == "ingress" else (flow.sender, flow.taker)
    if way == "ingress" and not other.groups:
        return _from_addresses(network, group, flow, wanted)
    theirs = other.groups[0] if len(other.groups) == 1 and other.groups[0].written else None
    found = network.get(SecurityGroup, theirs)
    hint, word = _PEERS[way]
    peer = group_peer(found) if found else unknown_group(hint, word)
    if group is None or group.external:
        own, _ = _PEERS["egress" if way == "ingress" else "ingress"]
        joint = "from" if way == "ingress" else "to"
        names = f"{joint}_{word}", f"{joint.title()}{word.title()}"
        at = AttributePath(side.on.id, "")
        return AddedPermission(
            (beside(way, at, Placeholder(own), peer, added_ports(wanted), names),)
        )
    return added_permission(network, way, group, peer, added_ports(wanted))


def _from_addresses(
    network: Network, group: SecurityGroup | None, flow: BalancerFlow, wanted: RequiredPorts
) -> AddedPermission:
    """What adds a permission for the addresses of a load balancer that has no groups.

    They are those of its one subnet that is not allowed, else those of the VPC. Where it shows the
    addresses of clients, only a group of it could be allowed.
    """
    sender, at = flow.sender, AttributePath(flow.taker.on.id, "")
    if sender.clients:
        peer, remedy = unknown_group(_PEERS["ingress"][0], "balancer"), _GIVE_GROUP
    else:
        closed = [
            link
            for link in sender.subnets
            if ingress_open(network, replace(flow, sender=sender.of(link)), wanted).truth is False
        ]
        vpc = sender.vpc or vpc_by_subnets(network, sender.subnets)
        of = [network.get(Subnet, link) for link in closed] if len(closed) == 1 else []
        found = next((each for each in (*of, network.get(Vpc, vpc)) if each is not None), None)
        peer, remedy = range_peer(found), _FROM_ADDRESSES
    if group is None or group.external:
        names = "from_balancer", "FromBalancer"
        own = Placeholder(_PEERS["egress"][0])
        added = beside("ingress", at, own, peer, added_ports(wanted), names)
        return AddedPermission((added,), remedy=remedy)
    added_here = added_permission(network, "ingress", group, peer, added_ports(wanted))
    return replace(added_here, remedy=added_here.remedy or remedy)
