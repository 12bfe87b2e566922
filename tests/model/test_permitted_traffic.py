"""What the groups of tasks allow across the edge of their subnet, by permissions or by default."""

import pytest

from lowering.networks import network as read
from taskwall.lowering import lower
from taskwall.model.entities.vpc import Subnet
from taskwall.model.routing.permitted_traffic import flows
from taskwall.model.routing.subnet_tenants import task_subnets
from taskwall.readers import cloudformation
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

TEMPLATE = """
Parameters:
  Any: {Type: String}
Conditions:
  Given: !Not [!Equals [!Ref Any, ""]]
Resources:
  Main: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  A: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Main, CidrBlock: 10.0.1.0/24}}
  Own:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Main
EGRESS
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration:
          Subnets: [!Ref A]
          SecurityGroups: GROUPS
"""
OWN = "[!Ref Own]"
HTTPS = "{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}"
NEAR = "{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.1.0/24}"


def written(*rules: str, way: str = "Egress") -> str:
    """Rules of the group."""
    return f"      SecurityGroup{way}: [{', '.join(rules)}]"


FROM_ALL, OF_EDGE = "CidrIp: 0.0.0.0/0", "SourceSecurityGroupId: !Ref Edge"
EDGE = """
  Edge: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !Ref Main}}
"""
PLACED = """
  B: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Main, CidrBlock: 10.0.2.0/24}}
  Placed:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Subnets: [!Ref B], SecurityGroups: [!Ref Edge]}
"""
BALANCER = """
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {SecurityGroups: [!Ref Edge]}
"""
ALONE = """
  Rule:
    Type: AWS::EC2::SecurityGroupEgress
CONDITION
    Properties:
      GroupId: !Ref Own
      IpProtocol: tcp
      FromPort: 443
      ToPort: 443
      CidrIp: 0.0.0.0/0
"""
BY_ITSELF = ALONE.replace("CONDITION\n", "")
PERHAPS = ALONE.replace("CONDITION", "    Condition: Given")
BY_DEFAULT = "what Own allows on all ports by default"
OF_VPC = "what the default group of the VPC allows on all ports by default"
ON_443 = "what Own allows on port 443"
OF_RULE = "what Rule allows on port 443"


def told(text: str) -> list[tuple[str, str, bool, bool]]:
    """What is allowed: in words, which way, whether its traffic is known, and if it waits."""
    files = Files({"/net/t.yaml": text})
    (stack,), errors = cloudformation.stacks(["/net/t.yaml"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    subnet = network.get(Subnet, "A")
    assert subnet is not None
    (tenant,) = task_subnets(network)["A"]
    return [
        (each.named, each.way, each.traffic is not None, bool(each.needs))
        for each in flows(network, tenant, subnet)
    ]


@pytest.mark.parametrize(
    ("egress", "groups", "expected"),
    [
        # AWS's own rule, as long as the sources write no other one.
        ("", OWN, [(BY_DEFAULT, "egress", True, False)]),
        (written(HTTPS), OWN, [(ON_443, "egress", True, False)]),
        (BY_ITSELF, OWN, [(OF_RULE, "egress", True, False)]),
        (
            PERHAPS,
            OWN,
            [(BY_DEFAULT, "egress", False, True), (OF_RULE, "egress", True, False)],
        ),
        (written(), OWN, [(BY_DEFAULT, "egress", False, True)]),
        # What stays in the subnet crosses no edge.
        (written(NEAR), OWN, []),
        (
            written(NEAR, HTTPS.replace("443", "80")),
            OWN,
            [("what Own allows on port 80", "egress", True, False)],
        ),
        (
            written(HTTPS, way="Ingress"),
            OWN,
            [(BY_DEFAULT, "egress", True, False), (ON_443, "ingress", True, False)],
        ),
        (
            written(HTTPS.replace("443", "!Ref Any")),
            OWN,
            [("what Own allows on some ports", "egress", False, True)],
        ),
        (
            written(HTTPS.replace("tcp", "!Ref Any")),
            OWN,
            [("what Own allows on some ports", "egress", False, True)],
        ),
        (written(HTTPS.replace("0.0.0.0/0", "!Ref Any")), OWN, [(ON_443, "egress", False, True)]),
        # A load balancer of which nobody knows in which subnets it is may have any addresses.
        (
            written(HTTPS.replace(FROM_ALL, OF_EDGE), way="Ingress") + EDGE + PLACED,
            OWN,
            [(BY_DEFAULT, "egress", True, False), (ON_443, "ingress", True, False)],
        ),
        (
            written(HTTPS.replace(FROM_ALL, OF_EDGE), way="Ingress") + EDGE + PLACED + BALANCER,
            OWN,
            [(BY_DEFAULT, "egress", True, False), (ON_443, "ingress", True, True)],
        ),
        # Nobody knows what a group from elsewhere allows.
        ("", "[sg-1]", []),
        ("", "[!Ref Any]", []),
        ("", "[!Ref Own, sg-1]", [(BY_DEFAULT, "egress", True, False)]),
        # Who names no group has the default one.
        ("", "[]", [(OF_VPC, "egress", True, False)]),
        ("", "!Ref AWS::NoValue", [(OF_VPC, "egress", True, False)]),
        ("", "[!GetAtt Main.DefaultSecurityGroup]", [(OF_VPC, "egress", True, False)]),
        ("", "!If [Given, [!Ref Own], [sg-1]]", [(BY_DEFAULT, "egress", False, True)]),
    ],
)
def test_what_crosses_the_edge_of_a_subnet(
    egress: str, groups: str, expected: list[tuple[str, str, bool, bool]]
) -> None:
    """Permissions of the groups that the sources write, and AWS's own rule where none are."""
    assert told(TEMPLATE.replace("EGRESS", egress).replace("GROUPS", groups)) == expected


MEMBERS = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_security_group" "own" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol  = "tcp"
    from_port = 443
    to_port   = 443
    self      = true
  }
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = SUBNETS
    security_groups = [aws_security_group.own.id]
  }
}
"""
OF_A, OF_BOTH = "[aws_subnet.a.id]", "[aws_subnet.a.id, aws_subnet.b.id]"


@pytest.mark.parametrize(("subnets", "crosses"), [(OF_A, False), (OF_BOTH, True)])
def test_members_of_a_group_are_in_other_subnets(subnets: str, crosses: bool) -> None:
    """What goes from one to another of them crosses an edge only if these are several."""
    found = read(MEMBERS.replace("SUBNETS", subnets))
    subnet = found.get(Subnet, "aws_subnet.a")
    assert subnet is not None
    (tenant,) = task_subnets(found)["aws_subnet.a"]
    assert bool([*flows(found, tenant, subnet)]) is crosses
