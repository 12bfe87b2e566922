"""Functions of files and paths. Files are read only within the boundary of the scan."""

import os

from taskwall.core.values import Fields, Known, Need, Span, Unknown, Value, worst_per_scenario
from taskwall.readers.terraform.evaluation.context import ModuleContext
from taskwall.readers.terraform.evaluation.functions.arguments import UnsettledError, text_of
from taskwall.readers.terraform.syntax.hcl import parse_template
from taskwall.readers.terraform.values.values import FailedError, Set
from taskwall.source.files import UnreadableError

DEEPEST_TEMPLATE = 10
"""How far templates may include each other."""

MOST_FILES = 20_000
"""A folder with more files than this is not looked through."""


def _located(argument: Value, scope: ModuleContext) -> str:
    """The absolute path that a path argument means: relative ones start at the root's folder."""
    path = text_of(argument)
    return os.path.normpath(os.path.join(scope.run.root.folder, os.path.expanduser(path)))


def _read(path: str, scope: ModuleContext) -> str | Unknown:
    if not scope.run.may_read(path):
        return Unknown((Need(f'file("{path}")', "is outside the scanned folders"),))
    try:
        return scope.run.loader.text(path)
    except UnreadableError as error:
        if not scope.run.loader.exists(path):
            raise FailedError(f'file("{os.path.basename(path)}")', "does not exist") from error
        return Unknown((Need(f'file("{os.path.basename(path)}")', str(error)),))


def content(argument: Value, scope: ModuleContext) -> str | Unknown:
    """The text of the file at a path."""
    return _read(_located(argument, scope), scope)


def _file(arguments: list[Value], scope: ModuleContext) -> Value:
    path = _located(arguments[0], scope)
    found = _read(path, scope)
    return found if isinstance(found, Unknown) else Known(found, _start(path))


def _start(path: str) -> Span:
    return Span(path, 1, 1, 1, 1)


def _fileexists(arguments: list[Value], scope: ModuleContext) -> Value:
    path = _located(arguments[0], scope)
    if not scope.run.may_read(path):
        return Unknown((Need(f'file("{path}")', "is outside the scanned folders"),))
    return Known(scope.run.loader.exists(path))


def _templatefile(arguments: list[Value], scope: ModuleContext) -> Value:
    path = _located(arguments[0], scope)
    found = _read(path, scope)
    if isinstance(found, Unknown):
        return found
    variables = worst_per_scenario(arguments[1])
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
    from taskwall.readers.terraform.evaluation.functions.encodings import ENCODINGS

    return ENCODINGS["base64encode"]([_file(arguments, scope)], scope)


def _fileset(arguments: list[Value], scope: ModuleContext) -> Value:
    """The files below a folder whose paths, as seen from it, match a pattern."""
    import re

    folder = _located(arguments[0], scope)
    if not scope.run.may_read(folder):
        return Unknown((Need(f'fileset("{folder}")', "is outside the scanned folders"),))
    pattern = re.compile(_as_regex(text_of(arguments[1])), re.DOTALL)
    found: list[str] = []
    seen = 0
    for at, folders, names in os.walk(folder):
        folders.sort()
        seen += len(names) + 1
        if seen > MOST_FILES:
            raise UnsettledError
        for name in names:
            path = os.path.relpath(os.path.join(at, name), folder).replace(os.sep, "/")
            if pattern.fullmatch(path):
                found.append(path)
    return Set(tuple(map(Known, sorted(found))))


def _as_regex(pattern: str) -> str:
    """A pattern of files as a regular expression: `*`, `?`, `**`, `[...]`, `{a,b}`."""
    import re

    if pattern.count("*") > 10 or len(pattern) > 200:
        raise UnsettledError
    pieces = []
    inside = 0
    for match in re.finditer(r"\*\*/|\*\*|\*|\?|\[[^\]/]+\]|\\.|.", pattern, re.DOTALL):
        piece = match[0]
        if piece == "{":
            inside += 1
        elif piece == "}" and inside:
            inside -= 1
            pieces.append(")")
            continue
        if piece == "," and inside:
            pieces.append("|")
        elif piece.startswith("[") and len(piece) > 1:
            pieces.append(piece.replace("[!", "[^"))
        else:
            pieces.append(_PATTERNS.get(piece) or re.escape(piece.removeprefix("\\") or piece))
    return "".join(pieces) + ")" * inside


_PATTERNS = {
    "**/": "(?:[^/]+/)*",
    "**": ".*",
    "*": "[^/]*",
    "?": "[^/]",
    "{": "(?:",
}


def _templatestring(arguments: list[Value], scope: ModuleContext) -> Value:
    variables = worst_per_scenario(arguments[1])
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
    return Known(os.path.normpath(os.path.join(scope.run.root.folder, path)))


def _basename(arguments: list[Value], scope: ModuleContext) -> Value:
    return Known(os.path.basename(text_of(arguments[0]).rstrip("/")))


def _dirname(arguments: list[Value], scope: ModuleContext) -> Value:
    return Known(os.path.dirname(text_of(arguments[0])) or ".")


FILESYSTEM = {
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
