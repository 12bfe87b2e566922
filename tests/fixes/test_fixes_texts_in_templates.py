"""Edits of JSON that a property of a template has as text."""

import json

import pytest

from mending import Mend
from taskwall.core.change import NewValue, SourceCode

PLAIN: NewValue = "b"
REF = SourceCode("!Ref B", '{"Ref": "B"}')
ATTRIBUTE = SourceCode("!GetAtt B.C.D", '{"Fn::GetAtt": ["B", "C.D"]}')
SUB = SourceCode("!Sub 'x-${B}'", '{"Fn::Sub": "x-${B}"}')
IMPORT = SourceCode("!ImportValue b", '{"Fn::ImportValue": "b"}')
SUB_OF_LIST = SourceCode("!Sub [a, {}]", '{"Fn::Sub": ["a", {}]}')

SUB_OF_LINES = SourceCode("!Sub [a, {}]", '{"Fn::Sub": "x\\ny"}')


def template(policy: str) -> str:
    """A template with a policy, which stands behind its key."""
    return f"""\
Resources:
  B: {{Type: AWS::EC2::VPC}}
  x:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      Policy: {policy}
      Other: 1
"""


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ('\'{"A": "a"}\'', PLAIN, '\'{"A": "b"}\''),
        ("'{}'", PLAIN, '\'{ "A": "b" }\''),
        ('\'{"A": "a"}\' # all', PLAIN, '\'{"A": "b"}\' # all'),
        ("'{\"A\": \"it''s\"}'", "it's not", "'{\"A\": \"it''s not\"}'"),
        (r'"{\"A\": \"a\"}"', PLAIN, r'"{\"A\": \"b\"}"'),
        (r'"{\"A\": \"a\"}"', "ü", r'"{\"A\": \"ü\"}"'),
        ('\'{"A": "a"}\'', REF, '!Sub \'{"A": "${B}"}\''),
        ('\'{"A": "a"}\'', ATTRIBUTE, '!Sub \'{"A": "${B.C.D}"}\''),
        ('\'{"A": "a"}\'', SUB, '!Sub \'{"A": "x-${B}"}\''),
        ('\'{"A": "a"}\'', IMPORT, None),
        ('\'{"A": "a"}\'', SUB_OF_LIST, None),
        ('\'{"A": "a"}\'', SUB_OF_LINES, None),
        ('\'{"A": "a"}\'', SourceCode("[b]", '["Ref"]'), None),
        ('\'{"A": "a"}\'', SourceCode("{A: b}", '{"Ref": "B", "A": "b"}'), None),
        ('!Sub \'{"A": "a"}\'', REF, '!Sub \'{"A": "${B}"}\''),
        ('!Sub \'{"A": "a", "C": "${B}"}\'', REF, '!Sub \'{"A": "${B}", "C": "${B}"}\''),
        ('{Fn::Sub: \'{"A": "a"}\'}', REF, '{Fn::Sub: \'{"A": "${B}"}\'}'),
        ('!Sub [\'{"A": "a"}\', {C: d}]', REF, '!Sub [\'{"A": "${B}"}\', {C: d}]'),
        ('\'{"A": "a", "C": "${aws:username}"}\'', REF, None),
        (
            '\'{"A": "a", "C": "${aws:username}"}\'',
            PLAIN,
            '\'{"A": "b", "C": "${aws:username}"}\'',
        ),
        (
            '|\n        {\n          "A": "a"\n        }',
            PLAIN,
            '|\n        {\n          "A": "b"\n        }',
        ),
        ('|\n        {"A": "a"}', REF, '!Sub |\n        {"A": "${B}"}'),
        ('>-\n        {"A": "a"}', PLAIN, '>-\n        {"A": "b"}'),
        ('!Sub |\n        {"A": "a"}', REF, '!Sub |\n        {"A": "${B}"}'),
        ('&all \'{"A": "a"}\'', PLAIN, None),
        ('!Base64 \'{"A": "a"}\'', PLAIN, None),
        ('{Fn::Base64: \'{"A": "a"}\'}', PLAIN, None),
        ("!Join ['', ['{\"A\": \"a\"}']]", PLAIN, None),
        ('[\'{"A": "a"}\']', PLAIN, None),
        ('\'{"A": "a"\'', PLAIN, None),
        ("'[1]'", PLAIN, None),
        ("'{A: a}'", PLAIN, None),
        ('|\n        {"A": "a",}', PLAIN, None),
        ("1", PLAIN, None),
    ],
)
def test_a_text(mend: Mend, before: str, wanted: NewValue, after: str | None) -> None:
    """It stays a text between its marks; what only deployment knows gets in by Fn::Sub."""
    found = mend(template(before), "Policy.A", wanted, form="text")

    assert found == (after and template(after))


def test_no_such_text(mend: Mend) -> None:
    """A property that is not there, or a resource without any."""
    text = template('\'{"A": "a"}\'')

    assert mend(text, "Policies.A", PLAIN, form="text") is None
    assert (
        mend("Resources: {x: {Type: AWS::EC2::VPCEndpoint}}\n", "Policy.A", PLAIN, form="text")
        is None
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [(PLAIN, '{"A": "b"}'), (REF, {"Fn::Sub": '{"A": "${B}"}'})],
)
def test_a_text_in_json(mend: Mend, wanted: NewValue, expected: object) -> None:
    """There a function has braces around it."""
    properties = {"Policy": '{"A": "a"}'}
    data = {"Resources": {"x": {"Type": "AWS::EC2::VPCEndpoint", "Properties": properties}}}

    found = mend(json.dumps(data), "Policy.A", wanted, form="text", file="x.json")

    assert found
    assert json.loads(found)["Resources"]["x"]["Properties"] == {"Policy": expected}
