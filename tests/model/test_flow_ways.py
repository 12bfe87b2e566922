"""Where flows lead, by routes, gateways and load balancers: small stacks, and what is said."""

import re
from pathlib import Path

import pytest

from taskwall.api.flows import EndError, explain, list_flows
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


def made(kind: str, name: str, *lines: str) -> str:
    """A resource, or (with "data " before its type) a data source."""
    word, _, of = kind.rpartition(" ")
    body = "".join(f"  {line}\n" for line in lines)
    return f'{word or "resource"} "{of}" "{name}" {{\n{body}}}\n'


def by_list(prefix_list: str) -> str:
    """A route to the internet gateway by a prefix list."""
    lines = ("route_table_id = aws_route_table.web.id", IGW)
    return made("aws_route", "listed", *lines, f"destination_prefix_list_id = {prefix_list}")


def blocked(mode: str) -> str:
    """Block Public Access."""
    return made(
        "aws_vpc_block_public_access_options", "main", f"internet_gateway_block_mode = {mode}"
    )


OWN = table("aws_route_table.web.id")
OPEN = OWN + route("web", IGW)
LIST = made(
    *("aws_ec2_managed_prefix_list", "all", 'address_family = "IPv4"'),
    'entry { cidr = "0.0.0.0/0" }',
)
S3_NAME = 'name = "com.amazonaws.eu-west-1.s3"'
S3 = made("data aws_ec2_managed_prefix_list", "s3", S3_NAME)
NAT = (
    made("aws_subnet", "nat", "vpc_id = aws_vpc.main.id", 'cidr_block = "10.0.7.0/24"')
    + made("aws_route_table", "nat", "vpc_id = aws_vpc.main.id")
    + table("aws_route_table.nat.id", "nat")
    + made("aws_nat_gateway", "main", "subnet_id = aws_subnet.nat.id")
    + (OWN + route("web", "nat_gateway_id = aws_nat_gateway.main.id"))
)
OPEN_NAT = NAT + route("nat", IGW)
NAT_ELSEWHERE = OWN + route("web", 'nat_gateway_id = "nat-1"')
TO_FIREWALL = 'network_interface_id = "eni-1"'
UNKNOWN = " needs var.which"


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        (OPEN, [""]),
        (table("aws_route_table.other.id") + route("web", IGW), []),
        (table(EITHER) + route("web", IGW), [UNKNOWN]),
        (table("var.which"), [UNKNOWN]),
        (OWN + route("web", IGW).replace("aws_route_table.web.id", EITHER), [UNKNOWN]),
        (OWN + route("web", IGW).replace('"0.0.0.0/0"', "var.which"), [UNKNOWN]),
        (OWN + LIST + by_list("aws_ec2_managed_prefix_list.all.id"), [""]),
        (OWN + S3 + by_list("data.aws_ec2_managed_prefix_list.s3.id"), []),
        (OWN + by_list("var.which"), [UNKNOWN]),
        (OPEN + blocked('"block-bidirectional"'), []),
        (OPEN + blocked('"block-ingress"'), []),
        (OPEN + blocked("var.which"), [UNKNOWN]),
        (NAT, []),
        (OPEN_NAT, [""]),
        (OPEN_NAT + blocked('"block-bidirectional"'), []),
        (OPEN_NAT + blocked('"block-ingress"'), [""]),
        (OPEN_NAT + blocked("var.which"), [UNKNOWN]),
        (NAT_ELSEWHERE, [""]),
        (NAT_ELSEWHERE + blocked('"block-ingress"'), [""]),
        (NAT_ELSEWHERE + blocked('"block-bidirectional"'), [" needs Block Public Access"]),
        (NAT_ELSEWHERE + blocked("var.which"), [UNKNOWN]),
        (OWN + route("web", TO_FIREWALL), [" needs aws_route.web_network"]),
        (OWN + route("web", 'transit_gateway_id = "tgw-1"'), [" needs aws_route.web_transit"]),
        (OWN + route("web", 'gateway_id = "vgw-1"'), [" needs aws_route.web_gateway"]),
        (OWN + route("web", IGW, "10.0.0.0/8"), []),
        (OWN + route("web", IGW, "8.0.0.0/8"), [" of 8.0.0.0/8"]),
    ],
)
def test_routes_lead_to_the_internet(text: str, ways: list[str], tmp_path: Path) -> None:
    """The route table decides, and where that or its route is not known, the way is not."""
    private = "nat_gateway" in text
    client = service("web").replace("true", str(not private).lower())

    expected = [f"service:web -> internet: tcp 443{way}" for way in ways]
    assert told(tmp_path, text + client, to="internet") == expected


@pytest.mark.parametrize(
    ("to", "needs"),
    [("9.9.9.9", ""), ("8.9.9.9", " needs aws_route.web_network"), ("8.8.9.9", "")],
)
def test_the_longest_prefix_decides_where_traffic_goes(to: str, needs: str, tmp_path: Path) -> None:
    """Whatever the order in which routes are written, the narrowest that fits is taken."""
    back = made(
        *("aws_route", "back", "route_table_id = aws_route_table.web.id", IGW),
        'destination_cidr_block = "8.8.0.0/16"',
    )
    text = OWN + route("web", TO_FIREWALL, "8.0.0.0/8") + route("web", IGW) + back
    found = told(tmp_path, text + service("web"), to=to)

    assert found == [f"service:web -> internet: tcp 443{needs} of {to}/32"]


PEER = 'vpc_peering_connection_id = "pcx-1"'
PERHAPS = 'count = var.which == "" ? 1 : 0'
MIXED = made(
    *("aws_ec2_managed_prefix_list", "mixed", 'address_family = "IPv4"'),
    "entry { cidr = var.which }",
)


@pytest.mark.parametrize(
    ("lines", "ways"),
    [
        ([], [" needs destination_cidr_block"]),
        (["destination_cidr_block = var.which"], [UNKNOWN]),
        (["destination_prefix_list_id = var.which"], [UNKNOWN]),
        (["destination_prefix_list_id = aws_ec2_managed_prefix_list.mixed.id"], [UNKNOWN]),
        ([PERHAPS, 'destination_cidr_block = "8.0.0.0/8"'], [UNKNOWN]),
        ([PERHAPS, 'destination_cidr_block = "9.0.0.0/8"'], [""]),
        (['destination_cidr_block = "8.0.0.0/8"'], []),
    ],
)
def test_a_route_that_may_be_for_fewer_addresses_may_lead_elsewhere(
    lines: list[str], ways: list[str], tmp_path: Path
) -> None:
    """Then the route that would else be taken waits for what decides that."""
    first = made("aws_route", "first", "route_table_id = aws_route_table.web.id", PEER, *lines)
    found = told(tmp_path, OPEN + MIXED + first + service("web"), to="8.8.8.8")

    assert found == [f"service:web -> internet: tcp 443{way} of 8.8.8.8/32" for way in ways]


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


EVERYBODY = 'cidr_blocks     = ["0.0.0.0/0"]'
INTERNAL = (
    balancer("edge")
    + balancer("other")
    + GROUPS.replace("security_groups = [aws_security_group.web.id]", EVERYBODY)
).replace("[aws_security_group.web.id]", "[aws_security_group.edge.id]")


def test_a_vpc_origin_leads_to_its_own_load_balancer(tmp_path: Path) -> None:
    """Viewers of CloudFront come to the load balancer that is the origin, and to no other."""
    assert told(tmp_path, INTERNAL + ORIGIN, "internet") == [
        "internet -> lb:edge: tcp 443 through aws:cloudfront",
    ]


POLICY, VIEWERS = 'origin_protocol_policy = "', 'viewer_protocol_policy = "'
TO_HTTP = {POLICY + "https": POLICY + "http"}
MATCHING = {POLICY + "https-only": POLICY + "match-viewer"}
ALL_VIEWERS = {VIEWERS + "https-only": VIEWERS + "allow-all"}


@pytest.mark.parametrize(
    ("changes", "ways"),
    [
        ({}, ["443"]),
        (ALL_VIEWERS, ["80,443"]),
        (MATCHING, ["443"]),
        (MATCHING | ALL_VIEWERS, ["443"]),
        (TO_HTTP | ALL_VIEWERS, []),
        (TO_HTTP | {"= 80\n": "= 443\n"}, ["443"]),
        (TO_HTTP | ALL_VIEWERS | {"= 80\n": "= 443\n"}, ["80,443"]),
        (MATCHING | ALL_VIEWERS | {"= 443": "= 8443", "= 80\n": "= 443\n"}, ["80"]),
        (MATCHING | {"= 443": "= 8443", "= 80\n": "= 443\n"}, []),
        ({POLICY + 'https-only"': POLICY[:-1] + "var.which"}, [f"443{UNKNOWN}"]),
        ({"= 443": "= 8443"}, []),
        ({"= 443": "= var.which"}, [f"443{UNKNOWN}"]),
        ({"enabled = true": "enabled = false"}, []),
        ({"enabled = true": "enabled = var.which"}, [f"443{UNKNOWN}"]),
        (
            {"enabled = true": 'enabled = true\n  count = var.which == "" ? 1 : 0'},
            [f"443{UNKNOWN}"],
        ),
    ],
)
def test_a_vpc_origin_has_its_own_protocol_and_ports(
    changes: dict[str, str], ways: list[str], tmp_path: Path
) -> None:
    """Viewers' scheme and the origin's policy say which of its ports is asked, if it listens."""
    text = ORIGIN
    for before, after in changes.items():
        text = text.replace(before, after)

    found = told(tmp_path, INTERNAL + text, "internet", "lb:edge")
    through = " through aws:cloudfront"
    assert [line.replace(through, "") for line in found] == [
        f"internet -> lb:edge: tcp {way}" for way in ways
    ]


BEFORE = made(
    *("aws_lb_listener", "a", "port = 81"),
    "load_balancer_arn = [aws_lb.inner.arn, aws_lb.outer.arn][var.zone]",
) + (
    balancer("inner")
    + made(
        *("aws_lb", "outer", 'load_balancer_type = "network"', "internal = true"),
        "subnets = [aws_subnet.web.id]",
    )
    + made(
        *("aws_lb_target_group", "outer", "port = PORT", 'protocol = "TCP"'),
        *('target_type = "alb"', "vpc_id = aws_vpc.main.id"),
    )
    + made(
        *("aws_lb_target_group_attachment", "outer", "target_id = aws_lb.inner.arn"),
        "target_group_arn = aws_lb_target_group.outer.arn",
    )
    + made(
        *("aws_lb_listener", "outer", "load_balancer_arn = aws_lb.outer.arn", "port = 80"),
        'protocol = "TCP"',
        'default_action {\ntype = "forward"\ntarget_group_arn = aws_lb_target_group.outer.arn\n}',
    )
)
PERHAPS_BEFORE = BEFORE.replace(
    '"outer" {\n  load_balancer_type',
    '"outer" {\n  count = var.which == "" ? 1 : 0\n  load_balancer_type',
).replace("aws_lb.outer.arn", "aws_lb.outer[0].arn")


@pytest.mark.parametrize(
    ("before", "port", "needs"),
    [
        (BEFORE, "443", [""]),
        (BEFORE, "var.which", [UNKNOWN]),
        (BEFORE, "80", []),
        (PERHAPS_BEFORE, "443", [UNKNOWN]),
    ],
)
def test_a_network_load_balancer_leads_to_the_one_behind_it(
    before: str, port: str, needs: list[str], tmp_path: Path
) -> None:
    """On the port of its target group, if it exists, whatever listens for one that is not known."""
    open_ = GROUPS.replace("security_groups = [aws_security_group.web.id]", EVERYBODY)
    text = (before.replace("PORT", port) + open_).replace(
        "[aws_security_group.web.id]", "[aws_security_group.edge.id]"
    )
    found = told(tmp_path, text + service("web", behind("inner")), to="service:web")

    outer = "lb:outer[0]" if before == PERHAPS_BEFORE else "lb:outer"
    way = f"vpc:main -> service:web: tcp 80 through {outer} through lb:inner"
    assert [line for line in found if "outer" in line] == [f"{way}{need}" for need in needs]
    flows = list_flows(Options(paths=(str(tmp_path),)), None, "service:web").flows
    verdicts = [flow.verdict for flow in flows if outer in flow.through]
    assert verdicts == ["unknown" if need else "open" for need in needs]


@pytest.mark.parametrize(
    ("address", "led"), [('"10.0.1.7"', True), ('"10.0.9.7"', False), ("var.which", True)]
)
def test_an_address_leads_to_the_load_balancer_that_may_have_it(
    address: str, led: bool, tmp_path: Path
) -> None:
    """A target that is an address is no load balancer in whose subnets it is not."""
    open_ = GROUPS.replace("security_groups = [aws_security_group.web.id]", EVERYBODY)
    by_address = BEFORE.replace('"alb"', '"ip"').replace(
        "target_id = aws_lb.inner.arn", f"target_id = {address}"
    )
    text = (by_address.replace("PORT", "443") + open_).replace(
        "[aws_security_group.web.id]", "[aws_security_group.edge.id]"
    )
    found = told(tmp_path, text + service("web", behind("inner")), to="service:web")

    assert any("through lb:outer through lb:inner" in line for line in found) is led


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


def gateway(id_: str) -> str:
    """A route to a transit gateway."""
    return OWN + route("web", f"transit_gateway_id = {id_}", "10.1.0.0/16")


def peering(far: str, link: str = "aws_vpc_peering_connection.far.id") -> str:
    """A peering connection with a VPC, and a route to it."""
    ends = ("vpc_id = aws_vpc.main.id", f"peer_vpc_id = {far}")
    to = route("web", f"vpc_peering_connection_id = {link}", "10.1.0.0/16")
    return OWN + to + made("aws_vpc_peering_connection", "far", *ends)


NOT_ATTACHED = " needs what is attached to the transit gateway of 10.1.0.0/16"
NO_PEER = " needs the routes of the peered VPC of 10.1.0.0/16"


@pytest.mark.parametrize(
    ("text", "far", "needs"),
    [
        (gateway('"tgw-1"'), "onprem", NOT_ATTACHED),
        (
            gateway("aws_ec2_transit_gateway.main.id") + made("aws_ec2_transit_gateway", "main"),
            "onprem",
            NOT_ATTACHED,
        ),
        (peering('"vpc-9"'), "vpc:vpc-9", " needs the routes of vpc-9 of 10.1.0.0/16"),
        (peering("var.which"), "vpc:var.which", " needs the routes of var.which of 10.1.0.0/16"),
        (peering('"vpc-9"', "var.which"), "onprem", NO_PEER),
        (peering("aws_vpc.far.id") + made("aws_vpc", "far", 'cidr_block = "10.1.0.0/20"'), "", ""),
        (OWN, "", ""),
    ],
)
def test_who_is_beyond_the_vpc_may_come_in_and_is_reached(
    text: str, far: str, needs: str, tmp_path: Path
) -> None:
    """What a route leads to beyond the sources may lead back, and is named."""
    found = told(tmp_path, text + service("web"))

    beyond = [f"{far} -> service:web: tcp 80{needs}", f"service:web -> {far}: tcp 443{needs}"]
    assert found == sorted([*(beyond if far else ()), "vpc:main -> service:web: tcp 80"])


ACL = made("aws_network_acl", "web", "vpc_id = aws_vpc.main.id")


def associated(acl: str) -> str:
    """A network ACL that an association gives to the subnet."""
    lines = (f"network_acl_id = {acl}", "subnet_id = aws_subnet.web.id")
    return made("aws_network_acl_association", "web", *lines)


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        (ACL, [""]),
        (ACL + associated("aws_network_acl.web.id"), []),
        (associated("var.which"), [UNKNOWN]),
        (ACL.replace("  vpc", "  subnet_ids = [aws_subnet.web.id]\n  vpc"), []),
        (
            ACL.replace(
                "  vpc",
                '  count = var.which == "" ? 1 : 0\n  subnet_ids = [aws_subnet.web.id]\n  vpc',
            ),
            [UNKNOWN],
        ),
    ],
)
def test_the_acl_of_a_subnet_closes_it(text: str, ways: list[str], tmp_path: Path) -> None:
    """An ACL without entries lets nothing through, where it is that of the subnet."""
    found = told(tmp_path, OPEN + text + service("web"), "internet")
    assert found == [f"internet -> service:web: tcp 80{way}" for way in ways]


THROUGH_EDGE = "service:one -> service:web: tcp 443 through lb:edge"


@pytest.mark.parametrize(
    ("before", "after", "ways"),
    [
        ("HTTPS", "HTTPS", [THROUGH_EDGE]),
        ("port              = 443", "port = var.which", [THROUGH_EDGE + UNKNOWN]),
        ('protocol          = "HTTPS"', "protocol = var.which", [THROUGH_EDGE]),
        ("port              = 443", "port = 444", []),
        ("load_balancer_arn = aws_lb.edge.arn", 'load_balancer_arn = "arn:of:another"', []),
        ("[aws_security_group.edge.id]", "[var.which]", [THROUGH_EDGE + UNKNOWN]),
        ('target_type = "ip"', 'target_type = "ip"\n  ip_address_type = "ipv6"', []),
        ('target_type = "ip"', 'target_type = "ip"\n  ip_address_type = var.which', [THROUGH_EDGE]),
    ],
)
def test_a_listener_decides_what_gets_through(
    before: str, after: str, ways: list[str], tmp_path: Path
) -> None:
    """Of a load balancer only what a listener of it takes gets to the tasks behind it."""
    assert before in EDGE
    text = EDGE.replace(before, after) + service("web", behind("edge")) + service("one")

    assert told(tmp_path, text, "service:one", "service:web") == ways


@pytest.mark.parametrize(
    ("port", "arrives"),
    [('"81"', "80-81"), ('"traffic-port"', "80"), ('"83"', "80"), ("var.which", "80")],
)
def test_a_load_balancer_checks_the_health_of_its_targets(
    port: str, arrives: str, tmp_path: Path
) -> None:
    """It opens the port of the check itself; none of its clients gets there."""
    check = f'target_type = "ip"\n  health_check {{\n    port = {port}\n  }}'
    text = EDGE.replace('target_type = "ip"', check)
    for group, way in (("edge", "egress"), ("web", "ingress")):
        text += made(
            *(f"aws_vpc_security_group_{way}_rule", group, 'cidr_ipv4 = "10.0.0.0/16"'),
            *('ip_protocol = "tcp"', "from_port = 81", "to_port = 82"),
            f"security_group_id = aws_security_group.{group}.id",
        )
    found = told(tmp_path, text + service("web", behind("edge")) + service("one"))

    own = [way for way in found if way.startswith("lb:edge -> service:web")]
    unknown = ["lb:edge -> service:web: tcp 81-82" + UNKNOWN] if port == "var.which" else []
    assert own == [f"lb:edge -> service:web: tcp {arrives}", *unknown]
    assert THROUGH_EDGE in found


def test_each_load_balancer_of_a_service_leads_to_it(tmp_path: Path) -> None:
    """One that is not known, named first, hides none of the others."""
    more = behind("edge").replace("aws_lb_target_group.edge.arn", "var.which") + behind("edge")
    found = told(tmp_path, EDGE + service("web", more) + service("one"), "service:one")

    assert THROUGH_EDGE in found


@pytest.mark.parametrize("text", [OWN, OPEN])
def test_a_load_balancer_that_is_not_known_may_lead_to_tasks(text: str, tmp_path: Path) -> None:
    """Through a target group from elsewhere the internet may come in, and the VPC."""
    more = behind("edge").replace("aws_lb_target_group.edge.arn", "var.which")
    found = told(tmp_path, text + service("web", more), to="service:web")

    direct = ["internet -> service:web: tcp 80"] if text == OPEN else []
    assert found == [
        *direct,
        "internet -> service:web: tcp all through lb:var.which needs var.which",
        "vpc:main -> service:web: tcp 80",
        "vpc:main -> service:web: tcp all through lb:var.which needs var.which",
    ]


def test_a_classic_load_balancer_from_elsewhere_leads_to_no_interface(tmp_path: Path) -> None:
    """Tasks with network interfaces of their own stand behind no classic load balancer."""
    more = '  load_balancer {\n    elb_name = "legacy"\n    container_port = 80\n  }\n'
    found = told(tmp_path, OWN + service("web", more), to="service:web")

    assert found == ["vpc:main -> service:web: tcp 80"]


def test_a_load_balancer_that_is_not_known_hands_on_to_the_port_of_tasks(tmp_path: Path) -> None:
    """Where no group of the tasks allows that port nothing comes in by it."""
    more = behind("edge").replace("aws_lb_target_group.edge.arn", "var.which")
    found = told(tmp_path, OWN + service("web", more.replace("= 80", "= 8080")), to="service:web")

    assert found == ["vpc:main -> service:web: tcp 80"]


def test_tasks_that_may_not_exist_are_reached_if_they_do(tmp_path: Path) -> None:
    """What a count decides is waited for, also behind a load balancer that is not known."""
    more = behind("edge").replace("aws_lb_target_group.edge.arn", "var.which")
    there = 'count = var.zone == "" ? 1 : 0'
    text = OWN + service("web", more).replace("launch_type", f"{there}\n  launch_type")
    found = told(tmp_path, text, "internet", "service:web[0]")

    needs = " needs var.which needs var.zone"
    assert found == [f"internet -> service:web[0]: tcp all through lb:var.which{needs}"]


@pytest.mark.parametrize("port", ["80", "0"])
def test_a_load_balancer_that_is_not_known_may_lead_to_instances(port: str, tmp_path: Path) -> None:
    """Of tasks on instances it is the port of the instance that groups must allow."""
    text = INSTANCES
    for word, meant in (SHARED | {"PORT": port}).items():
        text = text.replace(f"= {word}", f"= {meant}")
    more = behind("edge").replace("aws_lb_target_group.edge.arn", "var.which")
    text = text.replace("  task_definition = aws", f"{more}  task_definition = aws")
    found = told(tmp_path, OWN + text, "internet", "service:web")

    assert found == ["internet -> service:web: tcp all through lb:var.which needs var.which"]


RULE = """
  ingress {
    protocol    = "PROTOCOL"
    from_port   = PORT
    to_port     = PORT
    cidr_blocks = ["CIDR"]
  }"""


def group(name: str, *rules: tuple[str, int, str]) -> str:
    """A security group with some rules of ingress: protocol, port, CIDR."""
    found = (
        RULE.replace("PROTOCOL", protocol).replace("PORT", str(port)).replace("CIDR", cidr)
        for protocol, port, cidr in rules
    )
    return made("aws_security_group", name, "vpc_id = aws_vpc.main.id", *found)


HALVES = ("tcp", 443, "10.0.1.0/25"), ("tcp", 443, "10.0.1.128/25")


@pytest.mark.parametrize(
    ("rules", "client", "ways"),
    [
        (HALVES, "service:web", ["tcp 443"]),
        (HALVES[:1], "service:web", ["tcp 443 needs the address in aws_subnet.web"]),
        (HALVES, "vpc:main", ["tcp 443 of 10.0.1.0/24"]),
        (HALVES[:1], "vpc:main", ["tcp 443 of 10.0.1.0/25"]),
        ((("50", 0, "0.0.0.0/0"),), "internet", ["50 all"]),
        ((("50", 0, "0.0.0.0/0"), ("51", 0, "0.0.0.0/0")), "internet", ["50 all", "51 all"]),
        ((("icmp", -1, "0.0.0.0/0"),), "internet", ["icmp all"]),
        ((("icmpv6", -1, "0.0.0.0/0"),), "internet", ["icmp all"]),
        ((("-1", 0, "0.0.0.0/0"),), "internet", ["all all"]),
        ((("udp", 53, "203.0.113.0/24"),), "internet", ["udp 53 of 203.0.113.0/24"]),
    ],
)
def test_rules_of_a_group_are_told_together(
    rules: tuple[tuple[str, int, str], ...], client: str, ways: list[str], tmp_path: Path
) -> None:
    """What several rules allow together is open, by each protocol that they name."""
    text = OPEN + group("closed", *rules) + service("web") + service("one", group="closed")

    found = told(tmp_path, text, to="service:one")
    assert [line for line in found if line.startswith(f"{client} ")] == [
        f"{client} -> service:one: {way}" for way in ways
    ]


OWN_RANGE = "cidr_blocks = [aws_vpc.main.cidr_block]"
OTHER_VPC = made("aws_vpc", "far", "cidr_block = var.zone")


@pytest.mark.parametrize(
    ("range_", "ways"),
    [
        (OWN_RANGE, ["vpc:main"]),
        ("cidr_blocks = [var.which]", ["vpc:main"]),
        ("cidr_blocks = [cidrsubnet(aws_vpc.main.cidr_block, 8, 1)]", ["vpc:main needs var.which"]),
        ("cidr_blocks = [aws_vpc.far.cidr_block]", ["vpc:main needs var.zone"]),
        ("cidr_blocks = [var.zone]", ["internet needs var.zone", "vpc:main needs var.zone"]),
    ],
)
def test_the_range_of_a_vpc_is_never_the_internet(
    range_: str, ways: list[str], tmp_path: Path
) -> None:
    """It is all of the VPC, whatever its digits are, and so is another value that it has."""
    vpc = VPC.replace('"10.0.0.0/16"', "var.which").replace('"10.0.1.0/24"', "var.which")
    own = group("own", ("tcp", 80, "CIDR")).replace('cidr_blocks = ["CIDR"]', range_)
    (tmp_path / "main.tf").write_text(vpc + OPEN + OTHER_VPC + own + service("web", group="own"))
    flows = list_flows(Options(paths=(str(tmp_path),)), None, "service:web").flows

    found = (
        f"{each.source} needs {','.join(each.missing)}".removesuffix(" needs ") for each in flows
    )
    assert sorted(found) == ways


WEB, ONE = service("web", behind("edge")), service("one")
UNHEARD = EDGE.replace('"aws_lb_listener"', '"aws_lb_listener_certificate"')
PUBLIC_EDGE = OPEN + EDGE.replace("internal        = true", "internal = false")
STORE = made(
    *("aws_elasticache_serverless_cache", "main", 'engine = "valkey"'),
    "subnet_ids = [aws_subnet.web.id]",
    "security_group_ids = [aws_security_group.web.id]",
)
SIDES = "web allows no egress to TO on port PORT", "GROUP allows no ingress from FROM on port PORT"


def shut(to: str, by: str, port: int, source: str = "service:one") -> list[str]:
    """That the groups of both sides let nothing through on a port."""
    words = {"TO": to, "GROUP": by, "FROM": source, "PORT": str(port)}
    found = list(SIDES)
    for word, meant in words.items():
        found = [each.replace(word, meant) for each in found]
    return found


FAR = (
    made("aws_vpc", "far", 'cidr_block = "10.1.0.0/16"')
    + made("aws_subnet", "far", "vpc_id = aws_vpc.far.id", 'cidr_block = "10.1.1.0/24"')
    + made(
        *("aws_security_group", "far", "vpc_id = aws_vpc.far.id"),
        'ingress {\n    protocol = "tcp"\n    from_port = 443\n    to_port = 443\n'
        "    security_groups = [aws_security_group.web.id]\n  }",
    )
    + service("far", subnet="far", group="far").replace("= true", "= false")
)


@pytest.mark.parametrize(
    ("text", "source", "target", "port", "closed"),
    [
        (EDGE + ONE, "lb:edge", "service:one", None, ["no listener of FROM forwards to TO"]),
        (
            EDGE + WEB,
            "lb:edge",
            "service:web",
            81,
            [
                "no listener of FROM forwards to TO on port 81",
                "edge allows no egress to TO on port 81",
                "web allows no ingress from FROM on port 81",
            ],
        ),
        (UNHEARD + ONE, "service:one", "lb:edge", None, ["TO has no listener"]),
        (
            EDGE + ONE,
            "service:one",
            "lb:edge",
            80,
            [*shut("TO", "edge", 80, "FROM"), "TO takes no connections on port 80"],
        ),
        (STORE + ONE, "store:main", "service:one", None, ["FROM only takes connections"]),
        (
            STORE + ONE,
            "service:one",
            "store:main",
            None,
            ["no port that the groups of FROM allow is one that those of TO allow"],
        ),
        (STORE + ONE, "service:one", "store:main", 6379, shut("TO", "web", 6379, "FROM")),
        (
            ONE,
            "service:one",
            "onprem",
            80,
            ["web allows no egress to TO on port 80", "no route of web leads to TO"],
        ),
        (
            ONE,
            "onprem",
            "service:one",
            81,
            ["no route of web leads to FROM", "web allows no ingress from FROM on port 81"],
        ),
        (
            ONE,
            "service:one",
            "internet",
            443,
            ["no route of web leads to the TO by a NAT gateway"],
        ),
        (
            OPEN + ONE,
            "service:one",
            "internet",
            80,
            ["web allows no egress to the TO on port 80"],
        ),
        (
            PUBLIC_EDGE + ONE,
            "internet",
            "lb:edge",
            80,
            [
                "edge allows no ingress from the FROM on port 80",
                "TO takes no connections on port 80",
            ],
        ),
        (EDGE, "lb:edge", "internet", 443, ["FROM opens connections to its targets alone"]),
        (OPEN + ONE, "internet", "service:one", 80, []),
        (
            OPEN + ONE + blocked('"block-bidirectional"'),
            "internet",
            "service:one",
            80,
            ["Block Public Access keeps the FROM from it"],
        ),
        # A group that names the client's lets it in as soon as there is a route.
        (
            FAR + ONE,
            "service:one",
            "service:far",
            443,
            ["no route of web leads to far"],
        ),
        (
            FAR.replace("[aws_security_group.web.id]", "[]") + ONE,
            "service:one",
            "service:far",
            443,
            ["no route of web leads to far", "far allows no ingress from FROM on port 443"],
        ),
        (OPEN + ONE + blocked('"off"'), "internet", "service:one", 80, []),
    ],
)
def test_what_closes_a_way_is_told_in_its_order(
    text: str, source: str, target: str, port: int | None, closed: list[str], tmp_path: Path
) -> None:
    """All that must change is told, that nearest to the client first; nothing of what is open."""
    (tmp_path / "main.tf").write_text(VPC + text, encoding="utf-8")
    (answer,) = explain(Options(paths=(str(tmp_path),)), source, target, port).answers

    texts = (each.at.text.replace(source, "FROM").replace(target, "TO") for each in answer.closed)
    assert [re.sub(r"\baws_\w+\.", "", text) for text in texts] == closed
    assert bool(answer.flows) != bool(closed)


@pytest.mark.parametrize(("port", "missing"), [(443, ()), (444, ("var.zone",)), (None, ())])
def test_what_is_open_for_certain_waits_for_nothing_beside_what_closes_a_way(
    port: int | None, missing: tuple[str, ...], tmp_path: Path
) -> None:
    """There is no route; what the group lets out besides, perhaps, does not decide."""
    perhaps = made(
        *("aws_vpc_security_group_egress_rule", "more", 'ip_protocol = "tcp"'),
        *("from_port = 443", "to_port = 444", "security_group_id = aws_security_group.web.id"),
        "cidr_ipv4 = var.zone",
    )
    far = FAR.replace("to_port = 443", "to_port = 444")
    (tmp_path / "main.tf").write_text(VPC + far + ONE + perhaps, encoding="utf-8")
    options = Options(paths=(str(tmp_path),))
    (answer,) = explain(options, "service:one", "service:far", port).answers

    assert [each.at.text for each in answer.closed]
    assert answer.missing == missing


def accelerator(families: str = "") -> str:
    """An accelerator in front of the load balancer."""
    more = (f"ip_address_type = {families}",) if families else ()
    of = "aws_globalaccelerator_accelerator"
    ports = "port_range {\n    from_port = 443\n    to_port   = 443\n  }"
    to = "endpoint_configuration {\n    endpoint_id = aws_lb.edge.arn\n  }"
    return (
        made(of, "main", "enabled = true", *more)
        + made(
            *("aws_globalaccelerator_listener", "main", f"accelerator_arn = {of}.main.id"),
            *('protocol = "TCP"', ports),
        )
        + made(
            *("aws_globalaccelerator_endpoint_group", "main"),
            *("listener_arn = aws_globalaccelerator_listener.main.id", to),
        )
    )


OPEN_EDGE = OPEN + EDGE.replace("security_groups = [aws_security_group.web.id]", EVERYBODY)
IPV6 = OPEN_EDGE.replace('cidr_blocks     = ["0.0.0.0/0"]', 'ipv6_cidr_blocks = ["::/0"]')
NETWORK = (
    OPEN_EDGE.replace(
        "internal        = true", 'internal = false\n  load_balancer_type = "network"'
    )
    .replace('"HTTPS"', '"TCP"')
    .replace('"HTTP"', '"TCP"')
)
OVER_UDP = NETWORK.replace('"tcp"', '"udp"')
BY_ACCELERATOR = "lb:edge: tcp 443 through aws:globalaccelerator"
NOT_WRITTEN = f"{BY_ACCELERATOR} needs whether aws_lb.edge sees clients' addresses"


NOT_MODELLED = f"{BY_ACCELERATOR} needs aws_globalaccelerator_endpoint_group.main"


def overridden(opened: str, arrives: str) -> str:
    """The accelerator, whose endpoint group replaces a port of its listener."""
    more = (
        f"port_override {{\n    listener_port = {opened}\n    endpoint_port = {arrives}\n  }}\n  "
    )
    return accelerator().replace("endpoint_configuration", f"{more}endpoint_configuration")


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        (OPEN_EDGE + accelerator(), [BY_ACCELERATOR]),
        (IPV6 + accelerator('"DUAL_STACK"'), [f"{BY_ACCELERATOR} of ::/0"]),
        (IPV6 + accelerator('"IPV4"'), []),
        (IPV6 + accelerator("var.which"), [f"{BY_ACCELERATOR} needs var.which of ::/0"]),
        (IPV6, []),
        (OPEN_EDGE + overridden("443", "8443"), []),
        (OPEN_EDGE + overridden("80", "8443"), [BY_ACCELERATOR]),
        (OPEN_EDGE + overridden("var.which", "443"), [NOT_MODELLED + UNKNOWN]),
        (OPEN_EDGE + overridden("443", "var.which"), [NOT_MODELLED + UNKNOWN]),
        (
            OPEN_EDGE + accelerator().replace("from_port = 443", "from_port = var.which"),
            [NOT_MODELLED],
        ),
        (NETWORK + accelerator(), ["lb:edge: tcp 443", NOT_WRITTEN]),
        (NETWORK, ["lb:edge: tcp 443"]),
        (
            NETWORK.replace("internal = false", "internal = var.which"),
            ["lb:edge: tcp 443 needs var.which"],
        ),
        (NETWORK.replace('"TCP"', '"UDP"'), []),
        (NETWORK.replace('"TCP"', '"TCP_UDP"'), ["lb:edge: tcp 443"]),
        (OVER_UDP, []),
        (OVER_UDP.replace('"TCP"', '"UDP"'), ["lb:edge: udp 443"]),
        (OVER_UDP.replace('"TCP"', '"TCP_UDP"'), ["lb:edge: udp 443"]),
        (OVER_UDP.replace('"TCP"', '"QUIC"'), ["lb:edge: udp 443"]),
        (
            NETWORK.replace('protocol          = "TCP"', "protocol = var.which"),
            ["lb:edge: tcp 443 needs var.which"],
        ),
    ],
)
def test_the_internet_comes_to_a_load_balancer(text: str, ways: list[str], tmp_path: Path) -> None:
    """By its own addresses or by an accelerator, over what its group and its listener take."""
    found = told(tmp_path, text, "internet")
    assert found == [f"internet -> {way}" for way in ways]


@pytest.mark.parametrize(
    ("of", "to", "ways"),
    [
        (
            "10.0.1.9",
            "",
            ["service:one -> internet: tcp 443", "vpc:main -> service:one: tcp 80 of 10.0.1.9/32"],
        ),
        ("203.0.113.0/24", "", ["internet -> service:one: tcp 80 of 203.0.113.0/24"]),
        ("10.9.0.0/16", "", []),
        ("", "203.0.113.9/32", ["service:one -> internet: tcp 443 of 203.0.113.9/32"]),
        (
            "",
            "10.0.1.0/24",
            ["internet -> service:one: tcp 80", "vpc:main -> service:one: tcp 80"],
        ),
        (
            "subnet:web",
            "",
            ["service:one -> internet: tcp 443", "vpc:main -> service:one: tcp 80 of 10.0.1.0/24"],
        ),
        ("group:web", "", ["service:one -> internet: tcp 443"]),
        ("group:closed", "", []),
        ("onprem", "", []),
    ],
)
def test_addresses_stand_for_what_has_them(
    of: str, to: str, ways: list[str], tmp_path: Path
) -> None:
    """Addresses, subnets and groups are asked about as the ends that have them."""
    assert told(tmp_path, OPEN + group("closed") + service("one"), of, to) == ways


INSTANCES = (
    made(
        *("aws_launch_template", "hosts", 'image_id = "ami-1"'),
        "network_interfaces {\n    associate_public_ip_address = PUBLIC\n"
        "    security_groups = [aws_security_group.web.id]\n  }",
    )
    + made(
        *("aws_autoscaling_group", "hosts", "vpc_zone_identifier = SUBNETS"),
        "launch_template {\n    id = aws_launch_template.hosts.id\n  }",
    )
    + made(
        *("aws_ecs_capacity_provider", "hosts", 'name = "hosts"'),
        "auto_scaling_group_provider {\n"
        "    auto_scaling_group_arn = aws_autoscaling_group.hosts.arn\n  }",
    )
    + made(
        *("aws_ecs_task_definition", "web", 'family = "web"', "network_mode = MODE"),
        'container_definitions = jsonencode([{ name = "web", image = "web",'
        " portMappings = [{ containerPort = 80, hostPort = PORT }] }])",
    )
    + made(
        *("aws_ecs_service", "web", "task_definition = aws_ecs_task_definition.web.arn"),
        "capacity_provider_strategy {\n"
        "    capacity_provider = aws_ecs_capacity_provider.hosts.name\n  }",
    )
)
SHARED = {"PUBLIC": "true", "SUBNETS": "[aws_subnet.web.id]", "MODE": '"bridge"', "PORT": "80"}
UNPLACED = " needs its subnets needs the subnets of its instances"


@pytest.mark.parametrize(
    ("changes", "instances", "tasks"),
    [
        ({}, [""], [""]),
        ({"PORT": "8080"}, [""], []),
        ({"PORT": "0"}, [""], []),
        ({"PORT": "var.which"}, [""], [UNKNOWN]),
        ({"MODE": '"host"'}, [""], [""]),
        ({"MODE": "var.which"}, [""], [UNKNOWN]),
        ({"PUBLIC": "false"}, [], []),
        ({"PUBLIC": "var.which"}, [UNKNOWN], [UNKNOWN]),
        ({"PUBLIC": "null"}, [], []),
        ({"PUBLIC": "null", "SUBNETS": "[var.which]"}, [UNKNOWN], [UNKNOWN]),
        ({"PUBLIC": "null", "SUBNETS": '["subnet-1"]'}, [" needs subnet-1"], [" needs subnet-1"]),
        ({"PUBLIC": "null", "SUBNETS": "null"}, [UNPLACED], [UNPLACED]),
    ],
)
def test_tasks_on_instances_are_reached_as_these(
    changes: dict[str, str], instances: list[str], tasks: list[str], tmp_path: Path
) -> None:
    """The instance's address, group and subnet decide, and for tasks the port they publish."""
    text = INSTANCES
    for word, meant in (SHARED | changes).items():
        text = text.replace(f"= {word}", f"= {meant}")

    ways = [f"internet -> instances:hosts: tcp 80{way}" for way in instances]
    ways += [f"internet -> service:web: tcp 80{way}" for way in tasks]
    assert told(tmp_path, OPEN + text, "internet") == ways


def test_one_of_two_subnets_is_waited_for_by_each_step(tmp_path: Path) -> None:
    """Whether an instance gets a public address hangs on the variable that chooses its subnet."""
    other = made("aws_subnet", "b", "vpc_id = aws_vpc.main.id", 'cidr_block = "10.0.2.0/24"')
    either = "[[aws_subnet.web.id, aws_subnet.b.id][var.which]]"
    text = INSTANCES.replace("= SUBNETS", f"= {either}").replace("= PUBLIC", "= null")
    text = text.replace("= MODE", '= "bridge"').replace("= PORT", "= 80")
    (tmp_path / "main.tf").write_text(VPC + OPEN + other + text, encoding="utf-8")
    options = Options(paths=(str(tmp_path),))
    (answer,) = explain(options, "internet", "instances:hosts", 80).answers

    (step,) = (each.text for each in answer.flows[0].because if "public addresses" in each.text)
    assert step.endswith("instances in a subnet get public addresses: var.which has no default")


INNER = (
    made("aws_subnet", "inner", "vpc_id = aws_vpc.main.id", 'cidr_block = "10.0.2.0/24"')
    + made(
        *("aws_network_acl", "inner", "vpc_id = aws_vpc.main.id"),
        "subnet_ids = [aws_subnet.inner.id]",
        *(
            f'{way} {{\n    rule_no = 1\n    action = "allow"\n    protocol = "-1"\n'
            '    from_port = 0\n    to_port = 0\n    cidr_block = "10.0.0.0/16"\n  }'
            for way in ("ingress", "egress")
        ),
    )
    + service("web", behind("edge"), subnet="inner")
)
KEEPS = "preserve_client_ip = KEEPS\n  target_type = "


@pytest.mark.parametrize(
    ("keeps", "closed"),
    [
        (
            "true",
            ["lets no such traffic in from the internet", "lets no answers out to the internet"],
        ),
        ("false", []),
    ],
)
def test_an_acl_that_knows_the_vpc_alone_closes_what_keeps_addresses(
    keeps: str, closed: list[str], tmp_path: Path
) -> None:
    """What a load balancer may hand on is shut where its targets see the internet's addresses."""
    network = NETWORK.replace("target_type = ", KEEPS.replace("KEEPS", keeps))
    (tmp_path / "main.tf").write_text(VPC + network + INNER, encoding="utf-8")
    options = Options(paths=(str(tmp_path),))
    (answer,) = explain(options, "internet", "service:web", 443).answers

    texts = [each.at.text for each in answer.closed]
    assert texts == [f"aws_network_acl.inner of aws_subnet.inner {text}" for text in closed]
    assert bool(answer.flows) != bool(closed)


@pytest.mark.parametrize("cidr", ['"10.0.0.0/16"', "var.zone"])
@pytest.mark.parametrize(
    ("keeps", "needs"), [("true", None), ("false", ""), ("var.which", UNKNOWN)]
)
def test_targets_may_see_the_internet_behind_a_load_balancer(
    cidr: str, keeps: str, needs: str | None, tmp_path: Path
) -> None:
    """A group for the VPC alone lets in what comes by the load balancer's own address."""
    vpc = VPC.replace('"10.0.0.0/16"', cidr).replace('"0.0.0.0/0"', "aws_vpc.main.cidr_block", 1)
    network = NETWORK.replace("target_type = ", KEEPS.replace("KEEPS", keeps))
    (tmp_path / "main.tf").write_text(vpc + network + WEB, encoding="utf-8")
    flows = list_flows(Options(paths=(str(tmp_path),)), "internet", "service:web").flows

    found = ["".join(f" needs {name}" for name in each.missing) for each in flows]
    assert found == ([] if needs is None else [needs])


HALF = group("half", ("tcp", 80, "10.0.1.0/25"))


def test_what_waits_for_how_a_load_balancer_sends_is_told_once(tmp_path: Path) -> None:
    """Whether it keeps addresses or not, some clients may get through, and none for certain."""
    network = NETWORK.replace("target_type = ", KEEPS.replace("KEEPS", "var.which"))
    found = told(tmp_path, network + HALF + service("web", behind("edge"), group="half"))
    way = " -> service:web: tcp 443 through lb:edge needs the address in aws_subnet.web"
    assert [line for line in found if "through" in line] == [
        f"{end}{way} needs var.which" for end in ("internet", "vpc:main")
    ]


def test_a_vpc_needs_no_route_to_what_is_in_it(tmp_path: Path) -> None:
    """From the VPC of a group that nothing uses it is the group alone that lets nothing in."""
    (tmp_path / "main.tf").write_text(VPC, encoding="utf-8")
    options = Options(paths=(str(tmp_path),))
    (answer,) = explain(options, "vpc:main", "group:web", 81).answers

    texts = [each.at.text for each in answer.closed]
    assert texts == ["aws_security_group.web allows no ingress from vpc:main on port 81"]


def test_an_acl_guards_its_own_subnet_alone(tmp_path: Path) -> None:
    """A subnet of another VPC, which has the same addresses, stays as open as it is."""
    resources = VPC[VPC.index("resource") :] + OPEN + service("web")
    twin = re.sub(r'(?<=[".])(main|web|other)', r"twin_\1", resources)
    text = OPEN + ACL + associated("aws_network_acl.web.id") + service("web")
    found = told(tmp_path, text + twin)

    assert [line for line in found if line.startswith("internet")] == [
        "internet -> service:twin_web: tcp 80"
    ]


EITHER_GROUP = 'var.which == "" ? aws_security_group.web.id : aws_security_group.closed.id'
REFERS = "security_group_referencing_support = "
BY_GROUP = "security_groups = [aws_security_group.web.id]"
PEERED = """
resource "aws_vpc_peering_connection" "far" {
  vpc_id      = aws_vpc.main.id
  peer_vpc_id = aws_vpc.far.id
}
"""
OTHER_REGION = " needs the Region of aws_vpc_peering_connection.far"
SOMEWHERE_THERE = " needs the address in aws_subnet.far"
TO_PEER = "vpc_peering_connection_id = aws_vpc_peering_connection.far.id"


@pytest.mark.parametrize(
    ("gateway", "attachment", "ways"),
    [
        ("", "", []),
        ('"enable"', "", [""]),
        ('"enable"', '"enable"', [""]),
        ('"disable"', '"enable"', []),
        ('"enable"', '"disable"', []),
        ("var.which", "", [UNKNOWN]),
        ('"enable"', "var.which", [UNKNOWN]),
    ],
)
@pytest.mark.parametrize("side", ["main", "far"])
def test_groups_refer_to_each_other_over_a_gateway_that_lets_them(
    side: str, gateway: str, attachment: str, ways: list[str], tmp_path: Path
) -> None:
    """The transit gateway must be told so, and neither attachment otherwise."""
    text = GATEWAY.replace("ATTACHED", "web").replace('cidr_blocks = ["10.0.1.0/24"]', BY_GROUP)
    of = f'"aws_ec2_transit_gateway_vpc_attachment" "{side}" {{'
    assert of in text
    text = text.replace(of, f"{of}\n  {REFERS}{attachment or 'null'}")
    text = text.replace('"main" {}', f'"main" {{ {REFERS}{gateway or "null"} }}')
    text += service("web") + service("far", subnet="far", group="far")
    text += table("aws_route_table.web.id") + table("aws_route_table.far.id", "far")
    text += route("web", TRANSIT, "10.1.0.0/16") + route("far", TRANSIT, "10.0.0.0/16")

    found = told(tmp_path, text, "service:web", "service:far")
    assert found == [f"service:web -> service:far: tcp 443{way}" for way in ways]


@pytest.mark.parametrize(
    ("changes", "ways"),
    [
        ({}, [""]),
        ({"peer_vpc_id =": 'peer_region = "eu-west-2"\n  peer_vpc_id ='}, [OTHER_REGION]),
        ({"peer_vpc_id =": "peer_region = var.which\n  peer_vpc_id ="}, [UNKNOWN]),
        ({"peer_vpc_id = aws_vpc.far.id": "peer_vpc_id = aws_vpc.main.id"}, []),
        ({'10.0.0.0/16"\n  vpc_p': '10.0.0.0/28"\n  vpc_p'}, []),
        ({'10.1.0.0/16"\n  vpc_p': '10.1.1.0/25"\n  vpc_p'}, [SOMEWHERE_THERE]),
    ],
)
def test_groups_refer_to_each_other_over_a_peering_connection(
    changes: dict[str, str], ways: list[str], tmp_path: Path
) -> None:
    """In one Region they do, where routes of both sides lead to the other."""
    text = GATEWAY.replace("ATTACHED", "web").replace('cidr_blocks = ["10.0.1.0/24"]', BY_GROUP)
    text += PEERED + service("web") + service("far", subnet="far", group="far")
    text += table("aws_route_table.web.id") + table("aws_route_table.far.id", "far")
    text += route("web", TO_PEER, "10.1.0.0/16") + route("far", TO_PEER, "10.0.0.0/16")
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)

    found = told(tmp_path, text, "service:web", "service:far")
    assert found == [f"service:web -> service:far: tcp 443{way}" for way in ways]


@pytest.mark.parametrize(("gateway", "way"), [("enable", ""), ("disable", SOMEWHERE_THERE)])
@pytest.mark.parametrize("peered", ["10.1.1.0/25", "10.1.1.128/25"])
def test_groups_refer_to_each_other_where_every_way_lets_them(
    peered: str, gateway: str, way: str, tmp_path: Path
) -> None:
    """Where one half of a subnet is behind a transit gateway, that has to let them as well."""
    text = GATEWAY.replace("ATTACHED", "web").replace('cidr_blocks = ["10.0.1.0/24"]', BY_GROUP)
    text = text.replace('"main" {}', f'"main" {{ {REFERS}"{gateway}" }}')
    text += PEERED + service("web") + service("far", subnet="far", group="far")
    text += table("aws_route_table.web.id") + table("aws_route_table.far.id", "far")
    text += route("web", TO_PEER, peered) + route("web", TRANSIT, "10.1.0.0/16")
    text += route("far", TO_PEER, "10.0.0.0/16")

    found = told(tmp_path, text, "service:web", "service:far")
    assert found == [f"service:web -> service:far: tcp 443{way}"]


ADMITS = made(
    *("aws_security_group", "server", "vpc_id = aws_vpc.main.id"),
    'ingress {\n    protocol = "tcp"\n    from_port = 443\n    to_port = 443\n    PEER\n  }',
)


@pytest.mark.parametrize(
    ("peer", "own", "ways"),
    [
        (BY_GROUP, "aws_security_group.web.id", [""]),
        (BY_GROUP, "aws_security_group.closed.id", []),
        (BY_GROUP, EITHER_GROUP, [UNKNOWN]),
        (BY_GROUP, "var.which", []),
        ("security_groups = [EITHER]", "aws_security_group.web.id", [UNKNOWN]),
        ('security_groups = ["sg-1"]', "aws_security_group.web.id", []),
        ('security_groups = ["sg-1"]', '"sg-1"', [" needs sg-1"]),
        ("security_groups = [var.which]", "var.which", [UNKNOWN]),
        ("self = true", "aws_security_group.server.id", []),
        ("self = true", "aws_security_group.web.id", []),
        ("cidr_blocks = [aws_vpc.main.cidr_block]", "aws_security_group.web.id", [""]),
        ("cidr_blocks = [aws_subnet.web.cidr_block]", "aws_security_group.web.id", [""]),
        ('cidr_blocks = ["10.9.0.0/16"]', "aws_security_group.web.id", []),
        ("cidr_blocks = [var.which]", "aws_security_group.web.id", [UNKNOWN]),
    ],
)
def test_whom_a_group_admits(peer: str, own: str, ways: list[str], tmp_path: Path) -> None:
    """Those that have the group that it names, or are where it says; or it is not known."""
    text = ADMITS.replace("PEER", peer.replace("EITHER", EITHER_GROUP)) + group("closed")
    text += service("server", group="server")
    text += service("one").replace("aws_security_group.web.id", own)

    found = told(tmp_path, text, "service:one", "service:server")
    assert found == [f"service:one -> service:server: tcp 443{way}" for way in ways]


@pytest.mark.parametrize(
    ("static", "listed", "needs"),
    [
        ("8.0.0.0/8", "8.0.0.0/8", ""),
        ("8.0.0.0/8", "8.0.0.0/16", ""),
        ("8.0.0.0/16", "8.0.0.0/8", " needs aws_route.listed"),
        ("8.0.0.0/8", "8.8.0.0/13", " needs aws_route.listed"),
    ],
)
def test_of_two_routes_that_are_alike_the_static_one_is_taken(
    static: str, listed: str, needs: str, tmp_path: Path
) -> None:
    """A prefix list comes after a route of its own to the same range, and before a wider one."""
    ranges = LIST.replace("0.0.0.0/0", listed)
    by = by_list("aws_ec2_managed_prefix_list.all.id").replace(IGW, TO_FIREWALL)
    text = OWN + ranges + by + route("web", IGW, static) + service("web")

    found = told(tmp_path, text, to="8.9.9.9")
    assert found == [f"service:web -> internet: tcp 443{needs} of 8.9.9.9/32"]


DOMAIN = made("aws_opensearch_domain", "search", 'domain_name = "search"')
LOGS = made(
    *("aws_vpc_endpoint", "logs", "vpc_id = aws_vpc.main.id", 'vpc_endpoint_type = "Interface"'),
    'service_name = "com.amazonaws.eu-west-1.logs"',
    "subnet_ids = [aws_subnet.web.id]",
)
DEFAULT_GROUP = made(
    *("aws_default_security_group", "main", "vpc_id = aws_vpc.main.id"),
    'ingress {\n    protocol = "tcp"\n    from_port = 443\n    to_port = 443\n'
    '    cidr_blocks = ["10.0.1.0/24"]\n  }',
)
BESIDE = made(
    *("aws_subnet", "beside", "vpc_id = aws_vpc.main.id", 'cidr_block = "10.0.2.0/24"')
) + ACL.replace("  vpc", "  subnet_ids = [aws_subnet.web.id]\n  vpc")
FUNCTION = made(
    *("aws_lambda_function", "job", 'function_name = "job"'),
    "vpc_config {\n    subnet_ids = [aws_subnet.web.id]\n"
    "    security_group_ids = [aws_security_group.web.id]\n  }",
)
MOUNTED = (
    made("aws_efs_file_system", "files")
    + made(
        *("aws_efs_mount_target", "files", "file_system_id = aws_efs_file_system.files.id"),
        "subnet_id = aws_subnet.web.id",
        "security_groups = [aws_security_group.server.id]",
    )
    + ADMITS.replace("PEER", BY_GROUP)
)
TO_LOGS = "service:one -> endpoint:logs: tcp 443"
NEAR_LOGS = "vpc:main -> endpoint:logs: tcp 443"
OF_SUBNET = " of 10.0.1.0/24"
NO_SUBNETS = " needs its subnets"


@pytest.mark.parametrize(
    ("text", "to", "ways"),
    [
        (OWN + DOMAIN, "store:search", ["internet -> store:search: tcp 80,443"]),
        (
            OPEN + DOMAIN,
            "store:search",
            ["internet -> store:search: tcp 80,443", "service:one -> store:search: tcp 443"],
        ),
        (LOGS, "endpoint:logs", []),
        (LOGS + DEFAULT_GROUP, "endpoint:logs", [TO_LOGS, NEAR_LOGS + OF_SUBNET]),
        (
            LOGS.replace('"Interface"', "var.which") + DEFAULT_GROUP,
            "endpoint:logs",
            [TO_LOGS + UNKNOWN, NEAR_LOGS + UNKNOWN + OF_SUBNET],
        ),
        (LOGS.replace('"Interface"', '"Gateway"') + DEFAULT_GROUP, "endpoint:logs", []),
        (
            LOGS.replace("  subnet_ids = [aws_subnet.web.id]\n", "") + DEFAULT_GROUP,
            "endpoint:logs",
            [TO_LOGS + NO_SUBNETS, NEAR_LOGS + NO_SUBNETS + OF_SUBNET],
        ),
        # The VPC is known, whatever the subnets are; and of a list nobody knows how long it is.
        (
            LOGS.replace("aws_subnet.web.id", "var.which") + DEFAULT_GROUP,
            "endpoint:logs",
            [TO_LOGS + UNKNOWN, NEAR_LOGS + OF_SUBNET],
        ),
        (
            LOGS.replace("[aws_subnet.web.id]", "var.which") + DEFAULT_GROUP,
            "endpoint:logs",
            [TO_LOGS + UNKNOWN, NEAR_LOGS + UNKNOWN + OF_SUBNET],
        ),
        (LOGS + DEFAULT_GROUP.replace("10.0.1.0", "10.0.2.0") + BESIDE, "endpoint:logs", []),
        (FUNCTION, "function:job", []),
        (MOUNTED, "store:files", ["service:one -> store:files: tcp 443"]),
    ],
)
def test_what_tasks_use_is_reached(text: str, to: str, ways: list[str], tmp_path: Path) -> None:
    """Stores and endpoints are, by their own groups or the default one; functions never are."""
    assert told(tmp_path, text + service("one"), to=to) == ways


EXPRESS = made(
    *("aws_ecs_express_gateway_service", "one", 'execution_role_arn = "role"'),
    'primary_container { image = "web" }',
    "network_configuration {\n    subnets = [aws_subnet.web.id]\n"
    "    security_groups = [aws_security_group.web.id]\n  }",
)


def test_aws_may_open_more_of_an_express_service(tmp_path: Path) -> None:
    """Its own groups say what is certainly open; what AWS gives it may be public, and open."""
    waits = " needs the network of aws_ecs_express_gateway_service.one"

    assert told(tmp_path, OPEN + EXPRESS, "internet") == [
        f"internet -> service:one: all all{waits}"
    ]
    assert told(tmp_path, OPEN + EXPRESS, to="internet") == [
        f"service:one -> internet: all all{waits}"
    ]
    assert "vpc:main -> service:one: tcp 80" in told(tmp_path, OPEN + EXPRESS, "vpc:main")


@pytest.mark.parametrize(
    ("ports", "ways"),
    [((1024, 2000), 1), ((32768, 40000), 1), ((61000, 65000), 1), ((22, 1023), 0)],
)
def test_what_has_a_group_may_take_answers_on_any_port_of_clients(
    ports: tuple[int, int], ways: int, tmp_path: Path
) -> None:
    """Who has the group of nothing here may be Linux, Windows or a load balancer."""
    lines = {"ingress": ("-1", 0, 0), "egress": ("tcp", *ports)}
    entries = (
        f'{way} {{\n    rule_no = 1\n    action = "allow"\n    cidr_block = "0.0.0.0/0"\n'
        f'    protocol = "{spoken}"\n    from_port = {low}\n    to_port = {high}\n  }}'
        for way, (spoken, low, high) in lines.items()
    )
    fields = ("vpc_id = aws_vpc.main.id", "subnet_ids = [aws_subnet.web.id]")
    text = made("aws_network_acl", "web", *fields, *entries) + made(
        *("aws_security_group", "any", "vpc_id = aws_vpc.main.id"),
        'egress {\n    protocol = "-1"\n    from_port = 0\n    to_port = 0\n'
        '    cidr_blocks = ["10.0.0.0/16"]\n  }',
    )
    found = told(tmp_path, text + service("web"), "group:any", "service:web")

    assert found == ["group:any -> service:web: tcp 80 needs aws_security_group.any"] * ways


def test_a_function_opens_connections_from_its_subnets(tmp_path: Path) -> None:
    """It has no public address, and so it gets out by a NAT gateway alone."""
    assert told(tmp_path, OPEN + FUNCTION, "function:job") == []
    out = told(tmp_path, OPEN_NAT + FUNCTION, "function:job")
    assert out == ["function:job -> internet: tcp 443"]


NAMED = (
    service("one", '  name = "shop-one"\n')
    + service("two", '  name = "${var.which}-two"\n')
    + service("three", '  name = "shop-three"\n').replace("launch_type", "count = 2\n  launch_type")
    + made("aws_subnet", "named", "vpc_id = aws_vpc.main.id", 'cidr_block = "10.0.5.0/24"',
           'tags = { Name = "inner" }')
)  # fmt: skip
OUT = " -> internet: tcp 443"


@pytest.mark.parametrize(
    ("word", "ways"),
    [
        ("service:one", [f"service:one{OUT}"]),
        ("service:aws_ecs_service.one", [f"service:one{OUT}"]),
        ("service:shop-one", [f"service:one{OUT}"]),
        ("service:live-two", [f"service:two{OUT}{UNKNOWN}"]),
        ("service:two", [f"service:two{OUT}"]),
        ("service:three[1]", [f"service:three[1]{OUT}"]),
        ("service:three", [f"service:three[0]{OUT}", f"service:three[1]{OUT}"]),
        ("service:shop-three", [f"service:three[0]{OUT}", f"service:three[1]{OUT}"]),
        ("task:one", None),
        ("service:live-one", None),
        ("service:", None),
        ("one", None),
        ("subnet:inner", []),
        ("subnet:named", []),
        ("subnet:outer", None),
        ("vpc:aws_vpc.main", [f"service:{name}{OUT}" for name in ("one", "three[0]", "three[1]",
                                                                 "two")]),
        ("vpc:other", None),
        ("group:other", None),
        ("aws:ecs", []),
    ],
)  # fmt: skip
def test_words_stand_for_ends(word: str, ways: list[str] | None, tmp_path: Path) -> None:
    """An end goes by its name, its address, its name in AWS, and perhaps by one known in part."""
    if ways is None:
        with pytest.raises(EndError):
            told(tmp_path, OPEN + NAMED, word, "internet")
    else:
        assert told(tmp_path, OPEN + NAMED, word, "internet") == ways


@pytest.mark.parametrize(
    ("vpc", "needs"), [("aws_vpc.main.id", ""), ('"vpc-1"', "vpc-1"), ("var.which", "var.which")]
)
def test_the_default_group_of_a_vpc_from_elsewhere_is_not_seen(
    vpc: str, needs: str, tmp_path: Path
) -> None:
    """Somebody may have emptied it; that of a VPC of the sources is as AWS makes it."""
    subnet = made("aws_subnet", "other", f"vpc_id = {vpc}", 'cidr_block = "10.0.9.0/24"')
    text = service("web", subnet="other").replace("[aws_security_group.web.id]", "[]")

    found = told(tmp_path, subnet + text, "service:web", "service:web")
    waits = f" needs {needs}" if needs else ""
    assert found == [f"service:web -> service:web: all all{waits}"]


S3_ENDPOINT = made(
    *("aws_vpc_endpoint", "s3", "vpc_id = aws_vpc.main.id"),
    *('service_name = "com.amazonaws.eu-west-1.s3"', "route_table_ids = [aws_route_table.web.id]"),
)


def entries(*lets: tuple[str, str, str, int, int]) -> str:
    """The network ACL of the subnet, with what it lets through: way, protocol, CIDR, ports."""
    found = (
        f'{way} {{\n    rule_no = {number}\n    action = "allow"\n    cidr_block = "{cidr}"\n'
        f'    protocol = "{protocol}"\n    from_port = {low}\n    to_port = {high}\n  }}'
        for number, (way, protocol, cidr, low, high) in enumerate(lets, 1)
    )
    fields = ("vpc_id = aws_vpc.main.id", "subnet_ids = [aws_subnet.web.id]")
    return made("aws_network_acl", "web", *fields, *found)


ALL_IN, ALL_OUT = ("ingress", "-1", "0.0.0.0/0", 0, 0), ("egress", "-1", "0.0.0.0/0", 0, 0)


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        (OWN, [""]),
        (table("aws_route_table.other.id"), []),
        (table(EITHER), [UNKNOWN]),
        ("", []),
        (OWN + entries(ALL_IN, ALL_OUT), [""]),
        (OWN + entries(ALL_IN, ("egress", "tcp", "0.0.0.0/0", 443, 443)), [""]),
        (OWN + entries(ALL_IN, ("egress", "tcp", "0.0.0.0/0", 80, 80)), []),
        (OWN + entries(ALL_IN, ("egress", "-1", "10.0.0.0/16", 0, 0)), []),
        (OWN + entries(ALL_OUT, ("ingress", "tcp", "0.0.0.0/0", 1024, 65535)), [""]),
        (OWN + entries(ALL_OUT, ("ingress", "tcp", "0.0.0.0/0", 443, 443)), []),
    ],
)
def test_a_gateway_endpoint_is_reached_by_its_table_and_past_the_acl(
    text: str, ways: list[str], tmp_path: Path
) -> None:
    """The subnet's own table must have the endpoint, and its ACL let traffic out and answers in."""
    found = told(tmp_path, text + S3_ENDPOINT + service("web"), to="endpoint:s3")
    assert found == [f"service:web -> endpoint:s3: tcp 443{way}" for way in ways]


@pytest.mark.parametrize(
    ("kind", "ways"), [('"Gateway"', [""]), ("var.which", [UNKNOWN]), ('"Interface"', [])]
)
def test_an_endpoint_that_may_be_a_gateway_is_reached_by_its_table(
    kind: str, ways: list[str], tmp_path: Path
) -> None:
    """If it is one: an interface endpoint is in no table."""
    endpoint = S3_ENDPOINT.replace("vpc_id", f"vpc_endpoint_type = {kind}\n  vpc_id")

    found = told(tmp_path, OWN + endpoint + service("web"), to="endpoint:s3")
    assert found == [f"service:web -> endpoint:s3: tcp 443{way}" for way in ways]


TO_S3 = made(
    *("aws_vpc_security_group_egress_rule", "s3", 'ip_protocol = "tcp"'),
    *("from_port = 443", "to_port = 443", "security_group_id = aws_security_group.web.id"),
    "prefix_list_id = data.aws_ec2_managed_prefix_list.s3.id",
)


@pytest.mark.parametrize(
    ("endpoint", "ways"),
    [
        ("", ["aws:s3: tcp 443"]),
        (S3_ENDPOINT, ["endpoint:s3: tcp 443"]),
        (S3_ENDPOINT.replace("[aws", "[var.which] #"), ["aws:s3: tcp 443"]),
        (
            S3_ENDPOINT.replace("[aws", "var.which == null ? [] : [aws"),
            ["aws:s3: tcp 443", "endpoint:s3: tcp 443 needs var.which"],
        ),
    ],
)
def test_s3_is_reached_by_the_internet_where_no_endpoint_takes_it_for_certain(
    endpoint: str, ways: list[str], tmp_path: Path
) -> None:
    """Where the gateway endpoint may be in no table of the tasks, both ways are told."""
    text = OPEN + S3 + TO_S3 + endpoint + service("web")
    found = [way for way in told(tmp_path, text, "service:web") if "s3:" in way]
    assert found == [f"service:web -> {way}" for way in ways]


@pytest.mark.parametrize(
    ("list_", "comes"),
    [
        ("s3", False),
        ("dynamodb", False),
        ("s3express", False),
        ("vpc-lattice", True),
        ("global.cloudfront.origin-facing", True),
    ],
)
def test_which_aws_services_come_in_by_a_rule_for_their_prefix_list(
    list_: str, comes: bool, tmp_path: Path
) -> None:
    """Those that open connections: stores of AWS's own never do."""
    region = "" if list_.startswith("global.") else "eu-west-1."
    listed = S3.replace("eu-west-1.s3", f"{region}{list_}")
    rule = TO_S3.replace("egress", "ingress")
    found = told(tmp_path, OPEN + listed + rule + service("web"), to="service:web")

    assert any(way.startswith("aws:") for way in found) is comes


@pytest.mark.parametrize(
    ("answers", "notes"),
    [
        ((1024, 65535), ()),
        ((1024, 50000), ("no answers get to client ports 50001-65535",)),
        ((32768, 60999), ("no answers get to client ports 1024-32767, 61000-65535",)),
    ],
)
def test_clients_whose_ports_get_no_answers_are_told_of(
    answers: tuple[int, int], notes: tuple[str, ...], tmp_path: Path
) -> None:
    """The way in is open, but for the ports of clients to which an ACL lets nothing out."""
    acl = entries(ALL_IN, ("egress", "tcp", "0.0.0.0/0", *answers))
    (tmp_path / "main.tf").write_text(VPC + OPEN + acl + service("web"), encoding="utf-8")
    flows = list_flows(Options(paths=(str(tmp_path),)), "internet", "service:web").flows

    assert [(flow.verdict, flow.notes) for flow in flows] == [("open", notes)]


def test_ports_of_clients_without_answers_are_told_of_the_protocol_alone(tmp_path: Path) -> None:
    """An ACL that lets answers of TCP out to some ports, and those of UDP to all, loses TCP's."""
    udp = 'ip_protocol = "udp"', "from_port = 53", "to_port = 53", 'cidr_ipv4 = "0.0.0.0/0"'
    rule = made(
        *("aws_vpc_security_group_ingress_rule", "udp", *udp),
        "security_group_id = aws_security_group.web.id",
    )
    lets = ("egress", "tcp", "0.0.0.0/0", 1024, 50000), ("egress", "udp", "0.0.0.0/0", 0, 65535)
    text = VPC + OPEN + rule + entries(ALL_IN, *lets) + service("web")
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    flows = list_flows(Options(paths=(str(tmp_path),)), "internet", "service:web").flows

    assert {flow.protocol: bool(flow.notes) for flow in flows} == {"tcp": True, "udp": False}


def by_edge(destination: str, to: str, vpc: str = "aws_vpc.main") -> str:
    """A route table of the internet gateway, which sends what comes in somewhere."""
    of = "route_table_id = aws_route_table.edge.id"
    return (
        made("aws_route_table", "edge", f"vpc_id = {vpc}.id")
        + made(*("aws_route_table_association", "edge", of, IGW))
        + made(*("aws_route", "edge", of, f"destination_cidr_block = {destination}", to))
    )


FIREWALL = 'vpc_endpoint_id = "vpce-1"'
BY_EDGE = " needs aws_route.edge"


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        (by_edge('"10.0.1.0/24"', FIREWALL), [BY_EDGE]),
        (by_edge('"10.0.0.0/16"', TO_FIREWALL), [BY_EDGE]),
        (by_edge('"10.0.1.128/25"', FIREWALL), [BY_EDGE]),
        (by_edge("var.which", FIREWALL), [BY_EDGE]),
        (by_edge('"10.0.2.0/24"', FIREWALL), [""]),
        (by_edge('"10.0.1.0/24"', 'gateway_id = "local"'), [""]),
        (GATEWAY.replace("ATTACHED", "web") + by_edge('"10.0.1.0/24"', FIREWALL, "aws_vpc.far"),
         [""]),
    ],
)  # fmt: skip
def test_a_table_of_the_gateway_sends_what_comes_in_elsewhere(
    text: str, ways: list[str], tmp_path: Path
) -> None:
    """What it sends through a firewall gets to its subnet if that lets it pass, and no other."""
    found = told(tmp_path, OPEN + text + service("web"), "internet")
    assert found == [f"internet -> service:web: tcp 80{way}" for way in ways]


@pytest.mark.parametrize(
    ("to", "ways"),
    [
        (TO_FIREWALL, [" needs aws_route.web_network"]),
        (FIREWALL, [" needs aws_route.web_vpc"]),
        ("gateway_id = var.which", [UNKNOWN]),
        ('transit_gateway_id = "tgw-1"', []),
        ('nat_gateway_id = "nat-1"', []),
        ('egress_only_gateway_id = "eigw-1"', []),
    ],
)
def test_answers_to_the_internet_take_the_route_of_the_subnet(
    to: str, ways: list[str], tmp_path: Path
) -> None:
    """A firewall on the way may lead them back to the internet gateway; a NAT gateway does not."""
    found = told(tmp_path, OWN + route("web", to) + service("web"), "internet")
    assert found == [f"internet -> service:web: tcp 80{way}" for way in ways]


NEXT = (
    made("aws_subnet", "next", "vpc_id = aws_vpc.main.id", 'cidr_block = "10.0.2.0/24"')
    + group("next", ("tcp", 443, "10.0.0.0/16"))
    + service("two", subnet="next", group="next")
)
IN_THE_WAY = " needs aws_route.inner"


@pytest.mark.parametrize(
    ("destination", "to", "needs"),
    [
        ('"10.0.2.0/24"', FIREWALL, IN_THE_WAY),
        ('"10.0.2.0/24"', TO_FIREWALL, IN_THE_WAY),
        ('"10.0.0.0/16"', FIREWALL, IN_THE_WAY),
        ('"10.0.2.0/24"', 'gateway_id = "local"', ""),
        ('"0.0.0.0/0"', FIREWALL, ""),
        ('"10.8.0.0/16"', FIREWALL, ""),
    ],
)
@pytest.mark.parametrize("of", ["web", "other"])
def test_a_route_for_a_part_of_the_vpc_puts_something_in_the_way(
    of: str, destination: str, to: str, needs: str, tmp_path: Path
) -> None:
    """What one of two subnets sends through a firewall gets to the other if that lets it pass."""
    fields = (
        f"route_table_id = aws_route_table.{of}.id",
        f"destination_cidr_block = {destination}",
    )
    text = OWN + table("aws_route_table.other.id", "next") + made("aws_route", "inner", *fields, to)

    found = told(tmp_path, text + NEXT + service("one"), "service:one", "service:two")
    assert found == [f"service:one -> service:two: tcp 443{needs}"]


@pytest.mark.parametrize(
    ("table_id", "needs"),
    [
        ('"rtb-1"', "rtb-1"),
        ("data.aws_route_table.far.id", "data.aws_route_table.far"),
        ("var.which", "var.which"),
    ],
)
def test_a_route_table_of_elsewhere_may_lead_to_the_internet(
    table_id: str, needs: str, tmp_path: Path
) -> None:
    """In and out: both wait for that table."""
    far = made("data aws_route_table", "far", "vpc_id = aws_vpc.main.id")
    found = told(tmp_path, far + table(table_id) + service("web"))

    assert found == [
        f"internet -> service:web: tcp 80 needs {needs}",
        f"service:web -> internet: tcp 443 needs {needs}",
        "vpc:main -> service:web: tcp 80",
    ]


BOTH = (
    GATEWAY.replace("ATTACHED", "web")
    + (service("web") + service("far", subnet="far", group="far"))
    + (table("aws_route_table.web.id") + table("aws_route_table.far.id", "far"))
)


@pytest.mark.parametrize("peer", ['cidr_blocks = ["10.0.1.0/24"]', BY_GROUP])
def test_a_transit_gateway_of_elsewhere_is_waited_for(peer: str, tmp_path: Path) -> None:
    """Whether it leads from one attachment to the other, and knows groups, it says itself."""
    text = BOTH.replace('cidr_blocks = ["10.0.1.0/24"]', peer)
    text = text.replace('resource "aws_ec2_transit_gateway" "main" {}\n', "")
    text += route("web", TRANSIT, "10.1.0.0/16") + route("far", TRANSIT, "10.0.0.0/16")
    found = told(
        tmp_path,
        text.replace("aws_ec2_transit_gateway.main.id", '"tgw-1"'),
        "service:web",
        "service:far",
    )

    assert found == ["service:web -> service:far: tcp 443 needs tgw-1"]


def test_a_route_takes_its_own_peering_connection_alone(tmp_path: Path) -> None:
    """That another one joins the two VPCs does not help what is routed to this one."""
    other = PEERED.replace('"far"', '"other"')
    text = BOTH + PEERED.replace("aws_vpc.far.id", '"vpc-9"') + other
    text += route("web", TO_PEER, "10.1.0.0/16") + route("far", TO_PEER, "10.0.0.0/16")

    assert told(tmp_path, text, "service:web", "service:far") == []
    text = text.replace(TO_PEER, TO_PEER.replace(".far.", ".other."))
    (tmp_path / "main.tf").unlink()
    found = told(tmp_path, text, "service:web", "service:far")
    assert found == ["service:web -> service:far: tcp 443"]


def test_a_listener_of_one_of_two_load_balancers(tmp_path: Path) -> None:
    """Either may lead to the tasks behind it, until it is known whose it is."""
    either = "load_balancer_arn = [aws_lb.edge.arn, aws_lb.two.arn][var.which]"
    text = EDGE.replace("load_balancer_arn = aws_lb.edge.arn", either)
    text += balancer("two").replace("aws_security_group.web", "aws_security_group.edge")
    found = told(tmp_path, text + service("web", behind("edge")) + service("one"), "service:one")

    assert found == [
        "service:one -> lb:edge: tcp 443 needs var.which",
        "service:one -> lb:two: tcp 443",
        "service:one -> service:web: tcp 443 through lb:edge needs var.which",
        "service:one -> service:web: tcp 443 through lb:two needs var.which",
    ]


CLASSIC = made(
    *("aws_elb", "old", "internal = true", "subnets = [aws_subnet.web.id]"),
    "security_groups = [aws_security_group.edge.id]",
    "listener {\n    instance_port = INSIDE\n    instance_protocol = PROTOCOL\n"
    "    lb_port = OUTSIDE\n    lb_protocol = PROTOCOL\n  }",
)


@pytest.mark.parametrize(
    ("changes", "ways"),
    [
        ({}, [""]),
        ({"INSIDE": "81"}, []),
        ({"OUTSIDE": "444"}, []),
        ({"INSIDE": "var.which"}, [UNKNOWN]),
        ({"OUTSIDE": "var.which"}, [UNKNOWN]),
        ({"PROTOCOL": '"tcp"'}, [""]),
        ({"PROTOCOL": "var.which"}, [""]),
    ],
)
def test_a_classic_load_balancer_hands_on_to_the_port_of_instances(
    changes: dict[str, str], ways: list[str], tmp_path: Path
) -> None:
    """What its listener takes arrives on the port of the instance that it names."""
    text = CLASSIC + GROUPS + INSTANCES
    words = {"INSIDE": "80", "OUTSIDE": "443", "PROTOCOL": '"http"'} | SHARED
    for word, meant in (words | changes).items():
        text = text.replace(f"= {word}", f"= {meant}")
    more = '  load_balancer {\n    elb_name = aws_elb.old.name\n    container_name = "web"\n'
    more += "    container_port = 80\n  }\n"
    text = text.replace("  task_definition = aws", f"{more}  task_definition = aws")

    found = told(tmp_path, text + service("one"), "service:one", "service:web")
    assert found == [f"service:one -> service:web: tcp 443 through lb:old{way}" for way in ways]


BARE = (
    LB.replace("NAME", "net")
    .replace("INTERNAL", 'true\n  load_balancer_type = "network"')
    .replace("  security_groups = [aws_security_group.web.id]\n", "GROUPS")
    .replace('"HTTPS"', '"TCP"')
    .replace('"HTTP"', '"TCP"')
)
NEIGHBOUR = """
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "far" {
  vpc_id     = aws_vpc.far.id
  cidr_block = "10.9.1.0/24"
}
resource "aws_security_group" "far" {
  vpc_id = aws_vpc.far.id
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "door" {
  vpc_id = aws_vpc.far.id
  ingress {
    protocol        = "tcp"
    from_port       = DOOR
    to_port         = DOOR
    security_groups = [aws_security_group.far.id]
  }
}
resource "aws_vpc_endpoint" "door" {
  vpc_id             = aws_vpc.far.id
  vpc_endpoint_type  = "Interface"
  service_name       = NAMED
  subnet_ids         = [aws_subnet.far.id]
  security_group_ids = [aws_security_group.door.id]
}
resource "aws_vpc_endpoint_service" "offer" {
  acceptance_required        = true
  network_load_balancer_arns = [BALANCERS]
}
resource "aws_security_group" "balancer" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = [CIDR]
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""
OFFERED = {
    "= DOOR": "= 443",
    "NAMED": "aws_vpc_endpoint_service.offer.service_name",
    "BALANCERS": "aws_lb.net.arn",
    "CIDR": '"10.0.0.0/8"',
    "GROUPS": "",
}
GUARDED = "  security_groups = [aws_security_group.balancer.id]\n"
ENFORCED = "enforce_security_group_inbound_rules_on_private_link_traffic"
BY_LINK = "service:web: tcp 443 through lb:net"
BY_DOOR = BY_LINK.replace("through", "through endpoint:door through")
SOMEBODY = f"aws:privatelink -> {BY_LINK} needs the endpoints for aws_vpc_endpoint_service.offer"
ADDRESSES = " needs the addresses of what comes by PrivateLink"


@pytest.mark.parametrize(
    ("changes", "ways"),
    [
        ({}, [SOMEBODY, f"service:one -> {BY_DOOR}"]),
        ({"BALANCERS": "aws_lb.edge.arn, aws_lb.net.arn"}, [SOMEBODY, f"service:one -> {BY_DOOR}"]),
        ({"BALANCERS": "aws_lb.edge.arn"}, []),
        ({"BALANCERS": "var.which"}, []),
        (
            {"BALANCERS": "[aws_lb.two.arn, aws_lb.net.arn][var.which]"},
            [SOMEBODY + UNKNOWN, f"service:one -> {BY_DOOR}{UNKNOWN}"],
        ),
        ({"BALANCERS": 'var.which == "" ? aws_lb.two.arn : aws_lb.edge.arn'}, []),
        ({"= DOOR": "= 80"}, [SOMEBODY]),
        ({"= DOOR": "= var.which"}, [SOMEBODY, f"service:one -> {BY_DOOR}{UNKNOWN}"]),
        ({"NAMED": '"com.amazonaws.vpce.eu-west-1.vpce-svc-1"'}, [SOMEBODY]),
        (
            {"GROUPS": GUARDED},
            [
                SOMEBODY.replace(" needs", f"{ADDRESSES} needs"),
                f"service:one -> {BY_DOOR}{ADDRESSES}",
            ],
        ),
        (
            {"GROUPS": GUARDED, "CIDR": '"0.0.0.0/0"'},
            [SOMEBODY, f"service:one -> {BY_DOOR}"],
        ),
        (
            {"GROUPS": f'{GUARDED}  {ENFORCED} = "off"\n'},
            [SOMEBODY, f"service:one -> {BY_DOOR}"],
        ),
    ],
)
def test_an_endpoint_service_leads_to_its_load_balancer(
    changes: dict[str, str], ways: list[str], tmp_path: Path
) -> None:
    """Who has an endpoint for it comes in without a route, past groups if these do not count."""
    admits = group("admits", ("tcp", 80, "10.0.0.0/16"))
    text = BARE + balancer("edge") + BARE.replace("net", "two") + admits + NEIGHBOUR
    text += service("web", behind("net"), group="admits")
    text += service("one", subnet="far", group="far")
    for word, meant in (OFFERED | changes).items():
        text = text.replace(word, meant)

    found = told(tmp_path, text, to="service:web")
    assert [line for line in found if line.startswith(("aws:", "service:"))] == ways


@pytest.mark.parametrize(
    ("before", "after", "ways"),
    [
        ("", "", [BY_ACCELERATOR]),
        ('protocol = "TCP"', 'protocol = "UDP"', []),
        ('protocol = "TCP"', "protocol = var.which", [NOT_MODELLED]),
        ("enabled = true", "enabled = false", []),
        ("enabled = true", "enabled = var.which", [BY_ACCELERATOR + UNKNOWN]),
        ("from_port = 443", "from_port = 1", [BY_ACCELERATOR]),
        ("from_port = 443\n    to_port   = 443", "from_port = 80\n    to_port   = 80", []),
        ("aws_lb.edge.arn", "var.which", [NOT_MODELLED + UNKNOWN]),
        ("aws_lb.edge.arn", '"arn:of:another"', []),
        ("aws_globalaccelerator_listener.main.id", "var.which", [NOT_MODELLED + UNKNOWN]),
        ("aws_globalaccelerator_accelerator.main.id", "var.which", [NOT_MODELLED]),
    ],
)
def test_what_an_accelerator_says_decides(
    before: str, after: str, ways: list[str], tmp_path: Path
) -> None:
    """If it takes traffic, over which protocol, on which ports, and to which load balancer."""
    assert before in accelerator()
    found = told(tmp_path, OPEN_EDGE + accelerator().replace(before, after), "internet")
    assert found == [f"internet -> {way}" for way in ways]


THIRD = made("aws_vpc", "third", 'cidr_block = "10.3.0.0/16"') + made(
    *("aws_subnet", "third", "vpc_id = aws_vpc.third.id", 'cidr_block = "10.3.1.0/24"')
)
OF_MAIN = "vpc_id             = aws_vpc.main.id\n  subnet_ids         = [aws_subnet.web.id]"
OF_THIRD = "vpc_id = aws_vpc.third.id\n  subnet_ids = [aws_subnet.third.id]"
HOLE = made(
    *("aws_ec2_transit_gateway_route", "hole", "blackhole = true", "destination_cidr_block = TO"),
    "transit_gateway_route_table_id ="
    " aws_ec2_transit_gateway.main.association_default_route_table_id",
)


@pytest.mark.parametrize(
    ("before", "after", "more", "ways"),
    [
        ("", "", THIRD + made("aws_ec2_transit_gateway_vpc_attachment", "third", TRANSIT, OF_THIRD),
         [""]),
        (OF_MAIN, OF_THIRD, THIRD, [" needs what is attached to the transit gateway"]),
        ("", "", HOLE.replace("TO", '"10.1.0.0/16"'), []),
        ("", "", HOLE.replace("TO", '"10.1.1.0/24"'), [""]),
        ("", "", HOLE.replace("TO", '"10.0.0.0/16"'), []),
        ("", "", HOLE.replace("TO", '"10.5.0.0/16"'), [""]),
        ("", "", HOLE.replace("TO", "var.which"), [UNKNOWN]),
    ],
)  # fmt: skip
def test_what_is_on_a_transit_gateway_decides(
    before: str, after: str, more: str, ways: list[str], tmp_path: Path
) -> None:
    """The attachments of both VPCs, and no black hole for all of one on the way there or back."""
    assert before in BOTH
    text = BOTH.replace(before, after) if before else BOTH
    text += route("web", TRANSIT, "10.1.0.0/16") + route("far", TRANSIT, "10.0.0.0/16")

    found = told(tmp_path, text + more, "service:web", "service:far")
    assert found == [f"service:web -> service:far: tcp 443{way}" for way in ways]


@pytest.mark.parametrize(("to", "vpc"), [("10.1.0.0/16", "far"), ("10.0.0.0/16", "main")])
def test_a_black_hole_that_closes_a_way_is_named(to: str, vpc: str, tmp_path: Path) -> None:
    """On the way there or back: no other route would open it."""
    text = VPC + BOTH + route("web", TRANSIT, "10.1.0.0/16") + route("far", TRANSIT, "10.0.0.0/16")
    (tmp_path / "main.tf").write_text(text + HOLE.replace("TO", f'"{to}"'), encoding="utf-8")
    (answer,) = explain(Options(paths=(str(tmp_path),)), "service:web", "service:far", None).answers

    (closed,) = answer.closed
    hole = "aws_ec2_transit_gateway_route.hole"
    assert closed.at.text == f"all that goes to aws_vpc.{vpc} ends in a black hole: {hole}"
    assert (closed.at.resource, closed.change) == (hole, f"remove or narrow {hole}")


ENTRY = made(
    *("aws_network_acl_rule", "in", "rule_number = 1", 'protocol = "-1"', 'rule_action = "allow"'),
    *("egress = false", "network_acl_id = ACL", "cidr_block = CIDR"),
)
ALL_BACK = ENTRY.replace('"in"', '"out"').replace("= false", "= true")
EITHER_ACL = "[aws_network_acl.web.id, aws_network_acl.two.id][var.which]"


@pytest.mark.parametrize(
    ("acl", "cidr", "ways"),
    [
        ("aws_network_acl.web.id", '"0.0.0.0/0"', [""]),
        ("aws_network_acl.web.id", '"8.0.0.0/8"', [" of 8.0.0.0/8"]),
        ("aws_network_acl.web.id", "var.which", [UNKNOWN]),
        ("aws_network_acl.two.id", '"0.0.0.0/0"', []),
        (EITHER_ACL, '"0.0.0.0/0"', [UNKNOWN]),
    ],
)
def test_an_entry_counts_for_its_own_acl(
    acl: str, cidr: str, ways: list[str], tmp_path: Path
) -> None:
    """One that may be of another ACL opens the subnet perhaps."""
    own = ACL.replace("  vpc", "  subnet_ids = [aws_subnet.web.id]\n  vpc")
    back = ALL_BACK.replace("ACL", "aws_network_acl.web.id").replace("CIDR", '"0.0.0.0/0"')
    entry = ENTRY.replace("ACL", acl).replace("CIDR", cidr)
    text = OPEN + own + ACL.replace('"web"', '"two"') + back + entry + service("web")

    found = told(tmp_path, text, "internet")
    assert found == [f"internet -> service:web: tcp 80{way}" for way in ways]


def peered(one: str, other: str) -> str:
    """A peering connection of two VPCs, with routes of both sides to it."""
    ends = made("aws_vpc_peering_connection", "far", f"vpc_id = {one}", f"peer_vpc_id = {other}")
    return ends + route("web", TO_PEER, "10.1.0.0/16") + route("far", TO_PEER, "10.0.0.0/16")


MAIN_VPC, FAR_VPC = "aws_vpc.main.id", "aws_vpc.far.id"
EITHER_VPC = f"[{FAR_VPC}, {MAIN_VPC}][var.which]"


@pytest.mark.parametrize(
    ("one", "other", "ways"),
    [
        (MAIN_VPC, FAR_VPC, [""]),
        (FAR_VPC, MAIN_VPC, [""]),
        (MAIN_VPC, EITHER_VPC, [UNKNOWN]),
        (EITHER_VPC, FAR_VPC, [UNKNOWN]),
        (MAIN_VPC, MAIN_VPC, []),
        (MAIN_VPC, "var.which", []),
        (MAIN_VPC, '"vpc-1"', []),
    ],
)
def test_a_peering_connection_joins_the_vpcs_that_it_names(
    one: str, other: str, ways: list[str], tmp_path: Path
) -> None:
    """Whichever of the two asked for it; one that is not known is waited for."""
    found = told(tmp_path, BOTH + peered(one, other), "service:web", "service:far")
    assert found == [f"service:web -> service:far: tcp 443{way}" for way in ways]


SECOND = made(
    *("aws_route", "second", "route_table_id = aws_route_table.web.id"),
    'destination_cidr_block = "10.1.1.128/25"',
)


@pytest.mark.parametrize(
    ("cidr", "more", "ways"),
    [
        ("10.1.1.0/24", "", [""]),
        ("10.0.0.0/8", "", [""]),
        ("10.2.0.0/16", "", []),
        ("10.1.1.0/25", "", [SOMEWHERE_THERE]),
        ("10.1.1.0/25", f"  {TO_PEER}\n", [""]),
        ("10.1.1.0/25", f"  {FIREWALL}\n", [" needs aws_route.second"]),
    ],
)
def test_routes_lead_to_all_of_a_subnet_or_a_part(
    cidr: str, more: str, ways: list[str], tmp_path: Path
) -> None:
    """Several do together; where one leads to a part, it is the address that decides."""
    text = BOTH + peered(MAIN_VPC, FAR_VPC).replace('"10.1.0.0/16"', f'"{cidr}"')
    text += SECOND.replace("}\n", f"{more}}}\n") if more else ""
    found = told(tmp_path, text, "service:web", "service:far")
    assert found == [f"service:web -> service:far: tcp 443{way}" for way in ways]


def test_services_that_one_text_makes_have_their_own_groups(tmp_path: Path) -> None:
    """What is open to one of them is not open to the other."""
    groups = """
resource "aws_security_group" "each" {
  for_each = { one = 81, two = 82 }
  vpc_id   = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = each.value
    to_port     = each.value
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""
    text = service("each", '  for_each = toset(["one", "two"])\n').replace(
        "aws_security_group.web.id", "aws_security_group.each[each.key].id"
    )

    assert told(tmp_path, OPEN + groups + text, of="internet") == [
        'internet -> service:each["one"]: tcp 81',
        'internet -> service:each["two"]: tcp 82',
    ]


FAR_SUBNET = made(
    *("aws_subnet", "far", "vpc_id = aws_vpc.far.id", 'cidr_block = "10.1.1.0/24"'),
) + made("aws_vpc", "far", 'cidr_block = "10.1.0.0/16"')


@pytest.mark.parametrize("order", [("web", "far"), ("far", "web")])
@pytest.mark.parametrize(("cidr", "vpc"), [("10.0.0.0/16", "main"), ("10.1.0.0/16", "far")])
def test_tasks_in_subnets_of_two_vpcs_are_reached_from_each_by_its_own(
    cidr: str, vpc: str, order: tuple[str, ...], tmp_path: Path
) -> None:
    """A VPC opens what the group lets in from its addresses, whichever subnet is named first."""
    subnets = f"[{', '.join(f'aws_subnet.{name}.id' for name in order)}]"
    text = FAR_SUBNET + group("narrow", ("tcp", 80, cidr))
    text += service("web", group="narrow").replace("[aws_subnet.web.id]", subnets)

    assert told(tmp_path, text) == [f"vpc:{vpc} -> service:web: tcp 80"]


ALONE = made("aws_vpc", "alone", 'cidr_block = "10.2.0.0/16"') + made(
    *("aws_subnet", "alone", "vpc_id = aws_vpc.alone.id", 'cidr_block = "10.2.1.0/24"')
)
FAR_TABLE = made("aws_route_table", "far", "vpc_id = aws_vpc.far.id")
THERE, BACK = route("web", TO_PEER, "10.1.0.0/16"), route("far", TO_PEER, "10.0.0.0/16")


@pytest.mark.parametrize(
    ("routes", "ways"),
    [
        (THERE + BACK, ["vpc:far -> service:web: tcp 80 of 10.1.1.0/24"]),
        (THERE, []),
        (BACK, []),
        (THERE + BACK.replace("10.0.0.0/16", "10.3.0.0/16"), []),
        (
            THERE + BACK.replace('"10.0.0.0/16"', "var.which"),
            ["vpc:far -> service:web: tcp 80 needs var.which of 10.1.1.0/24"],
        ),
    ],
)
def test_a_peered_vpc_comes_in_by_routes_of_both_sides(
    routes: str, ways: list[str], tmp_path: Path
) -> None:
    """Whoever is in a VPC that a route leads to, and a route back; nobody of any other."""
    ends = made(
        *("aws_vpc_peering_connection", "far", "vpc_id = aws_vpc.main.id"),
        "peer_vpc_id = aws_vpc.far.id",
    )
    text = ALONE + FAR_SUBNET + FAR_TABLE + ends + routes + OWN
    text += table("aws_route_table.far.id", "far") + service("web")

    assert told(tmp_path, text) == [*ways, "vpc:main -> service:web: tcp 80"]


@pytest.mark.parametrize(
    ("subnets", "is_asked"),
    [("[var.which]", False), ("var.which", False), ("[each.value]", True)],
)
def test_what_is_in_subnets_of_one_name_is_in_one_vpc(
    subnets: str, is_asked: bool, tmp_path: Path
) -> None:
    """Also where nobody knows which; but each member of an open map may be of another VPC."""
    group = VPC.replace("  vpc_id = aws_vpc.main.id\n  ingress", "  ingress").replace("443", "80")
    both = (service("one") + service("web")).replace("[aws_subnet.web.id]", subnets)
    if is_asked:
        both = both.replace("launch_type", "for_each = var.which\n  launch_type")
    (tmp_path / "main.tf").write_text(group + both, encoding="utf-8")
    many = "[*]" if is_asked else ""
    options = Options(paths=(str(tmp_path),))
    answers = explain(options, f"service:one{many}", f"service:web{many}", 80).answers

    flows = [flow for answer in answers for flow in answer.flows]
    texts = [step.text for flow in flows for step in flow.because]
    assert texts
    assert any("in one VPC" in text for text in texts) == is_asked


IN_VPC = """
data "aws_vpc" "NAME" { tags = { Name = "NAME" } }
resource "aws_subnet" "NAME" {
  vpc_id     = OF
  cidr_block = "10.0.2.0/24"
}
resource "aws_security_group" "NAME" {
  vpc_id = OF
  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.0.0.0/8"]
  }
  egress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.0.0.0/8"]
  }
}
resource "aws_ecs_service" "NAME" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.NAME.id]
    security_groups = [aws_security_group.NAME.id]
  }
}
"""


@pytest.mark.parametrize(
    ("one", "two", "ways"),
    [
        ("data.aws_vpc.one.id", "data.aws_vpc.one.id", [""]),
        (
            "data.aws_vpc.one.id",
            "data.aws_vpc.two.id",
            [" needs data.aws_vpc.one needs data.aws_vpc.two"],
        ),
        ("data.aws_vpc.one.id", "aws_vpc.main.id", []),
        ("aws_vpc.main.id", "aws_vpc.main.id", [""]),
    ],
)
def test_vpcs_from_elsewhere_may_be_one(
    one: str, two: str, ways: list[str], tmp_path: Path
) -> None:
    """What is in two of them may reach each other: nobody knows. None is a VPC of the sources."""
    text = IN_VPC.replace("NAME", "one").replace("OF", one)
    text += IN_VPC.replace("NAME", "two").replace("OF", two)

    found = told(tmp_path, text, "service:one", "service:two")
    assert found == [f"service:one -> service:two: tcp 443{way}" for way in ways]


def test_clients_of_a_listener_that_is_certain_beside_one_that_is_not(tmp_path: Path) -> None:
    """What one of several alike can open is told of it alone, by what is certain and what not."""
    more = made(
        *("aws_lb_listener", "more", "load_balancer_arn = aws_lb.edge.arn", "port = 444"),
        'protocol = "HTTPS"',
        'default_action {\n    type = "forward"\n'
        "    target_group_arn = aws_lb_target_group.edge.arn\n  }",
    )
    perhaps = made(
        *("aws_vpc_security_group_ingress_rule", "more", 'ip_protocol = "tcp"'),
        *("from_port = 444", "to_port = 444", "security_group_id = aws_security_group.edge.id"),
        "cidr_ipv4 = var.zone",
    )
    text = EDGE + more + perhaps + service("web", behind("edge")) + service("one") + service("two")
    text += made(
        *("aws_vpc_security_group_egress_rule", "more", 'ip_protocol = "tcp"'),
        *("from_port = 444", "to_port = 444", "security_group_id = aws_security_group.web.id"),
        'cidr_ipv4 = "10.0.0.0/16"',
    )

    for client in ("one", "two"):
        way = f"service:{client} -> service:web: tcp"
        assert told(tmp_path, text, f"service:{client}", "service:web") == [
            f"{way} 443 through lb:edge",
            f"{way} 444 through lb:edge needs var.zone",
        ]


@pytest.mark.parametrize("first", ["web", "lost"])
@pytest.mark.parametrize("vpc", ["var.which", "[aws_vpc.main.id, aws_vpc.far.id][var.which]"])
def test_what_names_no_group_has_the_default_one_of_the_vpc_that_a_subnet_tells(
    first: str, vpc: str, tmp_path: Path
) -> None:
    """All subnets of one thing are in one VPC: those tell it that say in which they are."""
    lost = made("aws_subnet", "lost", f"vpc_id = {vpc}", 'cidr_block = "10.0.3.0/24"')
    second = {"web": "lost", "lost": "web"}[first]
    text = service("one", subnet=first).replace("[aws_security_group.web.id]", "[]")
    text = text.replace(f".{first}.id]", f'.{first}.id, "subnet-1", aws_subnet.{second}.id]')
    text += OTHER_VPC + lost

    found = told(tmp_path, text, "service:one", "service:one")
    assert found == ["service:one -> service:one: all all"]
