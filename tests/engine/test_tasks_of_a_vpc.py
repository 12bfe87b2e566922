"""How TW701 names the tasks whose traffic no flow log records."""

from pathlib import Path

import pytest

from placeholders import filled, scanned

STACK = """
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "logged" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "other" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = "web:1" }])
}
"""
LOG = """
resource "aws_flow_log" "logged" {
  subnet_id       = aws_subnet.logged.id
  traffic_type    = "ALL"
  log_destination = "arn:aws:s3:::logs"
}
"""
SERVICE = """
resource "aws_ecs_service" "NAME" {
  count           = NUMBER
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration { subnets = [aws_subnet.SUBNET.id] }
}
"""


def services(*names: str, number: int = 1, subnet: str = "other") -> str:
    """Some services, each a number of times, in a subnet."""
    values = {"NUMBER": str(number), "aws_subnet.SUBNET.id": f"aws_subnet.{subnet}.id"}
    return "".join(filled(SERVICE, values).replace("NAME", name) for name in names)


A, B, C = (f"aws_ecs_service.{name}" for name in "abc")
CASES = {
    "one": (services("a"), A),
    "one, twice": (services("a", number=2), A),
    "three": (services("a", "b", "c"), f"{A}, {B}, {C}"),
    "four": (services("a", "b", "c", "d"), f"{A}, {B}, {C} and 1 more"),
    "five, each twice": (services(*"abcde", number=2), f"{A}, {B}, {C} and 2 more"),
    "two, one of them in a subnet with a log": (
        LOG + services("a", subnet="logged") + services("b"),
        B,
    ),
    "one, in a subnet with a log": (LOG + services("a", subnet="logged"), ""),
}


@pytest.mark.parametrize(("text", "names"), CASES.values(), ids=CASES)
def test_the_tasks_whose_traffic_is_not_recorded(text: str, names: str, tmp_path: Path) -> None:
    """Three are named at most, each once, and none whose subnet has a log of its own."""
    report = scanned(tmp_path, STACK + text, "TW701")

    said = [each.message for each in report.findings]
    assert said == ([f"aws_vpc.main has no flow log of the traffic of {names}"] if names else [])
