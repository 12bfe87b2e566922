"""Search at random for what breaks a property test, and keep what is found.

    python -m tools.search [--minutes N] [--rounds N] [--jobs N] [FILE...]

The gate tries the same examples at each run. This tries others: file by file, each time with a seed
of its own, round after round until the minutes or the rounds are over. A failure is printed as
pytest prints it, and its example is kept in `tests/data/found`: commit that file with what mends
it. From then on the gate tries the example at each run (`tests/test_found_examples.py`). What still
runs when the minutes are over is ended, and named.

Such a file is as good as the strategies that read it: where one changes, the same choices may make
another example. Where an example matters by itself, write it beside the test as `@example(...)`.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from math import inf
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# A file may hold a property test in a text only.
FINE = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
PASSED, FAILED, ENDED = "passed", "FAILED", "not ended in time"


def property_tests(root: Path) -> list[str]:
    """The files below `tests` that hold property tests, as seen from the root."""
    return [
        file.relative_to(root).as_posix()
        for file in sorted((root / "tests").rglob("test_*.py"))
        if "\n@given(" in file.read_text(encoding="utf-8")
    ]


def try_file(root: Path, file: str, end: float) -> str:
    """Try the property tests of a file on examples that a new seed chooses, and print the outcome.

    Args:
        root: the folder in which pytest runs.
        file: the tests, as seen from it.
        end: when to give up, by `time.monotonic()`.

    Returns:
        the outcome.
    """
    seed, began = int.from_bytes(os.urandom(4), "big"), time.monotonic()
    command = (sys.executable, "-m", "pytest", "-q", "-m", "hypothesis", file)
    run = subprocess.Popen(
        (*command, "--hypothesis-profile=search"),
        cwd=root,
        env={**os.environ, "TASKWALL_SEED": str(seed)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        text, _ = run.communicate(timeout=max(0, end - began))
        outcome = PASSED if run.returncode in FINE else FAILED
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        text, _ = run.communicate()
        outcome = ENDED
    if outcome == FAILED:
        print(text)
    print(f"{file}: {outcome}, {time.monotonic() - began:.0f} s, seed {seed}", flush=True)
    return outcome


def search(root: Path, files: Sequence[str], minutes: float, rounds: float, jobs: int) -> int:
    """Go through the files, each job in an order of its own, until the minutes or rounds are over.

    Returns:
        how many times a file had a test that failed.
    """
    end = time.monotonic() + 60 * minutes
    outcomes = []

    def work() -> None:
        done = 0
        while done < rounds:
            for file in random.sample(files, len(files)):
                if time.monotonic() >= end:
                    return
                outcomes.append((file, try_file(root, file, end)))
            done += 1

    with ThreadPoolExecutor(jobs) as pool:
        for job in [pool.submit(work) for _ in range(jobs)]:
            job.result()
    tried = Counter(file for file, outcome in outcomes if outcome != ENDED)
    failed = Counter(file for file, outcome in outcomes if outcome == FAILED)
    print(f"{tried.total()} runs of {len(tried)} of {len(files)} files, {failed.total()} failed")
    if missed := sorted(set(files) - set(tried)):
        print(f"no run ended in time of: {' '.join(missed)}")
    if failed:
        print(f"failed: {' '.join(sorted(failed))}")
    return failed.total()


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run the command.

    Returns:
        0 if no test failed, else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.search", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--minutes", type=float, default=10, help="how long (default: 10)")
    parser.add_argument("--rounds", type=float, default=inf, help="how often (default: no limit)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="files at a time")
    parser.add_argument("files", nargs="*", metavar="FILE", help="of tests (default: all)")
    given = parser.parse_args(arguments)
    files = given.files or property_tests(root)
    return 1 if search(root, files, given.minutes, given.rounds, given.jobs) else 0


if __name__ == "__main__":
    sys.exit(main())
