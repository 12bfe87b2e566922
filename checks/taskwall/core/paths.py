"""Which folders enclose a path, and which are near."""

import os
from collections.abc import Callable, Iterable
from itertools import takewhile


def encloses(folder: str, path: str) -> bool:
    """Whether a path is a folder, or below it, as both are spelt."""
    return path == folder or path.startswith(os.path.join(folder, ""))


def as_in(folder: str, path: str, real: Callable[[str], str]) -> str:
    """A path without links, as it is spelt from a folder that it is in; else as it is.

    Version control knows what is in a folder by that path alone. `real` follows links.
    """
    inner, base = real(path), real(folder)
    return folder + inner[len(base) :] if encloses(base, inner) else path


def lies_within(path: str, folder: str) -> bool:
    """Whether a path is in a folder, symbolic links followed."""
    try:
        return encloses(os.path.realpath(folder), os.path.realpath(path))
    except ValueError:  # no file has a NUL in its name
        return False


def repository_of(folder: str) -> str:
    """The nearest folder with a `.git`, from a folder upward; "" if there is none."""
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above
    return folder


def nearest_folder(folders: Iterable[str], to: str) -> str | None:
    """The folder that shares most of its path with another one; None if several do.

    Of several the one that ends alike: `network/live/prod` is nearer to `apps/live/prod` than
    `network/live/dev` is.
    """
    every = list(folders)
    for shared in (_leading, _trailing):
        lengths = [shared(folder, to) for folder in every]
        longest = max(lengths, default=0)
        every = [one for one, own in zip(every, lengths, strict=True) if own == longest]
    return every[0] if len(every) == 1 else None


def _leading(one: str, other: str) -> int:
    return len(os.path.commonpath((one, other)))


def _trailing(one: str, other: str) -> int:
    """How many folders two paths have in common at their ends."""
    ends = (reversed(path.split(os.sep)) for path in (one, other))
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*ends, strict=False)))
