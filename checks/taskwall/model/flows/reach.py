"""Who can open a connection to an interface: everybody whom its groups, ACLs and routes let."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TypeAlias

from msgspec import Struct

from taskwall.core.facts import Fact
from taskwall.model.core.address import EVERYWHERE, Ranges
from taskwall.model.core.entity import Entity, Link, link_to
from taskwall.model.core.network import Network
from taskwall.model.endpoints.endpoint import Endpoint
from taskwall.model.entities.door import Door
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.model.entities.vpc_link import VpcLink
from taskwall.model.flows.connect import (
    by_public_address,
    from_addresses,
    from_internet,
    from_lattice,
    from_remote,
    from_service,
)
from taskwall.model.flows.ends import (
    Interface,
    end_of,
    group_interface,
    interfaces,
    short_name,
)
from taskwall.model.flows.flow import (
    OpenConnection,
    of_version,
)
from taskwall.model.flows.guards import Opening, leads_to, lets_in, openings
from taskwall.model.flows.listeners import listeners_of, listens
from taskwall.model.flows.pairs import PairedInterfaces
from taskwall.model.flows.places import Place
from taskwall.model.flows.remote import ONPREM, Remote, remotes
from taskwall.model.flows.routes import local_addresses
from taskwall.model.flows.security_groups import (
    Far,
    GroupEntry,
    all_entries,
    lists_named,
)
from taskwall.model.flows.sets import (
    Pieces,
    TrafficPiece,
    merged,
)
from taskwall.model.permissions.coverage import inside
from taskwall.model.permissions.packets import Traffic

INTERNET = "internet"
BEYOND = INTERNET, ONPREM
"""The ends that are sets of addresses outside all VPCs."""

RemoteQuestion: TypeAlias = Callable[[Network, Interface, Place, Remote], Pieces]

_SPOKEN = {"origin-facing": "cloudfront"}
"""What flows call the AWS service of a prefix list, where the list's name does not say it."""

_NO_CLIENTS = ("s3", "dynamodb", "s3express")
"""AWS services that open no connections to what groups guard."""


class Arrival(Struct, frozen=True):
    """What an end can open to something, by which way; `client` is the end's own interface.

    `at` are the ports where it arrives, if these are others than the client opens. `hides_clients`
    is whether nobody further on can see the client's address. `within` are the addresses that the
    name of an end stands for, of which what is found says nothing.
    """

    end: str
    found: OpenConnection
    client: Interface | None = None
    through: tuple[str, ...] = ()
    at: Pieces | None = None
    hides_clients: bool = False
    within: Ranges = EVERYWHERE

    @property
    def exists(self) -> tuple[Fact, ...]:
        """Whether the end is there."""
        return () if self.client is None else (self.client.exists,)


class Reach:
    """What can open connections to what, worked out once for all that is alike.

    `also` are ends beside those of the sources: whatever has a group that none of these has.
    """

    def __init__(
        self, network: Network, *, possible: bool = False, also: Iterable[Interface] = ()
    ) -> None:
        self.network = network
        self.every = (*interfaces(network, possible=possible), *also)
        self.pairs = PairedInterfaces(network)
        self._between: dict[object, OpenConnection] = {}
        self._from_internet: dict[object, OpenConnection] = {}
        self._near: dict[int, tuple[GroupEntry, list[Interface]]] = {}

    # --- who can be a client of what

    @cached_property
    def clients(self) -> list[Interface]:
        """What opens connections to whatever it can reach."""
        return [each for each in self.every if each.opens]

    @cached_property
    def vpcs(self) -> dict[str, Ranges]:
        """All addresses of each VPC, by how flows name it; where none are known, any."""
        every = self.network.every(Vpc)
        return {f"vpc:{short_name(vpc)}": self._addresses(vpc) for vpc in every}

    @cached_property
    def written_vpcs(self) -> set[str]:
        """The VPCs that the sources write, by how flows name them."""
        every = self.network.every(Vpc)
        return {f"vpc:{short_name(vpc)}" for vpc in every if not vpc.external}

    @cached_property
    def inner(self) -> dict[str, Ranges]:
        """The addresses that are known of the VPC of each end, by how flows name the end."""
        found: dict[str, Ranges] = {}
        for each in self.every:
            subnets = (self.network.get(Subnet, place.subnet) for place in each.places)
            held = (local_addresses(self.network, subnet) for subnet in subnets if subnet)
            found[each.end] = Ranges.union((found.get(each.end, Ranges()), *held))
        return found

    def _addresses(self, vpc: Vpc) -> Ranges:
        parts = inside(self.network, link_to(vpc)).parts
        return Ranges.union(part.within for part in parts) or EVERYWHERE

    @cached_property
    def _users(self) -> dict[str, list[Interface]]:
        """Clients by their groups; "" holds those of which not all groups are known."""
        found: dict[str, list[Interface]] = {}
        for each in (*self.clients, *self.unseen):
            loose = each.groups.more.truth is not False
            for link in each.groups.ties:
                found.setdefault(link.to, []).append(each)
                loose = loose or not link.exact
            if loose:
                found.setdefault("", []).append(each)
        return found

    @cached_property
    def _used(self) -> set[str]:
        """The groups that something has of which flows know, or that a door names.

        What is attached to an instance is among the interfaces, if that instance is in the sources.
        """
        links = (link.groups for link in self.network.every(VpcLink))
        found = {tie.to for each in self.every for tie in each.groups.ties}
        found |= {tie.to for groups in links for tie in groups}
        doors = (each for each in self.network.every(Door) if each.source != "attached")
        return found.union(*(door.mentions for door in doors))

    @cached_property
    def unseen(self) -> list[Interface]:
        """What uses groups of the sources that nothing has of which flows know."""
        return [
            group_interface(self.network, group)
            for group in self.network.every(SecurityGroup)
            if group.id not in self._used and not group.default
        ]

    @cached_property
    def _by_place(self) -> dict[str, list[Interface]]:
        found: dict[str, list[Interface]] = {}
        for each in self.clients:
            for place in each.places:
                found.setdefault(place.key, []).append(each)
        return found

    @cached_property
    def _places(self) -> dict[str, object]:
        return {place.key: place for each in self.clients for place in each.places}

    def candidates(self, server: Interface) -> list[Interface]:
        """The clients that a server's groups can let in."""
        if not server.groups.filters or server.groups.more.truth is not False:
            return self.clients
        found: dict[int, Interface] = {}
        for entry, _, link in all_entries(self.network, server.groups, "ingress"):
            for each in self._let_in(entry, link):
                found.setdefault(id(each), each)
        return list(found.values())

    def _let_in(self, entry: GroupEntry, link: Link | None) -> Iterable[Interface]:
        if entry.anyone:
            return self.clients
        permission = entry.permission
        if entry.asks_groups:
            peer = permission.peer if permission is not None else None
            if peer is not None and not (peer.to and peer.exact):
                return (*self.clients, *self.unseen)
            own = link.to if link is not None else ""
            to = entry.itself or (peer.to if peer is not None else own)
            return (*self._users.get(to, ()), *self._users.get("", ()))
        known = self._near.get(id(entry))
        if known is None:
            near = [
                each
                for key, place in self._places.items()
                if entry.held.meets(place.addresses) is not False  # type: ignore[attr-defined]
                for each in self._by_place[key]
            ]
            known = self._near[id(entry)] = entry, near
        return known[1]

    # --- connections

    def between(self, client: Interface, server: Interface) -> OpenConnection:
        """What one interface can open to another, by whichever of its addresses."""
        key = client.alike, server.alike
        found = self._between.get(key)
        if found is None:
            found = self.pairs.between(client, server)
            if server.public.truth is not False and not _is_wholly_open(found.pieces):
                public = by_public_address(self.network, client, server)
                if public.pieces:
                    pieces = merged((*found.pieces, *public.pieces))
                    found = OpenConnection(pieces, (), found.lost | public.lost)
            self._between[key] = found
        return found

    def from_internet(self, server: Interface) -> OpenConnection:
        """What the internet can open to an interface."""
        key = server.alike
        if key not in self._from_internet:
            self._from_internet[key] = from_internet(self.network, server)
        return self._from_internet[key]

    def from_vpc(self, server: Interface, vpc: Vpc) -> OpenConnection:
        """What some address of a VPC, whoever has it, can open to an interface in it."""
        found: list[TrafficPiece] = []
        for place in server.places:
            if place.vpc is None or place.vpc.to != vpc.id:
                continue
            around = inside(self.network, place.vpc).of(of_version(place.version))
            held = around if around.parts else place.addresses
            ranges = Ranges.union(part.within for part in held.parts)
            for piece in from_addresses(self.network, server, place, Far(held)):
                # All of the VPC needs no word beside its name.
                boxes = (
                    (a, b, EVERYWHERE if c == ranges else c) for a, b, c in piece.traffic.boxes
                )
                found.append(TrafficPiece(Traffic(tuple(boxes)), piece.fact))
        return OpenConnection(merged(found))

    # --- flows

    def sources(self, server: Interface) -> Iterator[Arrival]:
        """Who can open a connection to an interface, and what."""
        for opening in openings(self.network):
            if leads_to(opening, server):
                yield from self._by(opening, server)
        yield Arrival(INTERNET, self.from_internet(server))
        for key in dict.fromkeys(place.vpc.to for place in server.places if place.vpc is not None):
            vpc = self.network.get(Vpc, key)
            if vpc is not None:
                found = self.from_vpc(server, vpc)
                yield Arrival(f"vpc:{short_name(vpc)}", found, within=self._addresses(vpc))
        for service in lists_named(self.network, server.groups, "ingress"):
            if service == "vpc-lattice":
                yield Arrival(f"aws:{service}", OpenConnection(from_lattice(self.network, server)))
            elif service not in _NO_CLIENTS:
                pieces = from_service(self.network, server, service)
                yield Arrival(f"aws:{_SPOKEN.get(service, service)}", OpenConnection(pieces))
        for end, pieces in self.remotely(server, from_remote).items():
            yield Arrival(end, OpenConnection(pieces))
        for client in self.candidates(server):
            if client.thing is not server.thing or client.several:
                yield Arrival(client.end, self.between(client, server), client)

    def _by(self, opening: Opening, server: Interface) -> Iterator[Arrival]:
        """What comes to an interface by a way that is not modelled."""
        comes = OpenConnection(lets_in(self.network, server, opening))
        if opening.source is not None:
            yield Arrival(opening.source, comes, None, (opening.through,))
            return
        for client in self.clients:
            if client.thing is not server.thing and opening.lets(client):
                yield Arrival(client.end, comes, client, (opening.through,))

    def remotely(self, of: Interface, ask: RemoteQuestion) -> dict[str, Pieces]:
        """What is open between an interface and each end beyond its VPC."""
        found: dict[str, list[TrafficPiece]] = {}
        for place in of.places:
            for remote in remotes(self.network, place):
                found.setdefault(remote.end, []).extend(ask(self.network, of, place, remote))
        return {end: merged(pieces) for end, pieces in found.items()}

    @cached_property
    def gateways(self) -> list[tuple[Endpoint, str]]:
        """The endpoints that are gateways, or may be, with how flows name them."""
        return [
            (endpoint, end_of(self.network, "endpoint", endpoint))
            for endpoint in self.network.every(Endpoint)
            if endpoint.kind.is_("Gateway").truth is not False
        ]

    def listens(self, balancer: LoadBalancer) -> Pieces:
        """The ports of all listeners of a load balancer."""
        parts = [listens(each, balancer) for each in listeners_of(self.network, balancer)]
        return tuple(piece for pieces in parts for piece in pieces)

    def takes(self, server: Interface) -> Pieces:
        """The ports on which an interface can be reached at all."""
        if isinstance(server.thing, LoadBalancer):
            return self.listens(server.thing)
        return server.takes

    @cached_property
    def _of_thing(self) -> dict[int, list[Interface]]:
        found: dict[int, list[Interface]] = {}
        for each in self.every:
            found.setdefault(id(each.thing), []).append(each)
        return found

    def of(self, thing: Entity) -> list[Interface]:
        """The interfaces of a thing."""
        return self._of_thing.get(id(thing), [])


def _is_wholly_open(pieces: Pieces) -> bool:
    return bool(pieces) and all(piece.fact.truth for piece in pieces)
