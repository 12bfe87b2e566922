"""Files that sources read: a script for user data, a definition of an API."""

import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import islice

from taskwall.settings import Settings
from taskwall.source.files import Files, UnreadableError
from taskwall.source.kinds import ROOTS, is_plan, is_terraform
from taskwall.sources.listing import MAX_CANDIDATES, files_below
from taskwall.sources.recognising import may_hold_template


def readers_of(
    path: str, sources: Callable[[], Sequence[tuple[str, str]]], files: Files
) -> list[str]:
    """The sources, of those of a repository, that name a file which is none."""
    if is_terraform(path) or is_plan(path, files) or may_hold_template(path, files):
        return []
    name = re.escape(os.path.basename(path))
    in_terraform = re.compile(rf'["/]{name}"')
    in_template = re.compile(rf"""(?:Uri|Location)["']?\s*:\s*["']?(?:[^\s"']*/)?{name}\b""")
    return [
        source
        for source, text in sources()
        if (in_terraform if source.endswith(ROOTS) else in_template).search(text)
    ]


def source_texts(boundary: str, use: Settings, files: Files) -> list[tuple[str, str]]:
    """The files of a repository that may be sources, with their texts."""
    found = []
    usable = (path for path in files_below((boundary,), files) if not use.excludes(path))
    for path in islice(usable, MAX_CANDIDATES):
        with suppress(UnreadableError):
            found.append((path, files.text(path)))
    return found
