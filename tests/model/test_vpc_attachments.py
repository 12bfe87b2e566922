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
resource "aws_internet_gateway" "one" { vpc_id = aws_vpc.one.id }
resource "aws_route" "out" {
  route_table_id         = aws_route_table.one.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.one.id
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


def made(kind: str, name: str, **fields: str) -> str:
    """A resource, its attributes as HCL."""
    body = "".join(f"  {key} = {value}\n" for key, value in fields.items())
    return f'resource "{kind}" "{name}" {{\n{body}}}\n'


def joined(text: str) -> list[tuple[bool | None, list[str]]]:
    """Whether what is first found joins two VPCs, and the other way round, and what they wait for.

    The VPCs are 10.1.0.0/16 and 10.2.0.0/16.
    """
    vpcs = "".join(
        made("aws_vpc", name, cidr_block=f'"10.{number}.0.0/16"')
        for number, name in enumerate(("one", "two"), 1)
    )
    files = Files({"/net/main.tf": f'variable "any" {{}}\n{vpcs}{text}'})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    found = [each.joins for each in vpc_connections(network)]
    return [(fact.truth, [need.name for need in fact.waits_for()]) for fact in found]


def vpn(customer: str = "aws_customer_gateway.one.id", static: str = "true") -> str:
    """VPN connections of both VPCs: that of the first leads to one customer gateway."""
    ends = (("one", "aws_customer_gateway.one.id"), ("two", customer))
    return made("aws_internet_gateway", "one", vpc_id="aws_vpc.one.id") + "".join(
        made("aws_customer_gateway", name, type='"ipsec.1"')
        + made("aws_vpn_gateway", name, vpc_id=f"aws_vpc.{name}.id")
        + made(
            "aws_vpn_connection",
            name,
            vpn_gateway_id=f"aws_vpn_gateway.{name}.id",
            customer_gateway_id=leads,
            static_routes_only=static,
        )
        for name, leads in ends
    )


def static_route(to: str, connection: str = "aws_vpn_connection.one.id") -> str:
    """A static route of a VPN connection."""
    return made(
        *("aws_vpn_connection_route", "one"),
        vpn_connection_id=connection,
        destination_cidr_block=to,
    )


FAR = '"10.2.0.0/16"'
YES, NO, UNKNOWN = (True, list[str]()), (False, list[str]()), (None, ["var.any"])
ROUTER = (None, ["aws_customer_gateway.one"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (vpn(), [NO, NO]),
        (vpn() + static_route(FAR), [YES, NO]),
        (vpn() + static_route('"10.2.9.0/24"'), [YES, NO]),
        (vpn() + static_route('"10.3.0.0/16"'), [NO, NO]),
        (vpn() + static_route("var.any"), [UNKNOWN, NO]),
        (vpn() + static_route(FAR, "var.any"), [UNKNOWN, NO]),
        (vpn(static="false"), [ROUTER, ROUTER]),
        (vpn(static="false") + static_route(FAR), [YES, ROUTER]),
        (vpn(static="var.any"), [(None, ["var.any", "aws_customer_gateway.one"])] * 2),
        (vpn("aws_customer_gateway.two.id") + static_route(FAR), []),
        (
            vpn("[aws_customer_gateway.one.id, aws_customer_gateway.two.id][var.any]")
            + static_route(FAR),
            [UNKNOWN, NO],
        ),
        # A VPC from elsewhere may have that range.
        (vpn().replace("aws_vpc.two.id", "var.any") + static_route(FAR), [UNKNOWN, NO]),
        # Whichever it is, no VPN starts at an internet gateway.
        (
            vpn().replace("aws_vpn_gateway.one.id", "var.any") + static_route(FAR),
            [UNKNOWN, UNKNOWN, NO, NO],
        ),
    ],
)
def test_vpns_to_one_customer_gateway_may_join(
    text: str, expected: list[tuple[bool | None, list[str]]]
) -> None:
    """A static route to the other VPC says so; without one, the router behind them may."""
    assert joined(text) == expected


def transit(gateway: str = "", attachment: str = "") -> str:
    """A transit gateway with attachments of both VPCs, and an option of each."""
    key, _, value = gateway.partition(" = ")
    own, _, says = attachment.partition(" = ")
    return made("aws_ec2_transit_gateway", "main", **({key: value} if key else {})) + "".join(
        made(
            "aws_ec2_transit_gateway_vpc_attachment",
            name,
            transit_gateway_id="aws_ec2_transit_gateway.main.id",
            vpc_id=f"aws_vpc.{name}.id",
            **({own: says} if own else {}),
        )
        for name in ("one", "two")
    )


TABLE = "aws_ec2_transit_gateway_route_table"
ONE, TWO = (f"aws_ec2_transit_gateway_vpc_attachment.{name}.id" for name in ("one", "two"))


def entry(part: str, attachment: str, table: str = f"{TABLE}.main.id", **more: str) -> str:
    """The association, propagation or route of an attachment, in a table."""
    kind = "aws_ec2_transit_gateway_route" if part == "route" else f"{TABLE}_{part}"
    ends = {"transit_gateway_attachment_id": attachment, "transit_gateway_route_table_id": table}
    return made(kind, part, **ends, **more)


ALONE = transit('default_route_table_association = "disable"') + made(
    TABLE, "main", transit_gateway_id="aws_ec2_transit_gateway.main.id"
)


def black_hole(to: str, table: str = f"{TABLE}.main.id") -> str:
    """A route of a table that drops what it is for; and a table that nothing uses."""
    other = made(TABLE, "other", transit_gateway_id="aws_ec2_transit_gateway.main.id")
    return other + made(
        *("aws_ec2_transit_gateway_route", "hole"),
        destination_cidr_block=to,
        blackhole="true",
        transit_gateway_route_table_id=table,
    )


EITHER = f"[{TABLE}.main.id, {TABLE}.other.id][var.any]"
OF_ONE, TO_TWO = entry("association", ONE), entry("propagation", TWO)

BY_DEFAULT = transit() + made(TABLE, "main", transit_gateway_id="aws_ec2_transit_gateway.main.id")
OF_TWO = OF_ONE.replace(ONE, TWO).replace('"association"', '"more"')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (transit(), YES),
        (transit('default_route_table_association = "disable"'), NO),
        (transit('default_route_table_propagation = "disable"'), NO),
        (transit("default_route_table_propagation = var.any"), UNKNOWN),
        (transit("", "transit_gateway_default_route_table_association = false"), NO),
        (transit("", "transit_gateway_default_route_table_propagation = var.any"), UNKNOWN),
        (ALONE + OF_ONE, NO),
        (ALONE + OF_ONE + TO_TWO, YES),
        (ALONE + OF_ONE + entry("propagation", ONE), NO),
        (ALONE + OF_ONE + entry("route", TWO, destination_cidr_block=FAR), YES),
        (
            ALONE + OF_ONE + entry("route", TWO, destination_cidr_block=FAR, blackhole="true"),
            NO,
        ),
        # A black hole swallows what goes to all of the VPC by its own table.
        (ALONE + OF_ONE + TO_TWO + black_hole(FAR), NO),
        (ALONE + OF_ONE + TO_TWO + black_hole('"10.2.0.0/17"'), YES),
        (ALONE + OF_ONE + TO_TWO + black_hole('"10.1.0.0/16"'), YES),
        (ALONE + OF_ONE + TO_TWO + black_hole("var.any"), UNKNOWN),
        (ALONE + OF_ONE + TO_TWO + black_hole(FAR, f"{TABLE}.other.id"), YES),
        (ALONE + OF_ONE + TO_TWO + black_hole(FAR, EITHER), UNKNOWN),
        (ALONE + OF_ONE + entry("route", "var.any", destination_cidr_block=FAR), UNKNOWN),
        (ALONE + entry("association", "var.any") + TO_TWO, UNKNOWN),
        (ALONE + entry("association", ONE, "var.any") + TO_TWO, UNKNOWN),
        (ALONE + OF_ONE + entry("propagation", "var.any"), UNKNOWN),
        # What may have a table of its own may not use the default one.
        (BY_DEFAULT + OF_TWO, YES),
        (BY_DEFAULT + OF_TWO + OF_ONE, NO),
        (BY_DEFAULT + OF_TWO + OF_ONE + TO_TWO, YES),
        (BY_DEFAULT + OF_TWO + entry("association", "var.any"), UNKNOWN),
        (BY_DEFAULT + OF_TWO + entry("association", ONE, "var.any"), UNKNOWN),
    ],
)
def test_a_transit_gateway_joins_by_its_tables(
    text: str, expected: tuple[bool | None, list[str]]
) -> None:
    """The table of one attachment leads to the other, by default or by what is written."""
    assert joined(text) == [expected, expected]


@pytest.mark.parametrize(
    ("gateways", "expected"),
    [
        (("main", "main"), [YES, YES]),
        (("main", "other"), []),
        (("main", "either"), [UNKNOWN, UNKNOWN]),
        (("either", "either"), [UNKNOWN, UNKNOWN]),
    ],
)
def test_only_one_transit_gateway_joins(
    gateways: tuple[str, str], expected: list[tuple[bool | None, list[str]]]
) -> None:
    """Both VPCs have to be attached to it."""
    main, other = (f"aws_ec2_transit_gateway.{name}.id" for name in ("main", "other"))
    ids = {"main": main, "other": other, "either": f"[{main}, {other}][var.any]"}
    text = "".join(made("aws_ec2_transit_gateway", name) for name in ("main", "other"))
    for vpc, gateway in zip(("one", "two"), gateways, strict=True):
        text += made(
            *("aws_ec2_transit_gateway_vpc_attachment", vpc),
            transit_gateway_id=ids[gateway],
            vpc_id=f"aws_vpc.{vpc}.id",
        )
    assert joined(text) == expected


def test_a_vpc_from_elsewhere_may_have_other_ranges() -> None:
    """A black hole for the one that is known need not swallow all that goes there."""
    its = '"10.5.0.0/16"'
    seen = made("aws_vpc", "seen", cidr_block=its).replace("resource", "data")
    text = (ALONE + OF_ONE + TO_TWO + black_hole(its)).replace("aws_vpc.two", "data.aws_vpc.seen")
    (there, back) = joined(text + seen)
    assert there == back == (None, ["data.aws_vpc.seen"])


SHARED = """
variable "any" {}
data "aws_subnet" "seen" { id = "subnet-2" }
data "aws_subnet" "found" { vpc_id = aws_vpc.one.id }
resource "aws_vpc" "one" { cidr_block = "10.1.0.0/16" }
resource "aws_subnet" "one" {
  vpc_id     = aws_vpc.one.id
  cidr_block = "10.1.1.0/24"
}
resource "aws_ram_resource_share" "one" {}
resource "aws_ram_principal_association" "one" {
  principal          = "123456789012"
  resource_share_arn = aws_ram_resource_share.one.arn
}
resource "aws_ram_resource_association" "one" {
  resource_share_arn = aws_ram_resource_share.one.arn
  resource_arn       = SUBNET
}
"""


@pytest.mark.parametrize(
    ("subnet", "expected"),
    [
        ("aws_subnet.one.arn", ("aws_vpc.one", True)),
        ("data.aws_subnet.found.arn", ("aws_vpc.one", True)),
        ("data.aws_subnet.seen.arn", ("", False)),
        ("[aws_subnet.one.arn, data.aws_subnet.seen.arn][var.any]", ("", False)),
        ('"arn:aws:ec2:eu-west-1:1:subnet/subnet-1"', ("", False)),
        ("var.any", ("", False)),
    ],
)
def test_a_shared_subnet_opens_its_vpc(subnet: str, expected: tuple[str, bool]) -> None:
    """To whom it is shared with; of a subnet from elsewhere it is not known which VPC that is."""
    files = Files({"/net/main.tf": SHARED.replace("SUBNET", subnet)})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network

    (found,) = vpc_connections(network)

    assert (found.one.to, found.one.exact) == expected
    assert (found.other, found.joins.truth) == (None, True)
