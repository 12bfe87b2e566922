"""The pre-commit hook: what it declares is what the command takes."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

from taskwall import cli

ROOT = Path(__file__).parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
HOOK = HOOKS["taskwall"]


@pytest.mark.parametrize(
    ("file", "taken"),
    [
        ("infra/main.tf", True),
        ("infra/main.tf.json", True),
        ("stack.yaml", True),
        ("stack.yml", True),
        ("stack.template", True),
        ("terraform.tfvars", False),
        ("README.md", False),
    ],
)
def test_the_hook_takes_sources(file: str, taken: bool) -> None:
    """It runs for what taskwall reads, and for nothing else."""
    assert bool(re.search(HOOK["files"], file)) is taken


def test_the_entry_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The hook's command line works as pre-commit calls it: with the changed files at its end."""
    command, *arguments = shlex.split(HOOK["entry"])
    file = tmp_path / "values.yaml"
    file.write_text("replicas: 1\n")

    assert command == "taskwall"
    assert cli.main([*arguments, str(file)]) == 0
    assert "Nothing was analysed" in capsys.readouterr().out


def test_the_hook_of_checkov() -> None:
    """It runs a command that is installed, with the checkov that the extra asks for."""
    hook = HOOKS["taskwall-checkov"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert shlex.split(hook["entry"])[0] in project["scripts"]
    assert hook["additional_dependencies"] == project["optional-dependencies"]["checkov"]
    assert hook["pass_filenames"] is False
