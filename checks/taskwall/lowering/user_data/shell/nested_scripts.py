"""The commands that run other scripts: `bash`, `eval`, `source`, `su`."""

from itertools import pairwise

from taskwall.lowering.user_data.machine import Machine, ScriptLine, opaque
from taskwall.lowering.user_data.shell.call import Command, ShellCall
from taskwall.lowering.user_data.shell.programs import not_followed
from taskwall.lowering.user_data.shell.shebang import SHELL_NAMES


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


def _as_user(call: ShellCall) -> list[ScriptLine]:
    """`su - root -c "..."`, which runs a text."""
    texts = [each for each in call.arguments if each in ("-c", "--command")]
    return _script(call) if texts else not_followed(call)


SCRIPT_COMMANDS: dict[str, Command] = {
    "source": _source,
    ".": _source,
    "eval": _script,
    **dict.fromkeys(("su", "runuser"), _as_user),
    **dict.fromkeys(SHELL_NAMES, _script),
}
