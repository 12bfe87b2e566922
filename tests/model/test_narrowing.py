"""What fixes say of addresses that tasks behind load balancers let in beside these."""

from pathlib import Path

import pytest

from lowering.networks import network
from placeholders import filled, scanned
from taskwall.model.exposure.narrowing import to_balancer
from taskwall.model.exposure.task_ingress import attachments, ingress

STACK = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "office" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["10.5.0.0/16"]
  }
  BESIDE
}
resource "aws_lb" "nlb" {
  load_balancer_type = "network"
  internal           = true
  subnets            = [aws_subnet.main.id]
}
resource "aws_lb_target_group" "web" {
  port        = 80
  protocol    = "TCP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "nlb" {
  load_balancer_arn = aws_lb.nlb.arn
  port              = 443
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{
    name         = "web"
    image        = "web:1"
    portMappings = [{ containerPort = 80 }]
  }])
}
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [aws_security_group.web.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 80
  }
}
"""
BESIDE = """ingress {
    protocol  = "tcp"
    from_port = 80
    to_port   = 80
    PEER
  }"""
REMOVE, NARROW = "Remove it: ", "Allow the VPC, which the NLB is in"


@pytest.mark.parametrize(
    ("peer", "fix"),
    [
        ("", NARROW),
        ("cidr_blocks = [aws_vpc.main.cidr_block]", REMOVE),
        # Another VPC is not the one that the NLB is in.
        ("cidr_blocks = [aws_vpc.office.cidr_block]", NARROW),
        ("cidr_blocks = [aws_vpc.office.cidr_block, aws_vpc.main.cidr_block]", REMOVE),
        ("security_groups = [aws_security_group.web.id]", NARROW),
    ],
)
def test_an_address_goes_where_the_vpc_is_allowed_already(
    peer: str, fix: str, tmp_path: Path
) -> None:
    """Else the VPC takes its place."""
    beside = BESIDE.replace("PEER", peer) if peer else ""
    report = scanned(tmp_path, filled(STACK, {"BESIDE": beside}), "TW206")

    fixes = [
        each.fix.text
        for each in report.findings
        if each.fix is not None and "10.5.0.0/16" in each.message
    ]
    assert [text.startswith(fix) for text in fixes] == [True], fixes


TEMPLATE = """
Resources:
  main: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16}}
  subnet: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: !Ref main, CidrBlock: 10.0.1.0/24}}
  edge:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: edge, VpcId: !Ref main}
    METADATA
  web:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: web
      VpcId: !Ref main
      SecurityGroupIngress: [{IpProtocol: tcp, PORTS, CidrIp: 10.0.0.0/8}]
  alb:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Subnets: [!Ref subnet], SecurityGroups: GROUPS}
  targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {TargetType: ip, Port: 80, Protocol: HTTP}
  listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref alb
      Port: 443
      Protocol: HTTPS
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref targets}]
  service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      LoadBalancers: [{ContainerName: web, ContainerPort: 80, TargetGroupArn: !Ref targets}]
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [!Ref subnet], SecurityGroups: [!Ref web]}
"""
BY_CDK = "Metadata: {'aws:cdk:path': PATH}"
OF_PORT, OF_PORTS = "FromPort: 80, ToPort: 80", "FromPort: 80, ToPort: 90"


@pytest.mark.parametrize(
    ("path", "groups", "ports", "names"),
    [
        ("Shop/Edge/Resource", "[!Ref edge]", OF_PORT, ("Shop/Edge", "80")),
        ("Shop/Edge", "[!Ref edge]", OF_PORT, ("Shop/Edge", "80")),
        ("", "[!Ref edge]", OF_PORT, ("load balancer", "80")),
        # Of two groups, and of one from elsewhere, it is not said which.
        ("Shop/Edge/Resource", "[!Ref edge, sg-1]", OF_PORT, ("load balancer", "80")),
        ("Shop/Edge/Resource", "[sg-1]", OF_PORT, ("load balancer", "80")),
        ("Shop/Edge/Resource", "[!Ref edge]", OF_PORTS, ("Shop/Edge", "port of the container")),
        (
            *("Shop/Edge/Resource", "[!Ref edge]", "FromPort: -1, ToPort: -1"),
            ("Shop/Edge", "port of the container"),
        ),
    ],
)
def test_a_fix_names_the_construct_of_the_load_balancers_group(
    path: str, groups: str, ports: str, names: tuple[str, str]
) -> None:
    """As CDK's code does, and the port, where the permission is for one alone."""
    words = {"METADATA": BY_CDK.replace("PATH", path) if path else "", "GROUPS": groups}
    found = network(filled(TEMPLATE, words | {"PORTS": ports}))
    attachment = attachments(found)["web"]
    (permission,) = ingress(found, attachment)

    narrowed = to_balancer(found, attachment, permission, {permission.id})
    assert (narrowed.names["balancer"], narrowed.names["port"]) == names


@pytest.mark.parametrize(
    ("peer", "remedy"),
    [("!Ref edge", "Remove it: web allows the load balancer already."), ("sg-1", "")],
)
def test_an_address_goes_where_the_load_balancer_is_allowed_already(peer: str, remedy: str) -> None:
    """Else its group takes the place of the address, whoever else is allowed."""
    words = {"METADATA": "", "GROUPS": "[!Ref edge]", "PORTS": OF_PORT}
    entry = "{IpProtocol: tcp, PORTS, CidrIp: 10.0.0.0/8}"
    beside = entry.replace("CidrIp: 10.0.0.0/8", f"SourceSecurityGroupId: {peer}")
    found = network(filled(TEMPLATE.replace(entry, f"{entry}, {beside}"), words))
    attachment = attachments(found)["web"]
    wide = next(each for each in ingress(found, attachment) if each.range is not None)

    narrowed = to_balancer(found, attachment, wide, {wide.id})
    assert narrowed.remedy == remedy
    assert (narrowed.changes == wide.removed) is bool(remedy)
