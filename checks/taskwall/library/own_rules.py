"""Where rules of one's own are found, and how they are loaded.

They come from folders that the user names, from the environment, and from installed packages.
Nothing that stands in a scanned source is ever imported.
"""

import importlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from types import ModuleType

from msgspec import Struct

from taskwall.core.values import Span
from taskwall.rules import all_rules
from taskwall.rules._rule import Rule
from taskwall.source.stack import SourceError

ENVIRONMENT = "TASKWALL_RULES"
"""The variable that names folders of rules, separated as those of PATH are."""

ENTRY_POINTS = "taskwall.rules"
"""The group of entry points by which installed packages name the packages of their rules."""

RULE_FILE = re.compile(r"[a-z]{2,}\d{3,}_\w+\.py")
"""How the file of a rule is named: its id in small letters, and what it is about."""


class OwnRules(Struct, frozen=True):
    """Rules of one's own, by id, and what could not be loaded."""

    rules: tuple[Rule, ...] = ()
    errors: tuple[SourceError, ...] = ()


def every_rule(folders: Sequence[str] = ()) -> OwnRules:
    """Taskwall's rules and those of one's own, by id.

    Args:
        folders: absolute paths of folders of rules, beside those of the environment and of
            installed packages.
    """
    named = (*folders, *filter(None, os.environ.get(ENVIRONMENT, "").split(os.pathsep)))
    return _every(tuple(dict.fromkeys(map(os.path.abspath, named))))


def name_folders(folders: Sequence[str]) -> None:
    """Let all that this process asks from now on have the rules of folders, too."""
    known = filter(None, (os.environ.get(ENVIRONMENT),))
    os.environ[ENVIRONMENT] = os.pathsep.join((*map(os.path.abspath, folders), *known))


@cache
def _every(folders: tuple[str, ...]) -> OwnRules:
    found = {rule.id: rule for rule in all_rules()}
    files: dict[str, str] = {}
    errors: list[SourceError] = []
    for load in (*map(_Folder, folders), *_installed(errors)):
        for rule in load.rules(errors):
            file = load.file_of(rule)
            if found.setdefault(rule.id, rule) is rule:
                files[rule.id] = file
            else:
                text = f"{rule.id} is the id of the rule in {files[rule.id]} as well"
                errors.append(_error(file, 1, text))
    return OwnRules(tuple(found[id_] for id_ in sorted(found)), tuple(errors))


class _Package:
    """A package of rules, as it is installed."""

    def __init__(self, name: str, folder: str) -> None:
        self.name = name
        self.folder = folder

    def file_of(self, rule: Rule) -> str:
        return os.path.join(self.folder, f"{rule.module.rpartition('.')[2]}.py")

    def rules(self, errors: list[SourceError]) -> Iterator[Rule]:
        """The rules of the package; what is wrong with a file goes to the errors."""
        try:
            files = sorted(os.listdir(self.folder))
        except OSError as error:
            why = f"rules cannot be read: {error.strerror or error}"
            errors.append(_error(self.folder, 1, why))
            return
        if not any(map(RULE_FILE.fullmatch, files)):
            errors.append(_error(self.folder, 1, f"holds no rules: {_NAMED}"))
        for file in files:
            if not RULE_FILE.fullmatch(file):
                errors += _misnamed(os.path.join(self.folder, file))
                continue
            path = os.path.join(self.folder, file)
            try:
                found = _rule_of(importlib.import_module(f"{self.name}.{file[:-3]}"), file)
            except (Exception, SystemExit) as error:  # noqa: BLE001 (a rule that cannot be loaded is an error)
                errors.append(_error(path, _line(error, path), f"{type(error).__name__}: {error}"))
            else:
                yield found


class _Folder(_Package):
    """A folder of rules, as a package of a name of its own: its files may import each other."""

    def __init__(self, folder: str) -> None:
        super().__init__(f"taskwall_rules_{folder.encode().hex()}", folder)
        package = ModuleType(self.name)
        package.__path__ = [folder]
        sys.modules.setdefault(self.name, package)


def _rule_of(module: ModuleType, file: str) -> Rule:
    """The rule of a file.

    Raises:
        TypeError: it holds none, or several, or one with an id of ours.
    """
    found = [one for one in vars(module).values() if isinstance(one, Rule)]
    mine = [one for one in found if one.module == module.__name__]
    if len(mine) != 1:
        raise TypeError(f"{file}: a rule's file holds one function under @rule(...)")
    if mine[0].id.startswith("TW"):
        raise TypeError(f"{file}: ids that begin with TW are taskwall's own")
    return mine[0]


_NAMED = "the file of a rule is named by its id and what it is about, such as acme101_name.py"


def _misnamed(path: str) -> Iterator[SourceError]:
    """That a file holds a rule, and is not named as one: it would never be read."""
    if path.endswith(".py") and os.path.isfile(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, 1):
                if line.startswith("@rule("):
                    yield _error(path, number, _NAMED)


def _installed(errors: list[SourceError]) -> Iterator[_Package]:
    """The packages of rules that installed distributions name."""
    if not any(map(_names_rules, sys.path)):
        return
    from importlib.metadata import entry_points

    for point in entry_points(group=ENTRY_POINTS):
        try:
            package = point.load()
            folders = list(package.__path__)
        except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever the package raises)
            file, line = _raised_in(error, point.value)
            errors.append(_error(file, line, f"{point.value} cannot be imported: {error!r}"))
        else:
            yield from (_Package(package.__name__, folder) for folder in folders)


def _names_rules(folder: str) -> bool:
    """Whether a distribution in a folder of `sys.path` names rules.

    `importlib.metadata` would tell as well, and takes longer to import than a small scan.
    """
    try:
        entries = [name for name in os.listdir(folder or os.curdir) if name.endswith("-info")]
    except OSError:
        return False
    for name in entries:
        try:
            with open(os.path.join(folder, name, "entry_points.txt"), "rb") as file:
                if f"[{ENTRY_POINTS}]".encode() in file.read():
                    return True
        except OSError:
            continue
    return False


def _line(error: BaseException, path: str) -> int:
    """The line of a rule's file where loading it failed."""
    if isinstance(error, SyntaxError):
        return error.lineno or 1
    import traceback  # only what fails needs it

    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if os.path.abspath(frame.filename) == path and frame.lineno
    ]
    return lines[-1] if lines else 1


def _raised_in(error: BaseException, otherwise: str) -> tuple[str, int]:
    """The file and line in which an import failed; `otherwise` if there is none."""
    import traceback

    machinery = (__file__, os.path.dirname(importlib.__file__))
    files = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if os.path.isfile(frame.filename) and not frame.filename.startswith(machinery)
    ]
    return (files[-1].filename, files[-1].lineno or 1) if files else (otherwise, 1)


def _error(path: str, line: int, message: str) -> SourceError:
    return SourceError(Span(path, line, 1, line, 1), message)
