"""Parameters that one language writes and the other reads tie the two together."""

from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan
from taskwall.source.files import Files
from taskwall.sources.parameter_store import read_there, written_there

NETWORK_TF = """
provider "aws" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "task" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_ssm_parameter" "subnets" {
  name  = "/net/subnets"
  type  = "StringList"
  value = join(",", [aws_subnet.a.id])
}
resource "aws_ssm_parameter" "group" {
  name  = "/net/group"
  type  = "String"
  value = aws_security_group.task.id
}
"""
NETWORK_YAML = """
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: !Ref Vpc
      GroupDescription: tasks
      SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0}]
  Subnets:
    Type: AWS::SSM::Parameter
    Properties: {Name: /net/subnets, Type: StringList, Value: !Join [",", [!Ref Subnet]]}
  GroupId:
    Type: AWS::SSM::Parameter
    Properties: {Name: /net/group, Type: String, Value: !GetAtt Group.GroupId}
"""
APP_TF = """
provider "aws" {}
data "aws_ssm_parameter" "subnets" { name = "/net/subnets" }
data "aws_ssm_parameter" "group" { name = "/net/group" }
resource "aws_ecs_cluster" "main" { name = "shop" }
resource "aws_ecs_task_definition" "api" {
  family                   = "api"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  container_definitions    = jsonencode([{ name = "web", image = "nginx" }])
}
resource "aws_ecs_service" "api" {
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.api.arn
  launch_type     = "FARGATE"
  network_configuration {
    subnets         = split(",", data.aws_ssm_parameter.subnets.value)
    security_groups = [data.aws_ssm_parameter.group.value]
  }
}
"""
APP_YAML = """
Parameters:
  Group: {Type: "AWS::SSM::Parameter::Value<AWS::EC2::SecurityGroup::Id>", Default: /net/group}
  Subnets:
    Type: AWS::SSM::Parameter::Value<List<AWS::EC2::Subnet::Id>>
    Default: /net/subnets
Resources:
  Cluster: {Type: AWS::ECS::Cluster}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      RequiresCompatibilities: [FARGATE]
      ContainerDefinitions: [{Name: web, Image: nginx}]
  Service:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Cluster
      TaskDefinition: !Ref Task
      LaunchType: FARGATE
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: !Ref Subnets, SecurityGroups: [!Ref Group]}
"""

JSON_TF = """
resource "aws_ssm_parameter" "net" {
  name  = "/net"
  type  = "String"
  value = jsonencode({ subnets = [aws_subnet.a.id], group = aws_security_group.task.id })
}
"""
JSON_YAML = """
  Net:
    Type: AWS::SSM::Parameter
    Properties:
      Name: /net
      Type: String
      Value: !Sub '{"subnets": ["${Subnet}"], "group": "${Group.GroupId}"}'
"""
OF_JSON = (
    APP_TF.replace('"aws_ssm_parameter" "group" { name = "/net/group" }', '"aws_region" "x" {}')
    .replace("/net/subnets", "/net")
    .replace('split(",", data.aws_ssm_parameter.subnets.value)', "local.net.subnets")
    .replace("data.aws_ssm_parameter.group.value", "local.net.group")
    + "locals { net = jsondecode(data.aws_ssm_parameter.subnets.value) }"
)


@pytest.mark.parametrize(
    ("network", "app", "to"),
    [
        (("main.tf", NETWORK_TF), ("app.yaml", APP_YAML), "net"),
        (("net.yaml", NETWORK_YAML), ("main.tf", APP_TF), "net/net.yaml"),
        (("net.yaml", NETWORK_YAML + JSON_YAML), ("main.tf", OF_JSON), "net/net.yaml"),
    ],
)
def test_a_parameter_ties_both_languages(
    tmp_path: Path, network: tuple[str, str], app: tuple[str, str], to: str
) -> None:
    """What fails in the other language's network is told where the tasks reach it."""
    (tmp_path / ".git").mkdir()
    for folder, (name, text) in (("net", network), ("app", app)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text)
    file = f"app/{app[0]}"
    alone = scan(Options(("app",), cwd=str(tmp_path))).document
    assert not alone.findings
    assert alone.summary.unknown == 3
    report = scan(Options((".",), cwd=str(tmp_path)))
    found = {one.rule: (one.file, one.verdict) for one in report.document.findings}
    assert found == dict.fromkeys(("TW204", "TW401", "TW701"), (file, "fail"))
    assert not report.document.summary.unknown
    assert {tie.to_stack for tie in report.document.ties} == {to}
    (step,) = (one for one in report.document.findings if one.rule == "TW204")
    assert any(each.file == f"net/{network[0]}" for each in step.because)
    assert report.excerpt(f"net/{network[0]}", 3) is not None  # it is no state


def test_a_parameter_of_json_ties_roots(tmp_path: Path) -> None:
    """What one root encodes as JSON, and another decodes, are the same resources."""
    (tmp_path / ".git").mkdir()
    for folder, text in (("net", NETWORK_TF + JSON_TF), ("app", OF_JSON)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "main.tf").write_text(text)
    document = scan(Options((".",), cwd=str(tmp_path))).document
    assert {one.rule for one in document.findings} == {"TW204", "TW401", "TW701"}
    assert not document.summary.unknown
    assert [tie.to_stack for tie in document.ties] == ["net"]


@pytest.mark.parametrize(
    ("text", "reads", "writes"),
    [
        (
            'data "aws_ssm_parameter" "image" {}\na = data.aws_ssm_parameter.image.value',
            True,
            False,
        ),
        ('resource "aws_ssm_parameter" "image" {}', True, True),
        ("Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", True, False),
        ("Type: AWS::SSM::Parameter\n", False, True),
        ("{{resolve:ssm:/net/group}}", True, False),
        ('resource "aws_ssm_document" "run" {}', False, False),
    ],
)
def test_what_only_looks_up_parameters_makes_none(
    text: str, reads: bool, writes: bool, tmp_path: Path
) -> None:
    """A stack is evaluated for what it makes: many look up an image, and make nothing."""
    path = tmp_path / "text"
    path.write_text(text)

    assert read_there([str(path)], Files()) is reads
    assert written_there([str(path)], Files()) is writes
