"""Edits of Terraform's language: the text of a literal, or an attribute or block that is added."""

from collections.abc import Iterator, Mapping, Sequence

from taskwall.core.change import NewValue, has_placeholders
from taskwall.core.values import Fields, Value, worst_per_scenario
from taskwall.findings.finding import Edit
from taskwall.fixes.hcl_text import STEP, block_lines, expression, is_block, member_lines
from taskwall.fixes.refused import RefusedError
from taskwall.fixes.source_text import SourceText
from taskwall.fixes.steps import END, PathStep, below, nested
from taskwall.readers.terraform.syntax.hcl import parse
from taskwall.readers.terraform.syntax.tree import Attribute, Block, Body, Literal
from taskwall.source.resource import Resource


class Writer:
    """Makes edits of one file."""

    def __init__(self, sheet: SourceText) -> None:
        self.sheet = sheet
        parsed = parse(sheet.file, sheet.text)
        self._broken = bool(parsed.errors)
        self._blocks = {block.header: block for block in parsed.body.blocks}

    def edits(
        self, resource: Resource, path: Sequence[PathStep], wanted: NewValue
    ) -> Iterator[Edit]:
        """The edits that give an attribute or block of a resource a value.

        Raises:
            RefusedError: something other than plain text of this resource decides what is there.
        """
        block = self._blocks.get(resource.origin.header)
        if self._broken or block is None or block.type != "resource":
            raise RefusedError
        yield from self._reach(block, resource.body, path, wanted)

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
        elif attribute is not None:
            if rest:
                raise RefusedError
            yield self._replaced(attribute, found, wanted)
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

    def _replaced(self, attribute: Attribute, found: Value, wanted: NewValue) -> Edit:
        literal = attribute.expression
        start, end = self.sheet.span(literal.place)
        if not isinstance(literal, Literal) or self.sheet.text.startswith("<<", start):
            raise RefusedError
        if worst_per_scenario(found) != literal.value:
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
            held = [inner + inside.strip()] if inside.strip() else []
            lines = "\n".join(("", *held, *member_lines(missing, inner), indent))
            yield sheet.edit(opening + 1, closing, lines, has_placeholders(missing))
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


def _blocks(body: Body, name: str) -> list[Block]:
    """The blocks of a type, and the dynamic ones that make such."""
    return [b for b in body.blocks if b.type == name or (b.type == "dynamic" and name in b.labels)]


def _written(body: Body, name: str) -> bool:
    return name in body.attributes or bool(_blocks(body, name))


def _width(text: str, name: str) -> int:
    """How wide the name of an attribute is with the blanks that align its equals sign."""
    return max(len(name), text.find("=") - 1)
