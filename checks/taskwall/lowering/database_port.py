"""On which port databases of RDS and Aurora take connections."""

from taskwall.core.values import Known, Reference, symbol
from taskwall.lowering._reader import ResourceReader
from taskwall.model.core.address import Ranges
from taskwall.model.data_stores.tls_defaults import engine
from taskwall.model.permissions.ports import RequiredPorts

DATABASES = ("aws_db_instance", "aws_rds_cluster", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster")

_ATTRIBUTES = ("port", "Endpoint.Port")
"""What the port of a database is called where others refer to it."""

_DEFAULTS = {
    "postgres": 5432,
    "mysql": 3306,
    "mariadb": 3306,
    "aurora-mysql": 3306,
    "aurora-postgresql": 5432,
}
"""By engine. Others take connections on further ports, by option groups and endpoints of theirs."""

_PERHAPS = {"aurora-postgresql": (1433, 3306)}
"""Babelfish's, if a parameter group says so, and what CloudFormation's page calls the default."""

_COPIES = {
    "DBInstance": (
        ("snapshot_identifier", "DBSnapshotIdentifier"),
        ("", "DBClusterSnapshotIdentifier"),
        ("replicate_source_db", "SourceDBInstanceIdentifier"),
        ("restore_to_point_in_time", "SourceDbiResourceId"),
    ),
    "DBCluster": (
        ("snapshot_identifier", "SnapshotIdentifier"),
        ("replication_source_identifier", "ReplicationSourceIdentifier"),
        ("restore_to_point_in_time", "SourceDBClusterIdentifier"),
    ),
}
"""What a database is made from, which then decides on the port."""


def database_port(r: ResourceReader) -> RequiredPorts | None:
    """The port of a database; None of an engine of which not all ports are known."""
    port, kind = r.attribute("port", "Port"), r.attribute("engine", "Engine")
    name = engine(str(kind.known or ""))
    words = f"the port of {r.name}"
    own = (f"{r.id}.port", f"{r.id}.Endpoint.Port", symbol(port.value or Known(None)))
    named = frozenset(filter(None, own))
    given = Ranges()
    if not port.absent:
        if port.known is None:
            return RequiredPorts(words, "tcp", None, needs=port.needs, named=named)
        if not str(port.known).isdecimal():
            return None
        given = Ranges.from_spans(((int(str(port.known)),) * 2,))
    if not kind.absent and kind.known is None:
        return RequiredPorts(words, "tcp", None, (given,) if given else (), kind.needs, named)
    if name not in _DEFAULTS:
        return None
    if not given:
        of = "DBCluster" if r.resource.type.lower().endswith("cluster") else "DBInstance"
        if any(not r.attribute(*names).absent for names in _COPIES[of]):
            return None
        given = Ranges.from_spans(((_DEFAULTS[name],) * 2,))
    perhaps = Ranges.from_spans((each, each) for each in _PERHAPS.get(name, ()))
    return RequiredPorts(words, "tcp", Ranges.union((given, perhaps)), (given,), named=named)


def port_referred_to(r: ResourceReader, value: Reference) -> int | None:
    """The port of the database that a value refers to, where its engine alone decides."""
    step: object = value
    while isinstance(step, Reference):
        found = r.builder.resources.get(step.resource)
        if found is not None and found.type in DATABASES and step.attribute in _ATTRIBUTES:
            its = ResourceReader(found, r.builder)
            of_cluster = not its.attribute("", "DBClusterIdentifier").absent
            port = None if found.data or of_cluster else database_port(its)
            one = port.some.spans if port is not None and port.some is not None else ()
            return one[0][0] if len(one) == 1 and one[0][0] == one[0][1] else None
        step = step.value
    return None
