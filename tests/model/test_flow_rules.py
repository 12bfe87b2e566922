"""What flows and rules say of one stack fits together: implications between them, one way each.

A rule that fails need not mean that somebody gets in: a group that is open to the internet, on
tasks without public addresses, lets nobody in. So laws name what must be said of what is open, and
what a fail makes impossible.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from msgspec import Struct

from flow_worlds import Rule, Thing, World, stack_of
from taskwall.engine.judge import judge
from taskwall.findings.finding import Finding
from taskwall.lowering import lower
from taskwall.model.flows.flow import Flow
from taskwall.model.flows.flows import all_flows
from taskwall.model.flows.reach import INTERNET, Reach
from taskwall.model.flows.selection import addresses_of_ends, told_ranges
from taskwall.readers import cloudformation, terraform
from taskwall.rules import all_rules
from taskwall.settings import Settings
from taskwall.source.files import Files
from taskwall.source.stack import Inputs, Stack

FIXTURES = Path(__file__).parents[2] / "fixtures"
FOLDERS = ("flows/[0-9]*", "rules/tw213/fail*", "rules/tw605/fail")
HTTPS = 443
ASKED = ("TW204", "TW206", "TW207", "TW208", "TW213", "TW401", "TW603", "TW605")
RULES = [rule for rule in all_rules() if rule.id in ASKED]


class Told(Struct, frozen=True):
    """What is said of one stack; `addresses` are those of the ends of flows."""

    stack: str
    flows: tuple[Flow, ...]
    findings: tuple[Finding, ...]
    addresses: dict[str, str]

    def about(self, end: str, verdicts: tuple[str, ...], *rules: str) -> list[Finding]:
        """The findings of some rules about an end."""
        address = self.addresses.get(end, end).partition("[")[0]
        return [
            each
            for each in self.findings
            if each.rule in rules and each.verdict in verdicts and address in each.message
        ]

    def between(self, source: str, target: str, *verdicts: str) -> list[Flow]:
        """The direct flows from one end to another, over TCP or everything."""
        return [
            flow
            for flow in self.flows
            if (flow.source, flow.target, flow.through) == (source, target, ())
            and flow.verdict in verdicts
            and flow.protocol in ("tcp", "all")
        ]


def stacks() -> Iterator[Stack]:
    """Stacks of both languages in which much is open, or said to be."""
    for folder in sorted(path for each in FOLDERS for path in FIXTURES.glob(each) if path.is_dir()):
        for reader, pattern in ((terraform, "*.tf"), (cloudformation, "*.yaml")):
            paths = [str(path) for path in sorted(folder.glob(pattern))]
            if paths:
                found, _ = reader.stacks(paths, Files(), Inputs(boundary=str(FIXTURES)))
                yield from found


def told(stack: Stack) -> Told:
    """What rules and flows say of a stack."""
    judged = judge(stack, RULES, Settings(show=("fail", "unknown", "pass")))
    reach = Reach(lower(stack.evaluate({}).resources).network)
    flows = tuple(one for flow in all_flows(reach) for one in flow.each())
    findings = tuple(each.finding for each in judged.findings)
    return Told(stack.name, flows, findings, addresses_of_ends(reach))


def broken(one: Told) -> Iterator[tuple[str, bool, object]]:
    """Each law that something of a stack is about, and whether it is broken there."""
    doubts = ("fail", "unknown")
    for flow in one.flows:
        kind, direct = flow.target.partition(":")[0], not flow.through
        if flow.source != INTERNET or flow.verdict != "open":
            continue
        if kind in ("service", "task") and direct:
            quiet = not one.about(flow.target, doubts, "TW603")
            yield "who is reached from the internet is in a public subnet", quiet, flow
            if not told_ranges(flow):
                quiet = not one.about(flow.target, doubts, "TW204", "TW206", "TW208")
                yield "who is reached from all of the internet allows it", quiet, flow
        if kind in ("store", "proxy"):
            quiet = not one.about(flow.target, doubts, "TW207", "TW605")
            yield "a store that is reached from the internet is public", quiet, flow
    for end in one.addresses:
        if not end.startswith("service:"):
            continue
        placed = one.about(end, ("fail",), "TW603")
        public = any("with public addresses" in each.message for each in placed)
        if public and one.about(end, ("fail",), "TW204"):
            shut = not one.between(INTERNET, end, "open", "unknown")
            yield "public tasks in public subnets that allow the internet are reached", shut, end
        if one.about(end, ("fail",), "TW401"):
            out = [flow for flow in one.between(end, INTERNET, "open") if not told_ranges(flow)]
            leave = any(is_on(flow, HTTPS) for flow in out)
            yield "tasks that lack endpoints do not reach all of the internet", leave, end
        for finding in one.about(end, ("fail",), "TW213"):
            for port in re.findall(r" on port (\d+)", finding.message):
                for front in one.addresses:
                    if front.startswith("lb:") and f"{one.addresses[front]} " in finding.message:
                        let = any(is_on(f, int(port)) for f in one.between(front, end, "open"))
                        yield "who does not allow a load balancer is not reached by it", let, front


def is_on(flow: Flow, port: int) -> bool:
    """Whether a flow is on a port."""
    return any(low <= port <= high for low, high in flow.ports.spans)


def exposed_in_all_ways() -> World:
    """Services for each way to the internet, with and without an address, for each sort of peer."""
    peers = ("", "10.0.0.0/24", "8.8.8.0/24", "0.0.0.0/0")
    named = {
        f"{subnet}{public:d}{number}": (subnet, public, peer)
        for (subnet, public, (number, peer)) in product("abc", (False, True), enumerate(peers))
    }
    out = Rule("egress", (0, 65535), "0.0.0.0/0")
    rules = {
        name: (out, *([Rule("ingress", (HTTPS, HTTPS), peer)] if peer else ()))
        for name, (_, _, peer) in named.items()
    }
    things = {
        name: Thing((name,), (subnet,), public) for name, (subnet, public, _) in named.items()
    }
    return World(rules, {}, {"a": "internet", "b": "nat", "c": "none"}, things)


def test_flows_and_rules_imply_each_other() -> None:
    """Each law holds in every stack, and is about something in some."""
    asked: Counter[str] = Counter()
    for stack in (*stacks(), stack_of(exposed_in_all_ways())):
        for law, is_broken, what in broken(told(stack)):
            assert not is_broken, (law, stack.name, what)
            asked[law] += 1

    assert len(asked) == 6, asked
