"""Whether security groups let tasks out to the endpoints that they need."""

from functools import partial

from taskwall.core.facts import TRUE, Fact, all_of, any_of
from taskwall.core.values import Need
from taskwall.model.core.address import public_addresses
from taskwall.model.core.network import Network, remembered
from taskwall.model.endpoints.client import (
    EndpointClient,
    asked_by,
    groups_of_endpoint,
    on_grants,
    whose,
)
from taskwall.model.endpoints.endpoint import Endpoint
from taskwall.model.entities.ecs import TaskSource
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.permissions.coverage import (
    Addresses,
    End,
    Grant,
    Location,
    Part,
    Wording,
    inside,
    reach,
)
from taskwall.model.permissions.egress import as_aws_makes_it
from taskwall.model.permissions.peers import who


@remembered
def egress_allowed(network: Network, endpoint: Endpoint, source: TaskSource, itself: bool) -> Fact:
    """Whether the groups of who asks for a source let HTTPS out to an endpoint.

    The addresses of a gateway endpoint are those of S3 itself: a rule for its prefix list, or for
    everywhere, lets them out, one for the VPC does not.
    """
    return asked_by(network, source, itself, partial(_lets_out, network, endpoint))


def _lets_out(network: Network, endpoint: Endpoint, sender: EndpointClient) -> Fact:
    at, name = sender.source.groups_setting.place, sender.name
    text = f"the groups of {name} let HTTPS out to {endpoint.name}"
    everything = Fact(True, f"the default group of {name} lets everything out", at, name)
    if sender.default.truth:
        return everything
    gateway = endpoint.kind.is_("Gateway")
    parts, grants = [sender.more, all_of((sender.default, everything))], []
    for link in sender.groups:
        held = whose(network, link, "egress")
        group = network.get(SecurityGroup, link)
        if held is None:
            parts.append(Fact(None, text, link.place, name, link.waits("a group")))
        elif group is not None:
            made = TRUE if group.external and group.default else as_aws_makes_it(network, group)
            parts.append(all_of((link.fact, made)))
        grants += on_grants(link, held or [])
    if gateway.truth is not False:
        parts.append(all_of((gateway, any_of(_to_s3(network, grants, endpoint)))))
    if gateway.truth is not True:
        parts.append(all_of((~gateway, any_of(_to_endpoint(network, grants, endpoint)))))
    otherwise = f"no group of {name} lets HTTPS out to {endpoint.name}"
    return any_of((Fact(False, text, at, name, otherwise=otherwise), *parts))


def _to_s3(network: Network, grants: list[Grant], endpoint: Endpoint) -> list[Fact]:
    """Whether permissions are for the addresses of S3: public ones, nobody knows which."""
    parts = tuple(Part(public_addresses(version), whole=False) for version in (4, 6))
    needs = (Need("the range", "may hold the addresses of S3"),)
    end = End(
        (),
        (Location("S3", Addresses(parts), needs),),
        listed=f"{endpoint.id}.prefix_list_id",
        service="s3",
    )
    words = Wording(
        lambda permission: f"{permission.on.name} is for the addresses of S3",
        lambda permission, _: f"{permission.on.name} is not for the addresses of S3",
    )
    outside = [each for each in grants if each.permission.range_of is None]
    return reach(network, outside, end, words)


def _to_endpoint(network: Network, grants: list[Grant], endpoint: Endpoint) -> list[Fact]:
    """Whether permissions are for an endpoint, which is somewhere in its VPC."""
    needs = (Need(f"the addresses of {endpoint.name}", "are known only after apply"),)
    where = Location(endpoint.name, inside(network, endpoint.vpc), needs)
    words = Wording(
        lambda permission: f"{permission.on.name} is for {endpoint.name}",
        lambda permission, place: (
            f"{permission.on.name} is for {who(network, permission)}, where {place} is not"
        ),
    )
    return reach(
        network, grants, End(groups_of_endpoint(network, endpoint).groups, (where,)), words
    )
