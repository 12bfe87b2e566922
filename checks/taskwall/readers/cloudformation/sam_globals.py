"""What `Globals` of a SAM template gives to its resources.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
"""

from collections.abc import Mapping as Lookup
from typing import TypeGuard

from taskwall.core.values import Fields, Items, Span
from taskwall.readers.cloudformation.document import (
    IntrinsicCall,
    Mapping,
    Node,
    Sequence,
    elements,
    literal_text,
    members,
)

_OF_SAM = "AWS::Serverless::"


def with_globals(shared: Node | None, resource: Lookup[str, Node], place: Span) -> Node | None:
    """The properties of a resource, with those that `Globals` gives to all of its type.

    Args:
        shared: the section `Globals`, if there is one.
        resource: the members of the resource: `Type`, `Properties`, `IgnoreGlobals`.
        place: where the resource stands.
    """
    own, kind = resource.get("Properties"), literal_text(resource.get("Type")) or ""
    if shared is None or not kind.startswith(_OF_SAM):
        return own
    section = shared if _is_include(shared) else members(shared).get(kind.removeprefix(_OF_SAM))
    ignored = resource.get("IgnoreGlobals")
    if section is None or literal_text(ignored) == "*":
        return own
    given = _mapping(section, place)
    without = {literal_text(one) for one in elements(ignored)}
    fields = {key: node for key, node in given.fields.items() if key not in without}
    return _merged(Mapping(fields, given.places, given.place), own, place)


def _merged(shared: Node, own: Node | None, place: Span) -> Node:
    """Mappings are merged and lists joined; of anything else the resource's own counts.

    That holds for a call of an intrinsic function, too: SAM takes it for a scalar.
    """
    if own is None:
        return shared
    if isinstance(shared, Fields | Mapping) and isinstance(own, Fields | Mapping):
        fields: dict[str, Node] = {**shared.fields, **own.fields}
        for key in shared.fields.keys() & own.fields.keys():
            fields[key] = _merged(shared.fields[key], own.fields[key], place)
        return Mapping(fields, {**shared.places, **own.places}, own.place or place)
    if isinstance(own, Items | Sequence):
        return Sequence((*elements(shared), *elements(own)), own.place or place)
    return own


def _is_include(node: Node) -> TypeGuard[IntrinsicCall]:
    """Whether a file that is not there stands for a node: includes come before SAM."""
    return isinstance(node, IntrinsicCall) and node.name == "Fn::Transform"


def _mapping(section: Node, place: Span) -> Mapping:
    if _is_include(section):
        return Mapping({section.name: section.argument}, {section.name: section.place}, place)
    if isinstance(section, Fields | Mapping):
        return Mapping(dict(section.fields), section.places, section.place or place)
    return Mapping({}, {}, place)
