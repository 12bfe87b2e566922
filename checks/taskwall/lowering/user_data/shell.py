"""Shell scripts: what they write to which file, by walking the tree that tree-sitter makes.

Nothing is executed. What runs only sometimes (a branch, a loop, the right side of `||`) is
doubtful; what cannot be read (a script fetched from elsewhere, an unknown standing where a command
should) may have done anything.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from taskwall.lowering.user_data.machine import WATCHED, Line, Machine, lines, opaque
from taskwall.lowering.user_data.marked import is_known
from taskwall.values import Need, Unknown

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

DEEPEST = 40
"""How far statements may nest before they are given up."""

_parser: "Parser | None" = None


def run(machine: Machine, script: str, row: int = 0, doubt: tuple[Need, ...] = ()) -> None:
    """Let a script, which begins on a row of the user data, act on a machine."""
    Shell(machine, row, doubt).run(script)


def _tree(source: bytes) -> "Node":
    global _parser
    if _parser is None:
        import tree_sitter_bash
        from tree_sitter import Language, Parser

        _parser = Parser(Language(tree_sitter_bash.language()))
    return _parser.parse(source).root_node


class Redirect(Struct, frozen=True):
    """Where output goes."""

    path: str
    append: bool


class _StopError(Exception):
    """The script ends here."""


_SAFE = frozenset(
    (
        "apt", "apt-get", "cat", "cd", "chmod", "chown", "curl", "dnf", "echo", "export",
        "install", "mkdir", "printf", "rpm", "set", "sleep", "start", "sudo", "systemctl", "tee",
        "touch", "true", "yum", "update-ca-trust",
    )
)  # fmt: skip
"""Commands on whose success the next one counts: `mkdir -p /etc/ecs && echo ...`."""

_READERS = frozenset(
    (
        "[", "cat", "chkconfig", "chmod", "chown", "docker", "file", "grep", "egrep", "head",
        "initctl", "less", "ls", "mkdir", "restorecon", "service", "source", "start", "stat",
        "stop", "systemctl", "tail", "test", "touch", "wc", "cfn-signal", "logger", "diff",
        "chattr", "setfacl",
    )
)  # fmt: skip
"""Commands that do not change the files that they name."""

_PREFIXES = frozenset(("sudo", "env", "command", "nohup", "time", "builtin", "exec"))
_SHELLS = frozenset(("bash", "sh", "dash", "ash", "zsh", "ksh"))


class Shell:
    """One script at work on a machine."""

    def __init__(self, machine: Machine, row: int, doubt: tuple[Need, ...], depth: int = 0) -> None:
        self.machine = machine
        self.row = row
        self.doubt = doubt
        self.depth = depth
        self.variables: dict[str, str] = {}
        self.source = b""

    def run(self, script: str) -> list[Line]:
        """Let a script act; its output."""
        self.source = script.encode("utf-8", "replace")
        root = _tree(self.source)
        try:
            return self._each(root.children, self.doubt, self.depth)
        except _StopError:
            return []

    def _text(self, node: "Node") -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _row(self, node: "Node") -> int:
        return self.row + int(node.start_point.row)

    # statements

    def _each(self, nodes: "list[Node]", doubt: tuple[Need, ...], depth: int) -> list[Line]:
        found: list[Line] = []
        for node in nodes:
            if node.is_named:
                found += self._statement(node, [], doubt, depth)
        return found

    def _statement(
        self, node: "Node", given: list[Line], doubt: tuple[Need, ...], depth: int
    ) -> list[Line]:
        """Let a statement act, with lines as its input; its output."""
        if depth > DEEPEST:
            self.machine.anything(self._row(node), (Need("user data", "nests too deeply"),))
            return []
        kind = node.type
        step = _STATEMENTS.get(kind)
        if step is not None:
            return step(self, node, given, doubt, depth + 1)
        if kind in _PASSED_OVER:
            return []
        needs = (Need("a script in user data", "cannot be read in full"),)
        self.machine.anything(self._row(node), needs)
        return []

    def group(
        self, node: "Node", _given: list[Line], doubt: tuple[Need, ...], depth: int
    ) -> list[Line]:
        """Statements one after the other."""
        return self._each(node.children, doubt, depth)

    def sometimes(
        self, node: "Node", _given: list[Line], doubt: tuple[Need, ...], depth: int
    ) -> list[Line]:
        """A branch, a loop or a function: whether it runs is known only on the instance."""
        words = {"function_definition": "a function", "for_statement": "a loop"}
        what = f"{words.get(node.type, 'a condition')} in line {self._row(node) + 1} of user data"
        waits = (*doubt, Need(what, "decides on the instance"))
        try:
            return self._each(node.children, waits, depth)
        except _StopError:
            return []

    def chain(
        self, node: "Node", given: list[Line], doubt: tuple[Need, ...], depth: int
    ) -> list[Line]:
        """Two commands joined by `&&` or `||`."""
        left, right, waits = self._split(node, doubt)
        found = self._statement(left, given, doubt, depth)
        try:
            return found + self._statement(right, [], waits, depth)
        except _StopError:
            if waits == doubt:
                raise
            return found

    def _split(
        self, node: "Node", doubt: tuple[Need, ...]
    ) -> "tuple[Node, Node, tuple[Need, ...]]":
        """Two joined commands, and what the second one's running waits for."""
        left, right = node.named_children[0], node.named_children[-1]
        if any(child.type == "&&" for child in node.children) and self._succeeds(left):
            return left, right, doubt
        what = f"a command in line {self._row(node) + 1} of user data"
        return left, right, (*doubt, Need(what, "decides on the instance"))

    def _succeeds(self, node: "Node") -> bool:
        while node.type in ("redirected_statement", "list", "pipeline") and node.named_children:
            node = node.named_children[-1 if node.type != "redirected_statement" else 0]
        name = node.child_by_field_name("name") if node.type == "command" else None
        return name is not None and self._text(name).rpartition("/")[2] in _SAFE

    def pipeline(
        self, node: "Node", given: list[Line], doubt: tuple[Need, ...], depth: int
    ) -> list[Line]:
        """Commands, each of which reads what the one before it writes."""
        for child in node.named_children:
            given = self._statement(child, given, doubt, depth)
        return given

    def redirected(
        self, node: "Node", given: list[Line], doubt: tuple[Need, ...], depth: int
    ) -> list[Line]:
        """A statement whose output goes to files, or whose input is a text of the script."""
        body = node.child_by_field_name("body")
        redirects: list[Redirect] = []
        after: list[tuple[str, Node]] = []
        for child in node.named_children:
            if child.type == "heredoc_redirect":
                given = self._heredoc(child, given, redirects, after)
            elif child.type == "herestring_redirect":
                given = lines(self._word(child.named_children[-1]) + "\n", self._row(child))
            elif child.type == "file_redirect":
                self._redirect(child, redirects)
        found: list[Line] = []
        if body is not None and body.type == "list":
            # The redirections are those of the last command.
            first, body, waits = self._split(body, doubt)
            self._statement(first, given, doubt, depth)
            given, doubt = [], waits
        if body is not None:
            found = self._statement(body, given, doubt, depth)
        for redirect in redirects[:-1]:
            self.machine.write(redirect.path, [], redirect.append, doubt)
        if redirects:
            last = redirects[-1]
            self.machine.write(last.path, found, last.append, doubt)
            found = []
        for how, statement in after:
            what = f"a command in line {self._row(node) + 1} of user data"
            waits = (*doubt, Need(what, "decides on the instance"))
            sure = how == "|" or (how == "&&" and body is not None and self._succeeds(body))
            feed = found if how == "|" else []
            out = self._statement(statement, feed, doubt if sure else waits, depth)
            found = out if how == "|" else found + out
        return found

    def _redirect(self, node: "Node", into: list[Redirect]) -> None:
        descriptor = node.child_by_field_name("descriptor")
        if descriptor is not None and self._text(descriptor) != "1":
            return
        signs = {child.type for child in node.children if not child.is_named}
        to = node.child_by_field_name("destination")
        if to is None or not signs & {">", ">>", "&>", "&>>", ">|"}:
            return
        into.append(Redirect(self._word(to), bool(signs & {">>", "&>>"})))

    def _heredoc(
        self,
        node: "Node",
        given: list[Line],
        redirects: list[Redirect],
        after: "list[tuple[str, Node]]",
    ) -> list[Line]:
        """The text of a here-document; what else stands behind its sign is entered."""
        quoted = tabs = False
        how = ""
        for child in node.children:
            if child.type == "<<-":
                tabs = True
            elif child.type == "heredoc_start":
                quoted = any(sign in self._text(child) for sign in "'\"\\")
            elif child.type == "file_redirect":
                self._redirect(child, redirects)
            elif child.type in ("&&", "||"):
                how = child.type
            elif child.type == "pipeline":
                after.append(("|", child))
            elif child.type == "heredoc_body":
                text = self._text(child) if quoted else self._expanded(child)
                if tabs:
                    # The body ends before the last line's tabs, which belong to its end.
                    text = "\n".join(line.lstrip("\t") for line in text.split("\n"))
                given = lines(text, self._row(child))
            elif child.is_named and child.type != "heredoc_end":
                after.append((how or "|", child))
        return given

    # words

    def _expanded(self, node: "Node") -> str:
        """A here-document's text with what is known of its variables put in."""
        found, at = "", node.start_byte
        for child in node.children:
            if child.type in _EXPANSIONS:
                found += _unescaped(self.source[at : child.start_byte].decode("utf-8", "replace"))
                found += self._word(child)
                at = child.end_byte
        text = _unescaped(self.source[at : node.end_byte].decode("utf-8", "replace"))
        return self._commands(found + text)

    def _commands(self, text: str) -> str:
        """A text with a stand-in for every command between back quotes."""
        if "`" not in text:
            return text
        pieces = text.split("`")
        return "".join(
            piece if index % 2 == 0 else self._unknown(f"`{piece}`")
            for index, piece in enumerate(pieces)
        )

    def _unknown(self, what: str) -> str:
        needs = Machine.unknown(what)
        return self.machine.marks.mark(Unknown(needs))

    def _word(self, node: "Node") -> str:
        """A word after quoting and expansion, with stand-ins for what is not known."""
        kind = node.type
        text = self._text(node)
        if kind in ("word", "number", "command_name"):
            if node.named_children:
                return "".join(self._word(child) for child in node.named_children)
            return _bare(text)
        if kind == "raw_string":
            return text[1:-1]
        if kind in ("string", "translated_string"):
            return self._string(node)
        if kind == "concatenation":
            return "".join(self._word(child) for child in node.named_children)
        if kind in ("simple_expansion", "expansion"):
            names = [self._text(c) for c in node.named_children if c.type == "variable_name"]
            plain = len(node.named_children) == 1 and len(names) == 1
            if (
                plain
                and text in (f"${names[0]}", f"${{{names[0]}}}")
                and names[0] in self.variables
            ):
                return self.variables[names[0]]
            return self._unknown(text)
        if kind == "ansi_c_string":
            return _escaped(text[2:-1])
        return self._unknown(text)

    def _string(self, node: "Node") -> str:
        found, at = "", node.start_byte + 1
        for child in node.named_children:
            if child.type in _EXPANSIONS:
                found += _quoted(self.source[at : child.start_byte].decode("utf-8", "replace"))
                found += self._word(child)
                at = child.end_byte
        return found + _quoted(self.source[at : node.end_byte - 1].decode("utf-8", "replace"))

    # commands

    def assignment(
        self, node: "Node", _given: list[Line], doubt: tuple[Need, ...], _depth: int
    ) -> list[Line]:
        """Variables, as far as a script settles them."""
        for child in (node, *node.named_children):
            if child.type != "variable_assignment":
                continue
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            appends = any(part.type == "+=" for part in child.children)
            key = self._text(name) if name is not None else ""
            if doubt or appends:
                self.variables[key] = self._unknown(f"${key}")
            else:
                self.variables[key] = self._word(value) if value is not None else ""
        return []

    def command(
        self, node: "Node", given: list[Line], doubt: tuple[Need, ...], depth: int
    ) -> list[Line]:
        """One command."""
        words = []
        for child in node.named_children:
            if child.type == "variable_assignment":
                continue
            if child.type in ("herestring_redirect", "file_redirect"):
                if child.type == "herestring_redirect":
                    text = self._word(child.named_children[-1])
                    given = lines(text + "\n", self._row(child))
                continue
            words.append(self._word(child))
        row = self._row(node)
        words = _stripped(words)
        if not words:
            return []
        if not is_known(words[0]):
            needs = self.machine.marks.needs(words[0])
            self.machine.anything(row, (*doubt, *needs))
            return [opaque(row, needs)]
        name = words[0].rpartition("/")[2]
        call = Call(self, name, words[1:], given, row, doubt, depth)
        known = _COMMANDS.get(name)
        if known is not None:
            return known(call)
        return _other(call)


class Call(Struct, frozen=True):
    """A command with its arguments and its input."""

    shell: Shell
    name: str
    arguments: list[str]
    given: list[Line]
    row: int
    doubt: tuple[Need, ...]
    depth: int

    def unknown_output(self) -> list[Line]:
        """Output that is known only on the instance."""
        waits = [need for word in self.arguments for need in self.shell.machine.marks.needs(word)]
        needs = tuple(waits) or Machine.unknown(f"the output of {self.name}")
        return [opaque(self.row, needs)]


def _stripped(words: list[str]) -> list[str]:
    """A command without what only says how to run it: `sudo -u root`, `env A=b`."""
    while words and words[0].rpartition("/")[2] in _PREFIXES:
        words = words[1:]
        while words and (words[0].startswith("-") or ("=" in words[0] and "/" not in words[0])):
            takes = words[0] in ("-u", "-g", "--user", "--group")
            words = words[2:] if takes else words[1:]
    return words


def _bare(text: str) -> str:
    """An unquoted word without its backslashes."""
    found, index = "", 0
    while index < len(text):
        if text[index] == "\\" and index + 1 < len(text):
            index += 1
            if text[index] == "\n":
                index += 1
                continue
        found += text[index : index + 1]
        index += 1
    return found


def _quoted(text: str) -> str:
    """What stands between double quotes, without the backslashes that have a meaning there."""
    for sign in ('"', "$", "`"):
        text = text.replace(f"\\{sign}", sign)
    return text.replace("\\\n", "").replace("\\\\", "\\")


def _unescaped(text: str) -> str:
    """A here-document's text, without the backslashes that have a meaning there."""
    for sign in ("$", "\\"):
        text = text.replace(f"\\{sign}", sign)
    return text.replace("\\\n", "")


def _escaped(text: str) -> str:
    """What `echo -e`, `printf` and `$'...'` make of backslashes."""
    for written, meant in (("\\n", "\n"), ("\\t", "\t"), ("\\r", "\r"), ("\\\\", "\\")):
        text = text.replace(written, meant)
    return text


def _echo(call: Call) -> list[Line]:
    words, end, escapes = call.arguments, "\n", False
    while words and words[0] in ("-n", "-e", "-E", "-ne", "-en"):
        end = "" if "n" in words[0] else end
        escapes = escapes or "e" in words[0]
        words = words[1:]
    text = " ".join(words)
    return lines((_escaped(text) if escapes else text) + end, call.row, within=False)


def _printf(call: Call) -> list[Line]:
    words = call.arguments[1:] if call.arguments[:1] == ["--"] else call.arguments
    if not words:
        return []
    form = _escaped(words[0])
    pieces = form.replace("%%", "\x00").split("%s")
    if any("%" in piece for piece in pieces):
        return call.unknown_output()
    rest = words[1:]
    text = ""
    while True:
        taken, rest = rest[: len(pieces) - 1], rest[len(pieces) - 1 :]
        taken += [""] * (len(pieces) - 1 - len(taken))
        text += "".join(a + b for a, b in zip(pieces, [*taken, ""], strict=True))
        if not rest or len(pieces) == 1:
            break
    return lines(text.replace("\x00", "%"), call.row, within=False)


def _cat(call: Call) -> list[Line]:
    files = [word for word in call.arguments if not word.startswith("-") or word == "-"]
    if not files or files == ["-"]:
        return call.given
    found: list[Line] = []
    for file in files:
        held = call.shell.machine.files.get(file)
        found += held if held is not None else call.unknown_output()
    return found


def _tee(call: Call) -> list[Line]:
    append = any(word in ("-a", "--append", "-ai", "-ia") for word in call.arguments)
    for word in call.arguments:
        if not word.startswith("-"):
            call.shell.machine.write(word, call.given, append, call.doubt)
    return call.given


def _copy(call: Call) -> list[Line]:
    files = [word for word in call.arguments if not word.startswith("-")]
    if len(files) < 2:
        return []
    machine, target = call.shell.machine, files[-1]
    source = files[0]
    if target.endswith("/"):
        target += source.rpartition("/")[2]
    held = machine.files.get(source)
    content = held if held is not None else [opaque(call.row, Machine.unknown(source))]
    if held is not None or _watched(machine, target):
        machine.write(target, list(content), append=False, doubt=call.doubt)
    if call.name == "mv" and held is not None:
        machine.write(source, [], append=False, doubt=call.doubt)
    return []


def _remove(call: Call) -> list[Line]:
    for word in call.arguments:
        if word in call.shell.machine.files:
            call.shell.machine.write(word, [], append=False, doubt=call.doubt)
    return []


def _script(call: Call) -> list[Line]:
    """A shell: `-c` with a text, a script from its input, or one from a file."""
    words, shell = call.arguments, call.shell
    inner = Shell(shell.machine, call.row, call.doubt, call.depth)
    for index, word in enumerate(words[:-1]):
        if word.startswith("-") and not word.startswith("--") and word.endswith("c"):
            if not is_known(words[index + 1][:1]):
                break
            inner.variables = dict(shell.variables)
            return inner.run(words[index + 1])
    files = [word for word in words if not word.startswith("-")]
    content = shell.machine.files.get(files[0]) if files else call.given
    known = content is not None and not any(line.opaque or line.doubt for line in content)
    if not known or not content:
        needs = Machine.unknown(f"what {call.name} runs")
        shell.machine.anything(call.row, needs)
        return call.unknown_output()
    inner.row = content[0].row
    return inner.run("\n".join(line.text for line in content))


def _source(call: Call) -> list[Line]:
    if call.arguments and call.arguments[0] not in ("/etc/profile", "/etc/os-release"):
        call.shell.variables.clear()
    return []


def _exit(call: Call) -> list[Line]:
    if not call.doubt:
        raise _StopError
    return []


def _iptables(call: Call) -> list[Line]:
    """A rule that drops what containers send to the metadata address, before any other."""
    words = [part for word in call.arguments for part in word.split("=", 1)]
    options = {name: words[at + 1] for at, name in enumerate(words[:-1]) if name.startswith("-")}

    def option(*names: str) -> str:
        return next((options[name] for name in names if name in options), "")

    chain = option("-I", "--insert")
    target = option("-d", "--destination", "--dst")
    verdict = option("-j", "--jump")
    inward = option("-i", "--in-interface")
    narrower = {"-s", "--source", "--src", "-m", "--match", "!", "-o", "--out-interface"}
    if target in ("169.254.169.254", "169.254.169.254/32") and verdict in ("DROP", "REJECT"):
        machine = call.shell.machine
        if (
            chain in ("DOCKER-USER", "FORWARD")
            and inward in ("docker+", "docker0", "")
            and not narrower & set(words)
        ):
            machine.drops.append((call.row, call.doubt))
        else:
            needs = Machine.unknown(f"what the rule of iptables in line {call.row + 1} drops")
            machine.drops.append((call.row, needs))
    return []


def _docker(call: Call) -> list[Line]:
    """`docker run` of the agent: its environment, and what starts it."""
    words = call.arguments
    if "run" not in words or not any("amazon-ecs-agent" in word for word in words):
        return []
    machine = call.shell.machine
    machine.started_by = "docker"
    machine.has_agent = True
    for index, word in enumerate(words):
        name, _, value = word.partition("=")
        if word in ("-e", "--env") and index + 1 < len(words):
            value = words[index + 1]
        elif name != "--env":
            continue
        key, equals, said = value.partition("=")
        if equals and is_known(key):
            machine.direct.set(key, said, call.row, call.doubt)
    return []


def _sed(call: Call) -> list[Line]:
    if any(word.startswith(("-i", "--in-place")) for word in call.arguments):
        return _other(call)
    return call.unknown_output()


def _cfn_init(call: Call) -> list[Line]:
    """Let the metadata of the named resource act, if it is one of the sources."""
    from taskwall.lowering.user_data import cfn_init

    words = [part for word in call.arguments for part in word.split("=", 1)]
    named = {name: words[at + 1] for at, name in enumerate(words[:-1]) if name.startswith("-")}
    machine = call.shell.machine
    metadata = machine.metadata(named.get("-r") or named.get("--resource") or "")
    if metadata is None or not metadata.fields:
        machine.anything(call.row, machine.unknown("what cfn-init does"))
    elif call.depth < DEEPEST:
        sets = named.get("-c") or named.get("--configsets") or ""
        cfn_init.run(machine, metadata, sets, call.row, call.doubt)
    return []


def _watched(machine: Machine, path: str) -> bool:
    return path in WATCHED or path in machine.files or path.startswith("/etc/ecs/")


def _other(call: Call) -> list[Line]:
    """Any other command: it may change a watched file that it names, unless it only reads it."""
    if call.name not in _READERS and not call.name.endswith(":"):
        machine = call.shell.machine
        for word in call.arguments:
            path = word.rpartition("=")[2]
            if _watched(machine, path):
                needs = Machine.unknown(f"what {call.name} writes to {path}")
                whole = call.name in ("aws", "curl", "wget", "gsutil") and not call.doubt
                machine.replace(path, call.row, needs, whole=whole)
    return call.unknown_output()


_COMMANDS: dict[str, Callable[[Call], list[Line]]] = {
    "echo": _echo,
    "printf": _printf,
    "cat": _cat,
    "tee": _tee,
    "cp": _copy,
    "mv": _copy,
    "rm": _remove,
    "source": _source,
    ".": _source,
    "exit": _exit,
    "return": _exit,
    "iptables": _iptables,
    "docker": _docker,
    "sed": _sed,
    "cfn-init": _cfn_init,
    "eval": _script,
    **dict.fromkeys(_SHELLS, _script),
}

_EXPANSIONS = frozenset(("simple_expansion", "expansion", "command_substitution"))
_PASSED_OVER = frozenset(
    (
        "comment", "test_command", "heredoc_body", "heredoc_end", "word", "number", "string",
        "unset_command", "variable_name", "do_group_end", "regex", "arithmetic_expansion",
        "raw_string", "concatenation", "simple_expansion", "expansion", "command_substitution",
        "file_redirect", "heredoc_start", "extglob_pattern", "c_style_for_expression",
        "binary_expression",
    )
)  # fmt: skip

Step: TypeAlias = "Callable[[Shell, Node, list[Line], tuple[Need, ...], int], list[Line]]"

_STATEMENTS: dict[str, Step] = {
    "command": Shell.command,
    "redirected_statement": Shell.redirected,
    "pipeline": Shell.pipeline,
    "list": Shell.chain,
    "compound_statement": Shell.group,
    "subshell": Shell.group,
    "do_group": Shell.group,
    "else_clause": Shell.sometimes,
    "elif_clause": Shell.sometimes,
    "case_item": Shell.group,
    "negated_command": Shell.group,
    "if_statement": Shell.sometimes,
    "while_statement": Shell.sometimes,
    "for_statement": Shell.sometimes,
    "c_style_for_statement": Shell.sometimes,
    "case_statement": Shell.sometimes,
    "function_definition": Shell.sometimes,
    "variable_assignment": Shell.assignment,
    "variable_assignments": Shell.assignment,
    "declaration_command": Shell.assignment,
}
