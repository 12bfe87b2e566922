"""Roots that refer to each other, or to the context, as one stack."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from taskwall.core.values import Scalar, Scenario, Span
from taskwall.readers.connected import connected_components
from taskwall.readers.terraform.evaluation.module import ModuleScope
from taskwall.readers.terraform.modules import Module, module_loader
from taskwall.readers.terraform.stack import (
    Shared,
    TerraformStack,
    evaluation_of,
    line_map_of,
    with_recursion_limit,
)
from taskwall.readers.terraform.ties import data_references, looked_for, state_references
from taskwall.source.context import ContextSource, SourceTie
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, InputDefault, Inputs

if TYPE_CHECKING:
    from taskwall.readers.terraform.evaluation.data_answers import DataAnswers
    from taskwall.readers.terraform.evaluation.remote_states import RemoteStates


class JoinedStack:
    """Roots that are evaluated together, each with its own variables and folder.

    Some may be of the context, and beside them sources of the context that are no roots.
    """

    def __init__(
        self,
        roots: Sequence[TerraformStack],
        inputs: Inputs,
        files: Files,
        context: Sequence[ContextSource] = (),
    ) -> None:
        self.scanned = tuple(root for root in roots if not root.context)
        self.name = os.path.commonpath([root.name for root in self.scanned])
        # First those of the scan: what several refer to is known by the first of them.
        self._roots = (*self.scanned, *(root for root in roots if root.context))
        self._context = tuple(context)
        self._said = inputs.remote_states
        self._files = files
        self.ties: tuple[SourceTie, ...] = ()
        """What they refer to of each other, of the context, and what of that is open."""
        self.deployments: tuple[str, ...] = ()
        """The declared deployments of which it is part."""
        self.others_have: frozenset[str] = frozenset()
        self.asked: frozenset[str] = frozenset()
        self._read: dict[str, str | None] = {}
        """The texts of the files that its evaluation asked for, if the files last."""
        self._labels = _labels([root.name for root in self._roots])

    @property
    def files(self) -> frozenset[str]:
        """The source files of all roots that are scanned."""
        return frozenset().union(*(root.files for root in self.scanned))

    @property
    def members(self) -> dict[str, frozenset[str]]:
        """The source files of each root that is scanned, by its folder."""
        return {root.name: root.files for root in self.scanned}

    def creates(self, type_: str) -> bool:
        """Whether any of its roots declares a resource of a type."""
        return any(root.creates(type_) for root in self.scanned)

    is_deployable = True

    def given(self) -> object:
        """What its roots take of values that deployments give."""
        return [root.given() for root in self._roots]

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

    def holds(self, other: "JoinedStack") -> bool:
        """Whether it says what another one would say that is made now."""
        same = (self._roots, self._context) == (other._roots, other._context)  # noqa: SLF001
        return same and self._files.same(self._read)

    def _evaluate(self, scenario: Scenario, shared: Shared) -> Evaluation:
        made = shared.evaluated(scenario)
        found = evaluation_of(made, self._roots, module_loader(self._files), scenario)
        if len(self.scanned) == len(self._roots) and not self._context:
            return found
        others = (resource for one in self._context for resource in one.resources)
        own = self.files
        absent = tuple(one for one in found.absent if one.place.file in own)
        return replace(found, resources=(*found.resources, *others), absent=absent)

    def _scopes(self) -> list[ModuleScope]:
        """The root modules, where each reads the outputs of the others."""
        scopes = _apart(self._roots, self._labels)
        for scope in scopes:
            scope.run.nearest = {
                tie.place: tie.assumption
                for tie in self.ties
                if tie.assumption and tie.stack == scope.run.root.folder
            }
        together(self._roots, scopes, self._said, self._context)
        return scopes

    def answers(self, operand: str) -> tuple[str, ...] | None:
        """The values that a variable can have, as texts; of one that several roots have, of all."""
        found: tuple[str, ...] | None = None
        for root, label in zip(self._roots, self._labels, strict=True):
            limits = root.answers(operand.removeprefix(f"{label}/"))
            if limits is not None:
                found = limits if found is None else tuple(one for one in found if one in limits)
        return found

    def defaults(self) -> list[InputDefault]:
        """The defaults of the variables of all roots."""
        return [
            default
            for root, scope in zip(self._roots, self._scopes(), strict=True)
            for default in root.defaults(scope.run.qualified)
        ]

    def empty_defaults(self) -> Scenario:
        """The answers that empty defaults of all roots give."""
        found: dict[str, Scalar] = {}
        for root, scope in zip(self._roots, self._scopes(), strict=True):
            found |= root.empty_defaults(scope.run.qualified)
        return found

    def secrets(self, file: str) -> tuple[Span, ...]:
        """The stretches of a file whose text is never shown."""
        if any(one.file == file and not one.is_source for one in self._context):
            return (Span(file, 1, 1, 1_000_000_000, 1),)  # a state holds secrets as they are
        return tuple(place for root in self._roots for place in root.secrets(file))


def together(
    roots: Sequence[TerraformStack],
    scopes: Sequence[ModuleScope],
    said: Mapping[str, str],
    context: Sequence[ContextSource] = (),
) -> "tuple[RemoteStates, DataAnswers]":
    """Let root modules, by their scopes, read each other's outputs and resources."""
    # Imported only where several roots look each other up.
    from taskwall.readers.terraform.evaluation.data_answers import DataAnswers
    from taskwall.readers.terraform.evaluation.remote_states import RemoteStates

    by_folder = {root.name: root for root in roots}
    states = RemoteStates(scopes, said, context)
    answers = DataAnswers(
        scopes, context, states, lambda folder, type_: by_folder[folder].creates(type_)
    )
    first = scopes[0].run
    for text in (text for one in context for text in one.sensitive_texts):
        first.hidden.add(text)
    for scope in scopes:
        run = scope.run
        run.states, run.lookups = states, answers
        for report in run.effects.reports:  # of variables that are given
            first.effects.report(report)
        run.effects, run.referents, run.hidden = first.effects, first.referents, first.hidden
    return states, answers


def joined(
    roots: Sequence[TerraformStack],
    inputs: Inputs,
    files: Files,
) -> "list[TerraformStack | JoinedStack]":
    """The roots of a scan, those as one stack that refer to each other or to the same context.

    Args:
        roots: in the order of their folders, those of the context among them.
        inputs: what the user says, and the context.
        files: reads their files.
    """
    roots, context = _told_once(roots, inputs.context.sources, files)
    ties = with_recursion_limit(lambda: _ties(roots, inputs, files, context))
    by_name: dict[str, TerraformStack | ContextSource] = {root.name: root for root in roots}
    by_name |= {source.file: source for source in context}
    found: list[TerraformStack | JoinedStack] = []
    pairs = [(tie.stack, tie.target) for tie in ties if tie.target]
    to_itself = {name for name, target in pairs if name == target}
    by_stack: dict[str, list[SourceTie]] = {}
    for tie in ties:
        by_stack.setdefault(tie.stack, []).append(tie)
    for group in connected_components(list(by_name), pairs):
        members = [by_name[name] for name in group]
        several = [one for one in members if isinstance(one, TerraformStack)]
        if all(root.context for root in several):
            continue
        others = [one for one in members if isinstance(one, ContextSource)]
        stack: TerraformStack | JoinedStack
        if len(members) == 1 and group[0] not in to_itself:
            own = by_stack.get(group[0], ())
            doubts = {tie.address: tie.doubt for tie in own if tie.doubt}
            stack = several[0]
            stack.inputs = replace(stack.inputs, doubts=doubts)
        else:
            stack = _together(several, inputs, files, others)
        lines = line_map_of(several)
        stack.ties = tuple(lines.apply(tie) for name in group for tie in by_stack.get(name, ()))
        found.append(stack)
    return found


def _told_once(
    roots: Sequence[TerraformStack], sources: Sequence[ContextSource], files: Files
) -> tuple[list[TerraformStack], list[ContextSource]]:
    """Roots and sources without those that only repeat another: a root has a state.

    Of a root of the context its state counts, if its ids are what the scanned ones refer to.
    """
    kept: list[ContextSource] = []
    known_by_state: set[str] = set()
    for source in sources:
        from taskwall.readers.ids import id_references, owners_of

        same = [root for root in roots if _is_of(source, root.root)]
        owners = owners_of([source]) if same and all(root.context for root in same) else {}
        wanted = any(
            True
            for root in roots
            if owners and not root.context
            for _ in id_references(root.name, root.files, owners, files)
        )
        if wanted:
            known_by_state |= {root.name for root in same}
        if wanted or not same:
            kept.append(source)
    return [root for root in roots if root.name not in known_by_state], kept


def _is_of(source: ContextSource, root: Module) -> bool:
    """Whether a source of the context is the state, or a plan, of a root."""
    declared = {*root.resources, *(f"module.{name}" for name in root.calls)}
    own = len(source.label) + 1
    tops = {_top(resource.origin.name[own:]) for resource in source.resources}
    return bool(tops) and tops <= declared


def _top(name: str) -> str:
    """What the root module declares that a resource of this address is, or is part of."""
    steps = name.split(".")
    return ".".join(steps[: 3 if steps[0] == "data" else 2])


def _ties(
    roots: Sequence[TerraformStack],
    inputs: Inputs,
    files: Files,
    context: Sequence[ContextSource],
) -> list[SourceTie]:
    """What roots refer to of each other and of the context, the context's own among them."""
    names = {root.name for root in roots}
    found = [
        tie if tie.target in names else replace(tie, target="")
        for root in roots
        for tie in root.dependencies()
    ]
    if len(roots) + len(context) < 2:
        return [*found, *_to_itself(roots)]
    leading: frozenset[str] = frozenset().union(*(root.leading() for root in roots))
    from taskwall.readers.ids import id_references, ids_within, owners_of, ties_by_vpc

    by_name = {root.name: root for root in roots}
    texts = {root.name: root.own_texts() for root in roots}
    found += ties_by_vpc(texts, lambda name: by_name[name].evaluate({}).resources)
    owners = owners_of(context)
    for root in roots if owners else ():
        found += id_references(root.name, root.files, owners, files)
    scopes = _apart(roots, _labels([root.name for root in roots])) if leading else []
    if scopes:
        states, answers = together(roots, scopes, inputs.remote_states, context)
        for scope in scopes:
            found += state_references(states, scope, leading)
            found += data_references(answers, scope, leading)
    found += ids_within(context, owners, files)
    return found


def _to_itself(roots: Sequence[TerraformStack]) -> Iterator[SourceTie]:
    """What the one root of a scan looks for and writes itself."""
    for root in roots:
        leading = root.leading()
        if leading and any(map(root.creates, looked_for(root.parts()))):
            scopes = _apart(roots, _labels([root.name]))
            _, answers = together(roots, scopes, {})
            ties = data_references(answers, scopes[0], leading)
            yield from (tie for tie in ties if tie.target == root.name)


def _together(
    roots: Sequence[TerraformStack],
    inputs: Inputs,
    files: Files,
    context: Sequence[ContextSource],
) -> JoinedStack:
    """The stack of several roots; the one before, with all that it knows, if nothing differs."""
    made = JoinedStack(roots, inputs, files, context)
    kept = module_loader(files).kept
    key = ("joined", made.scanned[0].name, inputs.deployment_name)
    found = kept.get(key)
    if isinstance(found, JoinedStack) and found.holds(made):
        return found
    if files.retained:
        kept[key] = made
    return made


def _apart(roots: Sequence[TerraformStack], labels: Sequence[str]) -> list[ModuleScope]:
    """The root modules, with labels before the names that several of them have."""
    names = Counter(name for root in roots for name in set(_names(root.root)))
    shared = frozenset(name for name, count in names.items() if count > 1)
    return [root.scope({}, label, shared) for root, label in zip(roots, labels, strict=True)]


def _labels(folders: Sequence[str]) -> list[str]:
    """What each root is called within the stack: its folder's name, if no other has it."""
    names = [os.path.basename(folder) for folder in folders]
    if len(set(names)) == len(names):
        return names
    base = os.path.commonpath(folders)
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
