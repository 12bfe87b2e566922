"""Where a VPC encrypts by itself: by an encryption control that enforces it there."""

import pytest

from placeholders import filled
from taskwall.core.facts import TRUE, Fact
from taskwall.core.values import Need, Span
from taskwall.lowering import lower
from taskwall.model.compute.vpc_encryption import enforced
from taskwall.model.core.entity import Link
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "far" { cidr_block = "10.9.0.0/16" }
resource "aws_vpc_encryption_control" "one" {
  count  = COUNT
  vpc_id = OF
  mode   = MODE
}
"""
AT = Span("main.tf", 1, 1, 1, 9)
OPEN = Fact(None, "it is there", AT, needs=(Need("var.subnet", "has no default"),))
MAIN = Link("aws_vpc.main", TRUE, AT, written=True)
FAR = Link("aws_vpc.far", TRUE, AT, written=True)
UNKNOWN = Link("", OPEN, AT, exact=False)
DEFAULTS = {"COUNT": "1", "OF": "aws_vpc.main.id", "MODE": '"enforce"'}
BOTH = "[aws_vpc.main.id, aws_vpc.far.id][var.any]"


@pytest.mark.parametrize(
    ("changes", "vpcs", "truth", "waits"),
    [
        ({}, [MAIN], True, []),
        ({}, [FAR], False, []),
        ({"MODE": '"monitor"'}, [MAIN], False, []),
        ({"MODE": "var.any"}, [MAIN], None, ["var.any"]),
        ({"MODE": "null"}, [MAIN], False, []),
        ({"COUNT": "0"}, [MAIN], False, []),
        ({"COUNT": 'var.any == "" ? 1 : 0'}, [MAIN], None, ["var.any"]),
        ({"OF": "aws_vpc.far.id"}, [MAIN], False, []),
        ({"OF": BOTH}, [MAIN], None, ["var.any"]),
        ({"OF": "var.any"}, [MAIN], False, []),
        ({"OF": BOTH, "MODE": '"monitor"'}, [MAIN], False, []),
        # Of several words about one VPC that which is known counts, in whatever order.
        ({}, [UNKNOWN, MAIN], True, []),
        ({}, [MAIN, UNKNOWN], True, []),
        ({}, [UNKNOWN, FAR], False, []),
        # Where nothing says which VPC that is, it may be the one.
        ({}, [UNKNOWN], None, ["var.subnet"]),
        ({}, [], None, ["the VPC of web"]),
        ({"MODE": '"monitor"'}, [], False, []),
        ({"COUNT": "0"}, [], False, []),
    ],
)
def test_where_encryption_is_enforced(
    changes: dict[str, str], vpcs: list[Link], truth: bool | None, waits: list[str]
) -> None:
    """By a control of that VPC, in the mode that refuses what is not encrypted."""
    text = filled(STACK, DEFAULTS | changes)
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    fact = enforced(lower(stack.evaluate({}).resources).network, vpcs, "web")

    assert fact.truth is truth
    assert [need.name for need in fact.waits_for()] == waits
