"""Ways out of where tasks are: whether they, or the instances that they run on, have any."""

from collections.abc import Iterator

from taskwall.core.facts import FALSE, Fact, all_of, any_of, implies
from taskwall.core.values import Need
from taskwall.model.compute.container_instances import (
    elastic_address,
    public_address,
    starts,
)
from taskwall.model.compute.hosts import Host, hosts
from taskwall.model.compute.placement import unseen_instances
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network, remembered
from taskwall.model.endpoints.task_location import by_host
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.vpc import Subnet
from taskwall.model.routing import routes
from taskwall.model.routing.routes import leads


@remembered
def internet_egress(network: Network, source: TaskSource, itself: bool, dual: bool) -> Fact:
    """Whether who asks for a source has a way to the internet in each of its subnets.

    Args:
        network: the network.
        source: the task source.
        itself: whether a container asks, as `by_host` has it.
        dual: whether what is asked for has IPv6 addresses, too.
    """
    own = [
        any_of((_from_subnet(network, source, link), *_by_ipv6(network, link, dual)))
        for link in source.subnets
    ]
    hosted = [
        implies(
            fact,
            any_of(
                (
                    _from_host(network, host, link),
                    *_by_ipv6(network, link, dual),
                    *_proxied(host),
                )
            ),
        )
        for host, fact in _started(network, source)
        for link in host.subnets
    ]
    hosted += [
        implies(
            fact,
            any_of((_of_default_subnets(host, "can reach the internet"), *_proxied(host))),
        )
        for host, fact in _started(network, source)
        if not host.subnets
    ]
    own, hosted = _or_unseen(source, own, hosted)
    return by_host(network, source, itself, all_of(own), all_of(hosted))


def _started(network: Network, source: TaskSource) -> Iterator[tuple[Host, Fact]]:
    """The hosts of a source, but what describes instances that nothing here starts: anywhere."""
    return ((host, fact) for host, fact in hosts(network, source) if not host.only_described)


def _or_unseen(
    source: TaskSource, own: list[Fact], hosted: list[Fact]
) -> tuple[list[Fact], list[Fact]]:
    """What holds in the subnets of tasks and of their hosts, or that it is not known.

    A module that is not there starts instances in the subnets that it is given for tasks.
    """
    own = own or [unseen_subnets(source)]
    return own, hosted or (own if source.origin.silent else [unseen_hosts(source)])


def _by_ipv6(network: Network, link: Link, dual: bool) -> tuple[Fact, ...]:
    """That what has IPv6 addresses may be reached by them, if whoever asks takes those."""
    subnet = network.get(Subnet, link) if dual else None
    if subnet is None:
        return ()
    text = f"what runs in {subnet.name} takes IPv6 addresses"
    takes = Fact(
        None,
        text,
        link.place,
        subnet.name,
        (Need(f"the IP version that {subnet.name} takes", "is not known"),),
    )
    return (all_of((routes.ipv6_egress(network, subnet), takes)),)


def _from_subnet(network: Network, source: TaskSource, link: Link) -> Fact:
    subnet = network.get(Subnet, link)
    if subnet is None:
        return unseen_subnets(source, link)
    public = source.public_address.is_(True)
    if source.managed and not subnet.external:
        # Express Mode gives a public address where the subnet is public.
        public = leads(network, subnet, "internet")
    return implies(link.fact, routes.subnet_egress(network, subnet, public))


def _from_host(network: Network, host: Host, link: Link) -> Fact:
    subnet = network.get(Subnet, link)
    name = host.name
    if subnet is None or subnet.external:
        text = f"{name} can reach the internet"
        return Fact(None, text, link.place, name, link.waits(name))
    given, elastic = subnet.public_addresses, FALSE
    if host.member is not None:
        given = public_address(network, host.member.instances) or given
        elastic = elastic_address(network, host.member.instances)
    text = f"{name} gets a public address"
    public = given.is_(True) if given is not None else Fact(False, text, link.place, name)
    return implies(link.fact, routes.subnet_egress(network, subnet, any_of((public, elastic))))


def _of_default_subnets(host: Host, what: str) -> Fact:
    """That nobody knows `what` of instances of which no subnet is known."""
    start = None if host.member is None else next(starts(host.member), None)
    at, waits = host.on.origin.header, tuple[Need, ...]()
    if start is not None:
        at, waits = start.setting.place, start.setting.unseen
    waits = waits or (Need(f"the default subnets of {host.name}", "are not in the sources"),)
    return Fact(None, f"{host.name} {what}", at, host.name, waits)


def unseen_subnets(source: TaskSource, link: Link | None = None) -> Fact:
    """That nobody knows whether tasks have a way out of subnets that are not in the sources."""
    at = source.subnets_setting
    text = f"{source.name} can reach the internet"
    needs = (link.fact.needs if link else ()) or at.unseen
    needs = needs or (Need(f"the subnets of {source.name}", "are not in the sources"),)
    return Fact(None, text, link.place if link else at.place, source.name, needs)


def unseen_hosts(source: TaskSource) -> Fact:
    """That nobody knows whether instances that are not in the sources have a way out."""
    at, needs = unseen_instances(source)
    return Fact(None, f"{source.name} can reach the internet", at, source.name, needs)


def _proxied(host: Host) -> tuple[Fact, ...]:
    """That the agent of container instances may get out by a proxy."""
    agent = host.member.instances.agent if host.member is not None else None
    if agent is None:
        return ()
    name = host.name
    text = f"{name} reaches the internet through a proxy"
    if agent.proxies:
        needs = (Need(f"the proxy of {name}", "is not in the sources"),)
        return (Fact(None, text, agent.place, name, needs),)
    waits = agent.unseen
    return (Fact(None, text, agent.place, name, waits),) if waits else ()


@remembered
def uses_nat(network: Network, source: TaskSource) -> Fact:
    """Whether a subnet of a source's tasks, or of their instances, routes to a NAT gateway."""
    own = [_natted(network, source, link) for link in source.subnets]
    hosted = [
        fact
        for host, _ in _started(network, source)
        for fact in (
            [_natted(network, source, link) for link in host.subnets]
            or [_of_default_subnets(host, "uses a NAT gateway")]
        )
    ]
    own, hosted = _or_unseen(source, own, hosted)
    return by_host(network, source, False, any_of(own), any_of(hosted))


def _natted(network: Network, source: TaskSource, link: Link) -> Fact:
    subnet = network.get(Subnet, link)
    if subnet is None:
        return unseen_subnets(source, link)
    return all_of((link.fact, routes.default_way(network, subnet, "nat")))
