"""What opens ways that are not modelled: flows that it could open are unknown, and name it."""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.core.facts import Fact, all_of
from taskwall.core.values import Need
from taskwall.model.core.entity import Entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.door import Door
from taskwall.model.entities.load_balancer import Listener, LoadBalancer
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.flows.ends import Interface
from taskwall.model.flows.security_groups import GroupEntry, all_entries
from taskwall.model.flows.sets import OPEN, Pieces, TrafficPiece, merged, over
from taskwall.model.load_balancing.edge import EdgeConnection


class Opening(Struct, frozen=True):
    """A way of its own to some things: who comes by it, through which AWS service, and whether.

    `to` are the ids of what it leads to, or of what these are in; None: whatever there is. `groups`
    are its own security groups, if it is known to have some: permissions for others do not match.
    """

    source: str
    through: str
    to: frozenset[str] | None
    fact: Fact
    groups: frozenset[str] = frozenset()


@remembered
def openings(network: Network) -> tuple[Opening, ...]:
    """The ways that doors of the sources may open."""
    return (*_by_doors(network), *_by_edges(network))


def _by_doors(network: Network) -> Iterator[Opening]:
    for door in network.every(Door):
        if not door.mentions and not door.open:
            continue
        needs = (Need(door.name, "lets somebody in by a way that is not modelled"), *door.open)
        at = door.origin.header
        text = f"{door.name} lets {door.source} in"
        fact = Fact(None, text, at, door.name, needs)
        to = None if door.open else door.mentions
        groups = {each for each in door.mentions if network.get(SecurityGroup, each) is not None}
        own = frozenset() if door.open else frozenset(groups)
        yield Opening(door.source, f"aws:{door.service}", to, all_of((fact, door.exists)), own)


def _by_edges(network: Network) -> Iterator[Opening]:
    """API Gateway's private integrations, and CloudFront's VPC origins."""
    for edge in network.every(EdgeConnection):
        if edge.service != edge.on.name:
            continue  # An origin by its public name: that comes in by the load balancer's own door.
        listener = network.get(Listener, edge.listener)
        link = listener.load_balancer if listener is not None else edge.balancer
        link = link or edge.listener
        service = "cloudfront" if "cloudfront" in edge.on.address.lower() else "apigateway"
        needs = (Need(edge.on.name, "lets the internet in by a way that is not modelled"),)
        fact = Fact(None, f"{edge.on.name} lets the internet in", edge.at, edge.on.name, needs)
        to = frozenset((link.to,)) if link is not None and link.to and link.exact else None
        yield Opening("internet", f"aws:{service}", to, fact)


def _is_for_others(entry: GroupEntry, groups: frozenset[str]) -> bool:
    """Whether an entry is for a group of the sources that is none of some."""
    permission = entry.permission
    peer = permission.peer if permission is not None else None
    return peer is not None and peer.exact and bool(peer.to) and peer.to not in groups


def leads_to(opening: Opening, server: Interface) -> bool:
    """Whether a way may lead to an interface."""
    if server.kind not in ("lb", "service", "task", "instances", "store"):
        return False
    if opening.to is None:
        return server.kind in ("lb", "instances")
    thing: Entity = server.thing
    if isinstance(thing, LoadBalancer) and thing.id in opening.to:
        return True
    if thing.id in opening.to or thing.origin.address in opening.to:
        return True
    ids = {link.to for place in server.places for link in (place.subnet, place.vpc) if link}
    return bool(ids & opening.to) and not _names_balancers(opening)


def _names_balancers(opening: Opening) -> bool:
    """Whether it leads to load balancers by name, and not to all that is in a subnet."""
    return opening.through in ("aws:globalaccelerator", "aws:cloudfront")


def lets_in(network: Network, server: Interface, opening: Opening) -> Pieces:
    """What comes in by a way, as far as the groups of the server allow anybody."""
    found = anybody_let_in(network, server, opening.groups)
    return tuple(TrafficPiece(piece.traffic, all_of((piece.fact, opening.fact))) for piece in found)


def anybody_let_in(
    network: Network, server: Interface, groups: frozenset[str] = frozenset()
) -> Pieces:
    """What the groups of a server let in, whomever that is for, or for who has some groups."""
    if not server.groups.filters:
        return OPEN
    found = [
        piece
        for entry, tied, _ in all_entries(network, server.groups, "ingress")
        if not groups or not _is_for_others(entry, groups)
        for piece in over(entry.protocols, entry.ports, all_of((entry.fact, tied)))
    ]
    return merged(found)
