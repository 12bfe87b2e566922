"""Flows that settings expect: which there may be, and which there must be."""

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import Fact, all_of
from taskwall.model.core.address import ALL_PORTS, Ranges
from taskwall.model.core.entity import Entity
from taskwall.model.core.network import FlowIntent, Network
from taskwall.model.entities.security_group import Permission
from taskwall.model.flows.flow import Flow
from taskwall.model.flows.flows import all_flows
from taskwall.model.flows.obstacles import obstacles_between
from taskwall.model.flows.patterns import FlowPattern, flow_pattern
from taskwall.model.flows.reach import Reach
from taskwall.model.flows.selection import (
    NoEndError,
    Selection,
    flows_between,
    select_ends,
)


class Judged(Struct, frozen=True):
    """An intent about two ends of a stack, and what comes of it for one flow, or for all.

    `on` and `place` say where it can be changed. `broken` is whether it is.
    """

    intent: FlowIntent
    on: Entity
    permission: Permission | None
    broken: Fact
    words: str


def unexpected(network: Network) -> Iterator[Judged]:
    """The flows beyond those that intents allow, or that there are none."""
    for intent, source, target, found, _ in _asked(network):
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
            permission = _last_permission(network, flow)
            truth = True if flow.verdict == "open" else None
            words = _spoken(flow)
            text = f"{flow.source} can open {words} to {flow.target}"
            broken = Fact(truth, text, None, thing.name, flow.missing)
            chain = [fact for fact in flow.because if fact.truth is not False]
            yield Judged(intent, thing, permission, all_of((broken, *chain)), words)
        if not told:
            otherwise = f"{intent.source} can open nothing else to {intent.target}"
            text = f"{intent.source} can open more to {intent.target}"
            none = Fact(False, text, thing.origin.header, thing.name, otherwise=otherwise)
            yield Judged(intent, thing, None, none, "")


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
    if wanted.ports <= sure:
        return Judged(intent, thing, None, Fact(False, f"not {words}", otherwise=words), text)
    if wanted.ports <= may:
        needs = tuple(need for flow in fits for need in flow.missing)
        open_ = Fact(None, words, thing.origin.header, thing.name, needs)
        return Judged(intent, thing, None, ~open_, text)
    shut = obstacles_between(reach, source, target, wanted.on(wanted.ports - may))
    cannot = f"{intent.source} cannot open {text} to {intent.target}"
    ends = (*source.needs, *target.needs)
    closed = Fact(None if ends else True, cannot, None, thing.name, ends)
    return Judged(intent, thing, None, all_of((closed, *(~each.fact for each in shut[:1]))), text)


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


def _last_permission(network: Network, flow: Flow) -> Permission | None:
    """The permission nearest to the target that lets a flow through."""
    places = [fact.place for fact in flow.because if "allows ingress" in fact.text]
    for place in reversed(places):
        for permission in network.every(Permission):
            if permission.place == place:
                return permission
    return None


def _spoken(flow: Flow) -> str:
    ports = "" if flow.ports == ALL_PORTS else ":" + ", ".join(
        str(a) if a == b else f"{a}-{b}" for a, b in flow.ports.spans
    )  # fmt: skip
    through = f" through {', '.join(flow.through)}" if flow.through else ""
    return f"{flow.protocol}{ports}{through}"
