"""What the kind of a load balancer says of what tasks behind it may allow (TW205, TW206, TW215)."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
variable "any" {}
variable "range" {}
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
    PEER
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
  load_balancer_arn = BALANCER
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
    security_groups = [ALONE]
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
MORE
"""
NLB = """
resource "aws_lb" "network" {
  load_balancer_type = "network"
  subnets            = [aws_subnet.main.id]
}
resource "aws_lb_target_group" "network" {
  target_type = "ip"
  protocol    = "TCP"
  port        = 8080
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "network" {
  load_balancer_arn = aws_lb.network.arn
  protocol          = "TCP"
  port              = 443
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.network.arn
  }
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
    "PEER": "cidr_blocks = [aws_vpc.main.cidr_block]",
    "KIND": '"network"',
    "PROTOCOL": '"TCP"',
    "BALANCER": "aws_lb.front.arn",
    "ALONE": "aws_security_group.web.id",
    "GROUP": "aws_security_group.web.id",
    "BEHIND": "",
    "MORE": "",
}


def told(folder: Path, changes: dict[str, str], rule: str) -> list[object]:
    """What a rule says of the stack with some changes: what fails, or waits for what."""
    report = scanned(folder, filled(STACK, DEFAULTS | changes), rule)
    found: list[object] = ["fail" for _ in report.findings]
    found += [each.missing for each in report.unknowns]
    return found or ["pass"]


CASES: dict[str, tuple[dict[str, str], str | tuple[str, ...]]] = {
    "behind no load balancer": ({}, "fail"),
    "behind an NLB": (BEHIND, "pass"),
    "behind an NLB, and beyond the VPC": (
        BEHIND | {"PEER": 'cidr_blocks = ["192.0.2.0/24"]'},
        "fail",
    ),
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
    assert told(tmp_path, changes, "TW215") == [said]


ELSEWHERE = BEHIND | {"BALANCER": "var.any", "ALONE": OTHER}
PEER = {"PEER": "security_groups = [aws_security_group.other.id]"}
FOREIGN = {"PEER": 'security_groups = ["sg-0123456789abcdef0"]'}
BOTH = ALB | {
    "BEHIND": f"load_balancer {BOUND}\nload_balancer {BOUND.replace('.web.', '.network.')}",
    "MORE": NLB,
}
UNSEEN: dict[str, tuple[dict[str, str], str, list[object]]] = {
    "an ALB, and a range": (ALB, "TW205", ["fail"]),
    "an ALB, and a group": (ALB | PEER, "TW205", [("var.any",)]),
    "an NLB, and a range": ({}, "TW205", ["pass"]),
    "an NLB, and a group": (PEER, "TW205", ["pass"]),
    "an ALB, beside an NLB, and a range of an input": (
        BOTH | {"PEER": "cidr_blocks = [var.range]"},
        "TW205",
        [("var.range",)],
    ),
    "an ALB, beside an NLB, and a group": (BOTH | PEER, "TW205", ["pass"]),
    "an NLB, and a group from elsewhere": (FOREIGN, "TW205", ["pass"]),
    "an NLB, and a group from elsewhere, by its rule": (
        FOREIGN,
        "TW206",
        [("var.any", "sg-0123456789abcdef0")],
    ),
    "an NLB, and a range, by its rule": ({}, "TW206", ["pass"]),
}


@pytest.mark.parametrize(("changes", "rule", "said"), UNSEEN.values(), ids=UNSEEN)
def test_a_load_balancer_that_the_sources_do_not_write(
    changes: dict[str, str], rule: str, said: list[object], tmp_path: Path
) -> None:
    """Its groups are asked for where a group that tasks allow may be one of them."""
    assert told(tmp_path, ELSEWHERE | changes, rule) == said
