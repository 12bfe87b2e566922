"""The sources of a scan: which files there are, what encloses them, and the stacks they make."""

import os
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from taskwall.files import Files, UnreadableError, walk
from taskwall.settings import Settings
from taskwall.stack import Inputs, SourceError, Stack
from taskwall.values import Place

TERRAFORM = (".tf",)
TEMPLATES = (".yaml", ".yml", ".json", ".template")


class Read(Struct, frozen=True):
    """A stack that was read, and the boundary that encloses it.

    `only` names the files that it was read for, if those were given by themselves.
    """

    stack: Stack
    boundary: str
    only: frozenset[str] | None = None

    @property
    def files(self) -> frozenset[str]:
        """The files whose findings are shown."""
        return self.stack.files if self.only is None else self.only


class Sources(Struct):
    """What a scan has to look at, and what stood in its way.

    `foreign` are given files that are neither Terraform nor a template.
    """

    reads: list[Read] = []
    errors: list[SourceError] = []
    foreign: list[str] = []


def read(paths: Sequence[str], inputs: Inputs, use: Settings, files: Files) -> Sources:
    """Read every stack below the given absolute paths.

    A file given by itself is read within the stacks that it takes part in, wherever in its
    repository their roots are.
    """
    found = Sources()
    boundaries = _boundaries(paths)
    seen: set[str] = set()
    wide: dict[str, list[str]] = {}
    for folder in filter(os.path.isdir, paths):
        for path in _below((folder,)):
            if path not in seen and not use.excludes(path):
                seen.add(path)
                wide.setdefault(boundaries[folder], []).append(path)
    narrow: dict[str, list[str]] = {}
    for path in dict.fromkeys(paths):
        if os.path.isdir(path) or path in seen:
            continue
        if not files.exists(path):
            place = Place(path, 1, 1, 1, 1)
            found.errors.append(SourceError(place, "there is no such file or folder"))
        elif path.endswith(TEMPLATES) and _is_empty(path, files):
            found.errors.append(SourceError(Place(path, 1, 1, 1, 1), "is empty"))
        elif path.endswith((*TERRAFORM, *TEMPLATES)):
            narrow.setdefault(boundaries[path], []).append(path)
        else:
            found.foreign.append(path)
    for boundary, sources in wide.items():
        stacks, errors = _stacks(sources, files, replace(inputs, boundary=boundary))
        found.reads += [Read(stack, boundary) for stack in stacks]
        found.errors += errors
    for boundary, given in narrow.items():
        only = frozenset(given)
        around = list(dict.fromkeys((*given, *_around(given, boundary, use))))
        stacks, errors = _stacks(around, files, replace(inputs, boundary=boundary))
        kept = [stack for stack in stacks if not only.isdisjoint(stack.files)]
        concerned = only.union(*(stack.files for stack in kept))
        found.reads += [Read(stack, boundary, only) for stack in kept]
        found.errors += [error for error in errors if error.place.file in concerned]
    return found


def _is_empty(path: str, files: Files) -> bool:
    """Whether a file holds nothing at all: given by itself, it is not what somebody meant."""
    try:
        return not files.text(path).strip()
    except UnreadableError:
        return False


def _around(given: Iterable[str], boundary: str, use: Settings) -> Iterator[str]:
    """The files beside given ones that may belong to the same stacks.

    Of Terraform those of the same folders, and all of the repository: a folder may be a module.
    """
    folders = [os.path.dirname(path) for path in given if path.endswith(TERRAFORM)]
    if folders:
        for path in _below((*folders, boundary)):
            if path.endswith(TERRAFORM) and not use.excludes(path):
                yield path


def _below(folders: Iterable[str]) -> Iterator[str]:
    cache = os.path.join("", "cdk.out", ".cache", "")
    for path in walk(folders):
        if path.endswith((*TERRAFORM, *TEMPLATES)) and cache not in path:
            yield path


def _stacks(
    paths: Sequence[str], files: Files, inputs: Inputs
) -> tuple[list[Stack], list[SourceError]]:
    """The stacks of some files; a reader is imported only for files that are its own."""
    stacks: list[Stack] = []
    errors: list[SourceError] = []
    if terraform := [path for path in paths if path.endswith(TERRAFORM)]:
        from taskwall.readers.terraform import stacks as read_terraform

        roots, wrong = read_terraform(terraform, files, inputs)
        stacks += roots
        errors += wrong
    if templates := [path for path in paths if path.endswith(TEMPLATES)]:
        from taskwall.readers.cloudformation import stacks as read_templates

        made, bad = read_templates(templates, files, inputs)
        stacks += made
        errors += bad
    return stacks, errors


def _boundaries(paths: Iterable[str]) -> dict[str, str]:
    """For each path the repository that encloses it, else the outermost given folder that does."""
    folders = {path: path if os.path.isdir(path) else os.path.dirname(path) for path in paths}
    return {
        path: _repository(folder)
        or min((one for one in folders.values() if _encloses(one, folder)), key=len)
        for path, folder in folders.items()
    }


def _repository(folder: str) -> str:
    """The nearest folder with a `.git`, from a folder upward; "" if there is none."""
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return ""
        folder = above
    return folder


def _encloses(folder: str, path: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))
