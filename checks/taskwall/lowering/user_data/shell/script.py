"""Shell scripts: what they write to which file, by walking the tree that tree-sitter makes.

Nothing is executed. What runs only sometimes (a branch, a loop, the right side of `||`) is
doubtful; what cannot be read (a script fetched from elsewhere, an unknown standing where a command
should) may have done anything.
"""

import posixpath
from collections.abc import Callable, Container
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from taskwall.core.patterns import pattern
from taskwall.core.truths import all_true, any_true, negation
from taskwall.core.values import Need
from taskwall.lowering.user_data.machine import ON_INSTANCE, Machine, ScriptLine, lines, opaque
from taskwall.lowering.user_data.marked import STAND_IN, is_known
from taskwall.lowering.user_data.shell.call import (
    DEEPEST,
    ReturnError,
    ShellCall,
    StopError,
    spend,
)
from taskwall.lowering.user_data.shell.command_prefixes import stripped
from taskwall.lowering.user_data.shell.commands import ran
from taskwall.lowering.user_data.shell.conditions import TEXT_SIGNS, of_words, parted
from taskwall.lowering.user_data.shell.programs import other_language
from taskwall.lowering.user_data.shell.shebang import SHELL_NAMES, interpreter
from taskwall.lowering.user_data.shell.syntax import (
    counted_names,
    leaves_of,
    tree_of,
    with_own_ends,
)
from taskwall.lowering.user_data.shell.words import PATTERN_NODES, PLAIN_TEXT, ShellWords

if TYPE_CHECKING:
    from tree_sitter import Node

READ = "2026-11-29"


def run(machine: Machine, script: str, row: int = 0, doubt: tuple[Need, ...] = ()) -> None:
    """Let a script, which begins on a row of the user data, act on a machine."""
    Shell(machine, row, doubt).run(script)


class Redirect(Struct, frozen=True):
    """Where output goes."""

    path: str
    append: bool


_SAFE = frozenset(
    (
        "apt", "apt-get", "cat", "cd", "chmod", "chown", "curl", "dnf", "echo",
        "install", "mkdir", "printf", "rpm", "set", "sleep", "start", "systemctl", "tee",
        "touch", "true", "yum", "update-ca-trust",
    )
)  # fmt: skip
"""Commands on whose success the next one counts: `mkdir -p /etc/ecs && echo ...`."""


class Shell(ShellWords):
    """One script at work on a machine."""

    def __init__(self, machine: Machine, row: int, doubt: tuple[Need, ...], depth: int = 0) -> None:
        super().__init__(machine)
        self.row = row
        self.doubt = doubt
        self.depth = depth
        self.own: dict[str, str | None] | None = None
        """The variables that are a function's own, with what they were outside of it."""
        self.counted: frozenset[str] = frozenset()
        """The variables that arithmetic and `${X:=...}` set; their values are not followed."""
        self.functions: dict[str, Node] = {}
        self.called: set[str] = set()
        self.traps: list[tuple[str, int]] = []
        """Texts that are run at a signal, as at the script's end, with their rows."""
        self.directory = ""
        """Where it stands, as a marked path; "" for where it began, which matters to nobody."""

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

    def _row(self, node: "Node") -> int:
        return self.row + int(node.start_point.row)

    # statements

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
                step = self._apart_from if alone else self._statement
                try:
                    found += step(node, given, doubt, depth)
                    given = self._left_over(node, given) if given is whole else given
                except StopError as end:
                    end.output[:0] = found
                    raise
        return found

    def _left_over(self, node: "Node", given: list[ScriptLine]) -> list[ScriptLine]:
        """What a statement leaves of its input to the next one."""
        if not given or not self._may_read(node):
            return given
        row = self._row(node)
        spend(self.machine, row, sum(1 + len(line.doubt) for line in given))
        return _doubtful(given, Machine.unknown(f"what line {row + 1} of user data reads"))

    def _may_read(self, node: "Node") -> bool:
        """Whether a statement may read its input."""
        pending = [node]
        for each in pending:
            if each.type in _REDIRECTED:
                pending += each.named_children[: 1 if each.type == "redirected_statement" else None]
            elif each.type == "command":
                words = stripped([self.text(word) for word in each.named_children])
                if words and words[0] not in _WITHOUT_INPUT:
                    return True
            elif each.type not in _WITHOUT_INPUT and each.type not in _PASSED_OVER:
                return True
        return False

    def _statement(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """Let a statement act, with lines as its input; its output."""
        if depth > DEEPEST:
            self.machine.anything(self._row(node), (Need("user data", "nests too deeply"),))
            return []
        kind = node.type
        self.machine.asked = None
        step = _STATEMENTS.get(kind)
        if step is not None:
            return step(self, node, given, doubt, depth + 1)
        if kind in _PASSED_OVER:
            return []
        needs = (Need("a script in user data", "cannot be read in full"),)
        self.machine.anything(self._row(node), needs)
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
        return _doubtful(found, (need,))

    def _need(self, node: "Node") -> Need:
        """What it waits for whether a part of a statement runs."""
        what = f"{_WAITED_FOR.get(node.type, 'a condition')} in line {self._row(node) + 1}"
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
        before, outer, own = _numbered(self.variables, True), self.arguments, self.own
        self.give(arguments, in_quotes)
        self.own = {}
        try:
            return self._statement(self.functions[name], given, doubt, depth)
        except ReturnError as end:
            return end.output
        finally:
            self._put_back(self.own)
            self.own = own
            self.arguments = outer
            self.variables = {**_numbered(self.variables, False), **before}

    def give(self, arguments: list[str] | None, quoted: Container[str]) -> None:
        """Let a shell have other words of a call; None: words that are not known."""
        known = self.certain(arguments or [], quoted)
        self.arguments = arguments if known == arguments else None
        mine = {str(number): word for number, word in enumerate(known, 1)}
        self.variables = {**_numbered(self.variables, False), **mine}

    def _put_back(self, values: dict[str, str | None]) -> None:
        """Give variables the values that they had before."""
        for name, value in values.items():
            if value is None:
                self.variables.pop(name, None)
            else:
                self.variables[name] = value

    def chain(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """Two commands joined by `&&` or `||`."""
        found, right, waits = self._left(node, given, doubt, depth)
        if waits is None:
            return found
        try:
            given = self._left_over(node.named_children[0], given)
            return found + _doubtful(self._statement(right, given, waits, depth), waits)
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
        holds, need = self._holds(left), self._need(node)
        found = self._statement(left, given, doubt, depth)
        self._asked(left, need, fails=not both)
        if holds is not None:
            return found, right, doubt if holds is both else None
        return found, right, doubt if both and self._succeeds(left) else (*doubt, need)

    def _holds(self, node: "Node", depth: int = 0) -> bool | None:
        """Whether a condition holds, None where only the instance knows: `[ -n "" ]`, `true`."""
        parts = node.named_children
        if node.has_error or depth > DEEPEST:
            return None
        if node.type == "negated_command" and len(parts) == 1:
            return negation(self._holds(parts[0], depth + 1))
        if node.type == "list":
            ends = [self._holds(part, depth + 1) for part in (parts[0], parts[-1])]
            both = any(child.type == "&&" for child in node.children)
            return all_true(ends) if both else any_true(ends)
        if node.type == "command":
            words = [self.text(part) for part in parts]
            if words in (["true"], [":"], ["false"]):
                return words != ["false"]
            return of_words(self.words(parts[1:]), self._exists) if words[:1] == ["test"] else None
        if node.type != "test_command" or len(parts) != 1:
            return None
        if node.children[0].type == "[":
            return of_words(self.words(leaves_of(parts[0])), self._exists)
        leaves = leaves_of(parts[0])
        if any(leaf.type in ("(", ")") for leaf in leaves):
            return None
        # The grammar takes `a || b = c` apart behind `b`.
        either = parted(leaves, "||", _type)
        return any_true(all_true(map(self._compares, parted(each, "&&", _type))) for each in either)

    def _compares(self, leaves: "list[Node]") -> bool | None:
        """What `[[` says of its words, which it does not split, without `&&` and `||`."""
        words = []
        for leaf in leaves:
            text = self.text(leaf)
            sign = leaf.type == "test_operator" or not leaf.is_named
            words.append(text if sign or leaf.type in PATTERN_NODES else self.word(leaf))
        compares = len(words) > 2 and words[-2] in TEXT_SIGNS
        if compares and leaves[-1].type not in _QUOTED and not PLAIN_TEXT.fullmatch(words[-1]):
            return None  # a pattern
        return of_words(words, self._exists)

    def _exists(self, word: str) -> bool | None:
        """Whether a file is there where the script runs for the first time.

        Scripts mark there what they have done once: `if [ ! -f .../sem/config_proxy ]`.
        """
        path = self.path(word)
        if not path.startswith(_OF_THE_INSTANCE) or not is_known(path):
            return None
        held = self.machine.files.get(path)
        if held is None:
            return False
        return None if not held or any(line.doubt for line in held) else True

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
            holds = self._holds(conditions[0]) if len(conditions) == 1 else None
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

    def _succeeds(self, node: "Node") -> bool:
        while node.type in ("redirected_statement", "list", "pipeline") and node.named_children:
            node = node.named_children[-1 if node.type != "redirected_statement" else 0]
        if node.type == "declaration_command":
            return True
        words = node.named_children if node.type == "command" else []
        words = [word for word in words if word.type != "variable_assignment"]
        called = stripped([self.text(word) for word in words])
        return bool(called) and called[0].rpartition("/")[2] in _SAFE

    def pipeline(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """Commands, each of which reads what the one before it writes."""
        for child in node.named_children:
            given = self._apart_from(child, given, doubt, depth)
        return given

    def _apart_from(
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
                given = self._heredoc(child, given, redirects, after)
            elif child.type == "herestring_redirect":
                given = lines(self.word(child.named_children[-1]) + "\n", self._row(child))
            elif child.type == "file_redirect":
                self._redirect(child, redirects)
                given = self._input(child, given)
        before: list[ScriptLine] = []
        found: list[ScriptLine] = []
        ended: StopError | None = None
        if body is not None and body.type == "list":
            # The redirections are those of the last command.
            left = body.named_children[0]
            before, body, waits = self._left(body, outer, doubt, depth)
            if waits is None:
                return before
            given = self._left_over(left, outer) if given is outer else given
            doubt = waits
        if body is not None:
            try:
                found = self._statement(body, given, doubt, depth)
            except StopError as end:
                found, ended = end.output, end
        found = before + _doubtful(self._written(redirects, found, doubt), doubt)
        if ended is not None:
            ended.output = found
            raise ended
        for how, statement in after:
            sure = how == "|" or (how == "&&" and body is not None and self._succeeds(body))
            feed = found if how == "|" else []
            step = self._apart_from if how == "|" else self._statement
            waits = doubt if sure else (*doubt, self._need(node))
            out = _doubtful(step(statement, feed, waits, depth), waits)
            found = out if how == "|" else found + out
        return found

    def _redirect(self, node: "Node", into: list[Redirect]) -> None:
        descriptor = node.child_by_field_name("descriptor")
        if descriptor is not None and self.text(descriptor) != "1":
            return
        signs = {child.type for child in node.children if not child.is_named}
        to = node.child_by_field_name("destination")
        if to is None or not signs & {">", ">>", "&>", "&>>", ">|", ">&"} or to.type == "number":
            return
        into.append(Redirect(self.word(to), bool(signs & {">>", "&>>"})))

    def _input(self, node: "Node", given: list[ScriptLine]) -> list[ScriptLine]:
        """What a command reads where a redirection may say from which file."""
        source = node.child_by_field_name("destination")
        if source is None or all(child.type != "<" for child in node.children):
            return given
        path = self.path(self.word(source))
        if path == "/dev/null":
            return []
        return self.machine.files.get(path) or [opaque(self._row(node), Machine.unknown(path))]

    def _heredoc(
        self,
        node: "Node",
        given: list[ScriptLine],
        redirects: list[Redirect],
        after: "list[tuple[str, Node]]",
    ) -> list[ScriptLine]:
        """The text of a here-document; what else stands behind its sign is entered."""
        quoted = tabs = False
        how = ""
        for child in node.children:
            if child.type == "<<-":
                tabs = True
            elif child.type == "heredoc_start":
                quoted = any(sign in self.text(child) for sign in "'\"\\")
            elif child.type == "file_redirect":
                self._redirect(child, redirects)
            elif child.type in ("&&", "||"):
                how = child.type
            elif child.type == "pipeline":
                after.append(("|", child))
            elif child.type == "heredoc_body":
                text = self.text(child) if quoted else self.expanded(child)
                if tabs:
                    # The body ends before the last line's tabs, which belong to its end.
                    text = "\n".join(line.lstrip("\t") for line in text.split("\n"))
                given = lines(text, self._row(child))
            elif child.is_named and child.type != "heredoc_end":
                after.append((how or "|", child))
        return given

    def path(self, word: str) -> str:
        """A word as the path that it means where the shell stands."""
        whole = f"{self.directory}/{word}" if self.directory else word
        if word.startswith(("/", "~")) or not is_known(word[:1]):
            whole = word
        mark = STAND_IN.search(whole)
        end = len(whole) if mark is None else whole.rfind("/", 0, mark.start())
        if not word or end <= 0:
            return whole
        plain = posixpath.normpath(whole[:end])
        # It keeps two slashes at the start, which mean one on Linux.
        return (plain[1:] if plain.startswith("//") else plain) + whole[end:]

    def subshell(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """Statements in a shell of their own."""
        return self._apart_from(node, given, doubt, depth)

    def assignment(
        self, node: "Node", _given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        """Variables, as far as a script settles them."""
        self._let_write([node], doubt, depth)
        declares = self.text(node.children[0]) if node.type == "declaration_command" else ""
        words = node.named_children if declares else []
        options = [self.text(each) for each in words if each.type == "word"]
        if declares == "local" or (declares in _DECLARES and not any("g" in o for o in options)):
            self._keep(node)
        plain = all(map(_PLAIN_OPTION.fullmatch, options))
        for child in (node, *node.named_children):
            if child.type != "variable_assignment":
                continue
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            appends = any(part.type == "+=" for part in child.children)
            key = self.text(name).partition("[")[0] if name is not None else ""
            item = name is not None and name.type == "subscript"
            if doubt or appends or item or not plain or key in self.counted:
                self.variables[key] = self.unknown(f"${key}")
            else:
                self.variables[key] = self.word(value) if value is not None else ""
        return []

    def _keep(self, node: "Node") -> None:
        """Keep for after a function what the variables are that a statement makes its own."""
        if self.own is None:
            return
        for child in node.named_children:
            name = child.child_by_field_name("name") or child
            key = self.text(name)
            if name.type == "variable_name" and key not in self.own:
                self.own[key] = self.variables.get(key)
                if name is child:
                    self.variables.pop(key, None)

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
                self._redirect(child, redirects)
                given = self._input(child, given)
        found = self._command(node, given, doubt, depth)
        return self._written(redirects, found, doubt)

    def _written(
        self, redirects: list[Redirect], found: list[ScriptLine], doubt: tuple[Need, ...]
    ) -> list[ScriptLine]:
        """Let output go where redirections say; what is left of it."""
        for redirect in redirects[:-1]:
            self.machine.write(self.path(redirect.path), [], redirect.append, doubt)
        if not redirects:
            return found
        last = redirects[-1]
        self.machine.write(self.path(last.path), found, last.append, doubt)
        return []

    def _command(
        self, node: "Node", given: list[ScriptLine], doubt: tuple[Need, ...], depth: int
    ) -> list[ScriptLine]:
        words, in_quotes = [], set[str]()
        own: dict[str, str] = {}
        for child in node.named_children:
            if child.type == "variable_assignment":
                named, value = child.child_by_field_name("name"), child.child_by_field_name("value")
                if named is not None:
                    own[self.text(named)] = self.word(value) if value is not None else ""
                continue
            if child.type in ("herestring_redirect", "file_redirect"):
                if child.type == "herestring_redirect":
                    text = self.word(child.named_children[-1])
                    given = lines(text + "\n", self._row(child))
                continue
            found = self.words([child])
            words += found
            if child.type in _QUOTED:
                in_quotes.update(found)
        row = self._row(node)
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
        before = {name: self.variables.get(name) for name in own}
        self.variables.update(own)
        try:
            if words[0] in self.functions:
                return self._call(words[0], words[1:], in_quotes, given, row, doubt, depth)
            name, step = words[0].rpartition("/")[2], ran
            if name != words[0] and (by := self._interpreter(words[0])):
                name, words = by, ["", *words]
                step = ran if by in SHELL_NAMES else other_language
            call = ShellCall(self, name, words[1:], frozenset(in_quotes), given, row, doubt, depth)
            return step(call)
        finally:
            self._put_back(before)

    def _let_write(self, words: "list[Node]", doubt: tuple[Need, ...], depth: int) -> None:
        """Let those statements in `$(...)`, `<(...)` or `>(...)` act that write to a file."""
        waiting = [*words]
        for each in waiting:
            if each.type in ("command_substitution", "process_substitution"):
                written = self.text(each).startswith(">(")
                given = [opaque(self._row(each), Machine.unknown("what it gets"))] * written
                for inner in each.named_children:
                    if inner.type in _REDIRECTED:
                        self._apart_from(inner, given, doubt, depth)
            elif each.type in _WITHIN_WORDS:
                waiting += each.named_children

    def _interpreter(self, word: str) -> str:
        """What runs a script that is called by its path; "" for what is no script."""
        held = self.machine.files.get(self.path(word))
        first = held[0].text if held else ""
        if first.startswith("#!"):
            return interpreter(first)
        return "bash" if held or word.endswith(".sh") else ""

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


def _doubtful(content: list[ScriptLine], needs: tuple[Need, ...]) -> list[ScriptLine]:
    """Output whose being there waits for more."""
    return [line.waiting(needs) for line in content]


def _numbered(variables: dict[str, str], wanted: bool) -> dict[str, str]:
    """The variables that are words of a call (`$1`), or the others."""
    return {name: value for name, value in variables.items() if name.isdecimal() is wanted}


def _type(node: "Node") -> str:
    return node.type


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
_DECLARES = frozenset(("declare", "typeset"))
_PLAIN_OPTION = pattern(r"-[xrg]*")
"""Options of `declare` that leave a value as it is written; `-i` counts, `-l` writes it small."""

_WITHOUT_INPUT = frozenset(
    (
        "cd", "chmod", "chown", "echo", "mkdir", "printf", "set", "touch", "true",
        "declaration_command", "function_definition", "unset_command", "variable_assignment",
    )
)  # fmt: skip
"""Commands, and kinds of statements, that read no input: it is there for the next one."""

_REDIRECTED = frozenset(("redirected_statement", "list"))
_QUOTED = frozenset(("string", "raw_string"))
_WITHIN_WORDS = frozenset(
    (
        "array", "concatenation", "declaration_command", "expansion", "string",
        "variable_assignment", "variable_assignments",
    )
)  # fmt: skip
"""Kinds of words, and of what gives variables a value, in which a `$(...)` may stand."""
_OF_THE_INSTANCE = "/var/lib/cloud/instance/sem/"
"""Where cloud-init keeps the marks of one instance: empty for a new one but for its own.

After the Amazon ECS Developer Guide, "HTTP proxy configuration".
"""

_PASSED_OVER = frozenset(
    (
        "comment", "test_command", "heredoc_body", "heredoc_end", "word", "number", "string",
        "variable_name", "do_group_end", "regex", "arithmetic_expansion",
        "raw_string", "concatenation", "simple_expansion", "expansion", "command_substitution",
        "file_redirect", "heredoc_start", "extglob_pattern", "c_style_for_expression",
        "binary_expression", "postfix_expression", "unary_expression", "parenthesized_expression",
        "ternary_expression",
    )
)  # fmt: skip

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
