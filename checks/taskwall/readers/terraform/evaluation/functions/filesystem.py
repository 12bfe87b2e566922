"""Functions of files and paths. Files are read only within the boundary of the scan."""

import os
from collections.abc import Iterator, Mapping

from taskwall.core.globs import matches_path
from taskwall.core.values import Fields, Known, Need, Span, Unknown, Value, dereferenced
from taskwall.findings.finding import ALLOW_OUTSIDE
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.functions.arguments import UnsettledError, text_of
from taskwall.readers.terraform.syntax.hcl import parse_template
from taskwall.readers.terraform.values.values import FailedError, Set
from taskwall.source.files import UnreadableError

DEEPEST_TEMPLATE = 10
"""How far templates may include each other."""

MOST_BRACED = 50
"""A pattern of files that stands for more patterns than this is left unknown."""

MISSING = "does not exist"
OUTSIDE_FOLDERS = "is outside the scanned folders"
IN_HOME = "is in somebody's home folder"

CURES: Mapping[str, str] = {
    MISSING: "create the file before the scan",
    OUTSIDE_FOLDERS: ALLOW_OUTSIDE,
    IN_HOME: "copy the file into the repository",
}
"""What brings a file that is not read, by the reason."""
"""Why the content of a file is not known."""

MOST_FILES = 20_000
"""A folder with more files than this is not looked through."""


def _located(argument: Value, scope: ModuleContext) -> str:
    """The absolute path that a path argument means: relative ones start at the working folder.

    Whose home folder `~` will be is not known from the sources: it stays.
    """
    path = text_of(argument)
    if path.startswith("~"):
        return path
    found = os.path.normpath(os.path.join(scope.working_folder, path))
    run = scope.run
    if run.root.folder != run.working_folder == scope.working_folder:
        # What lies beside a unit of Terragrunt is copied to its module.
        beside = os.path.normpath(os.path.join(run.root.folder, path))
        if not run.loader.exists(found) and run.loader.exists(beside):
            return beside
    elif run.root.folder == scope.working_folder and not run.loader.exists(found):
        # A module that is scanned without its root may write paths as seen from that.
        own, steps = run.root.folder.split(os.sep), os.path.normpath(path).split(os.sep)
        for count in range(1, len(steps)):
            within = os.path.join(run.root.folder, *steps[count:])
            if own[-count:] == steps[:count] and run.loader.exists(within):
                return within
        # Or that is a folder above: a name alone would say too little of which file is meant.
        for count in range(1, len(own) if len(steps) > 1 else 0):
            above = os.path.join(os.sep.join(own[:-count]), *steps)
            if run.may_read(above) and run.loader.exists(above):
                return above
    return found


def _read(path: str, scope: ModuleContext) -> str | Unknown:
    if (why := _closed(path, scope)) is not None:
        return Unknown((Need(f'file("{path}")', why),))
    try:
        return scope.run.loader.text(path)
    except UnreadableError as error:
        if not scope.run.loader.exists(path):
            raise FailedError(f'file("{os.path.basename(path)}")', MISSING) from error
        return Unknown((Need(f'file("{os.path.basename(path)}")', str(error)),))


def _closed(path: str, scope: ModuleContext) -> str | None:
    """Why a path may not be read; None if it may."""
    if path.startswith("~"):
        return IN_HOME
    return None if scope.run.may_read(path) else OUTSIDE_FOLDERS


def content(argument: Value, scope: ModuleContext) -> str | Unknown:
    """The text of the file at a path."""
    return _read(_located(argument, scope), scope)


def _file(arguments: list[Value], scope: ModuleContext) -> Value:
    path = _located(arguments[0], scope)
    found = _read(path, scope)
    if isinstance(found, Unknown):
        return found
    last = found[found.rfind("\n") + 1 :]
    return Known(found, Span(path, 1, 1, found.count("\n") + 1, len(last) + 1))


def _fileexists(arguments: list[Value], scope: ModuleContext) -> Value:
    path = _located(arguments[0], scope)
    if (why := _closed(path, scope)) is not None:
        return Unknown((Need(f'file("{path}")', why),))
    return Known(scope.run.loader.exists(path))


def _templatefile(arguments: list[Value], scope: ModuleContext) -> Value:
    path = _located(arguments[0], scope)
    found = _read(path, scope)
    if isinstance(found, Unknown):
        return found
    variables = dereferenced(arguments[1])
    if not isinstance(variables, Fields):
        raise UnsettledError
    run = scope.run
    if run.templates >= DEEPEST_TEMPLATE:
        raise FailedError("templatefile(...)", "includes templates too deeply")
    node = run.template(path, found, parse_template)
    run.templates += 1
    try:
        value = scope.filled_in(node, variables.fields)
    finally:
        run.templates -= 1
    return value


def _filebase64(arguments: list[Value], scope: ModuleContext) -> Value:
    from taskwall.readers.terraform.evaluation.functions.encodings import FUNCTIONS as ENCODINGS

    found = _file(arguments, scope)
    return found if isinstance(found, Unknown) else ENCODINGS["base64encode"]([found], scope)


def _fileset(arguments: list[Value], scope: ModuleContext) -> Value:
    """The files below a folder whose paths, as seen from it, match a pattern."""
    folder = _located(arguments[0], scope)
    if (why := _closed(folder, scope)) is not None:
        return Unknown((Need(f'fileset("{folder}")', why),))
    patterns = [one.split("/") for one in _without_braces(text_of(arguments[1]))]
    found: list[str] = []
    seen = 0
    for at, names in _folders(folder, scope):
        seen += len(names) + 1
        if seen > MOST_FILES:
            raise UnsettledError
        scope.run.work(100 * len(patterns) * (len(names) + 1))
        for name in names:
            path = os.path.relpath(os.path.join(at, name), folder).replace(os.sep, "/")
            if any(matches_path(pattern, path.split("/")) for pattern in patterns):
                found.append(path)
    return Set(tuple(map(Known, sorted(found))))


def _folders(folder: str, scope: ModuleContext) -> Iterator[tuple[str, list[str]]]:
    """A folder and all below it, each with the names of the files in it; links are not entered."""
    pending = [folder]
    while pending:
        at = pending.pop()
        below, names = [], []
        for entry in scope.run.loader.entries(at):
            try:
                is_folder = entry.is_dir()
            except OSError:  # a link that leads to itself
                is_folder = False
            if not is_folder:
                names.append(entry.name)
            elif not entry.is_symlink():
                below.append(entry.path)
        pending += reversed(below)
        yield at, names


def _without_braces(pattern: str) -> list[str]:
    """The patterns that a pattern with alternatives in braces (`{a,b}`) stands for.

    Raises:
        UnsettledError: they are many, or it is written in a way that is not read here.
    """
    if len(pattern) > 200 or "\\" in pattern or "\0" in pattern:
        raise UnsettledError
    found = [pattern.replace("[^", "[!")]
    while "{" in found[0]:  # there are as many in each
        if len(found) > MOST_BRACED:
            raise UnsettledError
        made = []
        for one in found:
            before, _, rest = one.rpartition("{")  # the innermost: nothing opens behind it
            inside, closed, after = rest.partition("}")
            if not closed:
                raise UnsettledError
            made += [before + each + after for each in inside.split(",")]
        found = made
    return found


def _templatestring(arguments: list[Value], scope: ModuleContext) -> Value:
    variables = dereferenced(arguments[1])
    if not isinstance(variables, Fields):
        raise UnsettledError
    node = parse_template(scope.module.folder, text_of(arguments[0]))
    return scope.filled_in(node, variables.fields)


def _pathexpand(arguments: list[Value], scope: ModuleContext) -> Value:
    """Whose home folder it will be is not known from the sources."""
    path = text_of(arguments[0])
    if path.startswith("~"):
        raise UnsettledError
    return Known(path)


def _abspath(arguments: list[Value], scope: ModuleContext) -> Value:
    path = text_of(arguments[0])
    return Known(os.path.normpath(os.path.join(scope.working_folder, path)))


def _basename(arguments: list[Value], scope: ModuleContext) -> Value:
    return Known(os.path.basename(text_of(arguments[0]).rstrip("/")))


def _dirname(arguments: list[Value], scope: ModuleContext) -> Value:
    return Known(os.path.dirname(text_of(arguments[0])) or ".")


FUNCTIONS = {
    "file": _file,
    "fileexists": _fileexists,
    "filebase64": _filebase64,
    "fileset": _fileset,
    "templatefile": _templatefile,
    "templatestring": _templatestring,
    "pathexpand": _pathexpand,
    "abspath": _abspath,
    "basename": _basename,
    "dirname": _dirname,
}
