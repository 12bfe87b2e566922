"""Stacks that a pipeline deploys: its actions of CloudFormation, as nested stacks.

Their templates come from the sources that the pipeline is given, as the scan has them; what they
are given stands in the action (CodePipeline User Guide, "CloudFormation deploy action reference").
"""

import json
import re
from collections.abc import Callable, Container, Iterable, Iterator
from collections.abc import Mapping as Lookup
from typing import Final, TypeAlias

from msgspec import Struct

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
from taskwall.readers.cloudformation.template import FURTHER, NESTED_STACK, Declared

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
            actions take of their outputs is followed (`#{namespace.Output}`, `Fn::GetParam`).
    """
    stages = elements(members(pipeline.properties).get("Stages"))
    sources = frozenset(_sources(stages))
    deploying = list(_deploying(pipeline, stages))
    outputs = _outputs((name, action) for name, action, _ in deploying if name in there)
    for name, action, path in deploying:
        said = members(members(action).get("Configuration"))
        at = said["TemplatePath"].place
        assert at is not None
        fields: dict[str, Node] = {
            "TemplateURL": Known(path.rpartition("::")[2], at),
            "Parameters": _given(said, at, sources, values, outputs),
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
            path = _written(node)
            kind = members(members(action).get("ActionTypeId")).get("Provider")
            mode = literal_text(said.get("ActionMode"))
            if (
                path is not None
                and "${" not in path.rpartition("::")[2]
                and node is not None
                and node.place is not None
                and literal_text(kind) == "CloudFormation"
                and mode in _DEPLOYS
            ):
                name = literal_text(members(action).get("Name")) or str(number)
                yield f"{pipeline.name}.{stage_name}.{name}", action, path


def _written(node: Node | None) -> str | None:
    """The text of a node, with the variables of an `Fn::Sub` as they are written."""
    if isinstance(node, IntrinsicCall) and node.name == "Fn::Sub":
        return literal_text(node.argument)
    return literal_text(node)


class _Outputs(Struct, frozen=True):
    """Whose outputs actions can take, by the names of stacks.

    `spaces` are their namespaces, `files` the artifacts and files that the outputs are put into.
    """

    spaces: Lookup[str, str]
    files: Lookup[tuple[str, str], str]


def _outputs(deploying: Iterable[tuple[str, Node]]) -> _Outputs:
    """Whose outputs actions can take, of stacks by their names and actions."""
    spaces: dict[str, str] = {}
    files: dict[tuple[str, str], str] = {}
    for name, action in deploying:
        said = members(action)
        if space := literal_text(said.get("Namespace")):
            spaces[space] = name
        file = literal_text(members(said.get("Configuration")).get("OutputFileName"))
        for artifact in elements(said.get("OutputArtifacts")) if file else ():
            if file and (made := _written(members(artifact).get("Name"))):
                files[made, file] = name
    return _Outputs(spaces, files)


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
    outputs: _Outputs,
) -> Node:
    """What the configuration of an action gives to parameters: overrides stand before the file."""
    fields: dict[str, Node] = {}
    places: dict[str, Span] = {}
    if (file := said.get("TemplateConfiguration")) is not None:
        artifact, _, path = (literal_text(file) or "").rpartition("::")
        found = values(path) if artifact in sources else None
        fields |= {FURTHER: Known(None)} if found is None else found
        places |= dict.fromkeys(fields, file.place or at)
    if (node := said.get("ParameterOverrides")) is not None:
        overrides = _overrides(node, outputs)
        if not isinstance(overrides, Mapping):
            return overrides
        fields |= overrides.fields
        places |= overrides.places
    return Mapping(fields, places, at)


def _overrides(node: Node, outputs: _Outputs) -> Node:
    """What the overrides of an action give to parameters."""
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
    fields = {key: _value(value, more, place, outputs) for key, value in found.items()}
    return Mapping(fields, dict.fromkeys(fields, place), place)


def _value(value: object, more: tuple[Node, ...] | None, place: Span, outputs: _Outputs) -> Node:
    """A value of the JSON of `ParameterOverrides`; `more` are the variables of the `Fn::Sub`."""
    if isinstance(value, int | float):  # a number, or a truth
        return Known(json.dumps(value), place)
    stack, output = _taken(value, outputs)
    if stack:
        address = (Known(stack, place), Known(f"Outputs.{output}", place))
        return IntrinsicCall("Fn::GetAtt", Sequence(address, place), place)
    if not isinstance(value, str):
        return Unknown((Need("Fn::GetParam", _READ_ELSEWHERE),), place=place)
    if more is None or "${" not in value:
        return Known(value, place)
    text = Known(value, place)
    return IntrinsicCall("Fn::Sub", Sequence((text, *more), place) if more else text, place)


def _taken(value: object, outputs: _Outputs) -> tuple[str, str]:
    """The stack and the output that a value is taken of; the first is "" if it is of none."""
    if isinstance(value, str):
        found = re.fullmatch(r"#\{([\w@-]+)\.(\w+)\}", value)
        return (outputs.spaces.get(found[1], ""), found[2]) if found else ("", "")
    asked = value.get("Fn::GetParam") if isinstance(value, dict) else None
    if not isinstance(asked, list) or [type(each) for each in asked] != [str] * 3:
        return "", ""
    return outputs.files.get((asked[0], asked[1]), ""), asked[2]
