"""Which container instances the placement constraints of tasks leave out.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html
"""

from collections.abc import Iterator, Mapping

from taskwall.core.facts import Fact
from taskwall.core.patterns import pattern
from taskwall.model.compute.container_instances import ContainerInstances
from taskwall.model.core.entity import Setting
from taskwall.model.core.network import Network
from taskwall.model.entities.ecs import TaskDefinition, TaskSource

_COMPARED = pattern(
    r"\s*attribute:(?P<name>(?!ecs\.)[\w./-]+)\s*"
    r"(?:(?P<op>==|!=|equals|not_equals|in|not_in)\s*(?P<values>\[[^\[\]]*\]|[^\s\[\]&|()]+)"
    r"|(?P<there>!?exists|not_exists))\s*"
)
"""One comparison with an attribute of the user's own; those of `ecs.` describe what AWS starts."""

_EXCLUDES = ("!=", "not_equals", "not_in", "!exists", "not_exists")


def left_out(network: Network, member: ContainerInstances, source: TaskSource) -> Fact | None:
    """That container instances lack what a task source's constraints ask for; None if they may not.

    Agents have the attributes of the setting `ECS_INSTANCE_ATTRIBUTES`. Where these are not known,
    or an expression is not a single comparison with one, it is taken to be met.
    """
    for expression in _expressions(network, source):
        asked = _COMPARED.fullmatch(str(expression.known or ""))
        attributes = _attributes(member) if asked is not None else None
        if asked is None or attributes is None:
            continue
        found = attributes.get(asked["name"])
        values = [one.strip("\"' ") for one in (asked["values"] or "").strip("[]").split(",")]
        there = found is not None and (asked["there"] is not None or str(found) in values)
        if there == ((asked["op"] or asked["there"]) in _EXCLUDES):
            name, at = member.instances.name, expression.place
            text = f"{name} does not meet the placement constraint {str(expression.known).strip()}"
            return Fact(False, text, at, source.name, otherwise=text)
    return None


def constraints_of(network: Network, source: TaskSource) -> tuple[object, ...]:
    """What tells task sources of different constraints apart."""
    return tuple(each.known for each in _expressions(network, source))


def _expressions(network: Network, source: TaskSource) -> Iterator[Setting]:
    definition = network.get(TaskDefinition, source.task_definition)
    yield from source.constraints
    yield from definition.constraints if definition is not None else ()


def _attributes(member: ContainerInstances) -> Mapping[str, object] | None:
    """The attributes of container instances; None if they are not known."""
    agent = member.instances.agent
    held = agent.setting("ECS_INSTANCE_ATTRIBUTES") if agent is not None else None
    if held is None or held.open:
        return None
    import json

    try:
        found = json.loads(str(held.known or "{}"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
