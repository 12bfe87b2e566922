"""Programs that are not followed: which watched files they may change."""

from taskwall.core.patterns import pattern
from taskwall.lowering.user_data.machine import (
    AGENT_CONFIG,
    CONFIG_FOLDER,
    WATCHED_FILES,
    Machine,
    ScriptLine,
)
from taskwall.lowering.user_data.shell.call import Command, ShellCall, spend

_READERS = frozenset(
    (
        "[", "cat", "chkconfig", "chmod", "chown", "docker", "file", "grep", "egrep", "head",
        "initctl", "less", "ls", "mkdir", "restorecon", "service", "source", "start", "stat",
        "stop", "systemctl", "tail", "test", "touch", "wc", "cfn-signal", "logger", "diff",
        "chattr", "setfacl",
    )
)  # fmt: skip
"""Commands that do not change the files that they name."""


def not_followed(call: ShellCall) -> list[ScriptLine]:
    """Any other command: it may change a watched file that it names, unless it only reads it.

    Lines of YAML are none: the shell finds no command of that name.
    """
    if call.name not in _READERS and call.name != "-" and not call.name.endswith(":"):
        machine = call.shell.machine
        for word in call.arguments:
            # A download goes to a file of its own name.
            said = word.rpartition("/")[2] if "://" in word else word.rpartition("=")[2]
            path = call.shell.path(said)
            within = path == CONFIG_FOLDER
            if within or machine.watches(path):
                path = AGENT_CONFIG if within else path
                needs = Machine.unknown(f"what {call.name} writes to {path}")
                whole = call.name in ("aws", "curl", "wget", "gsutil") and not call.doubt
                machine.replace(path, call.row, needs, whole=whole and not within)
    return call.unknown_output()


def other_language(call: ShellCall) -> list[ScriptLine]:
    """A program of another language: it may change whatever watched file it names."""
    machine, found = call.shell.machine, not_followed(call)
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
        return not_followed(call)
    return call.unknown_output()


_TO_FILE = pattern(r"-[#fgkLsS]*[oO]|--output(?:=.*)?|--remote-name")
_ON_STATUS = pattern(r"-[#fgkLsS]*w|--write-out(?:=.*)?")


def _curl(call: ShellCall) -> list[ScriptLine]:
    """A download, whose output may go to a file."""
    found, words = not_followed(call), call.arguments
    quiet = any(map(_TO_FILE.fullmatch, words)) and not any(map(_ON_STATUS.fullmatch, words))
    return [] if quiet else found


PROGRAMS: dict[str, Command] = {
    "sed": _sed,
    "curl": _curl,
    **dict.fromkeys(("python", "python2", "python3", "perl", "ruby", "node"), other_language),
}
