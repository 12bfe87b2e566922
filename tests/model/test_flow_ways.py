"""Where flows lead, by routes, gateways and load balancers: small stacks, and what is said."""

from pathlib import Path

import pytest

from taskwall.api.flows import explain, list_flows
from taskwall.api.options import Options

VPC = """
variable "which" {}
variable "zone" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "web" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = var.zone
}
resource "aws_route_table" "web" { vpc_id = aws_vpc.main.id }
resource "aws_route_table" "other" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""


def service(name: str, more: str = "", subnet: str = "web", group: str = "web") -> str:
    """A service on Fargate, with a public address."""
    return f"""
resource "aws_ecs_service" "{name}" {{
  launch_type = "FARGATE"
  network_configuration {{
    subnets          = [aws_subnet.{subnet}.id]
    security_groups  = [aws_security_group.{group}.id]
    assign_public_ip = true
  }}
{more}}}
"""


def table(name: str, subnet: str = "web") -> str:
    """The route table of a subnet."""
    return f"""
resource "aws_route_table_association" "{subnet}" {{
  subnet_id      = aws_subnet.{subnet}.id
  route_table_id = {name}
}}
"""


def route(table: str, to: str, cidr: str = "0.0.0.0/0") -> str:
    """A route of its own."""
    return f"""
resource "aws_route" "{table}_{to.partition("_")[0]}" {{
  route_table_id         = aws_route_table.{table}.id
  destination_cidr_block = "{cidr}"
  {to}
}}
"""


IGW = "gateway_id = aws_internet_gateway.main.id"
EITHER = 'var.which == "web" ? aws_route_table.web.id : aws_route_table.other.id'


def told(folder: Path, text: str, of: str = "", to: str = "") -> list[str]:
    """The flows of a stack from and to an end, in short."""
    (folder / "main.tf").write_text(VPC + text, encoding="utf-8")
    flows = list_flows(Options(paths=(str(folder),)), of or None, to or None)
    assert not flows.problems
    found = []
    for flow in flows.flows:
        line = f"{flow.source} -> {flow.target}: {flow.protocol} {','.join(flow.ports)}"
        line += "".join(f" through {each}" for each in flow.through)
        line += "".join(f" needs {each}" for each in flow.missing)
        found.append(line + (f" of {','.join(flow.addresses)}" if flow.addresses else ""))
    return sorted(found)


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        (table("aws_route_table.web.id") + route("web", IGW), [""]),
        (table("aws_route_table.other.id") + route("web", IGW), []),
        (table(EITHER) + route("web", IGW), [" needs var.which"]),
    ],
)
def test_the_route_table_decides(text: str, ways: list[str], tmp_path: Path) -> None:
    """Where it is not known which table a subnet has, a route of one of them may be its own."""
    expected = [f"service:web -> internet: tcp 443{way}" for way in ways]
    assert told(tmp_path, text + service("web"), to="internet") == expected


LB = """
resource "aws_lb" "NAME" {
  internal        = INTERNAL
  subnets         = [aws_subnet.web.id]
  security_groups = [aws_security_group.web.id]
}
resource "aws_lb_target_group" "NAME" {
  port        = 80
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
resource "aws_lb_listener" "NAME" {
  load_balancer_arn = aws_lb.NAME.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.NAME.arn
  }
}
"""
GROUPS = """
resource "aws_security_group" "edge" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol        = "tcp"
    from_port       = 443
    to_port         = 443
    security_groups = [aws_security_group.web.id]
  }
  egress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["10.0.0.0/16"]
  }
}
"""


def balancer(name: str, internal: bool = True) -> str:
    """A load balancer that tasks of port 80 may stand behind."""
    return LB.replace("NAME", name).replace("INTERNAL", str(internal).lower())


def behind(name: str) -> str:
    """What a service says that stands behind a load balancer."""
    return f"""
  load_balancer {{
    target_group_arn = aws_lb_target_group.{name}.arn
    container_name   = "web"
    container_port   = 80
  }}
"""


EDGE = balancer("edge").replace("aws_security_group.web", "aws_security_group.edge") + GROUPS


@pytest.mark.parametrize("client", ["one", "two"])
def test_one_of_several_clients_is_asked_about(client: str, tmp_path: Path) -> None:
    """What may use a load balancer as others may is told of by itself where it is asked about."""
    text = EDGE + service("web", behind("edge")) + service("one") + service("two")
    found = told(tmp_path, text, f"service:{client}", "service:web")

    assert found == [
        f"service:{client} -> service:web: tcp 443 through lb:edge",
    ]


ORIGIN = """
resource "aws_cloudfront_vpc_origin" "main" {
  vpc_origin_endpoint_config {
    name                   = "main"
    arn                    = aws_lb.edge.arn
    http_port              = 80
    https_port             = 443
    origin_protocol_policy = "https-only"
  }
}
resource "aws_cloudfront_distribution" "main" {
  enabled = true
  origin {
    origin_id   = "main"
    domain_name = aws_lb.edge.dns_name
    vpc_origin_config { vpc_origin_id = aws_cloudfront_vpc_origin.main.id }
  }
  default_cache_behavior {
    target_origin_id       = "main"
    viewer_protocol_policy = "https-only"
  }
}
"""


def test_a_vpc_origin_leads_to_its_own_load_balancer(tmp_path: Path) -> None:
    """Viewers of CloudFront come to the load balancer that is the origin, and to no other."""
    open_ = GROUPS.replace("security_groups = [aws_security_group.web.id]", EVERYBODY)
    text = balancer("edge") + balancer("other") + open_
    text = text.replace("[aws_security_group.web.id]", "[aws_security_group.edge.id]")

    assert told(tmp_path, text + ORIGIN, "internet") == [
        "internet -> lb:edge: tcp 443 through aws:cloudfront",
    ]


EVERYBODY = 'cidr_blocks     = ["0.0.0.0/0"]'


def test_what_no_route_leads_to_is_closed_where_the_subnet_is_named(tmp_path: Path) -> None:
    """That no route leads to an end beyond the VPC is said at the subnet of the service."""
    text = VPC + service("web")
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    options = Options(paths=(str(tmp_path),))
    (answer,) = explain(options, "onprem", "service:web", None).answers

    line = text.splitlines().index("    subnets          = [aws_subnet.web.id]") + 1
    closed = [(each.at.text, each.at.line) for each in answer.closed]
    assert ("no route of aws_subnet.web leads to onprem", line) in closed


GATEWAY = """
resource "aws_vpc" "far" { cidr_block = "10.1.0.0/16" }
resource "aws_subnet" "far" {
  vpc_id            = aws_vpc.far.id
  cidr_block        = "10.1.1.0/24"
  availability_zone = "eu-west-1a"
}
resource "aws_subnet" "beside" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.9.0/24"
}
resource "aws_route_table" "far" { vpc_id = aws_vpc.far.id }
resource "aws_security_group" "far" {
  vpc_id = aws_vpc.far.id
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.0.1.0/24"]
  }
}
resource "aws_ec2_transit_gateway" "main" {}
resource "aws_ec2_transit_gateway_vpc_attachment" "main" {
  transit_gateway_id = aws_ec2_transit_gateway.main.id
  vpc_id             = aws_vpc.main.id
  subnet_ids         = [aws_subnet.ATTACHED.id]
}
resource "aws_ec2_transit_gateway_vpc_attachment" "far" {
  transit_gateway_id = aws_ec2_transit_gateway.main.id
  vpc_id             = aws_vpc.far.id
  subnet_ids         = [aws_subnet.far.id]
}
"""
TRANSIT = "transit_gateway_id = aws_ec2_transit_gateway.main.id"


@pytest.mark.parametrize(
    ("attached", "needs"),
    [("web", ""), ("beside", " needs var.zone needs the Availability Zone of aws_subnet.beside")],
)
def test_a_gateway_in_the_same_subnet_is_in_its_zone(
    attached: str, needs: str, tmp_path: Path
) -> None:
    """Whatever the zone of a subnet is, it is that of an attachment in this very subnet."""
    text = GATEWAY.replace("ATTACHED", attached) + service("web")
    text += service("far", subnet="far", group="far")
    text += table("aws_route_table.web.id") + table("aws_route_table.far.id", "far")
    text += route("web", TRANSIT, "10.1.0.0/16") + route("far", TRANSIT, "10.0.0.0/16")

    found = told(tmp_path, text, "service:web", "service:far")
    assert found == [f"service:web -> service:far: tcp 443{needs}"]
