"""A root module as a stack."""

import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

from msgspec.structs import replace

from taskwall.core.conditions import length_name
from taskwall.core.values import (
    ModuleCall,
    Question,
    Scalar,
    Scenario,
    Span,
    download_of,
    plain_if_known,
)
from taskwall.incremental.positions import IDENTITY, LineMap, LineShifts
from taskwall.readers.terraform.call_sites import CallSites, ModuleBlocks
from taskwall.readers.terraform.element_places import ElementPlaces
from taskwall.readers.terraform.evaluation.free_variables import allowed, other_values
from taskwall.readers.terraform.evaluation.module import ModuleScope
from taskwall.readers.terraform.evaluation.module_calls import call_argument
from taskwall.readers.terraform.evaluation.module_sources import is_local
from taskwall.readers.terraform.evaluation.run import Evaluated, RootEvaluation
from taskwall.readers.terraform.evaluation.variables import is_on_its_own, supplied, value_files
from taskwall.readers.terraform.modules import Module, ModuleLoader, SourceFile, module_loader
from taskwall.readers.terraform.provenance import ModuleProvenance
from taskwall.readers.terraform.secrets import secrets
from taskwall.readers.terraform.stand_ins import is_stand_in
from taskwall.readers.terraform.suppressions import suppressions
from taskwall.readers.terraform.syntax.tree import Block, Literal, Tuple
from taskwall.readers.terraform.ties import looks_up
from taskwall.readers.terraform.values.effects import Assumption, Impossible
from taskwall.readers.terraform.values.placeholders import names_existing
from taskwall.readers.terraform.values.sensitive import asked_for, is_sensitive, sensitive
from taskwall.readers.terraform.values.types import ANY_TYPE, Type, type_of
from taskwall.source.context import SourceTie
from taskwall.source.files import Files, UnreadableError
from taskwall.source.resource import Suppression
from taskwall.source.secret_names import names_secret
from taskwall.source.stack import (
    AbsentSource,
    Evaluation,
    InputDefault,
    Inputs,
    SourceError,
    at_the_call,
)

T = TypeVar("T")

FRAMES = 6000
"""How deep Python may nest calls during an evaluation: it bounds chains itself, but they add up."""


class TerraformStack:
    """A root module with the modules that it calls."""

    def __init__(
        self, root: Module, files: Files, inputs: Inputs, boundary: str, context: bool = False
    ) -> None:
        self.name = root.folder
        self.context = context
        """Whether it is read for what others refer to, and not judged."""
        self.ties: tuple[SourceTie, ...] = ()
        """What it refers to of other roots, and what of that is open."""
        self.deployments: tuple[str, ...] = ()
        """The declared deployments of which it is part."""
        self.others_have: frozenset[str] = frozenset()
        self.asked: frozenset[str] = frozenset()
        self.root = root
        self._files = files
        self._loader: ModuleLoader = module_loader(files)
        self.inputs = inputs
        self.boundary = boundary
        self._modules: tuple[Module, ...] | None = None
        self._leading: frozenset[str] | None = None
        self._callers: dict[str, set[str]] = {}
        self._downloads: dict[str, ModuleCall] = {}
        """The downloaded modules among them by folder, each with its call in a file of the user."""
        self._types: frozenset[str] | None = None
        self._read: dict[str, str | None] = {}
        """The texts of the files that its evaluation asked for, if the files last."""
        self._source_files: dict[str, SourceFile] | None = None
        self._sources: frozenset[str] | None = None
        self._suppressions: tuple[tuple[Suppression, ...], tuple[SourceError, ...]] | None = None

    @property
    def files(self) -> frozenset[str]:
        """Every source file that takes part, those of called modules and of values included."""
        if self._sources is None:
            own = (module for module in self.parts() if not is_stand_in(module.folder))
            sources = {unit.path for module in own for unit in module.files}
            self._sources = frozenset(sources.union(value_files(self.name, self._loader)))
        return self._sources

    @property
    def members(self) -> dict[str, frozenset[str]]:
        """It joins no others."""
        return {self.name: self.files}

    def own_texts(self) -> list[str]:
        """What is written in the folder of the root, and what gives its variables values."""
        found = [unit.text for unit in self.root.files]
        for path in (*value_files(self.name, self._loader), *self.inputs.var_files):
            with suppress(UnreadableError):
                found.append(self._loader.file(path).text)
        return found

    is_deployable = True

    def given(self) -> object:
        """The values of its variables, its workspace, and what is assumed."""
        run = RootEvaluation(self.root, self._loader, self.inputs, {}, self.boundary)
        values = {name: plain_if_known(value) for name, value in supplied(run).items()}
        known = {name: values[name] for name in self.root.variables if name in values}
        return self.inputs.workspace, known, self.inputs.assumptions

    def evaluate(self, scenario: Scenario) -> Evaluation:
        """Evaluate the root module and all that it calls under a scenario."""
        return self.evaluations()(scenario)

    def evaluations(self) -> Callable[[Scenario], Evaluation]:
        """Evaluates under one scenario after another, and once what no scenario changes."""
        shared = Shared(lambda: [self.scope({})])

        def evaluate(scenario: Scenario) -> Evaluation:
            if not self._loader.retained:
                return with_recursion_limit(lambda: self._evaluate(scenario, shared))
            found, read = self._files.listened(
                lambda: with_recursion_limit(lambda: self._evaluate(scenario, shared))
            )
            self._read.update(read)
            return found

        return evaluate

    def holds(self, root: Module) -> bool:
        """Whether it says what a stack of this root, of the same inputs, would say now."""
        return (
            root is self.root
            and self._modules is not None
            # The root of a unit is a module that Terragrunt makes: nobody loads it.
            and all(
                one is root or self._loader.module(one.folder)[0] is one for one in self._modules
            )
            and self._files.same(self._read)
        )

    def _evaluate(self, scenario: Scenario, shared: "Shared") -> Evaluation:
        if self._loader.retained and not self.inputs.explore_defaults:
            from taskwall.readers.terraform.evaluation.incremental import IncrementalEvaluator

            evaluator = self._loader.kept.setdefault(
                ("evaluator", self.name, self.inputs.deployment_name), IncrementalEvaluator()
            )
            assert isinstance(evaluator, IncrementalEvaluator)
            asked = (self.root, self._loader, self.inputs, self.boundary)
            lasting = evaluator.again(*asked, scenario)
            if lasting is not None:
                return self._evaluation(lasting, scenario)
        return self._evaluation(shared.evaluated(scenario), scenario)

    def _evaluation(self, made: Evaluated, scenario: Scenario) -> Evaluation:
        return evaluation_of(made, (self,), self._loader, scenario)

    def scope(
        self, scenario: Scenario, label: str = "", shared: frozenset[str] = frozenset()
    ) -> ModuleScope:
        """The root module under a scenario, as nothing of it is evaluated yet.

        Args:
            scenario: the setting of open switches.
            label: what tells apart those of its names that other roots have too.
            shared: these names.
        """
        run = RootEvaluation(
            self.root, self._loader, self.inputs, scenario, self.boundary, label, shared
        )
        run.context = self.context
        run.alone = is_on_its_own(self.root, self.inputs, self._loader)
        return ModuleScope(run, self.root, given=supplied(run).get)

    def given_places(self) -> dict[str, Span | None]:
        """Where the values of variables are given; None of those that are given in no file."""
        found: dict[str, Span | None] = {}
        for path in (*value_files(self.name, self._loader), *self.inputs.var_files):
            with suppress(UnreadableError):
                attributes = self._loader.file(path).parsed.body.attributes
                found |= {name: attribute.place for name, attribute in attributes.items()}
        return found | dict.fromkeys(self.inputs.variables)

    def suppressions(self) -> tuple[tuple[Suppression, ...], tuple[SourceError, ...]]:
        """The suppressions in all its files, and what is wrong with them."""
        if self._suppressions is None:
            modules = self.parts()
            fetched = self._downloads
            found, wrong = suppressions(one for one in modules if one.folder not in fetched)
            others, _ = suppressions(one for one in modules if one.folder in fetched)
            self._suppressions = (*found, *(replace(one, downloaded=True) for one in others)), wrong
        return self._suppressions

    def shifts(self) -> dict[str, LineShifts]:
        """How far what is evaluated is from the lines of its files, where it is."""
        return {
            unit.path: unit.stable.shifts
            for module in self.parts()
            for unit in module.files
            if unit.stable.shifts is not None
        }

    def answers(self, operand: str) -> tuple[str, ...] | None:
        """The values that a variable of the root can have, as texts, if they are limited."""
        name = operand.removeprefix("var.")
        block = self.root.variables.get(name) if operand.startswith("var.") else None
        if block is None:
            return None
        return allowed(block, self._type(block))

    def _type(self, variable: Block) -> Type:
        attribute = variable.body.attributes.get("type")
        return ANY_TYPE if attribute is None else type_of(attribute.expression)

    def defaults(self, qualified: Callable[[str], str] = str) -> list[InputDefault]:
        """The defaults of its variables that a scenario may take another value for.

        `qualified` is how names of the root are called in the stack that it is part of.
        """
        given = self.given_places().keys() | self.inputs.assumptions.keys()
        found = []
        for name, block in self.root.variables.items():
            attribute = block.body.attributes.get("default")
            if (
                attribute is None
                or not isinstance(attribute.expression, Literal)
                or not given.isdisjoint((name, f"var.{name}"))
                or f"TF_VAR_{name}" in self.inputs.environment
                or is_sensitive(block.body)
                or names_secret(name)
            ):
                continue
            value = attribute.expression.value.data
            if others := other_values(block, self._type(block), value):
                address = f"var.{name}"
                found.append(
                    InputDefault(address, qualified(address), value, attribute.place, others)
                )
        return found

    def empty_defaults(self, qualified: Callable[[str], str] = str) -> Scenario:
        """The answers that empty defaults give: of lists, and of what is to name what exists.

        None where other values of defaults are asked for, too.
        """
        found: dict[str, Scalar] = {}
        for name, block in () if self.inputs.explore_defaults else self.root.variables.items():
            attribute = block.body.attributes.get("default")
            written = attribute.expression if attribute else None
            operand = qualified(f"var.{name}")
            if isinstance(written, Literal) and names_existing(name, written.value):
                found[operand] = written.value.data
            elif isinstance(written, Tuple) and not written.items:
                found[length_name(operand)] = 0
        return found

    def secrets(self, file: str) -> tuple[Span, ...]:
        """The stretches of a file whose text is never shown."""
        if self._source_files is None:
            self._source_files = {
                unit.path: unit for module in self.parts() for unit in module.files
            }
        if (unit := self._source_files.get(file)) is not None:
            return self._loader.secrets(unit)
        if file in value_files(self.name, self._loader) or file in self.inputs.var_files:
            with suppress(UnreadableError):
                values = self._loader.file(file).parsed.body
                return secrets(values, hidden=sensitive(self.root.variables))
        return ()

    def calling(self) -> tuple[str, Module] | None:
        """What calls the root module, and the file in which it is written; None: nothing does."""
        return None

    def dependencies(self) -> Iterable[SourceTie]:
        """The other roots whose outputs it says that it reads; Terraform has no words for that."""
        return ()

    def local_calls(self) -> set[str]:
        """The folders that its root module calls by a path in their `source`."""
        found = set()
        scope: ModuleScope | None = None
        loader = module_loader(self._files)
        for block in self.root.calls.values():
            attribute = block.body.attributes.get("source")
            if attribute is None:
                continue
            if isinstance(attribute.expression, Literal):
                source = attribute.expression.value.data
            else:
                scope = scope or self.scope({})
                source = call_argument(scope, block, "source")
            if isinstance(source, str) and is_local(source):
                found.add(loader.called(self.name, source, self.boundary))
        return found

    def parts(self) -> tuple[Module, ...]:
        """The root module and those that it calls, each once."""
        if self._modules is None:
            found: dict[str, Module] = {}
            # What users edit is gone through first: it stays theirs whoever else calls it.
            own, fetched = [self.scope({})], list[ModuleScope]()
            while own or fetched:
                scope = (own or fetched).pop()
                if (folder := scope.module.folder) in found:
                    continue
                found[folder] = scope.module
                if (call := download_of(scope.called_from)) is not None:
                    self._downloads[folder] = call
                for _, called in scope.callees():
                    self._callers.setdefault(called.module.folder, set()).add(folder)
                    (own if download_of(called.called_from) is None else fetched).append(called)
            self._modules = tuple(found.values())
        return self._modules

    def leading(self) -> frozenset[str]:
        """The folders of its modules that look something up, or call others that do."""
        if self._leading is None:
            pending = [module.folder for module in self.parts() if looks_up(module)]
            found: set[str] = set()
            while pending:
                folder = pending.pop()
                if folder not in found:
                    found.add(folder)
                    pending += self._callers.get(folder, ())
            self._leading = frozenset(found)
        return self._leading

    def reads(self, file: str) -> bool:
        """Whether a file is a source of it, or gives values to its variables."""
        return file in self.files or file in self.inputs.var_files

    def creates(self, type_: str) -> bool:
        """Whether any of its modules declares a resource of a type."""
        if self._types is None:
            every = (local for module in self.parts() for local in module.resources)
            self._types = frozenset(local.partition(".")[0] for local in every)
        return type_ in self._types

    def download(self, file: str) -> ModuleCall | None:
        """The call, in a file that users edit, of the downloaded module that a file belongs to."""
        self.parts()
        return self._downloads.get(os.path.dirname(file))


class Shared:
    """Root modules that are evaluated under one scenario after another.

    What hangs on none of the answers in which these differ is evaluated once, and is the very same
    object under all of them.
    """

    def __init__(self, start: Callable[[], Sequence[ModuleScope]]) -> None:
        """`start` makes the scopes of the roots, of which the runs share their effects."""
        self._start = start
        self._scopes: Sequence[ModuleScope] | None = None

    def evaluated(self, scenario: Scenario) -> Evaluated:
        """What the roots are under a scenario.

        Where something was met that hangs on the order of evaluation, all is evaluated anew.
        """
        known, self._scopes = self._scopes, None
        scopes = known or self._start()
        run = scopes[0].run
        run.begin(scenario)
        found = tuple(resource for scope in scopes for resource in scope.resources())
        if run.effects.shareable:
            self._scopes = scopes
        elif known is not None:
            return self.evaluated(scenario)
        effects = run.effects
        return Evaluated(
            found,
            tuple(effects.reported(SourceError)),
            frozenset(effects.reported(Question)),
            tuple(effects.reported(AbsentSource)),
            run.hidden.all(),
            any(True for _ in effects.reported(Impossible)),
            {one.place: one.text for one in effects.reported(Assumption)},
        )


def line_map_of(roots: Iterable[TerraformStack]) -> LineMap:
    """What leads from the standing lines of roots to those of their files."""
    shifts = {path: by for root in roots for path, by in root.shifts().items()}
    return LineMap(shifts) if shifts else IDENTITY


def evaluation_of(
    made: Evaluated, roots: Sequence[TerraformStack], loader: ModuleLoader, scenario: Scenario
) -> Evaluation:
    """What roots evaluate to together; what is said of a downloaded module is at its call."""
    moved = line_map_of(roots)

    def download(file: str) -> ModuleCall | None:
        return next(filter(None, (root.download(file) for root in roots)), None)

    def is_edited(file: str) -> bool:
        own = (root for root in roots if not root.context)
        return any(root.reads(file) for root in own) and download(file) is None

    def given(folder: str) -> Mapping[str, Span | None]:
        return next((root.given_places() for root in roots if root.name == folder), {})

    units: dict[str, Module] = {}
    for file, module in filter(None, (root.calling() for root in roots)):
        calls = units[file].calls if file in units else {}
        units[file] = replace(module, calls={**calls, **module.calls})
    blocks = ModuleBlocks(loader, units)
    errors = []
    for error in made.errors:
        call = download(error.place.file)
        errors.append(moved.apply(at_the_call(error, call) if call else error))
    absent = []
    for one in made.absent:
        call = download(one.place.file)
        absent.append(replace(one, place=moved.apply(call.place if call else one.place)))
    errors += (error for root in roots for error in root.suppressions()[1])
    return Evaluation(
        made.resources,
        tuple(dict.fromkeys(errors)),
        made.questions,
        tuple(dict.fromkeys(skip for root in roots for skip in root.suppressions()[0])),
        tuple(dict.fromkeys(absent)),
        made.sensitive_texts - asked_for(scenario, (root.root.variables for root in roots)),
        moved,
        CallSites(blocks).place,
        ModuleProvenance(blocks, given).trace,
        made.impossible,
        made.assumed,
        ElementPlaces(loader, is_edited).place,
    )


class _RecursionLimit:
    """The interpreter's limit, raised as long as any thread evaluates: all threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._evaluations = 0
        self._before = 0

    def __enter__(self) -> None:
        with self._lock:
            if not self._evaluations:
                self._before = sys.getrecursionlimit()
                sys.setrecursionlimit(max(self._before, FRAMES))
            self._evaluations += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._evaluations -= 1
            if not self._evaluations:
                sys.setrecursionlimit(self._before)


_RAISED = _RecursionLimit()


def with_recursion_limit(evaluation: Callable[[], T]) -> T:
    """What an evaluation gives that may nest calls deeply."""
    with _RAISED:
        return evaluation()
