"""Which repositories a fleet scans, at which revisions."""

import os
from collections.abc import Iterable, Iterator

from msgspec import Struct

from taskwall.fleet import FleetError

_BUNDLE = b"# v"
"""How a bundle begins; a list has no such line in front, since a comment has a space after `#`."""


class Target(Struct, frozen=True, order=True):
    """A repository (an absolute path), and the revision of it that is scanned."""

    repository: str
    revision: str


def is_bundle(path: str) -> bool:
    """Whether a file is a git bundle."""
    try:
        with open(path, "rb") as stream:
            line = stream.readline(64)
    except OSError:
        return False
    return line.startswith(_BUNDLE) and line.rstrip().endswith(b"git bundle")


def targets(named: Iterable[str], revision: str) -> tuple[Target, ...]:
    """The repositories that are named, each once, in order.

    Args:
        named: repositories, bundles, folders that hold such, and lists of them.
        revision: what is scanned where a list does not say it.

    Raises:
        FleetError: a name leads nowhere, or to no repository.
    """
    found: set[Target] = set()
    for name in named:
        path = os.path.abspath(name)
        if os.path.isdir(path):
            here = [path] if _is_repository(path) else list(_within(path))
            if not here:
                raise FleetError(f"{name}: is not a git repository, and has none in it.")
            found.update(Target(each, revision) for each in here)
        elif is_bundle(path):
            found.add(Target(path, revision))
        elif os.path.isfile(path):
            found.update(_listed(path, revision))
        else:
            raise FleetError(f"{name}: there is no such folder or file.")
    if not found:
        raise FleetError("there is no repository to scan.")
    return tuple(sorted(found))


def _is_repository(path: str) -> bool:
    """Whether a folder is a repository, bare or not. Nothing in it is opened."""
    bare = all(os.path.lexists(os.path.join(path, name)) for name in ("HEAD", "objects", "refs"))
    return bare or os.path.lexists(os.path.join(path, ".git"))


def _within(folder: str) -> Iterator[str]:
    for entry in os.scandir(folder):
        if (entry.is_dir() and _is_repository(entry.path)) or (
            entry.is_file() and is_bundle(entry.path)
        ):
            yield entry.path


def _listed(path: str, revision: str) -> Iterator[Target]:
    """What a list names: a path a line, seen from the list, and a revision after a tab.

    A path that leads nowhere is a repository that cannot be read: no reason to scan none.

    Raises:
        FleetError: it is no text.
    """
    try:
        with open(path, encoding="utf-8") as stream:
            lines = stream.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise FleetError(f"{path}: is neither a bundle nor a list of repositories.") from error
    for line in lines:
        name, _, own = line.partition("\t")
        if name.strip() and not line.startswith("#"):
            at = os.path.normpath(os.path.join(os.path.dirname(path), name.strip()))
            yield Target(at, own.strip() or revision)
