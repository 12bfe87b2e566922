"""Reads CloudFormation templates, in YAML and JSON."""

import gc
from collections.abc import Iterable

from taskwall.files import Files, UnreadableError
from taskwall.readers.cloudformation.skips import skips
from taskwall.readers.cloudformation.stack import CloudFormationStack
from taskwall.readers.cloudformation.template import may_be_template, parsed
from taskwall.stack import Inputs, SourceError

__all__ = ["CloudFormationStack", "stacks"]


def stacks(
    paths: Iterable[str], files: Files, inputs: Inputs
) -> tuple[list[CloudFormationStack], list[SourceError]]:
    """A stack for each template among YAML and JSON files, and what could not be read.

    Files that are no templates are passed over silently.
    """
    # Reading makes many objects and no circles: collecting meanwhile takes most of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _stacks(paths, files, inputs)
    finally:
        if collecting:
            gc.enable()


def _stacks(
    paths: Iterable[str], files: Files, inputs: Inputs
) -> tuple[list[CloudFormationStack], list[SourceError]]:
    found: list[CloudFormationStack] = []
    errors: list[SourceError] = []
    for path in paths:
        try:
            text = files.text(path)
            template = parsed(path, text) if may_be_template(text) else None
        except UnreadableError as error:
            if _speaks_of_aws(path, files):
                errors.append(error.error)
            continue
        if template is None:
            continue
        errors.extend(template.errors)
        wishes, problems = skips(template)
        errors.extend(problems)
        found.append(CloudFormationStack(template, inputs, wishes))
    return found, errors


def _speaks_of_aws(path: str, files: Files) -> bool:
    """Whether a file that could not be read begins like a template, in whatever encoding."""
    try:
        files.text(path)
    except UnreadableError:
        try:
            with open(path, "rb") as stream:
                start = stream.read(1 << 20).replace(b"\0", b"")
        except OSError:
            return True
        return b"AWSTemplateFormatVersion" in start or b"AWS::" in start
    return True
