"""By which names flows tell protocols."""

import pytest

from taskwall.model.core.address import ALL_PORTS, Ranges
from taskwall.model.flows.flow import spoken_protocols


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 255, ["all"]),
        (6, 6, ["tcp"]),
        (1, 1, ["icmp"]),
        (58, 58, ["icmp"]),
        (50, 51, ["50", "51"]),
        (17, 18, ["udp", "18"]),
        (0, 2, ["icmp", "0", "2"]),
        (57, 59, ["icmp", "57", "59"]),
        # Too many to be told one by one.
        (60, 90, []),
    ],
)
def test_protocols_have_names_or_are_told_by_their_numbers(
    low: int, high: int, words: list[str]
) -> None:
    """TCP, UDP and ICMP have names; a few others are numbers."""
    found = spoken_protocols(((Ranges(((low, high),)), ALL_PORTS),))

    assert found == tuple((word, ALL_PORTS) for word in words)


def test_all_is_no_word_for_a_few_protocols() -> None:
    """All ports of TCP and UDP are not all traffic."""
    found = spoken_protocols(((Ranges(((6, 6), (17, 17))), ALL_PORTS),))

    assert found == (("tcp", ALL_PORTS), ("udp", ALL_PORTS))
