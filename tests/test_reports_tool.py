"""The tool that compares two versions prints what only one of them reports."""

import json
import sys
from pathlib import Path

import pytest
from tools import reports

FINDING = {"rule": "TW204", "verdict": "fail", "file": "main.tf", "line": 3, "message": "a"}


def version(folder: Path, name: str, *lines: int) -> str:
    """The command of a version that reports a finding on each line, after noting that it ran."""
    found = [{**FINDING, "line": line, "instances": ["aws_security_group.a"]} for line in lines]
    report = {"findings": found, "summary": {"fail": len(lines)}}
    script = folder / f"{name}.py"
    script.write_text(
        f"open({str(folder / name)!r}, 'a').write('ran')\nprint({json.dumps(report)!r})\n"
    )
    return f"{sys.executable} {script}"


def compare(folder: Path, before: str, after: str, *options: str) -> int:
    """The tool's exit status over one folder."""
    return reports.main(["--before", before, "--after", after, *options, str(folder)])


def test_differences(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A finding that moved is one line less and one more; the totals name both counts."""
    before, after = version(tmp_path, "before", 3, 5), version(tmp_path, "after", 3, 6, 6)
    assert compare(tmp_path, before, after) == 1
    *lines, total, closing = capsys.readouterr().out.splitlines()
    assert lines == [
        f"{tmp_path.name}: - fail TW204 aws_security_group.a main.tf:5",
        f"{tmp_path.name}: + fail TW204 aws_security_group.a main.tf:6 (2 times)",
    ]
    assert total.split() == ["fail", "2", "3"]
    assert closing == "1 folders, 2 differences"


def test_words_are_not_compared(tmp_path: Path) -> None:
    """The earlier report is kept: its version runs once. A message may be another one."""
    before = version(tmp_path, "before", 3)
    kept = str(tmp_path / "kept")
    assert compare(tmp_path, before, before, "--keep", kept) == 0
    after = version(tmp_path, "after", 3)
    script = tmp_path / "after.py"
    script.write_text(script.read_text().replace('"message": "a"', '"message": "b"'))
    assert compare(tmp_path, before, after, "--keep", kept) == 0
    assert (tmp_path / "before").read_text() == "ran" * 2


def test_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A version that prints no report is a difference that names its last line."""
    script = tmp_path / "raises.py"
    script.write_text("raise SystemExit('no such rule')")
    assert compare(tmp_path, version(tmp_path, "before"), f"{sys.executable} {script}") == 1
    assert "+ exit status 1 without a report: no such rule" in capsys.readouterr().out
