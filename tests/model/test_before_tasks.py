"""Whether a load balancer stands in front of tasks, as far as the sources show what leads where."""

import pytest

from placeholders import filled
from taskwall.lowering import lower
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.load_balancer import Listener, LoadBalancer
from taskwall.model.load_balancing.paths import (
    balancer_paths,
    before_tasks,
    stands_before_tasks,
)
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "which" {}
variable "other" {}
data "aws_lb_target_group" "seen" { name = var.which }
data "aws_lb" "seen" { name = var.which }
resource "aws_lb" "edge" { load_balancer_type = KIND }
resource "aws_lb" "apart" { load_balancer_type = KIND }
resource "aws_lb_target_group" "web" { target_type = "ip" }
resource "aws_lb_target_group" "other" { target_type = "ip" }
resource "aws_lb_listener" "edge" {
  load_balancer_arn = BALANCER
  port              = 443
  default_action {
    type             = TYPE
    target_group_arn = TO
  }
}
resource "aws_ecs_service" "web" {
  count       = COUNT
  launch_type = "FARGATE"
  load_balancer {
    target_group_arn = HAS
    container_name   = "web"
    container_port   = 80
  }
}
"""
WEB, OTHER = "aws_lb_target_group.web.arn", "aws_lb_target_group.other.arn"
SEEN, ARN = "data.aws_lb_target_group.seen.arn", '"arn:of:group"'
EITHER = f"[{WEB}, {OTHER}][var.which]"
DEFAULTS = {
    "KIND": '"application"',
    "BALANCER": "aws_lb.edge.arn",
    "TYPE": '"forward"',
    "TO": WEB,
    "HAS": WEB,
    "COUNT": "1",
}
NEEDS = {"var.which", "var.other", "data.aws_lb_target_group.seen", "data.aws_lb.seen"}


def network(changes: dict[str, str], more: str = "", kind: str = "ip") -> Network:
    """The stack with some changes."""
    text = filled(STACK.replace('"ip"', f'"{kind}"') + more, DEFAULTS | changes)
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    return lower(stack.evaluate({}).resources).network


@pytest.mark.parametrize("kind", ['"application"', '"network"'])
@pytest.mark.parametrize(
    ("to", "has", "truth"),
    [
        (WEB, WEB, True),
        (OTHER, WEB, False),
        (WEB, EITHER, None),
        (OTHER, EITHER, None),
        (EITHER, WEB, None),
        (EITHER, OTHER, None),
        (EITHER, EITHER, None),
        # By an input, a look-up or an id both may name one group from elsewhere.
        ("var.which", "var.which", True),
        (SEEN, SEEN, True),
        (ARN, ARN, True),
        ("var.which", "var.other", None),
        (SEEN, "var.other", None),
        ("var.which", SEEN, None),
        # What is from elsewhere is none of the groups that are written.
        ("var.which", WEB, False),
        (SEEN, WEB, False),
        (ARN, WEB, False),
        (WEB, ARN, False),
        (EITHER, ARN, False),
        # But a group that an input brings may stand behind it in another way.
        (WEB, "var.other", None),
        (EITHER, "var.other", None),
        (WEB, SEEN, None),
    ],
)
def test_a_listener_leads_to_tasks(kind: str, to: str, has: str, truth: bool | None) -> None:
    """Its target group is the one that a service names, or may be that."""
    found = network({"KIND": kind, "TO": to, "HAS": has})
    listener = found.get(Listener, "aws_lb_listener.edge")
    assert listener is not None
    fact = before_tasks(found, listener)
    waits = {need.name for need in fact.waits_for()}

    assert fact.truth is truth
    assert bool(waits) is (truth is None)
    assert waits <= NEEDS
    edge, apart = (found.get(LoadBalancer, f"aws_lb.{name}") for name in ("edge", "apart"))
    assert edge is not None
    assert apart is not None
    assert stands_before_tasks(found, edge).truth is truth
    assert stands_before_tasks(found, apart).truth is False


CHAIN = """
resource "aws_lb" "outer" { load_balancer_type = "network" }
resource "aws_lb_target_group" "outer" { target_type = "alb" }
resource "aws_lb_target_group_attachment" "outer" {
  target_group_arn = aws_lb_target_group.outer.arn
  target_id        = TARGET
}
resource "aws_lb_listener" "outer" {
  load_balancer_arn = aws_lb.outer.arn
  port              = 443
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.outer.arn
  }
}
"""
EACH = "[aws_lb.edge.arn, aws_lb.apart.arn][var.which]"


@pytest.mark.parametrize(
    ("target", "to", "truth"),
    [
        ("aws_lb.edge.arn", WEB, True),
        ("aws_lb.edge.arn", OTHER, False),
        ("aws_lb.edge.arn", EITHER, None),
        ("aws_lb.apart.arn", WEB, False),
        (EACH, WEB, None),
        (EACH, OTHER, False),
        # One from elsewhere may stand before what another one stands before.
        ("data.aws_lb.seen.arn", WEB, None),
        ("data.aws_lb.seen.arn", OTHER, False),
    ],
)
def test_one_that_leads_to_another_stands_before_its_tasks(
    target: str, to: str, truth: bool | None
) -> None:
    """A Network Load Balancer before an Application Load Balancer, if that one has tasks."""
    found = network({"TO": to}, CHAIN.replace("TARGET", target))
    listener = found.get(Listener, "aws_lb_listener.outer")
    assert listener is not None
    assert before_tasks(found, listener).truth is truth


@pytest.mark.parametrize(("to", "truth"), [(WEB, True), (OTHER, None)])
def test_one_that_leads_to_another_from_elsewhere(to: str, truth: bool | None) -> None:
    """It stands before tasks if a listener of that one, which is written here, does."""
    seen = "data.aws_lb.seen.arn"
    found = network({"BALANCER": seen, "TO": to}, CHAIN.replace("TARGET", seen))
    listener = found.get(Listener, "aws_lb_listener.outer")
    assert listener is not None
    assert before_tasks(found, listener).truth is truth


SECOND = """
resource "aws_lb_listener" "second" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = SECOND
  }
}
"""


@pytest.mark.parametrize(("second", "truth"), [(WEB, True), (OTHER, False), (EITHER, None)])
def test_another_listener_of_it_may_lead_to_tasks(second: str, truth: bool | None) -> None:
    """What matters is whether the load balancer stands before tasks, by whichever listener."""
    found = network({"TO": OTHER}, SECOND.replace("SECOND", second))
    listener = found.get(Listener, "aws_lb_listener.edge")
    assert listener is not None
    assert before_tasks(found, listener).truth is truth


def test_whether_a_listener_exists_is_not_what_it_waits_for() -> None:
    """It counts for what it does wrong as if it did."""
    some = 'aws_lb.edge.arn\n  count = var.other == "" ? 1 : 0'
    found = network({"BALANCER": some, "TO": EITHER})
    (listener,) = found.every(Listener)
    fact = before_tasks(found, listener)
    assert {need.name for need in fact.waits_for()} == {"var.which"}


@pytest.mark.parametrize(
    ("kind", "protocol", "named"),
    [
        ('"application"', "var.which", {"aws_lb.apart", "aws_lb.edge"}),
        ('"application"', '"HTTPS"', {"aws_lb.apart", "aws_lb.edge"}),
        ('"network"', '"TLS"', {"aws_lb.apart", "aws_lb.edge"}),
        ('"network"', '"HTTPS"', set()),
    ],
)
def test_a_listener_may_be_of_each_load_balancer_of_its_kind(
    kind: str, protocol: str, named: set[str]
) -> None:
    """Where nothing tells whose it is, its protocol tells of which kind."""
    found = network({"KIND": kind, "BALANCER": f"{EACH}\n  protocol = {protocol}"})
    (source,) = found.every(TaskSource)
    fronts = [front.balancer for front in balancer_paths(found, source)]
    assert {balancer.id for balancer in fronts if balancer is not None} == named


@pytest.mark.parametrize(
    ("changes", "truth", "edge"),
    [
        ({"TYPE": '"fixed-response"', "TO": "null"}, False, False),
        # One that may not exist counts as if it did.
        ({"COUNT": 'var.which == "" ? 1 : 0'}, True, True),
        # Whose listener it is decides of the load balancer alone.
        ({"BALANCER": EACH}, True, None),
        ({"BALANCER": "data.aws_lb.seen.arn"}, True, False),
        ({"BALANCER": '"arn:of:balancer"'}, True, False),
        # One from elsewhere may have other listeners.
        ({"BALANCER": EACH, "TO": OTHER}, None, None),
        ({"BALANCER": "data.aws_lb.seen.arn", "TO": OTHER}, None, False),
        ({"BALANCER": '"arn:of:balancer"', "TO": OTHER}, None, False),
        ({"KIND": "var.which", "TO": EITHER}, None, None),
        ({"KIND": "var.which", "TO": OTHER}, False, False),
    ],
)
def test_whose_listener_it_is(
    changes: dict[str, str], truth: bool | None, edge: bool | None
) -> None:
    """What stands before tasks is whichever load balancer the listener is of."""
    found = network(changes)
    listener = found.get(Listener, "aws_lb_listener.edge")
    balancer = found.get(LoadBalancer, "aws_lb.edge")
    assert listener is not None
    assert balancer is not None
    fact = before_tasks(found, listener)
    waits = {need.name for need in fact.waits_for()}
    assert fact.truth is truth
    assert bool(waits) is (truth is None)
    assert waits <= {*NEEDS, "arn:of:balancer"}
    assert stands_before_tasks(found, balancer).truth is edge


HOSTS = r"""
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_launch_template" "host" {
  user_data = base64encode("#!/bin/bash\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\n")
}
resource "aws_autoscaling_group" "host" {
  target_group_arns = GROUPS
  launch_template { id = aws_launch_template.host.id }
}
resource "aws_ecs_service" "jobs" {
  cluster     = aws_ecs_cluster.main.id
  launch_type = "EC2"
}
"""


@pytest.mark.parametrize(
    ("groups", "to_web", "to_either"),
    [
        ("[]", False, False),
        (f"[{WEB}]", True, None),
        (f"[{OTHER}]", False, None),
        (f"[{OTHER}, {WEB}]", True, None),
        (f"[{EITHER}]", None, None),
        (f'var.which == "" ? [{WEB}] : []', None, None),
        (f"[{ARN}]", False, False),
        # What an input brings may be behind the same load balancer in another way.
        ("[var.which]", None, None),
        ("var.which", None, None),
        (f"[{SEEN}]", None, None),
    ],
)
def test_one_stands_before_instances(
    groups: str, to_web: bool | None, to_either: bool | None
) -> None:
    """Where an Auto Scaling group registers those that it starts."""
    hosts = filled(HOSTS, {"GROUPS": groups})
    for to, truth in ((WEB, to_web), (EITHER, to_either)):
        found = network({"HAS": ARN, "TO": to}, hosts, "instance")
        for each in ("edge", "apart"):
            balancer = found.get(LoadBalancer, f"aws_lb.{each}")
            assert balancer is not None
            fact = stands_before_tasks(found, balancer)
            assert fact.truth is (truth if each == "edge" else False)
            assert bool(fact.waits_for()) is (fact.truth is None)


@pytest.mark.parametrize(("to", "truth"), [(WEB, True), (OTHER, None)])
def test_one_from_elsewhere_stands_before_instances(to: str, truth: bool | None) -> None:
    """By a listener that is written here; it may have others."""
    hosts = filled(HOSTS, {"GROUPS": f"[{WEB}]"})
    found = network({"HAS": ARN, "TO": to, "BALANCER": "data.aws_lb.seen.arn"}, hosts, "instance")
    (listener,) = found.every(Listener)
    assert before_tasks(found, listener).truth is truth
