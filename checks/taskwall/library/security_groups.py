"""Security groups and their rules as the library shows them."""

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

from taskwall.core.facts import TRUE, all_of, any_of
from taskwall.core.facts import Fact as CoreFact
from taskwall.core.values import Need
from taskwall.library.facts import Fact, Place, shown_place
from taskwall.library.views import Frame, ReadOnly, Related, Resource, Setting, leads_to, related
from taskwall.library.vpc import Subnet, Vpc
from taskwall.model.core.address import Ranges, parse_cidr
from taskwall.model.core.entity import Link
from taskwall.model.entities import security_group as model
from taskwall.model.entities import vpc as vpc_model
from taskwall.model.permissions.coverage import (
    Addresses,
    Part,
    addresses,
    aws_service,
    names_group_of,
    there,
)
from taskwall.model.permissions.peers import allows_internet, permissions, who
from taskwall.model.permissions.ports import RequiredPorts, opens

Protocol: TypeAlias = Literal["tcp", "udp"]


class SecurityGroup(Resource):
    """A security group."""

    __slots__ = ()
    _entity: model.SecurityGroup

    @property
    def vpc(self) -> Related[Vpc] | None:
        """Its VPC; None where the sources do not set it."""
        link = self._entity.vpc
        return None if link is None else related(self._frame, (link,), vpc_model.Vpc, Vpc)[0]

    @property
    def ingress(self) -> "tuple[Permission, ...]":
        """The ingress rules that the sources write for it."""
        return self._rules("ingress")

    @property
    def egress(self) -> "tuple[Permission, ...]":
        """The egress rules that the sources write for it."""
        return self._rules("egress")

    def _rules(self, direction: model.Direction) -> "tuple[Permission, ...]":
        found = permissions(self._frame.network, self._entity.id, direction)
        return tuple(Permission(self._frame, each) for each in found)

    def allows(
        self, peer: "str | SecurityGroup", port: int | None = None, protocol: Protocol = "tcp"
    ) -> Fact:
        """Whether an ingress rule of it allows a peer, as `Permission.allows` says.

        Unknown, too, where the group is not in the sources and no rule that they write for it
        allows the peer.

        Raises:
            ValueError: the peer is a text that is neither "internet" nor a CIDR.
        """
        frame, name = self._frame, self.name
        found = [each._allows(peer, port, protocol) for each in self.ingress]
        place = self._entity.origin.header
        text = f"{name} allows {_named(peer)}"
        if self._entity.external:
            found.append(CoreFact(None, text, place, name, self._entity.external))
        if not found:
            found.append(CoreFact(False, text, place, name, otherwise=f"{name} allows no ingress"))
        return frame.fact(any_of(found))


class GroupUser(Resource):
    """A resource that uses security groups and is in subnets."""

    __slots__ = ()
    _entity: Any

    @property
    def security_groups(self) -> tuple[Related[SecurityGroup], ...]:
        """Its security groups; most resources without one use the default group of the VPC."""
        return related(self._frame, self._entity.groups, model.SecurityGroup, SecurityGroup)

    @property
    def subnets(self) -> tuple[Related[Subnet], ...]:
        """Its subnets."""
        return related(self._frame, self._entity.subnets, vpc_model.Subnet, Subnet)

    def uses(self, group: SecurityGroup) -> Fact:
        """Whether it uses a security group."""
        return leads_to(self, self._entity.groups, group, "uses")


class Permission(ReadOnly):
    """One rule of a security group: a peer, a protocol and ports."""

    __slots__ = ("_permission",)
    _permission: model.Permission

    def __init__(self, frame: Frame, permission: model.Permission) -> None:
        """Made by the library."""
        super().__init__(frame)
        object.__setattr__(self, "_permission", permission)

    @property
    def group(self) -> Related[SecurityGroup]:
        """The group that it is of."""
        of = (self._permission.group,)
        return related(self._frame, of, model.SecurityGroup, SecurityGroup)[0]

    @property
    def direction(self) -> model.Direction:
        """`ingress` or `egress`."""
        return self._permission.direction

    @property
    def name(self) -> str:
        """The resource that writes it: the group where it is inline, else one of its own."""
        return self._permission.on.name

    @property
    def protocol(self) -> Setting:
        """Its protocol."""
        return Setting(self._frame, self._permission.protocol)

    @property
    def ports(self) -> str:
        """Its ports in words, such as "port 443"."""
        return self._permission.ports

    @property
    def peer(self) -> str:
        """Whom it allows in words, such as "10.0.0.0/16" or "group aws_security_group.alb"."""
        return self._frame.shown.text(who(self._frame.network, self._permission))

    @property
    def peer_group(self) -> Related[SecurityGroup] | None:
        """The security group that it refers to; None where it names addresses."""
        permission = self._permission
        peer = permission.group if permission.itself else permission.peer
        if peer is None:
            return None
        return related(self._frame, (peer,), model.SecurityGroup, SecurityGroup)[0]

    @property
    def place(self) -> Place | None:
        """Where it says whom it allows."""
        return shown_place(self._permission.place, self._frame.shown)

    @property
    def exists(self) -> Fact:
        """Whether it is there, and in force."""
        return self._frame.fact(there(self._permission))

    def opens(self, port: int, protocol: Protocol = "tcp") -> Fact:
        """Whether it opens a port."""
        return self._frame.fact(self._opens(port, protocol))

    def allows(
        self, peer: "str | SecurityGroup", port: int | None = None, protocol: Protocol = "tcp"
    ) -> Fact:
        """Whether it allows a peer (as egress: lets tasks go there).

        Args:
            peer: "internet" (more public addresses than a /8); a CIDR or an address, of which some
                address must be allowed; or a security group, to which it must refer.
            port: a port that must be open; None asks for any.
            protocol: whose port that is.

        Raises:
            ValueError: the peer is a text that is neither "internet" nor a CIDR.
        """
        return self._frame.fact(self._allows(peer, port, protocol))

    def allows_only(self, *peers: "str | SecurityGroup") -> Fact:
        """Whether all that it allows is among these CIDRs, addresses and security groups.

        Raises:
            ValueError: a peer is a text that is no CIDR.
        """
        permission = self._permission
        names = " or ".join(map(_named, peers)) or "nobody"
        text = f"{permission.on.name} allows only {names}"
        said = f"{permission.on.name} allows {self.peer}"
        groups = [_link(peer) for peer in peers if isinstance(peer, SecurityGroup)]
        if permission.peer is not None or permission.itself:
            found = names_group_of(permission, groups, text)
            if found.truth is False:
                found = permission.states(False, text, otherwise=said)
            return self._frame.fact(found)
        if aws_service(self._frame.network, permission):
            return self._frame.fact(permission.states(False, text, otherwise=said))
        held = addresses(self._frame.network, permission)
        truth = _addresses(peer for peer in peers if isinstance(peer, str)).covers(held)
        needs = held.needs if truth is None else ()
        return self._frame.fact(permission.states(truth, text, needs, said))

    def _opens(self, port: int | None, protocol: Protocol) -> CoreFact:
        if port is None:
            return TRUE
        wanted = Ranges(((port, port),))
        words = f"{protocol} port {port}"
        return opens(self._permission, RequiredPorts(words, protocol, wanted, (wanted,)))

    def _allows(
        self, peer: "str | SecurityGroup", port: int | None, protocol: Protocol
    ) -> CoreFact:
        facts = (there(self._permission), self._reaches(peer), self._opens(port, protocol))
        return all_of(facts)

    def _reaches(self, peer: "str | SecurityGroup") -> CoreFact:
        network, permission = self._frame.network, self._permission
        text = f"{permission.on.name} allows {_named(peer)}"
        said = f"{permission.on.name} allows {self.peer}"
        if peer == "internet":
            return allows_internet(network, permission)
        if isinstance(peer, SecurityGroup):
            found = names_group_of(permission, (_link(peer),), text)
            named = permission.peer is not None or permission.itself
            return (
                found
                if named and found.truth is not False
                else permission.states(False, text, otherwise=said)
            )
        asked = _addresses((peer,))
        if aws_service(network, permission):
            needs = (Need(f"which addresses {self.peer} holds", "is for AWS to say"),)
            return permission.states(None, text, needs)
        held = addresses(network, permission)
        truth = held.meets(asked)
        return permission.states(truth, text, held.needs if truth is None else (), said)

    def __repr__(self) -> str:
        return f"<Permission {self.name}: {self.direction} {self.peer} {self.ports}>"


def _addresses(cidrs: Iterable[str]) -> Addresses:
    """The addresses of CIDRs."""
    parts = []
    for text in cidrs:
        found = parse_cidr(text)
        if found is None:
            raise ValueError(f'"{text}" is neither "internet" nor a CIDR')
        parts.append(Part(found.ranges))
    return Addresses(tuple(parts))


def _link(group: SecurityGroup) -> Link:
    entity = group._entity
    return Link(entity.id, TRUE, entity.origin.header, not entity.external)


def _named(peer: "str | SecurityGroup") -> str:
    if isinstance(peer, SecurityGroup):
        return peer.name
    return f"the {peer}" if peer == "internet" else peer
