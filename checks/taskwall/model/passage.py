"""Whether security groups let tasks reach the endpoints that they need, and nobody else."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.facts import FALSE, TRUE, Fact, all_of, any_of
from taskwall.model.address import Ranges, cidr
from taskwall.model.default_group import default_groups
from taskwall.model.egress import as_aws_makes_it
from taskwall.model.endpoint import Endpoint, Worn, worn
from taskwall.model.group import Direction, Permission, PrefixList, SecurityGroup
from taskwall.model.needs import (
    by_host,
    demands,
    instance_subnets,
    instances_for,
    neighbours,
    vpc_of,
)
from taskwall.model.network import Network, remembered
from taskwall.model.place import Subnet, Vpc
from taskwall.model.reach import (
    admits_group_of,
    admits_internet,
    admits_range_within,
    by_settings,
    permissions,
)
from taskwall.model.thing import Link, alike
from taskwall.model.work import TaskSource
from taskwall.values import Need, same

HTTPS = 443


def needing(network: Network, endpoint: Endpoint) -> Iterator[tuple[TaskSource, Fact]]:
    """The task sources that need an endpoint, or may do so."""
    for source, here in neighbours(network, endpoint):
        wanted = any_of(
            each.fact
            for each in demands(network, source)
            if each.service == endpoint.service or not endpoint.service
        )
        fact = all_of((here, wanted))
        if fact.truth is not False:
            yield source, fact


class Sender(Struct, frozen=True):
    """What asks for a task: the task itself, or on container instances mostly their agent.

    `more` is that it may have other groups than those known.
    """

    source: TaskSource
    groups: tuple[Link, ...]
    subnets: tuple[Link, ...]
    more: Fact


def _itself(network: Network, source: TaskSource) -> Sender:
    at = source.groups_setting
    open_ = any(not link.sure or not link.to for link in source.groups)
    needs = () if source.groups and not open_ else at.needs
    waits = needs or tuple(need for link in source.groups for need in link.fact.needs)
    more = _others(source, waits) if open_ or needs else FALSE
    groups = source.groups or _default_instead(network, source, more)
    return Sender(source, groups, source.subnets, more)


def _default_instead(network: Network, source: TaskSource, more: Fact) -> tuple[Link, ...]:
    """The default group that something adopts, where a source certainly names no other."""
    if more.truth is not False:
        return ()
    adopted = _adopted(network, vpc_of(network, source))
    return tuple(here for here, fact in adopted if fact.truth)


def _hosts(network: Network, source: TaskSource) -> Sender:
    members = instances_for(network, source)
    groups = tuple(link for member in members for link in member.instances.groups)
    subnets = tuple(link for member in members for link in instance_subnets(member))
    open_ = not members or any(not link.sure or not link.to for link in groups)
    waits = tuple(need for link in groups for need in link.fact.needs)
    for member in members:
        at = member.instances.groups_setting
        open_ = open_ or bool(at.needs)
        waits += at.needs
    more = _others(source, waits) if open_ else FALSE
    groups = groups or _default_instead(network, source, more)
    return Sender(source, groups, subnets, more)


def _others(source: TaskSource, waits: tuple[Need, ...]) -> Fact:
    at, name = source.groups_setting.place, source.name
    needs = waits or (Need(f"the groups of {name}", "are not in the sources"),)
    return Fact(None, f"{name} has other groups", at, name, needs)


def _on_https(permission: Permission) -> Fact:
    """Whether a permission is for HTTPS, among others or alone."""
    on = permission.on.name
    text = f"{on} is for port {HTTPS}"
    every = permission.protocol.is_("-1", "all")
    ports = all_of(
        (
            permission.protocol.is_("tcp", "6"),
            permission.first_port.test(lambda port: _number(port) <= HTTPS, text),
            permission.last_port.test(lambda port: _number(port) >= HTTPS, text),
        )
    )
    return any_of((every, ports))


def _number(port: object) -> int:
    try:
        return int(str(port))
    except ValueError:
        return -1


def _whose(network: Network, link: Link, way: Direction) -> list[Permission] | None:
    """The permissions of a group; None where the group is not in the sources."""
    group = network.at(SecurityGroup, link) if link.to else None
    found = permissions(network, link.to, way) if link.to else []
    if found:
        return found
    return None if group is None or (group.external and not group.default) else []


def _covers_tasks(network: Network, permission: Permission, sender: Sender) -> Fact:
    """Whether a range holds the addresses of all subnets that a sender is in."""
    place, name = permission.place, permission.on.name
    text = f"{name} admits the subnets of {sender.source.name}"
    if not sender.subnets:
        needs = sender.source.subnets_setting.needs
        needs = needs or (Need("the tasks' subnets", "are not known"),)
        return Fact(None, text, place, name, needs)
    subnets = [(link, network.at(Subnet, link)) for link in sender.subnets]
    return all_of(_covers(network, permission, link, subnet, text) for link, subnet in subnets)


def _covers(
    network: Network, permission: Permission, link: Link, subnet: Subnet | None, text: str
) -> Fact:
    place, name = permission.place, permission.on.name
    wanted = permission.cidr
    if permission.range_of is not None and subnet is not None:
        truth = alike(permission.range_of, subnet.vpc)
        needs = (*permission.range_of.fact.needs, *subnet.vpc.fact.needs)
        return Fact(truth, text, place, name, needs if truth is None else ())
    if wanted is not None and wanted.ranges.size >= 2 ** (31 if wanted.version == 4 else 127):
        return Fact(True, text, place, name)
    if subnet is None or subnet.external or permission.range is None:
        needs = link.fact.needs or (subnet.external if subnet else ())
        needs = needs or (Need(link.to or "a subnet", "is not in the sources"),)
        return Fact(None, text, place, name, needs)
    vpc = network.at(Vpc, subnet.vpc)
    written = permission.range.value
    around = [*subnet.cidrs, *(vpc.cidrs if vpc else ())]
    if written is not None and any(each.value and same(written, each.value) for each in around):
        return Fact(True, text, place, name)
    if wanted is None:
        needs = permission.range.needs
        return Fact(None if needs else False, text, place, name, needs)
    own = [cidr(str(each.known)) for each in subnet.cidrs if not each.open]
    held = [each for each in own if each is not None and each.version == wanted.version]
    if held:
        covered = any(each.ranges <= wanted.ranges for each in held)
        otherwise = f"{name} does not admit {subnet.name}"
        return Fact(covered, text, place, name, otherwise=otherwise)
    whole = [cidr(str(each.known)) for each in (vpc.cidrs if vpc else ()) if not each.open]
    if any(each is not None and each.ranges <= wanted.ranges for each in whole):
        return Fact(True, text, place, name)
    waits = tuple(need for each in subnet.cidrs for need in each.needs)
    return Fact(None if waits else False, text, place, name, waits)


@remembered
def admitted(network: Network, endpoint: Endpoint, source: TaskSource) -> Fact:
    """Whether the groups of an endpoint admit HTTPS from the tasks of a source."""
    own, hosted = (
        _admitted(network, endpoint, sender)
        for sender in (_itself(network, source), _hosts(network, source))
    )
    return by_host(network, source, own, hosted)


def _admitted(network: Network, endpoint: Endpoint, sender: Sender) -> Fact:
    groups = _worn(network, endpoint)
    source = sender.source
    name, at = endpoint.name, endpoint.groups_setting.place
    text = f"the groups of {name} admit {source.name} on port {HTTPS}"
    parts = []
    for link in groups.groups:
        group = network.at(SecurityGroup, link) if link.to else None
        held = _whose(network, link, "ingress")
        if held is None:
            needs = link.fact.needs or (Need(link.to or "a group", "is not in the sources"),)
            parts.append(Fact(None, text, link.place, name, needs))
            continue
        if group is not None and group.external:
            # A default group that nobody adopts keeps what AWS wrote in it.
            parts.append(all_of((link.fact, _member(network, sender))))
        for permission in held:
            who = _from(network, permission, sender, link)
            tie = (permission.fact,) if link.sure else (permission.fact, link.fact)
            parts.append(all_of((*tie, _on_https(permission), who)))
    if groups.default.truth is not False:
        parts.append(all_of((groups.default, _member(network, sender))))
    otherwise = f"no group of {name} admits {source.name} on port {HTTPS}"
    return any_of((Fact(False, text, at, name, otherwise=otherwise), *parts))


def _from(network: Network, permission: Permission, sender: Sender, own: Link) -> Fact:
    """Whether a permission admits a source: its groups, or the addresses of its subnets."""
    text = f"{permission.on.name} admits a group of {sender.source.name}"
    if permission.itself:
        same_group = [
            Fact(truth, text, link.place, permission.on.name, link.fact.needs) & link.fact
            for link in sender.groups
            if (truth := alike(link, own)) is not False
        ]
        return any_of((*same_group, sender.more))
    if permission.peer is not None:
        return any_of((admits_group_of(permission, sender.groups, text), sender.more))
    if permission.range is None and permission.prefix_list is None:
        return Fact(None, text, permission.place, permission.on.name, permission.fact.needs)
    if permission.prefix_list is not None:
        needs = (Need(permission.prefix_list.to or "a prefix list", "may hold the subnets"),)
        return Fact(None, text, permission.place, permission.on.name, needs)
    return _covers_tasks(network, permission, sender)


def _worn(network: Network, endpoint: Endpoint) -> Worn:
    """The groups of an endpoint, an adopted default group among them.

    `default` is whether it wears one that is as AWS makes it: that admits its own members.
    """
    found = worn(network, endpoint)
    if found.default.truth is False:
        return found
    written = _adopted(network, endpoint.vpc)
    links = [replace(here, fact=all_of((found.default, fact))) for here, fact in written]
    as_made = all_of((found.default, ~any_of(fact for _, fact in written)))
    return Worn((*found.groups, *links), as_made)


def _member(network: Network, sender: Sender) -> Fact:
    """Whether a sender wears its VPC's default group: by name, or because it names none."""
    parts = [sender.more]
    for link in sender.groups:
        group = network.at(SecurityGroup, link)
        if group is not None and group.default:
            parts.append(link.fact)
    if not sender.groups:
        at, name = sender.source.groups_setting.place, sender.source.name
        parts.append(~sender.more & Fact(True, f"{name} wears the default group", at, name))
    return any_of(parts)


def _adopted(network: Network, vpc: Link | None) -> list[tuple[Link, Fact]]:
    """What the sources write as the default group of a VPC, and whether that is in force."""
    found = network.at(Vpc, vpc)
    if found is None or found.external:
        return []
    return [
        (Link(group.id, group.exists, group.origin.header), all_of((fact, group.exists)))
        for group, fact in default_groups(network, found)
    ]


@remembered
def lets_out(network: Network, endpoint: Endpoint, source: TaskSource) -> Fact:
    """Whether the groups of a source's tasks let HTTPS out to an endpoint.

    The addresses of a gateway endpoint are those of S3 itself: a rule for its prefix list, or for
    everywhere, lets them out, one for the VPC does not.
    """
    own, hosted = (
        _lets_out(network, endpoint, sender)
        for sender in (_itself(network, source), _hosts(network, source))
    )
    return by_host(network, source, own, hosted)


def _lets_out(network: Network, endpoint: Endpoint, sender: Sender) -> Fact:
    at, name = sender.source.groups_setting.place, sender.source.name
    text = f"the groups of {name} let HTTPS out to {endpoint.name}"
    if not sender.groups and sender.more.truth is False:
        return Fact(True, f"the default group of {name} lets everything out", at, name)
    gateway = endpoint.kind.is_("Gateway")
    parts = [sender.more]
    for link in sender.groups:
        held = _whose(network, link, "egress")
        group = network.at(SecurityGroup, link) if link.to else None
        if held is None:
            needs = link.fact.needs or (Need(link.to or "a group", "is not in the sources"),)
            parts.append(Fact(None, text, link.place, name, needs))
        elif group is not None:
            parts.append(
                TRUE if group.external and group.default else as_aws_makes_it(network, group)
            )
        for permission in held or ():
            to = any_of(
                (
                    all_of((gateway, _to_s3(network, permission, endpoint))),
                    all_of((~gateway, _to_endpoint(network, permission, endpoint))),
                )
            )
            parts.append(all_of((permission.fact, _on_https(permission), to)))
    otherwise = f"no group of {name} lets HTTPS out to {endpoint.name}"
    return any_of((Fact(False, text, at, name, otherwise=otherwise), *parts))


def _everywhere(permission: Permission) -> bool:
    found = permission.cidr
    return found is not None and found.ranges.size >= 2 ** (31 if found.version == 4 else 127)


def _to_s3(network: Network, permission: Permission, endpoint: Endpoint) -> Fact:
    text = f"{permission.on.name} is for the addresses of S3"
    place, name = permission.place, permission.on.name
    if permission.prefix_list is not None:
        listed = network.at(PrefixList, permission.prefix_list)
        to = permission.prefix_list.to
        if to == f"{endpoint.id}.prefix_list_id" or (listed and listed.service == "s3"):
            return Fact(True, text, place, name)
        if listed is not None and (listed.service or listed.entries is not None):
            return Fact(False, text, place, name)
        needs = permission.prefix_list.fact.needs or (Need(to, "is not in the sources"),)
        return Fact(None, text, place, name, needs)
    if permission.range is None:
        gone = permission.peer is not None or permission.itself
        return Fact(False if gone else None, text, place, name, permission.fact.needs)
    if permission.range_of is not None:
        return Fact(False, text, place, name, otherwise=f"{name} is for the VPC only")
    if permission.range.open:
        return Fact(None, text, place, name, permission.range.needs)
    if _everywhere(permission):
        return Fact(True, text, place, name)
    public = admits_internet(network, permission).truth is False and _private(permission)
    needs = (Need(str(permission.range.known), "may hold the addresses of S3"),)
    return Fact(False if public else None, text, place, name, () if public else needs)


_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")


def _private(permission: Permission) -> bool:
    found = permission.cidr
    spaces = [space for text in _PRIVATE if (space := cidr(text)) is not None]
    return found is not None and any(
        found.version == space.version and found.ranges <= space.ranges for space in spaces
    )


def _to_endpoint(network: Network, permission: Permission, endpoint: Endpoint) -> Fact:
    text = f"{permission.on.name} is for {endpoint.name}"
    place, name = permission.place, permission.on.name
    if permission.peer is not None:
        return admits_group_of(permission, _worn(network, endpoint).groups, text)
    if permission.itself:
        own = [
            Fact(truth, text, link.place, name, link.fact.needs)
            for link in _worn(network, endpoint).groups
            if (truth := alike(link, permission.group)) is not False
        ]
        return any_of(own)
    if permission.range_of is not None:
        truth = alike(permission.range_of, endpoint.vpc)
        needs = (*permission.range_of.fact.needs, *endpoint.vpc.fact.needs)
        return Fact(truth, text, place, name, needs if truth is None else ())
    if _everywhere(permission):
        return Fact(True, text, place, name)
    if permission.range is None:
        listed = permission.prefix_list and network.at(PrefixList, permission.prefix_list)
        if listed and listed.service:
            return Fact(False, text, place, name)
        return Fact(None, text, place, name, permission.fact.needs or (_where(endpoint),))
    vpc = network.at(Vpc, endpoint.vpc)
    written = permission.range.value
    known = [each for each in (vpc.cidrs if vpc else ()) if each.value is not None]
    if written is not None and any(each.value and same(written, each.value) for each in known):
        return Fact(True, text, place, name)
    wanted = permission.cidr
    if wanted is None:
        return Fact(None, text, place, name, permission.range.needs or (_where(endpoint),))
    held = Ranges()
    for each in known:
        part = cidr(str(each.known)) if not each.open else None
        if part is not None and part.version == wanted.version:
            held |= part.ranges
    waits = tuple(need for each in known for need in each.needs)
    if held and not waits:
        if held <= wanted.ranges:
            return Fact(True, text, place, name)
        if not held & wanted.ranges:
            return Fact(False, text, place, name, otherwise=f"{name} is for other addresses")
    return Fact(None, text, place, name, waits or (_where(endpoint),))


def _where(endpoint: Endpoint) -> Need:
    return Need(f"the addresses of {endpoint.name}", "are known only after apply")


def outsiders(network: Network, endpoint: Endpoint) -> Iterator[tuple[Permission, Fact]]:
    """What the groups of an endpoint admit, and whether it is from outside the VPC."""
    for link in _worn(network, endpoint).groups:
        for permission in permissions(network, link.to, "ingress") if link.to else ():
            if permission.range is None and permission.prefix_list is None:
                continue
            name = permission.on.name
            if permission.prefix_list is not None:
                needs = (Need(permission.prefix_list.to or "a prefix list", "may be outside"),)
                text = f"{name} admits addresses outside the VPC"
                outside = Fact(None, text, permission.place, name, needs)
            else:
                outside = ~admits_range_within(network, permission, endpoint.vpc)
            spared = by_settings(network, permission)
            there = permission.fact if link.sure else all_of((permission.fact, link.fact))
            yield permission, all_of((there, outside, ~spared))
