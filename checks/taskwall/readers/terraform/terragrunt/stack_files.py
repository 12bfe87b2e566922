"""Stacks of Terragrunt: files whose blocks make units and further stacks of other folders."""

import os

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.values import Fields, Known, Value, worst_per_scenario
from taskwall.readers.terraform.evaluation.module_sources import AbsentModule
from taskwall.readers.terraform.modules import ModuleLoader, module_of
from taskwall.readers.terraform.syntax.tree import Block
from taskwall.readers.terraform.terragrunt.configuration import STACK, UNIT, Configuration
from taskwall.readers.terraform.terragrunt.context import Unit
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
    """A unit; of one that a stack makes of a folder that is not there, `absent` says why."""

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

    def expand(self, stack: Unit, chain: tuple[str, ...] = ()) -> None:
        """Add what the file of a stack makes, in a folder that may not be there."""
        try:
            file = self._loader.file(stack.file)
        except UnreadableError as error:
            self.errors.append(error.error)
            return
        module = module_of(stack.folder, (file,))
        run = unit_evaluation(stack, module, self._loader, self._inputs, {}, self._boundary)
        configuration = configuration_of(stack, run)
        for block in (*configuration.blocks("unit"), *configuration.blocks("stack")):
            if len(self.units) < MOST_UNITS and not _is_disabled(configuration, block):
                self._make(configuration, block, (*chain, stack.file))
        self.errors += run.effects.reported(SourceError)

    def _make(self, stack: Configuration, block: Block, chain: tuple[str, ...]) -> None:
        name = f'{block.type} "{".".join(block.labels)}"'
        path, source = stack.text(block, "path"), stack.text(block, "source")
        if path is None or not block.labels:
            stack.run.complain(block.header, f"{name} has no path that is known")
            return
        folder = made_folder(stack, block, path)
        values = stack.attribute(block, "values") or Fields({})
        unit = Unit(folder, "", stack.run.opened(values), block.header)
        wanted = UNIT if block.type == "unit" else STACK
        found = self._file(stack, block, folder, wanted, source)
        if isinstance(found, AbsentModule):
            self.units.append(MadeUnit(replace(unit, file=stack.file.path), source or "", found))
        elif found in chain or len(chain) > DEEPEST_STACK:
            stack.run.complain(block.header, f"{name} makes a stack that it is part of")
        elif not self._loader.exists(found):
            shown = stack.shown(found)
            stack.run.complain(block.header, f"{name} is not read: there is no file {shown}")
        else:
            self.used.add(found)
            if block.type == "unit":
                self.units.append(MadeUnit(replace(unit, file=found), source or ""))
            else:
                self.expand(replace(unit, file=found), chain)

    def _file(
        self, stack: Configuration, block: Block, folder: str, name: str, source: str | None
    ) -> str | AbsentModule:
        """The file that a unit or stack is made of, or why it is not there."""
        made = os.path.join(folder, name)
        if self._loader.exists(made):
            return made
        said = stack.attribute(block, "source") or Known(None)
        found = module_folder(stack.run, said, source or "", "")
        return found if isinstance(found, AbsentModule) else os.path.join(found, name)


def made_folder(stack: Configuration, block: Block, path: str) -> str:
    """The folder in which a unit or a stack is made."""
    beside = _truth(stack.attribute(block, "no_dot_terragrunt_stack"))
    base = stack.folder if beside else os.path.join(stack.folder, MADE)
    return os.path.normpath(os.path.join(base, path))


def _is_disabled(stack: Configuration, block: Block) -> bool:
    value = stack.attribute(block, "enabled")
    return value is not None and _truth(value) is False


def _truth(value: Value | None) -> bool | None:
    found = None if value is None else worst_per_scenario(value)
    return found.data if isinstance(found, Known) and isinstance(found.data, bool) else None
