"""Who is beyond a VPC, as far as routes lead there; and which subnets are private ones."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.model.core.address import Ranges, parse_cidr
from taskwall.model.core.entity import link_to
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.model.flows.places import places_of
from taskwall.model.flows.remote import remotes
from taskwall.model.routing.private_subnets import private_subnets
from taskwall.model.routing.routes import reaches_networks

STACK = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "far" {
  vpc_id     = aws_vpc.far.id
  cidr_block = "10.9.1.0/24"
}
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_nat_gateway" "main" { subnet_id = aws_subnet.public.id }
resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}
resource "aws_vpn_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_ec2_transit_gateway" "main" {}
resource "aws_ec2_transit_gateway_vpc_attachment" "main" {
  transit_gateway_id = aws_ec2_transit_gateway.main.id
  vpc_id             = aws_vpc.main.id
  subnet_ids         = [aws_subnet.main.id]
}
resource "aws_vpc_peering_connection" "far" {
  vpc_id      = aws_vpc.main.id
  peer_vpc_id = aws_vpc.far.id
}
resource "aws_vpc_peering_connection" "beyond" {
  vpc_id      = aws_vpc.main.id
  peer_vpc_id = "vpc-1"
}
resource "aws_route_table" "main" {
  vpc_id = aws_vpc.main.id
  ROUTES
}
resource "aws_route_table_association" "main" {
  subnet_id      = aws_subnet.main.id
  route_table_id = aws_route_table.main.id
}
resource "aws_route_table" "far" {
  vpc_id = aws_vpc.far.id
  BACK
}
resource "aws_route_table_association" "far" {
  subnet_id      = aws_subnet.far.id
  route_table_id = aws_route_table.far.id
}
"""


def route(cidr: str, target: str, value: str) -> str:
    """A route of a table."""
    return f"route {{\n    cidr_block = {cidr}\n    {target} = {value}\n  }}\n"


OFFICE, BRANCH, TEN = '"192.168.0.0/16"', '"192.168.1.0/24"', '"10.0.0.0/8"'
VPN = ("gateway_id", "aws_vpn_gateway.main.id")
TRANSIT = ("transit_gateway_id", "aws_ec2_transit_gateway.main.id")
PEER, BEYOND = (
    ("vpc_peering_connection_id", f"aws_vpc_peering_connection.{name}.id")
    for name in ("far", "beyond")
)
APPLIANCE = ("network_interface_id", '"eni-1"')
IGW = ("gateway_id", "aws_internet_gateway.main.id")
NAT = ("nat_gateway_id", "aws_nat_gateway.main.id")
FAR = '"10.9.0.0/16"'
BACK = route('"10.0.0.0/16"', *PEER)


PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
WAITS = ["what is attached to the transit gateway"]
Expected = list[tuple[str, Ranges, bool | None, list[str]]]


def of(*cidrs: str) -> Ranges:
    """The addresses of some ranges, but for the VPC's own, which a table leaves in it."""
    every = (found.ranges for each in cidrs if (found := parse_cidr(each)) is not None)
    own = parse_cidr("10.0.0.0/16")
    assert own is not None
    return Ranges.union(every) - own.ranges


@pytest.mark.parametrize(
    ("routes", "back", "expected"),
    [
        pytest.param("", "", [], id="none"),
        pytest.param(
            route(OFFICE, *VPN), "", [("onprem", of("192.168.0.0/16"), True, [])], id="a VPN"
        ),
        pytest.param(
            route("var.any", *VPN), "", [("onprem", of(*PRIVATE), None, ["var.any"])],
            id="a VPN to a given range",
        ),
        # Remote networks have private addresses.
        pytest.param(
            route('"0.0.0.0/0"', *VPN), "", [("onprem", of(*PRIVATE), True, [])],
            id="a VPN to everything",
        ),
        pytest.param(
            route('"203.0.113.0/24"', *VPN), "", [], id="a VPN to public addresses"
        ),
        pytest.param(
            route(OFFICE, *TRANSIT), "", [("onprem", of("192.168.0.0/16"), None, WAITS)],
            id="a transit gateway",
        ),
        pytest.param(
            route(TEN, *TRANSIT), "", [("onprem", of("10.0.0.0/8"), None, WAITS)],
            id="a transit gateway, to its VPC as well",
        ),
        pytest.param(
            route(OFFICE, *APPLIANCE), "",
            [("onprem", of("192.168.0.0/16"), None, ["aws_route_table.main"])], id="an appliance",
        ),
        pytest.param(
            route(TEN, *APPLIANCE), "",
            [("onprem", of("10.0.0.0/8") - of("10.9.0.0/16"), None, ["aws_route_table.main"])],
            id="an appliance, which may lead to the other VPC as well",
        ),
        # Of several routes for an address that of the smallest range is taken.
        pytest.param(
            route(OFFICE, *VPN) + route(BRANCH, *IGW), "",
            [("onprem", of("192.168.0.0/16") - of("192.168.1.0/24"), True, [])],
            id="a VPN, but for a part",
        ),
        pytest.param(
            route(BRANCH, *VPN) + route(OFFICE, *IGW), "",
            [("onprem", of("192.168.1.0/24"), True, [])], id="a VPN for a part",
        ),
        pytest.param(
            route('"192.168.1.0/31"', *IGW) + route('"192.168.1.1/32"', *VPN), "",
            [("onprem", of("192.168.1.1/32"), True, [])], id="a VPN for one address",
        ),
        pytest.param(
            route(OFFICE, *VPN) + route("var.any", *IGW), "",
            [("onprem", of("192.168.0.0/16"), None, ["var.any"])],
            id="a VPN, but for a given range",
        ),
        pytest.param(
            route(OFFICE, *VPN) + route(BRANCH, *APPLIANCE), "",
            [
                ("onprem", of("192.168.1.0/24"), None, ["aws_route_table.main"]),
                ("onprem", of("192.168.0.0/16") - of("192.168.1.0/24"), True, []),
            ],
            id="a VPN, and an appliance for a part",
        ),
        pytest.param(route(OFFICE, *IGW), "", [], id="an internet gateway"),
        pytest.param(route(OFFICE, *NAT), "", [], id="a NAT gateway"),
        pytest.param(route(FAR, *PEER), "", [], id="a peer that routes nothing back"),
        pytest.param(
            route(FAR, *PEER), BACK, [("vpc:far", of("10.9.1.0/24"), True, [])], id="a peer"
        ),
        # A peering connection leads to the addresses of its VPCs, and no further.
        pytest.param(route(OFFICE, *PEER), BACK, [], id="a peer, to what is not there"),
        pytest.param(
            route(OFFICE, *BEYOND), "",
            [("vpc:vpc-1", of("192.168.0.0/16"), None, ["the routes of vpc-1"])],
            id="a peer from elsewhere",
        ),
    ],
)  # fmt: skip
def test_who_is_beyond_a_vpc(routes: str, back: str, expected: Expected) -> None:
    """What a route leads to, with the addresses that it is for, and whether answers come back."""
    found = network(filled(STACK, {"ROUTES": routes, "BACK": back}))
    subnet = found.get(Subnet, "aws_subnet.main")
    assert subnet is not None
    (place,) = places_of(found, (link_to(subnet),), (), ())

    assert [
        (each.end, each.addresses, each.fact.truth, [need.name for need in each.fact.waits_for()])
        for each in remotes(found, place)
    ] == expected


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ("", []),
        (route('"0.0.0.0/0"', *NAT), ["aws_subnet.main"]),
        (route('"0.0.0.0/0"', *IGW), []),
        (route('"0.0.0.0/0"', *NAT) + route(OFFICE, *VPN), ["aws_subnet.main"]),
        (route('"0.0.0.0/1"', *NAT) + route('"128.0.0.0/1"', *IGW), []),
    ],
)
def test_private_subnets(routes: str, expected: list[str]) -> None:
    """Those that certainly lead to a NAT gateway, and to no internet gateway."""
    found = network(filled(STACK, {"ROUTES": routes, "BACK": ""}))

    assert [*private_subnets(found, "aws_vpc.main")] == expected
    assert private_subnets(found, "aws_vpc.far") == ()


JOINED = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_vpn_gateway" "main" { vpc_id = OF }
resource "aws_route_table" "main" {
  vpc_id = OF
  ROUTES
}
"""
BOTH = "[aws_vpc.main.id, aws_vpc.far.id][var.any]"


@pytest.mark.parametrize(
    ("target", "value", "joins"),
    [
        ("gateway_id", '"igw-1"', False),
        ("gateway_id", '"local"', False),
        ("nat_gateway_id", '"nat-1"', False),
        ("egress_only_gateway_id", '"eigw-1"', False),
        ("transit_gateway_id", '"tgw-1"', True),
        ("vpc_peering_connection_id", '"pcx-1"', True),
        ("network_interface_id", '"eni-1"', True),
        ("gateway_id", '"vgw-1"', True),
    ],
)
def test_routes_join_a_vpc_with_others(target: str, value: str, joins: bool) -> None:
    """But for those within it, and to the internet; of a table of either VPC that is not known."""
    for of, here, far in (
        ("aws_vpc.main.id", joins, False),
        ("aws_vpc.far.id", False, joins),
        (BOTH, None if joins else False, None if joins else False),
    ):
        text = JOINED.replace('resource "aws_vpn_gateway" "main" { vpc_id = OF }', "")
        found = network(filled(text, {"OF": of, "ROUTES": route(OFFICE, target, value)}))
        told = [reaches_networks(found, vpc) for vpc in found.every(Vpc)]
        assert [fact.truth for fact in told] == [here, far]
        assert all([n.name for n in f.waits_for()] == ["var.any"] * (f.truth is None) for f in told)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ("aws_vpc.main.id", [True, False]),
        ("aws_vpc.far.id", [False, True]),
        (BOTH, [None, None]),
        ("var.any", [False, False]),
    ],
)
def test_a_vpn_gateway_joins_a_vpc_with_others(of: str, expected: list[bool | None]) -> None:
    """Its own one, whatever routes there are."""
    found = network(filled(JOINED, {"OF": of, "ROUTES": ""}))

    assert [reaches_networks(found, vpc).truth for vpc in found.every(Vpc)] == expected
