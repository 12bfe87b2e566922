"""What docs/cfn-lint.md says to write does what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.config import ConfigMixIn
from cfnlint.runner import Runner

from linted import TASKS, told

PAGE = Path(__file__).parent.parent.parent / "docs" / "cfn-lint.md"
FOUND = ["ETW204 20:11", "WTW203 44:11"]
PROGRAMS = {
    "cfn-lint": "from cfnlint.runner import main; main()",
    "taskwall": "import sys; from taskwall.cli import main; sys.exit(main())",
}


def blocks(language: str) -> list[str]:
    """What is set off in the page as something to write in a language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)


def lines(start: str) -> list[str]:
    """The commands of the page that begin with a word."""
    return [line for block in blocks("sh") for line in block.splitlines() if line.startswith(start)]


def linted(*arguments: str) -> list[Any]:
    """What cfn-lint shows, with no argument beside these."""
    return list(Runner(ConfigMixIn(list(arguments))).run())


@pytest.fixture
def shell(here: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which both commands are those of this Python."""
    programs = tmp_path_factory.mktemp("programs")
    for name, program in PROGRAMS.items():
        (programs / name).write_text(f"#!{sys.executable}\n{program}\n")
        (programs / name).chmod(0o755)
    path = os.pathsep.join((str(programs), os.environ["PATH"]))
    return {**os.environ, "PATH": path, "PYTHONPATH": os.pathsep.join(sys.path)}


@pytest.mark.skipif(os.name == "nt", reason="the page writes for POSIX shells")
@pytest.mark.parametrize("command", lines("cfn-lint"))
def test_commands(command: str, here: Path, shell: dict[str, str]) -> None:
    """Each shows what there is to show, and fails as cfn-lint does for errors and warnings."""
    Path("template.yaml").write_text(TASKS)
    ran = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False, env=shell
    )
    assert (ran.returncode, ran.stderr) == (2 | 4, "")
    assert re.findall(r"^(\w+TW\d+)|^template.yaml:(.*)$", ran.stdout, re.MULTILINE) == [
        ("ETW204", ""),
        ("", "20:11"),
        ("WTW203", ""),
        ("", "44:11"),
    ]


def test_there_are_commands() -> None:
    """By module and by folder."""
    assert len(lines("cfn-lint")) == 2


def test_configuration_files(here: Path) -> None:
    """What is written for `.cfnlintrc` counts, with its options."""
    own, options, skips = (block for block in blocks("yaml") if "repos:" not in block)
    Path("web.yaml").write_text(TASKS)
    Path(".cfnlintrc").write_text(own)
    assert told(linted("web.yaml")) == FOUND
    Path(".cfnlintrc").write_text(own + options)
    assert told(linted("web.yaml")) == [FOUND[0], "ITW210 11:3", FOUND[1]]
    Path(".cfnlintrc").unlink()
    Path(".cfnlintrc.yaml").write_text(own + options)
    assert told(linted("web.yaml")) == [FOUND[0], "ITW210 11:3", FOUND[1]]

    Path(".cfnlintrc.yaml").write_text(own + skips)
    Path("web.yaml").write_text(TASKS.replace("NetworkMode: awsvpc", "NetworkMode: bridge"))
    assert "WTW201" not in [one.rule.id for one in linted("web.yaml")]
    Path(".cfnlintrc.yaml").write_text(own)
    assert "WTW201" in [one.rule.id for one in linted("web.yaml")]


def test_the_hook(here: Path) -> None:
    """pre-commit calls cfn-lint with the arguments and, after them, the files."""
    (block,) = (block for block in blocks("yaml") if "repos:" in block)
    (repository,) = yaml.safe_load(block)["repos"]
    (hook,) = repository["hooks"]
    assert (hook["id"], hook["additional_dependencies"]) == ("cfn-lint", ["taskwall"])
    Path("infra").mkdir()
    Path("infra", "web.yaml").write_text(TASKS)
    assert re.search(hook["files"], "infra/web.yaml")
    assert told(linted(*hook["args"], "infra/web.yaml")) == FOUND
