"""VPC origins of CloudFront, and the distributions that use them."""

from collections.abc import Iterator

from msgspec import Struct

from taskwall.core.facts import Fact, all_of
from taskwall.core.values import Known, Reference, symbol
from taskwall.lowering._reader import ResourceReader, lowers, setting
from taskwall.lowering.edge import DISTRIBUTIONS, forces_https, origins, over_https
from taskwall.model.entities.load_balancer import LoadBalancer
from taskwall.model.load_balancing.edge import EdgeConnection
from taskwall.model.load_balancing.vpc_origin import OriginUse, VpcOrigin


@lowers("aws_cloudfront_vpc_origin", "AWS::CloudFront::VpcOrigin", to=VpcOrigin)
def vpc_origin(r: ResourceReader) -> Iterator[Struct]:
    config = r.attribute("vpc_origin_endpoint_config", "VpcOriginEndpointConfig")
    arn, policy, http, https = (
        ("arn", "origin_protocol_policy", "http_port", "https_port")
        if r.terraform
        else ("Arn", "OriginProtocolPolicy", "HTTPPort", "HTTPSPort")
    )
    # CloudFormation may leave it out (Terraform may not): match-viewer, says the resource's schema.
    default = () if r.terraform else ("match-viewer", "match-viewer is the default")
    protocol = setting(config.get(policy), policy, *default)
    origin = VpcOrigin(
        id=r.id,
        origin=r.origin,
        external=r.external,
        balancer=r.link(LoadBalancer, config.get(arn), "reaches"),
        protocol=protocol,
        http=setting(config.get(http), http, 80, "80 is the default"),
        https=setting(config.get(https), https, 443, "443 is the default"),
    )
    yield origin
    forced: list[Fact] = []
    for use, asked in _uses(r):
        forced += asked
        if use is not None:
            yield use
    yield EdgeConnection(
        r.origin,
        protocol.place,
        r.name,
        origin.balancer,
        None,
        str(origin.http.known or 80),
        over_https(protocol, all_of(forced)),
        protocol.to("https-only"),
    )


def _uses(r: ResourceReader) -> Iterator[tuple[OriginUse | None, list[Fact]]]:
    """How distributions use a VPC origin, and whether each makes viewers take HTTPS; None: may."""
    for resource in r.builder.of_type(*DISTRIBUTIONS):
        other = ResourceReader(resource, r.builder)
        for origin in origins(other):
            used = origin.at(
                "vpc_origin_config.vpc_origin_id"
                if other.terraform
                else "VpcOriginConfig.VpcOriginId"
            )
            value = used.value
            forces = [*forces_https(other, origin.get("origin_id" if other.terraform else "Id"))]
            if isinstance(value, Reference) and value.resource == r.id:
                link = other.must(VpcOrigin, used, "has the origin")
                enabled = other.setting("enabled", "DistributionConfig.Enabled")
                yield OriginUse(other.origin, link, enabled, all_of(forces)), forces
            elif value is not None and not isinstance(value, Known) and not symbol(value):
                text = f"{other.name} has another origin"
                another = Fact(None, text, used.place, other.name, used.needs)
                yield None, [another | each for each in forces]
