"""TW406: Tasks use the interface endpoints that they need by their public names.

What: An interface endpoint for a service that tasks in its VPC need has private DNS off (the
    default), or DNS support or DNS hostnames of its VPC are off, and no private hosted zone in the
    sources has that name.
Why: Tasks and the agent resolve the public name of a service. Without private DNS, that name leads
    to the public address: the endpoint is not used, and a task that cannot reach the internet does
    not start.
Fine when: A private hosted zone outside the sources has the name of the service in this VPC: name
    the rule in the setting `elsewhere`, or add the zone to the sources. A Route 53 Profile in the
    VPC may bring the zone: then taskwall reports "unknown". An S3 interface endpoint beside an S3
    gateway endpoint is not judged.
Terraform: Turn private DNS on at the endpoint (private_dns_enabled), and both DNS settings on at
    the VPC (enable_dns_support, enable_dns_hostnames).
CloudFormation: Turn private DNS on at the endpoint (PrivateDnsEnabled), and both DNS settings on
    at the VPC (EnableDnsSupport, EnableDnsHostnames).
Guide: private-endpoints
See: https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
"""

from collections.abc import Iterator

from taskwall.core.change import AttributeChange
from taskwall.core.facts import all_of
from taskwall.model.core.network import Network
from taskwall.model.endpoints.availability import beside_gateway, is_needed
from taskwall.model.endpoints.endpoint import Endpoint, endpoint_key, private_dns, vpc_names, zoned
from taskwall.model.entities.vpc import Vpc
from taskwall.rules._rule import Verdict, rule


@rule("medium", default=True)
def nameless_endpoint(network: Network) -> Iterator[Verdict]:
    for endpoint in network.every(Endpoint):
        kind, need = endpoint.kind.is_("Interface"), is_needed(network, endpoint)
        own, names = private_dns(network, endpoint), vpc_names(network, endpoint)
        why = ": private DNS is off" if own.truth is False else ""
        if own.truth and names.truth is False:
            why = ": DNS support or DNS hostnames of its VPC are off"
        yield Verdict(
            endpoint.origin,
            endpoint.private_dns.place,
            ~((own & names) | zoned(network, endpoint)),
            f"{endpoint.name} is not used under the public name of its service{why}",
            holds=f"{endpoint.name} is used under the public name of its service",
            negative=True,
            about=endpoint_key(endpoint),
            absent=True,
            asked_by=("TW402",),
            concerned=all_of((kind, need, ~beside_gateway(network, endpoint))),
            changes=_changes(network, endpoint),
        )


def _changes(network: Network, endpoint: Endpoint) -> tuple[AttributeChange, ...]:
    """Every switch that is off, switched on."""
    vpc = network.get(Vpc, endpoint.vpc)
    switches = [] if vpc is None else [vpc.dns_support, vpc.dns_hostnames]
    if private_dns(network, endpoint).truth is False:
        switches.append(endpoint.private_dns)
    off = (switch for switch in switches if switch.is_(True).truth is False)
    return tuple(change for switch in off for change in switch.to(True))
