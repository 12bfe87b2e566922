"""From which variables of a module an expression takes its value, by its text alone."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct

from taskwall.readers.terraform.modules import Module
from taskwall.readers.terraform.syntax.tree import (
    Access,
    AccessStep,
    Attr,
    Block,
    Conditional,
    Expression,
    For,
    FunctionCall,
    Index,
    Literal,
    Name,
    ObjectExpression,
    Tuple,
    children,
)

ValuePath: TypeAlias = tuple[str, ...]
"""Which part of a value is wanted: by keys, or `ANY_ELEMENT`, or `ANY_KEY` of its elements."""

ANY_ELEMENT = "*"
ANY_KEY = "* key"

MOST_TRACED_STEPS = 10_000
"""So many parts of expressions are gone through at most."""

KEEPING_FUNCTIONS = frozenset(
    {
        "coalesce",
        "coalescelist",
        "compact",
        "concat",
        "defaults",
        "distinct",
        "merge",
        "nonsensitive",
        "reverse",
        "sensitive",
        "setunion",
        "sort",
        "tolist",
        "tomap",
        "toset",
        "try",
        "values",
    }
)
"""Functions whose result has the parts of their arguments."""


class Wanted(Struct, frozen=True):
    """A part of an expression's value; `names` are those of loops that the expression is in."""

    expression: Expression
    path: ValuePath = ()
    names: "Mapping[str, Loop]" = {}


class Loop(Struct, frozen=True):
    """What a name goes over.

    `kind` is "value" or "key" for the variables of a `for` expression, "block" for `each`, `count`
    and the names of `dynamic` blocks, which have both as attributes.
    """

    over: Wanted
    kind: str

    def part(self, path: ValuePath) -> Wanted:
        """What is wanted of the collection, where a part of the name is."""
        kind = self.kind
        if kind == "block":
            kind, path = path[0] if path else "value", path[1:]
        wanted = {"value": (ANY_ELEMENT, *path), "key": (ANY_KEY,)}.get(kind, ())
        return Wanted(self.over.expression, wanted, self.over.names)


def loops(block: Block) -> dict[str, Loop]:
    """What `each` and `count` go over in a block."""
    attributes = block.body.attributes
    names = {"each": "for_each", "count": "count"}
    return {
        name: Loop(Wanted(attributes[made].expression), "block")
        for name, made in names.items()
        if made in attributes
    }


def for_names(node: For, names: Mapping[str, Loop]) -> Mapping[str, Loop]:
    """The names of loops within the result of a `for` expression."""
    over = Wanted(node.collection, (), names)
    key = {} if node.key is None else {node.key: Loop(over, "key")}
    return {**names, **key, node.value: Loop(over, "value")}


def takes_element(wanted: Wanted) -> bool:
    """Whether an expression takes anything of the element that its block is made for.

    Its key may find something in another collection, which is what is written for all elements
    there. If it cannot be told within `MOST_TRACED_STEPS`, it may.
    """
    pending = [(wanted.expression, wanted.names)]
    for _ in range(MOST_TRACED_STEPS):
        if not pending:
            return False
        node, names = pending.pop()
        loop = names.get(node.name) if isinstance(node, Name) else None
        if loop is None:
            aside = _looked_up_by_key(node, names)
            pending += ((child, names) for child in children(node) if child not in aside)
        elif loop.kind == "block":
            return True
        else:
            pending.append((loop.over.expression, loop.over.names))
    return True


def _looked_up_by_key(node: Expression, names: Mapping[str, Loop]) -> list[Expression]:
    """The keys in an access that only find something in a collection which no element is of."""
    if not isinstance(node, Access) or not isinstance(node.base, Name):
        return []
    keys_ = [step.key for step in node.steps if isinstance(step, Index)]
    return [
        key
        for key in keys_
        if isinstance(key, Access)
        and isinstance(key.base, Name)
        and key.steps == (Attr("key"),)
        and (loop := names.get(key.base.name)) is not None
        and loop.kind == "block"
        and not _mentions(loop.over.expression, node.base.name, node.steps[0])
    ]


def _mentions(node: Expression, base: str, step: AccessStep) -> bool:
    """Whether an expression takes a variable or a local: `local` and `.services`."""
    pending = [node]
    for each in pending:
        if isinstance(each, Access) and each.steps[0] == step and _is_named(each.base, base):
            return True
        pending += children(each)
    return False


def _is_named(node: Expression, name: str) -> bool:
    return isinstance(node, Name) and node.name == name


def element_path(wanted: Wanted) -> ValuePath:
    """The keys by which an expression takes a part of its block's element, if it does only that."""
    node = wanted.expression
    if isinstance(node, Access) and isinstance(node.base, Name):
        loop = wanted.names.get(node.base.name)
        if loop is not None and loop.kind == "block":
            return tuple(keys(node.steps))[1:]
    return ()


def traced_variables(
    wanted: Iterable[Wanted], module: Module, *, decisive: bool
) -> dict[str, list[ValuePath]]:
    """The variables on which parts of expressions rest, and the parts of each.

    Args:
        wanted: the parts.
        module: where they are written.
        decisive: whether to leave out what only chooses: conditions, indices, and collections
            of which nothing is taken but how many elements they have.
    """
    found: dict[str, list[ValuePath]] = {}
    seen: set[ValuePath] = set()
    pending = list(wanted)
    for _ in range(MOST_TRACED_STEPS):
        if not pending:
            break
        part = pending.pop()
        node, names = part.expression, part.names
        if not decisive:
            pending += (Wanted(choice, (), names) for choice in _choices(node))
        if isinstance(node, Access | Name):
            base = node.base if isinstance(node, Access) else node
            steps = node.steps if isinstance(node, Access) else ()
            path = (*keys(steps), *part.path)
            if not isinstance(base, Name):
                pending.append(Wanted(base, path, names))
            elif base.name in names:
                pending.append(names[base.name].part(path))
            elif base.name == "var" and path:
                known = found.setdefault(path[0], [])
                if path[1:] not in known:
                    known.append(path[1:])
            elif base.name == "local" and path and path not in seen:
                seen.add(path)
                if (written := module.locals.get(path[0])) is not None:
                    pending.append(Wanted(written.expression, path[1:]))
        else:
            pending += _parts(part)
    return found


def keys(steps: Iterable[AccessStep]) -> Iterator[str]:
    """The keys that steps name."""
    for step in steps:
        if isinstance(step, Attr):
            yield step.name
        elif isinstance(step, Index):
            yield key_text(step.key) or ANY_ELEMENT
        else:
            yield ANY_ELEMENT
            yield from keys(step.steps)


def key_text(node: Expression) -> str | None:
    """The text that an expression writes, if it is one."""
    data = node.value.data if isinstance(node, Literal) else None
    return data if isinstance(data, str) else None


def _choices(node: Expression) -> Iterator[Expression]:
    """What in an expression only chooses."""
    if isinstance(node, Conditional):
        yield node.condition
    elif isinstance(node, For):
        yield node.collection
        if node.condition is not None:
            yield node.condition
    elif isinstance(node, Access):
        yield from (step.key for step in node.steps if isinstance(step, Index))


def _parts(wanted: Wanted) -> Iterator[Wanted]:
    """The parts in an expression, no reference, that decide a part of its value."""
    node, path, names = wanted.expression, wanted.path, wanted.names
    rest = path[1:]
    if isinstance(node, Conditional):
        yield from (Wanted(each, path, names) for each in (node.then, node.otherwise))
    elif isinstance(node, Tuple):
        yield from (Wanted(item, rest, names) for item in node.items)
    elif isinstance(node, ObjectExpression):
        for member in node.members:
            if path[:1] == (ANY_KEY,):
                yield Wanted(member.key, (), names)
            elif not path or path[0] == ANY_ELEMENT or key_text(member.key) in (None, path[0]):
                yield Wanted(member.value, rest, names)
    elif isinstance(node, For):
        inner = for_names(node, names)
        if path[:1] == (ANY_KEY,) and node.result_key is not None:
            yield Wanted(node.result_key, (), inner)
        else:
            yield Wanted(node.result, rest, inner)
    elif isinstance(node, FunctionCall):
        yield from argument_parts(node, path, names)
    else:
        yield from (Wanted(child, (), names) for child in children(node))


def argument_parts(
    node: FunctionCall, path: ValuePath, names: Mapping[str, Loop]
) -> Iterator[Wanted]:
    """The parts of a function's arguments that decide a part of its result."""
    first = node.arguments[:1]
    inner: ValuePath = ()
    if node.name in KEEPING_FUNCTIONS:
        yield from (Wanted(each, path, names) for each in node.arguments)
        return
    if node.name == "lookup" and len(node.arguments) > 1:
        yield from (Wanted(each, path, names) for each in node.arguments[2:])
        inner = (key_text(node.arguments[1]) or ANY_ELEMENT, *path)
    elif node.name in ("element", "one", "slice"):
        inner = path if node.name == "slice" else (ANY_ELEMENT, *path)
    elif node.name == "flatten":
        inner = (ANY_ELEMENT, *path)
    elif node.name == "keys":
        inner = (ANY_KEY,)
    else:
        first = node.arguments
    yield from (Wanted(each, inner, names) for each in first)
