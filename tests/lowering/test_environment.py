"""What containers find in their environment: texts, and which data stores these come from."""

import pytest

from lowering.networks import network
from taskwall.core.values import Text
from taskwall.model.entities.environment import Variable

SOURCE = """
variable "v" {}
resource "aws_db_instance" "d" { identifier = "d" }
resource "aws_secretsmanager_secret" "s" {}
resource "aws_secretsmanager_secret_version" "s" {
  secret_id     = aws_secretsmanager_secret.s.id
  secret_string = jsonencode({ host = aws_db_instance.d.address, other = "x" })
}
resource "aws_secretsmanager_secret" "o" {}
resource "aws_secretsmanager_secret_version" "o" {
  secret_id     = aws_secretsmanager_secret.o.id
  secret_string = var.v
}
resource "aws_secretsmanager_secret" "n" { name = "named" }
resource "aws_secretsmanager_secret_version" "n" {
  secret_id     = aws_secretsmanager_secret.n.id
  secret_string = aws_db_instance.d.address
}
resource "aws_ssm_parameter" "p" {
  name  = "/p"
  value = "postgres://${aws_db_instance.d.endpoint}/x"
}
data "aws_secretsmanager_secret" "l" { name = "l" }
resource "aws_secretsmanager_secret_version" "l" {
  secret_id     = data.aws_secretsmanager_secret.l.id
  secret_string = aws_db_instance.d.address
}
module "m" { source = "a/b/c" }
resource "aws_secretsmanager_secret_version" "m" {
  secret_id     = module.m.secret
  secret_string = aws_db_instance.d.address
}
data "aws_db_instance" "look" { db_instance_identifier = "elsewhere" }
data "aws_elasticache_cluster" "look" { cluster_id = "elsewhere" }
data "aws_vpc" "look" { id = "vpc-1" }
resource "aws_ecs_task_definition" "t" {
  container_definitions = jsonencode([{ name = "c", KEY = [{ name = "A", INNER = VALUE }] }])
}
"""
STORE = "aws_db_instance.d"
SECRET, VERSION = "aws_secretsmanager_secret", "aws_secretsmanager_secret_version"


def variable(value: str, secret: bool = False) -> Variable:
    """The variable of a container of Terraform, or its secret."""
    key, inner = ("secrets", "valueFrom") if secret else ("environment", "value")
    text = SOURCE.replace("KEY", key).replace("INNER", inner).replace("VALUE", value)
    (found,) = network(text).every(Variable)
    return found


def shown(found: Variable) -> str | None:
    """The text of a variable, with a star for each part that is not known."""
    if isinstance(found.value, Text):
        return "".join(part if isinstance(part, str) else "*" for part in found.value.parts)
    return found.value


@pytest.mark.parametrize(
    ("value", "text", "refers"),
    [
        ('"x"', "x", []),
        ("5", "5", []),
        ("var.v", None, []),
        ("aws_db_instance.d.address", "*", [STORE]),
        ('"postgres://${aws_db_instance.d.endpoint}/x"', "postgres://*/x", [STORE]),
        ("jsonencode({ host = aws_db_instance.d.address })", '{"host":"*"}', [STORE]),
        (
            '"a=${jsonencode({ host = aws_db_instance.d.address })}"',
            'a={"host":"*"}',
            [STORE],
        ),
        ('jsonencode({ list = ["a", var.v] })', '{"list":"["a"]["*"]"}', []),
        ('jsonencode(merge(var.v, { host = "a" }))', '{"host":"a"}{"":"*"}', []),
        ('jsonencode(concat(["a"], var.v))', '["a"]["*"]', []),
        ("base64encode(aws_db_instance.d.address)", None, [STORE]),
    ],
)
def test_values_of_variables(value: str, text: str | None, refers: list[str]) -> None:
    """They are texts, known in part, and refer to what their parts are made of."""
    found = variable(value)

    assert shown(found) == text
    assert list(found.refers) == refers
    assert not found.unread


@pytest.mark.parametrize(
    ("source", "refers"),
    [
        (f"{SECRET}.s.arn", [f"{SECRET}.s", STORE]),
        (f'"${{{SECRET}.s.arn}}:host::"', [f"{SECRET}.s", STORE]),
        (f"{SECRET}.o.arn", [f"{SECRET}.o"]),
        ("aws_ssm_parameter.p.arn", ["aws_ssm_parameter.p", STORE]),
        (f"data.{SECRET}.l.arn", [f"data.{SECRET}.l", f"{VERSION}.l", STORE]),
        ("module.m.secret", [f"{VERSION}.m", STORE]),
        ("module.m.another", []),
        ("var.v", []),
        # By a name or an ARN that is written out.
        ('"/p"', ["aws_ssm_parameter.p", STORE]),
        ('"arn:aws:ssm:eu-west-1:123456789012:parameter/p"', ["aws_ssm_parameter.p", STORE]),
        ('"arn:aws:ssm:${var.v}:1:parameter/p"', ["aws_ssm_parameter.p", STORE]),
        ('"/q"', []),
        ('"arn:aws:ssm:eu-west-1:123456789012:parameter/q/p"', []),
        ('"arn:aws:secretsmanager:eu-west-1:1:secret:named"', [f"{SECRET}.n", STORE]),
        ('"arn:aws:secretsmanager:eu-west-1:1:secret:named-a1B2c3:key::"', [f"{SECRET}.n", STORE]),
        ('"arn:aws:secretsmanager:eu-west-1:1:secret:named-??????"', [f"{SECRET}.n", STORE]),
        ('"arn:aws:secretsmanager:eu-west-1:1:secret:named-other"', []),
    ],
)
def test_what_secrets_hold(source: str, refers: list[str]) -> None:
    """A secret refers to what the sources put into it, by whatever they name it."""
    found = variable(source, secret=True)

    assert list(found.refers) == refers
    assert (found.unread, shown(found)) == (True, None)


@pytest.mark.parametrize(
    ("arguments", "refers"),
    [
        ('["serve", "--db", "postgres://${aws_db_instance.d.endpoint}/x"]', [STORE]),
        ("[aws_ssm_parameter.p.value]", ["aws_ssm_parameter.p", STORE]),
        ('["serve"]', None),
        ("var.v", None),
        ("[var.v]", None),
    ],
)
@pytest.mark.parametrize("key", ["command", "entryPoint"])
def test_what_arguments_name(key: str, arguments: str, refers: list[str] | None) -> None:
    """What a container is started with names stores as its environment does."""
    text = SOURCE.replace('KEY = [{ name = "A", INNER = VALUE }]', f"{key} = {arguments}")
    found = network(text).every(Variable)

    expected = [] if refers is None else [(refers, True, None)]
    assert [(list(one.refers), one.unread, one.value) for one in found] == expected


@pytest.mark.parametrize(
    ("containers", "waits", "anything"),
    [
        ("var.v", ["var.v"], False),
        ("aws_ssm_parameter.p.nowhere", ["aws_ssm_parameter.p.nowhere"], False),
        ("local.nowhere", ["local.nowhere"], True),
        ('"no containers"', [], False),
        ("null", [], False),
    ],
)
def test_containers_that_are_not_known(containers: str, waits: list[str], anything: bool) -> None:
    """Something is in their environment, which the sources do not tell."""
    listed = 'jsonencode([{ name = "c", KEY = [{ name = "A", INNER = VALUE }] }])'
    found = network(SOURCE.replace(listed, containers)).every(Variable)

    assert [need.name for each in found for need in each.needs] == waits
    for each in found:
        assert (each.container, each.name, each.value, list(each.refers)) == (
            "a container", "", None, [],
        )  # fmt: skip
        assert each.anything is anything


@pytest.mark.parametrize(
    ("value", "stores"),
    [
        ("data.aws_db_instance.look.address", [("data.aws_db_instance.look", True)]),
        (
            "data.aws_elasticache_cluster.look.configuration_endpoint",
            [("data.aws_elasticache_cluster.look", False)],
        ),
        ("data.aws_vpc.look.arn", []),
        ("aws_db_instance.d.address", []),
    ],
)
def test_stores_that_are_looked_up(value: str, stores: list[tuple[str, bool]]) -> None:
    """They are noted, and whether one of their kind can be public."""
    assert list(variable(value).stores) == stores


LOOKED_UP = {
    "aws_db_instance": True,
    "aws_rds_cluster": True,
    "aws_redshift_cluster": True,
    "aws_redshiftserverless_workgroup": True,
    "aws_opensearch_domain": True,
    "aws_elasticsearch_domain": True,
    "aws_msk_cluster": True,
    "aws_mq_broker": True,
    "aws_timestreaminfluxdb_db_instance": True,
    "aws_neptune_cluster": True,
    "aws_db_proxy": False,
    "aws_dax_cluster": False,
    "aws_docdb_cluster": False,
    "aws_docdbelastic_cluster": False,
    "aws_elasticache_cluster": False,
    "aws_elasticache_replication_group": False,
    "aws_elasticache_serverless_cache": False,
    "aws_memorydb_cluster": False,
}


@pytest.mark.parametrize(("type_", "public"), LOOKED_UP.items(), ids=LOOKED_UP)
def test_kinds_of_stores_that_are_looked_up(type_: str, public: bool) -> None:
    """Some kinds have no public address: caches, proxies, DocumentDB, DAX."""
    text = f'data "{type_}" "there" {{}}\n' + SOURCE.replace(
        "VALUE", f"data.{type_}.there.endpoint"
    )
    (found,) = network(text.replace("KEY", "environment").replace("INNER", "value")).every(Variable)

    assert list(found.stores) == [(f"data.{type_}.there", public)]


@pytest.mark.parametrize(
    ("name", "refers"),
    [
        ('"c"', "aws_rds_cluster.c"),
        ("aws_rds_cluster.unnamed.id", "aws_rds_cluster.unnamed"),
        ("aws_docdb_cluster.d.id", "data.aws_rds_cluster.l"),
        ('"other"', "data.aws_rds_cluster.l"),
    ],
)
def test_a_store_that_is_written_and_looked_up(name: str, refers: str) -> None:
    """It is one store, which goes by what writes it."""
    text = f"""
data "aws_rds_cluster" "l" {{ cluster_identifier = {name} }}
resource "aws_rds_cluster" "c" {{ cluster_identifier = "c" }}
resource "aws_rds_cluster" "unnamed" {{}}
resource "aws_docdb_cluster" "d" {{}}
"""
    (found,) = network(
        text
        + SOURCE.replace("KEY", "environment")
        .replace("INNER", "value")
        .replace("VALUE", "data.aws_rds_cluster.l.endpoint")
    ).every(Variable)

    assert list(found.refers) == [refers]

    secret = f"""
resource "{SECRET}" "e" {{}}
resource "{VERSION}" "e" {{
  secret_id     = {SECRET}.e.id
  secret_string = data.aws_rds_cluster.l.endpoint
}}
"""
    (found,) = network(
        text
        + secret
        + SOURCE.replace("KEY", "secrets")
        .replace("INNER", "valueFrom")
        .replace("VALUE", f"{SECRET}.e.arn")
    ).every(Variable)

    assert list(found.refers) == [f"{SECRET}.e", refers]


TEMPLATE = """
Parameters: {P: {Type: String}}
Resources:
  D: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres}}
  S:
    Type: AWS::SecretsManager::Secret
    Properties: {SecretString: !Sub '{"host": "${D.Endpoint.Address}"}'}
  Attached: {Type: AWS::SecretsManager::Secret}
  Attachment:
    Type: AWS::SecretsManager::SecretTargetAttachment
    Properties: {SecretId: !Ref Attached, TargetId: !Ref D, TargetType: AWS::RDS::DBInstance}
  Stored:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !GetAtt D.Endpoint.Address}
  T:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions: [{Name: c, WHAT}]
"""


@pytest.mark.parametrize(
    ("what", "text", "refers"),
    [
        ("Environment: [{Name: A, Value: !GetAtt D.Endpoint.Address}]", "*", ["D"]),
        (
            "Environment: [{Name: A, Value: {'Fn::Base64': !Sub 'h=${D.Endpoint.Address}'}}]",
            "h=*",
            ["D"],
        ),
        ("Environment: [{Name: A, Value: {'Fn::Base64': plain}}]", "plain", []),
        ("Secrets: [{Name: A, ValueFrom: !Ref S}]", None, ["S", "D"]),
        ("Secrets: [{Name: A, ValueFrom: !Ref Attached}]", None, ["Attached", "D"]),
        ("Secrets: [{Name: A, ValueFrom: !Ref Attachment}]", None, ["Attachment", "D"]),
        ("Secrets: [{Name: A, ValueFrom: !Ref Stored}]", None, ["Stored", "D"]),
        ("Secrets: [{Name: A, ValueFrom: !Ref P}]", None, []),
        ("Command: [serve, !GetAtt D.Endpoint.Address]", None, ["D"]),
        ("EntryPoint: [!Ref Stored]", None, ["Stored", "D"]),
    ],
    ids=range(10),
)
def test_variables_of_templates(what: str, text: str | None, refers: list[str]) -> None:
    """CloudFormation attaches a store to a secret, and encodes texts that stay what they are."""
    (found,) = network(TEMPLATE.replace("WHAT", what)).every(Variable)

    assert (shown(found), list(found.refers)) == (text, refers)


@pytest.mark.parametrize(
    ("source", "refers"),
    [
        ("/p", ["P", "D"]),
        ("!Sub 'arn:aws:ssm:${AWS::Region}:${AWS::AccountId}:parameter/p'", ["P", "D"]),
        ("!Sub 'arn:aws:secretsmanager:${AWS::Region}:1:secret:named-??????'", ["S", "D"]),
        ("/other", []),
    ],
)
def test_what_names_and_arns_of_a_template_lead_to(source: str, refers: list[str]) -> None:
    """A secret that is named by what its parameter or secret is called holds what that holds."""
    text = f"""
Resources:
  D: {{Type: AWS::RDS::DBInstance, Properties: {{DBInstanceIdentifier: d}}}}
  P: {{Type: AWS::SSM::Parameter, Properties: {{Name: /p, Value: !GetAtt D.Endpoint.Address}}}}
  S:
    Type: AWS::SecretsManager::Secret
    Properties: {{Name: named, SecretString: !GetAtt D.Endpoint.Address}}
  T:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: web
          Secrets: [{{Name: A, ValueFrom: {source}}}]
"""
    (found,) = network(text).every(Variable)

    assert list(found.refers) == refers


@pytest.mark.parametrize(
    "written", ["jsonencode([CONTAINER])", "jsonencode(concat([CONTAINER], []))", "[CONTAINER]"]
)
def test_a_value_that_fails_is_unknown_by_itself(written: str) -> None:
    """A secret that the defaults do not have costs nothing else of its container."""
    container = """{
      name        = "c"
      environment = [{ name = "A", value = var.given["key"] }, { name = "B", value = "b" }]
    }"""
    text = f"""
    variable "given" {{ default = {{}} }}
    resource "aws_ecs_task_definition" "t" {{
      container_definitions = {written.replace("CONTAINER", container)}
    }}
    """

    found = {each.name: each for each in network(text).every(Variable)}

    assert (found["A"].value, found["B"].value) == (None, "b")
    (need,) = found["A"].needs
    assert "does not exist" in need.why
