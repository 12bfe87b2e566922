"""TW408: Endpoints of ECS are used.

What: A VPC has an endpoint of ecs, ecs-agent or ecs-telemetry, but all tasks in it run on Fargate.
Why: These endpoints are for the container agent on instances. Fargate's own agent does not use
    them, so they cost money by the hour and have to be maintained for nothing.
Fine when: Tasks call the ECS API themselves (ecs only; taskwall cannot see that), or the tasks use
    Service Connect, whose proxies use ecs-agent on Fargate as well: that passes. So does a Region
    introduced since 2023-12-23, where AWS asks for all three on Fargate, too. A Region that is not
    known is taken for an earlier one.
Terraform: Remove the endpoint.
CloudFormation: Remove the endpoint.
Guide: fargate-needs-none
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
"""

from collections.abc import Iterator

from taskwall.core.change import AttributePath, removal
from taskwall.core.facts import all_of
from taskwall.model.core.network import Network
from taskwall.model.endpoints.availability import serves_instances
from taskwall.model.endpoints.endpoint import AGENT_SERVICES, endpoint_key, endpoints_for
from taskwall.model.endpoints.task_location import anybody
from taskwall.rules._rule import Verdict, rule


@rule("info")
def idle_ecs_endpoint(network: Network) -> Iterator[Verdict]:
    for endpoint, of_ecs in endpoints_for(network, AGENT_SERVICES):
        yield Verdict(
            endpoint.origin,
            endpoint.named.place,
            ~serves_instances(network, endpoint),
            f"{endpoint.name} is not used: all tasks in its VPC run on Fargate",
            holds=f"{endpoint.name} is used by agents in its VPC",
            negative=True,
            about=endpoint_key(endpoint),
            concerned=all_of((of_ecs, anybody(network, endpoint))),
            asked_by=("TW402",),
            changes=(removal(AttributePath(endpoint.origin.address, "")),),
        )
