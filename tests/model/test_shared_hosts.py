"""Which tasks share the network of their instance, and whether that is in the sources."""

import pytest

from placeholders import filled
from taskwall.lowering import lower
from taskwall.model.compute.container_instances import container_instances
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.exposure.instance_groups import (
    holds_host_mode,
    in_host_mode,
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
  cluster         = RUNS_IN
  launch_type     = LAUNCH
  task_definition = DEFINITION
}
"""
DEFAULTS = {
    "RUNS_IN": "aws_ecs_cluster.main.id",
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


def read(changes: dict[str, str], joins: str = "main") -> Network:
    """The network of the stack with some changes, whose instance joins a cluster."""
    text = filled(STACK, DEFAULTS | changes).replace("JOINS", joins)
    text += changes.get("MORE", "")
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    return lower(stack.evaluate({}).resources).network


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
    network = read(changes, joins)
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
    network = read(changes)
    (source,) = network.every(TaskSource)
    assert starts_host_mode(network, source).truth is truth


HOST, AWSVPC = mode("host"), mode("awsvpc")
INPUT = "${var.any}"


def runs_in(cluster: str) -> dict[str, str]:
    """The cluster of the service."""
    return {"RUNS_IN": cluster}


def beside(cluster: str, definition: str = "aws_ecs_task_definition.web.arn") -> dict[str, str]:
    """One more service."""
    body = f'cluster = {cluster}\nlaunch_type = "EC2"\ntask_definition = {definition}\n'
    return {"MORE": f'resource "aws_ecs_service" "more" {{\n{body}}}\n'}


IN_HOST_MODE = """
resource "aws_ecs_task_definition" "host" {
  family                = "host"
  network_mode          = "host"
  container_definitions = jsonencode([{ name = "web", image = "web:1" }])
}
"""


@pytest.mark.parametrize(
    ("changes", "joins", "truth", "waits"),
    [
        pytest.param({}, "main", False, [], id="bridge"),
        pytest.param(HOST, "main", True, [], id="host"),
        pytest.param(AWSVPC, "main", False, [], id="awsvpc"),
        pytest.param({"MODE": "var.any"}, "main", None, ["var.any"], id="a mode of an input"),
        pytest.param(ELSEWHERE, "main", None, ["far:1"], id="a definition from elsewhere"),
        pytest.param(HOST | FARGATE, "main", False, [], id="on Fargate"),
        # Where nobody of the sources runs tasks, anybody may.
        pytest.param({}, "other", True, [], id="a cluster of nobody"),
        pytest.param(AWSVPC, "elsewhere", True, [], id="a cluster from elsewhere"),
        pytest.param(runs_in('"elsewhere"'), "elsewhere", True, [], id="both in one elsewhere"),
        pytest.param(runs_in('"elsewhere"'), "main", True, [], id="tasks elsewhere"),
        # It may be the cluster of the tasks, in which nobody else runs any.
        pytest.param(
            runs_in("var.any"), "elsewhere", None, ["var.any"], id="tasks in a cluster of an input"
        ),
        pytest.param(
            runs_in("var.any") | beside('"elsewhere"'), "elsewhere", None, ["var.any"],
            id="some tasks elsewhere, others by an input",
        ),
        pytest.param(
            runs_in('"elsewhere"') | beside("var.any"), "elsewhere", None, ["var.any"],
            id="some tasks by an input, others elsewhere",
        ),
        pytest.param(
            runs_in('"elsewhere"') | beside('"elsewhere"'), "elsewhere", True, [],
            id="all tasks elsewhere",
        ),
        pytest.param({}, INPUT, None, ["var.any"], id="instances in a cluster of an input"),
        pytest.param(
            HOST, INPUT, None, ["var.any"], id="host, instances in a cluster of an input"
        ),
        pytest.param(HOST | runs_in("var.any"), INPUT, True, [], id="host, both by one input"),
        pytest.param(runs_in("var.any"), INPUT, None, ["var.any"], id="bridge, both by one input"),
        pytest.param(
            {"MORE": beside("aws_ecs_cluster.main.id", "aws_ecs_task_definition.host.arn")["MORE"]
             + IN_HOST_MODE},
            "main", True, [], id="one of two in host mode",
        ),
        pytest.param(
            {"MORE": beside("aws_ecs_cluster.other.id", "aws_ecs_task_definition.host.arn")["MORE"]
             + IN_HOST_MODE},
            "main", False, [], id="one in host mode in another cluster",
        ),
    ],
)  # fmt: skip
def test_whether_tasks_in_host_mode_run_on_an_instance(
    changes: dict[str, str], joins: str, truth: bool | None, waits: list[str]
) -> None:
    """Only the sources run tasks in a cluster where they run any; elsewhere anybody may."""
    network = read(changes, joins)
    (member,) = container_instances(network)
    found = holds_host_mode(network, member)

    assert found.truth is truth
    assert [need.name for need in found.waits_for()] == waits


@pytest.mark.parametrize(
    ("changes", "joins", "named"),
    [
        pytest.param(HOST, "main", True, id="host"),
        pytest.param({}, "main", False, id="bridge"),
        pytest.param(HOST, "other", False, id="in another cluster"),
        pytest.param(HOST, INPUT, False, id="perhaps in another cluster"),
        pytest.param({"MODE": "var.any"}, "main", False, id="perhaps in host mode"),
        pytest.param(HOST | FARGATE, "main", False, id="on Fargate"),
    ],
)
def test_messages_name_a_definition_that_is_certainly_in_host_mode(
    changes: dict[str, str], joins: str, named: bool
) -> None:
    """One whose tasks run on the instance, or none."""
    found = {on: each.id for on, each in in_host_mode(read(changes, joins)).items()}
    assert found == ({"aws_instance.host": "aws_ecs_task_definition.web"} if named else {})
