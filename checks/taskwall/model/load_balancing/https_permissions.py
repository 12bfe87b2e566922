"""What lets clients of port 80 of a load balancer connect to port 443, for fixes."""

from collections.abc import Sequence

from msgspec.structs import replace

from taskwall.core.change import (
    AttributeChange,
    AttributePath,
    NewResource,
    ResourceAttribute,
)
from taskwall.core.values import Known
from taskwall.model.core.entity import same_entity
from taskwall.model.core.network import Network
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.permissions.added_permission import (
    OLD_RULE,
    AddedPeer,
    AddedPorts,
    beside,
    inline,
)
from taskwall.model.permissions.coverage import Addresses, addresses, there
from taskwall.model.permissions.peers import possible_ingress
from taskwall.model.permissions.ports import opened

_HTTP = ((80, 80),)


def https_permissions(
    network: Network, balancer: LoadBalancer
) -> tuple[AttributeChange, ...] | None:
    """The changes after which whoever may use port 80 of a load balancer may use port 443.

    None are needed where its groups are not in the sources, or allow all of them port 443 already.

    Returns:
        the changes; None where they might allow others as well, or where the groups allow port 443
        to some only, which is a decision.
    """
    groups = [network.get(SecurityGroup, link) for link in balancer.groups]
    found = [group for group in groups if group is not None and not group.external]
    if len(found) < len(groups):
        return ()
    permitted = [(group, each) for group in found for each in possible_ingress(network, group.id)]
    http = [(group, each) for group, each in permitted if _allows(each, 80)]
    https = [each for _, each in permitted if _allows(each, 443) is not False]
    if https:
        sure = [each for each in https if _allows(each, 443) and there(each).truth]
        return () if all(_is_allowed(network, each, sure) for _, each in http) else None
    alike = [_for_https(group, each) for group, each in http]
    names = [
        change.terraform.name
        for made in alike
        for change in made
        if isinstance(change.terraform, NewResource)
    ]
    if not all(alike) or len(set(names)) < len(names):  # one rule for two ranges has one name
        return None
    return tuple(change for made in alike for change in made)


def _allows(permission: Permission, port: int) -> bool | None:
    ports = opened(permission, "tcp")
    return None if ports is None else any(first <= port <= last for first, last in ports.spans)


def _is_allowed(network: Network, permission: Permission, https: Sequence[Permission]) -> bool:
    """Whether permissions for port 443 are for everybody that another one is for."""
    for each in https:
        named = (permission.peer, each.peer), (permission.prefix_list, each.prefix_list)
        if (permission.itself and each.itself) or any(
            one is not None and other is not None and same_entity(one, other)
            for one, other in named
        ):
            return True
    held = addresses(network, permission)
    parts = tuple(part for each in https for part in addresses(network, each).parts)
    return bool(held.parts) and Addresses(parts).covers(held) is True


def _for_https(group: SecurityGroup, permission: Permission) -> tuple[AttributeChange, ...]:
    """The change that adds a permission like another one, for port 443; none where that differs."""
    ports, cidr = opened(permission, "tcp"), permission.cidr
    if ports is None or ports.spans != _HTTP or cidr is None or permission.range is None:
        return ()
    looped = permission.on.address.endswith("]")
    literal = isinstance(permission.range.value, Known) and not looped
    if not literal or not there(permission).truth or not permission.first_port.to(443):
        return ()
    address, at = permission.range.known, permission.range.attribute
    if at is None:
        return ()
    six = ":" in str(address)
    peer, https = AddedPeer("IPv6" if six else "IPv4", address), AddedPorts("tcp", 443, 443)
    if "ingress" in group.managed:
        added = inline("ingress", group, peer, https)
    else:
        name = permission.on.label
        own = ResourceAttribute(group.id, "id", "GroupId")
        after, names = AttributePath(permission.on.address, ""), (f"{name}_https", f"{name}Https")
        old = permission.on.address.rpartition(".")[0].endswith(OLD_RULE)
        added = beside("ingress", after, own, peer, https, names, old=old)
    return (replace(added, copies=(at,)),)
