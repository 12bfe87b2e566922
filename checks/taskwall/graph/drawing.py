"""Draws a network: boxes for what is at the ends of flows, frames for where these are."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from taskwall.api.flows import FlowTeller, words_of
from taskwall.core.facts import Fact
from taskwall.graph import Graph, GraphFinding, GraphFlow, GraphFrame, GraphNode, NodeKind, Tier
from taskwall.graph.concerns import Concerns
from taskwall.model.core.entity import Entity, Link
from taskwall.model.core.network import Network
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.model.flows.ends import Interface, short_name
from taskwall.model.flows.flow import Flow
from taskwall.model.flows.flows import all_flows
from taskwall.model.flows.reach import INTERNET, Reach
from taskwall.model.routing.routes import leads


def drawn(
    network: Network, stack: str, tell: FlowTeller, findings: tuple[GraphFinding, ...]
) -> Graph:
    """The picture of a network.

    Args:
        network: of one stack, with its switches left open: what may be there is drawn as unsure.
        stack: its name.
        tell: spells its flows.
        findings: what is found in the stack.
    """
    return _Pen(Reach(network), tell, findings).graph(stack)


class _Pen:
    """Draws boxes and frames once, however many flows lead to them."""

    def __init__(self, reach: Reach, tell: FlowTeller, findings: tuple[GraphFinding, ...]) -> None:
        self._reach = reach
        self._network = reach.network
        self._tell = tell
        self._findings = findings
        self._concerns = Concerns(reach, findings)
        self._frames: dict[tuple[str, ...], GraphFrame] = {}
        self._nodes: dict[str, GraphNode] = {}
        self._subnets = {
            each.id: each for each in self._network.every(Subnet) if not each.origin.silent
        }
        self._used: set[str] = set()
        self._vpcs: dict[str, str] = {}
        for vpc in self._network.every(Vpc):
            if not vpc.origin.silent and not vpc.external:
                self._vpc_frame(vpc)

    def graph(self, stack: str) -> Graph:
        together: dict[str, list[Interface]] = {}
        for each in self._reach.every:
            together.setdefault(each.end, []).append(each)
        for interfaces in together.values():
            self._box(interfaces)
        for endpoint, end in self._reach.gateways:
            frame = self._frame(endpoint.vpc, "none", ())
            self._add(end, "endpoint", endpoint, "gateway endpoint", frame)
        flows = tuple(self._flows())
        self._unused_subnets()
        return Graph(
            stack,
            tuple(self._frames.values()),
            tuple(self._nodes.values()),
            flows,
            self._findings,
        )

    # --- boxes

    def _box(self, interfaces: list[Interface]) -> None:
        first = interfaces[0]
        places = [place for each in interfaces for place in each.places]
        subnets = dict.fromkeys(place.subnet.to for place in places if place.subnet is not None)
        self._used |= subnets.keys()
        vpc = next((place.vpc for place in places if place.vpc is not None), None)
        tiers = {self._tier(link) for link in subnets}
        tier: Tier = tiers.pop() if len(tiers) == 1 else "unknown"
        frame = None if first.everywhere else self._frame(vpc, tier, tuple(subnets))
        word = str(getattr(first.thing, "word", first.kind))
        names = tuple(self._tell.masked(self._short(link)) for link in subnets)
        kind: NodeKind = "store" if first.kind == "group" else first.kind
        self._add(first.end, kind, first.thing, word, frame, names)

    def _add(
        self,
        end: str,
        kind: NodeKind,
        thing: Entity,
        word: str,
        frame: str | None,
        subnets: tuple[str, ...] = (),
    ) -> None:
        file, line = self._tell.place(thing.origin.header)
        seen = not thing.external
        self._nodes[end] = GraphNode(
            f"n{len(self._nodes) + 1}",
            kind,
            self._tell.end(end),
            word,
            self._tell.masked(thing.origin.address),
            frame,
            subnets,
            seen,
            thing.exists.truth is True,
            file if seen else None,
            line if seen else None,
            self._concerns.of_end(end),
        )

    def _end(self, end: str) -> str:
        """The id of the box of an end; what is none of the sources gets one."""
        if end not in self._nodes:
            kind, _, _ = end.partition(":")
            number = f"n{len(self._nodes) + 1}"
            shown = self._tell.end(end)
            if end == INTERNET:
                node = GraphNode(number, "internet", shown, "any public address")
            elif end in self._vpcs:
                frame = self._vpcs[end]
                node = GraphNode(number, "vpc", shown, "any address of the VPC", frame=frame)
            elif kind == "lb":
                node = GraphNode(number, "lb", shown, "load balancer", seen=False)
            else:
                word = {"aws": "AWS service", "onprem": "remote network"}.get(kind, "another VPC")
                node = GraphNode(number, "outside", shown, word, seen=kind == "aws")
            self._nodes[end] = node
        return self._nodes[end].id

    # --- frames

    def _vpc_frame(self, vpc: Vpc | None) -> str:
        key = ("vpc", vpc.id if vpc is not None else "")
        if key not in self._frames:
            number = f"f{len(self._frames) + 1}"
            if vpc is None:
                self._frames[key] = GraphFrame(number, "a VPC that is not known")
            else:
                file, line = (None, None) if vpc.external else self._tell.place(vpc.origin.header)
                findings = self._concerns.of_address(vpc.origin.address)
                self._vpcs[f"vpc:{short_name(vpc)}"] = number
                name = self._tell.masked(short_name(vpc))
                self._frames[key] = GraphFrame(
                    number, name, file=file, line=line, findings=findings
                )
        return self._frames[key].id

    def _frame(self, link: Link | None, tier: Tier, subnets: tuple[str, ...]) -> str:
        """The frame of what is in some subnets: those that share one are drawn together."""
        vpc = self._network.get(Vpc, link)
        parent = self._vpc_frame(vpc)
        names = tuple(self._short(each) for each in subnets)
        for key, frame in self._frames.items():
            same = frame.parent == parent and frame.tier == tier
            if same and (set(frame.names) & set(names) or not (names or frame.names)):
                more = tuple(sorted({*frame.names, *names}))
                self._frames[key] = replace(frame, names=more)
                return frame.id
        number = f"f{len(self._frames) + 1}"
        found = [self._concerns.of_address(self._address(each)) for each in subnets]
        findings = tuple(dict.fromkeys(number for each in found for number in each))
        name = f"{tier} subnets"
        if tier == "none" or not names:
            name = "no subnet" if tier == "none" else "subnets that are not known"
        elif tier == "unknown":
            name = "subnets with routes that are not known"
        self._frames[("subnets", number)] = GraphFrame(
            number, name, parent, tier, tuple(sorted(names)), findings=findings
        )
        return number

    def _unused_subnets(self) -> None:
        """Subnets that nothing is in are drawn as well, if anything of their VPC is."""
        drawn_vpcs = {key[1] for key in self._frames if key[0] == "vpc"}
        left: dict[tuple[str, Tier], list[str]] = {}
        for subnet in self._subnets.values():
            if subnet.id not in self._used and subnet.vpc.to in drawn_vpcs and not subnet.external:
                left.setdefault((subnet.vpc.to, self._tier(subnet.id)), []).append(subnet.id)
        for (vpc, tier), held in left.items():
            link = next(s.vpc for s in self._subnets.values() if s.vpc.to == vpc)
            self._frame(link, tier, tuple(held))

    def _tier(self, subnet: str) -> Tier:
        found = self._subnets.get(subnet)
        if found is None:
            return "unknown"
        gateway = leads(self._network, found, "internet")
        out = leads(self._network, found, "nat", "egress-only", "transit", "appliance", "endpoint")
        return _tier_of(gateway, out)

    def _short(self, subnet: str) -> str:
        found = self._subnets.get(subnet)
        return short_name(found) if found is not None else subnet or "a subnet that is not known"

    def _address(self, subnet: str) -> str:
        found = self._subnets.get(subnet)
        return found.origin.address if found is not None else subnet

    # --- flows

    def _flows(self) -> Iterator[GraphFlow]:
        """The flows, those together that lead to one box by one way and one permission."""
        alike: dict[tuple[object, ...], list[Flow]] = {}
        for flow in all_flows(self._reach):
            alike.setdefault(_likeness(flow), []).append(flow)
        for held in alike.values():
            yield self._flow(held)

    def _flow(self, held: list[Flow]) -> GraphFlow:
        line = self._tell.line(next(held[0].each()))
        ends = dict.fromkeys(end for flow in held for end in (flow.source, *flow.also))
        label = words_of(line)[0]
        arrives = ""
        if line.through and line.arrives:
            arrives = words_of(replace(line, ports=line.arrives))[0]
        return GraphFlow(
            tuple(self._end(end) for end in ends),
            self._end(held[0].target),
            label,
            held[0].verdict,
            tuple(self._end(end) for end in held[0].through),
            arrives,
            line.addresses,
            line.notes,
            line.waits,
            line.because,
            self._concerns.of_steps(line.because),
        )


def _tier_of(gateway: Fact, out: Fact) -> Tier:
    if gateway.truth:
        return "public"
    if gateway.truth is None:
        return "unknown"
    return "private" if out.truth else "unknown" if out.truth is None else "isolated"


def _likeness(flow: Flow) -> tuple[object, ...]:
    """What is the same of flows that are drawn as one: the way, and who lets them in at its end."""
    arrives = None if flow.arrives is None else flow.arrives.spans
    way = flow.target, flow.protocol, flow.ports.spans, arrives, flow.through, flow.verdict
    lets = _permissions(flow.because)
    return *way, flow.addresses.spans, flow.lost.spans, flow.missing, lets


def _permissions(because: Iterable[Fact]) -> tuple[object, ...]:
    return tuple(fact.place for fact in because if "allows ingress" in fact.text)
