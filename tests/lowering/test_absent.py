"""What a module or nested template that is not there may make of what it is given."""

from pathlib import Path

import pytest

from taskwall.lowering import lowered_types
from taskwall.lowering._absent import with_possible
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs, Stack

HCL = """
resource "aws_lb" "web" {
  subnets = ["subnet-12345678"]
}
resource "aws_security_group" "web" {}
resource "aws_vpc" "main" {}
module "m" {
  source = "a/b/c"
  given  = GIVEN
}
"""
YAML = """
Resources:
  Web: {Type: "AWS::ElasticLoadBalancingV2::LoadBalancer", Properties: {Subnets: [subnet-12345678]}}
  Group: {Type: "AWS::EC2::SecurityGroup", Properties: {GroupDescription: web}}
  M:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://example.com/m.yml
      Parameters: {Given: GIVEN}
"""
LISTENER = ["aws_lb_listener", "aws_cloudwatch_log_delivery_source"]
RULES = ["aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"]


def made(stack: Stack) -> list[str]:
    """The types of what may be added to what is given, users of it left out."""
    assert lowered_types()  # what things are is known once these are found
    resources = stack.evaluate({}).resources
    found = with_possible(resources)[len(resources) - 1 :]
    return [one.type for one in found if "[" in one.origin.address]


def test_compensations_count_only_where_they_are_written() -> None:
    """A VPC that is given gets logs and endpoints, but no encryption control or private zone."""
    text = HCL.replace("GIVEN", "aws_vpc.main.id")
    ((stack,), _) = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())

    found = made(stack)

    assert {"aws_flow_log", "aws_vpc_endpoint"} <= set(found)
    assert not {"aws_vpc_encryption_control", "aws_route53_zone"} & set(found)


@pytest.mark.parametrize(
    ("given", "types"),
    [
        ("aws_lb.web.arn", LISTENER),
        ("aws_lb.web", LISTENER),
        ("[aws_lb.web.id]", LISTENER),
        ('"x/${aws_lb.web.name}"', LISTENER),
        ("{ lb = { arn = aws_lb.web.arn } }", LISTENER),
        ("aws_lb.web.dns_name", []),
        ("aws_lb.web.arn_suffix", []),
        ("aws_security_group.web.id", RULES),
        ('"sg-12345678"', []),
    ],
)
def test_what_a_module_is_given(given: str, types: list[str]) -> None:
    """By whatever names a thing it is handed over, but by what only describes it."""
    path = "/r/main.tf"
    files = Files({path: HCL.replace("GIVEN", given)})
    (stack,), _ = terraform.stacks([path], files, Inputs(boundary="/r"))
    assert made(stack) == types


@pytest.mark.parametrize(
    ("given", "types"),
    [
        ("!Ref Web", LISTENER),
        ("!GetAtt Web.LoadBalancerArn", LISTENER),
        ("!GetAtt Web.DNSName", []),
        ("!GetAtt Group.GroupId", RULES),
        ("!Join [',', [!Ref Group]]", RULES),
    ],
)
def test_what_a_nested_template_is_given(tmp_path: Path, given: str, types: list[str]) -> None:
    """The same of parameters."""
    path = str(tmp_path / "main.yaml")
    files = Files({path: YAML.replace("GIVEN", given)})
    (stack,), _ = cloudformation.stacks([path], files, Inputs(boundary=str(tmp_path)))
    assert made(stack) == types


CUSTOM = """
Resources:
  Group: {Type: "AWS::EC2::SecurityGroup", Properties: {GroupDescription: web}}
  M: {Type: TYPE, Properties: {ServiceToken: function, In: !Ref Group}}
"""


@pytest.mark.parametrize("type_", ["Custom::AWS", "AWS::CloudFormation::CustomResource"])
def test_a_custom_resource_is_no_module(tmp_path: Path, type_: str) -> None:
    """What its function does is not seen, and taken to change nothing that it is given."""
    path = str(tmp_path / "main.yaml")
    files = Files({path: CUSTOM.replace("TYPE", type_)})
    (stack,), _ = cloudformation.stacks([path], files, Inputs(boundary=str(tmp_path)))
    resources = stack.evaluate({}).resources
    assert with_possible(resources) is resources


PROVISIONED = """
resource "aws_security_group" "web" {}
resource "null_resource" "m" {
  triggers = { group = aws_security_group.web.id }
  provisioner "local-exec" {
    command = "aws ec2 authorize-security-group-ingress --group-id ${aws_security_group.web.id}"
  }
}
"""


def test_a_provisioner_is_no_module() -> None:
    """What its command does is not seen, and taken to change nothing that it is given."""
    files = Files({"/r/main.tf": PROVISIONED})
    (stack,), _ = terraform.stacks(["/r/main.tf"], files, Inputs(boundary="/r"))
    resources = stack.evaluate({}).resources
    assert with_possible(resources) is resources
