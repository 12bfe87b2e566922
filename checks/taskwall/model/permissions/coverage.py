"""Whom permissions reach: sets of addresses and groups, and whether they cover others.

Sets of addresses are known in part: an address range that the sources leave open is a member of
which it is not known where it lies. A question about two sets is answered by True or False where
that holds whatever the unknown members turn out to be, else by None.
"""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import FALSE, Fact, all_of, any_of
from taskwall.core.truths import all_true, any_true
from taskwall.core.values import Need, Reference, Text, Unknown, Value, symbol
from taskwall.model.core.address import (
    EVERYWHERE,
    SUBNET_SIZE,
    V4,
    V6,
    Ranges,
    parse_cidr,
    public_addresses,
)
from taskwall.model.core.entity import Link, Setting, link_to, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.security_group import Permission, PrefixList
from taskwall.model.entities.vpc import Subnet, Vpc

# --- addresses, known in part


class Part(Struct, frozen=True):
    """Members of a set of addresses: all of `within`, or if not `whole`, some of it, at least one.

    Two parts that share one of `names` are equal, wherever they lie; `around` are names of ranges
    that hold the part. `vpc` is the VPC whose own range, or part of it, is meant. `most` is how
    many addresses there are at most, where only that is known. `needs` are what it waits for to
    know which addresses of `within` are meant, or whether the part is `there` at all.
    """

    within: Ranges
    whole: bool = True
    there: bool = True
    names: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()
    vpc: Link | None = None
    most: int | None = None
    needs: tuple[Need, ...] = ()

    @property
    def known(self) -> bool:
        """Whether all of it is known."""
        return self.whole and self.there


class Addresses(Struct, frozen=True):
    """A set of addresses, known in part: the union of its parts."""

    parts: tuple[Part, ...] = ()

    def __or__(self, other: "Addresses") -> "Addresses":
        return Addresses((*self.parts, *other.parts))

    @property
    def sure(self) -> Ranges:
        """The addresses that are certainly in it."""
        return Ranges.union(part.within for part in self.parts if part.known)

    @property
    def open(self) -> tuple[Part, ...]:
        """The parts that are not known."""
        return tuple(part for part in self.parts if not part.known)

    @property
    def needs(self) -> tuple[Need, ...]:
        """What its unknown parts wait for."""
        return tuple(dict.fromkeys(need for part in self.open for need in part.needs))

    def perhaps(self, needs: tuple[Need, ...]) -> "Addresses":
        """The same, if it is open whether any of it is there."""
        parts = (replace(p, there=False, needs=(*p.needs, *needs)) for p in self.parts)
        return Addresses(tuple(parts))

    def waiting(self, needs: tuple[Need, ...]) -> "Addresses":
        """The same, if what is not known of it waits for more."""
        parts = (p if p.known else replace(p, needs=(*p.needs, *needs)) for p in self.parts)
        return Addresses(tuple(parts))

    @property
    def some(self) -> "Addresses":
        """Some of its addresses, nobody knows which, of each part at least one."""
        return Addresses(tuple(replace(part, whole=False) for part in self.parts))

    def of(self, version: Ranges) -> "Addresses":
        """Its addresses of one IP version."""
        cut = (replace(part, within=part.within & version) for part in self.parts)
        return Addresses(tuple(part for part in cut if part.within))

    @classmethod
    def together(cls, sets: "Iterable[tuple[Addresses, Fact]]") -> "Addresses":
        """The union of sets, each of which is there if its fact holds; equal parts are one."""
        found = [
            each if fact.truth else each.perhaps(fact.waits_for())
            for each, fact in sets
            if fact.truth is not False
        ]
        return cls(tuple(dict.fromkeys(part for each in found for part in each.parts)))

    def covers(self, other: "Addresses") -> bool | None:
        """Whether all members of another set are in this one."""
        return all_true(self._covers(part) for part in other.parts)

    def _covers(self, part: Part) -> bool | None:
        if part.within <= self.sure or any(
            holds_by_name(mine, part) for mine in self.parts if mine.there
        ):
            return True
        may = Ranges.union(mine.within for mine in self.parts if not _apart(mine, part))
        possible = part.within <= may if part.whole else bool(part.within & may)
        return None if possible or not part.there else False

    def meets(self, other: "Addresses") -> bool | None:
        """Whether another set has a member in common with this one."""
        found = any_true(_meet(one, two) for one in self.parts for two in other.parts)
        if found:
            return True
        # Some addresses of a range meet what holds the range, by however many parts.
        held = any(
            part.there and not part.whole and part.within <= whole
            for parts, whole in ((self.parts, other.sure), (other.parts, self.sure))
            for part in parts
        )
        return True if held else found


def _apart(one: Part, other: Part) -> bool:
    """Whether two parts belong to two VPCs, and not both are known: taken for different ones."""
    if (one.whole and other.whole) or one.vpc is None or other.vpc is None:
        return False
    return same_entity(one.vpc, other.vpc) is False


def holds_by_name(one: Part, other: Part) -> bool:
    """Whether one part holds another by its name, whatever addresses these are."""
    return bool(one.names & other.names) or (not one.whole and bool(one.names & other.around))


def _meet(one: Part, other: Part) -> bool | None:
    """Whether two parts have an address in common."""
    equal = holds_by_name(one, other) or holds_by_name(other, one)
    if not equal and (_apart(one, other) or not one.within & other.within):
        return False
    sure = one.there and other.there and (equal or (one.whole and other.whole))
    return True if sure else None


# --- what the sources say of addresses


def part(setting: Setting, of: str = "", vpc: Link | None = None) -> Part:
    """The addresses that an attribute names.

    Args:
        setting: a CIDR or an address; what is neither stands for none.
        of: the id of the entity whose own range it is, by which others may refer to it.
        vpc: the VPC that it is in.
    """
    names = frozenset((*_names(setting.value), *([f"{of}.{setting.name}"] if of else ())))
    if not setting.open:
        found = parse_cidr(setting.known) if isinstance(setting.known, str) else None
        return Part(found.ranges if found is not None else Ranges(), names=names, vpc=vpc)
    within = V6 if "6" in setting.name else EVERYWHERE if setting.name == "cidr" else V4
    return Part(within, False, names=names, vpc=vpc, most=_most(setting), needs=setting.needs)


def _names(value: Value | None) -> Iterator[str]:
    """All names under which a value is equal to itself: its own, and those of what it refers to.

    The range of one address is that address.
    """
    while value is not None:
        if name := symbol(value):
            yield name
        match value:
            case Text(parts=((Reference() | Unknown()) as address, "/32" | "/128")):
                yield from _names(address)
        value = value.value if isinstance(value, Reference) else None


def _most(setting: Setting) -> int | None:
    """How many addresses a range has of which only the length is known."""
    last = setting.value.parts[-1] if isinstance(setting.value, Text) else None
    _, slash, length = last.rpartition("/") if isinstance(last, str) else ("", "", "")
    bits = 128 if "6" in setting.name else 32
    if not slash or not length.isdecimal() or setting.name == "cidr" or int(length) > bits:
        return None
    return 1 << (bits - int(length))


def unseen(needs: tuple[Need, ...], vpc: Link | None = None) -> Addresses:
    """Where something is that the sources do not show: it is taken to have IPv4 addresses."""
    four, six = Part(V4, False, vpc=vpc, needs=needs), Part(V6, False, False, vpc=vpc, needs=needs)
    return Addresses((four, six))


def _unseen_in(network: Network, needs: tuple[Need, ...], vpc: Link | None) -> Addresses:
    """The same, of something in a VPC.

    Of a VPC that the sources do not write, nobody sees further ranges: what is in it is taken to be
    within its own. One that they write may have others.
    """
    found = unseen(needs, vpc)
    written = network.get(Vpc, vpc)
    if vpc is None or not vpc.to or (written is not None and not written.external):
        return found
    own = (replace(p, around=frozenset((_own_range(vpc.to, p.within),))) for p in found.parts)
    return Addresses(tuple(own))


@remembered
def of_vpc(network: Network, vpc: Vpc) -> Addresses:
    """The ranges that the sources write as those of a VPC.

    One that they do not write need not have IPv6 addresses.
    """
    here = link_to(vpc)
    parts = tuple(part(each, vpc.id, here) for each in vpc.cidrs)
    if vpc.external:
        parts = tuple(replace(p, there=p.within != V6) for p in parts)
    return Addresses(parts)


@remembered
def subnets_of(network: Network) -> dict[str, list[Subnet]]:
    """Subnets by their VPC; "" holds those of which nobody knows whose they are."""
    return network.grouped(Subnet, lambda subnet: (subnet.vpc.to,))


def inside(network: Network, vpc: Link) -> Addresses:
    """Where something is of which only the VPC is known."""
    found = network.get(Vpc, vpc)
    if found is None or found.external or not found.cidrs:
        return _unseen_in(network, vpc.waits("a VPC"), vpc)
    return _inside(network, found)


@remembered
def _inside(network: Network, vpc: Vpc) -> Addresses:
    """Some addresses of each IP version that a VPC of the sources has.

    Its further ranges are written as subnets are, and lie beside its own.
    """
    subnets = subnets_of(network).get(vpc.id, ())
    known = (part(each).within for subnet in subnets for each in subnet.cidrs if not each.open)
    further, own = Ranges.union(known), of_vpc(network, vpc)
    parts = []
    for version in (V4, V6):
        mine = own.of(version)
        if mine.parts:
            within = Ranges.union(each.within for each in mine.parts) | (further & version)
            names = frozenset(name for each in mine.parts for name in each.names)
            around = names | {_own_range(vpc.id, version)}
            link = mine.parts[0].vpc
            parts.append(Part(within, False, around=around, vpc=link, needs=mine.needs))
    return Addresses(tuple(parts))


@remembered
def names_inside(network: Network, vpc: str) -> frozenset[str]:
    """What the ranges of a VPC are called, and those of its subnets: nothing beyond it has them.

    One that AWS gives the VPC has a name as well, which nobody writes.
    """
    known = network.get(Vpc, vpc)
    parts = [] if known is None else [*of_vpc(network, known).parts]
    subnets = subnets_of(network).get(vpc, ())
    for subnet in subnets:
        parts += [part(each, subnet.id) for each in subnet.cidrs]
    named = {name for each in parts for name in each.names}
    own = {name for subnet in subnets for name in _range_names(subnet, EVERYWHERE)}
    return frozenset((_own_range(vpc, V4), _own_range(vpc, V6), *named, *own))


def _own_range(vpc: str, addresses: Ranges) -> str:
    """The name of a VPC's own range, by whichever attribute it is read."""
    return f"IPv{6 if addresses & V6 else 4} of {vpc}"


def of_subnet(network: Network, link: Link, vpc: Link | None = None) -> Addresses:
    """The addresses of a subnet; those that the sources leave open are somewhere in its VPC.

    `vpc` is where it must be if it is not in the sources itself.
    """
    subnet = network.get(Subnet, link)
    if subnet is None or subnet.external:
        own = subnet.vpc if subnet is not None and subnet.vpc.to else vpc
        found = _unseen_in(network, link.waits("a subnet", subnet), own)
        found = found if subnet is None else _known_by_name(subnet, found)
    else:
        found = _of_subnet(network, subnet)
    return found if link.sure else found.perhaps(link.fact.needs)


@remembered
def _of_subnet(network: Network, subnet: Subnet) -> Addresses:
    around = inside(network, subnet.vpc)
    if not subnet.cidrs:
        return _known_by_name(subnet, around)
    parts = []
    for each in subnet.cidrs:
        found = part(each, subnet.id, subnet.vpc)
        holds = next((p for p in around.parts if p.within & found.within), None)
        if holds is not None:
            within = found.within if found.whole else found.within & holds.within
            found = replace(found, within=within, around=holds.around)
        elif not found.whole and subnet.vpc.to:
            # AWS gives the VPC its range of this version: nobody writes it.
            found = replace(found, around=frozenset((_own_range(subnet.vpc.to, found.within),)))
        parts.append(found)
    return Addresses(tuple(parts))


def _known_by_name(subnet: Subnet, around: Addresses) -> Addresses:
    """The ranges of a subnet that writes none, given where they are: its attributes name them.

    Nothing names those of one that stands for several.
    """
    if "[*]" in subnet.id:
        return around
    named = (replace(p, names=p.names | _range_names(subnet, p.within)) for p in around.parts)
    return Addresses(tuple(named))


def _range_names(subnet: Subnet, within: Ranges) -> frozenset[str]:
    """What refers to the ranges of a subnet, of the IP versions that are within some addresses."""
    four, six = ("cidr_block", "CidrBlock"), ("ipv6_cidr_block",)
    names = (*(four if within & V4 else ()), *(six if within & V6 else ()))
    return frozenset(f"{subnet.id}.{name}" for name in names)


# --- what permissions stand for


def aws_service(network: Network, permission: Permission) -> str:
    """The AWS service whose prefix list a permission names; "" if it names none."""
    found = network.get(PrefixList, permission.prefix_list)
    return found.service if found is not None and found.entries is None else ""


def names_addresses(permission: Permission) -> bool:
    """Whether a permission says by addresses whom it is about."""
    return permission.range is not None or permission.prefix_list is not None


def addresses(network: Network, permission: Permission) -> Addresses:
    """The addresses that a permission names, itself or by a prefix list.

    What AWS keeps in a prefix list of its own are addresses of no VPC: here it stands for none.
    """
    if permission.range is not None:
        found = part(permission.range)
        if permission.public and not found.whole:
            found = replace(found, within=found.within & public_addresses(4))
        if permission.of_subnet is not None and not found.whole:
            found = replace(found, most=SUBNET_SIZE[6 if found.within & V6 else 4])
        if permission.range_of is not None:
            of = permission.range_of
            vpc = network.get(Vpc, of)
            own = of_vpc(network, vpc).of(found.within).parts if vpc is not None else ()
            if not found.whole and len(own) == 1:
                found = own[0]
            names = found.names | {_own_range(of.to, found.within)}
            found = replace(found, names=names, vpc=of)
        elif permission.range_in is not None and not found.whole:
            within, of = found.within, permission.range_in
            vpc = network.get(Vpc, of)
            if vpc is not None and (own := of_vpc(network, vpc).of(within).parts):
                within = Ranges.union(each.within for each in own)
            around = found.around | {_own_range(of.to, found.within)}
            found = replace(found, within=within, around=around, vpc=of)
        return Addresses((found,))
    if permission.prefix_list is None or aws_service(network, permission):
        return Addresses()
    known = network.get(PrefixList, permission.prefix_list)
    if known is not None and known.entries is not None:
        return Addresses(tuple(map(part, known.entries)))
    needs = permission.prefix_list.waits("a prefix list")
    return Addresses((Part(EVERYWHERE, False, needs=needs),))


def there(permission: Permission) -> Fact:
    """Whether a permission is there: one that may not exist allows nothing for certain."""
    if not permission.on.maybe:
        return permission.fact
    name = permission.on.name
    exists = Fact(None, f"{name} exists", permission.on.header, name, permission.on.maybe)
    return all_of((permission.fact, exists))


class Location(Struct, frozen=True):
    """Where an end of a connection is: all over some addresses, or at some of them.

    `needs` are what it waits for to know that better, where the addresses do not tell.
    """

    name: str
    addresses: Addresses
    needs: tuple[Need, ...] = ()


def in_subnet(network: Network, link: Link, vpc: Link | None = None) -> Location:
    """All over a subnet, which is in this VPC if it is not in the sources itself."""
    subnet = network.get(Subnet, link)
    name = subnet.name if subnet is not None else link.to
    needs = (Need(f"the addresses of {link.to}", "are not all in the range"),)
    return Location(name, of_subnet(network, link, vpc), needs)


def at_address(location: Location, address: Setting | None) -> Location:
    """Where something is that has one address in a subnet, which the sources may fix."""
    some = location.addresses.some
    if address is None:
        return replace(location, addresses=some)
    own = part(address)
    if own.known:
        return Location(str(address.known), Addresses((own,)))
    named = (replace(each, names=each.names | own.names) for each in some.parts)
    return replace(location, addresses=Addresses(tuple(named)))


class End(Struct, frozen=True):
    """One end of a connection: its security groups, and all its locations.

    `more` is whether it has other groups as well. `listed` is the id of a prefix list that holds
    its addresses, `service` the AWS service in whose list they are.
    """

    groups: tuple[Link, ...]
    locations: tuple[Location, ...]
    more: Fact = FALSE
    listed: str = ""
    service: str = ""


class Grant(Struct, frozen=True):
    """A permission, and whether it is there and for the ports that are asked about."""

    permission: Permission
    fact: Fact


class Wording(Struct, frozen=True):
    """What a report says of a permission: that it reaches an end, or is apart from a place."""

    text: Callable[[Permission], str]
    otherwise: Callable[[Permission, str], str]


def reach(network: Network, grants: Iterable[Grant], end: End, words: Wording) -> list[Fact]:
    """Whether permissions reach an end of a connection, one by itself or several together.

    Returns:
        Facts of which one must be true.
    """
    given = list(grants)
    found = [
        each.fact
        if each.fact.truth is False
        else all_of((each.fact, _reaches(network, each.permission, end, words)))
        for each in given
    ]
    best = any_true(fact.truth for fact in found)
    able = [
        each for each in given if names_addresses(each.permission) and each.fact.truth is not False
    ]
    if best is True or len(able) < 2:
        return found
    held = Addresses.together((addresses(network, each.permission), each.fact) for each in able)
    answers = [_held(held, location) for location in end.locations]
    truth = all_true(truth for truth, _ in answers)
    if truth is best:
        return found
    first = able[0].permission
    needs = tuple(need for _, waits in answers for need in waits)
    return [*found, first.states(truth, words.text(first), needs)]


def _reaches(network: Network, permission: Permission, end: End, words: Wording) -> Fact:
    """Whether one permission reaches an end: by one of its groups, or wherever it is."""
    text = words.text(permission)
    if permission.peer is not None or permission.itself:
        named = any_of((names_group_of(permission, end.groups, text), end.more))
        if named.truth is not False:
            return named
        group = None if permission.itself else permission.peer
        members = f"another group: {group.to}" if group else "its own members"
        apart = f"{permission.on.name} is for {members}"
        return any_of((permission.states(False, text, (), apart), named))
    if permission.prefix_list is not None and end.listed:
        service = aws_service(network, permission)
        if permission.prefix_list.to == end.listed or (service and service == end.service):
            return permission.states(True, text)
    held, facts = addresses(network, permission), []
    for location in end.locations:
        truth, needs = _held(held, location)
        otherwise = words.otherwise(permission, location.name)
        facts.append(permission.states(truth, text, needs, otherwise))
    return all_of(facts)


def _held(held: Addresses, location: Location) -> tuple[bool | None, tuple[Need, ...]]:
    """Whether a set holds a location, and what that waits for.

    What has IPv4 addresses is reached by them; by its IPv6 addresses alone it may be, or not:
    that is for whoever resolves its name.
    """
    wanted = location.addresses
    four, six = wanted.of(V4), wanted.of(V6)
    waits = location.needs or (Need(f"the addresses of {location.name}", "are not known"),)
    if not four.parts and not six.parts:
        return None, waits
    truth = held.covers(four if four.parts else six)
    by_six = held.of(V6).parts and held.covers(six) is not False
    if truth is False and four.parts and six.parts and by_six:
        return None, held.needs or (Need(f"the IP version of {location.name}", "is not known"),)
    return truth, () if truth is not None else (wanted.needs or held.needs or waits)


def names_group_of(permission: Permission, groups: Iterable[Link], text: str) -> Fact:
    """Whether the group that a permission names is one of some groups."""
    peer = permission.group if permission.itself else permission.peer
    if peer is None:
        return FALSE
    parts = []
    for link in groups:
        truth = same_entity(peer, link)
        if truth is not False:
            needs = (*group_needs(peer), *group_needs(link))
            same = Fact(truth, text, link.place, permission.on.name, needs)
            parts.append(all_of((same, link.fact)))
    return any_of(parts)


def group_needs(link: Link) -> tuple[Need, ...]:
    """What it waits for to which group a link leads."""
    return () if link.exact else link.waits("a group")
