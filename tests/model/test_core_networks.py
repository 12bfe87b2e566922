"""Which attachments a core network of AWS Cloud WAN joins, as far as its policy says it."""

import pytest

from lowering.networks import network
from placeholders import filled
from taskwall.model.routing.core_networks import core_network_joints

STACK = """
variable "any" {}
resource "aws_vpc" "one" { cidr_block = "10.0.0.0/16" }
resource "aws_vpc" "two" { cidr_block = "10.9.0.0/16" }
resource "aws_networkmanager_core_network" "main" {
  global_network_id    = "gn-1"
  base_policy_document = jsonencode({
    version         = "2021.12"
    segments        = SEGMENTS
    segment-actions = ACTIONS
  })
}
resource "aws_networkmanager_core_network" "other" {
  global_network_id    = "gn-1"
  base_policy_document = jsonencode({ segments = [{ name = "all" }] })
}
resource "aws_networkmanager_vpc_attachment" "one" {
  core_network_id = ONE
  subnet_arns     = []
  vpc_arn         = aws_vpc.one.arn
}
resource "aws_networkmanager_vpc_attachment" "two" {
  core_network_id = TWO
  subnet_arns     = []
  vpc_arn         = aws_vpc.two.arn
}
"""
MAIN, OTHER = (f"aws_networkmanager_core_network.{name}.id" for name in ("main", "other"))
EITHER = f"[{MAIN}, {OTHER}][var.any]"
ALL = '{ name = "all" }'
ALONE = '{ name = "alone", isolate-attachments = true }'
SHARE = '[{ action = "share", mode = "attachment-route", segment = "alone", share-with = "*" }]'
BASE = {"SEGMENTS": f"[{ALL}]", "ACTIONS": "[]", "ONE": MAIN, "TWO": MAIN}
BY_TAGS = ["the policy of aws_networkmanager_core_network.main"]


def joints(values: dict[str, str]) -> list[tuple[str, str, bool | None, list[str]]]:
    """Each two attachments that may be joined, whether they are, and what that waits for."""
    found = network(filled(STACK, BASE | values))
    return [
        (
            one.name.rpartition(".")[2],
            other.name.rpartition(".")[2],
            fact.truth,
            [need.name for need in fact.waits_for()],
        )
        for one, other, fact in core_network_joints(found)
    ]


@pytest.mark.parametrize(
    ("values", "truth", "waits"),
    [
        pytest.param({}, True, [], id="one segment"),
        pytest.param({"SEGMENTS": f"[{ALONE}]"}, False, [], id="one that isolates"),
        pytest.param(
            {"SEGMENTS": '[{ name = "all", isolate-attachments = false }]'}, True, [],
            id="one that does not isolate",
        ),
        pytest.param(
            {"SEGMENTS": '[{ name = "all", isolate-attachments = var.any }]'}, None, BY_TAGS,
            id="one that may isolate",
        ),
        # Tags of attachments, which are not read, put them into segments.
        pytest.param({"SEGMENTS": f"[{ALL}, {ALONE}]"}, None, BY_TAGS, id="two segments"),
        pytest.param({"SEGMENTS": f"[{ALONE}, {ALONE}]"}, False, [], id="two that isolate"),
        pytest.param(
            {"SEGMENTS": f"[{ALONE}]", "ACTIONS": SHARE}, None, BY_TAGS,
            id="one that isolates, and shares",
        ),
        pytest.param({"SEGMENTS": "[]"}, None, BY_TAGS, id="no segment"),
        pytest.param({"ONE": OTHER, "TWO": OTHER}, True, [], id="the other core network"),
        pytest.param({"ONE": '"cn-1"', "TWO": '"cn-1"'}, None, ["cn-1"], id="one from elsewhere"),
        pytest.param({"ONE": "var.any", "TWO": "var.any"}, None, ["var.any"], id="a given one"),
        pytest.param({"ONE": EITHER}, None, ["var.any"], id="one of either"),
        pytest.param({"ONE": EITHER, "TWO": EITHER}, None, ["var.any"], id="both of either"),
    ],
)  # fmt: skip
def test_a_core_network_joins_attachments(
    values: dict[str, str], truth: bool | None, waits: list[str]
) -> None:
    """Those of one segment that isolates nothing; two ways each."""
    found = joints(values)

    assert [(one, other) for one, other, *_ in found] == [("one", "two"), ("two", "one")]
    for _, _, joined, missing in found:
        assert joined is truth
        assert [*dict.fromkeys(missing)] == waits


@pytest.mark.parametrize(
    "values", [{"ONE": OTHER}, {"TWO": OTHER}, {"ONE": '"cn-1"'}, {"TWO": "var.any"}]
)
def test_two_core_networks_join_nothing(values: dict[str, str]) -> None:
    """Attachments to one reach no other, and what is from elsewhere is none that is written."""
    assert joints(values) == []
