"""What a door lets in where its own security groups are known, and permissions are for groups."""

from pathlib import Path

import pytest

from placeholders import filled
from taskwall.api.flows import list_flows
from taskwall.api.options import Options

STACK = """
variable "which" {}
variable "list" { type = list(string) }
data "aws_security_group" "seen" { name = var.which }
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
resource "aws_security_group" "door" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "other" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol  = "tcp"
    from_port = 80
    to_port   = 80
    ALLOWED
  }
}
resource "aws_ecs_service" "web" {
  launch_type = "FARGATE"
  network_configuration {
    subnets         = [SUBNET]
    security_groups = [aws_security_group.web.id]
  }
}
resource "aws_ec2_instance_connect_endpoint" "main" {
  subnet_id          = AT
  security_group_ids = GROUPS
}
"""
HERE, FAR = "aws_subnet.main.id", "aws_subnet.far.id"
DOOR, OTHER = "[aws_security_group.door.id]", "[aws_security_group.other.id]"
DEFAULTS = {
    "ALLOWED": f"security_groups = {DOOR}",
    "SUBNET": HERE,
    "AT": HERE,
    "GROUPS": DOOR,
}
BY_DOOR = ["aws_ec2_instance_connect_endpoint.main"]


@pytest.mark.parametrize(
    ("changes", "needs"),
    [
        ({}, BY_DOOR),
        ({"ALLOWED": f"security_groups = {OTHER}"}, None),
        ({"ALLOWED": f"security_groups = {OTHER}", "GROUPS": OTHER}, BY_DOOR),
        ({"ALLOWED": 'cidr_blocks = ["10.0.0.0/16"]'}, BY_DOOR),
        ({"ALLOWED": "self = true"}, BY_DOOR),
        # Where it is not known which group that is, it may be the one.
        ({"ALLOWED": "security_groups = [var.which]"}, BY_DOOR),
        (
            {"ALLOWED": f"security_groups = {OTHER}", "GROUPS": "[var.which]"},
            [*BY_DOOR, "var.which"],
        ),
        (
            {
                "ALLOWED": f"security_groups = {OTHER}",
                "GROUPS": "[aws_security_group.door.id, var.which]",
            },
            [*BY_DOOR, "var.which"],
        ),
        (
            {
                "ALLOWED": f"security_groups = {OTHER}",
                "GROUPS": "concat([aws_security_group.door.id], var.list)",
            },
            [*BY_DOOR, "var.list"],
        ),
        ({"ALLOWED": f"security_groups = {OTHER}", "GROUPS": "null"}, BY_DOOR),
        # Where it leads.
        ({"SUBNET": FAR, "AT": FAR}, BY_DOOR),
        ({"SUBNET": FAR, "ALLOWED": 'cidr_blocks = ["10.0.0.0/8"]'}, None),
        (
            {"SUBNET": FAR, "AT": "var.which", "ALLOWED": 'cidr_blocks = ["10.0.0.0/8"]'},
            [*BY_DOOR, "var.which"],
        ),
    ],
)
def test_a_door_comes_in_by_its_own_groups(
    changes: dict[str, str], needs: list[str] | None, tmp_path: Path
) -> None:
    """Permissions for others do not let it in, as long as all of its groups are known."""
    (tmp_path / "main.tf").write_text(filled(STACK, DEFAULTS | changes), encoding="utf-8")
    found = list_flows(Options(paths=(str(tmp_path),)), "internet", "service:web")

    assert not found.problems
    flows = [sorted(each.missing) for each in found.flows]
    assert flows == ([] if needs is None else [sorted(needs)])
