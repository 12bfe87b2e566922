"""What load balancers hand to tasks, and whether it is encrypted again on that way."""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.model.compute.vpc_encryption import enforced
from taskwall.model.core.entity import Entity, Setting
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.load_balancer import BalancerKind, Listener, LoadBalancer, TargetGroup
from taskwall.model.entities.vpc import Subnet
from taskwall.model.load_balancing.internet_facing import is_public
from taskwall.model.load_balancing.paths import (
    BalancerPath,
    balancer_paths,
    before_tasks,
    hosts_registered,
    instance_paths,
)


class Backend(Struct, frozen=True):
    """What is spoken on the way from a load balancer to tasks, as far as one attribute tells.

    `on` is the target group, or the classic load balancer. `plain` is whether that is plain text;
    `concerned` is whether a public load balancer hands what it decrypts to tasks in that way.
    `check` marks that only the health check is meant.
    """

    on: Entity
    spoken: Setting
    plain: Fact
    concerned: Fact
    check: bool = False


@remembered
def _handed(network: Network) -> dict[str, list[tuple[Listener | None, BalancerKind | None, Fact]]]:
    """The ways on which listeners hand traffic to tasks, by the id of their target group."""
    found: dict[str, list[tuple[Listener | None, BalancerKind | None, Fact]]] = {}
    for name, tie, front in _registered(network):
        if front.target_group is None or front.target_group.external:
            continue
        way = tie & front.if_made
        if front.listener is None:
            text = f"a public load balancer is in front of {name}"
            way &= Fact(None, text, front.place, name, front.needs)
        found.setdefault(front.target_group.id, []).append((front.listener, front.kind, way))
    return found


def _registered(network: Network) -> Iterator[tuple[str, Fact, BalancerPath]]:
    """The ways to tasks, and to container instances by what registers these, if it does."""
    for source in network.every(TaskSource):
        for front in balancer_paths(network, source):
            yield source.name, TRUE, front
    for by, tie in hosts_registered(network):
        for front in instance_paths(network, by):
            yield by.name, tie, front


def _ends_there(
    network: Network, listener: Listener | None, kind: BalancerKind | None, way: Fact
) -> Fact:
    """Whether what a public load balancer hands on by a way is decrypted in it before.

    An ALB decrypts all that it takes, an NLB only what its TLS listeners take. The listener of a
    Gateway Load Balancer has no protocol.
    """
    if listener is None:
        return way
    parts = [way, is_public(network, listener.load_balancer)]
    if kind != "application":
        parts.append(listener.protocol.is_("TLS", "HTTPS", "HTTP"))
    return all_of(parts)


def backends(network: Network) -> Iterator[Backend]:
    """What is spoken on each way from a public load balancer to tasks."""
    handed = _handed(network)
    for group in network.every(TargetGroup):
        ways = handed.get(group.id, [])
        concerned = any_of(_ends_there(network, *way) for way in ways)
        if concerned.truth is False:
            continue
        vpcs = [group.vpc] if group.vpc is not None else []
        for listener, _, _ in ways:
            balancer = network.get(LoadBalancer, listener.load_balancer) if listener else None
            subnets = [network.get(Subnet, link) for link in balancer.subnets] if balancer else []
            vpcs += [subnet.vpc for subnet in subnets if subnet is not None]
        spared = enforced(network, vpcs, group.name)
        traffic = group.protocol.is_("HTTPS", "TLS")
        check = group.check_protocol.is_("HTTP")
        if traffic.truth is not True or check.truth is False:
            yield Backend(group, group.protocol, ~(traffic | spared), concerned)
        else:
            yield Backend(group, group.check_protocol, check & ~spared, concerned, check=True)
    for listener in network.every(Listener):
        balancer = network.get(LoadBalancer, listener.load_balancer)
        if balancer is not None and listener.backend is not None:
            yield from _classic(network, balancer, listener, listener.backend)


def _classic(
    network: Network, balancer: LoadBalancer, listener: Listener, backend: Setting
) -> Iterator[Backend]:
    """The same for a listener of a classic load balancer, which has one health check for all.

    AWS names ALBs and NLBs where it says what encryption control moves to hardware that encrypts.
    """
    reached = before_tasks(network, listener) & is_public(network, listener.load_balancer)
    concerned = reached & listener.protocol.is_("HTTP", "HTTPS", "SSL")
    traffic = backend.is_("HTTPS", "SSL")
    check = balancer.check
    plain = FALSE
    if check is not None and check.value is not None:
        text = f"{balancer.name} checks health by plain HTTP"
        plain = check.test(lambda target: str(target).upper().startswith("HTTP:"), text)
    if traffic.truth is not True or check is None or plain.truth is False:
        yield Backend(balancer, backend, ~traffic, concerned)
    else:
        yield Backend(balancer, check, plain, concerned, check=True)
