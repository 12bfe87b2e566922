"""VPC links of API Gateway, and the integrations that reach load balancers through them."""

from msgspec import Struct

from taskwall.core.values import Origin, Span
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.load_balancer import Listener, LoadBalancer


class VpcLink(Entity, frozen=True, kw_only=True):
    """Interfaces in a VPC by which API Gateway connects to what is in there."""

    groups: tuple[Link, ...]
    groups_setting: Setting
    subnets: tuple[Link, ...]
    subnets_setting: Setting


class LinkedIntegration(Struct, frozen=True):
    """An integration of an HTTP API that goes through a VPC link.

    `listener` is None where it leads to something else than a listener: a service of Cloud Map.
    """

    on: Origin
    at: Span
    link: Link
    listener: Link | None


class LinkedBalancer(Struct, frozen=True):
    """A listener that an integration reaches, with all that is on the way."""

    integration: LinkedIntegration
    link: VpcLink
    listener: Listener
    balancer: LoadBalancer


@remembered
def linked_balancers(network: Network) -> tuple[LinkedBalancer, ...]:
    """What is reached through those VPC links of which it is known what all of them lead to."""
    every = network.every(LinkedIntegration)
    found: dict[str, list[LinkedBalancer | None]] = {}
    for each in every:
        if not (each.link.exact and each.link.to):
            return ()  # It may go through any.
        found.setdefault(each.link.to, []).append(_reached(network, each))
    whole = (held for held in found.values() if None not in held)
    return tuple(each for held in whole for each in held if each is not None)


def _reached(network: Network, integration: LinkedIntegration) -> LinkedBalancer | None:
    link = network.get(VpcLink, integration.link)
    listener = network.get(Listener, integration.listener)
    if link is None or link.external or listener is None or listener.external:
        return None
    named = listener.load_balancer
    balancer = network.get(LoadBalancer, named)
    if balancer is None or balancer.external or not named.exact:
        return None
    return LinkedBalancer(integration, link, listener, balancer)
