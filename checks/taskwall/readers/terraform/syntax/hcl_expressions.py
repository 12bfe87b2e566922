"""Tree-sitter's expressions, made into those of `syntax`."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import isinf
from sys import intern
from typing import TYPE_CHECKING

from taskwall.core.patterns import pattern
from taskwall.core.values import Known, Scalar, Span
from taskwall.readers.terraform.syntax.source import ParserSource
from taskwall.readers.terraform.syntax.templates import template
from taskwall.readers.terraform.syntax.tree import (
    Access,
    AccessStep,
    Attr,
    Binary,
    Conditional,
    Expression,
    For,
    FunctionCall,
    Index,
    Invalid,
    Literal,
    Name,
    ObjectExpression,
    ObjectMember,
    Splat,
    Tuple,
    Unary,
)

if TYPE_CHECKING:
    from tree_sitter import Node

DEEPEST = 100
"""How far expressions may be nested; deeper ones are an error, not a crash."""

MOST_MEMBERS = 100_000
"""A list or an object that is written with more members is not read."""

_SIMPLE = pattern(
    rb"""(?P<text>"[^"\\$%\n]*")
    | (?P<path>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)
    | (?P<number>\d+)""",
    re.VERBOSE,
)
_CONSTANTS: dict[bytes, Scalar] = {b"true": True, b"false": False, b"null": None}


def expression_at(node: "Node", source: ParserSource, depth: int = 0) -> Expression:
    """The expression that an `expression` node stands for."""
    raw = source.raw[node.start_byte : node.end_byte]
    match = _SIMPLE.fullmatch(raw)
    if match is not None:
        return _simple(match, raw, node, source)
    if depth > DEEPEST:
        return Invalid(source.place(node), f"is nested more than {DEEPEST} levels deep")
    children = node.children
    if any(child.type == "comment" for child in children):
        children = [child for child in children if child.type != "comment"]
    return _sequence(children, source, depth)


def _simple(match: "re.Match[bytes]", raw: bytes, node: "Node", source: ParserSource) -> Expression:
    """What is written most: a text without a `$`, a whole number, a dotted path."""
    place = source.place(node)
    if match.lastgroup == "text":
        return Literal(place, Known(raw[1:-1].decode("utf-8", "replace"), place))
    if match.lastgroup == "number":
        return _number(raw.decode(), place)
    if raw in _CONSTANTS:
        return Literal(place, Known(_CONSTANTS[raw], place))
    base, *names = raw.decode("utf-8", "replace").split(".")
    if not names:
        return Name(place, base)
    if len(names) > DEEPEST:
        return Invalid(place, f"takes more than {DEEPEST} steps")
    return Access(place, Name(place, intern(base)), tuple(map(_attr, names)))


_attr = lru_cache(4096)(Attr)
"""The names of attributes are few, so that steps to them are shared."""


def _number(text: str, place: Span) -> Expression:
    if text.isdigit() and len(text) < 1000:
        return Literal(place, Known(int(text), place))
    number = float(text)
    if isinf(number):
        return Invalid(place, "is a number that is too large")
    whole = number.is_integer() and abs(number) < 1e15
    return Literal(place, Known(int(number) if whole else number, place))


def _sequence(nodes: "Sequence[Node]", source: ParserSource, depth: int) -> Expression:
    """A primary expression and the steps after it: they stand side by side in the tree."""
    if not nodes:
        raise AssertionError("the grammar has no empty expression")
    if depth > DEEPEST:
        return Invalid(source.place(nodes[0]), f"is nested more than {DEEPEST} levels deep")
    base, used = _primary(nodes, source, depth)
    if len(nodes) - used > DEEPEST:
        return Invalid(source.place(nodes[0], nodes[-1]), f"takes more than {DEEPEST} steps")
    if used == len(nodes):
        return base
    steps = _steps(nodes[used:], source, depth)
    if isinstance(steps, Invalid):
        return steps
    if isinstance(base, Access):
        return Access(source.place(nodes[0], nodes[-1]), base.base, (*base.steps, *steps))
    return Access(source.place(nodes[0], nodes[-1]), base, steps)


def _primary(nodes: "Sequence[Node]", source: ParserSource, depth: int) -> tuple[Expression, int]:
    """The expression at the start, and how many nodes it takes."""
    node = nodes[0]
    kind = node.type
    if kind == "(":
        return expression_at(nodes[1], source, depth + 1), 3
    read = _PRIMARY.get(kind)
    if read is None or node.is_missing:
        return _broken(node, source), len(nodes)
    return read(node, source, depth), 1


def _broken(node: "Node", source: ParserSource) -> Invalid:
    return Invalid(source.place(node), "has a syntax error", reported=True)


def _children(node: "Node") -> "list[Node]":
    return [child for child in node.children if child.type != "comment"]


def _steps(
    nodes: "Sequence[Node]", source: ParserSource, depth: int
) -> tuple[AccessStep, ...] | Invalid:
    steps: list[AccessStep] = []
    for node in nodes:
        kind = node.type
        if kind == "get_attr":
            steps.append(Attr(source.text(node.children[-1])))
        elif kind == "index":
            steps.append(Index(_index(node, source, depth)))
        elif kind == "splat":
            inner = node.children[0]
            below = _steps(inner.children[1:], source, depth)
            if isinstance(below, Invalid):
                return below
            if inner.type == "attr_splat":
                # `.*` reaches over attributes only: an index applies to the whole list.
                reach = next((i for i, s in enumerate(below) if not isinstance(s, Attr)), None)
                steps.append(Splat(below[:reach]))
                steps.extend(() if reach is None else below[reach:])
            else:
                steps.append(Splat(below))
        elif kind != "comment":
            return _broken(node, source)
    return tuple(steps)


_NUMBER = pattern(r"\b\d{1,18}\Z")
"""The end of an index that is written `.0`: a comment may stand before it. More digits are none."""


def _index(node: "Node", source: ParserSource, depth: int) -> Expression:
    inner = node.children[0]
    if inner.type == "legacy_index":
        place, number = source.place(node), _NUMBER.search(source.text(inner))
        return Literal(place, Known(int(number[0]), place)) if number else _broken(node, source)
    key = next((child for child in inner.children if child.type == "expression"), None)
    return _broken(node, source) if key is None else expression_at(key, source, depth + 1)


def _literal(node: "Node", source: ParserSource, depth: int) -> Expression:
    inner = node.children[0] if node.children else node
    if inner.type == "string_lit":
        return template(inner, source, _nested(depth))
    raw = source.raw[node.start_byte : node.end_byte]
    place = source.place(node)
    if raw in _CONSTANTS:
        return Literal(place, Known(_CONSTANTS[raw], place))
    try:
        return _number(raw.decode(), place)
    except ValueError:
        return _broken(node, source)


def _template(node: "Node", source: ParserSource, depth: int) -> Expression:
    return template(node.children[0], source, _nested(depth))


def _nested(depth: int) -> "Callable[[Node, ParserSource], Expression]":
    return lambda node, source: expression_at(node, source, depth + 1)


def _name(node: "Node", source: ParserSource, depth: int) -> Expression:
    return Name(source.place(node), source.text(node))


def _call(node: "Node", source: ParserSource, depth: int) -> Expression:
    arguments: list[Expression] = []
    expands = False
    for child in node.children:
        if child.type == "function_arguments":
            for argument in child.children:
                if argument.type == "expression":
                    arguments.append(expression_at(argument, source, depth + 1))
                elif argument.type == "ellipsis":
                    expands = True
    name = source.text(node.children[0])
    return FunctionCall(source.place(node), name, tuple(arguments), expands)


def _collection(node: "Node", source: ParserSource, depth: int) -> Expression:
    inner = node.children[0]
    if inner.child_count > 2 * MOST_MEMBERS:  # the commas count too
        return Invalid(source.place(node), f"has more than {MOST_MEMBERS} members")
    if inner.type == "tuple":
        return Tuple(
            source.place(inner),
            tuple(
                expression_at(child, source, depth + 1)
                for child in inner.children
                if child.type == "expression"
            ),
        )
    return ObjectExpression(
        source.place(inner),
        tuple(
            _member(child, source, depth) for child in inner.children if child.type == "object_elem"
        ),
    )


def _member(node: "Node", source: ParserSource, depth: int) -> ObjectMember:
    place = source.place(node)
    sides = [child for child in node.children if child.type == "expression"]
    if len(sides) != 2:
        broken = _broken(node, source)
        return ObjectMember(place, broken, broken)
    key = expression_at(sides[0], source, depth + 1)
    if isinstance(key, Name) and sides[0].children[0].type != "(":
        key = Literal(key.place, Known(key.name, key.place))
    return ObjectMember(place, key, expression_at(sides[1], source, depth + 1))


def _for(node: "Node", source: ParserSource, depth: int) -> Expression:
    inner = node.children[0]
    intro = condition = None
    results: list[Node] = []
    grouped = False
    for child in inner.children:
        kind = child.type
        if kind == "for_intro":
            intro = child
        elif kind == "expression":
            results.append(child)
        elif kind == "for_cond":
            condition = next((c for c in child.children if c.type == "expression"), None)
        elif kind == "ellipsis":
            grouped = True
    is_object = inner.type == "for_object_expr"
    if intro is None or len(results) != 1 + is_object:
        return _broken(node, source)
    names, collection = loop_of(intro, source)
    if collection is None or not names:
        return _broken(node, source)
    return For(
        source.place(inner),
        names[0] if len(names) > 1 else None,
        names[-1],
        expression_at(collection, source, depth + 1),
        expression_at(results[-1], source, depth + 1),
        expression_at(results[0], source, depth + 1) if is_object else None,
        None if condition is None else expression_at(condition, source, depth + 1),
        grouped,
    )


def loop_of(intro: "Node", source: ParserSource) -> "tuple[list[str], Node | None]":
    """The variables of a loop, and the node of what it goes over."""
    names = [source.text(child) for child in intro.children if child.type == "identifier"]
    collection = next((child for child in intro.children if child.type == "expression"), None)
    return names, collection


def _conditional(node: "Node", source: ParserSource, depth: int) -> Expression:
    """A conditional, put right.

    The grammar takes `a ? b : c ? d : e` for `(a ? b : c) ? d : e`; Terraform reads it from the
    right. A long chain is a long descent to the left, so it is walked, not recursed into.
    """
    chain: list[tuple[Node, Node, Node]] = []
    while True:
        sides = [child for child in node.children if child.type == "expression"]
        if len(sides) != 3:
            return _broken(node, source)
        chain.append((sides[0], sides[1], sides[2]))
        first = sides[0].children
        if len(first) != 1 or first[0].type != "conditional":
            break
        node = first[0]
    # chain[0] is the outermost in the tree and the last in the text.
    end = chain[0][2]
    otherwise = expression_at(end, source, depth + 1)
    if len(chain) > DEEPEST:
        return Invalid(source.place(chain[-1][0]), f"has more than {DEEPEST} alternatives")
    for index, (condition, then, _) in enumerate(chain):
        test = chain[index + 1][2] if index + 1 < len(chain) else condition
        otherwise = Conditional(
            source.place(test, end),
            expression_at(test, source, depth + 1),
            expression_at(then, source, depth + 1),
            otherwise,
        )
    return otherwise


_BINARY = frozenset(("||", "&&", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%"))


def _operation(node: "Node", source: ParserSource, depth: int) -> Expression:
    """An operation. A long `a + b + c` leans to the left: it is walked, not recursed into."""
    rights: list[tuple[str, list[Node]]] = []
    first = node
    while True:
        inner = node.children[0]
        children = _children(inner)
        if inner.type == "unary_operation":
            operand = _sequence(children[1:], source, depth + 1)
            left: Expression = Unary(source.place(node), source.text(children[0]), operand)
            break
        at = next((i for i, child in enumerate(children) if child.type in _BINARY), 0)
        if not 0 < at < len(children) - 1:
            return _broken(node, source)
        rights.append((children[at].type, children[at + 1 :]))
        if at == 1 and children[0].type == "operation":
            node = children[0]
            continue
        left = _sequence(children[:at], source, depth + 1)
        break
    if len(rights) > DEEPEST:
        return Invalid(source.place(first), f"has more than {DEEPEST} operands")
    start = source.place(node)  # a parenthesis before the left side is part of it
    for operator, nodes in reversed(rights):
        right = _sequence(nodes, source, depth + 1)
        stop = source.place(nodes[-1])
        place = type(start)(start.file, start.line, start.column, stop.end_line, stop.end_column)
        left = Binary(place, operator, left, right)
    return left


_PRIMARY: "dict[str, Callable[[Node, ParserSource, int], Expression]]" = {
    "literal_value": _literal,
    "template_expr": _template,
    "collection_value": _collection,
    "variable_expr": _name,
    "function_call": _call,
    "for_expr": _for,
    "conditional": _conditional,
    "operation": _operation,
}
