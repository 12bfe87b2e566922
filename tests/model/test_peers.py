"""Whom permissions admit, against slow models: blocks of addresses, and Python's own networks."""

from functools import cache
from ipaddress import IPv4Network, collapse_addresses, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from permits import group_of, permission, place, setting
from taskwall.core.facts import TRUE
from taskwall.core.values import Need, Origin, Unknown
from taskwall.lowering import lower
from taskwall.model.core.address import INTERNET_SIZE, Ranges, public_addresses
from taskwall.model.core.entity import Link
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.model.exposure.task_ingress import same_namespace
from taskwall.model.permissions.peers import (
    allows_internet,
    allows_range_within,
    leads_everywhere,
    task_sources_by_group,
)
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STEP = 2**18
"""A /14: all ranges of these tests are made of such blocks."""

lengths = st.integers(0, 14)
networks = st.tuples(st.integers(0, 2**32 - 1), lengths).map(
    lambda given: IPv4Network((given[0], given[1]), strict=False)
)
near = st.tuples(st.integers(0, 255), st.integers(16, 26)).map(
    lambda given: IPv4Network((10 * 2**24 + given[0] * 2**14, given[1]), strict=False)
)


def blocks(network: IPv4Network) -> set[int]:
    """The blocks of which a network is made."""
    low, high = int(network[0]) // STEP, int(network[-1]) // STEP
    return set(range(low, high + 1))


def public_size(held: set[int]) -> int:
    """How many public addresses blocks hold."""
    return sum(map(_public_size, held))


@cache
def _public_size(block: int) -> int:
    return (Ranges(((block * STEP, (block + 1) * STEP - 1),)) & public_addresses(4)).size


@given(st.lists(networks, min_size=1, max_size=4, unique=True))
def test_the_internet_is_admitted_by_one_range_or_by_several(found: list[IPv4Network]) -> None:
    """A range does so by itself, or with the group's others of which none does by itself."""
    permissions = [
        permission("tcp", 443, 443, str(each), line) for line, each in enumerate(found, 2)
    ]
    network = group_of(permissions)
    small = [each for each in found if public_size(blocks(each)) <= INTERNET_SIZE[4]]
    together = public_size(set().union(*map(blocks, small))) > INTERNET_SIZE[4]
    for each, entry in zip(found, permissions, strict=True):
        own = public_size(blocks(each))
        slow = own > INTERNET_SIZE[4] or (own > 0 and together)

        assert allows_internet(network, entry).truth is slow
        assert leads_everywhere(network, entry).truth is (own > INTERNET_SIZE[4])


@given(near, st.lists(near, max_size=2), st.lists(near, max_size=3))
def test_a_range_is_within_a_vpc_if_its_addresses_are(
    wanted: IPv4Network, own: list[IPv4Network], subnets: list[IPv4Network]
) -> None:
    """The VPC's ranges and those of its subnets together hold it, however they are cut."""
    here = Origin("v", "v", place(1), "terraform")
    vpc = Vpc(
        id="v",
        origin=here,
        cidrs=tuple(setting(str(each)) for each in own),
        dns_support=setting(True),
        dns_hostnames=setting(True),
    )
    link = Link("v", TRUE, place(1))
    inside = [
        Subnet(
            id=f"s{number}",
            origin=Origin(f"s{number}", f"s{number}", place(1), "terraform"),
            vpc=link,
            cidrs=(setting(str(each)),),
        )
        for number, each in enumerate(subnets)
    ]
    entry = permission("tcp", 443, 443, str(wanted))
    network = group_of([entry], vpc, *inside)
    held = list(collapse_addresses([*own, *subnets]))

    slow = any(wanted.subnet_of(each) for each in held)

    assert allows_range_within(network, entry, link).truth is slow


@pytest.mark.parametrize(
    ("wanted", "truth"),
    [("10.0.0.0/10", False), ("10.0.0.0/11", None), ("fd00::/38", False), ("fd00::/39", None)],
)
def test_what_no_vpc_can_hold_is_not_within_one(wanted: str, truth: bool | None) -> None:
    """A VPC has at most fifty ranges, of a /16 or /44 each: what is larger is not within one."""
    entry = permission("tcp", 443, 443, wanted)

    assert allows_range_within(group_of([entry]), entry, Link("v", TRUE, place(1))).truth is truth


@pytest.mark.parametrize(
    ("internet", "hole", "truth"),
    [
        # What is left of the /8 has room for one subnet.
        ("8.0.0.0/8", "8.255.0.0/16", False),
        ("8.0.0.0/8", "8.255.128.0/17", None),
        ("2600::/32", "2600:0:fff0::/44", False),
        ("2600::/32", "2600:0:fff8::/45", None),
    ],
)
def test_the_range_of_a_subnet_adds_what_a_subnet_can_have(
    internet: str, hole: str, truth: bool | None
) -> None:
    """It is a /16 or a /44 at most: with it, other ranges may add up to the internet."""
    whole, left_out = ip_network(internet), ip_network(hole)
    others = [*whole.address_exclude(left_out)]  # type: ignore[arg-type]
    entry = permission("tcp", 443, 443, hole)
    assert entry.range is not None
    value = Unknown((Need("var.subnet", "has no default"),), "var.subnet")
    subnet = Link("aws_subnet.a", TRUE, entry.place)
    entry = replace(entry, range=replace(entry.range, value=value), of_subnet=subnet)
    known = [permission("tcp", 443, 443, str(each), line) for line, each in enumerate(others, 3)]

    assert allows_internet(group_of([entry, *known]), entry).truth is truth


def test_the_range_of_a_vpc_is_not_everywhere() -> None:
    """Whatever it is: its permission is for that VPC."""
    entry = permission("tcp", 443, 443)
    assert entry.range is not None
    value = Unknown((Need("var.vpc", "has no default"),), "var.vpc")
    own = replace(entry.range, value=value)
    entry = replace(entry, range=own, range_of=Link("v", TRUE, place(1)))

    assert leads_everywhere(group_of([entry]), entry).truth is False


def test_a_namespace_that_is_not_known_has_no_name_in_messages() -> None:
    """A tie that leads nobody knows where says nothing that could be told."""
    unknown, known = Link("", TRUE, place(1)), Link("n", TRUE, place(1))
    for one, other in ((unknown, known), (known, unknown)):
        texts = [fact.text for fact in same_namespace(one, other).deciding()]
        assert texts == ["one namespace is the other"]


GROUPS = """
variable "any" {}
variable "other" {}
resource "aws_security_group" "one" {}
resource "aws_security_group" "two" {}
resource "aws_vpc_security_group_ingress_rule" "far" {
  security_group_id = "sg-1"
  ip_protocol       = "-1"
  cidr_ipv4         = "10.0.0.0/8"
}
resource "aws_ecs_service" "web" {
  network_configuration {
    subnets         = ["subnet-1"]
    security_groups = [USED]
  }
}
"""
ONE, TWO, FAR = "aws_security_group.one", "aws_security_group.two", "sg-1"
MANY = "".join(f'"sg-{place}", ' for place in range(2, 20)).join("[]")


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        (f"{ONE}.id", {ONE: True}),
        (f'{ONE}.id, "sg-1"', {ONE: True, FAR: True}),
        (f"[{ONE}.id, {TWO}.id][var.any]", {ONE: None, TWO: None}),
        (f"{ONE}.id, [{ONE}.id, {TWO}.id][var.any]", {ONE: True, TWO: None}),
        (f"{ONE}.id, {MANY}[var.any]", {ONE: True, TWO: None, FAR: None}),
        (f"var.any ? {ONE}.id : {ONE}.id", {ONE: True}),
        (f"var.any ? {ONE}.id : {TWO}.id", {ONE: None, TWO: None}),
        (f'var.any ? {ONE}.id : "sg-1"', {ONE: None, FAR: None}),
        (f"var.any ? {ONE}.id : null", {ONE: None}),
        (f'var.any ? "" : {ONE}.id', {ONE: None}),
        (f"var.any ? {ONE}.id : var.other", {ONE: None}),
        (f'var.any ? {ONE}.id : var.other ? {TWO}.id : ""', {ONE: None, TWO: None}),
        (f"var.any ? {ONE}.id : [{ONE}.id, {TWO}.id][var.other]",
         {ONE: None, TWO: None}),
    ],
)  # fmt: skip
def test_a_group_that_is_not_known_may_be_any(used: str, expected: dict[str, bool | None]) -> None:
    """Any that is written, and any from elsewhere of which a permission is written.

    What an open conditional gives is one of its two values, and nothing else; so is an element of
    a short list.
    """
    files = Files({"/net/main.tf": GROUPS.replace("USED", used)})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network

    found = {
        group: [fact.truth for _, fact in users]
        for group, users in task_sources_by_group(network).items()
        if group
    }
    assert found == {group: [truth] for group, truth in expected.items()}
