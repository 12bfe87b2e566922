"""CloudFront distributions and API Gateway integrations, as ways to load balancers."""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from taskwall.core.facts import Fact, all_of, any_of
from taskwall.core.values import (
    Known,
    Reference,
    Text,
    Unknown,
    Value,
    dereferenced,
    same,
    text,
)
from taskwall.lowering._absent import may_make
from taskwall.lowering._handed import call_of
from taskwall.lowering._reader import ResourceReader, lowers, setting
from taskwall.lowering._references import ReferenceIndex
from taskwall.lowering._written import structured
from taskwall.model.core.entity import Link, Setting
from taskwall.model.entities.load_balancer import Listener, LoadBalancer
from taskwall.model.entities.vpc_link import NetworkVpcLink, VpcLink
from taskwall.model.load_balancing.edge import AliasRecord, EdgeConnection, dns_name
from taskwall.model.load_balancing.vpc_link import LinkedIntegration
from taskwall.source.resource import Cell, Resource

DISTRIBUTIONS = ("aws_cloudfront_distribution", "AWS::CloudFront::Distribution")
_RECORDS = ("aws_route53_record", "AWS::Route53::RecordSet")
_VPC_LINKS = ("aws_api_gateway_vpc_link", "AWS::ApiGateway::VpcLink")
_BALANCERS = ("aws_lb", "aws_alb", "aws_elb", "AWS::ElasticLoadBalancingV2::LoadBalancer",
              "AWS::ElasticLoadBalancing::LoadBalancer")  # fmt: skip
_HOLDERS = ("aws_cloudformation_stack", "aws_cloudformation_stack_set_instance", "terraform_data",
            "AWS::CloudFormation::Stack", "AWS::CloudFormation::CustomResource", "Custom::",
            "AWS::GlobalAccelerator::Accelerator", "aws_globalaccelerator_accelerator")  # fmt: skip
"""Types whose attributes may be the name of a load balancer, or lead to one."""
_IN_A_ROW = 5
"""So many records may lead from one to the next, at most: a circle ends there."""
_URLS = frozenset({"api_endpoint", "ApiEndpoint", "function_url", "FunctionUrl", "invoke_url",
                   "service_url", "ServiceUrl", "website_endpoint", "WebsiteURL"})  # fmt: skip
"""Attributes that are the address of Lambda, API Gateway, App Runner or S3."""


# --- CloudFront


@lowers(*DISTRIBUTIONS)
def distribution(r: ResourceReader) -> Iterator[EdgeConnection]:
    custom, policy, port = (
        ("custom_origin_config", "origin_protocol_policy", "http_port")
        if r.terraform
        else ("CustomOriginConfig", "OriginProtocolPolicy", "HTTPPort")
    )
    for each in origins(r):
        written = structured(each)
        origin = replace(each, doubt=None) if written else each
        config = origin.get(custom)
        domain = origin.get("domain_name" if r.terraform else "DomainName")
        if config.absent or (balancer := _balancer(r, domain)) is None:
            continue
        protocol = setting(config.get(policy), policy)
        forced = all_of(forces_https(r, origin.get("origin_id" if r.terraform else "Id")))
        yield EdgeConnection(
            r.origin,
            protocol.place,
            f"an origin of {r.name}",
            balancer,
            None,
            str(config.get(port).known or 80),
            over_https(protocol, forced),
            protocol.to("https-only"),
        )


def origins(r: ResourceReader) -> Iterator[Cell]:
    """The origins of a distribution."""
    yield from r.attribute("origin", "DistributionConfig.Origins").each()


def over_https(protocol: Setting, forced: Fact) -> Fact:
    """Whether an origin is reached by HTTPS, by its policy and what its viewers must use."""
    return any_of((protocol.is_("https-only"), all_of((protocol.is_("match-viewer"), forced))))


def forces_https(r: ResourceReader, identity: Cell) -> Iterator[Fact]:
    """For each behaviour that may use an origin, whether it makes viewers take HTTPS."""
    config = r.body if r.terraform else r.body.get("DistributionConfig")
    first, more, target, policy = (
        ("default_cache_behavior", "ordered_cache_behavior", "target_origin_id",
         "viewer_protocol_policy")
        if r.terraform
        else ("DefaultCacheBehavior", "CacheBehaviors", "TargetOriginId", "ViewerProtocolPolicy")
    )  # fmt: skip
    identities = [origin.get("origin_id" if r.terraform else "Id") for origin in origins(r)]
    ids = [each.value for each in identities]
    for behaviour in (*config.get(first).each(), *config.get(more).each()):
        named = behaviour.get(target).value
        if named is None or identity.value is None:
            continue
        others = any(same(named, each) for each in ids if each is not None)
        if same(named, identity.value) is False and others:
            continue
        forces = setting(behaviour.get(policy), policy).is_("https-only", "redirect-to-https")
        needs = (
            *behaviour.get(target).needs,
            *(need for each in identities for need in each.needs),
        )
        if needs and same(named, identity.value) is not True:
            text, place = f"a behaviour of {r.name} uses another origin", behaviour.place
            forces |= Fact(None, text, place, r.name, needs)
        yield forces


def _balancer(r: ResourceReader, cell: Cell, depth: int = 0) -> Link | None:
    """The load balancer that a host name leads to: by reference, or by a record of the sources.

    None where it is certainly none: another thing of the sources, or a name of something else.
    """
    value = cell.value
    if value is None or depth > _IN_A_ROW:
        return None
    index = r.builder
    records = index.recalled("names of records", _records_by_name, index)
    if (name := dns_name(value)) and name in records:
        return _aliased(ResourceReader(records[name], index), depth + 1)
    for reference in _references(value):
        resource = index.resources.get(reference.resource)
        if resource is None:
            continue
        if resource.type in _BALANCERS:
            return r.link(LoadBalancer, cell, "reaches")
        if resource.type in _RECORDS:
            return _aliased(ResourceReader(resource, index), depth + 1)
        if not resource.data and not resource.type.startswith((*_RECORDS, *_HOLDERS)):
            return None
    call = call_of(index, value)
    if _is_cut_from_url(cell) or (call is not None and not may_make(call, "aws_lb")):
        return None
    found = dereferenced(value)
    text = str(found.data) if isinstance(found, Known) else ""
    if isinstance(found, Text):
        text = "".join(part for part in found.parts if isinstance(part, str))
    host = text.rstrip(".").lower()
    other_service = host.endswith((".amazonaws.com", ".cloudfront.net", ".on.aws", ".aws.dev"))
    if ".elb." not in host and (other_service or isinstance(found, Known)):
        return None
    return r.link(LoadBalancer, cell, "reaches")


def _records_by_name(index: ReferenceIndex) -> dict[str, Resource]:
    """The records of the sources by each name that they may have; of several, the first."""
    found: dict[str, Resource] = {}
    for each in index.of_type(*_RECORDS):
        record = ResourceReader(each, index)
        for name in _full_names(record, record.body):
            found.setdefault(dns_name(name), each)
    return found


def _is_cut_from_url(cell: Cell) -> bool:
    """Whether a name is what functions make of the URL of another service."""
    return bool(cell.needs) and all(
        not need.chooses and need.name.rpartition(".")[2] in _URLS for need in cell.needs
    )


def _aliased(record: ResourceReader, depth: int) -> Link | None:
    """The load balancer that a record leads to; `depth` records led to it, itself included."""
    alias = record.attribute("alias.name", "AliasTarget.DNSName")
    if not alias.absent:
        return _balancer(record, alias, depth)
    for value in record.attribute("records", "ResourceRecords").each():
        return _balancer(record, value, depth)
    return None


def _references(value: Value | None) -> Iterator[Reference]:
    if isinstance(value, Reference):
        yield value
        yield from _references(value.value)
    elif isinstance(value, Text):
        for part in value.parts:
            if isinstance(part, Reference):
                yield part


@lowers(*_RECORDS, "AWS::Route53::RecordSetGroup")
def record(r: ResourceReader) -> Iterator[AliasRecord]:
    """The names by which containers connect to load balancers, and those that lead elsewhere."""
    alias, values = (
        ("alias.name", "records") if r.terraform else ("AliasTarget.DNSName", "ResourceRecords")
    )
    in_group = r.resource.type.endswith("Group")
    for each in r.body.get("RecordSets").each() if in_group else (r.body,):
        targets = (each.at(alias), *each.get(values).each())
        led = (
            target
            for target in targets
            if any(_is_balancer(r, one) for one in _references(target.value))
        )
        target = next(led, None)
        for name in _full_names(r, each):
            to = None if target is None else r.must(LoadBalancer, target, "is the name of")
            yield AliasRecord(r.id, name, to)


def _full_names(r: ResourceReader, record: Cell) -> Iterator[Value]:
    """The names that a record may have: Terraform adds that of its zone where it is not written.

    A name that is not known may end in that of the zone.
    """
    name = record.get("name" if r.terraform else "Name").value
    if not r.terraform or name is None:
        if name is not None:
            yield name
        return
    cell = record.get("zone_id")
    value = cell.value
    found = r.builder.resources.get(value.resource) if isinstance(value, Reference) else None
    zone = None if found is None else ResourceReader(found, r.builder).attribute("name", "").value
    if zone is None or not dns_name(zone):
        yield from (name, text([name, ".", Unknown(cell.needs)]))
    elif isinstance(known := dereferenced(name), Known) and not known.data:
        yield zone
    elif dns_name(name).endswith(dns_name(zone)):
        yield name
    else:
        yield text([name, ".", zone])
        if isinstance(known, Unknown):
            yield name


def _is_balancer(r: ResourceReader, reference: Reference) -> bool:
    resource = r.builder.resources.get(reference.resource)
    return resource is not None and resource.type in _BALANCERS


# --- API Gateway


@lowers("aws_apigatewayv2_integration", "AWS::ApiGatewayV2::Integration")
def http_integration(r: ResourceReader) -> Iterator[EdgeConnection | LinkedIntegration]:
    names = ("integration_type", "integration_uri", "tls_config", "connection_id")
    others = ("IntegrationType", "IntegrationUri", "TlsConfig", "ConnectionId")
    yield from of_http_api(r, r.body, names if r.terraform else others)


def of_http_api(
    r: ResourceReader, block: Cell, names: tuple[str, str, str, str]
) -> Iterator[EdgeConnection | LinkedIntegration]:
    """The way of an integration of an HTTP API.

    `names` are those of its type, URI, TLS and VPC link.
    """
    kind, uri, tls, connection = (block.get(name) for name in names)
    if uri.absent or str(kind.known or "HTTP_PROXY").upper() not in ("HTTP_PROXY", "HTTP"):
        return
    if _scheme(uri.value) is not None:
        yield from _by_uri(r, uri, _host(r, uri))
        return
    types = [
        resource.type
        for reference in _references(uri.value)
        if (resource := r.builder.resources.get(reference.resource)) is not None
    ]
    elsewhere = bool(types) and "istener" not in types[0]
    listener = None if elsewhere else r.link(Listener, uri, "reaches")
    through = r.link(VpcLink, connection, "goes through")
    if through is not None:
        yield LinkedIntegration(r.origin, uri.place, through, listener)
    if elsewhere:
        return  # A service of Cloud Map, or a function.
    text = f"{r.name} sets no TLS for its private integration"
    encrypted = Fact(not tls.absent, r.name, tls.place, r.name, otherwise=text)
    if tls.needs and not structured(tls):
        encrypted = Fact(None, f"{r.name} uses TLS", tls.place, r.name, tls.needs)
    at = uri.place if tls.absent else tls.place
    yield EdgeConnection(r.origin, at, r.name, None, listener, "", encrypted)


@lowers("aws_api_gateway_integration")
def rest_integration(r: ResourceReader) -> Iterator[EdgeConnection | LinkedIntegration]:
    names = ("type", "uri", "connection_id", "integration_target")
    yield from of_rest_api(r, r.body, names, _api_of(r))


@lowers("AWS::ApiGateway::Method")
def rest_method(r: ResourceReader) -> Iterator[EdgeConnection | LinkedIntegration]:
    names = ("Type", "Uri", "ConnectionId", "IntegrationTarget")
    yield from of_rest_api(r, r.body.get("Integration"), names, _api_of(r))


def _api_of(r: ResourceReader) -> ResourceReader | None:
    """The REST API of an integration, if the sources have it."""
    value = r.attribute("rest_api_id", "RestApiId").value
    found = r.builder.resources.get(value.resource) if isinstance(value, Reference) else None
    return None if found is None or found.data else ResourceReader(found, r.builder)


def _is_public(api: ResourceReader | None) -> bool:
    """Whether a REST API is certainly called from the internet: its endpoint is no private one."""
    if api is None or api.resource.type not in (
        "aws_api_gateway_rest_api",
        "AWS::ApiGateway::RestApi",
    ):
        return False
    types = api.attribute("endpoint_configuration.types", "EndpointConfiguration.Types")
    return all(each.known in ("REGIONAL", "EDGE") for each in types.each())


def of_rest_api(
    r: ResourceReader,
    block: Cell,
    names: tuple[str, str, str, str],
    api: ResourceReader | None,
) -> Iterator[EdgeConnection | LinkedIntegration]:
    """The way of an integration of a REST API.

    `names` are those of its type, URI, VPC link and load balancer.
    """
    kind, uri, connection, target = (block.get(name) for name in names)
    if uri.absent or str(kind.known or "HTTP").upper() not in ("HTTP", "HTTP_PROXY"):
        return
    balancer = _host(r, uri)
    kind_of_link: type[VpcLink | NetworkVpcLink] = VpcLink
    if not target.absent:
        balancer = r.link(LoadBalancer, target, "reaches")
    elif not connection.absent:
        named = balancer is not None and balancer.to in r.builder.resources
        linked = _linked(r, connection) or (balancer if named else None)
        balancer = linked or r.link(LoadBalancer, connection, "reaches") or balancer
        kind_of_link = NetworkVpcLink
    through = r.link(kind_of_link, connection, "goes through")
    if through is not None:
        port, public = _port(uri.value), _is_public(api)
        at = uri.place
        yield LinkedIntegration(r.origin, at, through, None, balancer, port, public=public)
    yield from _by_uri(r, uri, balancer)


def _linked(r: ResourceReader, connection: Cell) -> Link | None:
    """The load balancer behind a VPC link to a Network Load Balancer; None if it is not said."""
    for reference in _references(connection.value):
        resource = r.builder.resources.get(reference.resource)
        if resource is not None and resource.type in _VPC_LINKS:
            other = ResourceReader(resource, r.builder)
            for each in other.attribute("target_arns", "TargetArns").each():
                return other.link(LoadBalancer, each, "reaches")
    return None


def _host(r: ResourceReader, uri: Cell) -> Link | None:
    """The load balancer whose host a URI names."""
    value = dereferenced(uri.value)
    if isinstance(value, Known):
        host = re.sub(r"^\w+://", "", str(value.data)).partition("/")[0].partition(":")[0]
        return _balancer(r, replace(uri, value=Known(host)))
    return _balancer(r, uri)


def _scheme(value: Value | None) -> str | None:
    """The scheme that a URI opens with, None where it does not tell."""
    found = dereferenced(value)
    first: object = found.data if isinstance(found, Known) else None
    if isinstance(found, Text):
        first = found.parts[0]
    match = re.match(r"(https?)://", first) if isinstance(first, str) else None
    return match[1] if match else None


def _by_uri(r: ResourceReader, uri: Cell, balancer: Link | None) -> Iterator[EdgeConnection]:
    """The way of an integration whose URI says by its scheme how it goes."""
    if balancer is None:
        return
    scheme = _scheme(uri.value)
    text, otherwise = f"{r.name} calls it by HTTPS", f"{r.name} calls it by plain HTTP"
    truth = None if scheme is None and uri.needs else scheme == "https"
    encrypted = Fact(truth, text, uri.place, r.name, uri.needs, otherwise)
    port = _port(uri.value) or "80"
    yield EdgeConnection(r.origin, uri.place, r.name, balancer, None, port, encrypted)


def _port(value: Value | None) -> str:
    """The port of a URI, by its scheme if it names none; "" where the sources do not tell."""
    found = dereferenced(value)
    parts = found.parts if isinstance(found, Text) else ()
    text = str(found.data) if isinstance(found, Known) else ""
    for part in parts:
        # An attribute of a resource is a host; what else is not known may have a port in it.
        text += part if isinstance(part, str) else "-" if isinstance(part, Reference) else ":?"
    match = re.match(r"(https?)://([^/?:]*)(:?)([^/?]*)", text)
    if match is None:
        return ""
    if match[3]:
        return match[4] if match[4].isdigit() else ""
    return "443" if match[1] == "https" else "80"
