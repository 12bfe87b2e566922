"""One question about one thing is asked once: a rule leaves out what another one asks already."""

from itertools import combinations

import pytest

from placeholders import filled
from taskwall.engine.judge import judge
from taskwall.readers import terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs


def asking(text: str, *rules: str) -> list[str]:
    """The rules that ask something, of those that judge a text."""
    (stack,), errors = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    assert not errors
    found = judge(stack, [each for each in all_rules() if each.id in rules], Settings()).findings
    return [one.finding.rule for one in found if one.finding.verdict == "unknown"]


HOST = r"""
variable "any" {}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_instance" "host" { user_data = var.any }
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "awsvpc"
  container_definitions = jsonencode([{ name = "web", image = "web:1" }])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  launch_type     = "EC2"
  task_definition = aws_ecs_task_definition.web.arn
}
"""
OF_USER_DATA = ("TW501", "TW504", "TW505", "TW502")
"""Rules that ask what user data sets, the first of them first."""


@pytest.mark.parametrize(
    "rules",
    [some for size in range(1, 5) for some in combinations(OF_USER_DATA, size)],
    ids=" ".join,
)
def test_one_rule_asks_what_user_data_sets(rules: tuple[str, ...]) -> None:
    """Whichever of them are selected: the others would wait for the same."""
    assert asking(HOST, *rules) == [rules[0]]


ENDPOINT = """
variable "service" {}
resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_security_group" "web" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "endpoints" { vpc_id = aws_vpc.main.id }
resource "aws_vpc_endpoint" "asked" {
  vpc_id              = aws_vpc.main.id
  service_name        = var.service
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = NAMED
  security_group_ids  = [aws_security_group.endpoints.id]
  POLICY
}
resource "aws_vpc_endpoint" "known" {
  vpc_id              = aws_vpc.main.id
  service_name        = "com.amazonaws.eu-west-1.ecr.dkr"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  security_group_ids  = [aws_security_group.endpoints.id]
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "ecr:*"
      Resource  = "*"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-example" } }
    }]
  })
}
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "awsvpc"
  container_definitions = jsonencode([
    { name = "web", image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1" }
  ])
}
resource "aws_ecs_service" "web" {
  cluster         = aws_ecs_cluster.main.id
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.web.id]
  }
}
"""
PUSHES = """policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = "*", Action = "ecr:PutImage", Resource = "*" }]
  })"""


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("TW403", {}),
        ("TW404", {"POLICY": PUSHES}),
        ("TW405", {}),
        ("TW406", {"NAMED": "false"}),
        ("TW407", {}),
        ("TW408", {}),
        ("TW411", {"POLICY": PUSHES}),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_one_rule_asks_which_service_an_endpoint_is_for(rule: str, changes: dict[str, str]) -> None:
    """What else is wrong where it is one of ECR's, or of ECS', waits for the same."""
    text = filled(ENDPOINT, {"POLICY": "", "NAMED": "true"} | changes)

    assert asking(text, rule) == [rule]
    assert asking(text, "TW402", rule) == ["TW402"]
