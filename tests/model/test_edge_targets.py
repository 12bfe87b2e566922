"""What VPC origins of CloudFront lead to: whether tasks are behind it, and which listener."""

import pytest

from taskwall.lowering import lower
from taskwall.model.load_balancing.edge import EdgeConnection, edge_target
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

SOURCE = """
variable "any" {}
resource "aws_lb" "edge" {}
resource "aws_lb" "unused" {}
resource "aws_lb_target_group" "web" {}
resource "aws_lb_listener" "edge" {
  load_balancer_arn = aws_lb.edge.arn
  port              = PORT
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_service" "web" {
  load_balancer { target_group_arn = BEHIND }
}
resource "aws_ecs_service" "other" {}
resource "aws_cloudfront_vpc_origin" "main" {
  vpc_origin_endpoint_config {
    arn                    = BALANCER
    http_port              = 8080
    origin_protocol_policy = "http-only"
  }
}
"""
OUTER = """
resource "aws_lb" "outer" { load_balancer_type = "network" }
resource "aws_lb_target_group" "outer" {
  target_type = "alb"
  port        = 80
}
resource "aws_lb_target_group_attachment" "outer" {
  target_group_arn = aws_lb_target_group.outer.arn
  target_id        = aws_lb.edge.arn
}
resource "aws_lb_listener" "outer" {
  load_balancer_arn = aws_lb.outer.arn
  port              = 8080
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.outer.arn
  }
}
"""
BALANCER, ALSO = "aws_lb.edge.arn", "aws_lb_listener.edge"
NOBODY = '"arn:of:nobody"'
SOME = "a load balancer"


@pytest.mark.parametrize(
    ("changes", "name", "listener", "truth"),
    [
        ({}, "aws_lb.edge", "", True),
        ({"PORT": "8080"}, "aws_lb.edge", ALSO, True),
        ({"PORT": "var.any"}, "aws_lb.edge", "", True),
        ({"BEHIND": "var.any"}, "aws_lb.edge", "", None),
        ({"BALANCER": "aws_lb.unused.arn"}, "aws_lb.unused", "", False),
        # What is not in the sources may lead to tasks, if any stand behind a load balancer.
        ({"BALANCER": "var.any"}, SOME, "", None),
        ({"BALANCER": NOBODY}, SOME, "", None),
        ({"BALANCER": "var.any", "BEHIND": "var.any"}, SOME, "", None),
        ({"BALANCER": "var.any", "BEHIND": "null"}, "", "", False),
        # Behind an NLB it is the ALB that takes it, on the port of the target group.
        ({"BALANCER": "aws_lb.outer.arn"}, "aws_lb.outer", ALSO, True),
        (
            {"BALANCER": "aws_lb.outer.arn", "PORT": "81"},
            "aws_lb.outer",
            "aws_lb_listener.outer",
            True,
        ),
    ],
)
def test_where_a_vpc_origin_leads(
    changes: dict[str, str], name: str, listener: str, truth: bool | None
) -> None:
    """To the listener on its port, if the load balancer has one, and to the tasks behind that."""
    text = SOURCE + OUTER
    asked = {"BALANCER": BALANCER, "PORT": "80", "BEHIND": "aws_lb_target_group.web.arn"} | changes
    for word, meant in asked.items():
        text = text.replace(f"= {word}\n", f"= {meant}\n").replace(f"= {word} }}", f"= {meant} }}")
    files = Files({"/net/main.tf": text})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    (approach,) = network.every(EdgeConnection)

    found = edge_target(network, approach)
    assert (found[0], found[1], found[2].truth) == (name, listener, truth)
    assert [need.name for need in found[2].waits_for()] == (
        [] if truth is not None else ["arn:of:nobody" if NOBODY in asked.values() else "var.any"]
    )


API = """
resource "aws_lb_listener" "second" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
  default_action { type = "fixed-response" }
}
resource "aws_apigatewayv2_integration" "main" {
  api_id           = "api-1"
  integration_type = "HTTP_PROXY"
  connection_type  = "VPC_LINK"
  connection_id    = "link-1"
  integration_uri  = LISTENER
}
"""


@pytest.mark.parametrize(
    ("uri", "name", "listener", "truth"),
    [
        ("aws_lb_listener.edge.arn", "aws_lb.edge", ALSO, True),
        ("aws_lb_listener.second.arn", "aws_lb.edge", "aws_lb_listener.second", True),
        ("aws_lb_listener.outer.arn", "aws_lb.outer", ALSO, True),
        ('"arn:of:listener"', SOME, "", None),
        ("var.any", SOME, "", None),
    ],
)
def test_where_an_integration_leads(uri: str, name: str, listener: str, truth: bool | None) -> None:
    """To the listener that it names, whichever port that is on."""
    text = SOURCE.partition('resource "aws_cloudfront_vpc_origin"')[0] + OUTER + API
    text = text.replace("= PORT", "= 80").replace("= BEHIND", "= aws_lb_target_group.web.arn")
    files = Files({"/net/main.tf": text.replace("= LISTENER", f"= {uri}")})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    (approach,) = network.every(EdgeConnection)

    found = edge_target(network, approach)
    assert (found[0], found[1], found[2].truth) == (name, listener, truth)
