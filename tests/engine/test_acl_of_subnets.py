"""When TW606 reports that an ACL lets the internet in: where a task is that nothing balances."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_lb" "web" { subnets = [BALANCED] }
resource "aws_network_acl" "main" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [GUARDED]
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    from_port  = 80
    to_port    = 80
    cidr_block = "0.0.0.0/0"
  }
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = "web:1" }])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [TASKS]
    security_groups = [aws_security_group.web.id]
  }
}
"""
A, B = "aws_subnet.a.id", "aws_subnet.b.id"
BOTH = f"{A}, {B}"


@pytest.mark.parametrize(
    ("guarded", "tasks", "balanced", "fails"),
    [
        (BOTH, BOTH, "", True),
        (BOTH, BOTH, B, True),
        (BOTH, BOTH, BOTH, False),
        (BOTH, A, A, False),
        (BOTH, A, B, True),
        (A, BOTH, A, False),
        (A, B, A, False),
    ],
)
def test_subnets_with_tasks_and_no_load_balancer(
    guarded: str, tasks: str, balanced: str, fails: bool, tmp_path: Path
) -> None:
    """One such subnet among those of the ACL is enough."""
    text = filled(STACK, {"GUARDED": guarded, "TASKS": tasks, "BALANCED": balanced})
    report = scanned(tmp_path, text, "TW606", profile="strict")

    opens = "allows ingress from 0.0.0.0/0 to tasks without a load balancer"
    messages = [each.message for each in report.findings]
    assert messages == [f"aws_network_acl.main {opens}"] * fails
