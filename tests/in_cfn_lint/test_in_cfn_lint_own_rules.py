"""In cfn-lint: rules of one's own have ids with the letter of their severity."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

import taskwall
from library.rules import write_rule
from linted import TASKS, Lint


def test_own_rules_are_rules_of_cfn_lint(
    here: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shown at the resource, ignored by its metadata, and an error of theirs is loud."""
    write_rule(here / "rules")
    write_rule(here / "rules", "ACME102", severity="low")
    (here / "rules" / "acme103_wrong.py").write_text("1 / 0\n")
    # What is imported once more is gone again after the test.
    monkeypatch.setattr(taskwall, "cfnlint", import_module("taskwall.cfnlint"), raising=False)
    monkeypatch.setenv("TASKWALL_RULES", str(here / "rules"))
    # cfn-lint imports it once more, now with these rules.
    monkeypatch.delitem(sys.modules, "taskwall.cfnlint")
    ignoring = "Metadata: {cfn-lint: {config: {ignore_checks: [WACME102]}}}\n    Properties:\n"
    (here / "web.yaml").write_text(TASKS.replace("Properties:\n", ignoring, 1))
    matches = lint("web.yaml")

    own = [one for one in matches if "ACME" in one.rule.id]
    assert [(one.rule.id, one.linenumber, one.message) for one in own] == [
        ("EACME101", 11, "Group is wrong")
    ]
    assert own[0].rule.shortdesc == "T"
    loud = [one.message for one in matches if one.rule.id in ("ETW000", "ETW001")]
    assert any("acme103_wrong.py" in text and "division by zero" in text for text in loud)
