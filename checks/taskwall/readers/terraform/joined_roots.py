"""Roots that read each other's states, as one stack."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from taskwall.core.values import Scenario, Span
from taskwall.readers.terraform.evaluation.module import ModuleScope
from taskwall.readers.terraform.evaluation.remote_states import (
    RemoteStates,
    reads_states,
    state_references,
)
from taskwall.readers.terraform.modules import Module, module_loader
from taskwall.readers.terraform.stack import (
    Shared,
    TerraformStack,
    evaluation_of,
    with_recursion_limit,
)
from taskwall.readers.union_find import connected_components
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs


class JoinedStack:
    """Roots that are evaluated together, each with its own variables and folder."""

    def __init__(self, roots: Sequence[TerraformStack], inputs: Inputs, files: Files) -> None:
        self.name = os.path.commonpath([root.name for root in roots])
        self._roots = tuple(roots)
        self._said = inputs.remote_states
        self._files = files
        self._read: dict[str, str | None] = {}
        """The texts of the files that its evaluation asked for, if the files last."""
        self._labels = _labels([root.name for root in roots], self.name)
        names = Counter(name for root in roots for name in set(_names(root.root)))
        self._shared = frozenset(name for name, count in names.items() if count > 1)

    @property
    def files(self) -> frozenset[str]:
        """The source files of all roots."""
        return frozenset().union(*(root.files for root in self._roots))

    def evaluate(self, scenario: Scenario) -> Evaluation:
        """Evaluate all roots under a scenario."""
        return self.evaluations()(scenario)

    def evaluations(self) -> Callable[[Scenario], Evaluation]:
        """Evaluates under one scenario after another, and once what no scenario changes."""
        shared = Shared(self._scopes)

        def evaluate(scenario: Scenario) -> Evaluation:
            found, read = self._files.listened(
                lambda: with_recursion_limit(lambda: self._evaluate(scenario, shared))
            )
            if self._files.retained:
                self._read.update(read)
            return found

        return evaluate

    def holds(self, roots: Sequence[TerraformStack]) -> bool:
        """Whether it says what a stack of these roots would say that is made now."""
        return self._roots == tuple(roots) and self._files.same(self._read)

    def _evaluate(self, scenario: Scenario, shared: Shared) -> Evaluation:
        made = shared.evaluated(scenario)
        return evaluation_of(made, self._roots, module_loader(self._files))

    def _scopes(self) -> list[ModuleScope]:
        """The root modules, where each reads the outputs of the others."""
        scopes = [
            root.scope({}, label, self._shared)
            for root, label in zip(self._roots, self._labels, strict=True)
        ]
        together(scopes, self._said)
        return scopes

    def answers(self, operand: str) -> tuple[str, ...] | None:
        """The values that a variable can have, as texts; of one that several roots have, of all."""
        found: tuple[str, ...] | None = None
        for root, label in zip(self._roots, self._labels, strict=True):
            limits = root.answers(operand.removeprefix(f"{label}/"))
            if limits is not None:
                found = limits if found is None else tuple(one for one in found if one in limits)
        return found

    def secrets(self, file: str) -> tuple[Span, ...]:
        """The stretches of a file whose text is never shown."""
        return tuple(place for root in self._roots for place in root.secrets(file))


def together(scopes: Sequence[ModuleScope], said: Mapping[str, str]) -> RemoteStates:
    """Let root modules read each other's outputs."""
    states = RemoteStates(scopes, said)
    first = scopes[0].run
    for scope in scopes:
        run = scope.run
        run.states = states
        for report in run.effects.reports:  # of variables that are given
            first.effects.report(report)
        run.effects, run.referents, run.hidden = first.effects, first.referents, first.hidden
    return states


def joined(
    roots: Sequence[TerraformStack],
    modules: Mapping[str, Module],
    calls: Mapping[str, set[str]],
    inputs: Inputs,
    files: Files,
) -> "list[TerraformStack | JoinedStack]":
    """The roots of a scan, those as one stack that read each other's states.

    Args:
        roots: in the order of their folders.
        modules: all modules of the scan, by folder.
        calls: the folders of the modules that each of them calls.
        inputs: what the user says.
        files: reads their files.
    """
    leading = _leading(modules, calls)
    by_folder = {root.name: root for root in roots}
    named = [(root.name, one) for root in roots for one in root.dependencies() if one in by_folder]
    if len(roots) < 2 or not (leading or named):
        return list(roots)

    def tied() -> list[tuple[str, str]]:
        if not leading:
            return named
        scopes = [root.scope({}) for root in roots]
        states = together(scopes, inputs.remote_states)
        return [*named, *state_references(states, scopes, leading)]

    found: list[TerraformStack | JoinedStack] = []
    for group in connected_components([root.name for root in roots], with_recursion_limit(tied)):
        several = [by_folder[folder] for folder in group]
        found.append(several[0] if len(several) == 1 else _together(several, inputs, files))
    return found


def _together(roots: Sequence[TerraformStack], inputs: Inputs, files: Files) -> JoinedStack:
    """The stack of several roots; the one before, with all that it knows, if nothing differs."""
    kept = module_loader(files).kept
    found = kept.get(("joined", roots[0].name))
    if isinstance(found, JoinedStack) and found.holds(roots):
        return found
    found = JoinedStack(roots, inputs, files)
    if files.retained:
        kept["joined", roots[0].name] = found
    return found


def _leading(modules: Mapping[str, Module], calls: Mapping[str, set[str]]) -> frozenset[str]:
    """The folders whose modules read states, or call others that do."""
    callers: dict[str, set[str]] = {}
    for folder, targets in calls.items():
        for target in targets:
            callers.setdefault(target, set()).add(folder)
    pending = [folder for folder, module in modules.items() if reads_states(module)]
    found: set[str] = set()
    while pending:
        folder = pending.pop()
        if folder not in found:
            found.add(folder)
            pending.extend(callers.get(folder, ()))
    return frozenset(found)


def _labels(folders: Sequence[str], base: str) -> list[str]:
    """What each root is called within the stack: its folder's name, if no other has it."""
    names = [os.path.basename(folder) for folder in folders]
    if len(set(names)) == len(names):
        return names
    return [os.path.relpath(folder, base).replace(os.sep, "/") for folder in folders]


def _names(module: Module) -> Iterator[str]:
    """What a root module declares, as its addresses begin."""
    yield from module.resources
    for kind, names in (
        ("var", module.variables),
        ("local", module.locals),
        ("module", module.calls),
        ("output", module.outputs),
    ):
        yield from (f"{kind}.{name}" for name in names)
