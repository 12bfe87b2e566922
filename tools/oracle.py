"""Hold our reading of Terraform against other people's, in an environment of its own.

    python3 tools/oracle.py [FOLDER...]

Expressions are held against HashiCorp's evaluation (pygohcl), trees of files against HashiCorp's
parser (npm's @cdktf/hcl2json, where node is there) and against python-hcl2, on the fixtures and on
every folder given. The environment is made below `.venv-oracle` and reused.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOME = ROOT / ".venv-oracle"
PARSER = "@cdktf/hcl2json@0.21.0"


def environment() -> Path:
    """Make the environment if it is not there, bring it up to date, and return its Python."""
    folder = HOME / f"{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
    pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    # Dependency groups need pip 25.1.
    for wanted in (("--upgrade", "pip>=25.1"), ("--editable", ".", "--group", "oracle")):
        subprocess.run((*pip, *wanted), cwd=ROOT, check=True)
    npm = shutil.which("npm")
    if npm is None:
        sys.stderr.write("without npm, HashiCorp's parser is left out\n")
    elif not (HOME / "node_modules" / "@cdktf" / "hcl2json").is_dir():
        subprocess.run((npm, "install", "--silent", "--prefix", str(HOME), PARSER), check=True)
    return python


def main(folders: list[str]) -> int:
    """Run the comparisons.

    Returns:
        0 if all agree, else 1.
    """
    python = environment()
    sources = os.pathsep.join(str(Path(folder).resolve()) for folder in folders)
    command = (str(python), "-m", "pytest", "-rs", "tests/oracle")
    more = {"TASKWALL_ORACLE_SOURCES": sources}
    return int(subprocess.run(command, cwd=ROOT, env={**os.environ, **more}).returncode != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
