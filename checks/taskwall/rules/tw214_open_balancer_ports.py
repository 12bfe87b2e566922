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

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.change import AttributeChange, Placeholder
from taskwall.core.facts import Fact, all_of
from taskwall.model.core.address import ALL_PORTS, Ranges
from taskwall.model.core.network import Network
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.exposure.listener_ports import public_groups
from taskwall.model.exposure.task_ingress import by_permission
from taskwall.model.permissions.coverage import there
from taskwall.model.permissions.peers import allows_internet, possible_ingress
from taskwall.model.permissions.ports import (
    Ports,
    Transport,
    at_ports,
    has_ports,
    narrowed_to,
    only_opens,
    opened,
    protocol,
    range_of_ports,
)
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
            spoken, transport = _transport(permission, ports)
            mended = _mended(permission, permitted, ports)
            yield Verdict(
                permission.on,
                permission.place if each.fact.truth is False else at_ports(permission),
                each.fact,
                f"{permission.on.name} allows ingress from {each.peers(network)} to {names} on"
                f" {spoken}{each.ports}, {_where(permission, transport)}",
                holds=f"{permission.on.name} opens only the ports of listeners to the internet",
                about=permission.id,
                block=permission.written_in,
                concerned=shown.fact & permission.fact,
                changes=mended.changes,
                remedy=mended.remedy,
            )
        group = network.get(SecurityGroup, shown.group)
        yield from without_permissions(group, permitted, shown.fact)
    text = "a load balancer of {} opens ports without a listener to the internet"
    for verdict in balancers_elsewhere(network, text):
        # Its groups are not here either: TW213 asks for the load balancer.
        yield replace(verdict, unreported=True)


def _where(permission: Permission, transport: str) -> str:
    """What the ports are of a permission that opens more than those of listeners."""
    if range_of_ports(permission) == ALL_PORTS:
        return f"more than those of its listeners{transport}"
    return f"where no listener{transport} is"


def _beside(network: Network, permission: Permission, ports: Ports, names: str) -> Fact:
    """Whether a permission allows the internet on a port that is no listener's."""
    listening = only_opens(permission, ports, names)
    return all_of((allows_internet(network, permission), ~listening))


def _transport(permission: Permission, ports: Ports) -> tuple[str, str]:
    """The words for the protocol of a permission, where listeners have its port over the other."""
    spoken = protocol(permission)
    others = {"tcp": ports.udp, "udp": ports.tcp}.get(spoken)
    opened_ = range_of_ports(permission)
    if others is None or opened_ is None or not opened_ & others:
        return "", ""
    return f"{spoken.upper()} ", f" for {spoken.upper()}"


class _Mended(Struct, frozen=True):
    """What makes a permission open ports of listeners only: changes, or words beside them."""

    changes: tuple[AttributeChange, ...]
    remedy: str = ""


def _mended(permission: Permission, permitted: Iterable[Permission], ports: Ports) -> _Mended:
    """What mends a permission: it is not needed where others open the ports of the listeners."""
    spoken = protocol(permission)
    if spoken == "tcp" and range_of_ports(permission) == _HTTPS:
        return _Mended((), _FOR_HTTPS)
    wanted: dict[Transport, Ranges] = {"tcp": ports.tcp, "udp": ports.udp}
    if not ports.needs and permission.range is not None:
        others = [
            each
            for each in permitted
            if each.range is not None and there(each).truth
            if each.range.known is not None and each.range.known == permission.range.known
            if only_opens(each, ports, "").truth  # One that is right itself: it stays as it is.
        ]
        left = [way for way in wanted if not wanted[way] <= _opened(others, way)]
        if not left:
            remedy = "Remove it: the ports of the listeners are open to the internet already."
            return _Mended(permission.removed, remedy)
        if spoken in ("tcp", "udp") and spoken not in left:
            (way,) = left
            at = wanted[way].spans
            first, last = at[0] if len(at) == 1 else (_PORT, _PORT)
            changes = (*permission.protocol.to(way), *permission.for_ports(first, last))
            remedy = f"Allow the internet on the port of a listener over {way.upper()}:\n"
            return _Mended(changes, remedy)
    return _Mended(narrowed_to(permission, ports, _PORT.hint))


def _opened(others: Iterable[Permission], way: Transport) -> Ranges:
    """The ports that some permissions certainly open."""
    return Ranges.union(opened(each, way) or Ranges() for each in others)


_PORT = Placeholder("port of a listener")
_HTTPS = Ranges.from_spans(((443, 443),))
_FOR_HTTPS = (
    "Nothing listens on port 443 here. If a listener with a certificate is to come, keep this for"
    " it; else remove it."
)
"""Who moves a plain listener to 443, or has it where a certificate is given, needs the port."""
