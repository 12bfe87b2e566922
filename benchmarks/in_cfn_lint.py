"""Measure what cfn-lint takes more with taskwall's rules.

    python -m benchmarks.in_cfn_lint --cfn-lint PROGRAM [--rounds N] [TEMPLATE...]

`PROGRAM` is a cfn-lint into whose environment taskwall is installed. Each round runs it with and
without the rules, first on each template by itself, then on all of them; what counts is processor
time. Without templates it is the demo's, in a repository of its own: here it would be looked at
beside all fixtures, since any of them might nest it.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.measure import Runs, in_turn

DEMO = Path(__file__).parent.parent / "fixtures" / "demo" / "cloudformation" / "template.yaml"
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
        return _measured(given.cfn_lint, given.templates, given.rounds)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(DEMO.parent, folder, dirs_exist_ok=True)
        Path(folder, ".git").mkdir()
        return _measured(given.cfn_lint, [str(Path(folder, DEMO.name))], given.rounds)


def _measured(program: str, templates: Sequence[str], rounds: int) -> int:
    each = [(template,) for template in templates]
    many = [tuple(templates)] if len(each) > 1 else []
    met = [_met(program, some, rounds) for some in each + many]
    return 0 if all(met) else 1


def _met(program: str, templates: tuple[str, ...], rounds: int) -> bool:
    found = in_turn(
        {
            "alone": (program, "--", *templates),
            "with taskwall": (program, "-a", "taskwall.cfnlint", "--", *templates),
        },
        rounds,
    )
    ratio = _ratio(found["with taskwall"], found["alone"])
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
