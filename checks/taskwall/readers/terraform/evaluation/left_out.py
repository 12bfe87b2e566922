"""Which blocks that their count or for_each leaves out are written to use a resource."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress

from msgspec import Struct

from taskwall.readers.terraform.modules import Module
from taskwall.readers.terraform.syntax.tree import (
    Access,
    Attr,
    Attribute,
    Body,
    Expression,
    Name,
    children,
)


class WrittenUses(Struct, frozen=True):
    """What a module refers to.

    `of` says it by what refers to it: `aws_x.y`, `local.x`, `module.x.argument`. `counted` are the
    resources with a count or for_each.
    """

    of: Mapping[str, Collection[str]]
    counted: tuple[str, ...]


def written_uses(module: Module) -> WrittenUses:
    """What the resources, the local values and the calls of a module refer to."""
    made = {name: each for name, each in module.resources.items() if each.type == "resource"}
    found: dict[str, Collection[str]] = {
        address: set(_in_body(block.body)) for address, block in made.items()
    }
    for name, attribute in module.locals.items():
        found[f"local.{name}"] = _referred(attribute)
    for name, block in module.calls.items():
        for argument, attribute in block.body.attributes.items():
            found[f"module.{name}.{argument}"] = _referred(attribute)
    counts = {"count", "for_each"}
    counted = (name for name, each in made.items() if counts & each.body.attributes.keys())
    return WrittenUses(found, tuple(counted))


def users_left_out(
    module: Module,
    uses: WrittenUses,
    gone: Iterable[str],
    calls: Iterable[tuple[str, Mapping[str, tuple[str, ...]]]],
) -> Mapping[str, tuple[str, ...]]:
    """The types of the resources that have no instance, by what a module gives them.

    Args:
        module: the module.
        uses: what is referred to in it.
        gone: the addresses of its resources without an instance.
        calls: the names of the calls in it, with what these leave out by what they are given.
    """
    found: dict[str, set[str]] = {}
    for address in gone:
        for name in uses.of[address]:
            found.setdefault(name, set()).add(module.resources[address].labels[0])
    for call, inner in calls:
        for variable, types in inner.items():
            argument = variable.removeprefix("var.")
            given = uses.of.get(f"module.{call}.{argument}", ()) if argument != variable else ()
            for name in given:
                found.setdefault(name, set()).update(types)
    _hand_on(uses, found)
    return {name: tuple(sorted(types)) for name, types in found.items()}


def _hand_on(uses: WrittenUses, found: dict[str, set[str]]) -> None:
    """Count what refers to a local value as what refers to all that this refers to."""
    pending = [name for name in found if name.startswith("local.")]
    while pending:
        name = pending.pop()
        for inner in uses.of.get(name, ()):
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
