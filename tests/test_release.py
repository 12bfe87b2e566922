"""What a release consists of: pinned, published without a password, not root in its image."""

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

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
RELEASE: Any = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
STEP = re.compile(r"^([A-Z]+) (.+?)(?<!\\)$", re.MULTILINE | re.DOTALL)
"""An instruction of a Dockerfile, with the lines that continue it."""


@pytest.mark.parametrize("file", [ROOT / "action.yml", *WORKFLOWS], ids=lambda file: file.name)
def test_actions_are_pinned(file: Path) -> None:
    """Each action is named by the hash of a commit, with the version that it is beside it."""
    used = re.findall(r"uses: (\S+)(?: # (\S+))?", file.read_text())

    assert used or file.name != "action.yml"
    assert all(re.search("@[0-9a-f]{40}$", name) for name, _ in used)
    assert all(re.fullmatch(r"v[0-9]+\.[0-9]+\.[0-9]+", version) for _, version in used)


def test_publishing_needs_no_secret() -> None:
    """The index trusts the workflow: one job may ask for its token, and it runs nothing of ours."""
    text = (ROOT / ".github/workflows/release.yml").read_text()
    publish = RELEASE["jobs"]["publish"]

    assert RELEASE["permissions"] == {}
    assert "secrets." not in text
    assert "password" not in text.replace("no password", "")
    assert [name for name, job in RELEASE["jobs"].items() if "id-token" in job["permissions"]] == [
        "publish"
    ]
    assert publish["permissions"] == {"id-token": "write"}
    assert not [step for step in publish["steps"] if "run" in step]


def test_lock_file_names_the_public_index() -> None:
    """It comes from no mirror of whoever wrote it. Whether it is current, the release looks."""
    addresses = re.findall(r'https?://[^/"]+', (ROOT / "uv.lock").read_text())
    assert set(addresses) == {"https://files.pythonhosted.org", "https://pypi.org"}


def steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, without comments."""
    text = "".join(
        line
        for line in (ROOT / "Dockerfile").read_text().splitlines(keepends=True)
        if not line.startswith("#")
    )
    return [(found[1], found[2].replace("\\\n", " ")) for found in STEP.finditer(text)]


def test_image_is_not_root() -> None:
    """Its last user is a number, which whoever runs it can check, and nothing runs after it."""
    after = [name for name, _ in steps()]
    (user,) = [words for name, words in steps() if name == "USER"]

    assert re.fullmatch("[1-9][0-9]*:[1-9][0-9]*", user)
    assert "RUN" not in after[after.index("USER") :]


@pytest.mark.everything
def test_steps_of_the_image(tmp_path: Path) -> None:
    """Without an engine: each step is done in a folder, and the result scans the demo."""
    text = (ROOT / ".dockerignore").read_text()
    allowed = [line.removeprefix("!") for line in text.splitlines() if line.startswith("!")]
    for each in allowed:
        copy = shutil.copytree if (ROOT / each).is_dir() else shutil.copy
        (tmp_path / "build" / each).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / each, tmp_path / "build" / each)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "python").symlink_to(sys.executable)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    for name, words in steps():
        if name == "COPY":
            assert words in (". /build", "--from=build /opt/taskwall /opt/taskwall")
        elif name == "ENV":
            assert words == "PATH=/opt/taskwall/bin:$PATH"
        elif name == "RUN":
            script = re.sub(r"/(opt|build)\b", rf"{tmp_path}/\1", words)
            subprocess.run(["sh", "-ec", script], env={**os.environ, "PATH": path}, check=True)
    (entry,) = [json.loads(words) for name, words in steps() if name == "ENTRYPOINT"]
    command = [str(tmp_path / "opt/taskwall/bin" / entry[0]), "scan", "--fail-on", "never", "."]
    run = subprocess.run(
        command, cwd=ROOT / "fixtures" / "demo", capture_output=True, check=True, text=True
    )
    assert "TW205" in run.stdout
