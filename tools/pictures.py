"""Draw the pictures of README and of the VS Code extension, from what the commands show.

    python -m tools.pictures

The report is what a terminal of 100 columns shows, in colour, as SVG. The graph is a page as
Chromium shows it, which has to be installed.
"""

import contextlib
import io
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
COLUMNS = 100
DEMO = "fixtures/demo/terraform"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> int:
    """Draw all of them.

    Returns:
        0, or 2 if there is no Chromium: the pictures that need it are as they were.
    """
    (IMAGES / "report.svg").write_text(report(), encoding="utf-8")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.stderr.write("Chromium is not installed: only the report is drawn\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "graph.html")
        page.write_text(_output("graph", DEMO, "--format", "html"), encoding="utf-8")
        _shoot(browser, page, IMAGES / "graph.png", "1440,900")
    extension = ROOT / "editors" / "vscode"
    _shoot(browser, extension / "icon.svg", extension / "icon.png", "256,256")
    return 0


def report() -> str:
    """What a terminal shows of a scan of the demo with two rules."""
    words = ("scan", DEMO, "--select", "TW204,TW205")
    shown = _on_terminal(*words)
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(f"$ taskwall {' '.join(words)}\n\n{shown}"))
    drawn = console.export_svg(title="taskwall", unique_id="report")
    # A picture loads nothing: the fonts that are there do.
    return re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)


def _on_terminal(*words: str) -> str:
    """What a command writes on a terminal of so many columns, with its colours."""
    ours, its = pty.openpty()
    termios.tcsetwinsize(its, (200, COLUMNS))
    surroundings = {**os.environ, "TERM": "xterm-256color", "TASKWALL_PAGER": "", "NO_COLOR": ""}
    command = (sys.executable, "-m", "taskwall", *words, "--no-progress")
    with subprocess.Popen(command, cwd=ROOT, stdout=its, env=surroundings):
        os.close(its)
        shown = b""
        with contextlib.suppress(OSError):  # Linux says so that the other end is closed
            while read := os.read(ours, 1 << 16):
                shown += read
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def _output(*words: str) -> str:
    """What a command prints."""
    command = (sys.executable, "-m", "taskwall", *words)
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def _shoot(browser: str, page: Path, picture: Path, size: str) -> None:
    """A picture of a page."""
    options = ("--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu")
    look = ("--default-background-color=00000000", f"--window-size={size}")
    command = (browser, *options, *look, f"--screenshot={picture}", page.as_uri())
    subprocess.run(command, check=True, capture_output=True, timeout=120)


if __name__ == "__main__":
    sys.exit(main())
