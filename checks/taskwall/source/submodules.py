"""Git submodules: folders of a repository whose content is checked out by a command of its own."""

import os
import re
from collections.abc import Iterable, Iterator

from taskwall.core.paths import encloses
from taskwall.core.patterns import pattern
from taskwall.core.values import Span
from taskwall.source.files import Files, UnreadableError
from taskwall.source.stack import AbsentSource

KIND = "submodule"
NAME = ".gitmodules"
CHECK_OUT = "git submodule update --init"

_ENTRY = pattern(r"^[ \t]*(path|url)[ \t]*=[ \t]*(.+?)[ \t]*$|^[ \t]*\[", re.MULTILINE)


def submodule_folders(repository: str, text: str) -> Iterator[tuple[str, str, int]]:
    """The submodules that a `.gitmodules` names: folder, address ("" if not said), and line."""
    folder, url, line = "", "", 1
    for entry in (*_ENTRY.finditer(text), None):
        if entry is not None and entry[1] == "path":
            folder = os.path.normpath(os.path.join(repository, entry[2]))
            line = text.count("\n", 0, entry.start(1)) + 1
        elif entry is not None and entry[1] == "url":
            url = entry[2]
        elif folder:
            yield folder, url, line
            folder, url = "", ""


def unchecked_submodules(
    repository: str, given: str, files: Files
) -> Iterator[tuple[str, AbsentSource]]:
    """The submodules in a given folder, or around it, that hold nothing.

    They are not checked out. Each comes with its folder.

    Args:
        repository: the folder of the repository.
        given: the folder, in it.
        files: reads its `.gitmodules`.
    """
    path = os.path.join(repository, NAME)
    if not files.exists(path):
        return
    try:
        text = files.text(path)
    except UnreadableError:
        return
    for folder, url, line in submodule_folders(repository, text):
        inside = encloses(given, folder) or encloses(folder, given)
        if inside and encloses(repository, folder) and not files.entries(folder):
            name, place = os.path.relpath(folder, repository), Span(path, line, 1, line, 1)
            yield folder, AbsentSource(KIND, name, url, None, place, CHECK_OUT)


def is_called(absent: AbsentSource, calls: Iterable[AbsentSource]) -> bool:
    """Whether what is absent is a submodule that calls name: each wants a module in it."""
    wanted = (_path(call, call.source) for call in calls if call.kind == KIND)
    return absent.kind == KIND and any(encloses(_path(absent, absent.name), one) for one in wanted)


def _path(of: AbsentSource, name: str) -> str:
    return os.path.normpath(os.path.join(os.path.dirname(of.place.file), name))
