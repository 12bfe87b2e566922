"""Whether the security groups of endpoints allow the tasks that need them, and nobody else."""

from collections.abc import Iterator
from functools import partial

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.model.core.entity import Link, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.endpoints.client import (
    HTTPS,
    EndpointClient,
    asked_by,
    groups_of_endpoint,
    in_default_group,
    on_grants,
    whose,
)
from taskwall.model.endpoints.endpoint import Endpoint
from taskwall.model.endpoints.task_dependencies import wanted_by
from taskwall.model.endpoints.task_location import neighbours
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


def needing(network: Network, endpoint: Endpoint) -> Iterator[tuple[TaskSource, bool, Fact]]:
    """The task sources that need an endpoint, or may do so, by who asks (see `by_host`)."""
    for source, here in neighbours(network, endpoint):
        for itself, wanted in wanted_by(network, source, endpoint.service):
            fact = all_of((here, wanted))
            if fact.truth is not False:
                yield source, itself, fact


@remembered
def ingress_allowed(network: Network, endpoint: Endpoint, source: TaskSource, itself: bool) -> Fact:
    """Whether the groups of an endpoint allow HTTPS from who asks for a source."""
    return asked_by(network, source, itself, partial(_allowed, network, endpoint))


def _allowed(network: Network, endpoint: Endpoint, sender: EndpointClient) -> Fact:
    groups = groups_of_endpoint(network, endpoint)
    name, at = endpoint.name, endpoint.groups_setting.place
    text = f"the groups of {name} allow ingress from {sender.name} on port {HTTPS}"
    parts: list[Fact] = []
    grants: list[Grant] = []
    for link in groups.groups:
        group = network.get(SecurityGroup, link)
        held = whose(network, link, "ingress")
        if held is None:
            parts.append(Fact(None, text, link.place, name, link.waits("a group")))
            continue
        if group is not None and group.external:
            # A default group that nobody adopts keeps what AWS wrote in it.
            parts.append(all_of((link.fact, in_default_group(network, sender))))
        grants += on_grants(link, held)
    parts += reach(network, grants, sender.end(network), _words(sender.name))
    if groups.default.truth is not False:
        parts.append(all_of((groups.default, in_default_group(network, sender))))
    otherwise = f"no security group of {name} allows ingress from {sender.name} on port {HTTPS}"
    return any_of((Fact(False, text, at, name, otherwise=otherwise), *parts))


def _words(name: str) -> Wording:
    def text(permission: Permission) -> str:
        what = "the subnets" if names_addresses(permission) else "a group"
        return f"{permission.on.name} allows ingress from {what} of {name}"

    return Wording(
        text, lambda permission, place: f"{permission.on.name} does not allow ingress from {place}"
    )


def outsiders(network: Network, endpoint: Endpoint) -> Iterator[tuple[Permission, Fact]]:
    """What the groups of an endpoint allow, and whether it is from outside the VPC."""
    for link in groups_of_endpoint(network, endpoint).groups:
        for permission in permissions(network, link.to, "ingress") if link.to else ():
            if permission.itself:
                continue
            if permission.peer is not None:
                outside = _of_another_vpc(network, permission.peer, endpoint.vpc)
            else:
                outside = ~allows_range_within(network, permission, endpoint.vpc)
            spared = by_settings(network, permission)
            tie = there(permission) if link.sure else all_of((there(permission), link.fact))
            yield permission, all_of((tie, outside, ~spared))


def _of_another_vpc(network: Network, peer: Link, vpc: Link) -> Fact:
    """Whether a group is known to be of another VPC; one from elsewhere is taken to be of this."""
    parts = []
    for group, link in network.meant(SecurityGroup, peer):
        if group.vpc is not None and not group.external:
            text = f"{group.name} is a security group of another VPC"
            needs = (*group.vpc.fact.needs, *vpc.fact.needs)
            same = same_entity(group.vpc, vpc)
            within = Fact(same, f"{group.name} is of this VPC", peer.place, group.name, needs, text)
            # Of a group of which nobody knows which it is, each of the sources may be meant.
            parts.append(~within if peer.to else all_of((link.fact, ~within)))
    return any_of(parts)
