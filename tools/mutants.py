"""Break the code in small ways, one at a time, and count how often a fixture or a test sees it.

    python -m tools.mutants [--sample N] [--seed N] [--at-least PERCENT] [PATH...]

A path is a file, a folder, or `FILE:LINE`; without one, all that decides verdicts: `model/` and
`rules/`. Of the mutants of each path (`tools/mutations.py`) as many as `--sample` says are chosen
by the seed. Each meets the rules' fixtures that run its lines, then law 1 in these, and then the
tests that do, of each kind `--seconds` worth; one that none of them fails on has survived, and is
printed. So what is killed is counted too low rather than too high. No file is touched:
`tools/mutant_tests.py` imports each mutant in a process of its own, and keeps below `.mutants`
which lines a fixture or test runs, as long as no source changes. To find that out takes minutes.

What counts are tests near the code (`TESTS`; `--tests` says which others). Most tests of surfaces
only pass by, and what judges a fixture a second time is left out: a mutant that they alone see
counts as survived.

Mutation libraries were tried first. mutmut 3 leaves functions with decorators alone, and here every
rule and most questions have one; cosmic-ray and pytest-gremlins know none of the mistakes that
matter to facts (`all_of` for `any_of`, unknown for true), and choose no sample.
"""

import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from difflib import unified_diff
from math import sqrt
from pathlib import Path
from random import Random

import msgspec

from tools.indexes import NOTE
from tools.mutant_tests import NOT_RUN, SURVIVED, Task
from tools.mutations import Mutant, mutants

ROOT = Path(__file__).parent.parent
DECIDES = ("checks/taskwall/model", "checks/taskwall/rules")
TESTS = {
    "model": (
        *("core/", "model/", "fixes/test_fixes_of", "fixes/test_fixes_https"),
        *("fixes/test_fixes_permissions", "fixes/test_fixes_policies", "fixes/test_fixes_private"),
        *("library/test_library", "graph/", "test_diff.py", "surfaces/test_surface_flows"),
    ),
    "rules": (
        *("model/", "engine/", "fixes/test_fixes_of", "library/test_own"),
        *("test_docs.py", "test_absent_modules.py"),
    ),
    "lowering": ("lowering/", "model/", "core/"),
    "fixes": ("fixes/",),
    "readers": ("readers/", "core/", "engine/"),
}
"""Where the tests of a package are, below `tests/`."""


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Choose mutants, run them, and print what became of them.

    Returns:
        0 if at least `--at-least` percent were killed, else 1.
    """
    parser = ArgumentParser(description="Break the code in small ways, and see whether tests fail.")
    parser.add_argument("--sample", type=int, default=100, help="mutants of each path (100)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (1)")
    parser.add_argument("--at-least", type=float, default=0, help="percent that must be killed")
    parser.add_argument("--seconds", type=float, default=5, help="of either kind for a mutant (5)")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes (2)")
    parser.add_argument("--tests", action="append", help="how the paths of tests that count begin")
    parser.add_argument("path", nargs="*", default=DECIDES)
    given = parser.parse_args(arguments)
    root = root.resolve()
    by_path = {path: _mutants(root, path) for path in given.path}
    if not any(by_path.values()):
        parser.error("no mutants there")
    chosen = {
        path: sorted(Random(given.seed).sample(found, min(given.sample, len(found))))
        for path, found in by_path.items()
    }
    tried = [*dict.fromkeys(mutant for found in chosen.values() for mutant in found)]
    near = tuple(given.tests or _near(tried))
    tests = (str(file.relative_to(root)) for file in sorted(root.glob("tests/**/test_*.py")))
    near_tests = [file for file in tests if file.startswith(near)]
    if given.tests and not near_tests:
        parser.error(f"the path of no test begins with {' or '.join(near)}")
    task = Task(str(root), tried, near_tests, given.seconds, given.jobs)
    verdicts = dict(zip(tried, _verdicts(task), strict=True))
    killed = {mutant for mutant in tried if verdicts[mutant] not in (SURVIVED, NOT_RUN)}
    for mutant in tried:
        if mutant not in killed:
            why = "no test runs it" if verdicts[mutant] == NOT_RUN else "no test fails"
            print(_shown(mutant, (root / mutant.file).read_text(), why))
    files = Counter(mutant.file for mutant in tried)
    dead = Counter(mutant.file for mutant in killed)
    for file, number in sorted(files.items()):
        print(f"{dead[file]:4} of {number:3} killed  {file}")
    enough = True
    for path, found in chosen.items():
        number = sum(mutant in killed for mutant in found)
        percent = 100 * number / max(1, len(found))
        enough &= percent >= given.at_least
        low, high = _wilson(number, len(found))
        print(
            f"{path}: {number} of {len(found)} killed ({percent:.0f} %, {low:.0f} to {high:.0f}), "
            f"seed {given.seed}, {len(by_path[path])} mutants in all"
        )
    return int(not enough)


def _near(tried: Sequence[Mutant]) -> list[str]:
    """How the names begin of the tests near some mutants."""
    packages = {package for package in TESTS for one in tried if f"/{package}/" in one.file}
    return [f"tests/{name}" for package in packages for name in TESTS[package]] or ["tests/"]


def _wilson(number: int, of: int) -> tuple[float, float]:
    """Between how many percent a share lies, with a confidence of 95 percent."""
    z = 1.96
    if not of:
        return 0, 100
    share, grown = number / of, 1 + z * z / of
    middle = (share + z * z / (2 * of)) / grown
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / grown
    return 100 * abs(middle - half), 100 * (middle + half)


def _mutants(root: Path, path: str) -> list[Mutant]:
    """The mutants of the Python files at a path below a root, or of one line.

    What is derived has none: a test compares its text, which no mutant changes.
    """
    name, _, line = path.partition(":")
    place = root / name
    found = []
    for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
        source = file.read_text()
        if NOTE in source:
            continue
        for mutant in mutants(str(file.relative_to(root)), source):
            before = source.encode()[: mutant.start]
            if not line or before.count(b"\n") + 1 == int(line):
                found.append(mutant)
    return found


def _verdicts(task: Task) -> list[str]:
    """What became of each mutant of a task."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "task"
        written.write_bytes(msgspec.json.encode(task))
        paths = os.pathsep.join((str(Path(task.root) / "checks"), task.root, str(ROOT)))
        done = subprocess.run(
            (sys.executable, "-m", "tools.mutant_tests", str(written)),
            cwd=task.root,
            env={**os.environ, "PYTHONPATH": paths},
        )
        if done.returncode:
            sys.exit("the tests cannot be run")
        return msgspec.json.decode(written.read_bytes(), type=list[str])


def _shown(mutant: Mutant, source: str, why: str) -> str:
    """A mutant as a diff."""
    before, after = source.splitlines(), mutant.applied(source).splitlines()
    return "\n".join(unified_diff(before, after, mutant.file, why, lineterm="", n=1)) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
