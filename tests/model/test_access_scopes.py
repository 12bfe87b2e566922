"""Network Access Scopes of many shapes on one stack, in both languages, as AWS's guide reads them.

The stack: the internet reaches tasks through a load balancer, tasks a store and S3's gateway
endpoint, and a remote network the tasks.
"""

import json
import re
from pathlib import Path
from typing import Any, Literal

import pytest

import taskwall

TEMPLATE = """
Resources:
  main: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}
  igw: {Type: 'AWS::EC2::InternetGateway'}
  vgw: {Type: 'AWS::EC2::VPNGateway', Properties: {Type: ipsec.1}}
  A1:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref main, InternetGatewayId: !Ref igw}
  A2:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: !Ref main, VpnGatewayId: !Ref vgw}
  a: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref main, CidrBlock: 10.0.1.0/24}}
  b: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref main, CidrBlock: 10.0.2.0/24}}
  TableA: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Ref main}}
  TableB: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: !Ref main}}
  R1:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref a, RouteTableId: !Ref TableA}
  R2:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {SubnetId: !Ref b, RouteTableId: !Ref TableB}
  R3:
    Type: AWS::EC2::Route
    Properties:
      RouteTableId: !Ref TableA
      DestinationCidrBlock: 0.0.0.0/0
      GatewayId: !Ref igw
  R4:
    Type: AWS::EC2::Route
    Properties:
      RouteTableId: !Ref TableB
      DestinationCidrBlock: 10.9.0.0/16
      GatewayId: !Ref vgw
  s3:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcId: !Ref main
      ServiceName: com.amazonaws.eu-west-1.s3
      RouteTableIds: [!Ref TableB]
  albgroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref main
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}
  webgroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref main
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 8080, ToPort: 8080, SourceSecurityGroupId: !Ref albgroup}
        - {IpProtocol: tcp, FromPort: 9000, ToPort: 9000, CidrIp: 10.9.0.0/16}
  storegroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref main
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 6379, ToPort: 6379, SourceSecurityGroupId: !Ref webgroup}
  edge:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Scheme: internet-facing, Subnets: [!Ref a], SecurityGroups: [!Ref albgroup]}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref edge
      Port: 443
      Protocol: HTTPS
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Targets}]
  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {VpcId: !Ref main, Port: 8080, Protocol: HTTP, TargetType: ip}
  web:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      LoadBalancers: [{ContainerName: web, ContainerPort: 8080, TargetGroupArn: !Ref Targets}]
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [!Ref b], SecurityGroups: [!Ref webgroup]}
  store:
    Type: AWS::ElastiCache::ServerlessCache
    Properties: {Engine: valkey, SubnetIds: [!Ref b], SecurityGroupIds: [!Ref storegroup]}
"""

TERRAFORM = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "igw" { vpc_id = aws_vpc.main.id }
resource "aws_vpn_gateway" "vgw" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_route_table" "a" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.igw.id
  }
}
resource "aws_route_table" "b" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "10.9.0.0/16"
    gateway_id = aws_vpn_gateway.vgw.id
  }
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.a.id
}
resource "aws_route_table_association" "b" {
  subnet_id      = aws_subnet.b.id
  route_table_id = aws_route_table.b.id
}
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.main.id
  service_name    = "com.amazonaws.eu-west-1.s3"
  route_table_ids = [aws_route_table.b.id]
}
resource "aws_security_group" "albgroup" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "webgroup" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol        = "tcp"
    from_port       = 8080
    to_port         = 8080
    security_groups = [aws_security_group.albgroup.id]
  }
  ingress {
    protocol    = "tcp"
    from_port   = 9000
    to_port     = 9000
    cidr_blocks = ["10.9.0.0/16"]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "storegroup" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol        = "tcp"
    from_port       = 6379
    to_port         = 6379
    security_groups = [aws_security_group.webgroup.id]
  }
}
resource "aws_lb" "edge" {
  subnets         = [aws_subnet.a.id]
  security_groups = [aws_security_group.albgroup.id]
}
resource "aws_lb_listener" "edge" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.edge.arn
  }
}
resource "aws_lb_target_group" "edge" {
  vpc_id      = aws_vpc.main.id
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  load_balancer {
    container_name   = "web"
    container_port   = 8080
    target_group_arn = aws_lb_target_group.edge.arn
  }
  network_configuration {
    subnets         = [aws_subnet.b.id]
    security_groups = [aws_security_group.webgroup.id]
  }
}
resource "aws_elasticache_serverless_cache" "store" {
  name               = "store"
  engine             = "valkey"
  subnet_ids         = [aws_subnet.b.id]
  security_group_ids = [aws_security_group.storegroup.id]
}
"""

KINDS = {
    "igw": "aws_internet_gateway", "vgw": "aws_vpn_gateway", "s3": "aws_vpc_endpoint",
    "a": "aws_subnet", "b": "aws_subnet", "edge": "aws_lb", "main": "aws_vpc",
}  # fmt: skip
"""What a scope names; all else are security groups."""

Statement = dict[str, Any]
Result = Literal["fail", "unknown", "pass"]


def of(*names: str, **headers: list[Any]) -> Statement:
    """A statement about things of the stack, and about the headers of packets."""
    return with_headers({"Resources": [{"Ref": name} for name in names]} if names else {}, headers)


def typed(*types: str, **headers: list[Any]) -> Statement:
    """A statement about types."""
    return with_headers({"ResourceTypes": [f"AWS::EC2::{name}" for name in types]}, headers)


def with_headers(resource: Statement, headers: dict[str, list[Any]]) -> Statement:
    """A statement of both parts, of which an empty one is left out."""
    found: Statement = {"ResourceStatement": resource} if resource else {}
    return {**found, "PacketHeaderStatement": headers} if headers else found


def path(source: Statement | None = None, to: Statement | None = None, *by: Statement) -> Statement:
    """A path of a scope."""
    ends = {"Source": source, "Destination": to, "ThroughResources": list(by)}
    return {key: value for key, value in ends.items() if value}


FIREWALL = "arn:aws:network-firewall:eu-west-1:123456789012:firewall/main"
BALANCER = {"ResourceStatement": {"ResourceTypes": ["AWS::ElasticLoadBalancingV2::LoadBalancer"]}}
WEB, STORE = of("webgroup"), of("storegroup")
TO_WEB = path(typed("InternetGateway"), WEB)

CASES: tuple[tuple[str, list[Statement], list[Statement], Result], ...] = (
    ("everything, by no statement at all", [{}], [], "fail"),
    ("everything, and nothing of it", [{}], [{}], "pass"),
    ("through the load balancer", [TO_WEB], [], "fail"),
    ("the only way excluded", [TO_WEB], [path(None, None, of("edge"))], "pass"),
    ("by the gateway's id", [path(of("igw"), WEB)], [], "fail"),
    ("only another gateway", [path(of("vgw"), of("edge"))], [], "pass"),
    ("by a gateway that may be the remote network's", [path(of("vgw"), WEB)], [], "unknown"),
    ("by the type of it", [path(typed("VPNGateway"), WEB)], [], "unknown"),
    ("a gateway endpoint", [path(WEB, typed("VPCEndpoint"))], [], "fail"),
    ("a gateway endpoint by its id", [path(WEB, of("s3"))], [], "fail"),
    ("which is no interface", [path(WEB, typed("NetworkInterface"))],
     [path(None, STORE), path(None, WEB), path(None, of("albgroup"))], "pass"),
    ("one of two matches", [path(STORE, WEB), path(WEB, STORE)], [], "fail"),
    ("UDP only", [path(None, typed("NetworkInterface", Protocols=["udp"]))], [], "pass"),
    ("a port as it arrives", [path(None, of("webgroup", DestinationPorts=["8080"]))], [], "fail"),
    ("not as it was opened", [path(None, of("webgroup", DestinationPorts=["443"]))], [], "pass"),
    ("a port as it was opened",
     [path(typed("InternetGateway", DestinationPorts=["443"]), WEB)], [], "fail"),
    ("not as it arrives",
     [path(typed("InternetGateway", DestinationPorts=["8080"]), WEB)], [], "pass"),
    ("any port of a client", [path(of("webgroup", SourcePorts=["0-65535"]), STORE)], [], "fail"),
    ("one of a client", [path(of("webgroup", SourcePorts=["40000"]), STORE)], [], "unknown"),
    ("addresses of the subnet",
     [path(of("webgroup", SourceAddresses=["10.0.2.0/24"]), STORE)], [], "fail"),
    ("addresses of another",
     [path(of("webgroup", SourceAddresses=["10.0.1.0/24"]), STORE)], [], "pass"),
    ("where it goes first is public",
     [path(typed("InternetGateway", DestinationAddresses=["10.0.2.0/24"]), WEB)], [], "unknown"),
    ("who comes through a load balancer",
     [path(typed("InternetGateway"), of("webgroup", SourceAddresses=["0.0.0.0/0"]))], [],
     "unknown"),
    ("a prefix list",
     [path(of("webgroup", DestinationPrefixLists=["pl-1"]), STORE)], [], "unknown"),
    ("a NAT gateway inside the VPC", [path(WEB, STORE, typed("NatGateway"))], [], "pass"),
    ("a firewall",
     [path(WEB, STORE, {"ResourceStatement": {"Resources": [FIREWALL]}})], [], "unknown"),
    ("a subnet to itself", [path(of("a"), of("a"))], [], "pass"),
    ("an id of elsewhere",
     [path({"ResourceStatement": {"Resources": ["sg-0123456789abcdef0"]}}, STORE)], [], "unknown"),
    ("what is excluded in part",
     [path(WEB, STORE)], [path(None, of("storegroup", DestinationPorts=["0-6378"]))], "fail"),
    ("an endpoint among all public addresses",
     [path(WEB, of("s3", DestinationAddresses=["0.0.0.0/0"]))], [], "fail"),
    ("an endpoint among some", [path(WEB, of("s3", DestinationAddresses=["52.0.0.0/8"]))], [],
     "unknown"),
    ("an endpoint, which has no private one",
     [path(WEB, of("s3", DestinationAddresses=["10.0.0.0/8"]))], [], "pass"),
    ("a part of the subnet's addresses",
     [path(of("webgroup", SourceAddresses=["10.0.2.0/25"]), STORE)], [], "unknown"),
    ("more than the subnet's addresses",
     [path(of("webgroup", SourceAddresses=["10.0.0.0/8"]), STORE)], [], "fail"),
    ("addresses where it goes to",
     [path(WEB, of("storegroup", DestinationAddresses=["10.0.2.0/24"]))], [], "fail"),
    ("not where it goes to",
     [path(WEB, of("storegroup", DestinationAddresses=["10.0.1.0/24"]))], [], "pass"),
    ("some addresses of the internet",
     [path(typed("InternetGateway", SourceAddresses=["203.0.113.0/24"]), of("edge"))], [], "fail"),
    ("private ones, which the internet has not",
     [path(typed("InternetGateway", SourceAddresses=["10.0.0.0/8"]), of("edge"))], [], "pass"),
    ("the remote network's addresses",
     [path({"PacketHeaderStatement": {"SourceAddresses": ["10.9.1.0/24"]}}, WEB)], [], "fail"),
    ("addresses that nobody has",
     [path({"PacketHeaderStatement": {"SourceAddresses": ["10.8.0.0/16"]}}, WEB)], [], "pass"),
    ("a range of ports", [path(WEB, of("storegroup", DestinationPorts=["6000-7000"]))], [], "fail"),
    ("a range beside", [path(WEB, of("storegroup", DestinationPorts=["6380-7000"]))], [], "pass"),
    ("TCP by its name", [path(WEB, of("storegroup", Protocols=["tcp"]))], [], "fail"),
    ("UDP beside", [path(WEB, of("storegroup", Protocols=["udp"]))], [], "pass"),
    ("a subnet, of what is in it", [path(of("b"), STORE)], [], "fail"),
    ("a subnet that another is in", [path(of("a"), STORE)], [], "pass"),
    ("the VPC, of all that is in it", [path(of("main"), STORE)], [], "fail"),
    ("one of two things", [path(of("storegroup", "webgroup"), STORE)], [], "fail"),
    ("through load balancers",
     [path(typed("InternetGateway"), WEB, BALANCER)], [], "fail"),
    ("not through an endpoint",
     [path(typed("InternetGateway"), WEB, typed("VPCEndpoint"))], [], "pass"),
    ("through one of two types",
     [path(typed("InternetGateway"), WEB, typed("VPCEndpoint"), BALANCER)], [], "fail"),
    ("a NAT gateway, which nothing takes to an endpoint",
     [path(WEB, typed("VPCEndpoint"), typed("NatGateway"))], [], "pass"),
    ("through a load balancer that is not on the way",
     [path(WEB, STORE, of("edge"))], [], "pass"),
    ("through what is no interface", [path(typed("InternetGateway"), WEB, of("igw"))], [],
     "unknown"),
    ("what is excluded perhaps",
     [path(WEB, STORE)], [path(of("webgroup", SourcePorts=["40000"]), STORE)], "unknown"),
    ("one port that may match, and for certain another",
     [path(of("webgroup", SourcePorts=["40000"]), STORE),
      path(WEB, of("storegroup", DestinationPorts=["6380"]))], [], "unknown"),
    ("what is excluded for certain, and perhaps",
     [path(WEB, STORE)], [path(WEB, of("storegroup", DestinationPrefixLists=["pl-1"])),
                          path(WEB, STORE)], "pass"),
    ("an endpoint service, which is none of these",
     [path(typed("VPCEndpointService"), STORE)], [], "pass"),
    ("a type that is not known", [path(typed("CarrierGateway"), STORE)], [], "unknown"),
    ("tasks on Fargate, which are no instances", [path(typed("Instance"), STORE)], [], "pass"),
    ("a security group, by its type", [path(typed("SecurityGroup"), STORE)], [], "fail"),
    ("a VPC, by its type", [path(typed("VPC"), STORE)], [], "fail"),
    ("a subnet, by its type", [path(typed("Subnet"), STORE)], [], "fail"),
    ("what comes from tasks, and by no gateway", [path(typed("VPNGateway"), STORE)], [], "pass"),
    ("nor by a peering connection", [path(typed("VPCPeeringConnection"), STORE)], [], "pass"),
    ("what may come by an attachment",
     [path(typed("TransitGatewayAttachment"), WEB)], [], "unknown"),
    ("what goes to tasks, and to no gateway", [path(WEB, typed("InternetGateway"))], [], "pass"),
    ("addresses where a packet of tasks goes",
     [path(of("webgroup", DestinationAddresses=["10.0.2.0/24"]), STORE)], [], "fail"),
    ("addresses where it does not go",
     [path(of("webgroup", DestinationAddresses=["10.0.1.0/24"]), STORE)], [], "pass"),
    ("addresses of clients where it goes to",
     [path(WEB, of("storegroup", SourceAddresses=["10.0.2.0/24"]))], [], "fail"),
    ("addresses that no client has",
     [path(WEB, of("storegroup", SourceAddresses=["10.0.1.0/24"]))], [], "pass"),
    ("addresses of IPv6", [path(of("webgroup", SourceAddresses=["fd00::/8"]), STORE)], [], "pass"),
    ("one address of several",
     [path(of("webgroup", SourceAddresses=["10.8.0.0/16", "10.0.2.0/24"]), STORE)], [], "fail"),
    ("one port of several", [path(WEB, of("storegroup", DestinationPorts=["22", "6379"]))], [],
     "fail"),
    ("a range that ends with it", [path(WEB, of("storegroup", DestinationPorts=["1-6379"]))], [],
     "fail"),
    ("a range that begins after it",
     [path(WEB, of("storegroup", DestinationPorts=["6380-6390"]))], [], "pass"),
    ("a port that is no number", [path(WEB, of("storegroup", DestinationPorts=["redis"]))], [],
     "pass"),
    ("a range that is none", [path(WEB, of("storegroup", DestinationPorts=["6379-redis"]))], [],
     "pass"),
    ("a part of the ports on which packets arrive",
     [path(None, of("webgroup", DestinationPorts=["8000-9000"]))], [], "fail"),
    ("a load balancer and a subnet that it is not in",
     [path(typed("InternetGateway"), of("b"), of("edge"))], [], "fail"),
    ("an exclusion of another port",
     [path(WEB, STORE)], [path(WEB, of("storegroup", DestinationPorts=["6380"]))], "fail"),
    ("an exclusion of another protocol",
     [path(WEB, STORE)], [path(WEB, of("storegroup", Protocols=["udp"]))], "fail"),
    ("an exclusion of the protocol",
     [path(WEB, STORE)], [path(WEB, of("storegroup", Protocols=["TCP", "udp"]))], "pass"),
    ("an exclusion of the address of the client",
     [path(WEB, STORE)], [path(of("webgroup", SourceAddresses=["10.0.2.0/25"]), STORE)], "unknown"),
)  # fmt: skip
"""A scope: what it is about, its matches and exclusions, and what TW803 says of it."""


def terraform(value: object) -> object:
    """A part of a scope as Terraform's JSON has it."""
    if isinstance(value, list):
        return [terraform(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return f"${{{KINDS.get(value['Ref'], 'aws_security_group')}.{value['Ref']}.id}}"
    return {re.sub("(?<=.)([A-Z])", r"_\1", k).lower(): terraform(v) for k, v in value.items()}


SPELLED = {
    f"{name}-{language}": (*scope, language)
    for name, *scope in CASES
    for language in ("cloudformation", "terraform")
    # Terraform's provider has no through_resources of matches.
    if language == "cloudformation" or not any("ThroughResources" in one for one in scope[0])
}


@pytest.mark.parametrize(
    ("matches", "excludes", "result", "language"), SPELLED.values(), ids=SPELLED
)
def test_scope(
    matches: list[Statement],
    excludes: list[Statement],
    result: Result,
    language: str,
    tmp_path: Path,
) -> None:
    """What TW803 says of a scope."""
    scope: dict[str, Any] = {"MatchPaths": matches, "ExcludePaths": excludes}
    if language == "cloudformation":
        held = {"Type": "AWS::EC2::NetworkInsightsAccessScope", "Properties": scope}
        (tmp_path / "template.yaml").write_text(f"{TEMPLATE}  Scope: {json.dumps(held)}\n")
    else:
        of_type = {"aws_ec2_network_insights_access_scope": {"scope": terraform(scope)}}
        (tmp_path / "main.tf").write_text(TERRAFORM)
        (tmp_path / "scope.tf.json").write_text(json.dumps({"resource": of_type}))

    report = taskwall.scan(tmp_path, select=["TW803"])

    assert not report.errors
    found = [("fail", report.findings), ("unknown", report.unknowns), ("pass", report.passes)]
    assert [(name, len(each)) for name, each in found if each] == [(result, 1)]


IN_TERRAFORM = """
variable "given" {}
resource "aws_ec2_network_insights_access_scope" "scope" {
  MATCHES
  EXCLUDES
}
"""
TO_STORE = """{
    source {
      resource_statement { resources = [aws_security_group.webgroup.id] }
    }
    destination {
      resource_statement { resources = [aws_security_group.storegroup.id] }
    }
  }"""
PERHAPS = f"{{\n    for_each = var.given == null ? [] : [1]\n    content {TO_STORE}\n  }}"


@pytest.mark.parametrize(
    ("matches", "excludes", "result"),
    [
        (f"match_paths {TO_STORE}", "", "fail"),
        (f'dynamic "match_paths" {PERHAPS}', "", "unknown"),
        (f"match_paths {TO_STORE}", f'dynamic "exclude_paths" {PERHAPS}', "unknown"),
    ],
)
def test_paths_that_a_scope_may_have(
    matches: str, excludes: str, result: Result, tmp_path: Path
) -> None:
    """What they match and leave out waits for whether they are there."""
    text = IN_TERRAFORM.replace("MATCHES", matches).replace("EXCLUDES", excludes)
    (tmp_path / "main.tf").write_text(TERRAFORM + text)

    report = taskwall.scan(tmp_path, select=["TW803"])

    assert not report.errors
    found = [("fail", report.findings), ("unknown", report.unknowns), ("pass", report.passes)]
    assert [(name, len(each)) for name, each in found if each] == [(result, 1)]
    assert all(each.missing == ("var.given",) for each in report.unknowns)


BY_ENDPOINT = """
resource "aws_security_group" "client" {
  vpc_id = aws_vpc.main.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "door" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol        = "tcp"
    from_port       = 8080
    to_port         = 8080
    security_groups = [aws_security_group.client.id]
  }
}
resource "aws_security_group" "net" {
  vpc_id = aws_vpc.main.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_security_group" "behind" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol        = "tcp"
    from_port       = 8080
    to_port         = 8080
    security_groups = [aws_security_group.net.id]
  }
}
resource "aws_lb" "net" {
  load_balancer_type = "network"
  internal           = true
  subnets            = [aws_subnet.b.id]
  security_groups    = [aws_security_group.net.id]
  enforce_security_group_inbound_rules_on_private_link_traffic = "off"
}
resource "aws_lb_listener" "net" {
  load_balancer_arn = aws_lb.net.arn
  port              = 8080
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.net.arn
  }
}
resource "aws_lb_target_group" "net" {
  vpc_id             = aws_vpc.main.id
  port               = 8080
  protocol           = "TCP"
  target_type        = "ip"
  preserve_client_ip = false
}
resource "aws_vpc_endpoint_service" "offer" {
  acceptance_required        = true
  network_load_balancer_arns = [aws_lb.net.arn]
}
resource "aws_vpc_endpoint" "door" {
  vpc_id             = aws_vpc.main.id
  vpc_endpoint_type  = "Interface"
  service_name       = aws_vpc_endpoint_service.offer.service_name
  subnet_ids         = [aws_subnet.a.id]
  security_group_ids = [aws_security_group.door.id]
}
resource "aws_ecs_service" "client" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.client.id]
  }
}
resource "aws_ecs_service" "behind" {
  launch_type = "FARGATE"
  load_balancer {
    container_name   = "web"
    container_port   = 8080
    target_group_arn = aws_lb_target_group.net.arn
  }
  network_configuration {
    subnets         = [aws_subnet.b.id]
    security_groups = [aws_security_group.behind.id]
  }
}
resource "aws_ec2_network_insights_access_scope" "scope" {
  match_paths {
    source {
      resource_statement { resources = [aws_security_group.client.id] }
    }
    destination {
      resource_statement { resources = [aws_security_group.behind.id] }
    }
  }
  exclude_paths {
    through_resources {
      resource_statement { THROUGH }
    }
  }
}
"""


@pytest.mark.parametrize(
    ("through", "result"),
    [
        ('resource_types = ["AWS::EC2::VPCEndpoint"]', "pass"),
        ('resource_types = ["AWS::ElasticLoadBalancingV2::LoadBalancer"]', "pass"),
        ('resource_types = ["AWS::EC2::NatGateway"]', "fail"),
        ('resource_types = ["AWS::EC2::NatGateway", "AWS::EC2::VPCEndpoint"]', "pass"),
        ("resources = [aws_vpc_endpoint.door.id]", "pass"),
        ("resources = [aws_lb.net.arn]", "pass"),
        ("resources = [aws_lb.edge.arn]", "fail"),
        ("resources = [aws_lb.edge.arn, aws_vpc_endpoint.door.id]", "pass"),
    ],
)
def test_what_a_path_goes_through(through: str, result: Result, tmp_path: Path) -> None:
    """An endpoint of an endpoint service, and the load balancer that it leads to."""
    text = TERRAFORM + BY_ENDPOINT.replace("THROUGH", through)
    (tmp_path / "main.tf").write_text(text)

    report = taskwall.scan(tmp_path, select=["TW803"])

    assert not report.errors
    found = [("fail", report.findings), ("unknown", report.unknowns), ("pass", report.passes)]
    assert [(name, len(each)) for name, each in found if each] == [(result, 1)]


OTHER = """
  othergroup: {Type: 'AWS::EC2::SecurityGroup', Properties: {VpcId: !Ref main}}
  FromOther:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      GroupId: !Ref storegroup
      IpProtocol: tcp
      FromPort: 6379
      ToPort: 6379
      SourceSecurityGroupId: !Ref othergroup
"""
BASTION = """
  bastion:
    Type: AWS::EC2::Instance
    Properties: {InstanceType: t3.micro, SubnetId: !Ref b, SecurityGroupIds: [!Ref othergroup]}
"""


@pytest.mark.parametrize(
    ("extra", "source", "result"),
    [
        (OTHER, typed("Instance"), "unknown"),
        (OTHER, typed("VPCEndpoint"), "unknown"),
        (OTHER + BASTION, typed("Instance"), "fail"),
        (OTHER + BASTION, typed("VPCEndpoint"), "pass"),
        (OTHER + BASTION, {"ResourceStatement": {"Resources": [{"Ref": "bastion"}]}}, "fail"),
    ],
)
def test_scope_of_what_is_no_end(
    extra: str, source: Statement, result: Result, tmp_path: Path
) -> None:
    """Whatever has a group may be an instance; an instance outside of ECS is one."""
    scope = {"MatchPaths": [path(source, STORE)]}
    held = {"Type": "AWS::EC2::NetworkInsightsAccessScope", "Properties": scope}
    (tmp_path / "template.yaml").write_text(f"{TEMPLATE}{extra}  Scope: {json.dumps(held)}\n")

    report = taskwall.scan(tmp_path, select=["TW803"])

    assert not report.errors
    found = [("fail", report.findings), ("unknown", report.unknowns), ("pass", report.passes)]
    assert [(name, len(each)) for name, each in found if each] == [(result, 1)]


ACCELERATOR = """
  accelerator: {Type: 'AWS::GlobalAccelerator::Accelerator', Properties: {Name: edge}}
  AcceleratorListener:
    Type: AWS::GlobalAccelerator::Listener
    Properties:
      AcceleratorArn: !Ref accelerator
      Protocol: TCP
      PortRanges: [{FromPort: 443, ToPort: 443}]
  AcceleratorEndpoints:
    Type: AWS::GlobalAccelerator::EndpointGroup
    Properties:
      ListenerArn: !Ref AcceleratorListener
      EndpointGroupRegion: eu-west-1
      EndpointConfigurations: [{EndpointId: !Ref edge}]
"""


@pytest.mark.parametrize(
    ("source", "to", "result"),
    [
        (typed("InternetGateway"), of("edge"), "unknown"),
        (of("igw"), of("edge"), "unknown"),
        (typed("InternetGateway"), of("edge", DestinationPorts=["80"]), "pass"),
        # To where it leads is known, and what it passes.
        (None, of("edge"), "fail"),
    ],
)
def test_scope_of_what_an_accelerator_brings(
    source: Statement | None, to: Statement, result: Result, tmp_path: Path
) -> None:
    """Whether the analyzer follows ways that AWS leads into a VPC itself is not documented."""
    scope = {"MatchPaths": [path(source, to)]}
    held = {"Type": "AWS::EC2::NetworkInsightsAccessScope", "Properties": scope}
    template = TEMPLATE.replace("internet-facing", "internal") + ACCELERATOR
    (tmp_path / "template.yaml").write_text(f"{template}  Scope: {json.dumps(held)}\n")

    report = taskwall.scan(tmp_path, select=["TW803"])

    assert not report.errors
    found = [("fail", report.findings), ("unknown", report.unknowns), ("pass", report.passes)]
    assert [(name, len(each)) for name, each in found if each] == [(result, 1)]


SCHEDULED = """
  Definition:
    Type: AWS::ECS::TaskDefinition
    Properties: {NetworkMode: MODE, ContainerDefinitions: [{Name: job, Image: job}]}
  cluster: {Type: 'AWS::ECS::Cluster', Properties: {ClusterName: main}}
  Hosts:
    Type: AWS::EC2::Instance
    Properties:
      SubnetId: !Ref b
      SecurityGroupIds: [!Ref othergroup]
      UserData: !Base64 |
        #!/bin/bash
        echo ECS_CLUSTER=main >> /etc/ecs/ecs.config
  Rule:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 day)
      Targets:
        - Id: job
          Arn: !GetAtt cluster.Arn
          RoleArn: arn:aws:iam::123456789012:role/events
          EcsParameters: {LaunchType: EC2, TaskDefinitionArn: !Ref Definition NETWORK}
"""
OWN_NETWORK = """, NetworkConfiguration: {AwsVpcConfiguration: {
              Subnets: [!Ref b], SecurityGroups: [!Ref othergroup]}}"""


@pytest.mark.parametrize(
    ("mode", "network", "more"), [("bridge", "", ", and 1 more"), ("awsvpc", OWN_NETWORK, "")]
)
def test_tasks_that_share_the_network_of_an_instance(
    mode: str, network: str, more: str, tmp_path: Path
) -> None:
    """What they open, the instance opens: a scope from instances reports it as well."""
    scope = {"MatchPaths": [path(typed("Instance"), STORE)]}
    held = {"Type": "AWS::EC2::NetworkInsightsAccessScope", "Properties": scope}
    text = SCHEDULED.replace("MODE", mode).replace("NETWORK", network)
    template = f"{TEMPLATE}{OTHER}{text}  Scope: {json.dumps(held)}\n"
    (tmp_path / "template.yaml").write_text(template)

    report = taskwall.scan(tmp_path, select=["TW803"])

    assert not report.errors
    assert [each.message for each in report.findings] == [
        f"Scope matches the path from instances:Hosts to store:store{more}"
    ]


GIVEN = [{"Ref": "Given"}]


@pytest.mark.parametrize(
    ("matches", "excludes", "result"),
    [
        ([path(WEB, with_headers({"Resources": GIVEN}, {}))], [], "unknown"),
        ([path(with_headers({"ResourceTypes": GIVEN}, {}), STORE)], [], "unknown"),
        ([path(WEB, STORE, with_headers({"Resources": GIVEN}, {}))], [], "unknown"),
        ([path(WEB, STORE, with_headers({"ResourceTypes": GIVEN}, {}))], [], "unknown"),
        ([path(WEB, of("storegroup", DestinationPorts=GIVEN))], [], "unknown"),
        ([path(WEB, of("storegroup", DestinationPorts=[*GIVEN, "6379"]))], [], "fail"),
        ([path(None, of("webgroup", DestinationPorts=GIVEN))], [], "unknown"),
        ([path(WEB, of("storegroup", Protocols=GIVEN))], [], "unknown"),
        ([path(of("webgroup", SourcePorts=GIVEN), STORE)], [], "unknown"),
        ([path(of("webgroup", SourceAddresses=GIVEN), STORE)], [], "unknown"),
        ([path(WEB, of("s3", DestinationAddresses=GIVEN))], [], "unknown"),
        ([path(typed("InternetGateway", SourceAddresses=GIVEN), of("edge"))], [], "unknown"),
        ([path(WEB, STORE)], [path(WEB, of("storegroup", DestinationPorts=GIVEN))], "unknown"),
        ([path(WEB, of("storegroup", DestinationPorts=GIVEN))], [path(WEB, STORE)], "pass"),
    ],
)
def test_scope_that_an_input_decides(
    matches: list[Statement], excludes: list[Statement], result: Result, tmp_path: Path
) -> None:
    """What a scope says by a parameter without a default is unknown, and waits for that."""
    held = {
        "Type": "AWS::EC2::NetworkInsightsAccessScope",
        "Properties": {"MatchPaths": matches, "ExcludePaths": excludes},
    }
    text = f"Parameters: {{Given: {{Type: String}}}}\n{TEMPLATE}  Scope: {json.dumps(held)}\n"
    (tmp_path / "template.yaml").write_text(text)

    report = taskwall.scan(tmp_path, select=["TW803"])

    assert not report.errors
    found = [("fail", report.findings), ("unknown", report.unknowns), ("pass", report.passes)]
    assert [(name, len(each)) for name, each in found if each] == [(result, 1)]
    assert all("Given" in each.missing for each in report.unknowns)


@pytest.mark.parametrize(
    ("statement", "verdicts"),
    [
        (path(WEB, STORE), ["fail"]),
        (path(of("webgroup", Protocols=["udp"]), STORE), ["fail"]),
        (path(of("webgroup", Protocols=["tcp"]), STORE), []),
        (path(of("webgroup", Protocols=["tcp", "udp"]), STORE), ["fail"]),
    ],
)
def test_scope_of_udp(statement: Statement, verdicts: list[str], tmp_path: Path) -> None:
    """A scope is about both protocols, unless it says which."""
    scope = {"Type": "AWS::EC2::NetworkInsightsAccessScope",
             "Properties": {"MatchPaths": [statement]}}  # fmt: skip
    text = TEMPLATE.replace("{IpProtocol: tcp, FromPort: 6379", "{IpProtocol: udp, FromPort: 6379")
    (tmp_path / "template.yaml").write_text(f"{text}  Scope: {json.dumps(scope)}\n")
    report = taskwall.scan(tmp_path, select=["TW803"])

    assert not report.errors
    assert ["fail" for _ in report.findings] == verdicts
