"""What data stores ask of connections: by parameter groups, settings of their own, and defaults."""

import json

import pytest

from lowering.networks import network
from taskwall.lowering import lower
from taskwall.model.data_stores.store import Store, TlsRequirement
from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Inputs


def requirements(type_: str, body: str, more: str = "") -> tuple[TlsRequirement, ...]:
    """What a data store of Terraform asks."""
    text = f'variable "v" {{}}\n{more}resource "{type_}" "d" {{\n{body}\n}}\n'
    (found,) = (each for each in network(text).every(Store) if each.id == f"{type_}.d")
    return found.tls_requirements


def group(
    family: str = '"postgres15"', parameters: str = "", kind: str = "aws_db_parameter_group"
) -> str:
    """A parameter group, with what its body has beside its family."""
    return f'resource "{kind}" "p" {{\nname = "own"\nfamily = {family}\n{parameters}\n}}\n'


def parameter(value: str, name: str = "rds.force_ssl") -> str:
    """A parameter of a group."""
    return f'parameter {{\nname = "{name}"\nvalue = {value}\n}}\n'


DATABASE, CLUSTER = "aws_db_instance", "aws_rds_cluster"
OF_GROUP = "parameter_group_name = aws_db_parameter_group.p.name\n"
POSTGRES = 'engine = "postgres"\n'
OPEN_LIST = """dynamic "parameter" {
  for_each = var.v
  content {
    name  = parameter.key
    value = "1"
  }
}
"""

BY_DEFAULT: dict[str, tuple[str, str, bool | None, str]] = {
    "PostgreSQL 15": (DATABASE, POSTGRES + 'engine_version = "15.4"', True, ""),
    "PostgreSQL 14": (DATABASE, POSTGRES + 'engine_version = "14.4"', False, ""),
    "PostgreSQL": (DATABASE, POSTGRES, None, "the engine version of aws_db_instance.d"),
    "MariaDB of either side": (
        DATABASE, 'engine = "mariadb"\nengine_version = "11"', None,
        "the engine version of aws_db_instance.d",
    ),
    "a version that is not known": (
        DATABASE, POSTGRES + "engine_version = var.v", None, "var.v",
    ),
    "a version whose beginning is not known": (
        DATABASE, POSTGRES + 'engine_version = "${var.v}.1"', None, "var.v",
    ),
    "a version whose end is not known": (
        DATABASE, POSTGRES + 'engine_version = "15.${var.v}"', True, "",
    ),
    "MySQL": (DATABASE, 'engine = "mysql"\nengine_version = "8.0"', False, ""),
    "MariaDB": (DATABASE, 'engine = "mariadb"\nengine_version = "11.8"', True, ""),
    "Oracle": (DATABASE, 'engine = "oracle-ee"', None, "the engine of aws_db_instance.d"),
    "no engine": (DATABASE, 'engine = ""', None, "the engine of aws_db_instance.d"),
    "an engine that is not known": (DATABASE, "engine = var.v", None, "var.v"),
    "Aurora PostgreSQL": (
        CLUSTER, 'engine = "aurora-postgresql"\nengine_version = "15.2"', False, "",
    ),
    "Aurora MySQL": (CLUSTER, 'engine = "aurora-mysql"\nengine_version = "8.0"', False, ""),
    "Aurora of old": (CLUSTER, 'engine = "aurora"', False, ""),
    "a group of AWS": (
        DATABASE, POSTGRES + 'parameter_group_name = "default.postgres15"', True, "",
    ),
    "an older group of AWS": (
        DATABASE, POSTGRES + 'parameter_group_name = "default.postgres14"', False, "",
    ),
    "a group of AWS alone": (DATABASE, 'parameter_group_name = "default.mysql8.0"', False, ""),
    "a group of AWS for clusters": (
        CLUSTER,
        ('engine = "aurora-postgresql"\n'
        'db_cluster_parameter_group_name = "default.aurora-postgresql17"'),
        True,
        "",
    ),
    "a group from elsewhere": (DATABASE, POSTGRES + 'parameter_group_name = "x"', None, "x"),
    "a group that is not known": (
        DATABASE, POSTGRES + "parameter_group_name = var.v", None, "var.v",
    ),
    "DocumentDB": ("aws_docdb_cluster", "", True, ""),
    "Neptune": ("aws_neptune_cluster", "", True, ""),
    "Redshift": (
        "aws_redshift_cluster", "", None, "the parameter group of aws_redshift_cluster.d",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("type_", "body", "truth", "waits"), BY_DEFAULT.values(), ids=BY_DEFAULT)
def test_defaults_of_engines(type_: str, body: str, truth: bool | None, waits: str) -> None:
    """An engine insists from some version on; a fix makes a group in the place of none or AWS's."""
    (found,) = requirements(type_, body)

    assert found.fact.truth is truth
    assert [need.name for need in found.fact.waits_for()] == ([waits] if waits else [])
    own = "group" in body and '"default.' not in body
    makes = truth is not None and not own and type_ in (DATABASE, CLUSTER)
    assert len(found.changes) == 2 * makes


FAMILIES = {
    'engine = "postgres"\nengine_version = "15.4"': "postgres15",
    'engine = "postgres"\nengine_version = "10.4"': "postgres10",
    'engine = "postgres"\nengine_version = "9.6.1"': "postgres9.6",
    'engine = "postgres"\nengine_version = "9"': None,
    'engine = "mysql"\nengine_version = "8.0.35"': "mysql8.0",
    'engine = "mysql"\nengine_version = "8"': None,
    'engine = "mariadb"\nengine_version = "10.6"': "mariadb10.6",
    'engine = "sqlserver-ex"\nengine_version = "15.00"': None,
}


@pytest.mark.parametrize(("body", "family"), FAMILIES.items(), ids=FAMILIES)
def test_families_of_new_groups(body: str, family: str | None) -> None:
    """PostgreSQL has one for each major version, the others for two numbers, if both are said."""
    (found,) = requirements(DATABASE, body)
    made = [change.terraform for change in found.changes if change.form == "beside"]

    assert [f'family = "{family}"' in getattr(code, "text", "") for code in made] == [True] * bool(
        family
    )


GROUPS: dict[str, tuple[str, str, bool | None, int]] = {
    "on": (POSTGRES + OF_GROUP, group(parameters=parameter('"1"')), True, 1),
    "off": (POSTGRES + OF_GROUP, group(parameters=parameter('"0"')), False, 1),
    "not known": (POSTGRES + OF_GROUP, group(parameters=parameter("var.v")), None, 0),
    "left to the default": (
        POSTGRES + OF_GROUP, group(parameters=parameter('"0"', "other")), True, 1,
    ),
    "left to an older default": (POSTGRES + OF_GROUP, group('"postgres14"'), False, 1),
    "by its name": (
        POSTGRES + 'parameter_group_name = "own"', group(parameters=parameter('"0"')), False, 1,
    ),
    "its family tells the engine": (OF_GROUP, group('"postgres14"'), False, 1),
    "its family tells an edition": (OF_GROUP, group('"sqlserver-ex-15.0"'), False, 1),
    "its family tells the older name": (
        OF_GROUP, group('"aurora5.6"', parameter('"ON"', "require_secure_transport")), True, 1,
    ),
    "its family is of another version": (
        POSTGRES + 'engine_version = "15.4"\n' + OF_GROUP, group('"postgres14"'), True, 1,
    ),
    "its family is of another engine": (
        POSTGRES + 'engine_version = "14.4"\n' + OF_GROUP, group('"mariadb11.8"'), False, 1,
    ),
    "its family is not known": (POSTGRES + OF_GROUP, group("var.v"), None, 1),
    "neither family nor engine is known": (OF_GROUP, group("var.v"), None, 0),
    "its list is open": (POSTGRES + OF_GROUP, group(parameters=OPEN_LIST), None, 0),
    "on, and perhaps not there": (
        POSTGRES + OF_GROUP,
        group(parameters="count = var.v ? 1 : 0\n" + parameter('"1"')),
        None,
        1,
    ),
    "off, and perhaps not there": (
        POSTGRES + OF_GROUP,
        group(parameters="count = var.v ? 1 : 0\n" + parameter('"0"')),
        False,
        1,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "given", "truth", "changes"), GROUPS.values(), ids=GROUPS)
def test_parameter_groups(body: str, given: str, truth: bool | None, changes: int) -> None:
    """What a group sets counts, else the default of its family; a fix sets it there."""
    (found,) = requirements(DATABASE, body, given)

    assert found.fact.truth is truth
    assert len(found.changes) == changes


@pytest.mark.parametrize("value", ['"0"', '"1"'])
def test_a_single_parameter_of_json(value: str) -> None:
    """Terraform's JSON has one block as an object, and several as a list."""
    block = {"name": "rds.force_ssl", "value": json.loads(value)}
    for written in (block, [block], [{"name": "other", "value": "x"}, block]):
        group_ = {"name": "own", "family": "postgres15", "parameter": written}
        database = {"engine": "postgres", "parameter_group_name": "own"}
        text = {"resource": {"aws_db_parameter_group": {"p": group_}, DATABASE: {"d": database}}}
        roots, errors = terraform.stacks(
            ["a.tf.json"], Files({"a.tf.json": json.dumps(text)}), Inputs()
        )
        (store,) = lower(roots[0].evaluate({}).resources).network.every(Store)
        assert not errors
        assert [each.fact.truth for each in store.tls_requirements] == [value == '"1"']


@pytest.mark.parametrize(
    ("body", "truth"),
    [
        ("replicate_source_db = aws_db_instance.s.identifier", False),
        ("replicate_source_db = aws_db_instance.s.arn", False),
        ("replicate_source_db = aws_db_instance.s.arn\nprovider = aws.other", None),
        ('replicate_source_db = aws_db_instance.s.arn\nregion = "eu-west-1"', None),
        ('replicate_source_db = "arn:aws:rds:eu-west-1:1:db:s"', None),
        ("replicate_source_db = var.v", None),
        ("replicate_source_db = var.v ? aws_db_instance.s.identifier : null", None),
        ("replicate_source_db = 5", None),
        (
            (
                'replicate_source_db = aws_db_instance.s.identifier\nengine = "postgres"\n'
                'engine_version = "15.1"\nparameter_group_name = "default.postgres15"'
            ),
            True,
        ),
    ],
)
def test_replicas(body: str, truth: bool | None) -> None:
    """One of another Region has another group, and one with its own group has what that says."""
    source = f'resource "{DATABASE}" "s" {{\nengine = "postgres"\nengine_version = "14.1"\n}}\n'
    (found,) = requirements(DATABASE, body, source)

    assert found.fact.truth is truth


@pytest.mark.parametrize(
    ("parameters", "name", "truth", "changes"),
    [
        ("{rds.force_ssl: '1'}", "!Ref G", True, 1),
        ("{rds.force_ssl: '0'}", "own", False, 1),
        ("{rds.force_ssl: !Ref P}", "own", None, 0),
        ("{other: '1'}", "own", False, 1),
        ("!Ref P", "own", None, 0),
        ("{}", "another", None, 0),
    ],
)
def test_parameter_groups_of_templates(
    parameters: str, name: str, truth: bool | None, changes: int
) -> None:
    """They have a map of parameters."""
    text = f"""
Parameters: {{P: {{Type: String}}}}
Resources:
  G:
    Type: AWS::RDS::DBParameterGroup
    Properties: {{DBParameterGroupName: own, Family: postgres14, Parameters: {parameters}}}
  D:
    Type: AWS::RDS::DBInstance
    Properties: {{Engine: postgres, EngineVersion: '14.1', DBParameterGroupName: {name}}}
"""
    (store,) = network(text).every(Store)

    assert [(each.fact.truth, len(each.changes)) for each in store.tls_requirements] == [
        (truth, changes)
    ]


@pytest.mark.parametrize("name", ["!Ref OfCluster", "own"])
def test_groups_of_one_name(name: str) -> None:
    """A database and a cluster may each have one, which their property tells apart."""
    text = f"""
Resources:
  OfDatabase:
    Type: AWS::RDS::DBParameterGroup
    Properties: {{DBParameterGroupName: own, Family: postgres15, Parameters: {{a: b}}}}
  OfCluster:
    Type: AWS::RDS::DBClusterParameterGroup
    Properties:
      DBClusterParameterGroupName: own
      Family: aurora-postgresql15
      Parameters: {{rds.force_ssl: '1'}}
  C:
    Type: AWS::RDS::DBCluster
    Properties: {{Engine: aurora-postgresql, DBClusterParameterGroupName: {name}}}
"""
    (store,) = network(text).every(Store)

    assert [each.fact.truth for each in store.tls_requirements] == [True]


SSL = "{ParameterName: require_ssl, ParameterValue: 'true'}"


@pytest.mark.parametrize(
    ("parameters", "truth"),
    [
        (f"[{SSL}]", True),
        (f"[{SSL.replace('true', 'false')}]", False),
        ("[]", False),
        ("[{ParameterName: !Ref P, ParameterValue: 'true'}]", None),
        (f"[!If [C, {SSL}, !Ref AWS::NoValue]]", None),
        ("[{ParameterName: other, ParameterValue: 'true'}]", False),
    ],
    ids=range(6),
)
def test_parameter_groups_of_warehouses(parameters: str, truth: bool | None) -> None:
    """They have a list, and their family says so in another word."""
    text = f"""
Parameters: {{P: {{Type: String}}}}
Conditions: {{C: !Equals [!Ref P, a]}}
Resources:
  G:
    Type: AWS::Redshift::ClusterParameterGroup
    Properties: {{ParameterGroupFamily: redshift-1.0, Parameters: {parameters}}}
  D: {{Type: AWS::Redshift::Cluster, Properties: {{ClusterParameterGroupName: !Ref G}}}}
"""
    (store,) = network(text).every(Store)

    assert [each.fact.truth for each in store.tls_requirements] == [truth]


def test_a_replica_by_the_arn_of_what_is_deployed() -> None:
    """Where a source has the ARN of the other database, as plans do, that is in another Region."""
    arn = "arn:aws:rds:eu-west-1:123456789012:db:s"
    source = f'resource "{DATABASE}" "s" {{\nengine = "mysql"\narn = "{arn}"\n}}\n'
    (found,) = requirements(DATABASE, f'replicate_source_db = "{arn}"', source)

    assert [need.name for need in found.fact.needs] == [f"the engine of {DATABASE}.d"]


def test_replicas_of_replicas() -> None:
    """Each asks what its source does, in as many steps as RDS allows (PostgreSQL: three)."""
    text = 'resource "aws_db_instance" "d0" {\nengine = "postgres"\nengine_version = "14.1"\n}\n'
    for number in range(3):
        source = f"aws_db_instance.d{number}.identifier"
        text += f'resource "{DATABASE}" "d{number + 1}" {{\nreplicate_source_db = {source}\n}}\n'
    found = network(text).every(Store)

    assert [[each.fact.truth for each in store.tls_requirements] for store in found] == [
        [False], [False], [False], [False],
    ]  # fmt: skip


def test_replicas_of_each_other() -> None:
    """AWS refuses to make them, and nobody follows them for ever."""
    text = "".join(
        f'resource "{DATABASE}" "{own}" {{ replicate_source_db = {DATABASE}.{other}.identifier }}\n'
        for own, other in ("ab", "ba")
    )

    for store in network(text).every(Store):
        assert [each.fact.truth for each in store.tls_requirements] == [None]


def test_parameter_groups_of_document_databases() -> None:
    """Each kind of store has a parameter of its own."""
    kind = "aws_docdb_cluster_parameter_group"
    body = f"db_cluster_parameter_group_name = {kind}.p.name"
    for value, truth in (('"disabled"', False), ('"enabled"', True)):
        given = group('"docdb5.0"', parameter(value, "tls"), kind)
        (found,) = requirements("aws_docdb_cluster", body, given)
        assert found.fact.truth is truth


REPLICATED, CACHE = "aws_elasticache_replication_group", "aws_elasticache_cluster"
ON = "transit_encryption_enabled = true\n"
SEARCH, WORKGROUP = "aws_opensearch_domain", "aws_redshiftserverless_workgroup"
KAFKA = "encryption_info {\nencryption_in_transit {\nclient_broker = %s\nin_cluster = %s\n}\n}"


def required(value: str, key: str = '"require_ssl"') -> str:
    """A parameter of a workgroup."""
    return f"config_parameter {{\nparameter_key = {key}\nparameter_value = {value}\n}}"


SETTINGS: list[tuple[str, str, list[bool | None], list[int]]] = [
    (REPLICATED, "", [False], [1]),
    (REPLICATED, 'engine = "valkey"', [False], [1]),
    (REPLICATED, "engine = var.v", [False], [1]),
    (REPLICATED, ON, [True], [1]),
    (REPLICATED, 'engine = "valkey"\n' + ON, [True], [1]),
    (REPLICATED, ON + 'transit_encryption_mode = "preferred"', [True, False], [1, 1]),
    (REPLICATED, ON + 'transit_encryption_mode = "required"', [True, True], [1, 1]),
    (CACHE, 'engine = "redis"', [False], [0]),
    (CACHE, 'engine = "memcached"', [False], [1]),
    (CACHE, 'engine = "memcached"\ntransit_encryption_mode = "preferred"\n' + ON, [True], [1]),
    ("aws_memorydb_cluster", "", [True], [1]),
    ("aws_memorydb_cluster", "tls_enabled = false", [False], [1]),
    ("aws_msk_cluster", "", [True, True], [1, 1]),
    ("aws_msk_cluster", KAFKA % ('"TLS_PLAINTEXT"', "false"), [False, False], [1, 1]),
    ("aws_msk_cluster", KAFKA % ('"TLS"', "true"), [True, True], [1, 1]),
    (SEARCH, "", [False, False], [1, 1]),
    (SEARCH, "node_to_node_encryption { enabled = true }", [True, False], [1, 1]),
    (SEARCH, "domain_endpoint_options {}", [False, True], [1, 1]),
    (SEARCH, "domain_endpoint_options { enforce_https = false }", [False, False], [1, 1]),
    ("aws_dax_cluster", "", [False], [1]),
    ("aws_dax_cluster", 'cluster_endpoint_encryption_type = "TLS"', [True], [1]),
    (WORKGROUP, "", [None], [0]),
    (WORKGROUP, required('"true"'), [True], [1]),
    (WORKGROUP, required('"false"'), [False], [1]),
    (WORKGROUP, required('"true"', "var.v"), [None], [0]),
    ("aws_mq_broker", "", [True], [0]),
    ("aws_docdbelastic_cluster", "", [], []),
]


@pytest.mark.parametrize(("type_", "body", "truths", "changes"), SETTINGS, ids=range(len(SETTINGS)))
def test_settings_of_stores(
    type_: str, body: str, truths: list[bool | None], changes: list[int]
) -> None:
    """Other stores have switches, each with its default, or take nothing else than TLS."""
    found = requirements(type_, body)

    assert [each.fact.truth for each in found] == truths
    assert [len(each.changes) for each in found] == changes


@pytest.mark.parametrize(
    ("body", "truth", "waits"),
    [
        ("Engine: valkey", None, "TransitEncryptionEnabled"),
        ("Engine: Valkey", None, "TransitEncryptionEnabled"),
        ("Engine: redis", False, ""),
        ("{}", False, ""),
        ("Engine: !Ref Given", None, "Given"),
        ("{Engine: valkey, TransitEncryptionEnabled: true}", True, ""),
        ("{Engine: valkey, TransitEncryptionEnabled: false}", False, ""),
    ],
)
def test_replication_groups_of_templates(body: str, truth: bool | None, waits: str) -> None:
    """CloudFormation sends nothing where nothing is written, and what AWS does is by the engine."""
    properties = body if body.startswith("{") else f"{{{body}}}"
    text = f"""
Parameters: {{Given: {{Type: String}}}}
Resources:
  R: {{Type: AWS::ElastiCache::ReplicationGroup, Properties: {properties}}}
"""
    (store,) = network(text).every(Store)
    (found,) = store.tls_requirements

    assert found.fact.truth is truth
    assert [need.name for need in found.fact.waits_for()] == ([waits] if waits else [])


def test_search_domains_of_templates() -> None:
    """There a block alone switches nothing on: the AWS provider does that."""
    text = """
Resources:
  D:
    Type: AWS::OpenSearchService::Domain
    Properties: {DomainEndpointOptions: {TLSSecurityPolicy: Policy-Min-TLS-1-2-2019-07}}
"""
    (found,) = network(text).every(Store)

    assert [each.fact.truth for each in found.tls_requirements] == [False, False]
