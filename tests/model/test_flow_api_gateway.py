"""What comes in by API Gateway and a VPC link: of which integration, to which listener."""

from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import list_flows
from taskwall.api.options import Options

STACK = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "link" {
  vpc_id = aws_vpc.main.id
  egress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = [REACHED]
  }
}
resource "aws_security_group" "edge" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol        = "tcp"
    from_port       = 80
    to_port         = 81
    security_groups = [aws_security_group.link.id]
  }
}
resource "aws_lb" "edge" {
  internal        = true
  subnets         = [aws_subnet.a.id]
  security_groups = [aws_security_group.edge.id]
}
resource "aws_lb_listener" "one" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 80
  protocol          = "HTTP"
  default_action { type = "fixed-response" }
}
resource "aws_lb_listener" "two" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 81
  protocol          = "HTTP"
  default_action { type = "fixed-response" }
}
resource "aws_apigatewayv2_vpc_link" "main" {
  subnet_ids         = [aws_subnet.a.id]
  security_group_ids = [aws_security_group.link.id]
}
resource "aws_apigatewayv2_api" "main" { protocol_type = "HTTP" }
resource "aws_apigatewayv2_integration" "main" {
  count              = COUNT
  api_id             = aws_apigatewayv2_api.main.id
  integration_type   = "HTTP_PROXY"
  integration_method = "ANY"
  integration_uri    = URI
  connection_type    = "VPC_LINK"
  connection_id      = aws_apigatewayv2_vpc_link.main.id
}
"""
DEFAULTS = {
    "REACHED": '"10.0.0.0/16"',
    "COUNT": "1",
    "URI": "aws_lb_listener.one.arn",
}
OPEN = "tcp 443 at 80"
BY_OTHERS = "tcp 80-81 needs aws_apigatewayv2_vpc_link.main"


def told(folder: Path, text: str, end: str = "lb:edge") -> list[str]:
    """What the internet can open to the load balancer, in short."""
    (folder / "main.tf").write_text(text, encoding="utf-8")
    found = list_flows(Options(paths=(str(folder),)), "internet", end)
    assert not found.problems
    assert all(flow.through == ("aws:apigateway",) for flow in found.flows)
    return [
        f"{flow.protocol} {','.join(flow.ports)}"
        + "".join(f" at {each}" for each in flow.arrives)
        + "".join(f" needs {each}" for each in flow.missing)
        for flow in found.flows
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, [OPEN]),
        ({"COUNT": 'var.which == "" ? 1 : 0'}, [f"{OPEN} needs var.which"]),
        ({"URI": "var.which"}, [BY_OTHERS]),
        (
            {"URI": "[aws_lb_listener.one.arn, aws_lb_listener.two.arn][var.which]"},
            [BY_OTHERS],
        ),
        # The link's group lets nothing out to the port of the second listener.
        ({"URI": "aws_lb_listener.two.arn"}, []),
        ({"REACHED": '"10.9.0.0/16"'}, []),
        ({"REACHED": "var.which"}, [f"{OPEN} needs var.which"]),
    ],
)
def test_the_internet_comes_in_by_an_integration(
    changes: dict[str, str], said: list[str], tmp_path: Path
) -> None:
    """It says to which listener, and the groups of its link and of the load balancer must allow."""
    assert told(tmp_path, filled(STACK, DEFAULTS | changes)) == said


REST = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "net" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = [FROM]
  }
}
resource "aws_lb" "net" {
  load_balancer_type = "network"
  internal           = true
  subnets            = [aws_subnet.a.id]
  security_groups    = GROUPS
  enforce_security_group_inbound_rules_on_private_link_traffic = ENFORCED
}
resource "aws_lb_listener" "one" {
  load_balancer_arn = aws_lb.net.arn
  port              = PORT
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.net.arn
  }
}
resource "aws_lb_target_group" "net" {
  port        = 80
  protocol    = "TCP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_api_gateway_vpc_link" "main" { target_arns = TARGETS }
resource "aws_api_gateway_rest_api" "main" {
  endpoint_configuration { types = TYPES }
}
resource "aws_api_gateway_integration" "main" {
  count                   = COUNT
  rest_api_id             = aws_api_gateway_rest_api.main.id
  type                    = "HTTP_PROXY"
  integration_http_method = "ANY"
  uri                     = URI
  connection_type         = "VPC_LINK"
  connection_id           = LINK
}
"""
OF_REST = {
    "TYPES": '["REGIONAL"]',
    "URI": '"http://${aws_lb.net.dns_name}:80"',
    "TARGETS": "[aws_lb.net.arn]",
    "GROUPS": "[]",
    "ENFORCED": "null",
    "COUNT": "1",
    "PORT": "80",
    "FROM": '"10.0.0.0/16"',
    "LINK": "aws_api_gateway_vpc_link.main.id",
}
GROUPED = {"GROUPS": "[aws_security_group.net.id]"}
OF_LINK = "tcp 80 needs aws_api_gateway_vpc_link.main"
BY_GROUPS = f"{OPEN} needs the addresses of what comes by PrivateLink"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, OPEN, id="a regional API"),
        pytest.param({"TYPES": '["EDGE"]'}, OPEN, id="an API at the edge"),
        # Who calls a private API is in a VPC; what else the link is for is not known.
        pytest.param({"TYPES": '["PRIVATE"]'}, OF_LINK, id="a private API"),
        pytest.param({"TYPES": "[var.which]"}, OF_LINK, id="an API of an input's type"),
        pytest.param({"COUNT": "0"}, OF_LINK, id="no integration"),
        pytest.param(
            {"COUNT": 'var.which == "" ? 1 : 0'}, f"{OPEN} needs var.which", id="perhaps one"
        ),
        pytest.param({"LINK": "var.which"}, OF_LINK, id="perhaps by another link"),
        # The port is that of the address, or of its scheme.
        pytest.param({"URI": '"http://${aws_lb.net.dns_name}"'}, OPEN, id="the port of HTTP"),
        pytest.param(
            {"URI": '"https://${aws_lb.net.dns_name}"', "PORT": "443"},
            "tcp 443",
            id="the port of HTTPS",
        ),
        pytest.param(
            {"URI": '"http://${aws_lb.net.dns_name}:81"'}, OF_LINK, id="a port without a listener"
        ),
        pytest.param(
            {"PORT": "var.which"}, "tcp 443 at all needs var.which", id="a listener's open port"
        ),
        pytest.param({"URI": "var.which"}, OF_LINK, id="an address of an input"),
        # Its name hangs on the API; the link says where it leads.
        pytest.param({"URI": '"http://shop.example.com:80"'}, OPEN, id="another name"),
        pytest.param(GROUPED, BY_GROUPS, id="groups of some addresses"),
        pytest.param(GROUPED | {"FROM": '"0.0.0.0/0"'}, OPEN, id="groups of every address"),
        pytest.param(GROUPED | {"ENFORCED": '"on"'}, BY_GROUPS, id="groups that count"),
        pytest.param(GROUPED | {"ENFORCED": '"off"'}, OPEN, id="groups that do not count"),
        pytest.param(GROUPED | {"ENFORCED": "var.which"}, BY_GROUPS, id="groups that may count"),
    ],
)
def test_the_internet_comes_in_by_a_rest_api(
    changes: dict[str, str], said: str, tmp_path: Path
) -> None:
    """By a link of version 1, which is PrivateLink to a Network Load Balancer."""
    assert told(tmp_path, filled(REST, OF_REST | changes), "lb:net") == [said]


LINKS = {
    "aws_apigatewayv2_vpc_link": (STACK, DEFAULTS, "lb:edge"),
    "aws_api_gateway_vpc_link": (REST, OF_REST, "lb:net"),
}


@pytest.mark.parametrize("kind", LINKS)
@pytest.mark.parametrize(
    "link", ["data.KIND.main.id", '"vpclink-1"', "var.which"], ids=["data source", "id", "input"]
)
def test_a_link_from_elsewhere_is_waited_for(kind: str, link: str, tmp_path: Path) -> None:
    """Where its interfaces are, or to which load balancers it leads, is not in the sources."""
    text, defaults, end = LINKS[kind]
    own = f'resource "{kind}" "main"'
    assert own in text
    other = filled(text, defaults).replace(f"{kind}.main.id", link.replace("KIND", kind))
    there = other.replace(own, f'data "{kind}" "main"')

    ports = "80-81" if end == "lb:edge" else "80"
    integration = kind.replace("_vpc_link", "_integration")
    assert told(tmp_path, there, end) == [f"tcp {ports} needs {integration}.main"]
