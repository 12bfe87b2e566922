"""The indexes by which a scan imports no more files than its sources ask for.

`lowering/_types.py` says which file lowers which resource type, `rules/_index.py` what a scan has
to know of a rule before there is something that it asks for. Both are derived: `python -m
tools.docs` writes them.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from taskwall.model.core.network import Network, RulePolicy
from taskwall.rules import found_rules
from taskwall.rules._rule import PROFILES, Rule

T = TypeVar("T")

PACKAGE = Path(__file__).parent.parent / "checks" / "taskwall"
NOTE = "Written by tools/docs.py: edit the files that it is about, not this one."
TYPES_OF_FILES = """
from importlib import import_module
from pkgutil import iter_modules
from taskwall import lowering
from taskwall.lowering._reader import ANNOUNCED
for module in iter_modules(lowering.__path__, f"{lowering.__name__}."):
    import_module(module.name)
for name, known in ANNOUNCED.items():
    file = known.lowering.__module__.rpartition(".")[2]
    print(repr(name), repr((file, known.entity.__name__ if known.entity else "", known.named)))
"""
"""Prints all types, in the order in which the files are imported where no other has been."""


def indexes() -> dict[Path, str]:
    """Both files and what has to stand in them."""
    return {
        PACKAGE / "lowering" / "_types.py": types(),
        PACKAGE / "rules" / "_index.py": rules(),
    }


def types() -> str:
    """The index of resource types."""
    done = subprocess.run(
        (sys.executable, "-c", TYPES_OF_FILES), capture_output=True, text=True, check=True
    )
    rows = (line.split(" ", 1) for line in done.stdout.splitlines())
    about = (
        "Which file lowers a resource type, to which kind of entity, and the attribute that names"
        " it."
    )
    return _written(
        about,
        "LOWERED: dict[str, tuple[str, str, str]] = {",
        [f"{name}: {row}" for name, row in rows],
        "}",
    )


def rules() -> str:
    """The index of rules."""
    about = "What is known of each rule before its file is imported, as `_indexed` takes it."
    rows = [repr(_row(rule)) for rule in found_rules()]
    return _written(about, "RULES: tuple[tuple[Any, ...], ...] = (", rows, ")")


def _row(rule: Rule) -> tuple[object, ...]:
    file = rule.module.rpartition(".")[2]
    flags = (rule.default, rule.pci, rule.yields_to, rule.per_use)
    return (file, rule.title, rule.severity, *flags, asked_for(rule))


def asked_for(rule: Rule) -> tuple[str, ...]:
    """What a rule asks an empty network for: kinds of entities by their names, "" for settings.

    Raises:
        ValueError: it says something of an empty network, or asks it for more than kinds.
    """
    asked = set()
    for profile in PROFILES:
        empty = _Empty(profile)
        if list(rule.judge(empty)):
            raise ValueError(f"{rule.id} says something of an empty network")
        asked |= empty.asked
    return tuple(sorted(asked))


class _Empty(Network):
    """A network without entities, which notes what it is asked for.

    Nobody reads its maps but by `every`: it would not note what they are asked for.
    """

    def __init__(self, profile: str) -> None:
        super().__init__((), RulePolicy(profile=profile))
        self.asked: set[str] = set()

    def __getattribute__(self, name: str) -> Any:
        if name == "policy":
            self.asked.add("")
        elif name in ("by_kind", "by_id"):
            raise ValueError(f"a rule asks an empty network for `{name}`: ask `every`")
        return super().__getattribute__(name)

    def every(self, kind: type[T]) -> list[T]:
        self.asked.add(kind.__name__)
        return []


def _written(about: str, start: str, rows: Sequence[str], end: str) -> str:
    noqa = ("# ruff: noqa: E501",) if max(map(len, rows)) > 95 else ()
    lines = ("# fmt: off", *noqa, start, *(f"    {row}," for row in rows), end)
    any_ = "from typing import Any\n\n" if "Any" in start else ""
    return f'"""{about}\n\n{NOTE}\n"""\n\n{any_}' + "\n".join(lines) + "\n"
