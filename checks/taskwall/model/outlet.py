"""Whether security groups let tasks out to the endpoints that they need."""

from taskwall.facts import TRUE, Fact, all_of, any_of
from taskwall.model.address import Ranges, cidr
from taskwall.model.egress import as_aws_makes_it
from taskwall.model.endpoint import Endpoint
from taskwall.model.group import Permission, PrefixList, SecurityGroup
from taskwall.model.network import Network, remembered
from taskwall.model.place import Vpc
from taskwall.model.reach import (
    admits_group_of,
    admits_internet,
)
from taskwall.model.sender import Sender, hosts, itself, on_https, whose, worn_by
from taskwall.model.thing import alike
from taskwall.model.whereabouts import (
    by_host,
)
from taskwall.model.work import TaskSource
from taskwall.values import Need, same


@remembered
def lets_out(network: Network, endpoint: Endpoint, source: TaskSource) -> Fact:
    """Whether the groups of a source's tasks let HTTPS out to an endpoint.

    The addresses of a gateway endpoint are those of S3 itself: a rule for its prefix list, or for
    everywhere, lets them out, one for the VPC does not.
    """
    own, hosted = (
        _lets_out(network, endpoint, sender)
        for sender in (itself(network, source), hosts(network, source))
    )
    return by_host(network, source, own, hosted)


def _lets_out(network: Network, endpoint: Endpoint, sender: Sender) -> Fact:
    at, name = sender.source.groups_setting.place, sender.source.name
    text = f"the security groups of {name} allow HTTPS egress to {endpoint.name}"
    if not sender.groups and sender.more.truth is False:
        return Fact(True, f"the default security group of {name} allows all egress", at, name)
    gateway = endpoint.kind.is_("Gateway")
    parts = [sender.more]
    for link in sender.groups:
        held = whose(network, link, "egress")
        group = network.at(SecurityGroup, link) if link.to else None
        if held is None:
            needs = link.fact.needs or (Need(link.to or "a group", "is not in the sources"),)
            parts.append(Fact(None, text, link.place, name, needs))
        elif group is not None:
            parts.append(
                TRUE if group.external and group.default else as_aws_makes_it(network, group)
            )
        for permission in held or ():
            ways = []
            if gateway.truth is not False:
                ways.append(all_of((gateway, _to_s3(network, permission, endpoint))))
            if gateway.truth is not True:
                ways.append(all_of((~gateway, _to_endpoint(network, permission, endpoint))))
            to = any_of(ways)
            parts.append(all_of((permission.fact, on_https(permission), to)))
    otherwise = f"no security group of {name} allows HTTPS egress to {endpoint.name}"
    return any_of((Fact(False, text, at, name, otherwise=otherwise), *parts))


def _everywhere(permission: Permission) -> bool:
    found = permission.cidr
    return found is not None and found.ranges.size >= 2 ** (31 if found.version == 4 else 127)


def _to_s3(network: Network, permission: Permission, endpoint: Endpoint) -> Fact:
    place, name = permission.place, permission.on.name
    text, otherwise = (
        f"{name} applies to the addresses of S3",
        f"{name} does not apply to the addresses of S3",
    )
    if permission.prefix_list is not None:
        listed = network.at(PrefixList, permission.prefix_list)
        to = permission.prefix_list.to
        if to == f"{endpoint.id}.prefix_list_id" or (listed and listed.service == "s3"):
            return Fact(True, text, place, name)
        if listed is not None and (listed.service or listed.entries is not None):
            return Fact(False, text, place, name, otherwise=otherwise)
        needs = permission.prefix_list.fact.needs or (Need(to, "is not in the sources"),)
        return Fact(None, text, place, name, needs)
    if permission.range is None:
        gone = permission.peer is not None or permission.itself
        return Fact(False if gone else None, text, place, name, permission.fact.needs, otherwise)
    if permission.range_of is not None:
        return Fact(
            False, text, place, name, otherwise=f"{name} applies to the VPC only, and S3 is outside"
        )
    if permission.range.open:
        return Fact(None, text, place, name, permission.range.needs)
    if _everywhere(permission):
        return Fact(True, text, place, name)
    public = admits_internet(network, permission).truth is False and _private(permission)
    needs = (Need(str(permission.range.known), "may hold the addresses of S3"),)
    return Fact(False if public else None, text, place, name, () if public else needs, otherwise)


_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")


def _private(permission: Permission) -> bool:
    found = permission.cidr
    spaces = [space for text in _PRIVATE if (space := cidr(text)) is not None]
    return found is not None and any(
        found.version == space.version and found.ranges <= space.ranges for space in spaces
    )


def _to_endpoint(network: Network, permission: Permission, endpoint: Endpoint) -> Fact:
    text = f"{permission.on.name} applies to {endpoint.name}"
    place, name = permission.place, permission.on.name
    if permission.peer is not None:
        return admits_group_of(permission, worn_by(network, endpoint).groups, text)
    if permission.itself:
        own = [
            Fact(truth, text, link.place, name, link.fact.needs)
            for link in worn_by(network, endpoint).groups
            if (truth := alike(link, permission.group)) is not False
        ]
        return any_of(own)
    if permission.range_of is not None:
        truth = alike(permission.range_of, endpoint.vpc)
        needs = (*permission.range_of.fact.needs, *endpoint.vpc.fact.needs)
        return Fact(truth, text, place, name, needs if truth is None else ())
    if _everywhere(permission):
        return Fact(True, text, place, name)
    if permission.range is None:
        listed = permission.prefix_list and network.at(PrefixList, permission.prefix_list)
        if listed and listed.service:
            otherwise = (
                f"{name} applies to {listed.service}'s prefix list, which does not hold"
                f" {endpoint.name}"
            )
            return Fact(False, text, place, name, otherwise=otherwise)
        return Fact(None, text, place, name, permission.fact.needs or (_where(endpoint),))
    vpc = network.at(Vpc, endpoint.vpc)
    written = permission.range.value
    known = [each for each in (vpc.cidrs if vpc else ()) if each.value is not None]
    if written is not None and any(each.value and same(written, each.value) for each in known):
        return Fact(True, text, place, name)
    wanted = permission.cidr
    if wanted is None:
        return Fact(None, text, place, name, permission.range.needs or (_where(endpoint),))
    held = Ranges()
    for each in known:
        part = cidr(str(each.known)) if not each.open else None
        if part is not None and part.version == wanted.version:
            held |= part.ranges
    waits = tuple(need for each in known for need in each.needs)
    if held and not waits:
        if held <= wanted.ranges:
            return Fact(True, text, place, name)
        if not held & wanted.ranges:
            return Fact(
                False,
                text,
                place,
                name,
                otherwise=f"{name} applies to {permission.range.known}, which does not hold"
                f" {endpoint.name}",
            )
    return Fact(None, text, place, name, waits or (_where(endpoint),))


def _where(endpoint: Endpoint) -> Need:
    return Need(f"the addresses of {endpoint.name}", "are known only after apply")
