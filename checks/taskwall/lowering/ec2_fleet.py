"""EC2 Fleets and Spot Fleets: they start instances as Auto Scaling groups do.

Each of their launch template configurations is such a group in the model, and each launch
specification of a Spot Fleet an instance. Amazon EC2 user guide, "EC2 Fleet and Spot Fleet".
"""

from collections.abc import Iterator

from msgspec.structs import replace

from taskwall.lowering._reader import ResourceReader, lowers, setting
from taskwall.lowering.capacity import (
    InstanceSchema,
    base_type,
    described,
    overridden_types,
    template_of,
)
from taskwall.model.core.entity import Entity
from taskwall.model.entities.ecs import AutoScalingGroup
from taskwall.model.entities.vpc import Subnet
from taskwall.source.resource import Cell

READ = "2026-11-29"

_SPECIFICATION = InstanceSchema(
    "launch specification", "instance_type", "", ("user_data",), "vpc_security_group_ids", (), "",
    "", "ami", "associate_public_ip_address", subnet="subnet_id",
)  # fmt: skip
_CLOUDFORMATION = InstanceSchema(
    "launch specification", "InstanceType", "InstanceRequirements", ("UserData",),
    "SecurityGroups", ("NetworkInterfaces",), "Groups", "", "ImageId", "AssociatePublicIpAddress",
    subnet="SubnetId", group_key="GroupId",
)  # fmt: skip
"""Where a launch specification keeps what; metadata options it has none."""


@lowers("aws_ec2_fleet", "AWS::EC2::EC2Fleet", to=AutoScalingGroup)
@lowers("aws_spot_fleet_request", "AWS::EC2::SpotFleet", to=AutoScalingGroup)
def ec2_fleet(r: ResourceReader) -> Iterator[Entity]:
    spot = r.resource.type in ("aws_spot_fleet_request", "AWS::EC2::SpotFleet")
    body = r.body if r.terraform or not spot else r.body.get("SpotFleetRequestConfigData")
    configurations = body.get("launch_template_config" if r.terraform else "LaunchTemplateConfigs")
    number = 0
    for each in configurations.each():
        for overrides in _by_subnet(r, _overrides(r, each, spot)):
            # The first is called as the fleet is, as long as that is all of it.
            yield _group(r, each, overrides, f"{r.id}:{number}" if number else r.id, spot)
            number += 1
    if not spot:
        return
    specifications = body.get("launch_specification" if r.terraform else "LaunchSpecifications")
    spelled = _SPECIFICATION if r.terraform else _CLOUDFORMATION
    for number, each in enumerate(specifications.each()):
        started = described(r, each, spelled, f"{r.id}:specification {number}")
        if each.doubt is not None:
            maybe = (*started.origin.maybe, *each.doubt)
            started = replace(started, origin=replace(started.origin, maybe=maybe))
        yield started


def _overrides(r: ResourceReader, configuration: Cell, spot: bool) -> list[Cell]:
    name = ("overrides" if spot else "override") if r.terraform else "Overrides"
    return list(configuration.get(name).each())


def _subnet(r: ResourceReader, override: Cell) -> Cell:
    return override.get("subnet_id" if r.terraform else "SubnetId")


def _by_subnet(r: ResourceReader, overrides: list[Cell]) -> Iterator[list[Cell]]:
    """Overrides that name a subnet, and those that leave it to the launch template."""
    without = [each for each in overrides if _subnet(r, each).absent]
    if len(without) < len(overrides):
        yield [each for each in overrides if each not in without]
    if without or not overrides:
        yield without


def _group(
    r: ResourceReader, configuration: Cell, overrides: list[Cell], id_: str, spot: bool
) -> AutoScalingGroup:
    """What some overrides of one launch template configuration start."""
    if r.terraform:
        specified = configuration.get("launch_template_specification")
        ways = ("id", "name") if spot else ("launch_template_id", "launch_template_name")
    else:
        specified = configuration.get("LaunchTemplateSpecification")
        ways = ("LaunchTemplateId", "LaunchTemplateName")
    template = template_of(r, specified, ways)
    subnets = [_subnet(r, each) for each in overrides] or [_subnet(r, configuration)]
    return AutoScalingGroup(
        id=id_,
        origin=r.origin,
        external=r.external,
        made_from=() if template is None else (template,),
        own_types=() if template is None else (base_type(r, overrides),),
        **overridden_types(r, overrides),
        subnets=tuple(
            link for cell in subnets for link in r.links(Subnet, cell, "starts instances in")
        ),
        subnets_setting=setting(subnets[0], subnets[0].key),
    )
