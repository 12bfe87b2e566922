"""The syntax of Terraform's language, as a tree that no parser owns.

Expressions and the bodies of blocks are read when they are first asked for (`Later`): most files
hold much that a scan never looks at.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Generic, TypeAlias, TypeVar

from msgspec import Struct

from taskwall.core.values import Known, Span

T = TypeVar("T")


class Later(Generic[T]):
    """Something that is read from the source at its first use, and only once."""

    __slots__ = ("_read", "_value")

    def __init__(self, read: Callable[[], T]) -> None:
        self._read: Callable[[], T] | None = read
        self._value: T

    def get(self) -> T:
        """What was read."""
        if self._read is not None:
            self._value = self._read()
            self._read = None
        return self._value


class Literal(Struct, frozen=True, gc=False):
    """A number, a truth value, null, or a text without anything to fill in."""

    place: Span
    value: Known


class TemplateExpression(Struct, frozen=True, gc=False):
    """A text with expressions in it. `%{if}` stands in it as a `Conditional`."""

    place: Span
    parts: "tuple[str | Expression, ...]"


class Join(Struct, frozen=True, gc=False):
    """The texts of a `%{for}`, one after the other."""

    place: Span
    loop: "For"


class Name(Struct, frozen=True, gc=False):
    """The start of a reference: `var`, `local`, a resource type, the variable of a loop."""

    place: Span
    name: str


class Attr(Struct, frozen=True, gc=False):
    """The step `.name`."""

    name: str


class Index(Struct, frozen=True, gc=False):
    """The step `[key]`."""

    key: "Expression"


class Splat(Struct, frozen=True, gc=False):
    """The step `[*]` or `.*`, with the steps that are taken in each element."""

    steps: "tuple[AccessStep, ...]"


AccessStep: TypeAlias = Attr | Index | Splat


class Access(Struct, frozen=True, gc=False):
    """An expression followed by steps into its value."""

    place: Span
    base: "Expression"
    steps: tuple[AccessStep, ...]


class FunctionCall(Struct, frozen=True, gc=False):
    """A call; `expands` where the last argument is followed by `...`."""

    place: Span
    name: str
    arguments: "tuple[Expression, ...]"
    expands: bool = False


class Unary(Struct, frozen=True, gc=False):
    """`!` or `-` before an operand."""

    place: Span
    operator: str
    operand: "Expression"


class Binary(Struct, frozen=True, gc=False):
    """Two operands with an operator between them."""

    place: Span
    operator: str
    left: "Expression"
    right: "Expression"


class Conditional(Struct, frozen=True, gc=False):
    """`condition ? then : otherwise`."""

    place: Span
    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"


class Tuple(Struct, frozen=True, gc=False):
    """`[a, b]`."""

    place: Span
    items: "tuple[Expression, ...]"


class ObjectMember(Struct, frozen=True, gc=False):
    """One `key = value` of an object. A bare key is a `Literal`."""

    place: Span
    key: "Expression"
    value: "Expression"


class ObjectExpression(Struct, frozen=True, gc=False):
    """`{ key = value }`."""

    place: Span
    members: tuple[ObjectMember, ...]


class For(Struct, frozen=True, gc=False):
    """`[for key, value in collection : result if condition]`.

    With `result_key` it makes an object, and `grouped` (`...`) collects the results of each key.
    """

    place: Span
    key: str | None
    value: str
    collection: "Expression"
    result: "Expression"
    result_key: "Expression | None" = None
    condition: "Expression | None" = None
    grouped: bool = False


class Invalid(Struct, frozen=True, gc=False):
    """A stretch that is no expression, and why."""

    place: Span
    why: str
    reported: bool = False


Expression: TypeAlias = (
    Literal
    | TemplateExpression
    | Join
    | Name
    | Access
    | FunctionCall
    | Unary
    | Binary
    | Conditional
    | Tuple
    | ObjectExpression
    | For
    | Invalid
)


class Attribute(Struct, frozen=True, gc=False):
    """`name = expression` in a body; `place` is all of it."""

    name: str
    place: Span
    later: Later[Expression]

    @property
    def expression(self) -> Expression:
        """The right-hand side."""
        return self.later.get()


class Block(Struct, frozen=True, gc=False):
    """`type "label" { ... }`; `header` ends with the last label, `place` with the brace."""

    type: str
    labels: tuple[str, ...]
    header: Span
    place: Span
    later: "Later[Body]"

    @property
    def body(self) -> "Body":
        """What stands between the braces."""
        return self.later.get()


class Body(Struct, frozen=True, gc=False):
    """The attributes by name, and the blocks in order. `twice` are attributes that repeat."""

    attributes: dict[str, Attribute]
    blocks: tuple[Block, ...]
    twice: tuple[Attribute, ...] = ()

    def blocks_of(self, kind: str) -> tuple[Block, ...]:
        """The blocks of one type."""
        return tuple(block for block in self.blocks if block.type == kind)

    def enabled(self) -> Attribute | None:
        """What OpenTofu's `lifecycle { enabled = ... }` says; None where it is not set.

        "The enabled Meta-Argument" in the documentation of OpenTofu 1.11.
        """
        written = (one.body.attributes.get("enabled") for one in self.blocks_of("lifecycle"))
        return next(filter(None, written), None)


def read_whole(body: Body) -> None:
    """Read all of a body now, so that nothing holds any longer what the parser made of its file.

    What raises is left, and raises again where it is used.
    """
    for attribute in (*body.attributes.values(), *body.twice):
        with suppress(Exception):
            attribute.later.get()
    for block in body.blocks:
        with suppress(Exception):
            read_whole(block.body)


_MAPS = frozenset({
    "config", "defaults",  # terraform_remote_state
    "driver_opts",  # volumes of tasks
    "inputs",  # null_data_source
    "keepers",  # random_*
    "query",  # external
    "tags", "volume_tags",
    "triggers",  # null_resource
    "variables",  # environments of functions
    "vars",  # template_file
})  # fmt: skip
"""Attributes that are maps. Before Terraform 0.12 they could be written as blocks."""


def with_maps(body: Body, kind: str) -> Body:
    """A body in which maps that are written as blocks are attributes, as since Terraform 0.12.

    Args:
        body: what a block holds.
        kind: the type of that block. Arguments of a module are never blocks, nor are locals.
    """
    if not body.blocks:
        return body
    maps: dict[str, list[Block]] = {}
    for block in body.blocks:
        if not block.labels and block.type not in body.attributes and _is_map(block.type, kind):
            maps.setdefault(block.type, []).append(block)
    if not maps:
        return body
    found = {name: _as_attribute(name, blocks) for name, blocks in maps.items()}
    blocks = tuple(block for block in body.blocks if block.type not in maps)
    return Body({**body.attributes, **found}, blocks, body.twice)


def _is_map(name: str, kind: str) -> bool:
    if kind in ("module", "locals"):
        return name != "lifecycle"
    return name == "default" if kind == "variable" else name in _MAPS


def _as_attribute(name: str, blocks: list[Block]) -> Attribute:
    place = blocks[0].place
    return Attribute(name, place, Later(lambda: ObjectExpression(place, _members(blocks))))


def _members(blocks: Iterable[Block]) -> tuple[ObjectMember, ...]:
    found = [
        attribute
        for block in blocks
        for attribute in with_maps(block.body, "locals").attributes.values()
    ]
    return tuple(
        ObjectMember(each.place, Literal(each.place, Known(each.name, each.place)), each.expression)
        for each in found
    )


class Comment(Struct, frozen=True):
    """A comment with its marks, and whether something stands before it on its line."""

    text: str
    place: Span
    trailing: bool


def children(node: Expression) -> Iterator[Expression]:
    """The expressions directly in an expression."""
    if type(node) is Access:
        yield node.base
        yield from (step.key for step in node.steps if isinstance(step, Index))
    elif type(node) is ObjectExpression:
        yield from (part for member in node.members for part in (member.key, member.value))
    elif type(node) is Tuple:
        yield from node.items
    elif type(node) is FunctionCall:
        yield from node.arguments
    elif type(node) is Conditional:
        yield from (node.condition, node.then, node.otherwise)
    elif type(node) is For:
        yield from (node.collection, node.result)
        yield from (part for part in (node.result_key, node.condition) if part is not None)
    elif type(node) is Join:
        yield node.loop
    elif type(node) is Binary:
        yield from (node.left, node.right)
    elif type(node) is Unary:
        yield node.operand
    elif type(node) is TemplateExpression:
        yield from (part for part in node.parts if not isinstance(part, str))


def is_constant(node: Expression) -> bool:
    """Whether an expression is the same everywhere: texts, numbers, and what is made of them."""
    if type(node) is Literal:
        return True
    return type(node) in (Tuple, ObjectExpression, Unary) and all(map(is_constant, children(node)))


def spelled_out(expression: Expression) -> str:
    """An expression as one would write it, where that is short; else its kind in a few words."""
    if isinstance(expression, Name):
        return expression.name
    if isinstance(expression, Literal):
        data = expression.value.data
        if isinstance(data, str):
            return f'"{data}"'
        return "null" if data is None else str(data).lower()
    if isinstance(expression, Access):
        return spelled_out(expression.base) + "".join(map(_spelled_step, expression.steps))
    if isinstance(expression, FunctionCall):
        return f"{expression.name}(...)"
    return "the expression"


def _spelled_step(step: AccessStep) -> str:
    if isinstance(step, Attr):
        return f".{step.name}"
    if isinstance(step, Index):
        return f"[{spelled_out(step.key)}]"
    return "[*]" + "".join(map(_spelled_step, step.steps))
