"""The private subnets that fixes name for tasks in public ones."""

from pathlib import Path

import pytest

from mending import mended, scanned

SOURCE = Path(__file__).parent.parent.parent / "fixtures" / "rules" / "tw603" / "fail_one_of_two"
PRIVATE = """\
resource "aws_subnet" "private" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}
"""
COUNTED = """\
variable "zones" {
  default = 2
}

resource "aws_subnet" "private" {
  count      = var.zones
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet("10.0.0.0/16", 8, count.index + 1)
}

resource "aws_nat_gateway" "main" {
  subnet_id = aws_subnet.web.id
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.main.id

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.main.id
  }
}

resource "aws_route_table_association" "private" {
  count          = ASSOCIATED
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private.id
}
"""


@pytest.mark.parametrize(
    ("associated", "named"),
    [("var.zones", "aws_subnet.private[*].id"), ("1", "[aws_subnet.private[0].id]")],
    ids=["all are private", "one is"],
)
def test_counted_subnets_are_named_at_once_if_all_are_private(associated: str, named: str) -> None:
    """So they stay all of them where `count` has another value."""
    file = SOURCE / "main.tf"
    text = file.read_text()
    assert PRIVATE in text
    text = text.replace(PRIVATE, COUNTED.replace("ASSOCIATED", associated))
    text = text.replace("aws_subnet.private.id, ", "")

    scan = scanned(str(file), overlay={str(file): text})

    edits = [edit for one, made in scan.judged if one.finding.rule == "TW603" for edit in made]
    assert [edit.text for edit in edits] == [named]
    [after] = mended(scan, edits).values()
    again = scanned(str(file), overlay={str(file): after})
    judged = (one.finding for one, _ in again.judged)
    assert not [one for one in judged if (one.rule, one.verdict) == ("TW603", "fail")]
