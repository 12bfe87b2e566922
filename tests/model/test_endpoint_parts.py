"""What an endpoint has by resources of their own: its route tables, and its security groups."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.core.facts import Fact
from taskwall.model.core.entity import link_to
from taskwall.model.endpoints.endpoint import (
    Endpoint,
    EndpointGroups,
    endpoint_groups,
    serves_table,
)
from taskwall.model.entities.vpc import RouteTable

STACK = """
variable "any" {}
variable "list" { type = list(string) }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_route_table" "main" { vpc_id = aws_vpc.main.id }
resource "aws_route_table" "other" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "one" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "two" { vpc_id = aws_vpc.main.id }
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.main.id
  vpc_endpoint_type = KIND
  service_name      = "com.amazonaws.eu-west-1.s3"
  INLINE
}
resource "aws_vpc_endpoint" "other" {
  vpc_id       = aws_vpc.main.id
  service_name = "com.amazonaws.eu-west-1.dynamodb"
}
"""
IN_TABLE = """
resource "aws_vpc_endpoint_route_table_association" "s3" {
  COUNT
  vpc_endpoint_id = OF
  route_table_id  = TABLE
}
"""
WITH_GROUP = """
resource "aws_vpc_endpoint_security_group_association" "s3" {
  COUNT
  vpc_endpoint_id             = OF
  security_group_id           = aws_security_group.two.id
  replace_default_association = INSTEAD
}
"""
MAIN, OTHER = (f"aws_route_table.{name}.id" for name in ("main", "other"))
S3, ANOTHER = (f"aws_vpc_endpoint.{name}.id" for name in ("s3", "other"))
ONE = "aws_security_group.one.id"
COUNT = 'count = var.any == "" ? 1 : 0'
ENDPOINTS = [
    pytest.param(S3, True, id="its own"),
    pytest.param(ANOTHER, False, id="another's"),
    pytest.param(f"[{S3}, {ANOTHER}][var.any]", None, id="either's"),
    pytest.param('"vpce-1"', False, id="elsewhere's"),
]
THERE = [pytest.param("", True, id="there"), pytest.param(COUNT, None, id="perhaps there")]


def read(kind: str, inline: str = "", more: str = "", **values: str) -> tuple[Fact, EndpointGroups]:
    """Whether the endpoint is in the table `main`, and the groups that it has."""
    given = {"KIND": f'"{kind}"', "INLINE": inline, "COUNT": "", "OF": S3, **values}
    found = network(filled(STACK + more, given))
    endpoint, table = (
        found.get(Endpoint, "aws_vpc_endpoint.s3"),
        found.get(RouteTable, "aws_route_table.main"),
    )
    assert endpoint is not None
    assert table is not None
    return serves_table(found, endpoint, link_to(table)), endpoint_groups(found, endpoint)


def all_true(*truths: bool | None) -> bool | None:
    """False if one is, else unknown if one is."""
    return False if False in truths else None if None in truths else True


@pytest.mark.parametrize(
    ("inline", "truth"),
    [
        ("", False),
        (f"route_table_ids = [{MAIN}]", True),
        (f"route_table_ids = [{OTHER}]", False),
        (f"route_table_ids = [{OTHER}, {MAIN}]", True),
        (f"route_table_ids = [[{MAIN}, {OTHER}][var.any]]", None),
        (f'route_table_ids = var.any == "" ? [{MAIN}] : []', None),
        # What is given from outside is none that is written here.
        ("route_table_ids = [var.any]", False),
        ("route_table_ids = var.list", False),
    ],
)
def test_tables_of_an_endpoint(inline: str, truth: bool | None) -> None:
    """It is in those that it names."""
    fact, _ = read("Gateway", inline)

    assert fact.truth is truth
    assert {need.name for need in fact.waits_for()} == ({"var.any"} if truth is None else set())


@pytest.mark.parametrize(("count", "there"), THERE)
@pytest.mark.parametrize(("of", "its"), ENDPOINTS)
@pytest.mark.parametrize(
    ("table", "this"),
    [(MAIN, True), (OTHER, False), (f"[{MAIN}, {OTHER}][var.any]", None), ("var.any", False)],
)
@pytest.mark.parametrize("inline", ["", f"route_table_ids = [{OTHER}]"])
def test_tables_by_association(
    inline: str, table: str, this: bool | None, of: str, its: bool | None, count: str, there: bool
) -> None:
    """A resource of its own adds one, if it is there, and is of this endpoint and that table."""
    fact, _ = read("Gateway", inline, IN_TABLE, COUNT=count, OF=of, TABLE=table)

    truth = all_true(this, its, there)
    assert fact.truth is truth
    assert {need.name for need in fact.waits_for()} == ({"var.any"} if truth is None else set())


@pytest.mark.parametrize(
    ("inline", "groups", "default"),
    [
        ("", [], True),
        ("security_group_ids = []", [], True),
        (f"security_group_ids = [{ONE}]", [True], False),
        ("security_group_ids = [var.any]", [True], False),
        ("security_group_ids = var.list", [None], None),
        (f'security_group_ids = var.any == "" ? [{ONE}] : []', [None], None),
        (f"security_group_ids = concat([{ONE}], var.list)", [True, None], False),
    ],
)
def test_groups_of_an_endpoint(
    inline: str, groups: list[bool | None], default: bool | None
) -> None:
    """Without any of its own it has its VPC's default group."""
    _, found = read("Interface", inline)

    assert [link.fact.truth for link in found.groups] == groups
    assert found.default.truth is default
    assert bool(found.default.waits_for()) is (default is None)


@pytest.mark.parametrize(("count", "there"), THERE)
@pytest.mark.parametrize(("of", "its"), ENDPOINTS)
@pytest.mark.parametrize(
    ("instead", "replaces"), [("null", False), ("false", False), ("true", True), ("var.any", None)]
)
def test_groups_by_association(
    instead: str, replaces: bool | None, of: str, its: bool | None, count: str, there: bool | None
) -> None:
    """One is added to the default group, unless it takes the place of that."""
    _, found = read("Interface", "", WITH_GROUP, COUNT=count, OF=of, INSTEAD=instead)

    has, replaced = all_true(its, there), all_true(its, there, replaces)
    assert [link.fact.truth for link in found.groups] == ([] if its is False else [has])
    assert found.default.truth is (None if replaced is None else not replaced)
    assert bool(found.default.waits_for()) is (replaced is None)


@pytest.mark.parametrize("instead", ["false", "true"])
def test_groups_of_both(instead: str) -> None:
    """What names a group has no default group that another could take the place of."""
    _, found = read("Interface", f"security_group_ids = [{ONE}]", WITH_GROUP, INSTEAD=instead)

    assert [link.to for link in found.groups] == [
        "aws_security_group.one",
        "aws_security_group.two",
    ]
    assert found.default.truth is False
