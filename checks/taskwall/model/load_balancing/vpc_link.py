"""The integrations of API Gateway that reach load balancers through VPC links."""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.core.values import Origin, Span
from taskwall.model.core.entity import Link
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.load_balancer import Listener, LoadBalancer
from taskwall.model.entities.vpc_link import NetworkVpcLink, VpcLink
from taskwall.model.load_balancing.paths import listeners


class LinkedIntegration(Struct, frozen=True):
    """An integration of API Gateway that goes through a VPC link.

    It leads to a listener, or to a load balancer at a port. Neither is given where it leads to
    something else (a service of Cloud Map). `public` is whether it is certainly called from the
    internet.
    """

    on: Origin
    at: Span
    link: Link
    listener: Link | None = None
    balancer: Link | None = None
    port: str = ""
    public: bool = True

    @property
    def target(self) -> Link | None:
        """The link to the listener, or to the load balancer."""
        return self.listener or self.balancer


class LinkedBalancer(Struct, frozen=True):
    """A listener that an integration reaches, with all that is on the way."""

    integration: LinkedIntegration
    link: VpcLink | NetworkVpcLink
    listener: Listener
    balancer: LoadBalancer


@remembered
def linked_balancers(network: Network) -> tuple[LinkedBalancer, ...]:
    """What is reached through those VPC links of which it is known what all of them lead to."""
    found: dict[str, list[LinkedBalancer]] = {}
    other: set[str] = set()
    for each in network.every(LinkedIntegration):
        if not (each.link.exact and each.link.to):
            return ()  # It may go through any.
        reached = list(_reached(network, each))
        found.setdefault(each.link.to, []).extend(reached)
        if not reached:
            other.add(each.link.to)
    return tuple(each for link, held in found.items() if link not in other for each in held)


def _reached(network: Network, integration: LinkedIntegration) -> Iterator[LinkedBalancer]:
    link: VpcLink | NetworkVpcLink | None = network.get(VpcLink, integration.link)
    link = link or network.get(NetworkVpcLink, integration.link)
    if link is None or link.external or not integration.public:
        return
    for listener in _listeners(network, integration):
        named = listener.load_balancer
        balancer = network.get(LoadBalancer, named)
        if balancer is not None and not balancer.external and named.exact:
            yield LinkedBalancer(integration, link, listener, balancer)


def _listeners(network: Network, integration: LinkedIntegration) -> Iterator[Listener]:
    """The listener of an integration, or those that a load balancer has on its port, or may."""
    listener = network.get(Listener, integration.listener)
    if listener is not None and not listener.external:
        yield listener
    if integration.balancer is not None and integration.balancer.exact:
        for each in listeners(network).get(integration.balancer.to, ()):
            if each.port.open or str(each.port.known) == integration.port:
                yield each
