"""What tasks need to reach by what they run on, which the containers alone do not say."""

import pytest

from placeholders import filled
from taskwall.lowering import lower
from taskwall.model.core.network import Network
from taskwall.model.endpoints.task_dependencies import service_dependencies, wanted_by
from taskwall.model.entities.ecs import TaskSource
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "awsvpc"
  container_definitions = jsonencode([{
    name             = "web"
    image            = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"
    secrets          = [{ name = "KEY", valueFrom = "/web/key" }]
    logConfiguration = { logDriver = "awslogs" }
  }])
}
resource "aws_ecs_service" "web" {
  cluster         = CLUSTER
  task_definition = DEFINITION
  network_configuration { subnets = ["subnet-1"] }
  LAUNCH
}
"""
DEFAULTS = {
    "CLUSTER": "aws_ecs_cluster.main.id",
    "DEFINITION": "aws_ecs_task_definition.web.arn",
    "LAUNCH": 'launch_type = "FARGATE"',
}
LATER = {"ecr.dkr", "s3", "logs"}
BEFORE = {"ecr.api", "ssm"}
OWN = {*LATER, *BEFORE}
AGENT = {"ecs", "ecs-agent", "ecs-telemetry"}
ANYTHING = {
    *("ecr.api", "ecr.dkr", "s3", "elsewhere", "secretsmanager", "ssm"),
    *("logs", "kinesis-firehose", "kinesis-streams", "xray", "monitoring", "aps-workspaces"),
}


def by(provider: str) -> dict[str, str]:
    """A service with a capacity provider strategy."""
    return {"LAUNCH": f"capacity_provider_strategy {{ capacity_provider = {provider} }}"}


def at(version: str, launch: str = '"FARGATE"') -> dict[str, str]:
    """A service on a version of Fargate's platform."""
    return {"LAUNCH": f"launch_type = {launch}\n  platform_version = {version}"}


def network(changes: dict[str, str]) -> Network:
    """The stack with some changes."""
    files = Files({"/net/main.tf": filled(STACK, DEFAULTS | changes)})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    return lower(stack.evaluate({}).resources).network


CASES: dict[str, tuple[dict[str, str], set[str], set[str]]] = {
    "Fargate": ({}, OWN, set()),
    "Fargate Spot": (by('"FARGATE_SPOT"'), OWN, set()),
    "EC2": ({"LAUNCH": 'launch_type = "EC2"'}, OWN | AGENT, set()),
    "EC2, as nothing says": ({"LAUNCH": ""}, OWN | AGENT, set()),
    # What is on premises reaches AWS from there.
    "external instances": ({"LAUNCH": 'launch_type = "EXTERNAL"'}, set(), set()),
    "an input": ({"LAUNCH": "launch_type = var.any"}, OWN, AGENT),
    "a capacity provider of an input": (by("var.any"), OWN, AGENT),
    "a capacity provider from elsewhere": (by('"hosts"'), OWN, AGENT),
    "a cluster from elsewhere": ({"LAUNCH": "", "CLUSTER": '"shop"'}, OWN, AGENT),
    "platform 1.3.0": (at('"1.3.0"'), LATER, set()),
    "platform 1.0.0": (at('"1.0.0"'), LATER, set()),
    "platform 1.4.0": (at('"1.4.0"'), OWN, set()),
    "the latest platform": (at('"LATEST"'), OWN, set()),
    "a platform of an input": (at("var.any"), LATER, BEFORE),
    "platform 1.3.0, if it is Fargate": (at('"1.3.0"', "var.any"), LATER, BEFORE | AGENT),
    "a definition from elsewhere": ({"DEFINITION": '"far:7"'}, set(), ANYTHING),
    "a definition of an input": ({"DEFINITION": "var.any"}, set(), ANYTHING),
    "no definition": ({"DEFINITION": "null"}, set(), ANYTHING),
    "a definition from elsewhere, on EC2": (
        {"DEFINITION": '"far:7"', "LAUNCH": 'launch_type = "EC2"'},
        AGENT,
        ANYTHING,
    ),
}


@pytest.mark.parametrize(("changes", "sure", "may"), CASES.values(), ids=CASES)
def test_what_tasks_need_by_what_they_run_on(
    changes: dict[str, str], sure: set[str], may: set[str]
) -> None:
    """The agent of instances asks for more, and Fargate of old for less."""
    found = network(changes)
    (source,) = found.every(TaskSource)
    needed = service_dependencies(found, source)

    assert {each.service for each in needed if each.fact.truth} == sure
    assert {each.service for each in needed if each.fact.truth is None} == may
    assert all(each.fact.waits_for() for each in needed if each.fact.truth is None)


@pytest.mark.parametrize(
    ("launch", "service", "asked"),
    [
        ("FARGATE", "logs", [(False, True)]),
        ("FARGATE", "ssm", [(False, True)]),
        ("FARGATE", "ssmmessages", []),
        ("FARGATE", "ecs-agent", []),
        ("FARGATE", "", [(False, True)]),
        ("EC2", "ecs-agent", [(False, True)]),
        ("EXTERNAL", "logs", []),
        ("EXTERNAL", "", []),
        ('FARGATE"\n  enable_execute_command = "true', "ssmmessages", [(True, True)]),
        ('FARGATE"\n  enable_execute_command = "true', "", [(False, True), (True, True)]),
        ('FARGATE"\n  enable_execute_command = "${var.any}', "ssmmessages", [(True, None)]),
        ('EXTERNAL"\n  enable_execute_command = "true', "ssmmessages", []),
    ],
)
def test_who_asks_for_a_service(
    launch: str, service: str, asked: list[tuple[bool, bool | None]]
) -> None:
    """A container itself, as ECS Exec does, or what starts it."""
    found = network({"LAUNCH": f'launch_type = "{launch}"'})
    (source,) = found.every(TaskSource)

    wanted = [(itself, fact.truth) for itself, fact in wanted_by(found, source, service)]
    assert wanted == asked
