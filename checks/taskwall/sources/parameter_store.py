"""Parameters that one language puts into Parameter Store and the other reads there.

The readers do not see each other: what one has written is context of the other.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from re import Pattern

from msgspec.structs import replace

from taskwall.core.patterns import pattern
from taskwall.core.values import Fields, holds_reference
from taskwall.source.containment import attempt
from taskwall.source.context import ContextSource, context_source
from taskwall.source.files import Files, UnreadableError
from taskwall.source.resource import Resource
from taskwall.source.stack import Inputs, SourceError, Stack

_TYPE = "aws_ssm_parameter"
_TEMPLATE_TYPE = "AWS::SSM::Parameter"

_READ = pattern(r"resolve:ssm:|AWS::SSM::Parameter::|aws_ssm_parameter")
"""What files say that read parameters, at a glance."""

_WRITTEN = pattern(r"AWS::SSM::Parameter(?!:)|(?<!data \")(?<!data\.)aws_ssm_parameter\b")
"""What files say that make parameters, and do not only look them up."""


def read_there(paths: Iterable[str], files: Files) -> bool:
    """Whether some files read parameters."""
    return _mention(paths, _READ, files)


def written_there(paths: Iterable[str], files: Files) -> bool:
    """Whether some files make parameters."""
    return _mention(paths, _WRITTEN, files)


def with_parameters(
    inputs: Inputs, stacks: Iterable[Stack], files: Files, errors: list[SourceError]
) -> Inputs:
    """The inputs, with the stacks as context that put ids of resources into Parameter Store.

    Args:
        inputs: what holds for the other language.
        stacks: of the one language.
        files: reads their texts.
        errors: is given what fails.
    """
    found = []
    for stack in stacks:
        if not written_there(stack.files, files):
            continue
        made = attempt(partial(_as_context, stack), stack.name, errors)
        if made is not None:
            found.append(made)
    context = inputs.context
    return replace(inputs, context=replace(context, sources=(*context.sources, *found)))


def _as_context(stack: Stack) -> ContextSource | None:
    """A stack as context; None if it puts no id of a resource into Parameter Store."""
    resources = [_as_terraform(one) for one in stack.evaluate({}).resources]
    stored = (one.body.fields.get("value") for one in resources if one.type == _TYPE)
    if not any(map(holds_reference, stored)):
        return None
    made = context_source(stack.name, os.path.basename(stack.name), resources, {}, frozenset())
    return replace(made, is_source=True)


def _as_terraform(resource: Resource) -> Resource:
    """A parameter of a template as Terraform writes it; another resource as it is."""
    if resource.type != _TEMPLATE_TYPE:
        return resource
    body = resource.body
    fields = {name.lower(): value for name, value in body.fields.items()}
    places = {name.lower(): place for name, place in body.places.items()}
    return replace(resource, type=_TYPE, body=Fields(fields, places, body.rest, body.place))


def _mention(paths: Iterable[str], words: Pattern[str], files: Files) -> bool:
    for path in paths:
        with suppress(UnreadableError):
            if words.search(files.text(path)):
                return True
    return False
