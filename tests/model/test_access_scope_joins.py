"""Network Access Scopes about what joins a VPC to others, where that may be where a path leads."""

import json
from pathlib import Path
from typing import Any

import pytest

import taskwall

TEMPLATE = """
Resources:
  main: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}
  igw: {Type: 'AWS::EC2::InternetGateway'}
  vgw: {Type: 'AWS::EC2::VPNGateway', Properties: {Type: ipsec.1}}
  A1:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: VPC, InternetGatewayId: !Ref igw}
  A2:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: VPC, VpnGatewayId: !Ref vgw}
  peering:
    Type: AWS::EC2::VPCPeeringConnection
    Properties: {VpcId: VPC, PeerVpcId: vpc-2}
  subnet: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: VPC, CidrBlock: 10.0.1.0/24}}
  Table: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: VPC}}
  Used:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref subnet, RouteTableId: !Ref Table}
  group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: VPC
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 10.0.0.0/8}
  web:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [!Ref subnet], SecurityGroups: [!Ref group]}
"""
ROUTE = """
  Route:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 10.9.0.0/16, BY}
"""
ALONE = TEMPLATE.replace("VPC,", "!Ref main,").replace("VpcId: VPC\n", "VpcId: !Ref main\n")
BY_PEERING = ALONE + ROUTE.replace("BY", "VpcPeeringConnectionId: !Ref peering")
BY_VPN = ALONE + ROUTE.replace("BY", "GatewayId: !Ref vgw")
ELSEWHERE = TEMPLATE.replace("VPC,", "vpc-1,").replace("VpcId: VPC\n", "VpcId: vpc-1\n")
WEB = {"Resources": [{"Ref": "group"}]}
OF_PEER, OF_ELSEWHERE, OF_REMOTE = (
    f"{end} to service:web" for end in ("vpc:vpc-2", "vpc:vpc-1", "onprem")
)


def typed(name: str) -> dict[str, Any]:
    """A statement about all of a type."""
    return {"ResourceTypes": [f"AWS::EC2::{name}"]}


def of(what: object) -> dict[str, Any]:
    """A statement about one resource, by its id or a reference."""
    return {"Resources": [what]}


PEERING, VGW, IGW = (of({"Ref": name}) for name in ("peering", "vgw", "igw"))


def told(template: str, source: object, target: object, folder: Path) -> list[str]:
    """What is unknown of a scope of paths from one to another, but for those of tasks alone."""
    scope = {
        "MatchPaths": [{"Source": source, "Destination": target}],
        "ExcludePaths": [
            {"Source": {"ResourceStatement": WEB}, "Destination": {"ResourceStatement": WEB}}
        ],
    }
    held = {"Type": "AWS::EC2::NetworkInsightsAccessScope", "Properties": scope}
    (folder / "template.yaml").write_text(f"{template}  Scope: {json.dumps(held)}\n")

    report = taskwall.scan(folder, select=["TW803"])

    assert not report.errors
    assert not report.findings
    return [each.message for each in report.unknowns]


@pytest.mark.parametrize(
    ("template", "source", "said"),
    [
        # Whatever else is in the VPC is no end of paths, nor joined to it.
        pytest.param(ALONE, typed("VPNGateway"), "", id="VPN gateway, nobody beyond"),
        pytest.param(ALONE, typed("VPCPeeringConnection"), "", id="peering, nobody beyond"),
        pytest.param(ALONE, VGW, "", id="a VPN gateway, nobody beyond"),
        # What is in a VPC from elsewhere may have come there by anything.
        pytest.param(ELSEWHERE, typed("VPNGateway"), OF_ELSEWHERE, id="VPN gateway, elsewhere"),
        pytest.param(
            ELSEWHERE, typed("TransitGatewayAttachment"), OF_ELSEWHERE, id="attachment, elsewhere"
        ),
        pytest.param(ELSEWHERE, VGW, OF_ELSEWHERE, id="a VPN gateway, elsewhere"),
        pytest.param(ELSEWHERE, of("pcx-1"), OF_ELSEWHERE, id="an id, elsewhere"),
        pytest.param(ELSEWHERE, typed("InternetGateway"), "", id="internet gateway, elsewhere"),
        pytest.param(ELSEWHERE, IGW, "", id="an internet gateway, elsewhere"),
        pytest.param(BY_PEERING, typed("VPCPeeringConnection"), OF_PEER, id="peering"),
        pytest.param(BY_PEERING, PEERING, OF_PEER, id="a peering connection"),
        pytest.param(BY_PEERING, typed("InternetGateway"), "", id="internet gateway, a peer"),
        pytest.param(BY_PEERING, IGW, "", id="an internet gateway, a peer"),
        pytest.param(BY_VPN, typed("VPNGateway"), OF_REMOTE, id="VPN gateway"),
        pytest.param(BY_VPN, VGW, OF_REMOTE, id="a VPN gateway"),
        pytest.param(BY_VPN, of("vgw-1"), OF_REMOTE, id="a VPN gateway by its id"),
        pytest.param(BY_VPN, IGW, "", id="an internet gateway, a remote network"),
        pytest.param(BY_VPN, of({"Ref": "subnet"}), "", id="a subnet"),
    ],
)
def test_scope_of_what_joins_a_vpc_to_others(
    template: str, source: dict[str, Any], said: str, tmp_path: Path
) -> None:
    """Through which of them a path comes is not known; by an internet gateway none of these do."""
    said_of = told(template, {"ResourceStatement": source}, {"ResourceStatement": WEB}, tmp_path)
    assert said_of == ([f"cannot tell whether Scope matches the path from {said}"] if said else [])


@pytest.mark.parametrize(
    ("template", "target", "said"),
    [
        pytest.param(ALONE, typed("VPCPeeringConnection"), "", id="nobody beyond"),
        pytest.param(BY_PEERING, typed("VPCPeeringConnection"), "vpc:vpc-2", id="peering"),
        pytest.param(BY_PEERING, PEERING, "vpc:vpc-2", id="a peering connection"),
        pytest.param(BY_PEERING, typed("InternetGateway"), "", id="internet gateway, a peer"),
        pytest.param(BY_PEERING, IGW, "", id="an internet gateway, a peer"),
        pytest.param(BY_VPN, typed("VPNGateway"), "onprem", id="VPN gateway"),
        pytest.param(BY_VPN, VGW, "onprem", id="a VPN gateway"),
        pytest.param(BY_VPN, IGW, "", id="an internet gateway, a remote network"),
    ],
)
def test_scope_of_what_a_vpc_reaches_beyond_it(
    template: str, target: dict[str, Any], said: str, tmp_path: Path
) -> None:
    """A path may lead out of the VPC by what joins it to others, as one may come in."""
    said_of = told(template, {"ResourceStatement": WEB}, {"ResourceStatement": target}, tmp_path)
    path = f"the path from service:web to {said}"
    assert said_of == ([f"cannot tell whether Scope matches {path}"] if said else [])


PUBLIC = (
    ALONE.replace("Subnets: [", "AssignPublicIp: ENABLED, Subnets: [").replace(
        "CidrIp: 10.0.0.0/8", "CidrIp: 0.0.0.0/0"
    )
    + ROUTE.replace("BY", "GatewayId: !Ref igw").replace("10.9.0.0/16", "0.0.0.0/0")
    + """
  far: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.9.0.0/16}}
  other: {Type: 'AWS::EC2::InternetGateway'}
  A3:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref far, InternetGatewayId: !Ref other}
"""
)
BY_INPUT = PUBLIC.replace("Resources:", "Parameters: {Any: {Type: String}}\nResources:", 1)
GIVEN = BY_INPUT.replace("VpcId: !Ref far,", "VpcId: !Ref Any,")


@pytest.mark.parametrize(
    ("template", "gateway", "said"),
    [
        pytest.param(PUBLIC, IGW, ["fail"], id="that of its VPC"),
        pytest.param(PUBLIC, of({"Ref": "other"}), [], id="that of another VPC"),
        pytest.param(GIVEN, of({"Ref": "other"}), [], id="that of a given VPC"),
        pytest.param(PUBLIC, typed("InternetGateway"), ["fail"], id="any"),
    ],
)
def test_by_which_internet_gateway_tasks_are_reached(
    template: str, gateway: dict[str, Any], said: list[str], tmp_path: Path
) -> None:
    """By that which is attached to their VPC, and by no other."""
    path = {
        "Source": {"ResourceStatement": gateway},
        "Destination": {"ResourceStatement": WEB},
    }
    held = {"Type": "AWS::EC2::NetworkInsightsAccessScope", "Properties": {"MatchPaths": [path]}}
    (tmp_path / "template.yaml").write_text(f"{template}  Scope: {json.dumps(held)}\n")
    report = taskwall.scan(tmp_path, select=["TW803"])

    assert not report.errors
    found = ["fail" for _ in report.findings] + ["unknown" for _ in report.unknowns]
    assert found == said
