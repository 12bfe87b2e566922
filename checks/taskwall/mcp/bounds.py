"""What a client may name: paths below the server's root, and below the client's own roots."""

import os
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from taskwall.core.paths import lies_within


class OutsideError(Exception):
    """A path that the server does not look at; the message is a whole sentence."""


def paths_within(root: str, paths: Sequence[str], narrower: Sequence[str]) -> tuple[str, ...]:
    """Absolute paths of what a client names relative to the root.

    Args:
        root: the server's folder, links followed.
        paths: what is named; nothing stands for all that may be looked at.
        narrower: the client's roots as folders, which only narrow the server's; none: no matter.

    Raises:
        OutsideError: one leads out of the root, or of every root of the client.
    """
    within = [root]
    if narrower:
        within = [folder for folder in narrower if lies_within(folder, root)]
        within += [root for folder in narrower if folder != root and lies_within(root, folder)]
    if not within:
        raise OutsideError("None of the client's roots is inside the folder that is served.")
    found = []
    for path in paths or within:
        if "\0" in path:
            raise OutsideError("A path with a NUL is none.")
        real = os.path.realpath(os.path.join(root, path))
        if not any(lies_within(real, folder) for folder in within):
            raise OutsideError(f"{path} is outside of what is served.")
        if not os.path.exists(real):
            raise OutsideError(f"There is no {path}.")
        found.append(real)
    return tuple(found)


def root_folder(uri: str) -> str | None:
    """The folder of a root that a client names; None if it is not on this machine."""
    parts = urlsplit(uri)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return None
    return os.path.realpath(unquote(parts.path))
