"""Groups that name each other inline cannot be made: said, and never the outcome of a fix."""

import json
from pathlib import Path

import pytest

from taskwall.api.fix import as_diff, fix
from taskwall.api.scan import Options, scan

HEAD = """
provider "aws" {
  region = "eu-west-1"
}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
"""
ALB = """
resource "aws_security_group" "alb" {
  vpc_id = aws_vpc.main.id
  egress {
    from_port       = 8080
    to_port         = 8080
    protocol        = "tcp"
    PEER
  }
}
"""
TASKS = """
resource "aws_security_group" "tasks" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 8080
    to_port     = 8080
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""
SERVICE = """
resource "aws_lb" "web" {
  subnets         = [aws_subnet.a.id]
  security_groups = [aws_security_group.alb.id]
}
resource "aws_lb_target_group" "web" {
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.web.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "awsvpc"
  container_definitions = jsonencode([
    { name = "web", image = "web", portMappings = [{ containerPort = 8080 }] }
  ])
}
resource "aws_ecs_service" "web" {
  task_definition = aws_ecs_task_definition.web.arn
  launch_type     = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.tasks.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 8080
  }
}
"""
CHAIN = (
    HEAD
    + ALB.replace("PEER", "security_groups = [aws_security_group.between.id]")
    + """
resource "aws_security_group" "between" {
  vpc_id = aws_vpc.main.id
  ingress {
    from_port       = 8080
    to_port         = 8080
    protocol        = "tcp"
    security_groups = [aws_security_group.tasks.id]
  }
}
"""
)
TO_TASKS = "security_groups = [aws_security_group.tasks.id]"
CIRCLE_TF = (
    HEAD
    + ALB.replace("PEER", TO_TASKS)
    + TASKS.replace('cidr_blocks = ["0.0.0.0/0"]', "security_groups = [aws_security_group.alb.id]")
)
CIRCLE_YAML = """
Resources:
  Tasks:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: tasks
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 80, ToPort: 80, SourceSecurityGroupId: !GetAtt Alb.GroupId}
  Alb:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: alb
      SecurityGroupEgress:
        - {IpProtocol: tcp, FromPort: 80, ToPort: 80, DestinationSecurityGroupId: !Ref Tasks}
"""
OWN_TF = (
    HEAD
    + ALB.replace("PEER", TO_TASKS)
    + """
resource "aws_security_group" "tasks" {
  vpc_id = aws_vpc.main.id
}
resource "aws_vpc_security_group_ingress_rule" "web" {
  security_group_id            = aws_security_group.tasks.id
  referenced_security_group_id = aws_security_group.alb.id
  ip_protocol                  = "-1"
}
"""
)


@pytest.mark.parametrize(
    ("name", "text", "names"),
    [
        ("main.tf", CIRCLE_TF, {"aws_security_group.alb", "aws_security_group.tasks"}),
        ("template.yaml", CIRCLE_YAML, {"Alb", "Tasks"}),
        ("main.tf", OWN_TF, None),
    ],
    ids=["terraform", "cloudformation", "rules of their own"],
)
def test_a_circle_is_an_error(name: str, text: str, names: set[str] | None, tmp_path: Path) -> None:
    """Both languages refuse it, but for rules that are resources of their own."""
    (tmp_path / name).write_text(text)
    errors = scan(Options((str(tmp_path),), cwd=str(tmp_path))).document.errors
    said = [one.message.partition(" name each other inline")[0] for one in errors]
    assert [set(one.split(" and ")) for one in said] == ([names] if names else [])


def test_a_circle_in_a_downloaded_module_is_told_at_its_call(tmp_path: Path) -> None:
    """Nobody edits the module: whoever calls it has to call another version."""
    modules = tmp_path / ".terraform" / "modules"
    (modules / "groups").mkdir(parents=True)
    noted = {"Key": "groups", "Source": "acme/groups/aws", "Dir": ".terraform/modules/groups"}
    (modules / "modules.json").write_text(json.dumps({"Modules": [noted]}))
    (modules / "groups" / "main.tf").write_text(CIRCLE_TF)
    (tmp_path / "main.tf").write_text('module "groups" {\n  source = "acme/groups/aws"\n}\n')

    (error,) = scan(Options((str(tmp_path),), cwd=str(tmp_path))).document.errors

    assert (error.file, error.line) == ("main.tf", 1)
    assert "of module.groups, which is downloaded" in error.message


@pytest.mark.parametrize(
    "peer", ['cidr_blocks     = ["10.9.0.0/16"]', TO_TASKS], ids=["together", "one by one"]
)
def test_a_fix_makes_none(peer: str, tmp_path: Path) -> None:
    """Of TW204 and TW213 one names the other's group, whichever is there, or was made, before."""
    (tmp_path / "main.tf").write_text(HEAD + ALB.replace("PEER", peer) + TASKS + SERVICE)
    options = Options((str(tmp_path),), cwd=str(tmp_path), select=("TW204", "TW213"))
    found = fix(options)
    assert bool(as_diff(found)) is (peer != TO_TASKS)
    for one in found.files:
        Path(one.path).write_text(one.new_text)
    assert not scan(options).document.errors


def test_a_fix_makes_none_of_three(tmp_path: Path) -> None:
    """The tasks' group is there before a third one, and that before the load balancer's."""
    (tmp_path / "main.tf").write_text(CHAIN + TASKS + SERVICE)
    (finding,) = scan(Options((str(tmp_path),), cwd=str(tmp_path), select=("TW204",))).findings

    assert finding.fix is not None
    assert "<id of the load balancer's group>" in finding.fix.text
