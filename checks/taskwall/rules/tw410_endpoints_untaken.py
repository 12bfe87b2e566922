"""TW410: Traffic of tasks to AWS uses endpoints, not NAT gateways.

What: Tasks whose subnets route to a NAT gateway use ECR, CloudWatch Logs or secrets, and their VPC
    has no endpoint of any of these (ecr.api, ecr.dkr, logs, secretsmanager, ssm, s3).
Why: Images, logs and secrets leave through the NAT gateway, paid by the gigabyte, and then enter
    AWS again. With endpoints they stay inside the VPC, where policies can restrict them.
Fine when: There is so little of this traffic that an endpoint costs more than it saves, and nobody
    needs a policy on it. One of these endpoints is enough for this rule. Tasks with a public
    address and no NAT gateway are not judged, nor are those in subnets that are not in the sources;
    public.ecr.aws is not ECR.
Terraform: Start with the endpoint that costs nothing:
    resource "aws_vpc_endpoint" "s3" {
      vpc_id          = <vpc>.id
      service_name    = "com.amazonaws.<region>.s3"
      route_table_ids = ["<id of the tasks' route table>"]
    }
CloudFormation: Start with the endpoint that costs nothing:
    S3Endpoint:
      Type: AWS::EC2::VPCEndpoint
      Properties:
        VpcId: !Ref <vpc>
        ServiceName: !Sub com.amazonaws.${AWS::Region}.s3
        RouteTableIds: [<the tasks' route table>]
Guide: private-endpoints
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
"""

from collections.abc import Iterator

from msgspec.structs import replace

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.compute.hosts import hosts
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network
from taskwall.model.endpoints.availability import has_endpoint
from taskwall.model.endpoints.egress_path import uses_nat
from taskwall.model.endpoints.task_dependencies import ENDPOINT_SERVICES, service_dependencies
from taskwall.model.endpoints.task_location import (
    TaskLocation,
    external_at,
    task_locations,
)
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.vpc import Subnet
from taskwall.model.permissions.peers import listed
from taskwall.rules._rule import Verdict, rule

_BY_S3 = frozenset({"ecr.api", "ecr.dkr", "s3"})
"""Services of which traffic goes to S3: an image's layers do."""

_BY_INTERFACE = (
    "Weigh what interface endpoints cost by the hour against this traffic. They are for {}, in the"
    " subnets of the tasks, with a security group that allows these port 443."
)


@rule("low")
def endpoints_untaken(network: Network) -> Iterator[Verdict]:
    unseen: list[tuple[TaskLocation, Fact]] = []
    for location in task_locations(network):
        concerned = _concerned(network, location)
        if concerned.truth is False:
            continue
        names = listed(source.name for source in location.sources)
        services = _services(network, location)
        used, by_s3 = listed(services), not _BY_S3.isdisjoint(services)
        if location.declared is not None:
            yield Verdict(
                location.declared.origin,
                location.declared.origin.header,
                ~has_endpoint(network, location, ENDPOINT_SERVICES),
                f"traffic of {names} to {used} leaves {location.declared.name} through a NAT"
                " gateway, though endpoints could keep it inside",
                holds=f"{location.declared.name} has an endpoint for traffic of tasks to AWS",
                absent=True,
                adds=by_s3,
                remedy="" if by_s3 else _BY_INTERFACE.format(used),
                names={"vpc": location.declared.origin.address},
                concerned=concerned,
                unreported=concerned.truth is None and _is_elsewhere(network, location),
            )
        elif not has_endpoint(network, location, ENDPOINT_SERVICES).truth:
            unseen.append((location, concerned))
    written = [pair for pair in unseen if _has_subnets(network, pair[0])]
    if unseen:
        first, _ = min(written or unseen, key=lambda pair: pair[0].first.origin.order)
        verdict = _unseen(network, first, any_of(fact for _, fact in unseen))
        # How a network could be built is asked of those only that the sources build.
        yield replace(verdict, unreported=not written)


def _unseen(network: Network, location: TaskLocation, concerned: Fact) -> Verdict:
    """The endpoints of a VPC that is not in the sources."""
    source, link = location.first, location.link
    on, at = external_at(network, source)
    needs = (link.fact.needs if link else ()) or source.subnets_setting.unseen
    needs = needs or (Need(f"the VPC of {source.name}", "is not in the sources"),)
    text = f"traffic of {source.name} to AWS leaves its VPC through a NAT gateway"
    return Verdict(on, at, Fact(None, text, at, source.name, needs), text, concerned=concerned)


def _is_elsewhere(network: Network, location: TaskLocation) -> bool:
    """Whether the sources write a VPC of which they do not build the network."""
    adopted = location.declared is not None and location.declared.found
    return adopted or not _subnets(network, location)


def _subnets(network: Network, location: TaskLocation) -> list[Link]:
    """The subnets in which tasks, or their container instances, run."""
    links = [link for source in location.sources for link in source.subnets]
    for source in location.sources:
        links += [link for host, _ in hosts(network, source) for link in host.subnets]
    return links


def _has_subnets(network: Network, location: TaskLocation) -> bool:
    """Whether one of these subnets is of the sources."""
    found = (network.get(Subnet, link) for link in _subnets(network, location))
    return any(subnet is not None and not subnet.external for subnet in found)


def _concerned(network: Network, location: TaskLocation) -> Fact:
    """Whether tasks that use such a service route to a NAT gateway."""
    return any_of(
        all_of((uses_nat(network, source), any_of(_used(network, source))))
        for source in location.sources
    )


def _services(network: Network, location: TaskLocation) -> list[str]:
    """The services that tasks use, or may use where none is certain."""
    found = [d for source in location.sources for d in service_dependencies(network, source)]
    found = [demand for demand in found if demand.service in ENDPOINT_SERVICES]
    sure = [demand for demand in found if demand.fact.truth]
    return list(dict.fromkeys(demand.service for demand in sure or found))


def _used(network: Network, source: TaskSource) -> Iterator[Fact]:
    return (
        each.fact
        for each in service_dependencies(network, source)
        if each.service in ENDPOINT_SERVICES
    )
