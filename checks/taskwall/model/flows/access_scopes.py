"""Network Access Scopes judged by flows, as Network Access Analyzer reads them.

IPv4, TCP and UDP only: that is what it analyses. Paths start and end at interfaces and gateways, so
that "any address of a VPC" is none. What it would see and flows do not tell (through which NAT
gateway, firewall or attachment a path leads) is unknown.
"""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.core.facts import Fact, all_of
from taskwall.core.values import Need
from taskwall.model.compute.container_instances import Instances
from taskwall.model.core.address import ALL_PORTS, V4, Ranges, parse_cidr
from taskwall.model.core.entity import Link, same_entity
from taskwall.model.core.network import Network
from taskwall.model.entities.access_scope import (
    AccessScope,
    ScopeList,
    ScopePath,
    ScopeStatement,
)
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import GatewayAttachment, Vpc
from taskwall.model.flows.ends import Interface, short_name
from taskwall.model.flows.flow import Flow
from taskwall.model.flows.flows import all_flows
from taskwall.model.flows.internet import internet
from taskwall.model.flows.reach import INTERNET, Reach
from taskwall.model.flows.remote import ONPREM
from taskwall.model.flows.sets import OPEN
from taskwall.model.permissions.packets import TCP, UDP, Traffic, protocols
from taskwall.model.routing.network_acl import BALANCER_PORTS

_SPOKEN = TCP | UDP
_BALANCERS = (
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancing::LoadBalancer",
)
_BEYOND = (
    "AWS::EC2::VPNGateway",
    "AWS::EC2::TransitGatewayAttachment",
    "AWS::EC2::VPCPeeringConnection",
)
"""Where paths start or end that come from beyond the VPCs of the sources."""


class ScopeFinding(Struct, frozen=True):
    """A path that a scope reports: the flow, and whether it does."""

    scope: AccessScope
    flow: Flow
    broken: Fact


class _Part(Struct, frozen=True):
    """What of a flow fits a statement: for certain, and perhaps; `needs` decide the latter."""

    sure: Traffic
    may: Traffic
    needs: tuple[Need, ...] = ()

    def __and__(self, other: "_Part") -> "_Part":
        needs = (*self.needs, *other.needs)
        return _Part(self.sure & other.sure, self.may & other.may, needs)


_ALL = Traffic.of(_SPOKEN, ALL_PORTS, V4)
_NONE = _Part(Traffic(), Traffic())
_WHOLE = _Part(_ALL, _ALL)


def scope_findings(network: Network) -> Iterator[tuple[AccessScope, list[ScopeFinding]]]:
    """Each scope of the sources, with the paths that it reports or may report.

    Those to what may be in an absent module come last.
    """
    reach = Reach(network, possible=True)
    flows = [one for flow in all_flows(reach) for one in flow.each()]
    for scope in network.every(AccessScope):
        judge = _ScopeJudge(reach, scope)
        found = [each for flow in flows if (each := judge.finding(flow)) is not None]
        yield scope, sorted(found, key=lambda each: judge.possible_ends(each.flow))


class _ScopeJudge:
    """Judges flows by a scope."""

    def __init__(self, reach: Reach, scope: AccessScope) -> None:
        self._reach = reach
        self._scope = scope
        self._ends: dict[str, list[Interface]] = {}
        for each in reach.every:
            self._ends.setdefault(each.end, []).append(each)
        self._gateways = {end: endpoint.id for endpoint, end in reach.gateways}
        # What nobody is known to have may be that of anything.
        self._known = {n for held in self._ends.values() for each in held for n in _names(each)}
        for each in reach.unseen:
            self._ends.setdefault(each.end, []).append(each)
        self._own = {f"vpc:{short_name(vpc)}" for vpc in reach.network.every(Vpc)}

    def possible_ends(self, flow: Flow) -> int:
        """How many ends of a flow may be in absent modules."""
        held = (self._ends.get(end, ()) for end in (flow.source, flow.target))
        return sum(any(each.thing.origin.silent for each in some) for some in held)

    def finding(self, flow: Flow) -> ScopeFinding | None:
        """What the scope says of a flow; None if it does not report it."""
        if flow.source in self._own:
            return None
        whole = Traffic.of(protocols(flow.protocol), flow.ports, flow.addresses)
        sure, may, needs = Traffic(), Traffic(), list[Need]()
        for path in self._scope.matches:
            part = self._path(path, flow)
            sure |= part.sure
            may |= part.may
            needs += part.needs if part.may else ()
        for path in self._scope.excludes:
            part = self._path(path, flow)
            sure -= part.may
            may -= part.sure
            needs += part.needs if part.may else ()
        if not whole & may:
            return None
        open_ = flow.verdict == "open" and bool(whole & sure)
        text = f"{self._scope.name} matches the path from {flow.source} to {flow.target}"
        waits = (*flow.missing, *needs)
        fact = Fact(True if open_ else None, text, self._scope.origin.header, "", waits)
        chain = [each for each in flow.because if each.truth is not False]
        return ScopeFinding(self._scope, flow, all_of((fact, *chain)) if open_ else fact)

    def _path(self, path: ScopePath, flow: Flow) -> _Part:
        found = self._end(path.source, flow, at_source=True)
        found &= self._end(path.target, flow, at_source=False)
        if path.through:
            found &= _any(self._passes(each, flow) for each in path.through)
        if path.needs and found.may:
            return _Part(Traffic(), found.may, (*found.needs, *path.needs))
        return found

    # --- resources

    def _end(self, of: ScopeStatement, flow: Flow, *, at_source: bool) -> _Part:
        end, other = flow.source, flow.target
        if not at_source:
            end, other = other, end
        found = _WHOLE
        doors = [each for each in flow.through if each.startswith("aws:")]
        if end == INTERNET and doors:
            found = _perhaps(doors[0], "is not known to be a way that the analyzer follows")
        elif of.types or of.resources:
            found = _any(
                (
                    *(self._is_type(name, end) for name in of.types.texts),
                    *(self._is(id_, end, other) for id_ in of.resources.ids),
                    *_unseen(of.resources),
                    *_unseen(ScopeList((), (), of.types.needs)),
                )
            )
        return found & self._headers(of, flow, at_source=at_source)

    def _is_type(self, name: str, end: str) -> _Part:
        held = self._ends.get(end, [])
        if name == "AWS::EC2::InternetGateway":
            return _certain(_by_gateway(end))
        if name in _BEYOND:
            return self._joined(name, end)
        if name == "AWS::EC2::VPCEndpointService":
            return _perhaps(name, "is not known of flows") if end == "aws:privatelink" else _NONE
        whatever = any(isinstance(each.thing, SecurityGroup) for each in held)
        if whatever and name in ("AWS::EC2::Instance", "AWS::EC2::VPCEndpoint"):
            return _perhaps(end, "is used by nothing that taskwall reads")
        kinds = {
            "AWS::EC2::NetworkInterface": bool(held),
            "AWS::EC2::Subnet": bool(held),
            "AWS::EC2::VPC": bool(held),
            "AWS::EC2::SecurityGroup": any(each.groups.filters for each in held),
            "AWS::EC2::Instance": any(_on_instance(each) for each in held),
            "AWS::EC2::VPCEndpoint": end.startswith("endpoint:"),
        }
        if name not in kinds:
            return _perhaps(name, "is a type that is not known of flows")
        return _certain(kinds[name])

    def _is(self, id_: str, end: str, other: str) -> _Part:
        """Whether an end is a resource of the sources, or has or is in it."""
        held = self._ends.get(end, [])
        if id_ == self._gateways.get(end) or id_ in {
            name for each in held for name in _names(each)
        }:
            return _WHOLE
        attached = self._reach.network.every(GatewayAttachment)
        if _by_gateway(end):
            vpcs = [
                place.vpc
                for each in self._ends.get(other, ())
                for place in each.places
                if place.vpc is not None
            ]
            return _any(_leads(each, id_, vpc) for each in attached for vpc in vpcs)
        if id_ in self._known or id_ in self._gateways.values():
            return _NONE
        # No VPC and no remote network is joined by an internet gateway, nor is anything one.
        gateways = {each.gateway.to for each in attached if held or each.way == "internet"}
        if id_ in gateways:
            return _NONE
        return _perhaps(id_, f"may be of {end}") if held else self._joined(id_, end)

    def _joined(self, name: str, end: str) -> _Part:
        """Whether something may be where an end beyond the VPCs of the sources is joined.

        Those of the sources open nothing by themselves here, and nothing is opened to them.
        """
        beyond = end == ONPREM or end.startswith("vpc:")
        return _perhaps(name, f"may be where {end} is joined") if beyond else _NONE

    def _passes(self, of: ScopeStatement, flow: Flow) -> _Part:
        through = [each for end in flow.through for each in self._ends.get(end, ())]
        parts = []
        for name in of.types.texts:
            if name in _BALANCERS:
                parts.append(_certain(any(each.kind == "lb" for each in through)))
            elif name == "AWS::EC2::VPCEndpoint":
                parts.append(_certain(any(each.kind == "endpoint" for each in through)))
            elif name == "AWS::EC2::NatGateway" and not _by_gateway(flow.target):
                parts.append(_NONE)
            else:
                parts.append(_perhaps(name, "is not known of flows"))
        ids = {each.thing.id for held in self._ends.values() for each in held}
        for id_ in of.resources.ids:
            if id_ in ids:
                parts.append(_certain(any(each.thing.id == id_ for each in through)))
            else:
                parts.append(_perhaps(id_, "is not known of flows"))
        waits = ScopeList(of.resources.texts, (), (*of.resources.needs, *of.types.needs))
        return _any((*parts, *_unseen(waits)))

    # --- packet headers

    def _headers(self, of: ScopeStatement, flow: Flow, *, at_source: bool) -> _Part:
        found = _spoken(of.protocols)
        arrives = flow.arrives if flow.through else None
        if at_source or arrives is None:
            found &= _ports(of.target_ports)
        elif of.target_ports:
            found &= _whether(_ports(of.target_ports), arrives)
        of_clients = _ports(of.source_ports)
        if of.source_ports and BALANCER_PORTS - of_clients.sure.ports:
            needs = of_clients.needs or (Need("the port of the client", "is not known"),)
            found &= _Part(Traffic(), _ALL, needs)
        if of.lists:
            found &= _perhaps("a prefix list", "of a scope is not compared with flows")
        # A load balancer is where a packet goes first, and where it comes from at its end; and
        # gateways have the public addresses of what is behind them.
        target = flow.through[0] if at_source and flow.through else flow.target
        far_end = flow.source if at_source else flow.target
        changed = _by_gateway(far_end)
        near = not at_source and (bool(flow.through) or changed)
        found &= self._addresses(of.source_addresses, flow.source, hidden=near)
        return found & self._addresses(of.target_addresses, target, hidden=at_source and changed)

    def _addresses(self, of: ScopeList, end: str, *, hidden: bool) -> _Part:
        if not of:
            return _WHOLE
        ranges, needs = _ranges(of)
        held = self._ends.get(end, [])
        if hidden:
            return _perhaps(f"the address of {end}", "is another one on its way")
        own = Ranges.union(place.ranges for each in held for place in each.places) & V4
        if not held and end.startswith(("aws:", "endpoint:")):
            own = internet(4)
        if held or own:
            if own and own <= ranges:
                return _WHOLE
            waits = needs or (Need(f"the address of {end}", "is not known"),)
            return _Part(Traffic(), _ALL, waits) if own & ranges or needs else _NONE
        part = Traffic.of(_SPOKEN, ALL_PORTS, ranges & V4)
        return _Part(part, _ALL if needs else part, needs)


def _names(of: Interface) -> Iterator[str]:
    """The ids by which a statement means an interface: its own, its groups', subnets' and VPCs'."""
    yield of.thing.id
    yield from (link.to for link in of.groups.ties)
    for place in of.places:
        yield from (link.to for link in (place.subnet, place.vpc) if link is not None and link.to)


def _by_gateway(end: str) -> bool:
    """Whether what comes from an end comes by an internet gateway."""
    others = ("aws:privatelink", "aws:vpc-lattice")
    return end == INTERNET or (end.startswith("aws:") and end not in others)


def _on_instance(of: Interface) -> bool:
    """Whether an interface is an instance's: tasks of other network modes than awsvpc use it."""
    shared = of.kind in ("service", "task") and of.takes is not OPEN
    return shared or isinstance(of.thing, Instances)


def _leads(attached: GatewayAttachment, id_: str, vpc: Link) -> _Part:
    """Whether an attachment joins an internet gateway to a VPC."""
    gateway = attached.gateway
    if attached.way != "internet" or (gateway.exact and gateway.to != id_):
        return _NONE
    same = same_entity(attached.vpc, vpc)
    if same is False:
        return _NONE
    if same and gateway.to == id_:
        return _WHOLE
    return _Part(Traffic(), _ALL, (*gateway.waits("a gateway"), *attached.vpc.waits("a VPC")))


def _certain(truth: bool) -> _Part:
    return _WHOLE if truth else _NONE


def _perhaps(name: str, why: str) -> _Part:
    return _Part(Traffic(), _ALL, (Need(name, why),))


def _unseen(of: ScopeList) -> Iterator[_Part]:
    """Members of a list that may be anything: ids of what is not in the sources, and unknowns."""
    needs = (*(Need(text, "is not in the sources") for text in of.texts), *of.needs)
    if needs:
        yield _Part(Traffic(), _ALL, needs)


def _any(parts: Iterator[_Part] | tuple[_Part, ...]) -> _Part:
    sure, may, needs = Traffic(), Traffic(), list[Need]()
    for part in parts:
        sure |= part.sure
        may |= part.may
        needs += part.needs
    return _Part(sure, may, tuple(needs))


def _spoken(of: ScopeList) -> _Part:
    if not of:
        return _WHOLE
    named = Ranges.union(protocols(text) for text in of.texts if text.lower() in ("tcp", "udp"))
    part = Traffic.of(named, ALL_PORTS, V4)
    return _Part(part, _ALL if of.needs else part, of.needs)


def _ports(of: ScopeList) -> _Part:
    if not of:
        return _WHOLE
    spans = []
    for text in of.texts:
        low, _, high = text.partition("-")
        if low.strip().isdecimal() and (high or low).strip().isdecimal():
            spans.append((int(low), max(int(low), int(high or low))))
    part = Traffic.of(_SPOKEN, Ranges.union(Ranges((span,)) for span in spans), V4)
    return _Part(part, _ALL if of.needs else part, of.needs)


def _whether(part: _Part, ports: Ranges) -> _Part:
    """What fits where packets arrive on other ports than their client opened: all or nothing."""
    if ports <= part.sure.ports:
        return _WHOLE
    if not ports & part.may.ports:
        return _NONE
    return _Part(Traffic(), _ALL, part.needs or (Need("the port at the target", "is not known"),))


def _ranges(of: ScopeList) -> tuple[Ranges, tuple[Need, ...]]:
    found = [cidr.ranges for text in of.texts if (cidr := parse_cidr(text)) is not None]
    return Ranges.union(found), of.needs
