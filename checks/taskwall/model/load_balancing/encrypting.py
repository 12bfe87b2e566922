"""What makes a listener take encrypted traffic only, for fixes."""

from msgspec import Struct

from taskwall.core.change import AttributeChange, AttributePath, NewValue, Placeholder
from taskwall.model.core.network import Network
from taskwall.model.entities.load_balancer import Listener, LoadBalancer
from taskwall.model.load_balancing.paths import NETWORK_PROTOCOLS

STRONG = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
"""The TLS policy that AWS recommends for new listeners."""

_CLASSIC = (
    "Let the load balancer listen by HTTPS or SSL only, with a certificate. An Application Load"
    " Balancer in its place can redirect HTTP to HTTPS."
)
_REDIRECT: tuple[NewValue, NewValue] = (
    {
        "type": "redirect",
        "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"},
    },
    {
        "Type": "redirect",
        "RedirectConfig": {"Port": "443", "Protocol": "HTTPS", "StatusCode": "HTTP_301"},
    },
)
_CERTIFICATE = Placeholder("ARN of a certificate")


class Encrypting(Struct, frozen=True):
    """The changes after which a listener takes encrypted traffic only, or what to do in words."""

    changes: tuple[AttributeChange, ...] = ()
    remedy: str = ""


def encrypting(network: Network, listener: Listener) -> Encrypting:
    """How a listener comes to take encrypted traffic only.

    It redirects if another listener of its load balancer takes HTTPS for the same tasks; else it
    gets a certificate.
    """
    balancer = network.get(LoadBalancer, listener.load_balancer)
    if balancer is not None and balancer.kind.known == "classic":
        return Encrypting(remedy=_CLASSIC)
    if (block := _redirecting(network, listener)) is not None:
        return Encrypting((AttributeChange(block, *_REDIRECT, form="whole"),))
    network_ = str(listener.protocol.known).upper() in NETWORK_PROTOCOLS
    return Encrypting(
        (
            *(listener.port.to(443) if str(listener.port.known) == "80" else ()),
            *listener.protocol.to("TLS" if network_ else "HTTPS"),
            *listener.policy.to(STRONG),
            *listener.certificate.to(_CERTIFICATE, ({"CertificateArn": _CERTIFICATE},)),
        )
    )


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
