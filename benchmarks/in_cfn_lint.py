"""Measure what cfn-lint takes more with taskwall's rules.

    python -m benchmarks.in_cfn_lint --cfn-lint PROGRAM [--rounds N] [TEMPLATE...]

`PROGRAM` is a cfn-lint into whose environment taskwall is installed. Each round runs it with and
without the rules, first on each template by itself, then on all of them; what counts is processor
time.
"""

import argparse
import shutil
import sys
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
    parser.add_argument("templates", nargs="*", default=[str(DEMO)])
    given = parser.parse_args()
    each = [(template,) for template in given.templates]
    many = [tuple(given.templates)] if len(each) > 1 else []
    met = [_met(given.cfn_lint, templates, given.rounds) for templates in each + many]
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
