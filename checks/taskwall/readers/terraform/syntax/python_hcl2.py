"""Reads HCL with python-hcl2, for those who have it: a second opinion behind the same tree.

Nothing of taskwall installs it: checkov brings a package of the same name (`hcl2`) that is another
one. Slower by far than what is used otherwise, it serves to hold the two against each other.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from math import isinf
from typing import Any

from taskwall.core.values import Known, Scalar, Span
from taskwall.readers.terraform.syntax.hcl import Parsed, has_suppression
from taskwall.readers.terraform.syntax.templates import Token, assembled
from taskwall.readers.terraform.syntax.tree import (
    Access,
    AccessStep,
    Attr,
    Attribute,
    Binary,
    Block,
    Body,
    Comment,
    Conditional,
    Expression,
    For,
    FunctionCall,
    Index,
    Invalid,
    Later,
    Literal,
    Name,
    ObjectExpression,
    ObjectMember,
    Splat,
    Tuple,
    Unary,
    with_maps,
)
from taskwall.source.stack import SourceError

DISTRIBUTION = "python-hcl2"
_CONSTANTS: dict[str, Scalar] = {"true": True, "false": False, "null": None}


def unusable() -> str | None:
    """Why python-hcl2 cannot be used here; None if it can."""
    try:
        import hcl2
    except ImportError:
        return "python-hcl2 is not installed: pip install python-hcl2"
    if not hasattr(hcl2, "parses_to_tree"):
        return (
            "the installed package hcl2 is not python-hcl2 8 or later (checkov brings another one "
            "of that name): install python-hcl2 into an environment without checkov"
        )
    return None


def parse(path: str, text: str) -> Parsed:
    """Read a file. Where something is broken all of it is an error: the parser does not go on."""
    import hcl2
    from lark.exceptions import (
        LarkError,
        UnexpectedInput,
    )

    reader = _Reader(path, text)
    try:
        tree = hcl2.parses_to_tree(text)
    except UnexpectedInput as error:
        at = error.pos_in_stream if error.pos_in_stream is not None else len(text)
        return Parsed(Body({}, ()), errors=(SourceError(reader.place(at, at), "syntax error"),))
    except (LarkError, RecursionError) as error:
        kind = type(error).__name__
        place = reader.place(0, 0)
        return Parsed(Body({}, ()), errors=(SourceError(place, f"cannot be parsed: {kind}"),))
    comments = tuple(reader.comments(tree)) if has_suppression(text) else ()
    return Parsed(reader.body(tree.children[0]), comments)


def _leaves(node: Any) -> Iterator[Any]:
    """The tokens of a node, without line ends and comments."""
    if not hasattr(node, "children"):
        if node.type != "NL_OR_COMMENT":
            yield node
        return
    for child in node.children:
        yield from _leaves(child)


def _kind(node: Any) -> str:
    return str(node.data) if hasattr(node, "children") else str(node.type)


def _children(node: Any) -> list[Any]:
    return [c for c in node.children if c is not None and _kind(c) != "new_line_or_comment"]


class _Reader:
    """Makes the tree of one file, or of an expression within it that starts at `base`."""

    def __init__(self, path: str, text: str, whole: str | None = None, base: int = 0) -> None:
        self._path = path
        self._text = text
        self._whole = text if whole is None else whole
        self._base = base
        self._lines = [0, *(match.end() for match in re.finditer("\n", self._whole))]

    def place(self, start: int, end: int) -> Span:
        """The place of a stretch of the text."""
        start, end = start + self._base, end + self._base
        row = bisect_right(self._lines, start) - 1
        last = bisect_right(self._lines, end) - 1
        columns = start - self._lines[row] + 1, end - self._lines[last] + 1
        return Span(self._path, row + 1, columns[0], last + 1, columns[1])

    def _span(self, node: Any) -> tuple[int, int]:
        tokens = [*_leaves(node)]
        first, last = tokens[0], tokens[-1]
        skipped = len(first) - len(first.lstrip()) if first.type in ("EQ", "COLON") else 0
        return first.start_pos + skipped, last.start_pos + len(last.rstrip("\n"))

    def _of(self, first: Any, last: Any = None) -> Span:
        return self.place(self._span(first)[0], self._span(last or first)[1])

    def _words(self, node: Any) -> str:
        start, end = self._span(node)
        return self._text[start:end]

    def comments(self, tree: Any) -> Iterator[Comment]:
        """The comments that suppress a rule."""
        for token in tree.scan_values(lambda token: token.type == "NL_OR_COMMENT"):
            text = str(token).rstrip("\n")
            if has_suppression(text):
                start = token.start_pos
                line = self._text.rfind("\n", 0, start) + 1
                trailing = bool(self._text[line:start].strip())
                yield Comment(text, self.place(start, start + len(text)), trailing)

    def body(self, node: Any) -> Body:
        """A body."""
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        twice: list[Attribute] = []
        for child in _children(node):
            if _kind(child) == "block":
                blocks.append(self._block(child))
                continue
            name, *_, value = _children(child)
            found = Attribute(
                self._words(name),
                self._of(name, value),
                self._later(value),
            )
            if found.name in attributes:
                twice.append(found)
            else:
                attributes[found.name] = found
        return Body(attributes, tuple(blocks), tuple(twice))

    def _later(self, node: Any) -> Later[Expression]:
        return Later(lambda: self.expression(node))

    def _block(self, node: Any) -> Block:
        children = _children(node)
        at = next(i for i, child in enumerate(children) if _kind(child) == "LBRACE")
        head, inner = children[:at], children[at + 1]
        labels = tuple(
            self._words(label)[1:-1] if _kind(label) == "string" else self._words(label)
            for label in head[1:]
        )
        kind = self._words(head[0])
        return Block(
            kind,
            labels,
            self._of(head[0], head[-1]),
            self._of(head[0], children[-1]),
            Later(lambda: with_maps(self.body(inner), kind)),
        )

    def expression(self, node: Any) -> Expression:
        """An expression."""
        read = getattr(self, f"_{_kind(node)}", None)
        if read is None:
            return Invalid(self._of(node), "is not understood")
        found: Expression = read(node)
        return found

    def _expr_term(self, node: Any) -> Expression:
        children = _children(node)
        return self.expression(children[1 if _kind(children[0]) == "LPAR" else 0])

    def _int_lit(self, node: Any) -> Expression:
        text, place = self._words(node), self._of(node)
        bare = text.lstrip("-")
        if len(bare) >= 1000 or (not bare.isdigit() and isinf(float(bare))):
            return Invalid(place, "is a number that is too large")
        number: int | float = int(bare) if bare.isdigit() else float(bare)
        number = int(number) if isinstance(number, float) and number.is_integer() else number
        if text == bare:
            return Literal(place, Known(number, place))
        inner = self.place(self._span(node)[0] + 1, self._span(node)[1])
        return Unary(place, "-", Literal(inner, Known(number, inner)))

    _float_lit = _int_lit

    def _identifier(self, node: Any) -> Expression:
        return Name(self._of(node), self._words(node))

    def _literal_value(self, node: Any) -> Expression:
        place = self._of(node)
        return Literal(place, Known(_CONSTANTS[self._words(node)], place))

    def _unary_op(self, node: Any) -> Expression:
        sign, operand = _children(node)
        return Unary(self._of(node), str(sign), self.expression(operand))

    def _binary_op(self, node: Any) -> Expression:
        left, term = _children(node)[:2]
        operator, right = _children(term)
        one = self.expression(left)
        place = self._of(left, term)
        return Binary(place, self._words(operator), one, self.expression(right))

    def _conditional(self, node: Any) -> Expression:
        condition, _, then, _, otherwise = _children(node)
        sides = (self.expression(side) for side in (condition, then, otherwise))
        return Conditional(self._of(node), *sides)

    def _tuple(self, node: Any) -> Expression:
        items = [child for child in _children(node) if hasattr(child, "children")]
        return Tuple(self._of(node), tuple(map(self.expression, items)))

    def _object(self, node: Any) -> Expression:
        members = [child for child in _children(node) if _kind(child) == "object_elem"]
        return ObjectExpression(self._of(node), tuple(map(self._member, members)))

    def _member(self, node: Any) -> ObjectMember:
        key, _, value = _children(node)
        (inner,) = _children(key)
        found = Name(self._of(inner), self._words(inner)) if _kind(inner) == "keyword" else None
        found_key: Expression = found or self.expression(inner)
        if isinstance(found_key, Name) and not self._words(inner).startswith("("):
            place = found_key.place
            found_key = Literal(place, Known(found_key.name, place))
        return ObjectMember(self._of(node), found_key, self.expression(value))

    def _function_call(self, node: Any) -> Expression:
        children = _children(node)
        name = "::".join(self._words(child) for child in children if _kind(child) == "identifier")
        given = next((child for child in children if _kind(child) == "arguments"), None)
        parts = [] if given is None else _children(given)
        arguments = tuple(self.expression(part) for part in parts if hasattr(part, "children"))
        expands = any(_kind(part) == "ELLIPSIS" for part in parts)
        return FunctionCall(self._of(node), name, arguments, expands)

    def _get_attr_expr_term(self, node: Any) -> Expression:
        base, step = _children(node)
        return self._access(node, base, (self._step(step),))

    _index_expr_term = _get_attr_expr_term

    def _attr_splat_expr_term(self, node: Any) -> Expression:
        base, splat = _children(node)
        below = tuple(map(self._step, _children(splat)[1:]))
        reach = next((i for i, step in enumerate(below) if not isinstance(step, Attr)), len(below))
        return self._access(node, base, (Splat(below[:reach]), *below[reach:]))

    def _full_splat_expr_term(self, node: Any) -> Expression:
        base, splat = _children(node)
        return self._access(node, base, (Splat(tuple(map(self._step, _children(splat)[1:]))),))

    def _access(self, node: Any, base: Any, steps: tuple[AccessStep, ...]) -> Expression:
        inner = self.expression(base)
        if isinstance(inner, Access):
            return Access(self._of(node), inner.base, (*inner.steps, *steps))
        return Access(self._of(node), inner, steps)

    def _step(self, node: Any) -> AccessStep:
        children = _children(node)
        if _kind(node) == "get_attr":
            return Attr(self._words(children[1]))
        if _kind(node) == "short_index":
            place = self._of(node)
            return Index(Literal(place, Known(int(str(children[1])), place)))
        return Index(self.expression(children[1]))

    def _for_tuple_expr(self, node: Any) -> Expression:
        intro: Any = None
        results = []
        condition = None
        grouped = False
        for child in _children(node)[1:-1]:
            kind = _kind(child)
            if kind == "for_intro":
                intro = child
            elif kind == "for_cond":
                condition = self.expression(_children(child)[1])
            elif kind == "ELLIPSIS":
                grouped = True
            elif hasattr(child, "children"):
                results.append(self.expression(child))
        parts = _children(intro)
        names = [self._words(part) for part in parts if _kind(part) == "identifier"]
        collection = next(
            p for p in parts if hasattr(p, "children") and _kind(p) not in ("identifier", "keyword")
        )
        return For(
            self._of(node),
            names[0] if len(names) > 1 else None,
            names[-1],
            self.expression(collection),
            results[-1],
            results[0] if len(results) > 1 else None,
            condition,
            grouped,
        )

    _for_object_expr = _for_tuple_expr

    def _template_string(self, node: Any) -> Expression:
        place = self._of(node)
        return Literal(place, Known(self._words(node).strip('\\"'), place))

    def _string(self, node: Any) -> Expression:
        place = self._of(node)
        tokens = [self._token(part.children[0]) for part in _children(node)[1:-1]]
        return assembled(tokens, place)

    def _token(self, part: Any) -> Token:
        if not hasattr(part, "children"):
            return Token("text", self.place(part.start_pos, part.end_pos), str(part))
        return self.directive(part)

    def directive(self, node: Any) -> Token:
        """What stands between braces in a template."""
        children = _children(node)
        kinds = [_kind(child) for child in children]
        kind = _TOKENS[_kind(node)]
        value = None
        names: list[str] = []
        for child in children:
            if _kind(child) == "identifier" and "_for_start" in _kind(node):
                names.append(self._words(child))
            elif hasattr(child, "children"):
                value = self.expression(child)
        strips = (kinds[1] == "STRIP_MARKER", kinds[-2] == "STRIP_MARKER" and len(kinds) > 3)
        return Token(kind, self._of(node), "", value, tuple(names), strips)

    def _heredoc_template(self, node: Any) -> Expression:
        """The parser leaves the inside of a heredoc as it stands: it is taken apart here."""
        start, end = self._span(node)
        text = self._text[start:end]
        head = text.index("\n") + 1
        tail = text.rindex("\n") + 1
        tokens = []
        for piece, at in _pieces(text[head:tail]):
            begin = start + head + at
            if not piece.startswith(("${", "%{")):
                place = self.place(start, end)
                tokens += [Token("text", place, line) for line in piece.splitlines(keepends=True)]
                continue
            tokens.append(self._inner(piece, begin))
        return assembled(tokens, self.place(start, end), heredoc=True, indented=text[2] == "-")

    _heredoc_template_trim = _heredoc_template

    def _inner(self, piece: str, begin: int) -> Token:
        """What stands between braces in a heredoc, read as if it stood in a text."""
        import hcl2
        from lark.exceptions import LarkError

        # A text cannot hold `~` in an interpolation, nor line ends: blanks stand for them.
        quiet = piece.replace("\n", " ")
        strips = (quiet[2] == "~", quiet[-2] == "~" and len(quiet) > 4)
        if piece.startswith("${"):
            quiet = quiet[:2] + quiet[2:-1].replace("~", " ", 1 if strips[0] else 0) + "}"
            quiet = quiet[:-2] + " }" if strips[1] else quiet
        place = self.place(begin, begin + len(piece))
        unread = Token("template_interpolation", place, "", Invalid(place, "is not understood"))
        try:
            tree = hcl2.parses_to_tree(f'x = "{quiet}"')
        except LarkError:
            return unread
        part = next((one for one in tree.iter_subtrees_topdown() if _kind(one) in _TOKENS), None)
        if part is None:
            return unread
        reader = _Reader(self._path, f'x = "{quiet}"', self._whole, self._base + begin - 5)
        found = reader.directive(part)
        return Token(found.kind, found.place, "", found.expression, found.names, strips)


_TOKENS = {
    "interpolation": "template_interpolation",
    "template_if_start": "template_if_intro",
    "template_else": "template_else_intro",
    "template_endif": "template_if_end",
    "template_for_start": "template_for_start",
    "template_endfor": "template_for_end",
}


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    """A heredoc's text cut into literals and what stands in braces, each with its offset."""
    start = at = 0
    while at < len(text):
        if text.startswith(("$${", "%%{"), at):
            at += 3
        elif text.startswith(("${", "%{"), at):
            if at > start:
                yield text[start:at], start
            end = _closing(text, at + 2)
            yield text[at:end], at
            start = at = end
        else:
            at += 1
    if at > start:
        yield text[start:at], start


def _closing(text: str, at: int) -> int:
    """Behind the brace that closes one; braces in texts within do not count."""
    depth = 1
    quoted = False
    while at < len(text) and depth:
        sign = text[at]
        if quoted and sign == "\\":
            at += 1
        elif sign == '"':
            quoted = not quoted
        elif not quoted:
            depth += (sign == "{") - (sign == "}")
        at += 1
    return at
