"""Whether groups let tasks reach an endpoint: those of the tasks out, those of the endpoint in."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.model.core.network import Network
from taskwall.model.endpoints.egress import egress_allowed
from taskwall.model.endpoints.endpoint import Endpoint
from taskwall.model.endpoints.ingress import ingress_allowed, outsiders
from taskwall.model.entities.ecs import TaskSource

STACK = """
variable "any" {}
variable "list" { type = list(string) }
data "aws_ec2_managed_prefix_list" "s3" { name = "com.amazonaws.eu-west-1.s3" }
data "aws_ec2_managed_prefix_list" "dynamodb" { name = "com.amazonaws.eu-west-1.dynamodb" }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "far" { vpc_id = aws_vpc.far.id }
resource "aws_security_group" "other" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  OUT
}
resource "aws_security_group" "door" {
  vpc_id = aws_vpc.main.id
  IN
}
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.main.id
  vpc_endpoint_type = KIND
  service_name      = "com.amazonaws.eu-west-1.s3"
  HAS
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [aws_subnet.main.id]
    security_groups = GROUPS
  }
}
DEFAULT
"""
PERMISSION = """WAY {
    protocol  = "tcp"
    from_port = PORT
    to_port   = PORT
    PEER
  }
"""
ADOPTED = 'resource "aws_default_security_group" "main" { vpc_id = aws_vpc.main.id }'
WEB, DOOR, OTHER, FAR = (
    f"aws_security_group.{name}.id" for name in ("web", "door", "other", "far")
)
WITH_DOOR = f"security_group_ids = [{DOOR}]"
BASE = {
    "OUT": "",
    "IN": "",
    "KIND": '"Interface"',
    "HAS": WITH_DOOR,
    "GROUPS": f"[{WEB}]",
    "DEFAULT": "",
}
GATEWAY = {"KIND": '"Gateway"', "HAS": ""}


S3, DYNAMO = (f"data.aws_ec2_managed_prefix_list.{name}.id" for name in ("s3", "dynamodb"))
Truths = tuple[bool | None, bool | None]


def cidr(value: str) -> str:
    """A range as a peer."""
    return f"cidr_blocks = [{value}]"


def group(value: str) -> str:
    """A group as a peer."""
    return f"security_groups = [{value}]"


def listed(value: str) -> str:
    """A prefix list as a peer."""
    return f"prefix_list_ids = [{value}]"


def permission(way: str, peer: str, port: int) -> str:
    """A permission of a group."""
    return PERMISSION.replace("WAY", way).replace("PORT", str(port)).replace("PEER", peer)


def out(peer: str, port: int = 443) -> dict[str, str]:
    """Egress of the tasks' group."""
    return {"OUT": permission("egress", peer, port)}


def into(peer: str, port: int = 443) -> dict[str, str]:
    """Ingress of the endpoint's group."""
    return {"IN": permission("ingress", peer, port)}


def read(values: dict[str, str]) -> tuple[Network, Endpoint, TaskSource]:
    """A network, its endpoint and its service."""
    found = network(filled(STACK, BASE | values))
    (endpoint,), (source,) = found.every(Endpoint), found.every(TaskSource)
    return found, endpoint, source


@pytest.mark.parametrize(
    ("values", "truths", "waits"),
    [
        pytest.param({}, (False, False), [], id="nothing"),
        pytest.param(out(cidr('"0.0.0.0/0"')), (True, True), [], id="everywhere"),
        pytest.param(out(cidr('"0.0.0.0/0"'), 80), (False, False), [], id="another port"),
        pytest.param(out(cidr('"10.0.0.0/16"')), (True, False), [], id="the VPC"),
        pytest.param(
            out(cidr("aws_vpc.main.cidr_block")), (True, False), [], id="the VPC by its name"
        ),
        pytest.param(out(cidr('"10.9.0.0/16"')), (False, False), [], id="another VPC"),
        pytest.param(
            out(cidr('"10.0.1.0/24"')), (None, False), ["the addresses of aws_vpc_endpoint.s3"],
            id="a part of the VPC",
        ),
        pytest.param(
            out(cidr('"52.0.0.0/8"')), (False, None), ["the range"], id="a part of the internet"
        ),
        pytest.param(out(cidr("var.any")), (None, None), ["var.any"], id="a given range"),
        pytest.param(out(group(DOOR)), (True, False), [], id="the endpoint's group"),
        pytest.param(out(group(OTHER)), (False, False), [], id="another group"),
        pytest.param(out(group("var.any")), (False, False), [], id="a given group"),
        pytest.param(
            out(listed("aws_vpc_endpoint.s3.prefix_list_id")), (False, True), [],
            id="the endpoint's list",
        ),
        pytest.param(out(listed(S3)), (False, True), [], id="the list of S3"),
        pytest.param(out(listed(DYNAMO)), (False, False), [], id="the list of another service"),
        pytest.param(out(listed('"pl-1"')), (None, None), ["pl-1"], id="a list from elsewhere"),
        pytest.param({"GROUPS": "[]"}, (True, True), [], id="the default group"),
        pytest.param(
            {"GROUPS": "[]", "DEFAULT": ADOPTED}, (False, False), [], id="an emptied default group"
        ),
        pytest.param({"GROUPS": "[var.any]"}, (None, None), ["var.any"], id="of a given group"),
        pytest.param({"GROUPS": "var.list"}, (None, None), ["var.list"], id="of given groups"),
    ],
)  # fmt: skip
def test_what_the_groups_of_tasks_let_out(
    values: dict[str, str], truths: Truths, waits: list[str]
) -> None:
    """An interface endpoint is in its VPC; a gateway endpoint leads to public addresses of S3."""
    for kind, truth in zip(({}, GATEWAY), truths, strict=True):
        found, endpoint, source = read(values | kind)
        fact = egress_allowed(found, endpoint, source, False)
        assert fact.truth is truth
        assert [need.name for need in fact.waits_for()] == (waits if truth is None else [])
    found, endpoint, source = read(values | {"KIND": "var.any"})
    either = egress_allowed(found, endpoint, source, False)
    assert (either.truth is False) is (truths == (False, False))


ITSELF = {"HAS": f"security_group_ids = [{WEB}]", "OUT": permission("ingress", "self = true", 443)}
PLAIN, IS_ANY = {"HAS": "", "GROUPS": "[]"}, ["var.any"]


@pytest.mark.parametrize(
    ("values", "truth", "outside", "waits"),
    [
        pytest.param({}, False, [], [], id="nobody"),
        pytest.param(into(cidr('"0.0.0.0/0"')), True, [True], [], id="everybody"),
        pytest.param(into(cidr('"10.0.1.0/24"')), True, [False], [], id="their subnet"),
        pytest.param(into(cidr('"10.0.1.0/25"')), False, [False], [], id="a half of their subnet"),
        pytest.param(into(cidr('"10.0.2.0/24"')), False, [False], [], id="another subnet"),
        pytest.param(into(cidr("var.any")), None, [None], IS_ANY, id="a given range"),
        pytest.param(into(group(WEB)), True, [False], [], id="their group"),
        pytest.param(into(group(WEB), 80), False, [False], [], id="their group on another port"),
        pytest.param(into(group(OTHER)), False, [False], [], id="another group"),
        pytest.param(into(group(FAR)), False, [True], [], id="a group of another VPC"),
        pytest.param(into(group("var.any")), False, [False], [], id="a given group"),
        pytest.param(
            into(group(f"[{WEB}, {OTHER}][var.any]")), None, [False], IS_ANY, id="one of two groups"
        ),
        pytest.param(into("self = true"), False, [], [], id="its own members"),
        pytest.param(ITSELF, True, [], [], id="its own members, which they are"),
        pytest.param(
            into(group(WEB)) | {"GROUPS": "[]"}, False, [False], [], id="a group that they lack"
        ),
        pytest.param(
            into(group(WEB)) | {"GROUPS": "var.list"}, None, [False], ["var.list"],
            id="a group that they may have",
        ),
        # AWS makes a default group so that it allows its members.
        pytest.param({"HAS": ""}, False, [], [], id="members of the default group"),
        pytest.param(PLAIN, True, [], [], id="members of the default group, which they are"),
        pytest.param(PLAIN | {"DEFAULT": ADOPTED}, False, [], [], id="an emptied default group"),
        pytest.param(
            {"HAS": "security_group_ids = var.list"}, None, [], ["var.list"], id="given groups"
        ),
        pytest.param({"HAS": "security_group_ids = [var.any]"}, None, [], IS_ANY, id="one given"),
    ],
)  # fmt: skip
def test_whom_the_groups_of_an_endpoint_allow(
    values: dict[str, str], truth: bool | None, outside: list[bool | None], waits: list[str]
) -> None:
    """The tasks, if so; and for each permission, whether it is for somebody outside the VPC."""
    found, endpoint, source = read(values)
    fact = ingress_allowed(found, endpoint, source, False)

    assert (fact.truth, [need.name for need in fact.waits_for()]) == (truth, waits)
    assert [other.truth for _, other in outsiders(found, endpoint)] == outside
