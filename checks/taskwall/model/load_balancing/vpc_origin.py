"""VPC origins: what CloudFront reaches in a VPC without a public address."""

from msgspec import Struct

from taskwall.core.facts import Fact
from taskwall.core.values import Origin
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.load_balancer import LoadBalancer


class VpcOrigin(Entity, frozen=True, kw_only=True):
    """A VPC origin: what it leads to, and the ports by which it does so.

    `balancer` is None where it leads to an instance. `protocol` is the policy that chooses between
    the ports of HTTP and HTTPS.
    """

    balancer: Link | None
    protocol: Setting
    http: Setting
    https: Setting


class OriginUse(Struct, frozen=True):
    """A distribution (`on`) that has a VPC origin.

    `enabled` is whether it takes requests; `forced` whether all that gets to the origin comes by
    HTTPS.
    """

    on: Origin
    origin: Link
    enabled: Setting
    forced: Fact


class UsedOrigin(Struct, frozen=True):
    """A VPC origin that leads to a load balancer of the sources, and a distribution that has it."""

    origin: VpcOrigin
    balancer: LoadBalancer
    use: OriginUse


@remembered
def used_origins(network: Network) -> tuple[UsedOrigin, ...]:
    """The VPC origins of which it is known who uses them, and what they lead to."""
    found = []
    for use in network.every(OriginUse):
        origin = network.get(VpcOrigin, use.origin)
        link = origin.balancer if origin is not None else None
        balancer = network.get(LoadBalancer, link)
        if origin is None or link is None or not link.exact:
            continue
        if balancer is not None and not balancer.external:
            found.append(UsedOrigin(origin, balancer, use))
    return tuple(found)
