"""The certificate that a listener can use, for fixes."""

import json

from taskwall.core.change import NewValue, Placeholder, ResourceAttribute, SourceCode
from taskwall.core.values import Fields, Items, Reference, Unknown, Value
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
    found = (_as_written(each, listener) for each in by if each.certificate.value is not None)
    return [each for each in found if each is not None]


def _as_written(by: Listener, near: Listener) -> NewValue:
    """What a listener says of its certificate, where another one can say the same."""
    value = by.certificate.value
    if isinstance(value, Items) and len(value.items) == 1 and isinstance(value.items[0], Fields):
        value = value.items[0].fields.get("CertificateArn")
    if isinstance(value, Reference):
        return ResourceAttribute(value.resource, value.attribute)
    if near.origin.language == "terraform":
        return ResourceAttribute(by.id, "certificate_arn")
    same_template = by.origin.header.file == near.origin.header.file
    return _parameter(value) if same_template else None


def _parameter(value: Value | None) -> NewValue:
    if not isinstance(value, Unknown) or not value.symbol.isalnum():
        return None
    return SourceCode(f"!Ref {value.symbol}", json.dumps({"Ref": value.symbol}))
