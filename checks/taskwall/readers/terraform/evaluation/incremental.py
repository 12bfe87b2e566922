"""Evaluating a root module again and again: what a change cannot have reached is recalled.

Variables, locals, outputs, resources and their attributes are answers of a `QueryEngine`, and
blocks are its inputs. Where the order of evaluation shows in the result (circles, very long
chains), or where a change reaches into calls of modules, everything is evaluated anew.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct

from taskwall.core.values import ModuleCall, Need, Question, Scenario, Span, Value
from taskwall.incremental.query import AmbiguousError, Entry, Query, QueryEngine
from taskwall.readers.terraform.evaluation.instances import (
    MOST_ALTOGETHER,
    MOST_MODULES,
    BlockInstances,
)
from taskwall.readers.terraform.evaluation.module import (
    DEEPEST_CHAIN,
    Called,
    ModuleInstance,
    ModuleScope,
)
from taskwall.readers.terraform.evaluation.resource_instance import ResourceInstance
from taskwall.readers.terraform.evaluation.run import (
    MOST_ROUNDS,
    MOST_WORK,
    Evaluated,
    RootEvaluation,
)
from taskwall.readers.terraform.evaluation.variables import supplied
from taskwall.readers.terraform.modules import Module, ModuleLoader
from taskwall.readers.terraform.syntax.tree import Block
from taskwall.readers.terraform.values.effects import OPEN, Answer, Effects, Memo, Report, Secret
from taskwall.readers.terraform.values.sensitive import (
    MAX_SENSITIVE_TEXTS,
    Derived,
    Hidden,
    with_derived,
)
from taskwall.readers.terraform.values.types import Type
from taskwall.source.files import UnreadableError
from taskwall.source.resource import Resource
from taskwall.source.stack import AbsentSource, Inputs, SourceError

K = TypeVar("K")
T = TypeVar("T")
V = TypeVar("V")


class UnfitError(BaseException):
    """The root cannot be evaluated in parts. No defect: what contains those lets it pass."""


class InvalidatedError(BaseException):
    """The change reaches what does not last. No defect, either."""


class _Called(Struct, frozen=True):
    """That a module is called: its errors are told then."""

    folder: str


class _Recalled(Effects):
    """Effects that a recall keeps, with the values: what scenarios answer is one of its inputs."""

    def __init__(self, queries: QueryEngine) -> None:
        super().__init__({})
        self._recall = queries

    def begin(self, scenario: Scenario) -> None:
        """Go on under another scenario."""
        self.scenario = self._recall.set_input("scenario", dict(scenario))

    def answer(self, operand: str) -> Answer:
        """What the scenario says of an operand."""
        return self.scenario.get(operand, OPEN)

    def report(self, what: Report) -> None:
        """Note what holds for as long as the answer stands that is being made."""
        self._recall.accumulate(what)

    def once(self, memo: Memo[K, V], key: K, compute: Callable[[], V | None]) -> V | None:
        """The value: the recall keeps it."""
        del memo, key
        return compute()


class _AccumulatingSensitive(Hidden):
    def __init__(self, effects: Effects, queries: QueryEngine) -> None:
        super().__init__(effects)
        self._recall = queries
        self._last: tuple[set[str], list[Derived], frozenset[str]] = set(), [], frozenset()

    def add(self, text: str) -> None:
        """Keep a text in mind for as long as the answer stands that is being made."""
        self._effects.report(Secret(text))

    def note(self, derived: Derived) -> None:
        """Keep in mind what a function made for as long."""
        self._recall.accumulate(derived)

    def of(self, told: Iterable[object]) -> frozenset[str]:
        """The sensitive texts among what is told, and those that are made of them.

        Raises:
            UnfitError: there are so many that it hangs on the order which are kept in mind.
        """
        met = {one.text for one in told if isinstance(one, Secret)}
        if len(met) >= MAX_SENSITIVE_TEXTS:
            raise UnfitError("texts")
        derived = [one for one in told if isinstance(one, Derived)]
        if (met, derived) != self._last[:2]:
            self._last = met, derived, with_derived(met, derived)
        return self._last[2]


class IncrementalEvaluation(RootEvaluation):
    """An evaluation that lasts while the sources change."""

    def __init__(self, root: Module, loader: ModuleLoader, inputs: Inputs, boundary: str) -> None:
        self.queries = QueryEngine()
        self._modules: dict[str, tuple[Module | None, tuple[SourceError, ...]]] = {}
        self.gone: list[ResourceInstance] = []
        """Instances that are not there any more."""
        self._read: dict[str, str | None] = {}
        super().__init__(root, loader, inputs, {}, boundary)
        self.effects = _Recalled(self.queries)
        self.effects.begin({})
        self.hidden: _AccumulatingSensitive = _AccumulatingSensitive(self.effects, self.queries)
        self._root = Entry("root")
        self._scope: IncrementalModuleScope | None = None
        self.scopes: dict[str, IncrementalModuleScope] = {}
        """Those of called modules, by their prefixes."""
        self.root = self._incremental(root)
        self._modules[root.folder] = self.root, ()

    def module(self, folder: str) -> tuple[Module | None, tuple[SourceError, ...]]:
        """The module of a folder, whose blocks are watched."""
        if folder not in self._modules:
            module, unreadable = self.loader.module(folder)
            found = None if module is None else self._incremental(module)
            self._modules[folder] = found, unreadable
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
        )

    def _put(self, folder: str, table: str, blocks: dict[str, T]) -> dict[str, T]:
        found: dict[str, T] = self.queries.set_input((folder, table), blocks)
        return found

    def may_read(self, path: str) -> bool:
        """Whether a file lies where functions and module calls may read: it is kept in mind."""
        if path not in self._read:
            self._read[path] = self._text(path)
        return super().may_read(path)

    def _text(self, path: str) -> str | None:
        try:
            return self.loader.text(path) if self.loader.exists(path) else None
        except UnreadableError:
            return None

    def again(self, scenario: Scenario) -> Evaluated:
        """What the root is now, under a scenario.

        Raises:
            StaleError: it has to be begun anew.
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
            if module is not None:
                self._incremental(module)
        reads: dict[Entry, None] = {}
        queries.active_dependencies = reads
        self.effects.begin(scenario)
        values, required = supplied(self)
        given = queries.set_input("given", values)
        if self._scope is None:
            self.alone = required
            self._scope = IncrementalModuleScope(self, self.root, given=given.get)
        elif self.alone is not required:
            raise InvalidatedError("required")
        resources = tuple(self._scope.resources())
        queries.active_dependencies = {}
        queries.set_dependencies(self._root, reads)
        queries.collect_garbage()
        self._forget_gone()
        self.weights.clear()
        if (
            self._rounds > MOST_ROUNDS // 2
            or self._work > MOST_WORK // 2
            or self.modules > MOST_MODULES // 2
            or len(self.referents) > MOST_ALTOGETHER // 2
        ):
            raise InvalidatedError("rounds")
        told = queries.accumulated()
        errors: dict[SourceError, None] = {}
        called = (one.folder for one in told if isinstance(one, _Called))
        for folder in dict.fromkeys((self.root.folder, *called)):
            module, unreadable = self.loader.module(folder)
            errors.update(dict.fromkeys(() if module is None else module.errors))
            if folder not in self.loader.scanned:
                errors.update(dict.fromkeys(unreadable))
        errors.update(dict.fromkeys(one for one in told if isinstance(one, SourceError)))
        questions = frozenset(one for one in told if isinstance(one, Question))
        absent = tuple(one for one in told if isinstance(one, AbsentSource))
        return Evaluated(resources, tuple(errors), questions, absent, self.hidden.of(told))

    def _forget_gone(self) -> None:
        """Let go of instances that were there: no answer that stands can still ask for one."""
        for one in self.gone:
            if self.referents.get(one.address) is one:
                del self.referents[one.address]
        self.gone.clear()


class IncrementalModuleScope(ModuleScope):
    """A scope whose names are answers of the run's recall."""

    run: IncrementalEvaluation

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._call: tuple[IncrementalModuleScope, str, Callable[[str], Value | None]] | None = None
        """Who calls it, by what name, and what is given for its variables now."""
        self._all_blocks = Entry("blocks")
        self._all_resources = Entry("resources")
        self._blocks: dict[str, Query[BlockInstances[ResourceInstance]]] = {}
        self._found: dict[int, tuple[BlockInstances[ResourceInstance], list[Query[Resource]]]] = {}
        self._made_calls: dict[str, Called | Value] = {}

    def _recalled(self, kind: str, name: str, read: Callable[[str], T]) -> T:
        return self.run.queries.query((self.prefix, kind, name), read, (name,))

    def inner(
        self,
        name: str,
        module: Module,
        prefix: str,
        given: Callable[[str], Value | None],
        called_from: tuple[ModuleCall, ...],
        maybe: tuple[Need, ...],
    ) -> ModuleScope:
        """The scope of an instance of a call: the same one however the call changes.

        Raises:
            StaleError: it is called from elsewhere.
        """
        run = self.run
        found = run.scopes.get(prefix)
        if found is None:
            bare = f"{self.bare_address(f'module.{name}')}."
            found = IncrementalModuleScope(
                run, module, prefix, bare, None, called_from, maybe, self.chain, ()
            )
            found._given = partial(found._recalled, "given", read=found._given_now)
            run.scopes[prefix] = found
        elif (found.module, found.called_from, found.maybe) != (module, called_from, maybe):
            raise InvalidatedError(prefix)
        found._call = self, name, given
        run.queries.accumulate(_Called(module.folder))
        return found

    def _given_now(self, argument: str) -> Value | None:
        assert self._call is not None
        caller, name, _ = self._call
        caller.modules(name)  # what is given for it changes with the call
        return self._call[2](argument)

    def bare(self) -> ModuleScope:
        """A scope without any names, of which there is nothing to recall."""
        return ModuleScope(self.run, Module("", (), {}, {}, {}, {}, {}, ()))

    def variable(self, name: str) -> Value:
        """`var.name`."""
        return self._recalled("var", name, super().variable)

    def type(self, name: str) -> Type:
        """The type of a variable."""
        return self._recalled("type", name, self.declared_type)

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
        known, found = self._made_calls.get(name), super().modules(name)
        if known is not None and _prefixes(known) != _prefixes(found):
            raise InvalidatedError(name)
        self._made_calls[name] = found
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
            StaleError: it is gone.
        """
        self.instances(local)
        whole = self.run.referents.get(address)
        if not isinstance(whole, _IncrementalInstance):
            raise InvalidatedError(address)
        return whole

    def resources(self) -> Iterable[Resource]:  # type: ignore[override]
        """All resources of the module and of those that it calls."""
        queries = self.run.queries
        known = self._blocks
        if list(known) != list(self.module.resources):
            self._blocks = {
                address: known.get(address)
                or ((self.prefix, "instances", address), self._instances_now, (address,))
                for address in self.module.resources
            }
        instances = queries.query_all(self._all_blocks, list(self._blocks.values()))
        before, self._found = self._found, {}
        for address, found in zip(self._blocks, instances, strict=True):
            self._found[id(found)] = before.get(id(found)) or (
                found,
                [
                    ((self.prefix, "resource", one.address), self._resource, (address, one.address))
                    for one in found.all
                ],
            )
        for key in before.keys() - self._found.keys():
            self.run.gone += before[key][0].all
        asked = [each for _, some in self._found.values() for each in some]
        yield from queries.query_all(self._all_resources, asked)
        for name in self._made_calls.keys() - self.module.calls.keys():
            if isinstance(self._made_calls.pop(name), BlockInstances):
                raise InvalidatedError(name)  # what was called holds on to much
        for name in self.module.calls:
            yield from self.called_resources(name)

    def absent(self, name: str) -> tuple[Resource, ...]:
        """The calls of a module that is not there."""
        return self._recalled("absent", name, self._absent_calls)

    def _resource(self, local: str, address: str) -> Resource:
        return self._whole(local, address).resource()


def _prefixes(call: Called | Value) -> list[str]:
    """Those of the instances of a call."""
    calls = call.all if isinstance(call, BlockInstances) else ()
    return [one.scope.prefix for one in calls if isinstance(one, ModuleInstance)]


class _IncrementalInstance(ResourceInstance):
    def __init__(self, scope: IncrementalModuleScope, *rest: Any) -> None:
        super().__init__(scope, *rest)
        self._lasting = scope

    def get(self, name: str) -> Value:
        key = ("attribute", self.address, name)
        about = (self._local, self.address, name)
        return self._lasting.run.queries.query(key, self._lasting.attribute, about)

    def read(self, name: str) -> Value:
        """What `get` says, read now."""
        return super().get(name)


class IncrementalEvaluator:
    """Evaluates a root module again and again."""

    def __init__(self) -> None:
        self._run: IncrementalEvaluation | None = None
        self._asked: tuple[Inputs, str] | None = None
        self._switches_calls = False
        """Whether scenarios differ in the modules that are called."""

    def again(
        self, root: Module, library: ModuleLoader, inputs: Inputs, boundary: str, scenario: Scenario
    ) -> Evaluated | None:
        """What the root is now, under a scenario; None if it must be evaluated as a whole."""
        if self._asked != (inputs, boundary):
            self._run, self._asked, self._switches_calls = None, (inputs, boundary), False
        if scenario and self._switches_calls:
            return None
        try:
            if self._run is not None:
                try:
                    return self._run.again(scenario)
                except InvalidatedError:
                    self._run = None
                    if scenario:
                        self._switches_calls = True
                        return None
            self._run = IncrementalEvaluation(root, library, inputs, boundary)
            return self._run.again(scenario)
        except (AmbiguousError, UnfitError, InvalidatedError):
            self._run = None
            return None
        except BaseException:
            self._run = None
            raise
