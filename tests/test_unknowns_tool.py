"""The tool that counts what sources leave open tells known, referring and unknown apart."""

from pathlib import Path

import pytest
from tools import unknowns

MAIN = """
variable "vpc" {}
resource "aws_lb" "front" {
  internal = true
  subnets  = [var.vpc, data.aws_subnet.a.id]
}
resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.front.arn
  port              = 443
}
resource "aws_unheard_of" "x" { a = var.vpc }
"""


def test_counts_and_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An attribute counts once for each reason; types that nothing reads do not count."""
    (tmp_path / "main.tf").write_text(MAIN)
    assert unknowns.main(["--list", "1", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "known 2, references 1, unknown 1, of 4"
    assert sorted(line.split(maxsplit=1)[1] for line in lines[1:3]) == [
        "has no default",
        "is not declared",
    ]
    assert "main.tf:5: aws_lb.front subnets: var.vpc has no default" in lines[3]
