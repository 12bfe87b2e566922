"""What is said of VPCs whose traffic nobody records."""

import pytest

from taskwall.api.scan import Options, scan
from taskwall.source.files import Files

VPC = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = "web:1" }])
}
"""
SERVICE = """
resource "aws_ecs_service" "web" {
  name            = "web"
  task_definition = aws_ecs_task_definition.web.arn
  desired_count   = 1
  network_configuration { subnets = [aws_subnet.main.id] }
}
"""


@pytest.mark.parametrize(
    ("services", "named"),
    [
        (1, "aws_ecs_service.web0"),
        (3, "aws_ecs_service.web0, aws_ecs_service.web1, aws_ecs_service.web2"),
        (5, "aws_ecs_service.web0, aws_ecs_service.web1, aws_ecs_service.web2 and 2 more"),
    ],
)
def test_the_services_without_a_flow_log_are_named(services: int, named: str) -> None:
    """The first of them, and how many more there are."""
    text = VPC + "".join(
        SERVICE.replace('"aws_ecs_service" "web"', f'"aws_ecs_service" "web{number}"')
        for number in range(services)
    )
    options = Options(("/watch/main.tf",), cwd="/watch", select=("TW701",))
    (finding,) = scan(options, Files({"/watch/main.tf": text})).document.findings
    assert finding.message == f"aws_vpc.main has no flow log of the traffic of {named}"


def test_what_is_not_known_of_the_vpc_is_said_where_it_stands() -> None:
    """Subnets and groups are both inputs: the place is that of the subnets, and so is the need."""
    inputs = 'variable "subnets" {}\nvariable "groups" {}\n'
    given = "subnets = var.subnets\nsecurity_groups = var.groups"
    text = inputs + VPC + SERVICE.replace("subnets = [aws_subnet.main.id]", f"\n{given}\n")
    options = Options(("/w/main.tf",), cwd="/w", select=("TW701",), show=("fail", "unknown"))
    (finding,) = scan(options, Files({"/w/main.tf": text})).document.findings
    assert text.splitlines()[finding.line - 1] == "subnets = var.subnets"
    assert finding.missing == ("var.subnets",)
