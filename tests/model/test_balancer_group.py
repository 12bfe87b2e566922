"""Which group of load balancers a permission of their tasks may name in place of what it allows."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.core.change import Placeholder, ResourceAttribute
from taskwall.model.exposure.task_ingress import attachments, balancer_group, ingress

STACK = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "edge" {
  vpc_id = aws_vpc.main.id
  OUT
}
resource "aws_security_group" "more" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["10.0.0.0/8"]
  }
}
"""
BALANCER = """
resource "aws_lb" "NAME" {
  subnets         = [aws_subnet.main.id]
  security_groups = GROUPS
}
resource "aws_lb_target_group" "NAME" { target_type = "ip" }
resource "aws_lb_listener" "NAME" {
  load_balancer_arn = aws_lb.NAME.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.NAME.arn
  }
}
"""
SERVICE = """
resource "aws_ecs_service" "NAME" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [aws_security_group.web.id]
  }
  BEHIND
}
"""
BEHIND = """load_balancer {
    target_group_arn = GROUP
    container_name   = "web"
    container_port   = 80
  }"""
EXPRESS = """
resource "aws_ecs_express_gateway_service" "NAME" {
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = [aws_security_group.web.id]
  }
}
"""
OUT_TO_WEB = """egress {
    protocol        = "tcp"
    from_port       = 80
    to_port         = 80
    security_groups = [aws_security_group.web.id]
  }"""
EDGE, MORE, WEB = (f"aws_security_group.{name}.id" for name in ("edge", "more", "web"))
ITS_OWN = ResourceAttribute("aws_security_group.edge", "id", "GroupId")
OF_BALANCER = Placeholder("id of the load balancer's group")
OF_CALLER = Placeholder("id of the caller's group")


def balancer(groups: str, name: str = "alb") -> str:
    """A load balancer with some groups."""
    return BALANCER.replace("NAME", name).replace("GROUPS", groups)


def service(name: str, group: str = "") -> str:
    """A service, behind a target group or none."""
    behind = BEHIND.replace("GROUP", group) if group else ""
    return SERVICE.replace("NAME", name).replace("BEHIND", behind)


BY_ALB, BY_OTHER = (f"aws_lb_target_group.{name}.arn" for name in ("alb", "other"))
ELSEWHERE = '"arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/far/1"'
ALB, A, B = balancer(f"[{EDGE}]"), service("a", BY_ALB), service("b")
GATEWAY = EXPRESS.replace("NAME", "express")


@pytest.mark.parametrize(
    ("text", "out", "expected"),
    [
        pytest.param(ALB + A, "", ITS_OWN, id="one load balancer"),
        pytest.param(ALB + A + B, "", ITS_OWN, id="one, and tasks behind none"),
        pytest.param(ALB + A + service("b", BY_ALB), "", ITS_OWN, id="one for two services"),
        pytest.param(
            ALB + balancer(f"[{EDGE}]", "other") + A + service("b", BY_OTHER), "", ITS_OWN,
            id="two of one group",
        ),
        pytest.param(B, "", OF_CALLER, id="none"),
        pytest.param(ALB + B, "", OF_CALLER, id="one before nobody"),
        pytest.param(balancer(f"[{EDGE}, {MORE}]") + A, "", OF_BALANCER, id="one of two groups"),
        pytest.param(
            ALB + balancer(f"[{MORE}]", "other") + A + service("b", BY_OTHER), "", OF_BALANCER,
            id="two of two groups",
        ),
        pytest.param(balancer(f"[{WEB}]") + A, "", OF_BALANCER, id="one of the group of its tasks"),
        pytest.param(balancer('["sg-1"]') + A, "", OF_BALANCER, id="one of a group from elsewhere"),
        pytest.param(balancer("[var.any]") + A, "", OF_BALANCER, id="one of a group of an input"),
        pytest.param(balancer("var.any") + A, "", OF_BALANCER, id="one of groups of an input"),
        pytest.param(balancer("null") + A, "", OF_BALANCER, id="one of the default group"),
        # Terraform makes first what another refers to.
        pytest.param(ALB + A, OUT_TO_WEB, OF_BALANCER, id="one whose group refers to theirs"),
        # Of a load balancer that is not seen nobody knows the group.
        pytest.param(service("a", ELSEWHERE), "", OF_BALANCER, id="one from elsewhere"),
        pytest.param(service("a", ELSEWHERE) + B, "", OF_BALANCER, id="elsewhere, or none"),
        pytest.param(
            ALB + A + service("b", ELSEWHERE), "", OF_BALANCER, id="one, and one from elsewhere"
        ),
        pytest.param(service("a", "var.any"), "", OF_BALANCER, id="one of an input"),
        pytest.param(GATEWAY, "", OF_BALANCER, id="AWS's own"),
        pytest.param(GATEWAY + B, "", OF_BALANCER, id="AWS's own, or none"),
    ],
)  # fmt: skip
def test_which_group_takes_the_place_of_addresses(text: str, out: str, expected: object) -> None:
    """The one that all load balancers have, if the sources write it, and can make it before."""
    found = network(filled(STACK, {"OUT": out}) + text)
    attachment = attachments(found)["aws_security_group.web"]
    (permission,) = ingress(found, attachment)

    assert balancer_group(found, attachment, permission) == expected
