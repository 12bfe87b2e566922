"""Endpoint services: what a VPC offers to others by PrivateLink."""

from msgspec import Struct

from taskwall.core.facts import FALSE, Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.load_balancing.paths import beyond_sources, stands_before_tasks


class EndpointService(Entity, frozen=True, kw_only=True):
    """An endpoint service, the load balancers that it leads to, and whom it lets connect.

    `principals` are those that it names itself, each with the fact that it does.
    """

    balancers: tuple[Link, ...]
    acceptance: Setting
    principals: tuple[Setting, ...] = ()


class ServicePermission(Struct, frozen=True):
    """Principals that a resource of its own lets connect to an endpoint service."""

    service: Link
    principals: tuple[Setting, ...]


@remembered
def _permissions(network: Network) -> dict[str, list[ServicePermission]]:
    """By their endpoint service; "" holds those of which nobody knows whose they are."""
    return network.grouped(ServicePermission, _whose)


def _whose(permission: ServicePermission) -> tuple[str, ...]:
    return (permission.service.to if permission.service.exact else "",)


def allows_everybody(network: Network, service: EndpointService) -> Fact:
    """Whether every AWS account may ask to connect to an endpoint service.

    Nobody may by default, so that one without principals allows nobody.
    """
    none = f"{service.name} names the principals that may connect"
    parts = [Fact(False, "", service.origin.header, service.name, otherwise=none)]
    parts += [principal.is_("*") for principal in service.principals]
    by_service = _permissions(network)
    for permission in (*by_service.get(service.id, ()), *by_service.get("", ())):
        link = permission.service
        tie = link.fact
        if link.to != service.id:
            text = f"{permission.service.fact.resource} applies to {service.name}"
            tie = Fact(None, text, link.place, link.fact.resource, link.fact.needs)
        parts += [tie & principal.is_("*") for principal in permission.principals]
    return any_of(parts)


def accepts_by_hand(service: EndpointService) -> Fact:
    """Whether somebody has to accept each connection to an endpoint service."""
    setting = service.acceptance
    if setting.value is None:
        # AWS documents no default.
        text = f"{service.name} requires acceptance"
        needs = (Need(f"{setting.name} of {service.name}", "is not set, so that AWS decides"),)
        return Fact(None, text, setting.place, service.name, needs)
    return setting.is_(True)


def offers_tasks(network: Network, service: EndpointService) -> Fact:
    """Whether an endpoint service leads to a load balancer in front of tasks."""
    parts = []
    for link in service.balancers:
        balancer = network.get(LoadBalancer, link)
        before = FALSE if balancer is None else stands_before_tasks(network, balancer)
        if before.truth or (balancer is not None and not balancer.external):
            parts.append(all_of((link.fact, before)))
        elif _may_lead_to_tasks(network, link):
            text = f"{service.name} leads to a load balancer in front of tasks"
            needs = link.waits("a load balancer", balancer)
            parts.append(Fact(None, text, link.place, service.name, needs))
    return any_of(parts)


def _may_lead_to_tasks(network: Network, link: Link) -> bool:
    """Whether a load balancer that the sources do not show may stand in front of their tasks."""
    if next(iter(beyond_sources(network)), None) is not None:
        return True
    return not link.exact and any(
        stands_before_tasks(network, balancer).truth is not False
        for balancer in network.every(LoadBalancer)
    )
