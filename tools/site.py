"""Build the site: every page of `docs` and of the rules, as static HTML.

    python -m tools.site [FOLDER]

It writes to `site` unless another folder is named, and fails for a link that leads nowhere. It
needs `pip install --group docs`.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent


def build(target: Path) -> int:
    """Build into a folder; warnings, such as of dead links, are errors.

    Returns:
        The exit status of Sphinx.
    """
    options = ("--fail-on-warning", "--keep-going", "--nitpicky", "--fresh-env", "--quiet")
    command = (sys.executable, "-m", "sphinx", *options, str(ROOT / "docs"), str(target))
    return subprocess.run(command).returncode


def main(arguments: list[str]) -> int:
    """Build the site; the exit status."""
    if find_spec("sphinx") is None:
        sys.stderr.write("the site needs Sphinx: pip install --group docs\n")
        return 2
    return build(Path(arguments[0]) if arguments else ROOT / "site")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
