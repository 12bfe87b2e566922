"""Sets of traffic of which each part is open for certain, or perhaps, and why."""

from collections.abc import Iterable
from typing import TypeAlias

from msgspec import Struct

from taskwall.core.facts import TRUE, Fact, all_of
from taskwall.model.core.address import ALL_PORTS, EVERYWHERE, Ranges
from taskwall.model.permissions.packets import Traffic, protocols

ANY_PROTOCOL = protocols("all")
ALL = Traffic.of(ANY_PROTOCOL, ALL_PORTS, EVERYWHERE)
"""All traffic, from (or to) everywhere."""


class TrafficPiece(Struct, frozen=True):
    """Traffic that passes: for certain, or if `fact` (which is unknown then) turns out true.

    Its addresses are those of an end that is nothing but a set of addresses, like the internet;
    between two things that have names they say nothing.
    """

    traffic: Traffic
    fact: Fact = TRUE


Pieces: TypeAlias = tuple[TrafficPiece, ...]
"""The union of pieces; none of them: nothing passes."""

OPEN: Pieces = (TrafficPiece(ALL),)


def over(
    protocols: Ranges, ports: Ranges, fact: Fact = TRUE, addresses: Ranges = EVERYWHERE
) -> Pieces:
    """The traffic of some protocols to some ports, if a fact may hold."""
    traffic = Traffic.of(protocols, ports, addresses)
    return (TrafficPiece(traffic, fact),) if traffic and fact.truth is not False else ()


def given(fact: Fact) -> Pieces:
    """Everything, if a fact may hold."""
    if fact is TRUE:
        return OPEN
    return () if fact.truth is False else (TrafficPiece(ALL, fact),)


def cross(one: Pieces, other: Pieces) -> Pieces:
    """What passes both."""
    if one is OPEN:
        return other
    if other is OPEN:
        return one
    found = []
    for mine in one:
        for theirs in other:
            traffic = theirs.traffic if mine.traffic is ALL else mine.traffic
            if mine.traffic is not ALL and theirs.traffic is not ALL:
                traffic = mine.traffic & theirs.traffic
            if traffic:
                found.append(TrafficPiece(traffic, both(mine.fact, theirs.fact)))
    return merged(found)


def both(one: Fact, other: Fact) -> Fact:
    """Whether two facts hold, of which neither is false."""
    if one is TRUE:
        return other
    return one if other is TRUE else all_of((one, other))


def merged(pieces: Iterable[TrafficPiece]) -> Pieces:
    """The same union with fewer pieces: what is certain first, and nothing told twice."""
    every = tuple(pieces)
    if len(every) < 2:
        return every
    found: list[TrafficPiece] = []
    covered = Traffic()
    for sure in (True, None):
        for piece in every:
            if piece.fact.truth is not sure:
                continue
            left = piece.traffic - covered if covered else piece.traffic
            if left:
                # What is certain keeps its whole set: the sentence is about all of it.
                found.append(piece if sure else TrafficPiece(left, piece.fact))
                covered |= left
    return tuple(found)


def for_all(passed: Traffic, addresses: Ranges) -> Traffic:
    """The protocols and ports on which all of some addresses are in a set."""
    whole = Traffic.of(ANY_PROTOCOL, ALL_PORTS, addresses)
    missing = whole - passed
    return anywhere(whole) - anywhere(missing) if missing else ALL


def for_some(passed: Traffic, addresses: Ranges) -> Traffic:
    """The protocols and ports on which at least one of some addresses is in a set."""
    return anywhere(passed & Traffic.of(ANY_PROTOCOL, ALL_PORTS, addresses))


def anywhere(traffic: Traffic) -> Traffic:
    """The protocols and ports of traffic, from (or to) everywhere."""
    return Traffic(tuple((spoken, ports, EVERYWHERE) for spoken, ports, _ in traffic.boxes))
