"""Modules as they are called: their variables, locals, outputs, resources and calls, by need."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias, TypeVar

from taskwall.core.values import (
    MISSING_LOCAL,
    Fields,
    Known,
    ModuleCall,
    Need,
    Span,
    Unknown,
    Value,
    unknown,
)
from taskwall.readers.terraform.evaluation.absent_module import AbsentInstance
from taskwall.readers.terraform.evaluation.body import FieldsReader
from taskwall.readers.terraform.evaluation.context import Env, Function
from taskwall.readers.terraform.evaluation.expressions import members_of
from taskwall.readers.terraform.evaluation.instances import MOST_MODULES, BlockInstances, expand
from taskwall.readers.terraform.evaluation.left_out import (
    ids_put_out,
    may_be_left_out,
    references,
    users_in,
    users_left_out,
)
from taskwall.readers.terraform.evaluation.local_names import named
from taskwall.readers.terraform.evaluation.module_calls import (
    NOT_ARGUMENTS,
    called_folder,
    called_module,
    report_absent,
    stand_in_module,
    written_call,
)
from taskwall.readers.terraform.evaluation.module_sources import AbsentModule
from taskwall.readers.terraform.evaluation.module_variables import declared_type, variable_value
from taskwall.readers.terraform.evaluation.resource_instance import ResourceInstance
from taskwall.readers.terraform.evaluation.run import RootEvaluation
from taskwall.readers.terraform.evaluation.workspace_and_paths import (
    NOT_FROM_SOURCES,
    path_value,
    workspace_value,
)
from taskwall.readers.terraform.evaluation.written_keys import (
    WrittenKeys,
    keys_by,
    keys_of_all,
    keys_written_at,
    places_of_keys,
)
from taskwall.readers.terraform.modules import Module
from taskwall.readers.terraform.stand_ins import StandIn, is_stand_in
from taskwall.readers.terraform.syntax.hcl import BROKEN_VALUE
from taskwall.readers.terraform.syntax.tree import (
    AccessStep,
    Attr,
    Block,
    Body,
    Expression,
)
from taskwall.readers.terraform.values.effects import Answers, Impossible, Memo
from taskwall.readers.terraform.values.sensitive import is_sensitive
from taskwall.readers.terraform.values.types import Type
from taskwall.readers.terraform.values.values import HEAVIEST, FailedError, weight
from taskwall.source.containment import crash_at
from taskwall.source.resource import Resource

K = TypeVar("K")
T = TypeVar("T")

DEEPEST_CHAIN = 150
"""So many values may wait for one another in a row."""


class ModuleScope:
    """A module as one call instantiates it (or the root): its names and what they stand for.

    `prefix` stands before the addresses in it (`module.api["a"].`), `bare_prefix` likewise without
    instance keys. `given` yields the value of an argument of the call, None if it gives none.
    `answers` are those on which it hangs that there is this module at all, `caller` is what calls
    it, and by which name.
    """

    def __init__(
        self,
        run: RootEvaluation,
        module: Module,
        prefix: str = "",
        bare_prefix: str = "",
        given: Callable[[str], Value | None] | None = None,
        called_from: tuple[ModuleCall, ...] = (),
        maybe: tuple[Need, ...] = (),
        chain: tuple[str, ...] = (),
        answers: Answers = (),
        caller: "tuple[ModuleScope, str] | None" = None,
    ) -> None:
        self.run = run
        self.module = module
        self.caller = caller
        self.prefix = prefix
        self.bare_prefix = bare_prefix
        self.called_from = called_from
        self.maybe = maybe
        self.chain = (*chain, module.folder)
        self._given = given
        self._answers = answers
        self._values: Memo[str, Value] = Memo()
        self._pending: dict[str, int] = {}
        """What is being read, and how many states of other roots are since then."""
        self._instances: Memo[str, BlockInstances[ResourceInstance]] = Memo()
        self._resources: Memo[ResourceInstance, Resource] = Memo()
        self._calls: Memo[str, Called | Value] = Memo()
        self._absent: Memo[str, tuple[Resource, ...]] = Memo()
        self._keys: WrittenKeys | None = None
        self._left_out: Memo[str, Mapping[str, tuple[str, ...]]] = Memo()
        self._ids_put_out: Mapping[str, tuple[str, ...]] | None = None
        """The outputs of its resources' ids; found out when first asked for."""
        for error in module.errors:
            run.effects.report(error)

    def address(self, name: str) -> str:
        """What something of this module is called in the whole stack."""
        return f"{self.prefix}{name}" if self.prefix else self.run.qualified(name)

    def bare_address(self, name: str) -> str:
        """The same without instance keys."""
        return f"{self.bare_prefix}{name}" if self.bare_prefix else self.run.qualified(name)

    def inner(
        self,
        name: str,
        module: Module,
        prefix: str,
        given: "Callable[[str], Value | None]",
        called_from: tuple[ModuleCall, ...],
        maybe: tuple[Need, ...],
    ) -> "ModuleScope":
        """The scope of an instance of a call in this module."""
        bare = f"{self.bare_address(f'module.{name}')}."
        return ModuleScope(
            self.run, module, prefix, bare, given, called_from, maybe, self.chain, self.taken(),
            (self, name),
        )  # fmt: skip

    def taken(self) -> Answers:
        """The answers on which hangs what is being evaluated in this module."""
        answers = self.run.effects.answers
        return (*self._answers, *answers.items()) if answers else self._answers

    def bare(self) -> "ModuleScope":
        """A scope without any names, as within a template file."""
        return ModuleScope(self.run, Module("", (), {}, {}, {}, {}, {}, ()))

    @property
    def working_folder(self) -> str:
        """The folder from which relative paths lead."""
        return self.run.working_folder

    def function(self, name: str) -> Function | None:  # noqa: ARG002 (as ModuleContext has it)
        """A function that only expressions of this module know: Terraform has none."""
        return None

    def filled_in(self, template: Expression, names: Env) -> Value:
        """What a template is with values for its names: it sees none of the module's."""
        return members_of(template, self.bare(), names)

    def named(self, name: str, steps: tuple[AccessStep, ...]) -> tuple[Value, int]:
        """The value of the leading names of a reference, and how many steps they take.

        Raises:
            FailedError: it is no reference.
        """
        names = [step.name for step in steps[:2] if type(step) is Attr]
        if not names or type(steps[0]) is not Attr:
            raise FailedError(name, "is not declared")
        first = names[0]
        if name == "var":
            return self.variable(first), 1
        if name == "local":
            return self.local(first), 1
        if name == "module":
            return self.call(first), 1
        if name == "data":
            if len(names) > 1:
                return self.resource(f"data.{first}.{names[1]}"), 2
            raise FailedError(f"data.{first}", "is not declared")
        if name == "resource" and len(names) > 1:  # the long form of a reference
            return self.resource(f"{first}.{names[1]}"), 2
        if name == "path":
            return path_value(first, self.module, self.run), 1
        if name == "ephemeral" and len(names) > 1:
            address = self.address(f"ephemeral.{first}.{names[1]}")
            return self.run.assumed(unknown(address, "is known only while Terraform runs")), 2
        if name in _WORKSPACE and first == "workspace":
            return workspace_value(f"{name}.workspace", self.run), 1
        if f"{name}.{first}" == BROKEN_VALUE:
            raise FailedError("this line", "has a syntax error", located=True)
        if name in _ELSEWHERE:
            return self.run.assumed(unknown(f"{name}.{first}", _ELSEWHERE[name])), 1
        return self.resource(f"{name}.{first}"), 1

    def variable(self, name: str) -> Value:
        """`var.name`."""
        block = self.module.variables.get(name)
        return self._memoised(
            f"var.{name}", lambda: variable_value(self, name), block.header if block else None
        )

    def given(self, name: str) -> Value | None:
        """The value that the call gives to a variable; None if it gives none."""
        return None if self._given is None else self._given(name)

    def written_keys(self) -> WrittenKeys:
        """What its expressions say of keys."""
        if self._keys is None:
            self._keys = self._written_keys()
        return self._keys

    def _written_keys(self) -> WrittenKeys:
        return keys_of_all(map(self.keys_written_at, self.places_of_keys()))

    def places_of_keys(self) -> tuple[str, ...]:
        """The names of all that may say something of keys."""
        return places_of_keys(self.module)

    def keys_written_at(self, name: str) -> WrittenKeys:
        """What a local, an output, a resource or a call says of keys."""
        return keys_written_at(self.module, name)

    def keys(self, name: str) -> dict[str, bool]:
        """The keys by which sources name elements of a block, a local, or an output of a call.

        Args:
            name: `aws_x.y`, `data.aws_x.y`, `module.m`, `local.l` or `module.m.o`.

        Returns:
            Of each key whether the element has to be there.
        """
        return keys_by(self.written_keys(), name, self.caller)

    def type(self, name: str) -> Type:
        """The type of a variable."""
        known = self.module.types.get(name)
        if known is None:
            known = self.module.types[name] = declared_type(self.module, name)
        return known

    def local(self, name: str) -> Value:
        """`local.name`."""
        attribute = self.module.locals.get(name)
        if attribute is None:
            return self.run.assumed(unknown(self.address(f"local.{name}"), MISSING_LOCAL))
        key, written = f"local.{name}", attribute.expression

        def read() -> Value:
            found = members_of(written, self, {})
            return named(found, written, self.address(key), self.run)

        return self._memoised(key, read, attribute.place)

    def has_output(self, name: str) -> bool:
        """Whether there may be an output of a name. A stand-in leaves some of its module's out."""
        return name in self.module.outputs or is_stand_in(self.module.folder)

    def output(self, name: str) -> Value:
        """The value of an output, as the caller sees it."""
        block = self.module.outputs.get(name)
        body = block.body if block else Body({}, ())
        attribute = body.attributes.get("value")
        if attribute is None:
            symbol = f"{self.prefix}{name}" if self.prefix else self.address(f"output.{name}")
            left_out = is_stand_in(self.module.folder)
            why = LEFT_OUT_OF_STAND_IN if left_out else "is not an output of that module"
            return self.run.assumed(unknown(symbol, why))
        found = self._memoised(
            f"output.{name}", lambda: members_of(attribute.expression, self, {}), attribute.place
        )
        if is_sensitive(body):
            self.run.hidden.hide(found)
        return found

    def _memoised(self, key: str, read: Callable[[], Value], place: Span | None) -> Value:
        kept = f"?{key}" if self.run.explores_defaults else key
        return self._remembered(
            self._values, kept, lambda: self.guarded(self.address(key), read, place)
        )

    def _remembered(self, memo: Memo[K, T], key: K, compute: Callable[[], T]) -> T:
        """A value from a memo, else computed, and kept there with what it hangs on."""
        known = memo.get(key)
        if known is None:
            known = self.run.effects.once(memo, key, compute)
            assert known is not None
        return known

    def guarded(self, name: str, read: Callable[[], Value], place: Span | None) -> Value:
        """A value that has a name: unknown where it fails, depends on itself, or is too deep."""
        run = self.run
        if name in self._pending:
            return self._circular(name, name, place)
        if run.depth > DEEPEST_CHAIN // 2:
            run.effects.shareable = False  # the next scenario may begin in the middle of it
        if run.depth > DEEPEST_CHAIN:
            if place is not None:
                run.complain(place, f"{name} depends on more than {DEEPEST_CHAIN} values in a row")
            return Unknown((Need(name, "depends on too many values in a row"),))
        self._pending[name] = run.depth_of_states
        run.depth += 1
        try:
            found = read()
        except FailedError as error:
            if error.impossible:
                run.effects.report(Impossible())
            return Unknown((error.need,), place=place)
        except RecursionError:
            run.effects.shareable = False
            if place is not None:
                run.complain(place, f"{name} is nested too deeply")
            return Unknown((Need(name, "is nested too deeply"),))
        except Exception as error:  # noqa: BLE001 (one value must not cost the others)
            run.effects.report(crash_at(place or Span(self.module.folder, 1, 1, 1, 1), error))
            return Unknown((Need(name, "could not be evaluated"),))
        finally:
            run.depth -= 1
            del self._pending[name]
        if type(found) is not Known and weight(found, run.weights) > HEAVIEST:
            if place is not None:
                run.complain(place, f"{name} has more than {HEAVIEST} parts")
            return Unknown((Need(name, "has too many parts"),))
        return found

    def _circular(self, pending: str, name: str, place: Span | None) -> Unknown:
        """What stands for something that is asked for while it is being evaluated."""
        self.run.effects.shareable = False
        # Through the states of other roots it rests on itself as it was before.
        if place is not None and self._pending[pending] == self.run.depth_of_states:
            self.run.complain(place, f"{name} depends on itself")
        return Unknown((Need(name, "depends on itself"),))

    def resource(self, address: str) -> Value:
        """A whole resource or data source, or all its instances."""
        block = self.module.resources.get(address)
        if block is None:
            return self.run.assumed(unknown(self.address(address), "is not declared"))
        return self.instances(address).value

    def users_left_out(self, address: str) -> tuple[str, ...]:
        """The types of what is written to use a resource, and is left out by its count.

        That may be in another module: an id that an output hands on is used under that one's name.
        """
        found = dict.fromkeys(self.every_user_left_out().get(address, ()))
        if self.caller is not None:
            caller, name = self.caller
            if self._ids_put_out is None:
                self._ids_put_out = ids_put_out(self.module)
            for output in self._ids_put_out.get(address, ()):
                found |= dict.fromkeys(caller.users_left_out(f"module.{name}.{output}"))
        return tuple(sorted(found))

    def every_user_left_out(self) -> Mapping[str, tuple[str, ...]]:
        """The types of what its counts leave out, by what is written to be used."""
        return self._remembered(self._left_out, "", self._users_left_out)

    def _users_left_out(self) -> Mapping[str, tuple[str, ...]]:
        may_be = self.may_be_left_out()
        gone = {one: self.references(one) for one in may_be if self.is_left_out(one)}
        return users_left_out(self.module, gone, self._left_out_by_calls())

    def references(self, address: str) -> frozenset[str]:
        """What a declared resource refers to."""
        return references(self.module, address)

    def may_be_left_out(self) -> tuple[str, ...]:
        """The addresses of the resources of which there may be none."""
        return may_be_left_out(self.module)

    def is_left_out(self, address: str) -> bool:
        """Whether there is no instance of a declared resource."""
        return not self.instances(address).all

    def _left_out_by_calls(self) -> Iterator[tuple[str, Mapping[str, tuple[str, ...]]]]:
        for name, block in self.module.calls.items():
            scopes = list(self.called(name))
            yield from ((name, scope.every_user_left_out()) for scope in scopes)
            folder = None if scopes else called_folder(self, name, block)
            module = self.run.module(folder)[0] if isinstance(folder, str) else None
            if module is not None:
                yield name, users_in(module)

    def instances(self, address: str) -> BlockInstances[ResourceInstance]:
        """The instances of a declared resource."""
        known = self._instances.get(address)
        if known is not None:
            return known
        if f"*{address}" in self._pending:
            name, place = self.address(address), self.module.resources[address].header
            empty: BlockInstances[ResourceInstance] = BlockInstances(name)
            empty.value = self._circular(f"*{address}", name, place)
            return empty
        return self._remembered(self._instances, address, lambda: self._expanded(address))

    def _expanded(self, address: str) -> "BlockInstances[ResourceInstance]":
        block = self.module.resources[address]
        self._pending[f"*{address}"] = self.run.depth_of_states
        try:
            return expand(
                block,
                self.address(address),
                self,
                lambda full, env, maybe: self.instance(block, address, full, env, maybe),
            )
        finally:
            del self._pending[f"*{address}"]

    def instance(
        self, block: Block, local: str, address: str, env: Env, maybe: tuple[Need, ...]
    ) -> ResourceInstance:
        """An instance of a resource: its address in the module, and in the whole stack."""
        return ResourceInstance(self, block, local, address, env, maybe)

    def reader(self, body: Body, env: Env, address: str) -> FieldsReader:
        """What reads the body of a resource or of a module call."""
        return FieldsReader(body, self, env, address)

    def call(self, name: str) -> Value:
        """A called module, or all its instances."""
        found = self.modules(name)
        return found.value if isinstance(found, BlockInstances) else found

    def modules(self, name: str) -> "Called | Value":
        """The instances of a module call, or what is known of a module that is not there."""
        return self._remembered(self._calls, name, lambda: self._modules(name))

    def _modules(self, name: str) -> "Called | Value":
        block = self.module.calls.get(name)
        address = self.address(f"module.{name}")
        if block is None:
            return self.run.assumed(unknown(address, "is not declared"))
        if f"*{name}" in self._pending:
            return self._circular(f"*{name}", address, block.header)
        module = called_module(self, name, block)
        if isinstance(module, str):
            return self.run.assumed(unknown(address, module))
        if address in self.run.inputs.assumptions and isinstance(module, AbsentModule):
            return self.run.assumed(unknown(address, module.why))
        if self.run.modules > MOST_MODULES:
            self.run.effects.shareable = False
            self.run.complain(
                block.header, f"more than {MOST_MODULES} modules are called: the rest is left out"
            )
            return self.run.assumed(unknown(address, "is one of too many modules"))

        absent = module if isinstance(module, AbsentModule) else None
        read = stand_in_module(self, block, absent.stand_ins) if absent else None

        def made(full: str, env: Env, maybe: tuple[Need, ...]) -> ModuleInstance | AbsentInstance:
            if isinstance(module, Module):
                return ModuleInstance(self, block, name, module, full, env, maybe)
            if read is not None:
                return ModuleInstance(self, block, name, read[0], full, env, maybe, read[1])
            return AbsentInstance(self, block, name, module.why, full, env, maybe)

        self._pending[f"*{name}"] = self.run.depth_of_states
        try:
            found = expand(block, address, self, made)
        finally:
            del self._pending[f"*{name}"]
        if absent is not None and found.all:
            report_absent(self, address, block, absent, read[1] if read else None)
        return found

    def callees(self) -> "Iterator[tuple[str, ModuleScope]]":
        """Each call with its module, however often that is there, and whether or not it is."""
        for name, block in self.module.calls.items():
            found = called_folder(self, name, block)
            module, stand_in = None, None
            if isinstance(found, str):
                module = self.run.module(found)[0]
            elif (read := stand_in_module(self, block, found.stand_ins)) is not None:
                module, stand_in = read
            if module is not None:
                address = self.address(f"module.{name}")
                made = ModuleInstance(self, block, name, module, address, {}, (), stand_in)
                yield name, made.scope

    def resources(self) -> Iterator[Resource]:
        """All resources of the module and of those that it calls."""
        for address in self.module.resources:
            for instance in self.instances(address).all:
                yield self._remembered(self._resources, instance, instance.resource)
        for name in self.module.calls:
            yield from self.called_resources(name)

    def called(self, name: str) -> "Iterator[ModuleScope]":
        """The instances of a called module; none if it is not there."""
        found = self.modules(name)
        for instance in found.all if isinstance(found, BlockInstances) else ():
            if isinstance(instance, ModuleInstance):
                yield instance.scope

    def called_resources(self, name: str) -> Iterator[Resource]:
        """The resources of a called module; the call itself if the module is not there."""
        for scope in self.called(name):
            yield from scope.resources()
        yield from self.absent(name)

    def absent(self, name: str) -> tuple[Resource, ...]:
        """The calls of a module that is not there, each as a resource with its arguments."""
        return self._remembered(self._absent, name, lambda: self._absent_calls(name))

    def _absent_calls(self, name: str) -> tuple[Resource, ...]:
        found = self.modules(name)
        calls = found.all if isinstance(found, BlockInstances) else ()
        return tuple(call.resource() for call in calls if isinstance(call, AbsentInstance))


class ModuleInstance:
    """One instance of a module call."""

    def __init__(
        self,
        caller: ModuleScope,
        block: Block,
        name: str,
        module: Module,
        address: str,
        env: Env,
        maybe: tuple[Need, ...],
        stand_in: StandIn | None = None,
    ) -> None:
        arguments = caller.reader(block.body, env, address)
        defaults = stand_in.defaults if stand_in else {}

        def given(argument: str) -> Value | None:
            found = arguments.get(argument) if argument not in NOT_ARGUMENTS else None
            return defaults.get(argument) if found is None else found

        self.address = address
        self.given = given
        caller.run.modules += 1
        call = written_call(caller, block, name, module, stand_in)
        self.scope = caller.inner(
            name,
            module,
            f"{address}.",
            given,
            (*caller.called_from, call),
            tuple(dict.fromkeys((*caller.maybe, *maybe))),
        )

    def get(self, name: str) -> Value:
        """The value of an output."""
        return self.scope.output(name)

    def opened(self, value: Value) -> Value:  # noqa: ARG002 (as Whole has it)
        """All outputs; a stand-in's may be more."""
        module = self.scope.module
        more = unknown(self.address, LEFT_OUT_OF_STAND_IN) if is_stand_in(module.folder) else None
        return Fields({name: self.get(name) for name in module.outputs}, rest=more)


Called: TypeAlias = BlockInstances[ModuleInstance | AbsentInstance]
"""The instances of a module call."""

LEFT_OUT_OF_STAND_IN = "is left out of taskwall's stand-in for that module"
"""Why an output is not known that a module may have, of which a stand-in is read."""

_WORKSPACE = ("terraform", "tofu")
_ELSEWHERE = {
    "terraform": NOT_FROM_SOURCES,
    "tofu": NOT_FROM_SOURCES,
    "each": "is used outside a for_each",
    "count": "is used outside a count",
    "self": "is used outside a resource",
}
