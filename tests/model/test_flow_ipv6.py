"""Flows of IPv6: where routes, groups and Block Public Access let them."""

from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import list_flows
from taskwall.api.options import Options

STACK = """
variable "which" {}
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  assign_generated_ipv6_cidr_block = true
}
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_egress_only_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_vpn_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "web" {
  vpc_id          = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
  ipv6_cidr_block = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, 1)
}
resource "aws_route_table" "web" { vpc_id = aws_vpc.main.id }
resource "aws_route_table_association" "web" {
  subnet_id      = aws_subnet.web.id
  route_table_id = aws_route_table.web.id
}
resource "aws_route" "six" {
  route_table_id              = aws_route_table.web.id
  destination_ipv6_cidr_block = DESTINATION
  TARGET
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol  = "tcp"
    from_port = 80
    to_port   = 80
    IN
  }
  egress {
    protocol  = "tcp"
    from_port = 443
    to_port   = 443
    OUT
  }
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.web.id]
    security_groups = [aws_security_group.web.id]
  }
}
"""
DEFAULTS = {
    "DESTINATION": '"::/0"',
    "TARGET": "gateway_id = aws_internet_gateway.main.id",
    "IN": 'ipv6_cidr_blocks = ["::/0"]',
    "OUT": 'ipv6_cidr_blocks = ["::/0"]',
}
GENERATED = "assign_generated_ipv6_cidr_block = true"
BY_EGRESS = "egress_only_gateway_id = aws_egress_only_internet_gateway.main.id"


def told(
    folder: Path, changes: dict[str, str], more: str = "", given: str = GENERATED
) -> list[str]:
    """The flows of the stack with some changes, in short, but for those inside the VPC."""
    text = filled(STACK.replace(GENERATED, given), DEFAULTS | changes)
    (folder / "main.tf").write_text(text + more, encoding="utf-8")
    flows = list_flows(Options(paths=(str(folder),)), None, None)
    assert not flows.problems
    found = []
    for flow in flows.flows:
        line = f"{flow.source} -> {flow.target} of {','.join(flow.addresses)}"
        line += "".join(f" needs {each}" for each in flow.missing)
        found.append(line.replace("service:web", "web"))
    return sorted(line for line in found if not line.startswith("vpc:"))


@pytest.mark.parametrize(
    ("changes", "flows"),
    [
        (
            {"TARGET": "gateway_id = aws_internet_gateway.main.id"},
            ["internet -> web of ::/0", "web -> internet of ::/0"],
        ),
        ({"TARGET": BY_EGRESS}, ["web -> internet of ::/0"]),
        (
            {"TARGET": "gateway_id = aws_vpn_gateway.main.id"},
            [
                "onprem -> web of ::/0",
                "web -> internet of ::/0 needs aws_route.six",
                "web -> onprem of ::/0",
            ],
        ),
        (
            {"TARGET": "gateway_id = aws_vpn_gateway.main.id", "DESTINATION": '"2600:9::/32"'},
            [
                "onprem -> web of 2600:9::/32",
                "web -> internet of 2600:9::/32 needs aws_route.six",
                "web -> onprem of 2600:9::/32",
            ],
        ),
        (
            {"TARGET": 'transit_gateway_id = "tgw-1"', "DESTINATION": '"2600:9::/32"'},
            [
                "onprem -> web of 2600:9::/32 needs what is attached to the transit gateway",
                "web -> internet of 2600:9::/32 needs aws_route.six",
                "web -> onprem of 2600:9::/32 needs what is attached to the transit gateway",
            ],
        ),
        (
            {"TARGET": 'vpc_peering_connection_id = "pcx-1"', "DESTINATION": '"2600:9::/32"'},
            [
                "onprem -> web of 2600:9::/32 needs the routes of the peered VPC",
                "web -> onprem of 2600:9::/32 needs the routes of the peered VPC",
            ],
        ),
        (
            {"TARGET": 'network_interface_id = "eni-1"'},
            [
                "internet -> web of ::/0 needs aws_route.six",
                "onprem -> web of ::/0 needs aws_route.six",
                "web -> internet of ::/0 needs aws_route.six",
                "web -> onprem of ::/0 needs aws_route.six",
            ],
        ),
        (
            {"DESTINATION": "var.which"},
            ["internet -> web of ::/0 needs var.which", "web -> internet of ::/0 needs var.which"],
        ),
        (
            {"DESTINATION": '"2600::/16"'},
            ["internet -> web of 2600::/16", "web -> internet of 2600::/16"],
        ),
        (
            {"TARGET": "gateway_id = var.which"},
            [
                "internet -> web of ::/0 needs var.which",
                "onprem -> web of ::/0 needs var.which",
                "web -> internet of ::/0 needs var.which",
                "web -> onprem of ::/0 needs var.which",
            ],
        ),
    ],
)
def test_where_a_route_of_ipv6_leads(
    changes: dict[str, str], flows: list[str], tmp_path: Path
) -> None:
    """To the internet, both ways or outwards alone, or to remote networks."""
    assert told(tmp_path, changes) == flows


@pytest.mark.parametrize(
    ("changes", "flows"),
    [
        (
            {"IN": 'ipv6_cidr_blocks = ["2600::/12"]'},
            ["internet -> web of 2600::/12", "web -> internet of ::/0"],
        ),
        ({"IN": 'cidr_blocks = ["0.0.0.0/0"]'}, ["web -> internet of ::/0"]),
        (
            {"IN": "ipv6_cidr_blocks = [var.which]"},
            ["internet -> web of ::/0 needs var.which", "web -> internet of ::/0"],
        ),
        (
            {"OUT": 'ipv6_cidr_blocks = ["2600:9::/32"]'},
            ["internet -> web of ::/0", "web -> internet of 2600:9::/32"],
        ),
        ({"OUT": 'cidr_blocks = ["0.0.0.0/0"]'}, ["internet -> web of ::/0"]),
    ],
)
def test_whom_groups_let_through_by_ipv6(
    changes: dict[str, str], flows: list[str], tmp_path: Path
) -> None:
    """Ranges of IPv4 let no IPv6 through, and the other way round."""
    assert told(tmp_path, changes) == flows


BLOCK = """
resource "aws_vpc_block_public_access_options" "main" { internet_gateway_block_mode = MODE }
"""


@pytest.mark.parametrize(
    ("mode", "changes", "flows"),
    [
        ('"off"', {}, ["internet -> web of ::/0", "web -> internet of ::/0"]),
        ('"off"', {"TARGET": BY_EGRESS}, ["web -> internet of ::/0"]),
        ('"block-bidirectional"', {}, []),
        ('"block-bidirectional"', {"TARGET": BY_EGRESS}, []),
        ('"block-ingress"', {}, []),
        ('"block-ingress"', {"TARGET": BY_EGRESS}, ["web -> internet of ::/0"]),
        (
            "var.which",
            {},
            ["internet -> web of ::/0 needs var.which", "web -> internet of ::/0 needs var.which"],
        ),
        ("var.which", {"TARGET": BY_EGRESS}, ["web -> internet of ::/0 needs var.which"]),
    ],
)
def test_block_public_access_of_ipv6(
    mode: str, changes: dict[str, str], flows: list[str], tmp_path: Path
) -> None:
    """What comes in alone, or all of it: an egress-only gateway stays open to the former."""
    assert told(tmp_path, changes, BLOCK.replace("MODE", mode)) == flows


VPN = "gateway_id = aws_vpn_gateway.main.id"


@pytest.mark.parametrize(
    ("changes", "flows"),
    [
        ({}, ["internet -> web of ::/0", "web -> internet of ::/0"]),
        (
            {"TARGET": VPN},
            [
                "onprem -> web of ::/0",
                "web -> internet of ::/0 needs aws_route.six",
                "web -> onprem of ::/0",
            ],
        ),
        (
            {"DESTINATION": '"2600::/16"'},
            ["internet -> web of 2600::/16", "web -> internet of 2600::/16"],
        ),
        (
            {"IN": 'ipv6_cidr_blocks = ["2600:1::/55", "2600:9::/32"]'},
            ["internet -> web of 2600:1:0:100::/56,2600:9::/32", "web -> internet of ::/0"],
        ),
        (
            {"IN": 'ipv6_cidr_blocks = ["2600:1:0:100::/56"]'},
            ["internet -> web of 2600:1:0:100::/56", "web -> internet of ::/0"],
        ),
    ],
)
def test_the_own_range_of_a_vpc_takes_no_words(
    changes: dict[str, str], flows: list[str], tmp_path: Path
) -> None:
    """It is not beyond the VPC, which need not be said where it would take many ranges."""
    assert told(tmp_path, changes, given='ipv6_cidr_block = "2600:1::/56"') == flows


@pytest.mark.parametrize(
    "given", [GENERATED, "ipv6_cidr_block = var.which", 'ipv6_cidr_block = "2600:1::/56"']
)
def test_a_group_for_the_ipv6_of_its_vpc_is_for_nobody_else(given: str, tmp_path: Path) -> None:
    """Whatever the range is, and whoever gives it: the internet has none of it."""
    changes = {"IN": "ipv6_cidr_blocks = [aws_vpc.main.ipv6_cidr_block]"}
    assert told(tmp_path, changes, given=given) == ["web -> internet of ::/0"]
    flows = list_flows(Options(paths=(str(tmp_path),)), "vpc:main", "service:web").flows
    assert [(flow.verdict, flow.missing) for flow in flows] == [("open", ())]
