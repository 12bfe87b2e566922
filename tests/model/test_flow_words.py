"""How what passes becomes flows: what is open before what is unknown, in words and numbers."""

import pytest

from taskwall.core.facts import FALSE, TRUE, Fact
from taskwall.core.values import Need
from taskwall.model.core.address import ALL_PORTS, EVERYWHERE, V4, V6, Ranges, parse_cidr
from taskwall.model.flows.flow import (
    Flow,
    PathFlow,
    flows_of,
    if_there,
    on_ports,
    spoken_ports,
    spoken_protocols,
)
from taskwall.model.flows.selection import cidr_ranges, spoken_ranges
from taskwall.model.flows.sets import ANY_PROTOCOL, Pieces, TrafficPiece
from taskwall.model.permissions.packets import TCP, UDP, Traffic, protocols

NEED, OTHER = Need("var.x", "has no default"), Need("var.y", "has no default")
MAYBE, PERHAPS = (Fact(None, f"{need.name} is so", needs=(need,)) for need in (NEED, OTHER))


def ranges(cidrs: str) -> Ranges:
    """Addresses by their CIDRs, with commas between."""
    found = [parse_cidr(each) for each in cidrs.split(",")]
    return Ranges.union(each.ranges for each in found if each is not None)


def piece(spoken: str, *spans: tuple[int, int], of: str = "", fact: Fact = TRUE) -> TrafficPiece:
    """A piece of traffic."""
    ports = Ranges(spans) if spans else ALL_PORTS
    addresses = ranges(of) if of else EVERYWHERE
    return TrafficPiece(Traffic.of(protocols(spoken), ports, addresses), fact)


def said(flows: list[Flow]) -> list[str]:
    """Flows in short."""
    lines = []
    for flow in flows:
        of = (
            "" if flow.addresses == EVERYWHERE else f" of {','.join(spoken_ranges(flow.addresses))}"
        )
        waits = "".join(f" needs {need.name}" for need in flow.missing)
        ports = ",".join(spoken_ports(flow.ports))
        lines.append(f"{flow.verdict} {flow.protocol}:{ports}{of}{waits}")
    return lines


WEB, TLS = (80, 80), (443, 443)
MADE: dict[str, tuple[Pieces, list[str]]] = {
    "nothing": ((), []),
    "one port": ((piece("tcp", WEB),), ["open tcp:80"]),
    "two ports": ((piece("tcp", WEB), piece("tcp", TLS)), ["open tcp:80,443"]),
    "neighbouring ports": ((piece("tcp", (80, 81)), piece("tcp", (82, 82))), ["open tcp:80-82"]),
    "two protocols": ((piece("tcp", WEB), piece("udp", WEB)), ["open tcp:80", "open udp:80"]),
    "everything": ((piece("all"),), ["open all:all"]),
    "everything, and a port": ((piece("all"), piece("tcp", WEB)), ["open all:all"]),
    "two sets of addresses": (
        (piece("tcp", WEB, of="10.0.0.0/24"), piece("tcp", WEB, of="10.0.1.0/24")),
        ["open tcp:80 of 10.0.0.0/23"],
    ),
    "ports of two sets of addresses": (
        (piece("tcp", WEB, of="10.0.0.0/24"), piece("tcp", TLS, of="10.0.1.0/24")),
        ["open tcp:80 of 10.0.0.0/24", "open tcp:443 of 10.0.1.0/24"],
    ),
    "unknown": ((piece("tcp", WEB, fact=MAYBE),), ["unknown tcp:80 needs var.x"]),
    # Nothing is unknown that is open as well.
    "unknown where it is open": (
        (piece("tcp", WEB, fact=MAYBE), piece("tcp", WEB)),
        ["open tcp:80"],
    ),
    "unknown beside what is open": (
        (piece("tcp", (80, 443), fact=MAYBE), piece("tcp", WEB)),
        ["open tcp:80", "unknown tcp:81-443 needs var.x"],
    ),
    "unknown for one reason and for another": (
        (piece("tcp", WEB, fact=MAYBE), piece("tcp", TLS, fact=PERHAPS)),
        ["unknown tcp:80 needs var.x", "unknown tcp:443 needs var.y"],
    ),
    "unknown for one reason twice": (
        (piece("tcp", WEB, fact=MAYBE), piece("tcp", TLS, fact=MAYBE)),
        ["unknown tcp:80,443 needs var.x"],
    ),
    "unknown for two reasons": (
        (piece("tcp", WEB, fact=MAYBE), piece("tcp", (80, 81), fact=PERHAPS)),
        ["unknown tcp:80 needs var.x", "unknown tcp:81 needs var.y"],
    ),
}


@pytest.mark.parametrize(("pieces", "expected"), MADE.values(), ids=MADE)
def test_what_passes_as_flows(pieces: Pieces, expected: list[str]) -> None:
    """One for each protocol, set of addresses and reason; from one path or from several alike."""
    whole = PathFlow("service:a", "service:b", pieces)
    apart = [PathFlow("service:a", "service:b", (each,)) for each in pieces]

    assert said([*flows_of([whole], {})]) == expected
    assert said([*flows_of(apart, {})]) == expected


def test_which_paths_are_told_together() -> None:
    """Those between the same ends by the same way, which arrive at the same ports."""
    pieces = (piece("tcp", WEB),)
    one = PathFlow("service:a", "service:b", pieces)
    others = [
        PathFlow("service:c", "service:b", pieces),
        PathFlow("service:a", "service:c", pieces),
        PathFlow("service:a", "service:b", pieces, ("lb:edge",)),
        PathFlow("service:a", "service:b", pieces, arrives=Ranges((WEB,))),
    ]
    assert len([*flows_of([one, one], {})]) == 1
    for other in others:
        assert len([*flows_of([one, other], {})]) == 2


@pytest.mark.parametrize(
    ("of", "whole", "told"),
    [
        ("10.0.0.0/24", "10.0.0.0/24", True),
        ("10.0.0.0/16", "10.0.0.0/24", True),
        ("10.0.0.0/25", "10.0.0.0/24", False),
        ("0.0.0.0/0", "10.0.0.0/24", True),
        ("2001:db8::/64", "10.0.0.0/24", False),
    ],
)
def test_all_addresses_of_an_end_take_no_words(of: str, whole: str, told: bool) -> None:
    """A flow from an end is one from all of it unless it says otherwise."""
    path = PathFlow("vpc:main", "service:b", (piece("tcp", WEB, of=of),))
    (flow,) = flows_of([path], {"vpc:main": ranges(whole)})
    assert (flow.addresses == EVERYWHERE) is told
    (other,) = flows_of([path], {"vpc:far": ranges(whole)})
    assert other.addresses == ranges(of)


@pytest.mark.parametrize(
    ("facts", "truths"),
    [
        ((), [True, None]),
        ((TRUE,), [True, None]),
        ((FALSE,), []),
        ((MAYBE,), [None, None]),
        ((TRUE, PERHAPS), [None, None]),
        ((PERHAPS, FALSE), []),
    ],
)
def test_what_passes_to_what_may_not_exist(
    facts: tuple[Fact, ...], truths: list[bool | None]
) -> None:
    """Nothing where it does not, and nothing for certain where nobody knows."""
    pieces = piece("tcp", WEB), piece("tcp", TLS, fact=MAYBE)
    found = if_there(pieces, facts)
    assert [each.fact.truth for each in found] == truths
    assert [each.traffic for each in found] == [each.traffic for each in pieces[: len(found)]]


@pytest.mark.parametrize(
    ("ports", "spoken", "sentence"),
    [
        (None, (), ""),
        (ALL_PORTS, ("all",), ""),
        (Ranges((WEB,)), ("80",), " on port 80"),
        (Ranges(((0, 65534),)), ("0-65534",), " on port 0-65534"),
        (Ranges((WEB, (443, 444))), ("80", "443-444"), " on port 80, 443-444"),
    ],
)
def test_ports_in_words(ports: Ranges | None, spoken: tuple[str, ...], sentence: str) -> None:
    """Single ones, ranges, or all of them."""
    assert spoken_ports(ports) == spoken
    if ports:
        assert on_ports(Traffic.of(TCP, ports, EVERYWHERE)) == sentence


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (((ANY_PROTOCOL, ALL_PORTS),), [("all", "all")]),
        (((ANY_PROTOCOL - TCP, ALL_PORTS), (TCP, Ranges((WEB,)))), [("tcp", "80"), ("udp", "all"),
                                                                     ("icmp", "all")]),
        (((TCP | UDP, Ranges((WEB,))),), [("tcp", "80"), ("udp", "80")]),
        (((TCP, Ranges((WEB,))), (TCP, Ranges((TLS,)))), [("tcp", "80,443")]),
        (((protocols("icmpv6"), ALL_PORTS),), [("icmp", "all")]),
        (((protocols("47"), ALL_PORTS), (UDP, Ranges((WEB,)))), [("udp", "80"), ("47", "all")]),
        (((Ranges(((100, 106),)), ALL_PORTS),), [(str(n), "all") for n in range(100, 107)]),
        (((Ranges(((100, 107),)), ALL_PORTS),), []),
    ],
)  # fmt: skip
def test_protocols_in_words(
    held: tuple[tuple[Ranges, Ranges], ...], words: list[tuple[str, str]]
) -> None:
    """By name where they have one, by number where these are few; "all" is everything."""
    found = spoken_protocols(held)
    assert [(word, ",".join(spoken_ports(ports))) for word, ports in found] == words


VPC = "10.0.0.0/16"


@pytest.mark.parametrize(
    ("source", "of", "inner", "words"),
    [
        ("vpc:main", "", "", []),
        ("vpc:main", "10.0.1.0/24", "", ["10.0.1.0/24"]),
        ("vpc:main", "10.0.1.0/24,10.0.3.0/24", "", ["10.0.1.0/24", "10.0.3.0/24"]),
        ("vpc:main", "2001:db8::/64,10.0.1.0/24", "", ["10.0.1.0/24", "2001:db8::/64"]),
        ("internet", "8.0.0.0/8", "", ["8.0.0.0/8"]),
        ("internet", "0.0.0.0/0", "", []),
        ("internet", "::/0", "", ["::/0"]),
        # Public addresses of the VPC are nobody else's.
        ("internet", "8.0.0.0/9,8.192.0.0/10", "8.128.0.0/10", ["8.0.0.0/8"]),
        ("vpc:main", "8.0.0.0/9,8.192.0.0/10", "8.128.0.0/10", ["8.0.0.0/9", "8.192.0.0/10"]),
    ],
)
def test_addresses_in_words(source: str, of: str, inner: str, words: list[str]) -> None:
    """Only where these are not all that the name of the end stands for."""
    flow = Flow(
        source,
        "service:web",
        "tcp",
        ALL_PORTS,
        "open",
        addresses=ranges(of) if of else EVERYWHERE,
        inner=ranges(inner) if inner else Ranges(),
    )
    assert cidr_ranges(flow) == words


@pytest.mark.parametrize(
    ("addresses", "words"),
    [
        (Ranges(), []),
        (V4, ["0.0.0.0/0"]),
        (V6, ["::/0"]),
        (EVERYWHERE, ["0.0.0.0/0", "::/0"]),
        (ranges("10.0.0.0/24,10.0.2.0/23"), ["10.0.0.0/24", "10.0.2.0/23"]),
        (ranges("10.0.0.0/24,10.0.1.0/24"), ["10.0.0.0/23"]),
        (ranges("2001:db8::/64,10.0.0.9/32"), ["10.0.0.9/32", "2001:db8::/64"]),
    ],
)
def test_ranges_in_words(addresses: Ranges, words: list[str]) -> None:
    """As few CIDRs as there are, IPv4 first."""
    assert [*spoken_ranges(addresses)] == words
