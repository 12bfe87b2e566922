"""TW203: Tasks get no public address.

What: A service, or anything else that starts tasks on Fargate or Managed Instances, gives each task
    a public IPv4 address; an Express Mode service runs in public subnets or sets no subnets; a
    service may be connected to a public ECS gateway; or container instances, whose network their
    tasks share, get public addresses from their launch template or, if that says nothing, from
    their subnets. So do Managed Instances with tasks in host mode.
Why: With a public address, one wrong security group rule opens the task to the internet, and
    clients can bypass the load balancer in front of it.
Fine when: A VPC has neither NAT nor endpoints, and tasks must pull their images. Endpoints for ECR,
    S3 and logs are a better way, and often cost less than NAT.
Terraform: Give the subnets another way to the image (a NAT gateway, or endpoints for ecr.api,
    ecr.dkr, S3 and logs), then turn the address off:
    assign_public_ip = false
CloudFormation: Give the subnets another way to the image (a NAT gateway, or endpoints for ecr.api,
    ecr.dkr, S3 and logs), then turn the address off:
    AssignPublicIp: DISABLED
Guide: task-groups
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
"""

from collections.abc import Iterator

from taskwall.core.facts import Fact, any_of
from taskwall.model.compute.container_instances import (
    Start,
    elastic_address,
    public_address,
    starts,
)
from taskwall.model.compute.launch_type import awsvpc, runs_on
from taskwall.model.core.network import Network
from taskwall.model.endpoints.task_dependencies import service_dependencies
from taskwall.model.entities.container_needs import ELSEWHERE
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.vpc import Subnet
from taskwall.model.exposure.instance_groups import shared_managed, tasks_on
from taskwall.model.routing.routes import leads, led, subnets
from taskwall.rules._rule import Verdict, rule

_OFF = "Turn the address off, since the subnets have another way to the image."
_OTHER_WAY = (
    "Give the instances another way to Amazon ECS and their images (a NAT gateway, or endpoints),"
    " then take the address away."
)
_PRIVATE = (
    "Name private subnets, from which a NAT gateway or endpoints lead to Amazon ECS and the images."
)


@rule("medium", default=True, pci=True, yields_to=("TW603",))
def public_task_address(network: Network) -> Iterator[Verdict]:
    for source in network.every(TaskSource):
        for gateway in source.gateways:
            yield Verdict(
                source.origin,
                gateway.place or source.origin.header,
                gateway,
                f"{source.name} may be connected to a public ECS gateway",
                holds=f"{source.name} is connected to private ECS gateways only",
            )
        if source.managed:
            yield _express(network, source)
            continue
        public = source.public_address
        launched = runs_on(network, source, "FARGATE", "MANAGED_INSTANCES")
        if public.value is None:
            continue
        ways = _other_ways(network, source)
        first = _first(network, source, ways) if public.known is True else ""
        spared = bool(ways) and all(way.truth for way in ways)
        yield Verdict(
            source.origin,
            public.place,
            public.is_(True),
            f"tasks of {source.name} get public addresses{first}",
            holds=f"tasks of {source.name} get no public address",
            about=source.id,
            concerned=launched & awsvpc(network, source),
            changes=source.closing if spared else (),
            advice=source.closing,
            remedy=_OFF if spared else "",
        )
    yield from _hosts(network)
    for start, shared in shared_managed(network):
        name = start.by.name
        yield Verdict(
            start.by.origin,
            start.setting.place,
            _mapped(network, start),
            f"{name} starts Managed Instances in subnets that give them public addresses",
            holds=f"no subnet of {name} gives instances public addresses",
            about=start.by.id,
            concerned=shared,
            remedy=_PRIVATE,
        )


def _hosts(network: Network) -> Iterator[Verdict]:
    """Container instances whose network tasks share, by what gives them a public address.

    Of subnets that are not in the sources one question is enough, whoever starts instances there.
    """
    asked: set[frozenset[str]] = set()
    for host, held in tasks_on(network):
        member = host.member
        if member is None:
            continue
        instances, runs = member.instances, any_of(fact for _, fact in held)
        public, elastic = public_address(network, instances), elastic_address(network, instances)
        holds = f"{instances.name} gives container instances no public address"
        started_by = [start.by.id for start in starts(member)]
        if public is not None:
            # No change is offered: without the address the agent may have no way out.
            yield Verdict(
                instances.origin,
                public.place,
                any_of((public.is_(True), elastic)),
                f"{instances.name} gives container instances public addresses",
                holds=holds,
                # Which subnets its one group starts them in decides, if these are public.
                about=started_by[0] if len(started_by) == 1 else instances.id,
                concerned=runs,
                advice=() if elastic.truth else public.to(False),
                remedy=_OTHER_WAY,
            )
            continue
        for start in starts(member):
            given = any_of((instances.unsent & _mapped(network, start), elastic))
            named = frozenset(link.to for link in start.subnets if given.truth is None)
            again = bool(named) and "" not in named and named in asked
            asked.add(named)
            yield Verdict(
                start.by.origin,
                start.setting.place,
                given,
                f"{instances.name} has an Elastic IP"
                if elastic.truth
                else f"{start.by.name} starts container instances in subnets that give them public"
                " addresses",
                holds=f"no subnet of {start.by.name} gives instances public addresses",
                about=start.by.id,
                concerned=runs & start.fact,
                unreported=again,
                remedy=_OTHER_WAY if elastic.truth else _PRIVATE,
            )


def _mapped(network: Network, start: Start) -> Fact:
    """Whether a subnet in which instances start gives them public addresses."""
    name, at = start.by.name, start.setting
    text = f"a subnet of {name} gives instances public addresses"
    parts = []
    for link in start.subnets:
        subnet = network.get(Subnet, link)
        if subnet is None or subnet.public_addresses is None or subnet.external:
            parts.append(Fact(None, text, link.place, name, link.waits("a subnet", subnet)))
        else:
            parts.append(link.fact & subnet.public_addresses.is_(True))
    if parts:
        return any_of(parts)
    return Fact(True, f"{name} names no subnet: default ones give public addresses", at.place, name)


def _first(network: Network, source: TaskSource, ways: list[Fact]) -> str:
    """What to add before a public address can go: a way to the image, if it is the only one."""
    public = any_of(led(network, source, link) for _, link in subnets(network, source))
    if any_of(ways).truth is not False or public.truth is False:
        return ""
    elsewhere = any_of(
        need.fact for need in service_dependencies(network, source) if need.service == ELSEWHERE
    )
    way = "endpoints for ECR" if elsewhere.truth is False else "copy it to ECR and add endpoints"
    return f", and cannot pull their image without them: add a NAT gateway, or {way}, first"


def _other_ways(network: Network, source: TaskSource) -> list[Fact]:
    """Whether each subnet of a task source has a way to the image without a public address."""
    return [
        leads(network, subnet, "nat", "egress-only", "transit", "vpn", "appliance", "endpoint")
        for subnet, _ in subnets(network, source)
    ]


def _express(network: Network, source: TaskSource) -> Verdict:
    place, name = source.subnets_setting.place, source.name
    if not source.subnets:
        needs = source.subnets_setting.needs
        text = f"{name} sets no subnets, so it gets the public ones of the default VPC"
        public = Fact(None if needs else True, text, place, name, needs)
    else:
        public = any_of(led(network, source, link) for link in source.subnets)
    return Verdict(
        source.origin,
        place,
        public,
        f"tasks of {name} get public addresses, since Express Mode gives them in public subnets",
        holds=f"tasks of {name} get no public address",
        about=source.id,
        remedy=_PRIVATE,
    )
