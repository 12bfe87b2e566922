"""What tasks need to reach before they run, and who in a VPC needs it.

All of it is derived from what the sources say of a task, by the table of `ENDPOINTS`.
"""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.facts import FALSE, Fact, all_of, any_of
from taskwall.model import routes
from taskwall.model.capacity import ContainerInstances, container_instances, placed
from taskwall.model.endpoint import (
    AGENT,
    Endpoint,
    inside,
    is_for,
    of_vpc,
    private_dns,
    serves_table,
)
from taskwall.model.launch import launches, runs_on
from taskwall.model.mesh import Proxy
from taskwall.model.network import Network, remembered
from taskwall.model.place import Subnet, Vpc
from taskwall.model.reach import vpcs
from taskwall.model.routes import leads, tables
from taskwall.model.thing import Link
from taskwall.model.use import ECR, ELSEWHERE, Use, What
from taskwall.model.work import TaskDefinition, TaskSource
from taskwall.values import Need

ENDPOINTS: dict[str, tuple[str, ...]] = {
    ECR: ("ecr.api", "ecr.dkr", "s3"),
    ELSEWHERE: (ELSEWHERE,),
}
"""The endpoints behind what a container uses, where it is not the service of the same name.

Amazon ECR user guide, "Amazon ECR interface VPC endpoints": image layers come from S3. Amazon ECS
developer guide, "Amazon ECS interface VPC endpoints". Partition and FIPS
variants of the names are taken for the service itself (see `endpoint.service_of`).
"""

_CANDIDATES: dict[What, tuple[str, ...]] = {
    "image": (*ENDPOINTS[ECR], ELSEWHERE),
    "log": ("logs",),
    "secret": ("secretsmanager", "ssm"),
    "file": ("s3",),
}
"""What something may need of which the sources do not tell where it comes from."""

_BEFORE_1_4 = ("ecr.api", "secretsmanager", "ssm")
"""What Fargate up to platform 1.3.0 reaches by an interface of its own, outside the VPC.

Amazon ECS developer guide, "Fargate task networking".
"""


class Demand(Struct, frozen=True):
    """That a task source needs the endpoint of a service (`elsewhere`: the internet itself)."""

    service: str
    source: TaskSource
    fact: Fact


@remembered
def demands(network: Network, source: TaskSource) -> tuple[Demand, ...]:
    """What the tasks of a source need to reach."""
    known, waits = launches(network, source)
    if known == {"EXTERNAL"} and not waits:
        return ()
    old = _old_platform(network, source)
    found = []
    for service, fact in _used(network, source):
        spared = service in _BEFORE_1_4 and old.truth is not False
        inside_vpc = all_of((fact, ~old)) if spared else fact
        if inside_vpc.truth is not False:
            found.append(Demand(service, source, inside_vpc))
    if source.exec.truth is not False:
        found.append(Demand("ssmmessages", source, source.exec))
    on_instances = runs_on(network, source, "EC2")
    if on_instances.truth is not False:
        found += [Demand(service, source, on_instances) for service in AGENT]
    for proxy in _proxies(network).get(source.origin.address, ()):
        if proxy.connected.truth is not False:
            found.append(Demand("ecs-agent", source, proxy.connected))
    return tuple(found)


def _old_platform(network: Network, source: TaskSource) -> Fact:
    """Whether tasks run on Fargate's platform 1.3.0 or before."""
    if source.platform is None or source.platform.value is None:
        return FALSE
    text = f"{source.name} runs on Fargate's platform 1.3.0 or before"
    old = source.platform.test(lambda version: str(version or "").startswith(_OLD), text)
    return all_of((runs_on(network, source, "FARGATE"), old))


_OLD = ("1.0", "1.1", "1.2", "1.3")


def _used(network: Network, source: TaskSource) -> Iterator[tuple[str, Fact]]:
    """The services behind what the containers of a source use."""
    own = _uses(network).get(source.id)
    definition = network.at(TaskDefinition, source.task_definition)
    if own is None and (definition is None or definition.external):
        yield from _unseen(source, definition)
        return
    if own is None:
        own = _uses(network).get(definition.id, []) if definition else []
    for use in own:
        services = ENDPOINTS.get(use.service, (use.service,))
        for service in services if use.service else _CANDIDATES[use.what]:
            yield service, use.fact


def _unseen(source: TaskSource, definition: TaskDefinition | None) -> Iterator[tuple[str, Fact]]:
    link = source.task_definition
    place = link.place if link else source.origin.header
    needs = (link.fact.needs if link else ()) or (definition.external if definition else ())
    needs = needs or (Need(f"the task definition of {source.name}", "is not in the sources"),)
    for service in dict.fromkeys(each for some in _CANDIDATES.values() for each in some):
        text = f"{source.name} needs {_word(service)}"
        yield service, Fact(None, text, place, source.name, needs)


def _word(service: str) -> str:
    return "the internet" if service == ELSEWHERE else service


@remembered
def _uses(network: Network) -> dict[str, list[Use]]:
    return network.grouped(Use, lambda use: (use.definition,))


@remembered
def _proxies(network: Network) -> dict[str, list[Proxy]]:
    return network.grouped(Proxy, lambda proxy: (proxy.on.address,))


# --- where tasks are


@remembered
def instances_for(network: Network, source: TaskSource) -> tuple[ContainerInstances, ...]:
    """The container instances on which tasks of a source are placed, or may be."""
    if runs_on(network, source, "EC2").truth is False:
        return ()
    members = container_instances(network)
    return tuple(each for each in members if placed(network, each, source).truth is not False)


def instance_subnets(member: ContainerInstances) -> tuple[Link, ...]:
    """The subnets that container instances are started in."""
    scaled = (link for group, _ in member.scaled_by for link in group.subnets)
    return (*scaled, *member.instances.subnets)


@remembered
def vpc_of(network: Network, source: TaskSource) -> Link | None:
    """The VPC of a source's tasks: by its subnets and groups, else by its container instances'."""
    known = vpcs(network, source)
    for member in instances_for(network, source) if not known else ():
        for link in instance_subnets(member):
            subnet = network.at(Subnet, link)
            if subnet is not None and not subnet.external:
                known = [subnet.vpc]
    return known[0] if known else None


@remembered
def neighbours(network: Network, endpoint: Endpoint) -> tuple[tuple[TaskSource, Fact], ...]:
    """The task sources whose tasks run in an endpoint's VPC, or may do so."""
    found = []
    for source in network.every(TaskSource):
        if source.network_from == "elsewhere":
            continue
        known, waits = launches(network, source)
        if known == {"EXTERNAL"} and not waits:
            continue
        here = inside(network, endpoint, vpc_of(network, source))
        if here.truth is not False:
            found.append((source, all_of((source.exists, here)) if source.origin.maybe else here))
    return tuple(found)


@remembered
def needed(network: Network, endpoint: Endpoint) -> Fact:
    """Whether tasks in an endpoint's VPC need the service that it is for."""
    parts = []
    for source, here in neighbours(network, endpoint):
        for demand in demands(network, source):
            if demand.service == endpoint.service:
                parts.append(all_of((here, demand.fact)))
            elif not endpoint.service and endpoint.named.needs and demand.service != ELSEWHERE:
                named = endpoint.named
                text = f"{endpoint.name} is the endpoint of {demand.service}"
                may = Fact(None, text, named.place, endpoint.name, named.needs)
                parts.append(all_of((may, here)))
    otherwise = f"no task in the VPC of {endpoint.name} needs it"
    text = f"tasks need {endpoint.name}"
    at = endpoint.origin.header
    return any_of((Fact(False, text, at, endpoint.name, otherwise=otherwise), *parts))


@remembered
def beside_gateway(network: Network, endpoint: Endpoint) -> Fact:
    """Whether a gateway endpoint of the same VPC takes what an interface endpoint is for: S3's."""
    parts = []
    if endpoint.service in ("s3", ""):
        for other, here in of_vpc(network, endpoint.vpc):
            if other.id != endpoint.id and other.service == endpoint.service == "s3":
                parts.append(all_of((here, other.kind.is_("Gateway"), other.exists)))
    return any_of(parts)


@remembered
def members_in(network: Network, endpoint: Endpoint) -> tuple[Fact, ...]:
    """That container instances run in an endpoint's VPC, of each of which that may be so."""
    found = []
    for member in container_instances(network):
        links = instance_subnets(member)
        subnets = [network.at(Subnet, link) for link in links]
        places = [subnet.vpc for subnet in subnets if subnet is not None and not subnet.external]
        here = any_of(inside(network, endpoint, link) for link in (places[:1] or (None,)))
        if here.truth is not False:
            found.append(all_of((member.fact, here, member.instances.exists)))
    return tuple(found)


@remembered
def serves_instances(network: Network, endpoint: Endpoint) -> Fact:
    """Whether an ECS endpoint serves anybody: agents on instances, or Service Connect's proxies.

    What else runs in a VPC that is not in the sources cannot be seen.
    """
    parts = list(members_in(network, endpoint))
    for source, here in neighbours(network, endpoint):
        parts.append(all_of((here, runs_on(network, source, "EC2", "MANAGED_INSTANCES"))))
        if endpoint.service in ("ecs-agent", ""):
            proxies = _proxies(network).get(source.origin.address, ())
            parts += [all_of((here, proxy.connected)) for proxy in proxies]
    vpc = network.at(Vpc, endpoint.vpc)
    if vpc is None or vpc.external:
        text = f"container instances run in the VPC of {endpoint.name}"
        needs = endpoint.vpc.fact.needs or (vpc.external if vpc else ())
        needs = needs or (Need(endpoint.vpc.to or "the VPC", "is not in the sources"),)
        parts.append(Fact(None, text, endpoint.vpc.place, endpoint.name, needs))
    return any_of(parts)


def anybody(network: Network, endpoint: Endpoint) -> Fact:
    """Whether any task runs in an endpoint's VPC."""
    return any_of(here for _, here in neighbours(network, endpoint))


# --- ways out


@remembered
def way_out(network: Network, source: TaskSource) -> Fact:
    """Whether the tasks of a source have a way to the internet in each of their subnets.

    On container instances it is the instances' way that counts: their agent pulls the image,
    writes the logs and fetches the secrets.
    """
    own = [_from_subnet(network, source, link) for link in source.subnets]
    hosted = [
        any_of((_from_instances(network, member, link), *_proxied(member)))
        for member in instances_for(network, source)
        for link in instance_subnets(member)
    ]
    unseen = _unseen_subnets(source)
    return by_host(network, source, all_of(own or [unseen]), all_of(hosted or [unseen]))


def by_host(network: Network, source: TaskSource, own: Fact, hosted: Fact) -> Fact:
    """What holds of a source: of its tasks themselves, or of the instances if they run on any."""
    hosts = runs_on(network, source, "EC2")
    if hosts.truth is None:
        return any_of((all_of((hosts, hosted)), all_of((~hosts, own))))
    return hosted if hosts.truth else own


def _from_subnet(network: Network, source: TaskSource, link: Link) -> Fact:
    subnet = network.at(Subnet, link)
    if subnet is None:
        return _unseen_subnets(source, link)
    public = source.public_address.is_(True)
    if source.managed and not subnet.external:
        # Express Mode gives a public address where the subnet is public.
        public = leads(network, subnet, "internet")
    return _tied(link, routes.way_out(network, subnet, public))


def _from_instances(network: Network, member: ContainerInstances, link: Link) -> Fact:
    subnet = network.at(Subnet, link)
    name = member.instances.name
    text = f"{name} has a way to the internet"
    if subnet is None or subnet.external:
        needs = link.fact.needs or (Need(link.to or name, "is not in the sources"),)
        return Fact(None, text, link.place, name, needs)
    given = subnet.public_addresses
    text = f"{name} gets a public address"
    public = Fact(None, text, link.place, name, (Need(name, "may give itself a public address"),))
    if given is not None and given.is_(True).truth is True:
        public = given.is_(True)
    return _tied(link, routes.way_out(network, subnet, public))


def _tied(link: Link, out: Fact) -> Fact:
    """A way out of a subnet that is used for certain, or may be."""
    return out if link.sure or out.truth else any_of((out, ~link.fact))


def _unseen_subnets(source: TaskSource, link: Link | None = None) -> Fact:
    at = source.subnets_setting
    text = f"{source.name} has a way to the internet"
    needs = (link.fact.needs if link else ()) or at.needs
    needs = needs or (Need(f"the subnets of {source.name}", "are not in the sources"),)
    return Fact(None, text, link.place if link else at.place, source.name, needs)


def _proxied(member: ContainerInstances) -> tuple[Fact, ...]:
    """That the agent of container instances may get out by a proxy."""
    agent = member.instances.agent
    if agent is None:
        return ()
    name = member.instances.name
    text = f"{name} reaches the internet by a proxy"
    if agent.proxies:
        needs = (Need(f"the proxy of {name}", "leads out of what can be seen"),)
        return (Fact(None, text, agent.place, name, needs),)
    waits = agent.unseen
    return (Fact(None, text, agent.place, name, waits),) if waits else ()


class Quarter(Struct, frozen=True):
    """A VPC that holds task sources. `thing` is None where it is not in the sources."""

    link: Link | None
    thing: Vpc | None
    sources: tuple[TaskSource, ...]

    @property
    def first(self) -> tuple[str, int]:
        """Where the first of its task sources stands."""
        return min(map(position, self.sources))


def position(source: TaskSource) -> tuple[str, int]:
    """Where a task source stands, to tell which is the first."""
    return source.origin.header.file, source.origin.header.line


@remembered
def quarters(network: Network) -> tuple[Quarter, ...]:
    """The VPCs of all task sources that run in one."""
    held: dict[str, list[TaskSource]] = {}
    links: dict[str, Link | None] = {}
    for source in network.every(TaskSource):
        known, waits = launches(network, source)
        if source.network_from == "elsewhere" or (known == {"EXTERNAL"} and not waits):
            continue
        link = vpc_of(network, source)
        key = link.to if link else ""
        held.setdefault(key, []).append(source)
        links.setdefault(key, link)
    found = []
    for key, sources in held.items():
        vpc = network.at(Vpc, key) if key else None
        thing = vpc if vpc is not None and not vpc.external else None
        found.append(Quarter(links[key], thing, tuple(sources)))
    return tuple(found)


def provided(network: Network, quarter: Quarter, services: tuple[str, ...]) -> Fact:
    """Whether a VPC has an endpoint of one of some services."""
    name = quarter.thing.name if quarter.thing else "the VPC"
    at = quarter.thing.origin.header if quarter.thing else None
    text = f"{name} has an endpoint of {' or '.join(services[:3])}"
    otherwise = f"{name} has no endpoint of {' or '.join(services[:3])}"
    parts = [Fact(False, text, at, name, otherwise=otherwise)]
    for endpoint, here in of_vpc(network, quarter.link):
        parts.append(all_of((here, is_for(network, endpoint, services), endpoint.exists)))
    return any_of(parts)


@remembered
def goes_by_nat(network: Network, source: TaskSource) -> Fact:
    """Whether a subnet of a source's tasks, or of their instances, routes to a NAT gateway."""
    members = instances_for(network, source)
    links = [link for member in members for link in instance_subnets(member)]
    own, hosted = (
        [_natted(network, source, link) for link in each] for each in (source.subnets, links)
    )
    unseen = _unseen_subnets(source)
    return by_host(network, source, any_of(own or [unseen]), any_of(hosted or [unseen]))


def _natted(network: Network, source: TaskSource, link: Link) -> Fact:
    subnet = network.at(Subnet, link)
    if subnet is None:
        return _unseen_subnets(source, link)
    return all_of((link.fact, routes.default_way(network, subnet, "nat")))


@remembered
def pulls_layers(network: Network, endpoint: Endpoint) -> Fact:
    """Whether tasks in an endpoint's VPC pull images from ECR."""
    return any_of(
        all_of((here, demand.fact))
        for source, here in neighbours(network, endpoint)
        for demand in demands(network, source)
        if demand.service == "ecr.dkr"
    )


@remembered
def serves_subnets(network: Network, endpoint: Endpoint) -> Fact:
    """Whether every subnet of tasks that need S3 reaches it by an endpoint of the VPC."""
    parts = []
    for source, here in neighbours(network, endpoint):
        wanted = any_of(each.fact for each in demands(network, source) if each.service == "s3")
        if wanted.truth is False:
            continue
        members = instances_for(network, source)
        links = [link for member in members for link in instance_subnets(member)]
        own, hosted = (
            all_of(_any_of_them(network, endpoint, source, link) for link in each)
            if each
            else _unseen_subnets(source)
            for each in (source.subnets, links)
        )
        served = by_host(network, source, own, hosted)
        lacking = all_of((here, wanted, ~served))
        parts.append(~lacking)
    return all_of(parts)


def _any_of_them(network: Network, endpoint: Endpoint, source: TaskSource, link: Link) -> Fact:
    subnet = network.at(Subnet, link)
    if subnet is None or subnet.external:
        text = f"{endpoint.name} is in the route tables of {source.name}"
        needs = link.fact.needs or (subnet.external if subnet else ())
        needs = needs or (Need(f"the subnets of {source.name}", "are not in the sources"),)
        return Fact(None, text, link.place, source.name, needs)
    found = []
    for other, here in of_vpc(network, endpoint.vpc):
        of_s3 = is_for(network, other, ("s3",))
        if of_s3.truth is False:
            continue
        gateway = all_of((other.kind.is_("Gateway"), in_tables(network, other, subnet)))
        interface = all_of((other.kind.is_("Interface"), private_dns(network, other)))
        both = (gateway, interface) if other.kind.is_("Gateway").truth is not True else (gateway,)
        tie = here if other.id != endpoint.id else other.exists
        found.append(all_of((tie, of_s3, any_of(both))))
    return any_of((*found, ~link.fact)) if not link.sure else any_of(found)


@remembered
def in_tables(network: Network, endpoint: Endpoint, subnet: Subnet) -> Fact:
    """Whether a gateway endpoint is in the route table of a subnet, whichever that is."""
    found = tables(network, subnet)
    at = endpoint.tables_setting
    if not found:
        text = f"{endpoint.name} is in the route table of {subnet.name}"
        otherwise = f"{subnet.name} has no route table but AWS's main one"
        return Fact(False, text, at.place, endpoint.name, otherwise=otherwise)
    return all_of(_served(network, endpoint, link) for link in found)


def _served(network: Network, endpoint: Endpoint, table: Link) -> Fact:
    if not table.to:
        text = f"{endpoint.name} is in the tasks' route table"
        needs = table.fact.needs
        return Fact(None, text, endpoint.tables_setting.place, endpoint.name, needs)
    served = serves_table(network, endpoint, table)
    return served if table.sure else any_of((served, ~table.fact))
