"""Which blocks that their count or for_each leaves out are written to use a resource."""

from contextlib import suppress

from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.syntax.tree import (
    Access,
    Attr,
    Block,
    Body,
    Expression,
    Name,
    children,
)


def blocks_left_out(resource: Block, scope: ModuleContext) -> tuple[str, ...]:
    """The types of the resources of a module that have no instance, and refer to a resource."""
    kind, name = resource.labels
    found = {
        block.labels[0]
        for address, block in scope.module.resources.items()
        if block.type == "resource"
        and not {"count", "for_each"}.isdisjoint(block.body.attributes)
        and not scope.has_instances(address)
        and _refers(block.body, kind, name)
    }
    return tuple(sorted(found))


def _refers(body: Body, kind: str, name: str) -> bool:
    """Whether anything in a body refers to a resource. What cannot be read does not."""
    for attribute in body.attributes.values():
        with suppress(Exception):
            if _names(attribute.expression, kind, name):
                return True
    return any(_refers(block.body, kind, name) for block in body.blocks)


def _names(node: Expression, kind: str, name: str) -> bool:
    if type(node) is Access and type(node.base) is Name and node.base.name == kind:
        first = node.steps[0]
        if type(first) is Attr and first.name == name:
            return True
    return any(_names(each, kind, name) for each in children(node))
