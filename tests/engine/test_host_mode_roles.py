"""What TW502 says of instances: by the setting, and by what starts the agent where none is set."""

from typing import TypeAlias

import pytest

from taskwall.engine.judge import judge
from taskwall.readers import terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_instance" "host" {
  user_data = <<-EOF
    #!/bin/bash
    echo ECS_CLUSTER=main >> /etc/ecs/ecs.config
    LINES
    EOF
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "MODE"
  container_definitions = jsonencode([{ name = "web", image = "web:1" }])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  launch_type     = "EC2"
  task_definition = aws_ecs_task_definition.web.arn
}
"""
NAME = "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST"
RUN = "docker run --name ecs-agent {}--env-file=/etc/ecs/ecs.config amazon/amazon-ecs-agent:latest"
DOCKER = RUN.format("")
IS = f"{NAME} of aws_instance.host is"
BY_IMAGE = f"aws_instance.host does not set {NAME}: AWS's ECS images set it to true"
BY_AGENT = f"aws_instance.host does not set {NAME}: false is the agent's default"
OPEN = f"it is not known whether {IS} false: var.any has no default"


def written(value: str) -> str:
    """A line that sets it for the agent."""
    return f"echo {NAME}={value} >> /etc/ecs/ecs.config"


CASES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "nothing": ((), "fail", BY_IMAGE),
    "false": ((written("false"),), "pass", f"{IS} false"),
    "true": ((written("true"),), "fail", f"{IS} true"),
    "false, then true": ((written("false"), written("true")), "fail", f"{IS} true"),
    "an input": ((written("${var.any}"),), "unknown", OPEN),
    "a line of an input": (("${var.any}",), "unknown", OPEN),
    "nothing for Docker": ((DOCKER,), "pass", BY_AGENT),
    "false for Docker": ((written("false"), DOCKER), "pass", f"{IS} false"),
    "true for Docker": ((written("true"), DOCKER), "fail", f"{IS} true"),
    "true beside a file": ((RUN.format(f"--env={NAME}=true "),), "fail", f"{IS} true"),
    "an input for Docker": ((written("${var.any}"), DOCKER), "unknown", OPEN),
    "a line of an input after Docker": ((DOCKER, "${var.any}"), "unknown", OPEN),
}


def said(lines: tuple[str, ...], mode: str) -> list[tuple[str, str]]:
    """The verdict on the instance, and the last sentence of its reasons."""
    text = STACK.replace("LINES", "\n    ".join(lines)).replace("MODE", mode)
    (stack,), errors = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    assert not errors
    rules = [each for each in all_rules() if each.id == "TW502"]
    found = judge(stack, rules, Settings(show=("fail", "unknown", "pass"))).findings
    return [(each.finding.verdict, each.finding.because[-1].text) for each in found]


@pytest.mark.parametrize(("lines", "verdict", "why"), CASES.values(), ids=CASES)
def test_whether_host_mode_tasks_get_roles(lines: tuple[str, ...], verdict: str, why: str) -> None:
    """AWS's images allow it by themselves; an agent that user data starts with Docker does not."""
    assert said(lines, "host") == [(verdict, why)]


@pytest.mark.parametrize("mode", ["awsvpc", "bridge"])
@pytest.mark.parametrize("lines", [(), (written("true"),), ("${var.any}",)])
def test_tasks_in_other_modes_have_no_use_for_it(mode: str, lines: tuple[str, ...]) -> None:
    """Nothing is asked of instances whose tasks the sources write, none of them in host mode."""
    assert said(lines, mode) == []


BESIDE = """
data "aws_ecs_cluster" "found" { cluster_name = "found" }
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "bridge"
  container_definitions = jsonencode([{ name = "web", image = "web:1" }])
}
resource "aws_ecs_task_definition" "host" {
  family                = "host"
  network_mode          = "host"
  container_definitions = jsonencode([{ name = "host", image = "host:1" }])
}
"""
SERVICE = """
resource "aws_ecs_service" "NAME" {
  cluster         = CLUSTER
  launch_type     = "EC2"
  task_definition = aws_ecs_task_definition.DEFINITION.arn
}
"""
HERE, ELSEWHERE = "aws_ecs_cluster.main.id", "data.aws_ecs_cluster.found.arn"
Started: TypeAlias = tuple[tuple[str, str, str], ...]
UNSEEN: dict[str, tuple[Started, list[tuple[str, bool]]]] = {
    "bridge here": ((("a", HERE, "web"),), []),
    "bridge elsewhere": ((("a", ELSEWHERE, "web"),), [("aws_ecs_service.a", True)]),
    "bridge here, then elsewhere": (
        (("a", HERE, "web"), ("b", ELSEWHERE, "web")),
        [("aws_ecs_service.b", True)],
    ),
    "host here": ((("a", HERE, "host"),), [("aws_ecs_service.a", False)]),
    "host elsewhere": ((("a", ELSEWHERE, "host"),), [("aws_ecs_service.a", False)]),
    "bridge elsewhere, then host here": (
        (("a", ELSEWHERE, "web"), ("b", HERE, "host")),
        [("aws_ecs_service.b", False)],
    ),
}


@pytest.mark.parametrize(("services", "asked"), UNSEEN.values(), ids=UNSEEN)
def test_instances_that_the_sources_do_not_write(
    services: Started, asked: list[tuple[str, bool]]
) -> None:
    """One question: reported where a task may be in host mode, and none where none is."""
    text = BESIDE
    for name, cluster, definition in services:
        text += (
            SERVICE.replace("NAME", name)
            .replace("CLUSTER", cluster)
            .replace("DEFINITION", definition)
        )
    (stack,), errors = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    assert not errors
    rules = [each for each in all_rules() if each.id == "TW502"]
    found = judge(stack, rules, Settings(show=("fail", "unknown", "pass"))).findings
    assert {each.finding.verdict for each in found} <= {"unknown"}
    assert [(each.finding.resource, each.unreported) for each in found] == asked
