"""Names of CloudFormation as the Terraform provider awscc writes them."""

import pytest

from lowering.networks import network, said
from taskwall.lowering._cloud_control import SnakeCase, snake_case, types_of
from taskwall.model.entities.vpc import Subnet


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("VpcId", "vpc_id"),
        ("CidrIpv6", "cidr_ipv_6"),
        ("PrivateIPv4Address", "private_i_pv_4_address"),
        ("VPCSecurityGroups", "vpc_security_groups"),
        ("DBSubnetGroupName", "db_subnet_group_name"),
        ("TLSEnabled", "tls_enabled"),
        ("VPCs", "vp_cs"),
        ("S3Bucket", "s3_bucket"),
    ],
)
def test_names_in_snake_case(name: str, expected: str) -> None:
    """They are the provider's own, which its generator makes."""
    assert snake_case(name) == expected


def test_types_by_what_the_provider_calls_them() -> None:
    """Only AWS's types of CloudFormation are among them."""
    names = ("AWS::EC2::VPCEndpoint", "AWS::ElasticLoadBalancingV2::Listener", "aws_vpc", "A::B")

    assert types_of(names) == {
        "awscc_ec2_vpc_endpoint": "AWS::EC2::VPCEndpoint",
        "awscc_elasticloadbalancingv2_listener": "AWS::ElasticLoadBalancingV2::Listener",
    }


def test_a_member_is_found_by_either_name() -> None:
    """The name as it is written comes first: keys of maps are not the provider's."""
    found = SnakeCase({"vpc_id": 1, "VpcId": 2, "subnet_id": 3})

    assert (found.get("VpcId"), found.get("SubnetId"), found.get("Other")) == (2, 3, None)


WORDS = {
    "awscc": 'resource "awscc_ec2_subnet" "s" {\n  map_public_ip_on_launch = X\n}',
    "aws": 'resource "aws_subnet" "s" {\n  map_public_ip_on_launch = X\n}',
    "a template": "Resources:\n  S: {Type: AWS::EC2::Subnet, Properties: {MapPublicIpOnLaunch: X}}",
}


@pytest.mark.parametrize("text", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize("value", ["true", "false"])
def test_a_setting_of_awscc_is_read_but_not_edited(text: str, value: str) -> None:
    """Its paths are those of CloudFormation, which are not where Terraform has them."""
    (found,) = network(text.replace("X", value)).every(Subnet)

    assert found.public_addresses is not None
    assert said(found.public_addresses) is (value == "true")
    assert (found.public_addresses.attribute is None) is ("awscc" in text)
    assert bool(found.public_addresses.to(True)) is ("awscc" not in text)
