"""Who may talk to tasks: groups and who wears them, permissions and whom they admit."""

from collections.abc import Iterable

from msgspec.structs import replace

from taskwall.facts import FALSE, Fact, all_of, any_of
from taskwall.model.address import INTERNET_SIZE, VPC_SIZE, Cidr, Ranges, cidr, public
from taskwall.model.group import Direction, Permission, PrefixList, SecurityGroup
from taskwall.model.network import Network, remembered
from taskwall.model.place import Subnet, Vpc
from taskwall.model.thing import Link, Setting, alike
from taskwall.model.work import TaskSource
from taskwall.values import Need, Text, same


@remembered
def wearers(network: Network) -> dict[str, list[tuple[TaskSource, Fact]]]:
    """The task sources whose tasks wear a group, by the group's id.

    A tie that leads nobody knows where may lead to any group of the sources.
    """
    found: dict[str, list[tuple[TaskSource, Fact]]] = {}
    loose: list[tuple[TaskSource, Link]] = []
    for source in network.every(TaskSource):
        for link in source.groups:
            if link.to:
                found.setdefault(link.to, []).append((source, link.fact))
            else:
                loose.append((source, link))
    for source, link in loose:
        for group in network.every(SecurityGroup):
            worn = found.setdefault(group.id, [])
            if not any(each is source for each, _ in worn):
                text = f"{source.name} uses security group {group.name}"
                worn.append((source, Fact(None, text, link.place, source.name, link.fact.needs)))
    return found


@remembered
def permissions(network: Network, group: str, direction: Direction) -> list[Permission]:
    """What the sources write that a group admits (or lets out).

    A permission of which it is not known whose it is may be any group's.
    """
    by_group = _by_group(network, direction)
    loose = [replace(each, fact=each.group.fact & _may(each)) for each in by_group.get("", ())]
    return [*by_group.get(group, ()), *loose]


def _may(permission: Permission) -> Fact:
    text = f"{permission.on.name} belongs to this group"
    needs = permission.group.fact.needs
    return Fact(None, text, permission.group.place, permission.on.name, needs)


@remembered
def _by_group(network: Network, direction: Direction) -> dict[str, list[Permission]]:
    found: dict[str, list[Permission]] = {}
    for permission in network.every(Permission):
        if permission.direction == direction:
            found.setdefault(permission.group.to, []).append(permission)
    return found


# --- whom a permission admits


def _ranges(network: Network, permission: Permission) -> list[Setting] | None:
    """The address ranges that a permission names, itself or by a prefix list; None: not known."""
    if permission.range is not None:
        return [permission.range]
    if permission.prefix_list is not None:
        known = network.at(PrefixList, permission.prefix_list)
        if known is None or (known.entries is None and not known.service):
            return None
        return list(known.entries or ())
    return []


def public_part(text: object) -> tuple[int, Ranges] | None:
    """The addresses of the internet in a CIDR, with its IP version; None if it is no CIDR."""
    found: Cidr | None = cidr(text) if isinstance(text, str) else None
    return (found.version, found.ranges & public(found.version)) if found else None


def is_internet(ranges: Iterable[object]) -> bool:
    """Whether ranges together hold more public addresses than a /8 (IPv6: a /32)."""
    held: dict[int, Ranges] = {}
    for text in ranges:
        if (part := public_part(text)) is not None:
            held[part[0]] = held.get(part[0], Ranges()) | part[1]
    return any(addresses.size > INTERNET_SIZE[version] for version, addresses in held.items())


def admits_internet(network: Network, permission: Permission) -> Fact:
    """Whether a permission opens its group to the internet.

    By more public addresses than a /8 (IPv6: a /32), its own or together with those of the
    group's other permissions that are not the internet by themselves. A VPC's own range is never
    the internet, even where its digits are not known.
    """
    group = permission.on.name
    if permission.peer is not None or permission.itself:
        told = f"{group} allows ingress from a security group, not from addresses"
        return Fact(False, "", otherwise=told)
    if permission.range_of is not None or _given_to_vpc(network, permission):
        told = f"{group} allows ingress from the VPC's own CIDR"
        return Fact(False, "", permission.place, group, otherwise=told)
    ranges = _ranges(network, permission)
    if ranges is None or (permission.range is None and permission.prefix_list is None):
        text = f"{group} allows ingress from the internet"
        return Fact(None, text, permission.place, group, _peer_needs(permission))
    known = [setting.known for setting in ranges if not setting.open]
    open_needs = tuple(need for setting in ranges for need in setting.needs)
    said = who(network, permission)
    text = f"{group} allows ingress from {f'{said}, ' if known else ''}the internet"
    if is_internet(known):
        return Fact(True, f"{group} allows ingress from {said}", permission.place, group)
    small, waits = _small_ranges(network, permission.group.to)
    if any((public_part(text) or (4, Ranges()))[1] for text in known):
        together = f"{group} allows ingress from {said}: its public CIDRs together are the internet"
        if is_internet(small):
            return Fact(True, together, permission.place, group)
        if waits:
            return Fact(None, together, permission.place, group, waits)
    if open_needs and (waits or not _bounded(ranges, small)):
        return Fact(None, text, permission.place, group, open_needs)
    return Fact(
        False, text, permission.place, group, otherwise=f"{group} allows ingress from {said}"
    )


def leads_everywhere(network: Network, permission: Permission) -> Fact:
    """Whether the addresses that a permission names are, by themselves, those of the internet."""
    name, place = permission.on.name, permission.place
    text, otherwise = (
        f"{name} applies to every address",
        f"{name} applies to {who(network, permission)}",
    )
    inside = permission.range_of is not None or _given_to_vpc(network, permission)
    if permission.peer is not None or permission.itself or inside:
        return Fact(False, text, place, name, otherwise=otherwise)
    ranges = _ranges(network, permission)
    if ranges is None or (permission.range is None and permission.prefix_list is None):
        return Fact(None, text, place, name, _peer_needs(permission))
    if is_internet(each.known for each in ranges if not each.open):
        return Fact(True, f"{name} applies to {who(network, permission)}", place, name)
    needs = tuple(need for each in ranges if _may_be_internet(each) for need in each.needs)
    return Fact(None if needs else False, text, place, name, needs, otherwise)


def _may_be_internet(setting: Setting) -> bool:
    """Whether a range that is not known may be as large as the internet."""
    size = _size(setting) if setting.open else (4, 0)
    return size is None or size[1] > INTERNET_SIZE[size[0]]


def _given_to_vpc(network: Network, permission: Permission) -> bool:
    """Whether a range that is not known is what a VPC of the sources gets as its own."""
    value = permission.range.value if permission.range and permission.range.open else None
    return value is not None and any(
        each.value is not None and same(value, each.value) is True
        for vpc in network.every(Vpc)
        for each in vpc.cidrs
    )


@remembered
def _small_ranges(network: Network, group: str) -> tuple[list[object], tuple[Need, ...]]:
    """The ranges of a group's permissions that are not the internet by themselves.

    With them, what others wait for that may be public ranges as well, of whatever size.
    """
    found: list[object] = []
    waits: list[Need] = []
    for permission in permissions(network, group, "ingress"):
        if permission.range_of is not None or _given_to_vpc(network, permission):
            continue
        ranges = _ranges(network, permission)
        if ranges is None:
            waits += _peer_needs(permission)
        for each in ranges or ():
            if not each.open:
                found += [] if is_internet([each.known]) else [each.known]
            elif _size(each) is None:
                waits += each.needs
    return found, tuple(waits)


def _bounded(ranges: Iterable[Setting], small: Iterable[object]) -> bool:
    """Whether the open ones among ranges are too small to make a group's ranges the internet."""
    held: dict[int, int] = dict.fromkeys(INTERNET_SIZE, 0)
    for text in small:
        if (part := public_part(text)) is not None:
            held[part[0]] += part[1].size
    for setting in ranges:
        if setting.open:
            if (size := _size(setting)) is None:
                return False
            held[size[0]] += size[1]
    return all(held[version] <= INTERNET_SIZE[version] for version in held)


def _size(setting: Setting) -> tuple[int, int] | None:
    """How many addresses a range has of which only the length is known, with its IP version."""
    last = setting.value.parts[-1] if isinstance(setting.value, Text) else None
    _, slash, length = last.rpartition("/") if isinstance(last, str) else ("", "", "")
    version, bits = (6, 128) if "6" in setting.name else (4, 32)
    if not slash or not length.isdecimal() or setting.name == "cidr" or int(length) > bits:
        return None
    return version, 2 ** (bits - int(length))


def who(network: Network, permission: Permission) -> str:
    """Whom a permission admits, as messages say it."""
    if permission.itself:
        return "its own members"
    if permission.peer is not None:
        return f"group {permission.peer.to}" if permission.peer.to else "a group"
    if permission.range_of is not None:
        return f"the CIDR of {permission.range_of.to or 'an unknown VPC'}"
    if permission.range is not None:
        known = permission.range.known
        return str(known) if known is not None else "an unknown CIDR"
    if permission.prefix_list is not None:
        listed = network.at(PrefixList, permission.prefix_list)
        name = listed.named.known if listed else None
        return f"prefix list {name or permission.prefix_list.to}".rstrip()
    return "an unknown peer"


def listed(words: Iterable[str]) -> str:
    """Words as messages list them: each once, and no more than three."""
    once = list(dict.fromkeys(words))
    return ", ".join(once[:3]) + (f" and {len(once) - 3} more" if len(once) > 3 else "")


def _peer_needs(permission: Permission) -> tuple[Need, ...]:
    for part in (permission.range, permission.prefix_list, permission.peer):
        if isinstance(part, Setting) and part.needs:
            return part.needs
        if isinstance(part, Link):
            return part.fact.needs or (Need(part.to, "is not in the sources"),)
    return permission.fact.needs


# --- what may be admitted


def admits_group_of(permission: Permission, allowed: Iterable[Link], text: str) -> Fact:
    """Whether the group that a permission admits is one of those allowed."""
    if permission.peer is None:
        return FALSE
    peer = permission.peer
    parts = []
    for link in allowed:
        truth = alike(peer, link)
        if truth is not False:
            needs = (*_open(peer), *_open(link)) if truth is None else ()
            same = Fact(truth, text, link.place, permission.on.name, needs)
            parts.append(same & link.fact)
    return any_of(parts)


def _open(link: Link) -> tuple[Need, ...]:
    if link.exact:
        return ()
    return link.fact.needs or (Need(link.to or "a group", "is not in the sources"),)


def admits_range_within(network: Network, permission: Permission, vpc: Link | None) -> Fact:
    """Whether the addresses that a permission admits lie within a VPC's ranges."""
    group, place = permission.on.name, permission.place
    text = f"{group} allows ingress only from addresses of its VPC"
    if permission.range is None:
        return FALSE
    if vpc is None:
        return Fact(None, text, place, group, (Need("the tasks' VPC", "is not known"),))
    if permission.range_of is not None:
        truth = alike(permission.range_of, vpc)
        needs = (*_open(permission.range_of), *_open(vpc)) if truth is None else ()
        return Fact(truth, text, place, group, needs)
    known = network.at(Vpc, vpc)
    settings = _ranges_within(network, vpc)
    if permission.range.open:
        written = permission.range.value
        if any(same(written, each.value) for each in settings if written and each.value):
            return Fact(True, text, place, group)
        return Fact(None, text, place, group, permission.range.needs)
    wanted = permission.cidr
    if wanted is None:
        return FALSE
    if wanted.ranges.size > VPC_SIZE[wanted.version]:
        # No VPC is that large, wherever its ranges lie.
        return Fact(
            False, text, place, group, otherwise=f"{permission.range.known} is wider than any VPC"
        )
    held = Ranges()
    for setting in settings:
        part = cidr(setting.known) if isinstance(setting.known, str) else None
        if part is not None and part.version == wanted.version:
            held |= part.ranges
    if wanted.ranges <= held:
        return Fact(True, text, place, group)
    waits = tuple(need for setting in settings for need in setting.needs)
    loose = _subnets(network).get("", ())
    waits += tuple(need for subnet in loose for need in subnet.vpc.fact.needs)
    if known is None or known.external:
        waits = (*waits, *(vpc.fact.needs or (Need(f"{vpc.to}", "is not in the sources"),)))
    if waits:
        return Fact(None, text, place, group, waits)
    otherwise = f"{permission.range.known} is not within the CIDRs of {vpc.to}"
    return Fact(False, text, place, group, otherwise=otherwise)


def _ranges_within(network: Network, vpc: Link) -> list[Setting]:
    """The ranges of a VPC and of its subnets, as far as the sources write them."""
    known = network.at(Vpc, vpc)
    inside = _subnets(network).get(vpc.to, ())
    return [*(known.cidrs if known else ()), *(each for subnet in inside for each in subnet.cidrs)]


@remembered
def _subnets(network: Network) -> dict[str, list[Subnet]]:
    """Subnets by their VPC; "" holds those of which nobody knows whose they are."""
    return network.grouped(Subnet, lambda subnet: (subnet.vpc.to,))


def by_settings(network: Network, permission: Permission) -> Fact:
    """Whether the settings allow whom a permission admits."""
    allowed = network.policy.allowed_peers
    if not allowed:
        return FALSE
    ranges = [found for name in allowed if (found := cidr(name)) is not None]
    text = f"the settings allow {who(network, permission)}"
    for link in (permission.peer, permission.prefix_list):
        if link is not None and link.to in allowed:
            return Fact(True, text, permission.place, permission.on.name)
        if link is not None and not link.exact and len(ranges) < len(allowed):
            return Fact(None, text, permission.place, permission.on.name, _peer_needs(permission))
    wanted = permission.cidr
    if any(wanted and a.version == wanted.version and wanted.ranges <= a.ranges for a in ranges):
        return Fact(True, text, permission.place, permission.on.name)
    if permission.range is not None and permission.range.open and ranges:
        return Fact(None, text, permission.place, permission.on.name, _peer_needs(permission))
    return FALSE


def lattice_list(network: Network, permission: Permission, serves: Fact) -> Fact:
    """Whether a permission admits VPC Lattice, given whether tasks serve it."""
    if permission.prefix_list is None:
        return FALSE
    if serves.truth is False:
        return FALSE
    listed = network.at(PrefixList, permission.prefix_list)
    text = f"{permission.on.name} allows ingress from VPC Lattice"
    if listed is not None and (listed.service or isinstance(listed.named.known, str)):
        known = Fact(listed.service == "vpc-lattice", text, permission.place, permission.on.name)
    else:
        needs = _peer_needs(permission)
        known = Fact(None, text, permission.place, permission.on.name, needs)
    return all_of((known, serves))


def vpcs(network: Network, source: TaskSource) -> list[Link]:
    """The VPC of a task source's tasks, as far as its subnets and groups tell: at most one known.

    A subnet's VPC comes first; groups can only be worn in the VPC that they are in.
    """
    found: list[Link] = []
    for link in source.subnets:
        subnet = network.at(Subnet, link)
        if subnet is not None and not subnet.external:
            found.append(subnet.vpc)
    for link in source.groups:
        group = network.at(SecurityGroup, link)
        if group is not None and group.vpc is not None:
            found.append(group.vpc)
    return sorted(found, key=lambda link: not (link.exact and link.to))[:1]
