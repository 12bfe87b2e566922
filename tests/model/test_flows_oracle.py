"""Flows held against a slow, obvious model: packets that are tried one by one.

The world is a VPC of three subnets, with route tables, network ACLs, groups, two services, a cache,
and a load balancer before one of the services; half of the worlds have IPv6. All ranges begin and
end at a few addresses and ports: trying their corners tries everything.

A world is asked up to 85 questions, a run of this file some 2,000. Many more are asked, of other
worlds each time, by `python -m tools.search --rounds 50 tests/model/test_flows_oracle.py`.
"""

from collections import defaultdict
from itertools import product
from typing import Any, TypeAlias

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from budgets import examples
from flow_worlds import (
    CLIENT_PORTS,
    INTERNET_PORTS,
    LATTICE,
    LISTENER,
    PORTS,
    TARGET,
    THINGS,
    TRIED_PORTS,
    Line,
    Rule,
    World,
    corners,
    stack_of,
    worlds,
)
from taskwall.lowering import lower
from taskwall.model.core.address import EVERYWHERE, Ranges
from taskwall.model.flows.flow import of_version
from taskwall.model.flows.flows import all_flows
from taskwall.model.flows.reach import Reach

Found: TypeAlias = dict[tuple[str, ...], list[tuple[str, Any, Any]]]
"""Verdicts, ports and addresses, by the ends and what is between them."""


def flows(world: World) -> Found:
    """What taskwall says."""
    lowered = lower(stack_of(world).evaluate({}).resources)
    assert not lowered.crashes
    found: Found = defaultdict(list)
    for flow in (one for every in all_flows(Reach(lowered.network)) for one in every.each()):
        way = (flow.source, *flow.through, flow.target)
        ends = tuple(each.rpartition(":")[2] for each in way)
        if flow.protocol in ("tcp", "all"):
            found[ends].append((flow.verdict, flow.ports, flow.addresses))
    return found


def said(found: list[tuple[str, Any, Any]], port: int, version: int = 0) -> str:
    """The verdict on one port, over one IP version or over any."""
    of = EVERYWHERE if not version else of_version(version)
    verdicts = {verdict for verdict, ports, by in found if ports & number(port) and by & of}
    return "open" if "open" in verdicts else "unknown" if verdicts else "closed"


def number(port: int) -> Ranges:
    """One port as a set."""
    return Ranges(((port, port),))


ANYTHING = tuple(
    Rule(way, (0, 65535), everywhere)
    for way in ("ingress", "egress")
    for everywhere in ("0.0.0.0/0", "::/0")
)
"""Permissions for every port and address."""


@given(worlds())
@examples(14)
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
    for thing, port, version in product(("one", "two"), TRIED_PORTS, (4, 6)):
        has = version in world.versions
        incoming = "open" if has and world.from_internet(thing, port, version) else "closed"
        what = thing, port, version
        assert (*what, said(found["internet", thing], port, version)) == (*what, incoming)
        outgoing = "open" if has and world.to_internet(thing, port, version) else "closed"
        assert (*what, said(found[thing, "internet"], port, version)) == (*what, outgoing)
        lattice = "open" if world.lists(thing, LATTICE, port) else "closed"
        assert (thing, port, said(found["vpc-lattice", thing], port)) == (thing, port, lattice)
    assert all(said(found["internet", "cache"], port) == "closed" for port in TRIED_PORTS)
    through_edge(world, found)


def through_edge(world: World, found: Found) -> None:
    """What gets through the load balancer gets to it, and from it to its target."""
    onward, may = world.between("edge", "one", TARGET)
    handed = said(found["edge", "one"], TARGET)
    assert handed == "unknown" or (handed == "open") == onward
    assert handed != "closed" or not may
    verdict = said(found["two", "edge", "one"], LISTENER)
    ways = [from_two(world, version) for version in world.versions]
    by_public_address = world.things["edge"].public and not any(may for (_, may), _ in ways)
    if verdict != "unknown" and not by_public_address:
        assert verdict != "closed" or not any(may and on for (_, may), (_, on) in ways)
        assert verdict == "open" or not any(sure and on for (sure, _), (on, _) in ways)
        # By which IP version a client comes that has both, no flow tells.
        both = world.edge == "keeping" and len(ways) > 1
        assert verdict != "open" or both or any(sure and on for (sure, _), (on, _) in ways)
    for version in world.versions:
        incoming = world.from_internet("edge", LISTENER, version)
        lets = bool(incoming) and onward
        if world.edge == "keeping" and version == 4:
            lets = any(world.handed_on([each], INTERNET_PORTS)[0] for each in incoming)
        verdict = said(found["internet", "edge", "one"], LISTENER, version)
        assert verdict == "unknown" or (verdict == "open") == lets
        there = said(found["internet", "edge"], LISTENER, version)
        assert there == ("open" if incoming else "closed")
    assert all(said(found[each, "edge"], TARGET) == "closed" for each in ("internet", "two"))


def from_two(world: World, version: int) -> tuple[tuple[bool, bool], tuple[bool, bool]]:
    """Whether `two` gets to the load balancer, and on to `one`: for certain, and perhaps."""
    onward = world.between("edge", "one", TARGET)
    if world.edge == "keeping" and version == 4:
        clients = [each for subnet in world.things["two"].subnets for each in corners(subnet, 4)]
        onward = world.handed_on(clients, CLIENT_PORTS)
    return world.between("two", "edge", LISTENER, (version,)), onward


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
