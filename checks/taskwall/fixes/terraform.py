"""Edits of Terraform's language: the text of a literal, or an attribute or block that is added."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from taskwall.core.change import NewValue, has_placeholders
from taskwall.core.values import Fields, Span, Value, dereferenced
from taskwall.findings.finding import Edit
from taskwall.fixes.hcl_document import Follow, as_written, document_edits
from taskwall.fixes.hcl_text import STEP, block_lines, expression, is_block, member_lines
from taskwall.fixes.heredoc import heredoc_edits
from taskwall.fixes.local_values import LocalValues
from taskwall.fixes.refused import RefusedError
from taskwall.fixes.removal import element, whole_lines
from taskwall.fixes.source_text import SourceText
from taskwall.fixes.steps import END, PathStep, below, nested
from taskwall.readers.terraform.syntax.hcl import Parsed
from taskwall.readers.terraform.syntax.tree import (
    Access,
    Attribute,
    Block,
    Body,
    Expression,
    Literal,
    Name,
    ObjectExpression,
    Tuple,
)
from taskwall.source.files import Files
from taskwall.source.resource import Resource

_PERMISSIONS = ("ingress", "egress")
"""Blocks of a security group that stay as they are deployed where none is written."""


class Writer:
    """Makes edits of one file."""

    def __init__(self, sheet: SourceText, parsed: Parsed) -> None:
        """Take the text of the file, and what was read of it."""
        self.sheet = sheet
        self._broken = bool(parsed.errors)
        self._widths: dict[Span, int] = {}
        self._body = parsed.body
        self._followed: Follow = as_written
        self._blocks = {block.header: block for block in parsed.body.blocks}

    def follow(self, files: Files, every: Collection[str], asking: Collection[Span]) -> None:
        """Let edits lead to local values of the module.

        Args:
            files: what reads its files.
            every: the files of the stack.
            asking: the headers of the resources that ask for the same change.
        """
        self._followed = LocalValues(files, self.sheet.file, every, asking).followed

    def begin(self) -> None:
        """Begin another fix: to how long names the equals signs are aligned is that of the file."""
        self._widths.clear()

    def edits(
        self,
        resource: Resource,
        path: Sequence[PathStep],
        wanted: NewValue,
        name: str = "",
        whole: bool = False,
    ) -> Iterator[Edit]:
        """The edits that give an attribute or block of a resource a value.

        With `name`, an attribute of that name takes the place of the one that the path leads to;
        with `whole`, a block that of the one there.

        Raises:
            RefusedError: something other than plain text of this resource decides what is there.
        """
        block = self._block(resource)
        if name or whole:
            *outer, last = path
            if isinstance(last, int):
                outer, last = outer[:-1], outer[-1]
            inner = self._inner_block(block, resource.body, outer)
            assert isinstance(last, str)
            if name:
                yield from self._renamed(inner, last, name, wanted)
            else:
                yield self._whole(inner, last, wanted)
        else:
            yield from self._reach(block, resource.body, path, wanted)

    def in_text(
        self, resource: Resource, path: Sequence[PathStep], wanted: NewValue
    ) -> Iterator[Edit]:
        """The edits that set what a path leads to in the JSON text that an attribute has.

        Raises:
            RefusedError: something other than a heredoc of this resource decides what is there.
        """
        name, *inner = path
        attribute = self._block(resource).body.attributes.get(str(name))
        if attribute is None or resource.body.places.get(str(name)) != attribute.place:
            raise RefusedError
        sheet, written = self._followed(self.sheet, attribute.expression)
        return heredoc_edits(sheet, written.place, inner, wanted)

    def beside(self, resource: Resource, text: str) -> Edit:
        """The edit that adds blocks after that of a resource."""
        block = self._block(resource)
        end = self.sheet.line_end(self.sheet.span(block.place)[1])
        after = "\n" if self.sheet.follows_directly(end) else ""
        return self.sheet.edit(end, end, f"\n\n{text}{after}", "<" in text)

    def literal(self, place: Span, found: Value | None, wanted: NewValue) -> Edit:
        """The edit that puts a value in the place of a literal, in an attribute or a member.

        Raises:
            RefusedError: no literal is there, or another one than what the sources evaluate to.
        """
        written = next(_expressions(self._body, place), None)
        if self._broken or written is None or found is None:
            raise RefusedError
        return self._replaced(written, found, wanted)

    def arguments(self, call: Span, wanted: Mapping[str, NewValue]) -> Iterator[Edit]:
        """The edits that give the call of a module some arguments.

        Raises:
            RefusedError: one of them is there, and no literal.
        """
        block = self._blocks.get(call)
        if self._broken or block is None or block.type != "module":
            raise RefusedError
        missing: dict[str, NewValue] = {}
        for name, value in wanted.items():
            attribute = block.body.attributes.get(name)
            if attribute is None:
                missing[name] = value
            elif not isinstance(attribute.expression, Literal):
                raise RefusedError
            else:
                start, end = self.sheet.span(attribute.expression.place)
                text = expression(value, self.sheet.indent(start))
                if text != self.sheet.text[start:end]:
                    yield self.sheet.edit(start, end, text, has_placeholders(value))
        if missing:
            yield from self._added(block, missing)

    def removed(self, resource: Resource, path: Sequence[PathStep]) -> Iterator[Edit]:
        """The edits that take a resource, or what a path in it leads to, away.

        Of the last block of a type an empty list is left: what is not written stays as it is.

        Raises:
            RefusedError: something other than plain text of this resource decides what is there.
        """
        block = self._block(resource)
        if not path:
            yield whole_lines(self.sheet, *self.sheet.span(block.place))
            return
        *outer, name = path
        index = None
        if isinstance(name, int):
            index = name
            *outer, name = outer
        assert isinstance(name, str)
        inner = self._inner_block(block, resource.body, outer)
        if (attribute := inner.body.attributes.get(name)) is not None:
            if index is None:
                yield whole_lines(self.sheet, *self.sheet.span(attribute.place))
                yield from self._realigned(inner, attribute)
            else:
                yield self._without_element(attribute, index)
            return
        entry = self._inner_block(block, resource.body, path)
        start, end = self.sheet.span(entry.place)
        if name in _PERMISSIONS and len(_blocks(inner.body, name)) == 1:
            yield self._emptied(name, start, end)
        else:
            yield whole_lines(self.sheet, start, end)

    def _realigned(self, block: Block, old: Attribute, new_name: str = "") -> Iterator[Edit]:
        """The edits that align the equals signs around an attribute that goes, or is renamed.

        Signs that are not aligned stay as they are.
        """
        by_line = {
            each.place.line: each
            for each in block.body.attributes.values()
            if each.place.line == each.place.end_line
        }
        near: list[Attribute] = []
        for step in (-1, 1):
            line = old.place.line + step
            while (found := by_line.get(line)) is not None:
                near.append(found)
                line += step
        before = max(len(each.name) for each in (*near, old))
        if any(self._blanks(each) != before - len(each.name) + 1 for each in (*near, old)):
            return
        width = max((len(new_name), *(len(each.name) for each in near)))
        for each in near if width != before else ():
            start = self.sheet.span(each.place)[0] + len(each.name)
            sign = start + self._blanks(each)
            yield self.sheet.edit(
                start, sign, " " * (width - len(each.name) + 1), placeholder=False
            )
        self._widths.update((each.place, width) for each in (*near, old))

    def _blanks(self, attribute: Attribute) -> int:
        """How many characters are between the name of an attribute and its equals sign."""
        start, end = self.sheet.span(attribute.place)
        return self.sheet.text.index("=", start, end) - start - len(attribute.name)

    def _without_element(self, attribute: Attribute, index: int) -> Edit:
        """The edit that takes an element out of a list."""
        items = attribute.expression
        if not isinstance(items, Tuple) or index >= len(items.items):
            raise RefusedError
        if len(items.items) == 1:
            return self.sheet.edit(*self.sheet.span(items.place), "[]", placeholder=False)
        return element(self.sheet, [self.sheet.span(each.place) for each in items.items], index)

    def _emptied(self, name: str, start: int, end: int) -> Edit:
        """The edit that puts an empty list in the place of the last block of permissions.

        Without it the provider would leave those that are deployed.
        """
        text = self.sheet.text
        above = text[: self.sheet.line_start(start)].rstrip(" \t\r")[:-1].rstrip(" \t\r")
        below = text[self.sheet.line_end(end) :].lstrip(" \t\r")[1:].lstrip(" \t")
        alone = above[-1:] in ("\n", "{", "}") and below[:1] in ("\r", "\n", "}")
        if not alone or re.search(r"#|//|/\*", text[start:end]):
            raise RefusedError  # equals signs would have to be aligned, or comments would be lost
        return self.sheet.edit(start, end, f"{name} = []", placeholder=False)

    def _block(self, resource: Resource) -> Block:
        block = self._blocks.get(resource.origin.header)
        kind = "data" if resource.data else "resource"
        if self._broken or block is None or block.type != kind:
            raise RefusedError
        return block

    def _inner_block(self, block: Block, value: Value, path: Sequence[PathStep]) -> Block:
        """The block that a path leads to, all of whose steps are written."""
        steps = list(path)
        while steps:
            name = steps.pop(0)
            found = _blocks(block.body, str(name))
            index = steps.pop(0) if steps and isinstance(steps[0], int) else 0
            assert isinstance(index, int)
            if index >= len(found) or any(each.type == "dynamic" for each in found):
                raise RefusedError
            items = below(value, str(name))
            inner = below(items, index) if items is not None else None
            block = found[index]
            if not isinstance(inner, Fields) or inner.place != block.place:
                raise RefusedError  # an override file replaces these blocks
            value = inner
        return block

    def _renamed(self, block: Block, name: str, new_name: str, wanted: NewValue) -> Iterator[Edit]:
        """The edits that put another attribute in the place of one that is written as a literal."""
        attribute = block.body.attributes.get(name)
        if attribute is None or _written(block.body, new_name) or not _literal(attribute):
            raise RefusedError
        start, end = self.sheet.span(attribute.place)
        around = list(self._realigned(block, attribute, new_name))
        width = self._widths.get(attribute.place, len(name) + self._blanks(attribute) - 1)
        text = f"{new_name.ljust(width)} = {expression(wanted, self.sheet.indent(start))}"
        yield self.sheet.edit(start, end, text, has_placeholders(wanted))
        yield from around

    def _whole(self, block: Block, name: str, wanted: NewValue) -> Edit:
        """The edit that puts a list in the place of another, or a block in that of its only one."""
        if (attribute := block.body.attributes.get(name)) is not None:
            if not _literal(attribute) or isinstance(wanted, Mapping):
                raise RefusedError
            start, end = self.sheet.span(attribute.expression.place)
            return self.sheet.edit(start, end, expression(wanted, ""), has_placeholders(wanted))
        found = _blocks(block.body, name)
        if len(found) != 1 or found[0].type == "dynamic":
            raise RefusedError
        start, end = self.sheet.span(found[0].place)
        if re.search(r"#|//|/\*", self.sheet.text[start:end]):
            raise RefusedError  # comments would be lost
        text = "\n".join(block_lines(name, wanted, self.sheet.indent(start))).lstrip()
        return self.sheet.edit(start, end, text, has_placeholders(wanted))

    def _reach(
        self, block: Block, value: Value, path: Sequence[PathStep], wanted: NewValue
    ) -> Iterator[Edit]:
        """The edits below a block that `value` was read from."""
        if not path:
            if not isinstance(wanted, Mapping):
                raise RefusedError
            yield from self._into(block, value, wanted)
            return
        name, rest = path[0], path[1:]
        if isinstance(name, int):
            raise RefusedError
        attribute, blocks = block.body.attributes.get(name), _blocks(block.body, name)
        found = below(value, name)
        if (found is None) != (attribute is None and not blocks):
            raise RefusedError  # an override file says something of it
        if found is None:
            yield from self._into(block, value, {name: nested(rest, wanted)})
        elif attribute is not None and rest:
            if not isinstance(value, Fields) or value.places.get(name) != attribute.place:
                raise RefusedError  # an override file replaces it
            yield from document_edits(
                self.sheet, attribute.expression, rest, wanted, self._followed
            )
        elif attribute is not None:
            yield self._replaced(attribute.expression, found, wanted)
        elif rest == (END,):
            yield from self._appended(blocks[-1], name, wanted)
        else:
            index = rest[0] if rest and isinstance(rest[0], int) else None
            if any(each.type == "dynamic" for each in blocks):
                raise RefusedError
            if index is None:
                if len(blocks) != 1:
                    raise RefusedError
            elif index >= len(blocks):
                raise RefusedError
            inner = below(found, index or 0)
            if not isinstance(inner, Fields) or inner.place != blocks[index or 0].place:
                raise RefusedError  # an override file replaces these blocks
            yield from self._reach(blocks[index or 0], inner, rest[index is not None :], wanted)

    def _into(self, block: Block, value: Value, wanted: Mapping[str, NewValue]) -> Iterator[Edit]:
        """The edits that set members of a block, whichever of them are there."""
        missing: dict[str, NewValue] = {}
        for name, each in wanted.items():
            if below(value, name) is None and not _written(block.body, name):
                missing[name] = each
            else:
                yield from self._reach(block, value, (name,), each)
        if missing:
            yield from self._added(block, missing)

    def _replaced(self, literal: Expression, found: Value, wanted: NewValue) -> Edit:
        start, end = self.sheet.span(literal.place)
        if not isinstance(literal, Literal) or self.sheet.text.startswith("<<", start):
            raise RefusedError
        if dereferenced(found) != literal.value:
            raise RefusedError  # an override file replaces it
        text = expression(wanted, self.sheet.indent(start))
        return self.sheet.edit(start, end, text, has_placeholders(wanted))

    def _appended(self, last: Block, name: str, wanted: NewValue) -> Iterator[Edit]:
        """The edit that adds blocks behind the last of their type."""
        if not isinstance(wanted, tuple):
            raise RefusedError
        start, end = self.sheet.span(last.place)
        indent = self.sheet.indent(start)
        lines = (line for each in wanted for line in ("", *block_lines(name, each, indent)))
        at = self.sheet.line_end(end)
        yield self.sheet.edit(
            at, at, "".join(f"\n{line}" for line in lines), has_placeholders(wanted)
        )

    def _added(self, block: Block, missing: Mapping[str, NewValue]) -> Iterator[Edit]:
        """The edits that add members: attributes to attributes, blocks at the end."""
        sheet = self.sheet
        opening = sheet.text.index(
            "{", sheet.offset(block.header.end_line, block.header.end_column)
        )
        closing = sheet.offset(block.place.end_line, block.place.end_column) - 1
        inside = sheet.text[opening + 1 : closing]
        indent = sheet.indent(opening)
        if "\n" not in inside:
            inner = indent + STEP
            lines = "\n".join(("", *member_lines(missing, inner), indent))
            end = closing - len(inside) + len(inside.rstrip())
            if inside.strip():  # what is there stays: another edit may change it
                begin = closing - len(inside.lstrip())
                yield sheet.edit(opening + 1, begin, f"\n{inner}", placeholder=False)
            yield sheet.edit(end, closing, lines, has_placeholders(missing))
            return
        plain = {name: each for name, each in missing.items() if not is_block(each)}
        blocks = {name: each for name, each in missing.items() if is_block(each)}
        inner = self._inner(block) or indent + STEP
        end = opening + 1 + len(inside.rstrip())
        at = sheet.line_end(opening)
        before = 0
        if (last := self._last_attribute(block)) is not None:
            start, stop = sheet.span(last.place)
            at, before = sheet.line_end(stop), _width(sheet.text[start:stop], last.name)
            before = self._widths.get(last.place, before)
        # Behind a blank line a longer name leaves the alignment of the others as it is.
        longer = before and any(len(name) > before for name in plain)
        lines = "".join(f"\n{line}" for line in member_lines(plain, inner, 0 if longer else before))
        lines = f"\n{lines}" if longer else lines
        if plain and (not blocks or at != end):
            yield sheet.edit(at, at, lines, has_placeholders(plain))
            lines = ""
        if blocks:
            apart = "\n" if inside.strip() or lines else ""
            lines += apart + "".join(f"\n{line}" for line in member_lines(blocks, inner))
            yield sheet.edit(end, end, lines.replace("\n\n\n", "\n\n"), has_placeholders(missing))

    def _inner(self, block: Block) -> str | None:
        """How the members of a block are indented; None if there are none."""
        body = block.body
        places = [one.place for one in body.attributes.values()]
        places += [one.place for one in body.blocks]
        first = min(places, key=lambda place: (place.line, place.column), default=None)
        if first is None:
            return None
        return self.sheet.indent(self.sheet.offset(first.line, first.column))

    def _last_attribute(self, block: Block) -> Attribute | None:
        """The attribute behind which others are added: the last of a line before the blocks."""
        blocks = [nested.place.line for nested in block.body.blocks]
        limit = min(blocks, default=block.place.end_line)
        found = [
            each
            for each in block.body.attributes.values()
            if each.place.line == each.place.end_line < limit and each.name != "depends_on"
        ]
        return max(found, key=lambda each: each.place.line, default=None)


def _expressions(body: Body, place: Span) -> Iterator[Expression]:
    """The expression of the attribute, or of the member of an object, that has a place."""
    for block in body.blocks:
        if block.place.holds(place):
            yield from _expressions(block.body, place)
    for attribute in body.attributes.values():
        node, at = attribute.expression, attribute.place
        while at != place and isinstance(node, ObjectExpression):
            member = next((each for each in node.members if each.place.holds(place)), None)
            if member is None:
                break
            node, at = member.value, member.place
        if at == place:
            yield node


def _blocks(body: Body, name: str) -> list[Block]:
    """The blocks of a type, and the dynamic ones that make such."""
    return [b for b in body.blocks if b.type == name or (b.type == "dynamic" and name in b.labels)]


def _literal(attribute: Attribute) -> bool:
    """Whether an attribute is a literal or an attribute of a resource, or a list of these."""
    value = attribute.expression
    items = value.items if isinstance(value, Tuple) else (value,)
    return all(
        isinstance(each, Literal)
        or (isinstance(each, Access) and isinstance(each.base, Name) and "_" in each.base.name)
        for each in items
    )


def _written(body: Body, name: str) -> bool:
    return name in body.attributes or bool(_blocks(body, name))


def _width(text: str, name: str) -> int:
    """How wide the name of an attribute is with the blanks that align its equals sign."""
    return max(len(name), text.find("=") - 1)
