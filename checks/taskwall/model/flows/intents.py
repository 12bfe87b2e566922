"""Flows that settings expect: which there may be, and which there must be."""

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import Fact, all_of
from taskwall.core.values import Origin, Span
from taskwall.model.core.address import ALL_PORTS, Ranges
from taskwall.model.core.entity import Entity
from taskwall.model.core.network import FlowIntent, Network
from taskwall.model.entities.load_balancer import Listener, LoadBalancer
from taskwall.model.entities.security_group import Direction, Permission, SecurityGroup
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.model.exposure.task_ports import number_of
from taskwall.model.flows.flow import Flow
from taskwall.model.flows.flows import all_flows
from taskwall.model.flows.obstacles import obstacles_between
from taskwall.model.flows.patterns import FlowPattern, flow_pattern
from taskwall.model.flows.reach import Reach
from taskwall.model.flows.security_groups import all_entries
from taskwall.model.flows.selection import (
    NoEndError,
    Selection,
    flows_between,
    select_ends,
)
from taskwall.model.routing.network_acl import NetworkAcl


class Judged(Struct, frozen=True):
    """An intent about two ends of a stack, and what comes of it for one flow, or for all.

    `on` and `at` say where it can be changed. `broken` is whether it is.
    """

    intent: FlowIntent
    on: Origin
    at: Span
    broken: Fact
    words: str


def unexpected(network: Network) -> Iterator[Judged]:
    """The flows beyond those that intents allow, or that there are none."""
    for intent, source, target, found, reach in _asked(network):
        if intent.only is None:
            continue
        patterns = [flow_pattern(text) for text in intent.only]
        thing = _thing(source, target)
        if thing is None:
            continue
        told = False
        for every in found:
            expected = Ranges.union(each.covered(every) for each in patterns if each is not None)
            ports = every.ports - expected
            if not ports:
                continue
            told = True
            flow = replace(every, ports=ports)
            on, at = _opened_at(reach, flow) or (thing.origin, thing.origin.header)
            truth = True if flow.verdict == "open" else None
            words = _spoken(flow)
            text = f"{flow.source} can open {words} to {flow.target}"
            broken = Fact(truth, text, None, thing.name, flow.missing)
            chain = [fact for fact in flow.because if fact.truth is not False]
            yield Judged(intent, on, at, all_of((broken, *chain)), words)
        if not told:
            otherwise = f"{intent.source} can open nothing else to {intent.target}"
            text = f"{intent.source} can open more to {intent.target}"
            none = Fact(False, text, thing.origin.header, thing.name, otherwise=otherwise)
            yield Judged(intent, thing.origin, thing.origin.header, none, "")


def missing(network: Network) -> Iterator[Judged]:
    """The flows that intents require, and whether each is missing."""
    for intent, source, target, found, reach in _asked(network):
        thing = _thing(source, target)
        for text in intent.required:
            wanted = flow_pattern(text)
            if wanted is not None and thing is not None:
                yield _required(reach, intent, source, target, thing, text, wanted, found)


def _required(
    reach: Reach,
    intent: FlowIntent,
    source: Selection,
    target: Selection,
    thing: Entity,
    text: str,
    wanted: FlowPattern,
    found: list[Flow],
) -> Judged:
    fits = [flow for flow in found if wanted.matches(flow)]
    sure = Ranges.union(flow.ports for flow in fits if flow.verdict == "open")
    may = Ranges.union(flow.ports for flow in fits)
    words = f"{intent.source} can open {text} to {intent.target}"
    on = thing.origin
    if wanted.ports <= sure:
        open_ = Fact(False, f"not {words}", otherwise=words)
        return Judged(intent, on, on.header, open_, text)
    if wanted.ports <= may:
        needs = tuple(need for flow in fits for need in flow.missing)
        open_ = Fact(None, words, on.header, thing.name, needs)
        return Judged(intent, on, on.header, ~open_, text)
    shut = obstacles_between(reach, source, target, wanted.on(wanted.ports - may))
    cannot = f"{intent.source} cannot open {text} to {intent.target}"
    ends = (*source.needs, *target.needs)
    closed = Fact(None if ends else True, cannot, None, thing.name, ends)
    if shut and not ends:
        on = _named(reach.network, shut[0].fact.resource) or on
    broken = all_of((closed, *(~each.fact for each in shut[:1])))
    return Judged(intent, on, on.header, broken, text)


_Asked: TypeAlias = tuple[FlowIntent, Selection, Selection, list[Flow], Reach]


def _asked(network: Network) -> Iterator[_Asked]:
    """The intents of which both ends are in this stack, with the flows between these."""
    reach = Reach(network)
    flows = list(all_flows(reach))
    for intent in network.policy.intents:
        try:
            source, target = select_ends(reach, intent.source), select_ends(reach, intent.target)
        except NoEndError:
            continue
        between = flows_between(reach, flows, source, target)
        found = [one for every in between for one in every.each()]
        yield intent, source, target, found, reach


def _thing(source: Selection, target: Selection) -> Entity | None:
    """What an intent is about: its target, or its source where the target is no thing."""
    held = target.interfaces or source.interfaces
    return held[0].thing if held else None


def _opened_at(reach: Reach, flow: Flow) -> tuple[Origin, Span] | None:
    """Where a flow is let in: the last permission that names who opens it, else the listener.

    What is behind a load balancer, or a proxy, names that. Where nothing lets it in by name, the
    permission is that of who opens it.
    """
    first = flow.through[0] if flow.through else flow.target
    into = _permission(reach, flow, first, "ingress")
    found = into or _listener(reach, flow) or _permission(reach, flow, flow.source, "egress")
    if isinstance(found, Permission):
        return found.on, found.place
    return (found.origin, found.place) if found is not None else None


def _permission(reach: Reach, flow: Flow, end: str, way: Direction) -> Permission | None:
    """The last permission of the groups of an end that lets a flow through."""
    places = [fact.place for fact in flow.because]
    found: dict[int, Permission] = {}
    for each in (one for one in reach.every if one.end == end):
        for entry, _, _ in all_entries(reach.network, each.groups, way):
            permission = entry.permission
            if permission is not None and permission.place in places and entry.ports & flow.ports:
                found[places.index(permission.place)] = permission
    return found[max(found)] if found else None


def _listener(reach: Reach, flow: Flow) -> Listener | None:
    """The listener that takes a flow."""
    places = {fact.place for fact in flow.because}
    for listener in reach.network.every(Listener):
        at, number = listener.port.place or listener.place, number_of(listener.port)
        if at in places and (number is None or Ranges(((number, number),)) & flow.ports):
            return listener
    return None


_CLOSING: tuple[type[Entity], ...] = (
    SecurityGroup, NetworkAcl, Subnet, Vpc, Listener, LoadBalancer,
)  # fmt: skip
"""What closes a flow, or has no route that leads it on."""


def _named(network: Network, name: str) -> Origin | None:
    """What has a name in the sources, if that is something that closes flows."""
    every = (each for kind in _CLOSING for each in network.every(kind))
    return next((each.origin for each in every if name and each.name == name), None)


def _spoken(flow: Flow) -> str:
    ports = "" if flow.ports == ALL_PORTS else ":" + ", ".join(
        str(a) if a == b else f"{a}-{b}" for a, b in flow.ports.spans
    )  # fmt: skip
    through = f" through {', '.join(flow.through)}" if flow.through else ""
    return f"{flow.protocol}{ports}{through}"
