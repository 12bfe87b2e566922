"""Where it is asked whether a load balancer from elsewhere reaches tasks: if groups may decide."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
variable "any" {}
data "aws_lb_target_group" "web" { name = "web" }
data "aws_security_group" "found" { name = "found" }
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_security_group" "peer" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_vpc_security_group_ingress_rule" "web" {
  count             = COUNT
  security_group_id = ON
  ip_protocol       = PROTOCOL
  from_port         = FIRST
  to_port           = LAST
  PEER
}
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = MODE
  container_definitions = jsonencode([
    { name = "web", image = "web:1", portMappings = [{ containerPort = 8080 }] }
  ])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  load_balancer {
    target_group_arn = data.aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 8080
  }
  NETWORK
}
HOSTS
"""
HOSTS = """
resource "aws_instance" "host" {
  user_data = "#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config"
}
"""
ALL = 'cidr_ipv4 = "0.0.0.0/0"'
PEER = "aws_security_group.peer.id"
WEB, FOUND = "aws_security_group.web.id", "data.aws_security_group.found.id"
EITHER, LISTS = f"[{PEER}, {WEB}][var.any]", f"var.any ? [{PEER}] : [{WEB}]"
DEFAULTS = {
    "COUNT": "1",
    "ON": WEB,
    "PROTOCOL": '"tcp"',
    "FIRST": "0",
    "LAST": "65535",
    "PEER": ALL,
    "MODE": '"awsvpc"',
    "HOSTS": "",
}


def network(*groups: str) -> str:
    """A network configuration with some groups."""
    return f"network_configuration {{\n    security_groups = [{', '.join(groups)}]\n  }}"


def perhaps(*groups: str) -> str:
    """One that an input decides about."""
    inner = network(*groups).replace("network_configuration", "content")
    return f'dynamic "network_configuration" {{\n  for_each = var.any ? [1] : []\n  {inner}\n}}'


def waits_for(folder: Path, changes: dict[str, str]) -> list[tuple[str, ...]]:
    """What each of the questions waits for that a report has."""
    values = {"NETWORK": network(WEB)} | DEFAULTS | changes
    report = scanned(folder, filled(STACK, values), "TW213")
    assert not report.findings
    return [each.missing for each in report.unknowns]


BALANCER = "data.aws_lb_target_group.web"
PERMISSIONS: dict[str, tuple[dict[str, str], bool]] = {
    "everybody on every port": ({}, False),
    "everybody by every protocol": (
        {"PROTOCOL": '"-1"', "FIRST": "null", "LAST": "null"},
        False,
    ),
    "everybody on one port": ({"FIRST": "8080", "LAST": "8080"}, True),
    "everybody but on one port": ({"FIRST": "1"}, True),
    "everybody on ports of an input": ({"LAST": "var.any"}, True),
    "everybody by UDP": ({"PROTOCOL": '"udp"'}, True),
    "everybody by a protocol of an input": ({"PROTOCOL": "var.any"}, True),
    "perhaps everybody": ({"COUNT": "var.any"}, True),
    "nobody": ({"COUNT": "0"}, True),
    "half of the internet": ({"PEER": 'cidr_ipv4 = "0.0.0.0/1"'}, True),
    "everybody with IPv6": ({"PEER": 'cidr_ipv6 = "::/0"'}, True),
    "the VPC": ({"PEER": "cidr_ipv4 = aws_vpc.main.cidr_block"}, True),
    "a range of an input": ({"PEER": "cidr_ipv4 = var.any"}, True),
    "a group": ({"PEER": "referenced_security_group_id = aws_security_group.peer.id"}, True),
}


@pytest.mark.parametrize(("changes", "asked"), PERMISSIONS.values(), ids=PERMISSIONS)
def test_a_group_that_allows_everything_keeps_nobody_out(
    changes: dict[str, str], asked: bool, tmp_path: Path
) -> None:
    """Whatever load balancer it is reaches the tasks where everybody does, on every port of TCP."""
    assert waits_for(tmp_path, changes) == ([(BALANCER,)] if asked else [])


NARROW = {"FIRST": "8080", "LAST": "8080"}
BRIDGE = NARROW | {"MODE": '"bridge"'}
HOSTED = BRIDGE | {"HOSTS": HOSTS}
GROUPS: dict[str, tuple[dict[str, str], list[tuple[str, ...]]]] = {
    "written": (NARROW, [(BALANCER,)]),
    "one open, one not": ({"NETWORK": network(PEER, WEB)}, []),
    "none": (NARROW | {"NETWORK": network()}, [(BALANCER,)]),
    "by its id": (NARROW | {"NETWORK": network('"sg-0123456789abcdef0"')}, []),
    "looked up": (NARROW | {"NETWORK": network(FOUND)}, []),
    "of an input": (NARROW | {"NETWORK": network("var.any")}, []),
    "one looked up, one written": (
        NARROW | {"NETWORK": network(FOUND, WEB)},
        [("data.aws_security_group.found", BALANCER)],
    ),
    "one looked up, one open": ({"NETWORK": network(FOUND, WEB)}, []),
    "one or the other": ({"NETWORK": network(EITHER)}, [("var.any", BALANCER)]),
    "one or the other, as of what is allowed": (
        {"NETWORK": network(EITHER), "ON": EITHER},
        [("var.any", BALANCER)],
    ),
    "one or the other, one open": ({"NETWORK": network(EITHER, WEB)}, []),
    "one or the other, one not": (
        {"NETWORK": network(EITHER, PEER)},
        [("var.any", BALANCER)],
    ),
    "one or another list": (
        {"NETWORK": f"network_configuration {{\nsecurity_groups = {LISTS}\n}}"},
        [(BALANCER,)],
    ),
    "one open, and one of an input": ({"NETWORK": network(WEB, "var.any")}, []),
    "perhaps one that is open": ({"NETWORK": perhaps(WEB)}, []),
    "perhaps one that is not": ({"NETWORK": perhaps(PEER)}, [(BALANCER,)]),
    "perhaps one open and one not": ({"NETWORK": perhaps(PEER, WEB)}, [(BALANCER,)]),
    "written, of tasks in bridge mode": (BRIDGE | {"NETWORK": perhaps(WEB)}, []),
    "looked up, of tasks in bridge mode": (BRIDGE | {"NETWORK": perhaps(FOUND)}, []),
    "none, of tasks in bridge mode": (BRIDGE | {"NETWORK": ""}, []),
    "none, on instances that are written": (HOSTED | {"NETWORK": ""}, [(BALANCER,)]),
    "looked up, on instances that are written": (
        HOSTED | {"NETWORK": perhaps(FOUND)},
        [(BALANCER,)],
    ),
}


@pytest.mark.parametrize(("changes", "said"), GROUPS.values(), ids=GROUPS)
def test_which_groups_may_keep_a_load_balancer_out(
    changes: dict[str, str], said: list[tuple[str, ...]], tmp_path: Path
) -> None:
    """Those that the sources write: of the tasks, or of the instances whose network they share."""
    assert waits_for(tmp_path, changes) == said
