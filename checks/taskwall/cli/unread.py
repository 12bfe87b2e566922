"""What every command says of sources that it could not read."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from taskwall.findings.text import absent_calls, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from taskwall.findings.finding import Absent, Problem


def say_unread(problems: Iterable[Problem], absent: Iterable[Absent]) -> int:
    """Say what is not there to be read, and what could not be read; the exit status."""
    status = 0
    for one, text in absent_calls(absent):
        sys.stderr.write(f"taskwall: {sanitize(f'{one.file}:{one.line}')}: {text}\n")
    for problem in problems:
        where = f"{problem.file}:{problem.line}:{problem.column}"
        sys.stderr.write(f"taskwall: {sanitize(where)}: {sanitize(problem.message)}\n")
        status = 2
    return status
