"""What joins VPCs: a peering connection, if a route uses it."""

from pathlib import Path

import pytest

from taskwall.lowering import lower
from taskwall.model.routing.vpc_attachments import vpc_connections
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

PEERED = """
resource "aws_vpc" "one" { cidr_block = "10.1.0.0/16" }
resource "aws_vpc" "two" { cidr_block = "10.2.0.0/16" }
resource "aws_vpc_peering_connection" "two" {
  vpc_id      = aws_vpc.one.id
  peer_vpc_id = aws_vpc.two.id
}
resource "aws_vpc_peering_connection" "other" {
  vpc_id      = aws_vpc.one.id
  peer_vpc_id = "vpc-0123456789abcdef0"
}
resource "aws_vpc_peering_connection_accepter" "two" {
  vpc_peering_connection_id = aws_vpc_peering_connection.two.id
  auto_accept               = true
}
resource "aws_route_table" "one" { vpc_id = aws_vpc.one.id }
resource "aws_route" "two" {
  route_table_id            = aws_route_table.one.id
  destination_cidr_block    = "10.2.0.0/16"
  vpc_peering_connection_id = TARGET
}
variable "peering" { type = string }
"""


@pytest.mark.parametrize(
    ("target", "joins"),
    [
        ("aws_vpc_peering_connection.two.id", True),
        ("aws_vpc_peering_connection_accepter.two.id", True),
        ("aws_vpc_peering_connection_accepter.two.vpc_peering_connection_id", True),
        ("aws_vpc_peering_connection.other.id", False),
        ("var.peering", None),
    ],
)
def test_a_peering_connection_joins_by_a_route(
    target: str, joins: bool | None, tmp_path: Path
) -> None:
    """A route names the connection, or whoever accepts it."""
    (tmp_path / "main.tf").write_text(PEERED.replace("TARGET", target))
    stacks, errors = terraform.stacks(
        [str(tmp_path / "main.tf")], Files(), Inputs(boundary=str(tmp_path))
    )
    assert not errors
    network = lower(stacks[0].evaluate({}).resources).network

    found = {each.on.name: each.joins.truth for each in vpc_connections(network)}

    assert found["aws_vpc_peering_connection.two"] is joins
