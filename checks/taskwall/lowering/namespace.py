"""Cloud Map: namespaces, and the services in them with which tasks register."""

from collections.abc import Iterator

from taskwall.lowering import dns_names
from taskwall.lowering._reader import ResourceReader, lowers
from taskwall.model.core.entity import Entity
from taskwall.source.resource import Cell


class Namespace(Entity, frozen=True):
    """A Cloud Map namespace."""


class Registry(Entity, frozen=True):
    """A Cloud Map service."""


@lowers(
    "aws_service_discovery_private_dns_namespace",
    "aws_service_discovery_public_dns_namespace",
    "aws_service_discovery_http_namespace",
    to=Namespace,
    named="name",
)
@lowers(
    "AWS::ServiceDiscovery::PrivateDnsNamespace",
    "AWS::ServiceDiscovery::PublicDnsNamespace",
    "AWS::ServiceDiscovery::HttpNamespace",
    to=Namespace,
    named="Name",
)
def namespace(r: ResourceReader) -> Iterator[Entity]:
    yield Namespace(id=r.id, origin=r.origin, external=r.external)


@lowers("aws_service_discovery_service", "AWS::ServiceDiscovery::Service", to=Registry)
def registry(r: ResourceReader) -> Iterator[object]:
    yield Registry(id=r.id, origin=r.origin, external=r.external)
    yield from dns_names.cloud_map_name(r, namespace_of(r))


def namespace_of(r: ResourceReader) -> Cell:
    """The namespace that a Cloud Map service is in."""
    own = r.attribute("namespace_id", "NamespaceId")
    return r.attribute("dns_config.namespace_id", "DnsConfig.NamespaceId") if own.absent else own
