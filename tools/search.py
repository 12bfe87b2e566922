"""Search at random for what breaks a property test, and keep what is found.

    python -m tools.search [--minutes N] [FILE...]

The gate tries the same examples at each run. This tries many more of them, in rounds, each with a
seed of its own, until the minutes are over; a round that has begun is ended. A failure is printed
as pytest prints it, and its example is kept in `tests/data/found`: commit that file with what mends
it. From then on the gate tries the example at each run (`tests/test_found_examples.py`).

Such a file is as good as the strategies that read it: where one changes, the same choices may make
another example. Where an example matters by itself, write it beside the test as `@example(...)`.
"""

import argparse
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent


def property_tests(root: Path) -> list[str]:
    """The files below `tests` that hold property tests, as seen from the root."""
    return [
        file.relative_to(root).as_posix()
        for file in sorted((root / "tests").rglob("test_*.py"))
        if "\n@given(" in file.read_text(encoding="utf-8")
    ]


def once(root: Path, files: Sequence[str], seed: int) -> bool:
    """Run one round.

    Args:
        root: the folder in which pytest runs.
        files: the files to search, as seen from it.
        seed: decides about the examples, and about the order of the files.

    Returns:
        whether all tests passed.
    """
    shuffled = random.Random(seed).sample(files, len(files))
    command = [sys.executable, "-m", "pytest", "-n", "auto", "-m", "hypothesis"]
    command += ["--hypothesis-profile=search", *shuffled]
    surroundings = {**os.environ, "TASKWALL_SEED": str(seed)}
    return subprocess.run(command, cwd=root, env=surroundings).returncode == 0


def search(root: Path, files: Sequence[str], minutes: float) -> int:
    """Run rounds until the time is over, at least one.

    Returns:
        in how many rounds a test failed.
    """
    end = time.monotonic() + 60 * minutes
    rounds = failed = 0
    while not rounds or time.monotonic() < end:
        seed = int.from_bytes(os.urandom(4), "big")
        rounds += 1
        print(f"--- round {rounds}, seed {seed}", flush=True)
        failed += not once(root, files, seed)
    print(f"{rounds} rounds over {len(files)} files, {failed} of them with a failure")
    return failed


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run the command.

    Returns:
        0 if no test failed, else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.search", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--minutes", type=float, default=10, help="how long (default: 10)")
    parser.add_argument("files", nargs="*", metavar="FILE", help="of tests (default: all)")
    given = parser.parse_args(arguments)
    return 1 if search(root, given.files or property_tests(root), given.minutes) else 0


if __name__ == "__main__":
    sys.exit(main())
