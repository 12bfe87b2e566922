"""Files of values that no scan reads by itself: which tables of the settings would say whose."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from taskwall.core.paths import encloses
from taskwall.core.patterns import pattern
from taskwall.settings.words import toml_text
from taskwall.source.files import Files, UnreadableError
from taskwall.source.stack import Stack

MAX_PROPOSED = 4
"""So many tables are proposed at most."""


class Proposal(Struct, frozen=True):
    """A table `deployment` that could be declared; paths are absolute."""

    name: str
    path: str
    var_files: tuple[str, ...] = ()
    parameters: str = ""


def proposed(
    roots: Mapping[str, str], others: Iterable[str], stacks: Sequence[Stack], files: Files
) -> tuple[Proposal, ...]:
    """The tables that would have a scan read all files of values.

    Args:
        roots: the folder of the root module that each file of Terraform's values is for; "" if it
            lies in none.
        others: JSON files, of which some may hold parameters.
        stacks: what was read.
        files: reads their texts.
    """
    return (*_of_variables(roots, stacks, files), *_of_parameters(others, stacks, files))


def _of_variables(
    roots: Mapping[str, str], stacks: Sequence[Stack], files: Files
) -> Iterator[Proposal]:
    """A deployment for the files of each environment of a root module, or of several."""
    if not roots:
        return
    from taskwall.readers.terraform.modules import module_loader

    loader = module_loader(files)
    given: dict[str, frozenset[str]] = {}
    meant: dict[str, str] = {}
    for path, root in sorted(roots.items()):
        try:
            names = frozenset(loader.file(path).parsed.body.attributes)
        except UnreadableError:
            continue
        module = loader.module(root)[0] if root else None
        if module is not None and not names.isdisjoint(module.variables):
            given[path], meant[path] = names, root
        elif not root and (folder := _shared_by(path, names, stacks)):
            given[path], meant[path] = names, folder
    found: dict[tuple[str, str], list[str]] = {}
    for path, own in given.items():
        root = meant[path]
        others = {one: each for one, each in given.items() if one != path and meant[one] == root}
        found.setdefault((_of_file(path, own, others), root), []).append(path)
    for (name, root), paths in sorted(found.items()):
        yield Proposal(name, root, tuple(paths))


def _shared_by(path: str, names: frozenset[str], stacks: Sequence[Stack]) -> str:
    """The nearest folder around a file whose root modules have most of its variables; "" if none.

    Args:
        path: a file of values that lies in no root module.
        names: what it sets.
        stacks: what was read.
    """
    from taskwall.readers.terraform.joined_roots import JoinedStack
    from taskwall.readers.terraform.stack import TerraformStack

    roots = [
        root.root
        for stack in stacks
        for root in (stack.scanned if isinstance(stack, JoinedStack) else (stack,))
        if type(root) is TerraformStack  # a unit of Terragrunt says by itself what it reads
    ]
    folder = path
    while folder != (folder := os.path.dirname(folder)):
        known = {name for one in roots if encloses(folder, one.folder) for name in one.variables}
        if 2 * len(names & known) > len(names):
            return folder
    return ""


def _of_file(path: str, own: frozenset[str], others: Mapping[str, frozenset[str]]) -> str:
    """The environment that a file of values is for: called as the file, or as its folder.

    Files of one folder that set the same variable are for different environments. Else files of
    equal names in folders beside each other say that the folders are.
    """
    folder, name = os.path.split(path)
    stem = name.partition(".")[0]
    placed = [(*os.path.split(one), given) for one, given in others.items()]
    apart = any(at == folder and not own.isdisjoint(given) for at, _, given in placed)
    names = {name, *(other for at, other, _ in placed if at == folder)}
    alike = (at for at, other, _ in placed if other in names)
    beside = any(not encloses(at, folder) and not encloses(folder, at) for at in alike)
    return os.path.basename(folder) if stem == "terraform" or (beside and not apart) else stem


def _of_parameters(
    paths: Iterable[str], stacks: Sequence[Stack], files: Files
) -> Iterator[Proposal]:
    """A deployment for each file whose parameters are all of one template, and of one only."""
    held = {path: text for path in paths if (text := _parameters_text(path, files))}
    if not held:
        return
    from taskwall.readers.cloudformation import CloudFormationStack
    from taskwall.readers.cloudformation.parameters import ParametersError, parameters

    templates = [
        root
        for stack in stacks
        if isinstance(stack, CloudFormationStack)
        for root in stack.scanned
        if root.parameters
    ]
    for path, text in held.items() if templates else ():
        try:
            given = parameters(path, text).keys()
        except ParametersError:
            continue
        fitting = [one.unit.file for one in templates if given and given <= one.parameters.keys()]
        if len(fitting) == 1:
            yield Proposal(_environment(path, fitting[0]), fitting[0], parameters=path)


def _parameters_text(path: str, files: Files) -> str:
    """The text of a JSON file that may hold parameters; "" of any other."""
    try:
        text = files.text(path)
    except UnreadableError:
        return ""
    return text if '"Parameter' in text and '"Resources"' not in text else ""


def _environment(path: str, template: str) -> str:
    """What is left of the name of a file of parameters without what it says of its template."""
    stem, of = (os.path.basename(one).partition(".")[0] for one in (path, template))
    rest = _PARAMETERS.sub("", re.sub(re.escape(of), "", stem, count=1)).strip("-_.")
    return rest or os.path.basename(os.path.dirname(path)) or stem


_PARAMETERS = pattern(r"param(eter)?s?", re.IGNORECASE)


def as_setting(some: Sequence[Proposal], folder: str) -> str:
    """The first of some tables as the settings write them, on one line, seen from a folder."""
    tables = []
    for one in some[:MAX_PROPOSED]:
        pairs = [f"name = {toml_text(one.name)}", f"path = {_seen(one.path, folder)}"]
        if one.var_files:
            pairs.append(
                f"var-files = [{', '.join(_seen(each, folder) for each in one.var_files)}]"
            )
        if one.parameters:
            pairs.append(f"parameters = {_seen(one.parameters, folder)}")
        tables.append(f"{{ {', '.join(pairs)} }}")
    return f"deployment = [{', '.join(tables)}]"


def _seen(path: str, folder: str) -> str:
    return toml_text(os.path.relpath(path, folder).replace(os.sep, "/"))
