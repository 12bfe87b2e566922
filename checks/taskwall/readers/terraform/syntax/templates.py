"""Templates: quoted texts and heredocs, with their escapes, strip markers and directives.

The grammar skips white space inside templates, so a literal piece is what stands in the source
between two nodes.
"""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from taskwall.core.patterns import pattern
from taskwall.core.values import Known, Span
from taskwall.readers.terraform.syntax.source import ParserSource
from taskwall.readers.terraform.syntax.tree import (
    Conditional,
    Expression,
    For,
    Invalid,
    Join,
    Literal,
    TemplateExpression,
)

if TYPE_CHECKING:
    from tree_sitter import Node

DEEPEST_DIRECTIVE = 50
"""How far directives may be nested."""

Read = Callable[["Node", ParserSource], Expression]


class Token(Struct):
    """A piece of a template: a literal text, or something between `${` or `%{` and `}`.

    `strips` says on which sides white space is taken off the neighbouring literals.
    """

    kind: str
    place: Span
    text: str = ""
    expression: Expression | None = None
    names: tuple[str, ...] = ()
    strips: tuple[bool, bool] = (False, False)


def template(
    node: "Node", source: ParserSource, read: Read, added_newline: bool = False
) -> Expression:
    """A `quoted_template`, `string_lit` or `heredoc_template` node as an expression.

    `added_newline` takes off the last newline, which was added to wrap a file into a heredoc.
    """
    place = source.place(node)
    heredoc = node.type == "heredoc_template"
    tokens = list(_tokens(node, source, read, heredoc, 0))
    if any(token.kind == "deep" for token in tokens):
        return Invalid(place, f"has directives more than {DEEPEST_DIRECTIVE} levels deep")
    indented = source.raw[node.start_byte : node.start_byte + 3] == b"<<-"
    return assembled(tokens, place, heredoc, indented, added_newline)


def assembled(
    tokens: list[Token],
    place: Span,
    heredoc: bool = False,
    indented: bool = False,
    added_newline: bool = False,
) -> Expression:
    """The expression that the pieces of a template make, as they stand in the source."""
    for token in tokens:
        if token.kind == "text":
            token.text = token.text.replace("$${", "${").replace("%%{", "%{")
            if not heredoc:
                token.text = _unescaped(token.text)
    _strip(tokens)
    if indented:
        _take_indentation(tokens)
    if added_newline and tokens and tokens[-1].kind == "text":
        tokens[-1].text = tokens[-1].text.removesuffix("\n")
    parts = _nested(tokens, place)
    if not parts:
        return Literal(place, Known("", place))
    if len(parts) == 1 and isinstance(parts[0], str):
        return Literal(place, Known(parts[0], place))
    return TemplateExpression(place, parts)


def _tokens(
    node: "Node", source: ParserSource, read: Read, heredoc: bool, depth: int
) -> Iterator[Token]:
    children = node.children
    if heredoc and node.type == "heredoc_template":
        names = [child for child in children if child.type == "heredoc_identifier"]
        start = source.raw.find(b"\n", names[0].end_byte) + 1
        end = source.raw.rfind(b"\n", 0, names[-1].start_byte) + 1
        children = [
            child for child in children if child.start_byte >= start and child.end_byte <= end
        ]
        end = max(end, start)
    else:
        # The quotes, or the first and the last directive, are the bounds.
        start, end = children[0].end_byte, children[-1].start_byte
    if depth > DEEPEST_DIRECTIVE:
        yield Token("deep", source.place(node))
        return
    for child in children:
        kind = child.type
        if kind in _BOUNDS or kind == "template_literal":
            continue
        if kind in _OPENS:
            start = child.end_byte
            yield _directive(child, kind, source, read)
            continue
        yield from _literal(source, node, start, child.start_byte, heredoc)
        if kind == "template_directive":
            yield from _tokens(child.children[0], source, read, heredoc, depth + 1)
        else:
            yield _directive(child, kind, source, read)
        start = child.end_byte
    if node.type in _WHOLE:
        yield from _literal(source, node, start, end, heredoc)


_BOUNDS = frozenset(
    {"quoted_template_start", "quoted_template_end", "heredoc_start", "heredoc_identifier"}
)
_OPENS = frozenset({"template_if_intro", "template_for_start"})
_WHOLE = frozenset({"quoted_template", "string_lit", "heredoc_template"})


def _literal(
    source: ParserSource, node: "Node", start: int, end: int, heredoc: bool
) -> Iterator[Token]:
    """The literal text of a stretch of bytes; in a heredoc one token for each line."""
    if end <= start:
        return
    text = source.raw[start:end].decode("utf-8", "replace")
    place = source.place(node)
    for line in text.splitlines(keepends=True) if heredoc else (text,):
        yield Token("text", place, line)


def _directive(node: "Node", kind: str, source: ParserSource, read: Read) -> Token:
    expression = None
    names = []
    marks = []
    for index, child in enumerate(node.children):
        if child.type == "expression":
            expression = read(child, source)
        elif child.type == "identifier":
            names.append(source.text(child))
        elif child.type == "strip_marker":
            marks.append(index)
    last = len(node.children) - 1
    strips = (1 in marks, last - 1 in marks)
    return Token(kind, source.place(node), "", expression, tuple(names), strips)


def _take_indentation(tokens: list[Token]) -> None:
    """`<<-`: the least indentation of all lines is taken off each of them.

    Lines of white space alone do not count, and a line that starts with `${` has none. A line
    after a stripped line end counts as that line's rest and keeps its white space: so does HCL.
    """
    indented: list[Token] = []
    least: int | None = None
    starts = True
    for token in tokens:
        if starts:
            spaces = 0
            if token.kind == "text":
                rest = token.text.lstrip()
                if rest or not token.text.endswith("\n"):
                    spaces = len(token.text) - len(rest)
                    indented.append(token)
                else:
                    spaces = -1
            if spaces >= 0 and (least is None or spaces < least):
                least = spaces
        starts = token.kind == "text" and token.text.endswith("\n")
    for token in indented:
        token.text = token.text[least or 0 :]


def _strip(tokens: list[Token]) -> None:
    """`~`: white space next to it goes; in a heredoc only up to the line's end, as in HCL."""
    for index, token in enumerate(tokens):
        before, after = token.strips
        if before and index and tokens[index - 1].kind == "text":
            tokens[index - 1].text = tokens[index - 1].text.rstrip()
        if after and index + 1 < len(tokens) and tokens[index + 1].kind == "text":
            tokens[index + 1].text = tokens[index + 1].text.lstrip()


_ESCAPE = pattern(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(_unescape, text)


def _unescape(match: "re.Match[str]") -> str:
    if match[3]:
        return _ESCAPES.get(match[3], match[0])
    code = int(match[1] or match[2], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


class _Open(Struct):
    """A directive whose end has not come yet."""

    token: Token
    parts: list[str | Expression]
    then: tuple[str | Expression, ...] | None = None


_MISSING = 'is missing between "${" and "}"'


def _nested(tokens: list[Token], place: Span) -> tuple[str | Expression, ...]:
    """The flat tokens as parts, with each directive around what it governs."""
    stack = [_Open(Token("top", place), [])]
    for token in tokens:
        top = stack[-1]
        if token.kind == "text":
            if top.parts and isinstance(top.parts[-1], str):
                top.parts[-1] += token.text
            elif token.text:
                top.parts.append(token.text)
        elif token.kind in _OPENS:
            stack.append(_Open(token, []))
        elif token.kind == "template_else_intro" and top.token.kind == "template_if_intro":
            top.then, top.parts = tuple(top.parts), []
        elif token.kind in ("template_if_end", "template_for_end") and len(stack) > 1:
            stack.pop()
            stack[-1].parts.append(_closed(top))
        elif token.kind == "template_interpolation":
            top.parts.append(token.expression or Invalid(token.place, _MISSING))
    while len(stack) > 1:
        top = stack.pop()
        stack[-1].parts.append(_closed(top))
    return tuple(stack[0].parts)


def _closed(opened: _Open) -> Expression:
    token = opened.token
    here = TemplateExpression(token.place, tuple(opened.parts))
    if token.expression is None:
        return Invalid(token.place, "has a syntax error", reported=True)
    if token.kind == "template_if_intro":
        if opened.then is None:
            return Conditional(
                token.place, token.expression, here, TemplateExpression(token.place, ())
            )
        return Conditional(
            token.place, token.expression, TemplateExpression(token.place, opened.then), here
        )
    key = token.names[0] if len(token.names) > 1 else None
    value = token.names[-1] if token.names else "_"
    return Join(token.place, For(token.place, key, value, token.expression, here))
