"""Which permissions others contain, against a slow model that tries every pair."""

from collections import Counter
from random import Random
from typing import TypeAlias

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from lowering.networks import network as read
from permits import HERE, group_of, permission
from placeholders import filled
from taskwall.core.values import Need, Span
from taskwall.lowering import lower
from taskwall.model.core.address import parse_cidr
from taskwall.model.core.network import Network
from taskwall.model.permissions.redundancy import Contained, contained
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

Entry: TypeAlias = tuple[str, str, int, int]
"""A range of addresses, a protocol, the first port and the last one."""

entries = st.lists(
    st.tuples(
        st.sampled_from(
            ("0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.2.0.0/16", "::/0")
        ),
        st.sampled_from(("tcp", "udp", "-1")),
        st.integers(1, 6),
        st.integers(1, 6),
    ).filter(lambda entry: entry[2] <= entry[3]),
    max_size=9,
)


def network(found: list[Entry]) -> Network:
    """A network of one group with the given entries, one a line."""
    return group_of(
        permission(spoken, first, last, text, line)
        for line, (text, spoken, first, last) in enumerate(found, 2)
    )


def holds(one: Entry, other: Entry) -> bool:
    """Whether one entry admits all that the other admits."""
    a, b = parse_cidr(one[0]), parse_cidr(other[0])
    assert a is not None
    assert b is not None
    ports = one[2] <= other[2] and other[3] <= one[3]
    spoken = one[1] == "-1" or (one[1] == other[1] and ports)
    return a.version == b.version and b.ranges <= a.ranges and spoken


@given(entries)
@example([("128.0.0.0/1", "tcp", 1, 1), ("0.0.0.0/0", "tcp", 1, 1)])
def test_what_is_contained_is_what_some_other_holds(found: list[Entry]) -> None:
    """An entry is contained where another one holds it; of equals, all but the first are."""
    slow = {
        line
        for line, entry in enumerate(found)
        for other, holder in enumerate(found)
        if other != line and holds(holder, entry) and (other < line or not holds(entry, holder))
    }

    fast = {
        each.permission.place.line - 2
        for each in contained(network(found), "g", "ingress")
        if each.fact.truth
    }

    assert slow == fast


@given(entries, st.lists(st.booleans(), min_size=9), st.randoms(use_true_random=False))
def test_what_is_contained_hangs_on_no_order(
    found: list[Entry], open_: list[bool], random: Random
) -> None:
    """Of equals the same one stays, wherever it is written; one that may not be there does not."""
    maybe = (Need("var.on", "has no default"),)

    def verdicts(lines: list[int]) -> Counter[tuple[str, bool | None]]:
        of = [
            replace(
                permission(spoken, first, last, text, line),
                on=replace(HERE, address=f"rule{number}", maybe=maybe if open_[number] else ()),
            )
            for number, ((text, spoken, first, last), line) in enumerate(
                zip(found, lines, strict=True)
            )
        ]
        answers = contained(group_of(sorted(of, key=lambda each: each.place.line)), "g", "ingress")
        return Counter((each.permission.on.address, each.fact.truth) for each in answers)

    lines = [*range(2, len(found) + 2)]
    before = verdicts(lines)
    random.shuffle(lines)

    assert verdicts(lines) == before
    for number, entry in enumerate(found):
        if not open_[number] and before[f"rule{number}", True]:
            assert any(
                holds(other, entry)
                for index, other in enumerate(found)
                if index != number and not open_[index]
            )


@pytest.mark.parametrize(
    ("one", "other", "contained_in"),
    [
        (("a.tf", 9, 1), ("b.tf", 3, 1), ("b.tf", 3, 1)),
        (("a.tf", 3, 1), ("a.tf", 9, 1), ("a.tf", 9, 1)),
        (("a.tf", 3, 1), ("a.tf", 3, 30), ("a.tf", 3, 30)),
    ],
)
def test_of_equals_of_one_resource_the_later_is_told(
    one: tuple[str, int, int], other: tuple[str, int, int], contained_in: tuple[str, int, int]
) -> None:
    """By file, line and column, in whichever order they are found."""
    both = []
    for file, line, column in (one, other):
        at = Span(file, line, column, line, column + 5)
        made = permission("tcp", 80, 80, "10.0.0.0/8", line)
        both.append(replace(made, id=f"{file}:{line}:{column}", place=at, block=at))

    for order in (both, both[::-1]):
        found = contained(group_of(order), "g", "ingress")
        places = [each.permission.place for each in found if each.fact.truth]
        assert [(at.file, at.line, at.column) for at in places] == [contained_in]


def test_of_equals_the_one_that_is_certainly_there_stays() -> None:
    """Whichever comes first by name."""
    maybe = (Need("var.on", "has no default"),)
    for sure, unsure in (("a", "b"), ("b", "a")):
        one, other = (permission("tcp", 80, 80, "10.0.0.0/8", line) for line in (2, 3))
        one = replace(one, on=replace(HERE, address=sure))
        other = replace(other, on=replace(HERE, address=unsure, maybe=maybe))
        found = contained(group_of([one, other]), "g", "ingress")
        assert [each.permission.on.address for each in found if each.fact.truth] == [unsure]


@pytest.mark.parametrize("cidr", ["10.0.0.0/8", "10.1.0.0/16"])
def test_a_wide_entry_holds_others_past_a_narrow_one(cidr: str) -> None:
    """Between it and what it holds there may be one that ends before."""
    wide, narrow = ("10.0.0.0/8", "tcp", 1, 90), ("10.0.0.0/8", "tcp", 50, 60)
    found = [wide, narrow, (cidr, "tcp", 70, 80)]

    held = [each.fact.truth for each in contained(network(found), "g", "ingress")]
    assert held == [False, True, True]


WRITTEN = """
variable "a" {}
variable "b" {}
resource "aws_vpc" "main" { cidr_block = var.a }
resource "aws_vpc" "other" { cidr_block = "10.9.0.0/16" }
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = var.b
}
resource "aws_security_group" "one" {}
resource "aws_security_group" "two" {}
data "aws_vpc" "one" { id = var.a }
data "aws_vpc" "two" { id = var.b }
resource "aws_ec2_managed_prefix_list" "one" {}
resource "aws_ec2_managed_prefix_list" "two" {}
resource "aws_security_group" "main" {
"""
WIDE, NARROW = 'cidr_blocks = ["10.0.0.0/8"]', 'cidr_blocks = ["10.1.0.0/16"]'
FIRST, SECOND = (f"security_groups = [aws_security_group.{name}.id]" for name in ("one", "two"))
LIST, LIST_TWO = (
    f"prefix_list_ids = [aws_ec2_managed_prefix_list.{name}.id]" for name in ("one", "two")
)
MEMBERS = "self = true"
OF_VPC = "cidr_blocks = [aws_vpc.main.cidr_block]"
OF_ONE_ELSEWHERE, OF_OTHER_ELSEWHERE = (
    f"cidr_blocks = [data.aws_vpc.{name}.cidr_block]" for name in ("one", "two")
)
OF_EITHER = "cidr_blocks = [[aws_vpc.main, aws_vpc.other][var.b].cidr_block]"


def rule(peer: str, spoken: str = "tcp", first: object = 80, last: object = 80) -> str:
    """A rule of the group."""
    ports = f"    from_port = {first}\n    to_port = {last}\n"
    return f'  ingress {{\n    protocol = "{spoken}"\n{ports}    {peer}\n  }}\n'


def every(peer: str) -> str:
    """A rule for all traffic."""
    return rule(peer, "-1", 0, 0)


def compared(text: str) -> list[Contained]:
    """What is said of the rules of the group for what comes in."""
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    of = lower(stack.evaluate({}).resources).network
    return [*contained(of, "aws_security_group.main", "ingress")]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # The type and code of ICMP are no ports.
        (rule(WIDE, "icmp", 8, 0), rule(NARROW, "icmp", 8, 0), [False, True]),
        (rule(WIDE, "icmp", 8, 0), rule(NARROW, "icmp", 3, 0), [False, False]),
        (rule(WIDE, "icmp", 8, 8), rule(NARROW, "tcp", 8, 8), [False, False]),
        (every(WIDE), rule(NARROW, "icmp", 8, 0), [False, True]),
        (rule(WIDE, "icmp", 3, -1), rule(NARROW, "icmp", 3, 4), [False, True]),
        (rule(WIDE, "icmp", 3, 4), rule(NARROW, "icmp", 3, -1), [False, False]),
        (rule(WIDE, "icmp", 3, -1), rule(NARROW, "icmp", 4, 0), [False, False]),
        (rule(WIDE, "icmp", 4, -1), rule(NARROW, "icmp", 3, 255), [False, False]),
        (rule(WIDE, "icmp", -1, -1), rule(NARROW, "icmp", 255, -1), [False, True]),
        (rule(WIDE, "icmp", -1, -1), rule(NARROW, "icmpv6", 1, 0), [False, False]),
        (rule(NARROW, "tcp", 1, 90), rule(WIDE, "6", 80, 80), [False, False]),
        (rule(WIDE, "6", 1, 90), rule(NARROW, "tcp", 90, 90), [False, True]),
        (rule(WIDE, "tcp", 1, 90), rule(NARROW, "tcp", 90, 91), [False, False]),
        (rule(WIDE, "tcp", 0, 65535), rule(NARROW, "tcp", 1, 1), [False, True]),
        (rule(WIDE, "tcp", -1, -1), rule(NARROW, "tcp", 65535, 65535), [False, True]),
        (rule(WIDE, "50", 0, 0), rule(NARROW, "50", 1, 1), [False, True]),
        (rule(WIDE, "50", 0, 0), rule(NARROW, "51", 0, 0), [False, False]),
        (rule(WIDE, "icmp", "var.a", 0), rule(NARROW, "icmp", 3, 0), [None]),
        # Groups, members, prefix lists and ranges are apart.
        (rule(FIRST), every(FIRST), [True, False]),
        (rule(FIRST), every(SECOND), [False, False]),
        (rule(FIRST), every('cidr_blocks = ["0.0.0.0/0"]'), [False, False]),
        (rule(MEMBERS), every(MEMBERS), [True, False]),
        (rule(MEMBERS), every(FIRST), [False, False]),
        (rule(LIST), every(LIST), [True, False]),
        (rule(LIST), every(LIST_TWO), [False, False]),
        (rule(LIST), every(WIDE), [False, False]),
        (rule(WIDE), every('ipv6_cidr_blocks = ["::/0"]'), [False, False]),
        # What is not known, but the same in both, is contained as well, and said once.
        (rule(OF_ONE_ELSEWHERE), every(OF_ONE_ELSEWHERE), [True, False]),
        (rule("security_groups = [var.a]"), every("security_groups = [var.a]"), [True, False]),
        (rule("prefix_list_ids = [var.a]"), every("prefix_list_ids = [var.a]"), [True, False]),
        # One that is not known may contain the other; it is asked about once.
        (rule("cidr_blocks = [var.a]"), every("cidr_blocks = [var.b]"), [None]),
        (rule("cidr_blocks = [var.a]"), every(WIDE), [None, False]),
        (rule("cidr_blocks = [aws_subnet.main.cidr_block]"), every(FIRST), [False, False]),
        # What is no range of addresses is not known.
        (rule('cidr_blocks = ["x"]'), every('cidr_blocks = ["y"]'), [None]),
        # A VPC has one range of its own, whatever that is.
        (rule(OF_VPC), every(OF_VPC), [True, False]),
        (rule(OF_VPC), every(OF_EITHER), [None]),
        # Two VPCs from elsewhere may be one.
        (rule(OF_ONE_ELSEWHERE), every(OF_OTHER_ELSEWHERE), [None]),
        (rule(NARROW, "tcp", "var.a", "var.a"), rule(WIDE, "tcp", 1, 90), [None, False]),
        (rule(WIDE, "tcp", "var.a", "var.a"), rule(NARROW, "tcp", 1, 90), [None]),
        (rule(WIDE, "tcp", "var.a", "var.a"), rule(NARROW, "udp", 1, 90), [False, False]),
        (rule(WIDE, "${var.a}", 1, 90), rule(NARROW, "tcp", 1, 90), [None]),
        (rule(NARROW, "${var.a}", 1, 90), every(WIDE), [None, False]),
    ],
)
def test_rules_of_every_kind_are_compared(
    one: str, other: str, expected: list[bool | None]
) -> None:
    """What one rule of a group allows may be a part of what the other allows."""
    found = compared(f"{WRITTEN}{one}{other}}}\n")

    by_line = sorted(found, key=lambda each: each.permission.place.line)
    assert [each.fact.truth for each in by_line] == expected
    assert [each.open for each in by_line] == [truth is None for truth in expected]
    assert all(each.fact.waits_for() for each in by_line if each.open)


@pytest.mark.parametrize(
    ("field", "value", "number"),
    [
        ("ip_protocol", '["tcp", "udp"][count.index]', 2),
        ("cidr_ipv4", '"10.${count.index}.0.0/16"', 2),
        ("from_port", "443 + count.index", 2),
        ("description", "count.index", 1),
    ],
)
def test_what_one_text_makes_twice_is_compared_once(field: str, value: str, number: int) -> None:
    """Rules of a `count` are told apart by what they allow, and not by what is said of them."""
    fields = {
        "count": "2",
        "security_group_id": "aws_security_group.main.id",
        "ip_protocol": '"tcp"',
        "cidr_ipv4": '"10.0.0.0/8"',
        "from_port": "443",
        "to_port": "444",
        field: value,
    }
    body = "".join(f"  {key} = {each}\n" for key, each in fields.items())
    kind = "aws_vpc_security_group_ingress_rule"

    found = compared(f'{WRITTEN}}}\nresource "{kind}" "main" {{\n{body}}}\n')
    assert len(found) == number


RULE_OF_ANY = """}
resource "aws_vpc_security_group_ingress_rule" "wide" {
  security_group_id = GROUP
  ip_protocol       = "tcp"
  from_port         = 1
  to_port           = 90
  cidr_ipv4         = "10.0.0.0/8"
}
resource "aws_vpc_security_group_ingress_rule" "narrow" {
  security_group_id = aws_security_group.main.id
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "10.1.0.0/16"
}
"""


@pytest.mark.parametrize(
    ("group", "truth"),
    [
        ("aws_security_group.main.id", True),
        ("aws_security_group.one.id", False),
        ("[aws_security_group.main, aws_security_group.one][var.b].id", None),
        # A group that the sources do not write is none of those that they do.
        ("var.b", False),
    ],
)
def test_a_rule_of_which_group_is_not_known_contains_nothing_for_sure(
    group: str, truth: bool | None
) -> None:
    """It may be a rule of another group, on which nothing is contained in it."""
    found = compared(f"{WRITTEN}{RULE_OF_ANY.replace('GROUP', group)}")
    (narrow,) = (each for each in found if each.permission.on.name.endswith("narrow"))

    assert narrow.fact.truth is truth
    assert bool(narrow.fact.waits_for()) is (truth is None)


TWO_RULES = """
variable "which" {}
resource "aws_security_group" "web" {}
resource "aws_security_group" "peer" {}
resource "aws_vpc_security_group_ingress_rule" "wide" {
  count                        = COUNT
  security_group_id            = aws_security_group.web.id
  referenced_security_group_id = PEER
  ip_protocol                  = "tcp"
  from_port                    = 0
  to_port                      = 65535
}
resource "aws_vpc_security_group_ingress_rule" "narrow" {
  security_group_id            = aws_security_group.web.id
  referenced_security_group_id = PEER
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}
"""


@pytest.mark.parametrize("peer", ["aws_security_group.peer.id", "var.which"])
@pytest.mark.parametrize(("count", "truth"), [("1", True), ('var.which == "" ? 1 : 0', None)])
def test_a_permission_is_answered_once(peer: str, count: str, truth: bool | None) -> None:
    """Also where an input brings the group that it names, and its container may not be there."""
    found = read(filled(TWO_RULES, {"COUNT": count, "PEER": peer}))
    told = [
        each.fact.truth
        for each in contained(found, "aws_security_group.web", "ingress")
        if each.permission.on.name.endswith("narrow")
    ]
    assert told == [truth]
