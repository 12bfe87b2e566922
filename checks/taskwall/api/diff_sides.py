"""The two sides of a comparison: revisions of a repository, folders, or a plan's before and after.

Both are read as if they were at the same paths, so that places, settings and inputs mean the same
for both. What tools have downloaded is read from the disk for either side.
"""

import os
from collections.abc import Iterable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from taskwall.api.options import Options
from taskwall.core.paths import encloses, repository_of
from taskwall.source.files import Files, UnreadableError
from taskwall.source.kinds import is_plan
from taskwall.source.revisions import GitTree, RevisionError, Revisions
from taskwall.source.tree import FolderTree, SingleFile

WORKING_TREE = "the working tree"


class DiffError(Exception):
    """What is to be compared is not valid, or cannot be read; the message is a sentence."""


class DiffSide(Struct, frozen=True):
    """One side: how it is called, and what has its texts."""

    name: str
    files: Files


class DiffSides(Struct, frozen=True):
    """Both sides, and what is read of each: the options name the same paths for both.

    Of two folders `folders` are that of head and that of base, which is read at the paths of head.
    """

    base: DiffSide
    head: DiffSide
    options: Options
    repository: Revisions | None = None
    trees: tuple[GitTree, ...] = ()
    folders: tuple[str, str] | None = None

    def in_base(self, file: str) -> str:
        """The path of a file of base, which has the path that it would have in head."""
        cwd = os.path.abspath(self.options.cwd or os.curdir)
        path = os.path.join(cwd, file)
        if not file or self.folders is None or not encloses(self.folders[0], path):
            return file
        inner = os.path.relpath(path, self.folders[0])
        return os.path.relpath(os.path.join(self.folders[1], inner), cwd).replace(os.sep, "/")

    def close(self) -> None:
        """Close the repository, if revisions were read."""
        if self.repository is not None:
            self.repository.close()

    def check(self) -> None:
        """See that the repository had all objects that were asked for.

        Raises:
            DiffError: it had not.
        """
        for tree in self.trees:
            for missing in tree.missing[:1]:
                raise DiffError(
                    f"object {missing} of {tree.commit[:12]} is not in the repository (a partial"
                    " clone?): fetch it first."
                )


def sides_of(options: Options, base: str, head: str | None) -> DiffSides:
    """The sides that a user names.

    A file is a plan, two folders are compared with each other, and all else are revisions.

    Raises:
        DiffError: they are not valid.
    """
    cwd = os.path.abspath(options.cwd or os.curdir)
    first, second = os.path.join(cwd, base), os.path.join(cwd, head or os.curdir)
    if os.path.isfile(first):
        if head is not None:
            raise DiffError("a plan is compared with itself: name no second side.")
        return _plan(options, base, first)
    if os.path.isdir(first) and (head is None or os.path.isdir(second)):
        return _folders(options, base, first, head or os.curdir, second)
    try:
        return _revisions(options, base, head, cwd)
    except RevisionError as error:
        raise DiffError(str(error)) from error


def _revisions(options: Options, base: str, head: str | None, cwd: str) -> DiffSides:
    repository = Revisions(cwd)
    try:
        _see_inside(repository.root, options.paths, cwd)
        names = (base,) if head is None else (base, head)
        trees = tuple(map(repository.tree, names))
    except (DiffError, RevisionError):
        repository.close()
        raise
    before, *rest = map(_at, trees, names)
    after = rest[0] if rest else DiffSide(WORKING_TREE, Files())
    # A second process would share the position in the repository's files.
    return DiffSides(before, after, replace(options, jobs=1), repository, trees)


def _see_inside(root: str, paths: Iterable[str], cwd: str) -> None:
    """See that paths are in a repository.

    Raises:
        DiffError: one is not.
    """
    for path in paths:
        if not encloses(root, os.path.normpath(os.path.join(cwd, path))):
            raise DiffError(f"{path}: is not in the repository {root}.")


def _at(tree: GitTree, name: str) -> DiffSide:
    short = tree.commit[:12]
    shown = short if tree.commit.startswith(name) else f"{name} ({short})"
    return DiffSide(shown, Files(tree=tree))


def _folders(options: Options, base: str, first: str, head: str, second: str) -> DiffSides:
    """Two folders, the first as if it were in the place of the second.

    Where each is at the same place in a repository of its own, it is the repositories that are
    compared: modules beside the folders are read from the same side.
    """
    first, second = os.path.normpath(first), os.path.normpath(second)
    roots = repository_of(first), repository_of(second)
    at, root = first, second
    if all(roots) and roots[0] != roots[1]:
        inner = [os.path.relpath(*pair) for pair in ((first, roots[0]), (second, roots[1]))]
        if inner[0] == inner[1]:
            at, root = roots
    paths = tuple(os.path.join(second, path) for path in options.paths)
    return DiffSides(
        DiffSide(base, Files(tree=FolderTree(root, at))),
        DiffSide(head, Files()),
        replace(options, paths=paths),
        folders=(root, at),
    )


def _plan(options: Options, name: str, path: str) -> DiffSides:
    """What a plan found, against what it would make."""
    path = os.path.normpath(path)
    files = Files()
    if not is_plan(path, files):
        raise DiffError(f"{name}: is not a plan as terraform show -json prints it.")
    try:
        plan = msgspec.json.decode(files.text(path))
    except (UnreadableError, msgspec.DecodeError, RecursionError) as error:
        raise DiffError(f"{name}: cannot be read: {error}.") from error
    prior = plan.get("prior_state") or {}
    values = prior.get("values") if isinstance(prior, dict) else {}
    before = {**plan, "planned_values": values or {}, "resource_changes": []}
    text = msgspec.json.encode(before).decode()
    return DiffSides(
        DiffSide(f"{name} before", Files(tree=SingleFile(path, text))),
        DiffSide(f"{name} after", files),
        replace(options, paths=(path,)),
    )
