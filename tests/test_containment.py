"""Which permissions others contain, against a slow model that tries every pair."""

from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from permits import group_of, permission
from taskwall.model.address import cidr
from taskwall.model.containment import contained
from taskwall.model.network import Network

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
    a, b = cidr(one[0]), cidr(other[0])
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
