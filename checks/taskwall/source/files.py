"""The files of a scan: found, read once, and decoded with an error that has a place."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar, cast

from msgspec import Struct

from taskwall.core.paths import as_in, encloses, repository_of
from taskwall.core.plain_file import read_plain
from taskwall.core.values import Span
from taskwall.source.stack import SourceError
from taskwall.source.tree import SourceTree

T = TypeVar("T")

DOWNLOADED = frozenset({".terraform", ".terragrunt-cache", ".external_modules"})
"""Folders that tools keep downloaded modules in."""

PASSED_OVER = frozenset({".git", "node_modules", "__pycache__", ".venv"}) | DOWNLOADED
"""Folders that a scan does not enter; downloaded modules are read when they are called."""

_ON_DISK = DOWNLOADED | {".git"}
"""What no tree stands for."""

MAX_FILE_BYTES = 32 * 1024 * 1024
"""Files larger than this many bytes are an error, not a source."""

_GIT_CRYPT = b"\0GITCRYPT\0"
"""How git-crypt begins each file that it encrypts (its `commands.cpp`)."""


class UnreadableError(Exception):
    """A file that could not be read; carries the error with its place."""

    def __init__(self, path: str, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.error = SourceError(Span(path, line, column, line, column), message)


class FolderEntry(Protocol):
    """What is in a folder, as `os.scandir` has it; links are followed."""

    @property
    def name(self) -> str:
        """The name in the folder."""

    @property
    def path(self) -> str:
        """The whole path."""

    def is_dir(self) -> bool:
        """Whether it is a folder."""

    def is_file(self) -> bool:
        """Whether it is a file."""

    def is_symlink(self) -> bool:
        """Whether it is a link."""


class _TreeEntry(Struct, frozen=True):
    """What is in a folder of a tree."""

    name: str
    path: str
    tree: SourceTree

    def is_dir(self) -> bool:
        return self.tree.kind(self.path) == "folder"

    def is_file(self) -> bool:
        return self.tree.kind(self.path) == "file"

    def is_symlink(self) -> bool:
        return self.tree.is_link(self.path)


class Files:
    """Texts by path, read at most once. `overlay` holds texts that stand before those on disk.

    `held` are the paths of the overlay. `retained` says that texts of the overlay will change, and
    what is made of them is kept. `reread` says that files will be read again in other company, and
    what each of them says is kept. A `tree` stands for what is on disk below its root, but for what
    tools have downloaded there.
    """

    def __init__(
        self,
        overlay: dict[str, str] | None = None,
        retained: bool = False,
        reread: bool = False,
        tree: SourceTree | None = None,
    ) -> None:
        self._tree = tree
        self._texts: dict[str, str] = dict(overlay or {})
        self.held = dict.fromkeys(self._texts)
        self.retained = retained
        self.reread = reread or retained
        self.changes = 0
        """How often texts were changed."""
        self.links: dict[str, None] = {}
        """The links that were met and not followed."""
        self.dead_links: dict[str, None] = {}
        """The links that were met and lead to nothing."""
        self.is_excluded: Callable[[str], bool] = lambda _: False
        """Whether the user leaves a file out."""
        self._bounds: tuple[str, ...] = ()
        self._real_bounds: tuple[str, ...] = ()
        self._named: frozenset[str] = frozenset()
        self._real: dict[str, str] = {}
        self._asked: set[str] | None = None
        self._made: dict[type, object] = {}
        self._made_of: dict[tuple[Callable[[str], object], str], tuple[str, object]] = {}

    @property
    def known(self) -> Iterable[str]:
        """The files that have been read, and those of the overlay."""
        return self._texts.keys()

    def confine(self, bounds: Iterable[str], named: Iterable[str]) -> None:
        """Follow no link from within some folders to what is outside of all of them.

        `named` are paths that the user has named, which are followed wherever they lead.
        """
        self._bounds, self._named = tuple(bounds), frozenset(named)
        real = (*self._bounds, *(path for path in self._named if os.path.isdir(path)))
        self._real_bounds = tuple(map(os.path.realpath, dict.fromkeys(real)))
        self._real.clear()

    def follows(self, path: str) -> bool:
        """Whether a path leads nowhere that a scan must not look; noted if it does."""
        if not any(encloses(bound, path) for bound in self._bounds) or path in self._named:
            return True
        if self._tree_at(path) is not None:
            return True  # no link of a tree leads out of it
        folder, name = os.path.split(path)
        target = os.path.join(self.on_disk(folder), name)
        if os.path.islink(target):
            target = os.path.realpath(target)
        if any(encloses(bound, target) for bound in self._real_bounds):
            return True
        self.links[path] = None
        return False

    def on_disk(self, path: str) -> str:
        """Where a path leads on the disk, links followed, as they are when a scan first asks.

        Raises:
            ValueError: it has a NUL in it, as no file has.
        """
        found = self._real.get(path)
        if found is None:
            found = self._real[path] = os.path.realpath(path)
        return found

    def one(self, kind: type[T], make: Callable[[], T]) -> T:
        """The one object of a kind that belongs to these files, made when it is first asked for.

        It goes with them even if it refers to them.
        """
        found = self._made.get(kind)
        if not isinstance(found, kind):
            found = self._made[kind] = make()
        return found

    def made_of(self, path: str, make: Callable[[str], T]) -> T:
        """What a function makes of the text of a file ("" if it cannot be read), once a text."""
        text = self.text_if_readable(path)
        known = self._made_of.get((make, path))
        if known is not None and known[0] is text:
            return cast("T", known[1])
        found = make(text)
        self._made_of[make, path] = text, found
        return found

    def listened(self, work: Callable[[], T]) -> tuple[T, dict[str, str | None]]:
        """What some work gives, and the texts of the files that it asked for; None: of no text."""
        outer, self._asked = self._asked, set()
        try:
            found = work()
            asked = self._asked
        finally:
            self._asked = outer
        if outer is not None:
            outer |= asked
        return found, {path: self._texts.get(path) for path in asked}

    def same(self, texts: Mapping[str, str | None]) -> bool:
        """Whether files that were asked for have the very same texts still."""
        return all(self._texts.get(path) is text for path, text in texts.items())

    def change(self, path: str, text: str) -> None:
        """Let another text stand for a file of the overlay."""
        if self._texts.get(path) != text:
            self._texts[path] = text
            self.changes += 1

    def take(self, path: str) -> bool:
        """Hold a file that has been read from disk, so that its text may be changed.

        False if it has not been read: others may not know of it.
        """
        if path not in self._texts:
            return False
        self.held[path] = None
        return True

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        if self._asked is not None:
            self._asked.add(path)
        return path in self._texts or (self.is_file(path) and self.follows(path))

    def is_file(self, path: str) -> bool:
        """Whether a path is that of a file, wherever it leads."""
        tree = self._tree_at(path)
        return os.path.isfile(path) if tree is None else tree.kind(path) == "file"

    def has(self, path: str) -> bool:
        """Whether there is anything but a folder at a path: a file, a pipe, a device."""
        tree = self._tree_at(path)
        if tree is not None:
            return tree.kind(path) == "file"
        return os.path.exists(path) and not os.path.isdir(path)

    def is_folder(self, path: str) -> bool:
        """Whether a path is that of a folder, wherever it leads."""
        tree = self._tree_at(path)
        return os.path.isdir(path) if tree is None else tree.kind(path) == "folder"

    def names(self, folder: str) -> list[str]:
        """What is in a folder, by name.

        Raises:
            OSError: it cannot be read.
            ValueError: no folder can have this name.
        """
        tree = self._tree_at(folder)
        return sorted(os.listdir(folder)) if tree is None else tree.names(folder)

    def entries(
        self, folder: str, errors: list[SourceError] | None = None
    ) -> Sequence[FolderEntry]:
        """What is in a folder, by name; nothing if it cannot be read, which `errors` is given."""
        tree = self._tree_at(folder)
        try:
            if tree is None:
                return sorted(os.scandir(folder), key=lambda entry: entry.name)
            names = tree.names(folder)
            return [_TreeEntry(name, os.path.join(folder, name), tree) for name in names]
        except OSError as error:
            if errors is not None:
                why = f"the folder cannot be read: {error.strerror or error}"
                errors.append(SourceError(Span(folder, 1, 1, 1, 1), why))
            return []

    def real(self, path: str) -> str:
        """Where a path leads, links followed."""
        tree = self._tree_at(path)
        return os.path.realpath(path) if tree is None else tree.real(path)

    def read(self, path: str, most: int) -> bytes:
        """What is in a file, kept by nobody.

        Raises:
            OSError: it cannot be read, is no plain file, or has more bytes than `most`.
        """
        tree = self._tree_at(path)
        return read_plain(path, most) if tree is None else tree.read(path, most)

    def _tree_at(self, path: str) -> SourceTree | None:
        """The tree that says what is at a path, if one does."""
        tree = self._tree
        if tree is None or not encloses(tree.root, path):
            return None
        steps = path[len(tree.root) :].split(os.sep)
        return tree if _ON_DISK.isdisjoint(steps) else None

    def text_if_readable(self, path: str) -> str:
        """The text of a file; "" where that cannot be read, for who only looks through texts."""
        try:
            return self.text(path)
        except UnreadableError:
            return ""

    def text(self, path: str) -> str:
        """The text of a file, without a byte order mark.

        Raises:
            UnreadableError: missing, no plain file, too large, or not UTF-8 (placed at the first
                bad byte).
        """
        if self._asked is not None:
            self._asked.add(path)
        if (known := self._texts.get(path)) is not None:
            return known
        if "\0" not in path and not self.follows(path):
            raise UnreadableError(path, "leads out of the repository: not read")
        try:
            raw = self.read(path, MAX_FILE_BYTES)
        except OSError as error:
            raise UnreadableError(path, f"cannot be read: {error.strerror or error}") from error
        try:
            found = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            if raw.startswith(_GIT_CRYPT):
                how = "is encrypted by git-crypt; git-crypt unlock makes it readable"
                raise UnreadableError(path, how) from error
            if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise UnreadableError(
                    path, "is UTF-16; Terraform and CloudFormation use UTF-8"
                ) from error
            before = raw[: error.start].decode("utf-8", "replace")
            line = before.count("\n") + 1
            column = len(before) - (before.rfind("\n") + 1) + 1
            raise UnreadableError(path, "is not UTF-8", line, column) from error
        self._texts[path] = found
        return found


def walk(
    paths: Iterable[str],
    passed_over: frozenset[str] = PASSED_OVER,
    files: Files | None = None,
    errors: list[SourceError] | None = None,
) -> Iterator[str]:
    """Every file below the given files and folders, each once, in a stable order.

    Folders reached twice through symbolic links are entered once, as they are called in the
    repository where they are in that of the path. Environments of Python, by
    whatever name, are passed over too: the libraries in them bring thousands of JSON files.

    Args:
        paths: files and folders.
        passed_over: names of folders that are not entered.
        files: says which links are followed; all are without it.
        errors: is given the folders that cannot be read.
    """
    seen: set[str] = set()
    read = Files() if files is None else files
    for path in paths:
        if not read.is_folder(path):
            yield path
            continue
        folders = [(path, read.real(path))]
        while folders:
            folder, real = folders.pop()
            if real in seen:
                continue
            seen.add(real)
            entries = read.entries(folder, errors)
            if folder != path and any(entry.name == "pyvenv.cfg" for entry in entries):
                continue
            below = []
            for entry in entries:
                # Only a link can lead elsewhere: to look along the whole path takes long.
                linked = entry.is_symlink()
                try:
                    is_folder, is_file = entry.is_dir(), entry.is_file()
                except OSError:  # a link that leads to itself: reading it tells
                    is_folder, is_file = False, True
                if is_folder and entry.name in passed_over:
                    continue
                if linked and files is not None and not files.follows(entry.path):
                    continue
                if is_folder and linked:
                    at = as_in(repository_of(path) or path, entry.path, read.real)
                    below.append((at, read.real(entry.path)))
                elif is_folder:
                    below.append((entry.path, f"{real}{os.sep}{entry.name}"))
                elif is_file or not linked:  # reading a pipe or a device tells that it is none
                    yield entry.path
                elif files is not None and not os.path.exists(entry.path):
                    files.dead_links[entry.path] = None
            folders.extend(reversed(below))
