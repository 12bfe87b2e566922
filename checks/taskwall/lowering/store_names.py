"""The names of data stores, by which resources and data sources refer to those that are written."""

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from taskwall.core.facts import Fact
from taskwall.core.patterns import pattern
from taskwall.core.values import Known, Need, Reference, Text, Value, dereferenced, needs, same
from taskwall.lowering._reader import ResourceReader
from taskwall.lowering._resources import leaves
from taskwall.model.core.entity import Link
from taskwall.source.resource import Cell

NAMES: Mapping[str, str] = {
    "aws_db_instance": "identifier",
    "aws_db_proxy": "name",
    "aws_dax_cluster": "cluster_name",
    "aws_docdb_cluster": "cluster_identifier",
    "aws_elasticache_cluster": "cluster_id",
    "aws_elasticache_replication_group": "replication_group_id",
    "aws_elasticache_serverless_cache": "name",
    "aws_elasticsearch_domain": "domain_name",
    "aws_memorydb_cluster": "name",
    "aws_mq_broker": "broker_name",
    "aws_msk_cluster": "cluster_name",
    "aws_neptune_cluster": "cluster_identifier",
    "aws_opensearch_domain": "domain_name",
    "aws_rds_cluster": "cluster_identifier",
    "aws_redshift_cluster": "cluster_identifier",
    "aws_redshiftserverless_workgroup": "workgroup_name",
    "AWS::DocDB::DBCluster": "DBClusterIdentifier",
    "AWS::Neptune::DBCluster": "DBClusterIdentifier",
    "AWS::RDS::DBCluster": "DBClusterIdentifier",
    "AWS::RDS::DBInstance": "DBInstanceIdentifier",
    "AWS::RDS::DBProxy": "DBProxyName",
}
"""Which attribute names a data store, by type; the sources are the provider's schema and
CloudFormation's. Data sources are of Terraform only."""

DB_INSTANCES = ("aws_db_instance", "AWS::RDS::DBInstance")
DB_CLUSTERS = (
    "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster", "AWS::RDS::DBCluster",
    "AWS::DocDB::DBCluster", "AWS::Neptune::DBCluster",
)  # fmt: skip
"""Types whose names are of one kind: those of clusters are unique in an account and Region."""

DB_PROXIES = ("aws_db_proxy", "AWS::RDS::DBProxy")


_ENDPOINT = pattern(
    r"(?:^|[^\w.-])(?:(?:master|replica|clustercfg)\.)?(?P<name>[a-z][a-z0-9-]*)"
    r"\.(?P<kind>cluster-ro-|cluster-|proxy-)?[a-z0-9]+(?:\.(?:ng|cfg))?(?:\.\d{4})?"
    r"\.[a-z0-9-]+\.(?P<service>rds|docdb|neptune|cache|redshift)\.amazonaws\.com"
)
"""The endpoint of a data store: its name, what AWS assigns, the Region, and the service.

The source is the pages of RDS ("Connecting to a DB instance", "Aurora endpoint connections") and of
ElastiCache ("Finding connection endpoints").
"""


class StoresNamed(Struct, frozen=True):
    """The data stores that a value certainly names, and what it waits for that it names others."""

    addresses: tuple[str, ...]
    needs: tuple[Need, ...]


def stores_at_endpoints(r: ResourceReader, value: Value | None) -> StoresNamed:
    """The data stores whose literal endpoints stand in a value.

    The name in an endpoint is unique among those of its kind in an account and Region.
    """
    found: dict[str, None] = {}
    waits: list[Need] = []
    for name, types in _endpoints(value):
        for resource in r.builder.of_type(*types):
            own = None if resource.data else resource.body.fields.get(NAMES[resource.type])
            if own is None:
                continue
            equal = same(own, Known(name))
            if equal is None:
                waits += needs(own)
            elif equal:
                found[resource.origin.address] = None
    return StoresNamed(tuple(found), tuple(waits))


def _endpoints(value: Value | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The names in the literal endpoints in a value, with the types of stores that have such."""
    for leaf in leaves(value):
        found = dereferenced(leaf)
        parts = found.parts if isinstance(found, Text) else (getattr(found, "data", None),)
        for part in parts:
            hosts = isinstance(part, str) and ".amazonaws.com" in part
            for match in _ENDPOINT.finditer(str(part)) if hosts else ():
                yield match["name"], _at_endpoint(match["service"], match["kind"])


def _at_endpoint(service: str, kind: str | None) -> tuple[str, ...]:
    """The types of the stores that have such an endpoint."""
    if service == "rds":
        of_clusters = DB_PROXIES if kind == "proxy-" else DB_CLUSTERS
        return of_clusters if kind else DB_INSTANCES
    word = "elasticache" if service == "cache" else service
    return tuple(name for name in NAMES if word in re.split(r"_|::", name.lower()))


def store_link(r: ResourceReader, cell: Cell, verb: str, types: tuple[str, ...]) -> Link | None:
    """The link to a data store that a cell refers to or names; None where nothing is written."""
    # Imported here, since every environment asks for names, and few name a store.
    from taskwall.model.data_stores.store import Store

    if not (address := _written(r, cell, types)):
        return r.link(Store, cell, verb)
    text = f"{r.name} {verb} {r.builder.label(address)}"
    return Link(address, Fact(cell.sure or None, text, cell.place, r.name, cell.needs), cell.place)


def written_store(r: ResourceReader, name: str) -> str:
    """The data store of the sources that a data source looks up by its name, "" if none."""
    resource = r.builder.resources.get(name)
    if resource is None or not resource.data or resource.type not in NAMES:
        return ""
    key = "db_instance_identifier" if resource.type in DB_INSTANCES else NAMES[resource.type]
    cell = ResourceReader(resource, r.builder).attribute(key, "")
    return _written(r, cell, (resource.type,))


def _written(r: ResourceReader, cell: Cell, types: tuple[str, ...]) -> str:
    """The address of the store of some types that a cell certainly refers to or names."""
    value = cell.value
    if isinstance(value, Reference):
        meant = r.builder.resources.get(value.resource)
        if meant is not None and not meant.data and meant.type in types:
            return value.resource
    for resource in r.builder.of_type(*types) if value is not None else ():
        own = None if resource.data else resource.body.fields.get(NAMES[resource.type])
        if own is not None and value is not None and same(own, value) is True:
            return resource.origin.address
    return ""
