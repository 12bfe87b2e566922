"""Which texts are hidden in what is shown: sensitive ones, and those that are made of them."""

from collections.abc import Callable

import pytest

from taskwall.readers import terraform
from taskwall.source.files import Files
from taskwall.source.stack import Evaluation, Inputs

MAIN = """
variable "v" {
  sensitive = true
  default   = DEFAULT
}
variable "o" {}
resource "t" "a" {
  x = EXPRESSION
}
"""

HIDDEN: list[tuple[str, str, set[str]]] = [
    ('"swordfish"', "1", set()),
    ('"swordfish"', "var.v", {"swordfish"}),
    ('["one-word", "two-word"]', "var.v", {"one-word", "two-word"}),
    ("12345", "var.v", {"12345"}),
    ("true", "var.v", set()),
    ("null", "var.v", set()),
    ('"ab"', "var.v", set()),
    ('"https://"', "var.v", set()),
    ('"swordfish"', "upper(var.v)", {"swordfish", "SWORDFISH"}),
    ('"swordfish"', '"x-${var.v}"', {"swordfish"}),
    ('"swordfish"', "base64encode(var.v)", {"c3dvcmRmaXNo", "swordfish"}),
    ('"swordfish"', 'split("d", var.v)', {"swor", "swordfish", "fish"}),
    ('"swordfish"', "jsonencode({ a = var.v })", {"swordfish"}),
    ('"swordfish"', '"${upper(var.v)}-${var.o}"', {"swordfish", "SWORDFISH"}),
    ('"swordfish"', "length(var.v)", {"swordfish"}),
    ('"swordfish"', '[upper("other"), var.v]', {"swordfish"}),
    ('"swordfish"', "keys({ a = var.v })", {"swordfish"}),
    ('{ key-one = "swordfish" }', "keys(var.v)", {"swordfish"}),
    ('{ key-one = "swordfish" }', "values(var.v)", {"swordfish"}),
    ('"swordfish"', "substr(var.v, 0, 5)", {"sword", "swordfish"}),
    ('"swordfish"', "upper(lower(var.v))", {"swordfish", "SWORDFISH"}),
    ('"swordfish"', "md5(var.v)", {"15b29ffdce66e10527a65bc6d71ad94d", "swordfish"}),
    ('"swordfish"', 'replace(var.v, "s", "S")', {"SwordfiSh", "swordfish"}),
    ('"swordfish"', 'sensitive("hidden-word")', {"hidden-word"}),
    ('"swordfish"', "nonsensitive(var.v)", {"swordfish"}),
    ('"swordfish"', 'sensitive({ a = ["in-it"], host = "a-host" })', {"in-it"}),
    ('"swordfish"', 'sensitive("a${var.o}b-text")', {"b-text"}),
    ('"abcd"', "upper(var.v)", {"ABCD", "abcd"}),
    ('"abcd"', 'format("x%sy", var.v)', {"abcd", "xabcdy"}),
    ('"abcd"', 'format("%s", var.v)', {"abcd"}),
    ('"abc"', "strrev(var.v)", {"cba", "abc"}),
    ('"abcdefgh"', 'format("x%sy", var.v)', {"abcdefgh"}),
    ('"abcdefgh"', 'replace("1-${var.v}", "-", "+")', {"abcdefgh"}),
    ('"swordfish"', 'cidrhost("10.0.0.0/8", length(var.v))', {"swordfish"}),
    ('"swordfish"', 'var.v == "swordfish" ? "yes-it-is" : "no"', {"swordfish"}),
    ('"swordfish"', '{ db_password = "own-secret" }', set()),
    ('"swordfish"', 'upper("swordfish")', set()),
]


@pytest.mark.parametrize(("default", "expression", "expected"), HIDDEN)
def test_what_is_hidden(
    default: str, expression: str, expected: set[str], evaluated: Callable[..., Evaluation]
) -> None:
    """The secret itself, wherever it goes, and what no longer shows that it was made of one."""
    main = MAIN.replace("DEFAULT", default).replace("EXPRESSION", expression)
    assert evaluated(main).sensitive_texts == expected


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("password", True),
        ("db_password", True),
        ("api_key", True),
        ("token", True),
        ("user", False),
        ("key", False),
    ],
)
def test_an_input_that_goes_by_the_name_of_a_secret(
    name: str, hidden: bool, evaluated: Callable[..., Evaluation]
) -> None:
    """It need not be said to be sensitive, in a root as in a module that it calls."""
    declared = f'variable "{name}" {{\n  default = "swordfish"\n}}\n'
    used = f'resource "t" "t" {{\n  x = var.{name}\n}}\n'
    called = f'module "m" {{\n  source = "./m"\n  {name} = "swordfish"\n}}\n'
    for main, others in (
        (declared + used, {}),
        (called, {"live/m/main.tf": declared + used}),
    ):
        assert evaluated(main, others).sensitive_texts == ({"swordfish"} if hidden else set())


@pytest.mark.parametrize(
    ("member", "hidden"),
    [
        *(
            (name, False)
            for name in (
                *("engine", "host", "port", "dbname", "dbInstanceIdentifier"),
                *("dbClusterIdentifier", "masterarn"),
            )
        ),
        *((name, True) for name in ("username", "password", "hosts", "Engine")),
    ],
)
def test_what_says_where_a_database_is(
    member: str, hidden: bool, evaluated: Callable[..., Evaluation]
) -> None:
    """It is in a secret of Secrets Manager, and no secret, however deep it lies."""
    for default in (f'{{ {member} = "some-text" }}', f'[{{ a = {{ {member} = "some-text" }} }}]'):
        main = MAIN.replace("DEFAULT", default).replace("EXPRESSION", "var.v")
        assert ("some-text" in evaluated(main).sensitive_texts) is hidden


STAGES = """
variable "stage" {}
variable "password" {}
variable "token" { sensitive = true }
resource "aws_secretsmanager_secret_version" "a" {
  secret_id     = "a"
  secret_string = jsonencode({ username = var.stage, password = var.password, t = var.token })
}
"""


@pytest.mark.parametrize(
    ("scenario", "hidden"),
    [
        ({}, set()),
        ({"var.stage": "production"}, set()),
        ({"var.password": "swordfish"}, {"swordfish"}),
        ({"var.token": "swordfish"}, {"swordfish"}),
        ({"var.stage": "production", "var.token": "swordfish"}, {"swordfish"}),
        ({"var.stage": "swordfish", "var.token": "production"}, {"production"}),
    ],
)
def test_what_a_condition_compares_a_plain_variable_with(
    scenario: dict[str, str], hidden: set[str], evaluated: Callable[..., Evaluation]
) -> None:
    """It is no secret, though one holds it: findings say `when var.stage is production`."""
    assert evaluated(STAGES, None, None, scenario).sensitive_texts == hidden


@pytest.mark.parametrize(
    ("scenario", "hidden"),
    [
        ({"web/var.stage": "production"}, set()),
        ({"web/var.token": "swordfish"}, {"swordfish"}),
        ({"web/var.level": "swordfish"}, {"swordfish"}),
    ],
)
def test_a_plain_variable_that_several_roots_have(
    scenario: dict[str, str], hidden: set[str]
) -> None:
    """It is none of the others that hide one of that name."""
    backend = 'terraform {\n  backend "s3" {\n    key = "net"\n  }\n}\n'
    inputs = 'variable "stage" {}\nvariable "token" {}\nvariable "level" {}\n'
    net = inputs.replace('"level" {', '"level" {\n  sensitive = true\n') + backend
    net += 'output "vpc" { value = "vpc-1" }\n'
    web = inputs + (
        'data "terraform_remote_state" "net" {\n  backend = "s3"\n  config = { key = "net" }\n}\n'
        'resource "aws_security_group" "a" {\n'
        "  vpc_id = data.terraform_remote_state.net.outputs.vpc\n}\n"
        'resource "aws_secretsmanager_secret_version" "a" {\n  secret_id = "a"\n'
        "  secret_string = jsonencode({ a = var.stage, b = var.token, c = var.level })\n}\n"
    )
    texts = {"/app/net/main.tf": net, "/app/web/main.tf": web}
    (stack,), errors = terraform.stacks([*texts], Files(texts), Inputs(boundary="/app"))

    assert errors == []
    assert stack.evaluate(scenario).sensitive_texts == hidden
