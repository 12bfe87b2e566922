"""What TW203 says of public addresses: what has to come first, and which subnets give them."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

SERVICE = """
variable "any" {}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_nat_gateway" "main" { subnet_id = aws_subnet.other.id }
resource "aws_subnet" "web" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_subnet" "other" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "web" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    ROUTE
  }
}
resource "aws_route_table_association" "web" {
  subnet_id      = aws_subnet.web.id
  route_table_id = aws_route_table.web.id
}
resource "aws_subnet" "public" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
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
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = IMAGE }])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets          = [SUBNETS]
    assign_public_ip = PUBLIC
  }
}
"""
DEFAULTS = {
    "ROUTE": "gateway_id = aws_internet_gateway.main.id",
    "IMAGE": '"123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"',
    "SUBNETS": "aws_subnet.web.id",
    "PUBLIC": "true",
}
NAT = {"ROUTE": "nat_gateway_id = aws_nat_gateway.main.id"}
BOTH = {"SUBNETS": "aws_subnet.web.id, aws_subnet.other.id"}
FIRST = ", and cannot pull their image without them: add a NAT gateway, or "
GIVE, OFF = "Give the subnets another way", "Turn the address off, since the subnets have another"
WAYS: dict[str, tuple[dict[str, str], str, str]] = {
    "only that": ({}, f"{FIRST}endpoints for ECR, first", GIVE),
    "only that, and Docker Hub": (
        {"IMAGE": '"nginx"'},
        f"{FIRST}copy it to ECR and add endpoints, first",
        GIVE,
    ),
    "only that, and an image of an input": (
        {"IMAGE": "var.any"},
        f"{FIRST}copy it to ECR and add endpoints, first",
        GIVE,
    ),
    "a NAT gateway": (NAT, "", OFF),
    "a route of an input": ({"ROUTE": "gateway_id = var.any"}, "", GIVE),
    "none": ({"SUBNETS": "aws_subnet.other.id"}, "", GIVE),
    "only that of one subnet": (BOTH, f"{FIRST}endpoints for ECR, first", GIVE),
    "a NAT gateway of one subnet": (NAT | BOTH, "", GIVE),
    "a NAT gateway of one subnet, only that of the other": (
        NAT | {"SUBNETS": "aws_subnet.web.id, aws_subnet.public.id"},
        "",
        GIVE,
    ),
    "no subnets": ({"SUBNETS": ""}, "", GIVE),
    "subnets of an input": ({"SUBNETS": "var.any"}, "", GIVE),
}


@pytest.mark.parametrize(("changes", "first", "fix"), WAYS.values(), ids=WAYS)
def test_what_has_to_come_before_an_address_is_taken_away(
    changes: dict[str, str], first: str, fix: str, tmp_path: Path
) -> None:
    """Another way to the image, where the address is the only one for certain."""
    report = scanned(tmp_path, filled(SERVICE, DEFAULTS | changes), "TW203")

    [found] = report.findings
    assert found.message == f"tasks of aws_ecs_service.web get public addresses{first}"
    assert found.fix is not None
    assert found.fix.text.startswith(fix)


def test_an_address_that_tasks_may_not_get_is_no_way(tmp_path: Path) -> None:
    """While an input decides about it nothing is said about what to do without it."""
    report = scanned(tmp_path, filled(SERVICE, DEFAULTS | {"PUBLIC": "var.any"}), "TW203")

    [found] = report.unknowns
    assert found.message == "cannot tell whether tasks of aws_ecs_service.web get public addresses"
    assert found.missing == ("var.any",)


HOSTS = """
variable "any" {}
variable "subnets" { type = list(string) }
data "aws_subnet" "found" { availability_zone = "eu-west-1a" }
data "aws_subnets" "found" {}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "plain" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_subnet" "public" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.1.0/24"
  map_public_ip_on_launch = true
}
resource "aws_subnet" "open" {
  vpc_id                  = aws_vpc.main.id
  cidr_block              = "10.0.2.0/24"
  map_public_ip_on_launch = var.any
}
resource "aws_default_subnet" "zone" { availability_zone = "eu-west-1a" }
resource "aws_launch_template" "host" {
  user_data = base64encode("#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\\n")
}
resource "aws_autoscaling_group" "host" {
  SUBNETS
  launch_template { id = aws_launch_template.host.id }
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "bridge"
  container_definitions = jsonencode([{ name = "web", image = "web:1" }])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  launch_type     = "EC2"
  task_definition = aws_ecs_task_definition.web.arn
}
"""
PLAIN, PUBLIC, OPENED = ("aws_subnet.plain.id", "aws_subnet.public.id", "aws_subnet.open.id")
LOOKED_UP = "data.aws_subnet.found"
OF_SUBNETS: dict[str, str | tuple[str, ...]] = {
    f"[{PLAIN}]": "pass",
    f"[{PUBLIC}]": "fail",
    "[aws_default_subnet.zone.id]": "fail",
    f"[{PLAIN}, {PUBLIC}]": "fail",
    f"[{OPENED}]": ("var.any",),
    f"[{PUBLIC}, {OPENED}]": "fail",
    f"[{LOOKED_UP}.id]": (LOOKED_UP,),
    f"[{LOOKED_UP}.id, {OPENED}]": (LOOKED_UP, "var.any"),
    f"[{LOOKED_UP}.id, {PLAIN}]": (LOOKED_UP,),
    '["subnet-0123456789abcdef0"]': ("subnet-0123456789abcdef0",),
    "data.aws_subnets.found.ids": ("data.aws_subnets.found.ids",),
    f"concat([{PLAIN}], data.aws_subnets.found.ids)": ("data.aws_subnets.found.ids",),
    "var.subnets": ("var.subnets",),
    f"[{PLAIN}, var.any]": ("var.any",),
    f"[{PUBLIC}, var.any]": "fail",
    f"[[{PLAIN}, {PUBLIC}][var.any]]": ("var.any",),
    "": "fail",
}


@pytest.mark.parametrize("subnets", OF_SUBNETS)
def test_what_subnets_give_to_instances(subnets: str, tmp_path: Path) -> None:
    """Addresses where they say so; AWS's default ones do, which are used where none is named."""
    named = f"vpc_zone_identifier = {subnets}" if subnets else ""
    report = scanned(tmp_path, filled(HOSTS, {"SUBNETS": named}), "TW203")

    group, gives = "aws_autoscaling_group.host", "in subnets that give them public addresses"
    wrong = f"{group} starts container instances {gives}"
    assert {each.message for each in report.findings} <= {wrong}
    assert {each.message for each in report.unknowns} <= {f"cannot tell whether {wrong}"}
    said = ["fail" for _ in report.findings] + [each.missing for each in report.unknowns]
    assert (said or ["pass"]) == [OF_SUBNETS[subnets]]
