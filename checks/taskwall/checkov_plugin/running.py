"""The runner of checkov's that waits for its checks while ours are asked."""

import os
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any, NamedTuple, TypeAlias

from checkov.common.runners.base_runner import BaseRunner, filter_ignored_paths
from checkov.runner_filter import RunnerFilter

JSON_ENDING = ".tf.json"
"""How the names of files end that are of the framework terraform_json, and not of terraform."""

Results: TypeAlias = dict[Any, list[dict[str, Any]]]
"""What the runner is told of a graph: for each check, where it failed, passed or was skipped."""

_FOREIGN = (".tofu", ".tofu.json")


class ChangedError(Exception):
    """checkov is not as this plugin knows it; the message is a whole sentence."""


class Running(NamedTuple):
    """The runner whose checks are asked, the folder or files that it was given, and its report."""

    runner: Any
    folder: str
    files: tuple[str, ...]
    report: Any

    def below(self, excluded: list[str]) -> Iterator[str]:
        """The files below the folder, without those that checkov passes over."""
        for at, folders, files in os.walk(self.folder):
            filter_ignored_paths(at, folders, excluded)
            filter_ignored_paths(at, files, excluded)
            for file in files:
                yield os.path.join(at, file)

    def unread(self, framework: str, runner_filter: RunnerFilter) -> Iterator[str]:
        """The files of a framework that checkov could not read, or does not read at all."""
        yield from map(os.path.abspath, self.report.parsing_errors)
        if framework == "terraform":
            endings = _FOREIGN if reads_json(runner_filter) else (*_FOREIGN, JSON_ENDING)
            every = self.files or self.below(runner_filter.excluded_paths)
            yield from (file for file in every if file.endswith(endings))


def reads_json(runner_filter: RunnerFilter) -> bool:
    """Whether the framework terraform_json runs."""
    return not {"all", "terraform_json"}.isdisjoint(runner_filter.framework)


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
                raise ChangedError("checkov's runners no longer report what they scan")
            files = tuple(map(os.path.abspath, held["files"] or ()))
            folder = os.path.abspath(held["root_folder"] or "")
            return Running(held["self"], folder, files, held["report"])
        frame = frame.f_back
    raise ChangedError("checkov's checks are no longer run by a runner that waits for them")
