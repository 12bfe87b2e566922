"""The snippets of docs/editors.md, in the editors themselves where these are installed."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from languageserver.editors import CHECKS, PATIENCE
from languageserver.stacks import RULE, SERVICE
from taskwall.languageserver.preferences import Preferences

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


def in_editor(folder: Path, *command: str) -> str:
    """What an editor prints that runs in a folder with a mistake in it."""
    (folder / "main.tf").write_text(SERVICE)
    (folder / "rules.tf").write_text(RULE)
    bin_ = folder / "bin"
    bin_.mkdir()
    server = bin_ / "taskwall"
    server.write_text(
        f'#!/bin/sh\nPYTHONPATH="{CHECKS}" exec "{sys.executable}" -m taskwall "$@"\n'
    )
    server.chmod(0o755)
    path = os.pathsep.join((str(bin_), os.environ["PATH"]))
    run = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=2 * PATIENCE,
        check=False,
        text=True,
    )
    assert run.returncode == 0, run.stdout
    return run.stdout


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


@pytest.mark.skipif(shutil.which("emacs") is None, reason="Emacs is not installed")
def test_emacs(tmp_path: Path) -> None:
    """A finding is shown, and silenced by its action and a reason."""
    (tmp_path / "snippet.el").write_text(snippet("elisp"))
    (tmp_path / "drive.el").write_text(EMACS)
    said = in_editor(tmp_path, "emacs", "--batch", "-Q", "-l", "drive.el")
    assert "LINE   # taskwall:skip=TW204: a public API" in said
    assert "DONE" in said


def test_other_snippets_can_be_read() -> None:
    """What is TOML or JSON is some, and starts the server."""
    helix = tomllib.loads(snippet("toml"))
    assert helix["language-server"]["taskwall"]["args"] == ["lsp"]
    settings = helix["language-server"]["taskwall"]["config"]["taskwall"]
    assert set(settings) <= set(Preferences.__struct_encode_fields__)
    assert json.loads(snippet("json"))["programArgs"]["default"] == "taskwall lsp"
    assert tomllib.loads(snippet("toml", 1))["language_servers"]["taskwall"]


def test_all_settings_are_described() -> None:
    """Each that the server takes stands in the table, and no other."""
    table = PAGE.partition("## Settings")[2].partition("\n## ")[0]
    cells = (line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert named == set(Preferences.__struct_encode_fields__)
