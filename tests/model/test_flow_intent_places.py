"""At what a flow is reported that nobody expects: what lets it in by name, or takes it."""

from typing import TypeAlias

import pytest

from placeholders import filled
from taskwall.lowering import lower
from taskwall.model.core.network import FlowIntent, RulePolicy
from taskwall.model.flows.intents import unexpected
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_route_table" "main" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table_association" "main" {
  subnet_id      = aws_subnet.main.id
  route_table_id = aws_route_table.main.id
}
resource "aws_security_group" "edge" { vpc_id = aws_vpc.main.id }
resource "aws_vpc_security_group_ingress_rule" "edge" {
  security_group_id = aws_security_group.edge.id
  ip_protocol       = "tcp"
  from_port         = 0
  to_port           = 65535
  cidr_ipv4         = "0.0.0.0/0"
}
resource "aws_vpc_security_group_egress_rule" "edge" {
  security_group_id = aws_security_group.edge.id
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "10.0.0.0/16"
}
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_vpc_security_group_ingress_rule" "web" {
  security_group_id = aws_security_group.web.id
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = ALLOWED
}
resource "aws_lb" "edge" {
  load_balancer_type = KIND
  internal           = false
  subnets            = [aws_subnet.main.id]
  security_groups    = GROUPS
}
resource "aws_lb_target_group" "web" {
  port        = 80
  protocol    = SPOKEN
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "one" {
  load_balancer_arn = aws_lb.edge.arn
  port              = PORT
  protocol          = SPOKEN
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_lb_listener" "two" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 444
  protocol          = SPOKEN
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets          = [aws_subnet.main.id]
    security_groups  = [aws_security_group.web.id]
    assign_public_ip = PUBLIC
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 80
  }
}
"""
ALB = {"KIND": '"application"', "SPOKEN": '"HTTP"', "GROUPS": "[aws_security_group.edge.id]"}
NLB = {"KIND": '"network"', "SPOKEN": '"TCP"', "GROUPS": "[aws_security_group.edge.id]"}
BARE = NLB | {"GROUPS": "null"}
DEFAULTS = {"PORT": "443", "ALLOWED": '"10.0.0.0/16"', "PUBLIC": "false"}
EVERYBODY = {"ALLOWED": '"0.0.0.0/0"'}
RULE = "aws_vpc_security_group_ingress_rule"
THROUGH = "through lb:edge"
Reported: TypeAlias = list[tuple[str, bool | None, str]]


def reported(changes: dict[str, str], target: str, only: tuple[str, ...]) -> Reported:
    """At what flows of the internet are reported that are not among some, and which."""
    text = filled(STACK, DEFAULTS | changes)
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    network.policy = RulePolicy(intents=(FlowIntent("internet", target, only, ()),))
    return [(each.on.name, each.broken.truth, each.words) for each in unexpected(network)]


@pytest.mark.parametrize(
    ("changes", "only", "expected"),
    [
        (ALB, (), [(f"{RULE}.edge", True, f"tcp:443-444 {THROUGH}")]),
        (ALB, ("tcp:443",), [(f"{RULE}.edge", True, f"tcp:444 {THROUGH}")]),
        (ALB, ("tcp:443-444",), [("aws_ecs_service.web", False, "")]),
        (ALB, (f"tcp {THROUGH}",), [("aws_ecs_service.web", False, "")]),
        (NLB, ("tcp:444",), [(f"{RULE}.edge", True, f"tcp:443 {THROUGH}")]),
        # Where the load balancer has no groups, its listener takes what comes.
        (BARE | EVERYBODY, ("tcp:443",), [("aws_lb_listener.two", True, f"tcp:444 {THROUGH}")]),
        (BARE | EVERYBODY, ("tcp:444",), [("aws_lb_listener.one", True, f"tcp:443 {THROUGH}")]),
        (
            BARE | EVERYBODY | {"PORT": "var.which"},
            ("tcp:444",),
            [("aws_lb_listener.one", None, f"tcp:0-443, 445-65535 {THROUGH}")],
        ),
        # What comes to the service itself is let in by its own group.
        (
            ALB | EVERYBODY | {"PUBLIC": "true"},
            (f"tcp {THROUGH}",),
            [(f"{RULE}.web", True, "tcp:80")],
        ),
    ],
)
def test_where_a_flow_is_reported(
    changes: dict[str, str], only: tuple[str, ...], expected: Reported
) -> None:
    """That of the load balancer before that of the service, and its listener where it has none."""
    assert reported(changes, "service:web", only) == expected


@pytest.mark.parametrize(
    ("changes", "only", "expected"),
    [
        (ALB, ("tcp:443",), [(f"{RULE}.edge", True, "tcp:444")]),
        (BARE, ("tcp:443",), [("aws_lb_listener.two", True, "tcp:444")]),
        (BARE, ("tcp:444",), [("aws_lb_listener.one", True, "tcp:443")]),
    ],
)
def test_where_a_flow_to_a_load_balancer_is_reported(
    changes: dict[str, str], only: tuple[str, ...], expected: Reported
) -> None:
    """At the permission of its groups, and at its listener where it has none."""
    assert reported(changes, "lb:edge", only) == expected
