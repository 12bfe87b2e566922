"""TW209: Tasks allow only ports that they serve.

What: A security group of tasks allows ingress, from any peer, on ports that no task source with
    that group serves: by port mappings, target groups and their health checks, the ingress ports of
    Service Connect and those of Envoy.
Why: What listens on the other ports was not meant to be offered: debuggers, metrics, a shell that
    somebody left running.
Fine when: The containers listen on ports that no mapping names. awsvpc mode allows that; name them
    all the same, because people and rules rely on the mappings. ICMP is not judged. Where no port
    of the tasks is known, taskwall reports "unknown". For a group that is not in the sources, it
    fails only rules that allow all ports, because other resources may use that group.
Terraform: Open only the port of the container:
    from_port = 8080
    to_port   = 8080
CloudFormation: Open only the port of the container:
    FromPort: 8080
    ToPort: 8080
Guide: task-groups
See: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html
"""

from collections.abc import Iterator

from taskwall.core.change import NewValue, Placeholder
from taskwall.core.facts import Fact
from taskwall.core.values import Need
from taskwall.model.core.address import ALL_PORTS
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Permission
from taskwall.model.exposure.task_ingress import (
    GroupAttachment,
    attached_groups,
    by_permission,
    ingress,
)
from taskwall.model.exposure.task_ports import served
from taskwall.model.permissions.ports import (
    Ports,
    at_ports,
    has_ports,
    narrowed_to,
    only_opens,
    range_of_ports,
)
from taskwall.rules._rule import Verdict, rule
from taskwall.rules._shared import without_permissions


@rule("low", yields_to=("TW204", "TW205", "TW206", "TW207", "TW208", "TW215"), per_use=True)
def unserved_ports(network: Network) -> Iterator[Verdict]:
    for attachment in attached_groups(network):
        permissions = ingress(network, attachment)
        ports = _served(network, attachment)
        for each in by_permission(
            (p, _within(attachment, p, ports)) for p in permissions if has_ports(p)
        ):
            permission, name = each.permission, each.permission.on.name
            yield Verdict(
                permission.on,
                at_ports(permission),
                ~each.fact,
                f"{name} allows ingress from {each.peers(network)} to {attachment.names} on"
                f" {each.ports}, more than the ports that tasks serve",
                holds=f"{name} opens only ports on which tasks serve",
                about=permission.id,
                block=permission.written_in,
                concerned=attachment.fact & permission.fact,
                changes=narrowed_to(permission, ports, _PORT.hint),
                advice=permission.for_ports(*_range(ports)),
            )
        yield from without_permissions(attachment.declared, permissions, attachment.fact)


_PORT = Placeholder("port of a container")


def _range(ports: Ports) -> tuple[NewValue, NewValue]:
    """The first and last port that tasks serve, if that is one range, of ports that are known.

    Where they are not, `narrowed_to` has a change, so that this is not asked for.
    """
    known = ports.tcp.spans
    return known[0] if len(known) == 1 else (_PORT, _PORT)


def _served(network: Network, attachment: GroupAttachment) -> Ports:
    """The ports on which the users of a group serve."""
    return Ports.union(
        served(network, source)
        if fact.truth
        else Ports(needs=(*fact.waits_for(), *served(network, source).needs))
        for source, fact in attachment.attached
    )


def _within(attachment: GroupAttachment, permission: Permission, ports: Ports) -> Fact:
    """Whether a permission opens only ports that are served."""
    within = only_opens(permission, ports, attachment.names)
    needs: tuple[Need, ...] = ()
    if not ports:
        needs = ports.needs or (Need(f"the ports of {attachment.names}", "are not in the sources"),)
    elif attachment.declared is None or attachment.declared.external:
        needs = (Need(attachment.group, "is not in the sources, and other resources may use it"),)
        if range_of_ports(permission) == ALL_PORTS:
            needs = ()
    if within.truth is False and needs:
        name = permission.on.name
        text = f"{attachment.names} serves where {name} opens {permission.ports}"
        return Fact(None, text, at_ports(permission), name, needs)
    return within
