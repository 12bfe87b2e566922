"""Which load balancers the internet reaches: by their scheme, or by one that leads to them."""

import pytest

from placeholders import filled
from taskwall.core.facts import TRUE
from taskwall.lowering import lower
from taskwall.model.core.entity import Link, link_to
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.load_balancing.internet_facing import is_public
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
resource "aws_lb" "inner" {
  internal = INNER
}
resource "aws_lb" "other" {
  internal = true
}
resource "aws_lb" "outer" {
  load_balancer_type = "network"
  internal           = OUTER
}
resource "aws_lb_target_group" "outer" { target_type = "alb" }
resource "aws_lb_target_group" "unused" { target_type = "alb" }
resource "aws_lb_target_group_attachment" "outer" {
  target_group_arn = REGISTERED
  target_id        = TARGET
}
resource "aws_lb_listener" "outer" {
  load_balancer_arn = OF
  port              = 443
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = TO
  }
}
"""
DEFAULTS = {
    "INNER": "true",
    "OUTER": "false",
    "REGISTERED": "aws_lb_target_group.outer.arn",
    "TARGET": "aws_lb.inner.arn",
    "OF": "aws_lb.outer.arn",
    "TO": "aws_lb_target_group.outer.arn",
}
GROUPS = "[aws_lb_target_group.outer.arn, aws_lb_target_group.unused.arn][var.any]"
ANY = ["var.any"]


@pytest.mark.parametrize(
    ("changes", "truth", "waits"),
    [
        # By its own scheme.
        ({"INNER": "false"}, True, []),
        ({"INNER": "null"}, True, []),
        ({"INNER": "var.any", "OUTER": "true"}, None, ANY),
        ({"INNER": "false", "OUTER": "true"}, True, []),
        # By a Network Load Balancer before it.
        ({}, True, []),
        ({"OUTER": "null"}, True, []),
        ({"OUTER": "true"}, False, []),
        ({"OUTER": "var.any"}, None, ANY),
        ({"INNER": "var.any"}, True, []),
        ({"TARGET": "aws_lb.other.arn"}, False, []),
        ({"TARGET": "[aws_lb.inner.arn, aws_lb.other.arn][var.any]"}, None, ANY),
        ({"TARGET": '"arn:of:another"'}, False, []),
        ({"REGISTERED": "aws_lb_target_group.unused.arn"}, False, []),
        ({"TO": "aws_lb_target_group.unused.arn"}, False, []),
        ({"TO": GROUPS}, None, ANY),
        # Whose listener that is may not be known.
        ({"OF": "var.any"}, None, ANY),
        ({"OF": '"arn:of:balancer"'}, None, ["arn:of:balancer"]),
        ({"OF": "aws_lb.other.arn"}, False, []),
        ({"OF": "aws_lb.inner.arn"}, False, []),
    ],
)
def test_whom_the_internet_reaches(
    changes: dict[str, str], truth: bool | None, waits: list[str]
) -> None:
    """An internal load balancer is reached from wherever one is that leads to it."""
    text = filled(STACK, DEFAULTS | changes)
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    balancer = network.get(LoadBalancer, "aws_lb.inner")
    assert balancer is not None
    fact = is_public(network, link_to(balancer))

    assert fact.truth is truth
    assert [need.name for need in fact.waits_for()] == waits
    # Of one from elsewhere nothing is known, and it is asked for by its name.
    for name in ("", "arn:of:a-third"):
        far = is_public(network, Link(name, TRUE, balancer.origin.header, exact=False))
        assert far.truth is None
        assert far.waits_for()
