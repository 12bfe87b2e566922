"""The commands that read, write, copy and remove files: `cat`, `tee`, `cp`, `mv`, `rm`."""

from fnmatch import fnmatchcase
from itertools import pairwise

from taskwall.core.patterns import pattern
from taskwall.core.values import Need
from taskwall.lowering.user_data.machine import (
    AGENT_CONFIG,
    CONFIG_FOLDER,
    Machine,
    ScriptLine,
    opaque,
)
from taskwall.lowering.user_data.marked import is_known
from taskwall.lowering.user_data.quoting import PATTERN_SIGNS
from taskwall.lowering.user_data.shell.call import Command, ShellCall, spend


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
    return word.rpartition("/")[2] in ("", ".") or call.shell.path(word) == CONFIG_FOLDER


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
        moved = [source] if held is not None or machine.watches(target) else []
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


FILE_COMMANDS: dict[str, Command] = {
    "cat": _cat,
    "tee": _tee,
    "cp": _copy,
    "mv": _copy,
    "rm": _remove,
}
