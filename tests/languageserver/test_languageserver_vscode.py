"""The VS Code extension: it offers the server's settings, and starts the server as it should be."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from languageserver.editors import CHECKS, Editor, codes, replacing
from languageserver.stacks import RULE, SERVICE, TEMPLATE
from npm import npm
from taskwall.languageserver.preferences import Preferences, preferences

EXTENSION = Path(__file__).parents[2] / "editors" / "vscode"
MANIFEST: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text())
NODE = shutil.which("node")
OF_THE_EXTENSION = {"path", "trace.server"}


def offered() -> dict[str, dict[str, Any]]:
    """The settings that the extension offers, without its own."""
    found = MANIFEST["contributes"]["configuration"]["properties"]
    names = {name.removeprefix("taskwall."): about for name, about in found.items()}
    return {name: about for name, about in names.items() if name not in OF_THE_EXTENSION}


def test_settings_are_those_of_the_server() -> None:
    """Each has the server's default, and none is missing or too many."""
    found = offered()
    assert set(found) == set(Preferences.__struct_encode_fields__)
    defaults = {name: about["default"] for name, about in found.items()}
    assert preferences(defaults) == (Preferences(), "")
    assert all(about["description"].endswith(".") for about in found.values())


def test_what_a_newcomer_is_shown_is_there() -> None:
    """Commands, pages and settings that the walkthrough leads to exist, as does the icon."""
    (walk,) = MANIFEST["contributes"]["walkthroughs"]
    own = {each["command"] for each in MANIFEST["contributes"]["commands"]}
    settings = MANIFEST["contributes"]["configuration"]["properties"]
    for step in walk["steps"]:
        assert (EXTENSION / step["media"]["markdown"]).is_file()
        for command in re.findall(r"\(command:([\w.]+)", step["description"]):
            assert command in own or command.startswith("workbench.")
        for event in step["completionEvents"]:
            kind, name = event.split(":")
            assert kind != "onSettingChanged" or name in settings
    pages = "".join(page.read_text() for page in (EXTENSION / "walkthrough").iterdir())
    assert set(re.findall(r"taskwall\.[a-z][A-Za-z]+", pages)) - {"taskwall.toml"} <= set(settings)
    icon = (EXTENSION / MANIFEST["icon"]).read_bytes()
    assert icon.startswith(b"\x89PNG")
    assert all(int.from_bytes(icon[at : at + 4]) >= 128 for at in (16, 20))


def test_lock_file_names_no_registry_of_ours() -> None:
    """What is installed comes from wherever the one who installs it says."""
    locked = json.loads((EXTENSION / "package-lock.json").read_text())["packages"]
    sources = {about.get("resolved", "") for about in locked.values()}
    assert all(not each or each.startswith("https://registry.npmjs.org/") for each in sources)
    assert locked[""]["devDependencies"] == MANIFEST["devDependencies"]


@pytest.mark.everything
@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
def test_server_starts_as_the_extension_starts_it(tmp_path: Path) -> None:
    """With the command by name, and with one that is named in the workspace."""
    command = command_in(tmp_path)
    default = MANIFEST["contributes"]["configuration"]["properties"]["taskwall.path"]["default"]
    root = tmp_path / "root"
    root.mkdir()
    (root / "main.tf").write_text(SERVICE + RULE)
    assert started(default, "/workspace") == ["taskwall", "lsp"]
    python = "/workspace/.venv/bin/python"
    assert started(default, "/workspace", python) == [python, "-m", "taskwall", "lsp"]
    assert started("/bin/taskwall", "/workspace", python) == ["/bin/taskwall", "lsp"]
    for words in (
        started(default, str(root)),
        started("${workspaceFolder}/bin/taskwall", str(tmp_path)),
    ):
        found = shutil.which(
            words[0], path=os.pathsep.join((str(command.parent), os.environ["PATH"]))
        )
        assert found == str(command)
        with Editor([found, *words[1:]]) as editor:
            editor.begin(root)
            uri = editor.open(root / "main.tf")
            editor.shown(uri, lambda shown: "TW204" in codes(shown))
            assert editor.end() == 0


@pytest.mark.everything
@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
def test_a_recorded_session(tmp_path: Path) -> None:
    """Initialize, open, type, fix, close, shutdown: what the server says to that, in order."""
    path = tmp_path / "main.tf"
    good = SERVICE + RULE.replace("0.0.0.0/0", "10.0.0.0/16")
    path.write_text(good)
    words = started(str(command_in(tmp_path)), str(tmp_path))
    with Editor(words, debounce=0) as editor:
        editor.begin(tmp_path)
        editor.wait(lambda each: each.get("method") == "client/registerCapability")
        uri = editor.open(path)
        editor.shown(uri, lambda shown: "TW204" not in codes(shown))
        editor.change(uri, 2, replacing(good, "10.0.0.0/16", "0.0.0.0/0"))
        editor.shown(uri, lambda shown: "TW204" in codes(shown))
        editor.change(uri, 3, {"text": good})
        editor.shown(uri, lambda shown: "TW204" not in codes(shown))
        editor.close(uri)
        editor.shown(uri, lambda shown: not shown)
        assert editor.end() == 0
    said = [each.get("method") or f"answer {each['id']}" for each in editor.heard]
    assert [each for each in said if each != "workspace/codeLens/refresh"] == [
        "answer 1",
        "workspace/configuration",
        "client/registerCapability",
        *["textDocument/publishDiagnostics"] * 4,
        "answer 2",
    ]
    record = [
        (each["params"].get("version"), "TW204" in codes(each["params"]["diagnostics"]))
        for each in editor.heard
        if each.get("method") == "textDocument/publishDiagnostics"
    ]
    assert record == [(1, False), (2, True), (3, False), (None, False)]


STUB = """
const Module = require("module");
const any = () => new Proxy(function () {}, {
  get: (own, key) => (key in own ? own[key] : any()),
  apply: () => ({ dispose() {} }),
});
const load = Module._load;
Module._load = (name, ...rest) => (name === "vscode" ? any() : load(name, ...rest));
console.log(JSON.stringify(Object.keys(require(process.argv[1]))));
"""
"""Loads an extension where there is no editor around it."""


@pytest.mark.everything
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_package(tmp_path: Path) -> None:
    """The commands of the documentation make a package, which holds what it needs and loads."""
    repository = EXTENSION.parents[1]
    folder = tmp_path / "editors" / "vscode"
    ours = shutil.ignore_patterns("node_modules", "dist", "*.vsix", "LICENSE")
    shutil.copytree(EXTENSION, folder, ignore=ours)
    shutil.copy(repository / "LICENSE", tmp_path)
    npm(folder, "ci", "--no-audit", "--no-fund")
    npm(folder, "run", "package")
    with zipfile.ZipFile(folder / "taskwall.vsix") as package:
        names = set(package.namelist())
        package.extractall(tmp_path / "unpacked")
    own = {name.removeprefix("extension/") for name in names if name.startswith("extension/")}
    pages = {f"walkthrough/{page.name}" for page in (EXTENSION / "walkthrough").iterdir()}
    assert own == pages | {
        *("package.json", "readme.md", "LICENSE.txt", "dist/extension.js", "icon.png"),
    }
    unpacked = tmp_path / "unpacked" / "extension"
    assert json.loads((unpacked / "package.json").read_text())["version"] == MANIFEST["version"]
    main = str(unpacked / MANIFEST["main"])
    loaded = subprocess.run(
        [str(NODE), "-e", STUB, main], capture_output=True, check=True, text=True
    )
    assert json.loads(loaded.stdout) == ["activate", "deactivate"]


@pytest.mark.everything
@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
def test_documents_that_start_the_server() -> None:
    """Terraform and what looks like a template; other YAML does not start it."""
    assert in_extension("mayBeSource", "/infra/main.tf", "")
    assert in_extension("mayBeSource", "/infra/main.tofu.json", "{}")
    assert in_extension("mayBeSource", "/stack.yaml", TEMPLATE)
    assert not in_extension("mayBeSource", "/compose.yaml", "services: {web: {image: web}}")
    assert not in_extension("mayBeSource", "/Resources.md", TEMPLATE)


@pytest.mark.everything
@pytest.mark.skipif(NODE is None, reason="Node.js is not installed")
def test_pages_of_the_server_are_shown_as_pages() -> None:
    """Those that it writes, and nothing else of the user's."""
    assert in_extension("isPage", "file:///any/taskwall-a1_b2/TW204.md")
    assert not in_extension("isPage", "file:///any/taskwall/README.md")
    assert not in_extension("isPage", "file:///any/taskwall-a1_b2/main.tf")


def command_in(folder: Path) -> Path:
    """A command `taskwall` that runs these sources."""
    command = folder / "bin" / "taskwall"
    command.parent.mkdir()
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH="{CHECKS}" exec "{sys.executable}" -m taskwall "$@"\n'
    )
    command.chmod(0o755)
    return command


def started(path: str, folder: str, *python: str) -> list[str]:
    """The command with which the extension starts the server; `python` may be that selected."""
    found = in_extension("serverCommand", path, folder, *python)
    return [found["command"], *found["args"]]


def in_extension(function: str, *arguments: str) -> Any:
    """What a function of the extension returns."""
    assert NODE is not None
    script = (
        "const [name, ...given] = process.argv.slice(1);"
        "console.log(JSON.stringify(require('./src/server.js')[name](...given)));"
    )
    run = subprocess.run(
        [NODE, "-e", script, function, *arguments], cwd=EXTENSION, capture_output=True, check=True
    )
    return json.loads(run.stdout)
