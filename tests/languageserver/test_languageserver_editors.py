"""The snippets of docs/editors.md, in the editors themselves where these are installed."""

import json
import os
import re
import select
import shutil
import struct
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from languageserver.editors import CHECKS, PATIENCE, Editor, codes
from languageserver.stacks import RULE, SERVICE, TEMPLATE
from taskwall.languageserver.preferences import Preferences

EXTENSIONS = (".tf", ".yaml", ".yml", ".json", ".template")
PAGE = (Path(__file__).parents[2] / "docs" / "editors.md").read_text()

NEOVIM = """
local function codes()
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, each.code .. "@" .. (each.lnum + 1))
  end
  return table.concat(found, " ")
end
local function await(wanted)
  if not vim.wait(30000, wanted, 20) then print("MISSING"); vim.cmd("cquit") end
end
await(function() return codes():find("TW204@3") end)
vim.api.nvim_win_set_cursor(0, { 3, 5 })
vim.lsp.buf.code_action({
  filter = function(action) return action.title == "Suppress TW204 for this place" end,
  apply = true,
})
await(function() return vim.api.nvim_win_get_cursor(0)[2] > 20 end)
vim.api.nvim_feedkeys("Aa public API", "xt", false)
vim.wait(50)
print("LINE " .. vim.api.nvim_get_current_line())
await(function() return not codes():find("TW204") end)
print("DONE")
vim.cmd("qall!")
"""

EMACS = """
(define-derived-mode terraform-mode prog-mode "Terraform")
(load (expand-file-name "snippet.el"))
(require 'eglot)
(require 'cl-lib)
(defun codes () (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))
(defun await (wanted)
  (let ((left 1500))
    (while (and (> left 0) (not (funcall wanted)))
      (accept-process-output nil 0.02)
      (flymake-start)
      (setq left (1- left)))
    (when (= left 0) (message "MISSING %S" (codes)) (kill-emacs 1))))
(defun told (rule) (cl-some (lambda (text) (string-match-p rule text)) (codes)))
(find-file "rules.tf")
(terraform-mode)
(call-interactively #'eglot)
(await (lambda () (told "TW204")))
(goto-char (point-min))
(search-forward "cidr_ipv4")
(let ((actions (eglot-code-actions (pos-bol) (pos-eol) nil nil)))
  (eglot-execute
   (eglot-current-server)
   (cl-find "Suppress TW204 for this place" actions
            :key (lambda (action) (plist-get action :title)) :test #'equal)))
(goto-char (point-min))
(search-forward "taskwall:skip=TW204: ")
(insert "a public API")
(message "LINE %s" (buffer-substring (pos-bol) (pos-eol)))
(eglot--signal-textDocument/didChange)
(await (lambda () (not (told "TW204"))))
(message "DONE")
(kill-emacs 0)
"""


def snippet(language: str, number: int = 0) -> str:
    """A code block of the page."""
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found[number]


def prepared(folder: Path, flags: str = "") -> dict[str, str]:
    """An environment for an editor in a folder, which gets a mistake and a command `taskwall`."""
    (folder / "main.tf").write_text(SERVICE)
    (folder / "rules.tf").write_text(RULE)
    bin_ = folder / "bin"
    bin_.mkdir()
    server = bin_ / "taskwall"
    server.write_text(
        f'#!/bin/sh\nPYTHONPATH="{CHECKS}" exec "{sys.executable}" -m taskwall "$@" {flags}\n'
    )
    server.chmod(0o755)
    path = os.pathsep.join((str(bin_), os.environ["PATH"]))
    return {**os.environ, "PATH": path, "HOME": str(folder)}


def in_editor(folder: Path, *command: str) -> str:
    """What an editor prints that runs in a folder with a mistake in it."""
    run = subprocess.run(
        command,
        cwd=folder,
        env=prepared(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=2 * PATIENCE,
        check=False,
        text=True,
    )
    assert run.returncode == 0, run.stdout
    return run.stdout


class Terminal:
    """A program in a terminal: what it draws, and keys for it."""

    def __init__(self, *command: str, folder: Path, env: dict[str, str]) -> None:
        import fcntl
        import pty
        import termios

        self.drawn = ""
        self._mine, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 150, 0, 0))
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env={**env, "TERM": "xterm-256color"},
            stdin=its,
            stdout=its,
            stderr=its,
            start_new_session=True,
        )
        os.close(its)

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self._mine, keys.encode())

    def until(self, wanted: Callable[[], bool]) -> None:
        """Read what is drawn until something is so."""
        end = time.monotonic() + PATIENCE
        while not wanted():
            assert time.monotonic() < end, self.drawn[-2000:]
            if select.select([self._mine], [], [], 0.05)[0]:
                try:
                    self.drawn += os.read(self._mine, 1 << 16).decode(errors="replace")
                except OSError:  # it has ended
                    self.process.wait(PATIENCE)

    def end(self) -> None:
        """Let it go."""
        self.process.kill()
        self.process.wait()
        os.close(self._mine)


@pytest.mark.everything
@pytest.mark.skipif(shutil.which("nvim") is None, reason="Neovim is not installed")
def test_neovim(tmp_path: Path) -> None:
    """A finding is shown, and silenced by its action and a reason typed where the cursor is."""
    filetypes = 'vim.filetype.add({ extension = { tf = "terraform" } })\n'
    (tmp_path / "init.lua").write_text(filetypes + snippet("lua"))
    (tmp_path / "drive.lua").write_text(NEOVIM)
    flags = ("--headless", "--clean", "-u", "init.lua", "rules.tf", "-c", "luafile drive.lua")
    said = in_editor(tmp_path, "nvim", *flags)
    assert "LINE   # taskwall:skip=TW204: a public API" in said
    assert "DONE" in said


@pytest.mark.everything
@pytest.mark.skipif(shutil.which("emacs") is None, reason="Emacs is not installed")
def test_emacs(tmp_path: Path) -> None:
    """A finding is shown, and silenced by its action and a reason."""
    (tmp_path / "snippet.el").write_text(snippet("elisp"))
    (tmp_path / "drive.el").write_text(EMACS)
    said = in_editor(tmp_path, "emacs", "--batch", "-Q", "-l", "drive.el")
    assert "LINE   # taskwall:skip=TW204: a public API" in said
    assert "DONE" in said


@pytest.mark.everything
@pytest.mark.skipif(shutil.which("hx") is None, reason="Helix is not installed")
def test_helix(tmp_path: Path) -> None:
    """A finding is shown, and the comment that silences it written by its action."""
    log = tmp_path / "log"
    env = prepared(tmp_path, f"--log {log}")
    (tmp_path / ".git").mkdir()
    settings = tmp_path / ".config" / "helix"
    settings.mkdir(parents=True)
    (settings / "languages.toml").write_text(snippet("toml"))
    env["XDG_CONFIG_HOME"] = str(settings.parent)
    helix = Terminal("hx", "rules.tf:3:5", folder=tmp_path, env=env)
    try:
        helix.until(lambda: log.exists() and "TW204" in log.read_text())
        helix.until(lambda: "●" in helix.drawn)
        helix.press(" a")
        helix.until(lambda: "Suppress TW204 for this place" in helix.drawn)
        helix.press("\r")
        helix.until(lambda: "textDocument/didChange" in log.read_text())
        helix.press(":wq\r")
        helix.until(lambda: helix.process.poll() is not None)
    finally:
        helix.end()
    assert "\n  # taskwall:skip=TW204: \n  cidr_ipv4 " in (tmp_path / "rules.tf").read_text()


def as_started(command: list[str], folder: Path) -> list[str]:
    """A command as an editor finds it that has `taskwall` on its path."""
    found = shutil.which(command[0], path=prepared(folder)["PATH"])
    assert found == str(folder / "bin" / "taskwall")
    return [found, *command[1:]]


def opened_as(editor: Editor, path: Path, language: str) -> None:
    """See that what an editor opens as a document of a language is judged."""
    uri = editor.open(path, language=language)
    editor.shown(uri, lambda shown: "TW204" in codes(shown))


def test_helix_as_it_is_configured(tmp_path: Path) -> None:
    """The command, with the configuration that Helix sends whole and is asked for by sections.

    Its languages "hcl" and "tfvars" have `terraform` and `terraform-vars` for documents, the
    others their own names (Helix's languages.toml).
    """
    configured = tomllib.loads(snippet("toml"))
    server = configured["language-server"]["taskwall"]
    named = {each["name"] for each in configured["language"]}
    assert named == {"hcl", "tfvars", "yaml", "json"}
    assert all("taskwall" in each["language-servers"] for each in configured["language"])
    command = as_started([server["command"], *server["args"]], tmp_path)
    (tmp_path / "stack.yaml").write_text(TEMPLATE)
    with Editor(command, **server["config"]["taskwall"]) as editor:
        editor.begin(tmp_path, options=server["config"])
        editor.tell("workspace/didChangeConfiguration", {"settings": server["config"]})
        opened_as(editor, tmp_path / "rules.tf", "terraform")
        opened_as(editor, tmp_path / "stack.yaml", "yaml")
        assert complaints(editor) == []
        assert editor.end() == 0


def test_jetbrains_as_it_is_configured(tmp_path: Path) -> None:
    """The template's command and languages, for the files that its patterns name.

    LSP4IJ takes `default` for the command of all systems that have none of their own, splits it
    at spaces, and answers with null where it has no settings (its UserDefinedLanguageServer.md
    and UserDefinedLanguageServerTemplate.md).
    """
    template = json.loads(snippet("json"))
    command = as_started(template["programArgs"]["default"].split(), tmp_path)
    languages = {
        pattern: mapping["languageId"]
        for mapping in template["fileTypeMappings"]
        for pattern in mapping["fileType"]["patterns"]
    }
    assert set(languages) == {f"*{end}" for end in (".hcl", ".tofu", ".tfvars", *EXTENSIONS)}
    (tmp_path / "stack.template").write_text(TEMPLATE)
    with Editor(command) as editor:
        editor.settings = None
        editor.begin(tmp_path)
        opened_as(editor, tmp_path / "rules.tf", languages["*.tf"])
        opened_as(editor, tmp_path / "stack.template", languages["*.template"])
        assert complaints(editor) == []
        assert editor.end() == 0


def test_zed_as_it_is_configured(tmp_path: Path) -> None:
    """The languages of the extension, and settings as `initialization_options`.

    Zed's documentation, Developing Extensions (Language Extensions) and Configuring Languages.
    """
    extension = tomllib.loads(snippet("toml", 1))
    assert set(extension) == {"id", "name", "version", "schema_version", "language_servers"}
    served = extension["language_servers"]["taskwall"]["languages"]
    assert {"Terraform", "YAML", "JSON"} <= set(served)
    settings = json.loads(snippet("json", 1))["lsp"]["taskwall"]["initialization_options"]
    (tmp_path / "stack.yaml").write_text(TEMPLATE.replace("0.0.0.0/0", "!Ref Range"))
    with Editor(as_started(["taskwall", "lsp"], tmp_path)) as editor:
        editor.settings = None
        editor.begin(tmp_path, options=settings)
        opened_as(editor, tmp_path / "rules.tf", "terraform")
        uri = editor.open(tmp_path / "stack.yaml", language="yaml")
        editor.shown(uri, lambda shown: any(each["severity"] == 4 for each in shown))
        assert settings == {"showUnknown": True}
        assert complaints(editor) == []
        assert editor.end() == 0


def complaints(editor: Editor) -> list[str]:
    """What the server said to the user."""
    return [
        each["params"]["message"]
        for each in editor.heard
        if each.get("method") == "window/showMessage"
    ]


def test_all_settings_are_described() -> None:
    """Each that the server takes stands in the table, and no other."""
    table = PAGE.partition("## Settings")[2].partition("\n## ")[0]
    cells = (line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert named == set(Preferences.__struct_encode_fields__)
