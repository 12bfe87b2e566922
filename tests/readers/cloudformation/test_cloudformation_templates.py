"""What is a template, which names it may declare, and where it declares them."""

import pytest

from taskwall.core.values import Span, needs
from taskwall.readers.cloudformation import CloudFormationStack, stacks
from taskwall.source.files import Files
from taskwall.source.stack import Inputs, SourceError

VERSION = "AWSTemplateFormatVersion: '2010-09-09'\n"


def read(text: str, name: str = "t.yaml") -> tuple[list[CloudFormationStack], list[SourceError]]:
    """What is read of one file."""
    return stacks([name], Files({name: text}), Inputs())


def cut(text: str, place: Span) -> str:
    """The stretch of one line of a text that a place means."""
    assert place.line == place.end_line
    return text.split("\n")[place.line - 1][place.column - 1 : place.end_column - 1]


@pytest.mark.parametrize(
    "text",
    [
        f"{VERSION}Resources: {{}}\n",
        f"{VERSION}Resources: {{A: {{Type: Any}}}}\n",
        f"{VERSION}Resources: !Include resources.yaml\n",
        "Resources: {A: {Type: 'AWS::EC2::VPC'}}\n",
        "Resources: {A: {Type: 'Custom::VPC'}}\n",
        "Resources: {A: {Type: 'Org::Net::MODULE'}}\n",
        "Resources: {A: {Type: x}, B: {Type: 'Custom::B'}}\n",
        "Transform: T\nResources: {'Fn::ForEach::A': [N, [a], {'${N}': {Type: 'A::B'}}]}\n",
        '{"AWSTemplateFormatVersion": "x", "Resources": {}}',
        f"# a comment\n---\n{VERSION}Resources: {{}}\n",
        f"\ufeff{VERSION}Resources: {{}}\n",
    ],
)
def test_what_is_a_template(text: str) -> None:
    """A file that says so by its version, or by the type of a resource or a loop of resources."""
    found, errors = read(text)
    assert (len(found), errors) == (1, [])


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (f"{VERSION}Resources:\n", 1, "has no mapping of Resources"),
        (f"# first\n\n{VERSION}Resources: [a]\n", 3, "has no mapping of Resources"),
        (f"{VERSION}Resources: x\n", 1, "has no mapping of Resources"),
        (f"!Foo\n{VERSION}Resources: {{}}\n", 1, "is a Fn::Foo, no template"),
        ("Ref:\n  Resources: {A: {Type: 'AWS::B'}}\n", 1, "is a Ref, no template"),
        ("Resources:\n  A: [\n    Type: AWS::EC2::VPC\n", 4, "cannot be parsed"),
        ("Resources:\n  'A: {Type: Custom::VPC}\n", 2, "this quote is not closed"),
        (f"{VERSION}Resources: {{A: {{Type: a}}, A: {{Type: b}}}}\n", 2, "A is written twice"),
        ("Resources: {? [a] : {Type: 'AWS::EC2::VPC'}}\n", 1, "a key must be a string"),
    ],
)
def test_what_should_be_a_template_and_is_none(text: str, line: int, message: str) -> None:
    """It is an error where it stands, since whoever wrote it wants it to be read."""
    _, errors = read(text)
    assert [error.place.line for error in errors] == [line]
    assert message in errors[0].message


@pytest.mark.parametrize(
    "text",
    [
        "Resources:\n  - Type: AWS::ECS::Service\n",
        "Resources:\n  - {Type: AWS::ECS::Service, Type: b}\n",
        "Resources: 5 # AWS::\n",
        "Resources: {A: {Kind: 'AWS::ECS::Service'}}\n",
        "Resources: {A: {Type: x}} # Custom::\n",
        "Other: {A: {Type: 'AWS::ECS::Service'}, Resources: 1}\n",
        "- Resources\n- AWS::ECS::Service\n",
        "Transform: Resources\n",
    ],
)
def test_what_is_no_template(text: str) -> None:
    """Nothing is wrong with another file that speaks of resources, as an AppSpec does."""
    assert read(text) == ([], [])


@pytest.mark.parametrize(
    ("head", "more", "opens"),
    [
        ("", "", False),
        ("Transform: AWS::LanguageExtensions", "", False),
        ("Transform: [AWS::LanguageExtensions]", "", False),
        ("Transform: AWS::Serverless-2016-10-31", "", True),
        ("Transform: [AWS::LanguageExtensions, AWS::SecretsManager-2020-07-23]", "", True),
        ("Transform: Mine", "", True),
        ("Transform: {Name: Mine}", "", True),
        ("Transform: [{Name: Mine}]", "", True),
        ("Transform: {Parameters: {Name: x}}", "", False),
        ("Transform: !Mine x", "", True),
        ("Transform: []", "", False),
        ("Modules: {M: {Source: m.yaml}}", "", True),
        ("Rain: {Modules: {M: {Source: m.yaml}}}", "", True),
        ("Metadata: {Modules: {M: {Source: m.yaml}}}", "", False),
        ("", "Fn::Transform: {Name: Mine}", True),
        ("", "Fn::Anything: x", True),
        ("", "M: {Type: 'Org::Net::MODULE'}", True),
        ("", "M: {Type: !Rain::Module m.yaml}", True),
        ("", "M: !Transform {Name: Mine}", True),
        ("", "M: {'Fn::Transform': {Name: Mine}}", True),
        ("", "M: {Type: 'AWS::EC2::VPC', Properties: {'Fn::Transform': {Name: Mine}}}", False),
    ],
)
def test_where_more_may_be_declared_than_is_written(head: str, more: str, opens: bool) -> None:
    """A reference to nothing is an error, unless a macro or a module may make what is meant."""
    text = f"{head}\n{VERSION}Resources:\n  {more}\n"
    text += "  A: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: !Ref Nothing}}\n"
    (stack,), errors = read(text)
    evaluation = stack.evaluate({})
    found = [error.message for error in evaluation.errors]
    assert found == ([] if opens else ["Nothing is not declared"])
    assert errors == []
    vpc = next(one for one in evaluation.resources if one.origin.name == "A")
    assert [need.why for need in needs(vpc.body.fields["CidrBlock"])] == [
        "is not in the template: a macro may make it" if opens else "is not declared"
    ]


@pytest.mark.parametrize(
    ("head", "opens"),
    [("", False), ("Transform: AWS::LanguageExtensions\n", False), ("Transform: Mine\n", True)],
)
def test_a_resource_without_a_type(head: str, opens: bool) -> None:
    """An error at its name, unless a macro may give it one; it is no resource."""
    text = f"{head}Resources:\n  A: {{Type: 'AWS::EC2::VPC'}}\n  'B b': {{Properties: {{}}}}\n"
    (stack,), errors = read(text)
    assert [error.message for error in errors] == ([] if opens else ["B b has no Type"])
    assert [cut(text, error.place) for error in errors] == ([] if opens else ["'B b'"])
    assert [one.origin.name for one in stack.evaluate({}).resources] == ["A"]


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("Resources:\n  A:\n    Type: AWS::EC2::VPC\n", "A"),
        ("Resources:\n  A : {Type: AWS::EC2::VPC}\n", "A"),
        ("Resources:\n  'A': {Type: AWS::EC2::VPC}\n", "'A'"),
        ('Resources:\n  "A":\n    Type: AWS::EC2::VPC\n', '"A"'),
        ('{"Resources": {"A": {"Type": "AWS::EC2::VPC"}}}', '"A"'),
        ('{"Resources": {\n\t"A"\n:\t{"Type": "AWS::EC2::VPC"}}}', '"A"'),
        ("Resources:\n  ? A\n  : {Type: AWS::EC2::VPC}\n", "A"),
    ],
)
def test_where_a_resource_is_declared(text: str, header: str) -> None:
    """At its name, with the quotes around it."""
    (stack,), errors = read(text)
    assert errors == []
    (vpc,) = stack.evaluate({}).resources
    assert cut(text, vpc.origin.header) == header


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Is", "Is"),
        ("'Is'", "Is"),
        ("''", ""),
        ("~", None),
        ("!Condition Is", None),
        ("{Condition: Is}", None),
        ("5", None),
    ],
)
def test_the_condition_of_a_resource_is_written_as_a_name(written: str, kept: str | None) -> None:
    """An empty one is none; what is no text is an error where it stands, as is an empty one."""
    text = (
        f"{VERSION}Parameters: {{E: {{Type: String}}}}\nConditions: {{Is: !Equals [!Ref E, x]}}\n"
    )
    text += f"Resources:\n  A:\n    Type: AWS::EC2::VPC\n    Condition: {written}\n"
    (stack,), errors = read(text)
    (vpc,) = stack.evaluate({}).resources
    assert bool(vpc.origin.maybe) is (kept == "Is")
    said = [] if kept == "Is" else ["the Condition of A must be a name"]
    assert [error.message for error in errors] == said
    assert [error.place.line for error in errors] == [7] * len(said)


HOOKED = """\
Transform: AWS::CodeDeployBlueGreen
Hooks:
  Hook: {Type: AWS::CodeDeploy::BlueGreen, Properties: {A: {LogicalID: V}, B: [{LogicalID: V}]}}
  V: {Type: AWS::CodeDeploy::BlueGreen, Properties: {A: {LogicalID: V}}}
Resources:
  V: {Type: AWS::EC2::VPC}
"""


def test_hooks_beside_resources() -> None:
    """A hook is declared where it stands; one that is called as a resource is none."""
    (stack,), errors = read(HOOKED)
    evaluation = stack.evaluate({})
    assert (errors, evaluation.errors) == ([], ())
    found = {one.origin.name: one for one in evaluation.resources}
    assert {name: one.type for name, one in found.items()} == {
        "V": "AWS::EC2::VPC",
        "Hook": "AWS::CodeDeploy::BlueGreen",
    }
    assert cut(HOOKED, found["Hook"].origin.header) == "Hook"
    hook = found["Hook"].cell()
    ids = [
        hook.at("A.LogicalID").value,
        *(one.get("LogicalID").value for one in hook.get("B").each()),
    ]
    assert [getattr(one, "symbol", "") for one in ids] == ["V.Ref", "V.Ref"]
    (plain,), _ = read("Hooks: x\nResources: {V: {Type: AWS::EC2::VPC}}\n")
    assert [one.origin.name for one in plain.evaluate({}).resources] == ["V"]


def test_a_key_of_a_pipeline_is_no_macro() -> None:
    """The value of a dynamic reference names no transform; it is read when it is deployed."""
    text = "Transform: '{{resolve:ssm:t}}'\nResources: {V: {Type: AWS::EC2::VPC}}\n"
    (stack,), errors = read(text)
    assert errors == []
    assert stack.evaluate({}).resources[0].origin.maybe == ()


def test_what_a_broken_template_still_says() -> None:
    """A text that names no type of AWS, and no version, is some other file that is broken."""
    assert read("Resources: [\n  AWS::\n") == ([], [])
    assert read("Resources:\n  a: [\n  Type: kind\n  # AWS::\n") == ([], [])
    _, errors = read('{"Resources": {"A": {"Type" : "Custom::A"}}')
    assert [error.place.line for error in errors] == [1]
