"""Which group TW207 offers in the place of the addresses that a store's group allows."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
variable "any" {}
data "aws_security_group" "found" { name = "found" }
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  RULES
}
resource "aws_security_group" "store" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 5432
    to_port     = 5432
    PEER
  }
}
resource "aws_db_instance" "store" {
  engine                 = "postgres"
  vpc_security_group_ids = STORE_GROUPS
}
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "awsvpc"
  container_definitions = jsonencode([{
    name        = "web"
    image       = "web:1"
    environment = [{ name = "DB", value = aws_db_instance.store.address }]
  }])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = GROUPS
  }
  BEHIND
}
MORE
"""
OTHER = 'resource "aws_security_group" "other" { vpc_id = aws_vpc.main.id }\n'
WEB, STORE, EDGE = (f"aws_security_group.{name}.id" for name in ("web", "store", "other"))
FUNCTION = """
resource "aws_lambda_function" "job" {
  function_name = "job"
  vpc_config {
    subnet_ids         = [aws_subnet.main.id]
    security_group_ids = [aws_security_group.store.id]
  }
}
"""
INSTANCE = """
resource "aws_instance" "bastion" {
  subnet_id              = aws_subnet.main.id
  vpc_security_group_ids = [aws_security_group.store.id]
}
"""
BALANCER = """
resource "aws_lb" "front" {
  subnets         = [aws_subnet.main.id]
  security_groups = [GROUP]
}
"""
FORWARDS = """
resource "aws_lb_target_group" "web" {
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.front.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
"""
BEHIND = """load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 8080
  }"""
ENDPOINT = """
resource "aws_vpc_endpoint" "logs" {
  vpc_id             = aws_vpc.main.id
  vpc_endpoint_type  = "Interface"
  service_name       = "com.amazonaws.eu-west-1.logs"
  security_group_ids = [aws_security_group.other.id]
}
"""
SECOND = """
resource "aws_ecs_service" "second" {
  cluster         = aws_ecs_cluster.main.id
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [GROUP]
  }
}
"""
ALLOWS_STORE = """egress {
    protocol        = "tcp"
    from_port       = 5432
    to_port         = 5432
    security_groups = [aws_security_group.store.id]
  }"""
DEFAULTS = {
    "RULES": "",
    "PEER": 'cidr_blocks = ["10.0.0.0/16"]',
    "STORE_GROUPS": f"[{STORE}]",
    "GROUPS": f"[{WEB}]",
    "BEHIND": "",
    "MORE": "",
}
OPEN = '"<id of the tasks\' group>"'
CASES: dict[str, tuple[dict[str, str], str]] = {
    "the one of all tasks": ({}, WEB),
    "tasks of two services": ({"MORE": SECOND.replace("GROUP", WEB)}, WEB),
    "tasks with different groups": ({"MORE": OTHER + SECOND.replace("GROUP", EDGE)}, OPEN),
    "tasks with two groups": ({"GROUPS": f"[{WEB}, {EDGE}]", "MORE": OTHER}, OPEN),
    "one of two": ({"GROUPS": f"[[{WEB}, {EDGE}][var.any]]", "MORE": OTHER}, OPEN),
    "one of an input": ({"GROUPS": "[var.any]"}, OPEN),
    "one from elsewhere": ({"GROUPS": "[data.aws_security_group.found.id]"}, OPEN),
    "the VPC's default group": ({"GROUPS": "[]"}, OPEN),
    "the group of the store": ({"GROUPS": f"[{STORE}]"}, OPEN),
    "one that allows the store": ({"RULES": ALLOWS_STORE}, OPEN),
    "their load balancer's, too": (
        {"BEHIND": BEHIND, "MORE": BALANCER.replace("GROUP", WEB) + FORWARDS},
        OPEN,
    ),
    "that of another load balancer, too": ({"MORE": BALANCER.replace("GROUP", WEB)}, OPEN),
    "a group of their load balancer": (
        {"BEHIND": BEHIND, "MORE": OTHER + BALANCER.replace("GROUP", EDGE) + FORWARDS},
        WEB,
    ),
    "a group of another load balancer": (
        {"MORE": OTHER + BALANCER.replace("GROUP", EDGE)},
        OPEN,
    ),
    "a function": ({"MORE": FUNCTION}, OPEN),
    "an instance": ({"MORE": INSTANCE}, OPEN),
    "a group of something else": ({"MORE": OTHER}, OPEN),
    "a group of an endpoint": ({"MORE": OTHER + ENDPOINT}, WEB),
    "a second group of the store": (
        {"STORE_GROUPS": f"[{STORE}, {EDGE}]", "MORE": OTHER},
        WEB,
    ),
}


@pytest.mark.parametrize(("changes", "group"), CASES.values(), ids=CASES)
def test_the_group_in_the_place_of_addresses(
    changes: dict[str, str], group: str, tmp_path: Path
) -> None:
    """That of the tasks, where they alone can be meant, and the store's own can name it."""
    report = scanned(tmp_path, filled(STACK, DEFAULTS | changes), "TW207")
    [found] = report.findings

    assert found.fix is not None
    assert found.fix.text.splitlines()[-1] == f"security_groups = [{group}]"


def test_a_group_that_is_allowed_is_for_the_user_to_replace(tmp_path: Path) -> None:
    """It was meant for somebody, which no address says."""
    changes = {"PEER": f"security_groups = [{EDGE}]", "MORE": OTHER + BALANCER}
    text = filled(STACK, DEFAULTS | changes).replace("GROUP", EDGE)
    [found] = scanned(tmp_path, text, "TW207").findings

    assert found.fix is not None
    assert WEB not in found.fix.text
