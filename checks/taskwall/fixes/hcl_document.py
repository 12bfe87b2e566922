"""Edits of documents in HCL: objects, and what `jsonencode` makes JSON of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from taskwall.core.change import NewValue, has_placeholders
from taskwall.core.patterns import pattern
from taskwall.findings.finding import Edit
from taskwall.fixes.hcl_text import STEP, expression, literal
from taskwall.fixes.refused import RefusedError
from taskwall.fixes.source_text import SourceText
from taskwall.fixes.steps import END, PathStep, nested
from taskwall.readers.terraform.syntax.tree import (
    Expression,
    FunctionCall,
    Literal,
    Name,
    ObjectExpression,
    ObjectMember,
    Tuple,
)

_WIDE = 100
_BARE = pattern(r"[A-Za-z_][\w-]*")


Follow: TypeAlias = Callable[[SourceText, Expression], tuple[SourceText, Expression]]
"""Gives what an expression stands for, and the text that it is in: of a local value its own."""


def as_written(sheet: SourceText, written: Expression) -> tuple[SourceText, Expression]:
    """An expression as it stands: it leads nowhere else."""
    return sheet, written


def document_edits(
    sheet: SourceText,
    written: Expression,
    path: Sequence[PathStep],
    wanted: NewValue,
    follow: Follow,
) -> Iterator[Edit]:
    """The edits that set what a path leads to in a document.

    Args:
        sheet: the text that it begins in.
        written: where it begins.
        path: where in it.
        wanted: the value.
        follow: leads to what is written elsewhere.

    Raises:
        RefusedError: something other than the text of objects and lists decides what is there.
    """
    sheet, node = follow(sheet, written)
    if isinstance(node, FunctionCall) and node.name == "jsonencode" and len(node.arguments) == 1:
        node = node.arguments[0]
    yield from _below(sheet, node, path, wanted, follow)


def _below(
    sheet: SourceText,
    node: Expression,
    path: Sequence[PathStep],
    wanted: NewValue,
    follow: Follow,
) -> Iterator[Edit]:
    sheet, node = follow(sheet, node)
    if not path:
        if isinstance(wanted, Mapping):
            for name, value in wanted.items():
                yield from _below(sheet, node, (name,), value, follow)
            return
        if not isinstance(node, Literal):
            raise RefusedError
        start, end = sheet.span(node.place)
        yield sheet.edit(start, end, expression(wanted, ""), has_placeholders(wanted))
        return
    step, rest = path[0], path[1:]
    if step == END:
        yield _appended(sheet, node, wanted)
    elif isinstance(step, int):
        if not isinstance(node, Tuple) or step >= len(node.items):
            raise RefusedError
        yield from _below(sheet, node.items[step], rest, wanted, follow)
    elif (member := _members(node).get(step)) is not None:
        yield from _below(sheet, member.value, rest, wanted, follow)
    else:
        yield _added(sheet, node, step, nested(rest, wanted))


def _members(node: Expression) -> dict[str, ObjectMember]:
    """The members of an object by their keys, all of which must be plain."""
    if not isinstance(node, ObjectExpression):
        raise RefusedError
    found: dict[str, ObjectMember] = {}
    for member in node.members:
        if isinstance(member.key, Name):
            found[member.key.name] = member
        elif isinstance(member.key, Literal):
            found[str(member.key.value.data)] = member
        else:
            raise RefusedError
    return found


class _Style(Struct, frozen=True):
    """How the members of an object are written: `sign` stands between key and value.

    `width` is how wide keys are where signs are aligned, `commas` is whether each member has one.
    """

    quoted: bool
    sign: str
    width: int
    commas: bool

    @classmethod
    def of(cls, sheet: SourceText, node: Expression) -> "_Style":
        """The style of an object that has members."""
        members = list(_members(node).values())
        if not members:
            raise RefusedError
        key, value = sheet.span(members[-1].key.place), sheet.span(members[-1].value.place)
        sign = sheet.text[key[1] : value[0]]
        after = sheet.text[sheet.span(members[0].value.place)[1] :].lstrip()
        commas = after.startswith(",") and "\n" in sheet.text[slice(*sheet.span(node.place))]
        quoted = sheet.text[key[0]] == '"'
        if ":" in sign:
            return cls(quoted, sign, 0, commas)
        if "\n" in sheet.text[slice(*value)]:  # with what takes several lines nothing is aligned
            return cls(quoted, " = ", 0, commas)
        return cls(quoted, " = ", key[1] - key[0] + sign.index("=") - 1, commas)

    def member(self, name: str, wanted: NewValue, width: int = 0) -> str:
        """A member on one line."""
        key = literal(name) if self.quoted or not _BARE.fullmatch(name) else name
        return f"{key.ljust(width)}{self.sign}{self.inline(wanted)}"

    def inline(self, wanted: NewValue) -> str:
        """A value on one line."""
        if isinstance(wanted, Mapping):
            found = ", ".join(self.member(key, each) for key, each in wanted.items())
            return f"{{ {found} }}"
        if isinstance(wanted, tuple):
            return f"[{', '.join(map(self.inline, wanted))}]"
        return expression(wanted, "")

    def spread(self, wanted: Mapping[str, NewValue], indent: str) -> str:
        """An object whose members have a line each."""
        widest = max(len(self.member(key, "")) for key in wanted) - len(self.sign) - 2
        width = 0 if ":" in self.sign else widest
        comma = "," if self.commas else ""
        lines = [f"{indent}{STEP}{self.member(k, v, width)}" for k, v in wanted.items()]
        return "{\n" + f"{comma}\n".join(lines) + f"\n{indent}}}"


_PLAIN = _Style(False, " = ", 0, False)


def document_code(keys: Sequence[str], wanted: NewValue) -> Iterator[str]:
    """The lines that say what to write in a document: elements of a list, or a member.

    Of a member that is an object the key above it is said, too: it may not be there.
    """
    if not keys:
        assert isinstance(wanted, tuple)
        yield ",\n".join(map(_PLAIN.inline, wanted))
    elif isinstance(wanted, Mapping) and len(keys) > 1:
        yield _PLAIN.member(keys[-2], {keys[-1]: wanted})
    else:
        yield _PLAIN.member(keys[-1], wanted)


def _added(sheet: SourceText, node: Expression, name: str, wanted: NewValue) -> Edit:
    """The edit that adds a member behind those of an object."""
    style = _Style.of(sheet, node)
    last = list(_members(node).values())[-1]
    start, end = sheet.span(last.place)
    placeholder = has_placeholders(wanted)
    if "\n" not in sheet.text[sheet.span(node.place)[0] : start]:
        return sheet.edit(end, end, f", {style.member(name, wanted)}", placeholder)
    indent = sheet.indent(start)
    longer = style.width and len(style.member(name, "")) - len(style.sign) - 2 > style.width
    line = style.member(name, wanted, 0 if longer else style.width)
    if isinstance(wanted, Mapping) and len(indent + line) > _WIDE:
        opened = style.member(name, 0)[:-1]
        line = opened + style.spread(wanted, indent)
    # Behind a blank line a longer name leaves the alignment of the others as it is.
    apart = "\n\n" if longer and "\n" not in line else "\n"
    return _behind(sheet, end, f"{apart}{indent}{line}", style.commas, placeholder)


def _appended(sheet: SourceText, node: Expression, wanted: NewValue) -> Edit:
    """The edit that adds objects behind those of a list."""
    if not isinstance(node, Tuple) or not node.items or not isinstance(wanted, tuple):
        raise RefusedError
    first, last = sheet.span(node.items[0].place)[0], node.items[-1]
    style = _Style.of(sheet, last) if isinstance(last, ObjectExpression) else _PLAIN
    start, end = sheet.span(last.place)
    indent = sheet.indent(start)
    one_line = "\n" not in sheet.text[start:end]
    texts = [
        style.spread(each, indent) if isinstance(each, Mapping) and not one_line
        else style.inline(each) for each in wanted
    ]  # fmt: skip
    if "\n" in sheet.text[sheet.span(node.place)[0] : first]:
        added = ",".join(f"\n{indent}{each}" for each in texts)
        return _behind(sheet, end, added, True, has_placeholders(wanted))
    return sheet.edit(end, end, "".join(f", {each}" for each in texts), has_placeholders(wanted))


def _behind(sheet: SourceText, end: int, lines: str, commas: bool, placeholder: bool) -> Edit:
    """The edit that adds lines after a member or an element that ends at an offset.

    A comma that is there stays with it, and what is added gets one as well.
    """
    rest = sheet.text[end : sheet.line_end(end)]
    if rest.strip()[:1] == ",":
        at = sheet.line_end(end)
        if "#" not in rest and "//" not in rest and rest.strip() != ",":
            raise RefusedError
        return sheet.edit(at, at, f"{lines},", placeholder)
    if not commas:
        at = sheet.line_end(end)
        if rest.strip()[:1] not in ("", "#", "/"):
            raise RefusedError
        return sheet.edit(at, at, lines, placeholder)
    return sheet.edit(end, end, f",{lines}", placeholder)
