"""Keys by which the sources name single instances of a block or elements of a map.

What a `for_each` goes over may be known to callers only. `aws_security_group.all["web"]` says all
the same that there is an instance of that key, and that it is another one than that of `["alb"]`.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.values import Fields, Items, Known, Reference, Unknown, Value, needs
from taskwall.readers.terraform.evaluation.access import element_of, index
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.modules import Module
from taskwall.readers.terraform.syntax.tree import (
    Access,
    Attr,
    Body,
    Conditional,
    Expression,
    For,
    FunctionCall,
    Index,
    Literal,
    Name,
    children,
)
from taskwall.readers.terraform.values.values import Open, possible

_MAY_FAIL = frozenset({"can", "try"})
"""Functions whose arguments may name what is not there."""

_HOW_MANY = frozenset({"count", "for_each"})
"""What says how many there are of a resource, a module or, in a `dynamic`, of its block."""


class WrittenKeys(Struct, frozen=True):
    """Keys that sources write by what they are keys of: `aws_x.y`, `module.m.output`, `local.l`.

    Each says whether it has to be there: what is asked for only under a condition, or by a block of
    which there may be none, need not.
    `alike` says by the same names, and those of outputs (`output.o`), what has the same keys or
    fewer.
    """

    keys: Mapping[str, Mapping[str, bool]]
    alike: Mapping[str, tuple[str, ...]]


def places_of_keys(module: Module) -> tuple[str, ...]:
    """Where keys may be written: all locals, outputs, resources and calls by their names."""
    return (
        *(f"local.{name}" for name in module.locals),
        *(f"output.{name}" for name in module.outputs),
        *module.resources,
        *(f"module.{name}" for name in module.calls),
    )


def keys_written_at(module: Module, name: str) -> WrittenKeys:
    """What one of these places says of keys."""
    keys: dict[str, dict[str, bool]] = {}
    alike: dict[str, tuple[str, ...]] = {}
    body = _body_at(module, name)
    key = "value" if name.startswith(("local.", "output.")) else "for_each"
    same = body.attributes.get(key)
    if same is not None:
        _note_alike(name, same.expression, alike)
    for expression, certain in _expressions(body):
        _note(expression, keys, certain)
    return WrittenKeys(keys, alike)


def outputs_read(module: Module, state: str) -> frozenset[str]:
    """The outputs that a module reads of a `terraform_remote_state`, by its address."""
    found: set[str] = set()
    for name in places_of_keys(module):
        pending = [expression for expression, _ in _expressions(_body_at(module, name))]
        while pending:
            node = pending.pop()
            names = _leading(node)
            if ".".join(names[:3]) == state:
                # Up to Terraform 0.11, outputs were attributes of the data source itself.
                found.update(names[4:5] if names[3:4] == ["outputs"] else names[3:4])
            pending.extend(children(node))
    return frozenset(found)


def _body_at(module: Module, name: str) -> Body:
    """What stands at one of the places of keys."""
    kind, _, own = name.partition(".")
    if kind == "local":
        return Body({"value": module.locals[own]}, ())
    if kind == "output":
        return module.outputs[own].body
    return (module.calls[own] if kind == "module" else module.resources[name]).body


def keys_of_all(every: Iterable[WrittenKeys]) -> WrittenKeys:
    """What several places say of keys."""
    keys: dict[str, dict[str, bool]] = {}
    alike: dict[str, tuple[str, ...]] = {}
    for one in every:
        for name, own in one.keys.items():
            known = keys.setdefault(name, {})
            for key, certain in own.items():
                known[key] = certain or known.get(key, False)
        for name, others in one.alike.items():
            alike[name] = (*alike.get(name, ()), *others)
    return WrittenKeys(keys, alike)


def keys_by(
    written: WrittenKeys, name: str, caller: tuple[ModuleContext, str] | None
) -> dict[str, bool]:
    """The keys of what a module calls by a name, and whether each has to be there.

    Args:
        written: what the module says of keys.
        name: as `ModuleContext.keys` takes it.
        caller: what calls the module, and by which name: it may name elements of an output.
    """
    found: dict[str, bool] = {}
    every = [name]
    for one in every:  # which grows meanwhile
        below = [written.keys.get(one, {})]
        for other in written.alike.get(one, ()):
            kind, _, own = other.partition(".")
            if kind == "output" and caller is not None:
                below.append(caller[0].keys(f"module.{caller[1]}.{own}"))
            elif other not in every:
                every.append(other)
        for some in below:
            for key, certain in some.items():
                found[key] = certain or found.get(key, False)
    return found


def with_written_keys(value: Value, name: str, scope: ModuleContext) -> Value:
    """A collection that is not known, with the members that have to be there by their keys.

    Args:
        value: the collection.
        name: what the sources call it, as `ModuleContext.keys` takes it.
        scope: the module in which it is called so.
    """
    if isinstance(value, Items | Fields):
        if not possible(value):
            return value
    elif not isinstance(value, Unknown | Reference):
        return value
    certain = [key for key, has_to_be in scope.keys(name).items() if has_to_be]
    if not certain:
        return value
    if isinstance(value, Items):
        more = tuple(each for each in map(Known, certain) if each not in value.items)
        return replace(value, items=(*value.items, *more))
    fields = {key: index(value, Known(key), scope.run) for key in certain}
    if isinstance(value, Fields):
        return replace(value, fields={**fields, **value.fields})
    return Open(fields, {}, element_of(value), None, needs(value))


def _expressions(body: Body, certain: bool = True) -> Iterator[tuple[Expression, bool]]:
    """The expressions of a block, and whether each is evaluated however many there are of it."""
    enabled = body.enabled()
    within = certain and enabled is None and _HOW_MANY.isdisjoint(body.attributes)
    for name, attribute in body.attributes.items():
        yield attribute.expression, certain if name in _HOW_MANY else within
    if enabled is not None:
        yield enabled.expression, certain
    for block in body.blocks:
        yield from _expressions(block.body, within)


def _note(node: Expression, keys: dict[str, dict[str, bool]], certain: bool = True) -> None:
    """Note the keys in an expression. `certain` is whether it is evaluated whatever holds."""
    if type(node) is Access and (found := _key(node)) is not None:
        name, key = found
        known = keys.setdefault(name, {})
        known[key] = certain or known.get(key, False)
    if type(node) is Conditional:
        _note(node.condition, keys, certain)
        certain = False
    elif type(node) is For or (type(node) is FunctionCall and node.name in _MAY_FAIL):
        certain = False
    for child in children(node):
        _note(child, keys, certain)


def _key(node: Access) -> tuple[str, str] | None:
    """What an expression takes an element of, and by which key, if both are written out."""
    leading = _leading(node)
    steps = node.steps[len(leading) - 1 :] if leading else ()
    key = steps[0].key if steps and isinstance(steps[0], Index) else None
    if isinstance(key, Literal) and isinstance(key.value.data, str):
        return ".".join(leading), key.value.data
    return None


def _leading(node: Expression) -> list[str]:
    """The names that an expression begins with."""
    if isinstance(node, Name):
        return [node.name]
    if not isinstance(node, Access) or not isinstance(node.base, Name):
        return []
    names = [node.base.name]
    for step in node.steps:
        if not isinstance(step, Attr):
            break
        names.append(step.name)
    return names


def written_name(node: Expression) -> str:
    """What an expression is called that is nothing but names: `var.x`; empty for any other."""
    leading = _leading(node)
    whole = isinstance(node, Access) and len(leading) == len(node.steps) + 1
    return ".".join(leading) if whole else ""


def _note_alike(name: str, node: Expression, alike: dict[str, tuple[str, ...]]) -> None:
    """Note what has the same keys as the map that an expression makes, or more."""
    whole = True
    if isinstance(node, For):
        kept = isinstance(node.result_key, Name) and node.result_key.name == node.key
        if not kept or node.grouped:
            return
        whole = node.condition is None
        node = node.collection
    if of := written_name(node):
        alike[of] = (*alike.get(of, ()), name)
        if whole:
            alike[name] = (*alike.get(name, ()), of)
