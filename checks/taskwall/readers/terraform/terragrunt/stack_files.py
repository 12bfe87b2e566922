"""Stacks of Terragrunt: files whose blocks make units and further stacks of other folders."""

import os
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.values import Fields, Known, Value, dereferenced
from taskwall.readers.terraform.evaluation.module_sources import AbsentModule
from taskwall.readers.terraform.modules import ModuleLoader, module_of
from taskwall.readers.terraform.syntax.tree import Block
from taskwall.readers.terraform.terragrunt.autoinclude import AutoInclude
from taskwall.readers.terraform.terragrunt.configuration import STACK, UNIT_FILE, Configuration
from taskwall.readers.terraform.terragrunt.context import Unit
from taskwall.readers.terraform.terragrunt.expansion import attribute_of, instances
from taskwall.readers.terraform.terragrunt.units import (
    configuration_of,
    module_folder,
    unit_evaluation,
)
from taskwall.source.files import UnreadableError
from taskwall.source.stack import Inputs, SourceError

MADE = ".terragrunt-stack"
"""The folder in which Terragrunt puts what it makes of a stack, beside its file."""

DEEPEST_STACK = 10
"""So many stacks may be made in each other."""

MOST_UNITS = 2_000
"""So many units a stack may make altogether."""


class MadeUnit(Struct, frozen=True):
    """A unit; of one that a stack makes of a `source` that is not there, `absent` says why."""

    unit: Unit
    source: str = ""
    absent: AbsentModule | None = None


class StackFiles:
    """What a stack makes, with those that it makes."""

    def __init__(self, loader: ModuleLoader, inputs: Inputs, boundary: str) -> None:
        self._loader = loader
        self._inputs = inputs
        self._boundary = boundary
        self.units: list[MadeUnit] = []
        self.errors: list[SourceError] = []
        self.used: set[str] = set()
        """The files of units and stacks that others are made of."""

    def expand(
        self, stack: Unit, chain: tuple[str, ...] = (), injected: tuple["_Part", ...] = ()
    ) -> None:
        """Add what the file of a stack makes, in a folder that may not be there.

        `injected` are blocks of the stack that makes it, which override those of the same names.
        """
        configuration = self._configuration(stack)
        if configuration is None:
            return
        parts = {part.key: part for part in (*_parts(configuration), *injected)}
        named: dict[str, dict[str, Value]] = {"unit": {}, "stack": {}}
        for part in parts.values():
            made = self._paths(part, stack.folder, len(chain))
            if made is not None:
                named[part.block.type][part.block.labels[0]] = made
        configuration.names = {kind: Fields(paths) for kind, paths in named.items()}
        for part in parts.values():
            for names in part.instances():
                if len(self.units) < MOST_UNITS:
                    self._make(part, names, stack.folder, (*chain, stack.file))
        self.errors += configuration.run.effects.reported(SourceError)

    def _configuration(self, stack: Unit) -> Configuration | None:
        try:
            file = self._loader.file(stack.file)
        except UnreadableError as error:
            self.errors.append(error.error)
            return None
        module = module_of(stack.folder, (file,))
        inputs = self._inputs.at(stack.folder)
        run = unit_evaluation(stack, module, self._loader, inputs, {}, self._boundary)
        return configuration_of(stack, run)

    def _paths(self, part: "_Part", base: str, depth: int) -> Value | None:
        """The path of what a block makes, and of the units in it; by key if it is expanded."""
        found: dict[str, Value] = {}
        for names in part.instances() if part.block.labels else ():
            path = part.text("path", names)
            if path is None:
                continue
            folder = part.folder(base, path, names)
            inner: dict[str, Value] = {"path": Known(folder)}
            if part.block.type == "stack" and depth < DEEPEST_STACK:
                file = self._file(part, names, folder, STACK)
                below = Unit(folder, file) if isinstance(file, str) else None
                if below is not None and self._loader.exists(below.file):
                    nested = self._configuration(below)
                    for one in _parts(nested) if nested else ():
                        made = self._paths(one, folder, depth + 1)
                        if made is not None:
                            inner.setdefault(one.block.labels[0], made)
            each = names.get("each")
            key = each.fields.get("key") if isinstance(each, Fields) else None
            found[str(key.data) if isinstance(key, Known) else ""] = Fields(inner)
        if not found:
            return None
        return found[""] if "" in found else Fields(found)

    def _make(
        self, part: "_Part", names: Mapping[str, Value], base: str, chain: tuple[str, ...]
    ) -> None:
        stack, block = part.stack, part.block
        name = f'{block.type} "{".".join(block.labels)}"'
        if _truth(part.value("enabled", names)) is False:
            return
        path = part.text("path", names)
        if path is None or not block.labels:
            stack.run.complain(block.header, f"{name} has no path that is known")
            return
        folder = part.folder(base, path, names)
        values = stack.run.opened(part.value("values", names) or Fields({}))
        automatic = block.body.blocks_of("autoinclude")[:1]
        unit = Unit(folder, "", values, block.header)
        found = self._file(part, names, folder, UNIT_FILE if block.type == "unit" else STACK)
        if isinstance(found, AbsentModule):
            source = part.text("source", names) or ""
            self.units.append(MadeUnit(replace(unit, file=stack.file.path), source, found))
        elif found in chain:
            stack.run.complain(block.header, f"{name} makes a stack that it is part of")
        elif block.type == "stack" and len(chain) > DEEPEST_STACK:
            why = f"more than {DEEPEST_STACK} stacks are made in each other"
            stack.run.complain(block.header, f"{name} is not read: {why}")
        elif not self._loader.exists(found):
            if _truth(part.value("no_validation", names)) is not True:
                shown = stack.shown(found)
                stack.run.complain(block.header, f"{name} is not read: there is no file {shown}")
        elif block.type == "unit":
            self.used.add(found)
            for each in automatic:
                unit = replace(unit, autoinclude=AutoInclude(each, stack, names))
            self.units.append(MadeUnit(replace(unit, file=found)))
        else:
            self.used.add(found)
            inside = (one for each in automatic for one in each.body.blocks)
            injected = (_Part(stack, one) for one in inside if one.type in ("unit", "stack"))
            self.expand(replace(unit, file=found), chain, tuple(injected))

    def _file(
        self, part: "_Part", names: Mapping[str, Value], folder: str, name: str
    ) -> str | AbsentModule:
        """The file that a unit or stack is made of, or why it is not there."""
        made = os.path.join(folder, name)
        if self._loader.exists(made):
            return made
        said = part.value("source", names) or Known(None)
        found = module_folder(part.stack.run, said, part.text("source", names) or "", "")
        return found if isinstance(found, AbsentModule) else os.path.join(found, name)


class _Part(Struct, frozen=True):
    """A block that makes a unit or a stack, or several, and the file in which it stands."""

    stack: Configuration
    block: Block

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from the others of the file; those without a label are all apart."""
        at = self.block.header
        return (self.block.type, *(self.block.labels or (str(at.line), str(at.column))))

    def instances(self) -> Iterator[Mapping[str, Value]]:
        """The names that its block `expansion` makes, once for each thing that it makes."""
        return instances(self.stack, self.block)

    def value(self, name: str, names: Mapping[str, Value]) -> Value | None:
        """The value of an attribute; None if it is not written."""
        return attribute_of(self.stack, self.block, name, names)

    def text(self, name: str, names: Mapping[str, Value]) -> str | None:
        """The text of an attribute; None if it is not known, or not written."""
        value = dereferenced(self.value(name, names) or Known(None))
        return value.data if isinstance(value, Known) and isinstance(value.data, str) else None

    def folder(self, base: str, path: str, names: Mapping[str, Value]) -> str:
        """The folder in which it is made, from that of the stack on."""
        beside = _truth(self.value("no_dot_terragrunt_stack", names))
        return os.path.normpath(os.path.join(base if beside else os.path.join(base, MADE), path))


def _parts(stack: Configuration) -> Iterator[_Part]:
    for block in (*stack.blocks("unit"), *stack.blocks("stack")):
        yield _Part(stack, block)


def _truth(value: Value | None) -> bool | None:
    found = dereferenced(value)
    return found.data if isinstance(found, Known) and isinstance(found.data, bool) else None
