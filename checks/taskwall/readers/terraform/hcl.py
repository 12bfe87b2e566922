"""Reads HCL with tree-sitter: the bodies and blocks of a file, its comments and syntax errors."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from taskwall.readers.terraform.expressions import expression_at
from taskwall.readers.terraform.source import Source
from taskwall.readers.terraform.syntax import (
    Attribute,
    Block,
    Body,
    Comment,
    Expression,
    Invalid,
    Later,
)
from taskwall.readers.terraform.templates import template
from taskwall.stack import SourceError
from taskwall.values import Place

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

MOST_ERRORS = 20
"""Syntax errors told of one file; after so many the rest is noise."""

DEEPEST_BLOCK = 30
"""How far blocks may be nested in each other."""

_parser: "Parser | None" = None


class Parsed(Struct, frozen=True):
    """A file as it was read."""

    body: Body
    comments: tuple[Comment, ...] = ()
    errors: tuple[SourceError, ...] = ()


def parse(path: str, text: str) -> Parsed:
    """Read a file. What is broken gives an error, and all around it is still read."""
    source = Source(path, text)
    root = _tree(source.raw).root_node
    errors = tuple(_errors(root, source)) if root.has_error else ()
    comments = tuple(_comments(root, source)) if _speaks(text) else ()
    return Parsed(_body(_inner(root), source, 0), comments, errors)


def parse_expression(path: str, text: str) -> Expression:
    """Read one expression, such as the value of a variable on the command line."""
    source = Source(path, "x = " + text + "\n")
    return _only(source, Place(path, 1, 1, 1, 1))


def parse_template(path: str, text: str) -> Expression:
    """Read a whole file as a template, as `templatefile` does.

    The grammar knows templates only as texts in HCL: the file is read as a heredoc, one line lower.
    """
    mark = "T"
    while mark in text:
        mark += "T"
    source = Source(path, f"x = <<{mark}\n{text}\n{mark}\n", rows=-1)
    return _only(source, Place(path, 1, 1, 1, 1), added_newline=True)


def _only(source: Source, place: Place, added_newline: bool = False) -> Expression:
    root = _tree(source.raw).root_node
    body = _inner(root)
    if root.has_error or body is None or len(body.children) != 1:
        return Invalid(place, "is not valid")
    node = body.children[0]
    value = _value_of(node)
    if node.type != "attribute" or value is None:
        return Invalid(place, "is not valid")
    if added_newline:
        inner = value.children[0].children[0]
        return template(inner, source, expression_at, added_newline=True)
    return expression_at(value, source)


def _tree(raw: bytes) -> "Tree":
    global _parser
    if _parser is None:
        import tree_sitter_hcl
        from tree_sitter import Language, Parser

        _parser = Parser(Language(tree_sitter_hcl.language()))
    return _parser.parse(raw)


def _inner(node: "Node") -> "Node | None":
    """The `body` node below a file or a block; None if it is empty."""
    return next((child for child in node.children if child.type == "body"), None)


def _body(node: "Node | None", source: Source, depth: int) -> Body:
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    twice: list[Attribute] = []
    if node is None or depth > DEEPEST_BLOCK:
        return Body(attributes, ())
    for child in node.children:
        kind = child.type
        if kind == "attribute":
            attribute = _attribute(child, source)
            if attribute.name in attributes:
                twice.append(attribute)
            else:
                attributes[attribute.name] = attribute
        elif kind == "block":
            blocks.append(_block(child, source, depth))
    return Body(attributes, tuple(blocks), tuple(twice))


def _attribute(node: "Node", source: Source) -> Attribute:
    children = node.children
    name, value = children[0], children[-1]
    if value.type != "expression":
        found = _value_of(node)
        if found is None:
            place = source.place(node)
            invalid = Invalid(place, "has a syntax error", reported=True)
            return Attribute(source.text(name), place, Later(lambda: invalid))
        value = found
    return Attribute(
        source.text(name),
        source.place(name, value),
        Later(lambda: expression_at(value, source)),
    )


def _value_of(node: "Node") -> "Node | None":
    return next((child for child in node.children if child.type == "expression"), None)


def _block(node: "Node", source: Source, depth: int) -> Block:
    labels: list[str] = []
    first = last = None
    body: Node | None = None
    for child in node.children:
        kind = child.type
        if kind == "identifier":
            if first is None:
                first = last = child
            else:
                labels.append(source.text(child))
                last = child
        elif kind == "string_lit":
            labels.append(source.text(child)[1:-1])
            last = child
        elif kind == "body":
            body = child
    assert first is not None  # the grammar has no block without its type
    return Block(
        source.text(first),
        tuple(labels),
        source.place(first, last or first),
        source.place(node),
        Later(lambda: _body(body, source, depth + 1)),
    )


def _speaks(text: str) -> bool:
    return "taskwall:skip=" in text or "checkov:skip=" in text


def _comments(root: "Node", source: Source) -> Iterator[Comment]:
    """The comments that ask for silence, in the order of the file."""
    cursor = root.walk()
    while True:
        node = cursor.node
        assert node is not None
        if node.type == "comment":
            text = source.text(node)
            if _speaks(text):
                yield Comment(text, source.place(node), _follows(node, source))
        if node.type != "comment" and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _follows(node: "Node", source: Source) -> bool:
    start = source.raw.rfind(b"\n", 0, node.start_byte) + 1
    return bool(source.raw[start : node.start_byte].strip())


def _errors(root: "Node", source: Source) -> Iterator[SourceError]:
    """The broken stretches of a file, each with what the parser stumbled over."""
    count = 0
    pending = [root]
    while pending and count < MOST_ERRORS:
        node = pending.pop()
        if node.is_missing:
            count += 1
            yield SourceError(source.place(node), f"syntax error: {_wanted(node.type)} is missing")
        elif node.is_error:
            count += 1
            yield SourceError(source.place(node), _complaint(node, source))
        elif node.has_error:
            pending.extend(reversed(node.children))


_WORDS = {
    "block_end": 'the closing "}" of a block',
    "object_end": 'the closing "}" of an object',
    "tuple_end": 'the closing "]" of a list',
    "quoted_template_end": "the closing quote of a text",
    "template_interpolation_end": 'the closing "}" of "${"',
    "identifier": "a name",
    "expression": "a value",
}


def _wanted(kind: str) -> str:
    return _WORDS.get(kind, f'"{kind}"')


def _complaint(node: "Node", source: Source) -> str:
    """What is wrong with a stretch: its first words, cut short."""
    text = source.text(node)
    line = text.lstrip().split("\n", 1)[0].strip()
    if not line:
        return "syntax error"
    if len(line) > 40:
        line = line[:37] + "..."
    hint = ""
    opened = text.count("{") - text.count("}")
    if node.start_byte == 0 and node.end_byte >= len(source.raw.rstrip()) and opened > 0:
        hint = '; is a closing "}" missing?'
    elif "'" in line:
        hint = "; texts stand in double quotes"
    return f"syntax error at: {line}{hint}"
