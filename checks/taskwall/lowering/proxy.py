"""RDS Proxies and their further endpoints: data stores in front of others."""

from collections.abc import Iterator

from taskwall.core.values import Reference, Unknown
from taskwall.lowering._draft import SWITCH, ResourceReader, lowers
from taskwall.lowering.data_store import STORES, StoreSchema, store_of
from taskwall.model.core.entity import Link
from taskwall.model.data_stores.store import ProxyTarget, Store, TlsRequirement
from taskwall.source.resource import Cell

_PROXIES = ("aws_db_proxy", "AWS::RDS::DBProxy")
_ENDPOINTS = ("aws_db_proxy_endpoint", "AWS::RDS::DBProxyEndpoint")


def _requires_tls(r: ResourceReader) -> Iterator[TlsRequirement]:
    if r.resource.type in _PROXIES:  # An endpoint requires what its proxy does.
        found = r.setting("require_tls", "RequireTLS", False, "it is off by default", SWITCH)
        yield TlsRequirement(found.is_(True), found.place, found.to(True))


@lowers(*_PROXIES, *_ENDPOINTS, to=Store)
def proxy(r: ResourceReader) -> Iterator[object]:
    groups, subnets = (
        ("vpc_security_group_ids", "vpc_subnet_ids")
        if r.terraform
        else ("VpcSecurityGroupIds", "VpcSubnetIds")
    )
    word = "RDS Proxy" if r.resource.type in _PROXIES else "RDS Proxy endpoint"
    found = store_of(r, StoreSchema(word, groups, _requires_tls, subnets=subnets))
    yield found
    if r.resource.type in _ENDPOINTS and not r.external:
        of = r.link(Store, r.attribute("db_proxy_name", "DBProxyName"), "is an endpoint of")
        if of is not None:
            yield ProxyTarget(Link(r.id, found.exists, r.origin.header), of)


@lowers("aws_db_proxy_target", "AWS::RDS::DBProxyTargetGroup")
def proxy_target(r: ResourceReader) -> Iterator[object]:
    front = r.link(Store, r.attribute("db_proxy_name", "DBProxyName"), "is of")
    cells = [
        *r.attribute("db_instance_identifier", "DBInstanceIdentifiers").each(),
        *r.attribute("db_cluster_identifier", "DBClusterIdentifiers").each(),
    ]
    for cell in cells:
        # Nothing can be said of a store that certainly is not in the sources.
        behind = r.link(Store, cell, "leads to") if _may_be_written(r, cell) else None
        if front is not None and behind is not None:
            yield ProxyTarget(front, behind)


def _may_be_written(r: ResourceReader, cell: Cell) -> bool:
    value = cell.value
    while isinstance(value, Reference):
        named = r.builder.resources.get(value.resource)
        if named is not None and not named.data and named.type in STORES:
            return True
        value = value.value
    return isinstance(value, Unknown) and not value.symbol
