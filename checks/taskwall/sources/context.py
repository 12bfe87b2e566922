"""The context of a scan: what its files are, and what those hold that are read as they stand."""

import os
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from taskwall.core.values import Span
from taskwall.settings import Settings
from taskwall.source.cdk_assembly import CDK_CONTEXT, context_of
from taskwall.source.context import Context, ContextSource
from taskwall.source.files import Files, UnreadableError, walk
from taskwall.source.kinds import ROOTS, TEMPLATES, TERRAFORM, is_plan
from taskwall.source.stack import Inputs, SourceError

STATE_ENDINGS = (".tfstate", ".json")
"""How the names of the files end that may be states."""


def read_context(
    paths: Sequence[str], use: Settings, files: Files, inputs: Inputs, errors: list[SourceError]
) -> Context:
    """Read the context of a scan; `errors` is given what of it cannot be read.

    Args:
        paths: its files and folders, absolute.
        use: says which files are excluded.
        files: reads them.
        inputs: what the user says.
        errors: is added to.
    """
    if not paths:
        return Context()
    terraform: dict[str, None] = {}
    templates: dict[str, None] = {}
    states: dict[str, None] = {}
    plans: dict[str, None] = {}
    of_cdk: dict[str, None] = {}
    for path in paths:
        if not files.is_folder(path):
            try:
                files.text(path)
            except UnreadableError as error:  # it is named, so whatever it is, it is missed
                errors.append(error.error)
                continue
        for file in _below(path, files, errors):
            if use.excludes(file):
                continue
            if os.path.basename(file) == CDK_CONTEXT:
                of_cdk[file] = None
                continue
            if file.endswith(ROOTS):
                terraform[file] = None
            elif _is_state(file, files, errors):
                states[file] = None
            elif is_plan(file, files):
                plans[file] = None
            elif file.endswith(TEMPLATES):
                templates[file] = None
            elif file == path:
                why = "is neither Terraform, a template, a plan nor a state"
                errors.append(SourceError(Span(path, 1, 1, 1, 1), why))
    sources = tuple(_of_cdk(of_cdk, files, errors))
    if states or plans:
        from taskwall.readers.terraform.state.reader import planned
        from taskwall.readers.terraform.state.reader import states as read_states

        for some, wrong in (read_states(states, files), planned(plans, files, inputs)):
            sources += tuple(some)
            errors += wrong
    return Context(tuple(terraform), tuple(templates), sources)


def with_cdk(
    context: Context, paths: Iterable[str], files: Files, errors: list[SourceError]
) -> Context:
    """The context, with what CDK has looked up for the apps whose templates are scanned."""
    known = {source.file for source in context.sources}
    beside = sorted({context_of(path) for path in paths} - known - {""})
    found = tuple(_of_cdk(filter(files.exists, beside), files, errors))
    return replace(context, sources=(*context.sources, *found)) if found else context


def _of_cdk(
    paths: Iterable[str], files: Files, errors: list[SourceError]
) -> Iterator[ContextSource]:
    """What CDK keeps in its context files of what it has looked up."""
    for path in paths:
        from taskwall.readers.cdk_context import cdk_context

        found = cdk_context(path, files)
        if isinstance(found, SourceError):
            errors.append(found)
        else:
            yield found


def _below(path: str, files: Files, errors: list[SourceError]) -> Iterator[str]:
    """The files of the context at a path: of a file of Terraform, those beside it too."""
    if files.is_folder(path):
        yield from walk((path,), files=files, errors=errors)
        return
    yield path
    if path.endswith(TERRAFORM):
        for entry in files.entries(os.path.dirname(path), errors):
            if entry.name.endswith(TERRAFORM) and entry.is_file():
                yield entry.path


def _is_state(path: str, files: Files, errors: list[SourceError]) -> bool:
    """Whether a file may be a state; one that is named so and cannot be read is an error."""
    from taskwall.readers.terraform.state.document import looks_like_state

    if not path.endswith(STATE_ENDINGS):
        return False
    try:
        return looks_like_state(files.text(path)) or path.endswith(".tfstate")
    except UnreadableError as error:
        if path.endswith(".tfstate"):
            errors.append(error.error)
        return False
