"""What a unit reads of other units: their outputs.

`mock_outputs` are no outputs: what is in them is made up for the time before there are any. So
their values are never taken, and only tell that there is such an output.
"""

import json
import os
from collections.abc import Mapping, Sequence

from msgspec import Struct

from taskwall.core.values import Fields, Known, Reference, Scalar, Value, dereferenced, unknown
from taskwall.readers.terraform.evaluation.context import Outputs
from taskwall.readers.terraform.syntax.tree import Block
from taskwall.readers.terraform.terragrunt.context import ConfigurationContext
from taskwall.readers.terraform.terragrunt.expansion import attribute_of, instances
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
    `names` are `each` or `count`, where its block makes several.
    """

    def __init__(
        self,
        name: str,
        reader: ConfigurationContext,
        declared: Sequence[DependencyBlock] = (),
        names: Mapping[str, Value] | None = None,
    ) -> None:
        self.name = name
        self.reader = reader
        self.declared = list(declared)
        self._names = names or {}

    def several(self) -> dict[Scalar, "Dependency"] | None:
        """Those that its block makes by their keys, or their numbers; None if it makes one."""
        first = self.declared[0]
        if not first.block.body.blocks_of("expansion"):
            return None
        found: dict[Scalar, Dependency] = {}
        for names in instances(first.configuration, first.block):
            key = _key(names)
            name = f"{self.name}[{json.dumps(key)}]"
            found[key] = Dependency(name, self.reader, self.declared, names)
        return found

    def folder(self) -> str | None:
        """The folder of the unit; None if it is not known."""
        for one in self.declared:
            value = dereferenced(self._attribute(one, "config_path") or Known(None))
            path = value.data if isinstance(value, Known) else None
            if isinstance(path, str) and path:
                at = os.path.normpath(os.path.join(one.configuration.folder, path))
                return os.path.dirname(at) if at.endswith(".hcl") else at
        return None

    def _attribute(self, one: DependencyBlock, name: str) -> Value | None:
        return attribute_of(one.configuration, one.block, name, self._names)

    def mocks(self) -> frozenset[str]:
        """The outputs for which there are mocks."""
        values = (self._attribute(one, "mock_outputs") for one in self.declared)
        found = map(dereferenced, values)
        return frozenset(name for one in found if isinstance(one, Fields) for name in one.fields)

    def get(self, name: str) -> Value:
        """Its outputs, or what is written of it.

        Raises:
            FailedError: something else is asked for.
        """
        if name == "outputs":
            return self._outputs()
        for one in self.declared:
            value = self._attribute(one, name)
            if value is not None:
                return value
        raise FailedError(f"dependency.{self.name}.{name}", "is not read")

    def opened(self, value: Value) -> Value:  # noqa: ARG002 (as Whole has it)
        """All of it."""
        return Fields({"outputs": self.get("outputs")})

    def _outputs(self) -> Value:
        run, folder = self.reader.run, self.folder()
        outputs = run.states.outputs_of(folder) if run.states is not None and folder else None
        handle = f"{self.reader.handle}/dependency.{self.name}.outputs"
        whole = _DependencyOutputs(self.name, self.reader, self.mocks(), outputs)
        run.referents.put(handle, whole, self.reader.taken())
        return Reference(handle, "")


def _key(names: Mapping[str, Value]) -> Scalar:
    """What tells one of several apart."""
    (name, bound), *_ = names.items()
    assert isinstance(bound, Fields)
    key = dereferenced(bound.fields["key" if name == "each" else "index"])
    return key.data if isinstance(key, Known) else None


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
