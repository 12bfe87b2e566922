"""What tasks talk to endpoints with: their security groups, or those of their instances."""

from collections.abc import Callable

from msgspec import Struct

from taskwall.core.facts import FALSE, Fact, all_of, any_of, implies
from taskwall.core.values import Need
from taskwall.model.compute.hosts import hosts
from taskwall.model.core.address import Ranges
from taskwall.model.core.entity import Link, Setting
from taskwall.model.core.network import Network
from taskwall.model.endpoints.endpoint import Endpoint, EndpointGroups, endpoint_groups
from taskwall.model.endpoints.task_location import by_host, hosts_ask, vpc_of
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.security_group import Direction, Permission, SecurityGroup
from taskwall.model.permissions.coverage import End, Grant, Location, in_subnet, there, unseen
from taskwall.model.permissions.default_groups import adopted
from taskwall.model.permissions.peers import permissions
from taskwall.model.permissions.ports import RequiredPorts, opens

HTTPS = 443
OVER_HTTPS = RequiredPorts(
    f"port {HTTPS}", "tcp", Ranges(((HTTPS, HTTPS),)), (Ranges(((HTTPS, HTTPS),)),)
)


class EndpointClient(Struct, frozen=True):
    """What asks for a task: the task itself, or mostly the host that it is placed on.

    `name` is what messages call it. `more` is that it may have other groups than those known,
    `default` whether it uses a default group that is as AWS makes it.
    """

    source: TaskSource
    name: str
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


def asked_by(
    network: Network, source: TaskSource, itself: bool, ask: Callable[[EndpointClient], Fact]
) -> Fact:
    """What holds of who asks for a source: of its tasks, or of each host that they are placed on.

    Args:
        network: the network.
        source: the task source.
        itself: whether a container asks, as `by_host` has it.
        ask: what is to hold of a client.
    """
    asks, own = hosts_ask(network, source, itself), FALSE
    if asks.truth is not True:
        setting = source.groups_setting
        own = ask(_client(network, source, source.name, source.groups, setting, source.subnets))
    if asks.truth is False:
        return own
    name, hosted = _hosts_of(source), []
    for host, placed in hosts(network, source):
        client = _client(network, source, name, host.groups, host.groups_setting, host.subnets)
        hosted.append(implies(placed, ask(client)))
    if not hosted:
        hosted = [ask(EndpointClient(source, name, (), (), _others(source, name, ()), FALSE))]
    return by_host(network, source, itself, own, all_of(hosted))


def name_of_client(network: Network, source: TaskSource, itself: bool) -> str:
    """What messages call who certainly asks for a source."""
    asks = hosts_ask(network, source, itself)
    return _hosts_of(source) if asks.truth else source.name


def groups_of_hosts(network: Network, source: TaskSource) -> tuple[Link, ...]:
    """The groups of the instances of a source, if all of them have the same."""
    found = {
        tuple(link.to for link in host.groups): host.groups for host, _ in hosts(network, source)
    }
    return next(iter(found.values())) if len(found) == 1 else ()


def _hosts_of(source: TaskSource) -> str:
    return f"the instances of {source.name}"


def _client(
    network: Network,
    source: TaskSource,
    name: str,
    groups: tuple[Link, ...],
    setting: Setting,
    subnets: tuple[Link, ...],
) -> EndpointClient:
    """What asks with the groups that it names; who certainly names none uses the default group."""
    open_ = any(not link.sure or not link.to for link in groups)
    needs = () if groups and not open_ else setting.unseen
    waits = needs or tuple(need for link in groups for need in link.fact.needs)
    more = _others(source, name, waits) if open_ or needs else FALSE
    if groups or more.truth is not False:
        return EndpointClient(source, name, groups, subnets, more, FALSE)
    groups = tuple(adopted(network, vpc_of(network, source)))
    uses = Fact(True, f"{name} uses the default group", setting.place)
    as_made = all_of((uses, ~any_of(link.fact for link in groups)))
    return EndpointClient(source, name, groups, subnets, more, as_made)


def _others(source: TaskSource, name: str, waits: tuple[Need, ...]) -> Fact:
    needs = waits or (Need(f"the security groups of {name}", "are not in the sources"),)
    text = f"{name} has other security groups"
    return Fact(None, text, source.groups_setting.place, source.name, needs)


def whose(network: Network, link: Link, way: Direction) -> list[Permission] | None:
    """The permissions of a group; None where the group is not in the sources."""
    group = network.get(SecurityGroup, link)
    found = permissions(network, link.to, way) if link.to else []
    if found:
        return found
    return None if group is None or (group.external and not group.default) else []


def on_grants(link: Link, held: list[Permission]) -> list[Grant]:
    """The permissions of a group that something has, as far as they are for HTTPS."""
    sure = () if link.sure else (link.fact,)
    return [Grant(each, all_of((there(each), *sure, opens(each, OVER_HTTPS)))) for each in held]


def groups_of_endpoint(network: Network, endpoint: Endpoint) -> EndpointGroups:
    """The groups of an endpoint, an adopted default group among them.

    `default` is whether it uses one that is as AWS makes it: that allows its own members.
    """
    found = endpoint_groups(network, endpoint)
    if found.default.truth is False:
        return found
    written = adopted(network, endpoint.vpc)
    links = [link.only_if(found.default) for link in written]
    as_made = all_of((found.default, ~any_of(link.fact for link in written)))
    return EndpointGroups((*found.groups, *links), as_made)


def in_default_group(network: Network, sender: EndpointClient) -> Fact:
    """Whether a sender uses its VPC's default group: by name, or because it names none."""
    parts = [sender.more, sender.default]
    for link in sender.groups:
        group = network.get(SecurityGroup, link)
        if group is not None and group.default:
            parts.append(link.fact)
    return any_of(parts)
