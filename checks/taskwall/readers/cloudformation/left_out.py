"""Which resources that their condition leaves out are written to use another one."""

from collections.abc import Iterator, Mapping

from taskwall.core.patterns import pattern
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

_IN_TEXT = pattern(r"\$\{(\w+)")
"""The logical ids in a text of `Fn::Sub`."""


def left_out_users(evaluator: Evaluator) -> Mapping[str, tuple[str, ...]]:
    """The types of the resources of a template that do not exist, by what they refer to."""
    found: dict[str, set[str]] = {}
    for other in evaluator.template.resources.values():
        if other.condition and other.properties is not None and _is_false(evaluator, other):
            for name in _referred(other.properties):
                found.setdefault(name, set()).add(other.type)
    return {name: tuple(sorted(types)) for name, types in found.items()}


def _is_false(evaluator: Evaluator, declared: Declared) -> bool:
    found = evaluator.condition(declared.condition)
    return isinstance(found, Known) and not found.data


def _referred(node: Node) -> Iterator[str]:
    """The logical ids that a part of a template refers to."""
    if isinstance(node, IntrinsicCall):
        first = next(iter(elements(node.argument)), node.argument)
        text = literal_text(first) or ""
        if node.name in ("Ref", "Fn::GetAtt"):
            yield text.partition(".")[0]
        elif node.name == "Fn::Sub":
            yield from _IN_TEXT.findall(text)
        yield from _referred(node.argument)
        return
    for each in (*members(node).values(), *elements(node)):
        yield from _referred(each)
