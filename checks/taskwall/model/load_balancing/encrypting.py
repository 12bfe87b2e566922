"""What makes a listener take encrypted traffic only, for fixes."""

from msgspec import Struct

from taskwall.core.change import (
    AttributeChange,
    AttributePath,
    NewResource,
    NewValue,
    Placeholder,
    ResourceAttribute,
)
from taskwall.model.core.network import Network
from taskwall.model.entities.load_balancer import Listener, LoadBalancer
from taskwall.model.load_balancing.certificate import certificate_for
from taskwall.model.load_balancing.https_permissions import https_permissions
from taskwall.model.load_balancing.paths import NETWORK_PROTOCOLS, listeners

STRONG = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
"""The TLS policy that AWS recommends for new listeners."""

_CLASSIC = (
    "How clients are to connect is a design decision. Let the load balancer listen by HTTPS or SSL"
    " only, with a certificate and a policy for TLS 1.2. An Application Load Balancer in its place"
    " can redirect HTTP to HTTPS."
)
_HTTPS = (
    "Let the listener take HTTPS, with a certificate; or make each of its actions a redirect to"
    " HTTPS:\n"
)
_TLS = "Let the listener take TLS, with a certificate:\n"
_REDIRECTS = "Let the listener redirect to HTTPS, which its load balancer takes already:\n"

_REDIRECT: tuple[dict[str, NewValue], dict[str, NewValue]] = (
    {
        "type": "redirect",
        "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"},
    },
    {
        "Type": "redirect",
        "RedirectConfig": {"Port": "443", "Protocol": "HTTPS", "StatusCode": "HTTP_301"},
    },
)


class Encrypting(Struct, frozen=True):
    """The changes after which a listener takes encrypted traffic only, or what to do in words."""

    changes: tuple[AttributeChange, ...] = ()
    remedy: str = ""


def encrypting(network: Network, listener: Listener) -> Encrypting:
    """How a listener comes to take encrypted traffic only.

    It redirects if another listener of its load balancer takes HTTPS for the same tasks; else it
    gets a certificate, moves from port 80 to port 443, and leaves a redirect behind.
    """
    balancer = network.get(LoadBalancer, listener.load_balancer)
    if balancer is not None and balancer.kind.known == "classic":
        return Encrypting(remedy=_CLASSIC)
    if (block := _redirecting(network, listener)) is not None:
        return Encrypting((AttributeChange(block, *_REDIRECT, form="whole"),), _REDIRECTS)
    over_network = str(listener.protocol.known).upper() in NETWORK_PROTOCOLS
    certificate = certificate_for(network, listener)
    changes = (
        *listener.protocol.to("TLS" if over_network else "HTTPS"),
        *listener.policy.to(STRONG),
        *listener.certificate.to(certificate, ({"CertificateArn": certificate},)),
    )
    head = _TLS if over_network else _HTTPS
    if str(listener.port.known) != "80":
        return Encrypting(changes, head if changes else "")
    beside = listeners(network).get(listener.load_balancer.to, ())
    taken = next((each for each in beside if str(each.port.known) == "443"), None)
    if taken is not None and over_network:
        # It redirects nobody.
        return Encrypting(
            remedy="What clients of port 80 get is a design decision, since there is"
            f" {taken.name} on port 443. Remove this listener, or let it take TLS on a port of its"
            " own, with a certificate."
        )
    if taken is not None:
        return Encrypting(
            remedy="What clients of port 80 get is a design decision, since there is"
            f" {taken.name} on port 443. Redirect them there, or let this listener take HTTPS on a"
            " port of its own."
        )
    moved = listener.port.to(443)
    changes = (*moved, *changes)
    if not moved or isinstance(certificate, Placeholder) or balancer is None:
        return Encrypting(changes, head if changes else "")
    opened = https_permissions(network, balancer)
    looped = listener.origin.maybe or listener.id.endswith("]")
    if opened is None or (looped and not over_network):
        return Encrypting(
            remedy=f"Let the security groups of {balancer.name} allow port 443 to those who may use"
            f" port 80. Then give {listener.name} the protocol HTTPS, port 443 and a certificate,"
            " and add a listener on port 80 that redirects to it."
        )
    return Encrypting((*changes, *(() if over_network else _left_behind(listener)), *opened), head)


def _left_behind(listener: Listener) -> tuple[AttributeChange, ...]:
    """The change that adds a listener on port 80, which redirects to the one that has left it.

    It names the other one, so that AWS moves that first.
    """
    name = listener.origin.label
    terraform = NewResource(
        "aws_lb_listener",
        f"{name}_redirect",
        {
            "load_balancer_arn": ResourceAttribute(listener.id, "load_balancer_arn"),
            "port": 80,
            "protocol": "HTTP",
            "default_action": _REDIRECT[0],
        },
    )
    cloudformation = NewResource(
        "AWS::ElasticLoadBalancingV2::Listener",
        f"{name}Redirect",
        {
            "DependsOn": name,
            "LoadBalancerArn": ResourceAttribute(listener.load_balancer.to, "arn"),
            "Port": 80,
            "Protocol": "HTTP",
            "DefaultActions": (_REDIRECT[1],),
        },
    )
    at = AttributePath(listener.origin.address, "")
    return (AttributeChange(at, terraform, cloudformation, form="beside"),)


def _redirecting(network: Network, listener: Listener) -> AttributePath | None:
    """The only action of a listener, if it can redirect to HTTPS in its place.

    That is where another listener takes HTTPS on port 443 and forwards to the same target groups:
    ECS wants each of them to belong to a load balancer.
    """
    if str(listener.protocol.known).upper() != "HTTP" or len(listener.actions) != 1:
        return None
    action = listener.actions[0]
    targets = {link.to for link in action.targets if link.sure}
    for other in network.every(Listener):
        beside = other.load_balancer.to == listener.load_balancer.to and not other.origin.maybe
        if not beside or other.protocol.known != "HTTPS" or str(other.port.known) != "443":
            continue
        served = {link.to for each in other.actions for link in each.targets if link.sure}
        if targets and targets <= served and action.type.attribute is not None:
            path = action.type.attribute.path.rpartition(".")[0]
            return AttributePath(action.type.attribute.address, path)
    return None
