"""What changes between the flows of two networks: by ports, by addresses, by what is known."""

from collections.abc import Iterable, Mapping

import pytest

from taskwall.model.core.address import ALL_PORTS, EVERYWHERE, Ranges, parse_cidr
from taskwall.model.flows.difference import FlowChange, changed_flows
from taskwall.model.flows.flow import Flow, FlowVerdict, spoken_ports
from taskwall.model.flows.selection import spoken_ranges


def ranges(cidrs: str) -> Ranges:
    """Addresses by their CIDRs, with commas between."""
    found = [parse_cidr(each) for each in cidrs.split(",")]
    return Ranges.union(each.ranges for each in found if each is not None)


def flow(
    spoken: str,
    of: str = "",
    verdict: FlowVerdict = "open",
    through: tuple[str, ...] = (),
    arrives: int | None = None,
) -> Flow:
    """A flow from one service to another; without addresses, from all of it."""
    protocol, _, named = spoken.partition(":")
    spans = [tuple(map(int, each.split("-"))) for each in named.split(",") if each]
    ports = Ranges(tuple((each[0], each[-1]) for each in spans)) if spans else ALL_PORTS
    addresses = ranges(of) if of else EVERYWHERE
    at = None if arrives is None else Ranges(((arrives, arrives),))
    return Flow("service:a", "service:b", protocol, ports, verdict, (), (), through, at, addresses)


def said(found: Iterable[FlowChange]) -> list[str]:
    """Changes in short: what becomes of what, and what it was where that is not plain."""
    lines = []
    for each in found:
        ports = ",".join(spoken_ports(each.flow.ports))
        line = f"{each.kind} {each.flow.protocol}:{ports}"
        if each.flow.addresses not in (EVERYWHERE, Ranges()):
            line += f" of {','.join(spoken_ranges(each.flow.addresses))}"
        lines.append(f"{line}, {'partly ' if each.partly else ''}{each.was}")
    return sorted(lines)


WEB, WIDE = flow("tcp:80"), flow("tcp:80-81")
MAYBE, MAYBE_WIDE = flow("tcp:80", verdict="unknown"), flow("tcp:80-81", verdict="unknown")
HALVES = [flow("tcp:80", "10.0.0.0/17"), flow("tcp:80", "10.0.128.0/17")]
SCATTERED = ",".join(f"10.0.0.{number}/32" for number in range(0, 16, 2))
SIX, SEVEN = (",".join(f"10.0.0.{2 * n}/32" for n in range(many)) for many in (6, 7))

CHANGES: dict[str, tuple[list[Flow], list[Flow], list[str]]] = {
    "nothing": ([], [], []),
    "the same": ([WEB], [WEB], []),
    "one more": ([], [WEB], ["opens tcp:80, closed"]),
    "one less": ([WEB], [], ["closes tcp:80, open"]),
    "more ports": ([WEB], [WIDE], ["opens tcp:81, closed"]),
    "fewer ports": ([WIDE], [WEB], ["closes tcp:81, open"]),
    "other ports": (
        [WEB],
        [flow("tcp:81")],
        ["closes tcp:80, open", "opens tcp:81, closed"],
    ),
    "ports on both sides": ([WEB], [flow("tcp:79-82")], ["opens tcp:79,81-82, closed"]),
    "in two pieces": ([flow("tcp:80-81")], [flow("tcp:80"), flow("tcp:81")], []),
    "another protocol": (
        [WEB],
        [flow("udp:80")],
        ["closes tcp:80, open", "opens udp:80, closed"],
    ),
    "all protocols": (
        [flow("tcp"), flow("udp"), flow("icmp")],
        [flow("all")],
        # What no flow has a name for is not told.
        [],
    ),
    "no longer all protocols": (
        [flow("all")],
        [flow("tcp")],
        ["closes icmp:all, open", "closes udp:all, open"],
    ),
    "one of all protocols": ([flow("tcp")], [flow("tcp"), flow("47")], ["opens 47:all, closed"]),
    "known at last": ([MAYBE], [WEB], ["opens tcp:80, unknown"]),
    "no longer known": ([WEB], [MAYBE], ["unknown tcp:80, open"]),
    "unknown as before": ([MAYBE], [MAYBE], []),
    "unknown, and new": ([], [MAYBE], ["unknown tcp:80, closed"]),
    "unknown, and gone": ([MAYBE], [], ["closes tcp:80, unknown"]),
    "known in part": ([MAYBE_WIDE], [WEB], ["closes tcp:81, unknown", "opens tcp:80, unknown"]),
    "unknown in part": ([WEB], [MAYBE_WIDE], ["unknown tcp:80, open", "unknown tcp:81, closed"]),
    "open, and unknown beyond": ([WEB], [WEB, flow("tcp:81", verdict="unknown")],
                                 ["unknown tcp:81, closed"]),
    "more addresses": (
        [flow("tcp:80", "10.0.0.0/24")],
        [flow("tcp:80", "10.0.0.0/23")],
        ["opens tcp:80 of 10.0.1.0/24, closed"],
    ),
    "fewer addresses": (
        [flow("tcp:80", "10.0.0.0/23")],
        [flow("tcp:80", "10.0.1.0/24")],
        ["closes tcp:80 of 10.0.0.0/24, open"],
    ),
    "ports and addresses": (
        [flow("tcp:80", "10.0.0.0/24")],
        [flow("tcp:80-81", "10.0.0.0/24")],
        ["opens tcp:81 of 10.0.0.0/24, closed"],
    ),
    "addresses that are scattered": (
        [flow("tcp:80", "10.0.1.0/24")],
        [flow("tcp:80", f"10.0.1.0/24,{SIX}")],
        [f"opens tcp:80 of {SIX}, closed"],
    ),
    "addresses that are scattered too far to be told": (
        [flow("tcp:80", "10.0.1.0/24")],
        [flow("tcp:80", f"10.0.1.0/24,{SEVEN}")],
        [f"opens tcp:80 of {SEVEN},10.0.1.0/24, partly closed"],
    ),
    "a flow of scattered addresses": (
        [],
        [flow("tcp:80", SCATTERED)],
        [f"opens tcp:80 of {SCATTERED}, closed"],
    ),
    "another way": (
        [WEB],
        [flow("tcp:80", through=("lb:edge",))],
        ["closes tcp:80, open", "opens tcp:80, closed"],
    ),
    "one more way": (
        [WEB],
        [WEB, flow("tcp:80", through=("lb:edge",))],
        ["opens tcp:80, closed"],
    ),
    "another port behind a load balancer": (
        [flow("tcp:80", through=("lb:edge",), arrives=8080)],
        [flow("tcp:80", through=("lb:edge",), arrives=8081)],
        ["closes tcp:80, open", "opens tcp:80, closed"],
    ),
    "the same port behind a load balancer": (
        [flow("tcp:80", through=("lb:edge",), arrives=8080)],
        [flow("tcp:80", through=("lb:edge",), arrives=8080)],
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "expected"), CHANGES.values(), ids=CHANGES)
def test_what_changes(before: list[Flow], after: list[Flow], expected: list[str]) -> None:
    """As little as changes, with what it was before; of what is the same nothing."""
    assert said(changed_flows(before, after, {}, {})) == expected


VPC = {"service:a": ranges("10.0.0.0/16")}
BOTH = {"service:a": ranges("10.0.0.0/16,2001:db8::/56")}
ONLY_SIX = {"service:a": ranges("2001:db8::/56")}
OTHER = {"service:c": ranges("10.0.0.0/16")}
OF_SIX = flow("tcp:80", "2001:db8::/56")
OF_FOUR = flow("tcp:80", "10.0.0.0/16")


@pytest.mark.parametrize(
    ("before", "after", "whole", "expected"),
    [
        (HALVES, [WEB], VPC, []),
        ([WEB], HALVES, VPC, []),
        (HALVES[:1], [WEB], VPC, ["opens tcp:80, partly closed"]),
        ([WEB], HALVES[1:], VPC, ["closes tcp:80, partly open"]),
        (HALVES, [flow("tcp:80-81")], VPC, ["opens tcp:81, closed"]),
        ([OF_FOUR, OF_SIX], [WEB], BOTH, []),
        ([WEB], [OF_FOUR, OF_SIX], BOTH, []),
        ([OF_SIX], [WEB], ONLY_SIX, []),
        ([WEB], [OF_SIX], ONLY_SIX, []),
        ([OF_SIX], [flow("tcp:80-81")], ONLY_SIX, ["opens tcp:81, closed"]),
    ],
)
def test_all_addresses_of_an_end_are_as_no_word_about_them(
    before: list[Flow], after: list[Flow], whole: Mapping[str, Ranges], expected: list[str]
) -> None:
    """Of one IP version or of both, in one flow or in several."""
    assert said(changed_flows(before, after, whole, whole)) == expected


def test_which_addresses_an_end_has_is_its_own_matter() -> None:
    """Those of another end do not make a flow one from everywhere, nor those of later before."""
    every = [flow("tcp:80", "0.0.0.0/0")]
    opens = ["opens tcp:80 of 0.0.0.0/0, partly closed"]
    for before, after in (({}, {}), (OTHER, OTHER), ({}, VPC)):
        assert said(changed_flows([OF_FOUR], every, before, after)) == opens
    assert said(changed_flows([OF_FOUR], every, VPC, {})) == []
    assert said(changed_flows(every, [OF_FOUR], {}, VPC)) == []
    assert said(changed_flows(every, [OF_FOUR], VPC, {})) != []
