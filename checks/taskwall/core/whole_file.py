"""Writing files so that nobody ever sees half of one."""

import os
from contextlib import suppress


def made_beside(path: str, data: bytes, mode: int | None = None) -> str:
    """Write a file in the folder of a path, for `os.replace` to put it there.

    Whoever is killed before that leaves it behind; by its name it is no source, and no other run
    has the same.

    Args:
        path: where the file is to be in the end.
        data: what is in it.
        mode: its permissions; None: those of any new file.

    Returns:
        The path of the new file.

    Raises:
        OSError: it cannot be written; nothing is left of it.
    """
    beside = os.path.join(os.path.dirname(path), f".taskwall-{os.urandom(8).hex()}.tmp")
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
