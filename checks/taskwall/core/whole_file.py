"""Writing files so that nobody ever sees half of one."""

import os
from contextlib import suppress
from stat import S_ISREG
from time import time

from taskwall.core.patterns import pattern

_NAME = pattern(r"\.taskwall-[0-9a-f]{16}\.tmp")
"""How new files are named: nobody else names one so by chance."""

ABANDONED = 24 * 60 * 60
"""So many seconds after its last change nobody is still writing a new file."""


def made_beside(path: str, data: bytes, mode: int | None) -> str:
    """Write a file in the folder of a path, for `os.replace` to put it there.

    Whoever is killed before that leaves it behind; by its name it is no source, and no other run
    has the same. What others have left in the folder is removed once it is a day old.

    Args:
        path: where the file is to be in the end.
        data: what is in it.
        mode: its permissions; None: those of any new file.

    Returns:
        The path of the new file.

    Raises:
        OSError: it cannot be written; nothing is left of it.
    """
    folder = os.path.dirname(path)
    _remove_abandoned(folder)
    beside = os.path.join(folder, f".taskwall-{os.urandom(8).hex()}.tmp")
    try:
        with open(beside, "xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())  # on disk before it takes the old one's place
        if mode is not None:
            os.chmod(beside, mode)
    except BaseException:
        remove(beside)
        raise
    return beside


def remove(path: str) -> None:
    """Remove a file that may be gone."""
    with suppress(OSError):
        os.unlink(path)


def _remove_abandoned(folder: str) -> None:
    """Remove the new files in a folder whose runs were killed long ago."""
    with suppress(OSError), os.scandir(folder or os.curdir) as entries:
        for entry in entries:
            if _NAME.fullmatch(entry.name):
                about = entry.stat(follow_symlinks=False)
                if S_ISREG(about.st_mode) and about.st_mtime < time() - ABANDONED:
                    remove(entry.path)
