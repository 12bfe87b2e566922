"""The bodies of blocks as values: attributes, nested blocks and `dynamic` ones."""

from collections.abc import Callable, Iterable
from operator import is_

from msgspec.structs import replace

from taskwall.core.values import (
    Fields,
    Items,
    Need,
    Reference,
    Span,
    Unknown,
    Value,
)
from taskwall.readers.terraform.evaluation.access import collected
from taskwall.readers.terraform.evaluation.context import Env, ModuleContext
from taskwall.readers.terraform.evaluation.expressions import key_of, members_of
from taskwall.readers.terraform.evaluation.loop_elements import ElementKeys, LoopElements
from taskwall.readers.terraform.evaluation.providers import provider_name
from taskwall.readers.terraform.syntax.tree import Attribute, Block, Body, Literal, Name
from taskwall.readers.terraform.values.effects import Impossible, Memo
from taskwall.readers.terraform.values.values import (
    Emptied,
    FailedError,
    Set,
    doubts,
    entries,
    is_null,
    one_condition,
    possible,
)

_META = frozenset({"count", "for_each", "provider", "depends_on"})
_LOOPS = frozenset({"count", "each"})
_META_BLOCKS = frozenset({"lifecycle", "provisioner", "connection"})


class FieldsReader:
    """Reads the body of a resource or of a module call, each attribute by need and once."""

    def __init__(self, body: Body, scope: ModuleContext, env: Env, address: str) -> None:
        self._body = body
        self._scope = scope
        self._env = env
        self._address = address
        self._loops = LoopElements(scope, env, _LOOPS.intersection(env))
        self._values: Memo[str, Value] = Memo()

    @property
    def provider(self) -> str:
        """What tells its provider from others; "" is the root's without an alias."""
        return provider_name(self._body, self._scope)

    def get(self, name: str) -> Value | None:
        """The value of an attribute, or the blocks of a type; None if nothing is written."""
        attribute = self._body.attributes.get(name)
        if attribute is not None and type(found := attribute.expression) is Literal:
            return found.value
        run = self._scope.run
        kept = f"?{name}" if run.explores_defaults else name
        known = self._values.get(kept)
        if known is not None:
            return known
        if attribute is None and not any(_makes(block) == name for block in self._body.blocks):
            return None
        return run.effects.once(self._values, kept, lambda: self._read(name))

    def _read(self, name: str) -> Value | None:
        attribute = self._body.attributes.get(name)
        full = f"{self._address}.{name}"
        if attribute is not None:
            expression = attribute.expression
            return self._scope.guarded(
                full, lambda: members_of(expression, self._scope, self._env), attribute.place
            )
        blocks = [block for block in self._body.blocks if _makes(block) == name]
        found = self._scope.guarded(
            full, lambda: _blocks(blocks, self._scope, self._env, self._loops), blocks[0].place
        )
        return None if _is_nothing(found) else found

    def names(self) -> Iterable[str]:
        """The attributes and blocks that are written, but for Terraform's own."""
        return self._places(lambda attribute: attribute.place).keys()

    def _places(self, place_of: Callable[[Attribute], Span]) -> dict[str, Span]:
        places: dict[str, Span] = {}
        for name, attribute in self._body.attributes.items():
            if name not in _META:
                places[name] = place_of(attribute)
        for block in self._body.blocks:
            made = _makes(block)
            if made not in _META_BLOCKS:
                places.setdefault(made, block.place)
        return places

    def all(self, place: Span) -> Fields:
        """The whole body, without what only Terraform itself looks at."""
        _refuse_repeated(self._body, self._scope)
        places = self._places(self._loops.attribute)
        fields: dict[str, Value] = {}
        for name in places:
            value = self.get(name)
            if value is not None:
                fields[name] = value
        return Fields(fields, places, place=place)


def _refuse_repeated(body: Body, scope: ModuleContext) -> None:
    """Note the attributes that a body writes twice, which Terraform refuses."""
    for attribute in body.twice:
        scope.run.complain(attribute.place, f"{attribute.name} is written twice")


def flattened(body: Fields) -> Fields:
    """The body of a resource, in which a list within a list stands for its elements.

    Before Terraform 0.12, `["${var.groups}"]` was the list itself. Later ones refuse it: no
    attribute of AWS's providers takes lists of lists.
    """
    changed = {
        name: made
        for name, value in body.fields.items()
        if type(value) is Items and (made := one_list(value)) is not value
    }
    return replace(body, fields=body.fields | changed) if changed else body


def one_list(value: Items) -> Items:
    """A list of lists as the list of all their elements."""
    if any(isinstance(item, Fields) for item in value.items):
        blocks = [flattened(item) if type(item) is Fields else item for item in value.items]
        same = all(map(is_, blocks, value.items))
        return value if same else replace(value, items=tuple(blocks))
    if not any(type(item) in (Items, Set, Emptied) for item in value.items):
        return value
    if len(value.items) == 1 and isinstance(value.items[0], Emptied) and not value.rest:
        return value.items[0]
    items: list[Value] = []
    rest, waits = [*value.rest], [*value.needs]
    for item in value.items:
        if isinstance(item, Items) and type(item) in (Items, Set, Emptied):
            inner = one_list(item)
            items += inner.items
            rest += inner.rest
            waits += inner.needs
        else:
            items.append(item)
    return Items(tuple(items), tuple(rest), value.place, tuple(dict.fromkeys(waits)))


def _makes(block: Block) -> str:
    """The type of the blocks that a block makes."""
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


def _fields(body: Body, scope: ModuleContext, env: Env, place: Span, loops: LoopElements) -> Fields:
    """A nested body, in these loops."""
    fields: dict[str, Value] = {}
    places: dict[str, Span] = {}
    _refuse_repeated(body, scope)
    for name, attribute in body.attributes.items():
        fields[name] = _attribute(attribute, scope, env)
        places[name] = loops.attribute(attribute)
    kinds: dict[str, list[Block]] = {}
    for block in body.blocks:
        kinds.setdefault(_makes(block), []).append(block)
    for kind, blocks in kinds.items():
        made = _blocks(blocks, scope, env, loops)
        places[kind] = loops.block(blocks[0])
        if not _is_nothing(made):
            fields[kind] = made
    return Fields(fields, places, place=place)


def _attribute(attribute: Attribute, scope: ModuleContext, env: Env) -> Value:
    try:
        return members_of(attribute.expression, scope, env)
    except FailedError as error:
        if error.impossible:
            scope.run.effects.report(Impossible())
        return Unknown((error.need,), place=attribute.expression.place)


def _blocks(blocks: list[Block], scope: ModuleContext, env: Env, loops: LoopElements) -> Value:
    """The blocks of one type in their order, `dynamic` ones among them."""
    items: list[Value] = []
    rest: list[Value] = []
    waits: dict[Need, None] = {}
    for block in blocks:
        if block.type == "dynamic" and block.labels:
            waits.update(dict.fromkeys(_dynamic(block, scope, env, loops, items, rest)))
        else:
            items.append(_fields(block.body, scope, env, loops.block(block), loops))
    return Items(tuple(items), tuple(rest), blocks[0].place, one_condition(waits))


def _is_nothing(made: Value) -> bool:
    """Whether blocks are none: `dynamic` ones over nothing write nothing but their place."""
    return isinstance(made, Items) and not (made.items or made.rest or made.needs)


def _dynamic(
    block: Block,
    scope: ModuleContext,
    env: Env,
    loops: LoopElements,
    items: list[Value],
    rest: list[Value],
) -> tuple[Need, ...]:
    """Add the blocks that a `dynamic` one makes; what those that it may make wait for."""
    body = block.body
    content = next((inner for inner in body.blocks if inner.type == "content"), None)
    over = body.attributes.get("for_each")
    if content is None or over is None:
        scope.run.complain(block.header, 'a "dynamic" block needs for_each and a content block')
        return ()
    name = _iterator(body) or block.labels[0]
    collection = scope.run.opened(_attribute(over, scope, env))
    if is_null(collection):
        return ()
    if isinstance(collection, Unknown | Reference):
        collection = collected(collection, scope.run)
    if not isinstance(collection, Items | Fields):
        scope.run.complain(over.place, "for_each is neither a list nor a map")
        return ()

    keys = ElementKeys()

    def made(key: Value, value: Value) -> Value:
        scope.run.spend(1, over.place)
        inner = {**env, name: Fields({"key": key, "value": value})}
        mapped = key if isinstance(collection, Fields) else value
        element = loops.within(name, keys.key(mapped, value), inner)
        return _fields(content.body, scope, inner, element.made(block, value), element)

    items.extend(made(key, value) for key, value in entries(collection))
    waits = doubts(collection)
    rest.extend(made(key_of(value, waits), value) for value in possible(collection))
    scope.run.ask(frozenset().union(*(need.asks for need in waits)))
    return waits


def _iterator(body: Body) -> str | None:
    attribute = body.attributes.get("iterator")
    expression = attribute.expression if attribute else None
    if isinstance(expression, Name):
        return expression.name
    if isinstance(expression, Literal) and isinstance(expression.value.data, str):
        return expression.value.data
    return None
