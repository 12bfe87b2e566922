"""Where each kind of data store says its groups and subnets, and whether it is public."""

import json
from typing import Any

import pytest

from taskwall.lowering import lower
from taskwall.model.core.given_name import GivenName
from taskwall.model.core.network import Network
from taskwall.model.data_stores.internet_exposure import Exposure
from taskwall.model.data_stores.store import Store
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs


def at(path: str, value: Any) -> dict[str, Any]:
    """A value at a path of blocks."""
    first, _, rest = path.partition(".")
    return {first: at(rest, value) if rest else value}


def merged(*parts: dict[str, Any]) -> dict[str, Any]:
    """Attributes of several paths, whose blocks are one."""
    found: dict[str, Any] = {}
    for part in parts:
        for key, value in part.items():
            both = isinstance(value, dict) and isinstance(found.get(key), dict)
            found[key] = merged(found[key], value) if both else value
    return found


def network(resources: dict[str, tuple[str, dict[str, Any]]], **more: Any) -> Network:
    """The network of resources, by their names; of which language they are tells their type."""
    text: dict[str, Any] = dict(more)
    if any("::" in type_ for type_, _ in resources.values()):
        text["Resources"] = {
            name: {"Type": type_, "Properties": body} for name, (type_, body) in resources.items()
        }
        files = Files({"t.json": json.dumps(text)})
        template, errors = cloudformation.stacks(["t.json"], files, Inputs())
        found = template[0].evaluate({}).resources
    else:
        for name, (type_, body) in resources.items():
            text.setdefault("resource", {}).setdefault(type_, {})[name] = body
        files = Files({"a.tf.json": json.dumps(text)})
        root, errors = terraform.stacks(["a.tf.json"], files, Inputs())
        found = root[0].evaluate({}).resources
    lowered = lower(found)
    assert (errors, lowered.crashes) == ([], ())
    return lowered.network


STORES: dict[str, tuple[str, str, str]] = {
    "aws_db_instance": (
        "vpc_security_group_ids", "db_subnet_group_name", "aws_db_subnet_group",
    ),
    "AWS::RDS::DBInstance": ("VPCSecurityGroups", "DBSubnetGroupName", "AWS::RDS::DBSubnetGroup"),
    "aws_rds_cluster": ("vpc_security_group_ids", "db_subnet_group_name", "aws_db_subnet_group"),
    "AWS::RDS::DBCluster": ("VpcSecurityGroupIds", "DBSubnetGroupName", "AWS::RDS::DBSubnetGroup"),
    "aws_docdb_cluster": (
        "vpc_security_group_ids", "db_subnet_group_name", "aws_docdb_subnet_group",
    ),
    "AWS::DocDB::DBCluster": (
        "VpcSecurityGroupIds", "DBSubnetGroupName", "AWS::DocDB::DBSubnetGroup",
    ),
    "aws_neptune_cluster": (
        "vpc_security_group_ids", "neptune_subnet_group_name", "aws_neptune_subnet_group",
    ),
    "AWS::Neptune::DBCluster": (
        "VpcSecurityGroupIds", "DBSubnetGroupName", "AWS::Neptune::DBSubnetGroup",
    ),
    "aws_redshift_cluster": (
        "vpc_security_group_ids", "cluster_subnet_group_name", "aws_redshift_subnet_group",
    ),
    "AWS::Redshift::Cluster": (
        "VpcSecurityGroupIds", "ClusterSubnetGroupName", "AWS::Redshift::ClusterSubnetGroup",
    ),
    "aws_elasticache_replication_group": (
        "security_group_ids", "subnet_group_name", "aws_elasticache_subnet_group",
    ),
    "AWS::ElastiCache::ReplicationGroup": (
        "SecurityGroupIds", "CacheSubnetGroupName", "AWS::ElastiCache::SubnetGroup",
    ),
    "aws_elasticache_cluster": (
        "security_group_ids", "subnet_group_name", "aws_elasticache_subnet_group",
    ),
    "AWS::ElastiCache::CacheCluster": (
        "VpcSecurityGroupIds", "CacheSubnetGroupName", "AWS::ElastiCache::SubnetGroup",
    ),
    "aws_elasticache_serverless_cache": ("security_group_ids", "subnet_ids", ""),
    "AWS::ElastiCache::ServerlessCache": ("SecurityGroupIds", "SubnetIds", ""),
    "aws_memorydb_cluster": (
        "security_group_ids", "subnet_group_name", "aws_memorydb_subnet_group",
    ),
    "AWS::MemoryDB::Cluster": (
        "SecurityGroupIds", "SubnetGroupName", "AWS::MemoryDB::SubnetGroup",
    ),
    "aws_msk_cluster": (
        "broker_node_group_info.security_groups", "broker_node_group_info.client_subnets", "",
    ),
    "AWS::MSK::Cluster": (
        "BrokerNodeGroupInfo.SecurityGroups", "BrokerNodeGroupInfo.ClientSubnets", "",
    ),
    "aws_msk_serverless_cluster": ("vpc_config.security_group_ids", "vpc_config.subnet_ids", ""),
    "AWS::MSK::ServerlessCluster": ("VpcConfigs.SecurityGroups", "VpcConfigs.SubnetIds", ""),
    "aws_opensearch_domain": ("vpc_options.security_group_ids", "vpc_options.subnet_ids", ""),
    "AWS::OpenSearchService::Domain": ("VPCOptions.SecurityGroupIds", "VPCOptions.SubnetIds", ""),
    "aws_elasticsearch_domain": ("vpc_options.security_group_ids", "vpc_options.subnet_ids", ""),
    "AWS::Elasticsearch::Domain": ("VPCOptions.SecurityGroupIds", "VPCOptions.SubnetIds", ""),
    "aws_redshiftserverless_workgroup": ("security_group_ids", "subnet_ids", ""),
    "AWS::RedshiftServerless::Workgroup": ("SecurityGroupIds", "SubnetIds", ""),
    "aws_dax_cluster": ("security_group_ids", "subnet_group_name", "aws_dax_subnet_group"),
    "AWS::DAX::Cluster": ("SecurityGroupIds", "SubnetGroupName", "AWS::DAX::SubnetGroup"),
    "aws_docdbelastic_cluster": ("vpc_security_group_ids", "subnet_ids", ""),
    "AWS::DocDBElastic::Cluster": ("VpcSecurityGroupIds", "SubnetIds", ""),
    "aws_timestreaminfluxdb_db_instance": ("vpc_security_group_ids", "vpc_subnet_ids", ""),
    "AWS::Timestream::InfluxDBInstance": ("VpcSecurityGroupIds", "VpcSubnetIds", ""),
    "aws_timestreaminfluxdb_db_cluster": ("vpc_security_group_ids", "vpc_subnet_ids", ""),
    "AWS::Timestream::InfluxDBCluster": ("VpcSecurityGroupIds", "VpcSubnetIds", ""),
    "aws_mq_broker": ("security_groups", "subnet_ids", ""),
    "AWS::AmazonMQ::Broker": ("SecurityGroups", "SubnetIds", ""),
}  # fmt: skip


@pytest.mark.parametrize(("type_", "paths"), STORES.items(), ids=STORES)
def test_groups_and_subnets(type_: str, paths: tuple[str, str, str]) -> None:
    """A store has subnets of its own, or those of the subnet group that it refers to."""
    groups, subnets, holder = paths
    resources: dict[str, tuple[str, dict[str, Any]]] = {}
    within: Any = ["subnet-1"]
    if holder:
        key = "SubnetIds" if "::" in holder else "subnet_ids"
        resources["group"] = holder, {key: ["subnet-1"]}
        within = {"Ref": "group"} if "::" in holder else f"${{{holder}.group.name}}"
    resources["store"] = type_, merged(at(groups, ["sg-1"]), at(subnets, within))

    (store,) = network(resources).every(Store)

    assert [link.to for link in store.groups] == ["sg-1"]
    assert [link.to for link in store.subnets] == ["subnet-1"]
    assert store.groups_setting.name == groups.rpartition(".")[2]


def test_a_subnet_group_by_its_name() -> None:
    """Terraform's subnet groups go by a name as well."""
    found = network(
        {
            "group": ("aws_db_subnet_group", {"name": "main", "subnet_ids": ["subnet-1"]}),
            "store": ("aws_db_instance", {"db_subnet_group_name": "main"}),
            "other": ("aws_db_instance", {"db_subnet_group_name": "another"}),
        }
    )

    subnets = {each.name: [link.to for link in each.subnets] for each in found.every(Store)}
    assert subnets == {"aws_db_instance.store": ["subnet-1"], "aws_db_instance.other": []}


@pytest.mark.parametrize(
    ("type_", "key"),
    [
        ("AWS::RDS::DBInstance", "DBClusterIdentifier"),
        ("aws_elasticache_cluster", "replication_group_id"),
    ],
)
def test_members_are_no_stores(type_: str, key: str) -> None:
    """What they are members of is the store."""
    assert not network({"store": (type_, {key: "main"})}).every(Store)
    assert network({"store": (type_, {})}).every(Store)


PUBLIC = {
    "aws_db_instance": "publicly_accessible",
    "AWS::RDS::DBInstance": "PubliclyAccessible",
    "aws_rds_cluster_instance": "publicly_accessible",
    "AWS::RDS::DBCluster": "PubliclyAccessible",
    "aws_neptune_cluster_instance": "publicly_accessible",
    "AWS::Neptune::DBInstance": "PubliclyAccessible",
    "aws_redshift_cluster": "publicly_accessible",
    "AWS::Redshift::Cluster": "PubliclyAccessible",
    "aws_redshiftserverless_workgroup": "publicly_accessible",
    "AWS::RedshiftServerless::Workgroup": "PubliclyAccessible",
    "aws_timestreaminfluxdb_db_instance": "publicly_accessible",
    "AWS::Timestream::InfluxDBInstance": "PubliclyAccessible",
    "aws_timestreaminfluxdb_db_cluster": "publicly_accessible",
    "AWS::Timestream::InfluxDBCluster": "PubliclyAccessible",
    "aws_mq_broker": "publicly_accessible",
    "AWS::AmazonMQ::Broker": "PubliclyAccessible",
}


def is_public(type_: str, **body: Any) -> bool | None:
    """Whether a store is public."""
    (found,) = network({"store": (type_, body)}).every(Exposure)
    return found.public.truth


@pytest.mark.parametrize(("type_", "key"), PUBLIC.items(), ids=PUBLIC)
def test_public_stores(type_: str, key: str) -> None:
    """An attribute says so; else AWS, or the provider, makes most of them private."""
    by_default: dict[str, bool | None] = {
        "AWS::RDS::DBInstance": True,
        "AWS::RDS::DBCluster": True,
        "aws_redshift_cluster": None,
    }

    assert is_public(type_, **{key: True}) is True
    assert is_public(type_, **{key: False}) is False
    assert is_public(type_) is by_default.get(type_, False)


@pytest.mark.parametrize(
    ("version", "public"),
    [("~> 5.0", True), (">= 6.0", False), ("~> 6.1", False), (">= 5.0", None)],
)
def test_warehouses_by_the_version_of_the_provider(version: str, public: bool | None) -> None:
    """The AWS provider made them public before its version 6, and private since."""
    resources: dict[str, tuple[str, dict[str, Any]]] = {"it": ("aws_redshift_cluster", {})}
    aws = {"aws": {"source": "hashicorp/aws", "version": version}}

    for required in (aws, [aws], {"aws": version}):
        (found,) = network(resources, terraform={"required_providers": required}).every(Exposure)
        assert found.public.truth is public


@pytest.mark.parametrize(
    ("type_", "path"),
    [
        ("aws_msk_cluster", "broker_node_group_info.connectivity_info.public_access.type"),
        ("AWS::MSK::Cluster", "BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type"),
    ],
)
def test_public_brokers_of_kafka(type_: str, path: str) -> None:
    """They are public by addresses that the service provides."""
    assert is_public(type_, **at(path, "SERVICE_PROVIDED_EIPS")) is True
    assert is_public(type_, **at(path, "DISABLED")) is False
    assert is_public(type_) is False


@pytest.mark.parametrize(
    ("type_", "key", "subnets"),
    [
        ("aws_opensearch_domain", "vpc_options", "subnet_ids"),
        ("AWS::OpenSearchService::Domain", "VPCOptions", "SubnetIds"),
        ("aws_elasticsearch_domain", "vpc_options", "subnet_ids"),
        ("AWS::Elasticsearch::Domain", "VPCOptions", "SubnetIds"),
    ],
)
def test_public_search_domains(type_: str, key: str, subnets: str) -> None:
    """They are public without a VPC."""
    assert is_public(type_) is True
    assert is_public(type_, **{key: {subnets: ["subnet-1"]}}) is False


@pytest.mark.parametrize(
    ("each", "public"), [("${var.subnets}", None), ([["subnet-1"]], False), ([], True)]
)
def test_a_search_domain_that_may_be_in_a_vpc(each: Any, public: bool | None) -> None:
    """Whether it is hangs on what the block is made for each of."""
    block = {"for_each": each, "content": {"subnet_ids": "${vpc_options.value}"}}
    resources = {"it": ("aws_opensearch_domain", {"dynamic": {"vpc_options": block}})}
    (found,) = network(resources, variable={"subnets": {}}).every(Exposure)

    assert found.public.truth is public
    assert [need.name for need in found.public.waits_for()] == ["var.subnets"][: public is None]


def test_a_search_domain_of_a_template_that_may_be_in_a_vpc() -> None:
    """What is not known of its options leaves open whether it has some."""
    resources = {"it": ("AWS::OpenSearchService::Domain", {"VPCOptions": {"Ref": "Given"}})}
    (found,) = network(resources, Parameters={"Given": {"Type": "String"}}).every(Exposure)

    assert found.public.truth is None
    assert [need.name for need in found.public.waits_for()] == ["Given"]


@pytest.mark.parametrize(
    ("body", "public"),
    [
        ({"DBSubnetGroupName": "default"}, True),
        ({"DBSubnetGroupName": "own"}, False),
        ({"DBSubnetGroupName": {"Ref": "Given"}}, None),
        ({"Engine": "aurora-mysql"}, False),
        ({"Engine": "postgres"}, True),
        ({"Engine": {"Ref": "Given"}}, None),
        ({"DBClusterIdentifier": "main"}, False),
        ({"SourceDBInstanceIdentifier": "a"}, None),
        ({"DBSnapshotIdentifier": "a"}, None),
        ({"SourceDBClusterIdentifier": "a"}, None),
        ({"DBSnapshotIdentifier": "a", "DBSubnetGroupName": "own"}, False),
    ],
)
def test_databases_by_their_subnet_group(body: dict[str, Any], public: bool | None) -> None:
    """One with a subnet group of its own is private; of a copy what it was made from decides."""
    resources = {"store": ("AWS::RDS::DBInstance", body)}
    (found,) = network(resources, Parameters={"Given": {"Type": "String"}}).every(Exposure)

    assert found.public.truth is public


@pytest.mark.parametrize(
    ("body", "public"),
    [
        ({"Engine": "aurora-mysql"}, []),
        ({"Engine": "aurora-mysql", "PubliclyAccessible": True}, [True]),
        ({"Engine": "aurora-mysql", "PubliclyAccessible": False}, [False]),
        ({"Engine": "mysql"}, [True]),
        ({"Engine": "mysql", "PubliclyAccessible": False}, [False]),
        ({"Engine": "mysql", "DBSubnetGroupName": "own"}, [False]),
        ({"Engine": {"Ref": "Given"}}, [None]),
        ({"Engine": {"Ref": "Given"}, "PubliclyAccessible": False}, [False]),
    ],
)
def test_clusters_that_say_whether_they_are_public(
    body: dict[str, Any], public: list[bool | None]
) -> None:
    """Those of Aurora leave it to their instances, each of its own, unless they say it."""
    resources = {"store": ("AWS::RDS::DBCluster", body)}
    found = network(resources, Parameters={"Given": {"Type": "String"}}).every(Exposure)

    assert [each.public.truth for each in found] == public


@pytest.mark.parametrize(
    ("type_", "key", "store", "named"),
    [
        ("aws_rds_cluster_instance", "cluster_identifier", "aws_rds_cluster", "cluster_identifier"),
        (
            *("aws_neptune_cluster_instance", "cluster_identifier"),
            *("aws_neptune_cluster", "cluster_identifier"),
        ),
        (
            *("AWS::Neptune::DBInstance", "DBClusterIdentifier"),
            *("AWS::Neptune::DBCluster", "DBClusterIdentifier"),
        ),
        (
            *("AWS::RDS::DBInstance", "DBClusterIdentifier"),
            *("AWS::RDS::DBCluster", "DBClusterIdentifier"),
        ),
    ],
)
def test_instances_of_clusters(type_: str, key: str, store: str, named: str) -> None:
    """They are in the store that has the name which they give."""
    resources = {
        "main": (store, {named: "main", "Engine": "aurora-mysql"}),
        "one": (type_, {key: "main"}),
    }
    id_ = "main" if "::" in store else f"{store}.main"

    found = [each.store.to for each in network(resources).every(Exposure) if "one" in each.id]

    assert found == [id_]


NAMES = {
    "aws_alb": "name",
    "aws_db_instance": "identifier",
    "aws_db_proxy": "name",
    "aws_dax_cluster": "cluster_name",
    "aws_docdb_cluster": "cluster_identifier",
    "aws_ecs_cluster": "name",
    "aws_ecs_express_gateway_service": "service_name",
    "aws_ecs_service": "name",
    "aws_elasticache_cluster": "cluster_id",
    "aws_elasticache_replication_group": "replication_group_id",
    "aws_elasticache_serverless_cache": "name",
    "aws_elasticsearch_domain": "domain_name",
    "aws_elb": "name",
    "aws_lb": "name",
    "aws_memorydb_cluster": "name",
    "aws_mq_broker": "broker_name",
    "aws_msk_cluster": "cluster_name",
    "aws_neptune_cluster": "cluster_identifier",
    "aws_opensearch_domain": "domain_name",
    "aws_pipes_pipe": "name",
    "aws_rds_cluster": "cluster_identifier",
    "aws_redshift_cluster": "cluster_identifier",
    "aws_redshiftserverless_workgroup": "workgroup_name",
    "aws_security_group": "name",
    "AWS::AmazonMQ::Broker": "BrokerName",
    "AWS::DAX::Cluster": "ClusterName",
    "AWS::DocDB::DBCluster": "DBClusterIdentifier",
    "AWS::EC2::SecurityGroup": "GroupName",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::ECS::ExpressGatewayService": "ServiceName",
    "AWS::ECS::Service": "ServiceName",
    "AWS::ElastiCache::CacheCluster": "ClusterName",
    "AWS::ElastiCache::ReplicationGroup": "ReplicationGroupId",
    "AWS::ElastiCache::ServerlessCache": "ServerlessCacheName",
    "AWS::ElasticLoadBalancing::LoadBalancer": "LoadBalancerName",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::MSK::Cluster": "ClusterName",
    "AWS::MemoryDB::Cluster": "ClusterName",
    "AWS::Neptune::DBCluster": "DBClusterIdentifier",
    "AWS::OpenSearchService::Domain": "DomainName",
    "AWS::Pipes::Pipe": "Name",
    "AWS::RDS::DBCluster": "DBClusterIdentifier",
    "AWS::RDS::DBInstance": "DBInstanceIdentifier",
    "AWS::RDS::DBProxy": "DBProxyName",
    "AWS::Redshift::Cluster": "ClusterIdentifier",
    "AWS::RedshiftServerless::Workgroup": "WorkgroupName",
}


@pytest.mark.parametrize(("type_", "key"), NAMES.items(), ids=NAMES)
def test_given_names(type_: str, key: str) -> None:
    """Each type has an attribute of its own for its name."""
    found = network({"it": (type_, {key: "shop"})}).every(GivenName)

    assert [(each.value.name, each.value.known) for each in found] == [(key, "shop")]


@pytest.mark.parametrize(
    ("type_", "key", "subnets"),
    [
        ("aws_lambda_function", "function_name", "vpc_config.subnet_ids"),
        ("AWS::Lambda::Function", "FunctionName", "VpcConfig.SubnetIds"),
        ("AWS::Serverless::Function", "FunctionName", "VpcConfig.SubnetIds"),
    ],
)
def test_given_names_of_functions(type_: str, key: str, subnets: str) -> None:
    """A function in a VPC is asked for by its name; one outside has no part in the network."""
    inside = network({"it": (type_, {key: "shop", **at(subnets, ["subnet-1"])})})
    outside = network({"it": (type_, {key: "shop", **at(subnets, [])})})

    assert [(each.value.name, each.value.known) for each in inside.every(GivenName)] == [
        (key, "shop")
    ]
    assert not outside.every(GivenName)
