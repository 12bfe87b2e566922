"""Places of what a loop makes: written once, and made for each element of a list or map."""

from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.values import Span

ElementKey: TypeAlias = tuple[str | int | Span, ...]
"""Tells the elements of nested loops apart, from the outermost on: each by its name, or by its
place, which moves with its file, and by a number among those alike.
"""


class LoopSpan(Span, frozen=True, gc=False):
    """The place at which a loop writes something, for one of its elements.

    `of` are the places where what stands there is written in the element, the best first; none
    where it does not come from the element. `element` is where the element as a whole is written,
    if that is known. `key` tells elements apart that one resource is made of; () where the loop
    makes resources, which have addresses of their own.
    """

    key: ElementKey = ()
    of: tuple[Span, ...] = ()
    element: Span | None = None

    def at(self, place: Span, of: tuple[Span, ...]) -> "LoopSpan":
        """Another place, for the same element."""
        return type(self)(*coordinates(place), self.key, of, self.element)


class AliasSpan(LoopSpan, frozen=True, gc=False):
    """The place at which an alias of YAML repeats what another resource of the template writes."""


class ElementSpan(Span, frozen=True, gc=False):
    """The place at which a list names an element that is written elsewhere: at `of`."""

    of: Span


class LoopIteration(Struct, frozen=True, gc=False):
    """One of the things that a loop makes at a place; `key` is that of a `LoopSpan`."""

    place: Span
    key: ElementKey


def coordinates(place: Span) -> tuple[str, int, int, int, int]:
    """What a place is, without what is known of the values there."""
    return place.file, place.line, place.column, place.end_line, place.end_column


def without_element(place: Span) -> Span:
    """A place by its coordinates alone."""
    return place if type(place) is Span else Span(*coordinates(place))


def numbered(place: Span, number: int | str) -> LoopSpan:
    """The place of one of several things of one text, told apart by a number or a name."""
    known = place if isinstance(place, LoopSpan) else LoopSpan(*coordinates(place))
    return replace(known, key=(*known.key, number))


def of_alias(place: Span, element: Span, number: int) -> AliasSpan:
    """The place of an element, by its number, of a list that an alias repeats."""
    return AliasSpan(*coordinates(place), (number,), (element,), element)


def where_written(place: Span) -> Span:
    """Where what stands at a place of a value is written."""
    return place.of if isinstance(place, ElementSpan) else place


def written(place: Span) -> Span:
    """The text at a place that users change, the same for all elements that are made of it."""
    return without_element(place.of[0] if isinstance(place, LoopSpan) and place.of else place)


def iteration(place: Span) -> LoopIteration | None:
    """The iteration that makes what is at a place; None if no loop does."""
    return LoopIteration(without_element(place), place.key) if isinstance(place, LoopSpan) else None


def within_resource(made: LoopIteration | None) -> LoopIteration | None:
    """An iteration of a loop within a resource; None of one that makes whole resources."""
    return made if made and made.key else None


def common_element(block: Span, *parts: Span) -> Span:
    """The place of a block that is wrong in several parts.

    It is that of the loop's element if all of these come from it, else the block itself.
    """
    first = parts[0]
    element = first.element if isinstance(first, LoopSpan) else None
    of_element = element is not None and all(
        isinstance(one, LoopSpan) and one.of and one.element == element for one in parts
    )
    if isinstance(first, LoopSpan) and of_element:
        assert element is not None
        return first.at(block, (element,))
    return block


def inner(outer: Span, place: Span, within: Span) -> Span:
    """The place of what is inside something else, as far as that is within a resource.

    Args:
        outer: the place of what it is in.
        place: the place of its value.
        within: the resource.
    """
    inside = within.holds(place)
    if type(outer) is not LoopSpan and type(outer) is not AliasSpan:
        if not inside:
            return outer
        return without_element(place) if type(place) is ElementSpan else place
    if type(place) is LoopSpan:
        return place
    source = where_written(place)
    found = outer.element is not None and outer.element.holds(source)
    of = (source, *outer.of) if found else outer.of
    if not inside and of is outer.of:
        return outer
    return outer.at(place if inside else outer, of)
