"""Where tasks are: in which VPC and subnets, on which instances, beside which endpoints."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.core.values import Origin, Span
from taskwall.model.compute.container_instances import container_instances, starts
from taskwall.model.compute.hosts import host_of, hosts, on_host
from taskwall.model.compute.launch_type import awsvpc, launches
from taskwall.model.compute.vpc_tenants import somewhere
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network, remembered
from taskwall.model.endpoints.endpoint import Endpoint, is_in_vpc
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.vpc import Vpc
from taskwall.model.permissions.peers import vpcs, vpcs_of_subnets


def by_host(network: Network, source: TaskSource, itself: bool, own: Fact, hosted: Fact) -> Fact:
    """What holds of who asks for a source: its tasks, or the hosts that they are placed on."""
    asks = hosts_ask(network, source, itself)
    if asks.truth is None:
        # What holds of both holds, whoever it is.
        return any_of((all_of((asks, hosted)), all_of((~asks, own)), all_of((own, hosted))))
    return hosted if asks.truth else own


def hosts_ask(network: Network, source: TaskSource, itself: bool) -> Fact:
    """Whether hosts ask for the tasks of a source.

    Hosts pull images, fetch secrets and write logs. What a container asks `itself` goes by the
    interface of its task, if the task has one of its own.
    """
    asks = on_host(network, source)
    if itself and asks.truth is not False:
        return all_of((asks, ~awsvpc(network, source)))
    return asks


@remembered
def vpc_of(network: Network, source: TaskSource) -> Link | None:
    """The VPC of a source's tasks: by its subnets and groups, else by its container instances'.

    Of what neither tells, its target groups may.
    """
    known = vpcs(network, source)
    own = known and (source.subnets or source.groups)
    for host, _ in hosts(network, source) if not own else ():
        known = vpcs_of_subnets(network, host.subnets)[-1:] or known
    return known[0] if known else None


def _unseen_vpc(network: Network, source: TaskSource) -> Link:
    """The VPC of a source's tasks where neither they nor their container instances tell it."""
    at = source.subnets_setting
    hosted = (link for host, _ in hosts(network, source) for link in host.subnets)
    return somewhere(source.name, source.subnets or tuple(hosted), at.unseen, at.place)


@remembered
def neighbours(network: Network, endpoint: Endpoint) -> tuple[tuple[TaskSource, Fact], ...]:
    """The task sources whose tasks run in an endpoint's VPC, or may do so."""
    return tuple(those_beside(network, endpoint, in_vpcs(network)))


def those_beside(
    network: Network, endpoint: Endpoint, sources: Iterable[TaskSource]
) -> Iterator[tuple[TaskSource, Fact]]:
    """Those of some task sources whose tasks run in an endpoint's VPC, or may do so."""
    for source in sources:
        vpc = vpc_of(network, source) or _unseen_vpc(network, source)
        here = is_in_vpc(network, endpoint, vpc)
        if here.truth is not False:
            yield source, all_of((source.exists, here)) if source.origin.maybe else here


@remembered
def in_vpcs(network: Network) -> tuple[TaskSource, ...]:
    """The task sources whose tasks run in a VPC, or may do so, where the sources say in which."""
    found = []
    for source in network.every(TaskSource):
        if source.origin.silent and not source.subnets:
            continue  # a module that gets no subnet uses none of a VPC's
        known, waits = launches(network, source)
        if source.network_from != "elsewhere" and (known != {"EXTERNAL"} or waits):
            found.append(source)
    return tuple(found)


@remembered
def members_in(network: Network, endpoint: Endpoint) -> tuple[Fact, ...]:
    """That container instances run in an endpoint's VPC, of each of which that may be so."""
    found = []
    for member in container_instances(network):
        links, instances = host_of(network, member).subnets, member.instances
        places = vpcs_of_subnets(network, links)
        places = places or [somewhere(instances.name, links, (), instances.origin.header)]
        here = is_in_vpc(network, endpoint, places[0])
        if here.truth is not False:
            found.append(all_of((member.fact, here, instances.exists)))
    return tuple(found)


def anybody(network: Network, endpoint: Endpoint) -> Fact:
    """Whether any task runs in an endpoint's VPC."""
    return any_of(here for _, here in neighbours(network, endpoint))


class TaskLocation(Struct, frozen=True):
    """A VPC that holds task sources. `declared` is None where it is not in the sources."""

    link: Link | None
    declared: Vpc | None
    sources: tuple[TaskSource, ...]

    @property
    def first(self) -> TaskSource:
        """The first of its task sources."""
        return min(self.sources, key=lambda source: source.origin.order)


def external_at(network: Network, source: TaskSource) -> tuple[Origin, Span]:
    """The attribute through which the VPC of a source's tasks is external, and whose it is.

    That is where its subnets are named: by itself, else by what starts its container instances;
    of instances that are not in the sources it is the cluster.
    """
    if source.subnets_setting.written or on_host(network, source).truth is False:
        return source.origin, source.subnets_setting.place
    members = [host.member for host, _ in hosts(network, source) if host.member is not None]
    found = [start for each in members for start in starts(each) if start.setting.written]
    if found:
        first = min(found, key=lambda start: start.by.origin.order)
        return first.by.origin, first.setting.place
    link = source.cluster if not members else None
    return source.origin, source.subnets_setting.place if link is None else link.place


@remembered
def task_locations(network: Network) -> tuple[TaskLocation, ...]:
    """The VPCs of all task sources that run in one."""
    held: dict[str, list[TaskSource]] = {}
    links: dict[str, Link | None] = {}
    for source in in_vpcs(network):
        link = vpc_of(network, source)
        key = link.to if link else ""
        held.setdefault(key, []).append(source)
        links.setdefault(key, link)
    found = []
    for key, sources in held.items():
        vpc = network.get(Vpc, key)
        thing = vpc if vpc is not None and not vpc.external else None
        found.append(TaskLocation(links[key], thing, tuple(sources)))
    return tuple(found)
