"""The tool that holds plans against their sources sees what differs, and only that."""

import json
from pathlib import Path

import pytest
from tools import plans

MAIN = """
variable "cidr" {}
resource "aws_vpc" "main" {
  cidr_block = var.cidr
  tags       = { Name = "main" }
  timeouts { create = "5m" }
}
resource "aws_subnet" "a" {
  count  = 2
  vpc_id = aws_vpc.main.id
}
"""


def planned(cidr: str, subnets: int) -> dict[str, object]:
    """A plan of these sources, in the likeness of `terraform show -json`."""
    vpc = {"cidr_block": cidr, "tags": {"Name": "main"}, "timeouts": {"create": "5m"}}
    resources = [{"address": "aws_vpc.main", "type": "aws_vpc", "name": "main", "values": vpc}]
    resources += [
        {"address": f"aws_subnet.a[{i}]", "type": "aws_subnet", "name": "a", "values": {}}
        for i in range(subnets)
    ]
    configured = [{"address": "aws_vpc.main"}, {"address": "aws_subnet.a"}]
    return {
        "format_version": "1.2",
        "variables": {"cidr": {"value": "10.0.0.0/16"}},
        "planned_values": {"root_module": {"resources": resources}},
        "configuration": {"root_module": {"resources": configured}},
    }


@pytest.mark.parametrize(
    ("cidr", "subnets", "status", "said"),
    [
        ("10.0.0.0/16", 2, 0, ["alike 3, plans 1"]),
        ("10.1.0.0/16", 2, 1, ["aws_vpc.main cidr_block", "'10.1.0.0/16'", "'10.0.0.0/16'"]),
        ("10.0.0.0/16", 1, 1, ["aws_subnet.a[1]", "is not there"]),
        ("10.0.0.0/16", 3, 1, ["aws_subnet.a[2]", "is there"]),
    ],
)
def test_differences_are_listed(
    cidr: str,
    subnets: int,
    status: int,
    said: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Attributes and instances that a plan and its sources tell differently."""
    (tmp_path / "main.tf").write_text(MAIN)
    (tmp_path / "plan.json").write_text(json.dumps(planned(cidr, subnets)))
    assert plans.main([str(tmp_path)]) == status
    out = capsys.readouterr().out
    assert all(text in out for text in said), out


def test_plans_of_other_sources_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sources that have changed since are no difference."""
    (tmp_path / "main.tf").write_text(MAIN + 'resource "aws_vpc" "other" {}\n')
    (tmp_path / "plan.json").write_text(json.dumps(planned("10.1.0.0/16", 2)))
    assert plans.main([str(tmp_path)]) == 0
    assert "plans of other sources 1" in capsys.readouterr().out
