"""Data stores of every kind, their parameter groups, and what they ask of connections."""

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from taskwall.core.change import AttributeChange
from taskwall.core.facts import Fact
from taskwall.core.values import Fields, Need, Reference, Text, Unknown, Value, dereferenced
from taskwall.lowering._default_vpc import own_region
from taskwall.lowering._reader import SWITCH, ResourceReader, lowers, setting
from taskwall.lowering.database_port import DATABASES, database_port
from taskwall.lowering.exposure import exposure
from taskwall.lowering.given_name import names_and_tags
from taskwall.lowering.new_parameter_group import with_group
from taskwall.model.core.entity import Entity, Link, Setting
from taskwall.model.data_stores.store import Store, TlsRequirement
from taskwall.model.data_stores.tls_defaults import (
    LAST_SERVERLESS_V1,
    ONLY_VERSION,
    PARAMETERS,
    by_default,
    engine,
    insists,
    word_for,
)
from taskwall.model.entities.security_group import SecurityGroup
from taskwall.model.entities.vpc import Subnet
from taskwall.source.resource import Cell

RequirementReader: TypeAlias = Callable[[ResourceReader], Iterator[TlsRequirement]]


class StoreSchema(Struct, frozen=True):
    """Where a kind of store keeps its groups and subnets, and what tells whether it encrypts.

    `subnets` are its own, or a subnet group (`subnet_group`) has them.
    """

    word: str
    groups: str
    requirements: RequirementReader
    subnets: str = ""
    subnet_group: str = ""
    member_of: str = ""


# --- parameter groups


def _parameters(
    r: ResourceReader, group: str, fixed: str = "", replicas: int = 3
) -> Iterator[TlsRequirement]:
    """Whether an engine insists, by the parameter group that a store names, else by default.

    A read replica without a group of its own has that of its source, and always its engine; so
    many `replicas` of replicas are followed.
    """
    cell = r.body.get(group)
    source = _source(r) if cell.absent and replicas and not fixed else None
    if source is not None:
        for each in _parameters(source, group, fixed, replicas - 1):
            yield replace(each, place=r.attribute(*_REPLICATED).place)
        return
    found = _group(r, cell)
    family, family_needs = _family(cell, found)
    runs = _engine(r, fixed, family)
    at, parameter = cell.place, PARAMETERS.get(runs.name, "")
    text = f"{r.name} refuses plain text"
    waits: tuple[Need, ...] = ()
    if not parameter:
        waits = runs.name_needs
    elif found is not None:
        value, waits = _parameter(found, parameter)
        if value is not None and not waits:
            yield _set_by(found, parameter, value)
            return
        # What a group leaves out is missing in the group, or in the list that it has.
        at = (value or found.attribute("parameter", "Parameters")).place
    elif not cell.absent and not family:
        waits = cell.needs or (Need(str(cell.known), "is a parameter group not in the sources"),)
    if waits:
        yield TlsRequirement(Fact(None, text, cell.place, r.name, waits), at)
        return
    truth = by_default(runs.name, runs.version or runs.newest)
    shown = f"{runs.name} {runs.version or (runs.newest and 'of Serverless v1')}".strip()
    sentence = f"nothing sets {parameter} for {r.name}: {shown} {'refuses' if truth else 'accepts'}"
    sentence += " plain text by default"
    needs = (*runs.version_needs, *family_needs) or (_undecided(r, runs.version, fixed),)
    fact = Fact(truth, sentence if truth is not None else text, cell.place, r.name, needs, sentence)
    if found is not None:
        changes = _setting(found, parameter)
    else:
        # AWS's own group of a family cannot be changed: one of the sources takes its place.
        owned = cell.absent or bool(family)
        changes = with_group(r, cell, runs.name, runs.version, parameter) if owned else ()
    yield TlsRequirement(fact, at, changes)


def _undecided(r: ResourceReader, version: str, fixed: str) -> Need:
    """What a user can write where what is written does not say what AWS does by default."""
    if version:
        return Need(f"the engine version of {r.name}", "does not determine its default")
    subject = "parameter group" if fixed else "engine version"
    return Need(f"the {subject} of {r.name}", "is not written, and it decides the default")


class _Engine(Struct, frozen=True):
    """What a store runs, "" as far as that is not known, and what this waits for.

    `name_needs` is empty where the name is an engine that `PARAMETERS` has. `newest` is the newest
    version that there is of it, if that is so for a reason beside its version.
    """

    name: str
    version: str
    name_needs: tuple[Need, ...]
    version_needs: tuple[Need, ...]
    newest: str = ""


def _engine(r: ResourceReader, fixed: str, family: str) -> _Engine:
    """The engine of a store, by what it says itself, else by the family of its parameter group.

    A store of a kind with one engine only (`fixed`) needs neither its name nor its version.
    """
    name_cell = r.nothing() if fixed else r.attribute("engine", "Engine")
    version_cell = r.nothing() if fixed else r.attribute("engine_version", "EngineVersion")
    written = str(name_cell.known or "")
    name = fixed or engine(written)
    version = _head(version_cell.value) or ONLY_VERSION.get(written.lower(), "")
    match = re.match(r"([a-z-]+?)-?(\d[\d.]*)$", family)
    if match is not None:
        name = name or engine(match[1])
        version = version or match[2]
    why = "is empty" if name_cell.known == "" else "is none that is known here"
    waits = name_cell.needs or (Need(f"the engine of {r.name}", why),)
    newest = ""
    if r.resource.type in ("aws_rds_cluster", "AWS::RDS::DBCluster"):
        mode = r.attribute("engine_mode", "EngineMode").known
        newest = LAST_SERVERLESS_V1.get(name, "") if mode == "serverless" else ""
    return _Engine(name, version, () if name in PARAMETERS else waits, version_cell.needs, newest)


def _family(cell: Cell, group: ResourceReader | None) -> tuple[str, tuple[Need, ...]]:
    """The family of the parameter group that a cell names, and what it waits for."""
    if group is not None:
        family = group.attribute("family", "Family")
        if family.absent:
            family = group.attribute("family", "ParameterGroupFamily")
        return str(family.known or ""), family.needs
    if isinstance(cell.known, str) and cell.known.startswith("default."):
        return cell.known.removeprefix("default.").partition(".cluster")[0], ()
    return "", ()


def _set_by(group: ResourceReader, parameter: str, value: Cell) -> TlsRequirement:
    """What a parameter group that sets a parameter makes of a store."""
    truth = insists(parameter, str(value.known))
    waits: tuple[Need, ...] = ()
    sentence = f"{group.name} sets {parameter} to {value.known}"
    if truth and group.origin.maybe:
        truth, waits = None, group.origin.maybe
    fact = Fact(truth, sentence, value.place, group.name, waits, sentence)
    return TlsRequirement(fact, value.place, setting(value, parameter).to(word_for(parameter)))


def _setting(group: ResourceReader, parameter: str) -> tuple[AttributeChange, ...]:
    """What sets a parameter in a group that does not."""
    word = word_for(parameter)
    cell = group.attribute("parameter", "Parameters")
    if group.resource.type == "AWS::Redshift::ClusterParameterGroup":
        named = {"ParameterName": parameter, "ParameterValue": word}
        return group.change(cell, None, (named,), "[+]")
    if group.terraform:
        return group.change(cell, ({"name": parameter, "value": word},), None, "[+]")
    return group.change(cell, None, {parameter: word})


def _head(value: Value | None) -> str:
    """The known beginning of a version."""
    found = dereferenced(value)
    first = found.parts[0] if isinstance(found, Text) else getattr(found, "data", None)
    return str(first) if isinstance(first, str | int | float) else ""


def _group(r: ResourceReader, cell: Cell) -> ResourceReader | None:
    """The parameter group of the sources that a cell names, by reference or by name."""
    value = cell.value
    while isinstance(value, Reference):
        resource = r.builder.resources.get(value.resource)
        if resource is not None and not resource.data:
            return ResourceReader(resource, r.builder) if resource.type in _GROUPS else None
        value = value.value
    if isinstance(cell.known, str):
        # One of databases and one of clusters may have the same name.
        types = _OF_CLUSTERS if "cluster" in cell.key.lower() else _OF_DATABASES
        for resource in r.builder.of_type(*types):
            other = ResourceReader(resource, r.builder)
            if other.attribute("name", _NAMED_BY.get(resource.type, "")).known == cell.known:
                return other
    return None


def _parameter(group: ResourceReader, name: str) -> tuple[Cell | None, tuple[Need, ...]]:
    """What a parameter group sets a parameter to, and what it waits for that it may set."""
    cell = group.attribute("parameter", "Parameters")
    value = dereferenced(cell.value)
    if isinstance(value, Fields) and not group.terraform:
        found = cell.get(name)
        return (None if found.absent else found), found.needs
    key, inner = ("name", "value") if group.terraform else ("ParameterName", "ParameterValue")
    waits: tuple[Need, ...] = ()
    for each in cell.each():
        named = each.get(key)
        if named.known == name:
            found = each.get(inner)
            return found, (*(each.doubt or ()), *found.needs)
        waits += (*(each.doubt or ()), *named.needs) if named.needs else ()
    return None, waits


_OF_DATABASES = ("aws_db_parameter_group", "AWS::RDS::DBParameterGroup")
_OF_CLUSTERS = (
    "aws_rds_cluster_parameter_group", "aws_docdb_cluster_parameter_group",
    "aws_neptune_cluster_parameter_group", "aws_redshift_parameter_group",
    "AWS::RDS::DBClusterParameterGroup", "AWS::DocDB::DBClusterParameterGroup",
    "AWS::Neptune::DBClusterParameterGroup", "AWS::Redshift::ClusterParameterGroup",
)  # fmt: skip
_GROUPS = (*_OF_DATABASES, *_OF_CLUSTERS)


_NAMED_BY = {
    "AWS::RDS::DBParameterGroup": "DBParameterGroupName",
    "AWS::RDS::DBClusterParameterGroup": "DBClusterParameterGroupName",
    "AWS::DocDB::DBClusterParameterGroup": "Name",
    "AWS::Neptune::DBClusterParameterGroup": "Name",
    "AWS::Redshift::ClusterParameterGroup": "ParameterGroupName",
    "AWS::DAX::SubnetGroup": "SubnetGroupName",
    "AWS::RDS::DBSubnetGroup": "DBSubnetGroupName",
    "AWS::DocDB::DBSubnetGroup": "DBSubnetGroupName",
    "AWS::Neptune::DBSubnetGroup": "DBSubnetGroupName",
    "AWS::ElastiCache::SubnetGroup": "CacheSubnetGroupName",
    "AWS::MemoryDB::SubnetGroup": "SubnetGroupName",
}
"""The property by which others name a group of CloudFormation; a Redshift subnet group has none."""


@lowers(*_GROUPS)
def parameter_group(r: ResourceReader) -> Iterator[Entity]:
    # Read by the stores that name it.
    for terraform, cloudformation in (
        ("name", _NAMED_BY.get(r.resource.type, "")), ("family", "Family"),
        ("parameter", "Parameters"), ("", "ParameterGroupFamily"),
    ):  # fmt: skip
        r.attribute(terraform, cloudformation)
    return iter(())


_SUBNET_GROUPS = (
    "aws_db_subnet_group", "aws_docdb_subnet_group", "aws_neptune_subnet_group",
    "aws_redshift_subnet_group", "aws_elasticache_subnet_group", "aws_memorydb_subnet_group",
    "aws_dax_subnet_group", "AWS::DAX::SubnetGroup",
    "AWS::RDS::DBSubnetGroup", "AWS::DocDB::DBSubnetGroup", "AWS::Neptune::DBSubnetGroup",
    "AWS::Redshift::ClusterSubnetGroup", "AWS::ElastiCache::SubnetGroup",
    "AWS::MemoryDB::SubnetGroup",
)  # fmt: skip


@lowers(*_SUBNET_GROUPS)
def subnet_group(r: ResourceReader) -> Iterator[Entity]:
    # Read by the stores that name it.
    r.attribute("name", _NAMED_BY.get(r.resource.type, ""))
    r.attribute("subnet_ids", "SubnetIds")
    return iter(())


# --- settings of their own


def _set(found: Setting, *good: str | bool) -> TlsRequirement:
    return TlsRequirement(found.is_(*good), found.place, found.to(good[0]))


def _cache(r: ResourceReader) -> Iterator[TlsRequirement]:
    names = (
        ("engine", "transit_encryption_enabled", "transit_encryption_mode")
        if r.terraform
        else ("Engine", "TransitEncryptionEnabled", "TransitEncryptionMode")
    )
    kind, enabled = (r.body.get(name) for name in names[:2])
    # Only replication groups know a mode.
    mode = r.nothing() if "luster" in r.resource.type else r.body.get(names[2])
    # For a replication group, Terraform's provider sends false where nothing is written, whichever
    # the engine is (internal/service/elasticache/replication_group.go). CloudFormation sends
    # nothing, and whether AWS then encrypts depends on the engine.
    sent = r.resource.type == "aws_elasticache_replication_group"
    if enabled.absent and not sent and (kind.needs or str(kind.known).lower() == "valkey"):
        needs = kind.needs or (Need(names[1], "is not written, and depends on the engine"),)
        fact = Fact(None, f"{r.name} encrypts in transit", enabled.place, r.name, needs)
        yield TlsRequirement(fact, enabled.place)
    else:
        off = setting(enabled, names[1], False, "transit encryption is off by default")
        # Of clusters by themselves AWS encrypts only memcached: others have to become groups.
        alone = "luster" in r.resource.type and str(kind.known).lower() != "memcached"
        yield replace(_set(off, True), changes=()) if alone else _set(off, True)
    if not mode.absent:
        yield _set(setting(mode, names[2]), "required")


def _memory(r: ResourceReader) -> Iterator[TlsRequirement]:
    yield _set(r.setting("tls_enabled", "TLSEnabled", True, "TLS is on by default"), True)


def _kafka(r: ResourceReader) -> Iterator[TlsRequirement]:
    if r.terraform:
        block = r.attribute("encryption_info.encryption_in_transit", "")
        clients, brokers = "client_broker", "in_cluster"
    else:
        block = r.attribute("", "EncryptionInfo.EncryptionInTransit")
        clients, brokers = "ClientBroker", "InCluster"
    yield _set(setting(block.get(clients), clients, "TLS", "TLS is the default"), "TLS")
    yield _set(setting(block.get(brokers), brokers, True, "on by default"), True)


def _search(r: ResourceReader) -> Iterator[TlsRequirement]:
    nodes = r.setting(
        "node_to_node_encryption.enabled", "NodeToNodeEncryptionOptions.Enabled", False,
        "it is off by default",
    )  # fmt: skip
    yield _set(nodes, True)
    options = r.attribute("domain_endpoint_options", "DomainEndpointOptions")
    name = "enforce_https" if r.terraform else "EnforceHTTPS"
    # The provider switches it on wherever the block is written.
    on = r.terraform and not options.absent
    says = "it is on by default" if on else "it is off by default"
    yield _set(setting(options.get(name), name, on, says), True)


def _accelerator(r: ResourceReader) -> Iterator[TlsRequirement]:
    kind = r.setting(
        "cluster_endpoint_encryption_type", "ClusterEndpointEncryptionType", "NONE",
        "none is the default",
    )  # fmt: skip
    yield _set(kind, "TLS")


def _workgroup(r: ResourceReader) -> Iterator[TlsRequirement]:
    """Configuration parameters: what holds where none is written hangs on when it was made."""
    cell = r.attribute("config_parameter", "ConfigParameters")
    key, inner = (
        ("parameter_key", "parameter_value") if r.terraform else ("ParameterKey", "ParameterValue")
    )
    waits: tuple[Need, ...] = ()
    for each in cell.each():
        named = each.get(key)
        if named.known == "require_ssl" and each.sure:
            yield _set(setting(each.get(inner), "require_ssl", meanings=SWITCH), True)
            return
        waits += (*(each.doubt or ()), *named.needs)
    waits = waits or (Need(f"require_ssl of {r.name}", "is not written"),)
    yield TlsRequirement(
        Fact(None, f"{r.name} refuses plain text", cell.place, r.name, waits), cell.place
    )


def _always(r: ResourceReader) -> Iterator[TlsRequirement]:
    at = r.origin.header
    yield TlsRequirement(
        Fact(True, f"{r.name} accepts TLS only, as all of its kind do", at, r.name), at
    )


def _nothing(r: ResourceReader) -> Iterator[TlsRequirement]:
    """Of what has no setting, and of which AWS's pages do not say what it accepts."""
    return iter(())


_REPLICATED = ("replicate_source_db", "SourceDBInstanceIdentifier")


def _source(r: ResourceReader) -> ResourceReader | None:
    """The database of the same Region that a read replica copies, if the sources write it.

    One of another Region has no group in common with its replica (CreateDBInstanceReadReplica,
    DBParameterGroupName).
    """
    if r.resource.type not in ("aws_db_instance", "AWS::RDS::DBInstance"):
        return None
    cell = r.attribute(*_REPLICATED)
    if str(cell.known).startswith("arn:"):
        return None
    link = r.link(Store, cell, "is a replica of")
    found = r.builder.resources.get(link.to) if link is not None and link.exact else None
    if found is None or found.data or found.origin.maybe or found.type != r.resource.type:
        return None
    near = own_region(found) == own_region(r.resource)
    return ResourceReader(found, r.builder) if near else None


def _by(group: str, fixed: str = "") -> RequirementReader:
    return lambda r: _parameters(r, group, fixed)


STORES: dict[str, StoreSchema] = {
    "aws_db_instance": StoreSchema(
        "database", "vpc_security_group_ids", _by("parameter_group_name"),
        subnet_group="db_subnet_group_name",
    ),
    "AWS::RDS::DBInstance": StoreSchema(
        "database", "VPCSecurityGroups", _by("DBParameterGroupName"),
        subnet_group="DBSubnetGroupName", member_of="DBClusterIdentifier",
    ),
    "aws_rds_cluster": StoreSchema(
        "database cluster", "vpc_security_group_ids", _by("db_cluster_parameter_group_name"),
        subnet_group="db_subnet_group_name",
    ),
    "AWS::RDS::DBCluster": StoreSchema(
        "database cluster", "VpcSecurityGroupIds", _by("DBClusterParameterGroupName"),
        subnet_group="DBSubnetGroupName",
    ),
    "aws_docdb_cluster": StoreSchema(
        "DocumentDB cluster", "vpc_security_group_ids",
        _by("db_cluster_parameter_group_name", "docdb"), subnet_group="db_subnet_group_name",
    ),
    "AWS::DocDB::DBCluster": StoreSchema(
        "DocumentDB cluster", "VpcSecurityGroupIds", _by("DBClusterParameterGroupName", "docdb"),
        subnet_group="DBSubnetGroupName",
    ),
    "aws_neptune_cluster": StoreSchema(
        "Neptune cluster", "vpc_security_group_ids",
        _by("neptune_cluster_parameter_group_name", "neptune"),
        subnet_group="neptune_subnet_group_name",
    ),
    "AWS::Neptune::DBCluster": StoreSchema(
        "Neptune cluster", "VpcSecurityGroupIds", _by("DBClusterParameterGroupName", "neptune"),
        subnet_group="DBSubnetGroupName",
    ),
    "aws_redshift_cluster": StoreSchema(
        "Redshift cluster", "vpc_security_group_ids",
        _by("cluster_parameter_group_name", "redshift"), subnet_group="cluster_subnet_group_name",
    ),
    "AWS::Redshift::Cluster": StoreSchema(
        "Redshift cluster", "VpcSecurityGroupIds", _by("ClusterParameterGroupName", "redshift"),
        subnet_group="ClusterSubnetGroupName",
    ),
    "aws_elasticache_replication_group": StoreSchema(
        "cache", "security_group_ids", _cache, subnet_group="subnet_group_name"
    ),
    "AWS::ElastiCache::ReplicationGroup": StoreSchema(
        "cache", "SecurityGroupIds", _cache, subnet_group="CacheSubnetGroupName"
    ),
    "aws_elasticache_cluster": StoreSchema(
        "cache", "security_group_ids", _cache, subnet_group="subnet_group_name",
        member_of="replication_group_id",
    ),
    "AWS::ElastiCache::CacheCluster": StoreSchema(
        "cache", "VpcSecurityGroupIds", _cache, subnet_group="CacheSubnetGroupName"
    ),
    "aws_elasticache_serverless_cache": StoreSchema(
        "cache", "security_group_ids", _always, subnets="subnet_ids"
    ),
    "AWS::ElastiCache::ServerlessCache": StoreSchema(
        "cache", "SecurityGroupIds", _always, subnets="SubnetIds"
    ),
    "aws_memorydb_cluster": StoreSchema(
        "MemoryDB cluster", "security_group_ids", _memory, subnet_group="subnet_group_name"
    ),
    "AWS::MemoryDB::Cluster": StoreSchema(
        "MemoryDB cluster", "SecurityGroupIds", _memory, subnet_group="SubnetGroupName"
    ),
    "aws_msk_cluster": StoreSchema(
        "Kafka cluster", "broker_node_group_info.security_groups", _kafka,
        subnets="broker_node_group_info.client_subnets",
    ),
    "AWS::MSK::Cluster": StoreSchema(
        "Kafka cluster", "BrokerNodeGroupInfo.SecurityGroups", _kafka,
        subnets="BrokerNodeGroupInfo.ClientSubnets",
    ),
    "aws_msk_serverless_cluster": StoreSchema(
        "Kafka cluster", "vpc_config.security_group_ids", _always, subnets="vpc_config.subnet_ids"
    ),
    "AWS::MSK::ServerlessCluster": StoreSchema(
        "Kafka cluster", "VpcConfigs.SecurityGroups", _always, subnets="VpcConfigs.SubnetIds"
    ),
    "aws_opensearch_domain": StoreSchema(
        "search domain", "vpc_options.security_group_ids", _search, subnets="vpc_options.subnet_ids"
    ),
    "AWS::OpenSearchService::Domain": StoreSchema(
        "search domain", "VPCOptions.SecurityGroupIds", _search, subnets="VPCOptions.SubnetIds"
    ),
    "aws_elasticsearch_domain": StoreSchema(
        "search domain", "vpc_options.security_group_ids", _search, subnets="vpc_options.subnet_ids"
    ),
    "AWS::Elasticsearch::Domain": StoreSchema(
        "search domain", "VPCOptions.SecurityGroupIds", _search, subnets="VPCOptions.SubnetIds"
    ),
    "aws_redshiftserverless_workgroup": StoreSchema(
        "Redshift workgroup", "security_group_ids", _workgroup, subnets="subnet_ids"
    ),
    "AWS::RedshiftServerless::Workgroup": StoreSchema(
        "Redshift workgroup", "SecurityGroupIds", _workgroup, subnets="SubnetIds"
    ),
    "aws_dax_cluster": StoreSchema(
        "DAX cluster", "security_group_ids", _accelerator, subnet_group="subnet_group_name"
    ),
    "AWS::DAX::Cluster": StoreSchema(
        "DAX cluster", "SecurityGroupIds", _accelerator, subnet_group="SubnetGroupName"
    ),
    "aws_docdbelastic_cluster": StoreSchema(
        "DocumentDB elastic cluster", "vpc_security_group_ids", _nothing, subnets="subnet_ids"
    ),
    "AWS::DocDBElastic::Cluster": StoreSchema(
        "DocumentDB elastic cluster", "VpcSecurityGroupIds", _nothing, subnets="SubnetIds"
    ),
    "aws_timestreaminfluxdb_db_instance": StoreSchema(
        "InfluxDB instance", "vpc_security_group_ids", _always, subnets="vpc_subnet_ids"
    ),
    "AWS::Timestream::InfluxDBInstance": StoreSchema(
        "InfluxDB instance", "VpcSecurityGroupIds", _always, subnets="VpcSubnetIds"
    ),
    "aws_timestreaminfluxdb_db_cluster": StoreSchema(
        "InfluxDB cluster", "vpc_security_group_ids", _always, subnets="vpc_subnet_ids"
    ),
    "AWS::Timestream::InfluxDBCluster": StoreSchema(
        "InfluxDB cluster", "VpcSecurityGroupIds", _always, subnets="VpcSubnetIds"
    ),
    "aws_mq_broker": StoreSchema("broker", "security_groups", _always, subnets="subnet_ids"),
    "AWS::AmazonMQ::Broker": StoreSchema("broker", "SecurityGroups", _always, subnets="SubnetIds"),
}  # fmt: skip
"""By resource type; the sources are the AWS provider's schema and CloudFormation's."""


@lowers(*STORES, to=Store)
def store(r: ResourceReader) -> Iterator[object]:
    spelled = STORES[r.resource.type]
    yield from exposure(r)
    yield from names_and_tags(r)
    if spelled.member_of and not r.external and not r.body.get(spelled.member_of).absent:
        return  # What it is a member of is the store.
    yield store_of(r, spelled)


def store_of(r: ResourceReader, spelled: StoreSchema) -> Store:
    """A data store of a kind."""
    groups = _groups(r, spelled)
    links = r.links(SecurityGroup, groups, "uses security group")
    return Store(
        id=r.id,
        origin=r.origin,
        external=r.external,
        word=spelled.word,
        groups=links,
        groups_setting=setting(groups, spelled.groups.rpartition(".")[2], links=links),
        subnets=_subnets(r, spelled),
        port=database_port(r) if r.resource.type in DATABASES and not r.external else None,
        tls_requirements=() if r.external else tuple(spelled.requirements(r)),
    )


def _groups(r: ResourceReader, spelled: StoreSchema) -> Cell:
    """The security groups of a store; a DB security group stands in their place, unread."""
    found = r.body.at(spelled.groups)
    if r.resource.type == "AWS::RDS::DBInstance" and found.absent:
        classic = r.attribute("", "DBSecurityGroups")
        if not classic.absent:
            needs = (Need(f"the DB security groups of {r.name}", "are not read"),)
            return replace(classic, value=Unknown(needs))
    return found


def _subnets(r: ResourceReader, spelled: StoreSchema) -> tuple[Link, ...]:
    if spelled.subnets:
        return r.links(Subnet, r.body.at(spelled.subnets), "is in")
    cell = r.body.get(spelled.subnet_group)
    value = cell.value
    while isinstance(value, Reference):
        resource = r.builder.resources.get(value.resource)
        if resource is not None and resource.type in _SUBNET_GROUPS:
            other = ResourceReader(resource, r.builder)
            return other.links(Subnet, other.attribute("subnet_ids", "SubnetIds"), "has")
        value = value.value
    for resource in r.builder.of_type(*_SUBNET_GROUPS) if isinstance(cell.known, str) else ():
        other = ResourceReader(resource, r.builder)
        if other.attribute("name", _NAMED_BY.get(resource.type, "")).known == cell.known:
            return other.links(Subnet, other.attribute("subnet_ids", "SubnetIds"), "has")
    return r.links(Subnet, cell, "is in") if cell.needs else ()
