"""TW104: An internal load balancer takes clients' traffic encrypted.

What: A listener of an internal load balancer in front of tasks accepts plain HTTP, or a protocol
    that carries plain text, and does more than send clients on to HTTPS.
Why: Inside a VPC traffic is readable to whoever gets onto an instance, a mirror session or a joined
    network on its way. Compliance programs ask for encryption there as well.
Fine when: The tasks end TLS themselves behind a TCP listener. taskwall then says "unknown", since
    nothing in the sources tells it apart from plain text. Where it is not known whether a load
    balancer is internal, TW101 asks.
Terraform: Set protocol = "HTTPS" (an NLB: "TLS") and certificate_arn on the listener, or let every
    action of it redirect:
    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
CloudFormation: Set Protocol: HTTPS (an NLB: TLS) and Certificates on the listener, or let every
    action of it redirect:
    RedirectConfig: { Protocol: HTTPS, Port: "443", StatusCode: HTTP_301 }
Guide: encrypt-in-transit
See: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html
"""

from collections.abc import Iterator

from taskwall.model.edge import Listener
from taskwall.model.fronts import before_tasks
from taskwall.model.intake import takes_encrypted
from taskwall.model.network import Network
from taskwall.model.public import public
from taskwall.rule import Verdict, rule


@rule("low", pci=True)
def plaintext_internal_listener(network: Network) -> Iterator[Verdict]:
    for listener in network.every(Listener):
        encrypted = takes_encrypted(network, listener)
        if encrypted is None:
            continue
        outside = public(network, listener.load_balancer)
        yield Verdict(
            listener.origin,
            listener.protocol.place,
            ~encrypted,
            f"{listener.name} takes clients' traffic in plain text on an internal load balancer",
            holds=f"{listener.name} takes clients' traffic encrypted, or only sends it on to HTTPS",
            about=listener.id,
            concerned=before_tasks(network, listener) & ~outside,
            asked_by="TW101" if outside.truth is None else "",
        )
