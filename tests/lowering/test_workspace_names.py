"""Names with the workspace in them, of roots that are one stack."""

from pathlib import Path

import pytest

from taskwall.api.scan import Options, scan

NETWORK = """\
variable "stage" { type = string }
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "main" }
}
resource "aws_ecs_cluster" "web" {
  name = "${NAME}-web"
}
resource "aws_launch_template" "hosts" {
  user_data = base64encode("#!/bin/bash\\necho ECS_CLUSTER=${NAME}-web >> /etc/ecs/ecs.config\\n")
}
"""

SERVICE = """\
variable "stage" { type = string }
data "aws_vpc" "main" {
  tags = { Name = "main" }
}
resource "aws_security_group" "web" {
  vpc_id = data.aws_vpc.main.id
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "host"
  container_definitions = jsonencode([{ name = "web", image = "web" }])
}
resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = "${NAME}-web"
  launch_type     = "EC2"
  task_definition = aws_ecs_task_definition.web.arn
}
"""


@pytest.mark.parametrize(
    ("name", "verdicts"),
    [
        ("terraform.workspace", {"fail"}),
        ("tofu.workspace", {"fail"}),
        ("var.stage", {"unknown"}),
    ],
)
def test_roots_of_one_stack_have_one_workspace(
    tmp_path: Path, name: str, verdicts: set[str]
) -> None:
    """The same name is the same cluster; inputs of two roots may differ."""
    for folder, text in (("network", NETWORK), ("service", SERVICE)):
        path = tmp_path / folder / "main.tf"
        path.parent.mkdir()
        path.write_text(text.replace("NAME", name))
    options = Options(
        (str(tmp_path),), cwd=str(tmp_path), select=("TW502",), show=("fail", "unknown")
    )
    document = scan(options).document
    assert document.summary.stacks == 1
    assert {one.verdict for one in document.findings} == verdicts
