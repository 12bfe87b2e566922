"""SARIF, held against Microsoft's validator: what it has to say, and what GitHub asks for."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from npm import npm
from reports import FINDINGS, everything
from taskwall.api.scan import Options, scan
from taskwall.findings.finding import Step
from taskwall.outputs import View, render

VALIDATOR = "@microsoft/sarif-multitool@5.7.0"
HOSTILE = 'a](https://x) <b>\n\x1b[31m\u202e%00#?\\"'
FOUND = replace(
    FINDINGS[0],
    message=HOSTILE,
    file=HOSTILE,
    resource=HOSTILE,
    because=(Step(HOSTILE, HOSTILE, 1, HOSTILE),),
)


@pytest.mark.everything
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_validator_warns_of_nothing(tmp_path: Path) -> None:
    """Of real findings, of a report with something in each place, and of hostile names."""
    demo = scan(Options(("fixtures/demo",), profile="strict", show=("fail", "unknown", "pass")))
    whole = replace(everything(), rules=demo.rules)
    hostile = replace(whole, document=replace(whole.document, findings=(FOUND,)))
    logs = {
        name: render("sarif", report, View(suppressed=True))
        for name, report in (("demo", demo), ("everything", whole), ("hostile", hostile))
    }
    logs["broken"] = logs["demo"].replace('"ruleIndex": 1,', '"ruleIndex": 999,')
    npm(tmp_path, "install", "--no-audit", "--no-fund", VALIDATOR)
    asked = ["node", "-p", f"require('{VALIDATOR.rpartition('@')[0]}')"]
    program = Path(subprocess.check_output(asked, cwd=tmp_path, text=True).strip())
    program.chmod(0o755)  # npm need not run the script that does it
    for name, log in logs.items():
        (tmp_path / f"{name}.sarif").write_text(log, encoding="utf-8")
        assert (_warnings(program, tmp_path / f"{name}.sarif") == []) is (name != "broken"), name


def _warnings(program: Path, log: Path) -> list[str]:
    """What the validator says of a log that is more than a note."""
    out = log.with_suffix(".validated")
    asked = ("--level", "Error;Warning;Note", "--rule-kind", "Sarif;Ghas", "--output", out)
    run = subprocess.run(
        [program, "validate", log, *asked], capture_output=True, check=False, text=True
    )
    assert "Done. 1 files scanned." in run.stdout, run.stdout
    (found,) = json.loads(out.read_text(encoding="utf-8-sig"))["runs"]
    return [
        f"{one['ruleId']}: {one}"
        for one in found["results"]
        if one.get("level", "warning") != "note"
    ]
