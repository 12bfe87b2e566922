"""User data, known in part, and what its ECS agent is told."""

from taskwall.core.values import Fields, Known, Origin, Span, Text, Value, unknown
from taskwall.lowering._network_builder import NetworkBuilder
from taskwall.lowering._reader import ResourceReader
from taskwall.lowering.user_data import agent
from taskwall.model.entities.ecs_agent import Agent
from taskwall.source.resource import Resource

HERE = Span("main.tf", 1, 1, 40, 2)
VAR = unknown("var.cluster", "has no default")
BLOCK = "ECS_AWSVPC_BLOCK_IMDS"
OPEN = object()
SCRIPT = "#!/bin/bash\n"
FILE = "/etc/ecs/ecs.config"
SETS = f"{SCRIPT}echo {BLOCK}=true >> {FILE}\n"


def instance(value: Value, metadata: Fields | None = None) -> Resource:
    """An instance with user data."""
    name = "aws_instance.a"
    origin = Origin(name, name, HERE, "terraform")
    body = Fields({"user_data": value})
    return Resource("aws_instance", origin, body, HERE, metadata=metadata or Fields({}))


def read(*parts: str | Value, metadata: Fields | None = None) -> Agent:
    """The agent that user data, known in part, makes."""
    known = len(parts) == 1 and isinstance(parts[0], str)
    value: Value = Known(str(parts[0])) if known else Text(parts)
    if len(parts) == 1 and not isinstance(parts[0], str):
        value = parts[0]
    resource = instance(value, metadata)
    reading = ResourceReader(resource, NetworkBuilder([resource]))
    return agent(reading, reading.body.get("user_data"))


def told(found: Agent, name: str = BLOCK) -> object:
    """What a setting is known to be; None if it is not set, OPEN if that is not known."""
    setting = found.setting(name)
    return OPEN if setting.open else setting.known
