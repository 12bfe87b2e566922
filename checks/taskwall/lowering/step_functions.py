"""State machines of Step Functions, of which each state that runs a task is a task source.

A task's arguments are JSON in the language of the states: where a name ends in `.$`, or a text is
`{% ... %}`, the value is made when the state runs (Amazon States Language specification).
"""

from collections.abc import Iterator

from msgspec.structs import replace

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    Text,
    Unknown,
    Value,
    dereferenced,
    same,
)
from taskwall.lowering._outside import may_be_anything
from taskwall.lowering._reader import ResourceReader, lowers
from taskwall.lowering._structure import structure, text_without_structure
from taskwall.lowering.tag import tags
from taskwall.lowering.work import STATES, source_of
from taskwall.source.resource import Cell

READ = "2026-11-27"


@lowers(
    "aws_sfn_state_machine", "AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"
)
def state_machine(r: ResourceReader) -> Iterator[object]:
    yield from tags(r)
    given = r.attribute("", "DefinitionSubstitutions").value
    cells = [r.attribute("definition", "Definition"), r.attribute("", "DefinitionString")]
    # A file that these name stands for its name, where the reader has found it.
    cells += [r.attribute("", "DefinitionUri"), r.attribute("", "DefinitionS3Location")]
    definition = next((found for cell in cells if (found := structure(cell, given))), None)
    if definition is None:
        for cell in filter(text_without_structure, cells):
            if cell in cells[:2] or str(cell.known).lstrip().startswith("{"):
                r.complain(cell, "its definition is not JSON")
        for cell in cells:
            if may_be_anything(r.resource, cell.value):
                # It may run the tasks that the sources write.
                perhaps = replace(r.origin, maybe=(*r.origin.maybe, *cell.needs))
                yield replace(source_of(r, STATES, cell, r.id, None), origin=perhaps)
        return
    for name, state in _states(definition):
        resource = state.get("Resource")
        arguments = state.get("Arguments" if state.get("Parameters").absent else "Parameters")
        if arguments.value is not None:
            made = Unknown((Need(r.name, "takes it from its input when it runs"),))
            arguments = replace(arguments, value=_with_run_time(arguments.value, made))
        runs = _runs_tasks(resource)
        if runs or (runs is None and not arguments.get("TaskDefinition").absent):
            if not runs:
                arguments = replace(arguments, doubt=resource.needs)
            source = source_of(r, STATES, arguments, f"{r.id}:{name}", None)
            maybe = () if runs else resource.needs
            yield replace(source, origin=replace(r.origin, maybe=(*r.origin.maybe, *maybe)))


def _runs_tasks(resource: Cell) -> bool | None:
    """Whether the resource of a state is the one that runs tasks; None if it may be."""
    value = dereferenced(resource.value)
    parts = value.parts if isinstance(value, Text) else (resource.known,)
    if any(isinstance(part, str) and "ecs:runTask" in part for part in parts):
        return True
    maybe = value is not None and any(same(value, one) is None for one in _RUN_TASK)
    return None if maybe else False


_RUN_TASK = [
    Known(f"arn:{partition}:states:::{sdk}ecs:runTask{way}")
    for partition in ("aws", "aws-cn", "aws-us-gov")
    for sdk in ("", "aws-sdk:")
    for way in ("", ".sync", ".waitForTaskToken")
]


def _with_run_time(value: Value, made: Unknown) -> Value:
    """Arguments in which what is made when a state runs is `made`, by its name without `.$`."""
    if isinstance(value, Fields):
        found, places = {}, {}
        for key, each in value.fields.items():
            name = key.removesuffix(".$")
            found[name] = _with_run_time(each, made) if name == key else made
            if key in value.places:
                places[name] = value.places[key]
        return Fields(found, places, value.rest, value.place)
    if isinstance(value, Items):
        items = tuple(_with_run_time(each, made) for each in value.items)
        return Items(items, value.rest, value.place, value.needs)
    first = value.parts[0] if isinstance(value, Text) else getattr(value, "data", None)
    expression = isinstance(first, str) and first.startswith("{%")
    return replace(made, place=value.place) if expression else value


def _states(machine: Cell) -> Iterator[tuple[str, Cell]]:
    """Every state of a machine, those of Map and Parallel states included."""
    states = machine.get("States")
    found = dereferenced(states.value)
    for name in found.fields if isinstance(found, Fields) else ():
        state = states.get(name)
        yield name, state
        for inner in ("Iterator", "ItemProcessor"):
            yield from _states(state.get(inner))
        for branch in state.get("Branches").each():
            yield from _states(branch)
