"""Which rules yield to which, and what is told twice all the same."""

from collections.abc import Iterable, Iterator

from taskwall.core.loop_places import without_element
from taskwall.core.values import Fields, Items, Span, Value
from taskwall.findings.finding import Finding
from taskwall.source.stack import Stack

PRECEDENCE = {
    "TW204": ("TW205", "TW206", "TW208", "TW209", "TW212", "TW214", "TW215"),
    "TW205": ("TW209", "TW212"),
    "TW206": ("TW209", "TW212"),
    "TW208": ("TW209", "TW212"),
    "TW215": ("TW209", "TW212"),
    "TW207": ("TW209",),
    "TW202": ("TW211",),
    "TW302": ("TW304",),
    "TW303": ("TW304",),
    "TW402": ("TW403",),
    "TW101": ("TW108",),
    "TW106": ("TW109",),
    "TW408": ("TW405",),
    "TW603": ("TW203",),
}
"""Rules, and those that yield to them.

What is not told where there is nothing of which to tell it needs no precedence: where a public
load balancer is unknown, TW104 asks nothing that TW101 asks; where there is no flow log (TW701),
none can be judged by TW702 to TW704 and TW707; where an endpoint has no policy (TW402), TW404
looks at none.
"""

PAIRS = [(first, other) for first, others in PRECEDENCE.items() for other in others]

BLOCKS = frozenset(
    (
        *("ingress", "egress", "SecurityGroupIngress", "SecurityGroupEgress"),  # permissions
        *("listener", "Listeners", "backend", "Backends"),  # classic load balancers, and meshes
    )
)
"""Attributes whose elements are things of which each can be mistaken by itself."""

PEERS = frozenset(("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups"))
"""Lists of whom one block admits: as many permissions as elements."""


def told_twice(stack: Stack, findings: Iterable[Finding]) -> list[tuple[object, str, str]]:
    """The things of a stack that two rules fail of which one yields to the other."""
    resources = {each.origin.address: each for each in stack.evaluate({}).resources}
    told: dict[object, list[tuple[str, Span | None]]] = {}
    for finding in findings:
        for address in finding.addresses:
            body = resources[address].body if address in resources else Fields({})
            blocks = list(map(without_element, elements(body, BLOCKS)))
            block = innermost(finding, blocks)
            if block is not None and blocks.count(block) > 1:
                continue  # One text that makes several blocks: each of them has its own mistake.
            peer = innermost(finding, elements(body, PEERS))
            told.setdefault((address, block, finding.when), []).append((finding.rule, peer))
    return [
        (where, first, other)
        for where, rules in told.items()
        for first, other in PAIRS
        for one, peer in rules
        for two, peer2 in rules
        if (one, two) == (first, other) and (peer == peer2 or None in (peer, peer2))
    ]


def innermost(finding: Finding, places: Iterable[Span]) -> Span | None:
    """The smallest of some places that holds a finding."""
    at = finding.line, finding.column
    holding = [
        place
        for place in places
        if place.file == finding.file
        and (place.line, place.column) <= at < (place.end_line, place.end_column)
    ]
    return max(holding, key=lambda place: (place.line, place.column), default=None)


def elements(value: Value, of: frozenset[str], key: str = "") -> Iterator[Span]:
    """The places of all elements of some attributes, however deep in a value."""
    if isinstance(value, Items):
        for item in (*value.items, *value.rest):
            place = getattr(item, "place", None)
            if key in of and place is not None:
                yield place
            yield from elements(item, of, key)
    elif isinstance(value, Fields):
        for name, inner in value.fields.items():
            yield from elements(inner, of, name)
