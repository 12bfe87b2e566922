"""Which subnets tasks and load balancers have addresses in, and which of them an ACL guards."""

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import TRUE, Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.compute.container_instances import container_instances
from taskwall.model.compute.hosts import host_of, host_security_groups
from taskwall.model.core.address import Ranges
from taskwall.model.core.entity import Link, link_to, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskDefinition, TaskSource
from taskwall.model.entities.function import LambdaFunction
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.vpc import Subnet
from taskwall.model.entities.vpc_link import VpcLink
from taskwall.model.permissions.default_groups import balancer_security_groups, groups_of
from taskwall.model.permissions.peers import groups_meant, task_groups
from taskwall.model.routing.network_acl import (
    BALANCER_PORTS,
    CLIENT_PORTS,
    WINDOWS_PORTS,
    NetworkAcl,
    is_default_of,
    subnets_by_acl,
)


class SubnetTenant(Struct, frozen=True):
    """What has addresses in subnets, if `fact` holds.

    `ports` are those that it takes as a client: the one or the other where there are several.
    """

    name: str
    groups: tuple[Link, ...]
    subnets: tuple[Link, ...]
    ports: tuple[Ranges, ...]
    fact: Fact = TRUE
    needs: tuple[Need, ...] = ()


@remembered
def _tasks_and_instances(network: Network) -> list[SubnetTenant]:
    """The task sources and container instances."""
    found = []
    for source in network.every(TaskSource):
        ports, needs = _client_ports(network, source)
        groups = task_groups(network, source)
        found.append(SubnetTenant(source.name, groups, source.subnets, ports, needs=needs))
    for member in container_instances(network):
        host, agent = host_of(network, member), member.instances.agent
        ports = (WINDOWS_PORTS if agent and agent.started_by == "windows" else CLIENT_PORTS,)
        groups = host_security_groups(network, host)
        found.append(SubnetTenant(host.name, groups, host.subnets, ports, member.fact))
    return found


@remembered
def task_subnets(network: Network) -> dict[str, list[SubnetTenant]]:
    """The task sources and container instances in subnets, by the subnet's id."""
    found: dict[str, list[SubnetTenant]] = {}
    for tenant in _tasks_and_instances(network):
        for link in tenant.subnets:
            here = replace(tenant, fact=link.only_if(tenant.fact).fact)
            found.setdefault(link.to, []).append(here)
    return found


@remembered
def tenants_by_group(network: Network) -> dict[str, list[tuple[SubnetTenant, Fact]]]:
    """What uses a security group, by the group's id, each with whether it does.

    Tasks, their instances, load balancers, and what only opens connections: functions, VPC links.
    """
    beside: list[tuple[LoadBalancer | LambdaFunction | VpcLink, tuple[Link, ...]]] = [
        (each, balancer_security_groups(network, each)) for each in network.every(LoadBalancer)
    ]
    clients: list[LambdaFunction | VpcLink] = [*network.every(LambdaFunction)]
    clients += network.every(VpcLink)
    beside += [
        (each, groups_of(network, each.groups, each.groups_setting, each.subnets))
        for each in clients
    ]
    tenants = _tasks_and_instances(network) + [
        SubnetTenant(each.name, groups, each.subnets, (BALANCER_PORTS,), each.exists)
        for each, groups in beside
    ]
    found: dict[str, list[tuple[SubnetTenant, Fact]]] = {}
    for tenant in tenants:
        for link in tenant.groups:
            for group, uses in groups_meant(network, link):
                if (fact := all_of((uses, tenant.fact))).truth is not False:
                    found.setdefault(group, []).append((tenant, fact))
    return found


def _client_ports(
    network: Network, source: TaskSource
) -> tuple[tuple[Ranges, ...], tuple[Need, ...]]:
    """The ports that tasks take as clients, or may, and what that waits for."""
    link = source.task_definition
    definition = network.get(TaskDefinition, link)
    if link is None:
        return (CLIENT_PORTS,), ()
    if definition is None or definition.external:
        return (CLIENT_PORTS, WINDOWS_PORTS), link.waits("the task definition", definition)
    if definition.windows.truth is None:
        return (CLIENT_PORTS, WINDOWS_PORTS), definition.windows.waits_for()
    return (WINDOWS_PORTS if definition.windows.truth else CLIENT_PORTS,), ()


def guarded(network: Network, acl: NetworkAcl) -> list[tuple[Subnet | None, Fact]]:
    """The subnets with tasks that an ACL guards, or may guard."""
    named = subnets_by_acl(network)
    mine = [*named.get(acl.id, ()), *named.get("", ())]
    if acl.default_of is not None:
        others = {link.to for links in named.values() for link in links}
        for subnet in network.every(Subnet):
            by_default = is_default_of(acl, subnet)
            if by_default.truth is not False and subnet.id not in others:
                at = subnet.origin.header
                mine.append(Link(subnet.id, by_default & subnet.vpc.fact, at))
    found: list[tuple[Subnet | None, Fact]] = []
    held = task_subnets(network)
    unseen = _unseen_subnets(network)
    for link in mine:
        near = (link.to, *unseen) if link.exact else held
        for key in dict.fromkeys(key for key in near if key in held):
            tenants = held[key]
            runs = any_of(tenant.fact for tenant in tenants)
            found_here = network.get(Subnet, key)
            here = Link(key, runs, acl.origin.header, key not in unseen)
            same = same_entity(link, here)
            if same is not False:
                needs = (*link.fact.needs, *(need for each in tenants for need in each.fact.needs))
                text = f"{acl.name} is the network ACL of {key or 'a subnet of tasks'}"
                tie = Fact(same, text, link.place, acl.name, needs)
                found.append((found_here if same else None, tie & link.fact & runs))
    return found


@remembered
def _unseen_subnets(network: Network) -> tuple[str, ...]:
    """The subnets with tasks that are not in the sources: each may be any."""
    found = ((key, network.get(Subnet, key)) for key in task_subnets(network))
    return tuple(key for key, subnet in found if subnet is None or subnet.external)


def balanced(network: Network, subnet: Subnet | None) -> Fact:
    """Whether a load balancer stands in a subnet."""
    by_subnet = _balancers_in(network)
    keys = (subnet.id, "") if subnet is not None else by_subnet
    parts = []
    for balancer, link in (pair for key in keys for pair in by_subnet.get(key, ())):
        same = same_entity(link, link_to(subnet)) if subnet is not None else None
        text = f"{balancer.name} is in {subnet.name if subnet else 'the subnet'}"
        tie = Fact(same, text, link.place, balancer.name, link.fact.needs)
        parts.append(all_of((balancer.exists, link.fact, tie)))
    return any_of(parts)


@remembered
def _balancers_in(network: Network) -> dict[str, list[tuple[LoadBalancer, Link]]]:
    """Load balancers by their subnets; "" holds links of which nobody knows where they lead."""
    found: dict[str, list[tuple[LoadBalancer, Link]]] = {}
    for balancer in network.every(LoadBalancer):
        for link in balancer.subnets:
            found.setdefault(link.to if link.exact else "", []).append((balancer, link))
    return found
