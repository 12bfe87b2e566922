"""What gives a folder its inputs elsewhere in its repository: units, calls, templates that nest."""

import os
from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING

from taskwall.core.paths import encloses
from taskwall.core.patterns import pattern
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.kinds import (
    HCL,
    TEMPLATES,
    TERRAFORM,
    TERRAGRUNT,
    is_terraform,
    nested_names,
)
from taskwall.source.stack import Stack
from taskwall.sources.listing import FileListing, files_in
from taskwall.sources.units import last_steps

if TYPE_CHECKING:
    from taskwall.readers.terraform.stack import TerraformStack

_CALLS = pattern(r'(?m)^[ \t]*"?source"?[ \t]*[=:][ \t]*"(\.{1,2}/[^"$\n]*)"')
"""The path by which a module is called."""

_NO_DEPLOYMENT = pattern(r"(?i)(?:^|/)(?:e2e|examples?|fixtures?|tests?)/")
"""Where calls lie that show a module, or try it: what they give it is nobody's deployment."""


def given_elsewhere(
    stacks: Iterable[Stack], folders: Sequence[str], boundary: str, use: Settings, files: Files
) -> "list[TerraformStack]":
    """Those root modules of given folders that a unit or another module outside of these runs.

    Such a module has inputs that nothing gives it where it lies. A unit is called as its folder, or
    an `.hcl` file of the repository names that at the end of an address. A module that keeps a
    state of its own is deployed as it is, whatever calls it; so is, in an editor, any that a unit
    does not deploy.

    Args:
        stacks: what was found below the folders.
        folders: the given ones, absolute: parts of the repository.
        boundary: the repository.
        use: says which files are excluded.
        files: reads them.
    """
    waiting = [roots for roots in map(_roots, stacks) if any(map(_waits, roots))]
    if not waiting:
        return []

    def counts(path: str) -> bool:
        return not use.excludes(path) and is_terraform(path)  # a lock file is none

    every = files.one(FileListing, FileListing).below(
        boundary, (*TERRAFORM, *TERRAGRUNT, HCL), files, counts
    )
    outside = [path for path in every if not any(encloses(folder, path) for folder in folders)]
    hcl = [path for path in outside if not path.endswith(TERRAFORM)]
    modules = () if files.retained else outside  # all that calls it is too much for each key
    called = {
        os.path.normpath(os.path.join(os.path.dirname(path), source))
        for path in modules
        if path.endswith(TERRAFORM) and not _NO_DEPLOYMENT.search(os.path.relpath(path, boundary))
        for source in files.made_of(path, _called)
    }
    named: set[str] = set()
    if units := [path for path in hcl if path.endswith(TERRAGRUNT)]:
        named = {os.path.basename(os.path.dirname(path)) for path in units}
        named.update(*(files.made_of(path, last_steps) for path in hcl))
    return [
        root
        for roots in waiting
        if all(_is_given(each, called, named) for each in roots)
        for root in roots
    ]


def _is_given(root: "TerraformStack", called: Container[str], named: Container[str]) -> bool:
    """Whether a module elsewhere calls a root module, or a unit may deploy it."""
    from taskwall.readers.terraform.evaluation.variables import keeps_state

    if os.path.basename(root.name) in named:
        return True
    return root.name in called and not keeps_state(root.root)


def nested_elsewhere(
    sources: Iterable[str], folders: Sequence[str], boundary: str, use: Settings, files: Files
) -> frozenset[str]:
    """Those templates of given folders that a template in a folder above may nest.

    What it gives to their parameters is written there. A template that nests others lies beside
    their folder, or above it: no more of a repository is looked through. In an editor none is.
    """
    templates = [path for path in sources if path.endswith(TEMPLATES)]
    if not templates or files.retained:
        return frozenset()
    above: dict[str, None] = {}
    for folder in folders:
        at = folder
        while encloses(boundary, at) and at != boundary:
            at = os.path.dirname(at)
            above[at] = None
    named: set[str] = set()
    for path in files_in(above, files):
        if path.endswith(TEMPLATES) and not use.excludes(path):
            named |= files.made_of(path, nested_names)
    return frozenset(path for path in templates if os.path.basename(path) in named)


def _called(text: str) -> frozenset[str]:
    return frozenset(_CALLS.findall(text))


def _roots(stack: Stack) -> "Sequence[TerraformStack]":
    """The root modules of a stack; none of a unit, or if it has something else."""
    from taskwall.readers.terraform.joined_roots import JoinedStack
    from taskwall.readers.terraform.stack import TerraformStack

    roots = stack.scanned if isinstance(stack, JoinedStack) else (stack,)
    found = [root for root in roots if type(root) is TerraformStack]  # of a unit it is another one
    return found if len(found) == len(roots) else ()


def _waits(root: "TerraformStack") -> bool:
    """Whether a root module has an input that has no value where it lies."""
    given = root.given_places()
    return any(
        name not in given and "default" not in block.body.attributes
        for name, block in root.root.variables.items()
    )
