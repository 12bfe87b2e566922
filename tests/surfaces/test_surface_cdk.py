"""The plugin for CDK in whole apps: each says in its first lines what is to be reported."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FIXTURES = Path(__file__).parents[2] / "fixtures"
APPS = sorted((FIXTURES / "cdk").glob("*.py"))
WITHOUT_ONE = """
from aws_cdk import App, Stack, Validations
from taskwall.cdk import TaskwallValidation

app = App()
Validations.of(app).add_plugins(TaskwallValidation({arguments}))
Stack(app, "Empty")
app.synth()
"""


class Synthesis:
    """A synthesis that has ended: what was printed, and the report that CDK wrote."""

    def __init__(self, app: Path, folder: Path) -> None:
        out = folder / "cdk.out"
        # pytest is hidden from CDK, which would put its report into the exception.
        kept = {name: os.environ[name] for name in os.environ if not name.startswith("PYTEST")}
        ended = subprocess.run(
            [sys.executable, str(app)],
            cwd=folder,
            env={**kept, "CDK_OUTDIR": str(out)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.failed = ended.returncode != 0
        self.printed = ended.stdout + ended.stderr
        written = out / "validation-report.json"
        self.reports: list[dict[str, Any]] = (
            json.loads(written.read_text())["pluginReports"] if written.exists() else []
        )

    def lines(self) -> list[str]:
        """The violations as an app's first lines write them."""
        return sorted(
            f"{said}{report['pluginName']} {one['ruleName']}: {construct['constructPath']}"
            for report in self.reports
            for said, key in (("", "violations"), ("acknowledged ", "suppressedViolations"))
            for one in report.get(key) or ()
            for construct in one["violatingConstructs"]
        )


@pytest.mark.everything
@pytest.mark.parametrize("app", APPS, ids=lambda app: app.stem)
def test_an_app_reports_what_it_says(app: Path, tmp_path: Path) -> None:
    """By construct, with what CDK's own validation reports beside it."""
    pytest.importorskip("aws_cdk")
    done = Synthesis(app, tmp_path)
    expected = sorted(re.findall(r"^    (\S.*: \S+)$", app.read_text(), re.MULTILINE))
    assert done.lines() == expected, done.printed
    assert done.failed is any(not line.startswith("acknowledged") for line in expected)


@pytest.mark.everything
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("", ""),
        ("select=['TW999']", 'no rule is "TW999"'),
        ("settings='absent.toml'", "absent.toml"),
    ],
)
def test_wrong_settings_fail_the_synthesis(arguments: str, said: str, tmp_path: Path) -> None:
    """CDK prints what is wrong with them; an app without tasks passes."""
    pytest.importorskip("aws_cdk")
    app = tmp_path / "app.py"
    app.write_text(WITHOUT_ONE.format(arguments=arguments))
    done = Synthesis(app, tmp_path)
    assert done.failed is bool(said), done.printed
    assert said in done.printed


@pytest.mark.everything
def test_settings_beside_the_app_count(tmp_path: Path) -> None:
    """Below the severity that fails, a finding is a warning, and says what it is about."""
    pytest.importorskip("aws_cdk")
    (tmp_path / "taskwall.toml").write_text('select = ["TW101"]\n')
    app = tmp_path / "app.py"
    text = (FIXTURES / "cdk" / "cross_stack.py").read_text()
    app.write_text(text.replace("TaskwallValidation()", "TaskwallValidation(fail_on='never')"))
    done = Synthesis(app, tmp_path)
    (report,) = [one for one in done.reports if one["pluginName"] == "taskwall"]
    (violation,) = report["violations"]
    assert (report["conclusion"], violation["severity"]) == ("success", "warning")
    assert violation["ruleMetadata"] == {"verdict": "fail", "severity": "high"}
    assert "is internet-facing" in violation["description"]
    assert violation["suggestedFix"]


@pytest.mark.everything
def test_what_is_absent_is_a_warning(tmp_path: Path) -> None:
    """A nested template elsewhere is named, and does not fail the synthesis."""
    pytest.importorskip("aws_cdk")
    app = tmp_path / "app.py"
    nested = 'Stack(app, "Net")\nCfnStack(_, "N", template_url="https://s3.amazonaws.com/b/x.yaml")'
    text = WITHOUT_ONE.format(arguments="").replace('Stack(app, "Empty")', f"_ = {nested}")
    app.write_text(text.replace("import App,", "import App, CfnStack,"))
    done = Synthesis(app, tmp_path)
    (report,) = [one for one in done.reports if one["pluginName"] == "taskwall"]
    (violation,) = report["violations"]
    assert not done.failed
    assert (violation["ruleName"], violation["severity"]) == ("absent", "warning")
    assert "https://s3.amazonaws.com/b/x.yaml" in violation["description"]
