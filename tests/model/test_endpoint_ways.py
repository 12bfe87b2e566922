"""Whether tasks without a way out reach ECR: by which endpoints, names, groups and tables."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
variable "which" {}
resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = HOSTNAMES
}
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "web" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "web" { vpc_id = aws_vpc.main.id }
resource "aws_route_table" "other" { vpc_id = aws_vpc.main.id }
resource "aws_route_table_association" "web" {
  subnet_id      = aws_subnet.web.id
  route_table_id = aws_route_table.web.id
}
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  egress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_security_group" "doors" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol  = "tcp"
    from_port = PORT
    to_port   = PORT
    PEER
  }
}
resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  container_definitions = jsonencode([{
    name  = "web"
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"
  }])
}
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = SUBNETS
    security_groups = OWN
  }
}
resource "aws_vpc_endpoint" "api" {
  vpc_id              = VPC
  vpc_endpoint_type   = TYPE
  service_name        = API
  private_dns_enabled = PRIVATE
  subnet_ids          = [aws_subnet.web.id]
  security_group_ids  = GROUPS
}
resource "aws_vpc_endpoint" "dkr" {
  vpc_id              = aws_vpc.main.id
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.eu-west-1.ecr.dkr"
  private_dns_enabled = true
  subnet_ids          = [aws_subnet.web.id]
  security_group_ids  = [aws_security_group.doors.id]
}
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.main.id
  vpc_endpoint_type = "Gateway"
  service_name      = S3
  route_table_ids   = TABLES
}
"""
DEFAULTS = {
    "HOSTNAMES": "true",
    "SUBNETS": "[aws_subnet.web.id]",
    "OWN": "[aws_security_group.web.id]",
    "PORT": "443",
    "PEER": "security_groups = [aws_security_group.web.id]",
    "VPC": "aws_vpc.main.id",
    "TYPE": '"Interface"',
    "API": '"com.amazonaws.eu-west-1.ecr.api"',
    "PRIVATE": "true",
    "GROUPS": "[aws_security_group.doors.id]",
    "S3": '"com.amazonaws.eu-west-1.s3"',
    "TABLES": "[aws_route_table.web.id]",
}
LACKS, NAMELESS, UNREACHED, BYPASSED = RULES = ("TW401", "TW406", "TW407", "TW409")
NAT = """
resource "aws_nat_gateway" "main" { subnet_id = aws_subnet.public.id }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.9.0/24"
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
resource "aws_route" "out" {
  route_table_id         = aws_route_table.web.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main.id
}
"""


def found(folder: Path, changes: dict[str, str], more: str = "") -> dict[str, str]:
    """What the rules say of the stack with some changes: those that do not just pass."""
    report = scanned(folder, filled(STACK, DEFAULTS | changes) + more, *RULES)
    assert all(each.missing == ("var.which",) for each in report.unknowns)
    unknown = {each.rule: "unknown" for each in report.unknowns}
    return unknown | {each.rule: each.message for each in report.findings}


EITHER = "[[aws_route_table.other.id, aws_route_table.web.id][var.which]]"


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("PORT", "443", {}),
        ("PORT", "80", {UNREACHED: "allows ingress from aws_ecs_service.web on port 443"}),
        ("PORT", "var.which", {UNREACHED: "unknown"}),
        ("PEER", 'cidr_blocks = ["10.0.0.0/16"]', {}),
        ("PEER", "cidr_blocks = [aws_subnet.web.cidr_block]", {}),
        ("PEER", 'cidr_blocks = ["10.0.2.0/24"]', {UNREACHED: "calls time out"}),
        ("PEER", "cidr_blocks = [var.which]", {UNREACHED: "unknown"}),
        ("GROUPS", "[]", {UNREACHED: "the VPC's default one does not allow ingress"}),
        ("GROUPS", "[var.which]", {UNREACHED: "unknown"}),
        ("GROUPS", "var.which", {UNREACHED: "unknown"}),
        ("HOSTNAMES", "false", {NAMELESS: "DNS support or DNS hostnames of its VPC are off"}),
        ("HOSTNAMES", "var.which", {NAMELESS: "unknown"}),
        ("PRIVATE", "false", {NAMELESS: "private DNS is off"}),
        ("PRIVATE", "var.which", {NAMELESS: "unknown"}),
        ("VPC", "aws_vpc.far.id", {LACKS: "needs ecr.api to pull its image"}),
        ("TYPE", '"Gateway"', {LACKS: "needs ecr.api to pull its image"}),
        ("TYPE", "var.which", {LACKS: "unknown", UNREACHED: "unknown"}),
        ("API", '"com.amazonaws.${data.aws_region.now.name}.ecr.api"', {}),
        ("API", '"com.amazonaws.eu-west-1.logs"', {LACKS: "needs ecr.api to pull its image"}),
        ("API", '"com.amazonaws.us-east-1.ecr.api"', {LACKS: "its image in eu-west-1"}),
        ("API", "var.which", {LACKS: "unknown"}),
        ("S3", '"com.amazonaws.eu-west-1.dynamodb"', {LACKS: "needs s3 to pull its image"}),
        ("S3", "var.which", {LACKS: "unknown", BYPASSED: "unknown"}),
        ("TABLES", "[aws_route_table.other.id, aws_route_table.web.id]", {}),
        ("TABLES", "[]", {BYPASSED: "is not in the route table of every subnet"}),
        ("TABLES", "[aws_route_table.other.id]", {BYPASSED: "is not in the route table"}),
        ("TABLES", EITHER, {BYPASSED: "unknown"}),
    ],
)
def test_how_tasks_reach_ecr(word: str, value: str, said: dict[str, str], tmp_path: Path) -> None:
    """An endpoint must be there, answer to the public name, let them in, and be in their table."""
    told = found(tmp_path, {word: value})

    assert told.keys() == said.keys()
    assert all(text in told[rule] for rule, text in said.items())


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("PORT", "443", set()),
        ("VPC", "aws_vpc.far.id", set()),
        ("API", "var.which", set()),
        # What answers to the public name takes calls from everybody in the VPC.
        ("PORT", "80", {UNREACHED}),
        ("PRIVATE", "false", {NAMELESS}),
        ("TABLES", "[]", {BYPASSED}),
    ],
)
def test_a_way_out_stands_in_for_endpoints_that_are_not_there(
    word: str, value: str, said: set[str], tmp_path: Path
) -> None:
    """By a NAT gateway tasks reach what no endpoint takes, and past one that is there they pay."""
    assert found(tmp_path, {word: value}, NAT).keys() == said


ELSEWHERE_API = {"API": '"com.amazonaws.eu-west-1.logs"'}
BY_RANGE = {"PEER": 'cidr_blocks = ["10.0.1.0/24"]'}
OTHER_GROUPS = """
resource "aws_security_group" "other" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "many" {
  count  = var.which
  vpc_id = aws_vpc.main.id
  egress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""
ONE_OF_TWO = "[[aws_security_group.web, aws_security_group.other][var.which].id]"


@pytest.mark.parametrize(
    ("changes", "waits"),
    [
        # Nobody sees a way out of subnets that are not known, nor their table or addresses.
        ({"SUBNETS": "[var.which]"} | ELSEWHERE_API, {LACKS, BYPASSED}),
        ({"SUBNETS": "var.which"} | ELSEWHERE_API, {LACKS, BYPASSED}),
        ({"SUBNETS": "[var.which]"}, {BYPASSED}),
        ({"SUBNETS": "[var.which]"} | BY_RANGE, {BYPASSED, UNREACHED}),
        ({"SUBNETS": "var.which"} | BY_RANGE, {BYPASSED, UNREACHED}),
        ({"OWN": "var.which"}, {UNREACHED}),
        ({"OWN": ONE_OF_TWO}, {UNREACHED}),
        ({"OWN": "aws_security_group.many[*].id"}, {UNREACHED}),
        ({"OWN": 'var.which == "" ? [aws_security_group.web.id] : []'}, {UNREACHED}),
        ({"OWN": "[aws_security_group.web.id, var.which]"}, set()),
        ({"PEER": "prefix_list_ids = [var.which]"}, {UNREACHED}),
    ],
)
def test_what_is_not_known_of_tasks_is_waited_for(
    changes: dict[str, str], waits: set[str], tmp_path: Path
) -> None:
    """Their subnets decide whether they get out, and their groups whether they are let in."""
    assert found(tmp_path, changes, OTHER_GROUPS) == dict.fromkeys(waits, "unknown")


def test_subnets_that_are_not_written_are_named(tmp_path: Path) -> None:
    """It is they that the way out of tasks waits for."""
    report = scanned(tmp_path, filled(STACK, DEFAULTS | ELSEWHERE_API | {"SUBNETS": "[]"}), LACKS)

    assert [each.missing for each in report.unknowns] == [("the subnets of aws_ecs_service.web",)]


FAR = """
resource "aws_subnet" "far" {
  vpc_id     = aws_vpc.far.id
  cidr_block = "10.9.1.0/24"
}
resource "aws_route_table" "far" { vpc_id = aws_vpc.far.id }
resource "aws_route_table_association" "far" {
  subnet_id      = aws_subnet.far.id
  route_table_id = aws_route_table.far.id
}
resource "aws_ecs_service" "far" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration { subnets = [aws_subnet.far.id] }
}
"""


def test_an_endpoint_is_put_in_tables_of_its_own_vpc(tmp_path: Path) -> None:
    """Tasks of another VPC do not reach it."""
    text = filled(STACK, DEFAULTS | {"TABLES": "[]"}) + FAR
    (finding,) = scanned(tmp_path, text, BYPASSED).findings

    assert finding.fix is not None
    assert "route_table_ids = [aws_route_table.web.id]" in finding.fix.text


PEERED = """
data "aws_vpc" "shared" { id = "vpc-1" }
resource "aws_vpc_peering_connection" "far" {
  vpc_id      = aws_vpc.main.id
  peer_vpc_id = PEER_VPC
}
resource "aws_route" "far" {
  route_table_id            = aws_route_table.web.id
  destination_cidr_block    = "10.9.0.0/16"
  vpc_peering_connection_id = aws_vpc_peering_connection.far.id
}
"""
API_THERE = """
resource "aws_vpc_endpoint" "there" {
  vpc_id            = aws_vpc.far.id
  vpc_endpoint_type = "Interface"
  service_name      = "com.amazonaws.eu-west-1.ecr.api"
}
"""


@pytest.mark.parametrize(
    ("vpc", "more", "serves"),
    [
        ("aws_vpc.far.id", "", False),
        ("aws_vpc.far.id", API_THERE, True),
        ("data.aws_vpc.shared.id", "", True),
        ('"vpc-1"', "", True),
    ],
)
def test_an_endpoint_of_a_peered_vpc_may_serve(
    vpc: str, more: str, serves: bool, tmp_path: Path
) -> None:
    """Its names may be made known here; nobody sees what a VPC from elsewhere has."""
    text = filled(STACK, DEFAULTS | ELSEWHERE_API) + filled(PEERED, {"PEER_VPC": vpc}) + more
    report = scanned(tmp_path, text, LACKS)

    assert [each.resource for each in report.findings] == ["aws_vpc.main"] * (not serves)
    assert [each.missing for each in report.unknowns] == [
        ("what aws_route.far leads to",),
    ] * serves


OTHERS = """
resource "aws_security_group" "away" { vpc_id = aws_vpc.far.id }
resource "aws_vpc_security_group_ingress_rule" "others" {
  security_group_id = aws_security_group.doors.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  WHOM
}
"""
OF_RANGE = 'cidr_ipv4 = "10.9.1.0/24"'
OF_GROUP = "referenced_security_group_id = aws_security_group.away.id"
OF_ITSELF = OF_GROUP.replace("away", "doors")


@pytest.mark.parametrize(
    ("whom", "allowed", "said"),
    [
        (OF_RANGE, "", "fail"),
        (OF_RANGE, "10.9.1.0/25", "fail"),
        (OF_RANGE, "10.9.0.0/16", ""),
        (OF_GROUP, "", "fail"),
        (OF_GROUP, "10.9.0.0/16", "fail"),
        (OF_GROUP, "aws_security_group.away", ""),
        (f"count = var.which\n  {OF_RANGE}", "", "unknown"),
        (f"count = var.which\n  {OF_RANGE}", "10.9.0.0/16", ""),
        (OF_ITSELF, "", ""),
    ],
)
def test_settings_say_who_else_may_use_an_endpoint(
    whom: str, allowed: str, said: str, tmp_path: Path
) -> None:
    """Another VPC may, by its range or its group, if it is one of the peers that are allowed."""
    (tmp_path / "taskwall.toml").write_text(f'allowed-peers = ["{allowed}"]\n' if allowed else "")
    members = {"PEER": f"self = true\n    {DEFAULTS['PEER']}"}
    text = filled(STACK, DEFAULTS | members) + OTHERS.replace("WHOM", whom)
    report = scanned(tmp_path, text, UNREACHED)

    told = ["fail" for each in report.findings if "others" in each.resource]
    told += ["unknown" for each in report.unknowns if "others" in each.resource]
    assert told == [said] * bool(said)
    assert len(report.findings) + len(report.unknowns) == len(told)


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ("[aws_security_group.doors.id, aws_security_group.wide.id]", "fail"),
        ('concat([aws_security_group.doors.id], var.which == "" ? [] : [WIDE])', "unknown"),
    ],
)
def test_a_group_that_an_endpoint_may_have_may_let_others_in(
    groups: str, said: str, tmp_path: Path
) -> None:
    """What says whether it has that group is waited for."""
    wide = OTHERS.replace("_group.doors", "_group.wide").replace("WHOM", OF_RANGE)
    wide += 'resource "aws_security_group" "wide" { vpc_id = aws_vpc.main.id }\n'
    both = {"GROUPS": groups.replace("WIDE", "aws_security_group.wide.id")}
    report = scanned(tmp_path, filled(STACK, DEFAULTS | both) + wide, UNREACHED)

    told = ["fail" for _ in report.findings] + ["unknown" for _ in report.unknowns]
    assert told == [said] * bool(said)
