"""Evidence for compliance: what supports a control, and what is never claimed."""

import csv
import re
from io import StringIO
from pathlib import Path

import pytest

from taskwall import cli
from taskwall.findings.compliance import FRAMEWORKS, STATEMENTS, frameworks
from taskwall.rules import all_rules

SERVICE = """
resource "aws_ecs_service" "web" {
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  network_configuration {
    subnets          = ["subnet-1"]
    assign_public_ip = %s
  }
}
resource "aws_ecs_task_definition" "web" {
  family       = "web"
  network_mode = "awsvpc"
  container_definitions = "[]"
}
variable "public" {}
"""


def rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], public: str, *options: str
) -> dict[str, dict[str, str]]:
    """The evidence for Control Tower by control, where a service has a public address or not."""
    (tmp_path / "main.tf").write_text(SERVICE % public)
    cli.main(["scan", str(tmp_path), "--compliance", "control-tower", *options])
    found = csv.DictReader(StringIO(capsys.readouterr().out))
    return {row["control"]: row for row in found}


@pytest.mark.parametrize(
    ("public", "counts", "statement"),
    [
        ("true", ("1", "0", "0"), "fail"),
        ("false", ("0", "0", "1"), "supports"),
        ("var.public", ("0", "1", "0"), "unknown"),
    ],
)
def test_evidence_counts_verdicts(
    public: str,
    counts: tuple[str, str, str],
    statement: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A control has the verdicts of its rules, and what they amount to."""
    found = rows(tmp_path, capsys, public)
    row = found["CT.ECS.PR.9"]
    assert (row["fail"], row["unknown"], row["pass"]) == counts
    assert row["evidence"] == STATEMENTS[statement]
    assert found["CT.ELASTICLOADBALANCING.PR.1"]["evidence"] == STATEMENTS["none"]


def test_what_did_not_run_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Silence of rules that were left out is no evidence."""
    row = rows(tmp_path, capsys, "false", "--ignore", "TW203")["CT.ECS.PR.9"]
    assert (row["not run"], row["evidence"]) == ("TW203", STATEMENTS["not run"])


def test_what_may_not_be_there_supports_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pass of a service that an open switch makes is not counted."""
    text = (SERVICE % "false").replace("  launch", "  count = var.on ? 1 : 0\n  launch")
    (tmp_path / "main.tf").write_text(text + 'variable "on" {}\n')
    cli.main(["scan", str(tmp_path), "--compliance", "control-tower"])
    line = next(one for one in capsys.readouterr().out.splitlines() if "CT.ECS.PR.9," in one)
    assert line.endswith(f"0,0,0,{STATEMENTS['none']}")


def test_frameworks_name_rules_that_exist() -> None:
    """The data are complete: each framework has a source, each control a title and known rules."""
    known = {rule.id for rule in all_rules()}
    assert sorted(frameworks()) == sorted(FRAMEWORKS)
    for framework in frameworks().values():
        assert framework.title
        assert framework.version
        assert framework.source.startswith("https://")
        for title, *rules in framework.controls.values():
            assert title
            assert rules
            assert known.issuperset(rules)
    assert not re.search(r"\b(meets|complies|compliant|proves)\b", " ".join(STATEMENTS.values()))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--format", "csv"), "name it with --compliance"),
        (("--compliance", "pcj"), 'did you mean "pci"'),
        (("--compliance", "pci", "--show", "fail,pass"), "cannot be listed"),
        (("--compliance", "pci", "--format", "text"), "2 reports would go to standard output"),
    ],
)
def test_wrong_use(options: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Evidence without a framework, or beside another report, is refused."""
    assert cli.main(["scan", ".", *options]) == 2
    assert says in capsys.readouterr().err
