"""What a group has to be given so that it allows another group or a prefix list: edits of fixes."""

from collections.abc import Mapping, Sequence

from taskwall.core.change import (
    AttributeChange,
    AttributePath,
    NewResource,
    NewValue,
    Placeholder,
    ResourceAttribute,
)
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Direction, SecurityGroup
from taskwall.model.permissions.circles import made_before
from taskwall.model.permissions.ports import RequiredPorts

_PEER = {"ingress": "SourceSecurityGroupId", "egress": "DestinationSecurityGroupId"}


def port_of(wanted: RequiredPorts) -> int | None:
    """The one port that is required; None if it is not known, or is one of several."""
    spans = wanted.some.spans if wanted.some is not None else ()
    return spans[0][0] if len(spans) == 1 and spans[0][0] == spans[0][1] else None


def added_permission(
    network: Network,
    way: Direction,
    group: SecurityGroup,
    peers: Sequence[Link],
    wanted: RequiredPorts,
) -> tuple[AttributeChange, ...]:
    """The change after which a group that writes its rules inline has one for another group.

    None where neither may name the other: two groups that do so inline depend on each other, and
    one does on itself, unless it writes all of its rules so: then there is a word for itself.
    """
    peer = peers[0].to if len(peers) == 1 and peers[0].written else ""
    itself = peer == group.id
    if itself and way not in group.exclusive:
        return ()
    if made_before(network, group.id, peer):
        return ()
    to: NewValue = ResourceAttribute(peer, "id", "GroupId") if peer else Placeholder("their group")
    whom: dict[str, NewValue] = {"self": True} if itself else {"security_groups": (to,)}
    return _inline(way, group, wanted, whom, {_PEER[way]: to})


def added_rule(
    way: Direction, group: SecurityGroup, peer: SecurityGroup, wanted: RequiredPorts
) -> tuple[AttributeChange, ...]:
    """The change after which a group has a rule for another group, as a resource of its own.

    None where the group takes such rules away.
    """
    if way in group.exclusive:
        return ()
    to = ResourceAttribute(peer.id, "id", "GroupId")
    joint = "from" if way == "ingress" else "to"
    name, of = (_short(each) for each in (group, peer))
    return _beside(
        way,
        group,
        (f"{name}_{joint}_{of}", f"{name}{joint.title()}{of}"),
        {"referenced_security_group_id": to, **_terraform(wanted, "ip_protocol")},
        {_PEER[way]: to, **_cloudformation(wanted)},
    )


def added_for_prefix_list(
    group: SecurityGroup, listed: NewValue, name: str, wanted: RequiredPorts
) -> tuple[AttributeChange, ...]:
    """The change after which a group allows egress to a prefix list.

    Args:
        group: the group.
        listed: the list's id, as Terraform writes it.
        name: what the list is of, as part of a name.
        wanted: on which port.
    """
    there = {"DestinationPrefixListId": Placeholder(f"id of the prefix list of {name}")}
    if "egress" in group.managed:
        return _inline("egress", group, wanted, {"prefix_list_ids": (listed,)}, there)
    own = _short(group)
    return _beside(
        "egress",
        group,
        (f"{own}_to_{name.lower()}", f"{own}To{name}"),
        {"prefix_list_id": listed, **_terraform(wanted, "ip_protocol")},
        {**there, **_cloudformation(wanted)},
    )


def _inline(
    way: Direction,
    group: SecurityGroup,
    wanted: RequiredPorts,
    block: Mapping[str, NewValue],
    listed: Mapping[str, NewValue],
) -> tuple[AttributeChange, ...]:
    """The change that adds a rule to those that a group writes inline."""
    terraform = {**_terraform(wanted, "protocol"), **block}
    cloudformation = {**_cloudformation(wanted), **listed}
    return (AttributeChange(group.managed[way], (terraform,), (cloudformation,)),)


def _beside(
    way: Direction,
    group: SecurityGroup,
    names: tuple[str, str],
    terraform: Mapping[str, NewValue],
    cloudformation: Mapping[str, NewValue],
) -> tuple[AttributeChange, ...]:
    """The change that adds a rule as a resource of its own, after the group."""
    own = ResourceAttribute(group.id, "id", "GroupId")
    resources = (
        NewResource(
            f"aws_vpc_security_group_{way}_rule", names[0], {"security_group_id": own, **terraform}
        ),
        NewResource(
            f"AWS::EC2::SecurityGroup{way.title()}", names[1], {"GroupId": own, **cloudformation}
        ),
    )
    return (AttributeChange(AttributePath(group.id, ""), *resources, form="beside"),)


def _short(group: SecurityGroup) -> str:
    """The last part of a group's name, of which names can be made."""
    return group.origin.name.rpartition(".")[2].rpartition("/")[2]


def _terraform(wanted: RequiredPorts, protocol: str) -> dict[str, NewValue]:
    number = _number(wanted)
    if protocol == "protocol":
        return {"from_port": number, "to_port": number, protocol: wanted.transport}
    return {protocol: wanted.transport, "from_port": number, "to_port": number}


def _cloudformation(wanted: RequiredPorts) -> dict[str, NewValue]:
    number = _number(wanted)
    return {"IpProtocol": wanted.transport, "FromPort": number, "ToPort": number}


def _number(wanted: RequiredPorts) -> NewValue:
    port = port_of(wanted)
    return Placeholder("port of the container") if port is None else port
