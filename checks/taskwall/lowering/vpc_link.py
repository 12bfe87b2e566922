"""VPC links of API Gateway, of both versions."""

from collections.abc import Iterator

from taskwall.lowering._reader import ResourceReader, lowers, setting
from taskwall.lowering.door import door_of
from taskwall.model.core.entity import Entity
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet
from taskwall.model.entities.vpc_link import NetworkVpcLink, VpcLink


@lowers("aws_apigatewayv2_vpc_link", "AWS::ApiGatewayV2::VpcLink", to=VpcLink)
def vpc_link(r: ResourceReader) -> Iterator[Entity]:
    groups = r.attribute("security_group_ids", "SecurityGroupIds")
    subnets = r.attribute("subnet_ids", "SubnetIds")
    groups_used = r.links(SecurityGroup, groups, "uses security group")
    subnets_used = r.links(Subnet, subnets, "connects in")
    yield VpcLink(
        id=r.id,
        origin=r.origin,
        external=r.external,
        groups=groups_used,
        groups_setting=setting(groups, "security groups", links=groups_used),
        subnets=subnets_used,
        subnets_setting=setting(subnets, "subnets", links=subnets_used),
    )
    yield door_of(r, "apigateway", "internet")


@lowers("aws_api_gateway_vpc_link", "AWS::ApiGateway::VpcLink", to=NetworkVpcLink)
def network_vpc_link(r: ResourceReader) -> Iterator[Entity]:
    targets = r.attribute("target_arns", "TargetArns")
    yield NetworkVpcLink(
        id=r.id,
        origin=r.origin,
        external=r.external,
        balancers=r.links(LoadBalancer, targets, "leads to"),
    )
    yield door_of(r, "apigateway", "internet")
