"""What makes more of a template before it is deployed, and is not there to be read."""

from collections.abc import Iterator
from typing import Final

from taskwall.readers.cloudformation.document import (
    IntrinsicCall,
    Node,
    TemplateFile,
    elements,
    literal_text,
    members,
)
from taskwall.source.stack import AbsentSource

PACKAGED: Final = {"Modules": "aws cloudformation package", "Rain": "rain pkg"}
"""The sections of a template that only a tool knows, and the command that expands them."""

TRANSFORM: Final = "Fn::Transform"

_PROCESSED: Final = "aws cloudformation get-template --template-stage Processed"


def is_module(kind: str) -> bool:
    """Whether a resource's type is a module of CloudFormation's registry."""
    return kind.endswith("::MODULE")


def is_of_aws(macro: str) -> bool:
    """Whether a macro is one of those that AWS hosts."""
    return macro.startswith("AWS::")


def unexpanded(unit: TemplateFile) -> Iterator[AbsentSource]:
    """The macros of others that may change a template, and the modules in it."""
    sections = members(unit.root)
    whole = sections.get("Transform")
    macros = [*(elements(whole) or (whole,))]
    if "Transform" in unit.text:
        macros += _transforms_below(unit.root)
    for name, resource in members(sections.get("Resources")).items():
        kind = literal_text(members(resource).get("Type")) or ""
        if is_module(kind) and (place := resource.place):
            yield AbsentSource("module", name, kind, None, place, _scanned(_PROCESSED))
    for macro in macros:
        name = literal_text(macro) or literal_text(members(macro).get("Name")) or ""
        if name and not is_of_aws(name) and macro is not None and (place := macro.place):
            yield AbsentSource("macro", "Transform", name, None, place, _scanned(_PROCESSED))
    for key, command in PACKAGED.items():
        if (section := sections.get(key)) is not None and (place := section.place):
            yield AbsentSource("module", key, "", None, place, _scanned(command))


def _transforms_below(node: Node | None) -> Iterator[Node]:
    """What every `Fn::Transform` in a node says, however it is written."""
    if isinstance(node, IntrinsicCall):
        if node.name == TRANSFORM:
            yield node.argument
        yield from _transforms_below(node.argument)
        return
    fields = members(node)
    if (transform := fields.get(TRANSFORM)) is not None:
        yield transform
    for below in (*fields.values(), *elements(node)):
        yield from _transforms_below(below)


def _scanned(command: str) -> str:
    return f"scan what {command} writes"
