"""What the internet opens to load balancers by CloudFront and its VPC origins."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from taskwall.core.facts import FALSE, TRUE, Fact, all_of, existence
from taskwall.model.core.address import ALL_PORTS, V4, Ranges
from taskwall.model.core.network import Network
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.exposure.task_ports import number_of
from taskwall.model.flows.ends import Interface
from taskwall.model.flows.flow import OpenConnection, if_there
from taskwall.model.flows.managed_interfaces import gets_in
from taskwall.model.flows.reach import INTERNET, Arrival, Reach
from taskwall.model.flows.security_groups import Far, GroupEntry, all_entries, let_through
from taskwall.model.flows.sets import OPEN, Pieces, cross, merged, over
from taskwall.model.load_balancing.vpc_origin import UsedOrigin, used_origins
from taskwall.model.permissions.coverage import Addresses, Part
from taskwall.model.permissions.packets import TCP

SERVICE_GROUP = "CloudFront-VPCOrigins-Service-SG"
"""The security group that CloudFront makes in a VPC with VPC origins."""

_VIEWERS = {"http": Ranges(((80, 80),)), "https": Ranges(((443, 443),))}


def by_vpc_origin(reach: Reach, node: Interface, balancer: LoadBalancer) -> Iterator[Arrival]:
    """What arrives at a load balancer from CloudFront's viewers, on the ports of an origin."""
    for each in used_origins(reach.network):
        if each.balancer.id != balancer.id:
            continue
        let = _let_in(reach.network, node)
        for viewers, ports in _ports(each):
            at = cross(let, ports)
            if at:
                called = if_there(viewers, _facts(reach.network, each, node))
                way = ("aws:cloudfront",)
                found = OpenConnection(called)
                yield Arrival(INTERNET, found, None, way, at, hides_clients=True)


def _facts(network: Network, each: UsedOrigin, node: Interface) -> Iterator[Fact]:
    yield existence(each.use.on)
    yield each.origin.exists
    yield each.use.enabled.is_(True)
    yield gets_in(network, node)


def _ports(each: UsedOrigin) -> Iterator[tuple[Pieces, Pieces]]:
    """The ports that viewers open, with those on which it goes on to the load balancer."""
    forced, protocol = each.use.forced, each.origin.protocol
    for scheme, ports in _VIEWERS.items():
        viewers = over(TCP, ports, ~forced if scheme == "http" else TRUE)
        onward: Pieces = ()
        for policy, port in (("http-only", each.origin.http), ("https-only", each.origin.https)):
            taken = protocol.is_(policy) | (
                protocol.is_("match-viewer") if policy == f"{scheme}-only" else FALSE
            )
            number = number_of(port)
            if number is None:
                text = f"it is the port of {each.origin.name}"
                taken &= Fact(None, text, port.place, each.origin.name, port.needs)
            arrives = ALL_PORTS if number is None else Ranges(((number, number),))
            onward = (*onward, *over(TCP, arrives, taken))
        yield viewers, onward


def _let_in(network: Network, node: Interface) -> Pieces:
    """What the groups of a load balancer let in of a VPC origin.

    They may name CloudFront's prefix list, or the group that it makes in the VPC. Which addresses
    its interfaces have, nobody knows.
    """
    if not node.groups.filters:
        return OPEN
    somewhere = Far(Addresses((Part(V4),)), service="origin-facing", hidden=True)
    found = list(let_through(network, node.groups, "ingress", somewhere))
    for entry, tied, _ in all_entries(network, node.groups, "ingress"):
        fact = _by_group(network, entry)
        if fact.truth is not False:
            found += over(entry.protocols, entry.ports, all_of((tied, entry.fact, fact)))
    return merged(found)


def _by_group(network: Network, entry: GroupEntry) -> Fact:
    """Whether an entry is for the interfaces of VPC origins by their group, or may be."""
    permission = entry.permission
    if permission is None or permission.peer is None:
        return FALSE
    group = network.get(SecurityGroup, permission.peer)
    if group is not None and not group.external:
        return FALSE
    names = group.looked_up if group is not None else ()
    if any(name.known == SERVICE_GROUP for name in names):
        return permission.states(True, entry.text)
    if names and not any(
        each.open or fnmatchcase(SERVICE_GROUP, str(each.known)) for each in names
    ):
        return FALSE
    return permission.states(None, entry.text, permission.peer.waits("a security group"))
