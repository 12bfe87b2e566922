"""A unit of Terragrunt that is scanned alone is judged with the units around it that matter."""

from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan

NET = """\
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.0.0/24"
}
resource "aws_route_table" "a" { vpc_id = aws_vpc.main.id }
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.a.id
}
output "vpc" { value = aws_vpc.main.id }
output "subnets" { value = [aws_subnet.a.id] }
output "tables" { value = [aws_route_table.a.id] }
"""
APP = """\
variable "subnets" {}
resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  container_definitions    = jsonencode([{ name = "web", image = "nginx" }])
}
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration { subnets = var.subnets }
}
"""
FLOW_LOG = """\
variable "vpc" {}
resource "aws_flow_log" "main" {
  vpc_id       = var.vpc
  traffic_type = "ALL"
}
"""
NAT = """\
variable "tables" {}
module "nat" {
  source                  = "example/nat-instance/aws"
  private_route_table_ids = var.tables
}
"""
BUCKET = 'variable "vpc" {}\nresource "aws_s3_bucket" "of_the_vpc" { bucket = var.vpc }\n'
GIVEN = """\
dependency "net" { config_path = "../net" }
inputs = {
  vpc     = dependency.net.outputs.vpc
  tables  = dependency.net.outputs.tables
  subnets = dependency.net.outputs.subnets
}
"""


@pytest.mark.parametrize(
    ("module", "source", "expected"),
    [
        (BUCKET, "../../modules/more", {("TW401", "fail"), ("TW701", "fail")}),
        (FLOW_LOG, "../../modules/more", {("TW401", "fail")}),
        (FLOW_LOG, "${get_repo_root()}/modules//more", {("TW401", "fail")}),
        (FLOW_LOG, "git::https://example.com/more.git", {("TW401", "fail"), ("TW701", "fail")}),
        (NAT, "../../modules/more", {("TW401", "unknown"), ("TW701", "fail")}),
    ],
)
def test_what_adds_to_the_unit_that_another_depends_on(
    module: str, source: str, expected: set[tuple[str, str]], tmp_path: Path
) -> None:
    """A third unit's flow log, or the routes of what it calls, count as in the whole estate."""
    unit = f'terraform {{\n  source = "{source}"\n}}\n'
    texts = {
        "modules/more/main.tf": module,
        "live/net/main.tf": NET,
        "live/net/terragrunt.hcl": "inputs = {}\n",
        "live/app/main.tf": APP,
        "live/app/terragrunt.hcl": GIVEN,
        "live/more/terragrunt.hcl": unit + GIVEN,
    }
    (tmp_path / ".git").mkdir()
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    rules, show = ("TW401", "TW701"), ("fail", "unknown")
    asked = Options((str(tmp_path / "live" / "app"),), cwd=str(tmp_path), select=rules, show=show)

    found = scan(asked).document.findings

    assert {(one.rule, one.verdict) for one in found} == expected
