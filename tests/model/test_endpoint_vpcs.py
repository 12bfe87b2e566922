"""In which VPC an endpoint is, and what a Route 53 Profile of that VPC leaves open."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network
from taskwall.model.endpoints.endpoint import Endpoint, endpoints_of_vpc, is_in_vpc, zoned
from taskwall.model.endpoints.task_location import members_in, neighbours
from taskwall.model.entities.vpc import Subnet

STACK = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "asked" { vpc_id = ASKED }
resource "aws_subnet" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "far" { vpc_id = aws_vpc.far.id }
resource "aws_security_group" "main" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "far" { vpc_id = aws_vpc.far.id }
resource "aws_route_table" "main" { vpc_id = aws_vpc.main.id }
resource "aws_route_table" "far" { vpc_id = aws_vpc.far.id }
resource "aws_vpc_endpoint" "logs" {
  vpc_id       = OF
  service_name = "com.amazonaws.eu-west-1.logs"
  USES
}
"""
PROFILE = """
resource "aws_route53profiles_association" "main" {
  profile_id  = "rp-1"
  resource_id = JOINED
}
"""
MAIN, FAR = "aws_vpc.main.id", "aws_vpc.far.id"
EITHER = f"[{MAIN}, {FAR}][var.any]"
IN_MAIN = {"ASKED": MAIN, "OF": MAIN, "USES": ""}


def read(values: dict[str, str], more: str = "") -> tuple[Network, Endpoint, Link]:
    """A network, its endpoint, and the VPC that is asked for."""
    found = network(filled(STACK + more, IN_MAIN | values))
    (endpoint,) = found.every(Endpoint)
    (asked,) = (each for each in found.every(Subnet) if each.id == "aws_subnet.asked")
    return found, endpoint, asked.vpc


def subnets(*names: str) -> dict[str, str]:
    """An endpoint of one of two VPCs, in some subnets."""
    listed = ", ".join(f"aws_subnet.{name}.id" for name in names)
    return {"OF": EITHER, "USES": f'vpc_endpoint_type = "Interface"\nsubnet_ids = [{listed}]'}


def groups(*names: str) -> dict[str, str]:
    """The same, with some security groups."""
    listed = ", ".join(f"aws_security_group.{name}.id" for name in names)
    return {
        "OF": EITHER,
        "USES": f'vpc_endpoint_type = "Interface"\nsecurity_group_ids = [{listed}]',
    }


def tables(*names: str) -> dict[str, str]:
    """The same, in some route tables."""
    return {
        "OF": EITHER,
        "USES": f"route_table_ids = [{', '.join(f'aws_route_table.{name}.id' for name in names)}]",
    }


IS_ANY = ["var.any"]


@pytest.mark.parametrize(
    ("values", "truth", "waits"),
    [
        pytest.param({}, True, [], id="this one"),
        pytest.param({"OF": FAR}, False, [], id="another one"),
        pytest.param({"OF": EITHER}, None, IS_ANY, id="this one or another"),
        pytest.param({"OF": "var.any"}, False, [], id="one from elsewhere"),
        pytest.param({"ASKED": EITHER}, None, IS_ANY, id="of either VPC"),
        pytest.param({"ASKED": EITHER, "OF": FAR}, None, IS_ANY, id="another one of either VPC"),
        pytest.param(subnets("main"), None, IS_ANY, id="a subnet here"),
        pytest.param(subnets("far"), False, [], id="a subnet of another VPC"),
        pytest.param(subnets("main", "far"), None, IS_ANY, id="one subnet here"),
        pytest.param(groups("main"), None, IS_ANY, id="a group here"),
        pytest.param(groups("far"), False, [], id="a group of another VPC"),
        pytest.param(tables("main"), None, IS_ANY, id="a table here"),
        pytest.param(tables("far"), False, [], id="a table of another VPC"),
        pytest.param(subnets("far") | {"OF": MAIN}, True, [], id="its own VPC comes first"),
    ],
)
def test_an_endpoint_is_in_a_vpc(
    values: dict[str, str], truth: bool | None, waits: list[str]
) -> None:
    """By the VPC that it names; where that is open, all that it uses may be in another one."""
    found, endpoint, vpc = read(values)
    fact = is_in_vpc(found, endpoint, vpc)

    assert (fact.truth, [need.name for need in fact.waits_for()]) == (truth, waits)
    assert [each.id for each, _ in endpoints_of_vpc(found, vpc)] == (
        [] if truth is False else [endpoint.id]
    )


def test_a_vpc_that_nobody_knows_may_have_any_endpoint() -> None:
    """It is waited for what the VPC is."""
    found, endpoint, _ = read({})
    fact = is_in_vpc(found, endpoint, None)

    assert (fact.truth, [need.name for need in fact.waits_for()]) == (None, ["the tasks' VPC"])
    assert [each.id for each, _ in endpoints_of_vpc(found, None)] == [endpoint.id]


@pytest.mark.parametrize(
    ("joined", "truth"),
    [(MAIN, None), (FAR, False), (EITHER, None), ("var.any", False)],
)
def test_a_profile_may_hold_a_zone(joined: str, truth: bool | None) -> None:
    """What a Route 53 Profile brings to a VPC is not known; to another one it brings nothing."""
    found, endpoint, _ = read({"JOINED": joined}, PROFILE)
    fact = zoned(found, endpoint)

    waits = ["the profile of aws_route53profiles_association.main"]
    assert fact.truth is truth
    assert [need.name for need in fact.waits_for()] == waits * (truth is None)


HOST = r"""
resource "aws_instance" "host" {
  COUNT
  subnet_id = SUBNET
  user_data = STARTS
}
"""
STARTS = r'"#!/bin/bash\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config"'
CLUSTER = 'resource "aws_ecs_cluster" "main" {}'
SERVICE = """
resource "aws_ecs_service" "web" {
  COUNT
  launch_type = LAUNCH
  network_configuration { subnets = [SUBNET] }
}
"""
COUNT = 'count = var.any == "" ? 1 : 0'
IN_MAIN_SUBNET, IN_FAR = "aws_subnet.main.id", "aws_subnet.far.id"
PLACES = [
    pytest.param({"SUBNET": IN_MAIN_SUBNET}, [(True, [])], id="in its VPC"),
    pytest.param({"SUBNET": IN_FAR}, [], id="in another VPC"),
    pytest.param(
        {"SUBNET": f"[{IN_MAIN_SUBNET}, {IN_FAR}][var.any]"}, [(None, IS_ANY)], id="in either VPC"
    ),
    pytest.param(
        {"SUBNET": f"var.any ? {IN_MAIN_SUBNET} : {IN_FAR}"},
        [(None, IS_ANY)],
        id="in either VPC by a condition",
    ),
    pytest.param(
        {"SUBNET": f"var.any ? {IN_FAR} : {IN_MAIN_SUBNET}"},
        [(None, IS_ANY)],
        id="in either VPC by a condition, whichever comes first",
    ),
    pytest.param(
        {"SUBNET": "aws_subnet.asked.id", "ASKED": EITHER},
        [(None, IS_ANY)],
        id="in a subnet of either VPC",
    ),
    pytest.param(
        {"SUBNET": IN_MAIN_SUBNET, "OF": EITHER},
        [(None, IS_ANY)],
        id="of an endpoint in either VPC",
    ),
    pytest.param({"SUBNET": IN_MAIN_SUBNET, "COUNT": COUNT}, [(None, IS_ANY)], id="perhaps there"),
    pytest.param({"SUBNET": IN_FAR, "COUNT": COUNT}, [], id="perhaps there, in another VPC"),
]
Places = list[tuple[bool | None, list[str]]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        *PLACES,
        pytest.param(
            {"SUBNET": IN_MAIN_SUBNET, "STARTS": "var.any"}, [(None, IS_ANY)], id="perhaps of ECS"
        ),
        pytest.param({"SUBNET": IN_MAIN_SUBNET, "STARTS": '"#!/bin/bash"'}, [], id="not of ECS"),
    ],
)
def test_instances_beside_an_endpoint(values: dict[str, str], expected: Places) -> None:
    """Container instances are in the VPC of their subnet, if they are there at all."""
    found, endpoint, _ = read({"COUNT": "", "STARTS": STARTS, **values}, HOST + CLUSTER)

    assert [
        (fact.truth, [need.name for need in fact.waits_for()])
        for fact in members_in(found, endpoint)
    ] == expected


@pytest.mark.parametrize(("values", "expected"), PLACES)
@pytest.mark.parametrize("launch", ['"FARGATE"', '"EC2"'])
def test_tasks_beside_an_endpoint(launch: str, values: dict[str, str], expected: Places) -> None:
    """So are tasks with interfaces of their own, whatever they are placed on."""
    found, endpoint, _ = read({"COUNT": "", "LAUNCH": launch, **values}, SERVICE)

    assert [
        (fact.truth, [need.name for need in fact.waits_for()])
        for _, fact in neighbours(found, endpoint)
    ] == expected


@pytest.mark.parametrize(
    ("subnet", "expected"),
    [
        (IN_MAIN_SUBNET, [(True, [])]),
        (IN_FAR, []),
        ("aws_subnet.asked.id", [(None, IS_ANY)]),
    ],
)
def test_tasks_are_beside_an_endpoint_with_their_instances(subnet: str, expected: Places) -> None:
    """Tasks that use the network of their host are where that is."""
    service = """
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "host"
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  launch_type     = "EC2"
  task_definition = aws_ecs_task_definition.web.arn
}
"""
    values = {"COUNT": "", "STARTS": STARTS, "SUBNET": subnet, "ASKED": EITHER}
    found, endpoint, _ = read(values, HOST + service)

    assert [
        (fact.truth, [need.name for need in fact.waits_for()])
        for _, fact in neighbours(found, endpoint)
    ] == expected
