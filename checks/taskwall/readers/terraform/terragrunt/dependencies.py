"""What a unit reads of other units: their outputs.

`mock_outputs` are no outputs: what is in them is made up for the time before there are any. So
their values are never taken, and only tell that there is such an output.
"""

import os

from msgspec import Struct

from taskwall.core.values import Fields, Reference, Value, dereferenced, unknown
from taskwall.readers.terraform.evaluation.context import Outputs
from taskwall.readers.terraform.syntax.tree import Block
from taskwall.readers.terraform.terragrunt.context import ConfigurationContext
from taskwall.readers.terraform.values.values import FailedError

NOT_THERE = "is an output of a unit that is not in the scan"
MOCKED = "is known only by mock_outputs"


class DependencyBlock(Struct, frozen=True):
    """A block of a dependency, and the file that it stands in."""

    configuration: ConfigurationContext
    block: Block


class Dependency:
    """A unit whose outputs are read, as a value.

    `declared` are the blocks that say what it is: an earlier one overrides what a later one says.
    """

    def __init__(self, name: str, reader: ConfigurationContext) -> None:
        self._name = name
        self._reader = reader
        self.declared: list[DependencyBlock] = []

    def folder(self) -> str | None:
        """The folder of the unit; None if it is not known."""
        for one in self.declared:
            path = one.configuration.text(one.block, "config_path")
            if path:
                at = os.path.normpath(os.path.join(one.configuration.folder, path))
                return os.path.dirname(at) if at.endswith(".hcl") else at
        return None

    def mocks(self) -> frozenset[str]:
        """The outputs for which there are mocks."""
        values = (one.configuration.attribute(one.block, "mock_outputs") for one in self.declared)
        found = (dereferenced(value) for value in values if value is not None)
        return frozenset(name for one in found if isinstance(one, Fields) for name in one.fields)

    def get(self, name: str) -> Value:
        """Its outputs, or what is written of it.

        Raises:
            FailedError: something else is asked for.
        """
        if name == "outputs":
            return self._outputs()
        for one in self.declared:
            value = one.configuration.attribute(one.block, name)
            if value is not None:
                return value
        raise FailedError(f"dependency.{self._name}.{name}", "is not read")

    def opened(self, value: Value) -> Value:  # noqa: ARG002 (as Whole has it)
        """All of it."""
        return Fields({"outputs": self.get("outputs")})

    def _outputs(self) -> Value:
        run, folder = self._reader.run, self.folder()
        outputs = run.states.outputs_of(folder) if run.states is not None and folder else None
        handle = f"{self._reader.handle}/dependency.{self._name}.outputs"
        whole = _DependencyOutputs(self._name, self._reader, self.mocks(), outputs)
        run.referents.put(handle, whole, self._reader.taken())
        return Reference(handle, "")


class _DependencyOutputs:
    """The outputs of another unit."""

    def __init__(
        self,
        name: str,
        reader: ConfigurationContext,
        mocks: frozenset[str],
        outputs: Outputs | None,
    ) -> None:
        self._name = f"dependency.{name}.outputs"
        self._reader = reader
        self._mocks = mocks
        self._outputs = outputs

    def get(self, name: str) -> Value:
        """The value of an output.

        Raises:
            FailedError: there is none.
        """
        found = None if self._outputs is None else self._outputs.output(name)
        if found is not None:
            return found
        if name in self._mocks:
            return self._unknown(f"{self._name}.{name}", MOCKED)
        if self._outputs is None:
            return self._unknown(f"{self._name}.{name}", NOT_THERE)
        raise FailedError(f"{self._name}.{name}", "is not an output of that unit")

    def opened(self, value: Value) -> Value:  # noqa: ARG002 (as Whole has it)
        """All outputs."""
        if self._outputs is None:
            return self._unknown(self._name, NOT_THERE)
        names = dict.fromkeys((*self._outputs.names, *sorted(self._mocks)))
        return Fields({name: self.get(name) for name in names})

    def _unknown(self, name: str, why: str) -> Value:
        return self._reader.run.assumed(unknown(name, why))
