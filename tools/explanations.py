"""Write what is said of flows of the scenarios, for a review: `tests/model/test_flow_scenarios.py`.

    python -m tools.explanations [SCENARIO...]

Without a scenario, those of all, and what doors make unknown (`tests/model/test_flow_doors.py`).
`git diff` shows what has changed.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import model.test_flow_doors as doors
import model.test_flow_scenarios as flows


def main(scenarios: Sequence[str]) -> int:
    """Write the files of some scenarios, or of all."""
    for folder in flows.FOLDERS:
        if not scenarios or folder.name in scenarios:
            (flows.EXPLANATIONS / f"{folder.name}.txt").write_text(flows.explanations(folder))
    if not scenarios:
        lines = []
        for kind, fields, _ in doors.CASES:
            with TemporaryDirectory() as place:
                lines += [kind, *doors.words(Path(place), kind, fields)]
        doors.WRITTEN.write_text("\n".join((*lines, "")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
