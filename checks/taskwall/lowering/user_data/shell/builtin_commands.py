"""The shell's own commands, but for those that run scripts."""

from collections.abc import Container
from itertools import pairwise

from taskwall.core.values import Unknown
from taskwall.lowering.user_data.machine import Machine, ScriptLine, lines
from taskwall.lowering.user_data.quoting import escaped
from taskwall.lowering.user_data.shell.call import Command, ReturnError, ShellCall, StopError


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


BUILTIN_COMMANDS: dict[str, Command] = {
    "echo": _echo,
    "printf": _printf,
    "cd": _cd,
    "pushd": _cd,
    "popd": _cd,
    "exit": _exit,
    "return": _exit,
    "trap": _trap,
    **dict.fromkeys(("shift", "set"), _positional),
    **dict.fromkeys((":", "true", "false"), _nothing),
    **dict.fromkeys(("read", "mapfile", "readarray", "getopts"), _reads),
}
