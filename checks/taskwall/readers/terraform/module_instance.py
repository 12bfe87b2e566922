"""One instance of a module call: its arguments, by need, and its outputs."""

from typing import TYPE_CHECKING

from taskwall.readers.terraform.syntax import Block
from taskwall.readers.terraform.unit import Module
from taskwall.values import Call, Fields, Need, Value

if TYPE_CHECKING:
    from taskwall.readers.terraform.evaluate import Env
    from taskwall.readers.terraform.scope import Scope


class ModuleInstance:
    """One instance of a module call."""

    def __init__(
        self,
        caller: "Scope",
        block: Block,
        name: str,
        module: Module,
        address: str,
        env: "Env",
        maybe: tuple[Need, ...],
    ) -> None:
        arguments = caller.reader(block.body, env, address)

        def given(argument: str) -> Value | None:
            return arguments.get(argument) if argument not in _NOT_ARGUMENTS else None

        caller.run.modules += 1
        self.scope = caller.inner(
            name,
            module,
            f"{address}.",
            given,
            (*caller.called_from, Call(f"module.{name}", block.header)),
            tuple(dict.fromkeys((*caller.maybe, *maybe))),
        )

    def get(self, name: str) -> Value:
        """The value of an output."""
        return self.scope.output(name)

    def opened(self, value: Value) -> Value:  # noqa: ARG002 (as Whole has it)
        """All outputs."""
        return Fields({name: self.get(name) for name in self.scope.module.outputs})


_NOT_ARGUMENTS = frozenset({"source", "version", "providers", "count", "for_each", "depends_on"})
