"""Links that lead out of the repository or nowhere, and behind which there may be sources."""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from taskwall.core.paths import encloses
from taskwall.core.values import Span
from taskwall.findings.finding import ALLOW_OUTSIDE
from taskwall.source.files import Files
from taskwall.source.stack import AbsentSource
from taskwall.sources.listing import MAY_COUNT

LINK: Final = "link"
_DEAD: Final = "create what it leads to before the scan"


def links_out(
    given: Sequence[str], read: Iterable[str], files: Files
) -> Iterator[tuple[str, AbsentSource]]:
    """The links that were met and not followed, or lead to nothing.

    Each comes with the folder that it was met in.

    Args:
        given: the folders that were given: links below them count.
        read: the files that were read: links beside them count.
        files: has met them.
    """
    beside = {*given, *map(os.path.dirname, read)}
    for path in (*files.links, *files.dead_links):
        if not os.path.islink(path) or not (path.endswith(MAY_COUNT) or os.path.isdir(path)):
            continue
        folder = next((one for one in given if encloses(one, path)), os.path.dirname(path))
        if folder in beside:
            name, target = os.path.basename(path), os.readlink(path)
            place = Span(path, 1, 1, 1, 1)
            cure = ALLOW_OUTSIDE if os.path.exists(path) else _DEAD
            yield folder, AbsentSource(LINK, name, target, None, place, cure)
