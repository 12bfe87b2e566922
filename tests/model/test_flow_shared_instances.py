"""Tasks that may be placed on one instance reach each other there, whatever groups allow."""

from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import list_flows
from taskwall.api.options import Options

STACK = """
variable "one" {}
variable "two" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "main" { vpc_id = aws_vpc.main.id }
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_ecs_cluster" "other" { name = "other" }
resource "aws_ecs_cluster" "third" { name = "third" }
resource "aws_instance" "host" {
  subnet_id              = aws_subnet.main.id
  vpc_security_group_ids = [aws_security_group.main.id]
  user_data = "#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\\n"
}
resource "aws_ecs_task_definition" "one" {
  family                = "one"
  network_mode          = MODE_ONE
  container_definitions = jsonencode([{ name = "web", image = "web:1" }])
}
resource "aws_ecs_task_definition" "two" {
  family                = "two"
  network_mode          = MODE_TWO
  container_definitions = jsonencode([{ name = "web", image = "web:1" }])
}
resource "aws_ecs_service" "one" {
  cluster         = CLUSTER_ONE
  launch_type     = "EC2"
  task_definition = aws_ecs_task_definition.one.arn
}
resource "aws_ecs_service" "two" {
  cluster         = CLUSTER_TWO
  launch_type     = LAUNCH_TWO
  task_definition = aws_ecs_task_definition.two.arn
  MORE
}
"""
MAIN, OTHER, BRIDGE = "aws_ecs_cluster.main.id", "aws_ecs_cluster.other.id", '"bridge"'
DEFAULTS = {
    "MODE_ONE": BRIDGE,
    "MODE_TWO": BRIDGE,
    "CLUSTER_ONE": MAIN,
    "CLUSTER_TWO": MAIN,
    "LAUNCH_TWO": '"EC2"',
    "MORE": "",
}
ONE, TWO = {"MODE_ONE": "var.one"}, {"MODE_TWO": "var.two"}
AWAY = {"CLUSTER_ONE": OTHER, "CLUSTER_TWO": OTHER}


@pytest.mark.parametrize(
    ("changes", "needs"),
    [
        ({}, []),
        ({"MODE_ONE": '"host"'}, []),
        ({"MODE_TWO": '"awsvpc"'}, None),
        ({"LAUNCH_TWO": '"FARGATE"'}, None),
        ({"CLUSTER_TWO": OTHER}, None),
        # Whichever of the two it is of which something is not known.
        (ONE, ["var.one"]),
        (TWO, ["var.two"]),
        (ONE | TWO, ["var.one", "var.two"]),
        ({"LAUNCH_TWO": "var.two"}, ["var.two"]),
        ({"CLUSTER_TWO": "var.two"}, None),
        # On instances that are not in the sources.
        (AWAY, []),
        (AWAY | ONE, ["var.one"]),
        (AWAY | TWO, ["var.two"]),
        (AWAY | {"CLUSTER_TWO": "aws_ecs_cluster.third.id"}, None),
        (AWAY | {"CLUSTER_TWO": "null"}, None),
        ({"CLUSTER_ONE": "null", "CLUSTER_TWO": "null"}, []),
        ({"MORE": "count = 1"}, []),
        ({"MORE": "count = var.two"}, ["var.two"]),
        ({"MORE": 'count = var.two == "" ? 1 : 0'}, ["var.two"]),
    ],
)
def test_tasks_may_share_an_instance(
    changes: dict[str, str], needs: list[str] | None, tmp_path: Path
) -> None:
    """Either way, on all ports, if they are placed there: that waits, and so do their modes."""
    (tmp_path / "main.tf").write_text(filled(STACK, DEFAULTS | changes), encoding="utf-8")
    options = Options(paths=(str(tmp_path),))

    for source, target in (("one", "two"), ("two", "one")):
        flows = list_flows(options, f"service:{source}", f"service:{target}").flows
        found = [
            (each.verdict, each.protocol, sorted(need for need in each.missing if "var" in need))
            for each in flows
        ]
        assert found == ([] if needs is None else [("unknown", "all", needs)])
        assert all(set(each.missing) != set(needs or ()) for each in flows)


def test_a_service_does_not_share_an_instance_with_itself(tmp_path: Path) -> None:
    """Of its own tasks nothing is said here."""
    (tmp_path / "main.tf").write_text(filled(STACK, DEFAULTS), encoding="utf-8")
    assert not list_flows(Options(paths=(str(tmp_path),)), "service:one", "service:one").flows
