"""Whom an endpoint serves: who needs it in its VPC, and whose route tables lead to it."""

import pytest

from placeholders import filled
from taskwall.lowering import lower
from taskwall.model.core.network import Network
from taskwall.model.endpoints.availability import (
    beside_gateway,
    is_needed,
    pulls_layers,
    serves_instances,
    serves_subnets,
)
from taskwall.model.endpoints.endpoint import Endpoint
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
variable "list" { type = list(string) }
data "aws_vpc" "seen" { id = var.any }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "web" {
  vpc_id     = IN
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "more" {
  vpc_id     = IN
  cidr_block = "10.0.2.0/24"
}
resource "aws_route_table" "one" { vpc_id = IN }
resource "aws_route_table" "two" { vpc_id = IN }
ASSOCIATED
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = IMAGE }])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  launch_type     = LAUNCH
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration { subnets = SUBNETS }
  MORE
}
resource "aws_vpc_endpoint" "own" {
  vpc_id            = VPC
  service_name      = SERVICE
  vpc_endpoint_type = TYPE
  route_table_ids   = TABLES
}
"""


def associated(subnet: str, table: str) -> str:
    """A subnet with a route table of its own."""
    return f"""
resource "aws_route_table_association" "{subnet}" {{
  count          = 1
  subnet_id      = aws_subnet.{subnet}.id
  route_table_id = {table}
}}
"""


ONE, TWO = "aws_route_table.one.id", "aws_route_table.two.id"
MAIN = "aws_vpc.main.main_route_table_id"
BOTH = "aws_subnet.web.id, aws_subnet.more.id"
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
DEFAULTS = {
    "IN": "aws_vpc.main.id",
    "ASSOCIATED": associated("web", ONE) + associated("more", TWO),
    "IMAGE": f'"{ECR}/web:1"',
    "LAUNCH": '"FARGATE"',
    "SUBNETS": "[aws_subnet.web.id]",
    "MORE": "",
    "VPC": "aws_vpc.main.id",
    "SERVICE": '"com.amazonaws.eu-west-1.s3"',
    "TYPE": '"Gateway"',
    "TABLES": f"[{ONE}]",
}
IF_ANY = 'var.any == "" ? 1 : 0'
PERHAPS = associated("web", ONE).replace("= 1\n", f"= {IF_ANY}\n")


def read(changes: dict[str, str], more: str = "") -> tuple[Network, Endpoint]:
    """The stack with some changes, and its endpoint."""
    text = filled(STACK + more, DEFAULTS | changes)
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    endpoint = network.get(Endpoint, "aws_vpc_endpoint.own")
    assert endpoint is not None
    return network, endpoint


TABLES: dict[str, tuple[dict[str, str], bool | None]] = {
    "its own": ({}, True),
    "another": ({"TABLES": f"[{TWO}]"}, False),
    "its own and another": ({"TABLES": f"[{TWO}, {ONE}]"}, True),
    "none": ({"TABLES": "null"}, False),
    "the main one beside its own": ({"TABLES": f"[{MAIN}]"}, False),
    "one of two": ({"TABLES": f"[[{ONE}, {TWO}][var.any]]"}, None),
    "another, and perhaps its own": (
        {"TABLES": f'concat([{TWO}], var.any == "" ? [{ONE}] : [])'},
        None,
    ),
    # What an input brings is none that the sources write, unless they name the same input.
    "one of an input": ({"TABLES": "[var.any]"}, False),
    "those of an input": ({"TABLES": "var.list"}, False),
    "what may be merged": ({"TABLES": "merge({}, var.any)"}, None),
    "the same input": ({"TABLES": "[var.any]", "ASSOCIATED": associated("web", "var.any")}, True),
    "that of one subnet of two": ({"SUBNETS": f"[{BOTH}]"}, False),
    "those of two subnets": ({"SUBNETS": f"[{BOTH}]", "TABLES": f"[{ONE}, {TWO}]"}, True),
    "that of the other subnet": ({"SUBNETS": "[aws_subnet.more.id]"}, False),
    "that of one of two subnets": ({"SUBNETS": f"[[{BOTH}][var.any]]"}, None),
    "those of a subnet from elsewhere": ({"SUBNETS": '["subnet-1"]'}, None),
    "those of subnets of an input": ({"SUBNETS": "var.list"}, None),
    "AWS's main one": ({"ASSOCIATED": "", "TABLES": f"[{MAIN}]"}, True),
    "another than AWS's main one": ({"ASSOCIATED": ""}, False),
    "perhaps its own, else AWS's main one": ({"ASSOCIATED": PERHAPS}, None),
    "perhaps another, else AWS's main one": (
        {"ASSOCIATED": PERHAPS, "TABLES": f"[{MAIN}]"},
        None,
    ),
    "its own, which is one of two": (
        {"ASSOCIATED": associated("web", f"[{ONE}, {TWO}][var.any]")},
        None,
    ),
    "of nobody who needs it": ({"IMAGE": '"nginx:1"', "TABLES": "null"}, True),
    "of somebody who may need it": ({"IMAGE": "var.any", "TABLES": "null"}, None),
    "of nobody in its VPC": ({"VPC": "aws_vpc.far.id", "TABLES": "null"}, True),
    "of nobody in a VPC": ({"LAUNCH": '"EXTERNAL"', "TABLES": "null"}, True),
}


@pytest.mark.parametrize(("changes", "truth"), TABLES.values(), ids=TABLES)
def test_a_gateway_endpoint_serves_subnets_by_their_tables(
    changes: dict[str, str], truth: bool | None
) -> None:
    """Every subnet of tasks that need it has a table that it is in, whichever table that is."""
    fact = serves_subnets(*read(changes))

    assert fact.truth is truth
    assert bool(fact.waits_for()) is (truth is None)


INTERFACE = {"TYPE": '"Interface"', "TABLES": "null"}
NEW_REGION = '"com.amazonaws.ap-southeast-5.ecs-agent"'


def of(service: str, launch: str = '"FARGATE"') -> dict[str, str]:
    """An interface endpoint of a service, and what tasks run on."""
    return INTERFACE | {"SERVICE": service, "LAUNCH": launch}


def connect(enabled: str) -> dict[str, str]:
    """Service Connect, on or off."""
    return {"MORE": f"service_connect_configuration {{ enabled = {enabled} }}"}


ECR_API, AGENT, TELEMETRY = (
    f'"com.amazonaws.eu-west-1.{name}"' for name in ("ecr.api", "ecs-agent", "ecs-telemetry")
)
NEEDED: dict[str, tuple[dict[str, str], bool | None, bool | None, bool | None]] = {
    # Whether it is needed, by agents or proxies, and whether images are pulled beside it.
    "S3": ({}, True, False, True),
    "S3 without images of ECR": ({"IMAGE": '"nginx:1"'}, False, False, False),
    "S3 with an image of an input": ({"IMAGE": "var.any"}, None, False, None),
    "S3 in another VPC": ({"VPC": "aws_vpc.far.id"}, False, False, False),
    "S3 in a VPC of an input": ({"VPC": "var.any"}, False, None, False),
    "S3 in a VPC that is looked up": (
        {"VPC": "data.aws_vpc.seen.id", "IN": "data.aws_vpc.seen.id"},
        True,
        None,
        True,
    ),
    "S3 beside subnets from elsewhere": ({"SUBNETS": '["subnet-1"]'}, None, False, None),
    "ECR": (of(ECR_API), True, False, True),
    "ECR on instances": (of(ECR_API, '"EC2"'), True, True, True),
    "ECR on premises": (of(ECR_API, '"EXTERNAL"'), False, False, False),
    "the agent on Fargate": (of(AGENT), False, False, True),
    "the agent on instances": (of(AGENT, '"EC2"'), True, True, True),
    "the agent of Service Connect": (of(AGENT) | connect("true"), True, True, True),
    "the agent of Service Connect that is off": (of(AGENT) | connect("false"), False, False, True),
    "the agent of Service Connect, perhaps": (of(AGENT) | connect("var.any"), None, None, True),
    "another for Service Connect": (of(TELEMETRY) | connect("true"), False, False, True),
    "the agent on what an input says": (of(AGENT, "var.any"), None, None, True),
    "the agent on premises": (of(AGENT, '"EXTERNAL"'), False, False, False),
    "the agent on Fargate in a newer Region": (of(NEW_REGION), False, True, True),
    "a service of an input": (of("var.any"), None, False, True),
    "a service of an input, on premises": (of("var.any", '"EXTERNAL"'), False, False, False),
}


@pytest.mark.parametrize(("changes", "needed", "agents", "layers"), NEEDED.values(), ids=NEEDED)
def test_who_needs_an_endpoint(
    changes: dict[str, str], needed: bool | None, agents: bool | None, layers: bool | None
) -> None:
    """Tasks in its VPC, their instances' agents, and those who pull images."""
    found = read(changes)
    facts = is_needed(*found), serves_instances(*found), pulls_layers(*found)

    assert tuple(fact.truth for fact in facts) == (needed, agents, layers)
    assert all(bool(fact.waits_for()) is (fact.truth is None) for fact in facts)


def another(vpc: str, service: str, kind: str) -> str:
    """A second endpoint."""
    return f"""
resource "aws_vpc_endpoint" "other" {{
  vpc_id            = {vpc}
  service_name      = {service}
  vpc_endpoint_type = {kind}
}}
"""


S3 = '"com.amazonaws.eu-west-1.s3"'


@pytest.mark.parametrize(
    ("own", "vpc", "service", "kind", "truth"),
    [
        (S3, "aws_vpc.main.id", S3, '"Gateway"', True),
        (S3, "aws_vpc.main.id", S3, "null", True),
        (S3, "aws_vpc.main.id", S3, '"Interface"', False),
        (S3, "aws_vpc.main.id", S3, "var.any", None),
        (S3, "aws_vpc.main.id", "var.any", '"Gateway"', None),
        (S3, "aws_vpc.main.id", '"com.amazonaws.eu-west-1.dynamodb"', '"Gateway"', False),
        (S3, "aws_vpc.far.id", S3, '"Gateway"', False),
        (S3, "[aws_vpc.main.id, aws_vpc.far.id][var.any]", S3, '"Gateway"', None),
        (ECR_API, "aws_vpc.main.id", S3, '"Gateway"', False),
        ("var.any", "aws_vpc.main.id", S3, '"Gateway"', None),
    ],
)
def test_a_gateway_endpoint_of_s3_beside_an_interface_endpoint(
    own: str, vpc: str, service: str, kind: str, truth: bool | None
) -> None:
    """One of the same VPC takes what the interface endpoint is for, where that is of S3."""
    fact = beside_gateway(*read(of(own), another(vpc, service, kind)))

    assert fact.truth is truth
    assert bool(fact.waits_for()) is (truth is None)


@pytest.mark.parametrize("kind", ['"Gateway"', '"Interface"', "var.any", "null"])
def test_no_endpoint_is_beside_itself(kind: str) -> None:
    """Whatever its own type turns out to be."""
    assert beside_gateway(*read({"TYPE": kind})).truth is False


EARLIER = (
    *("af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"),
    *("ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3"),
    *("ap-southeast-4", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2"),
    *("eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3"),
    *("il-central-1", "me-central-1", "me-south-1", "sa-east-1", "us-east-1", "us-east-2"),
    *("us-west-1", "us-west-2", "us-gov-east-1", "us-gov-west-1", "cn-north-1"),
    *("cn-northwest-1", "us-iso-east-1", "us-iso-west-1", "us-isob-east-1"),
)
LATER = ("ap-southeast-5", "ap-southeast-7", "ap-east-2", "mx-central-1")


@pytest.mark.parametrize("region", [*EARLIER, *LATER])
def test_in_which_regions_fargate_uses_the_endpoints_of_the_agent(region: str) -> None:
    """In those that AWS opened after December 23, 2023."""
    service = f"com.amazonaws.{region}.ecs-agent"
    name = f"cn.{service}" if region.startswith("cn-") else service
    fact = serves_instances(*read(of(f'"{name}"')))

    assert fact.truth is (region in LATER)
