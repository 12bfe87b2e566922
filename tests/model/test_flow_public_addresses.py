"""What reaches tasks by their public addresses, and what of a way is lost on it."""

from pathlib import Path

import pytest

from taskwall.api.flows import explain, list_flows
from taskwall.api.options import Options

VPC = """
resource "aws_vpc" "NAME" { cidr_block = "10.N.0.0/16" }
resource "aws_internet_gateway" "NAME" { vpc_id = aws_vpc.NAME.id }
resource "aws_route_table" "NAME" {
  vpc_id = aws_vpc.NAME.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.NAME.id
  }
}
resource "aws_subnet" "NAME" {
  vpc_id     = aws_vpc.NAME.id
  cidr_block = "10.N.1.0/24"
}
resource "aws_route_table_association" "NAME" {
  subnet_id      = aws_subnet.NAME.id
  route_table_id = aws_route_table.NAME.id
}
resource "aws_security_group" "NAME" { vpc_id = aws_vpc.NAME.id }
resource "aws_ecs_service" "NAME" {
  launch_type = "FARGATE"
  network_configuration {
    subnets          = [aws_subnet.NAME.id]
    security_groups  = [aws_security_group.NAME.id]
    assign_public_ip = true
  }
}
"""
TWO = 'variable "any" {}\n' + "".join(
    VPC.replace("NAME", name).replace("10.N", f"10.{number}")
    for number, name in enumerate(("one", "two"), 1)
)


def rule(name: str, way: str, of: str, cidr: str, low: int | str, high: int) -> str:
    """A permission for some TCP ports."""
    return f"""
resource "aws_vpc_security_group_{way}_rule" "{name}" {{
  security_group_id = aws_security_group.{of}.id
  cidr_ipv4         = {cidr}
  ip_protocol       = "tcp"
  from_port         = {low}
  to_port           = {high}
}}
"""


ALL, LOWER, UPPER, SOME = '"0.0.0.0/0"', '"0.0.0.0/1"', '"128.0.0.0/1"', '"203.0.113.0/24"'
OUT = rule("out", "egress", "one", ALL, 0, 65535)
WEB, TLS = (rule(f"on_{port}", "ingress", "two", ALL, port, port) for port in (80, 443))


HALF, REST = (
    rule(name, "ingress", "two", cidr, 80, high)
    for name, cidr, high in (("half", LOWER, 80), ("rest", UPPER, 443))
)
OPEN_REST = rule("rest", "ingress", "two", UPPER, "var.any", 443)
RULES: dict[str, tuple[str, list[str]]] = {
    "nothing": ("", []),
    "out alone": (OUT, []),
    "in alone": (WEB, []),
    "one port": (OUT + WEB, ["open 80"]),
    "two ports": (OUT + WEB + TLS, ["open 80,443"]),
    "two ports in, one out": (
        rule("out", "egress", "one", ALL, 80, 80) + WEB + TLS,
        ["open 80"],
    ),
    # From which of its addresses it comes, and to which, is not known before.
    "in from some": (OUT + rule("some", "ingress", "two", SOME, 80, 80), []),
    "out to some": (rule("some", "egress", "one", SOME, 80, 80) + WEB, []),
    "in from a half": (OUT + HALF, []),
    "in from both halves": (OUT + HALF + REST, ["open 80"]),
    "in from a half, and from the other on some port": (OUT + HALF + OPEN_REST, ["unknown 80"]),
    "in from an input": (OUT + rule("any", "ingress", "two", "var.any", 80, 80), ["unknown 80"]),
    "in from all, and from an input on more": (
        OUT + TLS + rule("any", "ingress", "two", "var.any", 80, 443),
        ["open 443", "unknown 80-442"],
    ),
}


@pytest.mark.parametrize(("rules", "said"), RULES.values(), ids=RULES)
def test_tasks_reach_others_by_public_addresses(
    rules: str, said: list[str], tmp_path: Path
) -> None:
    """Where no route joins their VPCs, on ports on which all of the internet may come and go."""
    (tmp_path / "main.tf").write_text(TWO + rules, encoding="utf-8")
    flows = list_flows(Options(paths=(str(tmp_path),)), "service:one", "service:two").flows

    assert [f"{each.verdict} {','.join(each.ports)}" for each in flows] == said


def test_each_permission_that_opens_a_port_is_named(tmp_path: Path) -> None:
    """Both that open one, in what a flow rests on."""
    (tmp_path / "main.tf").write_text(TWO + OUT + WEB + TLS, encoding="utf-8")
    options = Options(paths=(str(tmp_path),))
    (answer,) = explain(options, "service:one", "service:two", None).answers
    (flow,) = answer.flows

    named = [step.resource.rpartition(".")[2] for step in flow.because if "_rule." in step.resource]
    assert (flow.ports, named) == (("80", "443"), ["out", "on_80", "on_443"])


CLIENT = """
resource "aws_security_group" "client" { vpc_id = aws_vpc.one.id }
resource "aws_subnet" "more" {
  vpc_id     = aws_vpc.one.id
  cidr_block = "10.1.2.0/24"
}
resource "aws_subnet" "client" {
  vpc_id     = aws_vpc.one.id
  cidr_block = "10.1.3.0/24"
}
resource "aws_network_acl" "more" {
  vpc_id     = aws_vpc.one.id
  subnet_ids = [aws_subnet.more.id]
  ingress {
    rule_no    = 1
    action     = "allow"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
  egress {
    rule_no    = 1
    action     = "allow"
    protocol   = "tcp"
    cidr_block = "0.0.0.0/0"
    from_port  = 1024
    to_port    = 50000
  }
}
resource "aws_ecs_service" "client" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.client.id]
    security_groups = [aws_security_group.client.id]
  }
}
"""
LOST = "no answers get to client ports 50001-60999"
BOTH_SUBNETS = "[aws_subnet.one.id, aws_subnet.more.id]"
ANY_IN = rule("in", "ingress", "one", '"10.1.0.0/16"', 80, 80)
TO_ONE, TO_MORE = '"10.1.1.0/24"', '"10.1.2.0/24"'


HERE, MORE = (rule("to", "egress", "client", cidr, 80, 80) for cidr in (TO_ONE, TO_MORE))
OTHERWISE = rule("other", "egress", "client", TO_MORE, 443, 443)
WAYS: dict[str, tuple[str, str, list[tuple[str, ...]]]] = {
    "to a subnet without that ACL": ("[aws_subnet.one.id]", HERE, [()]),
    "to the subnet of the ACL": ("[aws_subnet.more.id]", MORE, [(LOST,)]),
    "to the second of two": (BOTH_SUBNETS, MORE, [(LOST,)]),
    "to the first of two": (BOTH_SUBNETS, HERE, [()]),
    # The client may send to the subnet of that ACL, and not to what is open there.
    "to the first, and to the second on another port": (BOTH_SUBNETS, HERE + OTHERWISE, [()]),
    "to the second on another port": (BOTH_SUBNETS, OTHERWISE, []),
}


@pytest.mark.parametrize(("subnets", "rules", "said"), WAYS.values(), ids=WAYS)
def test_answers_are_lost_on_ways_that_are_open(
    subnets: str, rules: str, said: list[tuple[str, ...]], tmp_path: Path
) -> None:
    """An ACL of a subnet to which nothing gets through takes no answers away."""
    text = TWO.replace("= [aws_subnet.one.id]", f"= {subnets}")
    (tmp_path / "main.tf").write_text(text + CLIENT + ANY_IN + rules, encoding="utf-8")
    flows = list_flows(Options(paths=(str(tmp_path),)), "service:client", "service:one").flows

    assert [each.notes for each in flows] == said
