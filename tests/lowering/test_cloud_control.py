"""Names of CloudFormation as the Terraform provider awscc writes them."""

import pytest

from taskwall.lowering._cloud_control import SnakeCase, snake_case, types_of


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
