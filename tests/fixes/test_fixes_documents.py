"""Edits inside documents of Terraform: the style of each object and list is kept."""

import pytest

from mending import Mend
from taskwall.core.change import NewValue, Placeholder, SourceCode

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


@pytest.mark.parametrize("ring", ["a = local.a", "a = local.b\n  b = local.a"])
def test_local_values_that_go_round(mend: Mend, ring: str) -> None:
    """Terraform refuses them; no edit follows them for ever."""
    text = f'locals {{\n  {ring}\n}}\nresource "t" "x" {{\n  policy = local.a\n}}\n'

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
        HEREDOC.replace("            }\n", "            },\n"),
        'resource "t" "x" {\n  policy = "{\\"Statement\\": [{\\"Effect\\": \\"Allow\\"}]}"\n}\n',
        ONE_LINE,
    ],
)
def test_no_json_in_a_heredoc(text: str, mend: Mend) -> None:
    """What is more than JSON, or written in another way, stays."""
    assert mend(text, "policy.Statement[+]", TOKEN, form="text") is None


VPC = "vpc-" + "0" * 80
LONG: NewValue = {"VPC": VPC, "D": "e"}


@pytest.mark.parametrize(
    ("before", "path", "wanted", "after"),
    [
        (
            'Action = [\n      { A = "b" },\n    ]',
            "Action[+]",
            ({"A": "c", "D": "e"},),
            'Action = [\n      { A = "b" },\n      { A = "c", D = "e" },\n    ]',
        ),
        (
            'Action = [\n      { A = "b" }\n    ]',
            "Action[+]",
            ({"A": "c"}, {"A": "d"}),
            'Action = [\n      { A = "b" },\n      { A = "c" },\n      { A = "d" }\n    ]',
        ),
        ('Action = ["a", "b"]', "Action[+]", ("c", "d"), 'Action = ["a", "b", "c", "d"]'),
        (
            'Action = [\n      "a",\n      "b"\n    ]',
            "Action[+]",
            ("c", Placeholder("d")),
            'Action = [\n      "a",\n      "b",\n      "c",\n      "<d>"\n    ]',
        ),
        (
            'Action = [\n      "a", "b",\n    ]',
            "Action[+]",
            ("c",),
            'Action = [\n      "a", "b",\n      "c",\n    ]',
        ),
        (
            'Action = [\n      [\n        "a"\n      ]\n    ]',
            "Action[+]",
            ("c", ("d",)),
            'Action = [\n      [\n        "a"\n      ],\n      "c",\n      ["d"]\n    ]',
        ),
        ('Action = [\n      "a", /* x */\n    ]', "Action[+]", ("c",), None),
        ('Action = "a"', "Action[+]", ("c",), None),
        ('Action = ["a"]', "Action[+]", "c", None),
        ('Action = ["a"]', "Action", "c", None),
        ('Action = ["a"]', "Action[0]", "c", 'Action = ["c"]'),
        ('Action = ["a"]', "Action[1]", "c", None),
        ('Action = "a"', "Action[0]", "c", None),
        ("Action = [{}]", "Action[0].A", "c", None),
        ('Sid = "b"', "Abc", "x", 'Sid = "b"\n    Abc = "x"'),
        ('Abc = "b"', "A", "x", 'Abc = "b"\n    A   = "x"'),
        ('Abc = "b"', "Abcd", "x", 'Abc = "b"\n\n    Abcd = "x"'),
        ('Abcd = "b"', "a-b", True, 'Abcd = "b"\n    a-b  = true'),
        ('Abcd = "b"', '["a:"]', ("x",), 'Abcd = "b"\n    "a:" = ["x"]'),
        ('"Abcd" = "b",', "A", 1, '"Abcd" = "b",\n    "A"    = 1,'),
        ('"A": "b"', "C", {"D": "e"}, '"A": "b"\n    "C": { "D": "e" }'),
        (
            "A = {\n      B = 1\n    }",
            "Longer.C",
            2,
            "A = {\n      B = 1\n    }\n    Longer = { C = 2 }",
        ),
        (
            'A = "b"',
            "C.D",
            LONG,
            f'A = "b"\n    C = {{\n      D = {{ VPC = "{VPC}", D = "e" }}\n    }}',
        ),
        (
            'A = "b"',
            "C",
            LONG,
            f'A = "b"\n    C = {{\n      VPC = "{VPC}"\n      D   = "e"\n    }}',
        ),
        ('A = "b"', "C", VPC, f'A = "b"\n    C = "{VPC}"'),
        ('A = "b"', "C", (VPC, "d"), f'A = "b"\n    C = ["{VPC}", "d"]'),
        (
            '"A" : "b",',
            "C",
            LONG,
            f'"A" : "b",\n    "C" : {{\n      "VPC" : "{VPC}",\n      "D" : "e"\n    }},',
        ),
    ],
)
def test_other_layouts(
    mend: Mend, before: str, path: str, wanted: NewValue, after: str | None
) -> None:
    """Lists and objects with elements and members that have a line each, or share one."""
    text = 'resource "t" "x" {{\n  policy = jsonencode({{\n    {}\n  }})\n}}\n'

    found = mend(text.format(before), f"policy{path if path[0] == '[' else f'.{path}'}", wanted)

    assert found == (after and text.format(after))


def test_a_brace_behind_the_last_member(mend: Mend) -> None:
    """What is added stands before it, which takes a comma that is there already."""
    text = 'resource "t" "x" {\n  policy = jsonencode({\n    A = 1,\n    B = 2 })\n}\n'

    assert mend(text, "policy.C", 3) == text.replace("B = 2", "B = 2,\n    C = 3")
    assert mend(text.replace(",", ""), "policy.C", 3) is None
