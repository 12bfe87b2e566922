"""Whether the internet gets to tasks by the public addresses of the instances that they share."""

from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import list_flows
from taskwall.api.options import Options

STACK = r"""
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_route_table" "main" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_main_route_table_association" "main" {
  vpc_id         = aws_vpc.main.id
  route_table_id = aws_route_table.main.id
}
resource "aws_subnet" "a" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.1.0/24"
  map_public_ip_on_launch = MAPS
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_security_group" "host" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 8080
    to_port     = 8080
    cidr_blocks = ["0.0.0.0/0"]
  }
}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "host"
  container_definitions = jsonencode([
    { name = "web", image = "web", portMappings = [{ containerPort = 8080 }] }
  ])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  LAUNCH
}
"""
MANAGED = """
resource "aws_ecs_capacity_provider" "managed" {
  name    = "managed"
  cluster = "main"
  managed_instances_provider {
    infrastructure_role_arn = "arn:r"
    instance_launch_template {
      ec2_instance_profile_arn = "arn:p"
      network_configuration {
        subnets         = SUBNETS
        security_groups = [aws_security_group.host.id]
      }
    }
  }
}
"""
HOSTS = r"""
resource "aws_launch_template" "host" {
  user_data = base64encode("#!/bin/bash\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\n")
  ADDRESSED
}
resource "aws_autoscaling_group" "host" {
  vpc_zone_identifier = SUBNETS
  launch_template { id = aws_launch_template.host.id }
}
"""
BY_MANAGED = """capacity_provider_strategy {
    capacity_provider = aws_ecs_capacity_provider.managed.name
  }"""
GROUPS = "[aws_security_group.host.id]"
BY_SUBNET = f"vpc_security_group_ids = {GROUPS}"


def addressed(value: str) -> str:
    """A network interface of a template that has a public address, or has none."""
    return f"""network_interfaces {{
    associate_public_ip_address = {value}
    security_groups             = {GROUPS}
  }}"""


def told(folder: Path, more: str, values: dict[str, str]) -> list[str]:
    """What the internet opens to the tasks, in short."""
    (folder / "main.tf").write_text(filled(STACK + more, values), encoding="utf-8")
    found = list_flows(Options(paths=(str(folder),)), "internet", "service:web")
    assert not found.problems
    return [" needs ".join((*each.ports, *each.missing)) for each in found.flows]


A, B = "aws_subnet.a.id", "aws_subnet.b.id"
OPEN, WAITS = ["8080"], ["8080 needs var.any"]


@pytest.mark.parametrize(
    ("subnets", "maps", "flows"),
    [
        (f"[{A}]", "true", OPEN),
        (f"[{A}]", "false", []),
        (f"[{A}]", "null", []),
        (f"[{A}]", "var.any", WAITS),
        (f"[{B}]", "true", []),
        (f"[{B}]", "var.any", []),
        (f"[{A}, {B}]", "true", OPEN),
        (f"[{A}, {B}]", "false", []),
        (f"[{B}, {A}]", "var.any", WAITS),
        (f"[[{A}, {B}][var.any]]", "true", WAITS),
        ("[var.any]", "true", WAITS),
        ("[var.any]", "false", WAITS),
    ],
)
@pytest.mark.parametrize(
    ("more", "launched"),
    [(MANAGED, BY_MANAGED), (HOSTS, 'launch_type = "EC2"')],
    ids=["managed instances", "an Auto Scaling group"],
)
def test_subnets_give_public_addresses(
    more: str, launched: str, subnets: str, maps: str, flows: list[str], tmp_path: Path
) -> None:
    """Of several subnets one is enough; which one an instance is in is not known before."""
    values = {"LAUNCH": launched, "SUBNETS": subnets, "MAPS": maps, "ADDRESSED": BY_SUBNET}

    assert told(tmp_path, more, values) == flows


@pytest.mark.parametrize(
    ("public", "subnets", "flows"),
    [
        ("true", f"[{A}]", OPEN),
        ("true", "[var.any]", WAITS),
        ("false", f"[{A}]", []),
        ("false", "[var.any]", []),
        ("var.any", f"[{A}]", WAITS),
        ("var.any", "[var.any]", WAITS),
    ],
)
@pytest.mark.parametrize("maps", ["true", "false"])
def test_a_template_gives_public_addresses(
    maps: str, public: str, subnets: str, flows: list[str], tmp_path: Path
) -> None:
    """What it says comes before what their subnet does."""
    values = {
        "LAUNCH": 'launch_type = "EC2"',
        "SUBNETS": subnets,
        "MAPS": maps,
        "ADDRESSED": addressed(public),
    }

    assert told(tmp_path, HOSTS, values) == flows
