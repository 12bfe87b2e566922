"""The ports that public load balancers open: those of listeners, of all that have the group."""

from pathlib import Path

import pytest

from placeholders import scanned

COMMON = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "edge" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = PORT
    to_port     = PORT
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration { subnets = [aws_subnet.a.id] }
  BOUND
}
"""
BALANCER = """
resource "aws_lb" "NAME" {
  internal        = false
  subnets         = [aws_subnet.a.id]
  security_groups = GROUPS
}
resource "aws_lb_target_group" "NAME" {
  port        = 80
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "NAME" {
  load_balancer_arn = aws_lb.NAME.arn
  port              = LISTENS
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.NAME.arn
  }
}
"""
BOUND = """load_balancer {
    target_group_arn = aws_lb_target_group.NAME.arn
    container_name   = "web"
    container_port   = 80
  }
"""
OWN = "[aws_security_group.edge.id]"
MAYBE = f'var.which == "" ? {OWN} : []'


def balancer(name: str, groups: str, port: int) -> str:
    """A public load balancer with a listener."""
    found = BALANCER.replace("NAME", name).replace("GROUPS", groups)
    return found.replace("LISTENS", str(port))


@pytest.mark.parametrize(
    ("one", "other", "port", "said"),
    [
        (OWN, OWN, 443, "pass"),
        (OWN, OWN, 8443, "pass"),
        (OWN, OWN, 80, "fail aws_lb.one, aws_lb.other"),
        (OWN, MAYBE, 80, "fail aws_lb.one"),
        (MAYBE, OWN, 80, "fail aws_lb.other"),
        (MAYBE, MAYBE, 80, "unknown aws_lb.one, aws_lb.other"),
        ("[]", "[]", 80, ""),
    ],
)
def test_a_group_opens_ports_of_what_has_it(
    one: str, other: str, port: int, said: str, tmp_path: Path
) -> None:
    """A listener of either makes a port right; those are named that certainly have the group."""
    bound = "".join(BOUND.replace("NAME", name) for name in ("one", "other"))
    text = COMMON.replace("PORT", str(port)).replace("BOUND", bound)
    text += balancer("one", one, 443) + balancer("other", other, 8443)
    report = scanned(tmp_path, text, "TW214")

    found = {("fail", each.message) for each in report.findings}
    found |= {("unknown", each.message) for each in report.unknowns}
    told = [
        f"{verdict} {text.partition(' to ')[2].partition(' on port')[0]}" for verdict, text in found
    ]
    assert told == ([said] if said not in ("", "pass") else [])
    assert bool(report.passes) is (said == "pass")
