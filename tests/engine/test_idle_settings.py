"""Whether agent settings have an effect, by the clusters and launch types of services (TW506)."""

import pytest

from taskwall.engine.judge import judge
from taskwall.readers import terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_ecs_cluster" "other" { name = "other" }
resource "aws_instance" "host" {
  user_data = "#!/bin/bash\\necho ECS_CLUSTER=JOINS >> /etc/ecs/ecs.config"
}
"""
SERVICE = """
resource "aws_ecs_service" "NAME" {
  cluster     = CLUSTER
  launch_type = TYPE
}
"""
FARGATE, EC2, OPEN = '"FARGATE"', '"EC2"', "var.any"
EITHER = "[aws_ecs_cluster.main.id, aws_ecs_cluster.other.id][var.any]"
CASES: dict[str, tuple[str, list[tuple[str, str]], list[str]]] = {
    "no service": ("main", [], []),
    "on Fargate": ("main", [("main", FARGATE)], ["fail"]),
    "on instances": ("main", [("main", EC2)], ["pass"]),
    "on Fargate, and on instances": ("main", [("main", FARGATE), ("main", EC2)], ["pass"]),
    "on either": ("main", [("main", OPEN)], ["unknown"]),
    "in another cluster, on Fargate": ("main", [("other", FARGATE)], []),
    "in another cluster, on instances": ("main", [("other", EC2)], []),
    "on Fargate in both": ("main", [("main", FARGATE), ("other", FARGATE)], ["fail"]),
    "on instances of the other": ("main", [("main", FARGATE), ("other", EC2)], ["fail"]),
    "on Fargate in the other": ("main", [("main", EC2), ("other", FARGATE)], ["pass"]),
    "on Fargate in either": ("main", [("either", FARGATE)], ["unknown"]),
    "on Fargate, and on Fargate in either": (
        "main",
        [("main", FARGATE), ("either", FARGATE)],
        ["fail"],
    ),
    "on Fargate, and on instances in either": (
        "main",
        [("main", FARGATE), ("either", EC2)],
        ["unknown"],
    ),
    "on instances, and on Fargate in either": (
        "main",
        [("main", EC2), ("either", FARGATE)],
        ["pass"],
    ),
    "a cluster of an input": ("${var.any}", [("main", FARGATE)], ["unknown"]),
    "a cluster of an input, on instances": ("${var.any}", [("main", EC2)], ["pass"]),
    "a cluster of an input, both": (
        "${var.any}",
        [("main", FARGATE), ("other", EC2)],
        ["unknown"],
    ),
}


@pytest.mark.parametrize(("joins", "services", "verdicts"), CASES.values(), ids=CASES)
def test_settings_have_an_effect_where_tasks_run(
    joins: str, services: list[tuple[str, str]], verdicts: list[str]
) -> None:
    """They have none where a cluster has instances, and all of its tasks run on Fargate."""
    text = STACK.replace("JOINS", joins)
    for number, (cluster, launch) in enumerate(services):
        named = EITHER if cluster == "either" else f"aws_ecs_cluster.{cluster}.id"
        one = SERVICE.replace("NAME", f"n{number}").replace("CLUSTER", named)
        text += one.replace("TYPE", launch)
    (stack,), errors = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    assert not errors
    rules = [each for each in all_rules() if each.id == "TW506"]
    found = judge(stack, rules, Settings(show=("fail", "unknown", "pass"))).findings

    assert [each.finding.verdict for each in found] == verdicts
    assert all(each.finding.missing == ("var.any",) for each in found if each.needs)
