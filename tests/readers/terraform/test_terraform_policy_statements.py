"""What the blocks of a statement of `aws_iam_policy_document` come to, however they are written."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Value, needs
from taskwall.source.stack import Evaluation

GIVEN = """
variable "open" {}
variable "opens" { type = list(string) }
resource "r" "r" {
  key  = "aws:SourceVpc"
  kind = "AWS"
  list = ["a", "b"]
}
"""


def principals(kind: str, identifiers: str) -> str:
    """A block that says who."""
    return f"principals {{\n type = {kind}\n identifiers = {identifiers}\n}}\n"


def condition(test: str, variable: str, values: str) -> str:
    """A block that says when."""
    return f"condition {{\n test = {test}\n variable = {variable}\n values = {values}\n}}\n"


STATEMENTS: list[tuple[str, dict[str, object], str]] = [
    ("", {}, ""),
    ('sid = "S"\neffect = "Deny"', {"Sid": "S", "Effect": "Deny"}, ""),
    ("sid = null\neffect = null\nactions = null", {}, ""),
    ("effect = var.open", {"Effect": "<var.open>"}, "var.open has no default"),
    ('actions = ["a"]\nnot_actions = []', {"Action": "a"}, ""),
    ('actions = ["a", "b"]', {"Action": ["a", "b"]}, ""),
    ("actions = r.r.list", {"Action": ["a", "b"]}, ""),
    ("actions = [r.r.key]", {"Action": "aws:SourceVpc"}, ""),
    (
        'resources = ["a"]\nnot_resources = ["b"]\nnot_actions = ["c"]',
        {"Resource": "a", "NotResource": "b", "NotAction": "c"},
        "",
    ),
    (
        'resources = ["${var.open}/&{aws:username}"]',
        {"Resource": "<var.open>/${aws:username}"},
        "var.open has no default",
    ),
    (principals('"AWS"', '["*"]'), {"Principal": {"AWS": "*"}}, ""),
    (principals('"*"', '["*"]'), {"Principal": "*"}, ""),
    (principals('"*"', '["a", "b"]'), {"Principal": {"*": ["a", "b"]}}, ""),
    (
        principals('"*"', "[var.open]"),
        {"Principal": {"*": "<var.open>"}},
        "var.open has no default",
    ),
    (principals("r.r.kind", "r.r.list"), {"Principal": {"AWS": ["a", "b"]}}, ""),
    (principals("r.r.id", '["a"]'), {"Principal": "<?>"}, "r.r.id is known only after apply"),
    (
        principals('"AWS"', '["a"]')
        + principals('"Service"', '["b"]')
        + principals('"AWS"', '["c"]'),
        {"Principal": {"AWS": ["a", "c"], "Service": "b"}},
        "",
    ),
    (
        principals('"AWS"', 'concat(["a"], var.opens)') + principals('"AWS"', '["b"]'),
        {"Principal": {"AWS": ["a", "b", ("maybe", "<var.opens[*]>")]}},
        "var.opens has no default",
    ),
    (f"not_{principals('r.r.kind', '[r.r.key]')}", {"NotPrincipal": {"AWS": "aws:SourceVpc"}}, ""),
    (condition('"Bool"', "r.r.key", '["x"]'), {"Condition": {"Bool": {"aws:SourceVpc": "x"}}}, ""),
    (condition("r.r.kind", '"k"', '["x"]'), {"Condition": {"AWS": {"k": "x"}}}, ""),
    (condition('"Bool"', '"k"', "r.r.list"), {"Condition": {"Bool": {"k": ["a", "b"]}}}, ""),
    (condition('"Bool"', '"k"', '["&{x}"]'), {"Condition": {"Bool": {"k": "${x}"}}}, ""),
    (
        condition('"Bool"', "r.r.id", '["x"]'),
        {"Condition": "<?>"},
        "r.r.id is known only after apply",
    ),
    (condition("r.r.id", '"k"', '["x"]'), {"Condition": "<?>"}, "r.r.id is known only after apply"),
    (
        condition('"A"', '"k"', '["x"]') + condition('"B"', '"k"', '["y"]'),
        {"Condition": {"A": {"k": "x"}, "B": {"k": "y"}}},
        "",
    ),
    (
        condition('"A"', '"k"', '["x"]') + condition('"A"', '"l"', '["y"]'),
        {"Condition": {"A": {"k": "x", "l": "y"}}},
        "",
    ),
    (
        condition('"A"', '"k"', '["x"]') + condition('"A"', '"k"', 'concat(["y"], var.opens)'),
        {"Condition": {"A": {"k": ["x", "y", ("maybe", "<var.opens[*]>")]}}},
        "var.opens has no default",
    ),
    (
        condition('"A"', '"k"', '["x"]') + condition('"A"', '"k"', "var.opens"),
        {"Condition": {"A": {"k": "<?>"}}},
        "var.opens has no default",
    ),
    ('dynamic "condition" {\n for_each = []\n content {}\n}', {}, ""),
]


@pytest.mark.parametrize(("written", "expected", "waits"), STATEMENTS)
def test_the_blocks_of_a_statement(
    written: str,
    expected: dict[str, object],
    waits: str,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """Blocks of one kind are put together, and what a resource says counts as if written there."""
    text = f'{GIVEN}data "aws_iam_policy_document" "p" {{\n  statement {{\n{written}\n}}\n}}\n'
    text += 'resource "t" "t" { x = data.aws_iam_policy_document.p.json }\n'
    resources = evaluated(text).resources
    value = next(one for one in resources if one.type == "t").body.fields["x"]
    assert shown(value) == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", **expected}],
    }
    assert "; ".join(map(str, needs(value))) == waits
