"""Which ids are none of the things that the same sources write."""

import pytest

from taskwall.lowering import lower
from taskwall.model.core.entity import Link, same_entity
from taskwall.model.entities.vpc import Subnet
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs, Stack

WRITTEN = """
variable "id" { type = string }
variable "ids" { type = list(string) }
variable "key" { type = string }
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "main" }
}
resource "aws_ssm_parameter" "vpc" {
  name  = "/vpc"
  value = aws_vpc.main.id
}
resource "aws_lb" "web" {}
resource "aws_lb" "called" { name = "main" }
resource "aws_lb" "of_given" { subnets = module.given.subnets }
resource "aws_lb_target_group" "apart" { vpc_id = aws_vpc.main.id }
module "absent" { source = "example/absent/aws" }
module "named" {
  source = "example/absent/aws"
  name   = "main"
}
module "unrelated" {
  source = "example/absent/aws"
  name   = "other"
  other  = aws_lb.web.arn
  more   = module.absent.id
}
module "of_called" {
  source   = "example/absent/aws"
  balancer = aws_lb.called.arn
}
module "of_group" {
  source = "example/absent/aws"
  group  = "${aws_lb_target_group.apart.name}/a"
}
module "from_parameter" {
  source = "example/absent/aws"
  name   = aws_ssm_parameter.vpc.name
}
module "from_given" {
  source = "example/absent/aws"
  config = "id=${module.round.id}"
}
module "of_balancer" {
  source   = "example/absent/aws"
  balancer = aws_lb.of_given.arn
}
module "read_from_given" {
  source = "example/absent/aws"
  vpc    = module.given.network.vpc_id
}
module "round" {
  source = "example/absent/aws"
  last   = module.from_given.id
  next   = module.given.id
}
module "given" {
  source = "example/absent/aws"
  vpc    = { id = aws_vpc.main.id }
}
module "perhaps" {
  source = "example/absent/aws"
  vpc    = local.nowhere
}
locals { ids = { main = aws_vpc.main.id, other = "vpc-1" } }
data "aws_vpc" "named" { tags = { Name = "shared" } }
data "aws_vpc" "here" { tags = { Name = "main" } }
data "aws_vpc" "asked" { tags = { Name = var.key } }
data "aws_vpc" "chosen" { tags = { Name = local.nowhere } }
data "aws_vpc" "ranged" { cidr_block = "10.0.0.0/16" }
data "aws_vpc" "of_other_range" { cidr_block = "10.1.0.0/16" }
data "aws_vpcs" "ranged" {
  filter {
    name   = "cidr-block-association.cidr-block"
    values = ["10.0.0.0/16"]
  }
}
data "aws_vpcs" "named" { tags = { Name = "shared" } }
data "aws_vpcs" "here" { tags = { Name = "main" } }
data "aws_vpcs" "of_here" { tags = { Vpc = aws_vpc.main.id } }
data "aws_lb" "here" { tags = { Name = "main" } }
data "aws_ssm_parameter" "named" { name = "/shared" }
data "aws_ssm_parameter" "here" { name = "/vpc" }
data "aws_vpc_peering_connection" "here" { vpc_id = aws_vpc.main.id }
data "aws_vpc_peering_connection" "there" { vpc_id = data.aws_vpc.named.id }
data "aws_vpc_peering_connection" "nowhere" { vpc_id = aws_vpc.nowhere.id }
resource "aws_subnet" "a" {
  vpc_id     = ID
  cidr_block = "10.0.1.0/24"
}
"""

IDS = {
    "aws_vpc.main.id": True,
    '"vpc-0a1b2c3d"': False,
    "var.id": False,
    '"${var.id}"': False,
    '"${var.key}c-${var.id}"': None,
    "var.ids[0]": False,
    "data.aws_vpc.named.id": False,
    "data.aws_ssm_parameter.named.value": False,
    "data.terraform_remote_state.shared.outputs.vpc": False,
    "data.aws_vpc.here.id": True,
    "data.aws_ssm_parameter.here.value": True,
    "data.aws_vpc.asked.id": False,
    "data.aws_vpc.chosen.id": None,
    "data.aws_vpcs.named.ids[0]": False,
    "data.aws_vpcs.here.ids[0]": True,
    "data.aws_vpc.ranged.id": True,
    "data.aws_vpc.of_other_range.id": False,
    "data.aws_vpcs.ranged.ids[0]": None,
    "data.aws_vpcs.of_here.ids[0]": None,
    "data.aws_lb.here.vpc_id": None,
    "data.aws_lb.nowhere.vpc_id": False,
    "data.aws_vpc_peering_connection.here.peer_vpc_id": None,
    "data.aws_vpc_peering_connection.there.peer_vpc_id": False,
    "data.aws_vpc_peering_connection.nowhere.peer_vpc_id": False,
    "module.absent.vpc_id": False,
    "module.named.vpc_id": None,
    "module.unrelated.vpc_id": False,
    "module.of_called.vpc_id": False,
    "module.of_group.vpc_id": None,
    "module.from_parameter.vpc_id": None,
    "module.from_given.vpc_id": None,
    "module.round.vpc_id": None,
    "module.of_balancer.vpc_id": None,
    "module.read_from_given.vpc_id": None,
    "module.absent.network.vpc_id": False,
    "module.given.vpc_id": None,
    "module.perhaps.vpc_id": None,
    "aws_lb.web.vpc_id": None,
    "local.ids[var.key]": None,
    "local.nowhere": None,
    "[for each in local.nowhere : each][0]": None,
}


NAMED_ALIKE = """
variable "name" {}
resource "random_pet" "name" {}
resource "random_pet" "other" {}
resource "aws_vpc" "main" { tags = { Name = WRITTEN } }
module "m" {
  source = "example/absent/aws"
  name   = GIVEN
}
resource "aws_subnet" "a" { vpc_id = module.m.vpc_id }
"""


def _tie(stack: Stack) -> Link:
    """The tie of the stack's subnet to its VPC."""
    network = lower(stack.evaluate({}).resources).network
    return next(each.vpc for each in network.every(Subnet) if not each.external)


@pytest.mark.parametrize("expression", IDS)
def test_ids_of_terraform(expression: str) -> None:
    """An input or look-up brings another thing, unless it looks for what is written."""
    text = WRITTEN.replace("ID\n", f"{expression}\n")
    text += 'data "terraform_remote_state" "shared" {\n  backend = "s3"\n}\n'
    files = Files({"/stack/main.tf": text})
    stacks, _ = terraform.stacks(list(files.known), files, Inputs(boundary="/stack"))

    assert _tie(stacks[0]).written is IDS[expression]


@pytest.mark.parametrize(
    ("written", "given", "expected"),
    [
        ("random_pet.name.id", "random_pet.name.id", None),
        ('"${random_pet.name.id}-a"', '"${random_pet.name.id}-a"', None),
        ("var.name", "var.name", None),
        ("random_pet.name.id", "random_pet.other.id", False),
        ("random_pet.name.id", "var.name", False),
        ('"a"', '"a"', None),
        ('"a"', '["b", "a"]', None),
        ('"a"', '{ name = "a" }', None),
        ('"a"', '"b"', False),
        ('""', '""', False),
        ("null", "null", False),
    ],
)
def test_what_is_looked_up_by_a_name_that_is_not_known(
    written: str, given: str, expected: bool | None
) -> None:
    """A module may find what has the name that it is given, whatever that turns out to be."""
    text = NAMED_ALIKE.replace("WRITTEN", written).replace("GIVEN", given)
    (stack,), _ = terraform.stacks(["main.tf"], Files({"main.tf": text}), Inputs())

    assert _tie(stack).written is expected


TEMPLATE = """
Parameters:
  Id: {Type: String}
  Ids: {Type: CommaDelimitedList}
  Index: {Type: Number}
  Stored: {Type: "AWS::SSM::Parameter::Value<String>", Default: /vpc}
Mappings:
  Images: {eu-west-1: {Id: ami-1}}
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: 10.0.0.0/16
      Tags: [{Key: Stage, Value: dev}, {Key: Name, Value: main}]
  Absent: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://example.com/a.yml"}}
  Given:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: "https://example.com/b.yml", Parameters: {Vpc: !Ref Vpc}}
  Imaged:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: "https://example.com/c.yml"
      Parameters:
        Image: !FindInMap [Images, !Ref "AWS::Region", Id]
        None: !FindInMap [Images, a, b]
  Staged:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: "https://example.com/d.yml", Parameters: {Stage: dev}}
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: g, VpcId: !Ref Vpc}
  OfGroup:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: "https://example.com/f.yml", Parameters: {Group: !Ref Group}}
  Named:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: "https://example.com/e.yml", Parameters: {Vpc: main}}
  Custom: {Type: Custom::Vpc, Properties: {ServiceToken: "arn:aws:lambda:eu-west-1:1:function:a"}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {CidrBlock: 10.0.1.0/24, VpcId: ID}}
"""
STORED = (
    "  P: {Type: AWS::SSM::Parameter, Properties: {Type: String, Name: /vpc, Value: !Ref Vpc}}\n"
)
OF_STORED = (
    "  OfStored: {Type: AWS::CloudFormation::Stack, Properties:"
    ' {TemplateURL: "https://example.com/g.yml", Parameters: {Name: !Ref P}}}\n'
)

VALUES = {
    ("!Ref Vpc", ""): True,
    ("vpc-0a1b2c3d", ""): False,
    ("!Ref Id", ""): False,
    ('!Sub "${Id}"', ""): False,
    ('!Sub "${Id}c"', ""): None,
    ("!Select [0, !Ref Ids]", ""): False,
    ("!ImportValue shared-vpc", ""): False,
    ("!Ref Stored", ""): False,
    ("!Ref Stored", STORED): None,
    ('"{{resolve:ssm:/vpc}}"', ""): False,
    ('"{{resolve:ssm:/vpc}}"', STORED): None,
    ("!GetAtt Custom.VpcId", ""): None,
    ("!GetAtt Absent.Outputs.VpcId", ""): False,
    ("!GetAtt Given.Outputs.VpcId", ""): None,
    ("!GetAtt Imaged.Outputs.VpcId", ""): False,
    ("!GetAtt Staged.Outputs.VpcId", ""): False,
    ("!GetAtt Named.Outputs.VpcId", ""): None,
    ("!GetAtt OfGroup.Outputs.VpcId", ""): False,
    ("!GetAtt OfStored.Outputs.VpcId", STORED + OF_STORED): None,
    ("!Select [!Ref Index, [!Ref Vpc, vpc-1]]", ""): None,
}


@pytest.mark.parametrize(("value", "further"), VALUES)
def test_ids_of_cloudformation(value: str, further: str) -> None:
    """The same of parameters, imports, and what Parameter Store holds."""
    files = Files({"/stack/template.yaml": TEMPLATE.replace("ID}", f"{value}}}") + further})
    stacks, _ = cloudformation.stacks(list(files.known), files, Inputs(boundary="/stack"))

    assert _tie(stacks[0]).written is VALUES[value, further]


def test_what_another_member_of_a_scan_writes_is_possible() -> None:
    """Of roots that are one stack, what one brings in may be what another writes."""
    network = (
        'terraform {\n  backend "s3" {\n    bucket = "b"\n    key = "network"\n  }\n}\n'
        'resource "aws_vpc" "main" {}\noutput "name" { value = "a" }\n'
    )
    app = (
        'data "terraform_remote_state" "network" {\n  backend = "s3"\n  config = {\n'
        '    bucket = "b"\n    key = "network"\n  }\n}\nvariable "id" {}\n'
        'resource "aws_subnet" "a" {\n  vpc_id = var.id\n'
        "  tags = { Name = data.terraform_remote_state.network.outputs.name }\n}\n"
    )
    files = Files({"/stack/network/main.tf": network, "/stack/app/main.tf": app})
    stacks, _ = terraform.stacks(list(files.known), files, Inputs(boundary="/stack"))

    assert len(stacks) == 1
    assert _tie(stacks[0]).written is None


def test_ties_from_outside_and_to_what_is_written_differ() -> None:
    """Two ids from outside may be one thing, never one that is written."""
    found = {
        expression: _tie(terraform.stacks(["/stack/main.tf"], Files({
            "/stack/main.tf": WRITTEN.replace("ID\n", f"{expression}\n")
        }), Inputs(boundary="/stack"))[0][0])
        for expression in ("aws_vpc.main.id", "var.id", "data.aws_vpc.named.id", '"vpc-1"')
    }  # fmt: skip
    written, given, named, literal = found.values()

    assert same_entity(written, given) is False
    assert same_entity(written, literal) is False
    assert same_entity(given, named) is None
    assert same_entity(given, literal) is None
