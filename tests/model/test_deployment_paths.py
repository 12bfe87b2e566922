"""By which load balancers tasks are reached while a blue/green deployment moves them."""

import pytest

from placeholders import filled
from taskwall.lowering import lower
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.load_balancing.paths import balancer_paths
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
resource "aws_lb" "edge" {}
resource "aws_lb" "apart" {}
resource "aws_lb_target_group" "blue" { target_type = "ip" }
resource "aws_lb_target_group" "green" { target_type = "ip" }
resource "aws_lb_target_group" "spare" { target_type = "ip" }
resource "aws_lb_listener" "edge" {
  load_balancer_arn = aws_lb.edge.arn
  port = 443
  protocol = "HTTPS"
  default_action { type = "fixed-response" }
}
resource "aws_lb_listener" "apart" {
  load_balancer_arn = aws_lb.apart.arn
  port = 443
  protocol = "HTTPS"
  default_action { type = "fixed-response" }
}
resource "aws_lb_listener_rule" "web" {
  listener_arn = aws_lb_listener.edge.arn
  action {
    type = "forward"
    target_group_arn = aws_lb_target_group.blue.arn
  }
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  load_balancer {
    target_group_arn = HAS
    container_name = "web"
    container_port = 80
    advanced_configuration {
      alternate_target_group_arn = ALTERNATE
      production_listener_rule = PRODUCTION
      role_arn = "arn:x"
    }
  }
}
"""
BLUE, GREEN, SPARE = (f"aws_lb_target_group.{name}.arn" for name in ("blue", "green", "spare"))
RULE, APART = "aws_lb_listener_rule.web.arn", "aws_lb_listener.apart.arn"
OF_ELSEWHERE = '"arn:aws:elasticloadbalancing:eu-west-1:1:listener-rule/app/x/1/2/3"'
DEFAULTS = {"HAS": BLUE, "ALTERNATE": GREEN, "PRODUCTION": RULE}
Way = tuple[str, str, bool | None]


def ways(group: str, *balancers: tuple[str, bool | None]) -> set[Way]:
    """The ways to a target group, each by a load balancer and whether it is there."""
    return {(balancer, group, truth) for balancer, truth in balancers}


SURE, UNSEEN = ("edge", True), ("", True)
MAYBE = ("edge", None), ("apart", None)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ways("blue", SURE) | ways("green", SURE)),
        ({"HAS": GREEN, "ALTERNATE": BLUE}, ways("blue", SURE) | ways("green", SURE)),
        # The rule that is moved leads to both, whatever else leads to one of them.
        ({"HAS": SPARE}, ways("spare", SURE) | ways("green", SURE)),
        (
            {"PRODUCTION": APART},
            ways("blue", SURE, ("apart", True)) | ways("green", ("apart", True)),
        ),
        (
            {"PRODUCTION": APART, "HAS": SPARE},
            ways("spare", ("apart", True)) | ways("green", ("apart", True)),
        ),
        # Of one that the sources do not show it may be that of each, or of one from elsewhere.
        *(
            (
                {"PRODUCTION": rule, "HAS": SPARE},
                ways("spare", UNSEEN, *MAYBE) | ways("green", UNSEEN, *MAYBE),
            )
            for rule in ("var.any", OF_ELSEWHERE)
        ),
        *(
            (
                {"PRODUCTION": rule},
                ways("blue", SURE, UNSEEN, *MAYBE) | ways("green", SURE, UNSEEN, *MAYBE),
            )
            for rule in ("var.any", OF_ELSEWHERE)
        ),
        # Without a word about the rule, it is what leads to one of the two.
        ({"PRODUCTION": "null"}, ways("blue", SURE) | ways("green", SURE)),
        ({"PRODUCTION": "null", "HAS": SPARE}, set()),
        (
            {"ALTERNATE": "var.any"},
            ways("blue", SURE) | ways("var.any", SURE, ("", None)),
        ),
    ],
)
def test_by_which_load_balancers_a_deployment_is_reached(
    changes: dict[str, str], expected: set[Way]
) -> None:
    """At some time the rule forwards to each of its target groups."""
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"],
        Files({"/net/main.tf": filled(STACK, DEFAULTS | changes)}),
        Inputs(boundary="/net"),
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    (source,) = network.every(TaskSource)

    found = set[Way]()
    for each in balancer_paths(network, source):
        assert each.target_group is not None
        balancer = each.balancer.id.removeprefix("aws_lb.") if each.balancer else ""
        group = each.target_group.id.removeprefix("aws_lb_target_group.")
        found.add((balancer, group, each.fact.truth))
    assert found == expected
