"""Terraform's JSON syntax (`.tf.json`), read into the same tree as HCL.

JSON does not tell blocks from attributes, and only the provider's schema does. Both are read alike
by whoever looks at the values, so all is an attribute but what Terraform itself knows to be a
block, and what `dynamic` makes.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]
from typing import Final, TypeAlias

from msgspec import Struct

from taskwall.readers.terraform.hcl import Parsed, parse_expression, parse_text, speaks
from taskwall.readers.terraform.syntax import (
    Attribute,
    Block,
    Body,
    Comment,
    Expression,
    Later,
    Literal,
    Member,
    Object,
    Tuple,
)
from taskwall.stack import SourceError
from taskwall.values import Known, Place, Scalar

DEEPEST = 100
"""How far JSON may be nested."""

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_WORDS: Final[dict[str, Scalar]] = {"true": True, "false": False, "null": None}


class _Scalar(Struct, frozen=True):
    start: int
    end: int
    data: Scalar


class _List(Struct, frozen=True):
    start: int
    end: int
    items: "tuple[_Node, ...]"


class _Map(Struct, frozen=True):
    """An object: each member is its key and its value."""

    start: int
    end: int
    members: "tuple[tuple[_Scalar, _Node], ...]"


_Node: TypeAlias = _Scalar | _List | _Map


class _Broken(Exception):  # noqa: N818 (it never leaves this module)
    def __init__(self, at: int, why: str) -> None:
        super().__init__(why)
        self.at = at
        self.why = why


class _Reader:
    """Reads JSON, with the offsets at which everything stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def document(self) -> _Node:
        """All of the text.

        Raises:
            _Broken: it is no JSON.
        """
        found = self._value(0)
        if self._blank():
            raise _Broken(self.at, "nothing may follow the outermost value")
        return found

    def _blank(self) -> str:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def _value(self, depth: int) -> _Node:
        sign = self._blank()
        start = self.at
        if depth > DEEPEST:
            raise _Broken(start, f"nested more than {DEEPEST} levels deep")
        if sign == '"':
            return self._string()
        if sign == "{":
            members: list[tuple[_Scalar, _Node]] = []
            for _ in self._members("}"):
                if self._blank() != '"':
                    raise _Broken(self.at, "a name in double quotes is expected")
                key = self._string()
                if self._blank() != ":":
                    raise _Broken(self.at, 'a ":" is expected')
                self.at += 1
                members.append((key, self._value(depth + 1)))
            return _Map(start, self.at, tuple(members))
        if sign == "[":
            items = [self._value(depth + 1) for _ in self._members("]")]
            return _List(start, self.at, tuple(items))
        for word, data in _WORDS.items():
            if self.text.startswith(word, start):
                self.at += len(word)
                return _Scalar(start, self.at, data)
        match = _NUMBER.match(self.text, start)
        if match is None:
            raise _Broken(start, "a value is expected")
        self.at = match.end()
        return _Scalar(start, self.at, _number(match[0]))

    def _members(self, closing: str) -> Iterator[None]:
        """Steps from member to member, up to behind the closing bracket."""
        self.at += 1
        if self._blank() != closing:
            yield
            while self._blank() == ",":
                self.at += 1
                yield
        if self._blank() != closing:
            raise _Broken(self.at, f'a "," or "{closing}" is expected')
        self.at += 1

    def _string(self) -> _Scalar:
        start = self.at
        try:
            text, self.at = scanstring(self.text, start + 1, True)
        except JSONDecodeError as error:
            raise _Broken(error.pos, error.msg[:1].lower() + error.msg[1:]) from error
        # Halves of surrogate pairs cannot be printed.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return _Scalar(start, self.at, text)


def _number(text: str) -> Scalar:
    if len(text) > 1000:
        return None
    if text.lstrip("-").isdigit():
        return int(text)
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def parse(path: str, text: str) -> Parsed:
    """Read a file. JSON that is broken gives an error, and nothing else."""

    def made(tree: "_Tree", root: _Node) -> Parsed:
        comments = tuple(tree.comments(root)) if speaks(text) else ()
        return Parsed(Body({}, tuple(tree.top(root))), comments)

    return _read(path, text, made)


def values(path: str, text: str) -> Parsed:
    """Read a file of values (`.tfvars.json`): all texts are taken as they are."""
    return _read(path, text, lambda tree, root: Parsed(tree.values(root)))


def _read(path: str, text: str, made: "Callable[[_Tree, _Node], Parsed]") -> Parsed:
    lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(start: int, end: int) -> Place:
        row, end_row = bisect_right(lines, start) - 1, bisect_right(lines, end) - 1
        return Place(path, row + 1, start - lines[row] + 1, end_row + 1, end - lines[end_row] + 1)

    try:
        root = _Reader(text).document()
    except _Broken as error:
        told = SourceError(place(error.at, error.at), f"no JSON: {error.why}")
        return Parsed(Body({}, ()), errors=(told,))
    return made(_Tree(path, place), root)


_LABELS = {"resource": 2, "data": 2, "ephemeral": 2, "variable": 1, "output": 1, "module": 1}
_LITERAL = {
    "variable": frozenset({"default", "description", "nullable", "sensitive"}),
    "module": frozenset({"source", "version"}),
}
"""Attributes whose texts are no templates."""
_TYPES = {"variable": frozenset({"type"})}
"""Attributes whose texts are expressions."""
_META_BLOCKS = frozenset({"lifecycle", "provisioner", "connection", "validation"})


class _Tree:
    """Makes the tree of one file."""

    def __init__(self, path: str, place: "Callable[[int, int], Place]") -> None:
        self._path = path
        self._place = place

    def _of(self, node: _Node) -> Place:
        return self._place(node.start, node.end)

    def top(self, root: _Node) -> Iterator[Block]:
        """The blocks of a file."""
        for member in _maps(root):
            for key, value in member.members:
                kind = str(key.data)
                if kind != "//":
                    yield from self._labelled(kind, (), _LABELS.get(kind, 0), key, value)

    def values(self, root: _Node) -> Body:
        """The members of a file of values."""
        attributes = (
            self._attribute("values", str(key.data), key, value)
            for member in _maps(root)
            for key, value in member.members
            if key.data != "//"
        )
        return Body({attribute.name: attribute for attribute in attributes}, ())

    def _labelled(
        self, kind: str, labels: tuple[str, ...], more: int, key: _Scalar, value: _Node
    ) -> Iterator[Block]:
        """The blocks below a type, each below its labels."""
        for inner in _maps(value):
            if more:
                for label, below in inner.members:
                    if label.data != "//":
                        name = str(label.data)
                        yield from self._labelled(kind, (*labels, name), more - 1, label, below)
            else:
                yield self._block(kind, labels, key, inner)

    def _block(self, kind: str, labels: tuple[str, ...], key: _Scalar, node: _Map) -> Block:
        place = self._place(key.start, node.end)
        body = Later(lambda: self._body(kind, node))
        return Block(kind, labels, self._of(key), place, body)

    def _body(self, kind: str, node: _Map) -> Body:
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        twice: list[Attribute] = []
        dynamic = _dynamic(node)
        for key, value in node.members:
            name = str(key.data)
            if name == "//" or name in _META_BLOCKS:
                continue
            if name == "dynamic" and dynamic:
                for member in _maps(value):
                    for label, below in member.members:
                        labels = (str(label.data),)
                        blocks += (self._block("dynamic", labels, label, b) for b in _maps(below))
            elif (kind == "dynamic" and name == "content") or (
                _maps(value) and (name in dynamic or _holds_dynamic(value))
            ):
                blocks += (self._block(name, (), key, inner) for inner in _maps(value))
            else:
                attribute = self._attribute(kind, name, key, value)
                if name in attributes:
                    twice.append(attribute)
                attributes[name] = attribute
        return Body(attributes, tuple(blocks), tuple(twice))

    def _attribute(self, kind: str, name: str, key: _Scalar, value: _Node) -> Attribute:
        place = self._place(key.start, value.end)
        if kind == "values" or name in _LITERAL.get(kind, ()):
            return Attribute(name, place, Later(lambda: self._expression(value, False)))
        if name in _TYPES.get(kind, ()) and isinstance(value, _Scalar):
            text = str(value.data)
            return Attribute(name, place, Later(lambda: parse_expression(self._path, text)))
        return Attribute(name, place, Later(lambda: self._expression(value, True)))

    def _expression(self, node: _Node, templates: bool) -> Expression:
        place = self._of(node)
        if isinstance(node, _List):
            return Tuple(place, tuple(self._expression(item, templates) for item in node.items))
        if isinstance(node, _Map):
            members = (
                Member(
                    self._place(key.start, value.end),
                    self._expression(key, templates),
                    self._expression(value, templates),
                )
                for key, value in node.members
            )
            return Object(place, tuple(members))
        data = node.data
        if templates and isinstance(data, str) and ("${" in data or "%{" in data):
            return parse_text(self._path, data, place)
        return Literal(place, Known(data, place))

    def comments(self, node: _Node) -> Iterator[Comment]:
        """Members named `//` that ask for silence."""
        if isinstance(node, _List):
            for item in node.items:
                yield from self.comments(item)
        elif isinstance(node, _Map):
            for key, value in node.members:
                if key.data != "//":
                    yield from self.comments(value)
                elif isinstance(value, _Scalar) and speaks(str(value.data)):
                    yield Comment(str(value.data), self._of(value), trailing=False)


def _maps(node: _Node) -> tuple[_Map, ...]:
    """A block, or the blocks of a list; nothing if there is anything else."""
    if isinstance(node, _Map):
        return (node,)
    if isinstance(node, _List):
        maps = tuple(item for item in node.items if isinstance(item, _Map))
        return maps if len(maps) == len(node.items) else ()
    return ()


def _dynamic(node: _Map) -> frozenset[str]:
    """The types of blocks that `dynamic` makes in a body."""
    return frozenset(
        str(label.data)
        for key, value in node.members
        if key.data == "dynamic"
        for member in _maps(value)
        for label, below in member.members
        if any(inner[0].data == "content" for block in _maps(below) for inner in block.members)
    )


def _holds_dynamic(node: _Node) -> bool:
    if isinstance(node, _List):
        return any(map(_holds_dynamic, node.items))
    if isinstance(node, _Map):
        return bool(_dynamic(node)) or any(_holds_dynamic(value) for _, value in node.members)
    return False
