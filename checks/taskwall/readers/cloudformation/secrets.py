"""The stretches of a template that are never shown."""

import re
from typing import Final

from taskwall.core.patterns import pattern
from taskwall.core.values import Fields, Known, Span, spelled
from taskwall.readers.cloudformation.document import (
    IntrinsicCall,
    Mapping,
    Node,
    elements,
    members,
)
from taskwall.readers.cloudformation.template import Template

_SECRET: Final = pattern(
    r"Environment|EnvironmentVariables|UserData|RepositoryCredentials"
    r"|.*(?:passwords?|tokens?|secret.*)",
    re.IGNORECASE,
)
_NAMED_FREELY: Final = ("Conditions", "Mappings", "Outputs", "Resources")
"""Sections whose first keys are names of the user's choice, which say nothing of what is below."""


def stretches(template: Template) -> tuple[Span, ...]:
    """The places of environments, secrets, user data, and of the defaults of secret parameters."""
    found: dict[Span, None] = {}
    seen: set[int] = set()
    root = members(template.unit.root)
    for section, node in root.items():
        if section == "Parameters":
            continue
        for key, member in members(node).items():
            if section in _NAMED_FREELY:
                _search(member, found, seen)
            else:
                _member(key, member, found, seen)
    for name, node in template.parameters.items():
        hidden = members(node).get("NoEcho")
        secret = isinstance(hidden, Known) and spelled(hidden.data) != "false"
        if secret or _SECRET.fullmatch(name):
            for key in ("Default", "AllowedValues"):
                value = members(node).get(key)
                if value is not None and value.place is not None:
                    found[value.place] = None
    return tuple(found)


def _member(key: str, member: Node, found: dict[Span, None], seen: set[int]) -> None:
    if _SECRET.fullmatch(key):
        if member.place is not None:
            found[member.place] = None
    else:
        _search(member, found, seen)


def _search(node: Node, found: dict[Span, None], seen: set[int]) -> None:
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, IntrinsicCall):
        _search(node.argument, found, seen)
    elif isinstance(node, Fields | Mapping):
        for key, member in node.fields.items():
            _member(key, member, found, seen)
    else:
        for item in elements(node):
            _search(item, found, seen)
