"""Which resources that their condition leaves out are written to use another one."""

from taskwall.core.values import Known
from taskwall.readers.cloudformation.document import (
    IntrinsicCall,
    Node,
    elements,
    literal_text,
    members,
)
from taskwall.readers.cloudformation.evaluate import Evaluator
from taskwall.readers.cloudformation.template import Declared


def users_left_out(declared: Declared, evaluator: Evaluator) -> tuple[str, ...]:
    """The types of the resources of a template that do not exist, and refer to a resource."""
    found = {
        other.type
        for other in evaluator.template.resources.values()
        if other.condition
        and other.properties is not None
        and _refers(other.properties, declared.name)
        and _is_false(evaluator, other.condition)
    }
    return tuple(sorted(found))


def _is_false(evaluator: Evaluator, condition: str) -> bool:
    found = evaluator.condition(condition)
    return isinstance(found, Known) and not found.data


def _refers(node: Node, name: str) -> bool:
    """Whether a part of a template refers to a resource."""
    if isinstance(node, IntrinsicCall):
        first = next(iter(elements(node.argument)), node.argument)
        text = literal_text(first) or ""
        if node.name in ("Ref", "Fn::GetAtt") and text.partition(".")[0] == name:
            return True
        return _refers(node.argument, name)
    return any(_refers(each, name) for each in (*members(node).values(), *elements(node)))
