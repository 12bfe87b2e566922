"""Flows held against a slow, obvious model: packets that are tried one by one.

The world is a VPC of three subnets, with route tables, network ACLs, groups, two services, a cache,
and a load balancer before one of the services. All ranges begin and end at a few addresses and
ports: trying their corners tries everything.
"""

from collections import defaultdict
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from budgets import examples
from flow_worlds import (
    LISTENER,
    PORTS,
    TARGET,
    THINGS,
    TRIED_PORTS,
    Line,
    Rule,
    World,
    stack_of,
    worlds,
)
from taskwall.lowering import lower
from taskwall.model.flows.flows import all_flows
from taskwall.model.flows.reach import Reach


def flows(world: World) -> dict[tuple[str, ...], list[tuple[str, Any]]]:
    """What taskwall says: verdicts and sets of ports, by the ends and what is between them."""
    lowered = lower(stack_of(world).evaluate({}).resources)
    assert not lowered.crashes
    found: dict[tuple[str, ...], list[tuple[str, Any]]] = defaultdict(list)
    for flow in (one for every in all_flows(Reach(lowered.network)) for one in every.each()):
        way = (flow.source, *flow.through, flow.target)
        ends = tuple(each.rpartition(":")[2] for each in way)
        if flow.protocol in ("tcp", "all"):
            found[ends].append((flow.verdict, flow.ports))
    return found


def said(found: list[tuple[str, Any]], port: int) -> str:
    """The verdict on one port."""
    verdicts = {verdict for verdict, ports in found if any(a <= port <= b for a, b in ports.spans)}
    return "open" if "open" in verdicts else "unknown" if verdicts else "closed"


ANYTHING = tuple(Rule(way, (0, 65535), "0.0.0.0/0") for way in ("ingress", "egress"))
"""Permissions for every port and address."""


@given(worlds())
@examples(12)
def test_flows_are_those_of_tried_packets(world: World) -> None:
    """Open is what every packet can do, closed what none can."""
    found = flows(world)
    for client, server, port in product(("one", "two"), THINGS, TRIED_PORTS):
        sure, perhaps = world.between(client, server, port)
        verdict = said(found[client, server], port)
        if (world.things[server].public and perhaps is False) or verdict == "unknown":
            continue  # Perhaps by a public address; the slow model knows of none.
        assert (client, server, port, verdict == "open") == (client, server, port, sure)
        assert verdict == "open" or not perhaps
    for thing, port in product(("one", "two"), TRIED_PORTS):
        incoming = "open" if world.from_internet(thing, port) else "closed"
        assert (thing, port, said(found["internet", thing], port)) == (thing, port, incoming)
        outgoing = "open" if world.to_internet(thing, port) else "closed"
        assert (thing, port, said(found[thing, "internet"], port)) == (thing, port, outgoing)
    assert all(said(found["internet", "cache"], port) == "closed" for port in TRIED_PORTS)
    through_edge(world, found)


def through_edge(world: World, found: dict[tuple[str, ...], list[tuple[str, Any]]]) -> None:
    """What gets through the load balancer gets to it, and from it to its target."""
    onward, may = world.between("edge", "one", TARGET)
    handed = said(found["edge", "one"], TARGET)
    assert handed == "unknown" or (handed == "open") == onward
    assert handed != "closed" or not may
    sure, perhaps = world.between("two", "edge", LISTENER)
    verdict = said(found["two", "edge", "one"], LISTENER)
    by_public_address = world.things["edge"].public and not perhaps
    if verdict != "unknown" and not by_public_address:
        assert (verdict == "open") == (sure and onward)
        assert verdict == "open" or not (perhaps and may)
    incoming = world.from_internet("edge", LISTENER)
    verdict = said(found["internet", "edge", "one"], LISTENER)
    assert verdict == "unknown" or (verdict == "open") == (incoming and onward)
    assert said(found["internet", "edge"], LISTENER) == ("open" if incoming else "closed")
    assert all(said(found[each, "edge"], TARGET) == "closed" for each in ("internet", "two"))


@given(worlds(), st.sampled_from(("g", "h", "gh")))
@examples(15)
def test_flows_through_a_load_balancer(world: World, wide: str) -> None:
    """The same where groups allow everything: else what is tried hardly ever gets through."""
    more = {name: (*rules, *ANYTHING * (name in wide)) for name, rules in world.rules.items()}
    opener = replace(world, rules=more)
    through_edge(opener, flows(opener))


def opened(world: World) -> set[tuple[tuple[str, ...], int]]:
    """What is open in a world, port by port."""
    return {
        (ends, port)
        for ends, found in flows(world).items()
        for port in TRIED_PORTS
        if said(found, port) == "open"
    }


@given(worlds(), st.sampled_from(("ingress", "egress")), st.sampled_from(PORTS))
@examples(6)
def test_a_permission_closes_nothing_and_a_denial_opens_nothing(
    world: World, way: str, ports: tuple[int, int]
) -> None:
    """More permissions open more or the same, an entry of an ACL that denies less or the same."""
    before = opened(world)
    more = {**world.rules, "g": (*world.rules["g"], Rule(way, ports, "0.0.0.0/0"))}
    denial = Line(way, False, ports, "0.0.0.0/0")
    less = {name: (denial, *lines) for name, lines in world.acls.items()}

    assert before <= opened(replace(world, rules=more))
    assert opened(replace(world, acls=less)) <= before
