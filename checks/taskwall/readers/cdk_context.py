"""Reads `cdk.context.json`: what CDK has looked up of VPCs that exist, by their ids.

CDK keeps there what `Vpc.fromLookup` found, of which its templates have only the ids
(https://docs.aws.amazon.com/cdk/v2/guide/context.html). What it says of a VPC is not all: whatever
else there is of it stays unknown.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from taskwall.core.json_document import mapping, sequence
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    Origin,
    Reference,
    Span,
    Unknown,
    Value,
)
from taskwall.source.cdk_assembly import CDK_CONTEXT
from taskwall.source.context import ContextSource
from taskwall.source.files import Files, UnreadableError
from taskwall.source.resource import Resource
from taskwall.source.stack import SourceError

_LOOKED_UP = "vpc-provider:"
_UNSEEN = f"is not in {CDK_CONTEXT}"


def cdk_context(path: str, files: Files) -> ContextSource | SourceError:
    """The VPCs that a `cdk.context.json` has, or why it cannot be read."""
    import msgspec

    start = Span(path, 1, 1, 1, 1)
    try:
        document = msgspec.json.decode(files.text(path))
    except UnreadableError as error:
        return error.error
    except (msgspec.DecodeError, RecursionError) as error:
        return SourceError(start, f"is not JSON: {error}")
    found: dict[str, Resource] = {}
    for key, value in mapping(document).items():
        if key.startswith(_LOOKED_UP):
            for resource in _Vpc(mapping(value), start).resources():
                found[resource.origin.address] = resource
    return ContextSource(path, CDK_CONTEXT, tuple(found.values()))


class _Vpc:
    """One VPC that was looked up."""

    def __init__(self, vpc: Mapping[str, Any], place: Span) -> None:
        self._vpc = vpc
        self._id = str(vpc.get("vpcId"))
        self._place = place

    def resources(self) -> Iterator[Resource]:
        """The VPC, which may have more than is known, and its subnets with their route tables."""
        yield self._made("aws_vpc", self._id, {"cidr_block": self._vpc.get("vpcCidrBlock")}, True)
        gateway = f"{self._id}.igw"
        yield self._made("aws_internet_gateway", gateway, {"vpc_id": self._reference()})
        for kind, subnet in self._subnets():
            name, table = str(subnet.get("subnetId")), str(subnet.get("routeTableId"))
            fields = {
                "vpc_id": self._reference(),
                "cidr_block": subnet.get("cidr"),
                "availability_zone": subnet.get("availabilityZone"),
            }
            if kind != "public":
                # CDK calls each subnet public that gives public addresses.
                fields["map_public_ip_on_launch"] = Known(False, self._place)
            yield self._made("aws_subnet", name, fields)
            if subnet.get("routeTableId"):
                routes = self._routes(kind, gateway, name)
                yield self._made("aws_route_table", table, {"vpc_id": self._reference(), **routes})
                ties = {"subnet_id": Known(name), "route_table_id": Known(table)}
                yield self._made("aws_route_table_association", f"{name}.{table}", ties)

    def _subnets(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The subnets with their kinds, as CDK calls them, in both forms of the file."""
        for group in map(mapping, sequence(self._vpc.get("subnetGroups"))):
            for subnet in map(mapping, sequence(group.get("subnets"))):
                yield str(group.get("type")).lower(), subnet
        for kind in ("public", "private", "isolated"):
            tables = sequence(self._vpc.get(f"{kind}SubnetRouteTableIds"))
            for index, name in enumerate(sequence(self._vpc.get(f"{kind}SubnetIds"))):
                table = tables[index] if index < len(tables) else None
                yield kind, {"subnetId": name, "routeTableId": table}

    def _routes(self, kind: str, gateway: str, subnet: str) -> Mapping[str, Value]:
        """The default route of a kind of subnet; none of one that CDK calls isolated is known."""
        target: dict[str, Value]
        if kind == "public":
            target = {"gateway_id": Reference(_address("aws_internet_gateway", gateway), "id")}
        elif kind == "private":
            target = {"nat_gateway_id": Unknown((Need(f"the NAT gateway of {subnet}", _UNSEEN),))}
        else:
            return {}
        route = Fields({"cidr_block": Known("0.0.0.0/0"), **target}, place=self._place)
        return {"route": Items((route,), place=self._place)}

    def _reference(self) -> Reference:
        return Reference(_address("aws_vpc", self._id), "id", Known(self._id))

    def _made(
        self, type_: str, name: str, fields: Mapping[str, Any | Value], data: bool = False
    ) -> Resource:
        address, place = _address(type_, name), self._place
        known: dict[str, Value] = {
            key: Known(value, place) if isinstance(value, str) else value
            for key, value in fields.items()
            if value is not None
        }
        rest = Unknown((Need(address, _UNSEEN),))
        body = Fields({"id": Known(name, place), **known}, {}, rest, place)
        origin = Origin(address, address, place, "terraform", context=True)
        return Resource(type_, origin, body, place, data)


def _address(type_: str, name: str) -> str:
    return f"{CDK_CONTEXT}/{type_}.{name}"
