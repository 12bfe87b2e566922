"""What listeners take for the tasks behind them, by port, protocol, and whether they exist."""

from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import list_flows
from taskwall.api.options import Options

STACK = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "main" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol  = "-1"
    from_port = 0
    to_port   = 0
    self      = true
  }
  egress {
    protocol  = "-1"
    from_port = 0
    to_port   = 0
    self      = true
  }
}
resource "aws_lb" "edge" {
  internal           = true
  load_balancer_type = KIND
  subnets            = [aws_subnet.main.id]
  security_groups    = [aws_security_group.main.id]
}
resource "aws_lb_target_group" "edge" {
  port        = 80
  protocol    = GROUP_PROTOCOL
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "edge" {
  COUNT
  load_balancer_arn = aws_lb.edge.arn
  port              = PORT
  protocol          = PROTOCOL
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.edge.arn
  }
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [aws_security_group.main.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.edge.arn
    container_name   = "web"
    container_port   = 80
  }
}
resource "aws_ecs_service" "one" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [aws_security_group.main.id]
  }
}
"""
DEFAULTS = {
    "KIND": '"application"',
    "GROUP_PROTOCOL": '"HTTP"',
    "COUNT": "",
    "PORT": "443",
    "PROTOCOL": '"HTTPS"',
}
NLB = {"KIND": '"network"', "GROUP_PROTOCOL": '"TCP_UDP"', "PROTOCOL": '"TCP"'}
NEEDED = " needs var.any"


def nlb(protocol: str) -> dict[str, str]:
    """A Network Load Balancer whose listener speaks a protocol."""
    return NLB | {"PROTOCOL": protocol}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ["tcp 443"]),
        ({"PORT": "8443"}, ["tcp 8443"]),
        ({"PORT": "var.any"}, ["tcp all" + NEEDED]),
        ({"PROTOCOL": "var.any"}, ["tcp 443"]),
        ({"COUNT": "count = 1"}, ["tcp 443"]),
        ({"COUNT": "count = 0"}, []),
        ({"COUNT": "count = var.any"}, ["tcp 443" + NEEDED]),
        ({"COUNT": 'count = var.any == "" ? 1 : 0'}, ["tcp 443" + NEEDED]),
        (NLB, ["tcp 443"]),
        (nlb('"TLS"'), ["tcp 443"]),
        (nlb('"tls"'), ["tcp 443"]),
        (nlb('"UDP"'), ["udp 443"]),
        (nlb('"TCP_UDP"'), ["tcp 443", "udp 443"]),
        (nlb('"QUIC"'), ["udp 443"]),
        (nlb('"TCP_QUIC"'), ["tcp 443", "udp 443"]),
        (nlb("var.any"), ["tcp 443" + NEEDED, "udp 443" + NEEDED]),
        (nlb('"UDP"') | {"COUNT": "count = var.any"}, ["udp 443" + NEEDED]),
        ({"KIND": "var.any"}, ["tcp 443"]),
    ],
)
def test_what_a_listener_takes(changes: dict[str, str], said: list[str], tmp_path: Path) -> None:
    """Clients get to a load balancer by its port, over what it speaks, if it is there."""
    (tmp_path / "main.tf").write_text(filled(STACK, DEFAULTS | changes), encoding="utf-8")
    flows = list_flows(Options(paths=(str(tmp_path),)), "service:one", "lb:edge").flows

    found = [
        f"{each.protocol} {','.join(each.ports)}"
        + "".join(f" needs {need}" for need in each.missing)
        for each in flows
    ]
    assert sorted(found) == said
