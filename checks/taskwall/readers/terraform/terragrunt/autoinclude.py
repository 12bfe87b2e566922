"""What a stack has a unit include: it overrides what the unit says itself."""

import os
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.values import Value
from taskwall.readers.terraform.modules import SourceFile
from taskwall.readers.terraform.syntax.stable_lines import StableFile
from taskwall.readers.terraform.syntax.tree import AccessStep, Attr, Block
from taskwall.readers.terraform.terragrunt.configuration import AUTOMATIC, Configuration
from taskwall.source.files import UnreadableError


class AutoInclude(Struct, frozen=True, eq=False):
    """A block `autoinclude`, the stack that it stands in, and the names of its expansion."""

    block: Block
    stack: Configuration
    names: Mapping[str, Value]


class IncludedBlock(Configuration):
    """The block as a configuration: the stack's names are known in it, and the unit's outputs."""

    def __init__(self, found: AutoInclude, reader: Configuration) -> None:
        file = found.stack.file
        parsed = replace(file.parsed, body=found.block.body)
        part = SourceFile(file.path, file.text, parsed, StableFile(parsed))
        super().__init__(reader.run, reader.unit, part, reader.folder, reader, is_included=True)
        self._stack = found.stack
        self.names = found.names

    def named(self, name: str, steps: tuple[AccessStep, ...]) -> tuple[Value, int]:
        """The value of the leading names of a reference, and how many steps they take.

        Raises:
            FailedError: it is no reference.
        """
        step = steps[0] if steps else None
        own = name == "local" and type(step) is Attr and step.name in self.module.locals
        if own or name in self.names or name in ("dependency", "feature"):
            return super().named(name, steps)
        value, taken = self._stack.named(name, steps)
        return self._stack.run.opened(value), taken


def overriding_configurations(configuration: Configuration) -> Iterator[Configuration]:
    """What comes before the configuration of a unit: a block of its stack, or a file beside it."""
    unit = configuration.unit
    if isinstance(unit.autoinclude, AutoInclude):
        yield IncludedBlock(unit.autoinclude, configuration)
        return
    for folder in dict.fromkeys((unit.folder, unit.written_in)):
        path = os.path.join(folder, AUTOMATIC)
        if configuration.run.loader.exists(path):
            try:
                file = configuration.run.loader.file(path)
            except UnreadableError as error:
                configuration.run.effects.report(error.error)
                return
            yield Configuration(
                configuration.run, unit, file, configuration.folder, configuration, True
            )
            return
