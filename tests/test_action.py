"""The GitHub Action: its inputs are the command's options, and its script does what it says."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from taskwall.cli import main

ROOT = Path(__file__).parent.parent
ACTION: Any = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step.get("name", step.get("uses")): step for step in ACTION["runs"]["steps"]}
OWN = {
    "paths", "args", "summary", "sarif-file", "upload-sarif", "working-directory",
    "python-version", "version",
}  # fmt: skip
"""Inputs that are no options of the command."""


def test_inputs_are_options_of_scan(capsys: pytest.CaptureFixture[str]) -> None:
    """Each input is an option of `taskwall scan`, under the same name, or the action's own."""
    with pytest.raises(SystemExit):
        main(["scan", "--help"])
    options = set(re.findall(r"--([a-z-]+)", capsys.readouterr().out))
    inputs = set(ACTION["inputs"])

    assert inputs - OWN <= options
    assert inputs >= OWN
    used = set(re.findall(r"--([a-z-]+) ", STEPS["Scan"]["run"])) - {"format", "output"}
    assert used == inputs - OWN


def test_every_input_is_described_and_used() -> None:
    """An input has a description and a default, and some step takes it."""
    text = json.dumps(ACTION["runs"])

    for name, about in ACTION["inputs"].items():
        assert about["description"]
        assert isinstance(about["default"], str)
        assert f"inputs.{name}" in text


def test_no_input_stands_in_a_script() -> None:
    """Inputs reach scripts as variables: an expression in a script would be run as code."""
    assert not [step["run"] for step in STEPS.values() if "${{" in step.get("run", "")]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("inputs", "status"),
    [
        ({}, 1),
        ({"FAIL_ON": "never"}, 0),
        ({"ARGS": "--fail-on=never\n--jobs=1"}, 0),
        ({"SELECT": "TW9"}, 2),
    ],
)
def test_script(tmp_path: Path, inputs: dict[str, str], status: int) -> None:
    """The scan's script ends as the command does, and leaves SARIF, commands and a table."""
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "taskwall"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m taskwall "$@"\n')
    command.chmod(0o755)
    stack = tmp_path / "a stack"
    shutil.copytree(ROOT / "fixtures" / "rules" / "tw702" / "fail", stack)
    scan = STEPS["Scan"]
    blank = dict.fromkeys(scan["env"], "")
    given = {"PATHS": "a stack", "SUMMARY": "true", "SARIF_FILE": "t.sarif", "SELECT": "TW702"}
    environment = {
        **os.environ,
        **blank,
        **given,
        **inputs,
        "PATH": f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "checks"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }

    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", scan["run"]],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == status, done.stderr
    if status < 2:
        assert json.loads((tmp_path / "t.sarif").read_text())["runs"][0]["results"]
        assert "::warning file=a stack/main.tf" in done.stdout
        assert "TW702" in (tmp_path / "summary.md").read_text()
