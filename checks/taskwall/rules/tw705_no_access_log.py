"""TW705: Load balancers in front of tasks write access logs.

What: A load balancer in front of tasks writes no access logs, neither to S3 nor through a delivery
    source of CloudWatch Logs. Of Network Load Balancers, only those with a TLS listener are judged,
    because the others write none.
Why: Access logs show which client requested what and what the response was, with the client address
    that tasks no longer see. After an incident they are needed first, and they cannot be created
    afterwards.
Fine when: Something in front (CloudFront, a web application firewall) logs every request, and no
    client can bypass it.
Terraform: Turn them on:
    access_logs {
      bucket  = "<bucket for the logs>"
      enabled = true
    }
CloudFormation: Turn them on (a classic load balancer: AccessLoggingPolicy):
    LoadBalancerAttributes:
      - { Key: access_logs.s3.enabled, Value: "true" }
      - { Key: access_logs.s3.bucket, Value: <bucket for the logs> }
Guide: beyond
See: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
"""

from collections.abc import Iterator

from taskwall.core.facts import TRUE, Fact, any_of
from taskwall.model.core.network import Network
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.load_balancing.paths import BalancerPath, listeners, stands_before_tasks
from taskwall.rules._rule import Verdict, rule
from taskwall.rules._shared import balancers_elsewhere


@rule("low", default=True, pci=True)
def no_access_log(network: Network) -> Iterator[Verdict]:
    for balancer in network.every(LoadBalancer):
        yield Verdict(
            balancer.origin,
            balancer.access_log.place,
            ~balancer.access_log.is_(True),
            f"{balancer.name} writes no access logs",
            holds=f"{balancer.name} writes access logs",
            negative=True,
            concerned=stands_before_tasks(network, balancer) & _writes_any(network, balancer),
            absent=not balancer.access_log.written,
            changes=balancer.logging,
            remedy=_TURN_ON if balancer.logging else "",
        )
    text = "a load balancer in front of {} writes access logs"
    yield from balancers_elsewhere(network, text, lambda _, front: _may_write(front))


_TURN_ON = "Turn them on:\n"


def _may_write(front: BalancerPath) -> bool:
    """Whether a load balancer from elsewhere may write access logs of what it takes for tasks.

    An NLB writes only those of TLS.
    """
    if front.kind != "network" or front.listener is None:
        return True
    return front.listener.protocol.is_("TLS").truth is not False


def _writes_any(network: Network, balancer: LoadBalancer) -> Fact:
    """Whether a load balancer of this kind, with these listeners, writes access logs at all."""
    if balancer.kind.known in ("application", "classic"):
        return TRUE
    own = [each.protocol.is_("TLS") for each in listeners(network).get(balancer.id, ())]
    for each in listeners(network).get("", ()):
        text = f"{each.name} is a listener of {balancer.name}"
        needs = each.load_balancer.fact.needs
        may = Fact(None, text, each.load_balancer.place, each.name, needs)
        own.append(may & each.protocol.is_("TLS"))
    return balancer.kind.is_("application", "classic") | any_of(own)
