"""Suppressions in comments: `taskwall:skip=TW206: reason` and `checkov:skip=CKV_X:reason`."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from taskwall.core.patterns import pattern
from taskwall.core.values import Span
from taskwall.readers.terraform.evaluation.module_sources import is_local
from taskwall.readers.terraform.modules import Module, SourceFile
from taskwall.readers.terraform.syntax.tree import (
    Block,
    Body,
    Comment,
    Conditional,
    Expression,
    FunctionCall,
    Literal,
    ObjectExpression,
    Tuple,
)
from taskwall.source.resource import Suppression
from taskwall.source.stack import SourceError
from taskwall.source.suppression import is_date, misplaced_date, near_miss, wrong_date

_SKIP = pattern(
    r"(?P<tool>taskwall|checkov):skip=\s*(?P<rules>[\w.*-]+(?:\s*,\s*[\w.*-]+)*)[^\S\n]*"
    r"(?:until=(?P<until>[^\s:]*)[^\S\n]*)?(?::(?P<why>[^\n]*))?"
)


def suppressions(
    modules: Iterable[Module],
) -> tuple[tuple[Suppression, ...], tuple[SourceError, ...]]:
    """The suppressions of all files, and the errors of those that give no reason.

    A comment after something on its line, or alone on the line above an attribute or nested
    block, holds for that. On a block's first or last line, directly above it, or before
    everything else in it, it holds for the whole block: of a module call, for all that is inside
    the call, and so does one at an argument, unless the module is downloaded. checkov's comments
    always hold for the whole block, and need no reason.
    """
    found: list[Suppression] = []
    errors: list[SourceError] = []
    for module in modules:
        for unit in module.files:
            lines = unit.text.split("\n") if unit.parsed.comments else []
            for comment in unit.parsed.comments:
                for skip in _read(comment, unit, lines):
                    if isinstance(skip, Suppression):
                        found.append(skip)
                    else:
                        errors.append(skip)
    return tuple(found), tuple(errors)


def _read(
    comment: Comment, unit: SourceFile, lines: list[str]
) -> Iterator[Suppression | SourceError]:
    for match in _SKIP.finditer(comment.text.removesuffix("*/")):
        why = (match["why"] or "").strip()
        own = match["tool"] == "taskwall"
        if own and (wrong := _wrong(match["rules"], why, match["until"])):
            yield SourceError(comment.place, wrong)
            continue
        until = (match["until"] or "") if own else ""
        scope = _Finder(comment, lines, whole=not own).top(unit.parsed.body)
        for rule in match["rules"].split(","):
            held = scope or comment.place
            yield Suppression(rule.strip(), why, comment.place, held, until=until)
    for line in comment.text.split("\n"):
        if "taskwall:skip=" in line and not _SKIP.search(line):
            yield SourceError(comment.place, "a skip names a rule, as in TW206")
        if wrong := near_miss(line):
            yield Suppression("", "", comment.place, comment.place, wrong=wrong)


def _wrong(rules: str, why: str, until: str | None) -> str:
    """What is wrong with a suppression of ours; "" if nothing is."""
    if not why:
        return f"taskwall:skip={rules} needs a reason: taskwall:skip={rules}: why"
    if until is not None and not is_date(until):
        return wrong_date(rules, until)
    return misplaced_date(rules) if "until=" in why else ""


class _Part(Struct, frozen=True):
    """An attribute or block of a body."""

    place: Span
    block: Block | None = None
    expression: Expression | None = None


def _parts(body: Body) -> list[_Part]:
    """What stands in a body, in the order of its lines."""
    attributes = (*body.attributes.values(), *body.twice)
    parts = [_Part(attribute.place, None, attribute.expression) for attribute in attributes]
    parts += [_Part(block.place, block) for block in body.blocks]
    return sorted(parts, key=lambda part: (part.place.line, part.place.column))


class _Finder:
    """Looks for what a comment speaks of."""

    def __init__(self, comment: Comment, lines: list[str], whole: bool) -> None:
        self._line = comment.place.line
        self._end = comment.place.end_line
        self._trailing = comment.trailing
        self._lines = lines
        self._whole = whole

    def top(self, body: Body) -> Span | None:
        """The place that it holds for in a file; None if it stands at nothing."""
        for part in _parts(body):
            place, block = part.place, part.block
            if self._line > place.end_line:
                continue
            if self._end < place.line:
                return place if self._above(place) else None
            if block is None:
                return self._piece(part, place)
            if self._whole or (block.type == "module" and not self._is_argument(block)):
                return place
            return self._within(block)
        return None

    def _is_argument(self, block: Block) -> bool:
        """Whether it stands at an argument of a module where findings may be.

        That is each of a downloaded module. Of others it is what stands in an object, since loops
        go over objects: the rest is found inside the module, whatever argument brings it.
        """
        attributes = block.body.attributes
        source = attributes["source"].expression if "source" in attributes else None
        text = source.value.data if isinstance(source, Literal) else None
        if not isinstance(text, str) or is_local(text):
            return any(self._is_in_object(one.expression) for one in attributes.values())
        own = [attributes[name].place for name in ("source", "version") if name in attributes]
        return self._within(block) not in (block.place, *own)

    def _is_in_object(self, expression: Expression) -> bool:
        """Whether it stands within an object, an element of an expression."""
        line = self._line if self._trailing else self._end + 1
        return any(
            inner.line <= line <= inner.end_line
            and (isinstance(element, ObjectExpression) or self._is_in_object(element))
            for inner, element in _elements(expression)
        )

    def _above(self, place: Span) -> bool:
        """Whether only comments stand between the comment and the line below it."""
        between = self._lines[self._end : place.line - 1]
        return all(line.lstrip().startswith(("#", "//", "/*", "*")) for line in between)

    def _within(self, block: Block) -> Span:
        if self._line in (block.place.line, block.header.line, block.place.end_line):
            return block.place
        for index, part in enumerate(_parts(block.body)):
            place = part.place
            if place.line <= self._line <= place.end_line:
                if part.block is not None:
                    return self._within(part.block)
                return self._piece(part, place)
            if self._line < place.line:
                # Before everything else it speaks of the block; right above a part, of that.
                return place if index and self._above(place) else block.place
        return block.place

    def _piece(self, part: _Part, place: Span) -> Span:
        """Of an attribute over several lines, the element that the comment stands at."""
        if self._trailing and self._line in (place.line, place.end_line):
            return place
        target = self._line if self._trailing else self._end + 1
        pending = [part.expression]
        while pending:
            node = pending.pop(0)
            if node is None:
                continue
            for inner, expression in _elements(node):
                if inner.line == target:
                    return inner
                if inner.line <= self._line <= inner.end_line:
                    pending.append(expression)
        return place


def _elements(node: Expression) -> Iterator[tuple[Span, Expression]]:
    if isinstance(node, ObjectExpression):
        for member in node.members:
            yield member.place, member.value
    elif isinstance(node, Tuple):
        for item in node.items:
            yield item.place, item
    elif isinstance(node, FunctionCall):
        for argument in node.arguments:
            yield from _elements(argument)
    elif isinstance(node, Conditional):
        yield from _elements(node.then)
        yield from _elements(node.otherwise)
