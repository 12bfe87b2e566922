"""Flows between things that run in several subnets, of which some answers are the same."""

from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import list_flows
from taskwall.api.options import Options

STACK = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "other" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_subnet" "c" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.3.0/24"
}
resource "aws_subnet" "perhaps" {
  vpc_id     = PERHAPS
  cidr_block = "10.0.4.0/24"
}
resource "aws_network_acl" "guarded" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [GUARDED]
  ingress {
    rule_no    = 1
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = LET_IN
  }
  egress {
    rule_no    = 1
    action     = "allow"
    protocol   = "-1"
    from_port  = 0
    to_port    = 0
    cidr_block = "0.0.0.0/0"
  }
}
resource "aws_security_group" "all" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_ecs_service" "client" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [CLIENT]
    security_groups = [aws_security_group.all.id]
  }
}
resource "aws_ecs_service" "server" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [SERVER]
    security_groups = [aws_security_group.all.id]
  }
}
"""
A, B, C, PERHAPS = (f"aws_subnet.{name}.id" for name in ("a", "b", "c", "perhaps"))
DEFAULTS = {
    "PERHAPS": "[aws_vpc.main.id, aws_vpc.other.id][var.which]",
    "GUARDED": "",
    "LET_IN": '"10.0.0.0/16"',
    "CLIENT": A,
    "SERVER": B,
}
EITHER = f"[{C}, {PERHAPS}][var.which]"
WAITS = "tcp 80 needs var.which"
SOMEWHERE = "tcp 80 needs the address in aws_subnet.a"
TO_HALF = {"GUARDED": C, "LET_IN": '"10.0.1.0/25"'}
TO_NOBODY = {"GUARDED": C, "LET_IN": '"10.9.0.0/16"'}
TO_UNKNOWN = {"GUARDED": C, "LET_IN": "var.which"}


@pytest.mark.parametrize("end", ["CLIENT", "SERVER"])
@pytest.mark.parametrize(
    ("subnets", "changes", "said"),
    [
        pytest.param([C], {}, "tcp 80", id="one"),
        pytest.param([C, B], {}, "tcp 80", id="two"),
        # The group is of the VPC, and so is what has it.
        pytest.param([PERHAPS], {}, "tcp 80", id="one of either VPC"),
        pytest.param([EITHER], {}, WAITS, id="one of two"),
        pytest.param([EITHER, B], {}, "tcp 80", id="one of two, and one"),
        pytest.param([C], TO_HALF, SOMEWHERE, id="one whose ACL knows a half"),
        pytest.param([C, B], TO_HALF, "tcp 80", id="that, and one"),
        pytest.param([C], TO_NOBODY, "", id="one whose ACL is closed"),
        pytest.param([C, B], TO_NOBODY, "tcp 80", id="that, and one that is open"),
        pytest.param([C], TO_UNKNOWN, WAITS, id="one whose ACL is open to an input"),
        pytest.param([C, B], TO_UNKNOWN, "tcp 80", id="that, and one that is open to all"),
    ],
)
def test_flows_between_several_places(
    end: str, subnets: list[str], changes: dict[str, str], said: str, tmp_path: Path
) -> None:
    """What is open from any place to any other is open, in whatever order they are written."""
    other = {"CLIENT": "SERVER", "SERVER": "CLIENT"}[end]
    for order in (subnets, subnets[::-1]):
        values = DEFAULTS | {end: ", ".join(order), other: A} | changes
        (tmp_path / "main.tf").write_text(filled(STACK, values))
        found = list_flows(Options(paths=(str(tmp_path),)), "service:client", "service:server")
        assert not found.problems
        assert [
            f"{flow.protocol} {','.join(flow.ports)}"
            + "".join(f" needs {each}" for each in flow.missing)
            for flow in found.flows
        ] == ([said] if said else [])
