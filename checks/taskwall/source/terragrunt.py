"""Units of Terragrunt: roots whose inputs are written for another tool, and are not read."""

import os
import re
from collections.abc import Collection

from taskwall.core.patterns import pattern
from taskwall.core.values import Span
from taskwall.source.files import Files, UnreadableError
from taskwall.source.stack import AbsentSource

UNITS = ("terragrunt.hcl", "terragrunt.stack.hcl")
"""What the files are called that make a folder a unit, or several."""

CURE = "scan their plans, as terragrunt show -json prints them"
"""What brings what units come to."""

_INCLUDES = pattern(r"^[ \t]*include\b", re.MULTILINE)
_SOURCE = pattern(r"^[ \t]*terraform\s*\{[^}]*?^[ \t]*source\s*=\s*\"([^\"\n]*)\"", re.MULTILINE)


def is_unit(path: str) -> bool:
    """Whether a path is that of a file that makes its folder a unit."""
    return os.path.basename(path) in UNITS


def units(paths: Collection[str], files: Files) -> list[AbsentSource]:
    """What is not read of some files of Terragrunt: one entry for each unit.

    A file without an `include`, below which other units lie, is what they include.
    """
    found = []
    for path in sorted(paths):
        try:
            text = files.text(path)
        except UnreadableError:
            text = ""
        folder = os.path.dirname(path)
        if not _INCLUDES.search(text) and any(_below(folder, other) for other in paths):
            continue
        source = _SOURCE.search(text)
        line = text.count("\n", 0, source.start(1)) + 1 if source else 1
        place = Span(path, line, 1, line, 1)
        name, said = os.path.basename(folder), source[1] if source else ""
        found.append(AbsentSource("unit", name, said, None, place, CURE))
    return found


def _below(folder: str, other: str) -> bool:
    return os.path.dirname(other) != folder and other.startswith(os.path.join(folder, ""))
