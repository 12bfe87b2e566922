"""Which blocks that a count, for_each or `enabled` leaves out are written to use a resource."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain

from taskwall.readers.terraform.modules import Module
from taskwall.readers.terraform.syntax.tree import (
    Access,
    Attr,
    Attribute,
    Body,
    Expression,
    Name,
    Splat,
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


def users_in(module: Module) -> Mapping[str, tuple[str, ...]]:
    """The types of all resources of a module, by what it gives them: none of them is there."""
    gone = {
        address: references(module, address)
        for address, block in module.resources.items()
        if block.type == "resource"
    }
    return users_left_out(module, gone, ())


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


def ids_put_out(module: Module) -> Mapping[str, tuple[str, ...]]:
    """The outputs that are nothing but the id of a resource, by its address in the module.

    Or those of another module that it hands on, by `module.x.y`.
    """
    found: dict[str, list[str]] = {}
    for output, block in module.outputs.items():
        value = block.body.attributes.get("value")
        with suppress(Exception):  # what cannot be read is no id
            names = set(_of_ids(value.expression)) if value else set()
            if len(names) == 1 and "" not in names:
                found.setdefault(names.pop(), []).append(output)
    return {name: tuple(outputs) for name, outputs in found.items()}


def _of_ids(expression: Expression) -> Iterator[str]:
    """Whose ids, and which outputs, an expression takes; "" for whatever else it refers to."""
    pending = [expression]
    while pending:
        node = pending.pop()
        if type(node) is Access:
            every = (step.steps if type(step) is Splat else (step,) for step in node.steps)
            base = node.base.name if type(node.base) is Name else ""
            names = [base, *(step.name for step in chain(*every) if type(step) is Attr)]
            if base == "module":
                yield ".".join(names) if len(names) == 3 else ""
            else:
                yield ".".join(names[:2]) if names[2:] == ["id"] else ""
        pending.extend(children(node))


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
