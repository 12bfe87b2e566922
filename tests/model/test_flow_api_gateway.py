"""What comes in by API Gateway and a VPC link: of which integration, to which listener."""

from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import list_flows
from taskwall.api.options import Options

STACK = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "link" {
  vpc_id = aws_vpc.main.id
  egress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = [REACHED]
  }
}
resource "aws_security_group" "edge" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol        = "tcp"
    from_port       = 80
    to_port         = 81
    security_groups = [aws_security_group.link.id]
  }
}
resource "aws_lb" "edge" {
  internal        = true
  subnets         = [aws_subnet.a.id]
  security_groups = [aws_security_group.edge.id]
}
resource "aws_lb_listener" "one" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 80
  protocol          = "HTTP"
  default_action { type = "fixed-response" }
}
resource "aws_lb_listener" "two" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 81
  protocol          = "HTTP"
  default_action { type = "fixed-response" }
}
resource "aws_apigatewayv2_vpc_link" "main" {
  subnet_ids         = [aws_subnet.a.id]
  security_group_ids = [aws_security_group.link.id]
}
resource "aws_apigatewayv2_api" "main" { protocol_type = "HTTP" }
resource "aws_apigatewayv2_integration" "main" {
  count              = COUNT
  api_id             = aws_apigatewayv2_api.main.id
  integration_type   = "HTTP_PROXY"
  integration_method = "ANY"
  integration_uri    = URI
  connection_type    = "VPC_LINK"
  connection_id      = aws_apigatewayv2_vpc_link.main.id
}
"""
DEFAULTS = {
    "REACHED": '"10.0.0.0/16"',
    "COUNT": "1",
    "URI": "aws_lb_listener.one.arn",
}
OPEN = "tcp 443 at 80"
BY_OTHERS = "tcp 80-81 needs aws_apigatewayv2_vpc_link.main"


def told(folder: Path, changes: dict[str, str]) -> list[str]:
    """What the internet can open to the load balancer, in short."""
    (folder / "main.tf").write_text(filled(STACK, DEFAULTS | changes), encoding="utf-8")
    found = list_flows(Options(paths=(str(folder),)), "internet", "lb:edge")
    assert not found.problems
    assert all(flow.through == ("aws:apigateway",) for flow in found.flows)
    return [
        f"{flow.protocol} {','.join(flow.ports)}"
        + "".join(f" at {each}" for each in flow.arrives)
        + "".join(f" needs {each}" for each in flow.missing)
        for flow in found.flows
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, [OPEN]),
        ({"COUNT": 'var.which == "" ? 1 : 0'}, [f"{OPEN} needs var.which"]),
        ({"URI": "var.which"}, [BY_OTHERS]),
        (
            {"URI": "[aws_lb_listener.one.arn, aws_lb_listener.two.arn][var.which]"},
            [BY_OTHERS],
        ),
        # The link's group lets nothing out to the port of the second listener.
        ({"URI": "aws_lb_listener.two.arn"}, []),
        ({"REACHED": '"10.9.0.0/16"'}, []),
        ({"REACHED": "var.which"}, [f"{OPEN} needs var.which"]),
    ],
)
def test_the_internet_comes_in_by_an_integration(
    changes: dict[str, str], said: list[str], tmp_path: Path
) -> None:
    """It says to which listener, and the groups of its link and of the load balancer must allow."""
    assert told(tmp_path, changes) == said
