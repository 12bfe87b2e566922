"""What the doors of AWS services into a VPC name, wherever their attributes say it."""

import pytest

from lowering.networks import network
from taskwall.model.entities.door import Door

AROUND = """
variable "v" {}
variable "w" {}
resource "aws_vpc" "m" {}
resource "aws_subnet" "s" { cidr_block = "10.0.1.0/24" }
data "aws_vpc" "found" { id = "vpc-1" }
data "aws_vpc" "sought" { tags = { Name = "a" } }
locals { mine = aws_vpc.m.id }
"""

VALUES: dict[str, tuple[str, set[str], list[str]]] = {
    "a text": ('of = "vpc-1"', set(), []),
    "a reference": ("of = aws_vpc.m.id", {"aws_vpc.m"}, []),
    "a reference by a local": ("of = local.mine", {"aws_vpc.m"}, []),
    "a reference in a text": ('of = "x/${aws_vpc.m.id}/${aws_subnet.s.id}"',
                              {"aws_vpc.m", "aws_subnet.s"}, []),
    "a variable": ("of = var.v", set(), ["var.v"]),
    "a variable in a text": ('of = "x/${var.v}"', set(), ["var.v"]),
    "one variable twice": ("of = [var.v, var.w, var.v]", set(), ["var.v", "var.w"]),
    "a list": ("of = [aws_vpc.m.id, var.v]", {"aws_vpc.m"}, ["var.v"]),
    "a list that may have more": (
        "of = concat([aws_vpc.m.id], var.v)", {"aws_vpc.m"}, ["var.v"],
    ),
    "a map": ("of = { a = aws_vpc.m.id, b = var.v }", {"aws_vpc.m"}, ["var.v"]),
    "a map that may have more": (
        "of = merge(var.v, { a = aws_vpc.m.id })", {"aws_vpc.m"}, ["var.v"],
    ),
    "a map that may be overridden": (
        "of = merge({ a = aws_vpc.m.id }, var.v)", set(), ["var.v"],
    ),
    "a block": ("of {\nwithin {\nid = aws_vpc.m.id\n}\n}", {"aws_vpc.m"}, []),
    "blocks that may be there": (
        'dynamic "of" {\nfor_each = var.v\ncontent {\nid = aws_vpc.m.id\nby = of.value\n}\n}',
        {"aws_vpc.m"}, ["var.v"],
    ),
    "what is looked up by its id": ("of = data.aws_vpc.found.id", set(), []),
    "what is looked up": ("of = data.aws_vpc.sought.id", set(), ["data.aws_vpc.sought.id"]),
    "tags, names and descriptions": (
        'tags = { a = aws_vpc.m.id }\nname = "${aws_vpc.m.id}-a"\ndescription = var.v', set(), [],
    ),
    "null": ("of = null", set(), []),
}  # fmt: skip


@pytest.mark.parametrize(("body", "mentions", "waits"), VALUES.values(), ids=VALUES)
def test_what_a_door_names(body: str, mentions: set[str], waits: list[str]) -> None:
    """Every resource that any of its attributes refers to, and what these wait for."""
    text = f'{AROUND}resource "aws_verifiedaccess_endpoint" "d" {{\n{body}\n}}\n'
    (found,) = network(text).every(Door)

    assert found.mentions == mentions
    assert list(dict.fromkeys(need.name for need in found.open)) == waits


def test_a_door_whose_properties_are_put_in() -> None:
    """What a transform puts beside its properties nobody knows."""
    (found,) = network("""
Resources:
  Vpc: {Type: AWS::EC2::VPC}
  Door:
    Type: AWS::EC2::VerifiedAccessEndpoint
    Properties:
      Of: !Ref Vpc
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/x}}
""").every(Door)

    assert found.mentions == {"Vpc"}
    assert found.open
