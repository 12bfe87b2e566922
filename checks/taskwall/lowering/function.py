"""Lambda functions, as far as they are in a VPC."""

from collections.abc import Iterator

from msgspec.structs import replace

from taskwall.core.values import Items, Known, Text, Value, dereferenced, text
from taskwall.lowering._reader import ResourceReader, lowers, setting
from taskwall.lowering.given_name import names_and_tags
from taskwall.model.entities.function import LambdaFunction
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet
from taskwall.source.resource import Cell


@lowers("aws_lambda_function", "AWS::Lambda::Function", "AWS::Serverless::Function")
def function(r: ResourceReader) -> Iterator[object]:
    config = r.attribute("vpc_config", "VpcConfig")
    if config.absent:
        return
    names = (
        ("security_group_ids", "subnet_ids") if r.terraform else ("SecurityGroupIds", "SubnetIds")
    )
    yield from _in_vpc(r, config, names)


@lowers("AWS::SecretsManager::RotationSchedule")
def rotation(r: ResourceReader) -> Iterator[object]:
    # The function that Secrets Manager makes; another one is a resource of its own.
    config = r.attribute("", "HostedRotationLambda")
    if not config.absent:
        yield from _in_vpc(r, config, ("VpcSecurityGroupIds", "VpcSubnetIds"))


def _in_vpc(r: ResourceReader, config: Cell, names: tuple[str, str]) -> Iterator[object]:
    """The function whose groups and subnets stand under two names."""
    groups, subnets = (config.get(name) for name in names)
    groups_used = r.links(SecurityGroup, _listed(groups), "uses security group")
    subnets_used = r.links(Subnet, _listed(subnets), "runs in")
    if not (groups_used or subnets_used):
        return  # An empty configuration takes it out of its VPC.
    yield from names_and_tags(r)
    yield LambdaFunction(
        id=r.id,
        origin=r.origin,
        groups=groups_used,
        groups_setting=setting(groups, names[0], links=groups_used),
        subnets=subnets_used,
        subnets_setting=setting(subnets, names[1], links=subnets_used),
    )


def _listed(cell: Cell) -> Cell:
    """A list, also of a text that has commas between ids: so a rotation schedule has them."""
    value = None if cell.value is None else dereferenced(cell.value)
    if isinstance(value, Known) and isinstance(value.data, str):
        value = Text((value.data,), value.place)
    if not isinstance(value, Text):
        return cell
    items: list[list[str | Value]] = [[]]
    for part in value.parts:
        if isinstance(part, str):
            first, *rest = (piece.strip() for piece in part.split(","))
            items[-1] += [first] if first else []
            items += [[piece] if piece else [] for piece in rest]
        else:
            items[-1].append(part)
    return replace(cell, value=Items(tuple(_one(each) for each in items if each), (), value.place))


def _one(parts: list[str | Value]) -> Value:
    """The value that parts make."""
    first = parts[0]
    return text(parts) if isinstance(first, str) or len(parts) > 1 else first
