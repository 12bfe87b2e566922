"""Which blocks that a count, for_each or `enabled` leaves out are written to use a resource."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

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

_SWITCHES = frozenset(("count", "for_each"))


def may_be_left_out(module: Module) -> tuple[str, ...]:
    """The addresses of the resources with a count, a for_each, or OpenTofu's `enabled`."""
    return tuple(
        address
        for address, block in module.resources.items()
        if block.type == "resource"
        and (not _SWITCHES.isdisjoint(block.body.attributes) or block.body.enabled() is not None)
    )


def users_left_out(
    module: Module,
    gone: Mapping[str, Iterable[str]],
    calls: Iterable[tuple[str, Mapping[str, tuple[str, ...]]]],
) -> Mapping[str, tuple[str, ...]]:
    """The types of the resources that have no instance, by what a module gives them.

    Args:
        module: the module.
        gone: what its resources without an instance refer to, by their addresses.
        calls: the names of the calls in it, with what these leave out by what they are given.
    """
    found: dict[str, set[str]] = {}
    for address, names in gone.items():
        for name in names:
            found.setdefault(name, set()).add(address.partition(".")[0])
    for call, inner in calls:
        arguments = module.calls[call].body.attributes
        for name, types in inner.items():
            kind, _, variable = name.partition(".")
            if kind == "var" and variable in arguments:
                for given in _referred(arguments[variable]):
                    found.setdefault(given, set()).update(types)
    _hand_on(module.locals, found)
    return {name: tuple(sorted(types)) for name, types in found.items()}


def _hand_on(local_values: Mapping[str, Attribute], found: dict[str, set[str]]) -> None:
    """Count what refers to a local value as what refers to all that this refers to."""
    pending = list(found)
    while pending:
        name = pending.pop()
        attribute = local_values.get(name.removeprefix("local."))
        for inner in _referred(attribute) if attribute else ():
            types = found.setdefault(inner, set())
            if not found[name] <= types:
                types |= found[name]
                pending.append(inner)


def outputs_of(module: Module, name: str) -> Iterator[str]:
    """The outputs by which a module hands on what has a name in it."""
    for output, block in module.outputs.items():
        found = {each: {output} for each in named_in(block.body)}
        _hand_on(module.locals, found)
        if name in found:
            yield output


def references(module: Module, address: str) -> frozenset[str]:
    """What a resource of a module refers to: `aws_x.y`, `local.x`, `var.x`, `module.x.y`."""
    found = module.references.get(address)
    if found is None:
        found = module.references[address] = named_in(module.resources[address].body)
    return found


def named_in(body: Body) -> frozenset[str]:
    """What a body refers to, looked at now."""
    inner = (named_in(block.body) for block in body.blocks)
    return frozenset().union(*map(_referred, body.attributes.values()), *inner)


def _referred(attribute: Attribute) -> set[str]:
    """What an attribute refers to. What cannot be read refers to nothing."""
    with suppress(Exception):
        return set(_names(attribute.expression))
    return set()


def _names(expression: Expression) -> Iterator[str]:
    pending = [expression]
    while pending:
        node = pending.pop()
        if type(node) is Access and type(node.base) is Name and type(node.steps[0]) is Attr:
            of_module = node.base.name == "module"
            steps = [step.name for step in node.steps if type(step) is Attr][: 1 + of_module]
            yield ".".join((node.base.name, *steps))
        pending.extend(children(node))
