"""What of a template is never shown, and what is."""

import pytest

from taskwall.readers.cloudformation import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Inputs


def hidden(text: str) -> list[str]:
    """The texts of a template that are hidden, as they are written there."""
    (stack,), errors = stacks(["t.yaml"], Files({"t.yaml": text}), Inputs())
    assert not errors
    lines = text.split("\n")
    places = stack.secrets("t.yaml")
    assert all(place.line == place.end_line for place in places)
    return [lines[one.line - 1][one.column - 1 : one.end_column - 1] for one in places]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("A: shown", []),
        ("DbPassword: a", ["a"]),
        ("A: {B: [{ApiKey: a}]}", ["a"]),
        ("A: [{Name: DB_PASSWORD, Value: a}, {Name: STAGE, Value: shown}]", ["a"]),
        ("A: [{Key: db-token, Value: a}, {Key: stage, Value: shown}]", ["a"]),
        ("A: [{ParameterKey: DbPassword, ParameterValue: a}]", ["a"]),
        ("A: [{ParameterKey: Stage, ParameterValue: shown}]", []),
        ("A: [{OptionName: DB_PASSWORD, Value: a}, {OptionName: B, Value: shown}]", ["a"]),
        ("A: [{Name: !Ref Password, Value: shown}]", []),
        ("A: [serve, --password, a, --port, 80]", ["a"]),
        ("A: [--port, shown, --password]", []),
        ("A: serve --token=a", ["serve --token=a"]),
        ("A: !Sub 'https://me:a@${B}'", ["'https://me:a@${B}'"]),
        ("A: !Join ['', [password=a, !Ref B, shown]]", ["password=a"]),
        ("UserData: !Base64 a", ["!Base64 a"]),
        ("Environment: {A: a}", ["{A: a}"]),
    ],
)
@pytest.mark.parametrize("parents", [("Resources", "Properties"), ("Outputs", "Value")])
def test_within_a_section(parents: tuple[str, str], body: str, expected: list[str]) -> None:
    """What is called a secret, or looks like one, however deep it lies."""
    section, below = parents
    head = "" if section == "Resources" else "Resources: {A: {Type: 'AWS::ECS::Cluster'}}\n"

    text = f"{head}{section}:\n  Password:\n    Type: AWS::B::C\n    {below}:\n      {body}\n"

    assert [one.removeprefix("!Sub ") for one in hidden(text)] == expected


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("AWS::ApiGateway::ApiKey", ["a"]),
        ("AWS::ECS::Cluster", []),
    ],
)
def test_a_value_that_its_type_makes_a_secret(type_: str, expected: list[str]) -> None:
    """The key of an API is called a value."""
    text = f"Resources:\n  A:\n    Type: {type_}\n    Properties: {{Name: shown, Value: a}}\n"

    assert hidden(text) == expected


@pytest.mark.parametrize(
    ("name", "more", "expected"),
    [
        ("Stage", "Default: shown", []),
        ("Stage", "NoEcho: true, Default: a", ["a"]),
        ("Stage", "NoEcho: 'false', Default: shown", []),
        ("DbPassword", "Default: a, AllowedValues: [a, b], Description: shown", ["a", "[a, b]"]),
    ],
)
def test_a_parameter(name: str, more: str, expected: list[str]) -> None:
    """Its default and its values, where it is not to be echoed or called a secret."""
    head = "Resources: {A: {Type: 'AWS::ECS::Cluster'}}\nParameters:\n"

    assert hidden(f"{head}  {name}: {{Type: String, {more}}}\n") == expected


def test_what_cfn_init_writes_and_runs() -> None:
    """The content of files, commands and their environment; not where they are."""
    text = """\
Resources:
  A:
    Type: AWS::EC2::Instance
    Metadata:
      AWS::CloudFormation::Init:
        config:
          files: {/etc/shown: {content: a, mode: "000400"}}
          commands: {shown: {command: b, env: {A: c}, cwd: shown}}
          users: {me: {password: d}}
"""
    assert hidden(text) == ["a", "b", "{A: c}", "d"]
