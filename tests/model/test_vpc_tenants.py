"""Who runs in which VPC, as far as sources say it."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.model.compute.vpc_tenants import holds_tasks, inhabitants, tenants
from taskwall.model.core.entity import Link, link_to
from taskwall.model.core.network import Network
from taskwall.model.entities.vpc import GatewayAttachment, Vpc

STACK = """
variable "one" {}
variable "two" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "open" { vpc_id = [aws_vpc.main.id, aws_vpc.far.id][var.one] }
resource "aws_subnet" "given" { vpc_id = var.one }
resource "aws_internet_gateway" "main" { vpc_id = GATEWAY }
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "MODE"
}
resource "aws_ecs_service" "web" {
  task_definition = aws_ecs_task_definition.web.arn
  WEB
}
BESIDE
"""
BASE = {"GATEWAY": "aws_vpc.main.id", "MODE": "awsvpc", "WEB": "", "BESIDE": ""}
HOST = r"""
resource "aws_instance" "host" {
  subnet_id = aws_subnet.NAME.id
  user_data = "#!/bin/bash\necho ECS_CLUSTER=default >> /etc/ecs/ecs.config"
}
"""
OTHER = """
resource "aws_ecs_service" "other" {
  task_definition = aws_ecs_task_definition.web.arn
  WEB
}
"""


def of(**values: str) -> Network:
    """A network of the stack, with what stands for some of its words."""
    given = {**BASE, **values}
    return network(filled(filled(STACK, given), given))


def within(*subnets: str, launched: str = "FARGATE") -> str:
    """That the tasks of a service have interfaces of their own, in some subnets."""
    listed = ", ".join(subnets)
    return f'launch_type = "{launched}"\nnetwork_configuration {{ subnets = [{listed}] }}'


def launched(by: str) -> str:
    """That tasks of a service use the interfaces of what they run on."""
    return f'launch_type = "{by}"'


MAIN, OPEN, GIVEN = (f"aws_subnet.{name}.id" for name in ("main", "open", "given"))
HOSTS = {name: HOST.replace("NAME", name) for name in ("main", "open", "given")}
WEB, OTHERS, ON_HOST = "aws_ecs_service.web", "aws_ecs_service.other", "aws_instance.host"
PERHAPS_OWN = f"""launch_type = "EC2"
  dynamic "network_configuration" {{
    for_each = var.two
    content {{ subnets = [{MAIN}] }}
  }}"""
EACH = "each of var.one, var.two"
NOT_THERE = "the VPC of aws_ecs_service.web is not in the sources"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"WEB": within(MAIN)}, [(WEB, "aws_vpc.main", "")], id="in its subnet's"),
        pytest.param(
            {"WEB": within(OPEN, MAIN)}, [(WEB, "aws_vpc.main", "")], id="in the known one"
        ),
        pytest.param(
            {"WEB": within("var.two")}, [(WEB, "", "var.two has no default")], id="a given subnet"
        ),
        pytest.param(
            {"WEB": within(MAIN, launched="EXTERNAL")},
            [(WEB, "aws_vpc.main", "")],
            id="what names subnets is in their VPC",
        ),
        pytest.param(
            {"MODE": "host", "WEB": launched("EXTERNAL")}, [], id="on machines outside AWS"
        ),
        pytest.param(
            {"MODE": "host", "WEB": launched("EC2")},
            [(WEB, "", NOT_THERE)],
            id="on instances that are not written",
        ),
        pytest.param(
            {"MODE": "host", "WEB": launched("EC2"), "BESIDE": HOSTS["main"]},
            [(ON_HOST, "aws_vpc.main", ""), (WEB, "aws_vpc.main", "")],
            id="in the VPC of instances",
        ),
        pytest.param(
            {"MODE": "host", "WEB": launched("EC2"), "BESIDE": HOSTS["open"]},
            [(ON_HOST, "", "var.one has no default"), (WEB, "", "var.one has no default")],
            id="in the VPC of instances, which is not known",
        ),
        pytest.param(
            {"MODE": "${var.two}", "WEB": PERHAPS_OWN, "BESIDE": HOSTS["given"]},
            [(ON_HOST, "", "var.one has no default"), (WEB, "aws_vpc.main", "")],
            id="in that of the subnets that they may name, and not where instances are",
        ),
        pytest.param(
            {
                "WEB": within("var.two", launched="EC2"),
                "BESIDE": OTHER.replace("WEB", within(MAIN)),
            },
            [(WEB, "", "var.two has no default"), (OTHERS, "aws_vpc.main", "")],
            id="each by itself",
        ),
    ],
)
def test_who_runs_where(values: dict[str, str], expected: list[tuple[str, str, str]]) -> None:
    """Tasks are in the VPC of their subnets, else in that of the instances that they run on."""
    found = of(**values)

    assert [(each.name, written(each.vpc), waits(each.vpc)) for each in tenants(found)] == expected


def written(link: Link) -> str:
    """What a link leads to, if that is known."""
    return link.to if link.exact else ""


def waits(link: Link) -> str:
    """What a link waits for."""
    return ", ".join(f"{need.name} {need.why}" for need in link.fact.needs)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"WEB": within(MAIN)}, {"main": [(WEB, True)], "far": []}, id="one"),
        pytest.param(
            {"WEB": within(MAIN), "BESIDE": OTHER},
            {"main": [(WEB, True), (OTHERS, True)], "far": []},
            id="all of a VPC that is known",
        ),
        pytest.param(
            {"WEB": within(OPEN), "BESIDE": OTHER},
            {"main": [(WEB, None)], "far": [(WEB, None)]},
            id="one for all of a VPC that may be this one",
        ),
        pytest.param({"WEB": within(GIVEN)}, {"main": [], "far": []}, id="a VPC from elsewhere"),
        pytest.param(
            {"MODE": "host", "WEB": launched("EC2"), "BESIDE": OTHER},
            {"main": [(WEB, None)], "far": [(WEB, None)]},
            id="one for all of whom nothing says where",
        ),
    ],
)
def test_who_runs_in_a_vpc(
    values: dict[str, str], expected: dict[str, list[tuple[str, bool | None]]]
) -> None:
    """All whose subnets are in it are named; of others of one VPC one is enough to ask for it."""
    found = of(**values)

    assert {
        vpc.id.partition(".")[2]: [
            (tenant.name, fact.truth) for tenant, fact in inhabitants(found, link_to(vpc))
        ]
        for vpc in found.every(Vpc)
    } == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"WEB": within(MAIN)}, (True, f"{WEB} runs in aws_vpc.main"), id="yes"),
        pytest.param(
            {"WEB": within(MAIN), "GATEWAY": "aws_vpc.far.id"},
            (False, "no tasks run in aws_vpc.far"),
            id="in another one",
        ),
        pytest.param(
            {"WEB": within(OPEN)},
            (
                None,
                f"it is not known whether {WEB} runs in aws_vpc.main: var.one has no default",
            ),
            id="perhaps",
        ),
        pytest.param(
            {"WEB": within(GIVEN), "GATEWAY": "var.two"},
            (
                None,
                f"it is not known whether {WEB} runs in var.two: {EACH} has no default",
            ),
            id="both from elsewhere",
        ),
    ],
)
def test_a_gateways_vpc_holds_tasks(
    values: dict[str, str], expected: tuple[bool | None, str]
) -> None:
    """What decides it is said, and what it waits for."""
    found = of(**values)
    (gateway,) = found.every(GatewayAttachment)
    fact = holds_tasks(found, gateway.vpc)
    (said,) = fact.deciding()

    assert (fact.truth, str(said)) == expected
