"""Shell scripts: what they write to which file, by walking the tree that tree-sitter makes.

Nothing is executed. What runs only sometimes (a branch, a loop, the right side of `||`) is
doubtful; what cannot be read (a script fetched from elsewhere, an unknown standing where a command
should) may have done anything.
"""

from collections.abc import Callable
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeAlias

from taskwall.core.patterns import pattern
from taskwall.core.values import Need
from taskwall.lowering.user_data.machine import (
    ON_INSTANCE,
    Machine,
    ScriptLine,
    lines_waiting,
    opaque,
)
from taskwall.lowering.user_data.marked import is_known
from taskwall.lowering.user_data.shell.call import DEEPEST, ReturnError, ShellCall, StopError, spend
from taskwall.lowering.user_data.shell.command_prefixes import stripped
from taskwall.lowering.user_data.shell.commands import ran
from taskwall.lowering.user_data.shell.conditions import is_true, succeeds
from taskwall.lowering.user_data.shell.programs import other_language
from taskwall.lowering.user_data.shell.redirections import (
    Redirect,
    heredoc,
    herestring,
    input_of,
    redirect_of,
    write_output,
)
from taskwall.lowering.user_data.shell.shebang import SHELL_NAMES, interpreter_of
from taskwall.lowering.user_data.shell.standard_input import left_over
from taskwall.lowering.user_data.shell.syntax import (
    QUOTED_NODES,
    REDIRECTED_NODES,
    SILENT_NODES,
    counted_names,
    tree_of,
    with_own_ends,
)
from taskwall.lowering.user_data.shell.variables import assign, function_scope, temporary_variables
from taskwall.lowering.user_data.shell.words import ShellWords

if TYPE_CHECKING:
    from tree_sitter import Node


def run(machine: Machine, script: str, row: int, doubt: tuple[Need, ...]) -> None:
    """Let a script, which begins on a row of the user data, act on a machine."""
    Shell(machine, row, doubt).run(script)


class Shell(ShellWords):
    """One script at work on a machine."""

    def __init__(self, machine: Machine, row: int, doubt: tuple[Need, ...], depth: int = 0) -> None:
        super().__init__(machine, row)
        self.doubt = doubt
        self.depth = depth
        self.functions: dict[str, Node] = {}
        self.called: set[str] = set()
        self.traps: list[tuple[str, int]] = []
        """Texts that are run at a signal, as at the script's end, with their rows."""

    def run(self, script: str, given: list[ScriptLine] | None = None) -> list[ScriptLine]:
        """Let a script act, with lines as its input; its output."""
        found = self._act(script, given or [])
        for name, body in self.functions.items():
            if name not in self.called:  # by name alone: as by `trap finish EXIT`
                self.sometimes(body, [], self.doubt, self.depth)
        for text, row in self.traps:
            needs = Machine.unknown(f"whether the trap in line {row + 1} of user data runs")
            last = Shell(self.machine, row, (*self.doubt, *needs), self.depth)
            last.directory, last.variables = self.directory, self.variables
            last._act(text, [])
        return found

    def _act(self, script: str, given: list[ScriptLine]) -> list[ScriptLine]:
        self.source = with_own_ends(script).encode("utf-8", "replace")
        self.counted = frozenset(counted_names(script))
        for name in self.counted:
            self.variables.pop(name, None)
        try:
            spend(self.machine, self.row, len(script) // 20)
            return self._each(tree_of(self.source).children, given, self.doubt, self.depth)
        except StopError as end:
            return end.output

    def _each(
        self, nodes: "list[Node]", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """Let statements, which have one input, act one after the other."""
        found: list[ScriptLine] = []
        whole = given
        for node, follows in zip_longest(nodes, nodes[1:]):
            if node.is_named:
                # What `&` follows runs in a shell of its own.
                alone = follows is not None and follows.type == "&"
                step = self.subshell if alone else self._statement
                try:
                    found += step(node, given, doubt, depth)
                    given = left_over(self, node, given) if given is whole else given
                except StopError as end:
                    end.output[:0] = found
                    raise
        return found

    def _statement(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """Let a statement act, with lines as its input; its output."""
        if depth > DEEPEST:
            self.machine.anything(self.row_of(node), (Need("user data", "nests too deeply"),))
            return []
        kind = node.type
        self.machine.asked = None
        step = _STATEMENTS.get(kind)
        if step is not None:
            return step(self, node, given, doubt, depth + 1)
        if kind in SILENT_NODES:
            return []
        needs = (Need("a script in user data", "cannot be read in full"),)
        self.machine.anything(self.row_of(node), needs)
        return []

    def group(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """Statements one after the other."""
        return self._each(node.children, given, doubt, depth)

    def sometimes(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """A branch, a loop, a function that is not called: it is known only on the instance."""
        return self._perhaps(node, [], given, doubt, depth)

    def _perhaps(
        self,
        node: "Node",
        done: "list[Node]",
        given: list[ScriptLine],
        doubt: tuple[Need, ...],
        depth: int,
    ) -> list[ScriptLine]:
        """What may be run, but for what has been."""
        need = self._need(node)
        loops_over = node.child_by_field_name("variable")
        if loops_over is not None:
            self.variables.pop(self.text(loops_over), None)
        if node.type in _LOOPS:  # What it sets is another value when it runs once more.
            for name in _SETS.findall(self.text(node)):
                self.variables.pop(name, None)
        nodes = [child for child in node.children if child not in done]
        try:
            found = self._each(nodes, given, (*doubt, need), depth)
        except StopError as end:
            found = end.output
        self.machine.missing.pop(need, None)  # others in this line wait for the same words
        return lines_waiting(found, (need,))

    def _need(self, node: "Node") -> Need:
        """What it waits for whether a part of a statement runs."""
        what = f"{_WAITED_FOR.get(node.type, 'a condition')} in line {self.row_of(node) + 1}"
        return Need(f"{what} of user data", ON_INSTANCE)

    def _asked(self, left: "Node", need: Need, *, fails: bool) -> None:
        """Note which rule of iptables, asked for just now, is missing where a need is waited for.

        That is so where the second part runs if the first fails: `iptables -C ... || ...`.
        """
        inner = left.child_by_field_name("body") if left.type == "redirected_statement" else left
        negated = inner is not None and inner.type == "negated_command"
        self.machine.missing[need] = self.machine.asked if fails is not negated else None

    def function(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """A function, which acts where it is called; one that is never called may act."""
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None or body is None:
            return self.sometimes(node, given, doubt, depth)
        key = self.text(name)
        if doubt:  # whichever of the same name is called
            for one in (self.functions.pop(key, None), node):
                if one is not None:
                    self.sometimes(one, given, doubt, depth)
            return []
        self.functions[key] = body
        return []

    def _call(
        self,
        name: str,
        arguments: list[str],
        in_quotes: set[str],
        given: list[ScriptLine],
        row: int,
        doubt: tuple[Need, ...],
        depth: int,
    ) -> list[ScriptLine]:
        """Let a function of the script act; its output, if it comes to its end."""
        self.called.add(name)
        spend(self.machine, row, PER_CALL)
        with function_scope(self, arguments, in_quotes):
            try:
                return self._statement(self.functions[name], given, doubt, depth)
            except ReturnError as end:
                return end.output

    def chain(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """Two commands joined by `&&` or `||`."""
        found, right, waits = self._left(node, given, doubt, depth)
        if waits is None:
            return found
        try:
            given = left_over(self, node.named_children[0], given)
            return found + lines_waiting(self._statement(right, given, waits, depth), waits)
        except StopError as end:
            end.output[:0] = found
            raise

    def _left(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> "tuple[list[ScriptLine], Node, tuple[Need, ...] | None]":
        """Let the first of two joined commands act; its output, and the second command.

        With it what its running waits for; None: it never runs.
        """
        left, right = node.named_children[0], node.named_children[-1]
        both = any(child.type == "&&" for child in node.children)
        holds, need = is_true(self, left), self._need(node)
        found = self._statement(left, given, doubt, depth)
        self._asked(left, need, fails=not both)
        if holds is not None:
            return found, right, doubt if holds is both else None
        return found, right, doubt if both and succeeds(self, left) else (*doubt, need)

    def branches(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """The branches of an `if`: the one whose condition holds, else those that may be run."""
        clauses = [c for c in node.children if c.type in ("elif_clause", "else_clause")]
        for at, clause in enumerate((node, *clauses)):
            conditions = [
                child
                for number, child in enumerate(clause.children)
                if child.is_named and clause.field_name_for_child(number) == "condition"
            ]
            if clause.type == "elif_clause":
                conditions = clause.named_children[:1]
            holds = is_true(self, conditions[0]) if len(conditions) == 1 else None
            if clause.type == "else_clause" or holds:
                own = [child for child in clause.children if child not in clauses]
                return self._each(own, given, doubt, depth)
            if holds is None:
                first = self._each(conditions, given, doubt, depth)
                for last in conditions[-1:]:
                    self._asked(last, self._need(clause), fails=False)
                open_ = clauses[at - 1 :] if at else [node]
                found = [self._perhaps(c, conditions, given, doubt, depth) for c in open_]
                return [line for part in (first, *found) for line in part]
        return []

    def pipeline(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """Commands, each of which reads what the one before it writes."""
        for child in node.named_children:
            given = self.subshell(child, given, doubt, depth)
        return given

    def subshell(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """A statement in a shell of its own: the outer one keeps its variables and goes on."""
        directory, variables, arguments = self.directory, self.variables, self.arguments
        self.variables = dict(variables)
        try:
            step = self.group if node.type == "subshell" else self._statement
            return step(node, given, doubt, depth)
        except StopError as end:
            return end.output
        finally:
            self.directory, self.variables, self.arguments = directory, variables, arguments

    def redirected(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """A statement whose output goes to files, or whose input is a text of the script."""
        body = node.child_by_field_name("body")
        outer = given
        redirects: list[Redirect] = []
        after: list[tuple[str, Node]] = []
        for child in node.named_children:
            if child.type == "heredoc_redirect":
                given = heredoc(self, child, given, redirects, after)
            elif child.type == "herestring_redirect":
                given = herestring(self, child)
            elif child.type == "file_redirect":
                redirects += redirect_of(self, child)
                given = input_of(self, child, given)
        before: list[ScriptLine] = []
        found: list[ScriptLine] = []
        ended: StopError | None = None
        if body is not None and body.type == "list":
            # The redirections are those of the last command.
            left = body.named_children[0]
            before, body, waits = self._left(body, outer, doubt, depth)
            if waits is None:
                return before
            given = left_over(self, left, outer) if given is outer else given
            doubt = waits
        if body is not None:
            try:
                found = self._statement(body, given, doubt, depth)
            except StopError as end:
                found, ended = end.output, end
        found = before + lines_waiting(write_output(self, redirects, found, doubt), doubt)
        if ended is not None:
            ended.output = found
            raise ended
        for how, statement in after:
            sure = how == "|" or (how == "&&" and body is not None and succeeds(self, body))
            feed = found if how == "|" else []
            step = self.subshell if how == "|" else self._statement
            waits = doubt if sure else (*doubt, self._need(node))
            out = lines_waiting(step(statement, feed, waits, depth), waits)
            found = out if how == "|" else found + out
        return found

    def assignment(
        self, node: "Node", _given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """Variables, as far as a script settles them."""
        self._let_write([node], doubt, depth)
        assign(self, node, sure=not doubt)
        return []

    def unset(
        self, node: "Node", _given: list[ScriptLine], _doubt: tuple[Need, ...], _depth: int
    ) -> list[ScriptLine]:
        """Variables that have no value from here on."""
        for child in node.named_children:
            self.variables.pop(self.text(child), None)
        return []

    def command(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """One command, before whose name redirections may stand."""
        redirects: list[Redirect] = []
        for child in node.named_children:
            if child.type == "file_redirect":
                redirects += redirect_of(self, child)
                given = input_of(self, child, given)
        found = self._command(node, given, doubt, depth)
        return write_output(self, redirects, found, doubt)

    def _command(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        words: list[str] = []
        in_quotes = set[str]()
        own: dict[str, str] = {}
        found: list[str] = []
        end = -1
        for child in node.named_children:
            if child.type == "variable_assignment":
                named, value = child.child_by_field_name("name"), child.child_by_field_name("value")
                if named is not None:
                    own[self.text(named)] = self.word(value) if value is not None else ""
            elif child.type == "herestring_redirect":
                given = herestring(self, child)
            elif child.type != "file_redirect":
                before, found = found, self.words([child])
                if before and child.start_byte == end and self.text(child).startswith("\\"):
                    # The grammar takes a word apart at its backslash: `"a"\$b`.
                    found[:1] = [words.pop() + "".join(found[:1])]
                words += found
                end = child.end_byte
                if child.type in QUOTED_NODES:
                    in_quotes.update(found)
        row = self.row_of(node)
        spend(self.machine, row, PER_COMMAND)
        called = node.child_by_field_name("name")
        self._let_write([child for child in node.named_children if child != called], doubt, depth)
        words = stripped(words)
        if not words:
            return []
        if not is_known(words[0][:1]):
            if self._prints_nothing(node, doubt, depth):
                return []
            needs = self.machine.marks.needs(words[0])
            self.machine.anything(row, (*doubt, *needs))
            return [opaque(row, needs)]
        with temporary_variables(self, own):
            if words[0] in self.functions:
                return self._call(words[0], words[1:], in_quotes, given, row, doubt, depth)
            name, step = words[0].rpartition("/")[2], ran
            if name != words[0] and (by := interpreter_of(self, words[0])):
                name, words = by, ["", *words]
                step = ran if by in SHELL_NAMES else other_language
            call = ShellCall(self, name, words[1:], frozenset(in_quotes), given, row, doubt, depth)
            return step(call)

    def _let_write(self, words: "list[Node]", doubt: tuple[Need, ...], depth: int) -> None:
        """Let those statements in `$(...)`, `<(...)` or `>(...)` act that write to a file."""
        pending = [*words]
        for each in pending:
            if each.type in ("command_substitution", "process_substitution"):
                written = self.text(each).startswith(">(")
                given = [opaque(self.row_of(each), Machine.unknown("what it gets"))] * written
                for inner in each.named_children:
                    if inner.type in REDIRECTED_NODES:
                        self.subshell(inner, given, doubt, depth)
            elif each.type in _WITHIN_WORDS:
                pending += each.named_children

    def _prints_nothing(self, node: "Node", doubt: tuple[Need, ...], depth: int) -> bool:
        """Whether what stands where a command should is `$(...)` without output.

        So people wait for a server: `until $(curl --output /dev/null ...); do sleep 1; done`.
        """
        name = node.child_by_field_name("name")
        inner = name.named_children if name is not None else []
        alone = len(inner) == 1 and inner[0].type == "command_substitution"
        return alone and not self._each(inner[0].children, [], doubt, depth)

    def inside(self, row: int, doubt: tuple[Need, ...], depth: int) -> "Shell":
        """A shell of its own on the same machine."""
        spend(self.machine, row, PER_CALL)
        found = Shell(self.machine, row, doubt, depth)
        found.directory = self.directory
        return found


PER_CALL, PER_COMMAND = 200, 10
"""How much work it is to call a function or a script, and to run a command."""

_SETS = pattern(r"(?<![\w$-])([A-Za-z_]\w*)\+?=")
_WAITED_FOR = {
    "list": "a command",
    "redirected_statement": "a command",
    "function_definition": "a function",
    "compound_statement": "a function",
    "for_statement": "a loop",
}
_LOOPS = frozenset(("while_statement", "for_statement", "c_style_for_statement"))

_WITHIN_WORDS = frozenset(
    (
        "array", "concatenation", "declaration_command", "expansion", "string",
        "variable_assignment", "variable_assignments",
    )
)  # fmt: skip
"""Kinds of words, and of what gives variables a value, in which a `$(...)` may stand."""

StatementHandler: TypeAlias = (
    "Callable[[Shell, Node, list[ScriptLine], tuple[Need, ...], int], list[ScriptLine]]"
)

_STATEMENTS: dict[str, StatementHandler] = {
    "command": Shell.command,
    "unset_command": Shell.unset,
    "redirected_statement": Shell.redirected,
    "pipeline": Shell.pipeline,
    "list": Shell.chain,
    "compound_statement": Shell.group,
    "subshell": Shell.subshell,
    "do_group": Shell.group,
    "else_clause": Shell.sometimes,
    "elif_clause": Shell.sometimes,
    "case_item": Shell.group,
    "negated_command": Shell.group,
    "if_statement": Shell.branches,
    "while_statement": Shell.sometimes,
    "for_statement": Shell.sometimes,
    "c_style_for_statement": Shell.sometimes,
    "case_statement": Shell.sometimes,
    "function_definition": Shell.function,
    "variable_assignment": Shell.assignment,
    "variable_assignments": Shell.assignment,
    "declaration_command": Shell.assignment,
}
