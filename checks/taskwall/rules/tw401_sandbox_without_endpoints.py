"""TW401: Tasks that cannot reach the internet have every endpoint that they need.

What: Tasks run in subnets without a route to the internet, and their VPC has no endpoint for
    something that they need: their image (ecr.api, ecr.dkr, s3), their log driver, secrets and
    parameters, environment files and credential specs, sidecars (X-Ray daemon, ADOT collector,
    CloudWatch agent), ECS Exec, Service Connect, or the agent of their instances. An image that no
    endpoint serves (Docker Hub, public.ecr.aws, ghcr.io) is reported as well; of a registry that
    may be on the internet taskwall reports "unknown", and one with a private address or name
    (`registry.corp.internal`, a name of a private hosted zone) needs nothing.
Why: Such tasks do not start, or fail when they write their first log. If somebody then opens a
    route to the internet in a hurry, the isolation is lost.
Fine when: Another stack creates the endpoints in this VPC: name the rule in the setting
    `elsewhere`. A default route to a transit gateway, a VPN or a firewall, and a proxy of the
    agent, may lead to the internet: then taskwall reports "unknown". So it does where a transit
    gateway or a peering connection leads to another network that may have the endpoint. By IPv6
    alone (an egress-only internet gateway) only images under ECR's dual-stack name may be reached.
    The first pull through a pull-through cache needs the internet in any case, and what the
    application itself calls cannot be seen.
Terraform: Copy images that no endpoint serves to ECR, and add an endpoint for each service that is missing (s3 as a gateway, with the tasks' route tables):
    resource "aws_vpc_endpoint" "missing" {
      vpc_id              = <vpc>.id
      service_name        = "com.amazonaws.<region>.<service>"
      vpc_endpoint_type   = "Interface"
      private_dns_enabled = true
      subnet_ids          = ["<id of a subnet of the tasks>"]
      security_group_ids  = ["<id of the endpoints' group>"]
    }
CloudFormation: Copy images that no endpoint serves to ECR, and add an endpoint for each service that is missing (s3 as a gateway, with the tasks' route tables):
    MissingEndpoint:
      Type: AWS::EC2::VPCEndpoint
      Properties:
        VpcId: !Ref <vpc>
        ServiceName: !Sub com.amazonaws.${AWS::Region}.<service>
        VpcEndpointType: Interface
        PrivateDnsEnabled: true
        SubnetIds: [<a subnet of the tasks>]
        SecurityGroupIds: [<the endpoints' group>]
Guide: private-endpoints, fargate-needs-none, no-internet-gateway
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
"""  # noqa: E501 (headings are one line)

from collections.abc import Iterator

from msgspec.structs import replace

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.core.network import Network
from taskwall.model.endpoints.availability import has_endpoint, served_beyond
from taskwall.model.endpoints.egress_path import internet_egress
from taskwall.model.endpoints.endpoint import endpoints_of_vpc
from taskwall.model.endpoints.task_dependencies import ServiceDependency, service_dependencies
from taskwall.model.endpoints.task_location import (
    TaskLocation,
    external_at,
    task_locations,
)
from taskwall.model.entities.container_needs import ELSEWHERE
from taskwall.model.permissions.peers import listed
from taskwall.rules._rule import Verdict, passes, rule


@rule("high", default=True, pci=True)
def sandbox_without_endpoints(network: Network) -> Iterator[Verdict]:
    unseen: list[tuple[TaskLocation, Fact, bool]] = []
    for location in task_locations(network):
        concerned = any_of(
            _shut(network, demand)
            for source in location.sources
            for demand in service_dependencies(network, source)
        )
        if concerned.truth is False:
            continue
        if location.declared is not None:
            wanted = [d for s in location.sources for d in service_dependencies(network, s)]
            served = {
                (service, region): has_endpoint(network, location, (service,), region)
                for service, region in {(each.service, each.region) for each in wanted}
            }
            lacks = [
                (_placed(network, location, each, here), all_of((_shut(network, each), ~here)))
                for each in wanted
                if (here := served[each.service, each.region]).truth is not True
            ]
            yield Verdict(
                location.declared.origin,
                location.declared.origin.header,
                any_of(fact for _, fact in lacks),
                f"tasks in {location.declared.name} cannot reach the internet, and"
                f" {_missing(lacks)}",
                holds=": ".join(
                    (f"tasks in {location.declared.name} can reach what they need", *_wanted(lacks))
                ),
                negative=True,
                absent=True,
                adds=any(d.service != ELSEWHERE for d, fact in lacks if fact.truth),
                names={
                    "vpc": location.declared.origin.address,
                    **_first(lacks),
                    **_region(network, location),
                },
                concerned=concerned,
            )
        else:
            unseen.append((location, concerned, _lacks_nothing(network, location)))
    open_ = [(location, fact) for location, fact, enough in unseen if not enough]
    if open_:
        first, _ = min(open_, key=lambda pair: pair[0].first.origin.order)
        yield _unseen(network, first, any_of(fact for _, fact in open_))
    if unseen and not open_:
        firsts = (location.first for location, _, _ in unseen)
        source = min(firsts, key=lambda each: each.origin.order)
        holds = f"the VPC of {source.name} has the endpoints that its tasks need"
        yield passes(source.origin, source.subnets_setting.place, holds)


def _lacks_nothing(network: Network, location: TaskLocation) -> bool:
    """Whether a VPC that is not in the sources has all endpoints that may be needed in it."""
    link = location.link
    return (
        link is not None
        and bool(link.to)
        and all(
            _shut(network, each).truth is False
            or has_endpoint(network, location, (each.service,), each.region).truth is True
            for source in location.sources
            for each in service_dependencies(network, source)
        )
    )


def _placed(
    network: Network, location: TaskLocation, demand: ServiceDependency, served: Fact
) -> ServiceDependency:
    """A demand that says in which Region, where only another Region's endpoint is there.

    `served` is whether there is one of its own Region.
    """
    if served.truth is not False:
        return demand
    of_any = has_endpoint(network, location, (demand.service,), "")
    if of_any.truth is False:
        return demand
    return replace(demand, purpose=f"{demand.purpose} in {demand.region}")


def _shut(network: Network, demand: ServiceDependency) -> Fact:
    """Whether something is needed, and who asks for it has no way out to it, or elsewhere."""
    out = internet_egress(network, demand.source, demand.itself, demand.dual)
    return all_of((demand.fact, ~out, ~served_beyond(network, demand)))


def _first(lacks: list[tuple[ServiceDependency, Fact]]) -> dict[str, str]:
    """The first interface endpoint that is missing, for the fix to name, if there is one."""
    sure = sorted(lacks, key=lambda each: each[1].truth is not True)
    names = (demand.service for demand, _ in sure if demand.service not in ("s3", ELSEWHERE))
    name = next(names, None)
    return {} if name is None else {"service": name}


def _region(network: Network, location: TaskLocation) -> dict[str, str]:
    """The Region for the fix to name, if the endpoints that are in the VPC are all of one."""
    found = {each.region for each, fact in endpoints_of_vpc(network, location.link) if fact.truth}
    return {"region": found.pop()} if len(found) == 1 and "" not in found else {}


def _missing(lacks: list[tuple[ServiceDependency, Fact]]) -> str:
    """What is missing, as the end of a sentence about the tasks of a VPC."""
    wanted = "".join(_wanted(lacks))
    if all(demand.service == ELSEWHERE for demand, _ in lacks):
        return wanted or "they lack nothing"
    return f"no endpoint exists for what they need: {wanted}"


def _wanted(lacks: list[tuple[ServiceDependency, Fact]]) -> tuple[str, ...]:
    """What is missing, who needs it and what for: the certain before the possible.

    One text; none if nothing is missing.
    """
    sure = [demand for demand, fact in lacks if fact.truth]
    wanted = dict.fromkeys(demand.service for demand, _ in lacks)
    if not sure and len(wanted) > _MANY:
        return (listed(each for each in wanted if each != ELSEWHERE),)
    found: dict[str, dict[str, list[str]]] = {}
    for demand in sure or [demand for demand, _ in lacks]:
        what, purpose = demand.service, demand.purpose
        if what == ELSEWHERE:
            what, purpose = "the internet", "for an image that no endpoint serves"
        services = found.setdefault(demand.source.name, {}).setdefault(purpose, [])
        if what not in services:
            services.append(what)
    alike: dict[str, list[str]] = {}
    for name, purposes in found.items():
        words = [f"{_and(services)} {purpose}" for purpose, services in purposes.items()]
        alike.setdefault(_and(words), []).append(name)
    parts = [
        f"{names[0]} needs {what}"
        if len(names) == 1
        else f"{listed(names)} need {what.replace(' its ', ' their ')}"
        for what, names in alike.items()
    ]
    if (more := len(parts) - _MANY) > 1:
        parts[_MANY:] = [f"{more} more have other needs"]
    return ("; ".join(parts),) if parts else ()


_MANY = 5
"""Of more services than this that may be needed, nobody wants to read who needs which what for."""


def _and(words: list[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def _unseen(network: Network, location: TaskLocation, concerned: Fact) -> Verdict:
    """The endpoints of a VPC that is not in the sources."""
    source, link = location.first, location.link
    on, at = external_at(network, source)
    needs = (link.fact.needs if link else ()) or source.subnets_setting.unseen
    needs = needs or (Need(f"the VPC of {source.name}", "is not in the sources"),)
    text = f"the VPC of {source.name} has no endpoints for what its tasks need"
    unseen = Fact(None, text, at, source.name, needs)
    return Verdict(on, at, unseen, text, concerned=concerned)
