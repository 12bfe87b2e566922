"""Set up every environment that the tests need, and pass them: the whole gate, in one command.

    python3 tools/check.py

It needs Python 3.11 or later, git, and a way to the package index; nothing else. The environment
is made below `.venv-check`, once for each Python, and reused. Linters run first, pytest's closing
lines come last.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
STEPS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports", "--no-logo"),
    ("pytest", "-n", "auto"),
)


def environment() -> Path:
    """Make the environment if it is not there, bring it up to date, and return its programs."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = ROOT / ".venv-check" / version
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    if not programs.exists():
        venv.create(folder, with_pip=True)
    python = str(programs / "python")
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    # Dependency groups need pip 25.1.
    for wanted in (("--upgrade", "pip>=25.1"), ("--editable", ".", "--group", "test")):
        subprocess.run((*pip, *wanted), cwd=ROOT, check=True)
    return programs


def main() -> int:
    """Run every step, all of them even if one fails.

    Returns:
        0 if all passed, else 1.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 (said before anything is installed)
        sys.exit(f"taskwall needs Python 3.11 or later; this is {sys.version.split()[0]}")
    programs = environment()
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
    failed = []
    for step in STEPS:
        sys.stdout.write(f"--- {' '.join(step)}\n")
        sys.stdout.flush()
        done = subprocess.run(
            (str(programs / step[0]), *step[1:]), cwd=ROOT, env={**os.environ, "PATH": path}
        )
        if done.returncode:
            failed.append(step[0])
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
