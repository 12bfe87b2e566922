"""From which expressions the value at a place comes: locals, variables, arguments of modules.

Only what alone decides the value is followed: `subnets = local.public` comes from that local, and
`concat(local.a, local.b)` from where it stands.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from taskwall.core.values import ModuleCall, Origin, Span
from taskwall.readers.terraform.call_sites import ModuleBlocks, PlacedExpression
from taskwall.readers.terraform.syntax.tree import (
    Access,
    AccessStep,
    Attribute,
    Block,
    Body,
    Conditional,
    Expression,
    For,
    FunctionCall,
    Index,
    Literal,
    Name,
    ObjectExpression,
    TemplateExpression,
    Tuple,
)
from taskwall.readers.terraform.variable_trace import (
    KEEPING_FUNCTIONS,
    MOST_TRACED_STEPS,
    Loop,
    ValuePath,
    Wanted,
    argument_parts,
    for_names,
    key_text,
    keys,
    loops,
)
from taskwall.source.provenance import TracedPlace, provenance
from taskwall.source.stack import NamedDefault, Provenance

_PASSING = KEEPING_FUNCTIONS | {"element", "flatten", "jsonencode", "one", "slice", "split"}
"""Functions whose result is right or wrong as that argument is which is no literal."""

GivenPlaces: TypeAlias = Callable[[str], Mapping[str, Span | None]]
"""The variables of a root that are given, by its folder: where, None if that is in no file."""


class ModuleProvenance:
    """Follows values to where they are written, as files are now."""

    def __init__(self, blocks: ModuleBlocks, given: GivenPlaces) -> None:
        self._blocks = blocks
        self._given = given

    def trace(self, place: Span, on: Origin) -> tuple[Provenance, ...]:
        """The expressions of `taskwall.source.stack.ProvenanceTrace`."""
        calls = on.called_from
        files = [*(call.place.file for call in calls), on.header.file]
        modules = list(map(self._blocks.key, files))
        start = self._start(place, on)
        if start is None or self._blocks.key(place.file) not in modules:
            return ()
        depth = len(files) - 1 - modules[::-1].index(self._blocks.key(place.file))
        steps = self._steps(start, depth, files, calls)
        return provenance([TracedPlace(place, depth), *steps], calls)

    def _start(self, place: Span, on: Origin) -> Wanted | None:
        """The expression that alone decides what stands at a place; None if there is none."""
        module, blocks = self._blocks.module(place.file), self._blocks.blocks(place.file)
        block = blocks.get(on.header)
        if block is None or not block.place.holds(place):
            every = (*blocks.values(), *module.variables.values()) if module else ()
            block = next((one for one in every if one.place.holds(place)), None)
        body, names = (block.body, loops(block)) if block else (Body({}, ()), {})
        if block is None and module is not None:
            body = Body(module.locals, ())
        written = PlacedExpression(body, names, place)
        whole = written.attribute and not written.conditions and written.parts
        return whole[0] if whole and len(whole) == 1 else None

    def _steps(
        self, wanted: Wanted, depth: int, files: Sequence[str], calls: Sequence[ModuleCall]
    ) -> Iterator[TracedPlace]:
        """The places behind an expression."""
        for _ in range(MOST_TRACED_STEPS):
            module = self._blocks.module(files[depth])
            leaf = _leaf(wanted)
            if module is None or leaf is None:
                return
            kind, name, path = leaf
            attribute: Attribute | None
            default: NamedDefault | None = None
            names: Mapping[str, Loop] = {}
            inside = depth
            if kind == "local":
                attribute = module.locals.get(name)
            else:
                if (variable := module.variables.get(name)) is None:
                    return
                call = self._blocks.block(calls[depth - 1].place) if depth else None
                attribute = call.body.attributes.get(name) if call else None
                if call is not None and attribute is not None:
                    depth, names = depth - 1, loops(call)
                else:
                    given = {} if depth else self._given(module.folder)
                    attribute = variable.body.attributes.get("default")
                    if attribute is None or name in given:
                        default = None if name in given else _default_in_type(variable, path)
                        place = default.place if default else given.get(name) or variable.header
                        yield TracedPlace(place, depth, default)
                        return
                    default = NamedDefault(f"var.{name}", attribute.place)
            if attribute is None:
                return
            place, wanted = _member(attribute.place, Wanted(attribute.expression, path, names))
            argument = depth < inside and _is_written_out(wanted.expression)
            yield TracedPlace(place, depth, default, argument)


def _default_in_type(variable: Block, path: ValuePath) -> NamedDefault | None:
    """The default that the type of a variable gives to an attribute of it, as `optional` does."""
    attribute = variable.body.attributes.get("type")
    node = attribute.expression if attribute else None
    found: Span | None = None
    for key in path:
        if isinstance(node, FunctionCall) and node.name == "optional" and node.arguments:
            node = node.arguments[0]
        if not isinstance(node, FunctionCall) or node.name != "object" or not node.arguments:
            break
        members = node.arguments[0]
        written = members.members if isinstance(members, ObjectExpression) else ()
        entry = next((one for one in written if key_text(one.key) == key), None)
        if entry is None:
            break
        node = entry.value
        if isinstance(node, FunctionCall) and node.name == "optional" and len(node.arguments) > 1:
            found = entry.place
    name = ".".join((variable.labels[0], *path))
    return NamedDefault(f"var.{name}", found) if found else None


def _is_written_out(node: Expression) -> bool:
    """Whether an expression writes a value, or part of it, and does not only refer to one."""
    if isinstance(node, Tuple):
        return any(map(_is_written_out, node.items))
    if isinstance(node, ObjectExpression):
        return any(_is_written_out(member.value) for member in node.members)
    if isinstance(node, TemplateExpression):
        return any(isinstance(part, str) for part in node.parts)
    if isinstance(node, Conditional):
        return _is_written_out(node.then) or _is_written_out(node.otherwise)
    if isinstance(node, FunctionCall) and node.name in _PASSING:
        passing = [one for one in node.arguments if not isinstance(one, Literal)]
        return not passing or any(map(_is_written_out, passing))
    return isinstance(node, Literal | FunctionCall)


def _leaf(wanted: Wanted) -> tuple[str, str, ValuePath] | None:
    """The variable or local that alone decides an expression, and which part of it does."""
    for _ in range(MOST_TRACED_STEPS):
        node, path, names = wanted.expression, wanted.path, wanted.names
        if isinstance(node, Access | Name):
            base, steps = (node.base, node.steps) if isinstance(node, Access) else (node, ())
            if not isinstance(base, Name) or not all(map(_is_fixed, steps)):
                return None
            path = (*keys(steps), *path)
            if (loop := names.get(base.name)) is None:
                known = base.name in ("var", "local") and path
                return (base.name, path[0], path[1:]) if known else None
            if loop.kind != "value":
                return None
            wanted = loop.part(path)
        else:
            parts = list(_parts(node, path, names))
            if len(parts) != 1:
                return None
            wanted = parts[0]
    return None


def _is_fixed(step: AccessStep) -> bool:
    return not isinstance(step, Index) or isinstance(step.key, Literal)


def _parts(node: Expression, path: ValuePath, names: Mapping[str, Loop]) -> Iterator[Wanted]:
    """What decides an expression; none if it is decided where it stands."""
    if isinstance(node, Tuple):
        yield from (Wanted(item, path[1:], names) for item in node.items)
    elif isinstance(node, TemplateExpression):
        yield from (Wanted(one, path, names) for one in node.parts if not isinstance(one, str))
        yield from (Wanted(node) for one in node.parts if isinstance(one, str))
    elif isinstance(node, For):
        if node.condition is None and node.result_key is None:
            yield Wanted(node.result, path[1:], for_names(node, names))
    elif isinstance(node, FunctionCall) and node.name in _PASSING:
        parts = argument_parts(node, path, names)
        yield from (one for one in parts if not _says_nothing(one))


def _says_nothing(wanted: Wanted) -> bool:
    """Whether an argument has no part in what is wanted: a literal, or an object without it."""
    node, path = wanted.expression, wanted.path
    if isinstance(node, ObjectExpression) and path:
        names = [key_text(member.key) for member in node.members]
        return None not in names and path[0] not in names
    return isinstance(node, Literal)


def _member(place: Span, wanted: Wanted) -> tuple[Span, Wanted]:
    """The member of an object that is wanted of it, where it is written there; else the whole."""
    node, path = wanted.expression, wanted.path
    while isinstance(node, ObjectExpression) and path:
        named = [one for one in node.members if key_text(one.key) == path[0]]
        if len(named) != 1:
            break
        place, node, path = named[0].place, named[0].value, path[1:]
    return place, Wanted(node, path, wanted.names)
