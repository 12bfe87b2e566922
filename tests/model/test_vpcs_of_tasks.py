"""In which VPC tasks run, by what they name: subnets, security groups, target groups."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.permissions.peers import vpcs

STACK = """
variable "any" {}
resource "aws_vpc" "one" { cidr_block = "10.1.0.0/16" }
resource "aws_vpc" "two" { cidr_block = "10.2.0.0/16" }
resource "aws_subnet" "one" {
  vpc_id     = aws_vpc.one.id
  cidr_block = "10.1.1.0/24"
}
resource "aws_subnet" "two" {
  vpc_id     = aws_vpc.two.id
  cidr_block = "10.2.1.0/24"
}
resource "aws_security_group" "one" { vpc_id = aws_vpc.one.id }
resource "aws_security_group" "two" { vpc_id = aws_vpc.two.id }
resource "aws_lb_target_group" "one" { vpc_id = aws_vpc.one.id }
resource "aws_lb_target_group" "two" { vpc_id = aws_vpc.two.id }
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = SUBNETS
    security_groups = GROUPS
  }
  BOUND
}
"""
BINDING = """load_balancer {
    target_group_arn = GROUP
    container_name   = "web"
    container_port   = 80
  }"""
PERHAPS_BOUND = """dynamic "load_balancer" {
    for_each = var.any == "" ? [] : [1]
    content {
      target_group_arn = aws_lb_target_group.two.arn
      container_name   = "web"
      container_port   = 80
    }
  }"""
IN_ONE, IN_TWO = "[aws_subnet.one.id]", "[aws_subnet.two.id]"
OF_ONE, OF_TWO = "[aws_security_group.one.id]", "[aws_security_group.two.id]"
TO_ONE, TO_TWO = (
    BINDING.replace("GROUP", f"aws_lb_target_group.{name}.arn") for name in ("one", "two")
)
TO_EITHER = BINDING.replace(
    "GROUP", "[aws_lb_target_group.one.arn, aws_lb_target_group.two.arn][var.any]"
)
PERHAPS_TWO = f'var.any == "" ? {IN_TWO} : []'


@pytest.mark.parametrize(
    ("subnets", "groups", "bound", "found"),
    [
        (IN_ONE, "[]", "", ["aws_vpc.one"]),
        # Subnets come before groups, and groups before target groups.
        (IN_ONE, OF_TWO, TO_TWO, ["aws_vpc.one"]),
        ("null", OF_TWO, TO_ONE, ["aws_vpc.two"]),
        ("null", '["sg-1"]', TO_ONE, ["aws_vpc.one"]),
        ("null", "[]", TO_ONE, ["aws_vpc.one"]),
        ("null", "[]", "", []),
        # What may be named says nothing.
        ("null", "[]", TO_EITHER, []),
        ("null", "[]", PERHAPS_BOUND, []),
        # All subnets are in one VPC: a condition cannot add one that is in another.
        (f'var.any == "" ? {IN_ONE} : {IN_TWO}', "[]", "", []),
        (f"concat({IN_ONE}, {PERHAPS_TWO})", "[]", "", ["aws_vpc.one"]),
        (PERHAPS_TWO, "[]", "", ["aws_vpc.two"]),
    ],
)
def test_in_which_vpc_tasks_run(subnets: str, groups: str, bound: str, found: list[str]) -> None:
    """At most one is known."""
    read = network(filled(STACK, {"SUBNETS": subnets, "GROUPS": groups, "BOUND": bound}))
    (source,) = read.every(TaskSource)
    assert [link.to for link in vpcs(read, source)] == found
