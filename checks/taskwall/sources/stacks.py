"""The stacks of some files, read by the reader of each kind."""

import os
from collections.abc import Iterable, Sequence
from functools import partial

from msgspec.structs import replace

from taskwall.source.containment import attempt
from taskwall.source.files import (
    Files,
)
from taskwall.source.kinds import (
    TERRAGRUNT,
    is_plan,
    is_terraform,
)
from taskwall.source.stack import Inputs, SourceError, Stack
from taskwall.sources.context import with_cdk
from taskwall.sources.deployments import stacks_of_deployments
from taskwall.sources.found import ScanScope
from taskwall.sources.parameter_store import read_there, with_parameters, written_there


def stacks_of(
    paths: Sequence[str], files: Files, inputs: Inputs, scope: ScanScope
) -> tuple[list[Stack], list[SourceError]]:
    """The stacks of some files, once for each of their deployments."""
    return stacks_of_deployments(
        lambda said: _read(paths, files, said, scope), paths, files, inputs
    )


def _read(
    paths: Sequence[str], files: Files, inputs: Inputs, scope: ScanScope
) -> tuple[list[Stack], list[SourceError]]:
    """The stacks of some files; a reader is imported only for files that are its own."""
    stacks: list[Stack] = []
    errors: list[SourceError] = []

    def add(found: "tuple[Sequence[Stack], Iterable[SourceError]] | None") -> None:
        for stack in found[0] if found else ():
            # What files it has is asked again and again: a stack that cannot say is none.
            if attempt(partial(_files_of, stack), stack.name, errors) is not None:
                stacks.append(stack)
        errors.extend(found[1] if found else ())

    others = [path for path in paths if not is_terraform(path)]
    plans = [path for path in others if is_plan(path, files)]
    # A plan beside a unit of Terragrunt stands for it.
    planned_folders = {os.path.dirname(path) for path in plans}
    terraform = [
        path
        for path in paths
        if is_terraform(path)
        and not (path.endswith(TERRAGRUNT) and os.path.dirname(path) in planned_folders)
    ]
    templates = [path for path in others if path not in plans]
    if "terraform" not in scope.kinds:
        terraform = []
    if "cloudformation" not in scope.kinds:
        templates = []
    of_templates = replace(inputs, context=with_cdk(inputs.context, templates, files, errors))
    if terraform:
        from taskwall.readers.terraform import stacks as read_terraform

        said = inputs
        if templates and written_there(templates, files) and read_there(terraform, files):
            written = _templates(templates, files, of_templates, [])
            said = with_parameters(inputs, written, files, errors)
        add(attempt(lambda: read_terraform(terraform, files, said), terraform[0], errors))
    if stacks and templates and read_there(templates, files):
        of_templates = with_parameters(of_templates, stacks, files, errors)
    if plans and "plan" in scope.kinds:
        from taskwall.readers.terraform.plan.stacks import plans as read_plans
        from taskwall.readers.terraform.plan.stacks import unplanned

        planned = attempt(lambda: read_plans(plans, files, inputs, stacks), plans[0], errors)
        stacks = unplanned(stacks, planned[0] if planned else ())
        add(planned)
    if templates:
        add((_templates(templates, files, of_templates, errors), ()))
    return stacks, errors


def _templates(
    paths: Sequence[str], files: Files, inputs: Inputs, errors: list[SourceError]
) -> Sequence[Stack]:
    """The stacks of some templates; `errors` is given what cannot be read."""
    from taskwall.readers.cloudformation import stacks as read_templates

    found = attempt(lambda: read_templates(paths, files, inputs), paths[0], errors)
    errors += found[1] if found else ()
    return found[0] if found else ()


def _files_of(stack: Stack) -> frozenset[str]:
    return stack.files
