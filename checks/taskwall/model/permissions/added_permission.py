"""What a security group has to be given so that it allows somebody: the edits of fixes."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from taskwall.core.change import (
    AttributeChange,
    AttributePath,
    NewResource,
    NewValue,
    Placeholder,
    ResourceAttribute,
)
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.security_group import Direction, Permission, SecurityGroup
from taskwall.model.entities.vpc import Subnet, Vpc
from taskwall.model.permissions.circles import made_before
from taskwall.model.permissions.ports import RequiredPorts

PeerKind: TypeAlias = Literal["group", "prefix list", "IPv4", "IPv6"]

OLD_RULE = "aws_security_group_rule"

_INLINE: dict[PeerKind, str] = {
    "group": "security_groups",
    "prefix list": "prefix_list_ids",
    "IPv4": "cidr_blocks",
    "IPv6": "ipv6_cidr_blocks",
}
_OLD_RULE: dict[PeerKind, str] = {**_INLINE, "group": "source_security_group_id"}
_RULE: dict[PeerKind, str] = {
    "group": "referenced_security_group_id",
    "prefix list": "prefix_list_id",
    "IPv4": "cidr_ipv4",
    "IPv6": "cidr_ipv6",
}
_CLOUDFORMATION: dict[PeerKind, str] = {
    "group": "SecurityGroupId",
    "prefix list": "PrefixListId",
    "IPv4": "CidrIp",
    "IPv6": "CidrIpv6",
}
"""How each language calls a peer; in templates some begin with `Source` or `Destination`."""


_CIRCLE = (
    "{0} and {1} cannot name each other in inline blocks, since neither could be made first. It is"
    " a design decision whether to allow a range of addresses in place of the group, or to move the"
    " inline {2} blocks of {0} to resources of their own and to add this:\n"
)


class AddedPeer(Struct, frozen=True):
    """Whom a new permission is for.

    `value` is what it is called, and `name` a part of the names of new resources. `group` is the id
    of the group, if it is one of the sources. `cloudformation` is set where templates call it
    otherwise.
    """

    kind: PeerKind
    value: NewValue
    name: str = ""
    group: str = ""
    cloudformation: NewValue = None


class AddedPorts(Struct, frozen=True):
    """What a new permission opens: which ports, of which protocol."""

    protocol: str
    first: NewValue
    last: NewValue


class AddedPermission(Struct, frozen=True):
    """What adds a permission to a group: `changes` do, unless it is a decision how.

    `advice` is the permission as a resource of its own, `remedy` says what there is to decide.
    """

    advice: tuple[AttributeChange, ...]
    changes: tuple[AttributeChange, ...] = ()
    remedy: str = ""


def group_peer(group: SecurityGroup) -> AddedPeer:
    """A security group of the sources as a peer."""
    return AddedPeer(
        "group", ResourceAttribute(group.id, "id", "GroupId"), group.origin.label, group.id
    )


def unknown_group(hint: str, name: str) -> AddedPeer:
    """A security group that the sources do not tell, as a peer.

    Args:
        hint: what stands for it.
        name: a part of the names of new resources.
    """
    return AddedPeer("group", Placeholder(hint), name)


def range_peer(of: Subnet | Vpc | None) -> AddedPeer:
    """The CIDR of a subnet or VPC of the sources as a peer."""
    if of is None or of.external:
        return AddedPeer("IPv4", Placeholder("CIDR of the load balancer's subnets"), "balancer")
    return AddedPeer("IPv4", ResourceAttribute(of.id, "cidr_block", "CidrBlock"), of.origin.label)


def added_ports(wanted: RequiredPorts) -> AddedPorts:
    """What lets through all that may come on a required port."""
    spans = wanted.some.spans if wanted.some is not None else ()
    port = Placeholder("port of the container")
    first, last = spans[0] if len(spans) == 1 else (port, port)
    return AddedPorts(wanted.transport, first, last)


def added_permission(
    network: Network,
    way: Direction,
    group: SecurityGroup,
    peer: AddedPeer,
    opened: AddedPorts,
    planned: Iterable[tuple[str, str]] = (),
) -> AddedPermission:
    """What adds a permission to a group: inline where it has such, else as a resource of its own.

    In Terraform no group gets both in one direction, where inline blocks take away what is not
    among them. Two groups that name each other inline depend on each other, a group of a template
    on itself: they get a resource.

    Args:
        network: the network.
        way: the direction.
        group: what gets the permission.
        peer: whom it is for.
        opened: what it opens.
        planned: which groups will name which others inline, by id, beside those that do.
    """
    rules = _separate(network).get(group.id, ())
    own = [each for each in rules if each.direction == way]
    short, joint = group.origin.label, "from" if way == "ingress" else "to"
    separate = beside(
        way,
        AttributePath(group.id, ""),
        ResourceAttribute(group.id, "id", "GroupId"),
        peer,
        opened,
        (f"{short}_{joint}_{peer.name}", f"{short}{joint.title()}{peer.name}"),
        old=bool(rules) and all(each.by_group == _OLD_RULE["group"] for each in rules),
    )
    if peer.group == group.id:
        circular = not group.exclusive  # a template has no word for itself
    else:
        circular = bool(peer.group) and made_before(network, group.id, peer.group, planned)
    if circular and way in group.exclusive:
        other = network.get(SecurityGroup, peer.group)
        return AddedPermission(
            (separate,), remedy=_CIRCLE.format(group.name, other and other.name, way)
        )
    if circular or (way not in group.managed and (own or not group.exclusive)):
        return AddedPermission((separate,), (separate,))
    return AddedPermission((separate,), (inline(way, group, peer, opened),))


def inline(
    way: Direction, group: SecurityGroup, peer: AddedPeer, opened: AddedPorts
) -> AttributeChange:
    """The change that adds a permission to those that a group writes inline."""
    whom: dict[str, NewValue] = {_INLINE[peer.kind]: (peer.value,)}
    if peer.group == group.id:
        whom = {"self": True}
    ports = {"from_port": opened.first, "to_port": opened.last, "protocol": opened.protocol}
    listed = {**_ports_in_template(opened), **_peer_in_template(way, peer)}
    at = group.managed.get(way) or AttributePath(group.id, f"{way}[+]")
    return AttributeChange(at, ({**ports, **whom},), (listed,))


def beside(
    way: Direction,
    at: AttributePath,
    group: NewValue,
    peer: AddedPeer,
    opened: AddedPorts,
    names: tuple[str, str],
    *,
    old: bool = False,
) -> AttributeChange:
    """The change that adds a permission as a resource of its own.

    Args:
        way: the direction.
        at: what it comes after.
        group: the id of the group.
        peer: whom it is for.
        opened: what it opens.
        names: of the resource, in Terraform and in CloudFormation.
        old: whether the group has rules of Terraform's older type, beside which no others may be.
    """
    ports: dict[str, NewValue] = {"from_port": opened.first, "to_port": opened.last}
    if old:
        value = peer.value if peer.kind == "group" else (peer.value,)
        type_, whom = OLD_RULE, {"type": way, "security_group_id": group}
        body = {**whom, _OLD_RULE[peer.kind]: value, "protocol": opened.protocol, **ports}
    else:
        type_, whom = f"aws_vpc_security_group_{way}_rule", {"security_group_id": group}
        body = {**whom, _RULE[peer.kind]: peer.value, "ip_protocol": opened.protocol, **ports}
    listed = {"GroupId": group, **_peer_in_template(way, peer), **_ports_in_template(opened)}
    template = NewResource(f"AWS::EC2::SecurityGroup{way.title()}", _plain(names[1], ""), listed)
    terraform = NewResource(type_, _plain(names[0], "_"), body)
    return AttributeChange(at, terraform, template, form="beside")


def _plain(name: str, joint: str) -> str:
    """A name without an index, and without what no name of a resource may have."""
    return re.sub(r"\W+", joint, re.sub(r"\[[^]]*\]", "", name))


def _peer_in_template(way: Direction, peer: AddedPeer) -> Mapping[str, NewValue]:
    key = _CLOUDFORMATION[peer.kind]
    if not key.startswith("Cidr"):
        key = ("Source" if way == "ingress" else "Destination") + key
    return {key: peer.value if peer.cloudformation is None else peer.cloudformation}


def _ports_in_template(opened: AddedPorts) -> Mapping[str, NewValue]:
    return {"IpProtocol": opened.protocol, "FromPort": opened.first, "ToPort": opened.last}


@remembered
def _separate(network: Network) -> Mapping[str, list[Permission]]:
    """By group its permissions that are resources of their own."""
    found = network.grouped(Permission, lambda each: (each.group.to,))
    return {
        group: [each for each in permissions if each.on.address != group]
        for group, permissions in found.items()
    }
