"""In checkov: what is told is what `taskwall scan` tells of the same sources, unknowns apart.

The gate compares a sample of the fixtures, since all of them take minutes: of three rules every
third case.
"""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from checkov_runs import Run
from taskwall.api.scan import Options, scan
from taskwall.findings.finding import Finding, Report

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
UNREADABLE = {"cloudformation_sandbox"}
"""What checkov counts as a parsing error of its own."""

SAMPLE = {"rules/tw205", "rules/tw401", "rules/tw602", "demo/terraform", "demo/cloudformation"}
FOLDERS = [
    pytest.param(
        folder, step, marks=pytest.mark.everything if step == 1 else (), id=f"{name}-{step}"
    )
    for kind in ("rules", "good", "demo")
    for folder in sorted(FIXTURES.glob(f"{kind}/*"))
    if folder.name not in UNREADABLE
    for name in [f"{kind}/{folder.name}"]
    for step in ((3, 1) if name in SAMPLE else (1,))
]
KEYS = re.compile(r'\[(\d+|\*|"[^"]*")\]')

Said = set[tuple[str, str, str]]
"""Rules, the folder at the top, and the resources that they speak of, without instance keys."""


def of_scan(findings: Iterable[Finding]) -> Said:
    """What findings say; the logical id is what checkov knows of a nested stack's resource."""
    return {
        (one.rule, one.file.partition("/")[0], KEYS.sub("", address).rpartition("/")[2])
        for one in findings
        for address in one.addresses
    }


def of_checkov(records: Iterable[dict[str, Any]]) -> Said:
    """What records say; checkov puts the type before a logical id."""
    return {
        (
            one["check_id"],
            one["file_path"].strip("/").partition("/")[0],
            KEYS.sub("", name.rpartition(".")[2] if "::" in name else name),
        )
        for one in records
        for name in [one["resource"]]
    }


def expected(report: Report) -> tuple[Said, Said, Said, Said]:
    """The failed, skipped and passed records that a scan asks for.

    Of the last two the one holds what passes in all its instances, the other what does in any.
    """
    fails = [one for one in report.findings if one.verdict == "fail"]
    silent = [one.finding for one in report.document.suppressed]
    loud = of_scan(one for one in fails if one.severity != "info")
    skipped = of_scan((*fails, *(one for one in silent if one.verdict == "fail"))) - loud
    others = of_scan((*(one for one in report.findings if one.verdict != "pass"), *silent))
    passes = of_scan(one for one in report.findings if one.verdict == "pass")
    return loud, skipped, passes - others, passes


@pytest.mark.parametrize(("folder", "step"), FOLDERS)
def test_checkov_tells_what_scan_tells(
    folder: Path, step: int, tmp_path: Path, checkov: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By rule and resource: fails, what is kept silent, and passes."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "taskwall.toml").write_text('profile = "strict"\n')
    monkeypatch.chdir(tmp_path)
    cases = (
        sorted(one for one in folder.iterdir() if one.is_dir())[::step]
        if folder.parent.name == "rules"
        else [folder]
    )
    for case in cases:
        shutil.copytree(case, tmp_path / case.name, ignore=shutil.ignore_patterns("*.toml"))
    report = scan(Options(show=("fail", "unknown", "pass")))
    shown = checkov(
        "-d", ".", "--framework", "terraform", "cloudformation", "terraform_plan", "--check", "TW*"
    )

    fails, skipped, passes, some = expected(report)
    assert of_checkov(shown.records("failed")) == fails
    assert of_checkov(shown.records("skipped")) == skipped
    assert passes <= of_checkov(shown.records("passed")) <= some
