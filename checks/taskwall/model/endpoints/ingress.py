"""Whether the security groups of endpoints allow the tasks that need them, and nobody else."""

from collections.abc import Iterator

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.model.core.network import Network, remembered
from taskwall.model.endpoints.client import (
    HTTPS,
    EndpointClient,
    groups_of_endpoint,
    in_default_group,
    instance_client,
    on_grants,
    task_client,
    whose,
)
from taskwall.model.endpoints.endpoint import Endpoint
from taskwall.model.endpoints.task_dependencies import service_dependencies
from taskwall.model.endpoints.task_location import by_host, neighbours
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.security_group import Permission, SecurityGroup
from taskwall.model.permissions.coverage import (
    Grant,
    Wording,
    names_addresses,
    reach,
    there,
)
from taskwall.model.permissions.peers import allows_range_within, by_settings, permissions


def needing(network: Network, endpoint: Endpoint) -> Iterator[tuple[TaskSource, Fact]]:
    """The task sources that need an endpoint, or may do so."""
    for source, here in neighbours(network, endpoint):
        wanted = any_of(
            each.fact
            for each in service_dependencies(network, source)
            if each.service == endpoint.service or not endpoint.service
        )
        fact = all_of((here, wanted))
        if fact.truth is not False:
            yield source, fact


@remembered
def ingress_allowed(network: Network, endpoint: Endpoint, source: TaskSource) -> Fact:
    """Whether the groups of an endpoint allow HTTPS from the tasks of a source."""
    own, hosted = (
        _admitted(network, endpoint, sender)
        for sender in (task_client(network, source), instance_client(network, source))
    )
    return by_host(network, source, own, hosted)


def _admitted(network: Network, endpoint: Endpoint, sender: EndpointClient) -> Fact:
    groups = groups_of_endpoint(network, endpoint)
    source = sender.source
    name, at = endpoint.name, endpoint.groups_setting.place
    text = f"the groups of {name} allow ingress from {source.name} on port {HTTPS}"
    parts: list[Fact] = []
    grants: list[Grant] = []
    for link in groups.groups:
        group = network.get(SecurityGroup, link) if link.to else None
        held = whose(network, link, "ingress")
        if held is None:
            parts.append(Fact(None, text, link.place, name, link.waits("a group")))
            continue
        if group is not None and group.external:
            # A default group that nobody adopts keeps what AWS wrote in it.
            parts.append(all_of((link.fact, in_default_group(network, sender))))
        grants += on_grants(link, held)
    parts += reach(network, grants, sender.end(network), _words(source))
    if groups.default.truth is not False:
        parts.append(all_of((groups.default, in_default_group(network, sender))))
    otherwise = f"no security group of {name} allows ingress from {source.name} on port {HTTPS}"
    return any_of((Fact(False, text, at, name, otherwise=otherwise), *parts))


def _words(source: TaskSource) -> Wording:
    def text(permission: Permission) -> str:
        what = "the subnets" if names_addresses(permission) else "a group"
        return f"{permission.on.name} allows ingress from {what} of {source.name}"

    return Wording(
        text, lambda permission, place: f"{permission.on.name} does not allow ingress from {place}"
    )


def outsiders(network: Network, endpoint: Endpoint) -> Iterator[tuple[Permission, Fact]]:
    """What the groups of an endpoint allow, and whether it is from outside the VPC."""
    for link in groups_of_endpoint(network, endpoint).groups:
        for permission in permissions(network, link.to, "ingress") if link.to else ():
            if names_addresses(permission):
                outside = ~allows_range_within(network, permission, endpoint.vpc)
                spared = by_settings(network, permission)
                tie = there(permission) if link.sure else all_of((there(permission), link.fact))
                yield permission, all_of((tie, outside, ~spared))
