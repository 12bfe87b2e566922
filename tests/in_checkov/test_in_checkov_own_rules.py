"""In checkov: rules of one's own are checks beside ours, by their own ids."""

from pathlib import Path

import pytest

from checkov_runs import OPEN, Run, Shown
from library.rules import write_rule


def records(shown: Shown, outcome: str) -> list[tuple[str, str, str | None]]:
    """The check, resource and severity of each record of ours."""
    return [
        (record["check_id"], record["resource"], record["severity"])
        for report in shown.reports
        for record in report["results"][f"{outcome}_checks"]
        if record["check_id"].startswith("ACME")
    ]


def test_own_rules_are_checks(
    stack: Path, tmp_path: Path, checkov: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chosen by id, with their severity; checkov's comments suppress them."""
    write_rule(tmp_path / "rules")
    write_rule(tmp_path / "rules", "ACME102", severity="low")
    monkeypatch.setenv("TASKWALL_RULES", str(tmp_path / "rules"))
    (stack / "main.tf").write_text(OPEN.replace('"web" {', '"web" {\n# checkov:skip=ACME102:why'))
    shown = checkov("-d", ".", "--framework", "terraform", "--check", "ACME*")

    assert (shown.status, shown.err) == (1, "")
    assert records(shown, "failed") == [("ACME101", "aws_security_group.web", "HIGH")]
    assert records(shown, "skipped") == [("ACME102", "aws_security_group.web", "LOW")]
