"""Keep the list of the fixtures' templates that pass cfn-lint.

    python -m tools.linted

cfn-lint takes minutes for all of them, and says the same of the same text: so what has passed is
listed by its digest, the comment at its head apart, and the gate asks only about those that are new
(`tests/test_sources_are_valid.py`). This asks about them too, and lists those that pass.
`tools/check.py --all` asks about every template, listed or not.
"""

import json
import subprocess
import sys
from hashlib import sha256
from itertools import dropwhile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"
LIST = ROOT / "tests" / "data" / "linted_templates.txt"
AT_ONCE = 100
"""So many templates are linted before the list is written: one may stop it, and go on later."""


def sound(ending: str) -> list[Path]:
    """The fixtures of a language that are meant to be right."""
    broken = FIXTURES / "broken"
    return sorted(f for f in FIXTURES.rglob(f"*{ending}") if not f.is_relative_to(broken))


def unlisted() -> list[Path]:
    """The templates of which the list does not say that they pass."""
    listed = _listed()
    return [file for file in sound(".yaml") if _digest(file) not in listed]


def errors(files: list[Path]) -> list[str]:
    """What cfn-lint calls an error in templates."""
    if not files:
        return []
    program = "import sys; from cfnlint.runner import main; sys.exit(main())"
    options = ["--format", "json", "--ignore-checks", "W", "I", "--"]
    done = subprocess.run(
        [sys.executable, "-c", program, *options, *map(str, files)],
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.stderr == "", done.stderr
    return [
        f"{match['Filename']}: {match['Rule']['Id']} at {match['Location'].get('Path')}: "
        f"{match['Message']}"
        for match in json.loads(done.stdout)
    ]


def main() -> int:
    """Lint what is not listed, some at a time, and list what passes and nothing else.

    Returns:
        0 if all pass, else 1.
    """
    new, failed = unlisted(), False
    passed = _listed() & set(map(_digest, sound(".yaml")))
    for start in range(0, max(len(new), 1), AT_ONCE):
        some = new[start : start + AT_ONCE]
        if found := errors(some):
            print("\n".join(found))
            failed = True
        else:
            passed.update(map(_digest, some))
        LIST.write_text("".join(f"{each}\n" for each in sorted(passed)))
    return int(failed)


def _listed() -> set[str]:
    return set(LIST.read_text().split()) if LIST.exists() else set()


def _digest(file: Path) -> str:
    lines = dropwhile(lambda line: line.startswith(b"#"), file.read_bytes().splitlines())
    return sha256(b"\n".join(lines)).hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())
