"""Which permissions others contain, against a slow model that tries every pair."""

from collections import Counter
from random import Random
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from permits import HERE, group_of, permission
from taskwall.core.values import Need
from taskwall.model.core.address import parse_cidr
from taskwall.model.core.network import Network
from taskwall.model.permissions.redundancy import contained

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
