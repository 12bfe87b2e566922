"""Scenarios that AWS deploys nothing of, since they leave a resource without its subnets."""

from collections.abc import Iterable

from taskwall.core.values import Fields, Items, Known, Value, dereferenced
from taskwall.source.resource import Resource

_SUBNETS: dict[str, tuple[tuple[str, ...], ...]] = {
    "AWS::AutoScaling::AutoScalingGroup": (("VPCZoneIdentifier",), ("AvailabilityZones",)),
    "AWS::ECS::Service": (("NetworkConfiguration", "AwsvpcConfiguration", "Subnets"),),
    "AWS::ElasticLoadBalancing::LoadBalancer": (("Subnets",), ("AvailabilityZones",)),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (("Subnets",), ("SubnetMappings",)),
    "AWS::RDS::DBSubnetGroup": (("SubnetIds",),),
    "aws_alb": (("subnets",), ("subnet_mapping",)),
    "aws_autoscaling_group": (("vpc_zone_identifier",), ("availability_zones",)),
    "aws_db_subnet_group": (("subnet_ids",),),
    "aws_ecs_service": (("network_configuration", "subnets"),),
    "aws_elb": (("subnets",), ("availability_zones",)),
    "aws_lb": (("subnets",), ("subnet_mapping",)),
}
"""By type, the lists of which AWS makes no such resource where all are empty or absent."""


def lose_subnets(resources: Iterable[Resource], before: Iterable[Resource]) -> bool:
    """Whether a scenario takes all subnets of one of some resources, which are open `before`."""
    known = {one.origin.address: one for one in before}
    return any(
        _has_lost_its_subnets(one, known[one.origin.address])
        for one in resources
        if one.origin.address in known
    )


def _has_lost_its_subnets(resource: Resource, before: Resource) -> bool:
    """Whether a scenario takes all subnets of a resource, which has some while it is open."""
    lists = _SUBNETS.get(resource.type, ())
    return (
        bool(lists)
        and not resource.origin.maybe
        and all(_is_empty(resource.body, path) for path in lists)
        and not all(_is_empty(before.body, path) for path in lists)
    )


def _is_empty(body: Value, path: tuple[str, ...]) -> bool:
    """Whether a body lacks a list or has an empty one, in a block that it does not lack."""
    found: Value = body
    for depth, key in enumerate(path, 1):
        if isinstance(found, Items) and len(found.items) == 1 and not found.rest:
            found = dereferenced(found.items[0])  # a block of Terraform
        if not isinstance(found, Fields) or found.rest is not None:
            return False
        found = dereferenced(found.fields.get(key, Known(None)))
        if isinstance(found, Known) and found.data is None:
            return depth == len(path)
    return isinstance(found, Items) and not (found.items or found.rest)
