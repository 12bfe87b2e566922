"""Which folders of a scan are root modules, and which of them are one stack."""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial

from msgspec.structs import replace

from taskwall.core.paths import repository_of
from taskwall.readers.terraform.joined_roots import JoinedStack, joined
from taskwall.readers.terraform.modules import Module, module_loader
from taskwall.readers.terraform.stack import TerraformStack
from taskwall.source.containment import attempt
from taskwall.source.files import Files
from taskwall.source.stack import Inputs, SourceError

UNITS = (".hcl", ".hcl.json")
"""How the names of Terragrunt's files end."""


def stacks(
    paths: Collection[str], files: Files, inputs: Inputs
) -> tuple[list[TerraformStack | JoinedStack], list[SourceError]]:
    """The root modules among the files of a scan.

    A root module is a folder that no other folder of the scan calls; of folders that only call
    each other in a circle, one counts as root, so that the circle is reported. Roots that refer to
    each other are one stack, with what they refer to of the context.

    Args:
        paths: all files of the scan that end in `.tf`, and those of Terragrunt's units, absolute;
            there is one at least.
        files: reads them.
        inputs: what the user says of variables and unknown values, and the context.

    Returns:
        The stacks in the order of their folders, and the errors of files that cannot be read.
    """
    units = [path for path in paths if path.endswith(UNITS)]
    folders = _by_folder(path for path in paths if not path.endswith(UNITS))
    boundary = inputs.boundary or os.path.commonpath([*folders, *map(os.path.dirname, units)])
    of_context = _by_folder(path for path in inputs.context.terraform if not path.endswith(UNITS))
    errors: dict[SourceError, None] = {}
    failed: list[SourceError] = []
    books = module_loader(files)
    books.parser = inputs.hcl_parser
    books.scanned = {**of_context, **folders}
    modules: dict[str, Module] = {}
    for folder in sorted(books.scanned):
        parsed = attempt(partial(books.module, folder), folder, failed)
        module, unreadable = parsed or (None, ())
        errors.update(dict.fromkeys(unreadable))
        if module is not None:
            modules[folder] = module
    read = {
        folder: _stack(module, files, inputs, boundary, folder not in folders)
        for folder, module in modules.items()
    }
    for folder, one in _units(units, files, inputs, boundary, failed):
        if folder not in read or not one.context:
            read[folder] = one
    calls = {
        folder: attempt(one.local_calls, folder, failed) or set() for folder, one in read.items()
    }
    _leave_out_callers(calls, _roots({f: calls[f] for f in calls if not read[f].context}))
    found = [read[folder] for folder in _roots(calls)]
    tied = attempt(lambda: joined(found, inputs, files), boundary, failed)
    if tied is None:
        tied = [root for root in found if not root.context]
    return tied, [*errors, *failed]


def _by_folder(paths: Iterable[str]) -> dict[str, frozenset[str]]:
    folders: dict[str, set[str]] = {}
    for path in paths:
        folders.setdefault(os.path.dirname(path), set()).add(path)
    return {folder: frozenset(found) for folder, found in folders.items()}


def _units(
    units: list[str], files: Files, inputs: Inputs, boundary: str, failed: list[SourceError]
) -> Iterator[tuple[str, TerraformStack]]:
    """The stacks of Terragrunt's units in the scan, by folder, then those in its context."""
    estates = [(units, boundary, False)] if units else []
    scanned = frozenset(units)
    of_context = [path for path in inputs.context.terraform if path.endswith(UNITS)]
    if more := [path for path in of_context if path not in scanned]:
        common = os.path.commonpath(map(os.path.dirname, more))
        estates.append((more, repository_of(common) or common, True))
    for some, within, context in estates:
        from taskwall.readers.terraform.terragrunt.discovery import unit_stacks

        made, wrong = unit_stacks(some, files, inputs, within)
        failed += wrong
        for folder, one in made.items():
            one.context = context
            yield folder, one


def _stack(
    root: Module, files: Files, inputs: Inputs, boundary: str, context: bool
) -> TerraformStack:
    """The stack of a root module; the one before, with all that it knows, if nothing differs."""
    if context:
        boundary = repository_of(root.folder) or root.folder
    inputs = inputs.at(root.folder)
    kept = module_loader(files).kept
    key = ("stack", root.folder, inputs.deployment_name)
    found = kept.get(key)
    if (
        isinstance(found, TerraformStack)
        and replace(found.inputs, doubts={}) == inputs
        and (found.boundary, found.context) == (boundary, context)
        and found.holds(root)
    ):
        return found
    found = TerraformStack(root, files, inputs, boundary, context)
    if files.retained:
        kept[key] = found
    return found


def _leave_out_callers(calls: dict[str, set[str]], roots: Sequence[str]) -> None:
    """Take out the folders of the context that call what is a root of the scan.

    Beside them its things would be there twice.

    Args:
        calls: the folders that each folder calls; is changed.
        roots: the folders of the scan that none of the scan calls.
    """
    pending = list(roots)
    while pending:
        called = pending.pop()
        for caller in [one for one, targets in calls.items() if called in targets]:
            if caller not in roots:
                del calls[caller]
                pending.append(caller)


def _roots(calls: dict[str, set[str]]) -> list[str]:
    called = {target for folder, targets in calls.items() for target in targets if target != folder}
    roots = [folder for folder in calls if folder not in called]
    reached: set[str] = set()

    def reach(folder: str) -> None:
        pending = [folder]
        while pending:
            at = pending.pop()
            if at not in reached:
                reached.add(at)
                pending.extend(calls.get(at, ()))

    for folder in roots:
        reach(folder)
    for folder in calls:
        if folder not in reached:
            roots.append(folder)
            reach(folder)
    return sorted(roots)
