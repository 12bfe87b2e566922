"""Deployments of a scan: which are declared, and the stacks of each of them.

A deployment is declared in the settings, by a deployment file of CloudFormation's Git sync, or as a
stage of a CDK app, whose templates are there already.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from taskwall.core.paths import encloses
from taskwall.core.values import Span, Value, lifted
from taskwall.settings import Settings
from taskwall.source.deployment import DeployedPart, Deployment, deployments_of
from taskwall.source.files import Files, UnreadableError
from taskwall.source.kinds import TEMPLATES
from taskwall.source.stack import Inputs, SourceError, Stack

Reading: TypeAlias = Callable[[Inputs], tuple[list[Stack], list[SourceError]]]
"""Reads some files with some inputs."""

GIT_SYNC = "template-file-path"
"""The key by which a file of Git sync names its template."""

CDK_STAGE = "assembly-"
"""How the folder begins that CDK writes for a stage."""


def declared_deployments(
    use: Settings, files: Files, errors: list[SourceError]
) -> tuple[Deployment, ...]:
    """The deployments of the settings; `errors` is given what of them cannot be read."""
    return deployments_of(
        (
            one.name,
            DeployedPart(
                one.path,
                one.var_files,
                one.workspace,
                _parameters(one.parameters, files, errors) if one.parameters else {},
                {name: lifted(value) for name, value in one.assume.items()},
            ),
        )
        for one in use.deployment
    )


def stacks_of_deployments(
    read: Reading, paths: Iterable[str], files: Files, inputs: Inputs
) -> tuple[list[Stack], list[SourceError]]:
    """The stacks of some files: those that are deployed once for each of their deployments.

    Deployments that give the same to a stack have it in common. What no deployment concerns is read
    with the inputs alone.

    Args:
        read: reads the files.
        paths: the files.
        files: reads their texts.
        inputs: what the user says, and the deployments.
    """
    errors: dict[SourceError, None] = {}
    deployments = (*inputs.deployments, *_of_git_sync(paths, files, inputs.boundary, errors))
    found: list[Stack] = []
    for deployment in deployments:
        stacks, wrong = read(replace(inputs, deployments=(), deployment=deployment))
        errors |= dict.fromkeys(wrong)
        for stack in stacks:
            if not stack.is_deployable or not deployment.concerns(stack.files):
                continue
            same = next((one for one in found if _alike(one, stack)), None)
            if same is None:
                stack.deployments = (deployment.name,)
                found.append(stack)
            else:
                same.deployments = (*same.deployments, deployment.name)
    stacks, wrong = read(replace(inputs, deployments=()))
    errors |= dict.fromkeys(wrong)
    covered = frozenset[str]().union(*(stack.files for stack in found))
    for stack in stacks:
        deployed = stack.files <= covered or any(one.concerns(stack.files) for one in deployments)
        if not deployed or not stack.is_deployable:
            stack.deployments = tuple(_stage(stack.name, files))
            found.append(stack)
    return found, list(errors)


def _alike(one: Stack, other: Stack) -> bool:
    """Whether two stacks say the same: of the same sources, with the same values."""
    return (
        (one.name, one.files, tuple(one.ties)) == (other.name, other.files, tuple(other.ties))
        and one.given() == other.given()
    )  # fmt: skip


def _stage(name: str, files: Files) -> Iterator[str]:
    """The stage of a CDK app that a template is of."""
    folder = name
    while (above := os.path.dirname(folder)) != folder:
        stage = os.path.basename(folder)
        if stage.startswith(CDK_STAGE) and files.exists(os.path.join(folder, "manifest.json")):
            yield stage.removeprefix(CDK_STAGE)
            return
        folder = above


def _of_git_sync(
    paths: Iterable[str], files: Files, boundary: str, errors: dict[SourceError, None]
) -> tuple[Deployment, ...]:
    """The deployments that files of Git sync declare, each for the template that it names.

    The files of a folder that are for one template each are one deployment, called as the folder.
    """
    by_folder: dict[str, list[tuple[str, DeployedPart]]] = {}
    for path in paths:
        text = files.text_if_readable(path) if path.endswith(TEMPLATES) else ""
        if GIT_SYNC not in text:
            continue
        from taskwall.readers.cloudformation.parameters import ParametersError, deployment_file

        try:
            found = deployment_file(path, text)
        except ParametersError as error:
            errors[SourceError(Span(path, 1, 1, 1, 1), str(error))] = None
            continue
        if found is None:
            continue
        template = os.path.normpath(os.path.join(boundary, found[0]))
        if not encloses(boundary, template) or not files.is_file(template):
            why = f"{GIT_SYNC}: there is no file {found[0]} in the repository"
            errors[SourceError(Span(path, 1, 1, 1, 1), why)] = None
            continue
        part = DeployedPart(template, parameters=found[1])
        by_folder.setdefault(os.path.dirname(path), []).append((path, part))
    named: list[tuple[str, DeployedPart]] = []
    for folder, some in by_folder.items():
        together = len({part.path for _, part in some}) == len(some) > 1
        for path, part in some:
            stem = os.path.basename(path).partition(".")[0]
            named.append((os.path.basename(folder) if together else stem, part))
    return deployments_of(named)


def _parameters(path: str, files: Files, errors: list[SourceError]) -> Mapping[str, Value]:
    from taskwall.readers.cloudformation.parameters import ParametersError, parameters

    try:
        return parameters(path, files.text(path))
    except ParametersError as error:
        errors.append(SourceError(Span(path, 1, 1, 1, 1), str(error)))
    except UnreadableError as error:
        errors.append(error.error)
    return {}


def of_values(deployments: Sequence[Deployment], path: str) -> tuple[Deployment, ...]:
    """The deployments that a file of values is part of."""
    return tuple(one for one in deployments if any(path in part.var_files for part in one.parts))
