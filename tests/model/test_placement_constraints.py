"""Which container instances placement constraints allow."""

import json

import pytest

from taskwall.lowering import lower
from taskwall.model.compute.container_instances import container_instances
from taskwall.model.compute.placement import can_be_placed
from taskwall.model.entities.ecs import TaskSource
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

TERRAFORM = """
variable "open" {}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_launch_template" "web" {
  image_id  = "ami-0123456789abcdef0"
  user_data = base64encode(<<-EOT
    #!/bin/bash
    echo ECS_CLUSTER=main >> /etc/ecs/ecs.config
    LINE
  EOT
  )
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  container_definitions = jsonencode([{ name = "web", image = "web" }])
  OF_DEFINITION
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  launch_type     = "EC2"
  OF_SERVICE
}
"""
ATTRIBUTES = r'echo "ECS_INSTANCE_ATTRIBUTES={\"stack\":\"web\",\"size\":3}" >> /etc/ecs/ecs.config'


def placed(line: str = ATTRIBUTES, of_service: str = "", of_definition: str = "") -> bool | None:
    """Whether tasks of the service can be placed on the instances."""
    text = TERRAFORM.replace("LINE", line).replace("OF_SERVICE", of_service)
    files = Files({"main.tf": text.replace("OF_DEFINITION", of_definition)})
    (stack,), errors = terraform.stacks(["main.tf"], files, Inputs())
    network = lower(stack.evaluate({}).resources).network
    (member,), (source,) = container_instances(network), network.every(TaskSource)
    assert errors == []
    return can_be_placed(network, member, source).truth


def member_of(expression: str) -> str:
    """A block for a constraint."""
    return f'placement_constraints {{\n type = "memberOf"\n expression = {expression}\n}}'


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("attribute:stack == web", True),
        ("attribute:stack == api", False),
        ("attribute:stack equals 'web'", True),
        ("attribute:stack != web", False),
        ("attribute:stack not_equals api", True),
        ("attribute:size == 3", True),
        ("attribute:stack in [api, web]", True),
        ("attribute:stack in [api]", False),
        ("attribute:stack not_in [api, web]", False),
        ("attribute:stack exists", True),
        ("attribute:stack !exists", False),
        ("attribute:zone exists", False),
        ("attribute:zone not_exists", True),
        ("attribute:zone == web", False),
        ("attribute:zone != web", True),
        # What AWS gives, and what is no single comparison, is taken to be met.
        ("attribute:ecs.instance-type =~ t3.*", True),
        ("attribute:ecs.os-type == linux", True),
        ("attribute:stack == api or attribute:size == 3", True),
        ("attribute:stack =~ a.*", True),
        ("task:group == service:web", True),
    ],
)
def test_an_expression_chooses_instances(expression: str, expected: bool) -> None:
    """By the attributes that their agents have."""
    block = member_of(json.dumps(expression))
    assert placed(of_service=block) is expected
    assert placed(of_definition=block) is expected


def test_constraints_of_a_service_and_its_definition_are_both_met() -> None:
    """Each may exclude instances."""
    web, api = (member_of(f'"attribute:stack == {name}"') for name in ("web", "api"))
    assert placed(of_service=web, of_definition=web) is True
    assert placed(of_service=web, of_definition=api) is False


@pytest.mark.parametrize(
    ("line", "expression", "expected"),
    [
        ("", '"attribute:stack == web"', False),
        ("", '"attribute:stack != web"', True),
        ("echo ECS_INSTANCE_ATTRIBUTES=x >> /etc/ecs/ecs.config", '"attribute:stack == api"', True),
        ("echo ECS_INSTANCE_ATTRIBUTES=[] >> /etc/ecs/ecs.config", '"attribute:a == b"', True),
        ("${var.open}", '"attribute:stack == api"', True),
        (ATTRIBUTES, "var.open", True),
        (ATTRIBUTES, '"attribute:stack == ${var.open}"', True),
    ],
)
def test_what_is_not_known_is_taken_to_be_met(line: str, expression: str, expected: bool) -> None:
    """Agents whose settings are known have no other attributes."""
    assert placed(line, member_of(expression)) is expected


def test_instances_that_differ_only_in_one_spread_tasks() -> None:
    """That each task gets an instance of its own says nothing of which."""
    assert placed(of_service='placement_constraints {\n type = "distinctInstance"\n}') is True


TEMPLATE = """
Resources:
  Cluster: {Type: "AWS::ECS::Cluster"}
  Instances:
    Type: AWS::AutoScaling::LaunchConfiguration
    Properties:
      ImageId: ami-0123456789abcdef0
      UserData:
        Fn::Base64: !Sub |
          #!/bin/bash
          echo ECS_CLUSTER=${Cluster} >> /etc/ecs/ecs.config
          echo ECS_INSTANCE_ATTRIBUTES='{"stack":"web"}' >> /etc/ecs/ecs.config
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties: {ContainerDefinitions: [{Name: web, Image: web}]}
  Service:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Cluster
      TaskDefinition: !Ref Task
      LaunchType: EC2
      PlacementConstraints: [{Type: memberOf, Expression: "attribute:stack == STACK"}]
"""


@pytest.mark.parametrize(("stack", "expected"), [("web", True), ("api", False)])
def test_constraints_of_templates(stack: str, expected: bool) -> None:
    """The same in CloudFormation."""
    files = Files({"t.yaml": TEMPLATE.replace("STACK", stack)})
    (read,), errors = cloudformation.stacks(["t.yaml"], files, Inputs())
    network = lower(read.evaluate({}).resources).network
    (member,), (source,) = container_instances(network), network.every(TaskSource)
    assert errors == []
    assert can_be_placed(network, member, source).truth is expected
