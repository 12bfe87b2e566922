"""TW705: Load balancers in front of tasks keep access logs.

What: A load balancer that tasks stand behind keeps no access logs, neither in S3 nor by a delivery
    source of CloudWatch Logs. Of network load balancers only those with a TLS listener are looked
    at, since the others write none.
Why: They tell who asked for what and what came back, with the client's address that tasks no longer
    see. After an incident they are the first thing that is asked for, and cannot be made up for.
Fine when: Something in front (CloudFront, a web firewall) logs every request, and nothing reaches
    the load balancer past it.
Terraform: Switch them on:
    access_logs {
      bucket  = aws_s3_bucket.logs.id
      enabled = true
    }
CloudFormation: Switch them on (a classic load balancer: AccessLoggingPolicy):
    LoadBalancerAttributes:
      - { Key: access_logs.s3.enabled, Value: "true" }
      - { Key: access_logs.s3.bucket, Value: !Ref LogBucket }
Guide: beyond
See: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
"""

from collections.abc import Iterator

from taskwall.facts import TRUE, Fact, any_of
from taskwall.model.edge import LoadBalancer
from taskwall.model.fronts import beyond_sources, listeners, stands_before_tasks
from taskwall.model.network import Network
from taskwall.rule import Verdict, cannot_be_seen, rule


@rule("low", default=True, pci=True)
def no_access_log(network: Network) -> Iterator[Verdict]:
    for balancer in network.every(LoadBalancer):
        yield Verdict(
            balancer.origin,
            balancer.access_log.place,
            ~balancer.access_log.is_(True),
            f"{balancer.name} keeps no access logs",
            holds=f"{balancer.name} keeps access logs",
            concerned=stands_before_tasks(network, balancer) & _writes_any(network, balancer),
            absent=not balancer.access_log.written,
            changes=balancer.logging,
        )
    for source, front in beyond_sources(network):
        text = f"a load balancer in front of {source.name} keeps no access logs"
        at = front.place or source.origin.header
        yield cannot_be_seen(source.origin, at, text, front.needs)
        break


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
