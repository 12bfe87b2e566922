"""Whom fixes name: nothing of another template or root, which cannot be referred to there."""

from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan

NETWORK = """\
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {CidrBlock: 10.0.0.0/16}
  Data:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: data
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 5432
          ToPort: 5432
          CidrIp: 0.0.0.0/0
Outputs:
  Vpc: {Value: !Ref Vpc, Export: {Name: net-vpc}}
  Data: {Value: !Ref Data, Export: {Name: net-data}}
"""

SERVICE = """\
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      EngineVersion: "16"
      VPCSecurityGroups: [!ImportValue net-data]
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: web, VpcId: !ImportValue net-vpc}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      NetworkMode: awsvpc
      ContainerDefinitions:
        - Name: web
          Image: web
          Environment: [{Name: H, Value: !GetAtt Database.Endpoint.Address}]
  Service:
    Type: AWS::ECS::Service
    Properties:
      LaunchType: FARGATE
      TaskDefinition: !Ref Task
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [subnet-1], SecurityGroups: [!Ref Web]}
"""

ROOT = """\
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "main" }
}
resource "aws_security_group" "data" {
  name   = "data"
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 5432
    to_port     = 5432
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""

OTHER = """\
data "aws_vpc" "main" {
  tags = { Name = "main" }
}
data "aws_security_group" "data" {
  name   = "data"
  vpc_id = data.aws_vpc.main.id
}
resource "aws_db_instance" "main" {
  engine                 = "postgres"
  engine_version         = "16"
  vpc_security_group_ids = [data.aws_security_group.data.id]
}
resource "aws_security_group" "web" {
  vpc_id = data.aws_vpc.main.id
}
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "awsvpc"
  container_definitions = jsonencode([{
    name        = "web"
    image       = "web"
    environment = [{ name = "H", value = aws_db_instance.main.address }]
  }])
}
resource "aws_ecs_service" "web" {
  name            = "web"
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = ["subnet-1"]
    security_groups = [aws_security_group.web.id]
  }
}
"""


def fix_texts(folder: Path, **sources: str) -> list[str]:
    """The texts of the fixes of TW207 in some files, none of which an edit makes by itself."""
    for name, text in sources.items():
        path = folder / name.replace("__", "/").replace("_yaml", ".yaml").replace("_tf", ".tf")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    document = scan(Options((str(folder),), cwd=str(folder), select=("TW207",))).document
    assert document.summary.stacks == 1
    fixes = [one.fix for one in document.findings if one.fix is not None]
    assert all(any(edit.placeholder for edit in fix.edits) for fix in fixes)
    return [fix.text.rpartition("\n")[2] for fix in fixes]


def test_a_group_of_another_template(tmp_path: Path) -> None:
    """It is named in words; in its own template it is referred to."""
    texts = fix_texts(tmp_path, network_yaml=NETWORK, service_yaml=SERVICE)
    assert texts == ['SourceSecurityGroupId: "<id of Web>"']


def test_a_group_of_another_root(tmp_path: Path) -> None:
    """As for templates."""
    texts = fix_texts(tmp_path, network__main_tf=ROOT, service__main_tf=OTHER)
    assert texts == ['security_groups = ["<id of aws_security_group.web>"]']


FUNCTION = """\
resource "aws_security_group" "jobs" {
  vpc_id = aws_vpc.main.id
}
resource "aws_lambda_function" "jobs" {
  function_name = "jobs"
  vpc_config {
    subnet_ids         = ["subnet-1"]
    security_group_ids = [GROUP]
  }
}
"""


@pytest.mark.parametrize(
    ("more", "group"),
    [
        ("", "aws_security_group.web.id"),
        (FUNCTION.replace("GROUP", "aws_security_group.jobs.id"), '"<id of the tasks\' group>"'),
        (FUNCTION.replace("GROUP", '"sg-1"'), '"<id of the tasks\' group>"'),
        (FUNCTION.partition('resource "aws_lambda')[0], '"<id of the tasks\' group>"'),
    ],
)
def test_who_else_may_be_a_client(tmp_path: Path, more: str, group: str) -> None:
    """Where functions, or what has another group, may connect as well, the user says who may."""
    one = (ROOT + OTHER.partition("resource")[2].join(("resource", ""))).replace("data.aws", "aws")
    (tmp_path / "main.tf").write_text(one.replace("0.0.0.0/0", "10.0.0.0/16") + more)
    document = scan(Options((str(tmp_path),), cwd=str(tmp_path), select=("TW207",))).document
    (finding,) = document.findings
    assert finding.fix is not None
    assert finding.fix.text.rpartition("\n")[2] == f"security_groups = [{group}]"
