"""Which tasks share the network of their instance, and whether that is in the sources."""

import pytest

from placeholders import filled
from taskwall.lowering import lower
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.exposure.instance_groups import (
    on_unseen_hosts,
    shares_network,
    starts_host_mode,
    tasks_on,
)
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_ecs_cluster" "other" { name = "other" }
resource "aws_instance" "host" {
  subnet_id = aws_subnet.main.id
  user_data = "#!/bin/bash\\necho ECS_CLUSTER=JOINS >> /etc/ecs/ecs.config\\n"
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = MODE
  container_definitions = jsonencode([{ name = "web", image = "web:1" }])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  launch_type     = LAUNCH
  task_definition = DEFINITION
}
"""
DEFAULTS = {
    "MODE": '"bridge"',
    "LAUNCH": '"EC2"',
    "DEFINITION": "aws_ecs_task_definition.web.arn",
}
FARGATE, OPEN, ELSEWHERE = (
    {"LAUNCH": '"FARGATE"'},
    {"LAUNCH": "var.any"},
    {"DEFINITION": '"far:1"'},
)


def mode(word: str) -> dict[str, str]:
    """A task definition in a mode."""
    return {"MODE": f'"{word}"'}


CASES: dict[str, tuple[dict[str, str], str, tuple[bool | None, bool | None, bool | None]]] = {
    # Whether they share a network, whether it is that of the instance, and of one not seen.
    "bridge": ({}, "main", (True, True, False)),
    "host": (mode("host"), "main", (True, True, False)),
    "the mode of whoever says none": ({"MODE": "null"}, "main", (True, True, False)),
    "none": (mode("none"), "main", (False, False, False)),
    "awsvpc": (mode("awsvpc"), "main", (False, False, False)),
    "a mode of an input": ({"MODE": "var.any"}, "main", (None, None, False)),
    "bridge in another cluster": ({}, "other", (True, False, True)),
    "awsvpc in another cluster": (mode("awsvpc"), "other", (False, False, False)),
    "a mode of an input in another cluster": (
        {"MODE": "var.any"},
        "other",
        (None, False, None),
    ),
    "bridge in a cluster of an input": ({}, "${var.any}", (True, None, False)),
    "Fargate, which knows awsvpc alone": (FARGATE | {"MODE": "var.any"}, "main", (False,) * 3),
    "host on what an input says": (OPEN | mode("host"), "main", (True, None, False)),
    "awsvpc on what an input says": (OPEN | mode("awsvpc"), "main", (False, False, False)),
    # A service without a network of its own has no awsvpc tasks, whatever it starts.
    "a definition from elsewhere": (ELSEWHERE, "main", (True, True, False)),
    "a definition from elsewhere, on Fargate": (ELSEWHERE | FARGATE, "main", (False,) * 3),
}


@pytest.mark.parametrize(("changes", "joins", "expected"), CASES.values(), ids=CASES)
def test_who_shares_the_network_of_an_instance(
    changes: dict[str, str], joins: str, expected: tuple[bool | None, ...]
) -> None:
    """By the mode of their definition, and by where they are placed."""
    text = filled(STACK, DEFAULTS | changes).replace("JOINS", joins)
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    (source,) = network.every(TaskSource)
    here = {host.id: fact.truth for host, held in tasks_on(network) for _, fact in held}
    unseen = {one.id: fact.truth for one, fact in on_unseen_hosts(network)}

    assert (
        shares_network(network, source).truth,
        here.get("aws_instance.host", False),
        unseen.get(source.id, False),
    ) == expected


@pytest.mark.parametrize(
    ("changes", "truth"),
    [
        ({}, False),
        (mode("host"), True),
        (mode("awsvpc"), False),
        ({"MODE": "null"}, False),
        ({"MODE": "var.any"}, None),
        (ELSEWHERE, None),
        ({"DEFINITION": "null"}, None),
    ],
)
def test_who_is_in_host_mode(changes: dict[str, str], truth: bool | None) -> None:
    """The definition says so; of one from elsewhere nobody knows."""
    text = filled(STACK, DEFAULTS | changes).replace("JOINS", "main")
    (stack,), _ = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    network = lower(stack.evaluate({}).resources).network
    (source,) = network.every(TaskSource)
    assert starts_host_mode(network, source).truth is truth
