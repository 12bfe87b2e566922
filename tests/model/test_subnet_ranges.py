"""Which permissions hold a subnet's IPv6 range, where AWS gives its VPC one that nobody writes."""

import pytest

from taskwall.lowering import lower
from taskwall.model.core.address import V6
from taskwall.model.core.entity import link_to
from taskwall.model.entities.security_group import Permission
from taskwall.model.entities.vpc import Subnet
from taskwall.model.permissions.coverage import addresses, of_subnet
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "which" {}
resource "aws_vpc" "main" {
  cidr_block                       = "10.0.0.0/16"
  assign_generated_ipv6_cidr_block = true
}
resource "aws_vpc" "far" {
  cidr_block                       = "10.1.0.0/16"
  assign_generated_ipv6_cidr_block = true
}
resource "aws_subnet" "main" {
  vpc_id          = PLACE
  ipv6_cidr_block = LOCATED
}
resource "aws_vpc_security_group_ingress_rule" "main" {
  security_group_id = "sg-1"
  ip_protocol       = "-1"
  cidr_ipv6         = ALLOWED
}
"""
OWN, FAR = "aws_vpc.main.ipv6_cidr_block", "aws_vpc.far.ipv6_cidr_block"
A_PART, KNOWN, INPUT = f"cidrsubnet({OWN}, 8, 1)", '"2001:db8::/64"', "var.which"
AROUND, BESIDE, ALL = '"2001:db8::/56"', '"2001:db8:1::/56"', '"::/0"'
HERE, EITHER = "aws_vpc.main.id", "[aws_vpc.main.id, aws_vpc.far.id][var.which]"


@pytest.mark.parametrize(
    ("place", "located", "allowed", "covers"),
    [
        # What the sources do not write of a subnet is in the range of its VPC.
        (HERE, A_PART, OWN, True),
        (HERE, A_PART, FAR, False),
        (HERE, A_PART, AROUND, None),
        (HERE, A_PART, ALL, True),
        (HERE, A_PART, INPUT, None),
        (HERE, INPUT, OWN, True),
        (HERE, INPUT, FAR, False),
        (HERE, INPUT, AROUND, None),
        (HERE, INPUT, ALL, True),
        (HERE, INPUT, INPUT, True),
        (HERE, INPUT, A_PART, None),
        # What they write may be in another range of it.
        (HERE, KNOWN, OWN, None),
        (HERE, KNOWN, FAR, False),
        (HERE, KNOWN, AROUND, True),
        (HERE, KNOWN, BESIDE, False),
        (HERE, KNOWN, INPUT, None),
        (HERE, KNOWN, A_PART, None),
        # Of a subnet that may be in either VPC nobody knows.
        (EITHER, A_PART, OWN, None),
        (EITHER, A_PART, FAR, None),
        (EITHER, A_PART, ALL, True),
        (EITHER, INPUT, OWN, None),
        (EITHER, INPUT, FAR, None),
        (EITHER, INPUT, INPUT, True),
        (EITHER, KNOWN, OWN, None),
        (EITHER, KNOWN, FAR, None),
        (EITHER, KNOWN, AROUND, True),
        (EITHER, KNOWN, BESIDE, False),
    ],
)
def test_a_permission_holds_the_range_of_a_subnet(
    place: str, located: str, allowed: str, covers: bool | None
) -> None:
    """By digits where both are known, and by the VPC that a range is of where they are not."""
    text = STACK.replace("PLACE", place).replace("LOCATED", located).replace("ALLOWED", allowed)
    files = Files({"/net/main.tf": text})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    subnet = network.get(Subnet, "aws_subnet.main")
    assert subnet is not None
    (permission,) = network.every(Permission)

    held = of_subnet(network, link_to(subnet)).of(V6)
    assert addresses(network, permission).covers(held) is covers
