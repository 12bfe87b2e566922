"""Reading files that others wrote: plain ones only, and no more of them than is sensible."""

import os
from errno import EFBIG, EINVAL
from stat import S_ISREG

_READING = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOINHERIT", 0)
    | getattr(os, "O_NONBLOCK", 0)  # to open a pipe does not wait for who writes to it
)


def read_plain(path: str, most: int) -> bytes:
    """What is in a file, read with as few calls as can be: of a repository there are many.

    Args:
        path: the file.
        most: how many bytes it may have.

    Raises:
        OSError: it cannot be read, is no plain file (a pipe or a device might never end), or is
            larger; `strerror` says which.
    """
    try:
        opened = os.open(path, _READING)
    except ValueError as error:  # a NUL
        raise OSError(EINVAL, "no file can have this name") from error
    try:
        about = os.fstat(opened)
        if not S_ISREG(about.st_mode):
            raise OSError(EINVAL, "is not a plain file")
        if about.st_size > most:
            raise OSError(EFBIG, f"is larger than {most >> 20} MiB")
        parts = [os.read(opened, about.st_size + 1)]
        if len(parts[0]) != about.st_size:  # still written to, or not of a known size
            size = len(parts[0])
            while parts[-1]:
                parts.append(os.read(opened, 1 << 20))
                size += len(parts[-1])
                if size > most:
                    raise OSError(EFBIG, f"is larger than {most >> 20} MiB")
        return b"".join(parts)
    finally:
        os.close(opened)
