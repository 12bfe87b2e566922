"""Ids and ARNs of AWS as they stand in files, and which resources of the context have them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise

from taskwall.core.patterns import pattern
from taskwall.core.values import Known, Span, dereferenced
from taskwall.source.context import ContextSource, SourceTie
from taskwall.source.files import Files, UnreadableError
from taskwall.source.resource import Resource

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


_VPC_ID = pattern(r"(?<![\w-])vpc-[0-9a-f]{8}(?:[0-9a-f]{9})?(?![\w-])")


_ECS = pattern(r"(?i)(?<![a-z])ecs(?![a-z])")
"""That a source has to do with ECS: a type, or a module that is called so."""


def ties_by_vpc(
    texts: Mapping[str, Sequence[str]], resources: Callable[[str], Iterable[Resource]]
) -> Iterator[SourceTie]:
    """Stacks whose resources are in one VPC, by the id that each of them has for it.

    Only those of which one has to do with ECS.

    Args:
        texts: what is written of each stack, by its name.
        resources: the resources of a stack.
    """
    written: dict[str, list[str]] = {}
    for name, some in texts.items() if len(texts) > 1 else ():
        named = (text for text in some if "vpc-" in text)
        for id_ in sorted({found for text in named for found in _VPC_ID.findall(text)}):
            written.setdefault(id_, []).append(name)
    shared = {id_: names for id_, names in written.items() if len(names) > 1}
    together = {name for names in shared.values() for name in names}
    of_ecs = {name for name in together if any(map(_ECS.search, texts[name]))}
    for id_, names in shared.items():
        if not of_ecs.isdisjoint(names):
            held = [(one, *at) for one in sorted(names) if (at := _in_vpc(resources(one), id_))]
            for (one, address, place), (target, to, _) in pairwise(held):
                yield SourceTie(one, f"the VPC of {address}", place, "id", target, to)


def _in_vpc(resources: Iterable[Resource], id_: str) -> tuple[str, Span] | None:
    """The first of some resources that is in a VPC of an id, and where it says so."""
    for resource in resources:
        for key in ("vpc_id", "VpcId"):
            value = dereferenced(resource.body.fields.get(key, Known(None)))
            if isinstance(value, Known) and value.data == id_:
                place = resource.body.places.get(key, resource.origin.header)
                return resource.origin.address, place
    return None


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
