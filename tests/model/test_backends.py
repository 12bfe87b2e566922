"""What public load balancers speak to tasks: by target group, classic listener, or check."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.model.load_balancing.backend_encryption import backends

STACK = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration { subnets = [aws_subnet.main.id] }
  load_balancer {
    BEHIND
    container_name = "web"
    container_port = 80
  }
}
"""
BALANCER = """
resource "aws_lb" "edge" {
  load_balancer_type = KIND
  internal           = INTERNAL
  subnets            = [aws_subnet.main.id]
}
resource "aws_lb_target_group" "web" {
  protocol    = SPOKEN
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
  CHECK
}
resource "aws_lb_listener" "edge" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
  protocol          = LISTENS
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
"""
CLASSIC = """
resource "aws_elb" "edge" {
  internal = INTERNAL
  subnets  = [aws_subnet.main.id]
  listener {
    lb_port           = 443
    lb_protocol       = LISTENS
    instance_port     = 80
    instance_protocol = SPOKEN
  }
  CHECK
}
"""
ENFORCED = """
resource "aws_vpc_encryption_control" "main" {
  vpc_id = aws_vpc.main.id
  mode   = "enforce"
}
"""
BASE = {
    "BEHIND": "target_group_arn = aws_lb_target_group.web.arn",
    "KIND": '"application"',
    "INTERNAL": "false",
    "SPOKEN": '"HTTP"',
    "CHECK": "",
    "LISTENS": '"HTTPS"',
}
NLB = {"KIND": '"network"', "SPOKEN": '"TCP"', "LISTENS": '"TLS"'}


Spoken = list[tuple[str, bool | None, bool | None]]
"""The attribute, whether it means plain text, and whether a public load balancer is concerned."""


def checked(protocol: str) -> dict[str, str]:
    """A target group that speaks HTTPS, and checks health otherwise."""
    return {"SPOKEN": '"HTTPS"', "CHECK": f"health_check {{ protocol = {protocol} }}"}


def told(text: str, values: dict[str, str]) -> Spoken:
    """What is spoken before the tasks, with some changes."""
    found = network(filled(STACK + text, BASE | values))
    return [(each.spoken.name, each.plain.truth, each.concerned.truth) for each in backends(found)]


OWN, CHECK = "protocol", "health_check.protocol"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({}, [(OWN, True, True)], id="HTTP"),
        pytest.param({"SPOKEN": "var.any"}, [(OWN, None, True)], id="given"),
        # Health is checked by HTTP unless something else is said.
        pytest.param({"SPOKEN": '"HTTPS"'}, [(CHECK, True, True)], id="HTTPS"),
        pytest.param(checked('"HTTP"'), [(CHECK, True, True)], id="HTTPS, checked by HTTP"),
        pytest.param(checked('"HTTPS"'), [(OWN, False, True)], id="HTTPS, checked by HTTPS"),
        pytest.param(checked("var.any"), [(CHECK, None, True)], id="HTTPS, checked as given"),
        pytest.param(
            checked('"HTTPS"') | {"SPOKEN": '"HTTP"'}, [(OWN, True, True)],
            id="HTTP, checked by HTTPS",
        ),
        pytest.param({"LISTENS": '"HTTP"'}, [(OWN, True, True)], id="taken by HTTP"),
        pytest.param({"INTERNAL": "true"}, [], id="of an internal load balancer"),
        pytest.param({"INTERNAL": "var.any"}, [(OWN, True, None)], id="of one that may be public"),
        # An NLB decrypts what its TLS listeners take alone.
        pytest.param(NLB, [(OWN, True, True)], id="TCP of an NLB"),
        pytest.param(NLB | {"LISTENS": '"TCP"'}, [], id="what an NLB hands on"),
        pytest.param(
            NLB | {"LISTENS": "var.any"}, [(OWN, True, None)], id="what an NLB may hand on"
        ),
        pytest.param(
            NLB | checked('"TCP"') | {"SPOKEN": '"TLS"'}, [(OWN, False, True)], id="TLS of an NLB"
        ),
        pytest.param(
            NLB | checked('"HTTP"') | {"SPOKEN": '"TLS"'}, [(CHECK, True, True)],
            id="TLS of an NLB, checked by HTTP",
        ),
        pytest.param({"KIND": "var.any"}, [(OWN, True, True)], id="of one that takes HTTPS"),
        pytest.param({"KIND": "var.any", "LISTENS": '"TCP"'}, [], id="of one that takes TCP"),
        pytest.param(
            {"BEHIND": 'target_group_arn = "arn:x"'}, [], id="of a target group of nobody"
        ),
    ],
)  # fmt: skip
def test_what_target_groups_speak(values: dict[str, str], expected: Spoken) -> None:
    """To tasks, or where they check health; a VPC that encrypts by itself spares them that."""
    assert told(BALANCER, values) == expected
    spared = [(name, False, concerned) for name, _, concerned in expected]
    assert told(BALANCER + ENFORCED, values) == spared


TO_INSTANCES, TARGET = "instance_protocol", "target"
BEHIND_CLASSIC = {"BEHIND": "elb_name = aws_elb.edge.name"}
HEALTH = """health_check {
    target              = TARGET
    healthy_threshold   = 2
    unhealthy_threshold = 2
    interval            = 5
    timeout             = 3
  }"""


@pytest.mark.parametrize(
    ("listens", "concerned"),
    [('"HTTPS"', True), ('"SSL"', True), ('"HTTP"', True), ('"TCP"', False), ("var.any", None)],
)
@pytest.mark.parametrize(
    ("spoken", "plain"),
    [('"HTTP"', True), ('"TCP"', True), ('"HTTPS"', False), ('"SSL"', False), ("var.any", None)],
)
def test_what_classic_load_balancers_speak(
    listens: str, concerned: bool | None, spoken: str, plain: bool | None
) -> None:
    """They decrypt what they take by any protocol but TCP, and no VPC spares them."""
    values = BEHIND_CLASSIC | {"LISTENS": listens, "SPOKEN": spoken}

    assert told(CLASSIC + ENFORCED, values) == [(TO_INSTANCES, plain, concerned)]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ('"HTTP:80/"', (TARGET, True, True)),
        ('"http:80/"', (TARGET, True, True)),
        ('"HTTPS:443/"', (TO_INSTANCES, False, True)),
        ('"TCP:80"', (TO_INSTANCES, False, True)),
        ("var.any", (TARGET, None, True)),
    ],
)
def test_how_classic_load_balancers_check(
    target: str, expected: tuple[str, bool | None, bool | None]
) -> None:
    """Where traffic is encrypted, a check by HTTP is what is plain."""
    values = BEHIND_CLASSIC | {"SPOKEN": '"HTTPS"', "CHECK": HEALTH.replace("TARGET", target)}

    assert told(CLASSIC, values) == [expected]


@pytest.mark.parametrize(("internal", "concerned"), [("true", False), ("var.any", None)])
def test_internal_classic_load_balancers(internal: str, concerned: bool | None) -> None:
    """What one that is not public speaks is of no concern."""
    values = BEHIND_CLASSIC | {"INTERNAL": internal}

    assert told(CLASSIC, values) == [(TO_INSTANCES, True, concerned)]
