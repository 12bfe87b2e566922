"""What network ACLs let in: answers to the ports that clients take, and what is more than these."""

from pathlib import Path

import pytest

from lowering.networks import network
from placeholders import filled, scanned
from taskwall.model.routing.network_acl import (
    AclEntry,
    NetworkAcl,
    allows_internet_in,
    lets_all_through,
)

STACK = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "web" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
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
resource "aws_network_acl" "web" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = GUARDED
  egress {
    rule_no    = 100
    protocol   = "tcp"
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = 443
    to_port    = 443
  }
  ingress {
    rule_no    = 100
    protocol   = "tcp"
    action     = "allow"
    cidr_block = "0.0.0.0/0"
    from_port  = FIRST
    to_port    = LAST
  }
}
"""
TASKS = """
data "aws_ecs_task_definition" "seen" { task_definition = "seen" }
resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  runtime_platform { operating_system_family = SYSTEM }
  container_definitions = jsonencode([{ name = "web", image = "web" }])
}
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = DEFINITION
  network_configuration {
    subnets         = [aws_subnet.web.id]
    security_groups = [aws_security_group.web.id]
  }
}
"""
INSTANCE = """
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_instance" "host" {
  subnet_id              = aws_subnet.web.id
  vpc_security_group_ids = [aws_security_group.web.id]
  user_data              = USER_DATA
}
"""
OWN, SEEN = "aws_ecs_task_definition.web.arn", "data.aws_ecs_task_definition.seen.arn"
LINUX, WINDOWS = '"LINUX"', '"WINDOWS_SERVER_2022_CORE"'
ON_LINUX = r'"#!/bin/bash\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config"'
ON_WINDOWS = r'"<powershell>\nInitialize-ECSAgent -Cluster main\n</powershell>"'
OF_ANY, OF_LINUX, OF_WINDOWS = ("1024", "65535"), ("32768", "60999"), ("49152", "65535")


def told(folder: Path, text: str, ports: tuple[str, str], around: str = STACK) -> str:
    """What TW606 says of the ACL where it lets answers in to some ports."""
    stack = filled(around, {"FIRST": ports[0], "LAST": ports[1], "GUARDED": "[aws_subnet.web.id]"})
    report = scanned(folder, stack + text, "TW606")
    found = ["blocked" for each in report.findings if "blocks traffic" in each.message]
    found += [", ".join(each.missing) for each in report.unknowns]
    return "".join(found) or "pass"


@pytest.mark.parametrize(
    ("system", "definition", "ports", "said"),
    [
        (LINUX, OWN, OF_ANY, "pass"),
        (LINUX, OWN, OF_LINUX, "pass"),
        (LINUX, OWN, OF_WINDOWS, "blocked"),
        (WINDOWS, OWN, OF_ANY, "pass"),
        (WINDOWS, OWN, OF_LINUX, "blocked"),
        (WINDOWS, OWN, OF_WINDOWS, "pass"),
        ("var.which", OWN, OF_ANY, "pass"),
        ("var.which", OWN, OF_LINUX, "var.which"),
        ("var.which", OWN, OF_WINDOWS, "var.which"),
        ("var.which", OWN, ("80", "90"), "blocked"),
        (LINUX, "var.which", OF_ANY, "pass"),
        (LINUX, "var.which", OF_LINUX, "var.which"),
        (LINUX, '"elsewhere:1"', OF_WINDOWS, "elsewhere:1"),
        (LINUX, SEEN, OF_ANY, "pass"),
        (LINUX, SEEN, OF_LINUX, SEEN.removesuffix(".arn")),
        (LINUX, SEEN, OF_WINDOWS, SEEN.removesuffix(".arn")),
    ],
)
def test_answers_to_tasks(
    system: str, definition: str, ports: tuple[str, str], said: str, tmp_path: Path
) -> None:
    """Tasks of Linux and of Windows take other ports; which they are may not be known."""
    text = filled(TASKS, {"SYSTEM": system, "DEFINITION": definition})
    assert told(tmp_path, text, ports) == said


GROUPS, PEERS = "[aws_security_group.web.id]", '["0.0.0.0/0"]'
MAYBE = 'var.which == "" ? {} : []'


@pytest.mark.parametrize(
    ("groups", "peers", "said"),
    [
        (GROUPS, PEERS, "blocked"),
        (MAYBE.format(GROUPS), PEERS, "var.which"),
        (GROUPS, MAYBE.format(PEERS), "var.which"),
        (GROUPS, "[]", "pass"),
    ],
)
def test_answers_to_what_tasks_may_not_ask(
    groups: str, peers: str, said: str, tmp_path: Path
) -> None:
    """Whether the tasks have the group, and whether that lets them out, is waited for."""
    tasks = filled(TASKS, {"SYSTEM": LINUX, "DEFINITION": OWN})
    tasks = tasks.replace(f"security_groups = {GROUPS}", f"security_groups = {groups}")
    stack = STACK.replace(f"cidr_blocks = {PEERS}", f"cidr_blocks = {peers}")
    assert told(tmp_path, tasks, OF_WINDOWS, stack) == said


@pytest.mark.parametrize(
    ("user_data", "ports", "said"),
    [
        (ON_LINUX, OF_LINUX, "pass"),
        (ON_LINUX, OF_WINDOWS, "blocked"),
        (ON_WINDOWS, OF_LINUX, "blocked"),
        (ON_WINDOWS, OF_WINDOWS, "pass"),
    ],
)
def test_answers_to_container_instances(
    user_data: str, ports: tuple[str, str], said: str, tmp_path: Path
) -> None:
    """How the agent is started tells which system an instance runs."""
    assert told(tmp_path, filled(INSTANCE, {"USER_DATA": user_data}), ports) == said


DEFAULT = """
resource "aws_default_network_acl" "main" {
  default_network_acl_id = ACL
  ingress {
    rule_no    = 100
    protocol   = "-1"
    action     = "allow"
    cidr_block = "10.0.0.0/16"
    from_port  = 0
    to_port    = 0
  }
}
resource "aws_vpc" "other" { cidr_block = "10.1.0.0/16" }
"""


@pytest.mark.parametrize(
    ("vpc", "own", "said"),
    [
        ("aws_vpc.main", "[]", ["aws_default_network_acl.main"]),
        ("aws_vpc.main", "[aws_subnet.web.id]", []),
        ("aws_vpc.other", "[]", []),
    ],
)
def test_the_default_acl_guards_subnets_that_have_no_other(
    vpc: str, own: str, said: list[str], tmp_path: Path
) -> None:
    """It is that of its VPC alone, and of no subnet with an ACL of its own."""
    stack = filled(STACK, {"FIRST": "1024", "LAST": "65535", "GUARDED": own})
    tasks = filled(TASKS, {"SYSTEM": LINUX, "DEFINITION": OWN})
    report = scanned(
        tmp_path, stack + tasks + filled(DEFAULT, {"ACL": f"{vpc}.default_network_acl_id"}), "TW606"
    )

    assert [each.resource for each in report.findings] == said


def test_the_default_acl_of_one_vpc_or_another_may_guard_a_subnet(tmp_path: Path) -> None:
    """Which VPC it is of is waited for."""
    either = "[aws_vpc.main, aws_vpc.other][var.which].default_network_acl_id"
    stack = filled(STACK, {"FIRST": "1024", "LAST": "65535", "GUARDED": "[]"})
    tasks = filled(TASKS, {"SYSTEM": LINUX, "DEFINITION": OWN})
    report = scanned(tmp_path, stack + tasks + filled(DEFAULT, {"ACL": either}), "TW606")

    assert not report.findings
    assert {each.missing for each in report.unknowns} == {("var.which",)}


ENTRY = """
variable "any" {}
resource "aws_network_acl" "main" {}
resource "aws_network_acl_rule" "main" {
  network_acl_id = aws_network_acl.main.id
  rule_number    = 100
  egress         = EGRESS
  protocol       = PROTOCOL
  rule_action    = ACTION
  cidr_block     = CIDR
  from_port      = FIRST
  to_port        = LAST
}
"""
HTTP = {
    "EGRESS": "false", "PROTOCOL": '"tcp"', "ACTION": '"allow"', "CIDR": '"0.0.0.0/0"',
    "FIRST": "80", "LAST": "80",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "truth"),
    [
        ({}, True),
        ({"PROTOCOL": '"udp"'}, True),
        ({"PROTOCOL": '"-1"'}, True),
        ({"PROTOCOL": "var.any"}, None),
        ({"ACTION": '"deny"'}, False),
        ({"ACTION": "var.any"}, None),
        ({"CIDR": '"10.0.0.0/8"'}, False),
        ({"CIDR": '"8.0.0.0/8"'}, False),
        ({"CIDR": "var.any"}, None),
        ({"FIRST": "var.any"}, None),
        ({"LAST": "var.any"}, None),
        ({"EGRESS": "true"}, False),
        ({"EGRESS": "var.any"}, None),
        # Answers go to these ports.
        ({"FIRST": "1024", "LAST": "65535"}, False),
        ({"FIRST": "1023", "LAST": "65535"}, True),
        ({"FIRST": "1024", "LAST": "65535", "PROTOCOL": "var.any"}, None),
        # What certainly is not the internet, or not allowed, is so whatever else is not known.
        ({"CIDR": '"10.0.0.0/8"', "PROTOCOL": "var.any"}, False),
        ({"ACTION": '"deny"', "FIRST": "var.any"}, False),
    ],
)
def test_what_an_entry_allows_the_internet(changes: dict[str, str], truth: bool | None) -> None:
    """More than answers, or nothing, or it is not known."""
    (entry,) = network(filled(ENTRY, HTTP | changes)).every(AclEntry)
    fact = allows_internet_in(entry)

    assert fact.truth is truth
    assert [need.name for need in fact.waits_for()] == (["var.any"] if truth is None else [])


BOTH_WAYS = """
resource "aws_network_acl" "main" {
  ingress {
    protocol   = "-1"
    rule_no    = 100
    action     = IN
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
  egress {
    protocol   = "-1"
    rule_no    = 100
    action     = OUT
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}
"""
ALLOW, DENY = '"allow"', '"deny"'


@pytest.mark.parametrize(
    ("into", "out", "all_through"),
    [(ALLOW, ALLOW, True), (ALLOW, DENY, False), (DENY, ALLOW, False), (DENY, DENY, False)],
)
def test_an_acl_lets_all_through_if_it_does_so_both_ways(
    into: str, out: str, all_through: bool
) -> None:
    """What gets in by one that keeps answers back is not all."""
    found = network(filled(BOTH_WAYS, {"IN": into, "OUT": out}))
    (acl,) = found.every(NetworkAcl)
    assert lets_all_through(found, acl) is all_through
