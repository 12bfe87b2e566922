"""State machines of Step Functions, of which each state that runs a task is a task source."""

from collections.abc import Iterator

from taskwall.core.values import Fields, worst_per_scenario
from taskwall.lowering._draft import ResourceReader, lowers
from taskwall.lowering._structure import structure
from taskwall.lowering.tag import tags
from taskwall.lowering.work import STATES, source_of
from taskwall.source.resource import Cell


@lowers("aws_sfn_state_machine", "AWS::StepFunctions::StateMachine")
def state_machine(r: ResourceReader) -> Iterator[object]:
    yield from tags(r)
    cell = r.attribute("definition", "Definition")
    if cell.absent:
        cell = r.attribute("", "DefinitionString")
    definition = structure(cell, r.attribute("", "DefinitionSubstitutions").value)
    if definition is None:
        return
    for name, state in _states(definition, 0):
        resource = state.get("Resource").known
        if not isinstance(resource, str) or "ecs:runTask" not in resource:
            continue
        arguments = state.get("Arguments" if state.get("Parameters").absent else "Parameters")
        yield source_of(r, STATES, arguments, f"{r.id}:{name}", None)


def _states(machine: Cell, depth: int) -> Iterator[tuple[str, Cell]]:
    """Every state of a machine, those of Map and Parallel states included."""
    states = machine.get("States")
    value = None if states.value is None else worst_per_scenario(states.value)
    if not isinstance(value, Fields) or depth > 10:
        return
    for name in value.fields:
        state = states.get(name)
        yield name, state
        for inner in ("Iterator", "ItemProcessor"):
            yield from _states(state.get(inner), depth + 1)
        for branch in state.get("Branches").each():
            yield from _states(branch, depth + 1)
