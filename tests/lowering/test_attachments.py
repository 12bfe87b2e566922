"""What resources of their own say about another one."""

import pytest

from taskwall.lowering import lower
from taskwall.model.entities.ecs import AutoScalingGroup
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

HCL = """
variable "n" { type = number }
variable "k" { type = string }
resource "aws_lb_target_group" "web" {}
resource "aws_autoscaling_group" "hosts" {}
resource "aws_autoscaling_group" "others" {}
locals {
  groups = { a = aws_autoscaling_group.hosts.name, b = aws_autoscaling_group.others.name }
}
resource "aws_autoscaling_attachment" "web" {
  ATTACHES
  lb_target_group_arn = aws_lb_target_group.web.arn
}
"""


@pytest.mark.parametrize(
    ("attaches", "hosts", "others"),
    [
        ("autoscaling_group_name = aws_autoscaling_group.hosts.name", [True], []),
        ("count = var.n\nautoscaling_group_name = aws_autoscaling_group.hosts.name", [None], []),
        ("autoscaling_group_name = local.groups[var.k]", [None], [None]),
        ("autoscaling_group_name = var.k", [], []),
    ],
)
def test_attachments_register_as_far_as_they_are_known(
    attaches: str, hosts: list[bool | None], others: list[bool | None]
) -> None:
    """One that may not exist, or may be another group's, registers nothing for certain."""
    text = HCL.replace("ATTACHES", attaches)
    stacks, _ = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())
    network = lower(stacks[0].evaluate({}).resources).network

    found = {
        group.name: [link.fact.truth for link in group.target_groups]
        for group in network.every(AutoScalingGroup)
    }

    assert found["aws_autoscaling_group.hosts"] == hosts
    assert found["aws_autoscaling_group.others"] == others
