"""Reads HCL with tree-sitter: the bodies and blocks of a file, its comments and syntax errors."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from taskwall.core.patterns import pattern
from taskwall.core.values import Known, Span
from taskwall.readers.terraform.syntax.hcl_expressions import expression_at
from taskwall.readers.terraform.syntax.source import ParserSource, Pinned
from taskwall.readers.terraform.syntax.templates import template
from taskwall.readers.terraform.syntax.tree import (
    Attribute,
    Block,
    Body,
    Comment,
    Expression,
    Invalid,
    Later,
    Literal,
    TemplateExpression,
    with_maps,
)
from taskwall.source.stack import SourceError

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Tree

MOST_ERRORS = 20
"""Syntax errors reported of one file; after so many the rest is noise."""

DEEPEST_BLOCK = 30
"""How far blocks may be nested in each other."""

_parser: "Parser | None" = None


class Parsed(Struct, frozen=True):
    """A file as it was read.

    `shaky` are the indices of the blocks that stand among what is broken.
    """

    body: Body
    comments: tuple[Comment, ...] = ()
    errors: tuple[SourceError, ...] = ()
    shaky: frozenset[int] = frozenset()


def parse(path: str, text: str) -> Parsed:
    """Read a file. What is broken gives an error, and all around it is still read."""
    return Parse(path, text).read()


def parse_generated(text: str, place: Span) -> Parsed:
    """Read a text that a file holds at a place, and that a tool makes a file of.

    What is in it stands on the lines of that file if they are the same ones, as in a heredoc; else
    everything stands at the place.
    """
    same_lines = place.end_line - place.line - 1 == text.count("\n") > 0
    source = ParserSource(place.file, text, rows=place.line) if same_lines else Pinned(place, text)
    return _parsed(_tree(source.raw).root_node, source, asks=False)


class Parse:
    """A file as the parser has seen it: read as it is, or with its blocks elsewhere."""

    def __init__(self, path: str, text: str) -> None:
        self._asks = has_suppression(text)
        self._source, self._root = _read(ParserSource(path, text))
        self._pieces: list[tuple[int, str]] = []
        if self._root.has_error or _runs_on(self._root, text):
            # The parser may lose blocks behind an error: then each block is parsed by itself.
            self._pieces = _pieces(text)

    def read(self, down: Sequence[int] = ()) -> Parsed:
        """What stands in the file; `down` are lines by which each block stands further down."""
        source = self._source
        if len(self._pieces) < 2:
            return _parsed(self._root, source, self._asks, down)
        parts: list[Parsed] = []
        blocks: list[tuple[Block, bool]] = []
        attributes: dict[str, Attribute] = {}
        for row, piece in self._pieces:
            one, root = _read(ParserSource(source.path, piece, rows=row))
            part = _parsed(root, one, self._asks, down[len(blocks) :])
            parts.append(part)
            blocks += [(block, bool(part.errors)) for block in part.body.blocks]
            attributes.update(part.body.attributes)
        errors = tuple(error for part in parts for error in part.errors)
        return Parsed(
            Body(attributes, tuple(block for block, _ in blocks)),
            tuple(comment for part in parts for comment in part.comments),
            errors[:MOST_ERRORS] or tuple(_errors(self._root, source)),
            frozenset(index for index, (_, broken) in enumerate(blocks) if broken),
        )


def _read(source: ParserSource) -> "tuple[ParserSource, Node]":
    """A source and its tree.

    Up to Terraform 0.11 the type of a block and the name of an attribute might stand in quotes:
    `"default_action" {`, `"subnet_ids" = [...]`.
    """
    root = _tree(source.raw).root_node
    if root.has_error:
        text = source.raw.decode("utf-8", "replace")
        bare = _IN_QUOTES.sub(r"\1 \2 ", text)
        if bare != text:
            other = ParserSource(source.path, bare, source.rows)
            mended = _tree(other.raw).root_node
            if not mended.has_error:
                return other, mended
    return source, root


_IN_QUOTES = pattern(r'^([ \t]*)"([A-Za-z_][\w-]*)"(?=[ \t]*(?:\{|=[^=]))', re.MULTILINE)

_UNFINISHED = pattern(r'^[A-Za-z_][\w-]*(?:[ \t]+"[^"\n]*")*[ \t]*$', re.MULTILINE)


def _runs_on(root: "Node", text: str) -> bool:
    """Whether the head of a block goes on in a later line: that of a block in the making.

    HCL forbids it, the grammar does not: the word `resource` alone on a line would take the next
    block for its own.
    """
    body = _inner(root) if _UNFINISHED.search(text) else None
    return body is not None and any(
        child.start_point.row != part.start_point.row
        for child in body.children
        if child.type == "block"
        for part in child.children
        if part.type == "block_start"
    )


def _parsed(root: "Node", source: ParserSource, asks: bool, down: Sequence[int] = ()) -> Parsed:
    errors = tuple(_errors(root, source)) if root.has_error else ()
    body = _body(_inner(root), source, 0, down)
    if errors:
        salvaged = _salvaged(source, errors, down)
        if salvaged is not None and _size(salvaged) > _size(body):
            body = salvaged
    shaky = frozenset(range(len(body.blocks)) if errors else ())
    return Parsed(body, tuple(_comments(root, source)) if asks else (), errors, shaky)


def _size(body: Body) -> int:
    """How many attributes and blocks are in a body."""
    return len(body.attributes) + sum(1 + _size(block.body) for block in body.blocks)


BROKEN_VALUE = "_._"
"""Stands for the value of a line that was taken out; nothing can be declared under this name."""


def _salvaged(
    source: ParserSource, errors: tuple[SourceError, ...], down: Sequence[int]
) -> Body | None:
    """A block that is lost for one broken line, read without that line's value."""
    row = errors[0].place.line - 1 - source.rows
    lines = source.raw.split(b"\n")
    if not 0 < row < len(lines):
        return None
    line = lines[row]
    match = re.match(rb"(\s*[\w-]+\s*)[=:]", line)
    instead = match[1] + b"= " + BROKEN_VALUE.encode() if match else b""
    lines[row] = (instead if len(instead) <= len(line) else b"").ljust(len(line))
    other = ParserSource(source.path, b"\n".join(lines).decode("utf-8", "replace"), source.rows)
    root = _tree(other.raw).root_node
    return None if root.has_error else _body(_inner(root), other, 0, down)


def _pieces(text: str) -> list[tuple[int, str]]:
    """A text cut before each line that begins a block of Terraform, with the row of each cut."""
    start = re.compile(
        r"^(?:resource|data|module|variable|output|locals|provider|terraform|moved|import|removed"
        r"|check|ephemeral|include|dependency|dependencies|generate|remote_state|feature|exclude|unit|stack)"
        r"\b[^\n={]*\{",
        re.MULTILINE,
    )
    cuts = [match.start() for match in start.finditer(text)]
    if cuts and text[: cuts[0]].strip():
        cuts.insert(0, 0)
    row = text.count("\n", 0, cuts[0]) if cuts else 0
    found = []
    for index, cut in enumerate(cuts):
        piece = text[cut : cuts[index + 1]] if index + 1 < len(cuts) else text[cut:]
        found.append((row, piece))
        row += piece.count("\n")
    return found


def parse_expression(text: str, place: Span) -> Expression:
    """Read one expression that stands, with all that is in it, at one place.

    Such is the value of a variable on the command line, or a type in JSON.
    """
    return _only(Pinned(place, f"x = {text}\n"), place)


def parse_text(path: str, text: str, place: Span) -> Expression:
    """Read a text as a template that stands, with all that is in it, at one place."""
    return parse_template(path, text, place)


def parse_template(path: str, text: str, place: Span | None = None) -> Expression:
    """Read a whole file as a template, as `templatefile` does.

    The grammar knows templates only as texts in HCL: the file is read as a heredoc, one line lower.
    """
    lines = text.split("\n")
    words = {line.strip() for line in lines}
    mark = "T"
    while mark in words:
        mark += "T"
    wrapped = f"x = <<{mark}\n{text}\n{mark}\n"
    whole = Span(path, 1, 1, len(lines), len(lines[-1]) + 1)
    source = ParserSource(path, wrapped, rows=-1) if place is None else Pinned(place, wrapped)
    place = place or whole
    found = _only(source, place, added_newline=True)
    if isinstance(found, Literal):
        return Literal(place, Known(found.value.data, place))
    return (
        TemplateExpression(place, found.parts) if isinstance(found, TemplateExpression) else found
    )


def _only(source: ParserSource, place: Span, added_newline: bool = False) -> Expression:
    root = _tree(source.raw).root_node
    body = _inner(root)
    node = body.children[0] if body is not None and len(body.children) == 1 else None
    value = _value_of(node) if node is not None and node.type == "attribute" else None
    if root.has_error or value is None:
        return Invalid(place, "cannot be read")
    if added_newline:
        heredoc = value.children[0].children[0]
        return template(heredoc, source, expression_at, added_newline=True)
    return expression_at(value, source)


def _tree(raw: bytes) -> "Tree":
    global _parser
    if _parser is None:
        import tree_sitter_hcl
        from tree_sitter import Language, Parser

        _parser = Parser(Language(tree_sitter_hcl.language()))
    # Of several dollars before a brace the last two are the escape; the grammar takes the first.
    if b"$$${" in raw or b"%%%{" in raw:
        raw = _BEFORE_ESCAPE.sub(lambda marks: b"." * len(marks[0]), raw)
    tree = _parser.parse(raw)
    if tree.root_node.has_error:
        # The grammar lacks exponents without a fraction (`1e3`): other digits stand in for them.
        mended = _EXPONENT.sub(_digits, raw)
        if mended != raw:
            return _parser.parse(mended)
    return tree


_BEFORE_ESCAPE = pattern(rb"\$+(?=\$\$\{)|%+(?=%%\{)")
_EXPONENT = pattern(rb"(?<![\w.])\d+(?:\.\d+)?[eE][+-]?\d+")


def _digits(match: "re.Match[bytes]") -> bytes:
    return re.sub(rb"[eE+-]", b"0", match[0])


def _inner(node: "Node") -> "Node | None":
    """The `body` node below a file or a block; None if it is empty."""
    return next((child for child in node.children if child.type == "body"), None)


def _body(node: "Node | None", source: ParserSource, depth: int, down: Sequence[int] = ()) -> Body:
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    twice: list[Attribute] = []
    if node is None or depth > DEEPEST_BLOCK:
        return Body(attributes, ())
    last: Attribute | None = None
    for child in node.children:
        kind = child.type
        if source.broken and last is not None and child.start_point.row == _end_row(last, source):
            # What follows on its line belongs to the value, had it been understood.
            attributes[last.name] = _broken(last.name, last.place)
        last = None
        if kind == "attribute":
            attribute = last = _attribute(child, source)
            if attribute.name in attributes:
                twice.append(attribute)
            else:
                attributes[attribute.name] = attribute
        elif kind == "block":
            at = source.lower(down[len(blocks)]) if down else source
            blocks.append(_block(child, at, depth))
    return Body(attributes, tuple(blocks), tuple(twice))


def _end_row(attribute: Attribute, source: ParserSource) -> int:
    return attribute.place.end_line - 1 - source.rows


def _broken(name: str, place: Span) -> Attribute:
    invalid = Invalid(place, "has a syntax error", reported=True)
    return Attribute(name, place, Later(lambda: invalid))


def _attribute(node: "Node", source: ParserSource) -> Attribute:
    children = node.children
    name: Node = children[0]
    value: Node | None = children[-1]
    if value is None or value.type != "expression":
        value = _value_of(node)
    if value is None or (source.broken and _is_broken(node, source)):
        return _broken(source.text(name), source.place(node))
    expression = value
    return Attribute(
        source.name(name),
        source.place(name, value),
        Later(lambda: expression_at(expression, source)),
    )


def _is_broken(node: "Node", source: ParserSource) -> bool:
    """Whether a syntax error lies within a node, or on one of its lines."""
    rows = range(node.start_point.row, node.end_point.row + 1)
    return node.has_error or any(row in source.broken for row in rows)


def _value_of(node: "Node") -> "Node | None":
    return next((child for child in node.children if child.type == "expression"), None)


def _block(node: "Node", source: ParserSource, depth: int) -> Block:
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
    name = source.name(first)
    return Block(
        name,
        tuple(labels),
        source.place(first, last or first),
        source.place(node),
        Later(lambda: with_maps(_body(body, source, depth + 1), name)),
    )


def has_suppression(text: str) -> bool:
    """Whether a text holds a suppression."""
    return "taskwall" in text.lower() or "checkov:skip=" in text


def _comments(root: "Node", source: ParserSource) -> Iterator[Comment]:
    """The comments that suppress a rule, in the order of the file."""
    cursor = root.walk()
    while True:
        node = cursor.node
        assert node is not None
        if node.type == "comment":
            text = source.text(node)
            if has_suppression(text):
                yield Comment(text, source.place(node), _follows(node, source))
        if node.type != "comment" and cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _follows(node: "Node", source: ParserSource) -> bool:
    start = source.raw.rfind(b"\n", 0, node.start_byte) + 1
    return bool(source.raw[start : node.start_byte].strip())


def _errors(root: "Node", source: ParserSource) -> Iterator[SourceError]:
    """The broken stretches of a file, each with what the parser stumbled over.

    Something missing after the first error only follows from it.
    """
    count = 0
    pending = [root]
    while pending:
        node = pending.pop()
        if not (node.is_missing or node.is_error):
            if node.has_error:
                pending.extend(reversed(node.children))
            continue
        source.broken.add(node.start_point.row)
        count += 1
        if node.is_error and count <= MOST_ERRORS:
            yield _stumble(node, source)
        elif node.is_missing and count == 1:
            yield _missing(node, source)


def _missing(node: "Node", source: ParserSource) -> SourceError:
    """What is missing; of something that is never closed, the place where it was opened."""
    parent = node.parent
    if node.type in _CLOSERS and parent is not None and parent.parent is not None:
        opener = parent.parent if parent.type.endswith("_end") else parent
        found = next((c for c in opener.children if c.type in _OPENERS), opener.children[0])
        return SourceError(source.place(found), f"syntax error: {_CLOSERS[node.type]}")
    if source.raw[node.start_byte : node.start_byte + 1] == b"'":
        return SourceError(source.place(node), "syntax error: strings need double quotes")
    return SourceError(source.place(node), f"syntax error: {_wanted(node.type)} is missing")


_CLOSERS = {
    "}": 'this "{" is never closed',
    "]": 'this "[" is never closed',
    ")": 'this "(" is never closed',
    "quoted_template_end": "this string is never closed",
    '"': "this string is never closed",
    "heredoc_identifier": "this heredoc is never closed",
}
_OPENERS = frozenset(
    {"block_start", "object_start", "tuple_start", "quoted_template_start", "heredoc_start", "("}
)


def _wanted(kind: str) -> str:
    return {"identifier": "a name", "expression": "a value"}.get(kind, f'"{kind}"')


def _stumble(node: "Node", source: ParserSource) -> SourceError:
    """Where the parser stumbled: at the end of what it could not make sense of."""
    children = node.children
    place = source.place(node)
    if len(children) > 1 and place.end_line > place.line:
        at = source.place(children[-1], node)
        place = Span(at.file, at.line, at.column, at.line, at.column)
    line = source.line(place.line).strip()
    if not line:
        return SourceError(place, "syntax error")
    hint = "; strings need double quotes" if "'" in line else ""
    # What follows a name may be a secret: where nothing is parsed, nobody can tell.
    name = re.match(r"([\w.-]{1,40})\s*(?:[=:{]|\s\")", line)
    return SourceError(place, f"syntax error{f' at {name[1]}' if name else ''}{hint}")
