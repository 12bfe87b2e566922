"""Which routes are default routes: by a CIDR, by a prefix list, or several together."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.model.entities.vpc import Subnet
from taskwall.model.routing.routes import default_way
from taskwall.model.routing.subnet_tenants import balanced

STACK = """
variable "any" {}
variable "list" { type = list(string) }
data "aws_ec2_managed_prefix_list" "s3" { name = "com.amazonaws.eu-west-1.s3" }
resource "aws_ec2_managed_prefix_list" "own" {
  name           = "own"
  address_family = "IPv4"
  max_entries    = 9
  ENTRIES
}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "other" { vpc_id = aws_vpc.main.id }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_route_table" "main" { vpc_id = aws_vpc.main.id }
resource "aws_route_table_association" "main" {
  subnet_id      = aws_subnet.main.id
  route_table_id = aws_route_table.main.id
}
"""
ROUTE = """
resource "aws_route" "NAME" {
  COUNT
  route_table_id = aws_route_table.main.id
  gateway_id     = aws_internet_gateway.main.id
  TO
}
"""
COUNT = 'count = var.any == "" ? 1 : 0'


def route(to: str, name: str = "one", count: str = "") -> str:
    """A route to the internet gateway."""
    return filled(ROUTE.replace("NAME", name), {"TO": to, "COUNT": count})


def to(cidr: str) -> str:
    """A destination that is a CIDR."""
    return f"destination_cidr_block = {cidr}"


def listed(of: str) -> str:
    """A destination that is a prefix list."""
    return f"destination_prefix_list_id = {of}"


def entries(*cidrs: str) -> str:
    """The entries of the list."""
    return "".join(f"entry {{ cidr = {cidr} }}\n" for cidr in cidrs)


OWN = listed("aws_ec2_managed_prefix_list.own.id")
ALL, LOW, HIGH = '"0.0.0.0/0"', '"0.0.0.0/1"', '"128.0.0.0/1"'
OPEN_ENTRIES = """dynamic "entry" {
    for_each = var.list
    content { cidr = entry.value }
  }"""


@pytest.mark.parametrize(
    ("routes", "entry", "truth", "waits"),
    [
        pytest.param("", "", False, [], id="none"),
        pytest.param(route(to(ALL)), "", True, [], id="everything"),
        pytest.param(route(to(LOW)), "", False, [], id="a half"),
        pytest.param(route(to('"10.9.0.0/16"')), "", False, [], id="a VPC"),
        pytest.param(route(to("var.any")), "", None, ["var.any"], id="a given range"),
        pytest.param(route(to(LOW)) + route(to(HIGH), "two"), "", True, [], id="both halves"),
        pytest.param(
            route(to(LOW)) + route(to(HIGH), "two", COUNT), "", None, ["var.any"],
            id="one half, and perhaps the other",
        ),
        pytest.param(
            route(to(LOW)) + route(to("var.any"), "two"), "", None, ["var.any"],
            id="one half, and a given range",
        ),
        pytest.param(
            route(to('"::/0"').replace("cidr", "ipv6_cidr")), "", False, [], id="IPv6"
        ),
        pytest.param(route(OWN), entries(ALL), True, [], id="a list of everything"),
        pytest.param(route(OWN), entries(LOW, HIGH), True, [], id="a list of both halves"),
        pytest.param(route(OWN), entries(LOW), False, [], id="a list of a half"),
        pytest.param(route(OWN), "", False, [], id="an empty list"),
        pytest.param(
            route(OWN), entries(LOW, "var.any"), None, ["var.any"], id="a list of a given range"
        ),
        pytest.param(route(OWN), OPEN_ENTRIES, None, ["var.list"], id="a list of given entries"),
        pytest.param(
            route(OWN) + route(to(HIGH), "two"), entries(LOW), True, [],
            id="a list of a half, and the other",
        ),
        pytest.param(route(listed('"pl-1"')), "", None, ["pl-1"], id="a list from elsewhere"),
        pytest.param(route(listed("var.any")), "", None, ["var.any"], id="a given list"),
        # AWS's own lists hold a service's addresses, few of the internet's.
        pytest.param(
            route(listed("data.aws_ec2_managed_prefix_list.s3.id")), "", False, [],
            id="a list of AWS",
        ),
    ],
)  # fmt: skip
def test_default_routes(routes: str, entry: str, truth: bool | None, waits: list[str]) -> None:
    """Those that are for all of the internet's addresses, by themselves or together."""
    found = network(filled(STACK, {"ENTRIES": entry}) + routes)
    subnet = found.get(Subnet, "aws_subnet.main")
    assert subnet is not None
    fact = default_way(found, subnet, "internet")

    assert (fact.truth, [need.name for need in fact.waits_for()]) == (truth, waits)


BALANCER = """
resource "aws_lb" "edge" {
  COUNT
  internal = true
  subnets  = SUBNETS
}
"""
MAIN, OTHER = "aws_subnet.main.id", "aws_subnet.other.id"


@pytest.mark.parametrize(
    ("subnets", "count", "here", "anywhere"),
    [
        pytest.param(f"[{MAIN}]", "", True, None, id="in it"),
        pytest.param(f"[{OTHER}]", "", False, None, id="in another one"),
        pytest.param(f"[{OTHER}, {MAIN}]", "", True, None, id="in both"),
        pytest.param(f"[[{MAIN}, {OTHER}][var.any]]", "", None, None, id="in either"),
        pytest.param(f"[{MAIN}]", COUNT, None, None, id="perhaps there"),
        pytest.param(f"[{OTHER}]", COUNT, False, None, id="perhaps there, in another one"),
        pytest.param("[var.any]", "", False, None, id="in a given one"),
        pytest.param("var.list", "", False, None, id="in given ones"),
        pytest.param("[]", "", False, False, id="in none"),
    ],
)
def test_load_balancers_in_a_subnet(
    subnets: str, count: str, here: bool | None, anywhere: bool | None
) -> None:
    """One is enough; of a subnet that is not known any may be in it."""
    found = network(filled(STACK + BALANCER, {"ENTRIES": "", "SUBNETS": subnets, "COUNT": count}))
    subnet = found.get(Subnet, "aws_subnet.main")

    assert balanced(found, subnet).truth is here
    assert balanced(found, None).truth is anywhere
