"""What checkov was asked to scan: the folder or files, and what its options say of them."""

import os
import sys
from collections.abc import Iterator
from typing import Any

from checkov.common.runners.base_runner import BaseRunner, filter_ignored_paths
from checkov.runner_filter import RunnerFilter
from msgspec import Struct

from taskwall.job import Options
from taskwall.sources import Kind, Scope
from taskwall.stack import Inputs

KINDS: dict[str, Kind] = {
    "terraform": "terraform",
    "terraform_plan": "plan",
    "cloudformation": "cloudformation",
}
"""The frameworks of checkov that we judge, and the kind of source that each reads."""


class ChangedError(Exception):
    """checkov is not as this plugin knows it; the message is a whole sentence."""


class Asked(Struct, frozen=True):
    """What a run of checkov is about: equal for runs that ask for the same analysis.

    `paths` are absolute: the folder of `-d` or the files of `-f`. `among` are the files below
    the folder that checkov does not pass over, None for files given by themselves. `known` are
    the files that checkov read, and `split` whether it made several graphs of them.
    """

    kind: Kind
    paths: tuple[str, ...]
    among: frozenset[str] | None
    var_files: tuple[str, ...]
    known: frozenset[str]
    split: bool = False

    def options(self, rules: tuple[str, ...] | None = None) -> Options:
        """The scan that is asked for, by the given rules."""
        return Options(
            paths=self.paths,
            inputs=Inputs(var_files=self.var_files if self.kind == "terraform" else ()),
            select=rules,
            scope=Scope(frozenset((self.kind,)), self.among),
        )


def asked(framework: str, runner_filter: RunnerFilter) -> Asked:
    """What the running runner was asked for.

    checkov hands the checks a graph, and neither the folder nor the files it was made of; both
    are arguments of the runner, which waits for us up the stack.

    Raises:
        ChangedError: there is no such runner.
    """
    frame = sys._getframe(1)  # noqa: SLF001
    while frame is not None:
        held = frame.f_locals
        if frame.f_code.co_name == "run" and isinstance(held.get("self"), BaseRunner):
            break
        frame = frame.f_back  # type: ignore[assignment]
    else:
        raise ChangedError("checkov's checks are no longer run by a runner that waits for them.")
    if "files" not in held or "root_folder" not in held:
        raise ChangedError("checkov's runners no longer say which files or folder they scan.")
    runner = held["self"]
    known = frozenset(map(_path, runner.definitions or ()))
    split = len(getattr(runner, "all_graphs", ())) > 1
    kind = KINDS[framework]
    var_files = tuple(map(os.path.abspath, runner_filter.var_files or ()))
    if files := held["files"]:
        given = tuple(path for path in map(os.path.abspath, files) if path in known)
        return Asked(kind, given, None, var_files, known, split)
    folder = os.path.abspath(held["root_folder"])
    among = frozenset(_below(folder, runner_filter.excluded_paths))
    return Asked(kind, (folder,), among, var_files, known, split)


def _path(key: Any) -> str:
    """The file of a definition: checkov knows it by a path, or a key with one in it."""
    path: str = getattr(key, "file_path", key)
    return os.path.abspath(path)


def _below(folder: str, excluded: list[str]) -> Iterator[str]:
    """The files below a folder, without those that checkov passes over."""
    for at, folders, files in os.walk(folder):
        filter_ignored_paths(at, folders, excluded)
        filter_ignored_paths(at, files, excluded)
        for file in files:
            yield os.path.join(at, file)
