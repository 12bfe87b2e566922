"""Rules of one's own in an editor: from the server's command line, like ours in all else."""

import sys
from pathlib import Path

from languageserver.editors import Editor, codes
from languageserver.stacks import SERVICE
from library.rules import write_rule


def test_own_rules_come_from_the_command_line(tmp_path: Path) -> None:
    """They are shown, explained by a hover, and suppressed; what the folder names is not run."""
    (tmp_path / "main.tf").write_text(f"# ACME101\n{SERVICE}")
    (tmp_path / "taskwall.toml").write_text('rules = ["theirs"]\n')
    write_rule(tmp_path / "mine")
    write_rule(tmp_path / "theirs", "ACME102")
    command = [sys.executable, "-m", "taskwall", "lsp", "--rules", str(tmp_path / "mine")]
    with Editor(command) as editor:
        editor.begin(tmp_path)
        uri = editor.open(tmp_path / "main.tf")
        shown = editor.shown(uri, lambda found: "ACME101" in codes(found))
        assert "ACME102" not in codes(shown)
        at = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 4}}
        said = editor.ask("textDocument/hover", at)
        assert said["contents"]["value"].startswith("**ACME101: T**")
        silent = SERVICE.replace('"web" {', '"web" { # taskwall:skip=ACME101: known', 1)
        editor.change(uri, 2, {"text": silent})
        editor.shown(uri, lambda found: "ACME101" not in codes(found))
        assert editor.end() == 0
