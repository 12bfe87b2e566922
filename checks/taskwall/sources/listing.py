"""The files of a scan by their names: those below a folder, beside a file, and in a repository."""

import os
from collections.abc import Callable, Container, Iterable, Iterator
from itertools import islice

from taskwall.core.paths import encloses, repository_of
from taskwall.source.files import (
    DOWNLOADED,
    PASSED_OVER,
    Files,
    walk,
)
from taskwall.source.kinds import (
    HCL,
    ROOTS,
    TEMPLATES,
    TERRAFORM,
)
from taskwall.source.stack import SourceError
from taskwall.sources.found import ScanScope
from taskwall.sources.generated import COMPONENTS

VALUES = (".tfvars", ".tfvars.json")
"""How the names of the files end that hold values of a root's variables."""

MAY_COUNT = (*TERRAFORM, *TEMPLATES, ".tfvars", HCL, ".toml")
"""How files end that may be sources, values for them (`.tfvars.json` too), or settings."""

MAX_CANDIDATES = 5_000
"""So many files at most are looked at to find those that belong to a given template."""


def files_in(
    folders: Iterable[str], files: Files, errors: list[SourceError] | None = None
) -> Iterator[str]:
    """The files in folders; `errors` is given what cannot be listed."""
    for folder in folders:
        for entry in files.entries(folder, errors):
            linked = entry.is_symlink()
            if (entry.is_file() and (not linked or files.follows(entry.path))) or (
                not linked and not entry.is_dir()
            ):
                yield entry.path


def files_below(
    folders: Iterable[str], files: Files, errors: list[SourceError] | None = None
) -> Iterator[str]:
    """The files below folders that may be sources, values for them, or what these are made of."""
    cache = os.path.join("", "cdk.out", ".cache", "")
    for path in walk(folders, files=files, errors=errors):
        if path.endswith((*ROOTS, *TEMPLATES, *VALUES, *COMPONENTS)) and cache not in path:
            yield path


class FileListing:
    """The files below folders by their endings; where files last, as they were at first."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}

    def below(
        self, folder: str, endings: tuple[str, ...], files: Files, counts: Callable[[str], bool]
    ) -> tuple[str, ...]:
        """Those of a folder that end so and count, so many of them as are looked at."""
        known = self._known.get((folder, endings))
        if known is None:
            every = walk((folder,), files=files)
            some = (path for path in every if path.endswith(endings) and counts(path))
            known = tuple(islice(some, MAX_CANDIDATES))
            if files.retained:
                self._known[folder, endings] = known
        return known


def found_in(folder: str, scope: ScanScope) -> Iterator[str]:
    """The files below a folder, or in it, that may be sources, values for them, or settings."""
    for path in walk((folder,)) if scope.deep else files_in((folder,), Files()):
        if path.endswith(MAY_COUNT):
            yield path


def is_folder(path: str, files: Files) -> bool:
    """Whether a path is a folder, be it that only held files are in it."""
    held = (one for one in files.held if one != path)
    return files.is_folder(path) or any(encloses(path, one) for one in held)


def unsaved(folder: str, files: Files, deep: bool, below: Container[str]) -> Iterator[str]:
    """The sources below a folder (or in it) that are not on disk, as others are, but held."""
    for path in files.held:
        if path in below or not encloses(folder, path) or not path.endswith((*ROOTS, *TEMPLATES)):
            continue
        names = os.path.relpath(path, folder).split(os.sep)
        near = len(names) == 1 or (deep and PASSED_OVER.isdisjoint(names))
        if near and not files.is_file(path):
            yield path


def boundaries_of(paths: Iterable[str], files: Files) -> dict[str, str]:
    """For each path the repository that encloses it, else the outermost given folder that does.

    What encloses a file of a downloaded module is the folder into which that was downloaded.
    """
    folders = {path: path if files.is_folder(path) else _own_folder(path) for path in paths}
    return {
        path: repository_of(folder)
        or min((one for one in folders.values() if encloses(one, folder)), key=len)
        for path, folder in folders.items()
    }


def _own_folder(path: str) -> str:
    """The folder of a file; of one that a tool has downloaded, the folder that it works in."""
    steps = os.path.dirname(path).split(os.sep)
    inside = next((n for n, step in enumerate(steps) if step in DOWNLOADED and n), len(steps))
    return os.sep.join(steps[:inside]) or os.sep
