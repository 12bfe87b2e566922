"""Who may talk to tasks: groups and who uses them, permissions and whom they allow."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import FALSE, TRUE, Fact, all_of
from taskwall.core.values import Need, Reference, Span, Text
from taskwall.model.core.address import (
    EVERYWHERE,
    INTERNET_SIZE,
    V4,
    V6,
    VPC_SIZE,
    Ranges,
    is_internet,
    parse_cidr,
    public_addresses,
)
from taskwall.model.core.entity import Link, Setting, link_to, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.load_balancer import TargetGroup
from taskwall.model.entities.security_group import (
    Direction,
    GroupAssociation,
    Permission,
    PrefixList,
    SecurityGroup,
)
from taskwall.model.entities.vpc import GivenRange, Subnet, Vpc
from taskwall.model.permissions.coverage import (
    Addresses,
    Part,
    addresses,
    aws_service,
    names_addresses,
    of_vpc,
    part,
    subnets_of,
    there,
)
from taskwall.model.permissions.default_groups import groups_of, is_as_made


def groups_meant(network: Network, link: Link) -> list[tuple[str, Fact]]:
    """The groups to which a link leads: one, or whichever of the sources."""
    if link.to:
        return [(link.to, link.fact)]
    return [(group.id, tie.fact) for group, tie in network.meant(SecurityGroup, link)]


def associations(network: Network, group: str) -> list[GroupAssociation]:
    """What lets a group be used in another VPC than its own, or may."""
    found = _associations(network)
    return [*found.get(group, ()), *found.get("", ())]


@remembered
def _associations(network: Network) -> dict[str, list[GroupAssociation]]:
    return network.grouped(GroupAssociation, lambda each: (each.group.to,))


def task_groups(network: Network, source: TaskSource) -> tuple[Link, ...]:
    """The groups of a source's awsvpc tasks: those that it names, else its VPC's default group."""
    named = source.groups
    elsewhere = source.managed or source.gateways or source.network_from == "elsewhere"
    if elsewhere or named:
        return named
    networked = source.networked
    found = groups_of(network, named, source.groups_setting, source.subnets)
    if networked.truth is not True:
        found = tuple(link.only_if(networked) for link in found)
    return found if networked.truth is not False else ()


@remembered
def task_sources_by_group(network: Network) -> dict[str, list[tuple[TaskSource, Fact]]]:
    """The task sources whose tasks use a group, by the group's id.

    A link that leads nobody knows where may lead to any group of the sources, and to any from
    elsewhere for which they write a permission.
    """
    found: dict[str, list[tuple[TaskSource, Fact]]] = {}
    ties = [
        (source, link)
        for source in network.every(TaskSource)
        for link in task_groups(network, source)
    ]
    for source, link in ties:
        if link.to:
            found.setdefault(link.to, []).append((source, link.fact))
    if all(link.to for _, link in ties):
        return found
    written = {each.id: each.name for each in network.every(SecurityGroup)}
    written |= {
        each.group.to: each.group.to
        for each in network.every(Permission)
        if each.group.to and each.group.to not in written
    }
    for source, link in ties:
        for group, name in () if link.to else written.items():
            if link.excludes(group):
                continue
            attachment = found.setdefault(group, [])
            if not any(each is source for each, _ in attachment):
                attachment.append((source, link.perhaps(group, name).fact))
    return found


@remembered
def permissions(network: Network, group: str, direction: Direction) -> list[Permission]:
    """What the sources write that a group allows (or allows as egress).

    A permission of which it is not known whose it is may be any group's.
    """
    by_group = _by_group(network, direction)
    loose = [replace(each, fact=each.group.fact & _may(each)) for each in by_group.get("", ())]
    return [*by_group.get(group, ()), *loose]


def permissions_elsewhere(network: Network, group: Link, direction: Direction) -> list[Permission]:
    """What a group may allow besides, by permissions for a group that may be this one.

    So it is with a group that one template hands to another in a way that nothing ties: it belongs
    to somebody, and nobody knows to whom.
    """
    return [
        replace(permission, fact=permission.group.fact & _may(permission))
        for permission in _of_unsettled_groups(network, direction)
        if same_entity(permission.group, group) is None
    ]


def possible_permissions(network: Network, group: Link, direction: Direction) -> list[Permission]:
    """What a group allows, and what may be allowed for it under another name."""
    if not group.to:
        return []
    return [
        *permissions(network, group.to, direction),
        *permissions_elsewhere(network, group, direction),
    ]


def possible_ingress(network: Network, group: str) -> list[Permission]:
    """What the sources write that a group allows, and what may be allowed for one of theirs.

    What an external group allows besides is not in the sources, which is reported by itself. What
    is no group of either is a default group, which a permission may name in another way.
    """
    declared = network.get(SecurityGroup, group)
    if declared is None:
        here = is_as_made(network, group)
        return possible_permissions(
            network, Link(group, TRUE, _NOWHERE, here, here or None), "ingress"
        )
    if declared.external:
        return permissions(network, group, "ingress")
    return possible_permissions(network, link_to(declared), "ingress")


_NOWHERE = Span("", 1, 1, 1, 1)
"""Where nothing names a group: what uses it names none."""


@remembered
def _of_unsettled_groups(network: Network, direction: Direction) -> list[Permission]:
    return [
        permission
        for to, some in _by_group(network, direction).items()
        for permission in (some if to else ())
        if not permission.group.exact
    ]


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


# --- whom a permission allows


def allows_internet(network: Network, permission: Permission) -> Fact:
    """Whether a permission opens its group to the internet.

    By more public addresses than a /8 (IPv6: a /32), its own or together with those of the
    group's other permissions that are not the internet by themselves. A VPC's own range is never
    the internet, even where its digits are not known.
    """
    group = permission.on.name
    if permission.peer is not None or permission.itself:
        return Fact(
            False, "", otherwise=f"{group} allows ingress from a security group, not addresses"
        )
    if _of_a_vpc(network, permission):
        sentence = f"{group} allows ingress from a VPC's own range"
        return permission.states(False, "", otherwise=sentence)
    held = addresses(network, permission)
    said = who(network, permission)
    known = any(each.known for each in held.parts)
    text = (
        f"{group} allows ingress from {said}, the internet"
        if known
        else f"{group} allows ingress from the internet"
    )
    if is_internet(held.sure):
        return permission.states(True, f"{group} allows ingress from {said}")
    others = _small_ranges(network, permission.group.to)
    if any(held.sure & public_addresses(version) for version in (4, 6)):
        whole = "the public ranges of the group add up to the internet"
        together = f"{group} allows ingress from {said}: {whole}"
        if is_internet(Ranges.union((held.sure, others.sure))):
            return permission.states(True, together)
        if others.waits or is_internet(Ranges.union((held.sure, others.sure, others.perhaps))):
            return permission.states(None, together, others.waits or others.needs)
    small = Ranges.union((others.sure, others.perhaps))
    if held.open and (others.waits or not _bounded(held.open, small)):
        return permission.states(None, text, held.needs)
    return permission.states(False, text, otherwise=f"{group} allows ingress from {said}")


def leads_everywhere(network: Network, permission: Permission) -> Fact:
    """Whether the addresses that a permission names are, by themselves, those of the internet."""
    name = permission.on.name
    text, otherwise = f"{name} is for everywhere", f"{name} is for {who(network, permission)}"
    if _of_a_vpc(network, permission):
        return permission.states(False, text, otherwise=otherwise)
    held = addresses(network, permission)
    if is_internet(held.sure):
        return permission.states(True, f"{name} is for {who(network, permission)}")
    large = (each for each in held.open if not _bounded((each,), Ranges()))
    needs = tuple(need for each in large for need in each.needs)
    return permission.states(None if needs else False, text, needs, otherwise)


def _of_a_vpc(network: Network, permission: Permission) -> bool:
    """Whether a range is a VPC's own, by reference or because the VPC is given the same value."""
    if permission.range_in is not None:
        return True
    if permission.range is None or not permission.range.open:
        return permission.range_of is not None
    names = part(permission.range).names
    owns = (each for vpc in network.every(Vpc) for each in of_vpc(network, vpc).parts)
    return permission.range_of is not None or any(names & each.names for each in owns)


class _SmallRanges(Struct, frozen=True):
    """The ranges of a group's permissions that are not the internet by themselves.

    Those of permissions that are certainly there, and of those that may be, which `needs` explains;
    `waits` are what others wait for that may be public ranges as well, of whatever size.
    """

    sure: Ranges
    perhaps: Ranges
    needs: tuple[Need, ...]
    waits: tuple[Need, ...]


@remembered
def _small_ranges(network: Network, group: str) -> _SmallRanges:
    """The small ranges of a group; of one that is not known, which may be any, those of all."""
    small: dict[bool, list[Ranges]] = {True: [], False: []}
    needs: list[Need] = []
    waits: list[Need] = []
    all_ = (each for each in network.every(Permission) if each.direction == "ingress")
    for permission in permissions(network, group, "ingress") if group else all_:
        if names_addresses(permission) and not _of_a_vpc(network, permission):
            here = there(permission)
            sure = here.truth is True and bool(group)
            needs += () if sure else here.waits_for() or permission.group.fact.needs
            for each in addresses(network, permission).parts:
                if each.known:
                    small[sure] += [] if is_internet(each.within) else [each.within]
                elif each.most is None:
                    waits += each.needs
    sure_, perhaps = Ranges.union(small[True]), Ranges.union(small[False])
    return _SmallRanges(sure_, perhaps, tuple(needs), tuple(waits))


def _bounded(parts: Iterable[Part], small: Ranges) -> bool:
    """Whether ranges that are not known are too small to make a group's ranges the internet."""
    held = {version: (small & public_addresses(version)).size for version in INTERNET_SIZE}
    for each in parts:
        if each.most is None:
            return False
        held[6 if each.within & V6 else 4] += each.most
    return all(held[version] <= INTERNET_SIZE[version] for version in held)


def who(network: Network, permission: Permission) -> str:
    """Whom a permission allows, as messages say it."""
    if permission.itself:
        return "its own members"
    if permission.peer is not None:
        return f"group {permission.peer.to}" if permission.peer.to else "a group"
    if permission.range_of is not None:
        return f"the CIDR of {permission.range_of.to or 'an unknown VPC'}"
    if permission.range_in is not None:
        return f"a part of the CIDR of {permission.range_in.to or 'an unknown VPC'}"
    if permission.range is not None:
        known = permission.range.known
        of = owner(permission.range) if known is None else ""
        if of and (permission.of_subnet or permission.public):
            return f"the {'address' if permission.public else 'CIDR'} of {of}"
        return str(known) if known is not None else "an unknown CIDR"
    assert permission.prefix_list is not None
    listed = network.get(PrefixList, permission.prefix_list)
    name = listed.named.known if listed else None
    return f"prefix list {name or permission.prefix_list.to}".rstrip()


def owner(range_: Setting) -> str:
    """The resource whose own range or address this is, as in `${aws_eip.nlb.public_ip}/32`."""
    parts = range_.value.parts if isinstance(range_.value, Text) else (range_.value,)
    first = parts[0]
    return first.resource if isinstance(first, Reference) else ""


def listed(words: Iterable[str]) -> str:
    """Words as messages list them: each once, and no more than three."""
    once = list(dict.fromkeys(words))
    more = len(once) - MOST_LISTED
    return ", ".join(once[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


MOST_LISTED = 3
"""So many words a message lists: more, and nobody reads them."""


# --- what may be allowed


def allows_range_within(network: Network, permission: Permission, vpc: Link | None) -> Fact:
    """Whether the addresses that a permission allows lie within a VPC's ranges."""
    group = permission.on.name
    text = f"{group} allows ingress only from addresses of its VPC"
    if not names_addresses(permission):
        return FALSE
    if vpc is None:
        return permission.states(None, text, (Need("the tasks' VPC", "is not known"),))
    own = permission.range_of or permission.range_in
    subnet = network.get(Subnet, permission.of_subnet)
    if subnet is not None and subnet.vpc.to and permission.range is not None:
        own = subnet.vpc if permission.range.open else own
    if own is not None:
        truth = same_entity(own, vpc)
        needs = tuple(need for link in (own, vpc) if not link.exact for need in link.waits("a VPC"))
        return permission.states(truth, text, needs)
    if service := aws_service(network, permission):
        otherwise = f"{group} allows ingress from {service}, which is in no VPC"
        return permission.states(False, text, otherwise=otherwise)
    wanted, held = addresses(network, permission), _ranges_within(network, vpc)
    said = who(network, permission)
    if any(p.whole and (p.within & v).size > n for p in wanted.parts for v, n in _LARGEST):
        # No VPC is that large, wherever its ranges lie.
        return permission.states(False, text, otherwise=f"{said} is wider than any VPC")
    truth = held.covers(wanted)
    if truth is False and wanted.parts == wanted.of(V6).open and _has_given(network, vpc):
        truth = None
    otherwise = f"{said} is not within the ranges of {vpc.to}"
    return permission.states(truth, text, wanted.needs or held.needs, otherwise)


_LARGEST = ((V4, VPC_SIZE[4]), (V6, VPC_SIZE[6]))


def _has_given(network: Network, vpc: Link) -> bool:
    """Whether AWS gives an IPv6 range to a VPC, which a range that is not known may be."""
    return any(same_entity(each.vpc, vpc) is not False for each in network.every(GivenRange))


def _ranges_within(network: Network, vpc: Link) -> Addresses:
    """The ranges of a VPC and of its subnets, as far as the sources write them."""
    held, known = _written_within(network, vpc.to), network.get(Vpc, vpc)
    if known is None or known.external:
        held |= Addresses((Part(EVERYWHERE, False, needs=vpc.waits("a VPC")),))
    return held


@remembered
def _written_within(network: Network, vpc: str) -> Addresses:
    """The ranges that are written of a VPC and of its subnets, by its id."""
    known = network.get(Vpc, vpc)
    parts = [*of_vpc(network, known).parts] if known is not None else []
    for subnet in subnets_of(network).get(vpc, ()) if vpc else ():
        parts += [part(each, subnet.id) for each in subnet.cidrs]
    for subnet in subnets_of(network).get("", ()):
        loose = Addresses(tuple(part(each, subnet.id) for each in subnet.cidrs))
        parts += loose.perhaps(subnet.vpc.fact.needs).parts
    return Addresses(tuple(parts))


def by_settings(network: Network, permission: Permission) -> Fact:
    """Whether the settings allow whom a permission allows."""
    allowed = network.policy.allowed_peers
    if not allowed:
        return FALSE
    ranges = [found.ranges for peer in allowed if (found := parse_cidr(peer)) is not None]
    text = f"the settings allow {who(network, permission)}"
    for link in (permission.peer, permission.prefix_list):
        if link is not None and link.to in allowed:
            return permission.states(True, text)
        if link is not None and not link.exact and len(ranges) < len(allowed):
            return permission.states(None, text, link.waits())
    wanted = addresses(network, permission)
    if not wanted.parts or not ranges:
        return FALSE
    truth = Addresses(tuple(map(Part, ranges))).covers(wanted)
    return FALSE if truth is False else permission.states(truth, text, wanted.needs)


def lattice_list(network: Network, permission: Permission, serves: Fact) -> Fact:
    """Whether a permission allows VPC Lattice, given whether tasks serve it."""
    if permission.prefix_list is None:
        return FALSE
    if serves.truth is False:
        return FALSE
    listed = network.get(PrefixList, permission.prefix_list)
    text = f"{permission.on.name} allows ingress from VPC Lattice"
    if listed is not None and (listed.service or isinstance(listed.named.known, str)):
        known = permission.states(listed.service == "vpc-lattice", text)
    else:
        named = listed.named.needs if listed is not None else ()
        needs = named or permission.prefix_list.waits("a prefix list", listed)
        known = permission.states(None, text, needs)
    return all_of((known, serves))


def vpcs_of_subnets(network: Network, links: Iterable[Link]) -> list[Link]:
    """The VPCs of the subnets that something runs in, as far as the sources tell.

    All of them are in one VPC. None is told where it may be either of two.
    """
    found: list[tuple[Link, Link]] = []
    for link in links:
        subnet = network.get(Subnet, link)
        if subnet is not None and subnet.vpc_known:
            found.append((link, subnet.vpc))
    if len({vpc.to for _, vpc in found if vpc.exact and vpc.to}) > 1:
        found = [(link, vpc) for link, vpc in found if link.sure]
    return [vpc for _, vpc in found]


def vpcs(network: Network, source: TaskSource) -> list[Link]:
    """The VPC of a task source's tasks, as far as the sources tell: at most one known.

    A subnet's VPC comes first; groups can only be used in the VPC that they are in. Where neither
    tells it, target groups do: ECS registers what is in their VPC alone.
    """
    found = vpcs_of_subnets(network, source.subnets)
    for link in source.groups:
        group = network.get(SecurityGroup, link)
        if group is not None and group.vpc is not None:
            found.append(group.vpc)
    told = any(link.exact and link.to for link in found)
    for binding in source.bindings if not told else ():
        registers = binding.target_group
        # What may be in an absent module may get it, and uses no other that is written.
        sure = registers is not None and (registers.sure or source.origin.silent)
        target_group = network.get(TargetGroup, registers) if registers and sure else None
        if target_group is not None and target_group.vpc is not None:
            found.append(target_group.vpc)
    return sorted(found, key=lambda link: not (link.exact and link.to))[:1]
