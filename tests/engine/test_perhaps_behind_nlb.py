"""Whether a group may allow the VPC's range because an NLB is before one of its users (TW215)."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
variable "any" {}
variable "names" { type = list(string) }
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "other" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 8080
    to_port     = 8080
    cidr_blocks = [RANGE]
  }
}
resource "aws_lb" "front" {
  load_balancer_type = KIND
  subnets            = [aws_subnet.main.id]
}
resource "aws_lb_target_group" "web" {
  target_type = "ip"
  protocol    = PROTOCOL
  port        = 8080
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "front" {
  load_balancer_arn = aws_lb.front.arn
  protocol          = PROTOCOL
  port              = 443
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([
    { name = "web", image = "web:1", portMappings = [{ containerPort = 8080 }] }
  ])
}
resource "aws_ecs_service" "alone" {
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [aws_security_group.web.id]
  }
}
resource "aws_ecs_service" "behind" {
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [GROUP]
  }
  BEHIND
}
"""
BOUND = """{
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 8080
  }"""
BEHIND = {"BEHIND": f"load_balancer {BOUND}"}
PERHAPS = {
    "BEHIND": f'dynamic "load_balancer" {{\n  for_each = var.names\n  content {BOUND}\n}}',
}
ALB = {"KIND": '"application"', "PROTOCOL": '"HTTP"'}
OTHER = "aws_security_group.other.id"
EITHER = {"GROUP": f"[aws_security_group.web.id, {OTHER}][var.any]"}
DEFAULTS = {
    "RANGE": "aws_vpc.main.cidr_block",
    "KIND": '"network"',
    "PROTOCOL": '"TCP"',
    "GROUP": "aws_security_group.web.id",
    "BEHIND": "",
}
CASES: dict[str, tuple[dict[str, str], str | tuple[str, ...]]] = {
    "behind no load balancer": ({}, "fail"),
    "behind an NLB": (BEHIND, "pass"),
    "behind an NLB, and beyond the VPC": (BEHIND | {"RANGE": '"192.0.2.0/24"'}, "fail"),
    "behind an ALB": (BEHIND | ALB, "fail"),
    "perhaps behind an NLB": (PERHAPS, ("var.names",)),
    "perhaps behind an ALB": (PERHAPS | ALB, "fail"),
    "with another group": (BEHIND | {"GROUP": OTHER}, "fail"),
    "perhaps with another group": (BEHIND | EITHER, ("var.any",)),
}


@pytest.mark.parametrize(("changes", "said"), CASES.values(), ids=CASES)
def test_a_range_that_the_nlb_of_another_service_needs(
    changes: dict[str, str], said: str | tuple[str, ...], tmp_path: Path
) -> None:
    """It is right where the NLB is there for certain; where it may be there, that decides."""
    report = scanned(tmp_path, filled(STACK, DEFAULTS | changes), "TW215")

    found: list[object] = ["fail" for _ in report.findings]
    found += [each.missing for each in report.unknowns]
    assert (found or ["pass"]) == [said]
