"""Changed texts written to their files: all of them whole, or none."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from stat import S_IMODE, S_ISREG

from msgspec import Struct

from taskwall.core.plain_file import read_plain
from taskwall.core.whole_file import made_beside, remove
from taskwall.source.files import MAX_FILE_BYTES

BOM = "\ufeff".encode()


class NewText(Struct, frozen=True):
    """A file by its absolute path, the text that was read in it, and the one that it is to have."""

    path: str
    text: str
    new_text: str


class NotWrittenError(Exception):
    """A file that is not written, and why; `written` are those that already were."""

    def __init__(self, path: str, why: str, written: Iterable[str] = ()) -> None:
        super().__init__(why)
        self.path = path
        self.why = why
        self.written = tuple(written)


def write_all(changes: Iterable[NewText]) -> None:
    """Write texts to their files, which keep their mode, and their byte order mark.

    Each new file is made beside the old one first and takes its place at the end, so that nobody
    ever sees half of it.

    Raises:
        NotWrittenError: a file cannot be written, is a link or no plain file, may not be written
            by its mode, or holds another text than was read. Unless `written` names some, nothing
            has changed.
    """
    changes = tuple(changes)
    written: list[str] = []
    with _made(changes) as beside:
        for change, new in zip(changes, beside, strict=True):
            try:
                _unchanged(change)
                os.replace(new, change.path)
            except OSError as error:
                raise NotWrittenError(change.path, _why(error), written) from error
            except NotWrittenError as error:
                raise NotWrittenError(error.path, error.why, written) from error
            written.append(change.path)


@contextmanager
def _made(changes: Iterable[NewText]) -> Iterator[list[str]]:
    """The new files beside the old ones; those that are still there at the end are removed."""
    found: list[str] = []
    try:
        for change in changes:
            try:
                mode, mark = _unchanged(change)
                found.append(made_beside(change.path, mark + change.new_text.encode(), mode))
            except OSError as error:
                raise NotWrittenError(change.path, _why(error)) from error
        yield found
    finally:
        for beside in found:
            remove(beside)


def _unchanged(change: NewText) -> tuple[int, bytes]:
    """The mode of a file, and its byte order mark, if it still is as it was read."""
    about = os.lstat(change.path)
    if not S_ISREG(about.st_mode):
        raise NotWrittenError(change.path, "is a link, or not a plain file")
    if not about.st_mode & 0o222:
        raise NotWrittenError(change.path, "is read-only")
    raw = read_plain(change.path, MAX_FILE_BYTES)
    mark = BOM if raw.startswith(BOM) else b""
    if raw != mark + change.text.encode():
        raise NotWrittenError(change.path, "has changed since it was read")
    return S_IMODE(about.st_mode), mark


def _why(error: OSError) -> str:
    return error.strerror or str(error)
