"""The runner of checkov's that waits for its checks while ours are asked."""

import os
import sys
from types import FrameType
from typing import Any, NamedTuple

from checkov.common.runners.base_runner import BaseRunner


class ChangedError(Exception):
    """checkov is not as this plugin knows it; the message is a whole sentence."""


class Running(NamedTuple):
    """The runner whose checks are asked, the folder or files that it was given, and its report."""

    runner: Any
    folder: str
    files: tuple[str, ...]
    report: Any


def running() -> Running:
    """The runner that waits for its checks.

    checkov hands checks a graph, and neither the folder nor the files that it was made of: both
    are arguments of the runner's, which is further up the stack.

    Raises:
        ChangedError: there is no such runner.
    """
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
    while frame is not None:
        held = frame.f_locals
        if frame.f_code.co_name == "run" and isinstance(held.get("self"), BaseRunner):
            if not {"files", "root_folder", "report"} <= set(held):  # from 3.13 on it is no dict
                raise ChangedError("checkov's runners no longer say what they scan")
            files = tuple(map(os.path.abspath, held["files"] or ()))
            folder = os.path.abspath(held["root_folder"] or "")
            return Running(held["self"], folder, files, held["report"])
        frame = frame.f_back
    raise ChangedError("checkov's checks are no longer run by a runner that waits for them")
