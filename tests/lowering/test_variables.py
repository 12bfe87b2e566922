"""What messages call variables and their containers, where these are written, to what they lead."""

import pytest

from lowering.networks import network
from taskwall.model.entities.environment import Variable

SOURCE = """
variable "v" {}
variable "given" { default = "x" }
locals { host = "y" }
resource "aws_db_instance" "d" { identifier = "d" }
resource "aws_secretsmanager_secret" "s" { name = "named" }
resource "aws_secretsmanager_secret_version" "s" {
  secret_id     = aws_secretsmanager_secret.s.id
  secret_string = HELD
}
data "aws_db_instance" "one" { db_instance_identifier = "one" }
data "aws_elasticache_cluster" "two" { cluster_id = "two" }
module "m" { source = "a/b/c" }
resource "aws_ecs_task_definition" "t" {
  container_definitions = jsonencode(CONTAINERS)
}
"""
STORE, SECRET = "aws_db_instance.d", "aws_secretsmanager_secret.s"
LOOKED_UP = {("data.aws_db_instance.one", True), ("data.aws_elasticache_cluster.two", False)}


def variables(containers: str, held: str = f"{STORE}.address") -> list[Variable]:
    """The variables of the containers of a task definition."""
    text = SOURCE.replace("CONTAINERS", containers).replace("HELD", held)
    return [*network(text).every(Variable)]


def variable(name: str, value: str, key: str = "environment", inner: str = "value") -> Variable:
    """The variable of a container."""
    (found,) = variables(f'[{{ name = "c", {key} = [{{ name = {name}, {inner} = {value} }}] }}]')
    return found


E = 'environment = [{ name = "A", value = "x" }]'


@pytest.mark.parametrize(
    ("containers", "called", "names", "unnamed"),
    [
        (f'[{{ name = "c", {E} }}]', ["container c"], {"c"}, []),
        (f"[{{ name = 5, {E} }}]", ["container 5"], {"5"}, []),
        (f"[{{ name = var.v, {E} }}]", ["a container"], set(), ["var.v"]),
        (f"[{{ {E} }}]", ["a container"], set(), []),
        (
            f'[{{ name = "a", {E} }}, {{ name = "b" }}, {{ name = var.v, {E} }}]',
            ["container a", "a container"],
            {"a", "b"},
            ["var.v"],
        ),
    ],
    ids=["a name", "a number", "not known", "none", "several"],
)
def test_containers_of_variables(
    containers: str, called: list[str], names: set[str], unnamed: list[str]
) -> None:
    """They go by their names, and those of all are in one definition."""
    found = variables(containers)

    assert [each.container for each in found] == called
    for each in found:
        assert each.definition.containers == names
        assert [need.name for need in each.definition.unnamed] == unnamed
        assert (each.definition.id, each.definition.name) == (("aws_ecs_task_definition.t",) * 2)


@pytest.mark.parametrize(
    ("name", "shown", "waits"),
    [('"A"', "A", []), ("5", "5", []), ("var.v", "", ["var.v"]), ("null", "", [])],
    ids=["a text", "a number", "not known", "null"],
)
def test_names_of_variables(name: str, shown: str, waits: list[str]) -> None:
    """One that is not known has none, and waits for it."""
    found = variable(name, '"x"')

    assert (found.name, [need.name for need in found.named]) == (shown, waits)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ('"x"', "  container_definitions = "),
        ("var.given", 'variable "given" { default = "x" }'),
        ("local.host", 'locals { host = "y" }'),
        ("aws_db_instance.d.identifier", 'resource "aws_db_instance" "d" { identifier = "d" }'),
    ],
    ids=["a text", "a variable", "a local", "an attribute"],
)
def test_where_values_are_written(value: str, line: str) -> None:
    """A fix changes the value where it stands, and not where it is used."""
    found = variable('"A"', value)

    assert found.written is not None
    assert SOURCE.split("\n")[found.written.line - 1].startswith(line)


@pytest.mark.parametrize(
    ("value", "refers", "anything"),
    [
        ('"x"', [], False),
        ("null", [], False),
        ('"${aws_db_instance.d.address}:${aws_db_instance.d.port}"', [STORE], False),
        ("module.m.host", [], False),
        ("[local.nowhere, var.v]", [], True),
        ("[aws_db_instance.d.port, local.nowhere]", [STORE], True),
        ("local.nowhere", [], True),
        ("var.v", [], False),
        ("upper(aws_db_instance.d.address)", [STORE], False),
        ('"named"', [], False),
    ],
    ids=[
        "a text", "null", "a store, twice", "a module", "a missing local, and more",
        "a missing local, and a store", "a missing local", "a variable", "a function of a store",
        "a secret's name",
    ],
)  # fmt: skip
def test_to_what_variables_lead(value: str, refers: list[str], anything: bool) -> None:
    """A local that no file declares may be anything, a store that is looked up as well."""
    found = variable('"A"', value)

    assert (list(found.refers), found.anything) == (refers, anything)
    assert set(found.stores) == (LOOKED_UP if anything else set())


@pytest.mark.parametrize(
    ("value", "refers"),
    [
        (f"{SECRET}.arn", [SECRET, STORE]),
        ('"named"', [SECRET, STORE]),
        ('"x"', []),
    ],
    ids=["by reference", "by name", "another name"],
)
def test_secrets_by_name(value: str, refers: list[str]) -> None:
    """A secret is named by its ARN or its name; its text is in no source."""
    found = variable('"A"', value, "secrets", "valueFrom")

    assert (list(found.refers), found.value, found.unread) == (refers, None, True)


ENDPOINT = "d.c9akciq32rgf.eu-west-1.rds.amazonaws.com"


@pytest.mark.parametrize(
    ("held", "refers", "anything"),
    [
        ('"x"', [], False),
        ("var.v", [], False),
        (f'"{ENDPOINT}"', [STORE], False),
        (f'jsonencode({{ host = "{ENDPOINT}", port = 5432 }})', [STORE], False),
        ("data.aws_db_instance.one.address", ["data.aws_db_instance.one"], False),
        ("local.nowhere", [], True),
        ('"postgres://${local.nowhere}/x"', [], True),
        ('"postgres://${var.v}:${local.nowhere}@${aws_db_instance.d.endpoint}/x"', [STORE], True),
    ],
    ids=[
        "a text", "a variable", "an endpoint", "JSON with an endpoint", "a store looked up",
        "a missing local", "a missing local in a text", "a missing local beside a store",
    ],
)  # fmt: skip
def test_to_what_secrets_lead(held: str, refers: list[str], anything: bool) -> None:
    """What the sources put into a secret counts for who is given it, endpoints by their names."""
    listed = f'[{{ name = "c", secrets = [{{ name = "A", valueFrom = {SECRET}.arn }}] }}]'
    (found,) = variables(listed, held)

    assert [each for each in found.refers if each] == [SECRET, *refers]
    assert found.anything is anything


@pytest.mark.parametrize(
    ("value", "is_url"),
    [
        ("module.m.queue_url", True),
        ("module.m.api_endpoint", True),
        ("module.m.host", False),
        ('"https://x"', False),
        ("null", False),
    ],
)
def test_urls_that_aws_gives_out(value: str, is_url: bool) -> None:
    """So modules call what they put out."""
    assert variable('"A"', value).of_aws is is_url
