"""Sets of traffic that passes for certain or perhaps, against a slow model: packet by packet."""

from itertools import product
from typing import TypeAlias

import pytest
from hypothesis import given as by_examples
from hypothesis import strategies as st

from budgets import examples
from taskwall.core.facts import FALSE, TRUE, Fact
from taskwall.core.values import Need
from taskwall.model.core.address import Ranges
from taskwall.model.flows.sets import (
    OPEN,
    Pieces,
    TrafficPiece,
    cross,
    for_all,
    for_some,
    given,
    merged,
    over,
)
from taskwall.model.permissions.packets import Traffic

END = 2
Box: TypeAlias = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
Packets: TypeAlias = set[tuple[int, ...]]
spans = st.tuples(st.integers(0, END), st.integers(0, END)).map(lambda s: (min(s), max(s)))
boxes = st.tuples(spans, spans, spans)
truths = st.sampled_from([True, None])
parts = st.lists(st.tuples(boxes, truths), max_size=3)
MAYBE = Fact(None, "it passes", needs=(Need("var.x", "has no default"),))
EVERY = {*product(range(END + 1), repeat=3)}


def pieces(found: list[tuple[Box, bool | None]]) -> Pieces:
    """Traffic of boxes, each certain or not."""
    return tuple(
        TrafficPiece(Traffic.of(*(Ranges((span,)) for span in box)), TRUE if sure else MAYBE)
        for box, sure in found
    )


def packets(traffic: Traffic) -> Packets:
    """The packets of a set, one by one, as far as they are of the small world."""
    return {
        packet
        for packet in EVERY
        if any(
            all(number in held for number, held in zip(packet, box, strict=True))
            for box in (
                [{n for a, b in each.spans for n in range(a, min(b, END) + 1)} for each in box]
                for box in traffic.boxes
            )
        )
    }


def passing(found: Pieces) -> tuple[Packets, Packets]:
    """What passes for certain, and what may."""
    sure: Packets = set()
    may: Packets = set()
    for each in found:
        assert each.fact.truth is not False
        may |= packets(each.traffic)
        if each.fact.truth:
            sure |= packets(each.traffic)
    return sure, may


@examples(40)
@by_examples(parts, parts)
def test_what_passes_both_passes_each(
    one: list[tuple[Box, bool | None]], other: list[tuple[Box, bool | None]]
) -> None:
    """For certain where each lets it for certain; perhaps where each may."""
    a, b = passing(pieces(one)), passing(pieces(other))

    assert passing(cross(pieces(one), pieces(other))) == (a[0] & b[0], a[1] & b[1])
    assert passing(cross(pieces(one), OPEN)) == a
    assert passing(cross(OPEN, pieces(other))) == b
    assert passing(cross(pieces(one), given(MAYBE))) == (set(), a[1])
    assert passing(cross(given(MAYBE), pieces(other))) == (set(), b[1])
    assert cross(pieces(one), ()) == cross((), pieces(other)) == ()


@examples(40)
@by_examples(parts)
def test_a_union_is_the_same_with_fewer_pieces(found: list[tuple[Box, bool | None]]) -> None:
    """What is certain comes first, and is not unknown as well."""
    short = merged(pieces(found))

    assert passing(short) == passing(pieces(found))
    assert len(short) <= len(found)
    order = [each.fact.truth for each in short]
    assert order == sorted(order, key=lambda truth: truth is None)
    sure, _ = passing(short)
    if len(found) > 1:
        assert all(not packets(each.traffic) & sure for each in short if not each.fact.truth)


@examples(20)
@by_examples(st.lists(boxes, max_size=4), spans)
def test_addresses_of_which_all_or_some_pass(found: list[Box], span: tuple[int, int]) -> None:
    """On which protocols and ports, whatever the addresses are then."""
    traffic = Traffic()
    for box in found:
        traffic |= Traffic.of(*(Ranges((each,)) for each in box))
    held, addresses = packets(traffic), range(span[0], span[1] + 1)
    asked = Ranges((span,))

    every, some = packets(for_all(traffic, asked)), packets(for_some(traffic, asked))
    for packet in EVERY:
        ways = [(*packet[:2], address) in held for address in addresses]
        assert (packet in every, packet in some) == (all(ways), any(ways))


ONE, NONE = Ranges(((1, 1),)), Ranges()


@pytest.mark.parametrize(
    ("fact", "truths"), [(TRUE, [True]), (MAYBE, [None]), (FALSE, [])], ids=["yes", "may", "no"]
)
def test_what_passes_if_a_fact_holds(fact: Fact, truths: list[bool | None]) -> None:
    """Nothing where it does not, nor where there is no traffic at all."""
    assert [each.fact.truth for each in given(fact)] == truths
    assert [each.fact.truth for each in over(ONE, ONE, fact)] == truths
    assert [each.fact.truth for each in over(ONE, ONE, fact, ONE)] == truths
    assert over(NONE, ONE, fact) == over(ONE, NONE, fact) == over(ONE, ONE, fact, NONE) == ()
