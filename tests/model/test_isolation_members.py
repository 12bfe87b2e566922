"""In which isolation group something is, by tags and by settings, and who lives on both sides."""

import pytest

from placeholders import filled
from taskwall.core.facts import TRUE
from taskwall.core.values import Need
from taskwall.lowering import lower
from taskwall.model.core.entity import Link, link_to
from taskwall.model.core.network import Network, RulePolicy
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.vpc import Vpc
from taskwall.model.exposure.isolation import (
    Membership,
    apart,
    declared,
    membership,
    outside,
    residents,
)
from taskwall.readers import cloudformation, terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STACK = """
variable "any" {}
variable "tags" { type = map(string) }
resource "aws_ecs_cluster" "shop" {
  name = NAME
  tags = TAGS_CLUSTER
}
resource "aws_ecs_service" "web" {
  name    = "front"
  cluster = CLUSTER
  tags    = TAGS_WEB
}
resource "aws_ecs_service" "other" {
  cluster = aws_ecs_cluster.shop.id
  tags    = TAGS_OTHER
}
"""
DEFAULTS = {
    "NAME": '"store"',
    "CLUSTER": "aws_ecs_cluster.shop.id",
    "TAGS_CLUSTER": "{}",
    "TAGS_WEB": "{}",
    "TAGS_OTHER": "{}",
}
TAG = "taskwall:isolation"


def tagged(group: str, key: str = f'"{TAG}"') -> str:
    """Tags of which one may name an isolation group."""
    return f"{{ ({key}) = {group} }}"


def network(text: str, policy: RulePolicy | None = None) -> Network:
    """The network of a text of Terraform."""
    files = Files({"/net/main.tf": text})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    found = lower(stack.evaluate({}).resources).network
    found.policy = policy or RulePolicy()
    return found


def settled(*patterns: str, tag: str = TAG) -> RulePolicy:
    """Settings with an isolation group by patterns."""
    return RulePolicy(isolated=(("pay", patterns),) if patterns else (), isolation_tag=tag)


NO_SETTINGS = settled()
SHOP = tagged('"shop"')
ANY = ["var.any"]

MEMBERS: dict[str, tuple[dict[str, str], RulePolicy, str, list[str]]] = {
    "nothing": ({}, NO_SETTINGS, "", []),
    "its own tag": ({"TAGS_WEB": SHOP}, NO_SETTINGS, "shop", []),
    "its cluster's tag": ({"TAGS_CLUSTER": SHOP}, NO_SETTINGS, "shop", []),
    "its own tag before its cluster's": (
        {"TAGS_WEB": SHOP, "TAGS_CLUSTER": tagged('"pay"')},
        NO_SETTINGS,
        "shop",
        [],
    ),
    "another tag": ({"TAGS_WEB": tagged('"shop"', '"team"')}, NO_SETTINGS, "", []),
    "the tag that settings name": (
        {"TAGS_WEB": tagged('"shop"', '"team"')},
        settled(tag="team"),
        "shop",
        [],
    ),
    "a tag that is no longer the one": ({"TAGS_WEB": SHOP}, settled(tag="team"), "", []),
    "a tag of an input": ({"TAGS_WEB": tagged("var.any")}, NO_SETTINGS, "", ANY),
    "a tag without a value": ({"TAGS_WEB": tagged('""')}, NO_SETTINGS, "", []),
    "tags of an input, where no tag is in use": (
        {"TAGS_WEB": "var.tags"},
        NO_SETTINGS,
        "",
        [],
    ),
    "tags of an input, where the tag is in use": (
        {"TAGS_WEB": "var.tags", "TAGS_OTHER": SHOP},
        NO_SETTINGS,
        "",
        ["var.tags"],
    ),
    "tags of an input, where another tag is in use": (
        {"TAGS_WEB": "var.tags", "TAGS_OTHER": tagged('"shop"', '"team"')},
        NO_SETTINGS,
        "",
        [],
    ),
    "tags of an input beside its own": (
        {"TAGS_WEB": f'merge(var.tags, {{ "{TAG}" = "shop" }})'},
        NO_SETTINGS,
        "shop",
        [],
    ),
    "its cluster's tags of an input, where the tag is in use": (
        {"TAGS_CLUSTER": "var.tags", "TAGS_OTHER": SHOP},
        NO_SETTINGS,
        "",
        ["var.tags"],
    ),
    "settings, by its address": ({}, settled("aws_ecs_service.web"), "pay", []),
    "settings, by its name": ({}, settled("aws_ecs_service.w*"), "pay", []),
    "settings, by the cluster's address": ({}, settled("aws_ecs_cluster.shop"), "pay", []),
    "settings, by the cluster's name": ({}, settled("sto?e"), "pay", []),
    "settings, by one of several patterns": ({}, settled("nothing", "store"), "pay", []),
    "settings, in other letters": ({}, settled("STORE"), "", []),
    "settings, by another name": ({}, settled("shopping"), "", []),
    "settings, where a tag says otherwise": (
        {"TAGS_CLUSTER": SHOP},
        settled("aws_ecs_service.web"),
        "shop",
        [],
    ),
    "settings, and a cluster's name of an input": ({"NAME": "var.any"}, settled("store"), "", ANY),
    "settings, by address, and a cluster's name of an input": (
        {"NAME": "var.any"},
        settled("aws_ecs_cluster.shop"),
        "pay",
        [],
    ),
    "no settings, and a cluster's name of an input": ({"NAME": "var.any"}, NO_SETTINGS, "", []),
    "a cluster from elsewhere": ({"CLUSTER": '"far"'}, NO_SETTINGS, "", ["far"]),
    "a cluster from elsewhere, by settings": ({"CLUSTER": '"far"'}, settled("far"), "pay", []),
    "an ARN of a cluster, by settings": (
        {"CLUSTER": '"arn:aws:ecs:eu-west-1:1:cluster/far"'},
        settled("far"),
        "pay",
        [],
    ),
    "a cluster of an input": ({"CLUSTER": "var.any"}, settled("store"), "", ANY),
    "no cluster": ({"CLUSTER": "null"}, NO_SETTINGS, "", []),
    "no cluster, and settings for the default one": (
        {"CLUSTER": "null"},
        settled("default"),
        "pay",
        [],
    ),
    "no cluster, and settings for its address": (
        {"CLUSTER": "null"},
        settled("*.web"),
        "pay",
        [],
    ),
}


@pytest.mark.parametrize(("changes", "policy", "group", "waits"), MEMBERS.values(), ids=MEMBERS)
def test_in_which_group_a_service_is(
    changes: dict[str, str], policy: RulePolicy, group: str, waits: list[str]
) -> None:
    """By its own tag, then its cluster's, then by what settings call either of them."""
    found = network(filled(STACK, DEFAULTS | changes), policy)
    source = found.get(TaskSource, "aws_ecs_service.web")
    assert source is not None
    member = membership(found, source)

    assert (member.group, [need.name for need in member.needs]) == (group, waits)


@pytest.mark.parametrize(
    ("changes", "policy", "asked"),
    [
        ({}, NO_SETTINGS, False),
        ({}, settled("nothing"), True),
        ({"TAGS_WEB": SHOP}, NO_SETTINGS, True),
        ({"TAGS_WEB": SHOP}, settled(tag="team"), False),
        ({"TAGS_WEB": "var.tags"}, NO_SETTINGS, False),
    ],
)
def test_whether_anybody_asks_for_isolation(
    changes: dict[str, str], policy: RulePolicy, asked: bool
) -> None:
    """Settings do, and tags; tags that are not known at all ask for nothing."""
    assert declared(network(filled(STACK, DEFAULTS | changes), policy)) is asked


TEMPLATE = """
Parameters: {Key: {Type: String}}
Resources:
  Web:
    Type: AWS::ECS::Service
    Properties: {Tags: [{Key: KEY, Value: shop}]}
"""


@pytest.mark.parametrize(
    ("key", "group", "waits"),
    [("name", "", []), (TAG, "shop", []), ("!Ref Key", "", ["Key"])],
)
def test_a_tag_whose_key_is_not_known(key: str, group: str, waits: list[str]) -> None:
    """It may be the one that names a group, whether or not any other does."""
    files = Files({"/net/t.yaml": TEMPLATE.replace("KEY", key)})
    (stack,), errors = cloudformation.stacks(["/net/t.yaml"], files, Inputs(boundary="/net"))
    assert not errors
    found = lower(stack.evaluate({}).resources).network
    (source,) = found.every(TaskSource)
    member = membership(found, source)

    assert (member.group, [need.name for need in member.needs]) == (group, waits)


SIDES = """
variable "any" {}
resource "aws_vpc" "one" { cidr_block = "10.1.0.0/16" }
resource "aws_vpc" "two" { cidr_block = "10.2.0.0/16" }
resource "aws_subnet" "one" {
  vpc_id     = aws_vpc.one.id
  cidr_block = "10.1.1.0/24"
}
resource "aws_subnet" "two" {
  vpc_id     = aws_vpc.two.id
  cidr_block = "10.2.1.0/24"
}
resource "aws_ecs_cluster" "shop" {
  name = "shop"
  tags = { "taskwall:isolation" = "shop" }
}
resource "aws_ecs_cluster" "pay" {
  name = "pay"
  tags = { "taskwall:isolation" = PAY }
}
resource "aws_ecs_cluster" "free" { name = "free" }
"""


def service(cluster: str, subnet: str) -> str:
    """A service in a cluster and a subnet."""
    return f"""
resource "aws_ecs_service" "of_{cluster}" {{
  cluster     = aws_ecs_cluster.{cluster}.id
  launch_type = "FARGATE"
  network_configuration {{ subnets = [{subnet}] }}
}}
"""


CONFIG = "/etc/ecs/ecs.config"


def host(cluster: str, subnet: str) -> str:
    """A container instance that joins a cluster."""
    return f"""
resource "aws_instance" "of_{cluster}" {{
  subnet_id = {subnet}
  user_data = "#!/bin/bash\\necho ECS_CLUSTER=${{aws_ecs_cluster.{cluster}.name}} >> {CONFIG}"
}}
"""


IN_ONE, IN_TWO = "aws_subnet.one.id", "aws_subnet.two.id"
EITHER = f"[{IN_ONE}, {IN_TWO}][var.any]"
SHOP_HERE, PAY_THERE = service("shop", IN_ONE), service("pay", IN_TWO)

APART: dict[str, tuple[str, bool | None, bool | None]] = {
    # Whether the two are apart, and whether they are where those of no group do not count.
    "nobody": ("", False, False),
    "one side only": (SHOP_HERE, False, False),
    "two groups": (SHOP_HERE + PAY_THERE, True, True),
    "two groups on one side": (SHOP_HERE + service("pay", IN_ONE), False, False),
    "one group": (
        SHOP_HERE + service("shop", IN_TWO).replace("of_shop", "again"),
        False,
        False,
    ),
    "a group and none": (SHOP_HERE + service("free", IN_TWO), True, False),
    "none and none": (
        service("free", IN_ONE) + service("free", IN_TWO).replace("of_free", "again"),
        False,
        False,
    ),
    "a group on hosts": (SHOP_HERE + host("pay", IN_TWO), True, True),
    "both on hosts": (host("shop", IN_ONE) + host("pay", IN_TWO), True, True),
    "hosts of no group": (SHOP_HERE + host("free", IN_TWO), True, False),
    "hosts of one group": (
        host("shop", IN_ONE) + host("shop", IN_TWO).replace("of_shop", "again"),
        False,
        False,
    ),
    "a subnet that is not known": (SHOP_HERE + service("pay", EITHER), None, None),
    "a subnet that is not known, of no group": (SHOP_HERE + service("free", EITHER), None, False),
    "a group of an input": (
        SHOP_HERE + PAY_THERE.replace("of_pay", "of_any").replace("cluster.pay", "cluster.any"),
        None,
        None,
    ),
}
ANY_CLUSTER = """
resource "aws_ecs_cluster" "any" {
  name = "any"
  tags = { "taskwall:isolation" = var.any }
}
"""


@pytest.mark.parametrize(("text", "truth", "declared_only"), APART.values(), ids=APART)
def test_who_is_on_both_sides_of_what_joins_two_vpcs(
    text: str, truth: bool | None, declared_only: bool | None
) -> None:
    """Tasks of two groups, by their services or by the instances of their clusters."""
    for undeclared, expected in ((True, truth), (False, declared_only)):
        whole = filled(SIDES, {"PAY": '"pay"'}) + ANY_CLUSTER + text
        found = network(whole, RulePolicy(undeclared=undeclared))
        one, two = (link_to(each) for each in sorted(found.every(Vpc), key=lambda vpc: vpc.id))
        fact = apart(found, one, two)

        assert fact.truth is expected
        assert apart(found, two, one).truth is expected
        assert bool(fact.waits_for()) is (expected is None)


def test_a_vpc_from_elsewhere_may_hold_others() -> None:
    """What runs in it is not in the sources."""
    found = network(filled(SIDES, {"PAY": '"pay"'}) + SHOP_HERE)
    place = found.every(Vpc)[0].origin.header
    far = Link("vpc-1", TRUE, place, exact=False)
    one = link_to(next(vpc for vpc in found.every(Vpc) if vpc.id == "aws_vpc.one"))

    assert residents(found, one).groups == {"shop": "aws_ecs_service.of_shop"}
    assert residents(found, one).waits == ()
    assert residents(found, far).groups == {}
    assert [need.name for need in residents(found, far).waits] == ["vpc-1"]
    assert apart(found, one, far).truth is None


@pytest.mark.parametrize(
    ("text", "truth"),
    [("", False), (SHOP_HERE, None), (host("shop", IN_ONE), None), (PAY_THERE, False)],
)
def test_others_that_the_sources_do_not_show(text: str, truth: bool | None) -> None:
    """They may be of any group, which is no matter where nobody is kept apart from them."""
    found = network(filled(SIDES, {"PAY": '"pay"'}) + text)
    one = link_to(next(vpc for vpc in found.every(Vpc) if vpc.id == "aws_vpc.one"))

    assert apart(found, one, None).truth is truth


NEED = Need("var.any", "has no default")
OF_SHOP, OF_PAY, OF_NONE, OPEN = (
    *(Membership("shop"), Membership("pay"), Membership()),
    Membership("", (NEED,)),
)


@pytest.mark.parametrize(
    ("mine", "other", "declared_only", "out"),
    [
        (OF_SHOP, OF_SHOP, False, False),
        (OF_SHOP, OF_PAY, False, True),
        (OF_SHOP, OF_NONE, False, True),
        (OF_SHOP, OF_NONE, True, False),
        (OF_SHOP, OF_PAY, True, True),
        (OF_NONE, OF_NONE, False, False),
        (OF_SHOP, OPEN, False, None),
        (OPEN, OF_SHOP, False, None),
        (OPEN, OF_NONE, True, None),
        (OPEN, OPEN, False, None),
    ],
)
def test_who_is_outside_a_group(
    mine: Membership, other: Membership, declared_only: bool, out: bool | None
) -> None:
    """Whoever is of another group, or of none unless settings spare these."""
    found = Network((), RulePolicy(undeclared=not declared_only))
    assert outside(found, mine, other) is out
