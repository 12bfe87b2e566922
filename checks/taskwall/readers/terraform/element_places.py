"""Where users change the elements of loops: as members of the lists and maps that they write."""

from collections.abc import Callable
from contextlib import suppress

from taskwall.core.loop_places import LoopSpan, without_element
from taskwall.core.values import Span
from taskwall.readers.terraform.call_sites import PlacedExpression, part_at, written_members
from taskwall.readers.terraform.modules import ModuleLoader
from taskwall.readers.terraform.syntax.tree import Body, Expression, For, children
from taskwall.readers.terraform.variable_trace import (
    ValuePath,
    element_path,
    loops,
    takes_element,
)
from taskwall.source.files import UnreadableError


class ElementPlaces:
    """Leads from loops to the elements that they go over, in the files that users edit."""

    def __init__(self, loader: ModuleLoader, is_edited: Callable[[str], bool]) -> None:
        self._loader = loader
        self._is_edited = is_edited

    def place(self, place: LoopSpan, downloaded: bool) -> Span | None:
        """The place of `taskwall.source.stack.ElementPlace`."""
        places = place.of
        path: ValuePath = ()
        written = self._part(without_element(place)) if place.of else None
        if written is not None:
            if not any(map(takes_element, (*written.parts, *written.conditions))):
                return None
            path = element_path(written.parts[0])
        if downloaded and place.element is not None:
            places = (*places, place.element)
        edited = [one for one in places if self._is_edited(one.file)]
        found = (self._member(one, path, in_results=downloaded) for one in edited)
        return next((one for one in found if one is not None), None)

    def _part(self, place: Span) -> PlacedExpression | None:
        """The part of an attribute that stands at a place; None at an attribute or a block."""
        with suppress(UnreadableError):
            body = self._loader.file(place.file).stable.parsed.body
            for block in body.blocks:
                if block.place.holds(place):
                    written = PlacedExpression(block.body, loops(block), place)
                    if written.attribute is not None and written.attribute.place != place:
                        return written
        return None

    def _member(self, place: Span, path: ValuePath, *, in_results: bool) -> Span | None:
        """The member of a list or an object, or the attribute, that stands at a place.

        It is what `path` leads to from there, as far as that is written so. None within the result
        of a `for` expression, which is one text for many elements, unless `in_results`: of a
        downloaded module a member of that text says best what users change.
        """
        with suppress(UnreadableError):
            body = self._loader.file(place.file).stable.parsed.body
            return _in_body(body, place, path, in_results=in_results)
        return None


def _in_body(body: Body, place: Span, path: ValuePath, *, in_results: bool) -> Span | None:
    attribute = next((one for one in body.attributes.values() if one.place.holds(place)), None)
    if attribute is not None:
        node = attribute.expression
        return _in_expression(attribute.place, node, place, path, in_results=in_results)
    block = next((one for one in body.blocks if one.place.holds(place)), None)
    return _in_body(block.body, place, path, in_results=in_results) if block else None


def _in_expression(
    whole: Span, node: Expression, place: Span, path: ValuePath, *, in_results: bool
) -> Span | None:
    """The smallest member in an expression that holds a place; `whole` is all of it."""
    elements = written_members(node)
    parts = elements or [(child.place, child) for child in children(node)]
    inner = next((part for part in parts if part[0].holds(place)), None)
    if inner is None or whole == place:
        return part_at(whole, node, path)
    in_result = isinstance(node, For) and inner[1] is not node.collection
    if in_result and (not in_results or inner[0] == place):
        return None
    at = inner[0] if elements else whole
    return _in_expression(at, inner[1], place, path, in_results=in_results)
