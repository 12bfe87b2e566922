"""What the tables of transit gateways hold: associations, propagations, routes to lists."""

import pytest

from lowering.networks import network
from taskwall.model.routing.vpc_attachments import TransitEntry

AROUND = """
variable "v" {}
variable "n" {}
resource "aws_ec2_transit_gateway" "g" {}
data "aws_ec2_transit_gateway" "d" { id = "tgw-1" }
resource "aws_ec2_transit_gateway_route_table" "t" {
  transit_gateway_id = aws_ec2_transit_gateway.g.id
}
resource "aws_ec2_transit_gateway_vpc_attachment" "a" {
  transit_gateway_id = aws_ec2_transit_gateway.g.id
  vpc_id             = "vpc-1"
  subnet_ids         = ["subnet-1"]
}
"""
TABLE, ATTACHMENT = (
    "aws_ec2_transit_gateway_route_table.t",
    "aws_ec2_transit_gateway_vpc_attachment.a",
)
ENTRY = "aws_ec2_transit_gateway_route_table_"
LIST = "aws_ec2_transit_gateway_prefix_list_reference"


def entries(
    type_: str, table: str, more: str = "", at: str = f"{ATTACHMENT}.id"
) -> list[TransitEntry]:
    """What a resource of Terraform puts into a table."""
    named = f"transit_gateway_attachment_id = {at}\n" if at else ""
    body = f"transit_gateway_route_table_id = {table}\n{named}{more}"
    found = network(f'{AROUND}resource "{type_}" "x" {{\n{body}\n}}\n')
    return [*found.every(TransitEntry)]


@pytest.mark.parametrize(
    ("type_", "more", "kinds", "waits"),
    [
        (f"{ENTRY}association", "", ["association"], []),
        (f"{ENTRY}association", "count = var.n", ["association"], ["var.n"]),
        (f"{ENTRY}propagation", "", ["propagation"], []),
        (f"{ENTRY}propagation", "count = var.n", ["propagation"], ["var.n"]),
        (LIST, 'prefix_list_id = "pl-1"', ["route"], []),
        (LIST, "count = var.n", ["route"], ["var.n"]),
        (LIST, "blackhole = false", ["route"], []),
        (LIST, "blackhole = true", [], []),
        (LIST, "blackhole = var.v", ["route"], ["var.v"]),
        (LIST, "blackhole = var.v\ncount = var.n", ["route"], ["var.v", "var.n"]),
    ],
)
def test_entries_of_tables(type_: str, more: str, kinds: list[str], waits: list[str]) -> None:
    """Each is of a table and for an attachment, if it is there."""
    found = entries(type_, f"{TABLE}.id", more)

    assert [each.kind for each in found] == kinds
    for each in found:
        assert each.attachment is not None
        assert (each.table.to, each.attachment.to) == (TABLE, ATTACHMENT)
        assert each.fact.truth is (None if waits else True)
        assert [need.name for need in each.fact.waits_for()] == waits


@pytest.mark.parametrize(
    ("table", "to", "exact"),
    [
        (f"{TABLE}.id", TABLE, True),
        ("aws_ec2_transit_gateway.g.association_default_route_table_id",
         "aws_ec2_transit_gateway.g.default", True),
        ("aws_ec2_transit_gateway.g.propagation_default_route_table_id",
         "aws_ec2_transit_gateway.g.default", True),
        ("data.aws_ec2_transit_gateway.d.association_default_route_table_id",
         "data.aws_ec2_transit_gateway.d.default", False),
        ('"tgw-rtb-1"', "tgw-rtb-1", True),
        ("var.v", "var.v", False),
    ],
)  # fmt: skip
def test_which_table_an_entry_is_in(table: str, to: str, exact: bool) -> None:
    """An attribute of a transit gateway names its default table."""
    (found,) = entries(f"{ENTRY}association", table)

    assert (found.table.to, found.table.exact) == (to, exact)


@pytest.mark.parametrize("kind", ["association", "propagation"])
def test_another_default_table(kind: str) -> None:
    """It holds for attachments that are made after it: for which, nobody knows."""
    type_ = f"aws_ec2_transit_gateway_default_route_table_{kind}"
    (found,) = entries(
        type_, f"{TABLE}.id", "transit_gateway_id = aws_ec2_transit_gateway.g.id", ""
    )

    assert (found.kind, found.table.to) == (kind, TABLE)
    assert found.attachment is not None
    assert (found.attachment.to, found.attachment.exact) == ("", False)
    assert found.attachment.fact.truth is None
    assert [need.name for need in found.attachment.fact.needs] == [f"{type_}.x"]
