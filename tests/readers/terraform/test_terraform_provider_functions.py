"""Functions of the AWS provider, on ARNs of all kinds and on what is none."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Value, needs
from taskwall.source.stack import Evaluation

OPEN = "var.open has no default"
NO_ARN = "provider::aws::arn_parse(...) is given something that is not an ARN"
NO_ROLE = "provider::aws::trim_iam_role_path(...) is given something that is not the ARN of a role"


def sections(*values: object) -> dict[str, object]:
    """What an ARN is made of."""
    names = ("partition", "service", "region", "account_id", "resource")
    return dict(zip(names, values, strict=True))


CALLS: list[tuple[str, object, str]] = [
    ('arn_parse("arn:aws:s3:::bucket")', sections("aws", "s3", "", "", "bucket"), ""),
    ('arn_parse("arn:aws-cn:a:b:1:c:d/e:*")', sections("aws-cn", "a", "b", "1", "c:d/e:*"), ""),
    ('arn_parse("arn:::::")', sections("", "", "", "", ""), ""),
    ('arn_parse("arn:aws:iam::1")', "<?>", NO_ARN),
    ('arn_parse("urn:aws:iam::1:x")', "<?>", NO_ARN),
    ('arn_parse("xarn:aws:iam::1:x")', "<?>", NO_ARN),
    ('arn_parse("")', "<?>", NO_ARN),
    ("arn_parse(5)", "<?>", NO_ARN),
    ("arn_parse(null)", "<?>", "an argument of provider::aws::arn_parse(...) is null"),
    ("arn_parse([])", "<?>", "a list or map is not a string"),
    (
        'arn_parse("a", "b")',
        "<?>",
        "provider::aws::arn_parse(...) has arguments that it does not take",
    ),
    ('arn_parse("x:${var.open}")', "<?>", NO_ARN),
    ('arn_parse("arn:${var.open}")', sections("<?>", "<?>", "<?>", "<?>", "<?>"), OPEN),
    ('arn_parse("arn:aws:${var.open}")', sections("aws", "<?>", "<?>", "<?>", "<?>"), OPEN),
    ('arn_parse("arn:aws:a:b${var.open}:1:x")', sections("aws", "a", "<?>", "<?>", "<?>"), OPEN),
    ('arn_parse("arn:aws:a:b:1:${var.open}")', sections("aws", "a", "b", "1", "<var.open>"), OPEN),
    (
        'arn_parse("arn:aws:a:b:1:x:${var.open}:y")',
        sections("aws", "a", "b", "1", "x:<var.open>:y"),
        OPEN,
    ),
    ('arn_parse("${var.open}:aws:iam::1:x")', "<?>", OPEN),
    ("arn_parse(var.open)", "<?>", OPEN),
    ('arn_build("aws", "iam", "", 123, true)', "arn:aws:iam::123:true", ""),
    ('arn_build("", "", "", "", "")', "arn:::::", ""),
    (
        'arn_build("aws", var.open, "", "1", "x/${var.open}")',
        "arn:aws:<var.open>::1:x/<var.open>",
        OPEN,
    ),
    (
        'arn_build("aws", "iam", "", null, "x")',
        "<?>",
        "an argument of provider::aws::arn_build(...) is null",
    ),
    ('arn_build("aws", "iam", "", [], "x")', "<?>", "a list or map is not a string"),
    (
        'arn_build("aws", "iam", "", "1")',
        "<?>",
        "provider::aws::arn_build(...) has arguments that it does not take",
    ),
    (
        'arn_build("a", "b", "c", "d", "e", "f")',
        "<?>",
        "provider::aws::arn_build(...) has arguments that it does not take",
    ),
    ('trim_iam_role_path("arn:aws:iam::1:role/x")', "arn:aws:iam::1:role/x", ""),
    ('trim_iam_role_path("arn:aws-cn:iam::1:role/a/b/x")', "arn:aws-cn:iam::1:role/x", ""),
    ('trim_iam_role_path("arn:aws:iam::1:role")', "<?>", NO_ROLE),
    ('trim_iam_role_path("arn:aws:iam::1:user/x")', "<?>", NO_ROLE),
    ('trim_iam_role_path("arn:aws:iam:eu-west-1:1:role/x")', "<?>", NO_ROLE),
    ('trim_iam_role_path("arn:aws:sts::1:role/x")', "<?>", NO_ROLE),
    ('trim_iam_role_path("aws:iam::1:role/x")', "<?>", NO_ROLE),
    (
        "trim_iam_role_path(null)",
        "<?>",
        "an argument of provider::aws::trim_iam_role_path(...) is null",
    ),
    ("trim_iam_role_path(var.open)", "<?>", OPEN),
]


@pytest.mark.parametrize(("call", "expected", "why"), CALLS)
def test_functions_of_the_provider(
    call: str,
    expected: object,
    why: str,
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """Of an ARN that is known in part, what comes before the open part is known."""
    source = f'variable "open" {{}}\nresource "t" "t" {{\n  x = provider::aws::{call}\n}}\n'
    found = evaluated(source).resources[0].body.fields["x"]
    assert (shown(found), "; ".join(map(str, needs(found)))) == (expected, why)
