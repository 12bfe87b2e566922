"""What a template declares, before anything in it is evaluated."""

import re
from collections.abc import Mapping as Lookup
from typing import Final

from msgspec import Struct

from taskwall.files import UnreadableError
from taskwall.readers.cloudformation.document import (
    DYNAMIC,
    Function,
    Mapping,
    Node,
    Unit,
    elements,
    members,
    read,
    written,
)
from taskwall.stack import SourceError
from taskwall.values import Fields, Place

LANGUAGE_EXTENSIONS: Final = "AWS::LanguageExtensions"
"""The one transform that declares no resources of its own."""

_TYPED: Final = r"""["']?Type["']?\s{0,20}:\s{0,20}["']?(?:AWS|Custom)::"""
_VERSION: Final = "AWSTemplateFormatVersion"


class Declared(Struct, frozen=True):
    """A resource as it stands under `Resources`; `condition` is "" if it has none."""

    name: str
    type: str
    header: Place
    place: Place
    condition: str
    properties: Node | None
    metadata: Node | None


class Template(Struct, frozen=True):
    """A template's sections. `open_names`: macros may declare resources beyond these."""

    unit: Unit
    parameters: Lookup[str, Node]
    mappings: Lookup[str, Node]
    conditions: Lookup[str, Node]
    resources: dict[str, Declared]
    transforms: tuple[str, ...]
    open_names: bool
    errors: tuple[SourceError, ...]


def may_be_template(text: str) -> bool:
    """Whether it is worth while to parse a text: cheap, and true of every template."""
    return "Resources" in text and (
        "AWS::" in text or "Transform" in text or "Custom::" in text or _VERSION in text
    )


def parsed(file: str, text: str) -> Template | None:
    """The template in a text; None if the text is something else.

    Raises:
        UnreadableError: it looks like a template and cannot be parsed.
    """
    if not may_be_template(text):
        return None
    try:
        unit = read(file, text)
    except UnreadableError:
        if _VERSION in text or re.search(_TYPED, text):
            raise
        return None
    root = members(unit.root)
    resources = members(root.get("Resources"))
    if _VERSION not in root and not any(
        "::" in (written(members(resource).get("Type")) or "") for resource in resources.values()
    ):
        return None
    if not isinstance(root.get("Resources"), Fields | Mapping | Function):
        place = unit.root.place if unit.root is not None else None
        line, column = (place.line, place.column) if place else (1, 1)
        raise UnreadableError(file, "has no mapping of Resources", line, column)
    return _template(unit, root, root["Resources"])


def _template(unit: Unit, root: Lookup[str, Node], section: Node) -> Template:
    errors = list(unit.errors)
    places = section.places if isinstance(section, Fields | Mapping) else {}
    lines = unit.text.split("\n")
    declared: dict[str, Declared] = {}
    untyped: list[SourceError] = []
    transforms = _transforms(root.get("Transform"))
    # `Modules` and `Rain` are expanded by the AWS CLI and by rain before deployment.
    open_names = bool({"Modules", "Rain"} & root.keys()) or any(
        name != LANGUAGE_EXTENSIONS for name in transforms
    )
    for name, node in members(section).items():
        place = places[name]
        if name.startswith("Fn::"):
            open_names = True
            continue
        body = members(node)
        header = key_place(lines, place, name)
        kind = written(body.get("Type"))
        if kind is None:
            # `!Rain::Module` and such are for tools that run before deployment.
            open_names = open_names or "Type" in body
            untyped.append(SourceError(header, f"{name} has no Type"))
            continue
        condition = written(body.get("Condition"))
        if condition is None and "Condition" in body:
            at = body["Condition"].place or header
            errors.append(SourceError(at, f"the Condition of {name} must be a name"))
        declared[name] = Declared(
            name,
            kind,
            header,
            place,
            condition or "",
            body.get("Properties"),
            body.get("Metadata"),
        )
    if not open_names:
        errors.extend(untyped)
    return Template(
        unit,
        members(root.get("Parameters")),
        members(root.get("Mappings")),
        members(root.get("Conditions")),
        declared,
        transforms,
        open_names,
        tuple(errors),
    )


def _transforms(node: Node | None) -> tuple[str, ...]:
    """The names of the macros that are applied to the whole template."""
    found = []
    for item in elements(node) or ((node,) if node is not None else ()):
        name = written(item) or written(members(item).get("Name"))
        if isinstance(item, Function) and item.name != DYNAMIC:
            name = item.name
        if name:
            found.append(name)
    return tuple(found)


def key_place(lines: list[str], place: Place, key: str) -> Place:
    """The place of a key, given that of its member, which begins with it."""
    line = lines[place.line - 1]
    quotes = 2 if line[place.column - 1 : place.column] in ('"', "'") else 0
    end = min(place.column + len(key) + quotes, len(line) + 1)
    return Place(place.file, place.line, place.column, place.line, max(end, place.column))
