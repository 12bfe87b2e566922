"""TW104: An internal load balancer accepts only encrypted traffic.

What: A listener of an internal load balancer in front of tasks accepts plain HTTP, or a protocol
    that carries plain text, and does more than redirect clients to HTTPS.
Why: Inside a VPC, anyone who controls an instance, a mirror session or a connected network on the
    path can read this traffic. Compliance programs require encryption there as well.
Fine when: The tasks terminate TLS themselves behind a TCP listener. taskwall then reports
    "unknown", because this cannot be known from the code. Where it is not known whether a load
    balancer is internal, TW101 reports the unknown.
Terraform: Set protocol = "HTTPS" (an NLB: "TLS") and certificate_arn on the listener, or make
    every action of it a redirect:
    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
CloudFormation: Set Protocol: HTTPS (an NLB: TLS) and Certificates on the listener, or make every
    action of it a redirect:
    RedirectConfig: { Protocol: HTTPS, Port: "443", StatusCode: HTTP_301 }
Guide: encrypt-in-transit
See: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html
"""

from collections.abc import Iterator

from taskwall.model.core.network import Network
from taskwall.model.entities.load_balancer import Listener
from taskwall.model.load_balancing.encrypting import encrypting
from taskwall.model.load_balancing.internet_facing import is_public
from taskwall.model.load_balancing.listener_encryption import takes_encrypted
from taskwall.model.load_balancing.paths import before_tasks
from taskwall.rules._rule import Verdict, rule


@rule("low", pci=True)
def plaintext_internal_listener(network: Network) -> Iterator[Verdict]:
    for listener in network.every(Listener):
        encrypted = takes_encrypted(network, listener)
        if encrypted is None:
            continue
        outside = is_public(network, listener.load_balancer)
        how = encrypting(network, listener)
        yield Verdict(
            listener.origin,
            listener.protocol.place,
            ~encrypted,
            f"{listener.name} accepts plaintext traffic on an internal load balancer",
            holds=f"{listener.name} accepts encrypted traffic only, or redirects to HTTPS",
            about=listener.id,
            concerned=before_tasks(network, listener) & ~outside,
            asked_by=("TW101",) if outside.truth is None else (),
            changes=how.changes,
            remedy=how.remedy,
        )
