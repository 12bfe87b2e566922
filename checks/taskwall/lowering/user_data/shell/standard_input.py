"""Which statements read the input that they share, and what they leave of it to the next one."""

from typing import TYPE_CHECKING

from taskwall.lowering.user_data.machine import Machine, ScriptLine, lines_waiting
from taskwall.lowering.user_data.shell.call import spend
from taskwall.lowering.user_data.shell.command_prefixes import stripped
from taskwall.lowering.user_data.shell.syntax import REDIRECTED_NODES, SILENT_NODES
from taskwall.lowering.user_data.shell.words import ShellWords

if TYPE_CHECKING:
    from tree_sitter import Node

_WITHOUT_INPUT = frozenset(
    (
        "cd", "chmod", "chown", "echo", "mkdir", "printf", "set", "touch", "true",
        "declaration_command", "function_definition", "unset_command", "variable_assignment",
    )
)  # fmt: skip
"""Commands, and kinds of statements, that read no input: it is there for the next one."""


def left_over(shell: ShellWords, node: "Node", given: list[ScriptLine]) -> list[ScriptLine]:
    """What a statement leaves of its input to the next one."""
    if not given or not _may_read(shell, node):
        return given
    row = shell.row_of(node)
    spend(shell.machine, row, sum(1 + len(line.doubt) for line in given))
    return lines_waiting(given, Machine.unknown(f"what line {row + 1} of user data reads"))


def _may_read(shell: ShellWords, node: "Node") -> bool:
    """Whether a statement may read its input."""
    pending = [node]
    for each in pending:
        if each.type in REDIRECTED_NODES:
            pending += each.named_children[: 1 if each.type == "redirected_statement" else None]
        elif each.type == "command":
            words = stripped([shell.text(word) for word in each.named_children])
            if words and words[0] not in _WITHOUT_INPUT:
                return True
        elif each.type not in _WITHOUT_INPUT and each.type not in SILENT_NODES:
            return True
    return False
