"""TW214: A public load balancer allows the internet only on the ports of its listeners.

What: A security group of a public load balancer in front of tasks allows ingress from the internet
    on a port that no listener of it uses.
Why: Nothing answers there today. The next listener, or anything else that gets the same group, is
    open to the internet from the start, and nobody has decided that.
Fine when: ICMP, which informs clients about packet sizes, is not judged. A group that several
    public load balancers share may allow the ports of all of them.
Terraform: Allow the internet only on the port of a listener:
    from_port = 443
    to_port   = 443
CloudFormation: Allow the internet only on the port of a listener:
    FromPort: 443
    ToPort: 443
Guide: beyond
See: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html
"""

from collections.abc import Iterator

from msgspec.structs import replace

from taskwall.core.facts import Fact, all_of
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.exposure.listener_ports import public_groups
from taskwall.model.exposure.task_ingress import by_permission
from taskwall.model.permissions.peers import allows_internet, possible_ingress
from taskwall.model.permissions.ports import Ports, at_ports, has_ports, narrowed_to, only_opens
from taskwall.rules._rule import Verdict, rule
from taskwall.rules._shared import balancers_elsewhere, without_permissions


@rule("low", default=True, yields_to=("TW204",), per_use=True)
def open_balancer_ports(network: Network) -> Iterator[Verdict]:
    for shown in public_groups(network):
        names, ports = shown.names, shown.ports
        permitted = possible_ingress(network, shown.group)
        for each in by_permission(
            (p, _beside(network, p, ports, names)) for p in permitted if has_ports(p)
        ):
            permission = each.permission
            yield Verdict(
                permission.on,
                permission.place if each.fact.truth is False else at_ports(permission),
                each.fact,
                f"{permission.on.name} allows ingress from {each.peers(network)} to {names} on"
                f" {each.ports}, where no listener is",
                holds=f"{permission.on.name} opens only the ports of listeners to the internet",
                about=permission.id,
                concerned=shown.fact & permission.fact,
                changes=narrowed_to(permission, ports, "port of a listener"),
            )
        group = network.get(SecurityGroup, shown.group)
        yield from without_permissions(group, permitted, shown.fact)
    text = "a load balancer of {} opens ports without a listener to the internet"
    for verdict in balancers_elsewhere(network, text):
        # Its groups are not here either: TW213 asks for the load balancer.
        yield replace(verdict, unreported=True)


def _beside(network: Network, permission: Permission, ports: Ports, names: str) -> Fact:
    """Whether a permission allows the internet on a port that is no listener's."""
    listening = only_opens(permission, ports, names)
    return all_of((allows_internet(network, permission), ~listening))
