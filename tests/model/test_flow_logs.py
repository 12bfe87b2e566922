"""What is said of VPCs whose traffic nobody records."""

from pathlib import Path

import pytest

import taskwall
from taskwall.api.scan import Options, scan
from taskwall.lowering import lower
from taskwall.model.entities.vpc import FlowLog
from taskwall.model.logging.flow_logs import PLACE_FIELDS, lacks_fields, whole_format
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

VPC = """
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = "web:1" }])
}
"""
SERVICE = """
resource "aws_ecs_service" "web" {
  name            = "web"
  task_definition = aws_ecs_task_definition.web.arn
  desired_count   = 1
  network_configuration { subnets = [aws_subnet.main.id] }
}
"""


@pytest.mark.parametrize(
    ("services", "named"),
    [
        (1, "aws_ecs_service.web0"),
        (3, "aws_ecs_service.web0, aws_ecs_service.web1, aws_ecs_service.web2"),
        (5, "aws_ecs_service.web0, aws_ecs_service.web1, aws_ecs_service.web2 and 2 more"),
    ],
)
def test_the_services_without_a_flow_log_are_named(services: int, named: str) -> None:
    """The first of them, and how many more there are."""
    text = VPC + "".join(
        SERVICE.replace('"aws_ecs_service" "web"', f'"aws_ecs_service" "web{number}"')
        for number in range(services)
    )
    options = Options(("/watch/main.tf",), cwd="/watch", select=("TW701",))
    (finding,) = scan(options, Files({"/watch/main.tf": text})).document.findings
    assert finding.message == f"aws_vpc.main has no flow log of the traffic of {named}"


def test_what_is_not_known_of_the_vpc_is_said_where_it_stands() -> None:
    """Subnets and groups are both inputs: the place is that of the subnets, and so is the need."""
    inputs = 'variable "subnets" {}\nvariable "groups" {}\n'
    given = "subnets = var.subnets\nsecurity_groups = var.groups"
    text = inputs + VPC + SERVICE.replace("subnets = [aws_subnet.main.id]", f"\n{given}\n")
    options = Options(("/w/main.tf",), cwd="/w", select=("TW701",), show=("fail", "unknown"))
    (finding,) = scan(options, Files({"/w/main.tf": text})).document.findings
    assert text.splitlines()[finding.line - 1] == "subnets = var.subnets"
    assert finding.missing == ("var.subnets",)


TWO = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}
resource "aws_ecs_service" "web" {
  network_configuration { subnets = SUBNETS }
}
"""
BOTH = "[aws_subnet.a.id, aws_subnet.b.id]"
ONE_OF = f"[{BOTH}[var.which]]"
PERHAPS_B = 'concat([aws_subnet.a.id], var.which == "" ? [aws_subnet.b.id] : [])'


def log(name: str, of: str, records: str = '"ALL"') -> str:
    """A flow log of something."""
    return f'resource "aws_flow_log" "{name}" {{\n  {of}\n  traffic_type = {records}\n}}\n'


OF_VPC, OF_A, OF_B = (
    f"{kind}_id = aws_{kind}.{name}.id"
    for kind, name in (("vpc", "main"), ("subnet", "a"), ("subnet", "b"))
)
PERHAPS = 'count = var.which == "" ? 1 : 0\n  '
HALF = '"REJECT"'


@pytest.mark.parametrize(
    ("subnets", "logs", "recorded", "whole"),
    [
        (BOTH, [], "fail", {}),
        (BOTH, [("m", OF_VPC)], "pass", {"m": "pass"}),
        (BOTH, [("m", "vpc_id = aws_vpc.far.id")], "fail", {}),
        (BOTH, [("m", "vpc_id = var.which")], "fail", {}),
        (BOTH, [("m", PERHAPS + OF_VPC)], "unknown", {"m": "pass"}),
        # Those of its subnets stand for one of the VPC, if each has one.
        (BOTH, [("a", OF_A)], "fail", {"a": "pass"}),
        (BOTH, [("a", OF_A), ("b", OF_B)], "pass", {"a": "pass", "b": "pass"}),
        (BOTH, [("a", OF_A), ("b", PERHAPS + OF_B)], "unknown", {"a": "pass", "b": "pass"}),
        (
            BOTH,
            [("a", OF_A), ("b", f"subnet_id = {BOTH}[var.which]")],
            "unknown",
            {"a": "pass", "b": "pass"},
        ),
        (BOTH, [("a", OF_A), ("b", "subnet_id = var.which")], "fail", {"a": "pass"}),
        ("[aws_subnet.a.id]", [("b", OF_B)], "fail", {}),
        # What records a part is fine beside what records all.
        (BOTH, [("m", OF_VPC, HALF)], "pass", {"m": "fail"}),
        (BOTH, [("m", OF_VPC, "var.which")], "pass", {"m": "unknown"}),
        (BOTH, [("m", OF_VPC, HALF), ("n", OF_VPC)], "pass", {"n": "pass"}),
        (BOTH, [("m", OF_VPC, HALF), ("n", OF_VPC, "var.which")], "pass", {"m": "unknown"}),
        (BOTH, [("m", OF_VPC, HALF), ("n", "vpc_id = var.which")], "pass", {"m": "fail"}),
        (
            BOTH,
            [("m", OF_VPC, HALF), ("a", OF_A), ("b", OF_B)],
            "pass",
            {"a": "pass", "b": "pass"},
        ),
        (BOTH, [("m", OF_VPC, HALF), ("a", OF_A)], "pass", {"m": "fail", "a": "pass"}),
        (BOTH, [("a", OF_A, HALF), ("b", OF_B)], "pass", {"a": "fail", "b": "pass"}),
        # Where not all subnets are known, a log of another may be theirs.
        ("var.which", [], "unknown", {}),
        ("var.which", [("m", OF_VPC)], "unknown", {"m": "pass"}),
        ("var.which", [("a", OF_A)], "unknown", {"a": "pass"}),
        ("[aws_subnet.a.id, var.which]", [("a", OF_A)], "unknown", {"a": "pass"}),
        ("[aws_subnet.a.id, var.which]", [("m", OF_VPC)], "pass", {"m": "pass"}),
        # One that tasks may run in may need a log of its own.
        (ONE_OF, [("a", OF_A)], "unknown", {"a": "pass"}),
        (PERHAPS_B, [("a", OF_A)], "unknown", {"a": "pass"}),
        (PERHAPS_B, [("m", OF_VPC)], "pass", {"m": "pass"}),
        (
            "[aws_subnet.a.id, var.which]",
            [("v", "subnet_id = var.which", HALF)],
            "unknown",
            {"v": "unknown"},
        ),
    ],
)
def test_what_records_the_traffic_of_two_subnets(
    subnets: str,
    logs: list[tuple[str, ...]],
    recorded: str,
    whole: dict[str, str],
    tmp_path: Path,
) -> None:
    """Whether anything does (TW701), and whether each log records all of it (TW702)."""
    text = TWO.replace("SUBNETS", subnets) + "".join(log(*each) for each in logs)
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    report = taskwall.scan(tmp_path, select=["TW701", "TW702"])

    said = {("fail", each.rule, each.resource) for each in report.findings}
    said |= {("unknown", each.rule, each.resource) for each in report.unknowns}
    said |= {("pass", each.rule, each.resource) for each in report.passes}
    assert [verdict for verdict, rule, _ in said if rule == "TW701"] == [recorded]
    of_logs = {
        of.rpartition(".")[2].removesuffix("[0]"): verdict
        for verdict, rule, of in said
        if rule == "TW702"
    }
    assert of_logs == whole
    assert all(each.missing == ("var.which",) for each in report.unknowns)


@pytest.mark.parametrize(
    "subnets", [(PERHAPS_B, "[aws_subnet.a.id]"), ("[aws_subnet.a.id]", PERHAPS_B)]
)
def test_the_subnets_of_each_service_count(subnets: tuple[str, str], tmp_path: Path) -> None:
    """A log of those of one service is not enough where another may run elsewhere."""
    first, second = (TWO.replace("SUBNETS", each) for each in subnets)
    service = second[second.index('resource "aws_ecs_service"') :].replace('"web"', '"more"')
    (tmp_path / "main.tf").write_text(first + service + log("a", OF_A), encoding="utf-8")
    report = taskwall.scan(tmp_path, select=["TW701"])

    assert [each.missing for each in report.unknowns] == [("var.which",)]
    assert not report.findings


@pytest.mark.parametrize(
    ("format_", "lacks", "whole"),
    [
        ("null", True, None),
        ('"$${vpc-id} $${subnet-id} $${instance-id}"', False, ""),
        # In whatever order, with others between.
        ('"$${instance-id} $${srcaddr} $${vpc-id} $${subnet-id}"', False, ""),
        ('"$${vpc-id} $${subnet-id}"', True, " ${instance-id}"),
        ('"$${vpc-id}"', True, " ${subnet-id} ${instance-id}"),
        # A field is all that stands in its braces.
        ('"$${my-vpc-id} $${subnet-id} $${instance-id}"', True, " ${vpc-id}"),
        ('"$${vpc-id-2} $${subnet-id} $${instance-id}"', True, " ${vpc-id}"),
        ('"vpc-id subnet-id instance-id"', True, None),
        # Of one that is known in part, what is known counts.
        ('"${var.which} $${subnet-id}"', None, None),
        ('"$${vpc-id} $${instance-id} ${var.which} $${subnet-id}"', False, None),
        ("var.which", None, None),
    ],
)
def test_which_fields_a_format_lacks(format_: str, lacks: bool | None, whole: str | None) -> None:
    """Those of the place of the traffic, and those that a fix adds to it."""
    text = TWO.replace("SUBNETS", BOTH) + log("m", f"{OF_VPC}\n  log_format = {format_}")
    files = Files({"/net/main.tf": text})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    (found,) = lower(stack.evaluate({}).resources).network.every(FlowLog)
    fact = lacks_fields(found, PLACE_FIELDS)

    assert fact.truth is lacks
    assert bool(fact.waits_for()) is (lacks is None)
    tasks = " ${ecs-cluster-name} ${ecs-service-name} ${ecs-task-id}"
    if whole is not None:
        written = format_.strip('"').replace("$$", "$")
        assert whole_format(found) == written + whole + tasks
