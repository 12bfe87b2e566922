"""One name, one meaning: what modules define under the same name means the same."""

import ast
import builtins
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "checks" / "taskwall"

SAME = {
    "DEEPEST": "how deep a reader follows what a source nests",
    "FUNCTIONS": "the functions of a language, by name",
    "OLDEST": "the oldest version of a host that is supported",
    "OPEN": "stands for what is not known in a text",
    "READ": "when the documentation was read that a table is from",
    "SHAPES": "how a format of the graph draws each kind of node",
    "SPELLED": "how user data spells the settings of the agent",
    "Writer": "makes edits of a file in one language",
    "composed": "what the composer makes of a text, in YAML or JSON",
    "main": "the entry point of a command",
    "parse": "reads a file in one syntax",
    "parser": "declares what a command takes",
    "render": "writes a report, or a graph, in one format",
    "run": "does what a command, or a kind of user data, says",
    "suppressions": "the suppressions that sources hold",
    "MAX_TEXT_LENGTH": "how long a text grows before it counts as unknown",
    "with_place": "the same value at another place",
    "concatenate": "parts of a text as one value",
    "stacks": "the entry point of a reader",
}
"""Names that mean the same wherever they are defined, and what."""


def _is_type_variable(node: ast.stmt) -> bool:
    value = getattr(node, "value", None)
    return isinstance(value, ast.Call) and ast.unparse(value.func) in ("TypeVar", "ParamSpec")


def _is_lowering(node: ast.FunctionDef) -> bool:
    """Whether a function is found by resource types, and named for readers only."""
    return any(ast.unparse(one).startswith("lowers(") for one in node.decorator_list)


def _defined(module: Path) -> Iterator[str]:
    """The public names that a module defines itself."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) or (
            isinstance(node, ast.FunctionDef) and not _is_lowering(node)
        ):
            yield node.name
        elif isinstance(node, ast.Assign) and not _is_type_variable(node):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def _twice() -> dict[str, list[str]]:
    """The public names that several modules define, with those modules.

    Those of the library are left out: what it shows has the name of what it is.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    library = (PACKAGE / "library", PACKAGE / "api" / "library.py")
    for module in sorted(PACKAGE.rglob("*.py")):
        if not {*library}.isdisjoint((module, module.parent)):
            continue
        for name in sorted({*_defined(module)}):
            if not name.startswith("_") and name != "TYPE_CHECKING":
                found[name].append(str(module.relative_to(PACKAGE)))
    return {name: modules for name, modules in found.items() if len(modules) > 1}


def test_a_name_has_one_meaning() -> None:
    """A class, function or constant is called as no other is, unless it means the same."""
    twice = _twice()

    assert {name: twice[name] for name in sorted(twice) if name not in SAME} == {}


def test_what_is_listed_is_needed() -> None:
    """A name that is defined once leaves the list, which so becomes shorter."""
    twice = _twice()

    assert sorted(name for name in SAME if name not in twice) == []


def test_what_docstrings_raise_is_there() -> None:
    """A docstring names no exception that was renamed, or went."""
    there, named = {*dir(builtins)}, list[tuple[str, str]]()
    for module in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                there |= {one.asname or one.name for one in node.names}
            elif isinstance(node, ast.ClassDef):
                there.add(node.name)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                _, _, raises = (ast.get_docstring(node) or "").partition("Raises:\n")
                for name in re.findall(r"^    ([\w.]+):", raises, re.MULTILINE):
                    named.append((name.rpartition(".")[2], f"{module.name}: {node.name}"))

    assert len(named) > 50
    assert [where for name, where in named if name not in there] == []
