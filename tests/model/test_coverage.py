"""What permissions cover, against slow models: every packet, and every way to fill in what is open.

The slow model knows sets of Python's own addresses. It is asked under each value that the unknown
members may have: what is so under all of them is so, what is so under none is not, and else the
answer is unknown.
"""

from collections.abc import Callable, Iterator
from functools import cache, reduce
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import product
from operator import or_
from typing import TypeAlias

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from lowering.networks import network as read
from permits import group_of, permission, place, setting
from taskwall.core.facts import FALSE, TRUE, Fact, any_of
from taskwall.core.values import Known, Need, Origin, Reference, Scalar, Text, Unknown, Value
from taskwall.lowering import lower
from taskwall.model.core.address import V6, Ranges, parse_cidr
from taskwall.model.core.entity import Link, Setting, link_to
from taskwall.model.entities.function import LambdaFunction
from taskwall.model.entities.security_group import Permission
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.model.permissions.coverage import (
    Addresses,
    End,
    Grant,
    Location,
    Part,
    Wording,
    in_subnet,
    inside,
    of_subnet,
    part,
    reach,
)
from taskwall.model.permissions.coverage import addresses as permission_addresses
from taskwall.model.permissions.packets import Traffic
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

Address: TypeAlias = IPv4Address | IPv6Address
Cidr: TypeAlias = IPv4Network | IPv6Network
Box: TypeAlias = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]

# --- packets

END = 4
spans = st.tuples(st.integers(0, END), st.integers(0, END))
boxes = st.lists(st.tuples(spans, spans, spans), max_size=4)


def traffic(found: list[Box]) -> Traffic:
    """The union of boxes."""
    made = Traffic()
    for box in found:
        made |= Traffic.of(*(Ranges.from_spans([span]) for span in box))
    return made


def slowly(found: list[Box]) -> set[tuple[int, ...]]:
    """The same, packet by packet."""
    return {
        packet for box in found for packet in product(*(range(low, high + 1) for low, high in box))
    }


def packets(found: Traffic) -> set[tuple[int, ...]]:
    """The packets of a set, one by one."""
    return {
        packet
        for box in found.boxes
        for packet in product(
            *({n for low, high in each.spans for n in range(low, high + 1)} for each in box)
        )
    }


@given(boxes, boxes)
def test_algebra_of_packets_is_that_of_sets(a: list[Box], b: list[Box]) -> None:
    """Union, intersection, difference and inclusion are those of the packets."""
    one, other, slow, slower = traffic(a), traffic(b), slowly(a), slowly(b)

    assert packets(one | other) == slow | slower
    assert packets(one & other) == slow & slower
    assert packets(one - other) == slow - slower
    assert (one <= other) is (slow <= slower)
    assert bool(one) is bool(slow)
    assert {n for low, high in one.ports.spans for n in range(low, high + 1)} == {
        port for _, port, _ in slow
    }


# --- sets of addresses with unknown members

NEAR = ip_network("10.0.0.0/29")
NEAR6 = ip_network("2001:db8::/127")
BEYOND = {4: ip_network("198.51.100.1/32"), 6: ip_network("2001:db8:2::/128")}
"""What an unknown range may be, and no known one but all addresses holds."""

POINTS: tuple[Address, ...] = (
    *NEAR, *NEAR6, ip_address("192.0.2.1"), ip_address("2001:db8:1::"),
    *(net[0] for net in BEYOND.values()),
)  # fmt: skip
"""The addresses that are looked at: those of two small networks, and two elsewhere of each."""


@cache
def cidrs(version: int) -> tuple[Cidr, ...]:
    """What a known range of one IP version may be, as far as these addresses can tell."""
    near, far, every = (
        (NEAR, "192.0.2.1/32", "0.0.0.0/0") if version == 4 else (NEAR6, "2001:db8:1::/128", "::/0")
    )
    lengths = range(near.prefixlen, near.max_prefixlen + 1)
    inside = (net for length in lengths for net in near.subnets(new_prefix=length))
    return (*inside, ip_network(far), ip_network(every))


class Member(Struct, frozen=True):
    """A range in a set: known, or an unknown one by its name; None: it is open if it is there."""

    range: str
    version: int
    known: bool
    there: bool | None

    def part(self) -> Part:
        """What is held against the slow model."""
        name = "cidr_ipv6" if self.version == 6 else "cidr_ipv4"
        value: Value = Unknown((Need(self.range, "has no default"),), self.range)
        return part(Setting(Known(self.range) if self.known else value, place(1), name, "g"))


presence = st.sampled_from([True, True, None, None, False])


def known(version: int) -> st.SearchStrategy[Member]:
    """A range whose digits are written."""
    texts = st.sampled_from([str(each) for each in cidrs(version)])
    return st.builds(Member, texts, st.just(version), st.just(True), presence)


unknown = st.builds(
    lambda name, there: Member(name, 6 if name == "var.six" else 4, False, there),
    st.sampled_from(["var.a", "var.b", "var.six"]),
    presence,
)
sets = st.lists(st.one_of(known(4), known(6), unknown), max_size=3)

Filled: TypeAlias = tuple[set[Address], set[Address]]


def fillings(one: list[Member], other: list[Member]) -> Iterator[Filled]:
    """The addresses of two sets, under each value that what is unknown of them may have."""
    members = [*one, *other]
    names = sorted({(each.range, each.version) for each in members if not each.known})
    doubtful = [number for number, each in enumerate(members) if each.there is None]
    for values in product(*((*cidrs(version), BEYOND[version]) for _, version in names)):
        meant = {name: value for (name, _), value in zip(names, values, strict=True)}
        for gone in product((True, False), repeat=len(doubtful)):
            absent = {number for number, away in zip(doubtful, gone, strict=True) if away}
            held: list[set[Address]] = [set(), set()]
            for number, each in enumerate(members):
                if number not in absent and each.there is not False:
                    net = ip_network(each.range) if each.known else meant[each.range]
                    held[number >= len(one)] |= {point for point in POINTS if point in net}
            yield held[0], held[1]


def slow_truth(
    one: list[Member], other: list[Member], asked: Callable[[set[Address], set[Address]], bool]
) -> bool | None:
    """What the slow model answers."""
    answers = {asked(a, b) for a, b in fillings(one, other)}
    return answers.pop() if len(answers) == 1 else None


def addresses(found: list[Member]) -> Addresses:
    """The union of ranges."""
    return Addresses.together(
        (Addresses((each.part(),)), Fact(each.there, "it is there")) for each in found
    )


@given(sets, sets)
def test_a_set_covers_what_lies_in_it_whatever_is_unknown(
    one: list[Member], other: list[Member]
) -> None:
    """Cover is that of the addresses under every filling; by one member or by several together."""
    slow = slow_truth(one, other, lambda a, b: b <= a)

    assert addresses(one).covers(addresses(other)) is slow


@given(sets, sets)
@example(
    [Member("var.a", 4, known=False, there=True)],
    [Member("10.0.0.0/29", 4, known=True, there=True), Member("192.0.2.1/32", 4, True, True)],
)
def test_sets_meet_where_they_share_an_address(one: list[Member], other: list[Member]) -> None:
    """Intersection is that of the addresses under every filling, and the same from both sides."""
    slow = slow_truth(one, other, lambda a, b: bool(a & b))
    a, b = addresses(one), addresses(other)

    assert (a.meets(b), b.meets(a)) == (slow, slow)


@given(sets)
def test_what_is_sure_is_in_a_set_under_every_filling(found: list[Member]) -> None:
    """The certain part of a union is what all fillings share."""
    sure = addresses(found).sure
    slow = set.intersection(*(held for held, _ in fillings(found, [])))

    assert {point for point in POINTS if _within(point) <= sure} == slow


def _within(point: Address) -> Ranges:
    """One address as a set."""
    return part(Setting(Known(str(point)), place(1), "address", "g")).within


@pytest.mark.parametrize("value", [None, 10, "everywhere"])
def test_what_is_no_range_holds_no_address(value: Scalar) -> None:
    """An attribute that is not written, a number, or a word."""
    assert part(setting(value)).within == Ranges()


@pytest.mark.parametrize(
    ("name", "end", "most"),
    [
        ("cidr_ipv4", "/24", 256),
        ("cidr_ipv4", "/32", 1),
        ("cidr_ipv4", "/0", 2**32),
        ("cidr_ipv6", "/64", 2**64),
        # What is no length says nothing of how many there are.
        ("cidr_ipv4", "/33", None),
        ("cidr_ipv4", "/wide", None),
        ("cidr_ipv4", "/", None),
        ("cidr_ipv4", ".0", None),
    ],
)
def test_the_length_of_a_range_says_how_many_addresses_it_has(
    name: str, end: str, most: int | None
) -> None:
    """Also of a range of which nothing else is known."""
    value = Text((_open("var.base"), end), None)

    assert part(replace(setting(None, name=name), value=value)).most == most


# --- permissions and subnets

WIDE = IPv4Network("10.0.0.0/28")
HALVES = tuple(str(net) for length in (28, 29, 30) for net in WIDE.subnets(new_prefix=length))
CELLS = tuple(str(net) for net in WIDE.subnets(new_prefix=30))
HERE = Origin("v", "v", place(1), "terraform")


class Given(Struct, frozen=True):
    """A permission: for digits, for a subnet's range by reference, for the VPC's, or for anything.

    `of` is the digits, the number of the subnet, "vpc", or a variable's name.
    """

    of: str
    there: bool


given_ranges = st.builds(
    Given, st.sampled_from([*HALVES, "0", "1", "vpc", "var.x", "0.0.0.0/1", "128.0.0.0/1"]),
    st.booleans(),
)  # fmt: skip


def _open(name: str) -> Unknown:
    return Unknown((Need(name, "has no default"),), name)


def _value(of: str, subnets: list[str | None], vpc: bool) -> tuple[Value, Link | None]:
    """What a permission says, and the VPC whose own range that is."""
    if of == "vpc":
        own = Known(str(WIDE)) if vpc else _open("var.vpc")
        return Reference("v", "cidr_block", own), Link("v", TRUE, place(1))
    if of.isdigit():
        digits = subnets[int(of)]
        value = Known(digits) if digits else _open(f"var.s{of}")
        return Reference(f"s{of}", "cidr_block", value), None
    return (_open(of) if of.startswith("var") else Known(of)), None


def _truth(ranges: list[Given], subnets: list[str | None], vpc: bool) -> bool | None:
    """What the model says of permissions and two subnets in a VPC."""

    def setting(value: Value, name: str) -> Setting:
        return Setting(value, place(1), name, "x")

    own = setting(Known(str(WIDE)) if vpc else _open("var.vpc"), "cidr_block")
    link = Link("v", TRUE, place(1))
    things: list[object] = [
        Vpc(id="v", origin=HERE, cidrs=(own,), dns_support=own, dns_hostnames=own)
    ]
    for number, digits in enumerate(subnets):
        digits_of = setting(Known(digits) if digits else _open(f"var.s{number}"), "cidr_block")
        origin = Origin(f"s{number}", f"s{number}", place(1), "terraform")
        things.append(Subnet(id=f"s{number}", origin=origin, vpc=link, cidrs=(digits_of,)))
    made, grants = [], []
    for line, each in enumerate(ranges, 2):
        value, of = _value(each.of, subnets, vpc)
        entry = permission("tcp", 443, 443, "10.0.0.0/8", line)
        entry = replace(entry, range=setting(value, "cidr_ipv4"), range_of=of)
        made.append(entry)
        fact = TRUE if each.there else Fact(None, "it is there", needs=(Need("it", "is open"),))
        grants.append(Grant(entry, fact))
    network = group_of(made, *things)
    locations = tuple(
        in_subnet(network, Link(f"s{number}", TRUE, place(1))) for number in range(len(subnets))
    )
    words = Wording(lambda _: "reaches", lambda _, place_name: place_name)
    found = any_of((FALSE, *reach(network, grants, End((), locations), words)))
    assert found.truth is not None or found.waits_for()
    return found.truth


def _slow(ranges: list[Given], subnets: list[str | None], vpc: bool) -> set[bool]:
    """Whether the permissions hold both subnets, under each value of what is unknown."""
    answers = set()
    blocks = [WIDE] if vpc else [WIDE, IPv4Network("10.0.0.16/28")]
    for block in blocks:
        cells = list(block.subnets(new_prefix=30))
        choices = [[IPv4Network(each)] if each else cells for each in subnets]
        for placed in product(*choices):
            if not all(each.subnet_of(block) for each in placed):
                continue
            for free in (*HALVES, "0.0.0.0/0", "192.0.2.1/32"):
                doubtful = [each for each in ranges if not each.there]
                for here in product((True, False), repeat=len(doubtful)):
                    gone = {
                        id(each) for each, stays in zip(doubtful, here, strict=True) if not stays
                    }
                    held: set[IPv4Address] = set()
                    for each in ranges:
                        if id(each) not in gone:
                            held |= _points(_meant(each.of, placed, block, free))
                    answers.add(all(set(net) <= held for net in placed))
    return answers


def _meant(of: str, placed: tuple[IPv4Network, ...], block: IPv4Network, free: str) -> IPv4Network:
    if of == "vpc":
        return block
    if of.isdigit():
        return placed[int(of)]
    return IPv4Network(free if of.startswith("var") else of)


@cache
def _points(net: IPv4Network) -> set[IPv4Address]:
    """The addresses of a network that are near enough to matter."""
    return {point for point in IPv4Network("10.0.0.0/27") if point in net}


@given(
    st.lists(given_ranges, max_size=3),
    st.lists(st.one_of(st.none(), st.sampled_from(CELLS)), min_size=2, max_size=2),
    st.booleans(),
)
def test_permissions_reach_subnets_together(
    ranges: list[Given], subnets: list[str | None], vpc: bool
) -> None:
    """They reach all subnets if the union of their ranges holds them, by digits or by reference.

    The slow model tries what a VPC, its subnets and variables may be; a certain answer must be its
    only one, and where nothing is open the answer is certain.
    """
    truth = _truth(ranges, subnets, vpc)
    slow = _slow(ranges, subnets, vpc)

    assert truth is None or slow == {truth}
    if all(subnets) and vpc and all(each.there and each.of != "var.x" for each in ranges):
        assert truth is not None


# --- subnets from elsewhere

ELSEWHERE = """
variable "which" {}
resource "aws_vpc" "written" { cidr_block = "10.0.0.0/16" }
data "aws_vpc" "main" { id = var.which }
data "aws_subnet" "far" {
  id     = var.which
  vpc_id = VPC
}
resource "aws_lambda_function" "job" {
  vpc_config { subnet_ids = [data.aws_subnet.far.id] }
}
"""
MAIN, OTHER = "data.aws_vpc.main", "data.aws_vpc.other"


@pytest.mark.parametrize(
    ("own", "around", "vpc"),
    [
        (f"{MAIN}.id", None, MAIN),
        (f"{MAIN}.id", OTHER, MAIN),
        ("null", MAIN, MAIN),
        ("null", None, None),
        # A VPC that the sources write may have further ranges.
        ("aws_vpc.written.id", None, None),
        ("aws_vpc.written.id", MAIN, None),
    ],
)
def test_a_subnet_from_elsewhere_is_in_the_range_of_its_vpc(
    own: str, around: str | None, vpc: str | None
) -> None:
    """In that of the VPC that it names itself, else in that of what uses it."""
    files = Files({"/net/main.tf": ELSEWHERE.replace("VPC", own)})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    (function,) = network.every(LambdaFunction)
    (link,) = function.subnets

    found = of_subnet(network, link, None if around is None else Link(around, TRUE, place(1)))
    ranges = {name for each in found.parts for name in each.around}
    assert ranges == (set() if vpc is None else {f"IPv4 of {vpc}", f"IPv6 of {vpc}"})
    assert not found.sure


@pytest.mark.parametrize(
    ("name", "refers"), [("main", True), ("one", False)], ids=["by its name", "by that of several"]
)
def test_the_range_of_a_subnet_that_writes_none_goes_by_its_name(name: str, refers: bool) -> None:
    """It is somewhere in the VPC; only that of one among several is not named by an attribute."""
    text = """
variable "number" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "one" {
  count  = var.number
  vpc_id = aws_vpc.main.id
}
"""
    (stack,), errors = terraform.stacks(
        ["/net/main.tf"], Files({"/net/main.tf": text}), Inputs(boundary="/net")
    )
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    subnets = (each for each in network.every(Subnet) if each.name.startswith(f"aws_subnet.{name}"))
    subnet = next(subnets)
    found = of_subnet(network, link_to(subnet))
    around = reduce(or_, (each.within for each in found.parts))

    assert around == Ranges(((10 << 24, (10 << 24) + 0xFFFF),))
    names = {each for part in found.parts for each in part.names}
    assert (f"aws_subnet.{name}.cidr_block" in names) is refers


@pytest.mark.parametrize(
    ("range_", "needs"),
    [
        ('"10.0.0.0/16"', []),
        ("aws_vpc.written.cidr_block", []),
        (f"{MAIN}.cidr_block", [MAIN]),
        ("[aws_vpc.written, aws_vpc.open][var.which].cidr_block", ["var.which"]),
        ("aws_vpc.open.cidr_block", ["var.which"]),
        ("var.which", ["var.which"]),
    ],
)
def test_what_a_permission_names_waits_for_its_range(range_: str, needs: list[str]) -> None:
    """Of the range of a VPC for what is not known of that VPC."""
    more = f"""
resource "aws_vpc" "open" {{ cidr_block = var.which }}
resource "aws_vpc_security_group_ingress_rule" "main" {{
  security_group_id = "sg-1"
  ip_protocol       = "-1"
  cidr_ipv4         = {range_}
}}
"""
    files = Files({"/net/main.tf": ELSEWHERE.replace("VPC", "null") + more})
    (stack,), errors = terraform.stacks(["/net/main.tf"], files, Inputs(boundary="/net"))
    assert not errors
    network = lower(stack.evaluate({}).resources).network
    (permission_,) = network.every(Permission)

    assert [need.name for need in permission_addresses(network, permission_).needs] == needs


INSIDE = """
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  MORE
}
resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "SUBNET"
}
"""
IPV6 = 'ipv6_cidr_block = "2001:db8::/56"'


@pytest.mark.parametrize(
    ("more", "subnet", "ranges"),
    [
        ("", "10.0.1.0/24", ["10.0.0.0/16"]),
        (IPV6, "10.0.1.0/24", ["10.0.0.0/16", "2001:db8::/56"]),
        # A further range of the VPC shows in its subnets alone.
        ("", "10.5.1.0/24", ["10.0.0.0/16", "10.5.1.0/24"]),
    ],
)
def test_what_is_somewhere_in_a_vpc_has_addresses_of_its_ranges(
    more: str, subnet: str, ranges: list[str]
) -> None:
    """Some of each IP version that the VPC has, in all of its ranges."""
    found = read(INSIDE.replace("MORE", more).replace("SUBNET", subnet))
    (vpc,) = found.every(Vpc)
    held = inside(found, link_to(vpc))

    assert not any(part.whole for part in held.parts)
    assert Ranges.union(part.within for part in held.parts) == Ranges.union(
        cidr.ranges for cidr in map(parse_cidr, ranges) if cidr is not None
    )


def test_the_ranges_of_a_subnet_that_writes_none_go_by_its_attributes() -> None:
    """Each IP version by its own: what is for one is not for the other."""
    text = INSIDE.replace("MORE", IPV6).replace('  cidr_block = "SUBNET"\n', "")
    found = read(text)
    (subnet,) = found.every(Subnet)
    parts = of_subnet(found, link_to(subnet)).parts

    named = {part.within & V6 == part.within: part.names for part in parts}
    assert named == {
        False: {"aws_subnet.main.cidr_block", "aws_subnet.main.CidrBlock"},
        True: {"aws_subnet.main.ipv6_cidr_block"},
    }


def test_a_place_of_which_no_address_is_known_is_waited_for() -> None:
    """By its name, where nothing else says what its addresses wait for."""
    entry = permission("tcp", 443, 443)
    end = End((), (Location("somewhere", Addresses()),))
    words = Wording(lambda _: "reaches", lambda _, place_name: place_name)
    (fact,) = reach(group_of([entry]), [Grant(entry, TRUE)], end, words)

    assert fact.truth is None
    assert [need.name for need in fact.waits_for()] == ["the addresses of somewhere"]
