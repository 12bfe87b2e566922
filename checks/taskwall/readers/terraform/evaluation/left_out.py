"""Which blocks that their count or for_each leaves out are written to use a resource."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from taskwall.readers.terraform.modules import Module
from taskwall.readers.terraform.syntax.tree import (
    Access,
    Attr,
    Body,
    Expression,
    Name,
    children,
)


def users_left_out(
    module: Module, has_instances: Callable[[str], bool]
) -> Mapping[str, tuple[str, ...]]:
    """The types of the resources of a module that have no instance, by what they refer to.

    Args:
        module: the module.
        has_instances: whether a resource of it has an instance, or may have one, by its address.
    """
    found: dict[str, set[str]] = {}
    for address, block in module.resources.items():
        multiplied = not {"count", "for_each"}.isdisjoint(block.body.attributes)
        if multiplied and block.type == "resource" and not has_instances(address):
            for name in _referred(block.body):
                found.setdefault(name, set()).add(block.labels[0])
    return {name: tuple(sorted(types)) for name, types in found.items()}


def _referred(body: Body) -> Iterator[str]:
    """The addresses of what is referred to in a body. What cannot be read refers to nothing."""
    for attribute in body.attributes.values():
        with suppress(Exception):
            yield from list(_names(attribute.expression))
    for block in body.blocks:
        yield from _referred(block.body)


def _names(node: Expression) -> Iterator[str]:
    if type(node) is Access and type(node.base) is Name and type(node.steps[0]) is Attr:
        yield f"{node.base.name}.{node.steps[0].name}"
    for each in children(node):
        yield from _names(each)
