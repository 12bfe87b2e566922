"""Where users change what a downloaded module writes: at the call of it.

That is the argument that brings the value: the one in which the value is written, else the one on
which the expression rests, from call to call up to the first file that users edit. Where there is
none, or it is not sure which, it is the call as a whole.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from taskwall.core.loop_places import iteration, where_written, without_element
from taskwall.core.values import Fields, Items, ModuleCall, Reference, Span, Text, Value
from taskwall.readers.terraform.modules import Module, ModuleLoader
from taskwall.readers.terraform.syntax.tree import (
    Access,
    Attribute,
    Block,
    Body,
    Conditional,
    Expression,
    For,
    FunctionCall,
    Name,
    ObjectExpression,
    Tuple,
    children,
)
from taskwall.readers.terraform.variable_trace import (
    ANY_ELEMENT,
    Loop,
    ValuePath,
    Wanted,
    for_names,
    key_text,
    loops,
    traced_variables,
)
from taskwall.source.resource import Resource


class ModuleBlocks:
    """Modules by their folders, and their resources and calls by their headers, as files are now.

    `units` are the calls that are written in other files than Terraform's.
    """

    def __init__(self, loader: ModuleLoader, units: Mapping[str, Module]) -> None:
        self._loader = loader
        self._units = units
        self._modules: dict[str, Module | None] = {}
        self._blocks: dict[str, dict[Span, Block]] = {}

    def key(self, file: str) -> str:
        """What tells the module apart that a file is part of."""
        return file if file in self._units else os.path.dirname(file)

    def module(self, file: str) -> Module | None:
        """The module that a file is part of."""
        key = self.key(file)
        if key not in self._modules:
            self._modules[key] = self._units.get(key) or self._loader.module(key)[0]
        return self._modules[key]

    def blocks(self, file: str) -> Mapping[Span, Block]:
        """The blocks of the module that a file is part of."""
        key = self.key(file)
        if key not in self._blocks:
            module = self.module(file)
            blocks = (*module.resources.values(), *module.calls.values()) if module else ()
            self._blocks[key] = {block.header: block for block in blocks}
        return self._blocks[key]

    def block(self, header: Span) -> Block | None:
        """The block of a resource or a call."""
        return self.blocks(header.file).get(header)


class CallSites:
    """Leads from places in downloaded modules to the calls of them."""

    def __init__(self, blocks: ModuleBlocks) -> None:
        self._blocks = blocks

    def place(self, resource: Resource, place: Span) -> Span:
        """Where users change what stands at a place of a resource."""
        calls = resource.origin.called_from
        first = next((index for index, call in enumerate(calls) if call.downloaded), None)
        if first is None:
            return place
        module = self._blocks.module(resource.place.file)
        call = self._blocks.block(calls[first].place)
        block = self._blocks.block(resource.origin.header)
        if module is None or block is None or call is None:
            return calls[first].place
        written = PlacedExpression(block.body, loops(block), place)
        inside = [one for one in _origins(resource, place, written) if call.place.holds(one)]
        arguments = call.body.attributes.values()
        found = [one for one in arguments if any(map(one.place.holds, inside))]
        if written.attribute and found:
            return _narrowed(found[0], inside) if len(found) == 1 else call.header
        rested = self._rested_on(calls[first:], module, written)
        if len(rested) != 1:
            return call.header
        ((name, paths),) = rested.items()
        argument, keys = call.body.attributes[name], _instance_keys(resource.origin.address)
        reached = {part_at(argument.place, argument.expression, path, keys) for path in paths}
        return _narrowed(argument, inside) if inside or len(reached) > 1 else reached.pop()

    def _rested_on(
        self, calls: Sequence[ModuleCall], module: Module, written: "PlacedExpression"
    ) -> dict[str, list[ValuePath]]:
        """The arguments of the first call on which rests what is written, and the parts of each.

        Where that is no variable's value, it is what chooses what the module writes.
        """
        wanted, inner = written.parts, module
        decisive = bool(traced_variables(wanted, module, decisive=True))
        if not decisive:
            wanted = [*wanted, *written.conditions]
        found: dict[str, list[ValuePath]] = {}
        for call in reversed(calls):
            block = self._blocks.block(call.place)
            outer = self._blocks.module(call.place.file)
            if block is None or outer is None:
                return {}
            given, names = block.body.attributes, loops(block)
            parts = traced_variables(wanted, inner, decisive=decisive)
            found = {name: paths for name, paths in parts.items() if name in given}
            wanted = [
                Wanted(given[name].expression, path, names)
                for name, paths in found.items()
                for path in paths
            ]
            inner = outer
        return found


class PlacedExpression:
    """What of a body decides what stands at a place.

    `attribute` is the one that the place is of or in, if it is one. `parts` decide its value, and
    `conditions` choose it; without an attribute, they decide how often there is what is there.
    """

    def __init__(self, body: Body, names: Mapping[str, Loop], place: Span) -> None:
        """`names` are those of the loops that the body is in."""
        self.attribute: Attribute | None = None
        self.parts: list[Wanted] = []
        self.conditions: list[Wanted] = []
        over = names["each"].over if "each" in names else _counted(names)
        more = True
        while more and self.attribute is None:
            written = body.attributes.values()
            self.attribute = next((one for one in written if one.place.holds(place)), None)
            inner = next((one for one in body.blocks if one.place.holds(place)), None)
            more = inner is not None
            if inner is not None:
                body, over = inner.body, None
                if inner.type == "dynamic" and "for_each" in body.attributes:
                    over = Wanted(body.attributes["for_each"].expression, (), names)
                    names = {**names, _iterator(inner): Loop(over, "block")}
                    body = next((one.body for one in body.blocks_of("content")), body)
        if self.attribute is not None:
            over = self._within(Wanted(self.attribute.expression, (), names), place)
        if over is not None:
            self.parts.append(over)

    def _within(self, wanted: Wanted, place: Span) -> Wanted:
        """The smallest part of an expression that holds a place; what chooses it is noted."""
        node, names = wanted.expression, wanted.names
        if isinstance(node, Access):
            return wanted  # what it begins with has the same place, and is another thing
        parts = written_members(node) or [(child.place, child) for child in children(node)]
        inner = next((part for at, part in parts if at.holds(place)), None)
        if inner is None:
            return wanted
        if isinstance(node, For) and inner is node.result:
            names = for_names(node, names)
        elif isinstance(node, Conditional) and inner is not node.condition:
            self.conditions.append(Wanted(node.condition, (), names))
        return self._within(Wanted(inner, (), names), place)


def _counted(names: Mapping[str, Loop]) -> Wanted | None:
    """The list of whose elements there is one resource each, by its length as `count`."""
    pending = [names["count"].over.expression] if "count" in names else []
    while pending:
        node = pending.pop()
        if isinstance(node, Conditional):
            pending += (node.otherwise, node.then)
        elif isinstance(node, FunctionCall) and node.name == "length" and node.arguments:
            return Wanted(node.arguments[0], (), names)
    return None


def _iterator(dynamic: Block) -> str:
    """The name by which a `dynamic` block speaks of its elements."""
    attribute = dynamic.body.attributes.get("iterator")
    named = attribute.expression if attribute else None
    return named.name if isinstance(named, Name) else dynamic.labels[0] if dynamic.labels else ""


def written_members(node: Expression) -> list[tuple[Span, Expression]]:
    """The members of a list or an object, each with its place."""
    if isinstance(node, ObjectExpression):
        return [(member.place, member.value) for member in node.members]
    return [(item.place, item) for item in node.items] if isinstance(node, Tuple) else []


def _origins(resource: Resource, place: Span, written: PlacedExpression) -> list[Span]:
    """Where the parts of what stands at a place of a resource are written."""
    values = list(_standing(resource.body, place))
    if not values and written.attribute is None:
        values = [resource.body]
    return [one for value in values for one in _places(value)]


def _standing(value: Value, place: Span) -> Iterator[Value]:
    """The values that stand at a place: several where a loop makes what is written there once."""
    if _is_at(value.place, place):
        yield value
    elif isinstance(value, Fields):
        for key, inner in value.fields.items():
            if _is_at(value.places.get(key), place):
                yield inner
            else:
                yield from _standing(inner, place)
    elif isinstance(value, Items):
        for inner in (*value.items, *value.rest):
            yield from _standing(inner, place)


def _is_at(one: Span | None, place: Span) -> bool:
    """Whether this is the place, for the same element of a loop."""
    if one is None or without_element(one) != without_element(place):
        return False
    loop, other = iteration(one), iteration(place)
    return loop is None or other is None or loop == other


def _places(value: Value) -> Iterator[Span]:
    """The places of a value and of all that is in it."""
    if value.place is not None:
        yield where_written(value.place)
    parts: Iterable[Value] = ()
    if isinstance(value, Fields):
        parts = value.fields.values()
    elif isinstance(value, Items):
        parts = (*value.items, *value.rest)
    elif isinstance(value, Text):
        parts = (part for part in value.parts if not isinstance(part, str))
    elif isinstance(value, Reference) and value.value is not None:
        parts = (value.value,)
    for part in parts:
        yield from _places(part)


def _instance_keys(address: str) -> frozenset[str]:
    """The keys of `for_each` in the address of a resource."""
    return frozenset(re.findall(r'\["([^"]*)"\]', address))


def part_at(
    place: Span, node: Expression, path: ValuePath, instances: frozenset[str] = frozenset()
) -> Span:
    """The part of an expression to which a path leads, as far as it is written there.

    Args:
        place: what stands for all of it.
        node: the expression.
        path: the keys that lead to the part.
        instances: the keys of a loop that goes through members of an object; it is one of these.
    """
    for step in path:
        members = node.members if isinstance(node, ObjectExpression) else ()
        if step == ANY_ELEMENT:
            named = [one for one in members if key_text(one.key) in instances] or [*members]
        else:
            named = [one for one in members if key_text(one.key) == step]
        if len(named) != 1:
            break
        place, node = named[0].place, named[0].value
    return place


def _narrowed(argument: Attribute, origins: Iterable[Span]) -> Span:
    """The smallest element in an argument that holds all origins in it; else the argument."""
    inside = [one for one in origins if argument.place.holds(one)]
    place, pending = argument.place, [argument.expression]
    while inside and pending:
        node = pending.pop()
        members = written_members(node)
        held = [part for part in members if all(map(part[0].holds, inside))]
        if held:
            place, node = held[0]
            pending = [node]
        elif not members:
            pending += children(node)
    return place
