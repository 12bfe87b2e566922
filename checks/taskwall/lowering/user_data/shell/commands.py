"""What commands of a shell script do to the files of its machine, as far as that matters."""

from collections.abc import Callable, Container
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Protocol

from msgspec import Struct

from taskwall.core.patterns import pattern
from taskwall.core.values import Need, Unknown
from taskwall.lowering.user_data.machine import (
    AGENT_CONFIG,
    MAX_WORK,
    TOO_MUCH,
    WATCHED_FILES,
    Machine,
    ScriptLine,
    lines,
    opaque,
)
from taskwall.lowering.user_data.marked import is_known
from taskwall.lowering.user_data.quoting import PATTERN_SIGNS, escaped

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


_READERS = frozenset(
    (
        "[", "cat", "chkconfig", "chmod", "chown", "docker", "file", "grep", "egrep", "head",
        "initctl", "less", "ls", "mkdir", "restorecon", "service", "source", "start", "stat",
        "stop", "systemctl", "tail", "test", "touch", "wc", "cfn-signal", "logger", "diff",
        "chattr", "setfacl",
    )
)  # fmt: skip
"""Commands that do not change the files that they name."""

_PREFIXES: dict[str, tuple[tuple[str, ...], int]] = {
    **dict.fromkeys(("builtin", "command", "nohup", "setsid"), ((), 0)),
    "cloud-init-per": ((), 2),
    "env": (("-C", "-u", "--chdir", "--unset"), 0),
    "exec": (("-a",), 0),
    "ionice": (("-c", "-n", "--class", "--classdata"), 0),
    "nice": (("-n", "--adjustment"), 0),
    "stdbuf": (("-e", "-i", "-o", "--error", "--input", "--output"), 0),
    "sudo": (("-C", "-D", "-g", "-p", "-u", "--chdir", "--group", "--prompt", "--user"), 0),
    "time": (("-f", "-o", "--format", "--output"), 0),
    "timeout": (("-k", "-s", "--kill-after", "--signal"), 1),
}
"""What only says how to run a command: its options that take a word, and its own words."""

SHELL_NAMES = frozenset(("bash", "sh", "dash", "ash", "zsh", "ksh"))


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


def ran(call: ShellCall) -> list[ScriptLine]:
    """Let a command act on the machine; its output."""
    known = _COMMANDS.get(call.name)
    return _other(call) if known is None else known(call)


def stripped(words: list[str]) -> list[str]:
    """A command without what only says how to run it: `sudo -u root`, `env A=b`.

    `cloud-init-per FREQUENCY NAME COMMAND` runs one so often, at the first start in any case.
    """
    while words and (how := words[0].rpartition("/")[2]) in _PREFIXES:
        takes, own = _PREFIXES[how]
        words = words[1:]
        while words and (words[0].startswith("-") or ("=" in words[0] and "/" not in words[0])):
            words = words[2:] if words[0] in takes else words[1:]
        words = words[own:]
    return words


def interpreter(first: str) -> str:
    """What runs a script, by its first line: `#!/bin/bash -x`, `#!/usr/bin/env -S bash`."""
    words = [word.rpartition("/")[2] for word in first.removeprefix("#!").split()]
    if words[:1] == ["env"]:
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return words[0] if words else ""


def _echo(call: ShellCall) -> list[ScriptLine]:
    words, end, escapes = call.arguments, "\n", False
    while words and words[0] in ("-n", "-e", "-E", "-ne", "-en"):
        end = "" if "n" in words[0] else end
        escapes = escapes or "e" in words[0]
        words = words[1:]
    text = " ".join(words)
    return lines((escaped(text) if escapes else text) + end, call.row, within=False)


def _printf(call: ShellCall) -> list[ScriptLine]:
    words = call.arguments[1:] if call.arguments[:1] == ["--"] else call.arguments
    if words[:1] == ["-v"]:
        return _reads(call)
    if not words:
        return []
    form = escaped(words[0])
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


def _cat(call: ShellCall) -> list[ScriptLine]:
    named = [word for word in call.arguments if word == "-" or not word.startswith("-")]
    files = [word for word in named if word != "/dev/null"]
    if not files:
        return [] if named else call.given
    if files == ["-"]:
        return call.given
    found: list[ScriptLine] = []
    for file in files:
        held = call.shell.machine.files.get(call.shell.path(file))
        spend(call.shell.machine, call.row, len(held or ()))
        found += held if held is not None else call.unknown_output()
    return found


def _tee(call: ShellCall) -> list[ScriptLine]:
    append = any(word in ("-a", "--append", "-ai", "-ia") for word in call.arguments)
    for word in call.arguments:
        if not word.startswith("-"):
            call.shell.machine.write(call.shell.path(word), call.given, append, call.doubt)
    return call.given


_INTO = pattern(r"-[a-zA-Z]*t|--target-directory")
"""The option of `cp` and `mv` before the folder that they write to; others may stand with it."""


def _copy(call: ShellCall) -> list[ScriptLine]:
    words: list[str] = []
    folder: list[str] = []
    for before, word in pairwise(("", *call.arguments)):
        if _INTO.fullmatch(before) or word.startswith("--target-directory="):
            folder = [word.removeprefix("--target-directory=")]
        elif not word.startswith("-"):
            words.append(word)
    words += folder
    into = bool(folder) or len(words) > 2 or (bool(words) and _is_directory(call, words[-1]))
    for word in words[:-1]:
        target = call.shell.path(words[-1])
        if into and not word.endswith("/."):
            target = f"{target.rstrip('/')}/{call.shell.path(word).rpartition('/')[2]}"
        source = call.shell.path(word)
        _copied(call, source, target, call.file_doubt(word, source))
    return []


def _is_directory(call: ShellCall, word: str) -> bool:
    return word.rpartition("/")[2] in ("", ".") or call.shell.path(word) == _DIRECTORY


def _copied(call: ShellCall, source: str, target: str, doubt: tuple[Need, ...]) -> None:
    machine, within = call.shell.machine, call.name == "mv" or _is_recursive(call)
    held = machine.files.get(source)
    if held is None and (within or PATTERN_SIGNS.search(source)):
        # Files that nobody saw written may be among them.
        spend(machine, call.row, len(machine.files))
        for file in dict.fromkeys((AGENT_CONFIG, *machine.files)):
            if _names(target, file, within):
                machine.replace(file, call.row, Machine.unknown(source), whole=False)
        moved = _named(call, source, within)
    else:
        moved = [source] if held is not None or _watched(machine, target) else []
    for file in moved:
        content = machine.files.get(file, [opaque(call.row, Machine.unknown(source))])
        to = target
        if PATTERN_SIGNS.search(source):
            to = f"{target.rpartition('/')[0]}/{file.rpartition('/')[2]}"
        elif file.startswith(f"{source}/"):
            to = target + file[len(source) :]
        machine.write(to, list(content), append=False, doubt=doubt)
        if call.name == "mv":
            machine.write(file, [], append=False, doubt=doubt)


def _remove(call: ShellCall) -> list[ScriptLine]:
    """Remove what a path or a pattern names, with `-r` what is below a directory too."""
    machine, within = call.shell.machine, _is_recursive(call)
    for word in call.arguments:
        path = call.shell.path(word)
        doubt = call.file_doubt(word, path)
        for file in _named(call, path, within) if not word.startswith("-") else ():
            machine.write(file, [], append=False, doubt=doubt)
    return []


_RECURSIVE = pattern(r"-[a-zA-Z]*[arR][a-zA-Z]*|--recursive|--archive")
_UNSURE = pattern("[*?\\[\ue000-\uf8ff]")


def _is_recursive(call: ShellCall) -> bool:
    return any(map(_RECURSIVE.fullmatch, call.arguments))


def _named(call: ShellCall, path: str, within: bool) -> list[str]:
    """The files that a path or a pattern, known in part, can name, or a directory above them."""
    files = call.shell.machine.files
    if not within and not _UNSURE.search(path):
        return [path] if path in files else []
    spend(call.shell.machine, call.row, len(files))
    return [file for file in files if _names(path, file, within)]


def _names(path: str, file: str, within: bool) -> bool:
    """Whether a path or a pattern can name a file, or a directory above it."""
    if not is_known(path):
        first, *_, last = _UNSURE.split(path)
        ends = file.endswith(last) or (within and f"{last}/" in file)
        return file.startswith(first) and ends
    if file.startswith("/") and not path.startswith("/"):
        return False  # where a script begins matters to nobody
    parts, levels = path.split("/"), file.split("/")
    levels = levels[: len(parts)] if within else levels
    return len(levels) == len(parts) and all(map(fnmatchcase, levels, parts))


def _told(call: ShellCall) -> tuple[str | None, str | None]:
    """What a shell is told to run: a text, or a script of a file; neither if it reads its input.

    The text of `-c` stands behind all options. What stands behind that or a script, or behind `-s`,
    is for what runs. Only `su` takes its options anywhere.
    """
    if call.name == "eval":
        return " ".join(call.arguments), None
    options, letters = True, ""
    for before, word in pairwise(("", *call.arguments)):
        short = before[:1] in ("-", "+") and before[1:2] != "-"
        if (short and before[-1] in "oO") or before in ("--init-file", "--rcfile"):
            continue  # what the option before takes
        if options and word.startswith(("-", "+")):
            options = word != "--"
            letters += "c" if word == "--command" else word if word[1:2] != "-" else ""
        elif "c" in letters:
            return word, None
        elif call.name in SHELL_NAMES:
            return None, None if "s" in letters else word
    return None, None


def _script(call: ShellCall) -> list[ScriptLine]:
    """A shell: `-c` with a text, a script from its input, or one from a file."""
    shell = call.shell
    inner = shell.inside(call.row, call.doubt, call.depth)
    script, file = _told(call)
    if script is not None:
        inner.variables = dict(shell.variables)
        found = inner.run(script, call.given)
        if call.name == "eval":
            shell.variables.clear()  # It runs in the shell itself, and may set any of them.
        return found
    path = None if file is None else shell.path(file)
    content = call.given if path is None else shell.machine.files.get(path)
    content = content or [opaque(call.row, ())]
    text = _text(call, content, path or f"that {call.name} reads")
    if text is None:
        return call.unknown_output()
    inner.row = content[0].row
    return inner.run(text, call.given if path is not None else [])


def _text(call: ShellCall, content: list[ScriptLine], which: str) -> str | None:
    """A script's text; None if it is not sure, so that it may do anything.

    `which` says which script it is: its path, or what reads it.
    """
    needs = tuple(dict.fromkeys(need for line in content for need in line.doubt))
    if needs or any(line.opaque for line in content):
        needs = needs or Machine.unknown(f"the script {which}")
        call.shell.machine.anything(call.row, needs)
        return None
    return "\n".join(line.text for line in content)


_OS_RELEASE = frozenset(
    (
        "ANSI_COLOR", "BUG_REPORT_URL", "BUILD_ID", "CPE_NAME", "HOME_URL", "ID", "ID_LIKE",
        "LOGO", "NAME", "PLATFORM_ID", "PRETTY_NAME", "SUPPORT_END", "SUPPORT_URL", "VARIANT",
        "VARIANT_ID", "VENDOR_NAME", "VENDOR_URL", "VERSION", "VERSION_CODENAME", "VERSION_ID",
    )
)  # fmt: skip
"""The variables of /etc/os-release (os-release(5)) that images of ECS set."""


_OF_THE_IMAGE = ("/etc/", "/usr/")
"""Where packages have the scripts that others source."""


def _source(call: ShellCall) -> list[ScriptLine]:
    """A file that sets variables; what is known of it is done, too.

    One that nobody saw written does nothing else, unless it is called a script.
    """
    shell, file = call.shell, call.arguments[0] if call.arguments else ""
    if file in ("/etc/os-release", "/usr/lib/os-release"):
        for name in _OS_RELEASE:
            shell.variables.pop(name, None)
    elif file and file != "/etc/profile":
        path = shell.path(file)
        unseen = path.endswith(".sh") and not path.startswith(_OF_THE_IMAGE)
        content = shell.machine.files.get(path, [opaque(call.row, ())] if unseen else [])
        text = _text(call, content, path)
        if text is not None:
            inner = shell.inside(content[0].row if content else 0, call.doubt, call.depth)
            inner.variables = dict(shell.variables)
            inner.run(text)
        shell.variables.clear()  # It may set any of them.
    return []


def _reads(call: ShellCall) -> list[ScriptLine]:
    """What gives the variables that it names a value known only on the instance."""
    for word in call.arguments:
        call.shell.variables.pop(word, None)
    return call.unknown_output()


def _positional(call: ShellCall) -> list[ScriptLine]:
    """`shift` and `set`, behind which `$1` is another word."""
    words = [
        word
        for before, word in pairwise(("", *call.arguments))
        if not word.startswith(("-", "+")) and not before.endswith("o")  # `-o pipefail`
    ]
    if call.name == "shift" or words or "--" in call.arguments:
        given: list[str] | None = None
        quoted: Container[str] = call.quoted
        if not call.doubt and "--" in call.arguments:
            given = call.arguments[call.arguments.index("--") + 1 :]
        elif not (call.doubt or call.arguments) and call.shell.arguments is not None:
            given = quoted = call.shell.arguments[1:]
        call.shell.give(given, quoted)
    return []


def _as_user(call: ShellCall) -> list[ScriptLine]:
    """`su - root -c "..."`, which runs a text."""
    texts = [each for each in call.arguments if each in ("-c", "--command")]
    return _script(call) if texts else _other(call)


def _trap(call: ShellCall) -> list[ScriptLine]:
    if len(call.arguments) > 1 and not call.arguments[0].startswith("-"):
        call.shell.traps.append((call.arguments[0], call.row))
    return []


def _nothing(_call: ShellCall) -> list[ScriptLine]:
    return []


def _cd(call: ShellCall) -> list[ScriptLine]:
    """Where relative paths begin from now on; where a branch goes is not known behind it."""
    words = [word for word in call.arguments if not word.startswith("-")]
    shell = call.shell
    if call.doubt or call.name == "popd" or len(words) != 1:
        needs = call.doubt or Machine.unknown("the working directory")
        shell.directory = shell.machine.marks.mark(Unknown(needs))
    else:
        shell.directory = shell.path(words[0])
    return []


def _exit(call: ShellCall) -> list[ScriptLine]:
    if not call.doubt:
        raise ReturnError if call.name == "return" else StopError
    return []


def _iptables(call: ShellCall) -> list[ScriptLine]:
    from taskwall.lowering.user_data import packet_rules

    spend(call.shell.machine, call.row, sum(map(len, call.shell.machine.rules.values())) // 10)
    if call.name == "iptables-restore":
        packet_rules.restored(call.shell.machine, call.row)
    else:
        packet_rules.obey(call.shell.machine, call.arguments, call.row, call.doubt)
    return []


def _docker(call: ShellCall) -> list[ScriptLine]:
    """`docker run` of the agent: its environment, and what starts it."""
    words = call.arguments
    if "run" not in words or not any("amazon-ecs-agent" in word for word in words):
        return []
    machine = call.shell.machine
    machine.started_by = "docker"
    machine.has_agent = True
    for at, word in enumerate(words):
        name, _, value = word.partition("=")
        if name == "--env-file":  # `--env` wins over it
            file = value or "".join(words[at + 1 : at + 2])
            machine.environment_file(call.shell.path(file), call.doubt, machine.direct, quotes="")
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


def program(call: ShellCall) -> list[ScriptLine]:
    """A program of another language: it may change whatever watched file it names."""
    machine, found = call.shell.machine, _other(call)
    held = machine.files.get(call.shell.path(call.arguments[0])) if call.arguments else None
    text = "\n".join((*call.arguments, *(line.text for line in (*call.given, *(held or ())))))
    spend(machine, call.row, len(machine.files) * (1 + len(text) // 1000))
    for path in dict.fromkeys((*WATCHED_FILES, *machine.files)):
        if path in text and path.startswith("/"):
            needs = Machine.unknown(f"what {call.name} writes to {path}")
            machine.replace(path, call.row, needs, whole=False)
    return found


def _sed(call: ShellCall) -> list[ScriptLine]:
    if any(word.startswith(("-i", "--in-place")) for word in call.arguments):
        return _other(call)
    return call.unknown_output()


def _cfn_init(call: ShellCall) -> list[ScriptLine]:
    """Let the metadata of the named resource act, if it is one of the sources."""
    from taskwall.lowering.user_data import cfn_init

    words = [part for word in call.arguments for part in word.split("=", 1)]
    named = {name: words[at + 1] for at, name in enumerate(words[:-1]) if name.startswith("-")}
    machine = call.shell.machine
    metadata = machine.metadata(
        named.get("-r") or named.get("--resource") or "",
        named.get("-s") or named.get("--stack") or "",
    )
    if metadata is None or not metadata.fields:
        machine.anything(call.row, machine.unknown("what cfn-init does"))
    elif call.depth < DEEPEST:
        sets = named.get("-c") or named.get("--configsets") or ""

        def shell(script: str, doubt: tuple[Need, ...]) -> list[ScriptLine]:
            return call.shell.inside(call.row, doubt, call.depth).run(script)

        cfn_init.run(machine, metadata, sets, call.row, call.doubt, shell)
    return []


_DIRECTORY = "/etc/ecs"


def _watched(machine: Machine, path: str) -> bool:
    return path in WATCHED_FILES or path in machine.files or path.startswith("/etc/ecs/")


def _other(call: ShellCall) -> list[ScriptLine]:
    """Any other command: it may change a watched file that it names, unless it only reads it.

    Lines of YAML are none: the shell finds no command of that name.
    """
    if call.name not in _READERS and call.name != "-" and not call.name.endswith(":"):
        machine = call.shell.machine
        for word in call.arguments:
            # A download goes to a file of its own name.
            said = word.rpartition("/")[2] if "://" in word else word.rpartition("=")[2]
            path = call.shell.path(said)
            within = path == _DIRECTORY
            if within or _watched(machine, path):
                path = AGENT_CONFIG if within else path
                needs = Machine.unknown(f"what {call.name} writes to {path}")
                whole = call.name in ("aws", "curl", "wget", "gsutil") and not call.doubt
                machine.replace(path, call.row, needs, whole=whole and not within)
    return call.unknown_output()


_TO_FILE = pattern(r"-[#fgkLsS]*[oO]|--output(?:=.*)?|--remote-name")
_ON_STATUS = pattern(r"-[#fgkLsS]*w|--write-out(?:=.*)?")


def _curl(call: ShellCall) -> list[ScriptLine]:
    """A download, whose output may go to a file."""
    found, words = _other(call), call.arguments
    quiet = any(map(_TO_FILE.fullmatch, words)) and not any(map(_ON_STATUS.fullmatch, words))
    return [] if quiet else found


_COMMANDS: dict[str, Callable[[ShellCall], list[ScriptLine]]] = {
    "echo": _echo,
    "printf": _printf,
    "cat": _cat,
    "tee": _tee,
    "cp": _copy,
    "mv": _copy,
    "rm": _remove,
    "source": _source,
    ".": _source,
    "cd": _cd,
    "pushd": _cd,
    "popd": _cd,
    "exit": _exit,
    "return": _exit,
    **dict.fromkeys(("iptables", "iptables-legacy", "iptables-nft"), _iptables),
    "iptables-restore": _iptables,
    "docker": _docker,
    "sed": _sed,
    "curl": _curl,
    "cfn-init": _cfn_init,
    "eval": _script,
    "trap": _trap,
    **dict.fromkeys(("su", "runuser"), _as_user),
    **dict.fromkeys(("shift", "set"), _positional),
    **dict.fromkeys((":", "true", "false"), _nothing),
    **dict.fromkeys(("read", "mapfile", "readarray", "getopts"), _reads),
    **dict.fromkeys(SHELL_NAMES, _script),
    **dict.fromkeys(("python", "python2", "python3", "perl", "ruby", "node"), program),
}
