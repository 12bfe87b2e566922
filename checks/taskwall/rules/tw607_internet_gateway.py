"""TW607: VPCs with tasks have no internet gateway, where the policy forbids them.

What: The settings declare that the security policy forbids internet gateways (`internet-gateway =
    false`), and a VPC in which tasks or container instances run has one attached. Without that
    setting, the rule does not apply.
Why: In such an environment, tasks reach AWS only through PrivateLink endpoints. If a gateway is
    attached, one route is enough to open the VPC in both directions.
Fine when: Egress-only internet gateways and NAT gateways are not internet gateways; a public NAT
    gateway does not work without one. A gateway of the default VPC or of another stack is not in
    the sources and is not judged.
Terraform: How tasks reach other services is a design decision. Remove the gateway, and give the
    tasks endpoints for what they need:
    resource "aws_vpc_endpoint" "ecr_api" {
      vpc_id            = <vpc>.id
      service_name      = "com.amazonaws.<region>.ecr.api"
      vpc_endpoint_type = "Interface"
    }
CloudFormation: How tasks reach other services is a design decision. Remove the gateway and its
    attachment, and give the tasks endpoints for what they need:
    EcrApiEndpoint:
      Type: AWS::EC2::VPCEndpoint
      Properties:
        VpcId: !Ref <vpc>
        ServiceName: !Sub com.amazonaws.${AWS::Region}.ecr.api
        VpcEndpointType: Interface
Guide: no-internet-gateway, private-endpoints
See: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
"""

from collections.abc import Iterator

from taskwall.model.compute.vpc_tenants import holds_tasks, inhabitants, tenants
from taskwall.model.core.network import Network
from taskwall.model.entities.vpc import GatewayAttachment
from taskwall.model.permissions.peers import listed
from taskwall.rules._rule import Verdict, rule


@rule("medium", pci=True)
def internet_gateway(network: Network) -> Iterator[Verdict]:
    if network.policy.internet_gateways or not tenants(network):
        return
    for attachment in network.every(GatewayAttachment):
        if attachment.way != "internet":
            continue
        vpc, name = attachment.vpc, attachment.name
        where = vpc.to or "a VPC"
        inside = [tenant.name for tenant, fact in inhabitants(network, vpc) if fact.truth]
        who = listed(inside) or "tasks"
        yield Verdict(
            attachment.origin,
            vpc.place,
            holds_tasks(network, vpc),
            f"{name} attaches an internet gateway to {where}, where {who}"
            f" run{'s' if len(set(inside)) == 1 else ''}",
            holds=f"no tasks run in {where}, to which {name} attaches an internet gateway",
            names={"vpc": where},
        )
