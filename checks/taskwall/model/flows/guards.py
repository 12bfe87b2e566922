"""What opens ways that are not modelled: flows that it could open are unknown, and name it."""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.core.facts import Fact, all_of
from taskwall.core.values import Need
from taskwall.model.core.address import ALL_PORTS
from taskwall.model.core.entity import Entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.endpoints.endpoint import Endpoint
from taskwall.model.entities.door import Door
from taskwall.model.entities.load_balancer import Listener
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.model.flows.ends import Interface
from taskwall.model.flows.security_groups import GroupEntry, all_entries
from taskwall.model.flows.sets import OPEN, Pieces, TrafficPiece, merged, over
from taskwall.model.load_balancing.accelerator import accelerated_balancers
from taskwall.model.load_balancing.edge import EdgeConnection
from taskwall.model.load_balancing.lattice import Fronted, Registered, RegisteredByHand
from taskwall.model.load_balancing.vpc_link import linked_balancers
from taskwall.model.load_balancing.vpc_origin import used_origins
from taskwall.model.permissions.packets import TCP
from taskwall.model.routing.vpc_attachments import Peering, TransitAttachment


class Opening(Struct, frozen=True):
    """A way of its own to some things: who comes by it, through which AWS service, and whether.

    `source` is the end that comes by it; None: the interfaces in one of `near` (ids of VPCs and
    subnets; None: wherever they are). `to` are the ids of what it leads to, or of what these are
    in; None: whatever there is. `groups` are its own security groups, if it is known to have some:
    permissions for others do not match. `past_groups` says that it passes those of the end.
    """

    source: str | None
    through: str
    to: frozenset[str] | None
    fact: Fact
    groups: frozenset[str] = frozenset()
    near: frozenset[str] | None = None
    past_groups: bool = False

    def lets(self, client: Interface) -> bool:
        """Whether an interface is one of those that come by it."""
        return self.near is None or bool(self.near & _around(client))


@remembered
def openings(network: Network) -> tuple[Opening, ...]:
    """The ways that doors of the sources may open."""
    return (*_by_doors(network), *_by_lattice(network), *_by_edges(network))


def _by_doors(network: Network) -> Iterator[Opening]:
    modelled = {each.link.id for each in linked_balancers(network)}
    modelled |= {each.group.id for each in accelerated_balancers(network)}
    for door in network.every(Door):
        if (not door.mentions and not door.open) or door.id in modelled:
            continue
        if door.source == "attached" and door.service != "ec2":
            # A network interface is its instance's (`ends`), and what it has are security groups.
            named = None if door.open else door.mentions
            for client in ("internet", None):
                yield Opening(client, f"aws:{door.service}", named, _lets_in(door, "others"))
        elif not door.source and door.service != "vpc-lattice":
            yield _past_groups(network, door)
        elif door.source in ("internet", "onprem", "*"):
            yield _into_vpcs(network, door)


def _past_groups(network: Network, door: Door) -> Opening:
    """From the VPCs of an endpoint that a data store manages to the store."""
    around = frozenset(_vpcs_of(network, door.mentions))
    groups = _groups_of(network, door)
    to = None if door.open else door.mentions - around - groups
    near = around if around and not door.open else None
    fact = _lets_in(door, "others")
    return Opening(None, f"aws:{door.service}", to, fact, near=near, past_groups=True)


def _into_vpcs(network: Network, door: Door) -> Opening:
    """To what a door names, and to all that is in VPCs that it leads into or that are joined."""
    around = frozenset(_vpcs_of(network, door.mentions))
    to = None if door.open or (around and _is_joined(network)) else door.mentions | around
    own = frozenset() if door.open else _groups_of(network, door)
    who = None if door.source == "*" else door.source
    return Opening(who, f"aws:{door.service}", to, _lets_in(door, who or "others"), own)


def _groups_of(network: Network, door: Door) -> frozenset[str]:
    return frozenset(each for each in door.mentions if network.get(SecurityGroup, each) is not None)


def _lets_in(door: Door, who: str) -> Fact:
    needs = (Need(door.name, "lets somebody in by a way that is not modelled"), *door.open)
    text = f"{door.name} lets {who} in"
    fact = Fact(None, text, door.origin.header, door.name, needs)
    return all_of((fact, door.exists))


def _vpcs_of(network: Network, mentions: frozenset[str]) -> Iterator[str]:
    """The VPCs that a door mentions, and those of its subnets and groups."""
    for each in mentions:
        inside = network.get(Subnet, each) or network.get(SecurityGroup, each)
        if inside is not None and inside.vpc is not None and inside.vpc.to:
            yield inside.vpc.to
        elif network.get(Vpc, each) is not None:
            yield each


def _is_joined(network: Network) -> bool:
    return bool(network.every(Peering) or network.every(TransitAttachment))


def _by_lattice(network: Network) -> Iterator[Opening]:
    """From VPCs that are associated with a service network to what is behind VPC Lattice."""
    doors = [d for d in network.every(Door) if d.service == "vpc-lattice" and not d.source]
    ends = [e for e in network.every(Endpoint) if e.kind.is_("ServiceNetwork").truth is not False]
    behind = {
        *(each.on.address for each in network.every(Registered)),
        *(each.balancer.to for each in network.every(Fronted)),
        # An address may be that of anything.
        *(e.target.to if e.target.written else "" for e in network.every(RegisteredByHand)),
    }
    to = None if "" in behind else frozenset(behind)
    for door in doors if behind else ():
        around = frozenset(_vpcs_of(network, door.mentions))
        near = around if around and not door.open else None
        yield Opening(None, "aws:vpc-lattice", to, _lets_in(door, "others"), near=near)
    for endpoint in ends if behind else ():
        near = None
        if endpoint.vpc is not None and endpoint.vpc.exact:
            near = frozenset((endpoint.vpc.to,))
        needs = (Need(endpoint.name, "leads to VPC Lattice, which is not modelled"),)
        text = f"{endpoint.name} leads there"
        fact = Fact(None, text, endpoint.origin.header, endpoint.name, needs)
        yield Opening(None, "aws:vpc-lattice", to, all_of((fact, endpoint.exists)), near=near)


def _by_edges(network: Network) -> Iterator[Opening]:
    """API Gateway's private integrations, and CloudFront's VPC origins, that are not modelled."""
    modelled = {each.integration.on.address for each in linked_balancers(network)}
    modelled |= {each.origin.origin.address for each in used_origins(network)}
    for edge in network.every(EdgeConnection):
        if edge.service != edge.on.name:
            continue  # An origin by its public name: that comes in by the load balancer's own door.
        if edge.on.address in modelled:
            continue
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
    if not server.serves:
        return False
    if opening.to is None:
        return True
    thing: Entity = server.thing
    if thing.id in opening.to or thing.origin.address in opening.to:
        return True
    return bool(_around(server) & opening.to)


def _around(interface: Interface) -> set[str]:
    """The ids of the subnets and VPCs that an interface is in."""
    return {link.to for place in interface.places for link in (place.subnet, place.vpc) if link}


def lets_in(network: Network, server: Interface, opening: Opening) -> Pieces:
    """What comes in by a way, as far as the groups of the server allow anybody."""
    if opening.past_groups:
        return over(TCP, ALL_PORTS, opening.fact)
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
