"""From which expressions the value at a place comes: locals, variables, arguments of modules.

Only what alone decides the value is followed: `subnets = local.public` comes from that local, and
`concat(local.a, local.b)` from where it stands.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from taskwall.core.values import ModuleCall, Origin, Span
from taskwall.readers.terraform.call_sites import PlacedExpression
from taskwall.readers.terraform.modules import ModuleLoader
from taskwall.readers.terraform.syntax.tree import (
    Access,
    AccessStep,
    Attribute,
    Block,
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
from taskwall.source.stack import NamedDefault, Provenance

_PASSING = KEEPING_FUNCTIONS | {"element", "flatten", "one", "slice", "split"}
"""Functions whose result is right or wrong as that argument is which is no literal."""

GivenPlaces: TypeAlias = Callable[[str], Mapping[str, Span | None]]
"""The variables of a root that are given, by its folder: where, None if that is in no file."""


class ModuleProvenance:
    """Follows values to where they are written, as files are now."""

    def __init__(self, loader: ModuleLoader, given: GivenPlaces) -> None:
        self._loader = loader
        self._given = given
        self._known: dict[str, dict[Span, Block]] = {}

    def trace(self, place: Span, on: Origin) -> tuple[Provenance, ...]:
        """The expressions of `taskwall.source.stack.ProvenanceTrace`."""
        calls = on.called_from
        folders = [_folder(call.place) for call in calls] + [_folder(on.header)]
        start = self._start(place, on)
        if start is None or _folder(place) not in folders:
            return ()
        depth = len(folders) - 1 - folders[::-1].index(_folder(place))
        found = [(place, depth, None), *self._steps(start, depth, folders, calls)]
        outermost = found[-1][1]
        return tuple(
            [
                Provenance(at, tuple([c.place for c in calls[outermost:n]]), default)
                for at, n, default in found
            ]
            if len(found) > 1
            else ()
        )

    def _start(self, place: Span, on: Origin) -> Wanted | None:
        """The expression that alone decides what stands at a place; None if there is none."""
        blocks = self._blocks(_folder(place))
        block = blocks.get(on.header)
        if block is None or not block.place.holds(place):
            block = next((one for one in blocks.values() if one.place.holds(place)), None)
        written = PlacedExpression(block, place) if block else None
        whole = written and written.attribute and not written.conditions and written.parts
        return whole[0] if whole and len(whole) == 1 else None

    def _steps(
        self, wanted: Wanted, depth: int, folders: Sequence[str], calls: Sequence[ModuleCall]
    ) -> Iterator[tuple[Span, int, NamedDefault | None]]:
        """The places behind an expression, each with the number of calls that lead there."""
        for _ in range(MOST_TRACED_STEPS):
            module = self._loader.module(folders[depth])[0]
            leaf = _leaf(wanted)
            if module is None or leaf is None:
                return
            kind, name, path = leaf
            attribute: Attribute | None
            default: NamedDefault | None = None
            names: Mapping[str, Loop] = {}
            if kind == "local":
                attribute = module.locals.get(name)
            else:
                if (variable := module.variables.get(name)) is None:
                    return
                by_header = self._blocks(folders[depth - 1]) if depth else {}
                call = by_header.get(calls[depth - 1].place) if depth else None
                attribute = call.body.attributes.get(name) if call else None
                if call is not None and attribute is not None:
                    depth, names = depth - 1, loops(call)
                else:
                    given = {} if depth else self._given(module.folder)
                    attribute = variable.body.attributes.get("default")
                    if attribute is None or name in given:
                        yield given.get(name) or variable.header, depth, None
                        return
                    default = NamedDefault(f"var.{name}", attribute.place)
            if attribute is None:
                return
            place, wanted = _member(attribute.place, Wanted(attribute.expression, path, names))
            yield place, depth, default

    def _blocks(self, folder: str) -> Mapping[Span, Block]:
        """The resources and calls of a module by their headers."""
        if folder not in self._known:
            module = self._loader.module(folder)[0]
            blocks = (*module.resources.values(), *module.calls.values()) if module else ()
            self._known[folder] = {block.header: block for block in blocks}
        return self._known[folder]


def _folder(place: Span) -> str:
    return os.path.dirname(place.file)


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
        yield from (one for one in parts if not isinstance(one.expression, Literal))


def _member(place: Span, wanted: Wanted) -> tuple[Span, Wanted]:
    """The member of an object that is wanted of it, where it is written there; else the whole."""
    node, path = wanted.expression, wanted.path
    while isinstance(node, ObjectExpression) and path:
        named = [one for one in node.members if key_text(one.key) == path[0]]
        if len(named) != 1:
            break
        place, node, path = named[0].place, named[0].value, path[1:]
    return place, Wanted(node, path, wanted.names)
