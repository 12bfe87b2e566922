"""Dynamic references are what another template stores, where it is certain which that is."""

import pytest

from readers.cloudformation.shown_values import shown
from taskwall.core.values import Known, Reference, Text, Unknown, Value, symbol
from taskwall.readers.cloudformation import stacks
from taskwall.source.files import Files
from taskwall.source.stack import Inputs

STORING = """\
Parameters: {Env: {Type: String}}
Resources:
  Vpc: {Type: "AWS::EC2::VPC", Properties: {CidrBlock: 10.0.0.0/16}}
  A: {Type: "AWS::SSM::Parameter", Properties: {Name: /net/vpc, Value: !Ref Vpc, Type: String}}
  B: {Type: "AWS::SSM::Parameter", Properties: {Name: /net/80, Value: abc, Type: String}}
  C:
    Type: AWS::SSM::Parameter
    Properties: {Name: !Sub "/${Env}/vpc", Value: !Ref Vpc, Type: String}
"""
READING = """\
Parameters: {Env: {Type: String}, Port: {Type: Number, Default: 80}}
Resources:
  It:
    Type: Custom::It
    Properties:
      V: """


def value(written: str) -> Value:
    """What a text comes to beside the template that stores parameters."""
    texts = {"net.yaml": STORING, "t.yaml": f"{READING}{written}\n"}
    found, errors = stacks([*texts], Files(texts), Inputs())
    evaluations = [stack.evaluate({}) for stack in found]
    assert [*errors, *(one for each in evaluations for one in each.errors)] == []
    every = [one for each in evaluations for one in each.resources]
    return next(one.body.fields["V"] for one in every if one.type == "Custom::It")


@pytest.mark.parametrize(
    ("written", "kind", "said"),
    [
        ("'{{resolve:ssm:/net/vpc}}'", Reference, "Vpc.Ref"),
        ("'{{resolve:ssm:/net/vpc:3}}'", Reference, "Vpc.Ref"),
        ("!Sub '{{resolve:ssm:/net/vpc}}'", Reference, "Vpc.Ref"),
        ("!Sub '{{resolve:ssm:/${Env}/vpc}}'", Reference, "Vpc.Ref"),
        ("!Sub '{{resolve:ssm:/${Env}/vpc:4}}'", Reference, "Vpc.Ref"),
        ("!Join ['', ['{{resolve:ssm:', /net/vpc, '}}']]", Reference, "Vpc.Ref"),
        ("'a-{{resolve:ssm:/net/vpc}}'", Text, "a-${Vpc.Ref}"),
        ("'{{resolve:ssm:/net/vpc}}-b'", Text, "${Vpc.Ref}-b"),
        ("'{{resolve:ssm:/net/vpc}}{{resolve:ssm:/net/80}}'", Text, "${Vpc.Ref}abc"),
        ("!Sub '${Env}{{resolve:ssm:/net/80}}'", Text, "${Env}abc"),
        (
            "!Sub '{{resolve:ssm:/${Env}/vpc}}{{resolve:ssm:/net/80}}-c'",
            Text,
            "${Vpc.Ref}abc-c",
        ),
        (
            "!Sub '{{resolve:ssm:/${Env}/vpc}}-{{resolve:ssm:/${Env}/none}}'",
            Text,
            "${Vpc.Ref}-${{{resolve:ssm:/${Env}/none}}}",
        ),
        ("'{{resolve:ssm:/net/none}}'", Unknown, "{{resolve:ssm:/net/none}}"),
        ("!Sub '{{resolve:ssm:/${Env}/none}}'", Unknown, "{{resolve:ssm:/${Env}/none}}"),
        ("!Sub '{{resolve:ssm:${Env}}}'", Unknown, "{{resolve:ssm:${Env}}}"),
        ("!Sub '{{resolve:${Env}:/net/80}}'", Unknown, "{{resolve:${Env}:/net/80}}"),
        ("'{{resolve:ssm-secure:/net/vpc}}'", Unknown, "{{resolve:ssm-secure:/net/vpc}}"),
        (
            "'{{resolve:secretsmanager:/net/vpc:SecretString:a}}'",
            Unknown,
            "{{resolve:secretsmanager:/net/vpc:SecretString:a}}",
        ),
        ("'{{resolve:ssm}}'", Unknown, "{{resolve:ssm}}"),
        ("'{{resolve:ssm:}}'", Unknown, "{{resolve:ssm:}}"),
    ],
)
def test_what_is_stored(written: str, kind: type[Value], said: str) -> None:
    """The very thing where nothing stands around it; what nothing stores is open, by its name."""
    found = value(written)
    assert type(found) is kind
    assert symbol(found) == said


@pytest.mark.parametrize(
    ("written", "data"),
    [
        ("'{{resolve:ssm:/net/80}}'", "abc"),
        ("!Sub '{{resolve:ssm:/net/${Port}}}'", "abc"),
        ("!Sub '{{resolve:ssm:/net/${Port}:1}}'", "abc"),
        ("'{{resolve:ssm:/net/80}}-{{resolve:ssm:/net/80:2}}'", "abc-abc"),
        ("'a {{resolve:ssm:/net/80}} b'", "a abc b"),
        ("!Split ['b', '{{resolve:ssm:/net/80}}']", ["a", "c"]),
        ("'{{resolve:ssm:/net/80'", "{{resolve:ssm:/net/80"),
        ("'{{other:ssm:/net/80}}'", "{{other:ssm:/net/80}}"),
    ],
)
def test_texts_that_are_stored(written: str, data: object) -> None:
    """They are put where they are read; what is never closed is a text like others."""
    found = value(written)
    assert shown(found) == data
    assert isinstance(found, Known) is isinstance(data, str)
