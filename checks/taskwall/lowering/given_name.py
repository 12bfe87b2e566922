"""The attributes that name resources; what has none goes by its tag `Name`."""

from collections.abc import Iterator

from taskwall.lowering._reader import ResourceReader, setting
from taskwall.lowering.store_names import NAMES
from taskwall.lowering.tag import tags
from taskwall.model.core.given_name import GivenName

_NAMES = {
    **NAMES,
    "aws_alb": "name",
    "aws_ecs_cluster": "name",
    "aws_ecs_express_gateway_service": "service_name",
    "aws_ecs_service": "name",
    "aws_elb": "name",
    "aws_lambda_function": "function_name",
    "aws_lb": "name",
    "aws_pipes_pipe": "name",
    "aws_security_group": "name",
    "AWS::AmazonMQ::Broker": "BrokerName",
    "AWS::DAX::Cluster": "ClusterName",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::ECS::ExpressGatewayService": "ServiceName",
    "AWS::ECS::Service": "ServiceName",
    "AWS::EC2::SecurityGroup": "GroupName",
    "AWS::ElastiCache::CacheCluster": "ClusterName",
    "AWS::ElastiCache::ReplicationGroup": "ReplicationGroupId",
    "AWS::ElastiCache::ServerlessCache": "ServerlessCacheName",
    "AWS::ElasticLoadBalancing::LoadBalancer": "LoadBalancerName",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::MSK::Cluster": "ClusterName",
    "AWS::MemoryDB::Cluster": "ClusterName",
    "AWS::OpenSearchService::Domain": "DomainName",
    "AWS::Pipes::Pipe": "Name",
    "AWS::Redshift::Cluster": "ClusterIdentifier",
    "AWS::RedshiftServerless::Workgroup": "WorkgroupName",
    "AWS::Serverless::Function": "FunctionName",
}
"""By resource type; the sources are the AWS provider's schema and CloudFormation's."""


def names_and_tags(r: ResourceReader) -> Iterator[object]:
    """The name that a resource is given, and its tags."""
    key = _NAMES.get(r.resource.type)
    if key is not None and not (cell := r.body.get(key)).absent:
        yield GivenName(r.id, setting(cell, key))
    yield from tags(r)
