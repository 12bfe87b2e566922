"""Which blocks that their count or for_each leaves out are written to use a resource."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress

from taskwall.readers.terraform.modules import Module
from taskwall.readers.terraform.syntax.tree import (
    Access,
    Attr,
    Attribute,
    Block,
    Body,
    Expression,
    Name,
    children,
)


def users_left_out(
    module: Module,
    has_instances: Callable[[str], bool],
    calls: Iterable[tuple[Block, Mapping[str, tuple[str, ...]]]],
) -> Mapping[str, tuple[str, ...]]:
    """The types of the resources that have no instance, by what a module gives them.

    Args:
        module: the module.
        has_instances: whether a resource of it has an instance, or may have one, by its address.
        calls: the modules that it calls, with what they leave out by what they are given.
    """
    found: dict[str, set[str]] = {}
    for address, block in module.resources.items():
        if block.type == "resource" and not has_instances(address):
            for name in _in_body(block.body):
                found.setdefault(name, set()).add(block.labels[0])
    for block, inner in calls:
        for argument, attribute in block.body.attributes.items():
            if types := inner.get(f"var.{argument}"):
                for name in _referred(attribute):
                    found.setdefault(name, set()).update(types)
    _hand_on(module, found)
    return {name: tuple(sorted(types)) for name, types in found.items()}


def _hand_on(module: Module, found: dict[str, set[str]]) -> None:
    """Count what refers to a local value as what refers to all that this refers to."""
    within: dict[str, tuple[str, ...]] = {}
    pending = [name for name in found if name.startswith("local.")]
    while pending:
        name = pending.pop()
        local = module.locals.get(name.removeprefix("local."))
        if name not in within:
            within[name] = tuple(_referred(local)) if local is not None else ()
        for inner in within[name]:
            types = found.setdefault(inner, set())
            if not found[name] <= types:
                types |= found[name]
                if inner.startswith("local."):
                    pending.append(inner)


def _in_body(body: Body) -> Iterator[str]:
    """What a body refers to."""
    for attribute in body.attributes.values():
        yield from _referred(attribute)
    for block in body.blocks:
        yield from _in_body(block.body)


def _referred(attribute: Attribute) -> set[str]:
    """What an attribute refers to. What cannot be read refers to nothing."""
    with suppress(Exception):
        return set(_names(attribute.expression))
    return set()


def _names(node: Expression) -> Iterator[str]:
    if type(node) is Access and type(node.base) is Name and type(node.steps[0]) is Attr:
        yield f"{node.base.name}.{node.steps[0].name}"
    for each in children(node):
        yield from _names(each)
