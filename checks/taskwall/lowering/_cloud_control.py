"""Resources of the Terraform provider awscc, which are CloudFormation's types in snake case.

The provider is generated from CloudFormation's schemas: `awscc_ec2_vpc_endpoint` is
`AWS::EC2::VPCEndpoint`, and `cidr_ipv_6` is `CidrIpv6`. So they are read as CloudFormation's.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec.structs import replace

from taskwall.core.values import Fields, Items, Value
from taskwall.source.resource import Resource

T = TypeVar("T")


class SnakeCase(dict[str, T]):
    """A map whose members are found by CloudFormation's names as well."""

    def get(self, key: str, default: T | None = None) -> T | None:  # type: ignore[override]
        """The member of a name, as it is written or in snake case."""
        found = super().get(key)
        return super().get(snake_case(key), default) if found is None else found


def snake_case(name: str) -> str:
    """A name of CloudFormation as the provider writes it."""
    ends = r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"
    return re.sub(ends, "_", name).lower()


def types_of(names: Iterable[str]) -> dict[str, str]:
    """CloudFormation's types, among others, by what the provider calls them."""
    found = {}
    for name in names:
        vendor, _, rest = name.partition("::")
        service, _, resource = rest.partition("::")
        if vendor == "AWS" and resource:
            found[f"awscc_{service.lower()}_{snake_case(resource)}"] = name
    return found


def as_cloudformation(resource: Resource, types: Mapping[str, str]) -> Resource:
    """The resource as CloudFormation has it; itself if it is none of the provider's."""
    type_ = types.get(resource.type)
    if type_ is None:
        return resource
    body = _in_snake_case(resource.body)
    assert isinstance(body, Fields)
    return replace(resource, type=type_, body=body)


def _in_snake_case(value: Value) -> Value:
    if isinstance(value, Fields):
        fields = SnakeCase((key, _in_snake_case(each)) for key, each in value.fields.items())
        return Fields(fields, SnakeCase(value.places), value.rest, value.place)
    if isinstance(value, Items):
        items = tuple(_in_snake_case(each) for each in value.items)
        rest = tuple(_in_snake_case(each) for each in value.rest)
        return Items(items, rest, value.place, value.needs)
    return value
