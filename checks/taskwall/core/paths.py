"""Which folders enclose a path."""

import os
from collections.abc import Iterable


def encloses(folder: str, path: str) -> bool:
    """Whether a path is a folder, or below it, as both are spelt."""
    return path == folder or path.startswith(os.path.join(folder, ""))


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
    """The folder that shares most of its path with another one; None if several do."""
    shared = {folder: len(os.path.commonpath((folder, to))) for folder in folders}
    found = [folder for folder, length in shared.items() if length == max(shared.values())]
    return found[0] if len(found) == 1 else None
