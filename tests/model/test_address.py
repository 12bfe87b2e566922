"""Sets of addresses and ports against a slow model that is obviously right: sets of numbers."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskwall.model.core.address import (
    ALL_PORTS,
    INTERNET_SIZE,
    Cidr,
    Ranges,
    is_internet,
    parse_cidr,
    public_addresses,
)

END = 40
spans = st.lists(st.tuples(st.integers(0, END), st.integers(0, END)), max_size=6)
ranges = spans.map(Ranges.from_spans)


def numbers(found: Ranges) -> set[int]:
    """The same set, number by number."""
    return {number for low, high in found.spans for number in range(low, high + 1)}


@given(spans)
def test_a_union_of_intervals_holds_their_numbers(given_spans: list[tuple[int, int]]) -> None:
    """What intervals hold together is what each of them holds; one that ends too early is empty."""
    slow = {number for low, high in given_spans for number in range(low, high + 1)}

    assert slow == numbers(Ranges.from_spans(given_spans))


@given(ranges)
def test_a_set_has_one_form(found: Ranges) -> None:
    """Spans are sorted and neither meet nor touch, so that equal sets are equal values."""
    edges = [edge for low, high in found.spans for edge in (low, high)]

    assert edges == sorted(edges)
    assert all(
        after[0] - before[1] > 1
        for before, after in zip(found.spans, found.spans[1:], strict=False)
    )
    assert found == Ranges.from_spans((number, number) for number in numbers(found))


@given(ranges, ranges)
def test_algebra_is_that_of_sets(one: Ranges, other: Ranges) -> None:
    """Union, intersection, difference and inclusion are those of the numbers."""
    a, b = numbers(one), numbers(other)

    assert (a | b, a & b, a - b) == tuple(
        numbers(found) for found in (one | other, one & other, one - other)
    )
    assert (one <= other) is (a <= b)
    assert (bool(one), one.size) == (bool(a), len(a))


@given(ranges, ranges, ranges)
def test_laws_of_sets_hold(a: Ranges, b: Ranges, c: Ranges) -> None:
    """Distribution, and what is taken away from everything."""
    everything = Ranges(((0, END),))

    assert a & (b | c) == (a & b) | (a & c)
    assert a - (b | c) == (a - b) & (a - c)
    assert everything - (everything - a) == a


def test_all_ports_are_all() -> None:
    """There are 65,536 ports."""
    assert ALL_PORTS.size == 2**16


@given(st.integers(0, 2**32 - 1), st.integers(20, 32))
def test_a_range_holds_the_addresses_of_its_network(address: int, length: int) -> None:
    """A CIDR holds what Python's own network holds, whichever host bits are written."""
    text = f"{ip_address(address)}/{length}"
    network = ip_network(text, strict=False)

    found = parse_cidr(text)

    assert found is not None
    assert {int(each) for each in network} == numbers(found.ranges)


@given(st.integers(0, 2**32 - 1), st.integers(0, 32), st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_inclusion_of_ranges_is_that_of_networks(a: int, m: int, b: int, n: int) -> None:
    """One CIDR lies within another where Python's networks say so; else they are apart."""
    one, other = f"{ip_address(a)}/{m}", f"{ip_address(b)}/{n}"
    slow, slower = (ip_network(text, strict=False) for text in (one, other))
    found, found2 = parse_cidr(one), parse_cidr(other)

    assert found is not None and found2 is not None
    assert slow.subnet_of(slower) is (found.ranges <= found2.ranges)  # type: ignore[arg-type]
    assert slow.overlaps(slower) is bool(found.ranges & found2.ranges)


def test_host_bits_and_blanks_do_not_matter() -> None:
    """`1.2.3.4/0` is everything; a bare address is itself; a name is no range."""
    assert parse_cidr("1.2.3.4/0") == Cidr(4, 0, 2**32 - 1)
    assert parse_cidr(" 10.0.0.1 ") == Cidr(4, 10 * 2**24 + 1, 10 * 2**24 + 1)
    assert parse_cidr("::/0") == Cidr(6, 0, 2**128 - 1)
    assert [parse_cidr(text) for text in ("", "pl-1234", "10.0.0.0/33", "300.0.0.0/8")] == [
        None
    ] * 4


@given(st.integers(0, 2**32 - 1))
def test_no_private_address_is_public(number: int) -> None:
    """What Python calls private is none of the internet."""
    address = ip_address(number)

    if address.is_private and not address.is_global:
        assert not Ranges(((number, number),)) & public_addresses(4)


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(2, 14)), min_size=1, max_size=5))
def test_the_internet_is_what_is_public_and_large(ranges_given: list[tuple[int, int]]) -> None:
    """Ranges are the internet if, cut into blocks, more public ones than a /8 holds are in them."""
    texts = [f"{ip_address(address)}/{length}" for address, length in ranges_given]
    step = 2**18  # a /14, of which every range is made
    blocks = {
        block
        for text in texts
        for network in (ip_network(text, strict=False),)
        for block in range(int(network[0]) // step, int(network[-1]) // step + 1)
    }
    held = sum(
        (Ranges(((block * step, (block + 1) * step - 1),)) & public_addresses(4)).size
        for block in blocks
    )

    together = Ranges.union(found.ranges for text in texts if (found := parse_cidr(text)))

    assert (held > INTERNET_SIZE[4]) is is_internet(together)


@pytest.mark.parametrize(
    "block",
    [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128",
        "64:ff9b:1::/48", "100::/64", "2001:db8::/32", "fc00::/7", "fe80::/10", "ff00::/8",
    ],
)  # fmt: skip
def test_no_address_of_a_special_block_is_of_the_internet(block: str) -> None:
    """What IANA sets apart is not routed on the internet, from the first address to the last."""
    found = parse_cidr(block)

    assert found is not None
    assert not found.ranges & public_addresses(found.version)
