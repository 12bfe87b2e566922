"""The units among the files of a scan."""

import os
from collections.abc import Collection, Iterator, Mapping
from functools import partial

from msgspec import Struct

from taskwall.core.paths import encloses
from taskwall.core.values import Span
from taskwall.readers.terraform.modules import Module, ModuleLoader, module_loader
from taskwall.readers.terraform.terragrunt.configuration import STACK, UNIT_FILE
from taskwall.readers.terraform.terragrunt.context import Unit
from taskwall.readers.terraform.terragrunt.stack_files import MadeUnit, StackFiles
from taskwall.readers.terraform.terragrunt.unit_stack import UnitStack
from taskwall.readers.terraform.terragrunt.units import (
    ResolvedUnit,
    absent_unit,
    resolve_unit,
)
from taskwall.source.containment import attempt
from taskwall.source.files import Files, UnreadableError
from taskwall.source.stack import Inputs, SourceError

BOILERPLATE = ".boilerplate"
"""The folder in which Terragrunt keeps templates of units."""


def unit_stacks(
    paths: Collection[str], files: Files, inputs: Inputs, boundary: str
) -> tuple[dict[str, UnitStack], list[SourceError]]:
    """The units among the files of a scan, by their folders.

    What units below it include is none, nor is a file without a module, nor one of which a stack
    makes units.

    Args:
        paths: all files of the scan that are called as units are, absolute.
        files: reads them.
        inputs: what the user says.
        boundary: the folder that encloses everything scanned.

    Returns:
        the units, and the errors of files that cannot be read.
    """
    errors: list[SourceError] = []
    named: dict[str, list[Unit]] = {UNIT_FILE: [], STACK: []}
    for path in sorted(paths):
        folder, name = os.path.split(path)
        if name == f"{UNIT_FILE}.json" and os.path.join(folder, UNIT_FILE) not in paths:
            name = UNIT_FILE
        if name in named and BOILERPLATE not in path.split(os.sep):
            named[name].append(Unit(folder, path))
    stacks = {
        stack.file: StackFiles(module_loader(files), inputs, boundary) for stack in named[STACK]
    }
    for stack in named[STACK]:
        attempt(partial(stacks[stack.file].expand, stack), stack.file, errors)
    used = {path for one in stacks.values() for path in one.used}
    made = [MadeUnit(unit) for unit in named[UNIT_FILE] if unit.file not in used]
    for file, one in stacks.items():
        if file not in used:
            made += one.units
            errors += one.errors
    found: dict[str, UnitStack] = {}
    for unit in made:
        read = attempt(partial(_stack, unit, files, inputs, boundary), unit.unit.file, errors)
        if isinstance(read, SourceError):
            errors.append(read)
        elif read is not None:
            found[unit.unit.folder] = read
    parents = {
        path
        for folder, each in found.items()
        for path in each.found.included
        if encloses(os.path.dirname(path), folder)
    }
    kept = {folder: each for folder, each in found.items() if each.found.unit.file not in parents}
    return kept, [*errors, *_circles(kept)]


def _circles(units: Mapping[str, UnitStack]) -> Iterator[SourceError]:
    """An error for each circle of units that need each other's outputs."""
    done: set[str] = set()
    for start in units:
        path: dict[str, Iterator[tuple[str, str, Span]]] = {}
        pending = [start] if start not in done else []
        while pending:
            at = pending[-1]
            rest = path.setdefault(at, iter(units[at].found.dependencies))
            if (dependency := next(rest, None)) is None:
                done.add(at)
                del path[pending.pop()]
                continue
            _, folder, place = dependency
            if folder in path:
                names = [os.path.basename(one) for one in (*path, folder)]
                around = " -> ".join(names[list(path).index(folder) :])
                yield SourceError(place, f"units depend on each other in a circle: {around}")
            elif folder in units and folder not in done:
                pending.append(folder)


def _resolved(
    made: MadeUnit, loader: ModuleLoader, inputs: Inputs, boundary: str
) -> ResolvedUnit | None:
    if made.absent is not None:
        return absent_unit(made.unit, made.absent, made.source, loader)
    return resolve_unit(made.unit, loader, inputs, boundary)


class _Kept(Struct, frozen=True):
    """The stack of a unit, and what it was made of."""

    made: MadeUnit
    inputs: Inputs
    stack: UnitStack | None
    texts: Mapping[str, str | None]
    modules: tuple[tuple[str, Module | None], ...]


def _stack(
    made: MadeUnit, files: Files, inputs: Inputs, boundary: str
) -> UnitStack | SourceError | None:
    """The stack of a unit; the one before, with all that it knows, if nothing differs.

    What the unit comes to is taken from before also where its modules differ, or nobody has
    evaluated them: that is what takes long of an estate, of which a key changes one file.
    """
    loader, unit = module_loader(files), made.unit
    inputs = inputs.at(unit.folder)
    found: ResolvedUnit | None
    key = ("unit", unit.folder, inputs.deployment_name)
    kept = loader.kept.get(key)
    if (
        isinstance(kept, _Kept)
        and (kept.made, kept.inputs) == (made, inputs)
        and files.same(kept.texts)
        and all(loader.module(folder)[0] is module for folder, module in kept.modules)
    ):
        if kept.stack is None or kept.stack.holds(kept.stack.root):
            return kept.stack
        found, texts = kept.stack.found, kept.texts
    else:
        try:
            found, texts = files.listened(lambda: _resolved(made, loader, inputs, boundary))
        except UnreadableError as error:
            return error.error
    stack = None if found is None else UnitStack(found, files, inputs, boundary)
    if files.retained:
        folders = {unit.folder, *([stack.root.folder] if stack else [])}
        modules = tuple((folder, loader.module(folder)[0]) for folder in folders)
        loader.kept[key] = _Kept(made, inputs, stack, texts, modules)
    return stack
