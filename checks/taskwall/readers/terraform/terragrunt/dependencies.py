"""What a unit reads of other units: their outputs.

`mock_outputs` are no outputs: what is in them is made up for the time before there are any. So
their values are never taken, and only tell that there is such an output.
"""

import os

from msgspec import Struct

from taskwall.core.values import Fields, Known, Reference, Value, unknown, worst_per_scenario
from taskwall.readers.terraform.evaluation.context import Outputs
from taskwall.readers.terraform.syntax.tree import Block
from taskwall.readers.terraform.terragrunt.context import ConfigurationContext
from taskwall.readers.terraform.values.values import FailedError

NOT_THERE = "is an output of a unit that is not in the scan"
MOCKED = "is known only by mock_outputs"


class DependencyDeclaration(Struct, frozen=True):
    """The block of a dependency, and the file that it stands in."""

    configuration: ConfigurationContext
    block: Block

    def folder(self) -> str | None:
        """The folder of the unit; None if it is not known."""
        path = self.configuration.text(self.block, "config_path")
        if path is None:
            return None
        at = os.path.normpath(os.path.join(self.configuration.folder, path))
        return os.path.dirname(at) if at.endswith(".hcl") else at

    def mocks(self, name: str) -> bool:
        """Whether there is a mock of an output."""
        value = self.configuration.attribute(self.block, "mock_outputs")
        found = None if value is None else worst_per_scenario(value)
        return isinstance(found, Fields) and name in found.fields


class Dependency:
    """A unit whose outputs are read, as a value."""

    def __init__(self, name: str, declared: DependencyDeclaration) -> None:
        self._name = name
        self._declared = declared

    def get(self, name: str) -> Value:
        """Its outputs.

        Raises:
            FailedError: something else is asked for.
        """
        if name != "outputs":
            raise FailedError(f"dependency.{self._name}.{name}", "is not read")
        configuration = self._declared.configuration
        run = configuration.run
        folder = self._declared.folder()
        states = run.states
        outputs = states.outputs_of(folder) if states is not None and folder else None
        handle = f"{configuration.unit.folder}/dependency.{self._name}.outputs"
        whole = _DependencyOutputs(self._name, self._declared, outputs)
        run.referents.put(handle, whole, configuration.taken())
        return Reference(handle, "")

    def opened(self, value: Value) -> Value:  # noqa: ARG002 (as Whole has it)
        """All of it."""
        return Fields({"outputs": self.get("outputs")})


class _DependencyOutputs:
    """The outputs of another unit."""

    def __init__(self, name: str, declared: DependencyDeclaration, outputs: Outputs | None) -> None:
        self._name = f"dependency.{name}.outputs"
        self._declared = declared
        self._outputs = outputs

    def get(self, name: str) -> Value:
        """The value of an output.

        Raises:
            FailedError: there is none.
        """
        mocked = self._declared.mocks(name)
        found = None if self._outputs is None else self._outputs.output(name)
        if found is not None:
            return found
        if self._outputs is not None and not mocked:
            raise FailedError(f"{self._name}.{name}", "is not an output of that unit")
        return self._unknown(f"{self._name}.{name}", MOCKED if mocked else NOT_THERE)

    def opened(self, value: Value) -> Value:  # noqa: ARG002 (as Whole has it)
        """All outputs."""
        if self._outputs is None:
            return self._unknown(self._name, NOT_THERE)
        found = {name: self._outputs.output(name) or Known(None) for name in self._outputs.names}
        return Fields(found)

    def _unknown(self, name: str, why: str) -> Value:
        return self._declared.configuration.run.assumed(unknown(name, why))
