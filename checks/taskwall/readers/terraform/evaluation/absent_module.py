"""The call of a module that is not there: its outputs are unknown, and its arguments are kept."""

from taskwall.core.values import Need, Origin, Value, unknown
from taskwall.readers.terraform.evaluation.context import Env, ModuleContext
from taskwall.readers.terraform.syntax.tree import Block
from taskwall.source.resource import ABSENT, Resource


class AbsentInstance:
    """One instance of the call of a module that is not there."""

    def __init__(
        self,
        caller: ModuleContext,
        block: Block,
        name: str,
        why: str,
        address: str,
        env: Env,
        maybe: tuple[Need, ...],
    ) -> None:
        self._caller = caller
        self._block = block
        self._name = name
        self._why = why
        self.address = address
        self._maybe = maybe
        self._arguments = caller.reader(block.body, env, address)

    def get(self, name: str) -> Value:
        """The value of an output, which is not known."""
        return self._caller.run.assumed(unknown(f"{self.address}.{name}", self._why))

    def opened(self, value: Value) -> Value:  # noqa: ARG002 (as Whole has it)
        """All outputs, of which none is known."""
        return unknown(self.address, self._why)

    def resource(self) -> Resource:
        """The call as a resource: its arguments are its attributes."""
        caller, place = self._caller, self._block.place
        origin = Origin(
            caller.bare_address(f"module.{self._name}"),
            self.address,
            self._block.header,
            "terraform",
            caller.called_from,
            tuple(dict.fromkeys((*caller.maybe, *self._maybe))),
            context=caller.run.context,
        )
        return Resource(ABSENT, origin, self._arguments.all(place), place)
