"""Measure taskwall against checkov and cfn-lint.

    python -m benchmarks --checkov PROGRAM --cfn-lint PROGRAM [--sources FOLDER] [--rounds N]

`FOLDER` holds checkouts of the repositories that are measured, each in a folder of its name
(without owner); those that are not there are left out. checkov belongs in an environment of its
own. Goals are ratios of wall time, and of checkov's peak memory.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.measure import Runs, in_turn

ONE_FILE = """\
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  network_mode          = "bridge"
  container_definitions = "[]"
}
"""

GOALS: tuple[tuple[str, str, dict[str, float]], ...] = (
    ("terraform-aws-ecs", "terraform", {"checkov": 1 / 100}),
    ("ecs-blueprints", "terraform", {"checkov": 1 / 15}),
    ("aws-cf-templates", "cloudformation", {"checkov": 1 / 30, "cfn-lint": 1 / 40}),
)
"""Folder, framework, and the part of each peer's wall time that taskwall may take."""


def main() -> int:
    """Measure every row whose sources and programs are there, and print its ratios.

    Returns:
        0 if every goal that was measured is met, else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--taskwall", default=shutil.which("taskwall") or "taskwall")
    parser.add_argument("--checkov", default=shutil.which("checkov"))
    parser.add_argument("--cfn-lint", default=shutil.which("cfn-lint"))
    parser.add_argument("--sources", type=Path, help="a folder of checkouts")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow-rounds", type=int, default=1, help="where a peer takes minutes")
    given = parser.parse_args()
    peers = {"checkov": given.checkov, "cfn-lint": given.cfn_lint}

    met = [_start_up(given.taskwall, given.rounds)]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "main.tf").write_text(ONE_FILE)
        row = _commands(given.taskwall, peers, Path(folder), "terraform", ("checkov",))
        met.append(_row("one-file stack", row, {"checkov": 1 / 30}, given.rounds))
    for name, framework, goals in GOALS:
        source = given.sources / name if given.sources else None
        if source is None or not source.is_dir():
            print(f"{name}: not among the sources")
            continue
        row = _commands(given.taskwall, peers, source, framework, tuple(goals))
        met.append(_row(name, row, goals, given.slow_rounds))
    return 0 if all(met) else 1


def _commands(
    taskwall: str,
    peers: dict[str, str | None],
    source: Path,
    framework: str,
    wanted: Sequence[str],
) -> dict[str, Sequence[str]]:
    commands: dict[str, Sequence[str]] = {
        "taskwall": (taskwall, "scan", "--no-progress", str(source))
    }
    if "checkov" in wanted and (checkov := peers["checkov"]):
        quiet = ("--quiet", "--compact", "--skip-download", "--framework", framework)
        commands["checkov"] = (checkov, "-d", str(source), *quiet)
    if "cfn-lint" in wanted and (lint := peers["cfn-lint"]):
        templates = [
            str(path)
            for ending in ("*.yaml", "*.yml", "*.json")
            for path in sorted(source.rglob(ending))
            if "AWS::" in path.read_text(errors="replace") and ".github" not in path.parts
        ]
        commands["cfn-lint"] = (lint, "--", *templates)
    return commands


def _row(
    name: str, commands: dict[str, Sequence[str]], goals: dict[str, float], rounds: int
) -> bool:
    found = in_turn(commands, rounds)
    met = True
    print(name)
    for command, runs in found.items():
        print(f"  {command:10s} {runs}")
    for peer, goal in goals.items():
        if peer not in found:
            print(f"  {peer}: not installed here")
            continue
        ratio = _ratio(found["taskwall"], found[peer])
        memory = max(found["taskwall"].peak) / max(found[peer].peak)
        good = ratio <= goal and (memory <= 1 / 3 or peer != "checkov")
        met = met and good
        within = " (goal 1/3)" if peer == "checkov" else ""
        print(
            f"  1/{1 / ratio:.0f} of {peer}'s time (goal 1/{1 / goal:.0f}),"
            f" 1/{1 / memory:.1f} of its memory{within}: {'met' if good else 'MISSED'}"
        )
    return met


def _start_up(taskwall: str, rounds: int) -> bool:
    # The interpreter of the same environment: what both start with is the same.
    python = Path(taskwall).with_name("python")
    bare = str(python) if python.exists() else sys.executable
    commands: dict[str, Sequence[str]] = {
        "taskwall": (taskwall, "--version"),
        "python": (bare, "-c", "pass"),
    }
    found = in_turn(commands, rounds * 3)
    ratio = _ratio(found["taskwall"], found["python"])
    said = "met" if ratio <= 3 else "MISSED"
    print(f"start-up\n  {ratio:.1f} times `python -c pass` (goal 3): {said}")
    return ratio <= 3


def _ratio(one: Runs, other: Runs) -> float:
    """The median over rounds of the one's wall time to the other's."""
    return median(a / b for a, b in zip(one.wall, other.wall, strict=True))


if __name__ == "__main__":
    sys.exit(main())
