"""Lambda functions in VPCs: their interfaces only open connections."""

from taskwall.model.core.entity import Entity, Link, Setting


class LambdaFunction(Entity, frozen=True, kw_only=True):
    """A Lambda function with interfaces in a VPC."""

    groups: tuple[Link, ...]
    groups_setting: Setting
    subnets: tuple[Link, ...]
    subnets_setting: Setting
