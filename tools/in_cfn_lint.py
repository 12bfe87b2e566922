"""Try the rules in other versions of cfn-lint than the one that the tests have.

    python3 tools/in_cfn_lint.py [VERSION...]

Without a version it is the oldest that is supported, one of between, and the newest. Environments
are made below `.venv-cfn-lint`, one for each version, and reused.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOME = ROOT / ".venv-cfn-lint"
VERSIONS = ("1.3.0", "1.20.0", "")
OTHERS = ("sarif-om", "jschema-to-python", "junit-xml", "hypothesis>=6.100", "pytest>=8.3")


def environment(version: str) -> Path:
    """Make the environment of a version, "" the newest, and return its Python."""
    folder = HOME / (version or "newest")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
    pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    wanted = f"cfn-lint=={version}" if version else "cfn-lint"
    subprocess.run((*pip, "--upgrade", wanted, *OTHERS, "--editable", "."), cwd=ROOT, check=True)
    return python


def main(versions: list[str]) -> int:
    """Run the tests in each version.

    Returns:
        0 if all pass, else 1.
    """
    failed = []
    for version in versions or VERSIONS:
        sys.stdout.write(f"--- cfn-lint {version or 'newest'}\n")
        sys.stdout.flush()
        command = (
            str(environment(version)),
            "-m",
            "pytest",
            "-o",
            "addopts=-q",
            "tests/in_cfn_lint",
        )
        if subprocess.run(command, cwd=ROOT).returncode:
            failed.append(version)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
