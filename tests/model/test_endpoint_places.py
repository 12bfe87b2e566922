"""Where endpoints are: in which VPC and Region, beside which tasks, and with which policy."""

import pytest

from placeholders import filled
from taskwall.core.facts import TRUE
from taskwall.lowering import lower
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network
from taskwall.model.endpoints.endpoint import Endpoint, in_region, is_in_vpc, stated
from taskwall.model.endpoints.task_location import vpc_of
from taskwall.model.entities.ecs import TaskSource
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

PLACES = """
variable "any" {}
variable "far" {}
data "aws_region" "current" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "far" {
  vpc_id     = aws_vpc.far.id
  cidr_block = "10.9.1.0/24"
}
resource "aws_security_group" "main" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "far" { vpc_id = aws_vpc.far.id }
resource "aws_route_table" "far" { vpc_id = aws_vpc.far.id }
"""
TASKS = """
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_instance" "host" {
  subnet_id = HOSTED
  user_data = "#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\\n"
}
resource "aws_lb_target_group" "web" {
  target_type = "ip"
  vpc_id      = TARGETS
}
resource "aws_ecs_service" "web" {
  cluster     = aws_ecs_cluster.main.id
  launch_type = LAUNCH
  NETWORK
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
    container_name   = "web"
    container_port   = 80
  }
}
"""
MAIN, FAR = "aws_vpc.main", "aws_vpc.far"
DEFAULTS = {
    "HOSTED": "aws_subnet.far.id",
    "TARGETS": "null",
    "LAUNCH": '"FARGATE"',
    "NETWORK": "",
}


def network(text: str) -> Network:
    """The network of a text of Terraform."""
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": PLACES + text}), Inputs(boundary="/net")
    )
    assert not errors
    return lower(stack.evaluate({}).resources).network


def within(subnets: str, groups: str = "null") -> dict[str, str]:
    """A service with a network of its own."""
    block = (
        f"network_configuration {{\n    subnets = {subnets}\n    security_groups = {groups}\n  }}"
    )
    return {"NETWORK": block}


EC2 = {"LAUNCH": '"EC2"'}
OF_MAIN = {"TARGETS": "aws_vpc.main.id"}


@pytest.mark.parametrize(
    ("changes", "vpc"),
    [
        (within("[aws_subnet.main.id]"), MAIN),
        (within("[aws_subnet.far.id]"), FAR),
        (within("[aws_subnet.main.id]") | {"TARGETS": "aws_vpc.far.id"}, MAIN),
        # Groups can only be used in their own VPC.
        (within('["subnet-1"]', "[aws_security_group.main.id]"), MAIN),
        (within("var.any", "[aws_security_group.far.id]"), FAR),
        (within("[var.any, aws_subnet.main.id]"), MAIN),
        # ECS registers what is in the VPC of the target group alone.
        (within('["subnet-1"]') | OF_MAIN, MAIN),
        (within('["subnet-1"]'), None),
        ({}, None),
        (OF_MAIN, MAIN),
        # On instances it is theirs, where the service says nothing itself.
        (EC2, FAR),
        (EC2 | OF_MAIN, FAR),
        (EC2 | {"HOSTED": "aws_subnet.main.id"}, MAIN),
        (EC2 | {"HOSTED": '"subnet-1"'}, None),
        (EC2 | {"HOSTED": '"subnet-1"'} | OF_MAIN, MAIN),
        (EC2 | within("[aws_subnet.main.id]"), MAIN),
    ],
)
def test_in_which_vpc_tasks_are(changes: dict[str, str], vpc: str | None) -> None:
    """By their subnets, their groups, their instances or their target groups."""
    found = network(filled(TASKS, DEFAULTS | changes))
    (source,) = found.every(TaskSource)
    link = vpc_of(found, source)

    assert (link.to if link is not None else None) == vpc


ENDPOINT = """
resource "aws_vpc_endpoint" "own" {
  vpc_id         = VPC
  service_name   = NAME
  service_region = REGION
  MORE
}
"""
ECR = '"com.amazonaws.eu-west-1.ecr.api"'
GIVEN = {"VPC": "aws_vpc.main.id", "NAME": ECR, "REGION": "null", "MORE": ""}
EITHER = "[aws_vpc.main.id, aws_vpc.far.id][var.any]"


def endpoint(changes: dict[str, str], more: str = "") -> tuple[Network, Endpoint]:
    """A network with an endpoint."""
    found = network(filled(ENDPOINT, GIVEN | changes) + more)
    own = found.get(Endpoint, "aws_vpc_endpoint.own")
    assert own is not None
    return found, own


@pytest.mark.parametrize(
    ("changes", "main", "far"),
    [
        ({}, True, False),
        ({"VPC": "aws_vpc.far.id"}, False, True),
        ({"VPC": EITHER}, None, None),
        ({"VPC": "var.far"}, False, False),
        # What it uses is in its own VPC, and in no other.
        ({"VPC": EITHER, "MORE": "subnet_ids = [aws_subnet.far.id]"}, False, None),
        ({"VPC": EITHER, "MORE": "security_group_ids = [aws_security_group.far.id]"}, False, None),
        ({"VPC": EITHER, "MORE": "route_table_ids = [aws_route_table.far.id]"}, False, None),
        ({"VPC": EITHER, "MORE": 'subnet_ids = ["subnet-1"]'}, None, None),
    ],
)
def test_in_which_vpc_an_endpoint_is(
    changes: dict[str, str], main: bool | None, far: bool | None
) -> None:
    """In the one that it names; where that is not known, what it uses may tell."""
    found, own = endpoint(changes)
    at = own.origin.header
    links = (Link(name, TRUE, at, written=True) for name in (MAIN, FAR))
    facts = [is_in_vpc(found, own, link) for link in links]

    assert [fact.truth for fact in facts] == [main, far]
    assert all(bool(fact.waits_for()) is (fact.truth is None) for fact in facts)
    assert is_in_vpc(found, own, None).truth is None
    assert is_in_vpc(found, own, Link("", TRUE, at, exact=False)).truth is None


@pytest.mark.parametrize(
    ("name", "region", "own", "ireland", "paris"),
    [
        (ECR, "null", True, True, False),
        (ECR, '"eu-west-3"', None, False, True),
        ('"com.amazonaws.${var.any}.ecr.api"', "null", True, True, True),
        ('"com.amazonaws.${var.any}.ecr.api"', "var.any", None, None, None),
        ('"com.amazonaws.${data.aws_region.current.name}.ecr.api"', "null", True, True, True),
    ],
)
def test_of_which_region_an_endpoint_is(
    name: str, region: str, own: bool | None, ireland: bool | None, paris: bool | None
) -> None:
    """That of its VPC, unless its name or an attribute says another."""
    _, found = endpoint({"NAME": name, "REGION": region})
    facts = [in_region(found, asked) for asked in ("", "eu-west-1", "eu-west-3")]

    assert [fact.truth for fact in facts] == [own, ireland, paris]


POLICY = 'policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "ecr:*" }] })'
ATTACHED = """
resource "aws_vpc_endpoint_policy" "own" {
  MANY
  vpc_endpoint_id = OF
  POLICY
}
"""
OF_OWN = {"OF": "aws_vpc_endpoint.own.id", "MANY": "", "POLICY": POLICY}
IF_ANY = {"MANY": 'count = var.any == "" ? 1 : 0'}
INLINE = {"MORE": POLICY}
BY_ITSELF, BY_ANOTHER = "aws_vpc_endpoint.own", "aws_vpc_endpoint_policy.own"


@pytest.mark.parametrize(
    ("changes", "attached", "written", "on"),
    [
        ({}, None, False, BY_ITSELF),
        (INLINE, None, True, BY_ITSELF),
        ({"MORE": "policy = null"}, None, False, BY_ITSELF),
        ({"MORE": "policy = var.any"}, None, None, BY_ITSELF),
        ({}, {}, True, BY_ANOTHER),
        (INLINE, {}, True, BY_ANOTHER),
        ({}, {"OF": '"vpce-1"'}, False, BY_ITSELF),
        ({}, {"OF": "var.far"}, False, BY_ITSELF),
        (INLINE, {"OF": "var.far"}, True, BY_ITSELF),
        ({}, {"POLICY": "policy = var.any"}, None, BY_ANOTHER),
        # One that may not be there can only restrict, and an inline one says more.
        ({}, IF_ANY, None, BY_ANOTHER),
        (INLINE, IF_ANY, True, BY_ITSELF),
    ],
)
def test_which_policy_an_endpoint_has(
    changes: dict[str, str], attached: dict[str, str] | None, written: bool | None, on: str
) -> None:
    """Its own, or that of a resource for it; without any AWS allows everything."""
    more = "" if attached is None else filled(ATTACHED, OF_OWN | attached)
    found = stated(*endpoint(changes, more))

    assert found.written.truth is written
    assert found.on.name.partition("[")[0] == on
    everything = found.policy.statements and found.policy.statements[0].allows
    assert written is None or everything
