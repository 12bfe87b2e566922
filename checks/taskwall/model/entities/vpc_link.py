"""VPC links of API Gateway."""

from taskwall.model.core.entity import Entity, Link, Setting


class VpcLink(Entity, frozen=True, kw_only=True):
    """Interfaces in a VPC by which API Gateway connects to what is in there."""

    groups: tuple[Link, ...]
    groups_setting: Setting
    subnets: tuple[Link, ...]
    subnets_setting: Setting


class NetworkVpcLink(Entity, frozen=True, kw_only=True):
    """A VPC link of version 1: by PrivateLink to Network Load Balancers, without interfaces."""

    balancers: tuple[Link, ...]
