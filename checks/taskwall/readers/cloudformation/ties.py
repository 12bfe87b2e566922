"""Which templates are one stack: those that refer to each other, or to the same context."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from taskwall.core.values import Known, Reference, Span, Value, dereferenced, holds_reference
from taskwall.readers.cloudformation.exports import (
    MOST_OPEN_IMPORTS,
    Asked,
    Export,
    Exports,
    followed,
    qualified_paths,
)
from taskwall.readers.cloudformation.stack import CloudFormationStack
from taskwall.readers.cloudformation.template_cache import TemplateCache
from taskwall.readers.connected import connected_components
from taskwall.readers.ids import id_references, ids_within, owners_of, ties_by_vpc
from taskwall.source.containment import attempt
from taskwall.source.context import ContextSource, SourceTie
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import Inputs, SourceError

_ASKING = ("ImportValue", "AWS::SSM::Parameter::Value<", "resolve:ssm:")
"""What stands in the text of a template that refers to others."""


def tied(
    stacks: Sequence[CloudFormationStack],
    keeping: TemplateCache,
    files: Files,
    inputs: Inputs,
    errors: list[SourceError],
) -> list[CloudFormationStack]:
    """The stacks, those as one that refer to each other or to the same context.

    Args:
        stacks: of one tree of templates each, those of the context among them.
        keeping: what is kept of earlier scans.
        files: reads the templates.
        inputs: what the user says, and the context.
        errors: is given what fails.
    """
    scanned = [one for one in stacks if one.scanned]
    sources = inputs.context.sources
    owners = owners_of(sources)
    said = {name for _, name in inputs.ties}
    asking = [
        one.name
        for one in stacks
        if _mentions(one, *_ASKING) or said & one.template.parameters.keys()
    ]
    ties: list[SourceTie] = []
    for one in scanned:
        ties += id_references(one.name, one.files, owners, files)
    ties += _by_cluster_name(stacks, errors)
    ties += _by_vpc_id(stacks, errors)
    if not asking and not ties:
        return scanned
    every = [*_exports(stacks, keeping, errors), *_stored_in(sources)]
    every += _named_by_hand(sources, inputs)
    offered = Exports(every, files) if every else None
    by_name = {one.name: one for one in stacks}
    for name in asking:
        by_name[name] = keeping.with_exports(by_name[name], offered)
    anew: set[str] = set()
    for name in asking if offered is not None else ():
        one = by_name[name]
        if attempt(partial(one.evaluate, {}), name, errors) is None:
            continue
        assert offered is not None
        if offered.bind(one.imports):
            anew.add(name)
        offered.name_stacks(name, one.imports)
        ties += _of(one, offered)
    if any(tie.target in (source.file for source in sources) for tie in ties):
        ties += ids_within(sources, owners, files)
    found = []
    others = {source.file: source for source in sources}
    for names in _together([*by_name, *others], ties):
        members = [by_name[name] for name in names if name in by_name]
        beside = [others[name] for name in names if name in others]
        if not any(one.scanned for one in members):
            continue
        alone = len(names) == 1 and names[0] not in anew
        stack = members[0] if alone else keeping.tied(members, offered, files, beside)
        stack.ties = tuple(tie for tie in ties if tie.stack in names)
        found.append(stack)
    return found


def _together(names: Sequence[str], ties: Sequence[SourceTie]) -> list[list[str]]:
    """The stacks and sources that are tied, those of a few candidates with all of these."""
    certain = [(tie.stack, tie.target) for tie in ties if tie.target]
    open_ = {(tie.stack, tie.followed): None for tie in ties if tie.followed}
    every = [*certain, *((stack, root) for stack, roots in open_ for root in roots)]
    groups = connected_components(names, every) if open_ else []
    group_of = {name: number for number, group in enumerate(groups) for name in group}
    counts = Counter(group_of[stack] for stack, _ in open_)
    few = [
        (stack, root)
        for stack, roots in open_
        for root in roots
        if counts[group_of[stack]] <= MOST_OPEN_IMPORTS
    ]
    return connected_components(names, [*certain, *few])


def _exports(
    stacks: Iterable[CloudFormationStack], keeping: TemplateCache, errors: list[SourceError]
) -> Iterator[Export]:
    """What stacks export, but for those that cannot be read."""
    for one in stacks:
        yield from attempt(partial(keeping.exports, one), one.name, errors) or ()


def _by_cluster_name(
    stacks: Sequence[CloudFormationStack], errors: list[SourceError]
) -> Iterator[SourceTie]:
    """Services of which the cluster is written, by name, in exactly one other stack.

    Such names are handed over as parameters; their defaults tie the templates, as exports would.
    """
    users = [one for one in stacks if _mentions(one, "AWS::ECS::Service")]
    owners: dict[str, dict[str, str]] = {}
    for one in stacks if users and len(stacks) > 1 else ():
        if not _mentions(one, "ClusterName"):
            continue
        for name, address, _ in _names(one, "AWS::ECS::Cluster", "ClusterName", errors):
            owners.setdefault(name, {})[one.name] = address
    for one in users if owners else ():
        for arn, address, place in _names(one, "AWS::ECS::Service", "Cluster", errors):
            holders = owners.get(arn.rpartition("/")[2], {})
            if len(holders) == 1 and one.name not in holders:
                ((target, to),) = holders.items()
                yield SourceTie(one.name, f"Cluster of {address}", place, "name", target, to)


def _by_vpc_id(
    stacks: Sequence[CloudFormationStack], errors: list[SourceError]
) -> Iterator[SourceTie]:
    """Stacks whose resources are in one VPC, by the id that each of them has for it."""
    texts = {
        one.name: [template.unit.text for template in one.templates.values()] for one in stacks
    }
    by_name = {one.name: one for one in stacks}

    def resources(name: str) -> Sequence[Resource]:
        found = attempt(partial(by_name[name].evaluate, {}), name, errors)
        return () if found is None else found.resources

    return ties_by_vpc(texts, resources)


def _names(
    stack: CloudFormationStack, kind: str, attribute: str, errors: list[SourceError]
) -> Iterator[tuple[str, str, Span]]:
    """What an attribute of the resources of a type is, where it is known, and whose it is."""
    evaluation = attempt(partial(stack.evaluate, {}), stack.name, errors)
    for resource in evaluation.resources if evaluation else ():
        if resource.type == kind:
            value = dereferenced(resource.body.fields.get(attribute, Known(None)))
            if isinstance(value, Known) and isinstance(value.data, str):
                place = resource.body.places.get(attribute, resource.origin.header)
                yield value.data, resource.origin.address, place


def _mentions(stack: CloudFormationStack, *words: str) -> bool:
    """Whether the text of a template of a stack holds one of some words."""
    return any(word in one.unit.text for one in stack.templates.values() for word in words)


def _of(stack: CloudFormationStack, offered: Exports) -> Iterator[SourceTie]:
    """What a stack refers to of others, once for each name."""
    seen: set[tuple[str, str]] = set()
    for one in stack.imports:
        key = one.file, one.symbol
        if key in seen:
            continue
        seen.add(key)
        if one.kind == "export":
            exports = offered.meant(one.name, one.file)
        else:
            exports = offered.named(one.kind, one.name)
            if any(export.root == stack.template.unit.file for export in exports):
                continue  # what a template reads of its own is as it was before
        yield _tie(stack.name, one, exports)


def _tie(stack: str, one: Asked, exports: Sequence[Export]) -> SourceTie:
    by = "setting" if one.kind == "output" else one.kind
    if len(exports) == 1:
        export = exports[0]
        return SourceTie(stack, one.symbol, one.place, by, export.root, export.output)
    some = tuple(qualified_paths(exports)) if exports else ()
    asked = followed(one.name, one.file, exports) if one.kind == "export" and some else None
    roots = tuple(asked[1].values()) if asked else ()
    return SourceTie(stack, one.symbol, one.place, by, candidates=some, followed=roots)


def _stored_in(context: Iterable[ContextSource]) -> Iterator[Export]:
    """The parameters of Parameter Store that the context has, if their values are of resources."""
    for source in context:
        for resource in source.resources:
            if resource.type != "aws_ssm_parameter" or resource.data:
                continue
            fields: Mapping[str, Value] = resource.body.fields
            name = dereferenced(fields.get("name", Known(None)))
            value = fields.get("value") or fields.get("insecure_value")
            if isinstance(name, Known) and name.data and holds_reference(value):
                address, place = resource.origin.address, resource.origin.header
                yield Export(source.file, "", address, name, place, "parameter", value)


def _named_by_hand(context: Iterable[ContextSource], inputs: Inputs) -> Iterator[Export]:
    """The ids of the resources of the context that users say parameters are."""
    for stack, address in inputs.ties.values():
        for source in context:
            for resource in source.resources if stack in ("", source.file) else ():
                if resource.origin.address == f"{source.label}/{address}" and not resource.data:
                    value = resource.body.fields.get("id")
                    found = Reference(resource.origin.address, "id", value)
                    name, place = Known(f"{stack}:{address}"), resource.origin.header
                    address_ = resource.origin.address
                    yield Export(source.file, "", address_, name, place, "output", found)
