"""Evaluating a root module again and again: what a change cannot have reached is recalled.

Variables, locals, outputs, resources and their attributes are answers of a `QueryEngine`, and
blocks are its inputs, scenarios its settings. Where the order of evaluation shows in the result
(circles, very long chains), and where a call comes to mean another module, everything is evaluated
anew.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any, TypeVar

from taskwall.core.values import ModuleCall, Need, Question, Scenario, Span, Value
from taskwall.incremental.query import AmbiguousError, Entry, Query, QueryEngine
from taskwall.readers.terraform.evaluation.absent_module import AbsentInstance
from taskwall.readers.terraform.evaluation.instances import (
    MOST_ALTOGETHER,
    MOST_MODULES,
    BlockInstances,
)
from taskwall.readers.terraform.evaluation.left_out import may_be_left_out, named_in
from taskwall.readers.terraform.evaluation.module import (
    DEEPEST_CHAIN,
    Called,
    ModuleInstance,
    ModuleScope,
)
from taskwall.readers.terraform.evaluation.module_variables import declared_type
from taskwall.readers.terraform.evaluation.recorded import (
    CalledFolder,
    InvalidatedError,
    KeptAnswers,
    RecordedEffects,
    RecordedSecrets,
    UnfitError,
)
from taskwall.readers.terraform.evaluation.resource_instance import ResourceInstance
from taskwall.readers.terraform.evaluation.run import (
    MOST_ROUNDS,
    MOST_WORK,
    Evaluated,
    RootEvaluation,
)
from taskwall.readers.terraform.evaluation.variables import is_on_its_own, supplied
from taskwall.readers.terraform.evaluation.written_keys import WrittenKeys, places_of_keys
from taskwall.readers.terraform.modules import Module, ModuleLoader
from taskwall.readers.terraform.syntax.tree import Block
from taskwall.readers.terraform.values.effects import (
    Impossible,
)
from taskwall.readers.terraform.values.types import Type
from taskwall.source.files import UnreadableError
from taskwall.source.resource import Resource
from taskwall.source.stack import AbsentSource, Inputs, SourceError

T = TypeVar("T")


class IncrementalEvaluation(RootEvaluation):
    """An evaluation that lasts while the sources change."""

    def __init__(self, root: Module, loader: ModuleLoader, inputs: Inputs, boundary: str) -> None:
        self.queries = QueryEngine()
        self._modules: dict[str, tuple[Module | None, tuple[SourceError, ...]]] = {}
        self._seen: dict[str, Module] = {}
        """The modules as the files have them, whose blocks are its inputs now."""
        self._known_referents = 0
        """How many there were when those that were gone were let go."""
        self._read: dict[str, str | None] = {}
        super().__init__(root, loader, inputs, {}, boundary)
        self.effects = RecordedEffects(self.queries)
        self.effects.begin({})
        self.hidden: RecordedSecrets = RecordedSecrets(self.effects, self.queries)
        self.numbers = count()
        """Tells the scopes apart."""
        self._kept: dict[object, KeptAnswers] = {}
        self._round = 0
        self.kept = KeptAnswers()
        """What is kept under the scenario."""
        self._scope: IncrementalModuleScope | None = None
        self.scopes: dict[tuple[str, tuple[Need, ...]], IncrementalModuleScope] = {}
        """Those of called modules, by their prefixes and by what it waits for that they are there.
        """
        self.root = self._incremental(root)
        self._modules[root.folder] = self.root, ()

    def module(self, folder: str) -> tuple[Module | None, tuple[SourceError, ...]]:
        """The module of a folder, whose blocks are watched."""
        if folder not in self._modules:
            module, unreadable = self.loader.module(folder)
            # What is unreadable of a module is told anew each time.
            found = (None, unreadable) if module is None else (self._incremental(module), ())
            self._modules[folder] = found
        return self._modules[folder]

    def _incremental(self, module: Module) -> Module:
        put = partial(self._put, module.folder)
        return Module(
            module.folder,
            (),
            put("variables", module.variables),
            put("locals", module.locals),
            put("outputs", module.outputs),
            put("resources", module.resources),
            put("calls", module.calls),
            (),
            put("providers", module.providers),
            put("requirements", module.requirements),
        )

    def _put(self, folder: str, table: str, blocks: dict[str, T]) -> dict[str, T]:
        found: dict[str, T] = self.queries.set_input((folder, table), blocks)
        return found

    def may_read(self, path: str) -> bool:
        """Whether a file lies where functions and module calls may read: it is kept in mind."""
        may = super().may_read(path)
        if may and path not in self._read:
            self._read[path] = self._text(path)
        return may

    def _text(self, path: str) -> str | None:
        try:
            return self.loader.text(path) if self.loader.exists(path) else None
        except UnreadableError:
            return None

    def again(self, scenario: Scenario) -> Evaluated:
        """What the root is now, under a scenario.

        Raises:
            InvalidatedError: it has to be begun anew.
            UnfitError: it must not be done in parts.
        """
        queries = self.queries
        queries.revision += 1
        if any(self._text(path) != text for path, text in self._read.items()):
            raise InvalidatedError("files")
        for folder, (known, _) in self._modules.items():
            module, _ = self.loader.module(folder)
            if (module is None) is not (known is None):
                raise InvalidatedError(folder)
            if module is not None and module is not self._seen.get(folder):
                self._seen[folder] = module
                self._incremental(module)
        reads: dict[Entry, None] = {}
        queries.active_dependencies = reads
        self._begin(scenario)
        self.kept.met.clear()
        given = queries.set_input("given", supplied(self))
        root, _ = self.loader.module(self.root.folder)
        alone = is_on_its_own(root or self.root, self.inputs, self.loader)
        if self._scope is None:
            self.alone = alone
            self._scope = IncrementalModuleScope(self, self.root, given=given.get)
        elif self.alone is not alone:
            raise InvalidatedError("alone")
        resources = tuple(self._scope.resources())
        queries.active_dependencies = {}
        queries.set_dependencies(self.kept.root, reads)
        self._forget_gone()
        queries.collect_garbage()
        self.weights.clear()
        if (
            self._rounds > MOST_ROUNDS // 2
            or self._work > MOST_WORK // 2
            or self.modules > MOST_MODULES // 2
            or len(self.referents) > MOST_ALTOGETHER // 2
        ):
            raise InvalidatedError("rounds")
        reported = self.kept.reported(queries)
        errors: dict[SourceError, None] = {}
        called = (one.folder for one in reported.of(CalledFolder))
        for folder in dict.fromkeys((self.root.folder, *called)):
            module, unreadable = self.loader.module(folder)
            errors.update(dict.fromkeys(() if module is None else module.errors))
            if folder not in self.loader.scanned:
                errors.update(dict.fromkeys(unreadable))
        errors.update(dict.fromkeys(reported.of(SourceError)))
        questions = frozenset(reported.of(Question))
        absent = tuple(reported.of(AbsentSource))
        hidden = self.hidden.of(reported, self.kept)
        impossible = bool(reported.of(Impossible))
        return Evaluated(resources, tuple(errors), questions, absent, hidden, impossible)

    def _forget_gone(self) -> None:
        """Let go of what blocks made that are not there any more, under any scenario."""
        if len(self.referents) <= self._known_referents:
            return
        for key, scope in list(self.scopes.items()):
            if scope.is_gone():
                del self.scopes[key]
                for kept in self._kept.values():
                    kept.forget(scope.number, self.queries)
        for address, whole in list(self.referents.items()):
            if isinstance(whole, _IncrementalInstance):
                gone = whole.is_gone()
            else:
                scope_of = getattr(whole, "scope", None)
                gone = isinstance(scope_of, IncrementalModuleScope) and scope_of.is_gone()
            if gone:
                del self.referents[address]
        self._known_referents = len(self.referents)

    def _begin(self, scenario: Scenario) -> None:
        """Go on under a scenario.

        With one that answers nothing after others a round of them begins: what was kept under
        those that were not in the last one is forgotten.
        """
        self.effects.begin(scenario)
        if not scenario and self.kept is not self._kept.get(()):
            gone = [key for key, kept in self._kept.items() if kept.round < self._round]
            for kept in map(self._kept.pop, gone):
                for entry in (kept.root, *kept.groups.values()):
                    self.queries.set_dependencies(entry, {})
            self._round += 1
        key = tuple((operand, type(answer), answer) for operand, answer in scenario.items())
        self.kept = self._kept.setdefault(key, KeptAnswers())
        self.kept.round = self._round


class IncrementalModuleScope(ModuleScope):
    """A scope whose names are answers of the run's query engine."""

    run: IncrementalEvaluation
    caller: "tuple[IncrementalModuleScope, str] | None"

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.number = next(self.run.numbers)
        self._blocks: dict[str, Query[BlockInstances[ResourceInstance]]] = {}
        self._asked: dict[str, Query[Resource]] = {}
        self._is_absent: dict[str, bool] = {}
        """Whether the module of each call is absent."""

    def _recalled(self, kind: str, name: str, read: Callable[[str], T]) -> T:
        return self.run.queries.query((self.number, kind, name), read, (name,))

    def inner(
        self,
        name: str,
        module: Module,
        prefix: str,
        given: Callable[[str], Value | None],  # noqa: ARG002 (it is asked of the instance)
        called_from: tuple[ModuleCall, ...],
        maybe: tuple[Need, ...],
    ) -> ModuleScope:
        """The scope of an instance of a call: the same one however the call changes.

        Raises:
            InvalidatedError: it is called from elsewhere.
        """
        run = self.run
        found = run.scopes.get((prefix, maybe))
        if found is None:
            bare = f"{self.bare_address(f'module.{name}')}."
            found = IncrementalModuleScope(
                run, module, prefix, bare, None, called_from, maybe, self.chain, (), (self, name)
            )
            now = partial(self._given_now, name, prefix.removesuffix("."))
            found._given = partial(found._recalled, "given", read=now)
            run.scopes[prefix, maybe] = found
        elif (found.module, found.called_from) != (module, called_from):
            raise InvalidatedError(prefix)
        run.queries.accumulate(CalledFolder(module.folder))
        return found

    def is_gone(self) -> bool:
        """Whether it is not called any more."""
        if self.caller is None:
            return False
        caller, name = self.caller
        return not _is_declared(name, caller.module.calls) or caller.is_gone()

    def _given_now(self, name: str, address: str, argument: str) -> Value | None:
        """What a call gives for an argument of one of its instances."""
        called = self.modules(name)
        one = called.get(address) if isinstance(called, BlockInstances) else None
        if not isinstance(one, ModuleInstance):
            raise InvalidatedError(address)
        return one.given(argument)

    def variable(self, name: str) -> Value:
        """`var.name`."""
        return self._recalled("var", name, super().variable)

    def written_keys(self) -> WrittenKeys:
        """What its expressions say of keys."""
        return self._recalled("keys", "", lambda _: self._written_keys())

    def places_of_keys(self) -> tuple[str, ...]:
        """The names of all that may say something of keys."""
        return self._recalled("places of keys", "", lambda _: places_of_keys(self.module))

    def keys_written_at(self, name: str) -> WrittenKeys:
        """What a local, an output, a resource or a call says of keys."""
        return self._recalled("keys at", name, super().keys_written_at)

    def references(self, address: str) -> frozenset[str]:
        """What a declared resource refers to."""
        # Not what the module remembers: who only recalls has not read the resource.
        return self._recalled("references", address, self._references_now)

    def _references_now(self, address: str) -> frozenset[str]:
        return named_in(self.module.resources[address].body)

    def may_be_left_out(self) -> tuple[str, ...]:
        """The addresses of the resources with a count or for_each."""
        return self._recalled("may be left out", "", lambda _: may_be_left_out(self.module))

    def is_left_out(self, address: str) -> bool:
        """Whether there is no instance of a declared resource."""
        return self._recalled("is left out", address, super().is_left_out)

    def every_user_left_out(self) -> Mapping[str, tuple[str, ...]]:
        """The types of what its counts leave out, by what is written to be used."""
        return self._recalled("left out", "", lambda _: self._users_left_out())

    def type(self, name: str) -> Type:
        """The type of a variable."""
        return self._recalled("type", name, lambda name: declared_type(self.module, name))

    def local(self, name: str) -> Value:
        """`local.name`."""
        return self._recalled("local", name, super().local)

    def output(self, name: str) -> Value:
        """The value of an output, as the caller sees it."""
        return self._recalled("output", name, super().output)

    def resource(self, address: str) -> Value:
        """A whole resource or data source, or all its instances."""
        return self._recalled("whole", address, super().resource)

    def instances(self, address: str) -> BlockInstances[ResourceInstance]:
        """The instances of a declared resource."""
        return self._recalled("instances", address, self._instances_now)

    def _instances_now(self, address: str) -> BlockInstances[ResourceInstance]:
        if f"*{address}" in self._pending:
            raise UnfitError(address)
        return super().instances(address)

    def call(self, name: str) -> Value:
        """A called module, or all its instances."""
        return self._recalled("call", name, super().call)

    def modules(self, name: str) -> Called | Value:
        """The instances of a module call, or what is known of a module that is not there."""
        return self._recalled("modules", name, self._once)

    def _once(self, name: str) -> Called | Value:
        if f"*{name}" in self._pending:
            raise UnfitError(name)
        found = super().modules(name)
        if isinstance(found, BlockInstances) and found.all:
            absent = isinstance(found.all[0], AbsentInstance)
            if self._is_absent.setdefault(name, absent) is not absent:
                # What refers to the call is the same, and what that means another module.
                raise InvalidatedError(name)
        return found

    def guarded(self, name: str, read: Callable[[], Value], place: Span | None) -> Value:
        """A value that has a name."""
        if name in self._pending or self.run.depth > DEEPEST_CHAIN // 2:
            raise UnfitError(name)
        return super().guarded(name, read, place)

    def instance(
        self, block: Block, local: str, address: str, env: Any, maybe: tuple[Need, ...]
    ) -> ResourceInstance:
        """An instance of a resource."""
        return _IncrementalInstance(self, block, local, address, env, maybe)

    def attribute(self, local: str, address: str, name: str) -> Value:
        """What an attribute of an instance is now."""
        return self._whole(local, address).read(name)

    def _whole(self, local: str, address: str) -> "_IncrementalInstance":
        """An instance of a declared resource.

        Raises:
            InvalidatedError: it is gone.
        """
        whole = self.instances(local).get(address)
        if not isinstance(whole, _IncrementalInstance):
            raise InvalidatedError(address)
        return whole

    def resources(self) -> Iterable[Resource]:  # type: ignore[override]
        """All resources of the module and of those that it calls."""
        queries, kept = self.run.queries, self.run.kept
        known = self._blocks
        if list(known) != list(self.module.resources):
            self._blocks = {
                address: known.get(address)
                or ((self.number, "instances", address), self._instances_now, (address,))
                for address in self.module.resources
            }
        blocks = kept.group(self.number, "blocks")
        instances = queries.query_all(blocks, list(self._blocks.values()))
        before = self._asked
        self._asked = {
            one.address: before.get(one.address) or self._ask(address, one.address)
            for address, found in zip(self._blocks, instances, strict=True)
            for one in found.all
        }
        asked = list(self._asked.values())
        yield from queries.query_all(kept.group(self.number, "resources"), asked)
        for name in self.module.calls:
            yield from self.called_resources(name)

    def absent(self, name: str) -> tuple[Resource, ...]:
        """The calls of a module that is not there."""
        return self._recalled("absent", name, self._absent_calls)

    def _ask(self, local: str, address: str) -> Query[Resource]:
        return (self.number, "resource", address), self._resource, (local, address)

    def _resource(self, local: str, address: str) -> Resource:
        return self._whole(local, address).resource()


class _IncrementalInstance(ResourceInstance):
    def __init__(self, scope: IncrementalModuleScope, *rest: Any) -> None:
        super().__init__(scope, *rest)
        self._lasting = scope

    def get(self, name: str) -> Value:
        key = (self._lasting.number, self.address, name)
        about = (self._local, self.address, name)
        return self._lasting.run.queries.query(key, self._lasting.attribute, about)

    def is_gone(self) -> bool:
        """Whether its block is not there any more."""
        scope = self._lasting
        return not _is_declared(self._local, scope.module.resources) or scope.is_gone()

    def read(self, name: str) -> Value:
        """What `get` says, read now."""
        return super().get(name)


class IncrementalEvaluator:
    """Evaluates a root module again and again."""

    def __init__(self) -> None:
        self._run: IncrementalEvaluation | None = None
        self._asked: tuple[Inputs, str] | None = None

    def again(
        self, root: Module, library: ModuleLoader, inputs: Inputs, boundary: str, scenario: Scenario
    ) -> Evaluated | None:
        """What the root is now, under a scenario; None if it must be evaluated as a whole."""
        if self._asked != (inputs, boundary):
            self._run, self._asked = None, (inputs, boundary)
        try:
            if self._run is not None:
                with suppress(InvalidatedError):
                    return self._run.again(scenario)
            self._run = IncrementalEvaluation(root, library, inputs, boundary)
            return self._run.again(scenario)
        except (AmbiguousError, UnfitError, InvalidatedError):
            self._run = None
            return None
        except BaseException:
            self._run = None
            raise


def _is_declared(name: str, blocks: dict[str, Block]) -> bool:
    """Whether there is a block, without a note that somebody wanted to know."""
    return dict.__contains__(blocks, name)
