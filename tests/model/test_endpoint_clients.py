"""With which security groups tasks ask an endpoint: their own, or those of their instances."""

import pytest

from placeholders import filled
from taskwall.core.facts import TRUE, Fact
from taskwall.lowering import lower
from taskwall.model.core.network import Network
from taskwall.model.endpoints.client import EndpointClient, asked_by
from taskwall.model.entities.ecs import TaskSource
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
variable "list" { type = list(string) }
data "aws_security_groups" "seen" { tags = { Name = "web" } }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "host" { vpc_id = aws_vpc.main.id }
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_launch_template" "host" {
  vpc_security_group_ids = HOSTED
  user_data = base64encode("#!/bin/bash\\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\\n")
}
resource "aws_autoscaling_group" "host" {
  vpc_zone_identifier = [aws_subnet.main.id]
  launch_template { id = aws_launch_template.host.id }
}
resource "aws_ecs_service" "web" {
  cluster     = CLUSTER
  launch_type = LAUNCH
  network_configuration {
    subnets         = SUBNETS
    security_groups = GROUPS
  }
}
"""
ADOPTED = """
resource "aws_default_security_group" "own" { vpc_id = aws_vpc.main.id }
"""
WEB, HOST = "aws_security_group.web", "aws_security_group.host"
OWN = "aws_default_security_group.own"
DEFAULTS = {
    "CLUSTER": "aws_ecs_cluster.main.id",
    "LAUNCH": '"FARGATE"',
    "GROUPS": f"[{WEB}.id]",
    "HOSTED": f"[{HOST}.id]",
    "SUBNETS": "[aws_subnet.main.id]",
}
Client = tuple[list[str], bool | None, bool | None]


def asking(changes: dict[str, str], more: str = "", itself: bool = False) -> list[Client]:
    """Who asks: which groups it has, whether it has others, and an unchanged default group."""
    _, clients = clients_of(changes, more, itself)
    return [
        ([link.to for link in each.groups], each.more.truth, each.default.truth) for each in clients
    ]


def clients_of(
    changes: dict[str, str], more: str = "", itself: bool = False
) -> tuple[Network, list[EndpointClient]]:
    """The network, and who asks in it."""
    text = filled(STACK + more, DEFAULTS | changes)
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    (source,) = network.every(TaskSource)
    found: list[EndpointClient] = []

    def ask(client: EndpointClient) -> Fact:
        found.append(client)
        return TRUE

    asked_by(network, source, itself, ask)
    return network, found


GROUPS: dict[str, tuple[str, str, Client]] = {
    "one": (f"[{WEB}.id]", "", ([WEB], False, False)),
    "two": (f"[{WEB}.id, {HOST}.id]", "", ([WEB, HOST], False, False)),
    "none": ("[]", "", ([], False, True)),
    "nothing": ("null", "", ([], False, True)),
    "none, where the default one is adopted": ("[]", ADOPTED, ([OWN], False, False)),
    "one of an input": ("[var.any]", "", (["var.any"], False, False)),
    "some of an input": ("var.list", "", (["var.list"], None, False)),
    "one, and some of an input": (
        f"concat([{WEB}.id], var.list)",
        "",
        ([WEB, "var.list[*]"], None, False),
    ),
    "some that are looked up": (
        "data.aws_security_groups.seen.ids",
        "",
        (["data.aws_security_groups.seen.ids"], None, False),
    ),
    "perhaps one": (f'var.any == "" ? [{WEB}.id] : []', "", ([WEB], None, False)),
    "one, and perhaps another": (
        f'concat([{WEB}.id], var.any == "" ? [{HOST}.id] : [])',
        "",
        ([WEB, HOST], None, False),
    ),
    "one of two": (f"[[{WEB}.id, {HOST}.id][var.any]]", "", ([""], None, False)),
    "some that nobody can tell": ("split(var.any, var.any)", "", ([""], None, False)),
}


@pytest.mark.parametrize(("groups", "more", "client"), GROUPS.values(), ids=GROUPS)
def test_the_groups_that_a_service_names(groups: str, more: str, client: Client) -> None:
    """It has the default group where it names none, and may have others where that is open."""
    assert asking({"GROUPS": groups}, more) == [client]


@pytest.mark.parametrize(
    ("changes", "itself", "groups"),
    [
        ({}, False, [WEB]),
        ({}, True, [WEB]),
        # Images and secrets are fetched by the instance, which has groups of its own.
        ({"LAUNCH": '"EC2"'}, False, [HOST]),
        ({"LAUNCH": '"EC2"'}, True, [WEB]),
        ({"LAUNCH": "var.any"}, False, [WEB, HOST]),
        ({"LAUNCH": "var.any"}, True, [WEB]),
    ],
)
def test_who_asks(changes: dict[str, str], itself: bool, groups: list[str]) -> None:
    """A container asks by its own interface, and what starts it on an instance by that one's."""
    assert [name for client, *_ in asking(changes, itself=itself) for name in client] == groups


SOMEWHERE = "the tasks' subnets"


@pytest.mark.parametrize(
    ("subnets", "expected"),
    [
        ("[aws_subnet.main.id]", [("aws_subnet.main", [])]),
        ("[aws_subnet.main.id, var.any]", [("aws_subnet.main", []), ("var.any", ["var.any"])]),
        ("[]", [(SOMEWHERE, [SOMEWHERE])]),
        ("null", [(SOMEWHERE, [SOMEWHERE])]),
        ("var.list", [("var.list", ["var.list"])]),
    ],
)
def test_where_who_asks_is(subnets: str, expected: list[tuple[str, list[str]]]) -> None:
    """In each of its subnets, or somewhere where it names none."""
    network, (client,) = clients_of({"SUBNETS": subnets})
    locations = client.end(network).locations

    assert [
        (each.name, [need.name for need in each.addresses.needs]) for each in locations
    ] == expected


@pytest.mark.parametrize(
    ("changes", "itself", "waits"),
    [
        pytest.param({}, False, [], id="groups that are known"),
        pytest.param({"GROUPS": "var.list"}, False, ["var.list"], id="given groups"),
        # Where no instances are written, nobody knows theirs.
        pytest.param(
            {"CLUSTER": '"elsewhere"', "LAUNCH": '"EC2"'},
            False,
            ["the security groups of the instances of aws_ecs_service.web"],
            id="instances from elsewhere",
        ),
        pytest.param({"CLUSTER": '"elsewhere"', "LAUNCH": '"EC2"'}, True, [], id="tasks on them"),
    ],
)
def test_what_other_groups_are_waited_for(
    changes: dict[str, str], itself: bool, waits: list[str]
) -> None:
    """What decides it, or that they are not in the sources."""
    _, clients = clients_of(changes, itself=itself)

    assert [need.name for each in clients for need in each.more.waits_for()] == waits
