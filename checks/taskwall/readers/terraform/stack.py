"""Root modules as stacks."""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress

from taskwall.files import Files, UnreadableError
from taskwall.readers.terraform.run import Run
from taskwall.readers.terraform.scope import Scope
from taskwall.readers.terraform.secrets import secrets, sensitive
from taskwall.readers.terraform.skips import skips
from taskwall.readers.terraform.unit import Library, Module, library, local_sources
from taskwall.readers.terraform.variables import supplied, value_files
from taskwall.resource import Skip
from taskwall.stack import Evaluation, Inputs, SourceError
from taskwall.values import Place, Scenario

FRAMES = 6000
"""How deep Python may nest calls during an evaluation: it bounds chains itself, but they add up."""


class TerraformStack:
    """A root module with the modules that it calls."""

    def __init__(self, root: Module, files: Files, inputs: Inputs, boundary: str) -> None:
        self.name = root.folder
        self._root = root
        self._files = files
        self._library: Library = library(files)
        self._inputs = inputs
        self._boundary = boundary
        self._modules: tuple[Module, ...] | None = None
        self._sources: frozenset[str] | None = None
        self._skips: tuple[tuple[Skip, ...], tuple[SourceError, ...]] | None = None

    @property
    def files(self) -> frozenset[str]:
        """Every source file that takes part, those of called modules and of values included."""
        if self._sources is None:
            sources = {unit.path for module in self._parts() for unit in module.units}
            self._sources = frozenset(sources.union(value_files(self.name, self._library)))
        return self._sources

    def evaluate(self, scenario: Scenario) -> Evaluation:
        """Evaluate the root module and all that it calls under a scenario."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, FRAMES))
        try:
            return self._evaluate(scenario)
        finally:
            sys.setrecursionlimit(limit)

    def _evaluate(self, scenario: Scenario) -> Evaluation:
        run = Run(self._root, self._library, self._inputs, scenario, self._boundary)
        given, required = supplied(run)
        run.alone = required
        scope = Scope(run, self._root, given=given)
        resources = tuple(scope.resources())
        if self._skips is None:
            self._skips = skips(self._parts())
        found, complaints = self._skips
        run.errors.update(dict.fromkeys(complaints))
        return Evaluation(resources, tuple(run.errors), frozenset(run.questions), found)

    def secrets(self, file: str) -> tuple[Place, ...]:
        """The stretches of a file whose text is never shown."""
        for module in self._parts():
            for unit in module.units:
                if unit.path == file:
                    return secrets(unit.parsed.body)
        if file in value_files(self.name, self._library) or file in self._inputs.var_files:
            with suppress(UnreadableError):
                values = self._library.unit(file).parsed.body
                return secrets(values, hidden=sensitive(self._root.variables))
        return ()

    def _parts(self) -> tuple[Module, ...]:
        """The root module and those that it calls, each once."""
        if self._modules is None:
            run = Run(self._root, self._library, self._inputs, {}, self._boundary)
            found: dict[str, Module] = {}
            pending: list[tuple[Module, tuple[str, ...]]] = [(self._root, ())]
            while pending:
                module, chain = pending.pop()
                if module.folder in found:
                    continue
                found[module.folder] = module
                for name, block in module.calls.items():
                    folder = run.folder_of(module, (*chain, name), block)
                    called = None if folder is None else self._library.module(folder)[0]
                    if called is not None:
                        pending.append((called, (*chain, name)))
            self._modules = tuple(found.values())
        return self._modules


def stacks(
    paths: Iterable[str], files: Files, inputs: Inputs
) -> tuple[list[TerraformStack], list[SourceError]]:
    """The root modules among the files of a scan.

    A root module is a folder that no other folder of the scan calls; of folders that only call
    each other in a circle, one counts as root, so that the circle is reported.

    Args:
        paths: all files of the scan that end in `.tf`, absolute.
        files: reads them.
        inputs: what the user says of variables and unknown values.

    Returns:
        The stacks in the order of their folders, and the errors of files that cannot be read.
    """
    books = library(files)
    books.parser = inputs.hcl_parser
    folders: dict[str, set[str]] = {}
    for path in paths:
        folders.setdefault(os.path.dirname(path), set()).add(path)
    if not folders:
        return [], []
    boundary = inputs.boundary or os.path.commonpath(folders)
    books.scanned = {folder: frozenset(found) for folder, found in folders.items()}
    errors: dict[SourceError, None] = {}
    modules: dict[str, Module] = {}
    for folder in sorted(folders):
        module, unreadable = books.module(folder)
        errors.update(dict.fromkeys(unreadable))
        if module is not None:
            modules[folder] = module
    calls = {folder: set(local_sources(module)) for folder, module in modules.items()}
    roots = _roots(calls)
    found = [TerraformStack(modules[folder], files, inputs, boundary) for folder in roots]
    return found, list(errors)


def _roots(calls: dict[str, set[str]]) -> list[str]:
    called = {target for folder, targets in calls.items() for target in targets if target != folder}
    roots = [folder for folder in calls if folder not in called]
    reached: set[str] = set()

    def reach(folder: str) -> None:
        pending = [folder]
        while pending:
            at = pending.pop()
            if at not in reached:
                reached.add(at)
                pending.extend(calls.get(at, ()))

    for folder in roots:
        reach(folder)
    for folder in calls:
        if folder not in reached:
            roots.append(folder)
            reach(folder)
    return sorted(roots)
