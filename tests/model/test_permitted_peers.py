"""Whom a permission allows: in words, the internet or not, within its VPC or not, as settings say.

Each is asked of one permission for port 80, as sources spell whom it is for.
"""

import pytest

from lowering.networks import network as read
from taskwall.core.facts import TRUE
from taskwall.lowering import lower
from taskwall.model.core.entity import Link
from taskwall.model.core.network import RulePolicy
from taskwall.model.entities.security_group import Permission
from taskwall.model.exposure.task_ingress import worst_first
from taskwall.model.permissions.peers import (
    allows_internet,
    allows_range_within,
    by_settings,
    leads_everywhere,
    who,
)
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
variable "range" {}
data "aws_vpc" "seen" { id = var.any }
data "aws_ec2_managed_prefix_list" "s3" { name = "com.amazonaws.eu-west-1.s3" }
resource "aws_ec2_managed_prefix_list" "own" {
  name           = "own"
  address_family = "IPv4"
  max_entries    = 1
  entry { cidr = "10.0.3.0/24" }
}
resource "aws_ec2_managed_prefix_list" "wide" {
  name           = "wide"
  address_family = "IPv4"
  max_entries    = 1
  entry { cidr = "0.0.0.0/0" }
}
resource "aws_vpc" "main" {
  cidr_block      = "10.0.0.0/16"
  ipv6_cidr_block = "2001:db8::/56"
}
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_vpc" "open" { cidr_block = var.range }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_subnet" "either" {
  vpc_id     = [aws_vpc.main.id, aws_vpc.far.id][var.any]
  cidr_block = "10.7.0.0/24"
}
resource "aws_eip" "nat" {}
resource "aws_security_group" "one" { vpc_id = aws_vpc.main.id }
resource "aws_security_group" "two" { vpc_id = aws_vpc.main.id }
resource "aws_security_group_rule" "main" {
  type              = "ingress"
  security_group_id = aws_security_group.one.id
  protocol          = "tcp"
  from_port         = 80
  to_port           = 80
  FROM
}
"""
MAIN, SEEN = "aws_vpc.main.cidr_block", "data.aws_vpc.seen.cidr_block"
OWN, WIDE, S3 = (
    f"{kind}aws_ec2_managed_prefix_list.{name}"
    for kind, name in (("", "own"), ("", "wide"), ("data.", "s3"))
)
ONE, TWO = "aws_security_group.one.id", "aws_security_group.two.id"
ALLOWED = ("10.0.0.0/8", "aws_security_group.two", "pl-1")
PEER = "source_security_group_id"


def for_range(value: str) -> str:
    """A permission for a range."""
    return f"cidr_blocks = [{value}]"


def for_list(value: str) -> str:
    """A permission for a prefix list."""
    return f"prefix_list_ids = [{value}]"


Answers = tuple[bool | None, bool | None, bool | None, bool | None]
NOBODY: Answers = (False, False, False, False)
CASES: dict[str, tuple[str, str, Answers]] = {
    # The internet, with the group's others or by itself; within the VPC; by settings.
    "everybody": (for_range('"0.0.0.0/0"'), "0.0.0.0/0", (True, True, False, False)),
    "everybody by IPv6": ('ipv6_cidr_blocks = ["::/0"]', "::/0", (True, True, False, False)),
    "a /8 of the internet": (for_range('"8.0.0.0/8"'), "8.0.0.0/8", NOBODY),
    "a /7 of the internet": (for_range('"8.0.0.0/7"'), "8.0.0.0/7", (True, True, False, False)),
    "a subnet": (for_range('"10.0.1.0/24"'), "10.0.1.0/24", (False, False, True, True)),
    "a range of the VPC": (for_range('"10.0.9.0/24"'), "10.0.9.0/24", (False, False, True, True)),
    "all of the VPC": (for_range('"10.0.0.0/16"'), "10.0.0.0/16", (False, False, True, True)),
    "more than the VPC": (for_range('"10.0.0.0/15"'), "10.0.0.0/15", (False, False, False, True)),
    "a subnet that may be in the VPC": (
        for_range('"10.7.0.0/24"'),
        "10.7.0.0/24",
        (False, False, None, True),
    ),
    "a range elsewhere": (for_range('"192.168.0.0/24"'), "192.168.0.0/24", NOBODY),
    "IPv6 of the VPC": (
        'ipv6_cidr_blocks = ["2001:db8::/64"]',
        "2001:db8::/64",
        (False, False, True, False),
    ),
    "IPv6 of elsewhere": ('ipv6_cidr_blocks = ["2001:db9::/64"]', "2001:db9::/64", NOBODY),
    "a range of an input": (for_range("var.any"), "an unknown CIDR", (None, None, None, None)),
    # A VPC's own range is never the internet.
    "the VPC by reference": (
        for_range(MAIN),
        "the CIDR of aws_vpc.main",
        (False, False, True, True),
    ),
    "another VPC by reference": (
        for_range("aws_vpc.far.cidr_block"),
        "the CIDR of aws_vpc.far",
        (False, False, False, True),
    ),
    "a VPC whose range is an input": (
        for_range("aws_vpc.open.cidr_block"),
        "the CIDR of aws_vpc.open",
        (False, False, False, None),
    ),
    "the input that is a VPC's range": (
        for_range("var.range"),
        "an unknown CIDR",
        (False, False, None, None),
    ),
    # By an input that says which, it is none that the sources write.
    "a VPC that is looked up": (
        for_range(SEEN),
        "the CIDR of data.aws_vpc.seen",
        (False, False, False, None),
    ),
    "a part of the VPC": (
        for_range(f"cidrsubnet({MAIN}, 8, var.any)"),
        "a part of the CIDR of aws_vpc.main",
        (False, False, True, True),
    ),
    "a part of a VPC that is looked up": (
        for_range(f"cidrsubnet({SEEN}, 8, 1)"),
        "a part of the CIDR of data.aws_vpc.seen",
        (False, False, False, None),
    ),
    "a subnet by reference": (
        for_range("aws_subnet.a.cidr_block"),
        "10.0.1.0/24",
        (False, False, True, True),
    ),
    "an Elastic IP": (
        for_range('"${aws_eip.nat.public_ip}/32"'),
        "the address of aws_eip.nat",
        (False, False, False, False),
    ),
    "a prefix list": (for_list(f"{OWN}.id"), "prefix list own", (False, False, True, True)),
    "a prefix list of everybody": (
        for_list(f"{WIDE}.id"),
        "prefix list wide",
        (True, True, False, False),
    ),
    "a prefix list of AWS": (
        for_list(f"{S3}.id"),
        "prefix list com.amazonaws.eu-west-1.s3",
        (False, False, False, None),
    ),
    "a prefix list that settings allow": (
        for_list('"pl-1"'),
        "prefix list pl-1",
        (None, None, None, True),
    ),
    "another prefix list": (for_list('"pl-2"'), "prefix list pl-2", (None, None, None, None)),
    "itself": ("self = true", "its own members", NOBODY),
    "a group that settings allow": (
        f"{PEER} = {TWO}",
        "group aws_security_group.two",
        (False, False, False, True),
    ),
    "a group of an input": (f"{PEER} = var.any", "group var.any", (False, False, False, None)),
    "one of two groups": (
        f"{PEER} = [{ONE}, {TWO}][var.any]",
        "a group",
        (False, False, False, None),
    ),
}


@pytest.mark.parametrize(("source", "words", "answers"), CASES.values(), ids=CASES)
def test_whom_a_permission_allows(source: str, words: str, answers: Answers) -> None:
    """Where the digits are not known, what they are of decides, or an answer waits for it."""
    files = Files({"/net/main.tf": STACK.replace("FROM", source)})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    network.policy = RulePolicy(allowed_peers=frozenset(ALLOWED))
    (permission,) = network.every(Permission)
    vpc = Link("aws_vpc.main", TRUE, permission.place, written=True)
    facts = (
        allows_internet(network, permission),
        leads_everywhere(network, permission),
        allows_range_within(network, permission, vpc),
        by_settings(network, permission),
    )

    assert who(network, permission) == words
    assert tuple(fact.truth for fact in facts) == answers
    assert all(bool(fact.waits_for()) is (fact.truth is None) for fact in facts)
    nowhere = allows_range_within(network, permission, None)
    groups = permission.peer is not None or permission.itself
    assert nowhere.truth is (False if groups else None)
    network.policy = RulePolicy()
    assert by_settings(network, permission).truth is False


GIVEN = "assign_generated_ipv6_cidr_block = true"


@pytest.mark.parametrize(
    ("gets", "source", "truth"),
    [
        # A VPC without IPv6 has none of its addresses, whichever these are.
        ("", "ipv6_cidr_blocks = [var.any]", False),
        ("", 'ipv6_cidr_blocks = ["2001:db8::/64"]', False),
        # Nobody knows before which ones AWS gives.
        (GIVEN, "ipv6_cidr_blocks = [var.any]", None),
        (GIVEN, "ipv6_cidr_blocks = [aws_vpc.six.ipv6_cidr_block]", True),
        (GIVEN, 'ipv6_cidr_blocks = ["::/0"]', False),
        (GIVEN, "cidr_blocks = [var.any]", None),
        (GIVEN, 'cidr_blocks = ["10.8.0.0/24"]', False),
        (GIVEN, 'cidr_blocks = ["10.6.0.0/24"]', True),
        ('ipv6_cidr_block = "2001:db8:6::/56"', "ipv6_cidr_blocks = [var.any]", None),
    ],
)
def test_the_ipv6_range_of_a_vpc(gets: str, source: str, truth: bool | None) -> None:
    """A permission for IPv6 is for addresses of the VPC where it has some, and may have these."""
    vpc = f'resource "aws_vpc" "six" {{\n  cidr_block = "10.6.0.0/16"\n  {gets}\n}}\n'
    files = Files({"/net/main.tf": STACK.replace("FROM", source) + vpc})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    (permission,) = network.every(Permission)
    link = Link("aws_vpc.six", TRUE, permission.place, written=True)

    assert allows_range_within(network, permission, link).truth is truth


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_of_many_permissions_those_for_the_internet_come_first(number: int) -> None:
    """Where a message cannot name them all: else they stand as they are written."""
    written = [f"10.{each}.0.0/16" for each in range(number)] + ["0.0.0.0/0"]
    ranges = ", ".join(f'"{each}"' for each in written)
    network = read(STACK.replace("FROM", for_range(ranges)))

    found = worst_first(network, network.every(Permission))
    first = written if number < 3 else [written[-1], *written[:-1]]
    assert [who(network, each) for each in found] == first
