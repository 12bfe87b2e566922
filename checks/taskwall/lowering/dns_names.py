"""Names at which services answer: those of Cloud Map, Service Connect and App Mesh."""

from collections.abc import Iterator

from taskwall.core.facts import FALSE, TRUE, Fact
from taskwall.core.patterns import pattern
from taskwall.core.values import OUTSIDE, Known, Need, Reference, Unknown, Value, needs, text
from taskwall.lowering._reader import ResourceReader, lowers
from taskwall.lowering._written import as_if_there
from taskwall.lowering.cluster import default_namespace
from taskwall.lowering.service_connect import authority
from taskwall.model.entities.environment import DnsName
from taskwall.source.resource import Cell


def cloud_map_name(r: ResourceReader, namespace: Cell) -> Iterator[DnsName]:
    """The name of a service of Cloud Map, in its namespace."""
    name, (space, root) = r.attribute("name", "Name"), _name_of(r, namespace)
    if name.value is None or space is None or (r.external and name.known is None):
        return
    by_id = isinstance(namespace.known, str) and _ID.match(namespace.known) is not None
    yield DnsName(r.name, r.id, text([name.value, ".", space]), FALSE, root, by_id)


def service_connect_names(r: ResourceReader) -> Iterator[DnsName]:
    """The names of what a service offers in Service Connect, as far as the sources write it."""
    if r.external:
        return
    many, alias, dns, discovery, port, tls = (
        ("service", "client_alias", "dns_name", "discovery_name", "port_name", "tls")
        if r.terraform
        else ("Services", "ClientAliases", "DnsName", "DiscoveryName", "PortName", "Tls")
    )
    connect = r.attribute("service_connect_configuration", "ServiceConnectConfiguration")
    space, root = _name_of(r, _namespace(r, connect))
    for offered in connect.get(many).each():
        block = as_if_there(offered).get(tls)
        said = f"Service Connect encrypts what goes to {r.name}"
        _, issued = authority(r, block)
        otherwise = f"Service Connect does not encrypt what goes to {r.name}"
        needs = tuple(issued.waits_for())
        encrypted = Fact(issued.truth, said, block.place, r.name, needs, otherwise)
        own = offered.get(discovery)
        own = offered.get(port) if own.absent else own
        if own.value is not None and space is not None:
            yield DnsName(r.name, r.id, text([own.value, ".", space]), encrypted, root)
        for each in offered.get(alias).each():
            named = each.get(dns)
            if named.value is not None and not named.absent:
                yield DnsName(r.name, r.id, named.value, encrypted, r.origin.root)


def _namespace(r: ResourceReader, connect: Cell) -> Cell:
    """The namespace that a service names, else its cluster's default."""
    own = connect.get("namespace" if r.terraform else "Namespace")
    value = r.attribute("cluster", "Cluster").value
    if own.absent and isinstance(value, Reference):
        resource = r.builder.resources.get(value.resource)
        if resource is not None and not resource.data:
            return default_namespace(ResourceReader(resource, r.builder))
    return own


def _name_of(r: ResourceReader, cell: Cell) -> tuple[Value | None, str]:
    """The name of the namespace that a cell refers to, and the root that writes it."""
    value, root = cell.value, r.origin.root
    while isinstance(value, Reference):
        resource = r.builder.resources.get(value.resource)
        if resource is not None and not resource.data:
            name = ResourceReader(resource, r.builder).attribute("name", "Name").value
            return name, resource.origin.root
        if value.value is None:
            return Unknown(needs(value)), root
        value = value.value
    if isinstance(value, Known) and isinstance(value.data, str) and _ID.match(value.data):
        return Unknown((Need(value.data, OUTSIDE),)), root
    return value, root


_ID = pattern(r"ns-[a-z0-9]{16,}$|arn:")
"""An id of a namespace, or an ARN: no name that services have theirs in."""


@lowers("aws_appmesh_virtual_service", "AWS::AppMesh::VirtualService")
def virtual_service(r: ResourceReader) -> Iterator[DnsName]:
    name = r.attribute("name", "VirtualServiceName").value
    if name is not None:
        yield DnsName(r.name, r.id, name, TRUE, r.origin.root)
