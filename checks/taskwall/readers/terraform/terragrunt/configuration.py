"""The configuration of a unit: its own file, with those that it includes or reads."""

import os
from collections.abc import Iterator, Mapping
from functools import partial

from msgspec import Struct

from taskwall.core.paths import encloses, repository_of
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Reference,
    Span,
    Value,
    dereferenced,
    needs,
    unknown,
)
from taskwall.readers.terraform.evaluation.context import Function
from taskwall.readers.terraform.evaluation.expressions import value_of
from taskwall.readers.terraform.evaluation.module import ModuleScope
from taskwall.readers.terraform.evaluation.run import RootEvaluation
from taskwall.readers.terraform.modules import SourceFile, module_of
from taskwall.readers.terraform.syntax.tree import (
    AccessStep,
    Attr,
    Attribute,
    Block,
    Index,
    Literal,
    ObjectExpression,
)
from taskwall.readers.terraform.terragrunt.context import Unit
from taskwall.readers.terraform.terragrunt.dependencies import Dependency, DependencyBlock
from taskwall.readers.terraform.terragrunt.functions import FUNCTIONS, TerragruntFunction
from taskwall.readers.terraform.terragrunt.merging import merged_maps
from taskwall.readers.terraform.values.values import FailedError
from taskwall.source.files import UnreadableError

UNIT_FILE = "terragrunt.hcl"
"""The file that makes a folder a unit."""

STACK = "terragrunt.stack.hcl"
"""The file that makes units and further stacks of its blocks."""

AUTOMATIC = "terragrunt.autoinclude.hcl"
"""A file beside that of a unit, which overrides it."""

GIVEN = "terragrunt.values.hcl"
"""The file in which Terragrunt keeps the values that a stack gives to a unit."""

MOST_CONFIGURATIONS = 500
"""So many files may be read for a unit, each as often as it is included."""

DEEPEST_READING = 20
"""So many files may include or read one another."""

TOO_MANY = "too many files are read for this unit"

NO_MERGE = "no_merge"
DEEP = "deep"

NO_VALUES = "is not given: no terragrunt.stack.hcl that uses this unit is in the scan"


class Include(Struct, frozen=True):
    """A file that another one includes, and how the two are merged."""

    label: str
    strategy: str
    configuration: "Configuration"

    @property
    def folder(self) -> str:
        """The folder that it is in."""
        return self.configuration.module.folder


class Configuration(ModuleScope):
    """One file of Terragrunt, as it is read for a unit: its locals, includes, blocks and inputs.

    `folder` is that of the file for which it is read: an included file is read for the one that
    includes it, one that `read_terragrunt_config` reads for itself. `reader` is what includes or
    reads it. All that it includes is read with it.
    """

    def __init__(
        self,
        run: RootEvaluation,
        unit: Unit,
        file: SourceFile,
        folder: str,
        reader: "Configuration | None" = None,
        is_included: bool = False,
    ) -> None:
        prefix = f"{unit.name}/"
        super().__init__(run, module_of(os.path.dirname(file.path), (file,)), prefix, prefix)
        self.unit = unit
        self.file = file
        self.folder = folder
        self.led_here: tuple[str, ...] = (*(reader.led_here if reader else ()), file.path)
        """The files that include and read one another to this one."""
        self.files: list[str] = reader.files if reader else []
        """All that is read for the unit, each as often as it is included."""
        self.files.append(file.path)
        self.top: Configuration = reader.top if reader and is_included else self
        """The configuration for which it is read."""
        self.is_included = is_included
        self.handle = f"{unit.folder}/{file.path}"
        self.others: dict[str, Configuration] = reader.others if reader else {}
        """The files that were read for themselves, by their paths."""
        self.bound: str = reader.bound if reader else _bound(run)
        """The folder in which all has to be that is read; "" for anywhere."""
        self.names: Mapping[str, Value] = {}
        """Further names that it knows, such as what a stack makes."""
        self.overriding: tuple[Configuration, ...] = ()
        """What a stack has it include, which comes before what it says itself."""
        self.includes: tuple[Include, ...] = ()
        self.includes = tuple(self._included())

    @property
    def body(self) -> Mapping[str, Attribute]:
        """The attributes that stand in no block."""
        return self.file.parsed.body.attributes

    @property
    def working_folder(self) -> str:
        """The folder from which relative paths lead: that of the file."""
        return self.module.folder

    def function(self, name: str) -> Function | None:
        """A function of Terragrunt."""
        found = FUNCTIONS.get(name)
        return None if found is None else partial(_called, found, self)

    def blocks(self, kind: str) -> tuple[Block, ...]:
        """The blocks of a type in this file."""
        return self.file.parsed.body.blocks_of(kind)

    def value(self, attribute: Attribute) -> Value:
        """The value of an attribute of the file, in whatever block it is."""
        key = f"{attribute.name}@{attribute.place.line}:{attribute.place.column}"
        found = self.run.effects.once(
            self._values,
            key,
            lambda: self.guarded(
                self.address(key),
                lambda: value_of(attribute.expression, self, {}),
                attribute.place,
            ),
        )
        assert found is not None
        return found

    def attribute(self, block: Block, name: str) -> Value | None:
        """The value of an attribute of a block; None if it is not written."""
        found = block.body.attributes.get(name)
        return None if found is None else self.value(found)

    def text(self, block: Block, name: str) -> str | None:
        """The text of an attribute of a block; None if it is not known, or not written."""
        value = dereferenced(self.attribute(block, name))
        return value.data if isinstance(value, Known) and isinstance(value.data, str) else None

    def locals(self) -> Fields:
        """All its locals."""
        places = {name: attribute.place for name, attribute in self.module.locals.items()}
        return Fields({name: self.local(name) for name in places}, places)

    # What it includes, and what comes of that

    def layers(self) -> "Iterator[Configuration]":
        """The files that are merged, each before those that it overrides."""
        yield from self.overriding
        yield self
        for include in reversed(self.includes):
            if include.strategy != NO_MERGE:
                yield from include.configuration.layers()

    def written(self, kind: str, name: str) -> "tuple[Configuration, Block, Attribute] | None":
        """What counts of an attribute that blocks of several files may say."""
        for layer in self.layers():
            for block in layer.blocks(kind):
                if (attribute := block.body.attributes.get(name)) is not None:
                    return layer, block, attribute
        return None

    def inputs(self) -> Value:
        """What it gives to the variables of its module."""
        found = self.run.effects.once(self._values, "=inputs", self._inputs)
        assert found is not None
        return found

    def _inputs(self) -> Value:
        found = self.own_inputs()
        for include in reversed(self.includes):
            if include.strategy != NO_MERGE:
                below = include.configuration.inputs()
                found = merged_maps(below, found, self, deep=include.strategy == DEEP)
        for one in self.overriding:
            found = merged_maps(found, one.own_inputs(), self, deep=False)
        return found

    def own_inputs(self) -> Value:
        """What the file itself gives. An input that fails leaves the others as they are."""
        own = self.body.get("inputs")
        if own is None:
            return Fields({})
        written = own.expression
        if not isinstance(written, ObjectExpression):
            return self.run.opened(self.value(own))
        members = {
            str(one.key.value.data): one for one in written.members if isinstance(one.key, Literal)
        }
        if len(members) < len(written.members):
            return self.run.opened(self.value(own))
        fields = {name: value_of(one.value, self, {}) for name, one in members.items()}
        return Fields(fields, {name: one.place for name, one in members.items()}, place=own.place)

    def dependencies(self) -> dict[str, Dependency]:
        """The units whose outputs it reads, by the names that it gives to them."""
        found: dict[str, Dependency] = {}
        for layer in self.layers():
            for block in layer.blocks("dependency"):
                if block.labels:
                    name = block.labels[0]
                    one = found.setdefault(name, Dependency(name, self))
                    one.declared.append(DependencyBlock(layer, block))
        return found

    def _included(self) -> Iterator[Include]:
        for block in self.blocks("include"):
            label = block.labels[0] if block.labels else ""
            value = self.attribute(block, "path")
            path = dereferenced(value) if value is not None else unknown("path", "is missing")
            name = f'include "{label}"' if label else "include"
            if not isinstance(path, Known) or not isinstance(path.data, str):
                waits = needs(path)
                why = f"{waits[0].name} {waits[0].why}" if waits else "its path is not a string"
                self.run.complain(block.header, f"{name} is not read: {why}")
                continue
            at = os.path.normpath(os.path.join(self.folder, path.data))
            if at in self.led_here:
                self.run.complain(block.header, f"{name} includes a file that it is part of")
                continue
            if self.is_spent():
                self.run.complain(block.header, f"{name} is not read: {TOO_MANY}")
                continue
            file = self.source_file(at, block.header, name)
            if file is not None:
                strategy = self.text(block, "merge_strategy") or "shallow"
                below = Configuration(self.run, self.unit, file, self.folder, self, True)
                yield Include(label, strategy, below)

    def is_spent(self) -> bool:
        """Whether no more files are read: too many were, or each for the next one."""
        return len(self.files) >= MOST_CONFIGURATIONS or len(self.led_here) > DEEPEST_READING

    def source_file(self, path: str, place: Span, name: str) -> SourceFile | None:
        """A file of Terragrunt; None if it cannot be read, which is told at a place."""
        loader = self.run.loader
        if not self.may_look(path):
            self.run.complain(place, f"{name} is not read: {self.shown(path)} is outside")
        elif not loader.exists(path):
            self.run.complain(place, f"{name} is not read: there is no file {self.shown(path)}")
        else:
            try:
                return loader.file(path)
            except UnreadableError as error:
                self.run.effects.report(error.error)
        return None

    def may_look(self, path: str) -> bool:
        """Whether a file may be read: within the repository, or anywhere where there is none."""
        return not self.bound or encloses(self.bound, path)

    def shown(self, path: str) -> str:
        """A path as it is seen from the unit."""
        return os.path.relpath(path, self.unit.folder).replace(os.sep, "/")

    def read(self, path: str) -> Value | None:
        """Another file of Terragrunt, which is read for itself; None if there is none.

        Raises:
            FailedError: it reads itself, or cannot be read.
        """
        at = os.path.normpath(os.path.join(self.folder, path))
        loader = self.run.loader
        if not loader.exists(at) and loader.exists(os.path.join(at, UNIT_FILE)):
            at = os.path.join(at, UNIT_FILE)
        if (known := self.others.get(at)) is not None:
            return known.whole()
        if at in self.led_here or self.is_spent():
            why = TOO_MANY if self.is_spent() else "reads itself"
            raise FailedError(f'read_terragrunt_config("{path}")', why)
        if not self.may_look(at) or not loader.exists(at):
            return None
        try:
            file = loader.file(at)
        except UnreadableError as error:
            raise FailedError(f'read_terragrunt_config("{path}")', "cannot be read") from error
        found = Configuration(self.run, self.unit, file, os.path.dirname(at), self)
        self.others[at] = found
        return found.whole()

    # Names

    def named(self, name: str, steps: tuple[AccessStep, ...]) -> tuple[Value, int]:
        """The value of the leading names of a reference, and how many steps they take.

        Raises:
            FailedError: it is no reference.
        """
        if name in self.names:
            return self.names[name], 0
        step = steps[0] if steps else None
        first = step.name if type(step) is Attr else ""
        if name == "local":
            return super().named(name, steps)
        if name == "include" and type(step) is Index and type(step.key) is Literal:
            return self._include(str(step.key.value.data)), 1
        if name == "include":
            named = any(include.label == first for include in self.includes)
            return (self._include(first), 1) if named else (self._include(""), 0)
        if name == "dependency" and first:
            return self._dependency(first), 1
        if name == "values":
            return self._given_values(), 0
        if name == "feature" and first:
            return self._feature(first), 1
        raise FailedError(f"{name}.{first}" if first else name, "is not declared")

    def _include(self, label: str) -> Value:
        for include in self.includes:
            if include.label == label:
                return include.configuration.whole()
        raise FailedError(f"include.{label}" if label else "include", "is not read")

    def _dependency(self, name: str) -> Value:
        found = self.top.dependencies().get(name) or self.dependencies().get(name)
        if found is None:
            raise FailedError(f"dependency.{name}", "is not declared")
        return self.unit_read(found)

    def unit_read(self, dependency: Dependency) -> Value:
        """A unit whose outputs are read, or the units that its block makes."""
        several = dependency.several()
        if several is None:
            return self._referent(dependency)
        made = {key: self._referent(one) for key, one in several.items()}
        if all(isinstance(key, str) for key in made):
            return Fields({str(key): one for key, one in made.items()})
        return Items(tuple(made.values()))

    def _referent(self, dependency: Dependency) -> Value:
        handle = f"{dependency.reader.handle}/dependency.{dependency.name}"
        self.run.referents.put(handle, dependency, self.taken())
        return Reference(handle, "")

    def _given_values(self) -> Value:
        if self.unit.values is not None:
            return self.unit.values
        path = os.path.join(self.folder, GIVEN)
        if self.run.loader.exists(path):
            file = self.run.loader.file(path)
            attributes = file.parsed.body.attributes
            places = {name: attribute.place for name, attribute in attributes.items()}
            return Fields({name: self.value(one) for name, one in attributes.items()}, places)
        return self.run.assumed(unknown("values", NO_VALUES))

    def _feature(self, name: str) -> Value:
        for layer in self.top.layers():
            for block in layer.blocks("feature"):
                if block.labels == (name,):
                    default = layer.attribute(block, "default")
                    return Fields({"value": default or Known(None)})
        raise FailedError(f"feature.{name}", "is not declared")

    def whole(self) -> Value:
        """All of it as a value, of which the parts are evaluated when they are asked for."""
        self.run.referents.put(self.handle, _Whole(self), self.taken())
        return Reference(self.handle, "")


def _bound(run: RootEvaluation) -> str:
    repository = repository_of(run.boundary) == run.boundary
    return run.boundary if repository and not run.inputs.outside else ""


class _Whole:
    """A file of Terragrunt as a value: what `include` and `read_terragrunt_config` give."""

    def __init__(self, of: Configuration) -> None:
        self._of = of

    def get(self, name: str) -> Value:
        """The locals, the inputs, the source, the dependencies, or another attribute.

        Raises:
            FailedError: there is nothing of that name.
        """
        of = self._of
        if name == "locals":
            return of.locals()
        if name == "inputs":
            return of.inputs()
        if name == "dependency":
            # What another file includes is exposed as it is written, whatever overrides it there.
            return Fields({each: of.unit_read(one) for each, one in of.dependencies().items()})
        for layer in of.layers():
            if (attribute := layer.body.get(name)) is not None:
                return layer.value(attribute)
        for layer in of.layers():
            for block in layer.blocks(name):
                return _fields(layer, block)
        if os.path.basename(of.file.path) == GIVEN:
            raise FailedError(name, "is not a value of this unit")
        raise FailedError(name, f"is not in {os.path.basename(of.file.path)}")

    def opened(self, value: Value) -> Value:  # noqa: ARG002 (as Whole has it)
        """All of it."""
        of = self._of
        found = {name: self.get(name) for name in ("locals", "inputs")}
        return Fields({**{name: of.value(one) for name, one in of.body.items()}, **found})


def _fields(layer: Configuration, block: Block) -> Value:
    """The attributes of a block as a value."""
    return Fields({name: layer.value(one) for name, one in block.body.attributes.items()})


def _called(
    function: TerragruntFunction, configuration: Configuration, arguments: list[Value], _: object
) -> Value:
    return function(arguments, configuration)
