"""The agent's settings as JSON: user data that is nothing else, and `/etc/ecs/ecs.config.json`."""

from collections.abc import Iterator

from taskwall.core.partial_json import parsed
from taskwall.core.values import Fields, Items, Known, Need, dereferenced, spelled
from taskwall.lowering.user_data.marked import Marks

_NAMES = {
    "cluster": "ECS_CLUSTER",
    "awsvpcblockinstancemetdata": "ECS_AWSVPC_BLOCK_IMDS",
    "taskiamroleenabled": "ECS_ENABLE_TASK_IAM_ROLE",
    "taskiamroleenabledfornetworkhost": "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST",
    "dynamichostportrange": "ECS_DYNAMIC_HOST_PORT_RANGE",
}
"""Keys of the agent's JSON (the fields of its Config, whose case does not matter) and their names.

The misspelling is the agent's (amazon-ecs-agent, agent/config/types.go).
"""


def settings_of(marks: Marks, text: str) -> Iterator[tuple[str, str, str]]:
    """The settings in a marked text: the key as written, the agent's name, the marked value."""
    found = parsed(marks.value(text))
    for key, value in found.fields.items() if isinstance(found, Fields) else ():
        name, plain = _NAMES.get(key.lower()), dereferenced(value)
        if name is None or isinstance(plain, Items | Fields):
            continue
        if not isinstance(plain, Known):
            yield key, name, marks.mark(plain)
        elif isinstance(plain.data, str | bool):
            yield key, name, spelled(plain.data) or ""


def other_needs(marks: Marks, text: str) -> tuple[Need, ...]:
    """What other settings of a marked text wait for; nothing where it shows them all."""
    found = parsed(marks.value(text))
    hidden = found is None or (isinstance(found, Fields) and found.rest)
    return marks.needs(text) if hidden else ()
