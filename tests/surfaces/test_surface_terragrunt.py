"""Units of Terragrunt are not read, and every report says so."""

import json
from pathlib import Path

import pytest

from taskwall import cli, outputs
from taskwall.api.scan import Options, scan
from taskwall.findings.finding import Absent, Report

MODULE = """\
variable "cidr" { default = "10.0.0.0/16" }
resource "aws_ecs_cluster" "main" { name = "main" }
resource "aws_vpc" "main" { cidr_block = var.cidr }
"""
UNIT = """\
include "root" {
  path = find_in_parent_folders()
}
terraform {
  source = "../..//modules/net"
}
inputs = { cidr = "10.1.0.0/16" }
"""
PARENT = 'remote_state { backend = "s3" }\nterraform { source = "x" }\n'
CURE = "scan their plans, as terragrunt show -json prints them"
PLAN = """\
{"format_version": "1.2", "terraform_version": "1.9.0",
 "planned_values": {"root_module": {"resources": []}}, "resource_changes": [],
 "configuration": {"root_module": {}}}
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of a module, and of two units that use it."""
    for path, text in (
        ("modules/net/main.tf", MODULE),
        ("live/terragrunt.hcl", PARENT),
        ("live/dev/terragrunt.hcl", UNIT),
        ("live/prod/terragrunt.hcl", "# what it includes\n" + UNIT),
        ("live/prod/.terragrunt-cache/a/b/terragrunt.hcl", UNIT),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def absent(report: Report) -> list[tuple[str, int]]:
    """Where the units are that are not read."""
    assert {one.kind for one in report.document.absent} <= {"unit"}
    return [(one.file, one.line) for one in report.document.absent]


def test_each_unit_is_named(root: Path) -> None:
    """With its source and cure; what units include is none, nor is what Terragrunt copied."""
    report = scan(Options())
    first, second = report.document.absent
    source = "../..//modules/net"
    file = "live/dev/terragrunt.hcl"
    assert first == Absent("unit", "dev", source, None, ".", file, 5, CURE)
    assert (second.file, second.line) == ("live/prod/terragrunt.hcl", 6)
    assert report.document.summary.absent == 2
    assert scan(Options(fail_on_absent=True)).status == 1


def test_every_format_says_so(root: Path) -> None:
    """Nothing is green where only what Terragrunt does not give was seen."""
    report = scan(Options())
    for name in outputs.formats():
        text = outputs.render(name, report, outputs.View())
        assert "live/dev/terragrunt.hcl" in text
    assert "2 units of Terragrunt not read" in outputs.render("text", report, outputs.View())


def test_what_is_left_out_is_not_named(root: Path) -> None:
    """The patterns of `--exclude` hold for units as for sources."""
    assert absent(scan(Options(exclude=("live/prod/**",)))) == [("live/dev/terragrunt.hcl", 5)]


def test_a_plan_stands_for_its_unit(root: Path) -> None:
    """What a unit comes to is read where its plan is in the scan."""
    (root / "live" / "dev" / "plan.json").write_text(PLAN)
    assert absent(scan(Options())) == [("live/prod/terragrunt.hcl", 6)]


@pytest.mark.parametrize("given", ["live", "live/dev/terragrunt.hcl"])
def test_units_alone_are_nothing_to_analyse(
    root: Path, given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Then the exit status is 2, and the error says what to scan."""
    assert cli.main(["scan", given, "--format", "json"]) == 2
    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert "Terragrunt" in error["message"]
    assert CURE in error["message"]
