"""The stretches of a template that are never shown."""

from collections.abc import Iterator
from typing import Final

from taskwall.core.values import Fields, Known, Span, spelled
from taskwall.readers.cloudformation.document import (
    IntrinsicCall,
    Mapping,
    Node,
    elements,
    literal_text,
    members,
)
from taskwall.readers.cloudformation.template import INIT, Template
from taskwall.source.secret_names import (
    SECRET_VALUES,
    announces_secret,
    hidden_but,
    holds_variables,
    is_unshown,
    names_secret,
    quotes_secret,
)

_NAMED_FREELY: Final = ("Conditions", "Mappings", "Outputs", "Resources")
"""Sections whose first keys are names of the user's choice, which say nothing of what is below."""


def stretches(template: Template) -> tuple[Span, ...]:
    """The places of environments, secrets, user data, and of the defaults of secret parameters."""
    found = dict.fromkeys((*template.unit.unreadable, *template.hidden))
    seen: set[int] = set()
    root = members(template.unit.root)
    for section, node in root.items():
        if section == "Parameters":
            continue
        for key, member in members(node).items():
            if section in _NAMED_FREELY:
                _search(member, found, seen)
                if literal_text(members(member).get("Type")) in SECRET_VALUES:
                    properties = members(member).get("Properties")
                    if (value := members(properties).get("Value")) is not None:
                        _hide(value, found)
            else:
                _member(key, member, found, seen)
    for name, node in template.parameters.items():
        hidden = members(node).get("NoEcho")
        secret = isinstance(hidden, Known) and spelled(hidden.data) != "false"
        if secret or names_secret(name):
            for key in ("Default", "AllowedValues"):
                value = members(node).get(key)
                if value is not None and value.place is not None:
                    found[value.place] = None
    return tuple(found)


def hidden_in(node: Node) -> tuple[Span, ...]:
    """The places of secrets in what is no template, by the names of its members."""
    found: dict[Span, None] = {}
    _search(node, found, set())
    return tuple(found)


def _member(key: str, member: Node, found: dict[Span, None], seen: set[int]) -> None:
    if is_unshown(key) and member.place is not None and holds_variables(key):
        found[hidden_but(member.place, _variables(member))] = None
    elif is_unshown(key):
        _hide(member, found)
    elif key == INIT:
        _in_init(member, found, seen)
    elif key == "TemplateBody" and member.place and member.place.line < member.place.end_line:
        return  # a template of its own, which has its own secrets
    else:
        _search(member, found, seen)


def _hide(node: Node, found: dict[Span, None]) -> None:
    if node.place is not None:
        found[node.place] = None


def _variables(node: Node) -> Iterator[Span]:
    """The names of variables in an environment, be it a mapping of them or a list."""
    places = node.places if isinstance(node, Fields | Mapping) else {}
    for key, member in members(node).items():
        place = places.get(key)
        if place is not None and not quotes_secret(key):
            # An entry begins with its key, in quotes or not.
            yield Span(place.file, place.line, place.column, place.line, place.column + len(key))
        if key in _PAIRS and _PAIRS[key] in members(node) and isinstance(member, Known):
            if member.place is not None and not quotes_secret(str(member.data)):
                yield member.place
        else:
            yield from _variables(member)
    for item in elements(node):
        yield from _variables(item)


def _in_init(node: Node, found: dict[Span, None], seen: set[int]) -> None:
    """What cfn-init writes into files, and the commands that it runs, with their environment."""
    for key, member in members(node).items():
        if key in ("command", "content", "env"):
            _hide(member, found)
        elif isinstance(member, Fields | Mapping):
            _in_init(member, found, seen)
        else:
            _member(key, member, found, seen)


_PAIRS: Final = {
    "ParameterKey": "ParameterValue",
    "Name": "Value",
    "Key": "Value",
    "OptionName": "Value",
}
"""Members that name what is in another one."""


def _search(node: Node, found: dict[Span, None], seen: set[int]) -> None:
    if isinstance(node, Known):
        if isinstance(node.data, str) and quotes_secret(node.data):
            _hide(node, found)
        return
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, IntrinsicCall):
        _search(node.argument, found, seen)
    elif isinstance(node, Fields | Mapping):
        for key, member in node.fields.items():
            _member(key, member, found, seen)
        for name, value in _PAIRS.items():
            if value in node.fields and names_secret(literal_text(node.fields.get(name)) or ""):
                _hide(node.fields[value], found)
    else:
        before = ""
        for item in elements(node):
            if announces_secret(before):
                _hide(item, found)
            else:
                _search(item, found, seen)
            before = literal_text(item) or ""
