"""Which endpoint the fix of TW401 makes: one that is certainly missing."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
variable "any" {}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = IMAGE, logConfiguration = LOGS }])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration { subnets = [aws_subnet.a.id] }
}
"""
ECR = '"123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"'
OPTIONS = '{ "awslogs-region" = "eu-west-1", "awslogs-group" = "web" }'
AWSLOGS = f'{{ logDriver = "awslogs", options = {OPTIONS} }}'


@pytest.mark.parametrize(
    ("image", "logs", "service"),
    [
        (ECR, "null", "ecr.api"),
        (ECR, AWSLOGS, "ecr.api"),
        ('"nginx"', "null", "<service>"),
        ('"nginx"', AWSLOGS, "logs"),
        ("var.any", AWSLOGS, "logs"),
        ("var.any", "null", ""),
    ],
    ids=["ECR", "ECR and logs", "Docker Hub", "Docker Hub and logs", "input and logs", "input"],
)
def test_the_fix_makes_an_endpoint_that_is_missing(
    image: str, logs: str, service: str, tmp_path: Path
) -> None:
    """The first that is needed for certain; what may be needed is asked for where nothing is."""
    report = scanned(tmp_path, filled(STACK, {"IMAGE": image, "LOGS": logs}), "TW401")

    lines = [
        line.split()
        for each in report.findings
        for line in (each.fix.text if each.fix else "").splitlines()
        if "service_name" in line
    ]
    assert lines == (
        [["service_name", "=", f'"com.amazonaws.<region>.{service}"']] if service else []
    )
    assert [each.missing for each in report.unknowns] == ([] if service else [("var.any",)])


OPEN_VPC = """
resource "aws_vpc" "open" { cidr_block = "10.1.0.0/16" }
resource "aws_internet_gateway" "open" { vpc_id = aws_vpc.open.id }
resource "aws_subnet" "open" {
  vpc_id     = aws_vpc.open.id
  cidr_block = "10.1.0.0/24"
}
resource "aws_default_route_table" "open" {
  default_route_table_id = aws_vpc.open.default_route_table_id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.open.id
  }
}
resource "aws_ecs_service" "open" {
  cluster         = aws_ecs_cluster.main.id
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets          = [aws_subnet.open.id]
    assign_public_ip = true
  }
}
"""


@pytest.mark.parametrize("first", [True, False])
def test_each_vpc_is_asked_by_itself(first: bool, tmp_path: Path) -> None:
    """A VPC whose tasks have a way out, before or behind it, changes nothing of another."""
    text = OPEN_VPC + STACK if first else STACK + OPEN_VPC
    report = scanned(tmp_path, filled(text, {"IMAGE": ECR, "LOGS": "null"}), "TW401")

    assert [each.resource for each in report.findings] == ["aws_vpc.main"]
    assert report.unknowns == ()
