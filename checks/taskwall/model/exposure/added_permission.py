"""What a group has to be given so that it allows another group: the edit of a fix."""

from collections.abc import Sequence

from taskwall.core.change import (
    AttributeChange,
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
    port = port_of(wanted)
    number: NewValue = Placeholder("port of the container") if port is None else port
    spoken = wanted.transport
    inline: dict[str, NewValue] = {
        "from_port": number,
        "to_port": number,
        "protocol": spoken,
        **({"self": True} if itself else {"security_groups": (to,)}),
    }
    listed: dict[str, NewValue] = {
        "IpProtocol": spoken,
        "FromPort": number,
        "ToPort": number,
        _PEER[way]: to,
    }
    return (AttributeChange(group.managed[way], (inline,), (listed,)),)
