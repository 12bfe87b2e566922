"""A flow: who can open a connection to what, on which ports, and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import Fact, all_of
from taskwall.core.values import Need
from taskwall.model.core.address import ALL_PORTS, EVERYWHERE, V4, V6, Ranges
from taskwall.model.flows.sets import ANY_PROTOCOL, Pieces, TrafficPiece
from taskwall.model.permissions.packets import TCP, UDP, Traffic

FlowVerdict: TypeAlias = Literal["open", "unknown", "closed"]


class Flow(Struct, frozen=True):
    """What one end can open to another by one way, over one protocol.

    `protocol` is tcp, udp, icmp or all (else the number of a protocol), `ports` are those that the
    client opens, `arrives` those at the target where they differ. `addresses` are those of an end
    that is a set of addresses: which of them take part. `through` are the load balancers, endpoints
    and proxies on the way. `lost` are ports of clients to which no answer gets. `also` are further
    ends of which the same holds; `own` are then the facts that lead there from each of them, once
    for each connection that the flow is made of. `inner` are the addresses of the VPC at the near
    end, of which none is beyond it: to say so of the far end takes no words.
    """

    source: str
    target: str
    protocol: str
    ports: Ranges
    verdict: FlowVerdict
    because: tuple[Fact, ...] = ()
    missing: tuple[Need, ...] = ()
    through: tuple[str, ...] = ()
    arrives: Ranges | None = None
    addresses: Ranges = EVERYWHERE
    lost: Ranges = Ranges()
    also: tuple[str, ...] = ()
    own: tuple[tuple[Fact, ...], ...] = ()
    inner: Ranges = Ranges()

    def each(self) -> "Iterator[Flow]":
        """The same flow from each of its ends, each with its whole chain."""
        if not self.own:
            yield self
            return
        for source, *own in zip((self.source, *self.also), *self.own, strict=True):
            leaves = (leaf for fact in own for leaf in fact.deciding())
            because = _once((*leaves, *self.because))
            yield replace(self, source=source, because=because, also=(), own=())


class Obstacle(Struct, frozen=True):
    """What closes a connection, a fact that is false, and the change that would let it through.

    `change` is empty where nothing would. `waits` is what decides beside it, on the same way, and
    is not known.
    """

    fact: Fact
    change: str
    waits: tuple[Need, ...] = ()


def with_waits(shut: Sequence[Obstacle], *parts: Pieces) -> tuple[Obstacle, ...]:
    """Obstacles with what the rest of the way waits for, where a part of it is open for nothing."""
    unsure = [part[0].fact for part in parts if part and not any(p.fact.truth for p in part)]
    waits = tuple(dict.fromkeys(need for fact in unsure for need in fact.waits_for()))
    return (replace(shut[0], waits=waits), *shut[1:]) if shut and waits else tuple(shut)


class OpenConnection(Struct, frozen=True):
    """What can be opened between two ends.

    Where that is nothing, `closed` is what closes it, that nearest to the client first: all of it
    must change.
    """

    pieces: Pieces
    closed: tuple[Obstacle, ...] = ()
    lost: Ranges = Ranges()


class PathFlow(Struct, frozen=True):
    """What one path opens between two ends: whether these exist is in its pieces.

    `also` are further ends of which the same holds, `own` what leads there from each of them.
    """

    source: str
    target: str
    pieces: Pieces
    through: tuple[str, ...] = ()
    arrives: Ranges | None = None
    lost: Ranges = Ranges()
    also: tuple[str, ...] = ()
    own: tuple[Fact, ...] = ()


def if_there(pieces: Pieces, exists: Iterable[Fact]) -> Pieces:
    """Pieces of what may not exist."""
    facts = [fact for fact in exists if fact.truth is not True]
    if not facts:
        return pieces
    if any(fact.truth is False for fact in facts):
        return ()
    return tuple(TrafficPiece(piece.traffic, all_of((piece.fact, *facts))) for piece in pieces)


def flows_of(path_flows: Iterable[PathFlow], whole: Mapping[str, Ranges]) -> Iterator[Flow]:
    """What paths open as flows: those of one path together, nothing unknown that is open as well.

    `whole` are all addresses of some ends: flows from these need no word about them.
    """
    ways: dict[object, list[PathFlow]] = {}
    for each in path_flows:
        if each.pieces:
            arrives = each.arrives.spans if each.arrives is not None else None
            ends = each.source, each.also, each.target
            ways.setdefault((*ends, each.through, arrives), []).append(each)
    for alike in ways.values():
        first = alike[0]
        every = EVERYWHERE if first.also else whole.get(first.source, EVERYWHERE)
        for flow in _flows(alike):
            yield replace(flow, addresses=EVERYWHERE) if every <= flow.addresses else flow


def _flows(alike: list[PathFlow]) -> Iterator[Flow]:
    first, lost = alike[0], alike[0].lost
    pieces = [piece for each in alike for piece in each.pieces]
    open_: list[TrafficPiece] = [piece for piece in pieces if piece.fact.truth]
    certain = [each for each in alike if any(piece.fact.truth for piece in each.pieces)]
    own = tuple(each.own for each in certain if each.own)
    yield from _spoken(first, open_, "open", (), lost, own)
    covered = Traffic(tuple(box for piece in open_ for box in piece.traffic.boxes))
    waiting: dict[tuple[Need, ...], list[TrafficPiece]] = {}
    for piece in pieces:
        if piece.fact.truth is None and (left := piece.traffic - covered):
            waits = piece.fact.waits_for()
            waiting.setdefault(waits, []).append(TrafficPiece(left, piece.fact))
            covered |= left
    own = tuple(each.own for each in alike if each.own)
    for missing, group in waiting.items():
        yield from _spoken(first, group, "unknown", missing, lost, own)


def _spoken(
    of: PathFlow,
    pieces: list[TrafficPiece],
    verdict: FlowVerdict,
    missing: tuple[Need, ...],
    lost: Ranges,
    own: tuple[tuple[Fact, ...], ...],
) -> Iterator[Flow]:
    """Pieces of one verdict as flows, one for each protocol and set of addresses."""
    if not pieces:
        return
    boxes = [box for piece in pieces for box in piece.traffic.boxes]
    alike: dict[tuple[Ranges, Ranges], list[Ranges]] = {}
    for protocols, ports, addresses in boxes:
        alike.setdefault((protocols, ports), []).append(addresses)
    by_addresses: dict[Ranges, list[tuple[Ranges, Ranges]]] = {}
    for spoken, sets in alike.items():
        by_addresses.setdefault(Ranges.union(sets), []).append(spoken)
    words = {
        addresses: dict(spoken_protocols(tuple(held))) for addresses, held in by_addresses.items()
    }
    every = [addresses for addresses, found in words.items() if "all" in found]
    because = _because(pieces)
    for addresses, found in words.items():
        if any(addresses <= whole for whole in every if whole != addresses):
            continue
        for word, ports in found.items():
            yield Flow(
                of.source, of.target, word, ports, verdict, because, missing,
                of.through, of.arrives, addresses, lost if word == "tcp" else Ranges(),
                of.also, own,
            )  # fmt: skip


def _because(pieces: list[TrafficPiece]) -> tuple[Fact, ...]:
    """The facts that lead there, each sentence once: of what is open, the first piece's will do."""
    return _once(leaf for piece in pieces[:4] for leaf in piece.fact.deciding())


def _once(leaves: Iterable[Fact]) -> tuple[Fact, ...]:
    found: dict[tuple[str, object], Fact] = {}
    for leaf in leaves:
        found.setdefault((leaf.text, leaf.place), leaf)
    return tuple(found.values())


def spoken_ports(ports: Ranges | None) -> tuple[str, ...]:
    """Ports as texts: single ones, ranges, or "all"; none where there are none to tell."""
    if ports == ALL_PORTS:
        return ("all",)
    if ports is None:
        return ()
    return tuple(str(a) if a == b else f"{a}-{b}" for a, b in ports.spans)


def on_ports(traffic: Traffic) -> str:
    """The ports of traffic as the end of a sentence; nothing where it is all."""
    ports = spoken_ports(traffic.ports)
    return "" if ports == ("all",) else f" on port {', '.join(ports)}"


ICMP = Ranges(((1, 1), (58, 58)))
"""ICMP of IPv4 and of IPv6: flows have one name for them."""


@lru_cache(1024)
def spoken_protocols(spoken: tuple[tuple[Ranges, Ranges], ...]) -> tuple[tuple[str, Ranges], ...]:
    """Protocols and their ports as flows name them; "all" where that is everything."""
    return tuple(_spoken_protocols(spoken))


def _spoken_protocols(
    spoken: tuple[tuple[Ranges, Ranges], ...],
) -> Iterator[tuple[str, Ranges]]:
    ports = {
        word: Ranges.union(held for protocols, held in spoken if protocols & numbers)
        for word, numbers in (("tcp", TCP), ("udp", UDP))
    }
    others = Ranges.union(protocols for protocols, _ in spoken) - TCP - UDP
    if all(held == ALL_PORTS for held in ports.values()) and others == ANY_PROTOCOL - TCP - UDP:
        yield "all", ALL_PORTS
        return
    yield from ((word, held) for word, held in ports.items() if held)
    if others & ICMP:
        yield "icmp", ALL_PORTS
    left = others - ICMP
    for low, high in left.spans if left.size < 8 else ():
        for number in range(low, high + 1):
            yield str(number), ALL_PORTS


def of_version(version: int) -> Ranges:
    """All addresses of an IP version."""
    return V4 if version == 4 else V6
