"""The units among the files of a scan."""

import os
from collections.abc import Iterable, Mapping
from functools import partial

from msgspec import Struct

from taskwall.core.paths import encloses
from taskwall.readers.terraform.modules import Module, module_loader
from taskwall.readers.terraform.terragrunt.configuration import UNIT
from taskwall.readers.terraform.terragrunt.context import Unit
from taskwall.readers.terraform.terragrunt.unit_stack import UnitStack
from taskwall.readers.terraform.terragrunt.units import resolve_unit
from taskwall.source.containment import attempt
from taskwall.source.files import Files, UnreadableError
from taskwall.source.stack import Inputs, SourceError


def unit_stacks(
    paths: Iterable[str], files: Files, inputs: Inputs, boundary: str
) -> tuple[dict[str, UnitStack], list[SourceError]]:
    """The units among the files of a scan, by their folders.

    What units below it include is none, nor is a file without a module.

    Args:
        paths: all files of the scan that are called as units are, absolute.
        files: reads them.
        inputs: what the user says.
        boundary: the folder that encloses everything scanned.

    Returns:
        the units, and the errors of files that cannot be read.
    """
    errors: list[SourceError] = []
    found: dict[str, UnitStack] = {}
    for path in sorted(paths):
        if os.path.basename(path) == UNIT:
            unit = Unit(os.path.dirname(path), path)
            stack = attempt(partial(_stack, unit, files, inputs, boundary), path, errors)
            if isinstance(stack, SourceError):
                errors.append(stack)
            elif stack is not None:
                found[unit.folder] = stack
    parents = {
        path
        for folder, stack in found.items()
        for path in stack.found.included
        if encloses(os.path.dirname(path), folder)
    }
    return {
        folder: stack for folder, stack in found.items() if stack.found.unit.file not in parents
    }, errors


class _Kept(Struct, frozen=True):
    """The stack of a unit, and what it was made of."""

    unit: Unit
    inputs: Inputs
    stack: UnitStack | None
    texts: Mapping[str, str | None]
    modules: tuple[tuple[str, Module | None], ...]


def _stack(
    unit: Unit, files: Files, inputs: Inputs, boundary: str
) -> UnitStack | SourceError | None:
    """The stack of a unit; the one before, with all that it knows, if nothing differs."""
    loader = module_loader(files)
    kept = loader.kept.get(("unit", unit.folder))
    if (
        isinstance(kept, _Kept)
        and (kept.unit, kept.inputs) == (unit, inputs)
        and files.same(kept.texts)
        and all(loader.module(folder)[0] is module for folder, module in kept.modules)
        and (kept.stack is None or kept.stack.holds(kept.stack.root))
    ):
        return kept.stack
    try:
        found, texts = files.listened(lambda: resolve_unit(unit, loader, inputs, boundary))
    except UnreadableError as error:
        return error.error
    stack = None if found is None else UnitStack(found, files, inputs, boundary)
    if files.retained:
        folders = {unit.folder, *([stack.root.folder] if stack else [])}
        modules = tuple((folder, loader.module(folder)[0]) for folder in folders)
        loader.kept["unit", unit.folder] = _Kept(unit, inputs, stack, texts, modules)
    return stack
