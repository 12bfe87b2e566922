"""Edits inside documents of Terraform: the style of each object and list is kept."""

import pytest

from mending import Mend
from taskwall.core.change import NewValue, SourceCode

TOKEN: NewValue = ({"Effect": "Allow", "Action": "ecr:GetToken"},)
ORGANISATION: NewValue = {"aws:PrincipalOrgID": "o-1"}
IN_FIRST = "policy.Statement[0].Condition.StringEquals"

SPREAD = """\
resource "t" "x" {
  policy = jsonencode({
    Statement = [
      {
        Effect   = "Allow" # everybody
        Resource = "*"
      }, # the first
    ]
  })
}
"""
COLONS = """\
resource "t" "x" {
  policy = jsonencode({
    "Statement" : [{
      "Effect" : "Allow",
      "Resource" : "*"
    }]
  })
}
"""
ONE_LINE = """\
resource "t" "x" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Resource = "*" }] })
}
"""


@pytest.mark.parametrize(
    ("text", "path", "wanted", "after", "added"),
    [
        (
            SPREAD,
            "policy.Statement[+]",
            TOKEN,
            "}, # the first",
            '\n      {\n        Effect = "Allow"\n        Action = "ecr:GetToken"\n      },',
        ),
        (
            SPREAD,
            IN_FIRST,
            ORGANISATION,
            'Resource = "*"',
            '\n\n        Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-1" } }',
        ),
        (
            COLONS,
            "policy.Statement[+]",
            TOKEN,
            '"Resource" : "*"\n    }',
            ', {\n      "Effect" : "Allow",\n      "Action" : "ecr:GetToken"\n    }',
        ),
        (
            COLONS,
            IN_FIRST,
            ORGANISATION,
            '"Resource" : "*"',
            ',\n      "Condition" : { "StringEquals" : { "aws:PrincipalOrgID" : "o-1" } }',
        ),
        (
            ONE_LINE,
            "policy.Statement[+]",
            TOKEN,
            '"*" }',
            ', { Effect = "Allow", Action = "ecr:GetToken" }',
        ),
        (
            ONE_LINE,
            IN_FIRST,
            ORGANISATION,
            'Resource = "*"',
            ', Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-1" } }',
        ),
    ],
)
def test_what_is_added_looks_like_what_is_there(
    mend: Mend, text: str, path: str, wanted: NewValue, after: str, added: str
) -> None:
    """Commas, quotation marks, colons, and lists that share a line with their brackets."""
    assert mend(text, path, wanted) == text.replace(after, after + added)


@pytest.mark.parametrize(
    ("text", "after", "added"),
    [
        (
            SPREAD.replace("# everybody", "// everybody").replace('= "*"', '= "*" // all'),
            '= "*" // all',
            '\n        Sid      = "a"',
        ),
        (
            SPREAD.replace('= "*"', '= "*" /* all */'),
            '= "*" /* all */',
            '\n        Sid      = "a"',
        ),
        (
            SPREAD.replace(" # everybody", ",").replace('= "*"', '= "*", // all'),
            '= "*", // all',
            '\n        Sid      = "a",',
        ),
        (
            SPREAD.replace(" # everybody", ",").replace('= "*"', '= "*", # all'),
            '= "*", # all',
            '\n        Sid      = "a",',
        ),
    ],
)
def test_a_comment_stays_with_its_line(mend: Mend, text: str, after: str, added: str) -> None:
    """What is added stands below what the comment is about."""
    assert mend(text, "policy.Statement[0].Sid", "a") == text.replace(after, after + added)


@pytest.mark.parametrize("made", ["{{ b = {} }}", "jsonencode({{ b = {} }})"])
def test_a_literal_is_replaced(mend: Mend, made: str) -> None:
    """In a map, and in what becomes JSON."""
    text = 'resource "t" "x" {{\n  a = {} # as ever\n}}\n'

    assert mend(text.format(made.format(1)), "a.b", 2) == text.format(made.format(2))


@pytest.mark.parametrize(
    "policy",
    [
        "local.policy",
        "jsonencode(merge({ Statement = [] }, {}))",
        'jsonencode({ Statement = [for s in ["a"] : { Effect = s }] })',
        "jsonencode({ (local.key) = [{}] })",
        "jsonencode({ Statement = [] })",
        'jsonencode({ Statement = [{ Effect = "Allow" }], Id = "a" }.Statement)',
        '{ policy = { Statement = [{ Effect = "Allow" }] } }.policy',
    ],
)
def test_what_is_made_by_more_than_text_stays(mend: Mend, policy: str) -> None:
    """A document that a function, a loop or another value makes in part has no edit there."""
    text = f'locals {{\n  key = "Statement"\n}}\nresource "t" "x" {{\n  policy = {policy}\n}}\n'

    assert mend(text, "policy.Statement[+]", TOKEN) is None


HEREDOC = """\
resource "t" "x" {
  policy = <<-EOF
    {
        "Statement": [
            {
                "Effect": "Allow",
                "Resource": "${t.y.arn}/*"
            }
        ]
    }
  EOF
}
"""


@pytest.mark.parametrize(
    ("path", "wanted", "after", "added"),
    [
        (
            IN_FIRST,
            {"aws:username": "${aws:username}", "aws:SourceVpc": SourceCode("t.y.id")},
            '/*"',
            """,
                "Condition": {
                    "StringEquals": {
                        "aws:username": "$${aws:username}",
                        "aws:SourceVpc": "${t.y.id}"
                    }
                }""",
        ),
        (
            "policy.Statement[+]",
            ({"Effect": "Deny"},),
            '/*"\n            }',
            """,
            {
                "Effect": "Deny"
            }""",
        ),
    ],
)
def test_json_in_a_heredoc(path: str, wanted: NewValue, after: str, added: str, mend: Mend) -> None:
    """It is indented as it is there; `${` begins an expression only where one is meant."""
    made = mend(HEREDOC, path, wanted, form="text")

    assert made == HEREDOC.replace(after, after + added)


def test_a_list_in_a_heredoc(mend: Mend) -> None:
    """Containers are written so: an element is chosen by its index."""
    text = """\
resource "aws_ecs_task_definition" "x" {
  container_definitions = <<EOF
[
  { "name": "web", "privileged": false },
  { "name": "log", "privileged": true }
]
EOF
}
"""

    made = mend(text, "container_definitions[1].privileged", False, form="text")

    assert made == text.replace("true", "false")


@pytest.mark.parametrize(
    "text",
    [
        HEREDOC.replace('"Statement"', '%{if t.y.z}"Statement"%{else}"X"%{endif}'),
        HEREDOC.replace("[", "[,"),
        'resource "t" "x" {\n  policy = "{\\"Statement\\": [{\\"Effect\\": \\"Allow\\"}]}"\n}\n',
        ONE_LINE,
    ],
)
def test_no_json_in_a_heredoc(text: str, mend: Mend) -> None:
    """What is more than JSON, or written in another way, stays."""
    assert mend(text, "policy.Statement[+]", TOKEN, form="text") is None
