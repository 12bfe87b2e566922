"""What checkov was asked to scan: the folder or files, and what its options say of them."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from checkov.common.runners.base_runner import filter_ignored_paths
from checkov.runner_filter import RunnerFilter
from msgspec import Struct

from taskwall.checkov_plugin.entities import KINDS, called
from taskwall.checkov_plugin.running import Running
from taskwall.job import Options
from taskwall.sources import Kind, Scope
from taskwall.stack import Inputs


class Asked(Struct, frozen=True):
    """What a run of checkov is about: equal for runs that ask for the same analysis.

    `paths` are absolute: the folder of `-d` or the files of `-f`. `among` are the files below
    the folder that checkov does not pass over, None for files given by themselves. `known` are
    the files that checkov read, and `split` whether it made several graphs of them. `modules` are
    the folders of called modules, by the folder that calls them and the name of the call.
    """

    kind: Kind
    paths: tuple[str, ...]
    among: frozenset[str] | None
    var_files: tuple[str, ...]
    known: frozenset[str]
    split: bool
    modules: Mapping[tuple[str, str], str]

    def options(self, rules: tuple[str, ...] | None = None) -> Options:
        """The scan that is asked for, by the given rules."""
        return Options(
            paths=self.paths,
            inputs=Inputs(
                var_files=self.var_files if self.kind == "terraform" else (), modules=self.modules
            ),
            select=rules,
            scope=Scope(frozenset((self.kind,)), self.among),
        )


def asked(now: Running, framework: str, runner_filter: RunnerFilter, graph: Any) -> Asked:
    """What a runner was asked for; `graph` is one of those that it made of it."""
    known = frozenset(map(_path, now.runner.definitions or ()))
    graphs = [each for each, _ in getattr(now.runner, "all_graphs", ())] or [graph]
    split = len(graphs) > 1
    kind = KINDS[framework]
    modules = called(graphs) if kind == "terraform" else {}
    var_files = tuple(map(os.path.abspath, runner_filter.var_files or ()))
    if now.files:
        given = tuple(path for path in now.files if path in known)
        return Asked(kind, given, None, var_files, known, split, modules)
    among = frozenset(_below(now.folder, runner_filter.excluded_paths))
    return Asked(kind, (now.folder,), among, var_files, known, split, modules)


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
