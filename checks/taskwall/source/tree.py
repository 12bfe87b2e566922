"""What a folder holds at another time, or what another folder holds, in place of what is there."""

import os
from errno import ENOENT, ENOTDIR
from typing import Literal, Protocol, TypeAlias

from taskwall.core.plain_file import read_plain

PathKind: TypeAlias = Literal["file", "folder", ""]
"""What is at a path, links followed; "" if that is nothing that can be read."""


class SourceTree(Protocol):
    """What stands for all that is on disk below `root`. Paths are absolute, as if it were there."""

    root: str

    def kind(self, path: str) -> PathKind:
        """What is at a path."""

    def names(self, folder: str) -> list[str]:
        """What is in a folder, by name.

        Raises:
            OSError: there is no such folder.
        """

    def read(self, path: str, most: int) -> bytes:
        """What is in a file.

        Raises:
            OSError: it cannot be read, or has more bytes than `most`.
        """

    def is_link(self, path: str) -> bool:
        """Whether a path is that of a link."""

    def real(self, path: str) -> str:
        """Where a path leads, links followed."""


class FolderTree:
    """A folder that stands for another one, from which links do not lead out."""

    def __init__(self, root: str, folder: str) -> None:
        self.root = root
        self._folder = os.path.realpath(folder)

    def kind(self, path: str) -> PathKind:
        """What is at a path."""
        at = self._at(path)
        if at is None:
            return ""
        return "folder" if os.path.isdir(at) else "file" if os.path.isfile(at) else ""

    def names(self, folder: str) -> list[str]:
        """What is in a folder, by name."""
        return sorted(os.listdir(self._there(folder)))

    def read(self, path: str, most: int) -> bytes:
        """What is in a file."""
        return read_plain(self._there(path), most)

    def is_link(self, path: str) -> bool:
        """Whether a path is that of a link."""
        return os.path.islink(os.path.join(self._folder, os.path.relpath(path, self.root)))

    def real(self, path: str) -> str:
        """Where a path leads, links followed."""
        at = self._at(path)
        return path if at is None else self._named(at)

    def _named(self, at: str) -> str:
        return os.path.normpath(os.path.join(self.root, os.path.relpath(at, self._folder)))

    def _at(self, path: str) -> str | None:
        """Where a path is on disk; None if it leads out of the folder."""
        at = os.path.realpath(os.path.join(self._folder, os.path.relpath(path, self.root)))
        inside = at == self._folder or at.startswith(os.path.join(self._folder, ""))
        return at if inside else None

    def _there(self, path: str) -> str:
        at = self._at(path)
        if at is None:
            raise OSError(ENOENT, "leads out of the folder")
        return at


class SingleFile:
    """A folder in which there is one file and nothing else."""

    def __init__(self, path: str, text: str) -> None:
        self.root = os.path.dirname(path)
        self._path = path
        self._raw = text.encode()

    def kind(self, path: str) -> PathKind:
        """What is at a path."""
        return "file" if path == self._path else "folder" if path == self.root else ""

    def names(self, folder: str) -> list[str]:
        """What is in a folder, by name."""
        if folder != self.root:
            raise OSError(ENOTDIR, "there is no such folder")
        return [os.path.basename(self._path)]

    def read(self, path: str, most: int) -> bytes:
        """What is in a file."""
        if path != self._path or len(self._raw) > most:
            raise OSError(ENOENT, "there is no such file")
        return self._raw

    def is_link(self, path: str) -> bool:
        """Whether a path is that of a link."""
        return self.real(path) != path

    def real(self, path: str) -> str:
        """Where a path leads, links followed."""
        return path
