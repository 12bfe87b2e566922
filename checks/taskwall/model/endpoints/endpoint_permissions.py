"""What lets tasks through to an endpoint: the edits of fixes."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from taskwall.core.change import AttributeChange, AttributePath, Placeholder, ResourceAttribute
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network
from taskwall.model.endpoints.client import OVER_HTTPS
from taskwall.model.endpoints.endpoint import Endpoint, endpoint_groups
from taskwall.model.entities.security_group import Direction, SecurityGroup
from taskwall.model.permissions.added_permission import (
    AddedPeer,
    AddedPermission,
    added_permission,
    added_ports,
    beside,
    group_peer,
    unknown_group,
)

_HTTPS = added_ports(OVER_HTTPS)
KeptOut: TypeAlias = tuple[Direction, Sequence[Link], str]
"""What a client lacks, ingress of the endpoint or its own egress, its groups, what it is called."""
_ENDPOINT = "the group of the endpoint"


def group_of(network: Network, groups: Sequence[Link]) -> SecurityGroup | None:
    """The one group that something has, if the sources write it."""
    found = network.get(SecurityGroup, groups[0]) if len(groups) == 1 and groups[0].sure else None
    return None if found is None or found.external else found


def endpoint_permissions(
    network: Network, endpoint: Endpoint, clients: Sequence[KeptOut]
) -> AddedPermission:
    """What lets clients through to an endpoint.

    Args:
        network: the network.
        endpoint: the endpoint, of any type.
        clients: those who are kept out.

    Returns:
        what adds the permissions; no changes where an end has several groups, or one that is not in
        the sources, since which of them should allow it is a decision.
    """
    s3 = endpoint.kind.known == "Gateway"
    theirs = None if s3 else group_of(network, endpoint_groups(network, endpoint).groups)
    parts, planned, decided = list[AddedPermission](), list[tuple[str, str]](), True
    for way, links, word in clients:
        own = group_of(network, links)
        group, other = (theirs, own) if way == "ingress" else (own, theirs)
        peer = _s3(endpoint) if s3 else _peer(other, way, word)
        if group is None:
            parts.append(AddedPermission((_advice(endpoint, way, peer, word),)))
            decided = False
            continue
        added = added_permission(network, way, group, peer, _HTTPS, planned)
        parts.append(added)
        decided &= s3 or other is not None
        planned += [(group.id, peer.group) for each in added.changes if each.form != "beside"]
    advice = _distinct(change for part in parts for change in part.advice)
    changes = _distinct(change for part in parts for change in part.changes)
    decided &= all(part.changes for part in parts)
    remedy = next((part.remedy for part in parts if part.remedy), "")
    return AddedPermission(advice, changes if decided else (), remedy)


def _distinct(changes: Iterable[AttributeChange]) -> tuple[AttributeChange, ...]:
    found = list[AttributeChange]()
    for change in changes:
        if change not in found:
            found.append(change)
    return tuple(found)


def _peer(group: SecurityGroup | None, way: Direction, word: str) -> AddedPeer:
    if group is not None:
        return group_peer(group)
    theirs = (f"the group of the {word}", word)
    return unknown_group(*(theirs if way == "ingress" else (_ENDPOINT, "endpoint")))


def _s3(endpoint: Endpoint) -> AddedPeer:
    """The addresses of S3 as a peer."""
    listed = ResourceAttribute(endpoint.id, "prefix_list_id")
    return AddedPeer("prefix list", listed, "s3", "", Placeholder("id of the prefix list of S3"))


def _advice(endpoint: Endpoint, way: Direction, peer: AddedPeer, word: str) -> AttributeChange:
    """The permission that a group lacks which is not in the sources, or is one of several."""
    group = Placeholder(_ENDPOINT if way == "ingress" else f"the group of the {word}")
    own = (word, f"{word.capitalize()}Egress")
    names = ("endpoint", "EndpointIngress") if way == "ingress" else own
    return beside(way, AttributePath(endpoint.id, ""), group, peer, _HTTPS, names)
