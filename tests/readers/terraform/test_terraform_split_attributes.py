"""What `split` cuts an attribute of a resource into, however much of it is known."""

from collections.abc import Callable

import pytest

from taskwall.core.values import Value, needs
from taskwall.source.stack import Evaluation

GIVEN = """
variable "open" {}
resource "aws_vpc" "v" {
  cidr_block = "10.0.0.0/16"
}
resource "t" "r" {
  open   = var.open
  part   = "${var.open},x"
  id     = aws_vpc.v.id
  listed = "x,${aws_vpc.v.id}"
  list   = ["a"]
  number = 1.5
  text   = "a,b"
  read   = t.s.listed
  block  = aws_vpc.v.cidr_block
}
resource "t" "s" {
  listed = "y,${aws_vpc.v.id},${aws_vpc.v.arn}"
}
"""
SOME = ["<?>", ("maybe", "<?>")]
OPEN, ID, ARN = (
    "var.open has no default",
    "aws_vpc.v.id is known only after apply",
    "aws_vpc.v.arn is known only after apply",
)


@pytest.mark.parametrize(
    ("separator", "name", "expected", "why"),
    [
        (",", "open", SOME, [OPEN]),
        (",", "part", SOME, [OPEN]),
        (",", "id", ["<aws_vpc.v.id>"], [ID]),
        (",", "listed", ["x", "<aws_vpc.v.id>"], [ID]),
        (",", "list", "<?>", ["a list or map is not a string"]),
        (",", "number", ["1.5"], []),
        (".", "number", ["1", "5"], []),
        (",", "text", ["a", "b"], []),
        (", ", "text", ["a,b"], []),
        (",", "read", ["y", "<aws_vpc.v.id>", "<aws_vpc.v.arn>"], [ID, ARN]),
        (",", "none", SOME, ["t.r.none is known only after apply"]),
        ("/", "id", SOME, [ID]),
        ("/", "listed", SOME, [ID]),
        ("/", "block", ["10.0.0.0", "16"], []),
        ("", "id", "<?>", [ID]),
        ("", "listed", "<?>", [ID]),
        ("", "text", ["a", ",", "b"], []),
        ("", "number", ["1", ".", "5"], []),
    ],
)
def test_the_pieces_of_an_attribute(
    separator: str,
    name: str,
    expected: object,
    why: list[str],
    evaluated: Callable[..., Evaluation],
    shown: Callable[[Value], object],
) -> None:
    """No id and no ARN holds a comma; it may hold a slash."""
    main = f'{GIVEN}resource "u" "u" {{\n  x = split("{separator}", t.r.{name})\n}}\n'
    found = next(one for one in evaluated(main).resources if one.type == "u").body.fields["x"]
    assert (shown(found), [str(need) for need in needs(found)]) == (expected, why)
