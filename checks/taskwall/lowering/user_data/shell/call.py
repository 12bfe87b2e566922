"""A command as a shell calls it: its arguments, its input, and what it may do to that shell."""

from collections.abc import Callable, Container
from typing import Protocol, TypeAlias

from msgspec import Struct

from taskwall.core.values import Need
from taskwall.lowering.user_data.machine import MAX_WORK, TOO_MUCH, Machine, ScriptLine, opaque
from taskwall.lowering.user_data.marked import is_known
from taskwall.lowering.user_data.quoting import PATTERN_SIGNS

DEEPEST = 40
"""How far statements, and scripts that run scripts, may nest before they are given up."""


class StopError(Exception):
    """The script ends here; `output` is what the statements that it ends have written so far."""

    def __init__(self) -> None:
        super().__init__()
        self.output: list[ScriptLine] = []


class ReturnError(StopError):
    """The function ends here, or the script outside of one."""


def spend(machine: Machine, row: int, work: int) -> None:
    """Count what a script has done; one that does too much is given up."""
    machine.work += work
    if machine.work > MAX_WORK:
        if TOO_MUCH not in machine.unseen:
            machine.anything(row, (TOO_MUCH,))
        raise StopError


class ShellContext(Protocol):
    """The shell that a command is given to."""

    machine: Machine
    variables: dict[str, str]
    arguments: list[str] | None
    row: int
    directory: str
    traps: list[tuple[str, int]]

    def path(self, word: str) -> str:
        """A word as the path that it means where the shell stands."""

    def give(self, arguments: list[str] | None, quoted: Container[str]) -> None:
        """Let a shell have other words of a call; None: words that are not known."""

    def inside(self, row: int, doubt: tuple[Need, ...], depth: int) -> "ShellContext":
        """A shell of its own on the same machine."""

    def run(self, script: str, given: list[ScriptLine] | None = None) -> list[ScriptLine]:
        """Let a script act, with lines as its input; its output."""


class ShellCall(Struct, frozen=True):
    """A command with its arguments and its input."""

    shell: ShellContext
    name: str
    arguments: list[str]
    quoted: frozenset[str]
    """Those that stand in quotes, where no sign is a pattern's."""
    given: list[ScriptLine]
    row: int
    doubt: tuple[Need, ...]
    depth: int

    def unknown_output(self) -> list[ScriptLine]:
        """Output that is known only on the instance."""
        waits = [need for word in self.arguments for need in self.shell.machine.marks.needs(word)]
        needs = tuple(waits) or Machine.unknown(f"the output of {self.name}")
        return [opaque(self.row, needs)]

    def file_doubt(self, word: str, path: str) -> tuple[Need, ...]:
        """What it waits for whether a word names a file that its path can be."""
        machine = self.shell.machine
        if not is_known(path):
            return (*self.doubt, *(machine.marks.needs(path) or Machine.unknown(path)))
        if word in self.quoted and PATTERN_SIGNS.search(word):
            return (*self.doubt, *Machine.unknown(f"a file called {word}"))
        return self.doubt


Command: TypeAlias = Callable[[ShellCall], list[ScriptLine]]
"""Lets a command act; its output."""
