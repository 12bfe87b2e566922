"""All flows of a network: direct ones, and those through load balancers and proxies."""

from collections.abc import Iterator

from msgspec.structs import replace

from taskwall.model.flows.connect import to_gateway, to_internet, to_remote, to_service
from taskwall.model.flows.ends import Interface
from taskwall.model.flows.flow import Flow, PathFlow, flows_of, if_there
from taskwall.model.flows.reach import BEYOND, INTERNET, Reach
from taskwall.model.flows.security_groups import lists_named
from taskwall.model.flows.sets import cross
from taskwall.model.flows.shared_instances import on_shared_instances
from taskwall.model.flows.through import through_balancers, through_proxies, through_unseen


def all_flows(reach: Reach) -> Iterator[Flow]:
    """Every flow that can be open, those that differ in where they start alone as one."""
    for flow in flows_of(_path_flows(reach), reach.vpcs):
        near = flow.source
        if near in BEYOND:
            near = flow.through[0] if flow.through else flow.target
        inner = reach.inner.get(near)
        yield replace(flow, inner=inner) if inner is not None else flow


def _path_flows(reach: Reach) -> Iterator[PathFlow]:
    """Every connection that can be opened, by each path."""
    for server in reach.every:
        if server.serves:
            yield from _to(reach, server)
    for client in reach.clients:
        yield from _out_of(reach, client)
    yield from through_balancers(reach)
    yield from through_unseen(reach)
    yield from through_proxies(reach)
    yield from on_shared_instances(reach)


def _to(reach: Reach, server: Interface) -> Iterator[PathFlow]:
    takes = reach.takes(server)
    for each in reach.sources(server) if takes else ():
        if each.found.pieces:
            pieces = if_there(cross(each.found.pieces, takes), (*each.exists, server.exists))
            yield PathFlow(each.end, server.end, pieces, each.through, lost=each.found.lost)


def _out_of(reach: Reach, client: Interface) -> Iterator[PathFlow]:
    """What a client can open to what is no interface: the internet, and all beyond its VPC."""
    found = to_internet(reach.network, client)
    yield PathFlow(client.end, INTERNET, if_there(found.pieces, (client.exists,)))
    for end, pieces in reach.remotely(client, to_remote).items():
        if end not in reach.written_vpcs:  # Of these, flows name what is in them.
            yield PathFlow(client.end, end, if_there(pieces, (client.exists,)))
    listed = dict.fromkeys(lists_named(reach.network, client.groups, "egress"))
    for endpoint, end in reach.gateways:
        pieces = to_gateway(reach.network, client, endpoint)
        there = client.exists, endpoint.exists, endpoint.kind.is_("Gateway")
        pieces = if_there(pieces, there)
        yield PathFlow(client.end, end, pieces)
        if any(piece.fact.truth for piece in pieces):
            listed.pop(endpoint.service, None)
    for service in listed:
        pieces = to_service(reach.network, client, service) if service != "vpc-lattice" else ()
        yield PathFlow(client.end, f"aws:{service}", if_there(pieces, (client.exists,)))
