"""Write what the findings of rules' fixtures say, for a review: `tests/wording.py`.

    python -m tools.findings [RULE...]

Without a rule, those of all. `git diff` shows what has changed.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import test_rule_fixtures as fixtures
import wording


def main(rules: Sequence[str]) -> int:
    """Write the files of some rules, or of all."""
    for rule in rules or fixtures.RULES:
        found = ((source, fixtures.judged(source).located) for source in fixtures.sources(rule))
        wording.file_of(rule).write_text(wording.of_fixtures(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
