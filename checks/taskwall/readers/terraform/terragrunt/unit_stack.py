"""A unit of Terragrunt as a stack: the root module that it comes to, with what it gives to it."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial

from msgspec.structs import replace

from taskwall.core.values import (
    Fields,
    Known,
    Origin,
    Scenario,
    Span,
    Unknown,
    Value,
    needs,
    unknown,
)
from taskwall.readers.terraform.evaluation.module import ModuleScope
from taskwall.readers.terraform.evaluation.module_sources import AbsentModule
from taskwall.readers.terraform.evaluation.run import RootEvaluation
from taskwall.readers.terraform.evaluation.variables import supplied
from taskwall.readers.terraform.modules import Module, SourceFile, module_of
from taskwall.readers.terraform.stack import Shared, TerraformStack
from taskwall.readers.terraform.suppressions import suppressions
from taskwall.readers.terraform.syntax.tree import (
    Attribute,
    Block,
    Body,
    Expression,
    FunctionCall,
    Later,
    Literal,
    ObjectExpression,
)
from taskwall.readers.terraform.terragrunt.configuration import STACK, Configuration
from taskwall.readers.terraform.terragrunt.units import (
    ResolvedUnit,
    configuration_of,
    unit_evaluation,
)
from taskwall.readers.terraform.values.sensitive import sensitive
from taskwall.readers.terraform.values.values import doubts
from taskwall.source.context import SourceTie
from taskwall.source.files import Files
from taskwall.source.resource import ABSENT, Resource, Suppression
from taskwall.source.stack import AbsentSource, Evaluation, Inputs, SourceError


class UnitStack(TerraformStack):
    """A unit, with the module that it runs and those that this one calls."""

    def __init__(self, found: ResolvedUnit, files: Files, inputs: Inputs, boundary: str) -> None:
        given = replace(inputs, var_files=(*found.var_files, *inputs.var_files))
        super().__init__(found.module, files, given, boundary)
        self.name = found.unit.folder
        self.found = found

    def scope(
        self, scenario: Scenario, label: str = "", shared: frozenset[str] = frozenset()
    ) -> ModuleScope:
        """The root module under a scenario, as nothing of it is evaluated yet."""
        found = self.found
        run = unit_evaluation(
            found.unit,
            self.root,
            self._loader,
            self.inputs,
            scenario,
            self.boundary,
            label,
            shared,
        )
        run.context = self.context
        for error in found.errors:
            run.effects.report(error)
        # Many scopes are made of which nothing is asked that hangs on it.
        configuration = cache(partial(configuration_of, found.unit, run))
        if found.absent is not None and found.stand_in is None:
            return _AbsentUnit(run, found, found.absent, configuration)
        if found.absent is not None and found.stand_in is not None:
            run.effects.report(_absence(run, found, found.absent, found.stand_in.title))
        defaults = found.stand_in.defaults if found.stand_in else {}
        given = _given(supplied(run), configuration, defaults)
        return ModuleScope(run, self.root, given=given, called_from=(found.call,))

    def _evaluate(self, scenario: Scenario, shared: Shared) -> Evaluation:
        return self._evaluation(shared.evaluated(scenario), scenario)

    @property
    def files(self) -> frozenset[str]:
        """Every source file that takes part, those of Terragrunt included."""
        return super().files.union(self.found.files, self.found.var_files)

    def dependencies(self) -> Iterable[SourceTie]:
        """The units whose outputs it reads."""
        for name, folder, place in self.found.dependencies:
            yield SourceTie(self.name, f"dependency.{name}", place, "dependency", folder)

    def local_calls(self) -> set[str]:
        """The folder of its module, or those that this one calls if that is its own folder."""
        if self.root.folder != self.name:  # a stack may make a unit of a root
            return {self.root.folder, self.found.unit.written_in} - {self.name}
        return super().local_calls()

    def suppressions(self) -> tuple[tuple[Suppression, ...], tuple[SourceError, ...]]:
        """The suppressions in all its files, and what is wrong with them."""
        inner, wrong = super().suppressions()
        own = (Module(self.name, tuple(self._written()), {}, {}, {}, {}, {}, ()),)
        found, more = suppressions(own)
        return (*inner, *found), (*wrong, *more)

    def secrets(self, file: str) -> tuple[Span, ...]:
        """The stretches of a file whose text is never shown."""
        for source in self._written():
            if source.path == file:
                hidden = sensitive(self.root.variables)
                given = source.parsed.body.attributes.get("inputs")
                members = _members(given.expression) if given else ()
                shown = tuple(one.place for name, one in members if name in hidden)
                return (*self._loader.secrets(source), *shown)
        return super().secrets(file)

    def _written(self) -> Iterator[SourceFile]:
        """The files of Terragrunt."""
        return map(self._loader.file, self.found.files)

    # Where its module is called

    def calling(self) -> tuple[str, Module]:
        """What calls the root module, by the file in which that is written."""
        call, unit = self.found.call, self.found.unit
        own = self._loader.file(call.place.file)
        whole = Span(call.place.file, 1, 1, own.text.count("\n") + 2, 1)
        block = Block("module", (unit.name,), call.place, whole, Later(self._arguments))
        module = module_of(self.name, (own,) if call.place.file == unit.file else ())
        return call.place.file, replace(module, calls={self.name: block})

    def _arguments(self) -> Body:
        """What it gives to its module, as the arguments of a call."""
        run = self.scope({}).run
        configuration = configuration_of(self.found.unit, run)
        inputs = configuration.inputs()
        given = configuration.body.get("inputs")
        written = {one.place: one for _, one in _members(given.expression)} if given else {}
        found = {}
        names, places = (inputs.fields, inputs.places) if isinstance(inputs, Fields) else ((), {})
        for name in names:
            # What a loop makes has no place of its own.
            place = places.get(name) or (given.place if given else None)
            if place is not None:
                here = written.get(place)
                found[name] = here or Attribute(name, place, Later(lambda: _ELSEWHERE))
        return Body(found, ())


_ELSEWHERE = Literal(Span("", 1, 1, 1, 1), Known(None))
"""Stands for what an included file or a loop gives, whose names are not those of the unit."""


def _members(node: Expression) -> Iterator[tuple[str, Attribute]]:
    """The members of the maps that an expression of inputs is made of, each as an argument."""
    if isinstance(node, ObjectExpression):
        for member in node.members:
            if isinstance(member.key, Literal):
                name, value = str(member.key.value.data), member.value
                yield name, Attribute(name, member.place, Later(partial(_same, value)))
    elif isinstance(node, FunctionCall):
        for argument in node.arguments:
            yield from _members(argument)


def _same(node: Expression) -> Expression:
    return node


def _given(
    said: Mapping[str, Value],
    configuration: Callable[[], Configuration],
    defaults: Mapping[str, Value],
) -> Callable[[str], Value | None]:
    """What is given for variables: what the user says comes before what the unit says."""

    def given(name: str) -> Value | None:
        if (value := said.get(name)) is not None:
            return value
        inputs = configuration().inputs()
        if not isinstance(inputs, Fields):
            return Unknown(needs(inputs))
        value = inputs.fields.get(name)
        if value is None and inputs.rest is not None:
            return Unknown((*doubts(inputs), *needs(inputs.rest)))
        return defaults.get(name) if value is None else value

    return given


def _absence(
    run: RootEvaluation, found: ResolvedUnit, absent: AbsentModule, read_as: str | None
) -> AbsentSource:
    """That the module of a unit is not there."""
    what = ("unit", found.call.name, found.source, found.version or None, found.place)
    return AbsentSource(*what, absent.cure, read_as, run.sources.tool_folder)


class _AbsentUnit(ModuleScope):
    """A unit whose module is not there: its outputs are unknown, and its inputs are kept."""

    def __init__(
        self,
        run: RootEvaluation,
        found: ResolvedUnit,
        absent: AbsentModule,
        configuration: Callable[[], Configuration],
    ) -> None:
        super().__init__(run, replace(found.module, locals={}))
        self._found = found
        self._why = absent.why
        self._configuration = configuration
        run.effects.report(_absence(run, found, absent, None))

    def has_output(self, name: str) -> bool:  # noqa: ARG002 (nobody knows)
        """Whether there may be an output of a name."""
        return True

    def output(self, name: str) -> Value:
        """The value of an output, which is not known."""
        return self.run.assumed(unknown(f"{self._found.call.name}.outputs.{name}", self._why))

    def resources(self) -> Iterator[Resource]:
        """The unit as a resource of its inputs."""
        call, unit = self._found.call, self._found.unit
        of_a_stack = os.path.basename(unit.file) == STACK
        inputs = unit.values or Fields({}) if of_a_stack else self._configuration().inputs()
        body = inputs if isinstance(inputs, Fields) else Fields({}, rest=Unknown(needs(inputs)))
        origin = Origin(call.name, call.name, call.place, "terraform")
        yield Resource(ABSENT, origin, replace(body, place=call.place), call.place)
