"""The small wrong changes that can be made to a Python file, one at a time.

Each is an expression or a statement, and the text that takes its place; the rest of the file stays
as it is written. Texts in quotes, f-strings, annotations, types and docstrings are left alone: they
word messages, and no verdict hangs on them. So are decorators: functions are changed beneath them;
and what only makes another type of a value (`KEEPS`).
"""

import ast
from collections.abc import Iterator
from itertools import accumulate

from msgspec import Struct

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
JOINED: dict[type[ast.operator], type[ast.operator]] = {
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}
CALLED = {"all_of": "any_of", "all": "any", "min": "max"}
CALLED |= {other: one for one, other in CALLED.items()}
KEEPS = ("bool", "list", "tuple")
"""What makes nothing more or less true, and nothing more or fewer."""


class Mutant(Struct, frozen=True, order=True):
    """One change: the bytes from `start` to `end` of a file become `text`.

    `lines` are the first and last line of the statement around it, without what is nested in it,
    and `function` those of the outermost function, if it is in one.
    """

    file: str
    start: int
    end: int
    text: str
    lines: tuple[int, int]
    function: tuple[int, int] | None = None

    def applied(self, source: str) -> str:
        """The source of its file, changed."""
        code = source.encode()
        return (code[: self.start] + self.text.encode() + code[self.end :]).decode()


def mutants(file: str, source: str) -> list[Mutant]:
    """All mutants of a file's source, in the order of their places."""
    begins = [0, *accumulate(len(line) for line in source.encode().splitlines(keepends=True))]
    tree = ast.parse(source)
    functions = [
        (node.body[0].lineno, node.end_lineno or 0)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    ]
    found = set()
    for node, text, statement in _changes(tree):
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        found.add(
            Mutant(
                file,
                begins[node.lineno - 1] + node.col_offset,
                begins[node.end_lineno - 1] + node.end_col_offset,
                text,
                _lines(statement),
                min(
                    (one for one in functions if one[0] <= statement.lineno <= one[1]), default=None
                ),
            )
        )
    return sorted(found)


def _lines(statement: ast.stmt) -> tuple[int, int]:
    """The first and last line of a statement; of one with a body, those of its head."""
    body = getattr(statement, "body", None)
    last = body[0].lineno - 1 if body else statement.end_lineno
    return statement.lineno, max(statement.lineno, last or 0)


def _changes(
    node: ast.AST, statement: ast.stmt | None = None
) -> Iterator[tuple[ast.expr | ast.stmt, str, ast.stmt]]:
    """What may take the place of a node or of one below it, and the statement around each."""
    if isinstance(node, ast.JoinedStr) or _only_types(node):
        return
    if isinstance(node, ast.stmt):
        statement = node
    if statement is not None:
        for place, text in (*_of_statement(node), *_of_expression(node)):
            yield place, text, statement
    for name, child in ast.iter_fields(node):
        if name in ("annotation", "returns", "slice", "decorator_list") or (
            name in ("keywords", "bases") and isinstance(node, ast.ClassDef)
        ):
            continue
        for each in child if isinstance(child, list) else [child]:
            if isinstance(each, ast.AST):
                yield from _changes(each, statement)


def _only_types(node: ast.AST) -> bool:
    if isinstance(node, ast.AnnAssign):
        return ast.unparse(node.annotation) == "TypeAlias"
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _of_statement(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    match node:
        case ast.If() | ast.While():
            for text in ("True", "False"):
                if ast.unparse(node.test) != text:
                    yield node.test, text
        case ast.Expr(value=ast.Constant()):
            pass  # a docstring
        case ast.Expr() | ast.AugAssign():
            yield node, "pass"
        case ast.Continue():
            yield node, "break"
        case ast.Break():
            yield node, "continue"


def _of_expression(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    match node:
        case ast.Constant(value=bool(value)):
            yield node, str(not value)
        case ast.Constant(value=int(value)):
            yield node, str(value + 1)
            yield node, str(value - 1)
        case ast.Compare(left, ops, comparators):
            for number, op in enumerate(ops):
                for other in COMPARED[type(op)]:
                    changed = [*ops[:number], other(), *ops[number + 1 :]]
                    yield node, _text(ast.Compare(left, changed, comparators))
        case ast.BoolOp(op, values):
            other_op = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield node, _text(ast.BoolOp(other_op, values))
            for number in range(len(values)):
                rest = [*values[:number], *values[number + 1 :]]
                yield node, _text(ast.BoolOp(op, rest) if len(rest) > 1 else rest[0])
        case ast.UnaryOp(ast.Not() | ast.Invert(), operand):
            yield node, _text(operand)
        case ast.BinOp(left, op, right) if type(op) in JOINED:
            yield node, _text(ast.BinOp(left, JOINED[type(op)](), right))
            if isinstance(op, ast.BitAnd | ast.BitOr):
                yield node, _text(left)
                yield node, _text(right)
        case ast.IfExp(_, body, orelse):
            yield node, _text(body)
            yield node, _text(orelse)
        case ast.Call():
            yield from _of_call(node)
        case ast.List(elts, ast.Load()) | ast.Set(elts) | ast.Tuple(elts, ast.Load()):
            for each in elts if len(elts) > 1 else ():
                yield node, ast.unparse(_without(node, each))
        case ast.Dict(keys, values) if len(keys) > 1:
            for number in range(len(keys)):
                few = [*keys[:number], *keys[number + 1 :]]
                yield node, ast.unparse(ast.Dict(few, [*values[:number], *values[number + 1 :]]))
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            yield from _of_comprehension(node)


def _of_call(node: ast.Call) -> Iterator[tuple[ast.expr, str]]:
    name = ast.unparse(node.func)
    if name in CALLED:
        yield node.func, CALLED[name]
    given = node.args[0] if node.args else None
    if name == "Fact" and given is not None:
        match given:
            case ast.Constant(value=bool()):
                truths: tuple[bool | None, ...] = (None,)  # true and false are constants as others
            case ast.Constant():
                truths = (True, False)
            case _:
                truths = (True, False, None)
        for truth in truths:
            yield given, str(truth)
    elif given is not None and not isinstance(given, ast.Starred) and name not in KEEPS:
        yield node, _text(given)


def _of_comprehension(
    node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp,
) -> Iterator[tuple[ast.expr, str]]:
    for loop in node.generators:
        for each in loop.ifs:
            kept, loop.ifs = loop.ifs, [other for other in loop.ifs if other is not each]
            text = ast.unparse(node)
            loop.ifs = kept
            yield node, text


def _without(node: ast.List | ast.Set | ast.Tuple, element: ast.expr) -> ast.expr:
    rest = [each for each in node.elts if each is not element]
    return ast.Set(rest) if isinstance(node, ast.Set) else type(node)(rest, ast.Load())


def _text(node: ast.expr) -> str:
    """An expression as text that holds together wherever it stands."""
    text = ast.unparse(node)
    alone = isinstance(node, ast.Name | ast.Constant | ast.Attribute | ast.Call | ast.Subscript)
    return text if alone else f"({text})"
