"""TW101: A public load balancer takes clients' traffic encrypted.

What: A listener of an internet-facing load balancer in front of tasks accepts plain HTTP, or a
    protocol that carries plain text, and does more than send clients on to HTTPS.
Why: Everybody between a client and the load balancer can read and change what passes, session
    cookies and passwords first.
Fine when: The tasks end TLS themselves behind a TCP listener. taskwall then says "unknown", since
    nothing in the sources tells it apart from plain text.
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
Guide: encrypt-in-transit, tls-at-the-balancer
See: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html
"""

from collections.abc import Iterator

from taskwall.model.edge import Listener
from taskwall.model.fronts import before_tasks, beyond_sources
from taskwall.model.intake import takes_encrypted
from taskwall.model.network import Network
from taskwall.model.public import public
from taskwall.rule import Verdict, cannot_be_seen, rule


@rule("high", default=True, pci=True)
def plaintext_public_listener(network: Network) -> Iterator[Verdict]:
    for listener in network.every(Listener):
        encrypted = takes_encrypted(network, listener)
        reached = before_tasks(network, listener)
        outside = public(network, listener.load_balancer)
        if encrypted is None:
            continue
        yield Verdict(
            listener.origin,
            listener.protocol.place,
            ~encrypted,
            f"{listener.name} takes clients' traffic in plain text on a public load balancer",
            holds=f"{listener.name} takes clients' traffic encrypted, or only sends it on to HTTPS",
            about=listener.id,
            concerned=reached & outside,
        )
    for source, front in beyond_sources(network):
        if front.listener is not None:
            continue  # The listener is written here, and judged above.
        text = f"a listener in front of {source.name} takes clients' traffic in plain text"
        at = front.place or source.origin.header
        yield cannot_be_seen(source.origin, at, text, front.needs)
        break
