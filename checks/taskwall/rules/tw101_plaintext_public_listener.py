"""TW101: A public load balancer accepts only encrypted traffic.

What: A listener of an internet-facing load balancer in front of tasks accepts plain HTTP, or a
    protocol that carries plain text, and does more than redirect clients to HTTPS.
Why: Anyone between a client and the load balancer can read and change the traffic, including
    session cookies and passwords.
Fine when: The tasks terminate TLS themselves behind a TCP listener. taskwall then reports
    "unknown", because this cannot be known from the code.
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
Guide: encrypt-in-transit, tls-at-the-balancer
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
from taskwall.rules._shared import balancers_elsewhere


@rule("high", default=True, pci=True)
def plaintext_public_listener(network: Network) -> Iterator[Verdict]:
    for listener in network.every(Listener):
        encrypted = takes_encrypted(network, listener)
        reached = before_tasks(network, listener)
        outside = is_public(network, listener.load_balancer)
        if encrypted is None:
            continue
        how = encrypting(network, listener)
        yield Verdict(
            listener.origin,
            listener.protocol.place,
            ~encrypted,
            f"{listener.name} accepts plaintext traffic on a public load balancer",
            holds=f"{listener.name} accepts encrypted traffic only, or redirects to HTTPS",
            about=listener.id,
            concerned=reached & outside,
            changes=how.changes,
            remedy=how.remedy,
        )
    yield from balancers_elsewhere(
        network,
        "a listener in front of {} of a public load balancer accepts plaintext traffic",
        # A listener that is written here is judged above.
        lambda _, front: front.listener is None,
    )
