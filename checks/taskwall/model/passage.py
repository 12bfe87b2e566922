"""Whether the security groups of endpoints admit the tasks that need them, and nobody else."""

from collections.abc import Iterator

from taskwall.facts import Fact, all_of, any_of
from taskwall.model.address import cidr
from taskwall.model.endpoint import Endpoint
from taskwall.model.group import Permission, SecurityGroup
from taskwall.model.needs import demands
from taskwall.model.network import Network, remembered
from taskwall.model.place import Subnet, Vpc
from taskwall.model.reach import (
    admits_group_of,
    admits_range_within,
    by_settings,
    permissions,
)
from taskwall.model.sender import HTTPS, Sender, hosts, itself, member, on_https, whose, worn_by
from taskwall.model.thing import Link, alike
from taskwall.model.whereabouts import (
    by_host,
    neighbours,
)
from taskwall.model.work import TaskSource
from taskwall.values import Need, same


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


def _covers_tasks(network: Network, permission: Permission, sender: Sender) -> Fact:
    """Whether a range holds the addresses of all subnets that a sender is in."""
    place, name = permission.place, permission.on.name
    text = f"{name} allows ingress from the subnets of {sender.source.name}"
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
        otherwise = f"{name} does not allow ingress from {subnet.name}"
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
        for sender in (itself(network, source), hosts(network, source))
    )
    return by_host(network, source, own, hosted)


def _admitted(network: Network, endpoint: Endpoint, sender: Sender) -> Fact:
    groups = worn_by(network, endpoint)
    source = sender.source
    name, at = endpoint.name, endpoint.groups_setting.place
    text = f"the security groups of {name} allow ingress from {source.name} on port {HTTPS}"
    parts = []
    for link in groups.groups:
        group = network.at(SecurityGroup, link) if link.to else None
        held = whose(network, link, "ingress")
        if held is None:
            needs = link.fact.needs or (Need(link.to or "a group", "is not in the sources"),)
            parts.append(Fact(None, text, link.place, name, needs))
            continue
        if group is not None and group.external:
            # A default group that nobody adopts keeps what AWS wrote in it.
            parts.append(all_of((link.fact, member(network, sender))))
        for permission in held:
            who = _from(network, permission, sender, link)
            tie = (permission.fact,) if link.sure else (permission.fact, link.fact)
            parts.append(all_of((*tie, on_https(permission), who)))
    if groups.default.truth is not False:
        parts.append(all_of((groups.default, member(network, sender))))
    otherwise = f"no security group of {name} allows ingress from {source.name} on port {HTTPS}"
    return any_of((Fact(False, text, at, name, otherwise=otherwise), *parts))


def _from(network: Network, permission: Permission, sender: Sender, own: Link) -> Fact:
    """Whether a permission admits a source: its groups, or the addresses of its subnets."""
    text = f"{permission.on.name} allows ingress from a group of {sender.source.name}"
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


def outsiders(network: Network, endpoint: Endpoint) -> Iterator[tuple[Permission, Fact]]:
    """What the groups of an endpoint admit, and whether it is from outside the VPC."""
    for link in worn_by(network, endpoint).groups:
        for permission in permissions(network, link.to, "ingress") if link.to else ():
            if permission.range is None and permission.prefix_list is None:
                continue
            name = permission.on.name
            if permission.prefix_list is not None:
                needs = (Need(permission.prefix_list.to or "a prefix list", "may be outside"),)
                text = f"{name} allows ingress from addresses outside the VPC"
                outside = Fact(None, text, permission.place, name, needs)
            else:
                outside = ~admits_range_within(network, permission, endpoint.vpc)
            spared = by_settings(network, permission)
            there = permission.fact if link.sure else all_of((permission.fact, link.fact))
            yield permission, all_of((there, outside, ~spared))
