"""Flows as settings write them, and which flows of a stack these are about."""

import pytest

from taskwall.model.core.address import ALL_PORTS, Ranges
from taskwall.model.flows.flow import Flow, spoken_ports
from taskwall.model.flows.patterns import flow_pattern

HTTPS = Ranges(((443, 443),))
EDGE = ("lb:edge",)


@pytest.mark.parametrize(
    ("text", "protocol", "ports", "through", "covered", "about"),
    [
        ("tcp:443", "tcp", HTTPS, (), ["443"], True),
        ("tcp", "tcp", HTTPS, (), ["443"], True),
        ("all", "tcp", HTTPS, (), ["443"], True),
        ("udp", "tcp", HTTPS, (), [], False),
        ("tcp:440-450", "tcp", Ranges(((445, 460),)), (), ["445-450"], True),
        # Of everything, TCP is a part: what it is about may be more than this.
        ("tcp", "all", ALL_PORTS, (), [], True),
        ("all", "all", ALL_PORTS, (), ["all"], True),
        # Without a word about the way, any will do.
        ("tcp:443", "tcp", HTTPS, EDGE, ["443"], True),
        ("tcp:443 through lb:edge", "tcp", HTTPS, EDGE, ["443"], True),
        ("tcp:443 through alb:edge", "tcp", HTTPS, EDGE, ["443"], True),
        ("tcp:443 through lb:other", "tcp", HTTPS, EDGE, [], False),
        ("tcp:443 through lb:edge", "tcp", HTTPS, (), [], False),
    ],
)
def test_which_flows_a_pattern_is_about(
    text: str,
    protocol: str,
    ports: Ranges,
    through: tuple[str, ...],
    covered: list[str],
    about: bool,
) -> None:
    """It covers the ports of a flow that it names, if it is about the whole flow there."""
    flow = Flow("internet", "service:web", protocol, ports, "open", through=through)
    found = flow_pattern(text)

    assert found is not None
    assert [*spoken_ports(found.covered(flow) or None)] == covered
    assert found.matches(flow) is about


@pytest.mark.parametrize(
    "text", ["", "sctp", "tcp:", "tcp:444-443", "tcp:65536", "icmp:8", "all:443", "tcp through"]
)
def test_what_is_no_pattern(text: str) -> None:
    """A port is one of TCP or UDP, and a range ends where it begins, or later."""
    assert flow_pattern(text) is None


@pytest.mark.parametrize("text", ["tcp:0", "tcp:65535", "tcp:443-443", " udp:53 ", "icmp"])
def test_what_is_a_pattern(text: str) -> None:
    """The first and the last port are some, and a range may be of one."""
    assert flow_pattern(text) is not None
