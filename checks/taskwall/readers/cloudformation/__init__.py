"""Reads CloudFormation templates, in YAML and JSON."""

from collections.abc import Iterable, Sequence

from taskwall.core.values import Span
from taskwall.readers.cloudformation.choices import Nested
from taskwall.readers.cloudformation.sceptre import deployed, projects
from taskwall.readers.cloudformation.serverless import services
from taskwall.readers.cloudformation.stack import CloudFormationStack
from taskwall.readers.cloudformation.template import Template
from taskwall.readers.cloudformation.template_cache import template_cache
from taskwall.readers.cloudformation.ties import tied
from taskwall.source.containment import attempt, crash_at
from taskwall.source.files import MAX_FILE_BYTES, Files, UnreadableError
from taskwall.source.resource import Suppression
from taskwall.source.stack import Inputs, SourceError

__all__ = ["CloudFormationStack", "stacks"]

_NESTS = (
    "AWS::CloudFormation::Stack", "AWS::Serverless::Application", "AWS::CodePipeline::Pipeline",
)  # fmt: skip


def stacks(
    paths: Iterable[str], files: Files, inputs: Inputs
) -> tuple[list[CloudFormationStack], list[SourceError]]:
    """A stack for each template among YAML and JSON files, and what could not be read.

    Templates that belong together, because one nests another or refers to what another exports or
    puts into Parameter Store, are one stack, with what they refer to of the context. Files that are
    no templates are passed over silently.
    """
    templates: list[Template] = []
    suppressions: dict[str, tuple[Suppression, ...]] = {}
    errors: list[SourceError] = []
    keeping = template_cache(files)
    paths = tuple(paths)
    context = frozenset(inputs.context.templates).difference(paths)

    def read(paths: Iterable[str]) -> None:
        for path in paths:
            try:
                reading = keeping.parsed(path, files.text(path), files, inputs)
            except UnreadableError as error:
                if _speaks_of_aws(path, files):
                    errors.append(error.error)
                continue
            except Exception as error:  # noqa: BLE001 (one template must not cost the others)
                errors.append(crash_at(Span(path, 1, 1, 1, 1), error))
                continue
            if reading.template is None:
                continue
            templates.append(reading.template)
            errors.extend(reading.template.errors)
            suppressions[path] = reading.suppressions
            errors.extend(reading.errors)

    read((*paths, *sorted(context)))
    for service, wrong in services(paths, files, inputs.boundary):
        templates[:] = [one for one in templates if one.unit.file not in service.files]
        templates.append(service)
        errors[:] = [error for error in errors if error.place.file not in service.files]
        errors += (*service.errors, *wrong)
        skips = [skip for path in sorted(service.files) for skip in suppressions.pop(path, ())]
        suppressions[service.unit.file] = tuple(skips)
        context -= service.files
    by_sceptre = _deployed_by_sceptre(templates, files, inputs, errors)
    templates += by_sceptre
    roots = templates
    nested: Nested = {}
    if by_sceptre or any(nests in one.unit.text for one in templates for nests in _NESTS):
        from taskwall.readers.cloudformation.nesting import Nesting

        nesting = Nesting(templates, inputs, files)
        seen: set[str] = set()
        while outside := set(nesting.outside()) - seen:
            seen |= outside
            read(sorted(outside))
            nesting = Nesting(templates, inputs, files)
        whole = attempt(nesting.roots, templates[0].unit.file, errors)
        if whole is not None:
            # What lies outside and turns out to be nested by nothing is of nobody's scan.
            dropped = {one.unit.file for one in whole} & seen
            roots = [one for one in whole if one.unit.file not in dropped]
            nested = nesting.nested
            errors = [error for error in errors if error.place.file not in dropped]
        errors.extend(nesting.errors)
    found = [
        keeping.stack(
            CloudFormationStack(
                root, inputs, suppressions.get(root.unit.file, ()), nested=nested, context=context
            ),
            files,
        )
        for root in roots
    ]
    for stack in found:
        if len(stack.templates) > 1:
            stack.suppressions = tuple(
                one for path in stack.templates for one in suppressions.get(path, ())
            )
    return tied(found, keeping, files, inputs, errors), errors


def _deployed_by_sceptre(
    templates: Sequence[Template], files: Files, inputs: Inputs, errors: list[SourceError]
) -> list[Template]:
    """What nests the templates that Sceptre deploys; `errors` is given what cannot be read."""
    by_path = {template.unit.file: template for template in templates}
    found: list[Template] = []
    for project in projects(by_path, files, inputs.boundary):
        found += deployed(project, by_path)
        errors += project.errors
    return found


def _speaks_of_aws(path: str, files: Files) -> bool:
    """Whether a file that could not be read begins like a template, in whatever encoding."""
    try:
        files.text(path)
    except UnreadableError:
        try:
            start = files.read(path, MAX_FILE_BYTES).replace(b"\0", b"")
        except OSError:
            return True
        return b"AWSTemplateFormatVersion" in start or b"AWS::" in start
    return True
