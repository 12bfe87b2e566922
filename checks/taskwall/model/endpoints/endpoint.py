"""VPC endpoints: their services, groups, route tables, policies, and who stands beside them."""

import re
from collections.abc import Iterator
from typing import TypeVar

from msgspec import Struct

from taskwall.core.change import AttributePath
from taskwall.core.facts import TRUE, Fact, all_of, any_of
from taskwall.core.patterns import pattern
from taskwall.core.values import (
    OUTSIDE,
    Known,
    Need,
    Origin,
    Reference,
    Span,
    Text,
    Unknown,
    Value,
    dereferenced,
    spelled,
)
from taskwall.model.core.entity import Entity, Link, Setting, link_to, same_entity
from taskwall.model.core.network import Network, remembered
from taskwall.model.entities.iam_policy import PolicyDocument, full_access
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import RouteTable, Subnet, Vpc

READ = "2026-11-24"


class Endpoint(Entity, frozen=True, kw_only=True):
    """A VPC endpoint. `service` is what follows the Region in its service's name, FIPS apart.

    It is "" where the name is not known, `OFFERED` where somebody else than AWS offers the service.
    `policy` is None where none is written inline. `region` is the Region of the service, "" where
    it is not known; `region_setting` is written where it need not be the VPC's own.
    """

    vpc: Link
    service: str
    region: str
    region_setting: Setting
    named: Setting
    kind: Setting
    private_dns: Setting
    groups: tuple[Link, ...] = ()
    groups_setting: Setting
    subnets: tuple[Link, ...] = ()
    tables: tuple[Link, ...] = ()
    tables_setting: Setting
    policy: PolicyDocument | None = None
    policy_setting: Setting


class OfEndpoint(Entity, frozen=True, kw_only=True):
    """A resource of its own that is about an endpoint."""

    endpoint: Link


Tied = TypeVar("Tied", bound=OfEndpoint)


class EndpointPolicy(OfEndpoint, frozen=True, kw_only=True):
    """A policy that a resource of its own gives to an endpoint."""

    policy: PolicyDocument
    setting: Setting


class EndpointGroup(OfEndpoint, frozen=True, kw_only=True):
    """A security group that a resource of its own gives to an endpoint.

    `instead` is whether it takes the place of the VPC's default group.
    """

    group: Link
    instead: Setting


class EndpointTable(OfEndpoint, frozen=True, kw_only=True):
    """A route table that a resource of its own gives to a gateway endpoint."""

    table: Link


class EndpointDns(OfEndpoint, frozen=True, kw_only=True):
    """Private DNS of an endpoint, set by a resource of its own."""

    private_dns: Setting


class PrivateZone(Entity, frozen=True, kw_only=True):
    """A private hosted zone and the VPCs that it answers in."""

    named: Setting
    vpcs: tuple[Link, ...] = ()


class ZoneProfile(Entity, frozen=True, kw_only=True):
    """That a Route 53 Profile is used in a VPC: it may bring private hosted zones to it."""

    vpc: Link


ECR = ("ecr.api", "ecr.dkr")
AGENT_SERVICES = ("ecs", "ecs-agent", "ecs-telemetry")

OFFERED = "an endpoint service"
"""Stands for the endpoint services of users, which are no services of AWS."""

REGION = r"[a-z]{2,5}(?:-[a-z]+)+-\d+"
"""What names of Regions look like: `eu-west-1`, `us-gov-east-1`."""

_A_REGION = pattern(REGION)
_REGION = pattern(rf"\.{REGION}\.")
_LABELS_OF_REGION = pattern(rf"(?<![^.]){REGION}(?![^.])")
_PREFIX = pattern(
    r"(?:(?:cn\.)?com|eu|gov\.ic\.c2s|gov\.sgov\.sc2s|gov\.ic\.hci\.csp|uk\.adc-e\.cloud)"
    r"(?:\.amazonaws)?\.?|aws\.api\.?"
)
"""What stands before the Region, by partition (aws-cdk-lib 2.276.0)."""


def service_of(name: Value | None) -> str:
    """The service in the name of an endpoint's service: `ecr.api`, whichever partition and Region.

    A FIPS variant is the service itself. "" where the name, or the end of it, is not known.
    """
    value = dereferenced(name)
    if isinstance(value, Text):
        first, last = value.parts[0], value.parts[-1]
        if isinstance(first, str) and first.startswith(_USERS):
            return OFFERED
        if not isinstance(last, str):
            return ""
        region = _REGION.search(last)
        tail = last[region.end() :] if region else last.removeprefix(".")
        opens = last.startswith(".") and (not isinstance(first, str) or _PREFIX.fullmatch(first))
        return _plain(tail) if region or opens else ""
    text = str(getattr(value, "data", None) or "")
    if text.startswith(_USERS):
        return OFFERED
    region = _REGION.search(text)
    ours = region is not None and _PREFIX.fullmatch(text[: region.start()])
    return _plain(text[region.end() :]) if region and ours else ""


def region_of(name: Value | None) -> str:
    """The Region in the name of an endpoint's service, "" where it is not known."""
    value = dereferenced(name)
    parts = value.parts if isinstance(value, Text) else (getattr(value, "data", None),)
    found = (_REGION.search(part) for part in parts if isinstance(part, str))
    return next((match.group().strip(".") for match in found if match), "")


def region_value(endpoint: Endpoint) -> Value | None:
    """The Region of an endpoint's service as the sources write it, None where they do not."""
    if endpoint.region_setting.written:
        return endpoint.region_setting.value
    if endpoint.region:
        return Known(endpoint.region)
    name = dereferenced(endpoint.named.value)
    holes = (
        [each for each in name.parts if not isinstance(each, str)] if isinstance(name, Text) else []
    )
    return holes[0] if len(holes) == 1 else None


_USERS = "com.amazonaws.vpce."
"""How the names of users' endpoint services begin (AWS PrivateLink guide)."""


def _plain(service: str) -> str:
    return service.replace("-fips", "")


@remembered
def is_for(network: Network, endpoint: Endpoint, services: tuple[str, ...]) -> Fact:
    """Whether an endpoint is one of some services'."""
    place, name = endpoint.named.place, endpoint.name
    if endpoint.service or not endpoint.named.needs:
        word = endpoint.service or "a service of another provider"
        text = f"{name} is the endpoint of {word}"
        return Fact(endpoint.service in services, text, place, name, otherwise=text)
    text = f"{name} is the endpoint of {' or '.join(services[:3])}"
    return Fact(None, text, place, name, endpoint.named.needs)


def endpoints_for(network: Network, services: tuple[str, ...]) -> Iterator[tuple[Endpoint, Fact]]:
    """The endpoints that may be some services', each with whether it is."""
    for endpoint in network.every(Endpoint):
        fact = is_for(network, endpoint, services)
        if fact.truth is not False:
            yield endpoint, fact


def in_region(endpoint: Endpoint, region: str) -> Fact:
    """Whether an endpoint is of a Region's service; "" asks for the Region of its VPC."""
    at, name = endpoint.region_setting, endpoint.name
    text = f"{name} is for {region or 'the Region of its VPC'}"
    if region and endpoint.region:
        sentence = f"{name} is for {endpoint.region}"
        return Fact(region == endpoint.region, text, at.place, name, otherwise=sentence)
    if not at.written or is_own_region(at.value):
        return TRUE
    needs = at.needs or (Need(f"the Region of {name}'s VPC", "is not in the sources"),)
    return Fact(None, text, at.place, name, needs)


def is_own_region(value: Value | None) -> bool:
    """Whether a value is the Region in which the sources are deployed."""
    if isinstance(value, Reference):
        return value.resource.startswith("data.aws_region.")
    return isinstance(value, Unknown) and value.symbol == "AWS::Region"


def is_in_vpc(network: Network, endpoint: Endpoint, vpc: Link | None) -> Fact:
    """Whether an endpoint is in a VPC."""
    name = endpoint.name
    text = f"{name} is in {vpc.to if vpc and vpc.to else 'the VPC of the tasks'}"
    if vpc is None or not vpc.to:
        needs = vpc.fact.needs if vpc else (Need("the tasks' VPC", "is not known"),)
        return Fact(None, text, endpoint.vpc.place, name, needs)
    needs = (*endpoint.vpc.fact.needs, *vpc.fact.needs) or (Need(vpc.to, OUTSIDE),)
    same = same_entity(endpoint.vpc, vpc)
    if same is None and _uses_others(network, endpoint, vpc):
        same = False
    return Fact(same, text, endpoint.vpc.place, name, needs)


def _uses_others(network: Network, endpoint: Endpoint, vpc: Link) -> bool:
    """Whether all that an endpoint uses is in other VPCs, where it names none itself."""
    used = (
        *(network.get(Subnet, link) for link in endpoint.subnets),
        *(network.get(SecurityGroup, link) for link in endpoint.groups),
        *(network.get(RouteTable, link) for link in endpoint.tables),
    )
    theirs = [each.vpc for each in used if each is not None and each.vpc is not None]
    return bool(theirs) and all(same_entity(link, vpc) is False for link in theirs)


@remembered
def endpoints_of_vpc(network: Network, vpc: Link | None) -> list[tuple[Endpoint, Fact]]:
    """The endpoints that are in a VPC, or may be, and whether they are."""
    by_vpc = _by_vpc(network)
    keys = (vpc.to, "") if vpc is not None and vpc.exact and vpc.to else by_vpc
    near = (each for key in keys for each in by_vpc.get(key, ()))
    found = ((each, is_in_vpc(network, each, vpc)) for each in near)
    return [(each, fact) for each, fact in found if fact.truth is not False]


@remembered
def _by_vpc(network: Network) -> dict[str, list[Endpoint]]:
    """Endpoints by their VPC; "" holds those of one that is not in the sources."""
    return network.grouped(Endpoint, lambda each: (each.vpc.to if each.vpc.exact else "",))


# --- policies


class Stated(Struct, frozen=True):
    """What an endpoint's policy says: AWS's full access where `written` is not so.

    `on` and `at` are where it stands, or should: the endpoint, or a resource of its own.
    `attribute` is the one that holds it. `value` is what that is set to, if the policy is certainly
    the endpoint's.
    """

    policy: PolicyDocument
    written: Fact
    on: Origin
    at: Span
    attribute: AttributePath | None = None
    value: Value | None = None


def endpoint_key(endpoint: Endpoint) -> str:
    """By what rules report a mistake of an endpoint once, and ask once which service it is for."""
    return endpoint.id if endpoint.service else f"{endpoint.id}.service"


def policy_key(endpoint: Endpoint, said: Stated) -> str:
    """The same for what is said of a policy: one mistake is reported once where there is none."""
    return endpoint_key(endpoint) if said.written.truth is False or not endpoint.service else ""


@remembered
def stated(network: Network, endpoint: Endpoint) -> Stated:
    """The policy of an endpoint, inline or by a resource of its own.

    One that may not be there is what it says of an endpoint whose policy it may be: without it
    everything is allowed, so that it can only restrict.
    """
    text, name = f"{endpoint.name} has a policy", endpoint.name
    perhaps: list[Stated] = []
    for own, link in _own(network, EndpointPolicy, endpoint):
        written = _written(own.setting, text)
        tie = all_of((link, _beside(endpoint, own)))
        if tie.truth is True:
            held = own.setting
            return Stated(own.policy, written, own.origin, held.place, held.attribute, held.value)
        may = Fact(None, text, own.setting.place, own.name, tie.waits_for())
        perhaps.append(Stated(own.policy, may, own.origin, own.setting.place))
    at = endpoint.policy_setting
    if endpoint.policy is not None:
        written = _written(at, text)
        on = endpoint.origin
        return Stated(endpoint.policy, written, on, at.place, at.attribute, at.value)
    if perhaps:
        return perhaps[0]
    otherwise = f"{name} has no policy: AWS's default allows everything"
    absent = Fact(False, text, at.place, name, otherwise=otherwise)
    return Stated(full_access(name, at.place), absent, endpoint.origin, at.place)


def _beside(endpoint: Endpoint, own: OfEndpoint) -> Fact:
    """Whether a resource exists if the endpoint does: certain where the same decides both."""
    return TRUE if set(own.origin.maybe) <= set(endpoint.origin.maybe) else own.exists


def _written(setting: Setting, text: str) -> Fact:
    """That a policy is written; one that is wholly unknown may be null, which is none."""
    unknown = isinstance(dereferenced(setting.value), Unknown)
    truth = None if unknown else True
    return Fact(truth, text, setting.place, setting.resource, setting.needs)


def _own(network: Network, kind: type[Tied], endpoint: Endpoint) -> list[tuple[Tied, Fact]]:
    """The resources of their own that are about an endpoint, or may be."""
    held = _by_endpoint(network, kind)
    found: list[tuple[Tied, Fact]] = []
    for each in (*held.get(endpoint.id, ()), *held.get("", ())):
        link = each.endpoint
        same = same_entity(link, link_to(endpoint))
        if same is False:
            continue
        truth = link.fact.truth if same else None
        text = f"{each.name} applies to {endpoint.name}"
        needs = link.fact.needs or (Need("its endpoint", "is not known"),)
        found.append((each, Fact(truth, text, link.place, each.name, needs)))
    return found


@remembered
def _by_endpoint(network: Network, kind: type[Tied]) -> dict[str, list[Tied]]:
    return network.grouped(kind, lambda each: (each.endpoint.to if each.endpoint.exact else "",))


@remembered
def ecr_pairs(network: Network) -> tuple[tuple[Endpoint, Endpoint, Fact], ...]:
    """The endpoints of ecr.api and ecr.dkr that are in one VPC, or may be, and whether they are.

    An endpoint of which it is not known what it is for is a partner where no other is known.
    """
    found: list[tuple[Endpoint, Endpoint, Fact]] = []
    for dkr in network.every(Endpoint):
        is_dkr = is_for(network, dkr, ("ecr.dkr",))
        others = endpoints_of_vpc(network, dkr.vpc) if is_dkr.truth is not False else ()
        near = [
            (api, all_of((is_dkr, is_for(network, api, ("ecr.api",)), _together(api, dkr))))
            for api, _ in others
            if api.id != dkr.id
        ]
        near = [(api, fact) for api, fact in near if fact.truth is not False]
        found += [(api, dkr, fact) for api, fact in near]
    sure = {each.id for api, dkr, fact in found if fact.truth for each in (api, dkr)}
    return tuple(
        (api, dkr, fact)
        for api, dkr, fact in found
        if fact.truth or (api.id not in sure and dkr.id not in sure)
    )


def _together(one: Endpoint, other: Endpoint) -> Fact:
    text = f"{one.name} and {other.name} are in one VPC"
    needs = (*one.vpc.fact.needs, *other.vpc.fact.needs)
    return Fact(same_entity(one.vpc, other.vpc), text, other.vpc.place, other.name, needs)


# --- names


def private_dns(network: Network, endpoint: Endpoint) -> Fact:
    """Whether an endpoint has private DNS on."""
    parts = [endpoint.private_dns.is_(True)]
    for own, link in _own(network, EndpointDns, endpoint):
        parts.append(all_of((link, _beside(endpoint, own), own.private_dns.is_(True))))
    return any_of(parts)


def vpc_names(network: Network, endpoint: Endpoint) -> Fact:
    """Whether the VPC of an endpoint answers for private DNS: support and hostnames are on."""
    vpc = network.get(Vpc, endpoint.vpc)
    if vpc is None or vpc.external:
        text = f"DNS support and hostnames are on in the VPC of {endpoint.name}"
        needs = endpoint.vpc.waits("the VPC", vpc)
        return Fact(None, text, endpoint.vpc.place, endpoint.name, needs)
    return all_of((vpc.dns_support.is_(True), vpc.dns_hostnames.is_(True)))


def _dns_names(service: str) -> str:
    """What stands before the Region in the name that clients of a service ask for."""
    return ".".join(reversed(service.split("."))) if service in ECR else service


def zoned(network: Network, endpoint: Endpoint) -> Fact:
    """Whether a private hosted zone of the sources answers for an endpoint's service.

    What a Route 53 Profile brings besides is not known.
    """
    parts = []
    for zone in network.every(PrivateZone):
        text = f"{zone.name} answers for {endpoint.service or 'the service'} in the VPC"
        at = zone.named
        here = any_of(
            Fact(
                same_entity(link, endpoint.vpc), text, link.place, zone.name, _waits(link, endpoint)
            )
            & link.fact
            for link in zone.vpcs
        )
        parts.append(all_of((zone.exists, here, _answers(zone, endpoint, text, at))))
    for profile in network.every(ZoneProfile):
        if same_entity(profile.vpc, endpoint.vpc) is not False:
            text = f"{profile.name} brings a zone that answers for {endpoint.service}"
            needs = (Need(f"the profile of {profile.name}", "may hold a private hosted zone"),)
            place = profile.vpc.place
            parts.append(Fact(None, text, place, profile.name, needs))
    return any_of(parts)


def _waits(*about: Link | Endpoint) -> tuple[Need, ...]:
    links = (each.vpc if isinstance(each, Endpoint) else each for each in about)
    return tuple(need for link in links for need in link.fact.needs)


def _answers(zone: PrivateZone, endpoint: Endpoint, text: str, at: Setting) -> Fact:
    value = dereferenced(at.value)
    pieces: tuple[str | Value, ...]
    if isinstance(value, Text):
        pieces = value.parts
    elif at.known is not None:
        pieces = (spelled(at.known) or "",)
    else:
        return Fact(None, text, at.place, zone.name, at.needs)
    if not endpoint.service:
        return Fact(None, text, at.place, zone.name, endpoint.named.needs)
    first, last = pieces[0], pieces[-1]
    names = _dns_names(endpoint.service)
    ends = not isinstance(last, str) or re.search(r"(^|\.)amazonaws\.com(\.cn)?\.?$", last)
    fits = not isinstance(first, str) or first == "amazonaws.com"
    if isinstance(first, str):
        # The zone of the very name, or of one above it, as far as the Region.
        label = first.partition(".")[0]
        above = label in names.split(".")[1:] or _A_REGION.fullmatch(label) is not None
        fits = fits or above or first.startswith(f"{names}.")
    truth = bool(ends and fits)
    sure = isinstance(first, str) and isinstance(last, str)
    said = [piece for piece in pieces if isinstance(piece, str)]
    regions = [found[0] for piece in said if (found := _LABELS_OF_REGION.search(piece))]
    if regions and endpoint.region:
        truth = truth and regions == [endpoint.region]
    needs = at.needs
    if truth and regions and not endpoint.region:
        sure, needs = False, (*needs, Need(f"the Region of {endpoint.name}", "is not known"))
    return Fact(truth if sure or not truth else None, text, at.place, zone.name, needs)


# --- groups and route tables


class EndpointGroups(Struct, frozen=True):
    """The security groups that an endpoint uses; `default` is whether its VPC's default one is."""

    groups: tuple[Link, ...]
    default: Fact


@remembered
def endpoint_groups(network: Network, endpoint: Endpoint) -> EndpointGroups:
    """The security groups of an endpoint, by itself and by resources of their own."""
    links = list(endpoint.groups)
    instead = [link.fact for link in links]
    for own, link in _own(network, EndpointGroup, endpoint):
        links.append(own.group.only_if(link, _beside(endpoint, own)))
        instead.append(all_of((links[-1].fact, own.instead.is_(True))))
    at, name = endpoint.groups_setting, endpoint.name
    named = any_of(instead)
    text = f"{name} uses the default security group of its VPC"
    otherwise = f"{name} has security groups of its own"
    truth: bool | None = not named.truth
    if not named.truth and (named.truth is None or at.needs):
        truth = None
    needs = at.needs or named.waits_for()
    return EndpointGroups(
        tuple(links), Fact(truth, text, at.place, name, needs, otherwise=otherwise)
    )


@remembered
def serves_table(network: Network, endpoint: Endpoint, table: Link) -> Fact:
    """Whether a gateway endpoint is in a route table."""
    at, name = endpoint.tables_setting, endpoint.name
    text = f"{name} is in route table {table.to or 'of the tasks'}"
    parts = []
    links = [(link, link.fact) for link in endpoint.tables]
    for own, tie in _own(network, EndpointTable, endpoint):
        links.append((own.table, all_of((tie, _beside(endpoint, own), own.table.fact))))
    for link, fact in links:
        truth = same_entity(link, table)
        if truth is not False:
            needs = (*link.fact.needs, *table.fact.needs)
            parts.append(Fact(truth, text, link.place, name, needs) & fact)
    otherwise = f"{name} is not in route table {table.to}"
    none = Fact(False, text, at.place, name, otherwise=otherwise)
    return any_of((none, *parts))
