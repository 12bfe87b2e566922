"""What instances are made from: their groups, wherever these are written."""

import pytest

from taskwall.lowering import lower
from taskwall.model.compute.container_instances import Instances
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

HCL = """
resource "aws_security_group" "web" { name = "web" }
resource "TYPE" "host" {
  GROUPS
}
"""
TEMPLATE = """
Resources:
  Web: {Type: AWS::EC2::SecurityGroup, Properties: {GroupName: web, GroupDescription: web}}
  Host: {Type: TYPE, Properties: GROUPS}
"""
DATA = "{LaunchTemplateData: {SecurityGroups: [!Ref Web]}}"


@pytest.mark.parametrize(
    ("type_", "groups"),
    [
        ("aws_instance", "vpc_security_group_ids = [aws_security_group.web.id]"),
        ("aws_instance", "security_groups = [aws_security_group.web.name]"),
        ("aws_instance", "security_groups = [aws_security_group.web.id]"),
        ("aws_launch_template", "security_group_names = [aws_security_group.web.name]"),
        ("AWS::EC2::Instance", "{SecurityGroupIds: [!Ref Web]}"),
        ("AWS::EC2::Instance", "{SecurityGroups: [!Ref Web]}"),
        ("AWS::EC2::Instance", "{SecurityGroups: [web]}"),
        ("AWS::EC2::LaunchTemplate", DATA),
    ],
)
def test_instances_name_groups_by_ids_and_by_names(type_: str, groups: str) -> None:
    """What names none would have the default group of its VPC, which lets other things in."""
    name, text = ("t.yaml", TEMPLATE) if "::" in type_ else ("main.tf", HCL)
    files = Files({name: text.replace("TYPE", type_).replace("GROUPS", groups)})
    read = cloudformation.stacks if "::" in type_ else terraform.stacks
    stacks, _ = read([name], files, Inputs())

    (host,) = lower(stacks[0].evaluate({}).resources).network.every(Instances)

    assert [link.to.lower().rpartition(".")[2] for link in host.groups] == ["web"]
    assert all(link.exact for link in host.groups)
