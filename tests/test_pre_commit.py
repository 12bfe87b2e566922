"""The pre-commit hook: what it declares is what the command takes."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
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
        ("infra/main.tofu.json", True),
        ("stack.template", True),
        ("policies/endpoint.json", True),
        ("prod.tfvars", True),
        ("prod.auto.tfvars.json", True),
        ("live/terragrunt.hcl", True),
        ("templates/user_data.sh.tpl", True),
        ("templates/tasks.json.tftpl", True),
        ("user-data.sh", True),
        ("taskwall.toml", True),
        ("infra/taskwall.toml", True),
        ("README.md", False),
        ("other_taskwall.toml", False),
        ("pyproject.toml", False),
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


@pytest.fixture
def commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Makes the hook run on changes of files by pre-commit itself, in a repository of git.

    The hook is the one that we declare, but for the environment that it is installed into: the
    tests run in one that has taskwall.
    """
    pytest.importorskip("pre_commit", reason="the dependency group `test` has it")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / ".git" / "pre-commit"))
    repository = {"repo": "local", "hooks": [{**HOOK, "language": "system"}]}
    (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [repository]}))
    _git("init", "--quiet")

    def made(**texts: str) -> str:
        """What the hook says of changed files, "" if it passes; `__` is the dot of a name."""
        for name, text in texts.items():
            (tmp_path / name.replace("__", ".")).write_text(text)
        _git("add", "--all")
        done = subprocess.run(
            (sys.executable, "-m", "pre_commit", "run"), capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 1), done.stdout + done.stderr
        assert "Skipped" not in done.stdout
        _git("-c", "user.name=x", "-c", "user.email=x@y", "commit", "--quiet", "-m", "x")
        return done.stdout if done.returncode else ""

    return made


def _git(*arguments: str) -> None:
    subprocess.run(("git", *arguments), check=True)


def test_pre_commit_stops_what_a_file_makes_in_another(commit: Callable[..., str]) -> None:
    """A change of one file fails for the listener that it opens in another, and of values too."""
    text = (ROOT / "fixtures" / "rules" / "tw101" / "fail" / "main.tf").read_text()
    start, end = (text.index(f'resource "aws_lb{name}" "web"') for name in ("", "_target_group"))
    closed = text[start:end].replace("internal = false", "internal = true")
    rest = text[:start] + text[end:]
    settings = 'select = ["TW101"]\n'

    assert commit(lb__tf=closed, rest__tf=rest, taskwall__toml=settings) == ""
    assert "TW101" in commit(lb__tf=text[start:end])
    variable = 'variable "internal" {\n  type = bool\n}\n'
    opened = closed.replace("internal = true", "internal = var.internal")
    assert commit(lb__tf=opened + variable, prod__tfvars="internal = true\n") == ""
    assert "TW101" in commit(prod__tfvars="internal = false\n")
    assert "TW202" in commit(taskwall__toml='select = ["TW101", "TW202"]\n')


def test_the_hook_of_checkov() -> None:
    """It runs a command that is installed, with the checkov that the extra asks for."""
    hook = HOOKS["taskwall-checkov"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert shlex.split(hook["entry"])[0] in project["scripts"]
    assert hook["additional_dependencies"] == project["optional-dependencies"]["checkov"]
    assert hook["pass_filenames"] is False
