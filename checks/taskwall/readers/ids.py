"""Ids and ARNs of AWS as they stand in files, and which resources of the context have them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from taskwall.core.patterns import pattern
from taskwall.core.values import Known, Span, dereferenced
from taskwall.source.context import ContextSource, SourceTie
from taskwall.source.files import Files, UnreadableError

_ID = pattern(r"(?<![\w-])(?:(?:[a-z]+-)+[0-9a-f]{8,17}(?![\w-])|arn:[^\s\"',]+)")


def id_references(
    stack: str, paths: Iterable[str], owners: Mapping[str, tuple[str, str]], files: Files
) -> Iterator[SourceTie]:
    """The resources whose ids stand in the files of a stack, each once.

    Args:
        stack: its name, of which the resources found are not.
        paths: its files.
        owners: by ids, the sources and the addresses of resources.
        files: reads the files.
    """
    seen: set[str] = set()
    for path in sorted(paths) if owners else ():
        for id_, place in _ids_in(path, files):
            if id_ not in seen and owners.get(id_, (stack,))[0] != stack:
                seen.add(id_)
                yield SourceTie(stack, id_, place, "id", *owners[id_])


def ids_within(
    context: Iterable[ContextSource], owners: Mapping[str, tuple[str, str]], files: Files
) -> Iterator[SourceTie]:
    """The resources whose ids sources of the context name, each for each source once."""
    for source in context:
        yield from id_references(source.file, (source.file,), owners, files)


def _ids_in(path: str, files: Files) -> Iterator[tuple[str, Span]]:
    with suppress(UnreadableError):
        text = files.text(path)
        for found in _ID.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            yield found[0], Span(path, line, column, line, column + len(found[0]))


def owners_of(context: Iterable[ContextSource]) -> Mapping[str, tuple[str, str]]:
    """By ids of resources of the context, the source and the address of each."""
    found = {}
    every = [(source, resource) for source in context for resource in source.resources]
    # What a source has created counts more than what another one has only looked up.
    for source, resource in sorted(every, key=lambda pair: not pair[1].data):
        for name in ("id", "arn"):
            value = dereferenced(resource.body.fields.get(name, Known(None)))
            if isinstance(value, Known) and isinstance(value.data, str):
                found[value.data] = source.file, resource.origin.address
    return found
