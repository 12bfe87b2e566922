"""Where something is by its subnets or groups, and the way from one place to another."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.core.values import Need
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.flows.paths import way_between
from taskwall.model.flows.places import Place, places_of

STACK = """
variable "any" {}
variable "list" { type = list(string) }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_subnet" "six" {
  vpc_id          = aws_vpc.main.id
  cidr_block      = "10.0.3.0/24"
  ipv6_cidr_block = "2001:db8::/64"
}
resource "aws_subnet" "far" {
  vpc_id     = aws_vpc.far.id
  cidr_block = "10.9.1.0/24"
}
resource "aws_subnet" "loose" {
  vpc_id     = [aws_vpc.main.id, aws_vpc.far.id][var.any]
  cidr_block = "10.0.4.0/24"
}
resource "aws_security_group" "main" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "loose" { vpc_id = [aws_vpc.main.id, aws_vpc.far.id][var.any] }
resource "aws_ecs_service" "one" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = ONE
    security_groups = ONE_GROUPS
  }
}
resource "aws_ecs_service" "two" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = TWO
    security_groups = TWO_GROUPS
  }
}
"""
A, B, SIX, FAR, LOOSE = (f"[aws_subnet.{name}.id]" for name in ("a", "b", "six", "far", "loose"))
MAIN, LOOSE_GROUP = (f"[aws_security_group.{name}.id]" for name in ("main", "loose"))
BASE = {"ONE": A, "TWO": B, "ONE_GROUPS": "[]", "TWO_GROUPS": "[]"}
NEEDS = (Need("its subnets", "are not told"),)


def places(of: Network) -> dict[str, tuple[Place, ...]]:
    """Where each service is."""
    return {
        source.name.rpartition(".")[2]: places_of(of, source.subnets, source.groups, NEEDS)
        for source in of.every(TaskSource)
    }


def read(values: dict[str, str], more: str = "") -> Network:
    """A network of the stack with some changes."""
    return network(filled(STACK, BASE | values) + more)


@pytest.mark.parametrize(
    ("subnets", "groups", "expected"),
    [
        pytest.param(A, "[]", [("aws_subnet.a", 4, "aws_vpc.main", True)], id="one"),
        pytest.param(
            SIX, "[]",
            [("aws_subnet.six", version, "aws_vpc.main", True) for version in (4, 6)],
            id="one of both versions",
        ),
        pytest.param(
            "[aws_subnet.a.id, aws_subnet.far.id]", "[]",
            [("aws_subnet.a", 4, "aws_vpc.main", True), ("aws_subnet.far", 4, "aws_vpc.far", True)],
            id="two",
        ),
        # The VPC of its group is that of its subnet, where that has none.
        pytest.param(
            "[var.any]", MAIN,
            [("var.any", version, "aws_vpc.main", True) for version in (4, 6)],
            id="a given one, with a group",
        ),
        pytest.param(
            "[var.any]", "[]", [("var.any", version, "", True) for version in (4, 6)], id="a given"
        ),
        pytest.param(
            "[]", MAIN, [("a subnet that is not known", 4, "aws_vpc.main", None)],
            id="none, with a group",
        ),
        pytest.param(
            "[]", "[]",
            [("a subnet that is not known", version, "", None) for version in (4, 6)],
            id="none",
        ),
        pytest.param(
            LOOSE, MAIN, [("aws_subnet.loose", 4, "aws_vpc.main", True)],
            id="one of either VPC, with a group",
        ),
    ],
)  # fmt: skip
def test_where_something_is(
    subnets: str, groups: str, expected: list[tuple[str, int, str, bool | None]]
) -> None:
    """In its subnets, by each version that these have; else somewhere in the VPC of its groups."""
    found = places(read({"ONE": subnets, "ONE_GROUPS": groups}))["one"]

    assert [
        (place.name, place.version, place.vpc.to if place.vpc else "", place.fact.truth)
        for place in found
    ] == expected


PEERED = """
resource "aws_vpc_peering_connection" "far" {
  vpc_id      = aws_vpc.main.id
  peer_vpc_id = aws_vpc.far.id
}
"""
TABLE = """
resource "aws_route_table" "NAME" {
  vpc_id = aws_vpc.VPC.id
  route {
    cidr_block                = "TO"
    vpc_peering_connection_id = aws_vpc_peering_connection.far.id
  }
}
resource "aws_route_table_association" "NAME" {
  subnet_id      = aws_subnet.NAME.id
  route_table_id = aws_route_table.NAME.id
}
"""
THERE = TABLE.replace("NAME", "a").replace("VPC", "main").replace("TO", "10.9.0.0/16")
BACK = TABLE.replace("NAME", "far").replace("VPC", "far").replace("TO", "10.0.0.0/16")


@pytest.mark.parametrize(
    ("values", "more", "way", "waits"),
    [
        pytest.param({"TWO": A}, "", True, [], id="one subnet"),
        pytest.param({}, "", True, [], id="two subnets of a VPC"),
        pytest.param({"TWO": FAR}, "", False, [], id="two VPCs"),
        pytest.param({"TWO": FAR}, PEERED, False, [], id="two that are peered"),
        pytest.param({"TWO": FAR}, PEERED + THERE, False, [], id="a route there"),
        pytest.param({"TWO": FAR}, PEERED + BACK, False, [], id="a route back"),
        pytest.param({"TWO": FAR}, PEERED + THERE + BACK, True, [], id="routes there and back"),
        pytest.param({"TWO": LOOSE}, "", None, ["var.any"], id="one of either VPC"),
        pytest.param({"ONE": LOOSE}, "", None, ["var.any"], id="from one of either VPC"),
        pytest.param(
            {"ONE": LOOSE, "TWO": FAR}, "", None, ["var.any"], id="from either VPC to another"
        ),
        pytest.param({"ONE": LOOSE, "TWO": LOOSE}, "", True, [], id="one subnet of either VPC"),
        pytest.param({"TWO": "[var.any]"}, "", None, ["var.any"], id="a given one"),
        pytest.param(
            {"TWO": "[var.any]", "TWO_GROUPS": MAIN}, "", True, [], id="a given one, with a group"
        ),
        pytest.param(
            {"TWO": "[var.any]", "TWO_GROUPS": LOOSE_GROUP}, "", None, ["var.any"],
            id="a given one, with a group of either VPC",
        ),
        pytest.param({"TWO": "[]"}, "", None, ["its subnets"], id="none"),
        pytest.param({"TWO": "[]", "TWO_GROUPS": MAIN}, "", True, [], id="none, with a group"),
        pytest.param({"ONE": "[]", "TWO": "[]"}, "", None, ["its subnets"], id="none at all"),
    ],
)  # fmt: skip
def test_the_way_between_two_places(
    values: dict[str, str], more: str, way: bool | None, waits: list[str]
) -> None:
    """Within a VPC everything is reached; between two, by routes there and back."""
    found = read(values, more)
    ends = places(found)
    between = way_between(found, ends["one"][0], ends["two"][0])

    assert (between.fact.truth, [need.name for need in between.fact.waits_for()]) == (way, waits)
    assert between.refers.truth is way


STEERED = """
resource "aws_route_table" "a" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block           = TO
    network_interface_id = "eni-1"
  }
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.SUBNET.id
  route_table_id = aws_route_table.a.id
}
"""


@pytest.mark.parametrize(
    ("to", "subnet", "way"),
    [
        ('"10.0.2.0/24"', "a", None),
        ('"10.0.0.0/16"', "a", None),
        # Answers take the routes of the other subnet.
        ('"10.0.1.0/24"', "b", None),
        ('"192.168.0.0/16"', "a", True),
        ('"10.0.0.0/8"', "a", True),
        ('"10.0.2.0/24"', "six", True),
    ],
)
def test_a_route_within_the_vpc_leads_through_something_else(
    to: str, subnet: str, way: bool | None
) -> None:
    """What stands there may keep traffic back, and replace the addresses that groups know."""
    found = read({}, STEERED.replace("TO", to).replace("SUBNET", subnet))
    ends = places(found)
    between = way_between(found, ends["one"][0], ends["two"][0])

    assert (between.fact.truth, between.refers.truth) == (way, way)
    waits = [] if way else ["aws_route_table.a"]
    assert [need.name for need in between.fact.waits_for()] == waits
