"""Which subnets have a way to the internet: out, and in."""

import pytest

from taskwall.core.facts import FALSE, TRUE, Fact, all_of
from taskwall.core.values import Need
from taskwall.lowering import lower
from taskwall.model.core.address import V4
from taskwall.model.core.network import Network
from taskwall.model.entities.vpc import Subnet
from taskwall.model.flows.routes import Hop
from taskwall.model.routing.routes import (
    blocked,
    default_way,
    has_ipv6,
    ipv6_egress,
    leads,
    subnet_egress,
)
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

VPC = """
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "web" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
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

resource "aws_nat_gateway" "zonal" {
  subnet_id = aws_subnet.public.id
}

resource "aws_nat_gateway" "shut" {
  subnet_id = aws_subnet.web.id
}

resource "aws_nat_gateway" "regional" {
  availability_mode = "regional"
  vpc_id            = aws_vpc.main.id
}

resource "aws_nat_gateway" "private" {
  connectivity_type = "private"
  subnet_id         = aws_subnet.web.id
}

resource "aws_egress_only_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

variable "gateway" {}
variable "subnet" {}
variable "destination" {}
"""

TABLE = """
resource "aws_route_table" "web" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route_table_association" "web" {
  subnet_id      = aws_subnet.web.id
  route_table_id = aws_route_table.web.id
}
"""

MAIN = """
resource "aws_main_route_table_association" "main" {
  vpc_id         = aws_vpc.main.id
  route_table_id = aws_route_table.web.id
}
"""

PREFIXES = """
resource "aws_ec2_managed_prefix_list" "all" {
  name           = "all"
  address_family = "IPv4"
  max_entries    = 1

  entry {
    cidr = "CIDR"
  }
}
"""

PROPAGATION = """
resource "aws_vpn_gateway_route_propagation" "web" {
  vpn_gateway_id = "vgw-1"
  route_table_id = aws_route_table.web.id
}
"""

EXCLUSION = """
resource "aws_vpc_block_public_access_exclusion" "main" {
  internet_gateway_exclusion_mode = "allow-bidirectional"
  OF
}
"""

BLOCK = """
resource "aws_vpc_block_public_access_options" "main" {
  internet_gateway_block_mode = "MODE"
}
"""

ANY = 'destination_cidr_block = "0.0.0.0/0"'
ANY_IPV6 = 'destination_ipv6_cidr_block = "::/0"'


def route(to: str, destination: str = ANY, table: str = "aws_route_table.web.id") -> str:
    """A route of its own."""
    lines = f"  route_table_id = {table}\n  {destination}\n  {to}\n"
    return f'resource "aws_route" "out" {{\n{lines}}}\n'


def inline(*lines: str) -> str:
    """The table with a route inside."""
    block = "  route {\n" + "".join(f"    {line}\n" for line in lines) + "  }\n"
    return TABLE.replace("  vpc_id = aws_vpc.main.id\n", f"  vpc_id = aws_vpc.main.id\n{block}", 1)


def read(text: str, name: str = "aws_subnet.web") -> tuple[Network, Subnet]:
    """The network of a source, and one of its subnets."""
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": VPC + text}), Inputs(boundary="/net")
    )
    assert not errors
    lowered = lower(stack.evaluate({}).resources)
    assert not lowered.crashes
    found = lowered.network.get(Subnet, name)
    assert found is not None
    return lowered.network, found


NAT, IGW = "nat_gateway_id = aws_nat_gateway.zonal.id", "gateway_id = aws_internet_gateway.main.id"
EGRESS_ONLY = "egress_only_gateway_id = aws_egress_only_internet_gateway.main.id"
OF_LIST = "destination_prefix_list_id = aws_ec2_managed_prefix_list.all.id"
EITHER = "[aws_subnet.web.id, aws_subnet.public.id][var.subnet]"
OTHER_HALF = route(NAT, 'destination_cidr_block = "0.0.0.0/1"').replace('"out"', '"other"')
SEVERAL = """
resource "aws_route_table" "several" {
  count  = 2
  vpc_id = aws_vpc.main.id
}

resource "aws_route_table_association" "web" {
  subnet_id      = aws_subnet.web.id
  route_table_id = element(aws_route_table.several.*.id, var.index)
}

variable "index" {}
"""
FIRST, SECOND = (f"aws_route_table.several[{place}].id" for place in (0, 1))
ALSO_PUBLIC = """
resource "aws_subnet" "also" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.9.0/24"
}

resource "aws_route_table_association" "also" {
  subnet_id      = aws_subnet.also.id
  route_table_id = aws_route_table.public.id
}
"""
EITHER_PUBLIC = 'var.subnet == "" ? aws_subnet.public.id : aws_subnet.also.id'
OUT = {
    "no table of its own": ("", False),
    "a table without routes": (TABLE, False),
    "a zonal NAT gateway": (TABLE + route(NAT), True),
    "a regional NAT gateway": (
        TABLE + route("nat_gateway_id = aws_nat_gateway.regional.id"),
        True,
    ),
    "a private NAT gateway": (TABLE + route("nat_gateway_id = aws_nat_gateway.private.id"), False),
    "a NAT gateway in a subnet without a way out": (
        TABLE + route("nat_gateway_id = aws_nat_gateway.shut.id"),
        False,
    ),
    "a NAT gateway in a subnet that leads to a firewall": (
        TABLE
        + route("nat_gateway_id = aws_nat_gateway.shut.id")
        + route('vpc_endpoint_id = "vpce-1"').replace('"out"', '"shut"'),
        None,
    ),
    "a NAT gateway in either of two subnets": (
        TABLE
        + route("nat_gateway_id = aws_nat_gateway.either.id")
        + f'resource "aws_nat_gateway" "either" {{\n  subnet_id = {EITHER}\n}}\n',
        None,
    ),
    "a NAT gateway in either of two subnets, which lead out": (
        TABLE
        + route("nat_gateway_id = aws_nat_gateway.either.id")
        + ALSO_PUBLIC
        + f'resource "aws_nat_gateway" "either" {{\n  subnet_id = {EITHER_PUBLIC}\n}}\n',
        True,
    ),
    "a route of either of two tables": (
        TABLE + route(NAT, table="[aws_route_table.web.id, aws_route_table.public.id][var.subnet]"),
        None,
    ),
    "routes of an input": (
        TABLE.replace("aws_vpc.main.id\n", "aws_vpc.main.id\n  route  = var.gateway\n"),
        None,
    ),
    "a NAT gateway from elsewhere": (TABLE + route('nat_gateway_id = "nat-1"'), True),
    "an egress-only gateway": (
        TABLE
        + route("egress_only_gateway_id = aws_egress_only_internet_gateway.main.id", ANY_IPV6),
        False,
    ),
    "a table that is the main one as well, wherever it is associated": (
        TABLE.replace("aws_subnet.web.id", EITHER) + route(NAT) + MAIN,
        True,
    ),
    "a table that may be associated, beside another main one": (
        TABLE.replace("aws_subnet.web.id", EITHER)
        + route(NAT)
        + MAIN.replace("web.id", "public.id"),
        None,
    ),
    "an inline route": (inline('cidr_block = "0.0.0.0/0"', NAT), True),
    "an inline route for IPv6": (inline('ipv6_cidr_block = "::/0"', NAT), False),
    "half of all addresses": (TABLE + route(NAT, 'destination_cidr_block = "128.0.0.0/1"'), False),
    "both halves of all addresses": (
        TABLE + route(NAT, 'destination_cidr_block = "128.0.0.0/1"') + OTHER_HALF,
        True,
    ),
    "half, and a destination that is not known": (
        TABLE + route(NAT, "destination_cidr_block = var.destination") + OTHER_HALF,
        None,
    ),
    "one destination": (TABLE + route(NAT, 'destination_cidr_block = "192.0.2.0/24"'), False),
    "a destination that is not known": (
        TABLE + route(NAT, "destination_cidr_block = var.destination"),
        None,
    ),
    "a prefix list": (TABLE + route(NAT, 'destination_prefix_list_id = "pl-1"'), None),
    "a prefix list of everything": (
        TABLE + PREFIXES.replace("CIDR", "0.0.0.0/0") + route(NAT, OF_LIST),
        True,
    ),
    "a prefix list of little": (
        TABLE + PREFIXES.replace("CIDR", "192.0.2.0/24") + route(NAT, OF_LIST),
        False,
    ),
    "an egress-only gateway for one destination": (
        TABLE + route(EGRESS_ONLY, 'destination_ipv6_cidr_block = "2001:db8::/32"'),
        False,
    ),
    "what a VPN gateway propagates": (TABLE + PROPAGATION, None),
    "what a VPN gateway propagates by the table": (
        TABLE.replace(
            "  vpc_id = aws_vpc.main.id\n",
            '  vpc_id = aws_vpc.main.id\n  propagating_vgws = ["vgw-1"]\n',
            1,
        ),
        None,
    ),
    "a carrier gateway": (TABLE + route('carrier_gateway_id = "cagw-1"'), None),
    "a local gateway": (TABLE + route('local_gateway_id = "lgw-1"'), None),
    "the table of a subnet that is not known": (
        TABLE
        + inline('cidr_block = "0.0.0.0/0"', NAT)
        .replace("web", "other")
        .replace("aws_subnet.other.id", "var.subnet"),
        False,
    ),
    "the table of another subnet, and no other": (
        inline('cidr_block = "0.0.0.0/0"', NAT).replace("aws_subnet.web.id", "var.subnet"),
        False,
    ),
    "the table of a subnet that is not known, and no other": (
        inline('cidr_block = "0.0.0.0/0"', NAT).replace(
            "aws_subnet.web.id", '["subnet-1", aws_subnet.web.id][var.index]'
        ),
        None,
    ),
    "an internet gateway": (TABLE + route(IGW), False),
    "one of two tables that both lead to a NAT gateway": (
        SEVERAL + route(NAT, table=FIRST) + route(NAT, table=SECOND).replace('"out"', '"other"'),
        True,
    ),
    "one of two tables of which the first leads to a NAT gateway": (
        SEVERAL + route(NAT, table=FIRST),
        None,
    ),
    "one of two tables of which the second leads to a NAT gateway": (
        SEVERAL + route(NAT, table=SECOND),
        None,
    ),
    "one of two tables without routes": (SEVERAL, False),
    "one of two tables, one of them from elsewhere": (
        SEVERAL.replace(
            "element(aws_route_table.several.*.id",
            'element([aws_route_table.several[0].id, "rtb-1"]',
        ),
        None,
    ),
    "a transit gateway": (TABLE + route('transit_gateway_id = "tgw-1"'), None),
    "a narrow route to a transit gateway": (
        TABLE + route('transit_gateway_id = "tgw-1"', 'destination_cidr_block = "10.0.0.0/8"'),
        False,
    ),
    "Cloud WAN": (TABLE + route('core_network_arn = "arn:aws:networkmanager::1:x"'), None),
    "a peering connection": (TABLE + route('vpc_peering_connection_id = "pcx-1"'), False),
    "a VPN": (TABLE + route('gateway_id = "vgw-1"'), None),
    "a firewall endpoint": (TABLE + route('vpc_endpoint_id = "vpce-1"'), None),
    "an appliance": (TABLE + route('network_interface_id = "eni-1"'), None),
    "a target that is not known": (TABLE + route("gateway_id = var.gateway"), None),
    "a target of a kind that is not known": (TABLE + route('moon_gateway_id = "mgw-1"'), None),
    "no target, which AWS refuses": (TABLE + route(""), False),
    "a target that is null": (TABLE + route("gateway_id = null"), False),
    "targets that are empty": (
        TABLE + route('nat_gateway_id = ""\n  timeouts {\n    create = "5m"\n  }'),
        False,
    ),
    "an inline target that is null": (
        inline('cidr_block = "0.0.0.0/0"', "nat_gateway_id = null"),
        False,
    ),
    "one target, and another that is not known": (
        TABLE + route(NAT + "\n  gateway_id = var.gateway"),
        True,
    ),
    "two targets that are not known": (
        TABLE + route("nat_gateway_id = var.gateway\n  gateway_id = var.gateway"),
        None,
    ),
    "a target that is null, and one of a kind that is not known": (
        TABLE + route('moon_gateway_id = "mgw-1"\n  gateway_id = null'),
        None,
    ),
    "the main table": (route(NAT, table="aws_vpc.main.main_route_table_id"), True),
    "the main table beside its own": (
        TABLE + route(NAT, table="aws_vpc.main.main_route_table_id"),
        False,
    ),
    "Block Public Access": (
        TABLE + route(NAT) + BLOCK.replace("MODE", "block-bidirectional"),
        False,
    ),
    "Block Public Access, but not of the NAT gateway": (
        TABLE
        + route(NAT)
        + BLOCK.replace("MODE", "block-bidirectional")
        + EXCLUSION.replace("OF", "subnet_id = aws_subnet.public.id"),
        True,
    ),
    "Block Public Access, but not of what leaves by the NAT gateway": (
        TABLE
        + route(NAT)
        + BLOCK.replace("MODE", "block-bidirectional")
        + EXCLUSION.replace("OF", "subnet_id = aws_subnet.public.id").replace(
            "allow-bidirectional", "allow-egress"
        ),
        True,
    ),
    "Block Public Access, and a regional NAT gateway": (
        TABLE
        + route("nat_gateway_id = aws_nat_gateway.regional.id")
        + BLOCK.replace("MODE", "block-bidirectional"),
        None,
    ),
    "Block Public Access by an input, and a regional NAT gateway": (
        TABLE
        + route("nat_gateway_id = aws_nat_gateway.regional.id")
        + BLOCK.replace("MODE", "${var.gateway}"),
        None,
    ),
    "Block Public Access inwards": (
        TABLE + route(NAT) + BLOCK.replace("MODE", "block-ingress"),
        True,
    ),
}


@pytest.mark.parametrize(("text", "truth"), OUT.values(), ids=OUT)
def test_the_way_out_without_a_public_address(text: str, truth: bool | None) -> None:
    """NAT gateways lead out by routes to all addresses; what leads further may."""
    network, subnet = read(text)

    assert subnet_egress(network, subnet, FALSE).truth is truth


NOT_SEEN = {
    "a NAT gateway in a subnet that leads to a firewall": "leads to an endpoint",
    "a table that may be associated, beside another main one": "var.subnet",
    "a NAT gateway in either of two subnets": "var.subnet",
    "a route of either of two tables": "var.subnet",
    "routes of an input": "var.gateway",
    "half, and a destination that is not known": "var.destination",
    "a destination that is not known": "var.destination",
    "a prefix list": "pl-1",
    "what a VPN gateway propagates": "propagates",
    "what a VPN gateway propagates by the table": "propagates",
    "a carrier gateway": "leads to an appliance",
    "a local gateway": "leads to an appliance",
    "the table of a subnet that is not known, and no other": "var.index",
    "a transit gateway": "leads to a transit gateway",
    "Cloud WAN": "leads to a transit gateway",
    "a VPN": "leads to a VPN",
    "a firewall endpoint": "leads to an endpoint",
    "an appliance": "leads to an appliance",
    "a target that is not known": "var.gateway",
    "a target of a kind that is not known": "what moon_gateway_id of aws_route.out names",
    "a target that is null, and one of a kind that is not known": "what moon_gateway_id",
    "two targets that are not known": "var.gateway",
    "Block Public Access, and a regional NAT gateway": "Block Public Access",
    "Block Public Access by an input, and a regional NAT gateway": "var.gateway",
}


@pytest.mark.parametrize(("case", "why"), NOT_SEEN.items())
def test_why_the_way_out_is_not_known(case: str, why: str) -> None:
    """What decides is named: an input, a list of elsewhere, or where the route leads."""
    network, subnet = read(OUT[case][0])

    (need,) = subnet_egress(network, subnet, FALSE).waits_for()
    assert why in f"{need.name} {need.why}"


@pytest.mark.parametrize(
    ("case", "steps"),
    [
        ("a zonal NAT gateway", ["aws_route.out routes to a NAT gateway",
                                 "aws_route.out is a default route"]),
        ("both halves of all addresses",
         ["aws_route.out and other routes are default routes together"]),
        ("an inline route", ["aws_route_table.web routes to a NAT gateway",
                             "aws_route_table.web is a default route"]),
    ],
)  # fmt: skip
def test_how_tasks_get_out_is_told(case: str, steps: list[str]) -> None:
    """By the table of the subnet, and the route or the routes in it."""
    network, subnet = read(OUT[case][0])
    texts = [fact.text for fact in subnet_egress(network, subnet, FALSE).deciding()]

    assert texts == [
        "aws_route_table_association.web associates a route table with aws_subnet.web",
        "aws_route_table_association.web uses aws_route_table.web",
        *steps,
    ]


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ("a NAT gateway in a subnet without a way out",
         "aws_nat_gateway.shut leads nowhere: aws_subnet.web has no way to the internet"),
        ("Block Public Access",
         "aws_nat_gateway.zonal leads nowhere: aws_subnet.public has no way to the internet"),
        ("a private NAT gateway", "no default route of aws_subnet.web leads to a NAT gateway"),
        ("a table without routes", "no default route of aws_subnet.web leads to a NAT gateway"),
    ],
)  # fmt: skip
def test_why_tasks_do_not_get_out_is_told(case: str, why: str) -> None:
    """There is no route to a NAT gateway, or the one there is leads nowhere."""
    network, subnet = read(OUT[case][0])
    first = next(iter(default_way(network, subnet, "nat").deciding()))

    assert (first.truth, first.otherwise) == (False, why)


def test_what_a_way_leads_to_is_named() -> None:
    """Why it is not known whether tasks get out is what their route leads to."""
    network, subnet = read(TABLE + route('transit_gateway_id = "tgw-1"'))
    (need,) = subnet_egress(network, subnet, FALSE).waits_for()
    assert need.why == "leads to a transit gateway: where that leads is not known"


def test_one_of_several_tables_goes_by_their_name() -> None:
    """It does not matter which of them it is."""
    network, subnet = read(OUT["one of two tables that both lead to a NAT gateway"][0])
    texts = [fact.text for fact in leads(network, subnet, "nat").deciding()]

    assert "aws_route_table_association.web uses aws_route_table.several" in texts


def test_what_decides_of_a_table_is_named_before_where_it_leads() -> None:
    """Where it is not known which table a subnet has, that decides, and not the target alone."""
    need = Need("module.network", "is not there to be read")
    is_its = Fact(None, "it is the table", needs=(need,))
    hop = Hop(None, V4, all_of((is_its, Fact(True, "it routes there"))))

    assert hop.waits("aws_subnet.web") == (need,)
    assert Hop("appliance", V4, Fact(True, "it routes there")).waits("aws_subnet.web") == (
        Need("aws_subnet.web", "leads to an appliance: where that leads is not known"),
    )


SIX = """
resource "aws_subnet" "six" {
  vpc_id          = aws_vpc.main.id
  cidr_block      = "10.0.2.0/24"
  ipv6_cidr_block = "2001:db8:0:1::/64"
}
""" + TABLE.replace("web", "six")
NAT64 = 'destination_ipv6_cidr_block = "64:ff9b::/96"'


@pytest.mark.parametrize(
    ("to", "destination", "four", "six"),
    [
        (NAT, NAT64, True, False),
        (NAT, 'destination_ipv6_cidr_block = "2001:db8::/32"', False, False),
        (NAT, 'destination_ipv6_cidr_block = "64:ff9b::/97"', False, False),
        (NAT, 'destination_ipv6_cidr_block = "64:ff9b::/95"', True, False),
        (NAT, ANY_IPV6, True, False),
        (EGRESS_ONLY, ANY_IPV6, False, True),
        (IGW, ANY_IPV6, False, True),
        (EGRESS_ONLY, 'destination_ipv6_cidr_block = "2001:db8::/32"', False, False),
        ('transit_gateway_id = "tgw-1"', ANY_IPV6, None, True),
    ],
)
def test_the_way_out_by_ipv6(
    to: str, destination: str, four: bool | None, six: bool | None
) -> None:
    """NAT64 leads from a subnet with IPv6 to the internet's IPv4, all else to its IPv6 only."""
    text = SIX + TABLE + route(to, destination, "aws_route_table.six.id")
    network, subnet = read(text, "aws_subnet.six")
    old = read(text.replace("aws_route_table.six.id", "aws_route_table.web.id"))

    assert subnet_egress(network, subnet, TRUE).truth is four
    assert ipv6_egress(network, subnet).truth is six
    assert subnet_egress(*old, TRUE).truth is False
    assert ipv6_egress(*old).truth is False


def test_the_way_out_with_a_public_address() -> None:
    """An internet gateway leads out whoever has a public address, and nobody else."""
    network, subnet = read(TABLE + route(IGW))
    perhaps = Fact(None, "it has a public address")

    truths = [subnet_egress(network, subnet, public).truth for public in (TRUE, perhaps, FALSE)]

    assert truths == [True, None, False]


def test_block_public_access_closes_an_internet_gateway() -> None:
    """In both directions, Block Public Access leaves an internet gateway of no use."""
    network, subnet = read(TABLE + route(IGW) + BLOCK.replace("MODE", "block-bidirectional"))

    assert blocked(network, subnet).truth is True
    assert subnet_egress(network, subnet, TRUE).truth is False


def test_block_public_access_of_what_comes_in_closes_an_internet_gateway() -> None:
    """It leaves the way out to NAT gateways and egress-only gateways."""
    network, subnet = read(TABLE + route(IGW) + BLOCK.replace("MODE", "block-ingress"))

    assert subnet_egress(network, subnet, TRUE).truth is False


@pytest.mark.parametrize(
    ("of", "truth"),
    [
        ("vpc_id = aws_vpc.main.id", False),
        ("subnet_id = aws_subnet.web.id", False),
        ('subnet_id = "subnet-1"', True),
        ("subnet_id = var.subnet", None),
    ],
)
def test_exclusions_undo_block_public_access(of: str, truth: bool | None) -> None:
    """An exclusion of the VPC or subnet itself opens it again, another's does not."""
    block = BLOCK.replace("MODE", "block-bidirectional") + EXCLUSION.replace("OF", of)
    network, subnet = read(TABLE + route(IGW) + block)

    assert blocked(network, subnet).truth is truth


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        (TABLE + PROPAGATION, False),
        (TABLE + route('carrier_gateway_id = "cagw-1"'), False),
        (TABLE + route(EGRESS_ONLY, ANY_IPV6), False),
        (TABLE + PREFIXES.replace("CIDR", "192.0.2.0/24") + route(IGW, OF_LIST), True),
        (TABLE + route(IGW), True),
        (TABLE + route(IGW, ANY_IPV6), True),
        (TABLE + route(NAT), False),
        (TABLE + route("gateway_id = var.gateway"), None),
        (route(IGW, table="aws_vpc.main.main_route_table_id"), True),
    ],
)
def test_the_way_in(text: str, truth: bool | None) -> None:
    """A subnet is open to the internet where a route leads to an internet gateway."""
    network, subnet = read(text)

    assert leads(network, subnet, "internet").truth is truth


def test_a_default_route_is_told_from_a_narrow_one() -> None:
    """A route for one destination leads somewhere, but is no default route."""
    network, subnet = read(TABLE + route(NAT, 'destination_cidr_block = "192.0.2.0/24"'))

    assert leads(network, subnet, "nat").truth is True
    assert default_way(network, subnet, "nat").truth is False


EACH = """
resource "aws_subnet" "each" {
  for_each   = var.zones
  vpc_id     = aws_vpc.main.id
  cidr_block = each.value
}

resource "aws_route_table_association" "each" {
  for_each       = ZONES
  subnet_id      = aws_subnet.each[each.key].id
  route_table_id = aws_route_table.web.id
}

variable "zones" {
  type = map(string)
}

variable "others" {
  type = map(string)
}
"""


@pytest.mark.parametrize(("zones", "truth"), [("var.zones", True), ("var.others", None)])
def test_what_the_same_switch_decides_is_there_together(zones: str, truth: bool | None) -> None:
    """A subnet that may not be there has its route table if the same decides over both."""
    text = TABLE + EACH.replace("ZONES", zones) + route(NAT)
    network, subnet = read(text, "aws_subnet.each[*]")

    assert subnet_egress(network, subnet, FALSE).truth is truth


@pytest.mark.parametrize(
    ("subnet", "truth"),
    [
        ("aws_subnet.web", False),
        ("aws_subnet.six", True),
        ("aws_subnet.given", True),
        ("data.aws_subnet.seen", None),
    ],
)
def test_which_subnets_have_ipv6(subnet: str, truth: bool | None) -> None:
    """Those that are given a range of it; of one from elsewhere nobody knows."""
    text = (
        SIX
        + """
resource "aws_subnet" "given" {
  vpc_id          = aws_vpc.main.id
  cidr_block      = "10.0.4.0/24"
  ipv6_cidr_block = cidrsubnet(var.destination, 8, 1)
}
data "aws_subnet" "seen" { id = var.subnet }
resource "aws_lambda_function" "job" {
  vpc_config { subnet_ids = [data.aws_subnet.seen.id] }
}
"""
    )
    _, found = read(text, subnet)
    fact = has_ipv6(found)

    assert fact.truth is truth
    assert bool(fact.waits_for()) is (truth is None)
