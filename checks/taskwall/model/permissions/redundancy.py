"""Permissions that others of their group make superfluous, or that the group itself undoes."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from msgspec import Struct

from taskwall.core.facts import Fact
from taskwall.core.patterns import pattern
from taskwall.core.values import Need, Reference
from taskwall.model.core.entity import Link, same_entity
from taskwall.model.core.network import Network, asked_once
from taskwall.model.entities.security_group import Direction, Permission, SecurityGroup
from taskwall.model.permissions.peers import permissions
from taskwall.model.permissions.ports import protocol, range_of_ports

Who: TypeAlias = tuple[str, int, int, int]
"""Whom a permission names: a kind, and for addresses their version, first and last."""

_EVERY = "-1"


class Extent(Struct, frozen=True):
    """A permission as far as it is compared. `who` and `ports` are None where not known.

    `kind` is what it names: ranges, a list, a group, or "" where that is not known. `exact` says
    that nobody else is named in another way: a list that is not in the sources is the same wherever
    it is named so, and may have other names. `order` counts the permissions of a group: of equal
    ones, the first stays.
    """

    permission: Permission
    kind: str
    who: Who | None
    exact: bool
    spoken: str
    ports: tuple[int, int] | None
    order: int

    @property
    def comparable(self) -> bool:
        """Whether it can be compared with those that name the same in the same way."""
        return self.who is not None and self.ports is not None and bool(self.spoken)

    @property
    def known(self) -> bool:
        """Whether all of it is known."""
        return self.comparable and self.exact

    @property
    def sure(self) -> bool:
        """Whether it is certainly there, on this very group."""
        return _sure(self.permission)


def _sure(permission: Permission) -> bool:
    return permission.fact.truth is True and not permission.on.maybe


class Contained(Struct, frozen=True):
    """A permission, and whether another of its group contains it.

    `open` is that this cannot be known, since not all of the permissions of the group are.
    """

    permission: Permission
    fact: Fact
    open: bool = False


@asked_once
def contained(network: Network, group: str, way: Direction) -> Iterable[Contained]:
    """The permissions of a group, and whether each is contained in another one.

    Only known ones are compared. One that is not known may contain those of its kind, which then
    get no answer; the first of a group that may do so is unknown for all.
    """
    extents = _extents(permissions(network, group, way), group)
    compared = [each for each in extents if each.comparable]
    open_ = [each for each in extents if not each.known]
    certain, possible = _Covers(e for e in compared if e.sure), _Covers(compared)
    answered, idle = set[int](), set[int]()
    for each in compared:
        text = f"another rule of {group} allows the same as {each.permission.on.name}"
        at, name = each.permission.place, each.permission.on.name
        by = certain.container(each)
        if by is not None:
            sentence = f"{by.permission.on.name} {_says(by.permission)} too"
            yield Contained(each.permission, Fact(True, sentence, by.permission.place, name))
            answered.add(each.order)
            idle.add(each.order)
            continue
        by = possible.container(each)
        if by is not None:
            waits = (*by.permission.on.maybe, *by.permission.fact.waits_for())
            yield Contained(each.permission, Fact(None, text, at, name, waits))
            answered.add(each.order)
        elif each.known and not any(_may_contain(other, each) for other in open_):
            yield Contained(each.permission, Fact(False, text, at, name))
    asked = False
    for each in open_:
        if each.order in answered:
            continue
        at, name = each.permission.place, each.permission.on.name
        text = f"{name} allows the same as another rule of {group}, or more"
        may = any(
            _may_contain(each, other) or _may_contain(other, each)
            for other in extents
            if other is not each and other.order not in idle
        )
        if not may:
            yield Contained(each.permission, Fact(False, text, at, name))
        elif not asked:
            asked = True
            waits = each.permission.needs or (Need(f"what {name} allows", "is not known"),)
            yield Contained(each.permission, Fact(None, text, at, name, waits), open=True)


def _says(permission: Permission) -> str:
    verb = "allows ingress on" if permission.direction == "ingress" else "allows egress on"
    return f"{verb} {permission.ports}"


def _extents(found: Iterable[Permission], group: str) -> list[Extent]:
    """What is compared of permissions; what one text makes several times is taken once."""
    ordered = sorted(found, key=_standing)
    extents: list[Extent] = []
    seen: set[object] = set()
    for permission in ordered:
        kind, who, exact = _who(permission, group)
        spoken = protocol(permission)
        icmp = spoken in ("icmp", "icmpv6")
        ports = _types_and_codes(permission) if icmp else _numbered(permission)
        extent = Extent(permission, kind, who, exact, spoken, ports, len(extents))
        same = (permission.source_key, who, spoken, ports)
        if not extent.known or same not in seen:
            seen.add(same)
            extents.append(extent)
    return extents


def _standing(permission: Permission) -> tuple[object, ...]:
    """A key by which, of equal permissions, the one that stays comes first.

    What is certainly there stays. Else names decide, since the order of files and of what stands
    in them must not.
    """
    place = permission.place
    return not _sure(permission), permission.on.address, place.file, place.line, place.column


def _numbered(permission: Permission) -> tuple[int, int] | None:
    ports = range_of_ports(permission)
    return ports.spans[0] if ports else None


def _types_and_codes(permission: Permission) -> tuple[int, int] | None:
    """The types and codes of ICMP that a permission is for, as numbers of 256 codes for each type.

    -1 stands for all of them, and so does what is not written
    (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html).
    """
    settings = permission.first_port, permission.last_port
    said = ["-1" if each.known is None else str(each.known) for each in settings]
    if any(each.open for each in settings) or not all(map(_NUMBER.fullmatch, said)):
        return None
    type_, code = map(int, said)
    if type_ == -1:
        return 0, 65535
    first = type_ * 256
    return (first, first + 255) if code == -1 else (first + code, first + code)


_NUMBER = pattern(r"-1|\d{1,3}")


def _who(permission: Permission, group: str) -> tuple[str, Who | None, bool]:
    """The kind of whom a permission names, who that is, and whether nobody else may be the same."""
    known = permission.cidr
    if known is not None:
        return "ranges", ("", known.version, known.first, known.last), True
    if permission.range is not None:
        of = permission.range_of
        value = permission.range.value
        attribute = value.attribute if isinstance(value, Reference) else ""
        return _named("ranges", of, f".{attribute}")
    if permission.prefix_list is not None:
        return _named("list", permission.prefix_list)
    if permission.itself:
        return "group", (group, 0, 0, 0), True
    return _named("group", permission.peer)


def _named(kind: str, link: Link | None, part: str = "") -> tuple[str, Who | None, bool]:
    """What a link leads to, or a part of that, as whom a permission names."""
    if link is None or not link.to:
        return kind, None, False
    return kind, (f"{link.to}{part}", 0, 0, 0), link.exact


def _may_contain(one: Extent, other: Extent) -> bool:
    """Whether, for all that is known, one permission may contain the other."""
    if one.kind != other.kind:
        return False
    if one.who is not None and other.who is not None and one.exact and other.exact:
        (a, version, first, last), (b, version2, first2, last2) = one.who, other.who
        inside = first <= first2 and last2 <= last
        if a != b or version != version2 or not inside:
            return False
    elif _of_others(one.permission, other.permission):
        return False
    if one.spoken == _EVERY or not one.spoken or not other.spoken:
        return True
    if one.spoken != other.spoken:
        return False
    if one.ports is not None and other.ports is not None:
        return one.ports[0] <= other.ports[0] and other.ports[1] <= one.ports[1]
    return True


def _of_others(one: Permission, other: Permission) -> bool:
    """Whether two permissions certainly name different groups."""
    mine, theirs = (each.group if each.itself else each.peer for each in (one, other))
    return mine is not None and theirs is not None and same_entity(mine, theirs) is False


class _Covers:
    """Known permissions, in an order in which a container of one is found without trying all.

    Address ranges lie within each other or apart, so that the containers of one are few.
    """

    def __init__(self, extents: Iterable[Extent]) -> None:
        self._held: dict[Who, dict[str, list[Extent]]] = {}
        self._widest: dict[tuple[Who, str], list[Extent]] = {}
        for each in extents:
            assert each.who is not None
            self._held.setdefault(each.who, {}).setdefault(each.spoken, []).append(each)
        for who, by_protocol in self._held.items():
            for spoken, held in by_protocol.items():
                held.sort(key=_rank)
                widest: list[Extent] = []
                for each in held:
                    widest.append(max((widest[-1], each), key=_end) if widest else each)
                self._widest[who, spoken] = widest
        self._around: dict[Who, tuple[Who, ...]] = {}
        stack: list[Who] = []
        for who in sorted(self._held, key=lambda w: (w[0], w[1], w[2], -w[3])):
            while stack and not _encloses(stack[-1], who):
                stack.pop()
            self._around[who] = tuple(stack)
            stack.append(who)

    def container(self, extent: Extent) -> Extent | None:
        """A permission that contains another; of two that are equal, the first by `order` stays."""
        assert extent.who is not None
        around = self._around.get(extent.who)
        if around is None:
            around = tuple(who for who in self._held if _encloses(who, extent.who))
        for who in (*around, extent.who):
            for spoken in {extent.spoken, _EVERY}:
                held = self._held.get(who, {}).get(spoken)
                if not held:
                    continue
                own = who == extent.who and spoken == extent.spoken
                # Of its own kind, those that stand before it: they begin earlier or end later.
                index = (
                    bisect_left(held, _rank(extent), key=_rank)
                    if own
                    else bisect_right(held, _low(extent), key=_low)
                )
                if index > 0:
                    found = self._widest[who, spoken][index - 1]
                    if _end(found) >= _end(extent):
                        return found
        return None


def _encloses(one: Who, other: Who) -> bool:
    kind = one[:2] == other[:2]
    return kind and one != other and one[2] <= other[2] and other[3] <= one[3]


def _low(extent: Extent) -> int:
    return extent.ports[0] if extent.ports else 0


def _end(extent: Extent) -> int:
    return extent.ports[1] if extent.ports else 65535


def _rank(extent: Extent) -> tuple[int, int, int]:
    return _low(extent), -_end(extent), extent.order


def undone(network: Network, name: str, way: Direction) -> Iterator[Contained]:
    """The permissions of resources of their own that a group undoes by writing its own inline.

    Terraform keeps only what stands inline, and each run takes away what the other run adds. A
    group from elsewhere may have some.
    """
    group = network.get(SecurityGroup, name)
    if group is not None and way not in group.exclusive:
        return
    found = permissions(network, name, way)
    if group is None or group.external:
        for permission in found:
            waits = permission.group.waits("a group", group)
            text = f"{name} sets its {way} rules inline"
            fact = Fact(None, text, permission.group.place, name, waits)
            yield Contained(permission, fact, open=True)
        return
    own = [each for each in found if each.on.address == group.origin.address]
    sure = not own or any(each.fact.truth and not each.on.maybe for each in own)
    needs = tuple(need for each in own for need in (*each.on.maybe, *each.fact.needs))
    for permission in found:
        if permission.on.address != group.origin.address:
            text = f"{group.name} sets its {way} rules inline"
            place = own[0].block if own else group.origin.header
            fact = Fact(True if sure else None, text, place, group.name, needs)
            yield Contained(permission, fact)
