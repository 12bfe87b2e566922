"""Whether blocks are written, of those that resources may leave out."""

from msgspec.structs import replace

from taskwall.core.facts import Fact, any_of
from taskwall.core.values import (
    Fields,
    Need,
    dereferenced,
    same,
)
from taskwall.lowering._reader import ResourceReader
from taskwall.source.resource import Cell


def as_if_there(cell: Cell) -> Cell:
    """A block as if it were there: one that may not be counts for what it does wrong."""
    return replace(cell, doubt=None) if structured(cell) else cell


def structured(cell: Cell) -> bool:
    """Whether a block is written whose keys are known."""
    return isinstance(dereferenced(cell.value), Fields)


def same_values(one: Cell, other: Cell) -> bool | None:
    """Whether two cells hold the same; None if the sources do not tell."""
    if one.value is None or other.value is None:
        return False
    return same(one.value, other.value)


def unread(r: ResourceReader, what: str) -> Need:
    """That something of a resource cannot be read."""
    return Need(f"{what} of {r.name}", "cannot be read")


def left_open(r: ResourceReader, cell: Cell) -> Fact:
    """That it is not known what is written at a cell."""
    needs = cell.doubt or cell.needs or (unread(r, "a block"),)
    return Fact(None, f"{r.name} sets {cell.key or 'it'}", cell.place, r.name, needs)


def any_written(
    r: ResourceReader, cell: Cell, keys: tuple[tuple[str, str], ...], says: str, otherwise: str
) -> Fact:
    """Whether one of several blocks is written, by which a resource does what `says`.

    `otherwise` is what it does without any.
    """
    found = any_of(is_written(r, cell.get(key[0 if r.terraform else 1])) for key in keys)
    if found.truth is not False:
        return found
    sentences = f"{r.name} {says}", f"{r.name} {otherwise}"
    return Fact(False, sentences[0], cell.place, r.name, otherwise=sentences[1])


def present(r: ResourceReader, cell: Cell) -> Fact:
    """Whether an attribute is written, whatever its value may be."""
    text, otherwise = f"{r.name} sets {cell.key}", f"{r.name} does not set {cell.key}"
    return Fact(not cell.absent, text, cell.place, r.name, otherwise=otherwise)


def is_written(r: ResourceReader, cell: Cell) -> Fact:
    """Whether a block is written."""
    text, otherwise = f"{r.name} sets {cell.key}", f"{r.name} does not set {cell.key}"
    found = list(cell.each())
    if any(each.sure for each in found):
        return Fact(True, text, cell.place, r.name)
    if found:
        return Fact(None, text, cell.place, r.name, found[0].doubt or cell.needs)
    return Fact(False, text, cell.place, r.name, otherwise=otherwise)
