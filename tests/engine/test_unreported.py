"""Unknowns of no use to anybody: rules have them, and no report shows or counts them."""

import shutil
from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan
from taskwall.engine.judge import judge
from taskwall.readers import cloudformation, terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

RULES = Path(__file__).parent.parent.parent / "fixtures" / "rules"
CASES = [
    ("TW109", "unknown_account/main.tf"),
    ("TW109", "unknown_account/template.yaml"),
    ("TW201", "unknown_network_configuration/main.tf"),
    ("TW201", "unknown_network_configuration/template.yaml"),
    ("TW202", "unknown_external_group/main.tf"),
    ("TW202", "unknown_external_group/template.yaml"),
    ("TW202", "unknown_some_known/main.tf"),
    ("TW212", "unknown_external_group/main.tf"),
    ("TW410", "unknown_instances_elsewhere/main.tf"),
    ("TW410", "unknown_instances_elsewhere/template.yaml"),
]


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_the_rule_has_an_unknown_that_no_report_has(rule: str, case: str, tmp_path: Path) -> None:
    """The verdict is unknown and marked so; the report has no finding, and counts none."""
    path = str(shutil.copy(RULES / rule.lower() / case, tmp_path))
    reader = terraform if path.endswith(".tf") else cloudformation
    (stack,), _ = reader.stacks([path], Files(), Inputs(boundary=str(tmp_path)))
    rules = [each for each in all_rules() if each.id == rule]
    found = judge(stack, rules, Settings(show=("fail", "unknown", "pass"))).findings
    assert [one.finding.verdict for one in found if one.unreported] == ["unknown"]

    report = scan(Options(paths=(path,), select=(rule,), show=("fail", "unknown", "pass")))
    assert report.document.summary.unknown == 0
    assert {one.verdict for one in report.findings} <= {"pass"}
    assert report.status == 0


ADDRESS = """
Parameters: {Name: {Type: String}}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: web
      ContainerDefinitions:
        - Name: web
          Image: web:1
          Environment: [{Name: QUEUE_URL, Value: !Sub "http://${HOST}.example.com"}]
"""
CALLER = """
data "aws_caller_identity" "own" {}
data "aws_region" "own" {}
data "aws_vpc" "found" { tags = { Name = "found" } }
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  container_definitions = jsonencode([{
    name        = "web"
    image       = "web:1"
    environment = [{ name = "QUEUE_URL", value = "http://${HOST}.example.com" }]
  }])
}
"""
HOSTS = [
    (ADDRESS, "AWS::StackName", True),
    (ADDRESS, "AWS::StackId", True),
    (ADDRESS, "AWS::AccountId", True),
    (ADDRESS, "AWS::Region", True),
    (ADDRESS, "AWS::Region}.${AWS::AccountId", True),
    (ADDRESS, "Name", False),
    (ADDRESS, "AWS::Region}.${Name", False),
    (CALLER, "data.aws_caller_identity.own.account_id", True),
    (CALLER, "data.aws_region.own.region", True),
    (CALLER, "data.aws_vpc.found.id", False),
    (CALLER, "data.aws_region.own.region}.${data.aws_vpc.found.id", False),
]


@pytest.mark.parametrize(("text", "host", "unreported"), HOSTS)
def test_an_address_waits_for_what_somebody_can_say(text: str, host: str, unreported: bool) -> None:
    """The name of a stack, account or Region settles nothing, unless something else is open."""
    name = "main.tf" if text is CALLER else "template.yaml"
    reader = terraform if text is CALLER else cloudformation
    (stack,), _ = reader.stacks([name], Files({name: text.replace("HOST", host)}), Inputs())
    rules = [each for each in all_rules() if each.id == "TW109"]
    (found,) = judge(stack, rules, Settings(show=("fail", "unknown", "pass"))).findings

    assert (found.finding.verdict, found.unreported) == ("unknown", unreported)


ONE_INSTANCE = """
variable "user_data" {}
resource "aws_ecs_cluster" "main" {}
resource "aws_instance" "one" {
  instance_type = "m6i.large"
  user_data     = USER_DATA
}
resource "aws_ecs_service" "web" {
  cluster     = aws_ecs_cluster.main.id
  launch_type = "FARGATE"
}
"""


@pytest.mark.parametrize(
    ("user_data", "unreported"),
    [
        ("var.user_data", True),
        ('"#!/bin/bash\necho ECS_CLUSTER=${var.user_data} > /etc/ecs/ecs.config"', False),
    ],
)
def test_an_instance_that_may_have_no_agent_is_not_asked_about(
    user_data: str, unreported: bool
) -> None:
    """Whether its settings are idle is of no use to who has not set any."""
    texts = {"/nowhere/main.tf": ONE_INSTANCE.replace("USER_DATA", user_data)}
    (stack,), _ = terraform.stacks([*texts], Files(texts), Inputs())
    rules = [each for each in all_rules() if each.id == "TW506"]
    (found,) = judge(stack, rules, Settings(show=("fail", "unknown", "pass"))).findings

    assert (found.finding.verdict, found.unreported) == ("unknown", unreported)


ABSENT = """
module "absent" {
  source = "git::https://example.com/absent.git"
  group  = aws_security_group.shared.id
}
"""


@pytest.mark.parametrize(
    ("case", "asked"),
    [
        ("pass", True),
        ("pass_no_self_admission", True),
        ("unknown_scalar", True),
        ("unknown_permission_may_not_exist", True),
        ("fail", False),
        ("fail_every_protocol", False),
    ],
)
def test_what_an_absent_module_may_add_to_a_mistake_is_no_other(case: str, asked: bool) -> None:
    """A rule of its own is asked about where none that is written lets the members in."""
    text = (RULES / "tw216" / case / "main.tf").read_text() + ABSENT
    (stack,), _ = terraform.stacks(
        ["/nowhere/main.tf"], Files({"/nowhere/main.tf": text}), Inputs()
    )
    rules = [each for each in all_rules() if each.id == "TW216"]
    found = judge(stack, rules, Settings(show=("fail", "unknown"))).findings
    start = "cannot tell whether an ingress rule in module.absent lets"
    mays = [one.unreported for one in found if one.finding.message.startswith(start)]

    assert mays == [not asked]
