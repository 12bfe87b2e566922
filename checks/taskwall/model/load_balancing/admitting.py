"""What lets clients of port 80 of a load balancer connect to port 443, for fixes."""

from taskwall.core.change import (
    AttributeChange,
    AttributePath,
    NewResource,
    NewValue,
    ResourceAttribute,
)
from taskwall.model.core.network import Network
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.permissions.peers import possible_ingress
from taskwall.model.permissions.ports import opened

_HTTP = ((80, 80),)


def admitting(network: Network, balancer: LoadBalancer) -> tuple[AttributeChange, ...] | None:
    """The changes after which whoever may use port 80 of a load balancer may use port 443.

    None are needed where its groups allow port 443 already, or are not in the sources.

    Returns:
        the changes; None where they cannot be told.
    """
    groups = [network.get(SecurityGroup, link) for link in balancer.groups]
    found = [group for group in groups if group is not None and not group.external]
    if not found or len(found) < len(groups):
        return ()
    permitted = [(group, each) for group in found for each in possible_ingress(network, group.id)]
    if any(_allows(each, 443) is not False for _, each in permitted):
        return ()
    alike = [_for_https(group, each) for group, each in permitted if _allows(each, 80)]
    beside = [change.attribute for made in alike for change in made if change.form == "beside"]
    if not all(alike) or len(set(beside)) < len(beside):  # one rule for two ranges has one name
        return None
    return tuple(change for made in alike for change in made)


def _allows(permission: Permission, port: int) -> bool | None:
    ports = opened(permission, "tcp")
    return None if ports is None else any(first <= port <= last for first, last in ports.spans)


def _for_https(group: SecurityGroup, permission: Permission) -> tuple[AttributeChange, ...]:
    """The change that adds a permission like another one, for port 443."""
    ports, cidr = opened(permission, "tcp"), permission.cidr
    if ports is None or ports.spans != _HTTP or cidr is None or permission.range is None:
        return ()
    address = permission.range.known
    six = ":" in str(address)
    spoken: dict[str, NewValue] = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    listed = {**spoken, "CidrIpv6" if six else "CidrIp": address}
    if "ingress" in group.managed:
        block: dict[str, NewValue] = {"from_port": 443, "to_port": 443, "protocol": "tcp"}
        block["ipv6_cidr_blocks" if six else "cidr_blocks"] = (address,)
        return (AttributeChange(group.managed["ingress"], (block,), (listed,)),)
    name = permission.on.name.rpartition(".")[2].rpartition("/")[2]
    rule: dict[str, NewValue] = {
        "security_group_id": ResourceAttribute(group.id, "id"),
        "cidr_ipv6" if six else "cidr_ipv4": address,
        "ip_protocol": "tcp",
        "from_port": 443,
        "to_port": 443,
    }
    terraform = NewResource("aws_vpc_security_group_ingress_rule", f"{name}_https", rule)
    into: dict[str, NewValue] = {"GroupId": ResourceAttribute(group.id, "id", "GroupId")}
    cloudformation = NewResource(
        "AWS::EC2::SecurityGroupIngress", f"{name}Https", {**into, **listed}
    )
    at = AttributePath(permission.on.address, "")
    return (AttributeChange(at, terraform, cloudformation, form="beside"),)
