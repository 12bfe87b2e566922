"""On which port databases take connections, by their engine and what they are made of."""

import pytest

from lowering.networks import OPEN, network, said
from taskwall.model.data_stores.store import Store
from taskwall.model.entities.security_group import Permission
from taskwall.model.permissions.ports import RequiredPorts

Spans = tuple[tuple[int, int], ...]
POSTGRES, AURORA = 'engine = "postgres"\n', 'engine = "aurora-postgresql"\n'
FURTHER: Spans = ((1433, 1433), (3306, 3306))
"""Babelfish's port, and what CloudFormation's page calls the default of Aurora."""


def port(type_: str, body: str) -> RequiredPorts | None:
    """The port of a database."""
    (found,) = network(f'variable "v" {{}}\nresource "{type_}" "d" {{\n{body}\n}}\n').every(Store)
    return found.port


INSTANCES: dict[str, Spans | None] = {
    POSTGRES: ((5432, 5432),),
    'engine = "POSTGRES"\n': ((5432, 5432),),
    'engine = "mysql"\n': ((3306, 3306),),
    'engine = "mariadb"\n': ((3306, 3306),),
    POSTGRES + "port = 5433\n": ((5433, 5433),),
    POSTGRES + 'port = "5433"\n': ((5433, 5433),),
    POSTGRES + 'port = "x"\n': None,
    'engine = "oracle-ee"\n': None,
    'engine = "oracle-ee"\nport = 1521\n': None,
    'engine = "sqlserver-ex"\n': None,
    "port = 5432\n": None,
    "": None,
    POSTGRES + 'snapshot_identifier = "s"\n': None,
    POSTGRES + 'replicate_source_db = "d"\n': None,
    POSTGRES + 'restore_to_point_in_time {\nsource_db_instance_identifier = "d"\n}\n': None,
    POSTGRES + "restore_to_point_in_time {}\n": None,
    POSTGRES + 'snapshot_identifier = "s"\nport = 5433\n': ((5433, 5433),),
    AURORA: (*FURTHER, (5432, 5432)),
    'engine = "aurora-mysql"\n': ((3306, 3306),),
    'engine = "aurora"\n': ((3306, 3306),),
}
CLUSTERS: dict[str, Spans | None] = {
    AURORA: (*FURTHER, (5432, 5432)),
    AURORA + "port = 5433\n": (*FURTHER, (5433, 5433)),
    'engine = "aurora-mysql"\n': ((3306, 3306),),
    'engine = "aurora"\n': ((3306, 3306),),
    POSTGRES: ((5432, 5432),),
    'engine = "mysql"\n': ((3306, 3306),),
    'engine = "mariadb"\n': ((3306, 3306),),
    'engine = "mysql"\nport = 3307\n': ((3307, 3307),),
    'engine = "mysql"\nport = "3307"\n': ((3307, 3307),),
    'engine = "mysql"\nport = 3307\nsnapshot_identifier = "s"\n': ((3307, 3307),),
    AURORA + "restore_to_point_in_time {}\n": None,
    AURORA + 'snapshot_identifier = "s"\n': None,
    AURORA + 'replication_source_identifier = "s"\n': None,
    AURORA + 'restore_to_point_in_time {\nsource_cluster_identifier = "x"\n}\n': None,
}
CASES = [
    *(("aws_db_instance", body, spans) for body, spans in INSTANCES.items()),
    *(("aws_rds_cluster", body, spans) for body, spans in CLUSTERS.items()),
    ("aws_docdb_cluster", POSTGRES, None),
]


@pytest.mark.parametrize(("type_", "body", "spans"), CASES, ids=range(len(CASES)))
def test_ports_of_databases(type_: str, body: str, spans: Spans | None) -> None:
    """That of the engine by default; what a database is copied from may have another one."""
    found = port(type_, body)

    assert (None if found is None or found.some is None else found.some.spans) == spans
    if found is not None:
        assert [each.spans for each in found.enough] == [(spans or ())[-1:]]
        assert found.named == {f"{type_}.d.port", f"{type_}.d.Endpoint.Port"}
        assert not found.needs


def test_a_database_that_is_looked_up() -> None:
    """Others have made it: neither its port nor what it demands is judged by AWS's defaults."""
    found = network("""
data "aws_db_instance" "d" { db_instance_identifier = "d" }
resource "aws_db_instance" "copy" {
  engine              = "postgres"
  replicate_source_db = data.aws_db_instance.d.id
}
""").get(Store, "data.aws_db_instance.d")

    assert found is not None
    assert found.external
    assert (found.port, found.tls_requirements) == (None, ())


@pytest.mark.parametrize(
    ("body", "enough", "named"),
    [
        (POSTGRES + "port = var.v\n", [], {"var.v"}),
        ("engine = var.v\n", [], set()),
        ("engine = var.v\nport = 5433\n", [((5433, 5433),)], set()),
    ],
    ids=["a port", "an engine", "an engine beside a port"],
)
def test_ports_that_wait(body: str, enough: list[Spans], named: set[str]) -> None:
    """A port that is not known goes by its name; of an engine that is not, more may be needed."""
    found = port("aws_db_instance", body)

    assert found is not None
    assert found.some is None
    assert [each.spans for each in found.enough] == enough
    assert [need.name for need in found.needs] == ["var.v"]
    assert found.named == {"aws_db_instance.d.port", "aws_db_instance.d.Endpoint.Port", *named}


TEMPLATE: dict[str, Spans | None] = {
    "Engine: postgres": ((5432, 5432),),
    "Engine: postgres, Port: '5433'": ((5433, 5433),),
    "Engine: postgres, DBSnapshotIdentifier: s": None,
    "Engine: postgres, DBClusterSnapshotIdentifier: s": None,
    "Engine: postgres, SourceDBInstanceIdentifier: s": None,
    "Engine: postgres, SourceDbiResourceId: s": None,
    "Engine: postgres, SnapshotIdentifier: s": ((5432, 5432),),
}
OF_CLUSTER: dict[str, Spans | None] = {
    "Engine: aurora-mysql": ((3306, 3306),),
    "Engine: aurora-mysql, SnapshotIdentifier: s": None,
    "Engine: aurora-mysql, ReplicationSourceIdentifier: s": None,
    "Engine: aurora-mysql, SourceDBClusterIdentifier: s": None,
}


@pytest.mark.parametrize(
    ("type_", "body", "spans"),
    [
        *(("DBInstance", body, spans) for body, spans in TEMPLATE.items()),
        *(("DBCluster", body, spans) for body, spans in OF_CLUSTER.items()),
    ],
)
def test_ports_of_databases_of_a_template(type_: str, body: str, spans: Spans | None) -> None:
    """Its properties are called otherwise."""
    text = f"Resources:\n  D: {{Type: AWS::RDS::{type_}, Properties: {{{body}}}}}\n"
    (found,) = network(text).every(Store)

    some = None if found.port is None else found.port.some
    assert (None if some is None else some.spans) == spans


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        ("aws_db_instance.d.port", 3306),
        ("aws_db_instance.own.port", 3307),
        ("aws_db_instance.copy.port", OPEN),
        ("aws_db_instance.d.id", OPEN),
        ("aws_rds_cluster.a.port", OPEN),
        ("data.aws_db_instance.d.port", OPEN),
        ("local.p", 3306),
        ("var.v", OPEN),
    ],
)
def test_permissions_for_the_port_of_a_database(opened: str, expected: object) -> None:
    """It is known where the engine of a written database alone decides on it."""
    (found,) = network(f"""
variable "v" {{}}
locals {{ p = aws_db_instance.d.port }}
resource "aws_db_instance" "d" {{ engine = "mysql" }}
resource "aws_db_instance" "own" {{
  engine = "mysql"
  port   = 3307
}}
resource "aws_db_instance" "copy" {{
  engine              = "mysql"
  snapshot_identifier = "s"
}}
resource "aws_rds_cluster" "a" {{ engine = "aurora-postgresql" }}
data "aws_db_instance" "d" {{}}
resource "aws_security_group_rule" "r" {{
  type              = "ingress"
  security_group_id = "sg-1"
  protocol          = "tcp"
  from_port         = {opened}
  to_port           = {opened}
  cidr_blocks       = ["10.0.0.0/16"]
}}
""").every(Permission)

    assert [said(found.first_port), said(found.last_port)] == [expected, expected]


def test_permissions_for_the_port_of_an_instance_of_a_cluster() -> None:
    """It is that of the cluster, which may have another one than its engine has by default."""
    (found,) = network("""
Resources:
  Cluster:
    Type: AWS::RDS::DBCluster
    Properties: {Engine: aurora-mysql, Port: 3307}
  Writer:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: aurora-mysql, DBClusterIdentifier: !Ref Cluster}
  Rule:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      GroupId: sg-1
      IpProtocol: tcp
      FromPort: !GetAtt Writer.Endpoint.Port
      ToPort: !GetAtt Cluster.Endpoint.Port
      CidrIp: 10.0.0.0/16
""").every(Permission)

    assert [said(found.first_port), said(found.last_port)] == [OPEN, 3307]
