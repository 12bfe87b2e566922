"""Endpoint services: whom they let connect, by whose hand, and whether that leads to tasks."""

import pytest

from placeholders import filled
from taskwall.lowering import lower
from taskwall.model.core.network import Network
from taskwall.model.endpoints.endpoint_service import (
    EndpointService,
    accepts_by_hand,
    allows_everybody,
    offers_tasks,
)
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
variable "far" {}
resource "aws_lb" "edge" { load_balancer_type = "network" }
resource "aws_lb" "apart" { load_balancer_type = "network" }
resource "aws_lb_target_group" "web" { target_type = "ip" }
resource "aws_lb_target_group" "other" { target_type = "ip" }
resource "aws_lb_listener" "edge" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_service" "web" {
  count       = RUNS
  launch_type = "FARGATE"
  load_balancer {
    target_group_arn = HAS
    container_name   = "web"
    container_port   = 80
  }
}
resource "aws_vpc_endpoint_service" "own" {
  acceptance_required        = ACCEPTS
  network_load_balancer_arns = BALANCERS
  allowed_principals         = PRINCIPALS
}
resource "aws_vpc_endpoint_service" "other" {
  acceptance_required        = true
  network_load_balancer_arns = []
}
"""
ALONE = """
resource "aws_vpc_endpoint_service_allowed_principal" "one" {
  vpc_endpoint_service_id = OF
  principal_arn           = WHO
}
"""
ROLE = '"arn:aws:iam::123456789012:role/web"'
EDGE, APART = "aws_lb.edge.arn", "aws_lb.apart.arn"
WEB = "aws_lb_target_group.web.arn"
DEFAULTS = {
    "RUNS": "1",
    "HAS": WEB,
    "ACCEPTS": "false",
    "BALANCERS": f"[{EDGE}]",
    "PRINCIPALS": "null",
    "OF": "aws_vpc_endpoint_service.own.id",
    "WHO": '"*"',
}


def read(changes: dict[str, str], more: str = "") -> tuple[Network, EndpointService]:
    """The stack with some changes, and its endpoint service."""
    text = filled(STACK + more, DEFAULTS | changes)
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    service = network.get(EndpointService, "aws_vpc_endpoint_service.own")
    assert service is not None
    return network, service


@pytest.mark.parametrize(
    ("changes", "alone", "truth"),
    [
        ({}, False, False),
        ({"PRINCIPALS": '["*"]'}, False, True),
        ({"PRINCIPALS": f"[{ROLE}]"}, False, False),
        ({"PRINCIPALS": f'[{ROLE}, "*"]'}, False, True),
        ({"PRINCIPALS": "[var.any]"}, False, None),
        ({"PRINCIPALS": f"[{ROLE}, var.any]"}, False, None),
        ({}, True, True),
        ({"WHO": ROLE}, True, False),
        ({"WHO": "var.any"}, True, None),
        ({"OF": "aws_vpc_endpoint_service.other.id"}, True, False),
        (
            {"OF": "[aws_vpc_endpoint_service.own, aws_vpc_endpoint_service.other][var.any].id"},
            True,
            None,
        ),
        ({"PRINCIPALS": '["*"]', "WHO": ROLE}, True, True),
    ],
)
def test_whether_everybody_may_connect(
    changes: dict[str, str], alone: bool, truth: bool | None
) -> None:
    """Only where it names everybody, itself or by a resource for it: by default it is nobody."""
    fact = allows_everybody(*read(changes, ALONE if alone else ""))
    assert fact.truth is truth
    assert bool(fact.waits_for()) is (truth is None)


@pytest.mark.parametrize(
    ("accepts", "truth"), [("true", True), ("false", False), ("var.any", None), ("null", None)]
)
def test_whether_somebody_accepts_connections(accepts: str, truth: bool | None) -> None:
    """AWS documents no default: where nothing is written, nobody knows."""
    _, service = read({"ACCEPTS": accepts})
    fact = accepts_by_hand(service)
    assert fact.truth is truth
    assert bool(fact.waits_for()) is (truth is None)


@pytest.mark.parametrize(
    ("changes", "truth"),
    [
        ({}, True),
        ({"BALANCERS": f"[{APART}]"}, False),
        ({"BALANCERS": f"[{APART}, {EDGE}]"}, True),
        ({"BALANCERS": "[]"}, False),
        ({"BALANCERS": f"[[{APART}, {EDGE}][var.any]]"}, None),
        ({"HAS": "aws_lb_target_group.other.arn"}, False),
        ({"HAS": f"[{WEB}, aws_lb_target_group.other.arn][var.any]"}, None),
        # One that the sources do not show is in front of none of their tasks.
        ({"BALANCERS": '["arn:of:another"]'}, False),
        ({"BALANCERS": '["arn:of:another"]', "HAS": "var.any"}, None),
        ({"RUNS": "0"}, False),
    ],
)
def test_whether_it_leads_to_tasks(changes: dict[str, str], truth: bool | None) -> None:
    """By a load balancer that stands in front of some."""
    fact = offers_tasks(*read(changes))
    assert fact.truth is truth
    assert bool(fact.waits_for()) is (truth is None)
