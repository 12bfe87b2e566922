"""Reads CloudFormation templates, in YAML and JSON."""

from collections.abc import Iterable
from collections.abc import Mapping as Lookup
from functools import partial

from taskwall.core.values import Span
from taskwall.readers.cloudformation.exports import Exports
from taskwall.readers.cloudformation.stack import CloudFormationStack
from taskwall.readers.cloudformation.template import Template
from taskwall.readers.cloudformation.template_cache import TemplateCache, template_cache
from taskwall.readers.union_find import connected_components
from taskwall.source.containment import attempt, crash_at
from taskwall.source.files import MAX_FILE_BYTES, Files, UnreadableError
from taskwall.source.resource import Suppression
from taskwall.source.stack import Inputs, SourceError

__all__ = ["CloudFormationStack", "stacks"]

_NESTS = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")


def stacks(
    paths: Iterable[str], files: Files, inputs: Inputs
) -> tuple[list[CloudFormationStack], list[SourceError]]:
    """A stack for each template among YAML and JSON files, and what could not be read.

    Templates that belong together, because one nests another or imports what another exports, are
    one stack. Files that are no templates are passed over silently.
    """
    templates: list[Template] = []
    suppressions: dict[str, tuple[Suppression, ...]] = {}
    errors: list[SourceError] = []
    keeping = template_cache(files)
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
    roots = templates
    nested: Lookup[str, Lookup[str, Template]] = {}
    if any(nests in template.unit.text for template in templates for nests in _NESTS):
        from taskwall.readers.cloudformation.nesting import Nesting

        nesting = Nesting(templates, inputs, files)
        whole = attempt(nesting.roots, templates[0].unit.file, errors)
        if whole is not None:
            roots, nested = whole, nesting.nested
        errors.extend(nesting.errors)
    found = [
        keeping.stack(
            CloudFormationStack(root, inputs, suppressions[root.unit.file], nested=nested), files
        )
        for root in roots
    ]
    for stack in found:
        if len(stack.templates) > 1:
            stack.suppressions = tuple(
                one for path in stack.templates for one in suppressions.get(path, ())
            )
    return _tied(found, keeping, files, errors), errors


def _tied(
    stacks: list[CloudFormationStack],
    keeping: TemplateCache,
    files: Files,
    errors: list[SourceError],
) -> list[CloudFormationStack]:
    """The stacks, with those that import from each other made one; `errors` gets what fails."""
    importing = [
        stack.name
        for stack in stacks
        if any("ImportValue" in one.unit.text for one in stack.templates.values())
    ]
    if not importing:
        return stacks
    every = [
        export
        for stack in stacks
        for export in attempt(partial(keeping.exports, stack), stack.name, errors) or ()
    ]
    exports = Exports(every, files) if every else None
    by_name = {stack.name: stack for stack in stacks}
    for name in importing:
        by_name[name] = keeping.with_exports(by_name[name], exports)
    if exports is None:
        return list(by_name.values())
    ties: list[tuple[str, str]] = []
    anew: set[str] = set()
    for name in importing:
        stack = by_name[name]
        if attempt(partial(stack.evaluate, {}), name, errors) is None:
            continue
        if exports.bind(stack.imports):
            anew.add(name)
        for file, imported in stack.imports:
            meant = exports.meant(imported, file)
            if len(meant) == 1:
                ties.append((name, meant[0].root))
    found = []
    for names in connected_components(list(by_name), ties):
        members = [by_name[name] for name in names]
        alone = len(members) == 1 and names[0] not in anew
        found.append(members[0] if alone else keeping.tied(members, exports, files))
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
