"""The packaged extension in a real VS Code, without a window: code-server, seen by Chromium."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from languageserver.stacks import RULE, SERVICE
from languageserver.vscode import packaged
from npm import npm

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
CODE_SERVER = os.environ.get("CODE_SERVER") or shutil.which("code-server")
DRIVER = Path(__file__).parent / "code_server.mjs"


PYTHON_EXTENSION = """\
const executable = { uri: require("vscode").Uri.file(%s) };
exports.activate = () => ({
  environments: {
    getActiveEnvironmentPath: () => ({ path: executable.uri.fsPath }),
    resolveEnvironment: async () => ({ executable }),
    onDidChangeActiveEnvironmentPath: () => ({ dispose() {} }),
  },
});
"""
"""Stands for Microsoft's, with an interpreter selected."""


@pytest.mark.everything
@pytest.mark.skipif(CODE_SERVER is None, reason="code-server is not installed")
@pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed")
def test_what_an_editor_shows(tmp_path: Path) -> None:
    """Lenses, findings, actions in their order before a line, a hover with links and the fix."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "main.tf").write_text(SERVICE)
    (root / "rules.tf").write_text(RULE)
    npm(tmp_path, "install", "--no-audit", "--no-fund", "playwright-core@1.65.1")
    shutil.copy(DRIVER, tmp_path)
    own = packaged(tmp_path / "extension")
    with editor(tmp_path, own, python_extension(tmp_path / "python", own.parent)) as address:
        run = subprocess.run(
            ["node", DRIVER.name, f"{address}/?folder={root}", str(BROWSER), "picture.png"],
            cwd=tmp_path,
            capture_output=True,
            check=False,
            text=True,
        )
    assert run.returncode == 0, run.stderr
    shown = json.loads(run.stdout)
    assert shown["lenses"] == [
        "allows 0.0.0.0/0:8080",
        "behind no load balancer, allows 0.0.0.0/0:8080",
    ]
    assert shown["squiggles"] == 1
    assert [title.split()[0] for title in shown["actions"]] == [
        *("Fix", "Explain", "Suppress", "Suppress"),
    ]
    for said in ("taskwallTW204", "main.tf", "uses security group aws_security_group.web", "Fix:"):
        assert shown["hover"].count(said) == 1
    assert any(link.startswith("https://docs.aws.amazon.com/") for link in shown["links"])


def python_extension(folder: Path, tools: Path) -> Path:
    """A package whose selected interpreter is the one that runs the tests."""
    folder.mkdir()
    about = {"name": "python", "publisher": "ms-python", "version": "0.0.1", "main": "main.js"}
    about |= {"engines": {"vscode": "^1.91.0"}, "activationEvents": []}  # type: ignore[dict-item]
    (folder / "package.json").write_text(json.dumps(about))
    (folder / "main.js").write_text(PYTHON_EXTENSION % json.dumps(sys.executable))
    options = ("--no-dependencies", "--allow-missing-repository", "--skip-license")
    vsce = tools / "node_modules" / ".bin" / "vsce"
    subprocess.run([vsce, "package", *options, "--out", "python.vsix"], cwd=folder, check=True)
    return folder / "python.vsix"


@contextlib.contextmanager
def editor(scratch: Path, *packages: Path) -> Iterator[str]:
    """Run code-server with extensions in it, and no taskwall on the PATH; its address."""
    user, extensions = scratch / "user", scratch / "extensions"
    own = ("--user-data-dir", str(user), "--extensions-dir", str(extensions))
    for package in packages:
        subprocess.run([str(CODE_SERVER), *own, "--install-extension", str(package)], check=True)
    settings = {"workbench.startupEditor": "none"}
    (user / "User").mkdir(parents=True, exist_ok=True)
    (user / "User" / "settings.json").write_text(json.dumps(settings))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    quiet = ("--disable-telemetry", "--disable-update-check", "--disable-workspace-trust")
    command = [str(CODE_SERVER), *own, *quiet, "--auth", "none", "--bind-addr", address]
    surroundings = {**os.environ, "PATH": os.defpath}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=surroundings) as running:
        try:
            for _ in range(120):
                with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{address}"):
                    break
                time.sleep(0.5)
            yield f"http://{address}"
        finally:
            running.terminate()
