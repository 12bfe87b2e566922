"""Placement constraints of task definitions, and of what starts tasks."""

from taskwall.lowering._reader import ResourceReader, setting
from taskwall.model.core.entity import Setting
from taskwall.source.resource import Cell


def placement_constraints(
    r: ResourceReader, block: Cell, *, terraform: bool
) -> tuple[Setting, ...]:
    """The expressions of placement constraints below a block: which instances may be chosen.

    Args:
        r: the resource that has them.
        block: what has them in it.
        terraform: whether their names are Terraform's.
    """
    target = r.resource.type == "aws_cloudwatch_event_target"
    name = "placement_constraint" if target else "placement_constraints"
    name, key = (name, "expression") if terraform else ("PlacementConstraints", "Expression")
    every = (each.get(key) for each in block.get(name).each())
    return tuple(setting(each, key) for each in every if not each.absent)
