"""What entries of a network ACL with lower numbers leave of one for the internet."""

import pytest

from taskwall.lowering import lower
from taskwall.model.core.network import Network
from taskwall.model.routing.network_acl import (
    AclEntry,
    NetworkAcl,
    denied_before,
    opened_before,
)
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

ACLS = """
variable "which" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_network_acl" "main" {
  vpc_id = aws_vpc.main.id
INLINE}
resource "aws_network_acl" "other" { vpc_id = aws_vpc.main.id }
"""
DENIED_INLINE = """
  dynamic "ingress" {
    for_each = var.which ? [1] : []
    content {
      rule_no    = 50
      action     = "deny"
      protocol   = "-1"
      from_port  = 0
      to_port    = 0
      cidr_block = "0.0.0.0/0"
    }
  }
"""
DENY = {
    "network_acl_id": "aws_network_acl.main.id",
    "rule_number": "50",
    "egress": "false",
    "rule_action": '"deny"',
    "protocol": '"tcp"',
    "from_port": "80",
    "to_port": "80",
    "cidr_block": '"0.0.0.0/0"',
}
ALLOW = DENY | {"rule_action": '"allow"'}
OWN = ALLOW | {"rule_number": "100"}
OTHER = {"network_acl_id": "aws_network_acl.other.id"}
EITHER = {"network_acl_id": "[aws_network_acl.main.id, aws_network_acl.other.id][var.which]"}
PERHAPS = {"count": "var.which ? 1 : 0"}
LOWER_HALF, UPPER_HALF = {"cidr_block": '"0.0.0.0/1"'}, {"cidr_block": '"128.0.0.0/1"'}


def unknown(name: str) -> dict[str, str]:
    """An attribute that an input decides."""
    return {name: "var.which"}


def read(
    own: dict[str, str], others: list[dict[str, str]], inline: str = ""
) -> tuple[Network, NetworkAcl, AclEntry]:
    """The network of an ACL with an entry of its own and others, the ACL, and that entry."""
    text = ACLS.replace("INLINE", inline)
    for number, entry in enumerate([own, *others]):
        lines = "".join(f"  {key} = {value}\n" for key, value in entry.items())
        text += f'resource "aws_network_acl_rule" "n{number}" {{\n{lines}}}\n'
    files = Files({"/net/main.tf": text})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    acl = network.get(NetworkAcl, "aws_network_acl.main")
    assert acl is not None
    every = network.every(AclEntry)
    return network, acl, next(each for each in every if each.on.address.endswith(".n0"))


@pytest.mark.parametrize(
    ("own", "others", "denied"),
    [
        pytest.param({}, [], False, id="nothing before it"),
        pytest.param({}, [DENY], True, id="the same"),
        pytest.param({}, [DENY | {"rule_number": "150"}], False, id="after it"),
        pytest.param({}, [ALLOW], False, id="an entry that allows"),
        pytest.param({}, [DENY | {"protocol": '"-1"'}], True, id="all protocols"),
        pytest.param({}, [DENY | {"protocol": '"udp"'}], False, id="another protocol"),
        pytest.param({}, [DENY | {"to_port": "90"}], True, id="more ports"),
        pytest.param({"to_port": "90"}, [DENY], False, id="fewer ports"),
        pytest.param({}, [DENY | LOWER_HALF], False, id="a half"),
        pytest.param({}, [DENY | LOWER_HALF, DENY | UPPER_HALF], True, id="both halves"),
        pytest.param({}, [DENY | {"egress": "true"}], False, id="egress"),
        pytest.param({}, [DENY | OTHER], False, id="of another ACL"),
        pytest.param({}, [DENY | EITHER], None, id="of either ACL"),
        pytest.param({}, [DENY | PERHAPS], None, id="that may not exist"),
        pytest.param({}, [DENY | unknown("egress")], None, id="an unknown way"),
        pytest.param({}, [DENY | unknown("rule_action")], None, id="an unknown action"),
        pytest.param({}, [DENY | unknown("rule_number")], None, id="an unknown number"),
        pytest.param({}, [DENY | unknown("protocol")], None, id="an unknown protocol"),
        pytest.param({}, [DENY | unknown("from_port")], None, id="unknown ports"),
        pytest.param({}, [DENY | unknown("cidr_block")], None, id="an unknown range"),
        pytest.param({}, [ALLOW | unknown("cidr_block")], False, id="allowed an unknown range"),
        pytest.param(
            {}, [DENY | LOWER_HALF, DENY | UPPER_HALF | PERHAPS], None, id="a half may not exist"
        ),
        pytest.param({}, [DENY | LOWER_HALF | PERHAPS], False, id="a half, if at all"),
        pytest.param({}, [DENY, DENY | OTHER | PERHAPS], True, id="beside what matters not"),
        pytest.param(unknown("rule_number"), [DENY], None, id="its own number is unknown"),
        pytest.param(unknown("rule_number"), [ALLOW], False, id="unknown, and nothing denies"),
        pytest.param(
            unknown("rule_number") | unknown("rule_action"), [], False, id="it does not deny itself"
        ),
        # What it allows is not known either.
        pytest.param(unknown("cidr_block"), [DENY], False, id="its own range is unknown"),
    ],
)
def test_an_entry_is_denied_by_what_comes_before(
    own: dict[str, str], others: list[dict[str, str]], denied: bool | None
) -> None:
    """By all that certainly is an entry of the ACL with a lower number; by others perhaps."""
    found = denied_before(*read(OWN | own, others))

    assert found.truth is denied
    assert {need.name for need in found.waits_for()} == ({"var.which"} if denied is None else set())


def test_an_entry_is_denied_by_a_block_that_may_be_there() -> None:
    """Which blocks there are waits for what they are made of."""
    found = denied_before(*read(OWN, [], DENIED_INLINE))

    assert found.truth is None
    assert {need.name for need in found.waits_for()} == {"var.which"}


@pytest.mark.parametrize(
    ("own", "other", "opened"),
    [
        pytest.param({}, {}, True, id="the same"),
        pytest.param({}, {"rule_number": "150"}, False, id="after it"),
        pytest.param({}, {"rule_action": '"deny"'}, False, id="an entry that denies"),
        pytest.param({}, {"protocol": '"-1"'}, True, id="all protocols"),
        pytest.param({}, {"protocol": '"udp"'}, False, id="another protocol"),
        pytest.param({}, {"to_port": "90"}, True, id="more ports"),
        pytest.param({"to_port": "90"}, {}, False, id="fewer ports"),
        pytest.param({}, LOWER_HALF, False, id="a half"),
        pytest.param(LOWER_HALF, {}, True, id="all, of which this is a half"),
        # Only what opens a port to the internet is reported in its place.
        pytest.param({"cidr_block": '"10.1.0.0/16"'}, {"cidr_block": '"10.0.0.0/8"'}, False),
        pytest.param({}, {"egress": "true"}, False, id="egress"),
        pytest.param({}, OTHER, False, id="of another ACL"),
        pytest.param({}, EITHER, False, id="of either ACL"),
        pytest.param({}, PERHAPS, False, id="that may not exist"),
        *(
            pytest.param({}, unknown(name), False, id=f"unknown {name}")
            for name in ("egress", "rule_action", "rule_number", "protocol", "cidr_block")
        ),
        pytest.param(unknown("rule_number"), {}, False, id="its own number is unknown"),
        pytest.param(unknown("cidr_block"), {}, False, id="its own range is unknown"),
    ],
)
def test_an_entry_opens_what_one_before_it_opened(
    own: dict[str, str], other: dict[str, str], opened: bool
) -> None:
    """Only what certainly is asked first, and allows the internet as much, is changed first."""
    assert opened_before(*read(OWN | own, [ALLOW | other])) is opened
