"""Whose addresses a load balancer sees of what an accelerator brings: its groups decide by them."""

from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import list_flows
from taskwall.api.options import Options

STACK = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "edge" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = [ALLOWED]
  }
}
resource "aws_lb" "edge" {
  internal           = INTERNAL
  load_balancer_type = KIND
  subnets            = [aws_subnet.a.id]
  security_groups    = [aws_security_group.edge.id]
}
resource "aws_lb_listener" "edge" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
  protocol          = PROTOCOL
  default_action { type = "fixed-response" }
}
resource "aws_globalaccelerator_accelerator" "main" { name = "main" }
resource "aws_globalaccelerator_listener" "main" {
  accelerator_arn = aws_globalaccelerator_accelerator.main.arn
  protocol        = "TCP"
  port_range {
    from_port = 443
    to_port   = 443
  }
}
resource "aws_globalaccelerator_endpoint_group" "main" {
  listener_arn = aws_globalaccelerator_listener.main.arn
  endpoint_configuration {
    endpoint_id                    = aws_lb.edge.arn
    client_ip_preservation_enabled = KEPT
  }
}
"""
ALB = {"KIND": '"application"', "PROTOCOL": '"HTTPS"'}
NLB = {"KIND": '"network"', "PROTOCOL": '"TCP"'}
PUBLIC, INNER = {"INTERNAL": "false"}, {"INTERNAL": "true"}
ANY = {"INTERNAL": "var.which"}
CLIENTS, NEAR, ALL = '"8.0.0.0/8"', '"10.0.0.0/16"', '"0.0.0.0/0"'
SOME, HIDDEN = "443 of 8.0.0.0/8", "443 needs the address in AWS's ranges"
NOT_WRITTEN = "443 needs whether aws_lb.edge sees clients' addresses"
UNKNOWN = "443 needs var.which"


def told(folder: Path, changes: dict[str, str]) -> list[str]:
    """What the internet opens to the load balancer by the accelerator, in short."""
    (folder / "main.tf").write_text(filled(STACK, changes), encoding="utf-8")
    found = list_flows(Options(paths=(str(folder),)), "internet", "lb:edge")
    assert not found.problems
    return [
        ",".join(flow.ports)
        + "".join(f" needs {each}" for each in flow.missing)
        + (f" of {','.join(flow.addresses)}" if flow.addresses else "")
        for flow in found.flows
        if flow.through == ("aws:globalaccelerator",)
    ]


@pytest.mark.parametrize(
    ("balancer", "kept", "allowed", "said"),
    [
        # What is not written: clients' own, but for a public Network Load Balancer.
        *((ALB | where, "null", CLIENTS, [SOME]) for where in (PUBLIC, INNER, ANY)),
        *((ALB | where, "null", NEAR, []) for where in (PUBLIC, INNER, ANY)),
        (NLB | INNER, "null", CLIENTS, [SOME]),
        (NLB | INNER, "null", NEAR, []),
        (NLB | PUBLIC, "null", CLIENTS, [NOT_WRITTEN]),
        (NLB | PUBLIC, "null", NEAR, [NOT_WRITTEN]),
        (NLB | ANY, "null", CLIENTS, [NOT_WRITTEN]),
        (NLB | PUBLIC, "true", CLIENTS, [SOME]),
        (NLB | PUBLIC, "true", NEAR, []),
        # Else those of the accelerator, which are AWS's.
        (ALB | PUBLIC, "false", CLIENTS, [HIDDEN]),
        (NLB | PUBLIC, "false", CLIENTS, [HIDDEN]),
        (NLB | PUBLIC, "false", NEAR, [HIDDEN]),
        (NLB | PUBLIC, "var.which", CLIENTS, [UNKNOWN]),
        (NLB | PUBLIC, "var.which", NEAR, [UNKNOWN]),
        *((NLB | PUBLIC, kept, ALL, ["443"]) for kept in ("true", "false")),
    ],
)
def test_whose_addresses_groups_see(
    balancer: dict[str, str], kept: str, allowed: str, said: list[str], tmp_path: Path
) -> None:
    """Groups that allow some addresses let in whoever comes with these."""
    changes = balancer | {"KEPT": kept, "ALLOWED": allowed}
    assert told(tmp_path, changes) == said
