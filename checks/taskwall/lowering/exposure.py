"""Whether data stores, or the instances in them, have public addresses."""

from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.facts import Fact
from taskwall.core.values import (
    Fields,
    Items,
    Known,
    Need,
    Reference,
    Unknown,
    Value,
    dereferenced,
    same,
)
from taskwall.lowering._reader import SWITCH, ResourceReader, lowers, setting
from taskwall.lowering.store_names import DB_CLUSTERS, store_link
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.data_stores.internet_exposure import OUTSIDE_A_VPC, Exposure
from taskwall.source.resource import Cell

READ = "2026-11-27"

Default: TypeAlias = Literal["private", "by its subnet group", "by the provider"]
"""What a store is where nothing is written: AWS derives it, or providers differ."""


class ExposureSchema(Struct, frozen=True):
    """Where a type says so, and what holds where it does not.

    `open` are the values that make it public. `store` names the store that an instance is in.
    """

    path: str
    open: tuple[str | bool, ...] = (True,)
    default: Default = "private"
    store: str = ""


_TF, _CFN = "publicly_accessible", "PubliclyAccessible"

EXPOSURES: dict[str, ExposureSchema] = {
    "aws_db_instance": ExposureSchema(_TF),
    "AWS::RDS::DBInstance": ExposureSchema(
        _CFN, default="by its subnet group", store="DBClusterIdentifier"
    ),
    "aws_rds_cluster_instance": ExposureSchema(_TF, store="cluster_identifier"),
    "AWS::RDS::DBCluster": ExposureSchema(_CFN, default="by its subnet group"),
    "aws_neptune_cluster_instance": ExposureSchema(_TF, store="cluster_identifier"),
    "AWS::Neptune::DBInstance": ExposureSchema(_CFN, store="DBClusterIdentifier"),
    "aws_redshift_cluster": ExposureSchema(_TF, default="by the provider"),
    "AWS::Redshift::Cluster": ExposureSchema(_CFN),
    "aws_redshiftserverless_workgroup": ExposureSchema(_TF),
    "AWS::RedshiftServerless::Workgroup": ExposureSchema(_CFN),
    "aws_timestreaminfluxdb_db_instance": ExposureSchema(_TF),
    "AWS::Timestream::InfluxDBInstance": ExposureSchema(_CFN),
    "aws_timestreaminfluxdb_db_cluster": ExposureSchema(_TF),
    "AWS::Timestream::InfluxDBCluster": ExposureSchema(_CFN),
    "aws_mq_broker": ExposureSchema(_TF),
    "AWS::AmazonMQ::Broker": ExposureSchema(_CFN),
    "aws_msk_cluster": ExposureSchema(
        "broker_node_group_info.connectivity_info.public_access.type", ("SERVICE_PROVIDED_EIPS",)
    ),
    "AWS::MSK::Cluster": ExposureSchema(
        "BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type", ("SERVICE_PROVIDED_EIPS",)
    ),
    "aws_opensearch_domain": ExposureSchema("vpc_options", OUTSIDE_A_VPC),
    "AWS::OpenSearchService::Domain": ExposureSchema("VPCOptions", OUTSIDE_A_VPC),
    "aws_elasticsearch_domain": ExposureSchema("vpc_options", OUTSIDE_A_VPC),
    "AWS::Elasticsearch::Domain": ExposureSchema("VPCOptions", OUTSIDE_A_VPC),
}
"""By resource type, with the defaults where nothing is written.

CreateDBInstance and CreateCluster of the Amazon RDS and Amazon Redshift API references (a database
with a subnet group of its own is private; older texts derived it from the routes of its subnets).
For `aws_db_instance`, `aws_rds_cluster_instance`, `aws_neptune_cluster_instance` and
`aws_mq_broker` the provider's own default, false. For Redshift that is so from its version 6 on;
those before sent true
(https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/version-6-upgrade).
"""


def exposure(r: ResourceReader) -> Iterator[Exposure]:
    """What a store says of whether it is public; nothing for those that cannot be."""
    spelled = EXPOSURES.get(r.resource.type)
    if spelled is None or r.external:
        return
    cell = r.body.at(spelled.path)
    name = spelled.path.rpartition(".")[2]
    named = r.body.get(spelled.store) if spelled.store else r.nothing()
    store = store_link(r, named, "is in", DB_CLUSTERS)
    store = store or Link(r.id, Fact(True, ""), r.origin.header)
    if r.resource.type == "AWS::RDS::DBCluster" and cell.absent:
        engine = r.attribute("", "Engine")
        if str(engine.known).startswith("aurora"):
            return  # Its instances say so, each of its own.
        cell = replace(cell, value=Unknown(engine.needs)) if engine.needs else cell
    if spelled.open == OUTSIDE_A_VPC:
        found = Setting(_place(cell), cell.place, name, r.name)
    elif cell.absent and spelled.default == "by the provider":
        found = _by_provider(r, cell, name)
    elif cell.absent and spelled.default == "by its subnet group":
        found = _by_subnet_group(r, cell, name)
    else:
        found = setting(cell, name, False, "it is not public by default", SWITCH)
    yield Exposure(id=r.id, origin=r.origin, store=store, setting=found, open=spelled.open)


def _by_provider(r: ResourceReader, cell: Cell, name: str) -> Setting:
    """Whether a Redshift cluster is public that does not say so."""
    lowest, highest = r.provider_majors()
    if highest is not None and highest < _PRIVATE_SINCE:
        says = f"the provider makes it public by default before its version {_PRIVATE_SINCE}"
        return setting(cell, name, True, says)
    if lowest is not None and lowest >= _PRIVATE_SINCE:
        says = f"the provider makes it private by default from its version {_PRIVATE_SINCE} on"
        return setting(cell, name, False, says)
    why = "is not set, and provider versions differ in its default"
    return setting(replace(cell, value=_unknown(name, r.name, why)), name)


_PRIVATE_SINCE = 6
"""The major version of the provider from which on it makes a Redshift cluster private."""


def _by_subnet_group(r: ResourceReader, cell: Cell, name: str) -> Setting:
    """Whether a database is public that does not say so."""
    group, engine = r.body.get("DBSubnetGroupName"), r.body.get("Engine")
    if not r.body.get("DBClusterIdentifier").absent or str(engine.known).startswith("aurora"):
        return setting(cell, name, False, "instances of Aurora are not public by default")
    shared = True if group.absent else same(group.value or Known(None), Known("default"))
    if shared is False or (shared is None and isinstance(group.value, Reference)):
        says = "a database with a subnet group of its own is not public by default"
        return setting(cell, name, False, says)
    made_of = next((r.body.get(key) for key in _RESTORED if not r.body.get(key).absent), None)
    if made_of is not None:
        why = f"is not set, and {made_of.key} decides it"
        return setting(replace(cell, value=_unknown(name, r.name, why)), name)
    if waits := (*engine.needs, *(group.needs if shared is None else ())):
        return setting(replace(cell, value=Unknown(waits)), name)
    says = "a database without a subnet group of its own is public by default"
    return setting(cell, name, True, says)


_RESTORED = ("SourceDBInstanceIdentifier", "DBSnapshotIdentifier", "SourceDBClusterIdentifier")
"""What a database is made of that is not made anew: then what that was counts."""


def _unknown(name: str, of: str, why: str) -> Unknown:
    return Unknown((Need(f"{name} of {of}", why),))


def _place(cell: Cell) -> Value:
    """Whether a search domain has a VPC at all."""
    if cell.absent:
        return Known(OUTSIDE_A_VPC[0])
    value = dereferenced(cell.value)
    sure = isinstance(value, Fields) or (isinstance(value, Items) and bool(value.items))
    return Known("in a VPC") if sure else Unknown(cell.needs)


@lowers("aws_rds_cluster_instance", "aws_neptune_cluster_instance", "AWS::Neptune::DBInstance")
def cluster_instance(r: ResourceReader) -> Iterator[Entity]:
    yield from exposure(r)
