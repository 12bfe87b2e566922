"""Whether groups let a load balancer get through to the tasks behind it."""

from taskwall.facts import FALSE, Fact, all_of, any_of
from taskwall.model.address import ALL_PORTS, cidr
from taskwall.model.egress import as_aws_makes_it
from taskwall.model.group import Direction, Permission, PrefixList, SecurityGroup
from taskwall.model.inflow import Inflow, Side, Wanted
from taskwall.model.network import Network
from taskwall.model.place import Subnet, Vpc
from taskwall.model.ports import named_port, opened, protocol, unknown_ports
from taskwall.model.reach import admits_group_of, permissions
from taskwall.model.thing import Link, Setting, alike
from taskwall.values import Need, same


def admitted(network: Network, flow: Inflow, wanted: Wanted) -> Fact:
    """Whether the groups behind a load balancer admit it on a port."""
    name = flow.taker.name
    text = f"the security groups of {name} allow ingress from {flow.sender.name} on {wanted.words}"
    none = f"no security group of {name} allows ingress from {flow.sender.name} on {wanted.words}"
    return _open_way(network, "ingress", flow.taker, flow.sender, wanted, (text, none))


def let_out(network: Network, flow: Inflow, wanted: Wanted) -> Fact:
    """Whether the groups of a load balancer let it go to what is behind it on a port."""
    text = (
        f"the security groups of {flow.sender.name} allow egress to {flow.taker.name} on"
        f" {wanted.words}"
    )
    none = (
        f"no security group of {flow.sender.name} allows egress to {flow.taker.name} on"
        f" {wanted.words}"
    )
    return _open_way(network, "egress", flow.sender, flow.taker, wanted, (text, none))


def _open_way(
    network: Network,
    way: Direction,
    guarded: Side,
    other: Side,
    wanted: Wanted,
    texts: tuple[str, str],
) -> Fact:
    text, none = texts
    parts = []
    for link in guarded.groups:
        group = network.at(SecurityGroup, link) if link.to else None
        written = permissions(network, link.to, way) if link.to else []
        if group is None or group.external:
            needs = link.fact.needs or (Need(link.to or "a group", "is not in the sources"),)
            parts.append(Fact(None, text, link.place, guarded.name, needs))
        elif way == "egress":
            parts.append(all_of((link.fact, as_aws_makes_it(network, group))))
        for permission in written:
            there = _there(permission)
            to = _leads_to(network, permission, other, text)
            parts.append(all_of((link.fact, there, _opens(permission, wanted), to)))
    if guarded.open:
        parts.append(Fact(None, text, None, guarded.name, guarded.open))
    at = guarded.groups[0].place if guarded.groups else None
    return any_of((Fact(False, text, at, guarded.name, otherwise=none), *parts))


def _there(permission: Permission) -> Fact:
    """Whether a permission is there: one that may not exist admits nobody for certain."""
    if not permission.on.maybe:
        return permission.fact
    name = permission.on.name
    exists = Fact(None, f"{name} exists", permission.on.header, name, permission.on.maybe)
    return all_of((permission.fact, exists))


def _opens(permission: Permission, wanted: Wanted) -> Fact:
    """Whether a permission opens a port."""
    name, place = permission.on.name, permission.place
    text = f"{name} opens {wanted.words}"
    ports = opened(permission, wanted.transport)
    if ports is None:
        alike = bool(wanted.named) and named_port(permission) == wanted.named
        sure = alike and protocol(permission) == wanted.transport
        return Fact(True if sure else None, text, place, name, unknown_ports(permission))
    if not ports:
        return Fact(False, text, place, name)
    if ports == ALL_PORTS or any(each <= ports for each in wanted.enough):
        return Fact(True, text, place, name)
    if wanted.some is None:
        return Fact(None, text, place, name, wanted.needs)
    if not ports & wanted.some:
        return Fact(False, text, place, name)
    needs = (Need(f"which of {wanted.words}", "is used"),)
    return Fact(None, text, place, name, needs)


def _leads_to(network: Network, permission: Permission, other: Side, text: str) -> Fact:
    """Whether whom a permission names is the other side."""
    name, place = permission.on.name, permission.place
    more = Fact(None, text, place, name, other.open) if other.open else FALSE
    if permission.itself or permission.peer is not None:
        peer = permission.group if permission.itself else permission.peer
        own = [_same_group(link, peer, text, name) for link in other.groups if peer is not None]
        return (
            any_of((*own, more))
            if permission.itself
            else any_of((admits_group_of(permission, other.groups, text), more))
        )
    if permission.range is None and permission.prefix_list is None:
        return Fact(None, text, place, name, permission.fact.needs)
    ranges = [permission.range] if permission.range is not None else None
    if permission.prefix_list is not None:
        listed = network.at(PrefixList, permission.prefix_list)
        if listed is not None and listed.service and listed.entries is None:
            return Fact(False, text, place, name, otherwise=f"{name} applies to {listed.service}")
        ranges = list(listed.entries) if listed is not None and listed.entries else None
    if ranges is None:
        needs = (
            Need(permission.prefix_list.to if permission.prefix_list else name, "is not known"),
        )
        return Fact(None, text, place, name, needs)
    return any_of(_holds(network, permission, each, other, text) for each in ranges)


def _same_group(link: Link, peer: Link | None, text: str, name: str) -> Fact:
    truth = alike(link, peer) if peer is not None else None
    needs = link.fact.needs if truth is None else ()
    return all_of((Fact(truth, text, link.place, name, needs), link.fact))


def _holds(
    network: Network, permission: Permission, setting: Setting, other: Side, text: str
) -> Fact:
    """Whether a range holds the addresses of the other side."""
    name, place = permission.on.name, permission.place
    wanted = cidr(setting.known) if isinstance(setting.known, str) else None
    if wanted is not None and wanted.version == 6:
        needs = (Need(f"the IP version of {other.name}", "is not known"),)
        return Fact(None, text, place, name, needs)
    if wanted is not None and wanted.ranges.size > 2**31:
        return Fact(True, text, place, name)
    if other.clients:
        needs = (Need(f"the clients of {other.name}", "are not in the sources"),)
        return Fact(None, text, place, name, needs)
    subnets = [(link.place, network.at(Subnet, link), link) for link in other.subnets]
    if permission.range_of is not None:
        vpcs = [each.vpc for _, each, _ in subnets if each is not None and not each.external]
        vpcs = vpcs or ([other.vpc] if other.vpc is not None else [])
        truths = {alike(permission.range_of, vpc) for vpc in vpcs} or {None}
        truth = True if True in truths else False if truths == {False} else None
        which = Need(f"the VPC of {other.name}", "is not known")
        return Fact(truth, text, place, name, (which,) if truth is None else ())
    if not subnets:
        needs = (Need(f"the subnets of {other.name}", "are not known"),)
        return Fact(None, text, place, name, needs)
    return all_of(
        _holds_subnet(network, permission, setting, subnet, link, text)
        for _, subnet, link in subnets
    )


def _holds_subnet(
    network: Network,
    permission: Permission,
    setting: Setting,
    subnet: Subnet | None,
    link: Link,
    text: str,
) -> Fact:
    name, place = permission.on.name, permission.place
    if subnet is None or subnet.external:
        needs = link.fact.needs or (Need(link.to or "a subnet", "is not in the sources"),)
        return Fact(None, text, place, name, needs)
    vpc = network.at(Vpc, subnet.vpc)
    around = [*subnet.cidrs, *(vpc.cidrs if vpc else ())]
    written = setting.value
    if written is not None and any(each.value and same(written, each.value) for each in around):
        return Fact(True, text, place, name)
    wanted = cidr(setting.known) if isinstance(setting.known, str) else None
    if wanted is None:
        needs = setting.needs
        return Fact(None if needs else False, text, place, name, needs)
    for settings in (subnet.cidrs, vpc.cidrs if vpc else ()):
        known = [cidr(str(each.known)) for each in settings if not each.open]
        held = [each for each in known if each is not None and each.version == wanted.version]
        if any(each.ranges <= wanted.ranges for each in held):
            return Fact(True, text, place, name)
        whole = not any(each.open for each in settings)
        if held and whole and not any(each.ranges & wanted.ranges for each in held):
            otherwise = f"{name} applies to other addresses than those of {subnet.name}"
            return Fact(False, text, place, name, otherwise=otherwise)
    waits = tuple(need for each in around for need in each.needs)
    partly = Need(f"the addresses of {link.to}", "are not all in its CIDR")
    return Fact(None, text, place, name, waits or (partly,))


def guard(network: Network, side: Side) -> tuple[SecurityGroup | None, Link | None]:
    """Where a permission that is missing belongs: the first group of the sources.

    With a tie before it that leads nobody knows where, that tie instead.
    """
    for link in side.groups:
        if not link.to:
            return None, link
        group = network.at(SecurityGroup, link)
        if group is not None and not group.external:
            return group, None
    return None, None
