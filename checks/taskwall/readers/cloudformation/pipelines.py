"""Stacks that a pipeline deploys: its actions of CloudFormation, as nested stacks.

Their templates come from the sources that the pipeline is given, as the scan has them; what they
are given stands in the action (CodePipeline User Guide, "CloudFormation deploy action reference").
"""

import json
import re
from collections.abc import Callable, Container, Iterable, Iterator
from collections.abc import Mapping as Lookup
from typing import Final, TypeAlias

from taskwall.core.values import Known, Need, Span, Unknown, Value
from taskwall.readers.cloudformation.document import (
    IntrinsicCall,
    Mapping,
    Node,
    Sequence,
    elements,
    literal_text,
    members,
)
from taskwall.readers.cloudformation.template import NESTED_STACK, Declared

READ = "2026-11-29"

PIPELINE: Final = "AWS::CodePipeline::Pipeline"

_READ_ELSEWHERE = "is read by the pipeline"

ValuesFile: TypeAlias = Callable[[str], Lookup[str, Value] | None]
"""The parameters that a file of the pipeline's sources gives, by its path there; None if none."""

_DEPLOYS = ("CREATE_UPDATE", "REPLACE_ON_FAILURE", "CHANGE_SET_REPLACE")
"""The modes of an action that bring a template; others run or delete what another one made."""


def deployed_by(
    pipeline: Declared, values: ValuesFile, there: Container[str] = ()
) -> Iterator[Declared]:
    """The stacks that a pipeline deploys from templates of its sources, one for each action.

    Where what gives values to its parameters cannot be read, all of these are unknown.

    Args:
        pipeline: the pipeline.
        values: reads the file that an action names as its `TemplateConfiguration`.
        there: the stacks of the pipeline whose templates the scan has, by their names: what other
            actions take of their outputs is followed (`#{namespace.Output}`).
    """
    stages = elements(members(pipeline.properties).get("Stages"))
    sources = frozenset(_sources(stages))
    deploying = list(_deploying(pipeline, stages))
    spaces = {
        space: name
        for name, action, _ in deploying
        if name in there and (space := literal_text(members(action).get("Namespace")))
    }
    for name, action, path in deploying:
        said = members(members(action).get("Configuration"))
        at = said["TemplatePath"].place
        assert at is not None
        fields: dict[str, Node] = {
            "TemplateURL": Known(path.rpartition("::")[2], at),
            "Parameters": _given(said, at, sources, values, spaces),
        }
        yield Declared(
            name,
            NESTED_STACK,
            at,
            at,
            pipeline.condition,
            Mapping(fields, {"TemplateURL": at, "Parameters": at}, at),
            None,
            waits=pipeline.waits,
        )


def _deploying(pipeline: Declared, stages: Iterable[Node]) -> Iterator[tuple[str, Node, str]]:
    """The actions that bring templates: what their stacks are called, and where templates are."""
    for position, stage in enumerate(stages):
        stage_name = literal_text(members(stage).get("Name")) or str(position)
        for number, action in enumerate(elements(members(stage).get("Actions"))):
            said = members(members(action).get("Configuration"))
            node = said.get("TemplatePath")
            path = literal_text(node)
            kind = members(members(action).get("ActionTypeId")).get("Provider")
            mode = literal_text(said.get("ActionMode"))
            if (
                path is not None
                and node is not None
                and node.place is not None
                and literal_text(kind) == "CloudFormation"
                and mode in _DEPLOYS
            ):
                name = literal_text(members(action).get("Name")) or str(number)
                yield f"{pipeline.name}.{stage_name}.{name}", action, path


def _sources(stages: Iterable[Node]) -> Iterator[str]:
    """The artifacts that are sources as they are: what is built may hold other values."""
    for stage in stages:
        for action in elements(members(stage).get("Actions")):
            kind = members(members(action).get("ActionTypeId")).get("Category")
            if literal_text(kind) == "Source":
                for artifact in elements(members(action).get("OutputArtifacts")):
                    yield literal_text(members(artifact).get("Name")) or ""


def _given(
    said: Lookup[str, Node],
    at: Span,
    sources: Container[str],
    values: ValuesFile,
    spaces: Lookup[str, str],
) -> Node:
    """What the configuration of an action gives to parameters: overrides stand before the file."""
    fields: dict[str, Node] = {}
    places: dict[str, Span] = {}
    if (file := said.get("TemplateConfiguration")) is not None:
        artifact, _, path = (literal_text(file) or "").rpartition("::")
        found = values(path) if artifact in sources else None
        if found is None:
            return Unknown((Need("TemplateConfiguration", _READ_ELSEWHERE),), place=file.place)
        fields |= found
        places |= dict.fromkeys(found, file.place or at)
    if (node := said.get("ParameterOverrides")) is not None:
        overrides = _overrides(node, spaces)
        if not isinstance(overrides, Mapping):
            return overrides
        fields |= overrides.fields
        places |= overrides.places
    return Mapping(fields, places, at)


def _overrides(node: Node, spaces: Lookup[str, str]) -> Node:
    """What the overrides of an action give to parameters.

    `spaces` are the stacks of other actions by their namespaces.
    """
    place = node.place
    assert place is not None
    open_ = Unknown((Need("ParameterOverrides", "cannot be read"),), place=place)
    text, more = literal_text(node), None
    if isinstance(node, IntrinsicCall) and node.name == "Fn::Sub":
        argument = node.argument
        parts = elements(argument) or (argument,)
        text, more = literal_text(parts[0]), parts[1:]
    try:
        found = json.loads(text or "")
    except ValueError:
        return open_
    if not isinstance(found, dict):
        return open_
    fields = {str(key): _value(value, more, place, spaces) for key, value in found.items()}
    return Mapping(fields, dict.fromkeys(fields, place), place)


def _value(
    value: object, more: tuple[Node, ...] | None, place: Span, spaces: Lookup[str, str]
) -> Node:
    """A value of the JSON of `ParameterOverrides`; `more` are the variables of the `Fn::Sub`."""
    if isinstance(value, int | float):  # a number, or a truth
        return Known(json.dumps(value), place)
    if not isinstance(value, str):
        # { "Fn::GetParam": [artifact, file, key] }, which nobody but the pipeline reads.
        return Unknown((Need("Fn::GetParam", _READ_ELSEWHERE),), place=place)
    taken = re.fullmatch(r"#\{([\w@-]+)\.(\w+)\}", value)
    if taken and taken[1] in spaces:
        output = (Known(spaces[taken[1]], place), Known(f"Outputs.{taken[2]}", place))
        return IntrinsicCall("Fn::GetAtt", Sequence(output, place), place)
    if more is None or "${" not in value:
        return Known(value, place)
    text = Known(value, place)
    return IntrinsicCall("Fn::Sub", Sequence((text, *more), place) if more else text, place)
