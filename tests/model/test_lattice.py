"""Whether services of VPC Lattice lead to tasks, and whether callers are authenticated."""

from typing import Any

import pytest

from taskwall.core.facts import Fact
from taskwall.lowering import lower
from taskwall.model.load_balancing.lattice import LatticeService, authenticated, serves_tasks
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

SOURCE = """
variable "any" {}
resource "aws_ecs_service" "web" {
  vpc_lattice_configurations { target_group_arn = REGISTERS }
}
resource "aws_lb" "edge" {}
resource "aws_lb" "spare" {}
resource "aws_lb_target_group" "web" {}
resource "aws_lb_listener" "edge" {
  load_balancer_arn = aws_lb.edge.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_service" "behind" {
  load_balancer { target_group_arn = BEHIND }
}
resource "aws_vpclattice_target_group" "web" { type = "IP" }
resource "aws_vpclattice_target_group" "other" { type = "ALB" }
resource "aws_vpclattice_target_group_attachment" "edge" {
  target_group_identifier = ATTACHED
  target { id = TARGET }
}
resource "aws_vpclattice_service" "web" { auth_type = AUTH }
resource "aws_vpclattice_service" "other" {}
resource "aws_vpclattice_listener" "web" {
  service_identifier = SERVICE
  protocol           = PROTOCOL
  default_action {
    forward {
      target_groups { target_group_identifier = FORWARDS }
    }
  }
}
resource "aws_vpclattice_listener" "other" {
  service_identifier = aws_vpclattice_service.other.id
  default_action { fixed_response { status_code = 404 } }
}
resource "aws_vpclattice_listener_rule" "web" {
  listener_identifier = LISTENER
  action {
    forward {
      target_groups { target_group_identifier = RULED }
    }
  }
}
resource "aws_vpclattice_service_network" "one" { auth_type = ONE }
resource "aws_vpclattice_service_network" "two" { auth_type = TWO }
resource "aws_vpclattice_service_network_service_association" "one" {
  service_identifier         = MEMBER
  service_network_identifier = aws_vpclattice_service_network.one.id
}
resource "aws_vpclattice_service_network_service_association" "two" {
  service_identifier         = aws_vpclattice_service.web.id
  service_network_identifier = NETWORK
}
"""
ELSEWHERE, NOBODY = '"tg-1"', '"arn:of:nobody"'
GROUP, OTHER = (f"aws_vpclattice_target_group.{name}.id" for name in ("web", "other"))
EITHER = f"[{GROUP}, {OTHER}][var.any]"
SERVICE, ANOTHER = (f"aws_vpclattice_service.{name}.id" for name in ("web", "other"))
LISTENER, THAT = (f"aws_vpclattice_listener.{name}.listener_id" for name in ("web", "other"))
NONE: dict[str, str] = {
    "REGISTERS": ELSEWHERE,
    "BEHIND": NOBODY,
    "ATTACHED": ELSEWHERE,
    "TARGET": "aws_lb.edge.arn",
    "PROTOCOL": '"HTTPS"',
    "AUTH": '"NONE"',
    "SERVICE": SERVICE,
    "FORWARDS": NOBODY,
    "LISTENER": LISTENER,
    "RULED": NOBODY,
    "ONE": '"NONE"',
    "TWO": '"NONE"',
    "MEMBER": SERVICE,
    "NETWORK": "aws_vpclattice_service_network.two.id",
}
"""A service that leads to no tasks, and authenticates nobody."""


def asked(ask: Any, changes: dict[str, str]) -> Fact:
    """What is said of the service, with some changes."""
    text = SOURCE
    for word, meant in (NONE | changes).items():
        text = text.replace(f"= {word}\n", f"= {meant}\n").replace(f"= {word} }}", f"= {meant} }}")
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    service = network.get(LatticeService, "aws_vpclattice_service.web")
    assert service is not None
    found: Fact = ask(network, service)
    return found


REGISTERED = {"REGISTERS": GROUP}
FRONTED = {"ATTACHED": OTHER, "BEHIND": "aws_lb_target_group.web.arn"}


@pytest.mark.parametrize(
    ("changes", "truth"),
    [
        ({}, False),
        (REGISTERED, False),
        (REGISTERED | {"FORWARDS": GROUP}, True),
        (REGISTERED | {"FORWARDS": OTHER}, False),
        (REGISTERED | {"FORWARDS": EITHER}, None),
        (REGISTERED | {"FORWARDS": GROUP, "SERVICE": ANOTHER}, False),
        (REGISTERED | {"FORWARDS": GROUP, "SERVICE": f"[{SERVICE}, {ANOTHER}][var.any]"}, None),
        (REGISTERED | {"RULED": GROUP}, True),
        (REGISTERED | {"RULED": OTHER}, False),
        (REGISTERED | {"RULED": GROUP, "LISTENER": THAT}, False),
        (REGISTERED | {"RULED": GROUP, "LISTENER": f"[{LISTENER}, {THAT}][var.any]"}, None),
        ({"REGISTERS": EITHER, "FORWARDS": GROUP}, None),
        (FRONTED | {"FORWARDS": OTHER}, True),
        (FRONTED | {"FORWARDS": GROUP}, False),
        (FRONTED | {"FORWARDS": OTHER, "BEHIND": NOBODY}, False),
        (FRONTED | {"FORWARDS": EITHER}, None),
        (FRONTED | {"FORWARDS": OTHER, "ATTACHED": EITHER}, None),
        (
            FRONTED | {"FORWARDS": OTHER, "TARGET": "[aws_lb.edge.arn, aws_lb.spare.arn][var.any]"},
            None,
        ),
        (FRONTED | {"FORWARDS": OTHER, "TARGET": "aws_lb.spare.arn"}, False),
        (FRONTED | {"FORWARDS": OTHER, "TARGET": NOBODY}, False),
        # Whoever calls through TLS that is not ended there is not seen.
        (REGISTERED | {"FORWARDS": GROUP, "PROTOCOL": '"TLS_PASSTHROUGH"'}, False),
        (REGISTERED | {"FORWARDS": GROUP, "PROTOCOL": "var.any"}, None),
    ],
)
def test_a_service_leads_to_tasks(changes: dict[str, str], truth: bool | None) -> None:
    """By a listener or a rule of it, to a group of tasks or of a load balancer before tasks."""
    found = asked(serves_tasks, changes)

    assert found.truth is truth
    assert [need.name for need in found.waits_for()][:1] == (["var.any"] if truth is None else [])


@pytest.mark.parametrize("leads", [REGISTERED, FRONTED])
def test_a_group_that_nothing_tells_may_be_of_tasks(leads: dict[str, str]) -> None:
    """Whichever group tasks, or a load balancer before tasks, are registered in."""
    found = asked(serves_tasks, leads | {"FORWARDS": "local.unseen"})

    assert found.truth is None
    assert "local.unseen" in [need.name for need in found.waits_for()]


IAM = '"AWS_IAM"'


@pytest.mark.parametrize(
    ("changes", "truth"),
    [
        ({}, False),
        ({"AUTH": IAM}, True),
        ({"AUTH": "var.any"}, None),
        ({"ONE": IAM}, False),
        ({"ONE": IAM, "TWO": IAM}, True),
        ({"ONE": IAM, "TWO": "var.any"}, None),
        ({"TWO": "var.any"}, False),
        ({"TWO": IAM, "MEMBER": ANOTHER}, True),
        ({"ONE": IAM, "MEMBER": ANOTHER}, False),
        ({"TWO": IAM, "MEMBER": f"[{SERVICE}, {ANOTHER}][var.any]"}, None),
        ({"ONE": IAM, "NETWORK": "var.any"}, None),
    ],
)
def test_callers_are_authenticated(changes: dict[str, str], truth: bool | None) -> None:
    """The service does so by itself, or each network that it is a member of."""
    found = asked(authenticated, changes)

    assert found.truth is truth
    assert [need.name for need in found.waits_for()][:1] == (["var.any"] if truth is None else [])
