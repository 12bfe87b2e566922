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


S3 = """
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.main.id
  service_name      = "com.amazonaws.eu-west-1.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.web.id]
}
"""
ACL = """
resource "aws_network_acl" "web" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.web.id]
  ingress {
    rule_no    = 1
    action     = "allow"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
  ingress {
    rule_no         = 2
    action          = "allow"
    protocol        = "-1"
    ipv6_cidr_block = "::/0"
    from_port       = 0
    to_port         = 0
  }
  egress {
    rule_no   = 1
    action    = "allow"
    protocol  = "-1"
    from_port = 0
    to_port   = 0
    OUT_OF_IT
  }
}
"""


NATIVE = "ipv6_native = true"


@pytest.mark.parametrize(
    ("out", "acl", "reached"),
    [
        ('cidr_blocks = ["0.0.0.0/0"]', "", True),
        ('ipv6_cidr_blocks = ["::/0"]', "", False),
        ('cidr_blocks = ["0.0.0.0/0"]', 'cidr_block = "0.0.0.0/0"', True),
        ('cidr_blocks = ["0.0.0.0/0"]', 'ipv6_cidr_block = "::/0"', False),
        ('cidr_blocks = ["0.0.0.0/0"]', NATIVE, False),
    ],
)
def test_a_gateway_endpoint_is_reached_by_ipv4(
    out: str, acl: str, reached: bool, tmp_path: Path
) -> None:
    """Groups and ACLs must let that out, whatever they let out of IPv6; and the subnet have it."""
    text = STACK.replace('cidr_block = "10.0.1.0/24"', NATIVE) if acl == NATIVE else STACK
    text = filled(text + S3, DEFAULTS | {"OUT": out})
    text += ACL.replace("OUT_OF_IT", acl) if acl not in ("", NATIVE) else ""
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    flows = list_flows(Options(paths=(str(tmp_path),)), "service:web", "endpoint:s3").flows

    assert [each.verdict for each in flows] == ["open"] * reached


EDGE = """
resource "aws_route" "four" {
  route_table_id         = aws_route_table.web.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}
resource "aws_security_group" "edge" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol         = "tcp"
    from_port        = 443
    to_port          = 443
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
  egress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["10.0.0.0/16"]
  }
}
resource "aws_lb" "edge" {
  load_balancer_type = "network"
  ip_address_type    = STACKED
  subnets            = [aws_subnet.web.id]
  security_groups    = [aws_security_group.edge.id]
}
resource "aws_lb_target_group" "edge" {
  port               = 80
  protocol           = "TCP"
  target_type        = "ip"
  vpc_id             = aws_vpc.main.id
  preserve_client_ip = KEPT
}
resource "aws_lb_listener" "edge" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 443
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.edge.arn
  }
}
"""
BOUND = """launch_type = "FARGATE"
  load_balancer {
    target_group_arn = aws_lb_target_group.edge.arn
    container_name   = "web"
    container_port   = 80
  }
"""
OF_EDGE = "security_groups = [aws_security_group.edge.id]"
ALL, OF_SUBNET, SOME = (
    f'cidr_blocks = ["{each}"]' for each in ("0.0.0.0/0", "10.0.1.0/24", "8.0.0.0/8")
)
STACKED, KEEPS, HIDES, EITHER = '"dualstack"', "true", "false", "var.which"


@pytest.mark.parametrize(
    ("stacked", "kept", "allowed", "said"),
    [
        ('"ipv4"', HIDES, OF_EDGE, ["open "]),
        ('"ipv4"', KEEPS, OF_EDGE, ["open "]),
        ('"ipv4"', EITHER, OF_EDGE, ["open "]),
        ('"ipv4"', KEEPS, ALL, ["open "]),
        ('"ipv4"', EITHER, ALL, ["open "]),
        ('"ipv4"', HIDES, OF_SUBNET, ["open "]),
        ('"ipv4"', KEEPS, OF_SUBNET, []),
        ('"ipv4"', EITHER, OF_SUBNET, ["unknown "]),
        ('"ipv4"', HIDES, SOME, []),
        ('"ipv4"', KEEPS, SOME, ["open 8.0.0.0/8"]),
        ('"ipv4"', EITHER, SOME, ["unknown 8.0.0.0/8"]),
        # Targets of IPv4 never see the address of a client of IPv6: it comes by the balancer's.
        (STACKED, HIDES, OF_EDGE, ["open "]),
        (STACKED, KEEPS, ALL, ["open "]),
        (STACKED, KEEPS, OF_SUBNET, ["open ::/0"]),
        (STACKED, KEEPS, SOME, ["open 8.0.0.0/8"]),
        (STACKED, HIDES, OF_SUBNET, ["open "]),
        (STACKED, EITHER, OF_SUBNET, ["open ::/0", "unknown "]),
        (STACKED, EITHER, SOME, ["unknown 8.0.0.0/8"]),
    ],
)
def test_clients_of_ipv6_come_to_targets_of_ipv4(
    stacked: str, kept: str, allowed: str, said: list[str], tmp_path: Path
) -> None:
    """A Network Load Balancer of both versions hides their addresses, whatever else it keeps."""
    edge = EDGE.replace("STACKED", stacked).replace("KEPT", kept)
    text = STACK.replace('launch_type = "FARGATE"\n', BOUND) + edge
    (tmp_path / "main.tf").write_text(filled(text, DEFAULTS | {"IN": allowed}), encoding="utf-8")
    flows = list_flows(Options(paths=(str(tmp_path),)), "internet", "service:web").flows

    by_edge = [f"{each.verdict} {','.join(each.addresses)}" for each in flows if each.through]
    assert by_edge == said
    assert all(each.missing == ("var.which",) for each in flows if each.verdict == "unknown")


CLIENT = """
resource "aws_subnet" "more" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
  SIX
}
resource "aws_security_group" "client" {
  vpc_id = aws_vpc.main.id
  egress {
    protocol         = "tcp"
    from_port        = 443
    to_port          = 443
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}
resource "aws_ecs_service" "client" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.more.id]
    security_groups = [aws_security_group.client.id]
  }
}
"""
DUAL = "ipv6_cidr_block = cidrsubnet(aws_vpc.main.ipv6_cidr_block, 8, 2)"


@pytest.mark.parametrize(
    ("stacked", "kept", "six", "allowed", "said"),
    [
        ('"ipv4"', HIDES, "", OF_SUBNET, ["open"]),
        ('"ipv4"', KEEPS, "", OF_SUBNET, []),
        ('"ipv4"', KEEPS, "", OF_EDGE, ["open"]),
        (STACKED, KEEPS, "", OF_SUBNET, []),
        (STACKED, KEEPS, DUAL, OF_SUBNET, ["open"]),
        (STACKED, EITHER, DUAL, OF_SUBNET, ["open"]),
        (STACKED, EITHER, "", OF_SUBNET, ["unknown"]),
        # Nobody comes by IPv6 where the load balancer has none.
        ('"ipv4"', KEEPS, DUAL, OF_SUBNET, []),
        ("var.which", HIDES, DUAL, OF_SUBNET, ["open"]),
        ("null", KEEPS, DUAL, OF_SUBNET, []),
    ],
)
def test_a_client_of_the_vpc_may_come_by_ipv6(
    stacked: str, kept: str, six: str, allowed: str, said: list[str], tmp_path: Path
) -> None:
    """Its own address counts where targets see it, and that is where both have IPv4."""
    edge = EDGE.replace("STACKED", stacked).replace("KEPT", kept) + CLIENT.replace("SIX", six)
    text = STACK.replace('launch_type = "FARGATE"\n', BOUND) + edge
    (tmp_path / "main.tf").write_text(filled(text, DEFAULTS | {"IN": allowed}), encoding="utf-8")
    flows = list_flows(Options(paths=(str(tmp_path),)), "service:client", "service:web").flows

    assert [each.verdict for each in flows if each.through] == said


@pytest.mark.parametrize(
    ("stacked", "said"),
    [
        (STACKED, ["open"]),
        ('"dualstack-without-public-ipv4"', ["open"]),
        ('"ipv4"', []),
        ("null", []),
        ("var.which", ["unknown"]),
    ],
)
def test_a_load_balancer_has_ipv6_by_its_address_type(
    stacked: str, said: list[str], tmp_path: Path
) -> None:
    """Whatever its subnets have: who may come by IPv6 alone comes if it has such addresses."""
    edge = EDGE.replace("STACKED", stacked).replace("KEPT", "null")
    edge = edge.replace('load_balancer_type = "network"\n', "").replace('"TCP"', '"HTTP"')
    edge = edge.replace("  preserve_client_ip = null\n", "")
    edge = edge.replace('    cidr_blocks      = ["0.0.0.0/0"]\n', "")
    text = STACK + edge + CLIENT.replace("SIX", DUAL)
    (tmp_path / "main.tf").write_text(filled(text, DEFAULTS), encoding="utf-8")
    flows = list_flows(Options(paths=(str(tmp_path),)), "service:client", "lb:edge").flows

    assert [each.verdict for each in flows] == said
    assert all(each.missing == ("var.which",) for each in flows if each.verdict == "unknown")
