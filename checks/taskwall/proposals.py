"""Files of values that no scan reads by itself: which tables of the settings would say whose."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from taskwall.core.patterns import pattern
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
        roots: the folder of the root module that each file of Terraform's values is for.
        others: JSON files, of which some may hold parameters.
        stacks: what was read.
        files: reads their texts.
    """
    return (*_of_variables(roots, files), *_of_parameters(others, stacks, files))


def _of_variables(roots: Mapping[str, str], files: Files) -> Iterator[Proposal]:
    """One deployment for each file, or for each folder where these hold files of equal names."""
    from taskwall.readers.terraform.modules import module_loader

    loader = module_loader(files)
    by_folder: dict[tuple[str, str], list[str]] = {}
    for path, root in sorted(roots.items()):
        module, _ = loader.module(root)
        try:
            given = loader.file(path).parsed.body.attributes
        except UnreadableError:
            continue
        if module is not None and not given.keys().isdisjoint(module.variables):
            by_folder.setdefault((root, os.path.dirname(path)), []).append(path)
    names = {key: frozenset(map(os.path.basename, some)) for key, some in by_folder.items()}
    for (root, folder), some in by_folder.items():
        own = names[root, folder]
        alike = [key for key, others in names.items() if key[0] == root and others == own]
        if folder != root and (len(alike) > 1 or own == {"terraform.tfvars"}):
            yield Proposal(os.path.basename(folder), root, tuple(some))
        else:
            for path in some:
                yield Proposal(os.path.basename(path).partition(".")[0], root, (path,))


def _of_parameters(
    paths: Iterable[str], stacks: Sequence[Stack], files: Files
) -> Iterator[Proposal]:
    """A deployment for each file whose parameters are all of one template, and of one only."""
    from taskwall.readers.cloudformation import CloudFormationStack
    from taskwall.readers.cloudformation.parameters import ParametersError, parameters

    templates = [
        root
        for stack in stacks
        if isinstance(stack, CloudFormationStack)
        for root in stack.scanned
        if root.parameters
    ]
    for path in paths if templates else ():
        try:
            text = files.text(path)
            if '"Parameter' not in text or '"Resources"' in text:
                continue
            given = parameters(path, text).keys()
        except (UnreadableError, ParametersError):
            continue
        fitting = [one.unit.file for one in templates if given and given <= one.parameters.keys()]
        if len(fitting) == 1:
            yield Proposal(_environment(path, fitting[0]), fitting[0], parameters=path)


def _environment(path: str, template: str) -> str:
    """What is left of the name of a file of parameters without what it says of its template."""
    stem, of = (os.path.basename(one).partition(".")[0] for one in (path, template))
    rest = _PARAMETERS.sub("", re.sub(re.escape(of), "", stem, count=1)).strip("-_.")
    return rest or os.path.basename(os.path.dirname(path)) or stem


_PARAMETERS = pattern(r"param(eter)?s?", re.IGNORECASE)


def as_setting(some: Sequence[Proposal], folder: str) -> str:
    """Tables as the settings write them, on one line, with paths as seen from a folder."""
    tables = []
    for one in some[:MAX_PROPOSED]:
        pairs = [f"name = {_quoted(one.name)}", f"path = {_seen(one.path, folder)}"]
        if one.var_files:
            pairs.append(
                f"var-files = [{', '.join(_seen(each, folder) for each in one.var_files)}]"
            )
        if one.parameters:
            pairs.append(f"parameters = {_seen(one.parameters, folder)}")
        tables.append(f"{{ {', '.join(pairs)} }}")
    return f"deployment = [{', '.join(tables)}]"


def _seen(path: str, folder: str) -> str:
    return _quoted(os.path.relpath(path, folder).replace(os.sep, "/"))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
