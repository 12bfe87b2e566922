"""What a task definition settles of the launch type that the sources leave open."""

import json

import pytest

from taskwall.lowering import lower
from taskwall.model.compute.launch_type import launches
from taskwall.model.entities.ecs import TaskSource
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

BOUND = [{"container_name": "web", "container_port": 80, "target_group_arn": "arn:of:group"}]
OTHERS = ["FARGATE", "MANAGED_INSTANCES"]


@pytest.mark.parametrize(
    ("mode", "requires", "bound", "expected"),
    [
        ("bridge", [], True, {"EC2"}),
        ("bridge", ["FARGATE"], False, {"FARGATE"}),
        ("bridge", ["EC2", "FARGATE"], True, {"EC2"}),
        # Nobody knows whether external instances are asked for.
        ("bridge", [], False, set()),
        # Managed Instances know these modes as well.
        ("host", [], True, set()),
        ("none", [], True, set()),
        ("host", ["EC2"], True, {"EC2"}),
        ("none", ["EC2"], True, {"EC2"}),
        ("host", ["EC2", "MANAGED_INSTANCES"], True, set()),
        ("none", ["EC2", "MANAGED_INSTANCES"], True, set()),
        ("host", ["EC2", "EXTERNAL"], True, {"EC2"}),
        ("awsvpc", [], True, set()),
        ("awsvpc", ["EC2", "FARGATE"], True, set()),
        (None, [], True, {"EC2"}),
        (None, ["EC2", "EXTERNAL"], True, {"EC2"}),
        (None, ["EC2", "FARGATE"], True, set()),
        ("${var.launch}", [], True, set()),
        *((mode, [launch], True, {launch}) for mode in ("awsvpc", "host") for launch in OTHERS),
        ("awsvpc", ["EXTERNAL"], True, {"EXTERNAL"}),
    ],
)
def test_a_definition_settles_the_launch_type(
    mode: str | None, requires: list[str], bound: bool, expected: set[str]
) -> None:
    """What it is registered for, or else its network mode, may leave one launch type alone."""
    definition = {
        "family": "web",
        "network_mode": mode,
        "requires_compatibilities": requires,
        "container_definitions": '[{"name": "web", "image": "web"}]',
    }
    service = {
        "launch_type": "${var.launch}",
        "task_definition": "${aws_ecs_task_definition.web.arn}",
        "load_balancer": BOUND if bound else [],
    }
    text = json.dumps(
        {
            "variable": {"launch": {"type": "string"}},
            "resource": {
                "aws_ecs_task_definition": {"web": definition},
                "aws_ecs_service": {"web": service},
            },
        }
    )
    files = Files({"/net/main.tf.json": text})
    (stack,), errors = terraform.stacks(["/net/main.tf.json"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network

    (source,) = network.every(TaskSource)
    known, waits = launches(network, source)
    assert known == expected
    assert [need.name for need in waits] == ([] if expected else ["var.launch"])
