"""Files of values (`.tfvars`): which Terraform files they are for."""

import os
from collections.abc import Iterable, Iterator

from taskwall.core.paths import encloses
from taskwall.settings import Settings
from taskwall.source.deployment import Deployment
from taskwall.source.files import Files
from taskwall.source.kinds import ROOTS
from taskwall.sources.listing import files_below, files_in


def root_of_values(path: str, boundary: str, use: Settings, files: Files) -> list[str]:
    """The Terraform files of the root that a file of values is for."""
    folder = os.path.dirname(path)
    while encloses(boundary, folder):
        beside = (one for one in files_in((folder,), files) if one.endswith(ROOTS))
        found = [one for one in beside if not use.excludes(one)]
        if found or folder == os.path.dirname(folder):
            return found
        folder = os.path.dirname(folder)
    return []


def files_below_values(path: str, use: Settings, files: Files) -> list[str]:
    """The Terraform files below the folder of a file of values, which their roots may share."""
    below = files_below((os.path.dirname(path),), files)
    return [one for one in below if one.endswith(ROOTS) and not use.excludes(one)]


def deployed_files(deployments: Iterable[Deployment], use: Settings, files: Files) -> Iterator[str]:
    """The Terraform files that are deployed by some deployments."""
    folders = {part.path: None for one in deployments for part in one.parts}
    for path in dict.fromkeys(files_below(folders, files)):
        if path.endswith(ROOTS) and not use.excludes(path):
            yield path


def is_loaded(path: str, source: str) -> bool:
    """Whether Terraform reads a file of values beside a source of its root without being named."""
    folder, name = os.path.split(path)
    by_itself = name.startswith("terraform.tfvars") or ".auto.tfvars" in name
    return by_itself and folder == os.path.dirname(source)
