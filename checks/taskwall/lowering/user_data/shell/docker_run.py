"""The agent that user data starts itself: `docker run amazon/amazon-ecs-agent`."""

from taskwall.lowering.user_data.machine import ScriptLine
from taskwall.lowering.user_data.marked import is_known
from taskwall.lowering.user_data.shell.call import ShellCall


def docker(call: ShellCall) -> list[ScriptLine]:
    """`docker run` of the agent: its environment, and what starts it."""
    words = call.arguments
    if "run" not in words or not any("amazon-ecs-agent" in word for word in words):
        return []
    machine = call.shell.machine
    machine.started_by = "docker"
    machine.has_agent = True
    for at, word in enumerate(words):
        name, _, value = word.partition("=")
        if name == "--env-file":  # `--env` wins over it
            file = value or "".join(words[at + 1 : at + 2])
            machine.environment_file(call.shell.path(file), call.doubt, machine.direct, quotes="")
    for index, word in enumerate(words):
        name, _, value = word.partition("=")
        if word in ("-e", "--env") and index + 1 < len(words):
            value = words[index + 1]
        elif name != "--env":
            continue
        key, equals, said = value.partition("=")
        if equals and is_known(key):
            machine.direct.set(key, said, call.row, call.doubt)
    return []
