"""Measure what cfn-lint takes more with taskwall's rules.

    python -m benchmarks.in_cfn_lint --cfn-lint PROGRAM [--rounds N] [TEMPLATE...]

`PROGRAM` is a cfn-lint into whose environment taskwall is installed. Each round runs it with and
without the rules, first on each template by itself, then on all of them; what counts is processor
time. Without templates it is the demo's, in a repository of its own and in one that has all
fixtures, any of which might nest it; then some of these, given together.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.measure import Runs, in_turn

FIXTURES = Path(__file__).parent.parent / "fixtures"
DEMO = Path("demo", "cloudformation", "template.yaml")
SOME = "rules/tw101/**/*.yaml"
"""The fixtures that are given together."""

GOAL = 1.10
"""With the rules cfn-lint may take this many times the processor time."""


def main() -> int:
    """Measure, and print each ratio.

    Returns:
        0 if the goal is met everywhere, else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.in_cfn_lint", description=__doc__)
    parser.add_argument("--cfn-lint", default=shutil.which("cfn-lint") or "cfn-lint")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("templates", nargs="*")
    given = parser.parse_args()
    if given.templates:
        runs: list[tuple[str, ...]] = [(template,) for template in given.templates]
        runs += [tuple(given.templates)] if len(runs) > 1 else []
        return _measured(given.cfn_lint, runs, given.rounds)
    with tempfile.TemporaryDirectory() as folder:
        own, large = Path(folder, "own"), Path(folder, "large")
        shutil.copytree(FIXTURES / DEMO.parent, own)
        shutil.copytree(FIXTURES, large)
        for repository in (own, large):
            Path(repository, ".git").mkdir()
        some = tuple(map(str, sorted(large.glob(SOME))))
        runs = [(str(own / DEMO.name),), (str(large / DEMO),), some]
        return _measured(given.cfn_lint, runs, given.rounds)


def _measured(program: str, runs: Sequence[tuple[str, ...]], rounds: int) -> int:
    met = [_met(program, templates, rounds) for templates in runs]
    return 0 if all(met) else 1


def measured(
    program: str, templates: tuple[str, ...], rounds: int
) -> tuple[dict[str, Runs], float]:
    """The runs without and with the rules, and how many times the processor time they take."""
    found = in_turn(
        {
            "alone": (program, "--", *templates),
            "with taskwall": (program, "-a", "taskwall.cfnlint", "--", *templates),
        },
        rounds,
    )
    return found, _ratio(found["with taskwall"], found["alone"])


def _met(program: str, templates: tuple[str, ...], rounds: int) -> bool:
    found, ratio = measured(program, templates, rounds)
    print(templates[0] if len(templates) == 1 else f"{len(templates)} templates")
    for name, runs in found.items():
        print(f"  {name:14s} {runs}")
    said = "met" if ratio <= GOAL else "MISSED"
    print(f"  {ratio:.3f} times the processor time (goal {GOAL:.2f}): {said}")
    return ratio <= GOAL


def _ratio(one: Runs, other: Runs) -> float:
    """The median over rounds of the one's processor time to the other's."""
    return median(a / b for a, b in zip(one.cpu, other.cpu, strict=True))


if __name__ == "__main__":
    sys.exit(main())
