"""RDS Proxies and their further endpoints: data stores in front of others."""

from collections.abc import Iterator

from taskwall.lowering._reader import SWITCH, ResourceReader, lowers
from taskwall.lowering.data_store import StoreSchema, store_of
from taskwall.lowering.given_name import names_and_tags
from taskwall.lowering.store_names import DB_CLUSTERS, DB_INSTANCES, DB_PROXIES, store_link
from taskwall.model.core.entity import Link
from taskwall.model.data_stores.store import ProxyTarget, Store, TlsRequirement

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
    yield from names_and_tags(r)
    if r.resource.type in _ENDPOINTS:
        named = r.attribute("db_proxy_name", "DBProxyName")
        of = store_link(r, named, "is an endpoint of", DB_PROXIES)
        if of is not None:
            yield ProxyTarget(Link(r.id, found.exists, r.origin.header), of)


@lowers("aws_db_proxy_target", "AWS::RDS::DBProxyTargetGroup")
def proxy_target(r: ResourceReader) -> Iterator[object]:
    front = store_link(r, r.attribute("db_proxy_name", "DBProxyName"), "is of", DB_PROXIES)
    for terraform, cloudformation, types in (
        ("db_instance_identifier", "DBInstanceIdentifiers", DB_INSTANCES),
        ("db_cluster_identifier", "DBClusterIdentifiers", DB_CLUSTERS),
    ):
        named = r.attribute(terraform, cloudformation)
        # Terraform names one, of which the id may be known only after it is made.
        one = () if named.absent else (named,)
        for cell in one if r.terraform else named.each():
            behind = store_link(r, cell, "leads to", types)
            meant = r.builder.resources.get(behind.to) if behind is not None else None
            # Nothing can be said of a store that certainly is not in the sources.
            elsewhere = behind is None or (behind.to and (meant is None or meant.data))
            if front is not None and behind is not None and not elsewhere:
                yield ProxyTarget(front, behind)
