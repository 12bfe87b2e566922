"""Who is in which isolation group, and what groups share."""

import re

import pytest
from msgspec.structs import replace

from taskwall.engine.judge import judge
from taskwall.readers import cloudformation, terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

SOURCE = """
variable "any" {}
variable "tags" { type = map(string) }
resource "aws_ecs_cluster" "one" {
  name = "one"
  tags = TAGS_ONE
}
resource "aws_ecs_cluster" "two" {
  name = "two"
  tags = TAGS_TWO
}
resource "aws_ecs_service" "a" {
  cluster = CLUSTER_A
  tags    = TAGS_A
}
resource "aws_ecs_service" "b" {
  cluster = CLUSTER_B
  tags    = TAGS_B
}
"""
NONE = {
    "TAGS_ONE": "{}",
    "TAGS_TWO": "{}",
    "CLUSTER_A": "aws_ecs_cluster.one.arn",
    "CLUSTER_B": "aws_ecs_cluster.two.arn",
    "TAGS_A": "{}",
    "TAGS_B": "{}",
}
TOGETHER = {"CLUSTER_B": "aws_ecs_cluster.one.arn"}


def tagged(group: str) -> str:
    """Tags that name an isolation group."""
    return f'{{ "taskwall:isolation" = {group} }}'


SHOP, PAY = tagged('"shop"'), tagged('"pay"')


def said(file: str, text: str) -> list[str]:
    """What TW601 says of a file, in short."""
    read = terraform if file.endswith(".tf") else cloudformation
    stacks, errors = read.stacks([file], Files({file: text}), Inputs(boundary="/net"))
    assert not errors
    every = replace(Settings(), show=("fail", "unknown", "pass"))
    judgement = judge(stacks[0], [rule for rule in all_rules() if rule.id == "TW601"], every)
    assert not judgement.errors
    assert not judgement.crashes
    found = (each.finding for each in judgement.findings)
    lines = (f"{each.verdict}: {each.message}" for each in found)
    return [re.sub(r"aws_ecs_\w+\.|cannot tell whether ", "", line) for line in lines]


UNKNOWN_A = "unknown: a shares something with tasks outside its isolation group"
VPC_OF_A = "unknown: a, of isolation group shop, shares its VPC with b"
CLUSTER_OF_A = "a, of isolation group shop, shares cluster one with b"
NOBODY = ", of no isolation group"
NOT_KNOWN = "in an unknown isolation group"
ALONE = [
    f"pass: {name} shares {what} with no task outside shop"
    for name in ("a", "b")
    for what in ("its VPC", "cluster one")
]
APART = [
    f"{VPC_OF_A}, of isolation group pay",
    f"fail: {CLUSTER_OF_A}, of isolation group pay",
    "fail: b, of isolation group pay, shares cluster one with a, of isolation group shop",
]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        # Tags that an input gives declare nothing by themselves, wherever the cluster is.
        ({"TAGS_A": "var.tags"}, []),
        ({"TAGS_A": "var.tags", "CLUSTER_A": "var.any"}, []),
        ({"TAGS_A": '{ (var.any) = "shop" }', "CLUSTER_A": "var.any"}, []),
        (
            {"TAGS_A": "var.tags", "TAGS_B": SHOP},
            [
                UNKNOWN_A,
                f"unknown: b, of isolation group shop, shares its VPC with a, {NOT_KNOWN}",
                "pass: b shares cluster two with no task outside shop",
            ],
        ),
        ({"TAGS_A": tagged("var.any")}, [UNKNOWN_A]),
        # Of a tag on a cluster are all in it, but for those with a tag of their own.
        ({"TAGS_A": SHOP} | TOGETHER, [VPC_OF_A + NOBODY, f"fail: {CLUSTER_OF_A}{NOBODY}"]),
        ({"TAGS_A": SHOP, "TAGS_B": SHOP} | TOGETHER, ALONE),
        ({"TAGS_A": SHOP, "TAGS_B": PAY} | TOGETHER, APART),
        ({"TAGS_ONE": SHOP} | TOGETHER, ALONE),
        ({"TAGS_ONE": SHOP, "TAGS_B": PAY} | TOGETHER, APART),
        (
            {"TAGS_A": SHOP, "TAGS_B": tagged("var.any")} | TOGETHER,
            [
                f"{VPC_OF_A}, {NOT_KNOWN}",
                f"unknown: {CLUSTER_OF_A}, {NOT_KNOWN}",
                UNKNOWN_A.replace(" a ", " b "),
            ],
        ),
        # What names no cluster is in the default one.
        (
            {"TAGS_A": SHOP, "CLUSTER_A": "null", "CLUSTER_B": "null"},
            [f"fail: {CLUSTER_OF_A.replace('one', 'default')}{NOBODY}"],
        ),
    ],
)
def test_who_shares_a_cluster_with_whom(changes: dict[str, str], expected: list[str]) -> None:
    """A service, the group of its own tag or its cluster's, and those outside that group."""
    text = SOURCE
    for word, meant in (NONE | changes).items():
        text = text.replace(f"= {word}\n", f"= {meant}\n")

    assert said("/net/main.tf", text) == expected


ONE, OPEN = "aws_ecs_cluster.one.arn", tagged("var.any")
EITHER = "[aws_ecs_cluster.one.arn, aws_ecs_cluster.two.arn][var.any]"
OF_PAY, OF_NONE = "of isolation group pay", "of no isolation group"


@pytest.mark.parametrize(
    ("tags", "clusters", "verdict", "named"),
    [
        ((PAY, tagged('"mail"')), (ONE, ONE), "fail", f"b, {OF_PAY}"),
        # Whoever certainly shares it comes before those that may.
        ((OPEN, PAY), (ONE, ONE), "fail", f"c, {OF_PAY}"),
        ((PAY, OPEN), (ONE, ONE), "fail", f"b, {OF_PAY}"),
        ((PAY, "{}"), (EITHER, ONE), "fail", f"c, {OF_NONE}"),
        (("{}", PAY), (ONE, EITHER), "fail", f"b, {OF_NONE}"),
        ((OPEN, SHOP), (ONE, ONE), "unknown", f"b, {NOT_KNOWN}"),
        ((SHOP, OPEN), (ONE, ONE), "unknown", f"c, {NOT_KNOWN}"),
        ((PAY, SHOP), (EITHER, ONE), "unknown", f"b, {OF_PAY}"),
    ],
)
def test_who_is_named_of_several_that_share_a_cluster(
    tags: tuple[str, str], clusters: tuple[str, str], verdict: str, named: str
) -> None:
    """Beside `a`, of the group shop, `b` and `c` run in its cluster, or may."""
    words = NONE | {"TAGS_A": SHOP, "TAGS_B": tags[0], "CLUSTER_B": clusters[0]}
    text = SOURCE
    for word, meant in words.items():
        text = text.replace(f"= {word}\n", f"= {meant}\n")
    text += (
        f'resource "aws_ecs_service" "c" {{\n  cluster = {clusters[1]}\n  tags = {tags[1]}\n}}\n'
    )

    of_a = [line for line in said("/net/main.tf", text) if " shares cluster one " in line]
    assert of_a[0] == f"{verdict}: a, of isolation group shop, shares cluster one with {named}"


TEMPLATE = """
Parameters: {Key: {Type: String}, Cluster: {Type: String}}
Resources:
  a:
    Type: AWS::ECS::Service
    Properties: {Cluster: !Ref Cluster, Tags: [{Key: KEY, Value: shop}]}
"""


@pytest.mark.parametrize(("key", "expected"), [("name", []), ("!Ref Key", [UNKNOWN_A])])
def test_a_tag_with_an_unknown_key_may_declare_a_group(key: str, expected: list[str]) -> None:
    """One that is written out says that somebody wants something by it, unlike a list of them."""
    assert said("/net/template.yaml", TEMPLATE.replace("KEY", key)) == expected
