"""TW103: A public load balancer encrypts the traffic to its tasks.

What: A target group of tasks behind an internet-facing load balancer uses HTTP (behind an NLB that
    terminates TLS: TCP), or a classic load balancer does so with its instances. Where the traffic
    is encrypted and only the health check uses plain HTTP, the health check is reported.
Why: Behind the load balancer, the requests of clients cross subnets and shared networks between
    Availability Zones. What was encrypted for the browser is readable there.
Fine when: VPC encryption control in enforce mode encrypts this traffic of ALBs and NLBs; taskwall
    passes it where the code sets that mode. A network listener that passes TCP through decrypts
    nothing and is not judged. An HTTPS target group that sets no health check protocol uses HTTP
    for the check: that is AWS's default.
Terraform: Where TLS ends is a design decision. On the target group, which AWS replaces, with a
    certificate in the container (a self-signed one is enough):
    protocol = "HTTPS"
    health_check {
      protocol = "HTTPS"
    }
CloudFormation: Where TLS ends is a design decision. On the target group, which AWS replaces, with a
    certificate in the container (a self-signed one is enough):
    Protocol: HTTPS
    HealthCheckProtocol: HTTPS
Guide: encrypt-in-transit, re-encrypt
See: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
"""

from collections.abc import Iterator

from taskwall.model.core.network import Network
from taskwall.model.entities.load_balancer import TargetGroup
from taskwall.model.load_balancing.backend_encryption import Backend, backends
from taskwall.model.load_balancing.paths import NETWORK_PROTOCOLS
from taskwall.rules._rule import Verdict, rule
from taskwall.rules._shared import balancers_elsewhere

_CLASSIC = (
    "Use HTTPS (or SSL) between the load balancer and the instances, as the instance protocol of"
    " its listeners and in its health check, with a certificate in the container."
)

_NETWORK = (
    "Where TLS ends is a design decision. Let the target group use TLS, which AWS replaces, with a"
    " certificate in the container (a self-signed one is enough)."
)


@rule("low", pci=True)
def plaintext_backend(network: Network) -> Iterator[Verdict]:
    for backend in backends(network):
        name, spoken = backend.on.name, backend.spoken
        what = "sends traffic to tasks"
        if backend.check:
            what = "checks the health of tasks"
        yield Verdict(
            backend.on.origin,
            spoken.place,
            backend.plain,
            f"{name} {what} in plain text behind a public load balancer",
            holds=f"{name} encrypts the traffic to tasks",
            concerned=backend.concerned,
            # The check alone: with the protocol of the traffic the containers have to change.
            changes=spoken.to("HTTPS")
            if backend.check and "protocol" in spoken.name.lower()
            else (),
            remedy=_remedy(backend),
        )
    yield from balancers_elsewhere(
        network,
        "a load balancer in front of {} sends traffic to its tasks in plain text",
        # A target group that is written here is judged above.
        lambda _, front: front.target_group is None or front.target_group.external,
    )


def _remedy(backend: Backend) -> str:
    """What to do in words, where that is not what most have to do: set HTTPS."""
    if not isinstance(backend.on, TargetGroup):
        return _CLASSIC
    network = str(backend.on.protocol.known).upper() in NETWORK_PROTOCOLS
    return _NETWORK if network and not backend.check else ""
