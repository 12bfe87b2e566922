"""Resources that become nothing by themselves: others read what they say."""

import json
from typing import Any

import pytest

from taskwall.findings.finding import Unread
from taskwall.lowering import lower
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

TERRAFORM: dict[str, tuple[str, ...]] = {
    "aws_acm_certificate_validation": ("certificate_arn",),
    "aws_autoscaling_attachment": (
        "autoscaling_group_name", "lb_target_group_arn", "alb_target_group_arn", "elb"
    ),
    "aws_autoscaling_traffic_source_attachment": ("autoscaling_group_name", "traffic_source"),
    "aws_cloudwatch_log_delivery_source": ("resource_arn", "log_type"),
    "aws_db_parameter_group": ("name", "family", "parameter"),
    "aws_rds_cluster_parameter_group": ("name", "family", "parameter"),
    "aws_docdb_cluster_parameter_group": ("name", "family", "parameter"),
    "aws_neptune_cluster_parameter_group": ("name", "family", "parameter"),
    "aws_redshift_parameter_group": ("name", "family", "parameter"),
    "aws_db_subnet_group": ("name", "subnet_ids"),
    "aws_docdb_subnet_group": ("name", "subnet_ids"),
    "aws_neptune_subnet_group": ("name", "subnet_ids"),
    "aws_redshift_subnet_group": ("name", "subnet_ids"),
    "aws_elasticache_subnet_group": ("name", "subnet_ids"),
    "aws_memorydb_subnet_group": ("name", "subnet_ids"),
    "aws_dax_subnet_group": ("name", "subnet_ids"),
    "aws_ec2_managed_prefix_list_entry": ("prefix_list_id", "cidr"),
    "aws_ecr_pull_through_cache_rule": ("ecr_repository_prefix",),
    "aws_lb_listener_certificate": ("listener_arn", "certificate_arn"),
    "aws_load_balancer_listener_policy": (
        "load_balancer_name", "load_balancer_port", "policy_names",
    ),
    "aws_networkmanager_core_network_policy_attachment": ("core_network_id", "policy_document"),
    "aws_ram_principal_association": ("resource_share_arn", "principal"),
    "aws_route53profiles_association": ("profile_id", "resource_id"),
    "aws_route53_zone_association": ("zone_id", "vpc_id"),
}  # fmt: skip
CLOUDFORMATION: dict[str, tuple[str, ...]] = {
    "AWS::DAX::SubnetGroup": ("SubnetGroupName", "SubnetIds"),
    "AWS::DocDB::DBClusterParameterGroup": ("Name", "Family", "Parameters"),
    "AWS::DocDB::DBSubnetGroup": ("DBSubnetGroupName", "SubnetIds"),
    "AWS::EC2::GatewayRouteTableAssociation": ("GatewayId", "RouteTableId"),
    "AWS::EC2::SubnetCidrBlock": ("SubnetId", "Ipv6CidrBlock"),
    "AWS::ECR::PullThroughCacheRule": ("EcrRepositoryPrefix",),
    "AWS::ElastiCache::SubnetGroup": ("CacheSubnetGroupName", "SubnetIds"),
    "AWS::ElasticLoadBalancingV2::ListenerCertificate": ("ListenerArn", "Certificates"),
    "AWS::Logs::DeliverySource": ("ResourceArn", "LogType"),
    "AWS::MemoryDB::SubnetGroup": ("SubnetGroupName", "SubnetIds"),
    "AWS::Neptune::DBClusterParameterGroup": ("Name", "Family", "Parameters"),
    "AWS::Neptune::DBSubnetGroup": ("DBSubnetGroupName", "SubnetIds"),
    "AWS::RDS::DBClusterParameterGroup": ("DBClusterParameterGroupName", "Family", "Parameters"),
    "AWS::RDS::DBParameterGroup": ("DBParameterGroupName", "Family", "Parameters"),
    "AWS::RDS::DBSubnetGroup": ("DBSubnetGroupName", "SubnetIds"),
    "AWS::Redshift::ClusterParameterGroup": (
        "ParameterGroupName",
        "ParameterGroupFamily",
        "Parameters",
    ),
    "AWS::Redshift::ClusterSubnetGroup": ("SubnetIds",),
    "AWS::Route53Profiles::ProfileAssociation": ("ProfileId", "ResourceId"),
    "AWS::SecretsManager::SecretTargetAttachment": ("TargetId",),
}


def unread(name: str, text: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The types of a source that nobody reads, with attributes of those that somebody does."""
    read = terraform.stacks if "tf" in name else cloudformation.stacks
    (stack,), errors = read([name], Files({name: json.dumps(text)}), Inputs())
    assert not errors
    return {each.type: each.attributes for each in lower(stack.evaluate({}).resources).unread}


@pytest.mark.parametrize(("type_", "attributes"), TERRAFORM.items(), ids=TERRAFORM)
def test_attributes_of_terraform(type_: str, attributes: tuple[str, ...]) -> None:
    """What others read is not listed as read by nobody, and what nobody reads is."""
    held = dict.fromkeys((*attributes, "tags_all"), "x")

    assert unread("a.tf.json", {"resource": {type_: {"a": held}}}) == {type_: ("tags_all",)}


@pytest.mark.parametrize(("type_", "properties"), CLOUDFORMATION.items(), ids=CLOUDFORMATION)
def test_properties_of_cloudformation(type_: str, properties: tuple[str, ...]) -> None:
    """What others read is not listed as read by nobody, and what nobody reads is."""
    held = dict.fromkeys((*properties, "Description"), "x")
    text = {"Resources": {"A": {"Type": type_, "Properties": held}}}

    assert unread("a.json", text) == {type_: ("Description",)}


DOORS = (
    "aws_verifiedaccess_endpoint", "aws_ec2_instance_connect_endpoint", "aws_elb_attachment",
    "aws_vpclattice_resource_gateway",
)  # fmt: skip


@pytest.mark.parametrize("type_", DOORS)
def test_doors_are_read_as_a_whole(type_: str) -> None:
    """Whatever one names may be reached by it; only words for people are read by nobody."""
    held = dict.fromkeys(("any", "other", "description"), "x")

    assert unread("a.tf.json", {"resource": {type_: {"a": held}}}) == {type_: ("description",)}


def test_routes_read_what_kind_of_nat_gateway_they_lead_to() -> None:
    """It is read where there is no route, too: what is not read does not depend on the others."""
    held = {"connectivity_type": "private", "subnet_id": "s", "secondary": "x"}
    found = unread("a.tf.json", {"resource": {"aws_nat_gateway": {"a": held}}})

    assert found == {"aws_nat_gateway": ("secondary",)}


def test_types_that_nobody_reads_are_counted() -> None:
    """Each with how many there are of it; what the sources only look up is none of them."""
    held = {"name": "x"}
    text = {
        "resource": {"aws_iam_role": {"a": held, "b": held}, "aws_kms_alias": {"a": held}},
        "data": {"aws_iam_policy": {"a": held}},
    }
    (stack,), _ = terraform.stacks(["a.tf.json"], Files({"a.tf.json": json.dumps(text)}), Inputs())

    assert lower(stack.evaluate({}).resources).unread == (
        Unread("aws_iam_role", 2), Unread("aws_kms_alias", 1),
    )  # fmt: skip
