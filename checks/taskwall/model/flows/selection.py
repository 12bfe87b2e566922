"""The ends that a user names, and which flows are theirs."""

from collections.abc import Iterable, Iterator
from typing import TypeVar, get_args

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.values import Known, Need, Text, dereferenced, same
from taskwall.model.core.address import EVERYWHERE, V4, V6, Ranges, parse_cidr
from taskwall.model.core.entity import Entity, link_to
from taskwall.model.core.given_name import given_names
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.model.flows.ends import EndKind, Interface, short_name
from taskwall.model.flows.flow import Flow
from taskwall.model.flows.flows import all_flows
from taskwall.model.flows.internet import internet
from taskwall.model.flows.reach import BEYOND, INTERNET, Reach
from taskwall.model.flows.remote import ONPREM
from taskwall.model.permissions.coverage import inside, of_subnet

T = TypeVar("T", bound=Entity)


class Selection(Struct, frozen=True):
    """The ends that a word stands for: by name, and (of sets of addresses) which of these.

    `needs` are what decides whether it stands for them, where it is only known that it may.
    """

    word: str
    names: frozenset[str]
    interfaces: tuple[Interface, ...] = ()
    addresses: Ranges = EVERYWHERE
    needs: tuple[Need, ...] = ()


class NoEndError(Exception):
    """A word that stands for no end."""


def select_ends(reach: Reach, word: str) -> Selection:
    """The ends that a word stands for.

    Raises:
        NoEndError: it stands for none.
    """
    kind, _, name = word.partition(":")
    if word in (INTERNET, ONPREM) or (kind == "aws" and name):
        return Selection(word, frozenset((word,)))
    cidr = parse_cidr(word)
    if cidr is not None:
        return _addresses(reach, word, cidr.ranges)
    found = _named(reach, word, kind, name)
    if found is None:
        raise NoEndError(word)
    return found


def _named(reach: Reach, word: str, kind: str, name: str) -> Selection | None:
    if kind == "vpc":
        return _vpc(reach, word, name)
    if kind == "subnet":
        return _subnet(reach, word, name)
    if kind == "group":
        return _group(reach, word, name)
    if kind in get_args(EndKind):
        inner = [each for each in reach.every if each.kind == kind]
        gateways = reach.gateways if kind == "endpoint" else []
        things = [*(each.thing for each in inner), *(endpoint for endpoint, _ in gateways)]
        called, needs = _called(reach.network, things, name)
        meant = {thing.id for thing in called}
        held = tuple(each for each in inner if each.thing.id in meant)
        names = {each.end for each in held}
        names |= {end for endpoint, end in gateways if endpoint.id in meant}
        if names:
            return Selection(word, frozenset(names), held, needs=needs)
    return None


def ends(reach: Reach) -> Iterator[str]:
    """Every end that can be named, by each of its names."""
    yield INTERNET
    yield ONPREM
    yield from addresses_of_ends(reach)
    for each in reach.every:
        for name in _names_in_aws(reach.network, each.thing):
            yield f"{each.kind}:{name}"


def addresses_of_ends(reach: Reach) -> dict[str, str]:
    """The ends that are things of the sources, each with the address of the thing."""
    found = {each.end: each.thing.origin.address for each in reach.every}
    found |= {end: endpoint.origin.address for endpoint, end in reach.gateways}
    kinds: tuple[tuple[str, type[Entity]], ...] = (
        ("vpc", Vpc),
        ("subnet", Subnet),
        ("group", SecurityGroup),
    )
    for kind, entity in kinds:
        for thing in reach.network.every(entity):
            found.setdefault(f"{kind}:{short_name(thing)}", thing.origin.address)
    return found


def _called(network: Network, things: Iterable[T], name: str) -> tuple[list[T], tuple[Need, ...]]:
    """The things that a user calls by a name: an address stands before a name in AWS.

    Of an address in a module or a nested stack the end is enough, where one thing has it. If none
    is sure to be called so, those of which part of the name is known, and it fits; with
    what the rest of it waits for.
    """
    every = list(things)
    held = [thing for thing in every if _has_address(thing, name)]
    held = held or [thing for thing in every if name in _names_in_aws(network, thing)]
    held = held or _ending_in(every, name)
    if held:
        return held, ()
    may = {thing.id: needs for thing in every if (needs := _may_be_named(network, thing, name))}
    waits = dict.fromkeys(need for each in may.values() for need in each)
    return [thing for thing in every if thing.id in may], tuple(waits)


def _ending_in(things: Iterable[T], name: str) -> list[T]:
    """The thing whose address in a module or nested stack ends in a name, with all its instances.

    None if several end so.
    """
    ends = f".{name}", f"/{name}"
    held = [thing for thing in things if _keyless(thing).endswith(ends)]
    return held if len({thing.origin.name for thing in held}) == 1 else []


def _may_be_named(network: Network, thing: Entity, name: str) -> tuple[Need, ...]:
    """What decides whether a thing has a name in AWS of which only a part is known."""
    for given in given_names(network, thing.origin.address):
        value = dereferenced(given.value)
        if isinstance(value, Text) and same(value, Known(name)) is None:
            return given.needs
    return ()


def _has_address(thing: Entity, name: str) -> bool:
    """Whether a name is the address of a thing, with or without type and keys."""
    origin, short = thing.origin, short_name(thing)
    return name in (origin.address, origin.name, thing.id, short, _keyless(thing))


def _keyless(thing: Entity) -> str:
    """The short name of a thing, without the key of its own loop."""
    short = short_name(thing)
    return short.partition("[")[0] if short.endswith("]") else short


def _names_in_aws(network: Network, thing: Entity) -> tuple[str, ...]:
    """The names that a thing is given, and the path of its CDK construct."""
    given = (each.known for each in given_names(network, thing.origin.address))
    known = (str(name) for name in given if name is not None)
    return (*known, thing.origin.construct) if thing.origin.construct else tuple(known)


def _within(reach: Reach, ids: set[str], of: str) -> tuple[Interface, ...]:
    """The interfaces in some VPCs or subnets."""
    return tuple(
        each
        for each in reach.every
        if any(link.to in ids for place in each.places if (link := getattr(place, of)))
    )


def _vpc(reach: Reach, word: str, name: str) -> Selection | None:
    held, needs = _called(reach.network, _vpcs(reach), name)
    inner = _within(reach, {vpc.id for vpc in held}, "vpc")
    names = {f"vpc:{short_name(vpc)}" for vpc in held} | {each.end for each in inner}
    return Selection(word, frozenset(names), inner, needs=needs) if held else None


def _vpcs(reach: Reach) -> list[Vpc]:
    """The VPCs of the sources, and those from elsewhere that something is in."""
    keys = dict.fromkeys(p.vpc.to for each in reach.every for p in each.places if p.vpc is not None)
    known = {vpc.id: vpc for vpc in reach.network.every(Vpc)}
    for key in keys:
        vpc = reach.network.get(Vpc, key)
        if vpc is not None:
            known.setdefault(vpc.id, vpc)
    return list(known.values())


def _subnet(reach: Reach, word: str, name: str) -> Selection | None:
    network = reach.network
    held, needs = _called(network, network.every(Subnet), name)
    inner = _within(reach, {subnet.id for subnet in held}, "subnet")
    parts = (part for each in held for part in of_subnet(network, link_to(each)).parts)
    vpcs = (network.get(Vpc, subnet.vpc) for subnet in held)
    names = {f"vpc:{short_name(vpc)}" for vpc in vpcs if vpc is not None}
    names |= {each.end for each in inner}
    ranges = Ranges.union(part.within for part in parts)
    return Selection(word, frozenset(names), inner, ranges, needs) if held else None


def _group(reach: Reach, word: str, name: str) -> Selection | None:
    held, needs = _called(reach.network, reach.network.every(SecurityGroup), name)
    ids = {group.id for group in held}
    every = (*reach.every, *reach.unseen)
    inner = tuple(e for e in every if any(link.to in ids for link in e.groups.ties))
    names = {f"group:{short_name(group)}" for group in held} | {each.end for each in inner}
    return Selection(word, frozenset(names), inner, needs=needs) if held else None


def _addresses(reach: Reach, word: str, ranges: Ranges) -> Selection:
    names = {ONPREM}
    if ranges & (internet(4) | internet(6)):
        names.add(INTERNET)
    for vpc in _vpcs(reach):
        held = inside(reach.network, link_to(vpc))
        if any(part.within & ranges for part in held.parts):
            names.add(f"vpc:{short_name(vpc)}")
    inner = tuple(e for e in reach.every if any(place.ranges & ranges for place in e.places))
    return Selection(word, frozenset(names | {each.end for each in inner}), inner, ranges)


def flows_between(
    reach: Reach, flows: Iterable[Flow], of: Selection | None, to: Selection | None
) -> Iterator[Flow]:
    """The flows from and to what is selected, cut to the addresses that are.

    They are unknown where it is not known that the selection is what its word stands for. `flows`
    are all of the network. Those of a group that no end has are found anew: `flows` has of it only
    what another group's permissions for it allow.
    """
    asked = [each for end in (of, to) if end is not None for each in end.interfaces]
    also = dict.fromkeys(each.end for each in asked if isinstance(each.thing, SecurityGroup))
    if also:
        flows = all_flows(Reach(reach.network, also=(e for e in reach.unseen if e.end in also)))
    return _between(flows, of, to)


def _between(flows: Iterable[Flow], of: Selection | None, to: Selection | None) -> Iterator[Flow]:
    needs = tuple(need for end in (of, to) if end is not None for need in end.needs)
    for flow in flows:
        if of is not None and not of.names.issuperset((flow.source, *flow.also)):
            if flow.also:
                yield from _between(flow.each(), of, to)
            continue
        if to is not None and flow.target not in to.names:
            continue
        ranges = flow.addresses
        # The addresses are those of the end that is no interface.
        selection = to if flow.target in (INTERNET, ONPREM) else of
        if selection is not None and not any(flow.source == i.end for i in selection.interfaces):
            ranges = ranges & selection.addresses
        if not ranges:
            continue
        own = replace(flow, addresses=ranges)
        if needs:
            missing = tuple(dict.fromkeys((*needs, *own.missing)))
            own = replace(own, verdict="unknown", missing=missing)
        yield own


def cidr_ranges(flow: Flow) -> list[str]:
    """The addresses of a flow's end where these are not all that its name stands for, as CIDRs.

    Public addresses of the VPC at the near end are nobody else's: where it takes fewer words, they
    are not left out.
    """
    if flow.addresses == EVERYWHERE:
        return []
    whole = flow.addresses
    if flow.source in BEYOND or flow.target in BEYOND:
        public = flow.inner & (internet(4) | internet(6))
        whole |= Ranges.union(public & version for version in (V4, V6) if whole & version)
    if INTERNET in (flow.source, flow.target) and internet(4) <= whole:
        return []
    found = list(spoken_ranges(flow.addresses))
    return found if whole == flow.addresses else min(found, list(spoken_ranges(whole)), key=len)


def spoken_ranges(addresses: Ranges) -> Iterator[str]:
    """A set of addresses as CIDRs, IPv4 first."""
    from ipaddress import IPv4Address, IPv6Address, summarize_address_range

    if internet(6) <= addresses:
        addresses = addresses | V6
    start = V6.spans[0][0]
    for low, high in (addresses & V4).spans:
        yield from map(str, summarize_address_range(IPv4Address(low), IPv4Address(high)))
    for low, high in (addresses & V6).spans:
        first, last = IPv6Address(low - start), IPv6Address(high - start)
        yield from map(str, summarize_address_range(first, last))
