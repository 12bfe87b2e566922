"""Which addresses are the same by their names, where nobody knows their digits."""

import pytest

from permits import group_of, permission, place, setting
from taskwall.core.facts import TRUE
from taskwall.core.values import Need, Reference, Text, Unknown, Value
from taskwall.lowering import lower
from taskwall.model.core.entity import Setting
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Permission
from taskwall.model.permissions.coverage import (
    Addresses,
    End,
    Grant,
    Location,
    Wording,
    part,
    reach,
)
from taskwall.model.permissions.coverage import addresses as permission_addresses
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

HOST = Reference("aws_instance.a", "private_ip")
OTHER = Reference("aws_instance.b", "private_ip")
OPEN = Unknown((Need("var.x", "has no default"),), "var.x")


def held(value: Value) -> Addresses:
    """The addresses that a value names."""
    return Addresses((part(Setting(value, place(1), "cidr_ipv4", "g")),))


@pytest.mark.parametrize(
    ("one", "other", "covers"),
    [
        (HOST, HOST, True),
        (OTHER, HOST, None),
        # The range of one address is that address.
        (Text((HOST, "/32")), HOST, True),
        (HOST, Text((HOST, "/32")), True),
        (Text((HOST, "/32")), Text((HOST, "/32")), True),
        (Text((OTHER, "/32")), HOST, None),
        # One of more addresses is not, and no single address holds it.
        (HOST, Text((HOST, "/24")), None),
        (Text((HOST, "/24")), Text((HOST, "/24")), True),
        (Text((HOST, "/24")), Text((HOST, "/25")), None),
        # Nor is what only begins with it, or ends so.
        (Text((HOST, OTHER)), HOST, None),
        (Text(("10.0.0.", OPEN)), OPEN, None),
        (Text((OPEN, "/32")), OPEN, True),
        (OPEN, OPEN, True),
        (Text(("10.0.0.", OPEN)), Text(("10.0.0.", OPEN)), True),
        # A reference is what it leads to.
        (Reference("aws_instance.a", "private_ip", OPEN), OPEN, True),
        (OPEN, Text((Reference("aws_instance.a", "private_ip", OPEN), "/32")), True),
    ],
)
def test_what_is_the_same_by_its_name(one: Value, other: Value, covers: bool | None) -> None:
    """An address by reference is itself, however often it is written; another may be it, or not."""
    assert held(one).covers(held(other)) is covers
    if covers:
        assert held(one).meets(held(other)) is True


@pytest.mark.parametrize("value", [HOST, OPEN, Text((OPEN, "/24"))])
def test_what_may_not_be_there_covers_nothing_for_certain(value: Value) -> None:
    """Not even itself; what is there covers it all the same."""
    need = Need("var.switch", "has no default")
    perhaps = held(value).perhaps((need,))

    assert perhaps.covers(held(value)) is None
    assert held(value).covers(perhaps) is True
    assert perhaps.meets(held(value)) is None
    assert need in perhaps.needs


STACK = """
variable "which" {}
data "aws_vpc" "main" { id = var.which }
data "aws_vpc" "other" { tags = { Name = var.which } }
resource "aws_vpc" "written" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_vpc" "open" { cidr_block = var.which }
resource "aws_vpc_security_group_ingress_rule" "one" {
  security_group_id = "sg-1"
  ip_protocol       = "-1"
  cidr_ipv4         = ONE
}
resource "aws_vpc_security_group_ingress_rule" "other" {
  security_group_id = "sg-1"
  ip_protocol       = "-1"
  cidr_ipv4         = OTHER
}
"""
OF_MAIN, OF_OTHER = "data.aws_vpc.main.cidr_block", "data.aws_vpc.other.cidr_block"
WRITTEN, FAR = "aws_vpc.written.cidr_block", "aws_vpc.far.cidr_block"


def network(one: str, other: str) -> Network:
    """The network of the two permissions."""
    text = STACK.replace("ONE", one).replace("OTHER", other)
    files = Files({"/net/main.tf": text})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    return lower(stack.evaluate({}).resources).network


@pytest.mark.parametrize(
    ("one", "other", "covers", "back"),
    [
        (OF_MAIN, OF_MAIN, True, True),
        (OF_MAIN, OF_OTHER, None, None),
        (OF_MAIN, f"cidrsubnet({OF_MAIN}, 8, 1)", True, None),
        (OF_OTHER, f"cidrsubnet({OF_MAIN}, 8, 1)", None, None),
        (f"cidrsubnet({OF_MAIN}, 8, 1)", f"cidrsubnet({OF_MAIN}, 8, 1)", None, None),
        (WRITTEN, f"cidrsubnet({WRITTEN}, 8, 1)", True, False),
        (WRITTEN, f"cidrsubnet({WRITTEN}, 8, var.which)", True, None),
        ('"10.0.0.0/8"', f"cidrsubnet({WRITTEN}, 8, var.which)", True, False),
        ('"10.1.0.0/16"', f"cidrsubnet({WRITTEN}, 8, var.which)", False, False),
        ('"10.0.0.0/8"', WRITTEN, True, False),
        # Two VPCs are taken for different ones, whatever their digits are.
        (WRITTEN, "aws_vpc.far.cidr_block", False, False),
        (WRITTEN, "aws_vpc.open.cidr_block", False, False),
        (WRITTEN, f"cidrsubnet({FAR}, 8, var.which)", False, False),
        (FAR, f"cidrsubnet({FAR}, 8, var.which)", True, None),
        ('"10.0.0.0/16"', "aws_vpc.open.cidr_block", None, None),
        ('"10.0.0.0/8"', OF_MAIN, None, None),
        ('"0.0.0.0/0"', OF_MAIN, True, None),
    ],
)
def test_a_part_of_the_range_of_a_vpc_is_in_it(
    one: str, other: str, covers: bool | None, back: bool | None
) -> None:
    """Also where the digits of neither are known."""
    found = network(one, other)
    a, b = (
        permission_addresses(found, each)
        for each in sorted(found.every(Permission), key=lambda each: each.on.name)
    )
    assert (a.covers(b), b.covers(a)) == (covers, back)


FOUR, SIX = ("10.0.0.0/24", "10.0.1.0/24"), ("2001:db8::/64", "2001:db8:0:1::/64")


@pytest.mark.parametrize(
    ("allowed", "located", "truth"),
    [
        (FOUR[:1], FOUR[:1], True),
        (FOUR[1:], FOUR[:1], False),
        (SIX[:1], SIX[:1], True),
        (SIX[1:], SIX[:1], False),
        (FOUR[:1], SIX[:1], False),
        (SIX[:1], FOUR[:1], False),
        # What has both is reached by IPv4; by IPv6 alone it may be.
        (FOUR[:1], (FOUR[0], SIX[0]), True),
        (FOUR[1:], (FOUR[0], SIX[0]), False),
        (SIX[:1], (FOUR[0], SIX[0]), None),
        (SIX[1:], (FOUR[0], SIX[0]), False),
        ((FOUR[1], SIX[1]), (FOUR[0], SIX[0]), False),
        ((FOUR[1], SIX[0]), (FOUR[0], SIX[0]), None),
        ((FOUR[0], SIX[1]), (FOUR[0], SIX[0]), True),
        (FOUR, FOUR, True),
        (FOUR[:1], FOUR, False),
        (FOUR[:1], (), None),
    ],
)
def test_by_which_ip_version_an_end_is_reached(
    allowed: tuple[str, ...], located: tuple[str, ...], truth: bool | None
) -> None:
    """Permissions together reach an end that has addresses of one version, or of both."""
    given = [permission("tcp", 80, 80, each, line) for line, each in enumerate(allowed, 2)]
    where = Addresses(tuple(part(setting(each, name="cidr")) for each in located))
    words = Wording(lambda _: "reaches", lambda _, place_name: place_name)
    end = End((), (Location("there", where),))
    found = reach(group_of(given), [Grant(each, TRUE) for each in given], end, words)

    truths = [fact.truth for fact in found]
    assert (True if True in truths else None if None in truths else False) is truth
