"""What tasks talk to endpoints with: their security groups, or those of their instances."""

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import FALSE, Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network
from taskwall.model.endpoints.endpoint import Endpoint, EndpointGroups, endpoint_groups
from taskwall.model.endpoints.task_location import (
    instance_subnets,
    instances_for,
    vpc_of,
)
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.security_group import Direction, Permission, SecurityGroup
from taskwall.model.entities.vpc import Vpc
from taskwall.model.exposure.default_group import default_groups
from taskwall.model.permissions.coverage import End, Grant, Location, in_subnet, there, unseen
from taskwall.model.permissions.peers import permissions

HTTPS = 443


class EndpointClient(Struct, frozen=True):
    """What asks for a task: the task itself, or on container instances mostly their agent.

    `more` is that it may have other groups than those known, `default` whether it uses a default
    group that is as AWS makes it.
    """

    source: TaskSource
    groups: tuple[Link, ...]
    subnets: tuple[Link, ...]
    more: Fact
    default: Fact

    def end(self, network: Network) -> End:
        """The end of a connection that it is."""
        needs = self.source.subnets_setting.unseen
        needs = needs or (Need("the tasks' subnets", "are not known"),)
        found = tuple(in_subnet(network, link) for link in self.subnets)
        nowhere = (Location("the tasks' subnets", unseen(needs)),)
        return End(self.groups, found or nowhere, self.more)


def task_client(network: Network, source: TaskSource) -> EndpointClient:
    """Tasks of their own, as they ask."""
    at = source.groups_setting
    open_ = any(not link.sure or not link.to for link in source.groups)
    needs = () if source.groups and not open_ else at.unseen
    waits = needs or tuple(need for link in source.groups for need in link.fact.needs)
    more = _others(source, waits) if open_ or needs else FALSE
    return _sender(network, source, source.groups, source.subnets, more)


def _sender(
    network: Network,
    source: TaskSource,
    groups: tuple[Link, ...],
    subnets: tuple[Link, ...],
    more: Fact,
) -> EndpointClient:
    """What asks with the groups that it names; who certainly names none uses the default group."""
    if groups or more.truth is not False:
        return EndpointClient(source, groups, subnets, more, FALSE)
    adopted = _adopted(network, vpc_of(network, source))
    wears = Fact(True, f"{source.name} uses the default group", source.groups_setting.place)
    as_made = all_of((wears, ~any_of(fact for _, fact in adopted)))
    groups = tuple(replace(here, fact=fact) for here, fact in adopted)
    return EndpointClient(source, groups, subnets, more, as_made)


def instance_client(network: Network, source: TaskSource) -> EndpointClient:
    """The container instances of tasks, whose agent asks for them."""
    members = instances_for(network, source)
    groups = tuple(link for member in members for link in member.instances.groups)
    subnets = tuple(link for member in members for link in instance_subnets(member))
    open_ = not members or any(not link.sure or not link.to for link in groups)
    waits = tuple(need for link in groups for need in link.fact.needs)
    for member in members:
        at = member.instances.groups_setting
        open_ = open_ or bool(at.needs)
        waits += at.unseen
    more = _others(source, waits) if open_ else FALSE
    return _sender(network, source, groups, subnets, more)


def _others(source: TaskSource, waits: tuple[Need, ...]) -> Fact:
    at, name = source.groups_setting.place, source.name
    needs = waits or (Need(f"the security groups of {name}", "are not in the sources"),)
    return Fact(None, f"{name} has other security groups", at, name, needs)


def on_https(permission: Permission) -> Fact:
    """Whether a permission is for HTTPS, among others or alone."""
    on = permission.on.name
    first, last = f"{on} begins at port {HTTPS} or lower", f"{on} ends at port {HTTPS} or higher"
    every = permission.protocol.is_("-1", "all")
    ports = all_of(
        (
            permission.protocol.is_("tcp", "6"),
            permission.first_port.test(lambda port: _number(port) <= HTTPS, first),
            permission.last_port.test(lambda port: _number(port) >= HTTPS, last),
        )
    )
    return any_of((every, ports))


def _number(port: object) -> int:
    try:
        return int(str(port))
    except ValueError:
        return -1


def whose(network: Network, link: Link, way: Direction) -> list[Permission] | None:
    """The permissions of a group; None where the group is not in the sources."""
    group = network.get(SecurityGroup, link) if link.to else None
    found = permissions(network, link.to, way) if link.to else []
    if found:
        return found
    return None if group is None or (group.external and not group.default) else []


def on_grants(link: Link, held: list[Permission]) -> list[Grant]:
    """The permissions of a group that something has, as far as they are for HTTPS."""
    sure = () if link.sure else (link.fact,)
    return [Grant(each, all_of((there(each), *sure, on_https(each)))) for each in held]


def groups_of_endpoint(network: Network, endpoint: Endpoint) -> EndpointGroups:
    """The groups of an endpoint, an adopted default group among them.

    `default` is whether it uses one that is as AWS makes it: that allows its own members.
    """
    found = endpoint_groups(network, endpoint)
    if found.default.truth is False:
        return found
    written = _adopted(network, endpoint.vpc)
    links = [replace(here, fact=all_of((found.default, fact))) for here, fact in written]
    as_made = all_of((found.default, ~any_of(fact for _, fact in written)))
    return EndpointGroups((*found.groups, *links), as_made)


def in_default_group(network: Network, sender: EndpointClient) -> Fact:
    """Whether a sender uses its VPC's default group: by name, or because it names none."""
    parts = [sender.more, sender.default]
    for link in sender.groups:
        group = network.get(SecurityGroup, link)
        if group is not None and group.default:
            parts.append(link.fact)
    return any_of(parts)


def _adopted(network: Network, vpc: Link | None) -> list[tuple[Link, Fact]]:
    """What the sources write as the default group of a VPC, and whether that is in force."""
    found = network.get(Vpc, vpc)
    if found is not None:
        adopted = default_groups(network, found)
    else:
        needs = vpc.fact.needs if vpc else ()
        needs = needs or (Need("the VPC", "is not in the sources"),)
        adopted = [
            (group, Fact(None, f"{group.name} is in force", group.origin.header, needs=needs))
            for group in network.every(SecurityGroup)
            if group.default
        ]
    return [
        (Link(group.id, group.exists, group.origin.header), all_of((fact, group.exists)))
        for group, fact in adopted
    ]
