"""What to do about the TLS policy of listeners that one block makes (TW102)."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_lb" "web" { internal = false }
resource "aws_lb_target_group" "web" {
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "web" {
  for_each          = PORTS
  load_balancer_arn = aws_lb.web.arn
  port              = each.value
  protocol          = each.key
  certificate_arn   = "arn:aws:acm:eu-west-1:123456789012:certificate/web"
  POLICY
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([
    { name = "web", image = "web:1", portMappings = [{ containerPort = 80 }] }
  ])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 80
  }
}
"""
ONE, TWO = "{ HTTPS = 443 }", "{ HTTPS = 443, HTTP = 80 }"
WEAK = 'ssl_policy = "ELBSecurityPolicy-2016-08"'
MIXED = (
    "The same block makes listeners that take no TLS, and no policy. Give this to the others only,"
    " by a condition:\n"
)


@pytest.mark.parametrize(
    ("ports", "policy", "first"),
    [(ONE, "", ""), (TWO, "", MIXED), (ONE, WEAK, ""), (TWO, WEAK, "")],
    ids=["none", "none, and plain HTTP", "a weak one", "a weak one, and plain HTTP"],
)
def test_a_listener_of_plain_http_takes_no_policy(
    ports: str, policy: str, first: str, tmp_path: Path
) -> None:
    """What is missing is missing on some of the listeners; what is written stands for all."""
    report = scanned(tmp_path, filled(STACK, {"PORTS": ports, "POLICY": policy}), "TW102")

    [found] = report.findings
    assert found.fix is not None
    assert found.fix.text.rpartition("ssl_policy")[0] == first
    assert bool(found.fix.edits) is (ports == ONE)
