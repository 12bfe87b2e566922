"""The groups that tasks use: by whom, and whether these stand behind load balancers or Lattice."""

import pytest

from placeholders import filled
from taskwall.lowering import lower
from taskwall.model.core.network import Network
from taskwall.model.exposure.task_ingress import (
    attached_groups,
    groups_behind_balancers,
    groups_without_balancer,
)
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "other" { vpc_id = aws_vpc.main.id }
resource "aws_vpclattice_target_group" "web" { type = "IP" }
resource "aws_ecs_task_definition" "any" {
  family       = "any"
  network_mode = var.any
}
"""
BALANCER = """
resource "aws_lb" "NAME" { load_balancer_type = "KIND" }
resource "aws_lb_target_group" "NAME" { target_type = "ip" }
resource "aws_lb_listener" "NAME" {
  load_balancer_arn = aws_lb.NAME.arn
  port              = 443
  protocol          = "SPOKEN"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.NAME.arn
  }
}
"""
SERVICE = """
resource "aws_ecs_service" "NAME" {
  LAUNCH
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = GROUPS
  }
  MORE
}
"""
WEB, OTHER = "aws_security_group.web", "aws_security_group.other"
ONLY, EITHER = f"[{WEB}.id]", f"[[{WEB}.id, {OTHER}.id][var.any]]"
FARGATE = 'launch_type = "FARGATE"'
LATTICE = "vpc_lattice_configurations { target_group_arn = aws_vpclattice_target_group.web.arn }"
A, B = "aws_ecs_service.a", "aws_ecs_service.b"


def balancer(name: str, kind: str) -> str:
    """A load balancer with a target group."""
    spoken = "HTTPS" if kind == "application" else "TCP"
    return BALANCER.replace("NAME", name).replace("KIND", kind).replace("SPOKEN", spoken)


def behind(group: str) -> str:
    """What a service says that is registered in a target group."""
    return (
        f"load_balancer {{\n    target_group_arn = {group}\n"
        '    container_name = "web"\n    container_port = 80\n  }'
    )


ALB, NLB = balancer("alb", "application"), balancer("nlb", "network")
BY_ALB, BY_NLB = (behind(f"aws_lb_target_group.{name}.arn") for name in ("alb", "nlb"))
BY_INPUT = behind("var.any")


def service(name: str, groups: str = ONLY, more: str = "", launch: str = FARGATE) -> str:
    """A service with some groups."""
    words = {"GROUPS": groups, "MORE": more, "LAUNCH": launch}
    return filled(SERVICE.replace("NAME", name), words)


def network(text: str) -> Network:
    """The stack with some services."""
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": STACK + text}), Inputs(boundary="/net")
    )
    assert not errors
    return lower(stack.evaluate({}).resources).network


OPEN_ALB = ALB.replace('listener" "alb" {', 'listener" "alb" {\n  count = var.any')
UNUSED_ALB = ALB.partition('resource "aws_lb_listener"')[0]
BY_EITHER = behind("[aws_lb_target_group.alb.arn, aws_lb_target_group.nlb.arn][var.any]")
BY_ARN = behind('"arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/far/1"')
OF_OPEN_KIND = ALB.replace('"application"', "var.any").replace('"HTTPS"', "var.any")
PERHAPS_BY_ALB = f"""dynamic "load_balancer" {{
    for_each = var.any
    content {{
      {BY_ALB.partition("{")[2]}
  }}"""
OF_ANY = "task_definition = aws_ecs_task_definition.any.arn"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Each group, who uses it, whether anybody does, and whether by VPC Lattice.
        ("", []),
        (service("a"), [(WEB, A, True, False)]),
        (service("a") + service("b"), [(WEB, f"{A}, {B}", True, False)]),
        (
            service("a", f"[{WEB}.id, {OTHER}.id]"),
            [(WEB, A, True, False), (OTHER, A, True, False)],
        ),
        # Whoever uses it for certain is named, or else whoever may.
        (
            service("a") + service("b", EITHER),
            [(WEB, A, True, False), (OTHER, B, None, False)],
        ),
        (service("a", EITHER), [(WEB, A, None, False), (OTHER, A, None, False)]),
        (service("a", '["sg-1"]'), [("sg-1", A, True, False)]),
        # Without a load balancer only awsvpc tasks have groups of their own.
        (service("a", launch=f'launch_type = "EC2"\n  {OF_ANY}'), [(WEB, A, True, False)]),
        (service("a", more=LATTICE), [(WEB, A, True, True)]),
        (
            service("a", EITHER, LATTICE),
            [(WEB, A, None, None), (OTHER, A, None, None)],
        ),
        (service("a") + service("b", more=LATTICE), [(WEB, f"{A}, {B}", True, True)]),
        (
            service("a") + service("b", EITHER, LATTICE),
            [(WEB, A, True, None), (OTHER, B, None, None)],
        ),
    ],
    ids=[
        *("nobody", "one", "two", "of two groups", "one, and perhaps another", "perhaps one"),
        *("from elsewhere", "on instances", "Lattice", "perhaps Lattice", "one of two by Lattice"),
        "one, and perhaps another by Lattice",
    ],
)
def test_who_uses_a_group(text: str, expected: list[tuple[str, str, bool, bool]]) -> None:
    """Tasks with an interface of their own, by name, and whether they serve VPC Lattice."""
    assert [
        (each.group, each.names, each.fact.truth, each.lattice.truth)
        for each in attached_groups(network(text))
    ] == expected


@pytest.mark.parametrize(
    ("text", "albs", "nlbs", "without"),
    [
        (service("a"), [], [], [(A, True)]),
        (ALB + service("a", more=BY_ALB), [(A, True)], [], []),
        (NLB + service("a", more=BY_NLB), [], [(A, True)], []),
        (ALB + NLB + service("a", more=f"{BY_ALB}\n  {BY_NLB}"), [(A, True)], [(A, True)], []),
        # Of several only those are meant that stand there.
        (ALB + service("a", more=BY_ALB) + service("b"), [(A, True)], [], [(B, True)]),
        (
            ALB + NLB + service("a", more=BY_ALB) + service("b", more=BY_NLB),
            [(A, True)],
            [(B, True)],
            [],
        ),
        # Of one that nobody sees it is said elsewhere.
        (service("a", more=BY_INPUT), [], [], []),
        (
            ALB + service("a", EITHER, BY_ALB),
            [(A, None), (A, None)],
            [],
            [],
        ),
        (service("a") + service("b", EITHER), [], [], [(A, True), (B, None)]),
        (
            ALB + service("a", more=BY_ALB) + service("b", EITHER),
            [(A, True)],
            [],
            [(B, None), (B, None)],
        ),
        (OPEN_ALB + service("a", more=BY_ALB), [(A, None)], [], [(A, None)]),
        (
            OPEN_ALB + service("a", more=BY_ALB) + service("b"),
            [(f"{A}, {B}", None)],
            [],
            [(f"{A}, {B}", True)],
        ),
        (ALB + service("a", more=PERHAPS_BY_ALB), [(A, None)], [], [(A, None)]),
        (ALB + NLB + service("a", more=BY_EITHER), [], [], [(A, None)]),
        (OF_OPEN_KIND + service("a", more=BY_ALB), [(A, None)], [(A, None)], []),
        (UNUSED_ALB + service("a", more=BY_ALB), [], [], [(A, True)]),
        # That of a target group from elsewhere is not seen, but it is there.
        (service("a", more=BY_ARN), [], [], []),
        (service("a", more=BY_ARN) + service("b"), [], [], [(B, True)]),
    ],
    ids=[
        *("no load balancer", "an ALB", "an NLB", "both", "an ALB, and none", "an ALB, and an NLB"),
        *("one that nobody sees", "an ALB, of a group that is not known"),
        *("none, and none of perhaps another group", "an ALB, and perhaps none"),
        *("an ALB if its listener is there", "that, and none", "an ALB if it is named"),
        *("either kind by an input", "one of open kind", "an ALB without a listener"),
        *("one from elsewhere", "one from elsewhere, and none"),
    ],
)
def test_who_stands_behind_load_balancers(
    text: str,
    albs: list[tuple[str, bool | None]],
    nlbs: list[tuple[str, bool | None]],
    without: list[tuple[str, bool | None]],
) -> None:
    """By their kind, and whoever stands behind none at all."""
    found = network(text)
    by_kind = (
        groups_behind_balancers(found, "application"),
        groups_behind_balancers(found, "network"),
        groups_without_balancer(found),
    )
    said = [[(each.names, each.fact.truth) for each in groups] for groups in by_kind]
    assert said == [albs, nlbs, without]
