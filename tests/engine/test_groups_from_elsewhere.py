"""What TW204 asks about a group from elsewhere: its permissions that the sources do not write."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
variable "any" {}
data "aws_security_group" "found" { name = "found" }
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_security_group" "own" { vpc_id = aws_vpc.main.id }
resource "aws_vpc_security_group_ingress_rule" "web" {
  security_group_id = ON
  cidr_ipv4         = RANGE
  ip_protocol       = "tcp"
  from_port         = 8080
  to_port           = 8080
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([
    { name = "web", image = "web:1", portMappings = [{ containerPort = 8080 }] }
  ])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration { security_groups = [GROUPS] }
}
"""
FOUND, OWN = "data.aws_security_group.found.id", "aws_security_group.own.id"
EITHER = f"[{FOUND}, {OWN}][var.any]"
DEFAULTS = {"ON": FOUND, "RANGE": '"10.0.0.0/16"', "GROUPS": FOUND}
REST = ("data.aws_security_group.found",)
CASES: dict[str, tuple[dict[str, str], list[object]]] = {
    "a range of the VPC": ({}, [REST]),
    "the internet": ({"RANGE": '"0.0.0.0/0"'}, ["fail", REST]),
    "on a group of the sources": ({"ON": OWN, "GROUPS": OWN}, ["pass"]),
    "on another group": ({"ON": OWN}, ["pass"]),
    "beside a group of the sources": ({"GROUPS": f"{OWN}, {FOUND}"}, [REST]),
    "of which an input chooses": ({"GROUPS": EITHER}, [("var.any",)]),
    "of which an input chooses beside another": ({"GROUPS": f"{OWN}, {EITHER}"}, [("var.any",)]),
}


@pytest.mark.parametrize(("changes", "said"), CASES.values(), ids=CASES)
def test_what_else_a_group_from_elsewhere_allows(
    changes: dict[str, str], said: list[object], tmp_path: Path
) -> None:
    """It is asked once where the sources write some of it, at the service that names the group."""
    report = scanned(tmp_path, filled(STACK, DEFAULTS | changes), "TW204")

    found: list[object] = ["fail" for _ in report.findings]
    found += [each.missing for each in report.unknowns]
    assert (found or ["pass"]) == said
    assert {each.resource for each in report.unknowns} <= {"aws_ecs_service.web"}
