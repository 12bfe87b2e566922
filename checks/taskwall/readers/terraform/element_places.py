"""Where users change the elements of loops: as members of the lists and maps that they write."""

from collections.abc import Callable
from contextlib import suppress

from taskwall.core.loop_places import LoopSpan
from taskwall.core.values import Span
from taskwall.readers.terraform.call_sites import written_members
from taskwall.readers.terraform.modules import ModuleLoader
from taskwall.readers.terraform.syntax.tree import Body, Expression, For, children
from taskwall.source.files import UnreadableError


class ElementPlaces:
    """Leads from loops to the elements that they go over, in the files that users edit."""

    def __init__(self, loader: ModuleLoader, is_edited: Callable[[str], bool]) -> None:
        self._loader = loader
        self._is_edited = is_edited

    def place(self, place: LoopSpan, downloaded: bool) -> Span | None:
        """The place of `taskwall.source.stack.ElementPlace`."""
        places = place.of
        if downloaded and place.element is not None:
            places = (*places, place.element)
        found = (self._member(one) for one in places if self._is_edited(one.file))
        return next((one for one in found if one is not None), None)

    def _member(self, place: Span) -> Span | None:
        """The member of a list or an object, or the attribute, that stands at a place.

        None within the result of a `for` expression, which is one text for many elements.
        """
        with suppress(UnreadableError):
            return _in_body(self._loader.file(place.file).stable.parsed.body, place)
        return None


def _in_body(body: Body, place: Span) -> Span | None:
    attribute = next((one for one in body.attributes.values() if one.place.holds(place)), None)
    if attribute is not None:
        return _in_expression(attribute.place, attribute.expression, place)
    block = next((one for one in body.blocks if one.place.holds(place)), None)
    return _in_body(block.body, place) if block else None


def _in_expression(whole: Span, node: Expression, place: Span) -> Span | None:
    """The smallest member in an expression that holds a place; `whole` is all of it."""
    if whole == place:
        return whole
    elements = written_members(node)
    parts = elements or [(child.place, child) for child in children(node)]
    inner = next((part for part in parts if part[0].holds(place)), None)
    if inner is None:
        return whole
    if isinstance(node, For) and inner[1] is not node.collection:
        return None
    return _in_expression(inner[0] if elements else whole, inner[1], place)
