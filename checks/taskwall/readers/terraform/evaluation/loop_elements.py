"""Where the elements of loops are written, and what of them an attribute takes.

A `dynamic` block, `for_each` and `count` write something once for many elements: whoever wants to
change one thing that they make changes its element.
"""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.loop_places import (
    ElementKey,
    ElementSpan,
    LoopSpan,
    coordinates,
    where_written,
    without_element,
)
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Span,
    Text,
    Value,
    dereferenced,
    spelled,
    symbol,
)
from taskwall.readers.terraform.evaluation.context import Env, ModuleContext
from taskwall.readers.terraform.evaluation.expressions import value_of
from taskwall.readers.terraform.syntax.tree import (
    Access,
    AccessStep,
    Attr,
    Attribute,
    Block,
    Conditional,
    Expression,
    FunctionCall,
    Index,
    Literal,
    Name,
    TemplateExpression,
    children,
)
from taskwall.readers.terraform.values.values import with_place


class _Taken(Struct, frozen=True, gc=False):
    """What an expression takes of an element: the element, and the keys that lead into it.

    `chooses` is set of what only decides which other value the expression has.
    """

    element: Expression
    keys: tuple[str, ...]
    chooses: bool = False


class ElementKeys:
    """Tells the elements of a loop apart, the same whichever of them a scenario leaves out."""

    def __init__(self) -> None:
        self._alike: dict[str | Span, dict[int, tuple[int, Value]]] = {}
        """By name, the elements by their ids, with their numbers."""

    def key(self, name: Value, value: Value) -> ElementKey:
        """The key of an element: by its name (the key of a map), else by where it is written.

        Of several alike, the number says which; what a list holds and may hold more of is one.
        """
        found, place = dereferenced(name), _place(value)
        named = spelled(found.data) if isinstance(found, Known) else symbol(name)
        by = named or place or ""
        alike = self._alike.setdefault(by, {})
        return by, alike.setdefault(id(value), (len(alike), value))[0]


class LoopElements:
    """The elements of the loops around a body: `env` holds their variables.

    `key` tells apart what `dynamic` blocks make in one resource.
    """

    def __init__(
        self, scope: ModuleContext, env: Env, names: frozenset[str], key: ElementKey = ()
    ) -> None:
        self._scope = scope
        self._env = env
        self._names = names
        self._key = key

    def within(self, name: str, key: ElementKey, env: Env) -> "LoopElements":
        """Those around the content of a `dynamic` block, of which `key` is one element."""
        return LoopElements(self._scope, env, self._names | {name}, (*self._key, *key))

    def made(self, dynamic: Block, element: Value) -> Span:
        """The place of what a `dynamic` block makes for an element."""
        return LoopSpan(*coordinates(dynamic.place), self._key, (), _place(element))

    def block(self, block: Block) -> Span:
        """The place of a block in the body, or of a `dynamic` one as a whole."""
        if not self._key:
            return block.place
        over = block.body.attributes.get("for_each") if block.type == "dynamic" else None
        at = coordinates(block.place)
        return LoopSpan(*at, *self._traced(over)) if over else LoopSpan(*at, self._key)

    def attribute(self, attribute: Attribute) -> Span:
        """The place of an attribute in the body."""
        if not self._names:
            return attribute.place
        key, of, element = self._traced(attribute)
        if not key and not of:
            return attribute.place
        return LoopSpan(*coordinates(attribute.place), key, of, element)

    def _traced(self, attribute: Attribute) -> tuple[ElementKey, tuple[Span, ...], Span | None]:
        """The key of the element, and where in it is written what an attribute takes."""
        taken = _taken(attribute, self._names) if self._names else ()
        found = [(self._value(one.element), one) for one in taken]
        elements = {place for value, _ in found if (place := _place(value)) is not None}
        element = elements.pop() if len(elements) == 1 else None
        values = [(value, one.keys) for value, one in found]
        of = tuple(dict.fromkeys(at for at in (_written(*one) for one in values) if at is not None))
        if len(of) > 1 or any(
            one.chooses and replace(one, chooses=False) not in taken for one in taken
        ):
            of = () if element is None else (element,)
        return self._key, of, element

    def _value(self, element: Expression) -> Value:
        value = value_of(element, self._scope, self._env)
        # A reference is where it is written, whatever it leads to.
        found = dereferenced(value)
        return found if value.place is None else with_place(found, value.place)


def _place(value: Value) -> Span | None:
    """Where an element is written: an object where it is made, a scalar where it is named."""
    place = value.place
    if isinstance(place, ElementSpan) and isinstance(dereferenced(value), Known | Text):
        return without_element(place)
    return place and where_written(place)


def _written(value: Value, keys: tuple[str, ...]) -> Span | None:
    """Where a part of an element is written; None if it is not written there."""
    place = _place(value)
    for key in keys:
        value = dereferenced(value)
        if isinstance(value, Fields) and key in value.fields:
            place, value = value.places.get(key, place), value.fields[key]
        elif isinstance(value, Items) and key.isdigit() and int(key) < len(value.items):
            value = value.items[int(key)]
            place = value.place or place
        else:
            return None
    return None if isinstance(value, Known) and value.data is None else place


def _taken(attribute: Attribute, names: frozenset[str]) -> tuple[_Taken, ...]:
    """What an attribute takes of the elements of loops with these variables."""
    return tuple(dict.fromkeys(_takes(attribute.expression, names)))


def _takes(node: Expression, names: frozenset[str]) -> Iterator[_Taken]:
    if _is_document(node):
        return
    if isinstance(node, FunctionCall) and node.name == "lookup" and len(node.arguments) > 1:
        of, key, *default = node.arguments
        keys = tuple(_keys((Index(key),)))
        yield from (_Taken(one.element, one.keys + keys) for one in _takes(of, names))
        for each in default:
            yield from _takes(each, names)
    elif (found := _direct(node, names)) is not None:
        yield found
    elif isinstance(node, Conditional):
        yield from (replace(one, chooses=True) for one in _takes(node.condition, names))
        for each in (node.then, node.otherwise):
            yield from _takes(each, names)
    else:
        for child in children(node):
            yield from _takes(child, names)


def _is_document(node: Expression) -> bool:
    """Whether this is a text of several lines: it says most for all elements, and is changed so."""
    if isinstance(node, FunctionCall):
        return node.name in ("templatefile", "templatestring")
    return isinstance(node, TemplateExpression) and any(
        isinstance(part, str) and "\n" in part.rstrip("\n") for part in node.parts
    )


def _direct(node: Expression, names: frozenset[str]) -> _Taken | None:
    """What an expression takes of an element if it does nothing else.

    The element is the variable's value, or what is found by its key: `var.rules[count.index]`.
    """
    base, steps = (node.base, node.steps) if isinstance(node, Access) else (node, ())
    if isinstance(base, FunctionCall) and base.name == "element" and len(base.arguments) == 2:
        return _Taken(base, tuple(_keys(steps))) if _is_key(base.arguments[1], names) else None
    if not isinstance(node, Access):
        return None
    for number, step in enumerate(steps, 1):
        if isinstance(step, Index) and _is_key(step.key, names):
            return _Taken(Access(node.place, base, steps[:number]), tuple(_keys(steps[number:])))
    first = steps[0]
    if isinstance(base, Name) and base.name in names and isinstance(first, Attr):
        return _Taken(Access(node.place, base, steps[:1]), tuple(_keys(steps[1:])))
    return None


def _is_key(node: Expression, names: frozenset[str]) -> bool:
    """Whether an expression is the key of an element."""
    return (
        isinstance(node, Access)
        and isinstance(node.base, Name)
        and node.base.name in names
        and node.steps in ((Attr("key"),), (Attr("index"),), (Attr("value"),))
    )


def _keys(steps: tuple[AccessStep, ...]) -> Iterator[str]:
    """The keys that steps name, up to the first that names none."""
    for step in steps:
        if isinstance(step, Attr):
            yield step.name
        elif isinstance(step, Index) and isinstance(step.key, Literal):
            yield str(step.key.value.data)
        else:
            return
