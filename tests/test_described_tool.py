"""Networks as AWS describes them become templates: `tools/described.py`."""

import json
from pathlib import Path
from typing import Any

import pytest
from tools.described import template

from taskwall.api.flows import FlowLine, list_flows
from taskwall.api.options import Options

ANYBODY = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
NLB = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/front/1"
TARGETS = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/shop/1"


def group(name: str, port: int, *, out: bool = True, of: str = "") -> dict[str, Any]:
    """A group that allows one port from anywhere, or from another group."""
    who = {"UserIdGroupPairs": [{"GroupId": of}]} if of else ANYBODY
    return {
        "GroupId": name,
        "Description": name,
        "VpcId": "vpc-1",
        "IpPermissions": [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **who}],
        "IpPermissionsEgress": [{"IpProtocol": "-1", **ANYBODY}] if out else [],
    }


def instance(name: str, subnet: str, group_: str, *, public: bool = False) -> dict[str, Any]:
    """A running instance with one interface."""
    address = {"Association": {"PublicIp": "203.0.113.9"}} if public else {}
    own = {"SubnetId": subnet, "Groups": [{"GroupId": group_}], "PrivateIpAddress": "10.0.0.9"}
    interfaces = [{**own, **address}]
    state = {"Code": 16, "Name": "running"}
    return {"InstanceId": name, "State": state, "NetworkInterfaces": interfaces}


def table(name: str, target: dict[str, str], *, main: bool = False) -> dict[str, Any]:
    """A route table with a default route: the main one, or that of the public subnet."""
    routes = [
        {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
        {"DestinationCidrBlock": "0.0.0.0/0", **target},
    ]
    ties = [{"Main": True} if main else {"SubnetId": "subnet-public"}]
    return {"RouteTableId": name, "VpcId": "vpc-1", "Associations": ties, "Routes": routes}


def entry(number: int, action: str, *, out: bool = False) -> dict[str, Any]:
    """An entry of a network ACL for everything."""
    return {
        "RuleNumber": number,
        "RuleAction": action,
        "Egress": out,
        "Protocol": "-1",
        "CidrBlock": "0.0.0.0/0",
    }


DESCRIBED: dict[str, list[dict[str, Any]]] = {
    "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}],
    "Subnets": [
        {"SubnetId": f"subnet-{name}", "VpcId": "vpc-1", "CidrBlock": f"10.0.{at}.0/24"}
        for at, name in enumerate(("public", "private", "shut"))
    ],
    "InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1"}]}],
    "NatGateways": [
        {"NatGatewayId": "nat-1", "SubnetId": "subnet-public", "State": "available"},
        {"NatGatewayId": "nat-2", "SubnetId": "subnet-shut", "State": "deleted"},
    ],
    "RouteTables": [
        table("rtb-public", {"GatewayId": "igw-1"}),
        table("rtb-main", {"NatGatewayId": "nat-1"}, main=True),
    ],
    "NetworkAcls": [
        {
            "NetworkAclId": "acl-shut",
            "VpcId": "vpc-1",
            "Associations": [{"SubnetId": "subnet-shut", "NetworkAclAssociationId": "assoc-1"}],
            "Entries": [entry(100, "deny"), entry(100, "allow", out=True), entry(32767, "deny")],
        }
    ],
    "SecurityGroups": [
        group("sg-shop", 8080),
        group("sg-jump", 22, out=False),
        group("sg-store", 5432, of="sg-shop"),
    ],
    "Reservations": [
        {
            "Instances": [
                instance("i-shop", "subnet-private", "sg-shop"),
                instance("i-jump", "subnet-public", "sg-jump", public=True),
                instance("i-store", "subnet-private", "sg-store"),
                instance("i-lonely", "subnet-shut", "sg-shop"),
                {"InstanceId": "i-gone", "State": {"Code": 48, "Name": "terminated"}},
            ]
        }
    ],
    "LoadBalancers": [
        {
            "LoadBalancerArn": NLB,
            "Type": "network",
            "Scheme": "internet-facing",
            "AvailabilityZones": [{"SubnetId": "subnet-public"}],
        }
    ],
    "LoadBalancerListeners": [
        {
            "Listeners": [
                {
                    "ListenerArn": f"{NLB}/2",
                    "LoadBalancerArn": NLB,
                    "Port": 80,
                    "Protocol": "TCP",
                    "DefaultActions": [{"Type": "forward", "TargetGroupArn": TARGETS}],
                }
            ]
        }
    ],
    "TargetGroups": [
        {"TargetGroupArn": TARGETS, "VpcId": "vpc-1", "Port": 80, "Protocol": "TCP",
         "TargetType": "instance"}
    ],
    "LoadBalancerTargetHealth": [
        {"TargetGroupArn": TARGETS,
         "TargetHealthDescriptions": [{"Target": {"Id": "i-shop", "Port": 8080}}]}
    ],
}  # fmt: skip


def flows_of(described: dict[str, list[dict[str, Any]]], folder: Path) -> tuple[FlowLine, ...]:
    """The flows of the template of what is described."""
    (folder / "described").mkdir()
    for name, held in described.items():
        (folder / "described" / f"{name}.json").write_text(json.dumps({name: held}))
    (folder / "template.json").write_text(json.dumps(template(folder / "described")))
    found = list_flows(Options(paths=(str(folder / "template.json"),)), None, None)
    assert not found.problems
    return found.flows


def test_flows_of_a_network_as_it_is_described(tmp_path: Path) -> None:
    """What is described can be reached as AWS would let it."""
    found = flows_of(DESCRIBED, tmp_path)

    lines = {
        f"{flow.source} {flow.target} {flow.protocol} {','.join(flow.ports)}"
        + "".join(f" by {each}" for each in flow.through)
        for flow in found
        if not flow.source.startswith("vpc:") and flow.source != flow.target
    }
    assert all(flow.verdict == "open" for flow in found)
    assert lines == {
        "internet lb:loadbalancernetfront1 tcp 80",
        "internet service:ishop tcp 80 by lb:loadbalancernetfront1",
        "internet service:ijump tcp 22",
        "lb:loadbalancernetfront1 service:ishop tcp 8080",
        "service:ishop internet all all",
        "service:ishop lb:loadbalancernetfront1 tcp 80",
        "service:ishop service:ijump tcp 22",
        "service:ishop service:istore tcp 5432",
        "service:istore internet all all",
        "service:istore lb:loadbalancernetfront1 tcp 80",
        "service:istore service:ijump tcp 22",
        "service:istore service:ishop tcp 8080",
        "service:istore service:ishop tcp 80 by lb:loadbalancernetfront1",
    }


def joined(*, peered: bool, propagated: bool = True) -> dict[str, list[dict[str, Any]]]:
    """A VPC with an instance and one with a database, joined by a peering or a transit gateway."""
    by = {"VpcPeeringConnectionId": "pcx-1"} if peered else {"TransitGatewayId": "tgw-1"}
    tied = ({"TransitGatewayAttachmentId": "att-a"}, {"TransitGatewayAttachmentId": "att-b"})
    table = {"TransitGatewayRouteTableId": "tgw-rtb"}
    back = {"DestinationCidrBlock": "10.2.0.0/16", "TransitGatewayAttachments": [tied[1]]}
    ends = {"RequesterVpcInfo": {"VpcId": "a"}, "AccepterVpcInfo": {"VpcId": "b"}}
    common: dict[str, list[dict[str, Any]]] = {
        "Vpcs": [{"VpcId": "a", "CidrBlock": "10.1.0.0/16"},
                 {"VpcId": "b", "CidrBlock": "10.2.0.0/16"}],
        "Subnets": [{"SubnetId": "subnet-a", "VpcId": "a", "CidrBlock": "10.1.0.0/24"},
                    {"SubnetId": "subnet-b", "VpcId": "b", "CidrBlock": "10.2.0.0/24"}],
        "RouteTables": [
            {"RouteTableId": f"rtb-{vpc}", "VpcId": vpc, "Associations": [{"Main": True}],
             "Routes": [{"DestinationCidrBlock": "10.0.0.0/8", **by}]}
            for vpc in "ab"
        ],
        "SecurityGroups": [
            {**group("sg-web", 80), "VpcId": "a"},
            {**group("sg-store", 5432), "VpcId": "b"},
        ],
        "Reservations": [{"Instances": [instance("i-web", "subnet-a", "sg-web")]}],
        "DBInstances": [
            {"DBInstanceIdentifier": "shop", "Engine": "postgres", "PubliclyAccessible": False,
             "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-store"}],
             "DBSubnetGroup": {"Subnets": [{"SubnetIdentifier": "subnet-b"}]}}
        ],
    }  # fmt: skip
    if peered:
        connection = {"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"}, **ends}
        return {**common, "VpcPeeringConnections": [connection]}
    return {
        **common,
        "TransitGateways": [{"TransitGatewayId": "tgw-1", "State": "available"}],
        "TransitGatewayVpcAttachments": [
            {**each, "TransitGatewayId": "tgw-1", "VpcId": vpc, "SubnetIds": [f"subnet-{vpc}"]}
            for vpc, each in zip("ab", tied, strict=True)
        ],
        "TransitGatewayAttachments": [
            {**each, "TransitGatewayId": "tgw-1", "ResourceType": "vpc", "Association": table}
            for each in tied
        ],
        "TransitGatewayRouteTables": [{**table, "TransitGatewayId": "tgw-1"}],
        "TransitGatewayPropagations": [
            {**table, "TransitGatewayRouteTablePropagations": [tied[0]] if propagated else []}
        ],
        "TransitGatewayStaticRoutes": [{**table, "Routes": [back]}],
    }


@pytest.mark.parametrize(
    ("described", "opens"),
    [
        (joined(peered=True), True),
        (joined(peered=False), True),
        (joined(peered=False, propagated=False), False),
        ({**joined(peered=True), "VpcPeeringConnections": []}, False),
    ],
)
def test_vpcs_are_joined_as_it_is_described(
    described: dict[str, list[dict[str, Any]]], opens: bool, tmp_path: Path
) -> None:
    """A peering joins them, and a transit gateway whose tables know both ways."""
    found = {(flow.source, flow.target, *flow.ports) for flow in flows_of(described, tmp_path)}

    assert (("service:iweb", "store:shop", "5432") in found) == opens
