"""What lets tasks through to an endpoint: the edits of fixes."""

from collections.abc import Sequence

from taskwall.core.change import AttributeChange, ResourceAttribute
from taskwall.model.core.entity import Link, link_to
from taskwall.model.core.network import Network
from taskwall.model.endpoints.client import OVER_HTTPS
from taskwall.model.endpoints.endpoint import Endpoint, endpoint_groups
from taskwall.model.entities.security_group import Direction, SecurityGroup
from taskwall.model.permissions.added_permission import (
    added_for_prefix_list,
    added_permission,
    added_rule,
)


def group_of(network: Network, groups: Sequence[Link]) -> SecurityGroup | None:
    """The one group that something has, if the sources write it."""
    found = network.get(SecurityGroup, groups[0]) if len(groups) == 1 and groups[0].sure else None
    return None if found is None or found.external else found


def endpoint_permissions(
    network: Network, endpoint: Endpoint, clients: Sequence[tuple[Direction, Sequence[Link]]]
) -> tuple[AttributeChange, ...]:
    """The changes after which clients get through to an endpoint.

    Args:
        network: the network.
        endpoint: the endpoint, of any type.
        clients: the groups of each, and what lacks: ingress of the endpoint, or their own egress.

    Returns:
        the changes; none where an end has several groups, or one that is not in the sources, since
        which of them should allow it is a decision.
    """
    s3 = endpoint.kind.known == "Gateway"
    theirs = None if s3 else group_of(network, endpoint_groups(network, endpoint).groups)
    made: list[AttributeChange] = []
    for way, groups in clients:
        own = group_of(network, groups)
        if own is None or (theirs is None and not s3):
            return ()
        if theirs is None:
            listed = ResourceAttribute(endpoint.id, "prefix_list_id")
            added = added_for_prefix_list(own, listed, "S3", OVER_HTTPS)
        elif way == "ingress":
            added = _added(network, way, theirs, own)
        else:
            added = _added(network, way, own, theirs)
        if not added:
            return ()
        made += [each for each in added if each not in made]
    return tuple(made)


def _added(
    network: Network, way: Direction, group: SecurityGroup, peer: SecurityGroup
) -> tuple[AttributeChange, ...]:
    inline = way in group.managed
    found = added_permission(network, way, group, [link_to(peer)], OVER_HTTPS) if inline else ()
    return found or added_rule(way, group, peer, OVER_HTTPS)
