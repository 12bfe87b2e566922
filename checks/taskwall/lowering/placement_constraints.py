"""Placement constraints of task definitions, and of what starts tasks."""

from collections.abc import Mapping

from taskwall.lowering._reader import ResourceReader, setting
from taskwall.model.core.entity import Setting
from taskwall.source.resource import Cell

_BLOCKS: Mapping[str, str] = {
    "aws_ecs_service": "placement_constraints",
    "aws_ecs_task_definition": "placement_constraints",
    "aws_cloudwatch_event_target": "placement_constraint",
    "aws_scheduler_schedule": "placement_constraints",
    "AWS::ECS::Service": "PlacementConstraints",
    "AWS::ECS::TaskDefinition": "PlacementConstraints",
    "AWS::Events::Rule": "PlacementConstraints",
    "AWS::Scheduler::Schedule": "PlacementConstraints",
}
"""What they are called, by the type that has them; task sets, for one, have none."""


def placement_constraints(r: ResourceReader, block: Cell) -> tuple[Setting, ...]:
    """The expressions of placement constraints below a block of a resource."""
    name = _BLOCKS.get(r.resource.type)
    if name is None:
        return ()
    key = "expression" if name.islower() else "Expression"
    every = (each.get(key) for each in block.get(name).each())
    return tuple(setting(each, key) for each in every if not each.absent)
