"""The certificate that a listener can use, for fixes."""

from taskwall.core.change import NewValue, Placeholder, ResourceAttribute
from taskwall.model.core.network import Network
from taskwall.model.entities.load_balancer import Certificate, Listener

ARN = Placeholder("ARN of a certificate")


def certificate_for(network: Network, listener: Listener) -> NewValue:
    """The ARN of the certificate that a listener can use, as its language writes it.

    It is that of the other listeners of its load balancer, else of all listeners, else the one that
    the sources have. Where there are several of them, or none, the user has to name one.
    """
    others = [
        each
        for each in network.every(Listener)
        if each.id != listener.id and not each.origin.maybe and not each.external
    ]
    beside = [each for each in others if each.load_balancer.to == listener.load_balancer.to]
    written = [each.arn for each in network.every(Certificate) if not each.origin.maybe]
    for found in (_used(listener, beside), _used(listener, others), written):
        if found:
            return found[0] if all(each == found[0] for each in found) else ARN
    return ARN


def _used(listener: Listener, by: list[Listener]) -> list[NewValue]:
    """The certificates of other listeners, as this one can name them."""
    return [
        each.certificate_named
        for each in by
        if isinstance(each.certificate_named, ResourceAttribute)
        or (each.certificate_named and each.origin.header.file == listener.origin.header.file)
    ]
