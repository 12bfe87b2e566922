"""Routes, what VPCs are joined by, and the ports of databases, as their resources say them."""

import pytest

from lowering.networks import OPEN, network, said
from taskwall.model.entities.security_group import Permission, PrefixList, SecurityGroup
from taskwall.model.entities.vpc import (
    Association,
    BlockExclusion,
    EdgeTable,
    GatewayAttachment,
    GivenRange,
    InternetBlock,
    Route,
    Subnet,
    Vpc,
)
from taskwall.model.routing.vpc_attachments import (
    SubnetShare,
    TransitAttachment,
    TransitEntry,
    TransitGateway,
    VpnConnection,
)

AROUND = """
variable "v" {}
resource "aws_vpc" "m" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "s" { vpc_id = aws_vpc.m.id }
resource "aws_route_table" "t" { vpc_id = aws_vpc.m.id }
resource "aws_internet_gateway" "i" { vpc_id = aws_vpc.m.id }
resource "aws_internet_gateway_attachment" "a" {
  internet_gateway_id = aws_internet_gateway.i.id
  vpc_id              = aws_vpc.m.id
}
resource "aws_vpn_gateway" "w" {}
resource "aws_nat_gateway" "n" {}
resource "aws_nat_gateway" "p" { connectivity_type = "private" }
resource "aws_egress_only_internet_gateway" "e" { vpc_id = aws_vpc.m.id }
resource "aws_ssm_parameter" "i" { value = aws_internet_gateway.i.id }
"""


def routes(body: str) -> list[tuple[str | None, bool | None]]:
    """The ways of the routes of a root of Terraform, and whether they are there."""
    text = f"""{AROUND}
resource "aws_route" "r" {{
  route_table_id         = aws_route_table.t.id
  destination_cidr_block = "0.0.0.0/0"
  {body}
}}
"""
    return [(each.way, each.fact.truth) for each in network(text).every(Route)]


@pytest.mark.parametrize(
    ("target", "way"),
    [
        ("gateway_id = aws_internet_gateway.i.id", "internet"),
        ("gateway_id = aws_internet_gateway_attachment.a.internet_gateway_id", "internet"),
        ("gateway_id = aws_vpn_gateway.w.id", "vpn"),
        ("gateway_id = aws_nat_gateway.n.id", "nat"),
        ('gateway_id = "igw-1"', "internet"),
        ('gateway_id = "vgw-1"', "vpn"),
        ('gateway_id = "local"', "local"),
        ("nat_gateway_id = aws_nat_gateway.n.id", "nat"),
        ("nat_gateway_id = aws_nat_gateway.p.id", "local"),
        ('nat_gateway_id = "nat-1"', "nat"),
        ("nat_gateway_id = var.v", "nat"),
        ("nat_gateway_id = aws_internet_gateway.i.id", "internet"),
        ('nat_gateway_id = "igw-1"', "internet"),
        ("egress_only_gateway_id = aws_egress_only_internet_gateway.e.id", "egress-only"),
        ('transit_gateway_id = "tgw-1"', "transit"),
        ('core_network_arn = "arn"', "transit"),
        ('vpc_peering_connection_id = "pcx-1"', "peering"),
        ('vpc_endpoint_id = "vpce-1"', "endpoint"),
        ('network_interface_id = "eni-1"', "appliance"),
        ('instance_id = "i-1"', "appliance"),
        ('carrier_gateway_id = "cagw-1"', "appliance"),
        ('local_gateway_id = "lgw-1"', "appliance"),
        ('odb_network_arn = "arn"', "appliance"),
        ("gateway_id = aws_ssm_parameter.i.value", "internet"),
        ("nat_gateway_id = aws_ssm_parameter.i.value", "internet"),
        ('gateway_id = ""\nnat_gateway_id = "nat-1"', "nat"),
        ('gateway_id = var.v\nnat_gateway_id = "nat-1"', "nat"),
    ],
)
def test_where_routes_lead(target: str, way: str) -> None:
    """Each target has an attribute of its own; what a gateway is, its type or id tells."""
    assert routes(target) == [(way, True)]


@pytest.mark.parametrize(
    "target",
    [
        'gateway_id = "x"',
        "gateway_id = aws_subnet.s.id",
        "gateway_id = aws_internet_gateway.nowhere.id",
        "gateway_id = var.v",
        "gateway_id = var.v\nnat_gateway_id = var.v",
        "nat_gateway_id = var.v ? aws_nat_gateway.n.id : aws_nat_gateway.p.id",
        'later_gateway_id = "x"',
    ],
)
def test_where_routes_may_lead(target: str) -> None:
    """A target that is not known, or not known here, may be any."""
    assert routes(target) == [(None, None)]


@pytest.mark.parametrize("target", ["", 'gateway_id = ""', "gateway_id = null", 'region = "x"'])
def test_a_route_without_a_target(target: str) -> None:
    """AWS refuses to make it."""
    assert routes(target) == []


PROPERTIES = {
    "GatewayId: igw-1": "internet",
    "NatGatewayId: nat-1": "nat",
    "EgressOnlyInternetGatewayId: eigw-1": "egress-only",
    "TransitGatewayId: tgw-1": "transit",
    "CoreNetworkArn: arn": "transit",
    "VpcPeeringConnectionId: pcx-1": "peering",
    "VpcEndpointId: vpce-1": "endpoint",
    "NetworkInterfaceId: eni-1": "appliance",
    "InstanceId: i-1": "appliance",
    "CarrierGatewayId: cagw-1": "appliance",
    "LocalGatewayId: lgw-1": "appliance",
}


@pytest.mark.parametrize(("target", "way"), PROPERTIES.items(), ids=PROPERTIES)
def test_where_routes_of_templates_lead(target: str, way: str) -> None:
    """CloudFormation has the same targets in other words."""
    text = f"""
Resources:
  Route:
    Type: AWS::EC2::Route
    Properties: {{RouteTableId: rtb-1, DestinationCidrBlock: 0.0.0.0/0, {target}}}
"""
    (route,) = network(text).every(Route)

    assert (route.way, route.table.to, said(route.destination)) == (way, "rtb-1", "0.0.0.0/0")


@pytest.mark.parametrize(
    ("destination", "known", "listed"),
    [
        ('destination_cidr_block = "10.1.0.0/16"', "10.1.0.0/16", None),
        ('destination_ipv6_cidr_block = "::/0"', "::/0", None),
        ('destination_prefix_list_id = "pl-1"', "pl-1", "pl-1"),
        ("destination_cidr_block = var.v", OPEN, None),
        ('destination_cidr_block = ""\ndestination_ipv6_cidr_block = "::/0"', "::/0", None),
    ],
)
def test_destinations(destination: str, known: object, listed: str | None) -> None:
    """One of several attributes has it, and a prefix list is one as well."""
    text = f'{AROUND}resource "aws_route" "r" {{\ngateway_id = "igw-1"\n{destination}\n}}\n'
    (route,) = network(text).every(Route)

    assert said(route.destination) is known or said(route.destination) == known
    assert (route.listed.to if route.listed else None) == listed


def test_routes_within_a_table() -> None:
    """They are of the table that writes them, as what a VPN gateway propagates is."""
    text = f"""{AROUND}
resource "aws_route_table" "u" {{
  vpc_id           = aws_vpc.m.id
  propagating_vgws = [aws_vpn_gateway.w.id]
  route {{
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.i.id
  }}
  route {{
    ipv6_cidr_block = "::/0"
    gateway_id      = aws_internet_gateway.i.id
  }}
}}
"""
    found = [each for each in network(text).every(Route) if each.table.to == "aws_route_table.u"]

    assert [(each.way, said(each.destination)) for each in found] == [
        ("internet", "0.0.0.0/0"), ("internet", "::/0"), ("vpn", OPEN),
    ]  # fmt: skip


def test_what_is_propagated() -> None:
    """A VPN gateway leads to its other side; what a route server puts in may lead anywhere."""
    text = f"""{AROUND}
resource "aws_vpn_gateway_route_propagation" "p" {{
  vpn_gateway_id = aws_vpn_gateway.w.id
  route_table_id = aws_route_table.t.id
}}
resource "aws_vpc_route_server_propagation" "q" {{
  route_server_id = "rs-1"
  route_table_id  = aws_route_table.t.id
}}
"""
    found = network(text).every(Route)

    assert {(each.way, each.fact.truth, each.table.to) for each in found} == {
        ("vpn", True, "aws_route_table.t"), (None, None, "aws_route_table.t"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "named", "way", "gateway"),
    [
        ("aws_internet_gateway", "", "internet", "own"),
        (
            "aws_internet_gateway_attachment", 'internet_gateway_id = "igw-1"', "internet", "igw-1",
        ),
        ("aws_vpn_gateway", "", "vpn", "own"),
        ("aws_vpn_gateway_attachment", 'vpn_gateway_id = "vgw-1"', "vpn", "vgw-1"),
    ],
)  # fmt: skip
def test_gateways_are_attached(type_: str, named: str, way: str, gateway: str) -> None:
    """A gateway names its VPC, or a resource between them does; egress-only ones carry nothing."""
    text = f"""
resource "{type_}" "x" {{
  vpc_id = "vpc-1"
  {named}
}}
resource "aws_egress_only_internet_gateway" "e" {{ vpc_id = "vpc-1" }}
"""
    (found,) = network(text).every(GatewayAttachment)

    assert found.gateway is not None
    assert (found.way, found.vpc.to) == (way, "vpc-1")
    assert found.gateway.to == (f"{type_}.x" if gateway == "own" else gateway)


def test_gateways_of_templates_are_attached() -> None:
    """One type attaches both kinds."""
    text = """
Resources:
  A: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: v, InternetGatewayId: igw-1}}
  B: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: v, VpnGatewayId: vgw-1}}
"""
    found = network(text).every(GatewayAttachment)

    assert {(each.way, each.gateway.to if each.gateway else "") for each in found} == {
        ("internet", "igw-1"), ("vpn", "vgw-1"),
    }  # fmt: skip


def test_associations_of_route_tables() -> None:
    """Of a subnet, of a gateway, or of a VPC as its main one."""
    text = f"""{AROUND}
resource "aws_route_table_association" "s" {{
  subnet_id      = aws_subnet.s.id
  route_table_id = aws_route_table.t.id
}}
resource "aws_route_table_association" "g" {{
  gateway_id     = aws_internet_gateway.i.id
  route_table_id = aws_route_table.t.id
}}
resource "aws_route_table_association" "nothing" {{ route_table_id = aws_route_table.t.id }}
resource "aws_main_route_table_association" "m" {{
  vpc_id         = aws_vpc.m.id
  route_table_id = aws_route_table.t.id
}}
"""
    found = network(text)

    assert {(each.subnet.to if each.subnet else "") for each in found.every(Association)} == {
        "aws_subnet.s", "",
    }  # fmt: skip
    assert [each.table.to for each in found.every(EdgeTable)] == ["aws_route_table.t"]


def test_what_blocks_public_access() -> None:
    """What is spared is a VPC or a subnet."""
    text = f"""{AROUND}
resource "aws_vpc_block_public_access_options" "o" {{
  internet_gateway_block_mode = "block-ingress"
}}
resource "aws_vpc_block_public_access_exclusion" "v" {{
  vpc_id                          = aws_vpc.m.id
  internet_gateway_exclusion_mode = "allow-egress"
}}
resource "aws_vpc_block_public_access_exclusion" "s" {{
  subnet_id                       = aws_subnet.s.id
  internet_gateway_exclusion_mode = "allow-bidirectional"
}}
"""
    found = network(text)

    assert [said(each.mode) for each in found.every(InternetBlock)] == ["block-ingress"]
    assert {(each.of.to, said(each.mode)) for each in found.every(BlockExclusion)} == {
        ("aws_vpc.m", "allow-egress"), ("aws_subnet.s", "allow-bidirectional"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "support", "hostnames", "public"),
    [("aws_vpc", True, False, None), ("aws_default_vpc", True, True, True)],
)
def test_defaults_of_vpcs(type_: str, support: bool, hostnames: bool, public: bool | None) -> None:
    """A default VPC names its hosts, and its subnets give public addresses."""
    subnet = type_.replace("vpc", "subnet")
    text = f'resource "{type_}" "v" {{}}\nresource "{subnet}" "s" {{}}\n'
    found = network(text)
    (vpc,) = (each for each in found.every(Vpc) if not each.external)
    (inner,) = found.every(Subnet)

    assert (said(vpc.dns_support), said(vpc.dns_hostnames)) == (support, hostnames)
    assert said(inner.public_addresses) is public


@pytest.mark.parametrize(
    ("first", "second", "one"),
    [
        ("", "", True),
        ('region = "eu-west-1"', 'region = "eu-west-1"', True),
        ('region = "eu-west-1"', 'region = "us-east-1"', False),
        ("provider = aws.a", "provider = aws.a", True),
        ("provider = aws.a", "provider = aws.b", False),
        ("", "provider = aws.b", False),
        ("region = var.a", "region = var.a", True),
        ("region = var.a", "region = var.b", False),
        ('region = "eu-west-1"', "", False),
        ("region = null", "", True),
    ],
)
def test_default_vpcs_of_regions(first: str, second: str, one: bool) -> None:
    """Whatever adopts the default VPC of a region and a provider adopts the same."""
    text = """
variable "a" {}
variable "b" {}
provider "aws" { alias = "a" }
provider "aws" { alias = "b" }
"""
    for name, more in (("x", first), ("y", second)):
        text += f"""
resource "aws_default_vpc" "{name}" {{
  {more}
}}
resource "aws_subnet" "{name}" {{ vpc_id = aws_default_vpc.{name}.id }}
"""
    found = {each.vpc.to for each in network(text).every(Subnet) if each.vpc is not None}

    assert found == ({"aws_default_vpc.x"} if one else {"aws_default_vpc.x", "aws_default_vpc.y"})


def test_ranges_of_vpcs_and_subnets() -> None:
    """Both versions of addresses count, and further ranges that resources of their own add."""
    text = """
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  More: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.1.0.0/16}}
  Six: {Type: AWS::EC2::VPCCidrBlock, Properties: {VpcId: !Ref Vpc, Ipv6CidrBlock: 'fd00::/56'}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24}}
  Further:
    Type: AWS::EC2::SubnetCidrBlock
    Properties: {SubnetId: !Ref Subnet, Ipv6CidrBlock: 'fd00::/64'}
"""
    found = network(text)
    ranges = {each.id: [said(cidr) for cidr in each.cidrs] for each in found.every(Subnet)}

    assert ranges == {
        "More": ["10.1.0.0/16"], "Six": ["fd00::/56"], "Subnet": ["10.0.1.0/24", "fd00::/64"],
    }  # fmt: skip


@pytest.mark.parametrize(("given", "gives"), [("true", True), ("false", False), ("var.v", True)])
def test_ranges_that_aws_chooses(given: str, gives: bool) -> None:
    """A VPC says that it takes an IPv6 range of AWS's, or what is associated with it does."""
    on = f"assign_generated_ipv6_cidr_block = {given}"
    six = "aws_vpc_ipv6_cidr_block_association"
    text = f"""
variable "v" {{}}
resource "aws_vpc" "a" {{ {on} }}
resource "aws_vpc" "b" {{}}
resource "{six}" "b" {{
  vpc_id = aws_vpc.b.id
  {on}
}}
"""
    yaml = f"""
Parameters: {{V: {{Type: String}}}}
Resources:
  A:
    Type: AWS::EC2::VPCCidrBlock
    Properties: {{VpcId: vpc-1, AmazonProvidedIpv6CidrBlock: {given.replace("var.v", "!Ref V")}}}
"""
    found = [each.vpc.to for each in network(text).every(GivenRange)]
    of_template = [each.vpc.to for each in network(yaml).every(GivenRange)]

    assert found == ["aws_vpc.a", "aws_vpc.b"] * gives
    assert of_template == ["vpc-1"] * gives


@pytest.mark.parametrize("count", ["", "count = var.v ? 1 : 0"])
@pytest.mark.parametrize("named", ["aws_vpc_peering_connection", "aws_vpc_peering_connection.p.id"])
def test_peering_connections_by_their_accepter(named: str, count: str) -> None:
    """A route may name what accepts the connection in the place of the connection."""
    index = "[0]" if count else ""
    target = f"{named}_accepter.a{index}.id" if named.count(".") == 0 else named
    text = f"""
variable "v" {{}}
resource "aws_vpc_peering_connection" "p" {{ vpc_id = "vpc-1" }}
resource "aws_vpc_peering_connection_accepter" "a" {{
  {count}
  vpc_peering_connection_id = aws_vpc_peering_connection.p.id
}}
resource "aws_route" "r" {{
  route_table_id            = "rtb-1"
  destination_cidr_block    = "10.0.0.0/8"
  vpc_peering_connection_id = {target}
}}
"""
    (route,) = network(text).every(Route)

    assert route.peering is not None
    assert (route.peering.to, route.peering.fact.truth) == ("aws_vpc_peering_connection.p", True)


def test_a_peering_connection_of_a_route_that_may_be_there() -> None:
    """It is as sure as the route, also where the route names what accepts it."""
    text = """
variable "v" {}
resource "aws_vpc_peering_connection" "p" { vpc_id = "vpc-1" }
resource "aws_vpc_peering_connection_accepter" "a" {
  vpc_peering_connection_id = aws_vpc_peering_connection.p.id
}
resource "aws_route_table" "t" {
  dynamic "route" {
    for_each = var.v
    content {
      cidr_block                = "10.0.0.0/8"
      vpc_peering_connection_id = aws_vpc_peering_connection_accepter.a.id
    }
  }
}
"""
    (route,) = network(text).every(Route)

    assert route.peering is not None
    assert (route.peering.to, route.peering.fact.truth) == ("aws_vpc_peering_connection.p", None)
    assert [need.name for need in route.peering.fact.needs] == ["var.v"]


def test_transit_gateways() -> None:
    """On is the default for tables, off for references to security groups."""
    text = """
resource "aws_ec2_transit_gateway" "a" {}
resource "aws_ec2_transit_gateway" "b" {
  default_route_table_association    = "disable"
  default_route_table_propagation    = "disable"
  security_group_referencing_support = "enable"
}
resource "aws_ec2_transit_gateway_vpc_attachment" "c" {
  transit_gateway_id = aws_ec2_transit_gateway.a.id
  vpc_id             = "vpc-1"
  subnet_ids         = ["subnet-1"]
}
resource "aws_ec2_transit_gateway_vpc_attachment" "d" {
  transit_gateway_id                              = aws_ec2_transit_gateway.a.id
  vpc_id                                          = "vpc-2"
  subnet_ids                                      = ["subnet-2"]
  transit_gateway_default_route_table_association = false
  transit_gateway_default_route_table_propagation = false
  security_group_referencing_support              = "disable"
}
"""
    found = network(text)
    gateways = [
        (said(each.associates), said(each.propagates), said(each.refers))
        for each in found.every(TransitGateway)
    ]
    attachments = [
        (
            each.vpc.to, [link.to for link in each.subnets],
            said(each.associates), said(each.propagates), said(each.refers),
        )
        for each in found.every(TransitAttachment)
    ]  # fmt: skip

    assert gateways == [(True, True, False), (False, False, True)]
    assert attachments == [
        ("vpc-1", ["subnet-1"], True, True, True),
        ("vpc-2", ["subnet-2"], False, False, False),
    ]


@pytest.mark.parametrize(
    ("body", "entries"),
    [
        ("", [("route", True)]),
        ("blackhole = true", [("blackhole", True)]),
        ("blackhole = var.v", [("blackhole", None), ("route", None)]),
        ("count = var.n", [("route", None)]),
        ("blackhole = true\ncount = var.n", [("blackhole", None)]),
        ("blackhole = var.v\ncount = var.n", [("blackhole", None), ("route", None)]),
    ],
)
def test_routes_of_transit_gateways(body: str, entries: list[tuple[str, bool | None]]) -> None:
    """A route leads to an attachment, or nowhere."""
    text = f"""
variable "v" {{}}
variable "n" {{}}
resource "aws_ec2_transit_gateway_route" "r" {{
  destination_cidr_block         = "10.0.0.0/8"
  transit_gateway_attachment_id  = "tgw-attach-1"
  transit_gateway_route_table_id = "tgw-rtb-1"
  {body}
}}
"""
    found = network(text).every(TransitEntry)

    assert [(each.kind, each.fact.truth) for each in found] == entries
    assert {each.table.to for each in found} == {"tgw-rtb-1"}
    waits = [name for name in ("var.v", "var.n") if name in body]
    for each in found:
        assert [need.name for need in each.fact.waits_for()] == waits


@pytest.mark.parametrize(
    ("arn", "shares"),
    [
        ("aws_subnet.s.arn", True),
        ("aws_vpc.m.arn", False),
        ('"arn:aws:ec2:eu-west-1:1:subnet/subnet-1"', True),
        ('"arn:aws:ec2:eu-west-1:1:transit-gateway/tgw-1"', False),
        ('"arn:aws:ec2:eu-west-1:${var.v}:subnet/subnet-1"', True),
        ('"arn:aws:ec2:eu-west-1:${var.v}:prefix-list/pl-1"', False),
        ('"${var.v}:prefix-list/pl-1"', False),
        ('"${var.v}/subnet-1"', True),
        ("var.v", True),
    ],
)
def test_shared_subnets(arn: str, shares: bool) -> None:
    """What is shared with another account may be a subnet, unless it is known to be none."""
    text = f"""{AROUND}
resource "aws_ram_resource_share" "x" {{}}
resource "aws_ram_resource_association" "a" {{
  resource_arn       = {arn}
  resource_share_arn = aws_ram_resource_share.x.arn
}}
"""
    principal = """
resource "aws_ram_principal_association" "p" {
  principal          = "123456789012"
  resource_share_arn = aws_ram_resource_share.SHARE.arn
}
resource "aws_ram_resource_share" "y" {}
"""
    assert [each.shared.truth for each in network(text).every(SubnetShare)] == [False] * shares
    for share, truth in (("x", True), ("y", False)):
        found = network(text + principal.replace("SHARE", share)).every(SubnetShare)
        assert [each.shared.truth for each in found] == [truth] * shares


def test_a_subnet_of_a_share_that_is_not_named() -> None:
    """Whom it is shared with is not known, whoever the principals of the sources are."""
    text = """
resource "aws_ram_resource_association" "a" {
  resource_arn = "arn:aws:ec2:eu-west-1:1:subnet/subnet-1"
}
resource "aws_ram_principal_association" "p" {
  principal          = "123456789012"
  resource_share_arn = "arn:aws:ram:eu-west-1:1:resource-share/s"
}
"""
    (found,) = network(text).every(SubnetShare)

    assert found.shared.truth is None


@pytest.mark.parametrize(
    ("of", "truth"),
    [
        ("data.aws_ram_resource_share.x.arn", True),
        ("data.aws_ram_resource_share.y.arn", None),
        ("aws_ram_resource_share.z.arn", None),
    ],
)
def test_a_subnet_of_a_share_from_elsewhere(of: str, truth: bool | None) -> None:
    """It is shared with a principal of the sources, and may be with others."""
    text = f"""
data "aws_ram_resource_share" "x" {{ name = "x" }}
data "aws_ram_resource_share" "y" {{ name = "y" }}
resource "aws_ram_resource_share" "z" {{}}
resource "aws_ram_resource_association" "a" {{
  resource_arn       = "arn:aws:ec2:eu-west-1:1:subnet/subnet-1"
  resource_share_arn = data.aws_ram_resource_share.x.arn
}}
resource "aws_ram_principal_association" "p" {{
  principal          = "123456789012"
  resource_share_arn = {of}
}}
"""
    (found,) = network(text).every(SubnetShare)

    assert found.shared.truth is truth


def test_vpn_connections() -> None:
    """They start at a gateway of a VPC; routing is dynamic by default."""
    text = """
resource "aws_vpn_connection" "a" {
  vpn_gateway_id      = "vgw-1"
  customer_gateway_id = "cgw-1"
}
resource "aws_vpn_connection" "b" {
  vpn_gateway_id      = "vgw-1"
  customer_gateway_id = "cgw-1"
  static_routes_only  = true
}
resource "aws_vpn_connection" "c" {
  transit_gateway_id  = "tgw-1"
  customer_gateway_id = "cgw-1"
}
"""
    found = network(text).every(VpnConnection)

    assert [(each.gateway.to, each.customer.to, said(each.static)) for each in found] == [
        ("vgw-1", "cgw-1", False), ("vgw-1", "cgw-1", True),
    ]  # fmt: skip


def test_entries_of_prefix_lists() -> None:
    """Blocks, and resources of their own."""
    text = """
resource "aws_ec2_managed_prefix_list" "l" {
  entry { cidr = "10.0.0.0/8" }
}
resource "aws_ec2_managed_prefix_list_entry" "e" {
  prefix_list_id = aws_ec2_managed_prefix_list.l.id
  cidr           = "192.168.0.0/16"
}
"""
    (found,) = network(text).every(PrefixList)

    assert found.entries is not None
    assert [said(each) for each in found.entries] == ["10.0.0.0/8", "192.168.0.0/16"]


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ('"com.amazonaws.eu-west-1.s3"', "s3"),
        ('"com.amazonaws.global.cloudfront.origin-facing"', "origin-facing"),
        ('"com.amazonaws.${var.v}.s3"', "s3"),
        ('"com.amazonaws.${var.v}"', ""),
        ('"com.amazonaws.eu-west-1.${var.v}"', ""),
        ('"${var.v}.s3"', ""),
        ('"own.s3"', ""),
        ("var.v", ""),
    ],
)
def test_prefix_lists_of_aws(name: str, service: str) -> None:
    """The two ends of a name tell of which service it is, whatever the Region between them."""
    text = """
variable "v" {}
data "aws_ec2_managed_prefix_list" "l" { name = NAME }
resource "aws_vpc_security_group_egress_rule" "e" {
  security_group_id = "sg-1"
  prefix_list_id    = data.aws_ec2_managed_prefix_list.l.id
}
"""
    found = network(text.replace("NAME", name))
    (permission,) = found.every(Permission)
    named = found.get(PrefixList, permission.prefix_list)

    assert named is not None
    assert named.service == service


@pytest.mark.parametrize(
    ("type_", "body", "default"),
    [
        ("aws_default_security_group", 'vpc_id = "vpc-1"', True),
        ("aws_security_group", 'name = "default"', False),
    ],
)
def test_default_groups(type_: str, body: str, default: bool) -> None:
    """Only what adopts it is the default group of a VPC: AWS lets nobody make another."""
    (found,) = network(f'resource "{type_}" "g" {{\n{body}\n}}\n').every(SecurityGroup)

    assert found.default is default


@pytest.mark.parametrize(
    ("table", "body", "entries"),
    [
        ('"rtb-1"', "", [("rtb-1", True)]),
        ('"rtb-1"', "blackhole = true", []),
        ('"rtb-1"', "blackhole = var.v", [("rtb-1", None)]),
        (
            "aws_ec2_transit_gateway.g.association_default_route_table_id",
            "",
            [("aws_ec2_transit_gateway.g.default", True)],
        ),
        (
            "aws_ec2_transit_gateway.g.propagation_default_route_table_id",
            "",
            [("aws_ec2_transit_gateway.g.default", True)],
        ),
    ],
)
def test_prefix_lists_of_transit_gateways(
    table: str, body: str, entries: list[tuple[str, bool | None]]
) -> None:
    """One leads to an attachment as a route does, in the table that it names or the default one."""
    text = f"""
variable "v" {{}}
resource "aws_ec2_transit_gateway" "g" {{}}
resource "aws_ec2_transit_gateway_prefix_list_reference" "r" {{
  prefix_list_id                 = "pl-1"
  transit_gateway_attachment_id  = "tgw-attach-1"
  transit_gateway_route_table_id = {table}
  {body}
}}
"""
    found = network(text).every(TransitEntry)

    assert [(each.table.to, each.fact.truth) for each in found] == entries
    assert {(each.kind, each.attachment and each.attachment.to) for each in found} <= {
        ("route", "tgw-attach-1")
    }


@pytest.mark.parametrize("kind", ["Association", "Propagation"])
def test_default_tables_of_transit_gateways_in_templates(kind: str) -> None:
    """The table in which a gateway puts attachments and their routes, by its attribute."""
    text = f"""
Resources:
  G: {{Type: AWS::EC2::TransitGateway}}
  R:
    Type: AWS::EC2::TransitGatewayRoute
    Properties:
      DestinationCidrBlock: 10.0.0.0/8
      TransitGatewayAttachmentId: tgw-attach-1
      TransitGatewayRouteTableId: !GetAtt G.{kind}DefaultRouteTableId
"""
    (found,) = network(text).every(TransitEntry)

    assert (found.table.to, found.table.exact) == ("G.default", True)


@pytest.mark.parametrize("kind", ["association", "propagation"])
def test_other_default_tables_of_transit_gateways(kind: str) -> None:
    """They hold for attachments that are made later, nobody knows for which."""
    text = f"""
resource "aws_ec2_transit_gateway_default_route_table_{kind}" "d" {{
  transit_gateway_id             = "tgw-1"
  transit_gateway_route_table_id = "rtb-1"
}}
"""
    (found,) = network(text).every(TransitEntry)

    assert found.attachment is not None
    assert (found.kind, found.table.to, found.fact.truth) == (kind, "rtb-1", True)
    assert (found.attachment.exact, found.attachment.fact.truth) == (False, None)


@pytest.mark.parametrize(("principals", "truth"), [("['123456789012']", True), ("[]", False)])
def test_shared_subnets_of_templates(principals: str, truth: bool) -> None:
    """A share of CloudFormation has its resources and principals itself."""
    text = f"""
Resources:
  N: {{Type: AWS::EC2::Subnet}}
  S:
    Type: AWS::RAM::ResourceShare
    Properties:
      ResourceArns:
        - !Sub 'arn:aws:ec2:eu-west-1:1:subnet/${{N}}'
        - arn:aws:ec2:eu-west-1:1:prefix-list/pl-1
      Principals: {principals}
"""
    found = network(text).every(SubnetShare)

    assert [(each.subnet.to, each.shared.truth) for each in found] == [("N", truth)]
