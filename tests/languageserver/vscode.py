"""The VS Code extension, packaged as its documentation says, and a command for it to start."""

import shutil
import sys
from pathlib import Path

from languageserver.editors import CHECKS
from npm import npm

EXTENSION = Path(__file__).parents[2] / "editors" / "vscode"


def packaged(scratch: Path) -> Path:
    """The package of the extension, made in a folder of its own."""
    folder = scratch / "editors" / "vscode"
    ours = shutil.ignore_patterns("node_modules", "dist", "*.vsix", "LICENSE")
    shutil.copytree(EXTENSION, folder, ignore=ours)
    shutil.copy(EXTENSION.parents[1] / "LICENSE", scratch)
    npm(folder, "ci", "--no-audit", "--no-fund")
    npm(folder, "run", "package")
    return folder / "taskwall.vsix"


def command_in(folder: Path) -> Path:
    """A command `taskwall` that runs these sources."""
    command = folder / "bin" / "taskwall"
    command.parent.mkdir()
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH="{CHECKS}" exec "{sys.executable}" -m taskwall "$@"\n'
    )
    command.chmod(0o755)
    return command
