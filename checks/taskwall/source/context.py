"""Context: sources that are read for what the scanned ones refer to, and not judged."""

import os
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.values import Fields, Items, Reference, Span, Text, Value
from taskwall.source.resource import Resource


class ContextSource(Struct, frozen=True, eq=False):
    """What one source of the context holds, whatever the scenario is: a state, say.

    `file` is where it stands, `label` what stands before its addresses. `outputs` are what other
    roots read of it, and `sensitive_texts` what of it is never shown. `is_source` says that people
    write it, so that its lines may be quoted.
    """

    file: str
    label: str
    resources: tuple[Resource, ...]
    outputs: Mapping[str, Value] = {}
    sensitive_texts: frozenset[str] = frozenset()
    is_source: bool = False


class Context(Struct, frozen=True):
    """All context of a scan: files of Terraform, templates, and `sources` of other kinds."""

    terraform: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    sources: tuple[ContextSource, ...] = ()


class SourceTie(Struct, frozen=True):
    """What a source refers to, as far as it was found.

    `address`, at `place`, refers to `to` of the root or source `target`, by what `by` says. Where
    that is open, `target` is "" and `candidates` are what it may mean; `doubt` says so of what is
    all that is asked for. `farther` are the roots that have copies of `to`, which are not meant
    because `target` is nearer. `alone` is the one thing by which `target` is taken to be meant,
    where the sources say no more of it: its name, or its outputs. `followed` are the roots of a few
    candidates, each of which is tried.
    """

    stack: str
    address: str
    place: Span
    by: str
    target: str = ""
    to: str = ""
    candidates: tuple[str, ...] = ()
    doubt: str = ""
    farther: tuple[str, ...] = ()
    alone: str = ""
    followed: tuple[str, ...] = ()

    @property
    def assumption(self) -> str:
        """What is assumed of it: that the nearest root is meant, or one by its name; else ""."""
        if self.alone:
            above = os.path.commonpath((self.stack, self.target))
            root = os.path.relpath(self.target, above).replace(os.sep, "/")
            return f"{self.address} is assumed to be the state of {root}, by its {self.alone}"
        if not self.farther:
            return ""
        roots = [self.target, *self.farther]
        above = os.path.commonpath(roots)
        near, *far = (os.path.relpath(root, above).replace(os.sep, "/") for root in roots)
        return (
            f"{self.address} is assumed to be of {near}, which is nearer than {' and '.join(far)}"
        )


def labels(paths: Sequence[str]) -> list[str]:
    """What stands before the addresses of each source: the file's name, if no other has it."""
    names = [os.path.basename(path) for path in paths]
    if len(set(names)) == len(names):
        return names
    above = os.path.commonpath([os.path.dirname(path) for path in paths])
    return [os.path.relpath(path, above).replace(os.sep, "/") for path in paths]


def context_source(
    file: str,
    label: str,
    resources: Iterable[Resource],
    outputs: Mapping[str, Value],
    sensitive_texts: frozenset[str],
) -> ContextSource:
    """Resources as context: their addresses, and references to them, with the label before them."""
    every = tuple(resources)
    own = {resource.origin.address for resource in every}

    def labelled(value: Value) -> Value:
        if isinstance(value, Reference):
            inner = None if value.value is None else labelled(value.value)
            name = f"{label}/{value.resource}" if value.resource in own else value.resource
            return replace(value, resource=name, value=inner)
        if isinstance(value, Items):
            items, rest = tuple(map(labelled, value.items)), tuple(map(labelled, value.rest))
            return replace(value, items=items, rest=rest)
        if isinstance(value, Fields):
            return fields(value)
        if isinstance(value, Text):
            parts = (part if isinstance(part, str) else labelled(part) for part in value.parts)
            return replace(value, parts=tuple(parts))
        return value

    def fields(value: Fields) -> Fields:
        found = {name: labelled(item) for name, item in value.fields.items()}
        return replace(value, fields=found, rest=value.rest and labelled(value.rest))

    def of_context(resource: Resource) -> Resource:
        origin = resource.origin
        name, address = f"{label}/{origin.name}", f"{label}/{origin.address}"
        origin = replace(origin, name=name, address=address, context=True)
        return replace(resource, origin=origin, body=fields(resource.body))

    return ContextSource(
        file,
        label,
        tuple(map(of_context, every)),
        {name: labelled(value) for name, value in outputs.items()},
        sensitive_texts,
    )
