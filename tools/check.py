"""Set up every environment that the tests need, and pass them: the whole gate, in one command.

    python3 tools/check.py [--all]

It needs Python 3.11 or later, git, and a way to the package index; nothing else. The environment
is made below `.venv-check`, once for each Python, and reused. Linters run beside the tests; what
they say comes first, and pytest's closing lines come last.

The gate takes minutes: it leaves out the tests marked `everything`, which need more than Python or
take minutes by themselves, and says so. With `--all` those run too, and before them what takes
long: the site, what a release consists of, Terraform's reader against other people's, the rules in
other versions of cfn-lint, whether stand-ins are of the last year, law 1 for every rule in every
fixture, breaks of the library's API, and a search for new failures of the property tests. Programs
that are not there are named at the end. It takes up to an hour.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINTERS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("lint-imports", "--no-logo"),
    ("mypy",),
)
TESTS = ("pytest", "-n", "auto", "--dist", "worksteal")
ALL = (
    *LINTERS,
    ("python", "-m", "tools.site", ".venv-check/site"),
    ("python", "-m", "tools.release"),
    ("python", "tools/oracle.py"),
    ("python", "tools/in_cfn_lint.py"),
    ("python", "-m", "tools.stand_ins", "--due"),
    ("python", "-m", "tools.law1"),
    ("python", "-m", "tools.api_changes"),
    ("python", "-m", "tools.search", "--minutes", "10"),
    (*TESTS, "-m", "", "-rs"),
)
WANTED = {
    "node": "Node.js",
    "npm": "npm",
    "nvim": "Neovim",
    "emacs": "Emacs",
    "hx": "Helix",
    "code-server": "code-server",
    "chromium": "Chromium",
}
"""The programs without which `--all` leaves something out."""


def environment(home: Path, *packages: str) -> Path:
    """Make an environment if it is not there, bring it up to date, and return its programs.

    Args:
        home: Where the environments of each Python are.
        packages: What pip is to install, as it takes it.
    """
    folder = home / f"{sys.version_info.major}.{sys.version_info.minor}"
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    if not programs.exists():
        venv.create(folder, with_pip=True)
    python = str(programs / "python")
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    # Dependency groups need pip 25.1.
    subprocess.run((*pip, "--upgrade", "pip>=25.1"), cwd=ROOT, check=True)
    # Modules are compiled when they are imported: of those of checkov most never are.
    subprocess.run((*pip, "--no-compile", *packages), cwd=ROOT, check=True)
    return programs


def main(arguments: list[str]) -> int:
    """Run every step, all of them even if one fails.

    Returns:
        0 if all passed, 1 if one failed, 2 if the arguments are none that it takes.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 (said before anything is installed)
        sys.exit(f"taskwall needs Python 3.11 or later; this is {sys.version.split()[0]}")
    if arguments not in ([], ["--all"]):
        sys.stderr.write("usage: python3 tools/check.py [--all]\n")
        return 2
    names = ("test", "docs", "cdk", "fleet") if arguments else ("test",)
    groups = (f"--group={name}" for name in names)
    programs = environment(ROOT / ".venv-check", "--editable", ".", *groups)
    surroundings = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"}
    # What runs in hundreds of processes is compiled once, and not in each.
    surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
    failed = []

    def started(step: tuple[str, ...], output: int | None = None) -> "subprocess.Popen[bytes]":
        command = (str(programs / step[0]), *step[1:])
        errors = None if output is None else subprocess.STDOUT
        return subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=output, stderr=errors)

    def run(step: tuple[str, ...], begun: "subprocess.Popen[bytes] | None" = None) -> None:
        sys.stdout.write(f"--- {' '.join(filter(None, step))}\n")
        if begun:
            sys.stdout.write(
                "left out: what needs more than Python or minutes; --all runs that too\n"
            )
        sys.stdout.flush()
        process = begun or started(step)
        for line in process.stdout or ():
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
        if process.wait():
            failed.append(" ".join(step))

    if arguments:
        for step in ALL:
            run(step)
    else:
        # A linter has one process, so that it would leave the other cores idle for a minute.
        tests = started(TESTS, subprocess.PIPE)
        for step in LINTERS:
            run(step)
        run(TESTS, tests)
    missing = [name for program, name in WANTED.items() if arguments and not shutil.which(program)]
    if missing:
        sys.stderr.write(f"NOT TRIED, since they are not installed: {', '.join(missing)}\n")
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
