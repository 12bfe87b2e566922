"""What taskwall costs within checkov: the same checkov on the same sources, with it and without.

    python -m benchmarks.in_checkov --checkov PROGRAM SOURCES... [--rounds N]

`PROGRAM` is a checkov beside which taskwall is installed, so that Python has compiled it. Each of
`SOURCES` is a folder, or `FRAMEWORK=FOLDER` to scan it for one framework only. Runs are
interleaved, and medians of CPU time compared: with taskwall it may be 5 % more. What checkov takes
to look into any folder of checks, an empty one too, is shown beside that. With taskwall a process
ends without Python's search for garbage: what that spares counts against what the rules take.
"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.measure import Runs, in_turn
from taskwall.cli import checkov_dir

GOAL = 1.05
"""How many times the CPU time of checkov alone it may take with taskwall."""


def main() -> int:
    """Measure each of the sources, and print a row for it.

    Returns:
        0 if the goal is met on all of them, else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.in_checkov", description=__doc__)
    parser.add_argument("--checkov", default=shutil.which("checkov") or "checkov")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("sources", nargs="+")
    given = parser.parse_args()
    met = [_row(given.checkov, source, given.rounds) for source in given.sources]
    return 0 if all(met) else 1


def measured(checkov: str, source: str, rounds: int) -> tuple[dict[str, Runs], dict[str, float]]:
    """The runs of each way to call checkov, and how many times the CPU time of checkov alone."""
    framework, _, folder = source.rpartition("=")
    options = ["-d", folder, "--quiet", "--compact", "--skip-download"]
    options += ["--framework", framework] if framework else []
    with tempfile.TemporaryDirectory() as empty:
        Path(empty, "__init__.py").touch()
        commands: dict[str, Sequence[str]] = {
            "alone": (checkov, *options),
            "an empty folder": (checkov, *options, "--external-checks-dir", empty),
            "our folder": (checkov, *options, "--external-checks-dir", checkov_dir.folder()),
            "taskwall-checkov": (str(Path(checkov).with_name("taskwall-checkov")), *options),
        }
        found = in_turn(commands, rounds)
    alone = median(found["alone"].cpu)
    return found, {name: median(runs.cpu) / alone for name, runs in found.items()}


def _row(checkov: str, source: str, rounds: int) -> bool:
    found, ratios = measured(checkov, source, rounds)
    framework, _, folder = source.rpartition("=")
    print(os.path.basename(os.path.abspath(folder)), framework)
    for name, runs in found.items():
        print(f"  {name:16s} {runs}  {ratios[name]:.3f} times the CPU time")
    met = max(ratios["our folder"], ratios["taskwall-checkov"]) <= GOAL
    print(f"  goal {GOAL}: {'met' if met else 'MISSED'}")
    return met


if __name__ == "__main__":
    sys.exit(main())
