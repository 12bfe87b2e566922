"""What CDK has looked up of a VPC becomes resources that stand as context."""

import json

import pytest

from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Reference,
    Span,
    Unknown,
    Value,
    needs,
    symbol,
)
from taskwall.readers.cdk_context import cdk_context
from taskwall.source.context import ContextSource
from taskwall.source.files import Files
from taskwall.source.resource import Resource
from taskwall.source.stack import SourceError

FILE = "/app/cdk.context.json"
KEY = "vpc-provider:account=1:filter.vpc-id=vpc-1"


def read(text: str) -> ContextSource | SourceError:
    """What is read of a file with a text."""
    return cdk_context(FILE, Files({FILE: text}))


def resources(document: object) -> list[Resource]:
    """The resources of a file."""
    found = read(json.dumps(document))
    assert isinstance(found, ContextSource)
    return list(found.resources)


def shown(value: Value) -> object:
    """Plain data; a reference as its name in angle brackets, a map without what may be more."""
    if isinstance(value, Known):
        return value.data
    if isinstance(value, Items):
        return [shown(one) for one in value.items]
    if isinstance(value, Fields):
        return {name: shown(one) for name, one in value.fields.items()}
    if isinstance(value, Reference):
        return f"<{symbol(value).removeprefix('cdk.context.json/')}>"
    assert isinstance(value, Unknown)
    return [str(need) for need in needs(value)]


def made(vpc: object) -> list[tuple[str, object]]:
    """The types and bodies of what one VPC makes, beside itself and its internet gateway."""
    vpc_, gateway, *others = resources({KEY: vpc})
    assert (vpc_.type, gateway.type) == ("aws_vpc", "aws_internet_gateway")
    return [(one.type, shown(one.body)) for one in others]


IGW = {"gateway_id": "<aws_internet_gateway.vpc-1.igw.id>"}
NAT = {"nat_gateway_id": ["the NAT gateway of subnet-1 is not in cdk.context.json"]}


@pytest.mark.parametrize(
    ("kind", "target"), [("Public", IGW), ("Private", NAT), ("Isolated", None)]
)
@pytest.mark.parametrize("new", [True, False])
def test_a_subnet_has_the_route_of_its_kind(
    kind: str, target: dict[str, object] | None, new: bool
) -> None:
    """In both forms of the file: to the gateway, to a NAT gateway, or none that is known."""
    if new:
        subnet = {"subnetId": "subnet-1", "routeTableId": "rtb-1"}
        found = made({"vpcId": "vpc-1", "subnetGroups": [{"type": kind, "subnets": [subnet]}]})
    else:
        name = kind.lower()
        ids = {f"{name}SubnetIds": ["subnet-1"], f"{name}SubnetRouteTableIds": ["rtb-1"]}
        found = made({"vpcId": "vpc-1", **ids})

    route = {} if target is None else {"route": [{"cidr_block": "0.0.0.0/0", **target}]}
    # CDK calls each subnet public that gives public addresses; others may be called so, too.
    maps = {} if kind == "Public" else {"map_public_ip_on_launch": False}
    assert found == [
        ("aws_subnet", {"id": "subnet-1", "vpc_id": "<aws_vpc.vpc-1.id>", **maps}),
        ("aws_route_table", {"id": "rtb-1", "vpc_id": "<aws_vpc.vpc-1.id>", **route}),
        (
            "aws_route_table_association",
            {"id": "subnet-1.rtb-1", "subnet_id": "subnet-1", "route_table_id": "rtb-1"},
        ),
    ]


def test_what_is_known_of_a_vpc() -> None:
    """Its range, its gateway and its subnets; all may have more than what is written."""
    subnet = {"subnetId": "subnet-1", "cidr": "10.0.1.0/24", "availabilityZone": "eu-west-1a"}
    groups = [{"type": "Public", "subnets": [subnet]}]
    found = resources(
        {KEY: {"vpcId": "vpc-1", "vpcCidrBlock": "10.0.0.0/16", "subnetGroups": groups}}
    )

    assert [(one.type, one.data, shown(one.body)) for one in found] == [
        ("aws_vpc", True, {"id": "vpc-1", "cidr_block": "10.0.0.0/16"}),
        ("aws_internet_gateway", False, {"id": "vpc-1.igw", "vpc_id": "<aws_vpc.vpc-1.id>"}),
        (
            "aws_subnet",
            False,
            {
                "id": "subnet-1",
                "vpc_id": "<aws_vpc.vpc-1.id>",
                "cidr_block": "10.0.1.0/24",
                "availability_zone": "eu-west-1a",
            },
        ),
    ]
    assert all(one.origin.context for one in found)
    assert {one.place for one in found} == {Span(FILE, 1, 1, 1, 1)}
    rests = [one.body.rest for one in found]
    assert [str(need) for rest in rests if rest is not None for need in needs(rest)] == [
        f"cdk.context.json/{name} is not in cdk.context.json"
        for name in ("aws_vpc.vpc-1", "aws_internet_gateway.vpc-1.igw", "aws_subnet.subnet-1")
    ]


def test_fewer_route_tables_than_subnets() -> None:
    """A subnet without a route table is there all the same."""
    ids = {"publicSubnetIds": ["subnet-1", "subnet-2"], "publicSubnetRouteTableIds": ["rtb-1"]}
    found = made({"vpcId": "vpc-1", **ids})
    assert [one for one, _ in found] == [
        "aws_subnet",
        "aws_route_table",
        "aws_route_table_association",
        "aws_subnet",
    ]


@pytest.mark.parametrize(
    "document",
    [
        [],
        {"availability-zones:account=1": ["eu-west-1a"]},
        {"other-provider": {"vpcId": "vpc-1"}},
    ],
)
def test_what_says_nothing_of_vpcs(document: object) -> None:
    """Other lookups make nothing."""
    assert resources(document) == []


@pytest.mark.parametrize(
    "vpc",
    [
        [],
        {"subnetGroups": {}},
        {"subnetGroups": [[]]},
        {"subnetGroups": [{"subnets": "x"}]},
        {"publicSubnetIds": "subnet-1"},
        {"publicSubnetRouteTableIds": ["rtb-1"]},
    ],
)
def test_other_shapes_have_no_subnets(vpc: object) -> None:
    """What is not written as CDK writes it is left out."""
    assert made(vpc) == []


def test_a_file_that_cannot_be_read() -> None:
    """It is an error, as a whole."""
    found = read("{")
    assert isinstance(found, SourceError)
    assert found.place == Span(FILE, 1, 1, 1, 1)
    assert found.message.startswith("is not JSON: ")
    deep = read("[" * 100_000)
    assert isinstance(deep, SourceError)
    absent = cdk_context(FILE, Files({}))
    assert isinstance(absent, SourceError)
    assert "is not JSON" not in absent.message
