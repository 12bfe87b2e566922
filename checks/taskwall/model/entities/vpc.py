"""Where tasks run: VPCs, subnets, route tables and their routes, and what may close them."""

from typing import Literal, TypeAlias

from msgspec import Struct

from taskwall.core.facts import Fact
from taskwall.core.values import Span
from taskwall.model.core.entity import Entity, Link, Setting

Way: TypeAlias = Literal[
    "internet", "nat", "egress-only", "transit", "peering", "vpn", "appliance", "endpoint", "local"
]
"""What a route leads to."""

WAYS: dict[Way, str] = {
    "internet": "an internet gateway",
    "nat": "a NAT gateway",
    "egress-only": "an egress-only internet gateway",
    "transit": "a transit gateway",
    "peering": "a peering connection",
    "vpn": "a VPN",
    "appliance": "an appliance",
    "endpoint": "an endpoint",
    "local": "its own VPC",
}
"""What messages call it."""


class Vpc(Entity, frozen=True, kw_only=True):
    """A VPC and its address ranges (IPv4 and IPv6 alike), and whether it has names for them.

    `adoptable` says that a resource can take over what AWS makes with the VPC: its default group.
    `found` says that it was there before the sources (the account's default VPC), so that what
    AWS made with it is not in them.
    """

    cidrs: tuple[Setting, ...] = ()
    adoptable: bool = False
    found: bool = False
    dns_support: Setting
    dns_hostnames: Setting


class GivenRange(Struct, frozen=True):
    """That AWS gives an IPv6 range to a VPC, which nobody knows before."""

    vpc: Link


class Subnet(Entity, frozen=True, kw_only=True):
    """A subnet, its VPC, address ranges and zone. `public_addresses`: instances in it get one."""

    vpc: Link
    cidrs: tuple[Setting, ...] = ()
    public_addresses: Setting | None = None
    zone: Setting | None = None

    @property
    def vpc_known(self) -> bool:
        """Whether the sources say in which VPC it is, be it written there or looked up."""
        return not self.external or (self.vpc.exact and self.vpc.sure and bool(self.vpc.to))


class RouteTable(Entity, frozen=True, kw_only=True):
    """A route table. `main` where it is the VPC's main one."""

    vpc: Link
    main: bool = False


class NatGateway(Entity, frozen=True, kw_only=True):
    """A NAT gateway, and the subnet that it is in; a regional one is in none."""

    subnet: Link | None = None


class Route(Struct, frozen=True):
    """One route: its table, where it leads, and to which destination.

    `way` is None where the target is not known: then the fact is not known either, and its `needs`
    say what it waits for, `among` which ways it can be, if it cannot be any.
    `listed` is the prefix list that is the destination, `peering` and `nat` the peering connection
    and the NAT gateway that it leads to, if there is one.
    """

    table: Link
    way: Way | None
    destination: Setting
    fact: Fact
    listed: Link | None = None
    peering: Link | None = None
    nat: Link | None = None
    among: tuple[Way, ...] = ()

    def may_lead(self, ways: tuple[Way, ...]) -> bool:
        """Whether it leads to one of some ways, or may."""
        if self.way is not None or not self.among:
            return self.way in (*ways, None)
        return not set(ways).isdisjoint(self.among)


class Association(Struct, frozen=True):
    """A subnet (or with `subnet` None, a VPC's main table) tied to a route table, if it exists."""

    subnet: Link | None
    table: Link
    fact: Fact
    vpc: Link | None = None


class EdgeTable(Struct, frozen=True):
    """A route table that a gateway uses for what comes into a VPC."""

    table: Link


class GatewayAttachment(Entity, frozen=True, kw_only=True):
    """A gateway's link to a VPC: written on the gateway, or in a resource of its own."""

    gateway: Link
    vpc: Link
    way: Way


class InternetBlock(Entity, frozen=True, kw_only=True):
    """VPC Block Public Access of the account and Region, and the exclusions that undo it."""

    mode: Setting


class BlockExclusion(Entity, frozen=True, kw_only=True):
    """A VPC or subnet that Block Public Access spares: wholly, or what it sends alone."""

    of: Link
    mode: Setting


class EncryptionControl(Entity, frozen=True, kw_only=True):
    """VPC Encryption Controls on a VPC: mode `monitor` or `enforce`."""

    vpc: Link
    mode: Setting


class FlowLog(Entity, frozen=True, kw_only=True):
    """A flow log of a VPC, a subnet, or something that task traffic does not show in.

    `vpc` and `subnet` are None where it is not about one.
    """

    vpc: Link | None = None
    subnet: Link | None = None
    traffic: Setting
    format: Setting
    interval: Setting
    at: Span
