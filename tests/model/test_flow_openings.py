"""Which ways of other AWS services may lead to what: who comes by them, and past whose groups."""

import pytest
from msgspec.structs import replace

from lowering.networks import network
from taskwall.core.facts import Fact
from taskwall.core.values import Need
from taskwall.model.flows.guards import Opening, openings

STACK = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "main" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "main" { vpc_id = aws_vpc.main.id }
resource "aws_lb" "edge" { subnets = [aws_subnet.main.id] }
resource "aws_lb_listener" "edge" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
}
resource "aws_opensearch_domain" "search" { domain_name = "search" }
"""
PEERING = """
resource "aws_vpc_peering_connection" "far" {
  vpc_id      = aws_vpc.main.id
  peer_vpc_id = aws_vpc.far.id
}
"""
VPN = """
resource "aws_ec2_client_vpn_network_association" "door" {
  client_vpn_endpoint_id = "cvpn-1"
  subnet_id              = SUBNET
}
"""
CONNECT = """
resource "aws_ec2_instance_connect_endpoint" "door" {
  subnet_id          = aws_subnet.main.id
  security_group_ids = [aws_security_group.main.id]
}
"""
DIRECT = """
resource "aws_dx_gateway_association" "door" {
  dx_gateway_id         = "dx-1"
  associated_gateway_id = GATEWAY
}
"""
GATEWAY_OF_VPN = 'resource "aws_vpn_gateway" "main" {}'
OF_SEARCH = """
resource "aws_opensearch_vpc_endpoint" "door" {
  domain_arn = DOMAIN
  vpc_options {
    subnet_ids         = [aws_subnet.main.id]
    security_group_ids = [aws_security_group.main.id]
  }
}
"""
RESOURCES = """
resource "aws_vpclattice_resource_gateway" "door" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.main.id]
}
"""
ASSOCIATED = """
resource "aws_vpclattice_service_network_vpc_association" "door" {
  vpc_identifier             = VPC
  service_network_identifier = "sn-1"
}
"""
BY_LATTICE = """
resource "aws_vpclattice_target_group" "web" { type = "IP" }
resource "aws_ecs_service" "web" {
  vpc_lattice_configurations { target_group_arn = aws_vpclattice_target_group.web.arn }
}
"""
BY_ADDRESS = """
resource "aws_vpclattice_target_group_attachment" "web" {
  target_group_identifier = "tg-1"
  target { id = "10.0.1.1" }
}
"""
OF_NETWORK = """
resource "aws_vpc_endpoint" "door" {
  vpc_id              = VPC
  vpc_endpoint_type   = KIND
  service_network_arn = "arn:x"
}
"""
API = """
resource "aws_apigatewayv2_integration" "door" {
  api_id           = "api-1"
  integration_type = "HTTP_PROXY"
  connection_type  = "VPC_LINK"
  connection_id    = "link-1"
  integration_uri  = URI
}
"""
DOORS = {
    "client-vpn": "aws_ec2_client_vpn_network_association.door",
    "ec2-instance-connect": "aws_ec2_instance_connect_endpoint.door",
    "directconnect": "aws_dx_gateway_association.door",
    "opensearch": "aws_opensearch_vpc_endpoint.door",
    "vpc-lattice": "",
    "apigateway": "aws_apigatewayv2_integration.door",
}
GATEWAY = "aws_vpclattice_resource_gateway.door"
SHARED = "aws_vpclattice_service_network_vpc_association.door"
ENDPOINT = "aws_vpc_endpoint.door"
SUBNET, VPC, WEB = "aws_subnet.main", "aws_vpc.main", "aws_ecs_service.web"
GROUP, SEARCH = "aws_security_group.main", "aws_opensearch_domain.search"


def way(
    service: str,
    source: str | None,
    to: set[str] | None,
    door: str = "",
    *,
    near: set[str] | None = None,
    groups: tuple[str, ...] = (),
    past_groups: bool = False,
    given: bool = False,
) -> Opening:
    """A way by a service, which waits for its door, and perhaps for what is given."""
    waits = [door or DOORS[service], *["var.any"] * given]
    return Opening(
        source,
        f"aws:{service}",
        None if to is None else frozenset(to),
        Fact(None, needs=tuple(Need(each, "") for each in waits)),
        frozenset(groups),
        None if near is None else frozenset(near),
        past_groups,
    )


def told(of: Opening) -> Opening:
    """A way with the names of what it waits for alone."""
    needs = tuple(Need(each.name, "") for each in of.fact.waits_for())
    return replace(of, fact=Fact(None, needs=needs))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", [], id="none"),
        pytest.param(
            VPN.replace("SUBNET", "aws_subnet.main.id"),
            [way("client-vpn", "internet", {SUBNET, VPC})],
            id="into the VPC of a subnet",
        ),
        pytest.param(
            VPN.replace("SUBNET", "aws_subnet.main.id") + PEERING,
            [way("client-vpn", "internet", None)],
            id="into VPCs that are joined",
        ),
        pytest.param(
            VPN.replace("SUBNET", "var.any"),
            [way("client-vpn", "internet", None, given=True)],
            id="into a given subnet",
        ),
        pytest.param(VPN.replace("SUBNET", '"subnet-1"'), [], id="into a subnet from elsewhere"),
        pytest.param(
            CONNECT,
            [way("ec2-instance-connect", "internet", {SUBNET, VPC, GROUP}, groups=(GROUP,))],
            id="with groups of its own",
        ),
        pytest.param(
            CONNECT + PEERING,
            [way("ec2-instance-connect", "internet", None, groups=(GROUP,))],
            id="with groups of its own, into VPCs that are joined",
        ),
        pytest.param(
            CONNECT.replace("aws_subnet.main.id", '"subnet-1"'),
            [way("ec2-instance-connect", "internet", {VPC, GROUP}, groups=(GROUP,))],
            id="into the VPC of its groups",
        ),
        pytest.param(
            DIRECT.replace("GATEWAY", "aws_vpn_gateway.main.id") + GATEWAY_OF_VPN + PEERING,
            [way("directconnect", "onprem", {"aws_vpn_gateway.main"})],
            id="to what is in no VPC, beside VPCs that are joined",
        ),
        pytest.param(
            DIRECT.replace("GATEWAY", "aws_vpc.main.id"),
            [way("directconnect", "onprem", {VPC})],
            id="from a remote network",
        ),
        pytest.param(
            DIRECT.replace("GATEWAY", "var.any"),
            [way("directconnect", "onprem", None, given=True)],
            id="from a remote network to something given",
        ),
        pytest.param(
            OF_SEARCH.replace("DOMAIN", f"{SEARCH}.arn"),
            [way("opensearch", None, {SEARCH, SUBNET}, near={VPC}, past_groups=True)],
            id="to a store from the VPC of its endpoint",
        ),
        pytest.param(
            OF_SEARCH.replace("DOMAIN", "var.any"),
            [way("opensearch", None, None, past_groups=True, given=True)],
            id="to a given store",
        ),
        pytest.param(
            RESOURCES,
            [way("vpc-lattice", None, {SUBNET, VPC}, GATEWAY)],
            id="to resources of a VPC",
        ),
        pytest.param(
            RESOURCES + PEERING,
            [way("vpc-lattice", None, None, GATEWAY)],
            id="to resources of VPCs that are joined",
        ),
        # A service network leads to what is behind it, and to nothing where that is nothing.
        pytest.param(ASSOCIATED.replace("VPC", f"{VPC}.id"), [], id="to nothing by Lattice"),
        pytest.param(BY_LATTICE, [], id="from nowhere by Lattice"),
        pytest.param(
            ASSOCIATED.replace("VPC", f"{VPC}.id") + BY_LATTICE,
            [way("vpc-lattice", None, {WEB}, SHARED, near={VPC})],
            id="to tasks by Lattice",
        ),
        pytest.param(
            ASSOCIATED.replace("VPC", "var.any") + BY_LATTICE,
            [way("vpc-lattice", None, {WEB}, SHARED, given=True)],
            id="to tasks by Lattice from a given VPC",
        ),
        pytest.param(
            ASSOCIATED.replace("VPC", '"vpc-1"') + BY_LATTICE,
            [way("vpc-lattice", None, {WEB}, SHARED)],
            id="to tasks by Lattice from a VPC from elsewhere",
        ),
        pytest.param(
            ASSOCIATED.replace("VPC", f"{VPC}.id") + BY_ADDRESS,
            [way("vpc-lattice", None, None, SHARED, near={VPC})],
            id="to an address by Lattice",
        ),
        pytest.param(
            OF_NETWORK.replace("VPC", f"{VPC}.id").replace("KIND", '"ServiceNetwork"') + BY_LATTICE,
            [way("vpc-lattice", None, {WEB}, ENDPOINT, near={VPC})],
            id="to tasks by an endpoint of a service network",
        ),
        pytest.param(
            OF_NETWORK.replace("VPC", "var.any").replace("KIND", "var.any") + BY_LATTICE,
            [way("vpc-lattice", None, {WEB}, ENDPOINT)],
            id="to tasks by an endpoint that may be one",
        ),
        pytest.param(
            OF_NETWORK.replace("VPC", f"{VPC}.id").replace("KIND", '"Interface"') + BY_LATTICE,
            [],
            id="an endpoint of another kind",
        ),
        pytest.param(
            OF_NETWORK.replace("VPC", f"{VPC}.id").replace("KIND", '"ServiceNetwork"'),
            [],
            id="an endpoint of a service network to nothing",
        ),
        pytest.param(
            API.replace("URI", "aws_lb_listener.edge.arn"),
            [way("apigateway", "internet", {"aws_lb.edge"})],
            id="to the load balancer of a listener",
        ),
        pytest.param(
            API.replace("URI", '"arn:x"'),
            [way("apigateway", "internet", None)],
            id="to a listener from elsewhere",
        ),
    ],
)
def test_ways_that_are_not_modelled(text: str, expected: list[Opening]) -> None:
    """They may lead to what they name and what is around it, or to anything where that is open."""
    assert [told(each) for each in openings(network(STACK + text))] == expected
