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
    "paths", "modules", "args", "summary", "sarif-file", "upload-sarif", "working-directory",
    "python-version", "version", "diff", "comment",
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


def run(script: str, folder: Path, inputs: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the script of a step as GitHub does, with our own command."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    for name in ("taskwall", "python"):
        module = "-m taskwall " if name == "taskwall" else ""
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {module}"$@"\n')
        (programs / name).chmod(0o755)
    environment = {
        **os.environ,
        **inputs,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "checks"),
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(("works", "status"), [(True, 0), (False, 1)])
def test_modules_are_downloaded_where_they_are_called(
    tmp_path: Path, works: bool, status: int
) -> None:
    """The cure of each root is run in its folder, and nothing else that a report may hold is."""
    (tmp_path / "bin").mkdir()
    for name in ("terraform", "tofu"):
        said = f'#!/bin/sh\necho "{name} $@ in $(basename "$PWD")"\nexit {0 if works else 1}\n'
        (tmp_path / "bin" / name).write_text(said)
        (tmp_path / "bin" / name).chmod(0o755)
    call = 'module "m" {\n  source = "a/b/c"\n}\n'
    for path in ("one root/main.tf", "two/main.tofu"):
        (tmp_path / "in" / path).parent.mkdir(parents=True)
        (tmp_path / "in" / path).write_text(call)
    (tmp_path / "in" / "odd").mkdir()
    (tmp_path / "in" / "odd" / "main.tf").write_text('module "m" {\n  source = var.v\n}\n')

    done = run(STEPS["Download modules"]["run"], tmp_path, {"PATHS": "in"})

    told = ["terraform get in one root", "tofu get in two"]
    assert (done.returncode, done.stdout.splitlines()) == (status, told if works else told[:1])
    (tmp_path / "taskwall.toml").write_text("select = 1")
    refused = run(STEPS["Download modules"]["run"], tmp_path, {"PATHS": "in"})
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)


def test_modules_are_not_downloaded_for_forks() -> None:
    """What a fork's pull request calls is not fetched, however it is asked for."""
    condition = STEPS["Download modules"]["if"]
    assert "inputs.modules == 'true'" in condition
    assert "github.event.pull_request.head.repo.full_name == github.repository" in condition
    # A workflow that runs after that of a pull request may check out what a fork wrote, too.
    assert "github.event.workflow_run.head_repository.full_name == github.repository" in condition


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
    stack = tmp_path / "a stack"
    shutil.copytree(ROOT / "fixtures" / "rules" / "tw702" / "fail", stack)
    scan = STEPS["Scan"]
    blank = dict.fromkeys(scan["env"], "")
    given = {"PATHS": "a stack", "SUMMARY": "true", "SARIF_FILE": "t.sarif", "SELECT": "TW702"}
    summary = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}

    done = run(scan["run"], tmp_path, {**blank, **given, **inputs, **summary})

    assert done.returncode == status, done.stderr
    if status < 2:
        assert json.loads((tmp_path / "t.sarif").read_text())["runs"][0]["results"]
        assert "::warning file=a stack/main.tf" in done.stdout
        assert "TW702" in (tmp_path / "summary.md").read_text()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("there", "call"),
    [
        ("", "api --silent repos/a/b/issues/7/comments"),
        ("12\n34\n", "api --silent --method PATCH repos/a/b/issues/comments/12"),
    ],
)
def test_a_pull_request_has_one_comment(tmp_path: Path, there: str, call: str) -> None:
    """The comment is made once, and then is changed; its first line is by what it is found."""
    (tmp_path / "there").write_text(there)
    (tmp_path / "diff.md").write_text("opens\n")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text(
        '#!/bin/sh\ncase "$*" in *--jq*) cat there; exit;; esac\n'
        'echo "$@"; for last; do :; done; cat "${last#body=@}"\n'
    )
    (tmp_path / "bin" / "gh").chmod(0o755)
    given = {"COMMENT": "diff.md", "COMMENTS": "repos/a/b/issues", "NUMBER": "7"}

    done = run(STEPS["Comment"]["run"], tmp_path, given)

    assert done.returncode == 0, done.stderr
    called, *body = done.stdout.splitlines()
    assert called.startswith(f"{call} --field body=@")
    assert body == ["<!-- taskwall diff -->", "opens"]


def test_forks_get_no_comment() -> None:
    """Their token may not write, and the step would fail."""
    same = "github.event.pull_request.head.repo.full_name == github.repository"
    assert same in STEPS["Comment"]["if"]
