"""Break the code in small ways, one at a time, and count how often the tests see it.

    python -m tools.mutants [--sample N] [--seed N] [--at-least PERCENT] [PATH...]

A path is a file, a folder, or `FILE:LINE`; without one, all that decides verdicts: `model/` and
`rules/`. Of all mutants (`tools/mutations.py`) as many as `--sample` says are chosen by the seed.
Against each run the tests that pass its line, the likeliest first and `--seconds` worth of them; a
mutant that none of them fails on has survived, and is printed. So what is killed is counted too low
rather than too high. The tree itself is never touched: all happens in copies.

Which tests pass which line is measured by a run under coverage, and kept in `.mutants/`: for a file
of tests until it changes, or anything that is none. What counts are tests of verdicts (`--tests`
says which others): the rules' own fixtures, the laws, the oracles, the tests of the model. Tests of
readers and surfaces only pass by, and what judges a fixture a second time is left out: a mutant
that they alone see counts as survived.

Mutation libraries were tried first. mutmut 3 leaves functions with decorators alone, and here every
rule and most questions have one; cosmic-ray and pytest-gremlins know none of the mistakes that
matter to facts (`all_of` for `any_of`, unknown for true), and choose no sample.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from bisect import bisect
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from difflib import unified_diff
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from queue import SimpleQueue
from random import Random

import msgspec
import pytest
from coverage import CoverageData

from tools.mutations import Mutant, mutants

ROOT = Path(__file__).parent.parent
DECIDES = ("checks/taskwall/model", "checks/taskwall/rules")
TESTS = tuple(
    f"tests/{name}"
    for name in (
        *("core/", "engine/", "lowering/", "model/", "session/"),
        *("test_absent_modules", "test_chains", "test_demo", "test_good_stacks"),
        *("test_joined_stacks", "test_law1", "test_laws", "test_rule_fixtures"),
    )
)
TWICE = "not test_twins_agree and not test_a_fixture_asserts and not test_the_first_line"
KEPT = ".mutants"
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv*", KEPT, ".*_cache", ".hypothesis", ".coverage*", "__pycache__", "node_modules"
)
# Slower than this many times its tests' own time (and the start of pytest) a mutant hangs.
PATIENCE, START = 5, 60
OVERHEAD = 0.02  # seconds of pytest for each test, roughly


class Passed(msgspec.Struct):
    """What a run of the tests without a mutant shows: seconds by test, tests by file and line.

    Tests are numbers: places in `tests`.
    """

    tests: list[str]
    seconds: list[float]
    lines: dict[str, dict[int, list[int]]]

    def add(self, other: "Passed") -> None:
        """Put what another file of tests shows beside this."""
        before = len(self.tests)
        self.tests += other.tests
        self.seconds += other.seconds
        for file, lines in other.lines.items():
            for line, tests in lines.items():
                here = self.lines.setdefault(file, {}).setdefault(line, [])
                here += [before + test for test in tests]

    def against(self, mutant: Mutant, seconds: float) -> list[str]:
        """The tests that pass the statement of a mutant.

        First come those that pass much of its file in little time. What runs only when its file is
        imported is passed by no test of its own: there all tests of the file count.
        """
        lines = self.lines.get(mutant.file, {})
        first, last = mutant.lines
        passed = [lines[line] for line in range(first, last + 1) if line in lines]
        here = Counter(test for tests in lines.values() for test in tests)
        found = {test for tests in passed for test in tests} or (here if passed else ())
        ordered = sorted(
            found, key=lambda test: (-here[test] / (self.seconds[test] + OVERHEAD), test)
        )
        until = bisect(list(accumulate(self.seconds[test] for test in ordered)), seconds)
        return [self.tests[test] for test in ordered[: until + 1]]

    def one_of_each_file(self) -> list[str]:
        """The quickest test of each file of tests."""
        ordered = sorted(zip(self.seconds, self.tests, strict=True), reverse=True)
        return list({test.partition("::")[0]: test for _, test in ordered}.values())

    def limit(self, tests: list[str]) -> float:
        """The seconds after which a run of these tests hangs."""
        seconds = dict(zip(self.tests, self.seconds, strict=True))
        return START + PATIENCE * sum(seconds[test] for test in tests)


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Choose mutants, run them, and print what became of them.

    Returns:
        0 if at least `--at-least` percent were killed, else 1.
    """
    parser = ArgumentParser(description="Break the code in small ways, and see whether tests fail.")
    parser.add_argument("--sample", type=int, default=100, help="how many mutants (100)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (1)")
    parser.add_argument("--at-least", type=float, default=0, help="percent that must be killed")
    parser.add_argument("--seconds", type=float, default=20, help="of tests for a mutant (20)")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes (2)")
    parser.add_argument("--tests", action="append", help="how the names of tests that count begin")
    parser.add_argument("path", nargs="*", default=DECIDES)
    given = parser.parse_args(arguments)
    sources = dict(_sources(root, given.path))
    everything = [mutant for file, source in sources.items() for mutant in mutants(file, source)]
    everything = [mutant for mutant in everything if _wanted(mutant, sources, given.path)]
    if not everything:
        parser.error("no mutants there")
    chosen = Random(given.seed).sample(everything, min(given.sample, len(everything)))
    with tempfile.TemporaryDirectory() as folder:
        copies = [_copy(root, Path(folder) / str(number)) for number in range(given.jobs)]
        passed = measured(root, copies[0], sorted(sources), tuple(given.tests or TESTS), given.jobs)
        if _fail(copies[0], control := passed.one_of_each_file(), passed.limit(control)):
            sys.exit("the tests do not pass without a mutant")
        survivors = _survivors(sorted(chosen), copies, passed, given.seconds)
    for mutant in survivors:
        print(_shown(mutant, sources[mutant.file]))
    tried, lived = Counter(m.file for m in chosen), Counter(m.file for m in survivors)
    for file in sorted(tried):
        print(f"{tried[file] - lived[file]:4} of {tried[file]:3} killed  {file}")
    for path in given.path:
        inside = sum(number for file, number in tried.items() if file.startswith(path))
        missed = sum(number for file, number in lived.items() if file.startswith(path))
        print(f"{inside - missed:4} of {inside:3} killed  {path}")
    killed = 100 * (len(chosen) - len(survivors)) / len(chosen)
    print(
        f"{len(chosen) - len(survivors)} of {len(chosen)} killed ({killed:.0f} %), "
        f"seed {given.seed}, {len(everything)} mutants in all"
    )
    return int(killed < given.at_least)


def _sources(root: Path, paths: list[str]) -> Iterator[tuple[str, str]]:
    """The Python files of paths below a root, with their texts."""
    for path in paths:
        place = root / path.partition(":")[0]
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            yield str(file.relative_to(root)), file.read_text()


def _wanted(mutant: Mutant, sources: dict[str, str], paths: list[str]) -> bool:
    """Whether a mutant is on a line that a path names, or its path names none."""
    lines = {int(line) for file, _, line in (path.partition(":") for path in paths) if line}
    before = sources[mutant.file].encode()[: mutant.start]
    return not lines or before.count(b"\n") + 1 in lines


def _copy(root: Path, to: Path) -> Path:
    """A copy of a tree whose compiled files are trusted by their source's content, not its date."""
    shutil.copytree(root, to, ignore=NOT_COPIED, symlinks=True)
    compiled = (sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash")
    subprocess.run((*compiled, str(to)), check=False, stdout=subprocess.DEVNULL)
    return to


def measured(
    root: Path, copy: Path, files: list[str], wanted: tuple[str, ...], jobs: int
) -> Passed:
    """What a run of tests without a mutant shows of files, where it is not known from before."""
    content = {
        str(file.relative_to(copy)): file.read_bytes()
        for file in sorted(copy.rglob("*"))
        if file.is_file() and file.suffix != ".pyc"
    }
    every = [name for name in content if name.rpartition("/")[2].startswith("test_")]
    tests = [name for name in every if name.startswith(wanted)]
    others = sha256(
        repr((files, [each for each in content.items() if each[0] not in every])).encode()
    )
    kept = {}
    for name in tests:
        digest = others.copy()
        digest.update(repr((name, content[name])).encode())
        kept[name] = root / KEPT / f"{digest.hexdigest()[:16]}.json"
    if new := [name for name, file in kept.items() if not file.exists()]:
        (root / KEPT).mkdir(exist_ok=True)
        for name, passed in _measure(copy, files, new, jobs).items():
            kept[name].write_bytes(msgspec.json.encode(passed))
    found = Passed([], [], {})
    for file in kept.values():
        found.add(msgspec.json.decode(file.read_bytes(), type=Passed))
    return found


def _measure(copy: Path, files: list[str], tests: list[str], jobs: int) -> dict[str, Passed]:
    """Run files of tests under coverage of other files: what each of them passes."""
    with tempfile.TemporaryDirectory() as folder:
        written = {"MUTANT_SECONDS": f"{folder}/seconds", "COVERAGE_FILE": f"{folder}/coverage"}
        # Its own settings: by lines, and of these files only, it takes a third of the time.
        settings = Path(folder) / "settings"
        settings.write_text("\n    ".join(("[run]\ninclude =", *(f"*/{file}" for file in files))))
        done = subprocess.run(
            _pytest(
                *("-x", "-p", "pytest_cov", "--cov", "--cov-context=test", "--cov-report="),
                *(f"--cov-config={settings}", "-k", TWICE),
                *(("-p", "xdist", "-n", str(jobs)) if jobs > 1 else ()),
                *tests,
            ),
            cwd=copy,
            env=_environment(copy) | written,
        )
        if done.returncode not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            sys.exit("the tests do not pass without a mutant")
        found = {name: Passed([], [], {}) for name in tests}
        numbers: dict[str, int] = {}
        for test, seconds in json.loads((Path(folder) / "seconds").read_text()).items():
            passed = found[test.partition("::")[0]]
            numbers[test] = len(passed.tests)
            passed.tests.append(test)
            passed.seconds.append(seconds)
        data = CoverageData(f"{folder}/coverage")
        data.read()
        for file in data.measured_files():
            name = os.path.relpath(file, os.path.realpath(copy))
            for line, contexts in data.contexts_by_lineno(file).items():
                for passed in found.values():
                    passed.lines.setdefault(name, {})[line] = []
                for test in sorted(
                    {context.rpartition("|")[0] for context in contexts} & set(numbers)
                ):
                    found[test.partition("::")[0]].lines[name][line].append(numbers[test])
    return found


def _pytest(*arguments: str) -> list[str]:
    return [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        *("-p", "tools.mutant_tests", *arguments),
    ]


def _environment(copy: Path) -> dict[str, str]:
    """In which tests import the copy's code, and leave nothing behind in it."""
    paths = os.pathsep.join((str(copy / "checks"), str(copy), str(ROOT)))
    quick = {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return {**os.environ, "PYTHONPATH": paths, **quick}


def _survivors(
    chosen: list[Mutant], copies: list[Path], passed: Passed, seconds: float
) -> list[Mutant]:
    """The mutants that no test fails on."""
    free: SimpleQueue[Path] = SimpleQueue()
    for copy in copies:
        free.put(copy)

    def survives(mutant: Mutant) -> bool:
        tests = passed.against(mutant, seconds)
        copy = free.get()
        lives = not tests or not _fails(mutant, copy, tests, passed.limit(tests))
        free.put(copy)
        print("survived" if lives else "killed", mutant.file, mutant.lines[0], file=sys.stderr)
        return lives

    with ThreadPoolExecutor(len(copies)) as pool:
        lived = list(pool.map(survives, chosen))
    return [mutant for mutant, lives in zip(chosen, lived, strict=True) if lives]


def _fails(mutant: Mutant, copy: Path, tests: list[str], limit: float) -> bool:
    """Whether one of these tests fails on a mutant, or hangs."""
    file = copy / mutant.file
    source = file.read_text()
    file.write_text(mutant.applied(source))
    try:
        return _fail(copy, tests, limit)
    finally:
        file.write_text(source)


def _fail(copy: Path, tests: list[str], limit: float) -> bool:
    """Whether one of these tests fails in a copy, or hangs."""
    wanted = copy / ".mutant-tests.json"
    wanted.write_text(json.dumps(tests))
    files = dict.fromkeys(test.partition("::")[0] for test in tests)
    run = subprocess.Popen(
        _pytest("-x", *files),
        cwd=copy,
        env=_environment(copy) | {"MUTANT_TESTS": str(wanted)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return run.wait(limit) not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        return True


def _shown(mutant: Mutant, source: str) -> str:
    """A mutant as a diff."""
    before, after = source.splitlines(), mutant.applied(source).splitlines()
    return "\n".join(unified_diff(before, after, mutant.file, "survivor", lineterm="", n=1)) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
