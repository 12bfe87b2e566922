"""How the flows of two networks differ: by sets of ports and addresses, for each way by itself."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.model.core.address import EVERYWHERE, V4, V6, Ranges
from taskwall.model.flows.flow import ICMP, Flow, FlowVerdict, spoken_protocols
from taskwall.model.flows.selection import spoken_ranges
from taskwall.model.flows.sets import ANY_PROTOCOL, for_all
from taskwall.model.permissions.packets import Traffic, protocols

FlowChangeKind: TypeAlias = Literal["opens", "closes", "unknown"]

MANY_RANGES = 6
"""Of a difference in addresses that takes more CIDRs than this, the flow's own are told."""


class FlowChange(Struct, frozen=True):
    """A flow, or a part of one, that is not what it was before.

    `flow` is of after where it opens or is unknown now, and of before where it closes. `partly`
    says that of the addresses of the flow only some change.
    """

    kind: FlowChangeKind
    flow: Flow
    was: FlowVerdict
    partly: bool = False


class _Ways:
    """What is open by each way, and what perhaps; `whole` are all addresses of some ends."""

    def __init__(self, flows: Iterable[Flow], whole: Mapping[str, Ranges]) -> None:
        self._whole = whole
        self._held: dict[tuple[object, ...], Traffic] = {}
        for flow in flows:
            for kind in (flow.verdict, "possible"):
                key = (kind, *_way(flow))
                self._held[key] = self._held.get(key, Traffic()) | _traffic(flow)

    def held(self, kind: str, flow: Flow) -> Traffic:
        """What is open ("open"), unknown, or one of them ("possible") by the way of a flow.

        Flows that together have all addresses of an end, of one IP version, are as one that says
        nothing of them.
        """
        found = self._held.get((kind, *_way(flow)), Traffic())
        whole = self._whole.get(flow.source, EVERYWHERE)
        for addresses in (whole & V4, whole & V6):
            if found and addresses:
                found |= for_all(found, addresses)
        return found


def changed_flows(
    before: list[Flow],
    after: list[Flow],
    whole_before: Mapping[str, Ranges],
    whole_after: Mapping[str, Ranges],
) -> Iterator[FlowChange]:
    """What opens, closes, and is unknown and was not, each with as little as changes of it.

    `whole_before` and `whole_after` are all addresses of the ends of which flows need not name
    them.
    """
    old, new = _Ways(before, whole_before), _Ways(after, whole_after)
    for flow in after:
        known = old.held(flow.verdict, flow)
        left = _traffic(flow) - known
        kind: FlowChangeKind = "opens" if flow.verdict == "open" else "unknown"
        other: FlowVerdict = "unknown" if flow.verdict == "open" else "open"
        yield from _parts(kind, flow, left & old.held(other, flow), other)
        yield from _parts(kind, flow, left - old.held(other, flow), "closed")
    for flow in before:
        left = _traffic(flow) - new.held("possible", flow)
        if flow.verdict == "unknown":
            left = left - old.held("open", flow)
        yield from _parts("closes", flow, left, flow.verdict)


def _way(flow: Flow) -> tuple[object, ...]:
    arrives = None if flow.arrives is None else flow.arrives.spans
    return flow.source, flow.target, flow.through, arrives


def _traffic(flow: Flow) -> Traffic:
    named = {"all": ANY_PROTOCOL, "icmp": ICMP}
    spoken = named.get(flow.protocol) or protocols(flow.protocol)
    return Traffic.of(spoken, flow.ports, flow.addresses)


def _parts(
    kind: FlowChangeKind, flow: Flow, left: Traffic, was: FlowVerdict
) -> Iterator[FlowChange]:
    """What changes of a flow, as flows: one for each protocol and set of addresses."""
    found: dict[tuple[str, Ranges, bool], list[Ranges]] = {}
    for spoken, ports, addresses in left.boxes:
        many = len(list(islice(spoken_ranges(addresses), MANY_RANGES + 1))) > MANY_RANGES
        partly = many and addresses != flow.addresses
        told = flow.addresses if partly else addresses
        for word, held in spoken_protocols(((spoken, ports),)):
            found.setdefault((word, told, partly), []).append(held)
    for (word, told, partly), parts in found.items():
        part = replace(flow, protocol=word, ports=Ranges.union(parts), addresses=told)
        yield FlowChange(kind, part, was, partly)
