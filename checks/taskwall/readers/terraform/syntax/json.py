"""Terraform's JSON syntax (`.tf.json`), read into the same tree as HCL.

JSON does not tell blocks from attributes, and only the provider's schema does. Both are read alike
by whoever looks at the values, so all is an attribute but what Terraform itself knows to be a
block, and what `dynamic` makes.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import partial

from taskwall.core.values import Known, Span
from taskwall.readers import positioned_json
from taskwall.readers.positioned_json import JsonError, JsonList, JsonNode, JsonObject, JsonScalar
from taskwall.readers.terraform.syntax.hcl import (
    Parsed,
    has_suppression,
    parse_expression,
    parse_text,
)
from taskwall.readers.terraform.syntax.tree import (
    Attribute,
    Block,
    Body,
    Comment,
    Expression,
    Later,
    Literal,
    ObjectExpression,
    ObjectMember,
    Tuple,
)
from taskwall.source.stack import SourceError

DEEPEST = 100
"""How far JSON may be nested."""


def parse(path: str, text: str) -> Parsed:
    """Read a file. JSON that is broken gives an error, and nothing else."""

    def made(tree: "_Tree", root: JsonNode) -> Parsed:
        comments = tuple(tree.comments(root)) if has_suppression(text) else ()
        return Parsed(Body({}, tuple(tree.top(root))), comments, errors=tuple(tree.errors))

    return _read(path, text, made)


def unit(path: str, text: str) -> Parsed:
    """Read a configuration of Terragrunt (`terragrunt.hcl.json`), and what it includes."""
    return _read(path, text, lambda tree, root: Parsed(tree.unit(root)))


def values(path: str, text: str) -> Parsed:
    """Read a file of values (`.tfvars.json`): all texts are taken as they are."""
    return _read(path, text, lambda tree, root: Parsed(tree.values(root)))


def _read(path: str, text: str, made: "Callable[[_Tree, JsonNode], Parsed]") -> Parsed:
    lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(start: int, end: int) -> Span:
        row, end_row = bisect_right(lines, start) - 1, bisect_right(lines, end) - 1
        return Span(path, row + 1, start - lines[row] + 1, end_row + 1, end - lines[end_row] + 1)

    try:
        root = positioned_json.parse(text, DEEPEST)
    except JsonError as error:
        problem = SourceError(place(error.at, error.at), f"no JSON: {error.why}")
        return Parsed(Body({}, ()), errors=(problem,))
    return made(_Tree(path, place), root)


_LABELS = {"resource": 2, "data": 2, "ephemeral": 2, "variable": 1, "output": 1, "module": 1}
_UNIT_LABELS = {
    "terraform": 0,
    "remote_state": 0,
    "locals": 0,
    "exclude": 0,
    "include": 1,
    "dependency": 1,
    "generate": 1,
    "feature": 1,
    "extra_arguments": 1,
}
"""The blocks of Terragrunt, each with how many labels it has; all else is an attribute."""
_LITERAL = {
    "variable": frozenset({"default", "description", "nullable", "sensitive"}),
    "module": frozenset({"source", "version"}),
}
"""Attributes whose texts are no templates."""
_TYPES = {"variable": frozenset({"type"})}
"""Attributes whose texts are expressions."""
_META_BLOCKS = frozenset({"provisioner", "connection"})
_BLOCKS = frozenset({"lifecycle", "validation"})
"""Blocks that Terraform knows in whatever it knows itself."""


class _Tree:
    """Makes the tree of one file."""

    def __init__(self, path: str, place: "Callable[[int, int], Span]") -> None:
        self._path = path
        self._place = place
        self.errors: list[SourceError] = []
        """What is no block where only blocks can stand."""

    def _of(self, node: JsonNode) -> Span:
        return self._place(node.start, node.end)

    def top(self, root: JsonNode) -> Iterator[Block]:
        """The blocks of a file."""
        for member in self._blocks(root):
            for key, value in member.members:
                kind = str(key.data)
                if kind != "//":
                    yield from self._labelled(kind, (), _LABELS.get(kind, 0), key, value)

    def unit(self, root: JsonNode) -> Body:
        """The members of a configuration of Terragrunt, or of its block `terraform`."""
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        for key, value in (member for one in _maps(root) for member in one.members):
            name = str(key.data)
            labels = _UNIT_LABELS.get(name)
            if labels is None and name != "//":
                attributes[name] = self._attribute("", name, key, value)
            elif name == "terraform":
                body = Later(partial(self.unit, value))
                place = self._place(key.start, value.end)
                blocks.append(Block(name, (), self._of(key), place, body))
            elif labels is not None:
                if name == "include" and _is_unlabelled(value):
                    labels = 0
                blocks += self._labelled(name, (), labels, key, value)
        return Body(attributes, tuple(blocks))

    def values(self, root: JsonNode) -> Body:
        """The members of a file of values."""
        attributes = (
            self._attribute("values", str(key.data), key, value)
            for member in _maps(root)
            for key, value in member.members
            if key.data != "//"
        )
        return Body({attribute.name: attribute for attribute in attributes}, ())

    def _labelled(
        self, kind: str, labels: tuple[str, ...], more: int, key: JsonScalar, value: JsonNode
    ) -> Iterator[Block]:
        """The blocks below a type, each below its labels."""
        for inner in self._blocks(value):
            if more:
                for label, below in inner.members:
                    if label.data != "//":
                        name = str(label.data)
                        yield from self._labelled(kind, (*labels, name), more - 1, label, below)
            else:
                yield self._block(kind, labels, key, inner)

    def _blocks(self, node: JsonNode) -> tuple[JsonObject, ...]:
        """The blocks that a node is; what is something else is an error."""
        found = _maps(node)
        empty = isinstance(node, JsonScalar) and node.data is None
        if not (found or empty or (isinstance(node, JsonList) and not node.items)):
            self.errors.append(SourceError(self._of(node), "a JSON object is expected here"))
        return found

    def _block(
        self, kind: str, labels: tuple[str, ...], key: JsonScalar, node: JsonObject
    ) -> Block:
        place = self._place(key.start, node.end)
        body = Later(lambda: self._body(kind, node))
        return Block(kind, labels, self._of(key), place, body)

    def _body(self, kind: str, node: JsonObject) -> Body:
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        twice: list[Attribute] = []
        dynamic = _dynamic(node)
        for key, value in node.members:
            name = str(key.data)
            if name == "//" or name in _META_BLOCKS:
                continue
            if name in _BLOCKS and kind in _LABELS:
                blocks += (self._block(name, (), key, inner) for inner in _maps(value))
            elif name == "dynamic" and dynamic:
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

    def _attribute(self, kind: str, name: str, key: JsonScalar, value: JsonNode) -> Attribute:
        place = self._place(key.start, value.end)
        if kind == "values" or name in _LITERAL.get(kind, ()):
            return Attribute(name, place, Later(lambda: self._expression(value, False)))
        if name in _TYPES.get(kind, ()) and isinstance(value, JsonScalar):
            text, at = str(value.data), self._of(value)
            return Attribute(name, place, Later(lambda: parse_expression(text, at)))
        return Attribute(name, place, Later(lambda: self._expression(value, True)))

    def _expression(self, node: JsonNode, templates: bool) -> Expression:
        place = self._of(node)
        if isinstance(node, JsonList):
            return Tuple(place, tuple(self._expression(item, templates) for item in node.items))
        if isinstance(node, JsonObject):
            members = (
                ObjectMember(
                    self._place(key.start, value.end),
                    self._expression(key, templates),
                    self._expression(value, templates),
                )
                for key, value in node.members
            )
            return ObjectExpression(place, tuple(members))
        data = node.data
        if templates and isinstance(data, str) and ("${" in data or "%{" in data):
            return parse_text(self._path, data, place)
        return Literal(place, Known(data, place))

    def comments(self, node: JsonNode) -> Iterator[Comment]:
        """Members named `//` that suppress a rule."""
        if isinstance(node, JsonList):
            for item in node.items:
                yield from self.comments(item)
        elif isinstance(node, JsonObject):
            for key, value in node.members:
                if key.data != "//":
                    yield from self.comments(value)
                elif isinstance(value, JsonScalar) and has_suppression(str(value.data)):
                    yield Comment(str(value.data), self._of(value), trailing=False)


def _is_unlabelled(node: JsonNode) -> bool:
    """Whether a block `include` has no label: then it says its path itself."""
    members = (member for one in _maps(node) for member in one.members)
    return any(key.data == "path" and isinstance(value, JsonScalar) for key, value in members)


def _maps(node: JsonNode) -> tuple[JsonObject, ...]:
    """A block, or the blocks of a list; nothing if there is anything else."""
    if isinstance(node, JsonObject):
        return (node,)
    if isinstance(node, JsonList):
        maps = tuple(item for item in node.items if isinstance(item, JsonObject))
        return maps if len(maps) == len(node.items) else ()
    return ()


def _dynamic(node: JsonObject) -> frozenset[str]:
    """The types of blocks that `dynamic` makes in a body."""
    return frozenset(
        str(label.data)
        for key, value in node.members
        if key.data == "dynamic"
        for member in _maps(value)
        for label, below in member.members
        if any(inner[0].data == "content" for block in _maps(below) for inner in block.members)
    )


def _holds_dynamic(node: JsonNode) -> bool:
    if isinstance(node, JsonList):
        return any(map(_holds_dynamic, node.items))
    if isinstance(node, JsonObject):
        return bool(_dynamic(node)) or any(_holds_dynamic(value) for _, value in node.members)
    return False
