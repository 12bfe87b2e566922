"""Redirections: where output goes, and the files and texts that input comes from."""

from typing import TYPE_CHECKING

from msgspec import Struct

from taskwall.core.values import Need
from taskwall.lowering.user_data.machine import Machine, ScriptLine, lines, opaque
from taskwall.lowering.user_data.shell.words import ShellWords

if TYPE_CHECKING:
    from tree_sitter import Node


class Redirect(Struct, frozen=True):
    """Where output goes."""

    path: str
    append: bool


def redirect_of(shell: ShellWords, node: "Node") -> list[Redirect]:
    """Where a redirection lets output go; none for another stream, and for input."""
    descriptor = node.child_by_field_name("descriptor")
    if descriptor is not None and shell.text(descriptor) != "1":
        return []
    signs = {child.type for child in node.children if not child.is_named}
    to = node.child_by_field_name("destination")
    if to is None or not signs & {">", ">>", "&>", "&>>", ">|", ">&"} or to.type == "number":
        return []
    return [Redirect(shell.word(to), bool(signs & {">>", "&>>"}))]


def input_of(shell: ShellWords, node: "Node", given: list[ScriptLine]) -> list[ScriptLine]:
    """What a command reads where a redirection may say from which file."""
    source = node.child_by_field_name("destination")
    if source is None or all(child.type != "<" for child in node.children):
        return given
    path = shell.path(shell.word(source))
    if path == "/dev/null":
        return []
    return shell.machine.files.get(path) or [opaque(shell.row_of(node), Machine.unknown(path))]


def herestring(shell: ShellWords, node: "Node") -> list[ScriptLine]:
    """The text of a here-string."""
    return lines(shell.word(node.named_children[-1]) + "\n", shell.row_of(node))


def heredoc(
    shell: ShellWords,
    node: "Node",
    given: list[ScriptLine],
    redirects: list[Redirect],
    after: "list[tuple[str, Node]]",
) -> list[ScriptLine]:
    """The text of a here-document.

    The redirections and the statements behind its sign are added to `redirects` and `after`.
    """
    quoted = tabs = False
    how = ""
    for child in node.children:
        if child.type == "<<-":
            tabs = True
        elif child.type == "heredoc_start":
            quoted = any(sign in shell.text(child) for sign in "'\"\\")
        elif child.type == "file_redirect":
            redirects += redirect_of(shell, child)
        elif child.type in ("&&", "||"):
            how = child.type
        elif child.type == "pipeline":
            after.append(("|", child))
        elif child.type == "heredoc_body":
            text = shell.text(child) if quoted else shell.expanded(child)
            if tabs:
                # The body ends before the last line's tabs, which belong to its end.
                text = "\n".join(line.lstrip("\t") for line in text.split("\n"))
            given = lines(text, shell.row_of(child))
        elif child.is_named and child.type != "heredoc_end":
            after.append((how or "|", child))
    return given


def write_output(
    shell: ShellWords, redirects: list[Redirect], found: list[ScriptLine], doubt: tuple[Need, ...]
) -> list[ScriptLine]:
    """Let output go where redirections say; what is left of it."""
    for redirect in redirects[:-1]:
        shell.machine.write(shell.path(redirect.path), [], redirect.append, doubt)
    if not redirects:
        return found
    last = redirects[-1]
    shell.machine.write(shell.path(last.path), found, last.append, doubt)
    return []
