"""Networks as AWS describes them become templates: `tools/described.py`."""

import json
from pathlib import Path
from typing import Any

from tools.described import template

from taskwall.api.flows import list_flows
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


def test_flows_of_a_network_as_it_is_described(tmp_path: Path) -> None:
    """What is described can be reached as AWS would let it."""
    (tmp_path / "described").mkdir()
    for name, held in DESCRIBED.items():
        (tmp_path / "described" / f"{name}.json").write_text(json.dumps({name: held}))
    (tmp_path / "template.json").write_text(json.dumps(template(tmp_path / "described")))

    found = list_flows(Options(paths=(str(tmp_path / "template.json"),)), None, None)

    assert not found.problems
    lines = {
        f"{flow.source} {flow.target} {flow.protocol} {','.join(flow.ports)}"
        + "".join(f" by {each}" for each in flow.through)
        for flow in found.flows
        if not flow.source.startswith("vpc:") and flow.source != flow.target
    }
    assert all(flow.verdict == "open" for flow in found.flows)
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
