"""What checkov was asked to scan: the folder or files, and what its options say of them."""

import os
from collections.abc import Mapping
from typing import Any

from checkov.runner_filter import RunnerFilter
from msgspec import Struct

from taskwall.api.options import Options
from taskwall.checkov_plugin.entities import KINDS, called_modules
from taskwall.checkov_plugin.running import JSON_ENDING, Running, reads_json
from taskwall.source.stack import Inputs
from taskwall.sources.found import ScanScope, SourceKind


class ScanRequest(Struct, frozen=True):
    """What a run of checkov is about: equal for runs that ask for the same analysis.

    `paths` are absolute: the folder of `-d` or the files of `-f`. `among` are the files below
    the folder that checkov does not pass over, None for files given by themselves. `known` are
    the files that checkov read, and `split` whether it made several graphs of them. `json` says
    whether Terraform's JSON is left to the framework terraform_json. `modules` are the folders of
    called modules, by the folder that calls them and the name of the call.
    """

    framework: str
    paths: tuple[str, ...]
    among: frozenset[str] | None
    var_files: tuple[str, ...]
    known: frozenset[str]
    split: bool
    json: bool
    modules: Mapping[tuple[str, str], str]

    @property
    def kind(self) -> SourceKind:
        """The kind of source that the framework reads."""
        return KINDS[self.framework]

    def elsewhere(self, file: str) -> bool:
        """Whether it is not this graph that has to show what is found in a file.

        That is another graph or framework, or nobody where checkov was given other files.
        """
        if self.among is None and self.kind != "plan" and file not in self.paths:
            return True
        if self.framework == "terraform_json":
            return not file.endswith(JSON_ENDING)
        return (self.json and file.endswith(JSON_ENDING)) or (self.split and file in self.known)

    def options(self, rules: tuple[str, ...] | None = None) -> Options:
        """The scan that is asked for, by the given rules."""
        return Options(
            paths=self.paths,
            inputs=Inputs(
                var_files=self.var_files if self.kind == "terraform" else (), modules=self.modules
            ),
            select=rules,
            show=("fail", "unknown", "pass"),
            scope=ScanScope(frozenset((self.kind,)), self.among),
            allow_empty=True,
        )


def scan_request(
    now: Running, framework: str, runner_filter: RunnerFilter, graph: Any
) -> ScanRequest:
    """What a runner was asked for; `graph` is one of those that it made of it."""
    known = frozenset(map(_path, now.runner.definitions or ()))
    graphs = [each for each, _ in getattr(now.runner, "all_graphs", ())] or [graph]
    split = len(graphs) > 1
    json = framework == "terraform" and reads_json(runner_filter)
    modules = called_modules(graphs) if KINDS[framework] == "terraform" else {}
    var_files = tuple(map(os.path.abspath, runner_filter.var_files or ()))
    among = None
    paths: tuple[str, ...] = (now.folder,)
    if now.files:
        read = known.union(now.unread(framework, runner_filter))
        paths = tuple(path for path in now.files if path in read)
    else:
        among = frozenset(now.below(runner_filter.excluded_paths))
    return ScanRequest(framework, paths, among, var_files, known, split, json, modules)


def _path(key: Any) -> str:
    """The file of a definition: checkov knows it by a path, or a key with one in it."""
    path: str = getattr(key, "file_path", key)
    return os.path.abspath(path)
