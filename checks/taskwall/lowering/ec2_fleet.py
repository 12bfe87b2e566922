"""EC2 Fleets and Spot Fleets: they start instances as Auto Scaling groups do.

Each of their launch template configurations is such a group in the model, and each launch
specification of a Spot Fleet an instance. Amazon EC2 user guide, "EC2 Fleet and Spot Fleet".
"""

from collections.abc import Iterator

from taskwall.lowering._reader import ResourceReader, lowers, setting
from taskwall.lowering.capacity import InstanceSchema, base_type, described, template_of
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
    for number, each in enumerate(configurations.each()):
        yield _group(r, each, f"{r.id}:{number}" if number else r.id, spot)
    if not spot:
        return
    specifications = body.get("launch_specification" if r.terraform else "LaunchSpecifications")
    spelled = _SPECIFICATION if r.terraform else _CLOUDFORMATION
    for number, each in enumerate(specifications.each()):
        yield described(r, each, spelled, f"{r.id}:specification {number}")


def _group(r: ResourceReader, configuration: Cell, id_: str, spot: bool) -> AutoScalingGroup:
    """What one launch template configuration starts."""
    names = ("LaunchTemplateSpecification", "Overrides", "InstanceType", "InstanceRequirements")
    ways = ("LaunchTemplateId", "LaunchTemplateName")
    if r.terraform:
        overrides = "overrides" if spot else "override"
        names = (
            *("launch_template_specification", overrides),
            *("instance_type", "instance_requirements"),
        )
        ways = ("id", "name") if spot else ("launch_template_id", "launch_template_name")
    specified, overridden, type_, wanted = names
    every = list(configuration.get(overridden).each())
    template = template_of(r, configuration.get(specified), ways)
    subnets = [each.get("subnet_id" if r.terraform else "SubnetId") for each in every]
    written = [cell for cell in subnets if not cell.absent]
    return AutoScalingGroup(
        id=id_,
        origin=r.origin,
        external=r.external,
        made_from=() if template is None else (template,),
        own_types=() if template is None else (base_type(r, every),),
        types=tuple(
            setting(each.get(type_), type_) for each in every if not each.get(type_).absent
        ),
        by_attributes=tuple(
            r.fact(f"{r.name} chooses instance types by attributes", each.get(wanted))
            for each in every
            if not each.get(wanted).absent
        ),
        subnets=tuple(
            link for cell in written for link in r.links(Subnet, cell, "starts instances in")
        ),
        subnets_setting=setting(written[0], written[0].key) if written else None,
    )
