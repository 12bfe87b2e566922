"""Scenarios that AWS deploys nothing of, since they leave a resource without its subnets."""

from taskwall.core.values import Fields, Items, Known, Value, dereferenced
from taskwall.source.resource import Resource

_SUBNETS: dict[str, tuple[tuple[str, ...], ...]] = {
    "AWS::AutoScaling::AutoScalingGroup": (("VPCZoneIdentifier",), ("AvailabilityZones",)),
    "AWS::ECS::Service": (("NetworkConfiguration", "AwsvpcConfiguration", "Subnets"),),
    "AWS::ElasticLoadBalancing::LoadBalancer": (("Subnets",), ("AvailabilityZones",)),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (("Subnets",), ("SubnetMappings",)),
    "AWS::RDS::DBSubnetGroup": (("SubnetIds",),),
}
"""By type, the lists of which AWS makes no such resource where all are empty or absent."""


def has_lost_its_subnets(resource: Resource, before: Resource) -> bool:
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
        if not isinstance(found, Fields) or found.rest is not None:
            return False
        found = dereferenced(found.fields.get(key, Known(None)))
        if isinstance(found, Known) and found.data is None:
            return depth == len(path)
    return isinstance(found, Items) and not (found.items or found.rest)
