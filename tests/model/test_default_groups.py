"""Which security groups a task has whose service names none: its VPC's default one."""

from pathlib import Path

import pytest

import taskwall
from lowering.networks import network
from placeholders import filled
from taskwall.lowering import lower
from taskwall.model.endpoints.endpoint import Endpoint
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.exposure.default_group import falls_into_default_group, held
from taskwall.model.permissions.default_groups import adopted, groups_of
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

SOURCE = """
variable "any" {}
resource "aws_vpc" "main" {}
resource "aws_subnet" "a" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "b" { vpc_id = aws_vpc.main.id }
resource "aws_ecs_service" "web" {
  network_configuration {
    subnets = SUBNETS
  }
}
"""
ADOPTED = """
resource "aws_default_security_group" "own" {
  vpc_id = VPC
}
"""
OWN, OTHER = "aws_default_security_group.own", "aws_ecs_service.web.default"
MADE = "aws_vpc.main.default"
EITHER = "[[aws_subnet.a.id, aws_subnet.b.id][var.any]]"


@pytest.mark.parametrize(
    ("subnets", "adopts", "expected"),
    [
        ("[aws_subnet.a.id]", "", {MADE: True}),
        ("[aws_subnet.a.id]", "aws_vpc.main.id", {OWN: True}),
        # Where nothing adopts it after all, it is as AWS makes it.
        (
            "[aws_subnet.a.id]",
            "aws_vpc.main.id\n  count  = var.any",
            {f"{OWN}[*]": None, MADE: None},
        ),
        ("var.any ? [aws_subnet.a.id] : []", "", {MADE: None}),
        ('["subnet-1", aws_subnet.a.id]', "", {MADE: True}),
        # A VPC that the sources do not write is none of those that they do.
        ('["subnet-1"]', "", {OTHER: True}),
        ('["subnet-1"]', "aws_vpc.main.id", {OTHER: True}),
        ('["subnet-1"]', '"vpc-1"', {OWN: None, OTHER: None}),
        ('["subnet-1"]', "var.any", {OWN: None, OTHER: None}),
        ("[var.any]", "", {OTHER: True}),
        # Which subnet it is, nobody knows: it may be in any VPC.
        (EITHER, "", {MADE: None, OTHER: None}),
        ("[]", "", {MADE: None, OTHER: None}),
    ],
)
def test_who_names_no_group_has_the_default_one(
    subnets: str, adopts: str, expected: dict[str, bool | None]
) -> None:
    """It is that of the VPC of its subnets: adopted, as AWS makes it, or from elsewhere."""
    text = SOURCE.replace("SUBNETS", subnets) + (ADOPTED.replace("VPC", adopts) if adopts else "")
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    (source,) = network.every(TaskSource)

    found = groups_of(network, source.groups, source.groups_setting, source.subnets)
    assert {link.to: link.fact.truth for link in found} == expected
    assert all(bool(link.fact.waits_for()) is (link.fact.truth is None) for link in found)


@pytest.mark.parametrize(
    ("vpc", "expected", "needs"),
    [
        ("aws_vpc.main.id", True, []),
        ("[aws_vpc.main.id, aws_vpc.other.id][var.any]", None, ["var.any"]),
    ],
)
def test_which_default_group_is_in_force_hangs_on_the_vpc(
    vpc: str, expected: bool | None, needs: list[str]
) -> None:
    """Where it is not known of which VPC an endpoint is, what tells that is waited for."""
    text = f"""{SOURCE.replace("SUBNETS", "[]")}{ADOPTED.replace("VPC", "aws_vpc.main.id")}
resource "aws_vpc" "other" {{}}
resource "aws_vpc_endpoint" "main" {{
  vpc_id       = {vpc}
  service_name = "com.amazonaws.eu-west-1.ecr.api"
}}
"""
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    (endpoint,) = network.every(Endpoint)

    (found,) = adopted(network, endpoint.vpc)
    assert (found.to, found.fact.truth) == (OWN, expected)
    assert [need.name for need in found.fact.waits_for()] == needs


OPEN_STACK = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [SUBNET]
    security_groups = [GROUP]
  }
}
"""
ADOPTS = """
resource "aws_default_security_group" "own" {
  vpc_id = VPC
RULE}
"""
MEMBERS = """  ingress {
    protocol  = "-1"
    from_port = 0
    to_port   = 0
    self      = true
  }
"""
EVERYWHERE = """  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
"""
HERE, WEB = "aws_subnet.main.id", "aws_security_group.web.id"
IS_OPEN = "the default security group of aws_vpc.main is open"
ALLOWS = "the default group of aws_vpc.main allows"
BY_OWN = "by aws_default_security_group.own"
EITHER_VPC = "[aws_vpc.main.id, aws_vpc.far.id][var.which]"
WAITS = "unknown: var.which"


@pytest.mark.parametrize(
    ("subnet", "group", "vpc", "rule", "said"),
    [
        (HERE, WEB, "", "", [IS_OPEN]),
        (HERE, WEB, "aws_vpc.main.id", "", []),
        (HERE, WEB, "aws_vpc.main.id", MEMBERS,
         [f"{ALLOWS} ingress from its own members, {BY_OWN}"]),
        (HERE, WEB, "aws_vpc.main.id", EVERYWHERE, [f"{ALLOWS} egress to 0.0.0.0/0, {BY_OWN}"]),
        (HERE, WEB, "aws_vpc.far.id", "", [IS_OPEN]),
        (HERE, WEB, "var.which", "", [IS_OPEN]),
        (HERE, WEB, EITHER_VPC, "", [WAITS]),
        (HERE, "var.which", "aws_vpc.main.id", "", []),
        ("var.which", WEB, "", "", [IS_OPEN]),
        # Of tasks in a VPC that is not known, it may be that of any that is written.
        ("var.which", "", "", "", [WAITS]),
        ("var.which", "", "aws_vpc.main.id", "", [WAITS]),
    ],
)  # fmt: skip
def test_the_default_group_of_a_vpc_with_tasks_is_to_be_closed(
    subnet: str, group: str, vpc: str, rule: str, said: list[str], tmp_path: Path
) -> None:
    """As AWS makes it, it is open; a resource that adopts it closes it if that writes no rules."""
    text = OPEN_STACK.replace("SUBNET", subnet).replace("GROUP", group)
    text += ADOPTS.replace("VPC", vpc).replace("RULE", rule) if vpc else ""
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    report = taskwall.scan(tmp_path, select=["TW211"], profile="strict")

    found = [each.message for each in report.findings]
    found += [f"unknown: {', '.join(each.missing)}" for each in report.unknowns]
    assert found == said


@pytest.mark.parametrize(
    ("group", "truth"),
    [
        (WEB, False),
        ("aws_vpc.main.default_security_group_id", True),
        ("var.which", False),
        # An input that chooses may choose the default group.
        (f'var.which == "" ? {WEB} : aws_vpc.main.default_security_group_id', None),
        (f'var.which == "" ? {WEB} : "sg-1"', False),
        (f"[{WEB}, aws_vpc.main.default_security_group_id][var.which]", None),
    ],
)
def test_tasks_may_be_given_the_default_group(group: str, truth: bool | None) -> None:
    """By its name, or by a choice of which it is one way."""
    found = network(OPEN_STACK.replace("SUBNET", HERE).replace("GROUP", group))
    (source,) = found.every(TaskSource)
    assert falls_into_default_group(found, source).truth is truth


BRIDGE = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = MODE
}
resource "aws_ecs_service" "web" {
  launch_type     = "EC2"
  task_definition = aws_ecs_task_definition.web.arn
  dynamic "network_configuration" {
    for_each = var.which == "" ? [1] : []
    content { subnets = [aws_subnet.main.id] }
  }
}
"""


@pytest.mark.parametrize(("mode", "truth"), [('"awsvpc"', None), ('"bridge"', False)])
def test_only_awsvpc_tasks_get_a_default_group(mode: str, truth: bool | None) -> None:
    """AWS takes a network configuration for no others."""
    found = network(BRIDGE.replace("MODE", mode))
    (source,) = found.every(TaskSource)
    assert falls_into_default_group(found, source).truth is truth


HOST = r"""
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "either" {
  vpc_id     = [aws_vpc.main.id, aws_vpc.far.id][var.which]
  cidr_block = "10.0.2.0/24"
}
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "other" { vpc_id = aws_vpc.main.id }
resource "aws_instance" "host" {
  subnet_id              = SUBNET
  vpc_security_group_ids = GROUPS
  user_data              = "#!/bin/bash\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\n"
}
"""
IN_EITHER, OF_WEB = "aws_subnet.either.id", f"[{WEB}]"
DEFAULT = "aws_vpc.main.default_security_group_id"
OR_DEFAULT = f"[[{WEB}, {DEFAULT}][var.which]]"


@pytest.mark.parametrize(
    ("subnet", "groups", "expected"),
    [
        (HERE, OF_WEB, {"main": (True, False)}),
        (HERE, "null", {"main": (True, True)}),
        # An input brings another group than the default one; what it chooses may be that.
        (HERE, "[var.which]", {"main": (True, False)}),
        (HERE, f'[var.which == "" ? {WEB} : aws_security_group.other.id]', {"main": (True, False)}),
        (HERE, f'[var.which == "" ? {WEB} : {DEFAULT}]', {"main": (True, None)}),
        (HERE, OR_DEFAULT, {"main": (True, None)}),
        # In a VPC that is not known each that is written may have it.
        (IN_EITHER, OF_WEB, {"main": (None, False), "far": (None, False)}),
        (IN_EITHER, OR_DEFAULT, {"main": (None, None), "far": (None, None)}),
        ("local.not_here", OF_WEB, {"main": (None, False), "far": (None, False)}),
    ],
)
def test_a_vpc_holds_container_instances(
    subnet: str, groups: str, expected: dict[str, tuple[bool | None, bool | None]]
) -> None:
    """And they may have its default group."""
    found = network(filled(HOST, {"SUBNET": subnet, "GROUPS": groups}))
    assert {
        each.vpc.id.removeprefix("aws_vpc."): (each.holds.truth, each.falls.truth)
        for each in held(found)
    } == expected
