"""Network ACLs: which subnets they have, and which traffic they let through.

An ACL keeps no state: the first entry that matches a packet decides, and answers need entries of
their own, for the ports that clients take for them.
"""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.core.facts import FALSE, Fact, any_of
from taskwall.core.values import Need, Origin, Span
from taskwall.model.core.address import ALL_PORTS, V4, Ranges, is_internet
from taskwall.model.core.entity import Entity, Link, Setting, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.security_group import Direction
from taskwall.model.entities.vpc import Subnet
from taskwall.model.permissions.coverage import part
from taskwall.model.permissions.packets import TCP, UDP, Traffic, protocols

READ = "2026-11-24"

CLIENT_PORTS = Ranges(((32768, 60999),))
WINDOWS_PORTS = Ranges(((49152, 65535),))
BALANCER_PORTS = Ranges(((1024, 65535),))
"""Where answers go: the ports that Linux and Windows take as clients, and load balancers (Lambda
functions, too).

After the Amazon VPC User Guide, "Custom network ACLs for your VPC" (ephemeral ports); those of
Linux are its kernel's default.
"""


class NetworkAcl(Entity, frozen=True, kw_only=True):
    """A network ACL and the subnets that it names; the `default` one has all that no other has."""

    subnets: tuple[Link, ...] = ()
    default_of: Link | None = None


class AclAssociation(Struct, frozen=True):
    """A subnet that a resource of its own gives to a network ACL."""

    acl: Link
    subnet: Link


class AclEntry(Struct, frozen=True):
    """One entry of a network ACL. `way` is None where it is not known."""

    acl: Link
    on: Origin
    place: Span
    way: Direction | None
    number: Setting
    action: Setting
    protocol: Setting
    range: Setting
    first_port: Setting
    last_port: Setting
    doubt: tuple[Need, ...] = ()

    @property
    def needs(self) -> tuple[Need, ...]:
        """What its content waits for."""
        parts = (self.action, self.protocol, self.range, self.first_port, self.last_port)
        found = (need for each in (*parts, self.number) for need in each.needs)
        return (*self.doubt, *self.on.maybe, *found, *self.acl.fact.needs)

    @property
    def ports(self) -> Ranges:
        """The ports that it is about, as far as they are known."""
        low, high = self.first_port.known, self.last_port.known
        numbered = _whole(low) and _whole(high)
        if not numbered or protocols(str(self.protocol.known)) not in (TCP, UDP):
            return ALL_PORTS
        return Ranges.from_spans([(int(str(low)), int(str(high)))])


def _whole(data: object) -> bool:
    return str(data).lstrip("-").isdecimal()


@remembered
def subnets_by_acl(network: Network) -> dict[str, list[Link]]:
    """The subnets that ACLs and associations name, by the ACL; "" is one that is not known."""
    found: dict[str, list[Link]] = {}
    for each in network.every(NetworkAcl):
        found.setdefault(each.id, []).extend(each.subnets)
    for association in network.every(AclAssociation):
        acl, link = association.acl, association.subnet
        if not acl.exact:
            text = f"{acl.to or 'its network ACL'} is one that is written here"
            may = Fact(None, text, acl.place, link.fact.resource, acl.waits("a network ACL"))
            link = link.only_if(may)
        found.setdefault(_written_acl(acl), []).append(link)
    return found


def _written_acl(link: Link) -> str:
    """The ACL of the sources that a link leads to; "" if it may be any."""
    return link.to if link.exact else ""


def has_own_acl(network: Network, subnet: Subnet) -> Fact:
    """Whether a network ACL that is not the default one of a VPC is associated with a subnet."""
    default = {acl.id for acl in network.every(NetworkAcl) if acl.default_of is not None}
    text = f"{subnet.name} has a network ACL of its own"
    otherwise = f"{subnet.name} has the default network ACL of its VPC"
    if subnet.external:
        return Fact(None, text, subnet.origin.header, subnet.name, subnet.external)
    parts = [Fact(False, text, subnet.origin.header, subnet.name, otherwise=otherwise)]
    for acl, links in subnets_by_acl(network).items():
        for link in links if acl not in default else ():
            if link.to == subnet.id:
                parts.append(link.fact)
            elif not link.to and not link.excludes(subnet.id):
                parts.append(Fact(None, text, link.place, subnet.name, link.waits("a subnet")))
    return any_of(parts)


def is_default_of(acl: NetworkAcl, subnet: Subnet) -> Fact:
    """Whether an ACL is the default one of a subnet's VPC."""
    if acl.default_of is None:
        return FALSE
    same = same_entity(acl.default_of, subnet.vpc)
    if same:
        return acl.default_of.fact
    place = acl.default_of.place
    text = f"{acl.name} is the default network ACL of the VPC of {subnet.name}"
    loose = (link for link in (acl.default_of, subnet.vpc) if not link.exact)
    needs = tuple(need for link in loose for need in link.waits("a VPC"))
    return Fact(same, text, place, acl.name, needs)


@remembered
def acl_entries(network: Network) -> dict[str, list[AclEntry]]:
    """Entries by their ACL; "" holds those of which nobody knows whose they are."""
    return network.grouped(AclEntry, lambda each: (_written_acl(each.acl),))


def entries_of(network: Network, acl: NetworkAcl, way: Direction) -> list[AclEntry]:
    """The entries of an ACL for one way, or that may be."""
    found = acl_entries(network)
    mine = (*found.get(acl.id, ()), *found.get("", ()))
    return [each for each in mine if each.way in (way, None)]


def passing(
    network: Network,
    acl: NetworkAcl,
    way: Direction,
    traffic: Traffic,
    kindly: bool,
    without: tuple[AclEntry, ...] = (),
) -> Traffic:
    """The part of traffic that an ACL lets through, `without` some entries that deny.

    What is not known of an entry is taken to be `kindly` for the traffic, or to be against it.
    """
    left, passed = traffic, Traffic()
    for entry in sorted(entries_of(network, acl, way), key=_number):
        match = _match(entry)
        allows: bool | None = str(entry.action.known).lower() == "allow"
        if entry.action.open:
            allows = kindly
        if match is None or entry.way is None or entry.acl.to != acl.id or entry.doubt:
            # An entry whose match is open matches all, or nothing, whichever suits.
            if allows is not kindly:
                continue
            match = match or left
        if not allows and entry in without:
            continue
        if allows:
            passed |= left & match
        left -= match
    return passed


def _number(entry: AclEntry) -> int:
    """The number of an entry; one that is not known may be lower than all others."""
    return int(str(entry.number.known)) if _whole(entry.number.known) else -1


def _match(entry: AclEntry) -> Traffic | None:
    """What an entry matches; None if that is not known, or when it is asked."""
    return None if entry.number.open else _matched(entry)


def _matched(entry: AclEntry) -> Traffic | None:
    """What an entry matches, whenever it is asked."""
    parts = (entry.protocol, entry.range, entry.first_port, entry.last_port)
    if any(each.open for each in parts):
        return None
    spoken = protocols(str(entry.protocol.known))
    return Traffic.of(spoken, entry.ports, part(entry.range).within)


def denied_before(network: Network, acl: NetworkAcl, entry: AclEntry) -> Fact:
    """Whether entries with lower numbers deny all that an entry matches."""
    left = _matched(entry)
    if left is None:
        return FALSE  # What it allows is not known either.
    perhaps: list[AclEntry] = []
    for other in _before(network, acl, entry):
        match = _match(other)
        denies = str(other.action.known).lower() == "deny"
        if match is not None and denies and _is_sure(acl, other) and not entry.number.open:
            left -= match
        elif denies or other.action.open:
            perhaps.append(other)
    text = f"entries of {acl.name} with lower numbers deny all that this one matches"
    if not left:
        return Fact(True, text, entry.place, acl.name)
    for other in perhaps:
        left -= _matched(other) or left
    needs = tuple(need for other in (entry, *perhaps) for need in other.needs)
    return Fact(None, text, entry.place, acl.name, needs) if not left else FALSE


def opened_before(network: Network, acl: NetworkAcl, entry: AclEntry) -> bool:
    """Whether an entry with a lower number certainly allows the internet all that this one does."""
    match = _match(entry)
    return match is not None and any(
        _is_sure(acl, other)
        and allows_internet_in(other).truth is True
        and match <= (_match(other) or Traffic())
        for other in _before(network, acl, entry)
    )


def _is_sure(acl: NetworkAcl, entry: AclEntry) -> bool:
    """Whether an entry certainly is one of an ACL for ingress."""
    sure = entry.way == "ingress" and entry.acl.to == acl.id
    return sure and not (entry.doubt or entry.on.maybe)


def _before(network: Network, acl: NetworkAcl, entry: AclEntry) -> Iterator[AclEntry]:
    """The entries for ingress that are, or may be, asked before another one."""
    for other in entries_of(network, acl, "ingress"):
        before = entry.number.open or _number(other) < _number(entry)
        if other is not entry and before:
            yield other


@remembered
def lets_all_through(network: Network, acl: NetworkAcl) -> bool:
    """Whether an ACL certainly lets all IPv4 traffic through, both ways."""
    traffic = Traffic.of(protocols("all"), ALL_PORTS, V4)
    ways: tuple[Direction, ...] = ("ingress", "egress")
    return all(traffic <= passing(network, acl, way, traffic, kindly=False) for way in ways)


def allows_internet_in(entry: AclEntry) -> Fact:
    """Whether an entry allows the internet on ports other than those of answers."""
    if entry.way == "egress":
        return FALSE
    name, at = entry.on.name, entry.place
    said = entry.range.known or "an unknown CIDR"
    text = f"{name} allows ingress from {said} to the subnet"
    ports = (entry.protocol, entry.first_port, entry.last_port)
    closed = [
        not entry.action.open and str(entry.action.known).lower() != "allow",
        not entry.range.open and not is_internet(part(entry.range).within),
        not any(each.open for each in ports) and entry.ports <= BALANCER_PORTS,
    ]
    otherwise = f"{name} allows no more from the internet than return traffic"
    if any(closed):
        return Fact(False, text, at, name, otherwise=otherwise)
    waits = any(each.open for each in (entry.action, entry.range, *ports)) or entry.way is None
    return Fact(None if waits or entry.doubt else True, text, at, name, entry.needs, otherwise)
