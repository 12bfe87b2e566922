"""Which endpoints serve which tasks: who needs one, and whether it is where they are."""

from collections.abc import Iterable, Iterator

from taskwall.core.change import AttributeChange, AttributePath, ResourceAttribute
from taskwall.core.facts import FALSE, TRUE, Fact, all_of, any_of, implies, with_reason
from taskwall.core.values import Need
from taskwall.model.compute.hosts import hosts, on_host
from taskwall.model.core.entity import Link, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.endpoints.egress_path import unseen_hosts, unseen_subnets
from taskwall.model.endpoints.endpoint import (
    Endpoint,
    endpoints_for,
    endpoints_of_vpc,
    in_region,
    is_for,
    private_dns,
    serves_table,
)
from taskwall.model.endpoints.task_dependencies import (
    ServiceDependency,
    proxies,
    service_dependencies,
    wanted_by,
)
from taskwall.model.endpoints.task_location import (
    TaskLocation,
    by_host,
    in_vpcs,
    members_in,
    neighbours,
    those_beside,
)
from taskwall.model.entities.container_needs import ELSEWHERE
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.vpc import Route, Subnet, Vpc
from taskwall.model.routing.routes import tables, to_networks
from taskwall.model.routing.vpc_attachments import Peering

READ = "2026-11-27"


@remembered
def is_needed(network: Network, endpoint: Endpoint) -> Fact:
    """Whether tasks in an endpoint's VPC need the service that it is for."""
    parts = []
    named = endpoint.named
    if endpoint.service:
        wanting = _wanting(network).get(endpoint.service, {})
        sources = (source for source, _ in wanting.values())
        for source, here in those_beside(network, endpoint, sources):
            parts += [all_of((here, fact)) for fact in wanting[source.id][1]]
    elif named.needs:
        for source, here in neighbours(network, endpoint):
            for demand in service_dependencies(network, source):
                if demand.service != ELSEWHERE:
                    text = f"{endpoint.name} is the endpoint of {demand.service}"
                    may = Fact(None, text, named.place, endpoint.name, named.needs)
                    parts.append(all_of((may, here)))
    otherwise = f"no task in the VPC of {endpoint.name} needs it"
    text = f"tasks need {endpoint.name}"
    at = endpoint.origin.header
    return any_of((Fact(False, text, at, endpoint.name, otherwise=otherwise), *parts))


def endpoints_for_tasks(
    network: Network, services: tuple[str, ...]
) -> Iterator[tuple[Endpoint, Fact]]:
    """The endpoints that may be some services', each with whether it is, and who needs it."""
    for endpoint, fact in endpoints_for(network, services):
        yield endpoint, with_reason(fact, is_needed(network, endpoint))


@remembered
def _wanting(network: Network) -> dict[str, dict[str, tuple[TaskSource, list[Fact]]]]:
    """The task sources in VPCs that need a service, by their ids, and why."""
    found: dict[str, dict[str, tuple[TaskSource, list[Fact]]]] = {}
    for source in in_vpcs(network):
        for demand in service_dependencies(network, source):
            of_service = found.setdefault(demand.service, {})
            of_service.setdefault(source.id, (source, []))[1].append(demand.fact)
    return found


@remembered
def beside_gateway(network: Network, endpoint: Endpoint) -> Fact:
    """Whether a gateway endpoint of the same VPC takes what an interface endpoint is for: S3's."""
    own = is_for(network, endpoint, ("s3",))
    return any_of(
        all_of((own, here, is_for(network, other, ("s3",)), gateway, other.exists))
        for other, here in (
            endpoints_of_vpc(network, endpoint.vpc) if own.truth is not False else ()
        )
        if other.id != endpoint.id and (gateway := other.kind.is_("Gateway")).truth is not False
    )


@remembered
def serves_instances(network: Network, endpoint: Endpoint) -> Fact:
    """Whether an ECS endpoint serves anybody: agents on instances, or Service Connect's proxies.

    What else runs in a VPC that is not in the sources cannot be seen. In newer Regions Fargate uses
    them, too.
    """
    parts = list(members_in(network, endpoint))
    agents = is_for(network, endpoint, ("ecs-agent",))
    if endpoint.region and endpoint.region not in _EARLIER:
        text = f"Fargate uses {endpoint.name} in {endpoint.region}"
        parts.append(Fact(True, text, endpoint.named.place, endpoint.name))
    for source, here in neighbours(network, endpoint):
        parts.append(all_of((here, on_host(network, source))))
        found = proxies(network).get(source.origin.address, ())
        parts += [all_of((here, agents, proxy.connected)) for proxy in found]
    vpc = network.get(Vpc, endpoint.vpc)
    if vpc is None or vpc.external:
        text = f"container instances run in the VPC of {endpoint.name}"
        needs = endpoint.vpc.waits("the VPC", vpc)
        parts.append(Fact(None, text, endpoint.vpc.place, endpoint.name, needs))
    return any_of(parts)


_EARLIER = frozenset((
    "af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
    "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
    "ca-central-1", "ca-west-1", "cn-north-1", "cn-northwest-1", "eu-central-1", "eu-central-2",
    "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
    "il-central-1", "me-central-1", "me-south-1", "sa-east-1", "us-east-1", "us-east-2",
    "us-gov-east-1", "us-gov-west-1", "us-iso-east-1", "us-iso-west-1", "us-isob-east-1",
    "us-west-1", "us-west-2",
))  # fmt: skip
"""The Regions of before 2023-12-23: a list that does not grow.

Amazon ECS developer guide, "Amazon ECS interface VPC endpoints"; AWS general reference, "Regions".
"""


def has_endpoint(
    network: Network, location: TaskLocation, services: tuple[str, ...], region: str = ""
) -> Fact:
    """Whether a VPC has an endpoint of one of some services, in a Region or in its own."""
    name = location.declared.name if location.declared else "the VPC"
    at = location.declared.origin.header if location.declared else None
    any_of_them = " or ".join(filter(None, (", ".join(services[:-1]), services[-1])))
    text = f"{name} has an endpoint of {any_of_them}"
    otherwise = f"{name} has no endpoint of {any_of_them}"
    if services == (ELSEWHERE,):
        return FALSE
    none = Fact(False, text, at, name, otherwise=otherwise)
    return any_of((none, *_fit_endpoints(network, location.link, services, region)))


@remembered
def _fit_endpoints(
    network: Network, vpc: Link | None, services: tuple[str, ...], region: str
) -> Iterable[Fact]:
    """Of each endpoint that may be one of some services', that a VPC has it."""
    for endpoint, here in endpoints_of_vpc(network, vpc):
        own = is_for(network, endpoint, services)
        if own.truth is False:
            continue
        fits = all_of((own, in_region(endpoint, region), _is_of_kind(endpoint, services)))
        if fits.truth is not False:
            yield all_of((here, fits, endpoint.exists))


def _is_of_kind(endpoint: Endpoint, services: tuple[str, ...]) -> Fact:
    """Whether an endpoint of a service, where only that one is asked for, is of a fit type.

    S3's public names lead to a gateway endpoint. An interface endpoint alone has private DNS only
    where that is not confined to what comes by a Resolver endpoint (AWS PrivateLink guide for
    Amazon S3). Of most other services there are no gateway endpoints.
    """
    gateway, at = endpoint.kind.is_("Gateway"), endpoint.kind.place
    if len(services) > 1:
        return TRUE
    if services != ("s3",):
        return ~gateway
    text = f"{endpoint.name} is used under the public names of S3"
    needs = (Need(f"whether the names of S3 lead to {endpoint.name}", "is not known"),)
    return any_of((gateway, Fact(None, text, at, endpoint.name, needs)))


@remembered
def served_beyond(network: Network, demand: ServiceDependency) -> Fact:
    """Whether an endpoint of another network may serve what is needed, from each subnet.

    Its names would have to be made known here, which the sources seldom show.
    """
    own, hosted = (
        all_of(_beyond(network, demand, link) for link in links) if links else FALSE
        for links in (
            demand.source.subnets,
            [link for host, _ in hosts(network, demand.source) for link in host.subnets],
        )
    )
    return by_host(network, demand.source, demand.itself, own, hosted)


def _beyond(network: Network, demand: ServiceDependency, link: Link) -> Fact:
    subnet = network.get(Subnet, link)
    if subnet is None or demand.service == ELSEWHERE:
        return FALSE
    parts = []
    for route, fact in to_networks(network, subnet):
        if any(_may_have(network, demand.service, vpc) for vpc in _led_to(network, route, subnet)):
            text = (
                f"a network that {subnet.name} has a route to has an endpoint of {demand.service}"
            )
            needs = (Need(f"what {route.fact.resource} leads to", "is not all in the sources"),)
            may = Fact(None, text, route.fact.place, route.fact.resource, needs)
            parts.append(all_of((fact, may)))
    return any_of(parts)


def _led_to(network: Network, route: Route, subnet: Subnet) -> list[Link | None]:
    """The VPCs that a route of a subnet leads to, or may; None for those that nobody sees."""
    peering = network.get(Peering, route.peering)
    if peering is None:
        return [None]
    sides = ((peering.vpc, peering.peer), (peering.peer, peering.vpc))
    return [there for here, there in sides if same_entity(here, subnet.vpc) is not False]


def _may_have(network: Network, service: str, link: Link | None) -> bool:
    vpc = network.get(Vpc, link)
    if vpc is None or vpc.external:
        return True
    found = endpoints_of_vpc(network, link)
    return any(is_for(network, each, (service,)).truth is not False for each, _ in found)


@remembered
def pulls_layers(network: Network, endpoint: Endpoint) -> Fact:
    """Whether tasks in an endpoint's VPC pull images from ECR."""
    return any_of(
        all_of((here, demand.fact))
        for source, here in neighbours(network, endpoint)
        for demand in service_dependencies(network, source)
        if demand.service == "ecr.dkr"
    )


@remembered
def serves_subnets(network: Network, endpoint: Endpoint) -> Fact:
    """Whether every subnet of tasks that need S3 reaches it by an endpoint of the VPC."""
    parts = []
    for source, here in neighbours(network, endpoint):
        for itself, wanted in wanted_by(network, source, "s3"):
            own = [_any_of_them(network, endpoint, source, link) for link in source.subnets]
            hosted = [
                implies(fact, _any_of_them(network, endpoint, source, link))
                for host, fact in hosts(network, source)
                for link in host.subnets
            ]
            own, hosted = own or [unseen_subnets(source)], hosted or [unseen_hosts(source)]
            served = by_host(network, source, itself, all_of(own), all_of(hosted))
            parts.append(~all_of((here, wanted, ~served)))
    return all_of(parts)


def is_used_by_seen(network: Network, endpoint: Endpoint) -> bool:
    """Whether any tasks that may need S3 are seen: those of absent modules are not."""
    return any(
        not source.origin.unseen and any(wanted_by(network, source, "s3"))
        for source, _ in neighbours(network, endpoint)
    )


def _any_of_them(network: Network, endpoint: Endpoint, source: TaskSource, link: Link) -> Fact:
    subnet = network.get(Subnet, link)
    if subnet is None or subnet.external:
        text = f"{endpoint.name} is in the route tables of {source.name}"
        return Fact(None, text, link.place, source.name, link.waits("a subnet", subnet))
    return implies(link.fact, _led_to_s3(network, endpoint, subnet))


@remembered
def _led_to_s3(network: Network, endpoint: Endpoint, subnet: Subnet) -> Fact:
    """Whether a subnet reaches S3 by an endpoint of the VPC of one."""
    found = []
    for other, here in endpoints_of_vpc(network, endpoint.vpc):
        tie = here if other.id != endpoint.id else other.exists
        found.append(all_of((tie, _leads_to_s3(network, other, subnet))))
    return any_of(found)


@remembered
def _leads_to_s3(network: Network, endpoint: Endpoint, subnet: Subnet) -> Fact:
    """Whether a subnet reaches S3 by an endpoint, if that is of its VPC."""
    of_s3 = is_for(network, endpoint, ("s3",))
    if of_s3.truth is False:
        return of_s3
    by_gateway = endpoint.kind.is_("Gateway")
    gateway = all_of((by_gateway, in_tables(network, endpoint, subnet)))
    interface = all_of((endpoint.kind.is_("Interface"), private_dns(network, endpoint)))
    both = (gateway, interface) if by_gateway.truth is not True else (gateway,)
    return all_of((of_s3, any_of(both)))


@remembered
def in_tables(network: Network, endpoint: Endpoint, subnet: Subnet) -> Fact:
    """Whether a gateway endpoint is in the route table of a subnet, whichever that is."""
    found = tables(network, subnet)
    at = endpoint.tables_setting
    if not found:
        text = f"{endpoint.name} is in the route table of {subnet.name}"
        otherwise = f"{subnet.name} has no route table but AWS's main one"
        return Fact(False, text, at.place, endpoint.name, otherwise=otherwise)
    served = [_served(network, endpoint, link) for link in found]
    if not any(link.sure for link in found):
        # Perhaps none of them is used, but AWS's main one, where no endpoint is.
        served.append(any_of(link.fact for link in found))
    return all_of(served)


def _served(network: Network, endpoint: Endpoint, table: Link) -> Fact:
    if not table.to:
        text = f"{endpoint.name} is in the tasks' route table"
        needs = table.waits("a route table")
        return Fact(None, text, endpoint.tables_setting.place, endpoint.name, needs)
    return implies(table.fact, serves_table(network, endpoint, table))


def routed(network: Network, endpoint: Endpoint) -> tuple[AttributeChange, ...]:
    """The change that puts a gateway endpoint in the route tables of tasks that it is not in."""
    at = endpoint.tables_setting.attribute
    used = (
        table
        for source, _ in neighbours(network, endpoint)
        for link in source.subnets
        if (subnet := network.get(Subnet, link)) is not None and not subnet.external
        for table in tables(network, subnet)
    )
    lacking = [t for t in used if t.sure and not _served(network, endpoint, t).truth]
    if at is None or not lacking:
        return ()
    found = tuple(ResourceAttribute(to, "id") for to in dict.fromkeys(each.to for each in lacking))
    if endpoint.tables_setting.written:
        at = AttributePath(at.address, f"{at.path}[+]")
    return (AttributeChange(at, found, found),)
