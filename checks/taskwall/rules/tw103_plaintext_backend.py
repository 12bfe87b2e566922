"""TW103: A public load balancer encrypts again what it hands to tasks.

What: A target group of tasks behind an internet-facing load balancer speaks HTTP (behind an NLB
    that ends TLS: TCP), or a classic load balancer does with its instances. Where the traffic is
    encrypted and only the health check is plain HTTP, the health check is reported.
Why: Behind the load balancer, clients' requests cross subnets and, between Availability Zones,
    networks that others share. What was worth encrypting for the browser is readable there.
Fine when: VPC encryption control in enforce mode encrypts below; taskwall passes that where it is
    written. A network listener that passes TCP on decrypts nothing, and is not looked at. An HTTPS
    target group that sets no health check protocol is checked by HTTP: that is AWS's default.
Terraform: On the target group, with a certificate in the container (a self-signed one will do):
    protocol = "HTTPS"
    health_check {
      protocol = "HTTPS"
    }
CloudFormation: On the target group, with a certificate in the container (a self-signed one will
    do):
    Protocol: HTTPS
    HealthCheckProtocol: HTTPS
Guide: encrypt-in-transit, re-encrypt
See: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
"""

from collections.abc import Iterator

from taskwall.model.backends import backends
from taskwall.model.fronts import beyond_sources
from taskwall.model.network import Network
from taskwall.rule import Verdict, cannot_be_seen, rule


@rule("low", pci=True)
def plaintext_backend(network: Network) -> Iterator[Verdict]:
    for backend in backends(network):
        name, spoken = backend.on.name, backend.spoken
        what = "hands clients' traffic to tasks"
        if backend.check:
            what = "checks the health of tasks"
        yield Verdict(
            backend.on.origin,
            spoken.place,
            backend.plain,
            f"{name} {what} in plain text behind a public load balancer",
            holds=f"{name} encrypts what it hands to tasks",
            concerned=backend.concerned,
            # The check alone: with the protocol of the traffic the containers have to change.
            changes=spoken.to("HTTPS")
            if backend.check and "protocol" in spoken.name.lower()
            else (),
        )
    for source, front in beyond_sources(network):
        group = front.target_group
        if group is not None and not group.external:
            continue  # The target group is written here, and judged above.
        text = f"a load balancer in front of {source.name} hands traffic to its tasks in plain text"
        at = front.place or source.origin.header
        yield cannot_be_seen(source.origin, at, text, front.needs)
        break
