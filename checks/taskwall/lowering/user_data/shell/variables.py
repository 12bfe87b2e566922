"""The shell's variables: assignments, those of a function, and those of one command."""

from collections.abc import Container, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from taskwall.core.patterns import pattern
from taskwall.lowering.user_data.shell.words import ShellWords, positional

if TYPE_CHECKING:
    from tree_sitter import Node

_DECLARES = frozenset(("declare", "typeset"))
_PLAIN_OPTION = pattern(r"-[xrg]*")
"""Options of `declare` that leave a value as it is written; `-i` counts, `-l` writes it small."""


def assign(shell: ShellWords, node: "Node", *, sure: bool) -> None:
    """Give variables the values of a statement that is sure to run, or values not known."""
    declares = shell.text(node.children[0]) if node.type == "declaration_command" else ""
    words = node.named_children if declares else []
    options = [shell.text(each) for each in words if each.type == "word"]
    if declares == "local" or (declares in _DECLARES and not any("g" in o for o in options)):
        _keep(shell, node)
    plain = all(map(_PLAIN_OPTION.fullmatch, options))
    for child in (node, *node.named_children):
        if child.type != "variable_assignment":
            continue
        name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
        appends = any(part.type == "+=" for part in child.children)
        key = shell.text(name).partition("[")[0] if name is not None else ""
        item = name is not None and name.type == "subscript"
        if not sure or appends or item or not plain or key in shell.counted:
            shell.variables[key] = shell.unknown(f"${key}")
        else:
            shell.variables[key] = shell.word(value) if value is not None else ""


def _keep(shell: ShellWords, node: "Node") -> None:
    """Keep for after a function what the variables are that a statement makes its own."""
    if shell.own is None:
        return
    for child in node.named_children:
        name = child.child_by_field_name("name") or child
        key = shell.text(name)
        if name.type == "variable_name" and key not in shell.own:
            shell.own[key] = shell.variables.get(key)
            if name is child:
                shell.variables.pop(key, None)


@contextmanager
def function_scope(
    shell: ShellWords, arguments: list[str], quoted: Container[str]
) -> Iterator[None]:
    """Within a function a shell has the words of its call, and variables of its own."""
    before, outer, own = positional(shell.variables, True), shell.arguments, shell.own
    shell.give(arguments, quoted)
    shell.own = {}
    try:
        yield
    finally:
        _put_back(shell, shell.own)
        shell.own = own
        shell.arguments = outer
        shell.variables = {**positional(shell.variables, False), **before}


@contextmanager
def temporary_variables(shell: ShellWords, values: dict[str, str]) -> Iterator[None]:
    """While a command runs, a shell has the variables that stand before its name: `A=b c`."""
    before = {name: shell.variables.get(name) for name in values}
    shell.variables.update(values)
    try:
        yield
    finally:
        _put_back(shell, before)


def _put_back(shell: ShellWords, values: dict[str, str | None]) -> None:
    """Give variables the values that they had before."""
    for name, value in values.items():
        if value is None:
            shell.variables.pop(name, None)
        else:
            shell.variables[name] = value
